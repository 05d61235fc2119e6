import type { MailVerdict } from '#core/assessment.ts';
import type { Words } from '#core/rules/common.ts';
import type { Segment } from '#core/rules/rule-set.ts';

/**
 * The changes as sentences in both languages. Turkish avoids case endings on names from outside, since the right
 * vowel cannot be told from a spelling: "Google Workspace → Microsoft 365".
 */

export const provider = (from: MailVerdict, to: MailVerdict): Words => ({
  en: `Mail moved from ${from.providerName} to ${to.providerName}`,
  tr: `E-posta sağlayıcısı değişti: ${from.providerName} → ${to.providerName}`,
});

export function gateway(from: MailVerdict['gateway'], to: MailVerdict['gateway']): Words {
  if (from === null) {
    const name = to?.name ?? '';
    return {
      en: `Security gateway added: ${name}`,
      tr: `Güvenlik ağ geçidi eklendi: ${name}`,
    };
  }
  if (to === null) {
    return {
      en: `Security gateway removed: ${from.name}`,
      tr: `Güvenlik ağ geçidi kaldırıldı: ${from.name}`,
    };
  }
  return {
    en: `Security gateway changed from ${from.name} to ${to.name}`,
    tr: `Güvenlik ağ geçidi değişti: ${from.name} → ${to.name}`,
  };
}

export function mx(from: string | null, to: string | null): Words {
  if (to === null)
    return {
      en: 'MX record removed: no mail is received any more',
      tr: 'MX kaydı kaldırıldı: artık e-posta alınmıyor',
    };
  if (from === null) return { en: `MX record published: ${to}`, tr: `MX kaydı yayımlandı: ${to}` };
  return { en: `MX moved from ${from} to ${to}`, tr: `MX kaydı değişti: ${from} → ${to}` };
}

type SpfState = 'spf-found' | 'spf-permerror' | 'spf-absent';
export function spfState(from: SpfState, to: SpfState): Words {
  if (to === 'spf-absent') return { en: 'SPF record removed', tr: 'SPF kaydı kaldırıldı' };
  if (to === 'spf-permerror') {
    return from === 'spf-absent'
      ? { en: 'SPF record published, with an error', tr: 'Hatalı bir SPF kaydı yayımlandı' }
      : { en: 'SPF record now has an error', tr: 'SPF kaydı artık hatalı' };
  }
  return from === 'spf-absent'
    ? { en: 'SPF record published', tr: 'SPF kaydı yayımlandı' }
    : { en: 'SPF record repaired', tr: 'SPF kaydı düzeltildi' };
}

export function spfText(from: number | undefined, to: number | undefined): Words {
  if (from === undefined || to === undefined || from === to)
    return { en: 'SPF record changed', tr: 'SPF kaydı değişti' };
  const tr = `SPF’teki include sayısı değişti: ${from} → ${to}`;
  return to > from
    ? { en: `SPF grew from ${from} to ${to} includes`, tr }
    : { en: `SPF shrank from ${from} to ${to} includes`, tr };
}

export const dkim = (to: 'dkim-found' | 'dkim-absent'): Words =>
  to === 'dkim-found'
    ? { en: 'DKIM key published', tr: 'DKIM anahtarı yayımlandı' }
    : { en: 'DKIM key removed', tr: 'DKIM anahtarı kaldırıldı' };

type DmarcState =
  | 'dmarc-reject'
  | 'dmarc-quarantine'
  | 'dmarc-policy-none'
  | 'dmarc-permerror'
  | 'dmarc-absent';
const DMARC_NAMES = {
  'dmarc-reject': 'reject',
  'dmarc-quarantine': 'quarantine',
  'dmarc-policy-none': 'none',
  'dmarc-permerror': 'permerror',
  'dmarc-absent': null,
} as const;
/** The policy as the record says it; null without a record. */
export const dmarcName = (state: DmarcState): string | null => DMARC_NAMES[state];

export function dmarc(from: DmarcState, to: DmarcState): Words {
  const [before, after] = [dmarcName(from), dmarcName(to)];
  if (after === null) return { en: 'DMARC record removed', tr: 'DMARC kaydı kaldırıldı' };
  if (to === 'dmarc-permerror')
    return { en: 'DMARC record now has an error', tr: 'DMARC kaydı artık hatalı' };
  if (before === null)
    return { en: `DMARC record published, p=${after}`, tr: `DMARC kaydı yayımlandı, p=${after}` };
  if (from === 'dmarc-permerror')
    return { en: `DMARC record repaired, p=${after}`, tr: `DMARC kaydı düzeltildi, p=${after}` };
  return {
    en: `DMARC went from ${before} to ${after}`,
    tr: `DMARC politikası değişti: ${before} → ${after}`,
  };
}

export const coverage = (from: number, to: number): Words => ({
  en: `DMARC coverage went from ${from}% to ${to}%`,
  tr: `DMARC kapsamı değişti: %${from} → %${to}`,
});

export function expiry(days: number): Words {
  if (days < 0)
    return { en: 'The registration of the domain has ended', tr: 'Alan adının kayıt süresi doldu' };
  const unit = days === 1 ? 'day' : 'days';
  return { en: `The domain expires in ${days} ${unit}`, tr: `Alan adının bitmesine ${days} gün kaldı` };
}

export const nameservers = (): Words => ({ en: 'Name servers changed', tr: 'Ad sunucuları değişti' });

export const registrar = (from: string, to: string): Words => ({
  en: `Registrar changed from ${from} to ${to}`,
  tr: `Kayıt kuruluşu değişti: ${from} → ${to}`,
});

export const priority = (from: number, to: number): Words => ({
  en: `Priority went from ${from} to ${to}`,
  tr: `Öncelik değişti: ${from} → ${to}`,
});

const SEGMENT_TR: Record<Segment, string> = {
  Migration: 'Geçiş',
  Existing: 'Mevcut',
  Cold: 'Soğuk',
  Skip: 'Kapsam dışı',
};
export const segment = (from: Segment, to: Segment): Words => ({
  en: `Segment went from ${from} to ${to}`,
  tr: `Segment değişti: ${SEGMENT_TR[from]} → ${SEGMENT_TR[to]}`,
});

export const score = (from: number, to: number): Words => ({
  en: `Score went from ${from} to ${to}`,
  tr: `Puan değişti: ${from} → ${to}`,
});

type RuleSetName = { readonly id: string; readonly version: string };
export function otherRules(from: RuleSetName, to: RuleSetName): Words {
  const names = `${from.id} ${from.version} → ${to.id} ${to.version}`;
  return { en: `Counted by other rules: ${names}`, tr: `Başka kurallarla hesaplandı: ${names}` };
}

export const silence = (): Words => ({
  en: 'Not all look-ups were answered in both scans',
  tr: 'İki taramada yanıtlanan sorgular aynı değil',
});
export const noLonger = (line: Words): Words => ({
  en: `No longer: ${line.en}`,
  tr: `Artık geçerli değil: ${line.tr}`,
});
export const firstScan = (): Words => ({ en: 'First scan', tr: 'İlk tarama' });
export const noChange = (): Words => ({ en: 'No change', tr: 'Değişiklik yok' });
export const noScore = (): Words => ({
  en: 'Mail look-up not answered, score kept',
  tr: 'E-posta sorgusu yanıtsız, puan korundu',
});
export const scoreMoved = (): Words => ({ en: 'Score changed', tr: 'Puan değişti' });

export const list = (all: readonly Words[]): Words => ({
  en: all.map((words) => words.en).join('; '),
  tr: all.map((words) => words.tr).join('; '),
});
export const withPoints = (start: Words, points: string): Words => ({
  en: `${start.en}: ${points}`,
  tr: `${start.tr}: ${points}`,
});
