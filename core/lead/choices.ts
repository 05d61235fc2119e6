import type { Words } from '#core/rules/common.ts';

/**
 * The global choices of the solution. The keys are the words that the engine and the API use, so that a verdict maps
 * to its option without a table of its own. The values are permanent: Dataverse stores them, and the first customers'
 * views filter on them. Publisher prefix 81694, so all lie in 816940000 .. 816949999.
 */
export interface Option {
  readonly value: number;
  readonly label: Words;
}
export type Options = Readonly<Record<string, Option>>;

const yes: Words = { en: 'Yes', tr: 'Evet' };
const no: Words = { en: 'No', tr: 'Hayır' };
export const YES_NO = { yes, no } as const;

export const SEGMENT_OPTIONS = {
  Migration: { value: 816940000, label: { en: 'Migration', tr: 'Geçiş' } },
  Existing: { value: 816940001, label: { en: 'Existing', tr: 'Mevcut' } },
  Cold: { value: 816940002, label: { en: 'Cold', tr: 'Soğuk' } },
  Skip: { value: 816940003, label: { en: 'Skip', tr: 'Kapsam dışı' } },
} as const satisfies Options;

export const TENANT_SIZE_OPTIONS = {
  small: { value: 816940000, label: { en: 'Small (1-50)', tr: 'Küçük (1–50)' } },
  medium: { value: 816940001, label: { en: 'Medium (51-250)', tr: 'Orta (51–250)' } },
  large: { value: 816940002, label: { en: 'Large (251-1000)', tr: 'Büyük (251–1000)' } },
  enterprise: { value: 816940003, label: { en: 'Enterprise (1001+)', tr: 'Kurumsal (1001+)' } },
} as const satisfies Options;

export const REFERRAL_TYPE_OPTIONS = {
  'co-sell': { value: 816940000, label: { en: 'Co-sell', tr: 'Ortak satış' } },
  marketplace: { value: 816940001, label: { en: 'Marketplace', tr: 'Marketplace' } },
  'solution-provider': { value: 816940002, label: { en: 'Solution Provider', tr: 'Çözüm Sağlayıcı' } },
} as const satisfies Options;

export const SOURCE_OPTIONS = {
  'partner-center': { value: 816940000, label: { en: 'Partner Center', tr: 'Partner Center' } },
  manual: { value: 816940001, label: { en: 'Manual', tr: 'Elle girildi' } },
  import: { value: 816940002, label: { en: 'Import', tr: 'İçe aktarma' } },
  other: { value: 816940003, label: { en: 'Other', tr: 'Diğer' } },
} as const satisfies Options;

export const PROCESSING_STATUS_OPTIONS = {
  idle: { value: 816940000, label: { en: 'Idle', tr: 'Beklemede' } },
  working: { value: 816940001, label: { en: 'Working', tr: 'İşleniyor' } },
  completed: { value: 816940002, label: { en: 'Completed', tr: 'Tamamlandı' } },
  error: { value: 816940003, label: { en: 'Error', tr: 'Hata' } },
} as const satisfies Options;

export const PUSH_STATUS_OPTIONS = {
  synced: { value: 816940000, label: { en: 'Synced', tr: 'Eşitlendi' } },
  'not-synced': { value: 816940001, label: { en: 'Not Synced', tr: 'Eşitlenmedi' } },
  error: { value: 816940002, label: { en: 'Error', tr: 'Hata' } },
} as const satisfies Options;

export const CATEGORY_OPTIONS = {
  P1: {
    value: 816940000,
    label: { en: 'P1 High Potential Greenfield', tr: 'P1 Yüksek Potansiyelli Yeni Müşteri' },
  },
  P2: { value: 816940001, label: { en: 'P2 Competitive Takeover', tr: 'P2 Rakipten Geçiş' } },
  P3: {
    value: 816940002,
    label: { en: 'P3 Existing Microsoft with Weak Partner', tr: 'P3 Zayıf İş Ortaklı Microsoft Müşterisi' },
  },
  P4: { value: 816940003, label: { en: 'P4 Medium Priority Renewal', tr: 'P4 Orta Öncelikli Yenileme' } },
  P5: {
    value: 816940004,
    label: { en: 'P5 Low Intent Long Nurturing', tr: 'P5 Düşük İlgi, Uzun Soluklu Takip' },
  },
  P6: { value: 816940005, label: { en: 'P6 No-Go Archive', tr: 'P6 Uygun Değil, Arşiv' } },
} as const satisfies Options;

export const TECHNICAL_HEAT_OPTIONS = {
  Hot: { value: 816940000, label: { en: 'Hot', tr: 'Sıcak' } },
  Warm: { value: 816940001, label: { en: 'Warm', tr: 'Ilık' } },
  Cold: { value: 816940002, label: { en: 'Cold', tr: 'Soğuk' } },
} as const satisfies Options;

export const COMMERCIAL_SEGMENT_OPTIONS = {
  GREENFIELD: { value: 816940000, label: { en: 'Greenfield', tr: 'Yeni müşteri' } },
  COMPETITIVE: { value: 816940001, label: { en: 'Competitive', tr: 'Rakipten geçiş' } },
  WEAK_PARTNER: { value: 816940002, label: { en: 'Weak Partner', tr: 'Zayıf iş ortağı' } },
  RENEWAL: { value: 816940003, label: { en: 'Renewal', tr: 'Yenileme' } },
  LOW_INTENT: { value: 816940004, label: { en: 'Low Intent', tr: 'Düşük ilgi' } },
  NO_GO: { value: 816940005, label: { en: 'No-Go', tr: 'Uygun değil' } },
} as const satisfies Options;

export const COMMERCIAL_HEAT_OPTIONS = {
  HIGH: { value: 816940000, label: { en: 'High', tr: 'Yüksek' } },
  MEDIUM: { value: 816940001, label: { en: 'Medium', tr: 'Orta' } },
  LOW: { value: 816940002, label: { en: 'Low', tr: 'Düşük' } },
} as const satisfies Options;

export const REQUEST_OPTIONS = {
  none: { value: 816940000, label: { en: 'None', tr: 'Yok' } },
  rescan: { value: 816940001, label: { en: 'Rescan', tr: 'Yeniden tara' } },
  push: { value: 816940002, label: { en: 'Push', tr: 'Gönder' } },
} as const satisfies Options;
