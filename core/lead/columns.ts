import type { Words } from '#core/rules/common.ts';
import {
  CATEGORY_OPTIONS,
  COMMERCIAL_HEAT_OPTIONS,
  COMMERCIAL_SEGMENT_OPTIONS,
  type Options,
  PROCESSING_STATUS_OPTIONS,
  PUSH_STATUS_OPTIONS,
  REFERRAL_TYPE_OPTIONS,
  REQUEST_OPTIONS,
  SEGMENT_OPTIONS,
  SOURCE_OPTIONS,
  TECHNICAL_HEAT_OPTIONS,
  TENANT_SIZE_OPTIONS,
  YES_NO,
} from './choices.ts';

/** Publisher prefix of every schema name, and prefix of every option value. */
export const PUBLISHER_PREFIX = 'hnt';
export const OPTION_VALUE_PREFIX = 81694;

/** What a column holds, with the limits that Dataverse enforces. A released type or name never changes. */
export type ColumnType =
  | { readonly kind: 'whole'; readonly min: number; readonly max: number }
  /** maxLength counts UTF-16 units, as Dataverse does */
  | { readonly kind: 'text'; readonly maxLength: number; readonly format: 'text' }
  | { readonly kind: 'memo'; readonly maxLength: number; readonly format: 'textarea' }
  /** `choice` is the name of the global choice */
  | { readonly kind: 'choice'; readonly choice: string; readonly options: Options }
  | { readonly kind: 'decimal'; readonly precision: number; readonly min: number; readonly max: number }
  | { readonly kind: 'datetime'; readonly behavior: 'UserLocal'; readonly format: 'DateAndTime' }
  | {
      readonly kind: 'boolean';
      readonly labels: { readonly yes: Words; readonly no: Words };
      readonly default: boolean;
    };

export type ColumnGroup = 'intelligence' | 'partner-center' | 'sync' | 'debug' | 'p-model' | 'added';

/** One hnt_ column of the lead. */
export interface Column {
  readonly logicalName: `hnt_${string}`;
  readonly schemaName: `hnt_${string}`;
  readonly group: ColumnGroup;
  readonly type: ColumnType;
  readonly displayName: Words;
  readonly description: Words;
  /**
   * Whether another value is a reason to push. Sync columns and timestamps are none: they travel with real changes,
   * or once a day.
   */
  readonly countsAsChange: boolean;
  /** who gives it its value; Hunter resets what the control wrote once it has acted on it */
  readonly writtenBy: 'hunter' | 'control';
  /** first-push: written when the row has none yet, and never again, since a person may have corrected it */
  readonly written: 'always' | 'first-push';
  readonly required: 'none';
  /** column security: readable only through the profile of the solution */
  readonly secured: boolean;
  /** offered in Advanced Find and view filters; the JSON columns are of no use there */
  readonly searchable: boolean;
  /** offered as a filter in the lead grid and in charts */
  readonly filterable: boolean;
}

/** What most columns have in common; each entry below states only what differs. */
const ours = {
  countsAsChange: true,
  writtenBy: 'hunter',
  written: 'always',
  required: 'none',
  secured: false,
  searchable: true,
  filterable: false,
} as const;
const sync = { ...ours, group: 'sync', countsAsChange: false } as const;
const pModel = { ...ours, group: 'p-model', filterable: true } as const;

const dateAndTime = { kind: 'datetime', behavior: 'UserLocal', format: 'DateAndTime' } as const;
const yesNo = { kind: 'boolean', labels: YES_NO, default: false } as const;
const text = <const Length extends number>(maxLength: Length) =>
  ({ kind: 'text', maxLength, format: 'text' }) as const;
const memo = <const Length extends number>(maxLength: Length) =>
  ({ kind: 'memo', maxLength, format: 'textarea' }) as const;

/**
 * All columns that Hunter adds to the lead, in the order of the product definition (chapter 14). The solution, the
 * Dataverse mapper, the test double and the documents are made from this list, and from nothing else.
 */
export const columns = {
  hnt_finalscore: {
    ...ours,
    logicalName: 'hnt_finalscore',
    schemaName: 'hnt_FinalScore',
    group: 'intelligence',
    type: { kind: 'whole', min: 0, max: 100 },
    displayName: { en: 'Hunter Score', tr: 'Hunter puanı' },
    description: {
      en: 'How ready this company is for a Microsoft 365 sale, 0 to 100. The sum of the points of its mail records.',
      tr: 'Şirketin Microsoft 365 satışına ne kadar hazır olduğu, 0–100. E-posta kayıtlarının puanlarının toplamıdır.',
    },
    filterable: true,
  },
  hnt_priorityscore: {
    ...ours,
    logicalName: 'hnt_priorityscore',
    schemaName: 'hnt_PriorityScore',
    group: 'intelligence',
    type: { kind: 'whole', min: 1, max: 7 },
    displayName: { en: 'Priority', tr: 'Öncelik' },
    description: {
      en: 'Whom to call first: 1 is the highest priority, 7 the lowest.',
      tr: 'Önce kimin aranacağı: 1 en yüksek, 7 en düşük önceliktir.',
    },
    filterable: true,
  },
  hnt_segment: {
    ...ours,
    logicalName: 'hnt_segment',
    schemaName: 'hnt_Segment',
    group: 'intelligence',
    type: { kind: 'choice', choice: 'hnt_segment', options: SEGMENT_OPTIONS },
    displayName: { en: 'Segment', tr: 'Segment' },
    description: {
      en: 'Migration: could move to Microsoft 365. Existing: is there already. Cold: not yet. Skip: receives no mail.',
      tr: 'Geçiş: Microsoft 365’e geçebilir. Mevcut: zaten kullanıyor. Soğuk: henüz değil. Kapsam dışı: e-posta almıyor.',
    },
    filterable: true,
  },
  hnt_provider: {
    ...ours,
    logicalName: 'hnt_provider',
    schemaName: 'hnt_Provider',
    group: 'intelligence',
    type: text(100),
    displayName: { en: 'Mail Provider', tr: 'E-posta sağlayıcısı' },
    description: {
      en: 'Who hosts the mailboxes, also when a security gateway stands in front of them.',
      tr: 'E-posta kutularını barındıran; önünde güvenlik ağ geçidi olsa da gerçek sağlayıcı.',
    },
    filterable: true,
  },
  hnt_huntertenantsize: {
    ...ours,
    logicalName: 'hnt_huntertenantsize',
    schemaName: 'hnt_HunterTenantSize',
    group: 'intelligence',
    type: { kind: 'choice', choice: 'hnt_huntertenantsize', options: TENANT_SIZE_OPTIONS },
    displayName: { en: 'Tenant Size', tr: 'Kiracı boyutu' },
    description: {
      en: 'Size of the organisation by users: as declared, else estimated. Empty when unknown.',
      tr: 'Kullanıcı sayısına göre kuruluşun boyutu: bildirilen, yoksa tahmin edilen. Bilinmiyorsa boştur.',
    },
    filterable: true,
  },
  hnt_infrasummary: {
    ...ours,
    logicalName: 'hnt_infrasummary',
    schemaName: 'hnt_InfraSummary',
    group: 'intelligence',
    type: memo(4000),
    displayName: { en: 'Infrastructure', tr: 'Altyapı' },
    description: {
      en: 'Where the mail server stands, estimated from its IP address.',
      tr: 'E-posta sunucusunun bulunduğu yer; IP adresine göre tahmindir.',
    },
  },
  hnt_confidence: {
    ...ours,
    logicalName: 'hnt_confidence',
    schemaName: 'hnt_Confidence',
    group: 'intelligence',
    type: { kind: 'decimal', precision: 2, min: 0, max: 4 },
    displayName: { en: 'Confidence', tr: 'Güven' },
    description: {
      en: 'How far the score can be trusted, 0.00 to 4.00. High from 3, medium from 2.',
      tr: 'Puana ne kadar güvenilebileceği, 0,00–4,00. 3’ten itibaren yüksek, 2’den itibaren orta.',
    },
  },
  hnt_referralid: {
    ...ours,
    logicalName: 'hnt_referralid',
    schemaName: 'hnt_ReferralId',
    group: 'partner-center',
    type: text(100),
    displayName: { en: 'Referral ID', tr: 'Yönlendirme kimliği' },
    description: {
      en: 'The newest active Partner Center referral of this domain.',
      tr: 'Bu alan adının en yeni etkin Partner Center yönlendirmesi.',
    },
  },
  hnt_referraltype: {
    ...ours,
    logicalName: 'hnt_referraltype',
    schemaName: 'hnt_ReferralType',
    group: 'partner-center',
    type: { kind: 'choice', choice: 'hnt_referraltype', options: REFERRAL_TYPE_OPTIONS },
    displayName: { en: 'Referral Type', tr: 'Yönlendirme türü' },
    description: {
      en: 'Kind of the Partner Center referral.',
      tr: 'Partner Center yönlendirmesinin türü.',
    },
    filterable: true,
  },
  hnt_tenantid: {
    ...ours,
    logicalName: 'hnt_tenantid',
    schemaName: 'hnt_TenantId',
    group: 'partner-center',
    type: text(36),
    displayName: { en: 'Entra Tenant ID', tr: 'Entra kiracı kimliği' },
    description: {
      en: 'The Microsoft Entra tenant of this domain.',
      tr: 'Bu alan adının Microsoft Entra kiracısı.',
    },
  },
  hnt_source: {
    ...ours,
    logicalName: 'hnt_source',
    schemaName: 'hnt_Source',
    group: 'partner-center',
    type: { kind: 'choice', choice: 'hnt_source', options: SOURCE_OPTIONS },
    displayName: { en: 'Hunter Source', tr: 'Hunter kaynağı' },
    description: {
      en: 'How this company came to Hunter. Written once.',
      tr: 'Şirketin Hunter’a nasıl geldiği. Bir kez yazılır.',
    },
    countsAsChange: false,
    written: 'first-push',
    filterable: true,
  },
  hnt_m365fitscore: {
    ...ours,
    logicalName: 'hnt_m365fitscore',
    schemaName: 'hnt_M365FitScore',
    group: 'partner-center',
    type: { kind: 'whole', min: 0, max: 100 },
    displayName: { en: 'M365 Fit', tr: 'M365 uygunluğu' },
    description: {
      en: 'How well Microsoft 365 would fit, 0 to 100. On Microsoft 365 it is the score itself. Empty when unknown.',
      tr: 'Microsoft 365’in ne kadar uygun olduğu, 0–100. Microsoft 365 kullananlarda puanın kendisidir. Bilinmiyorsa boştur.',
    },
    filterable: true,
  },
  hnt_m365matchtags: {
    ...ours,
    logicalName: 'hnt_m365matchtags',
    schemaName: 'hnt_M365MatchTags',
    group: 'partner-center',
    type: memo(2000),
    displayName: { en: 'Microsoft 365 Services Seen', tr: 'Görülen Microsoft 365 hizmetleri' },
    description: {
      en: 'Microsoft 365 services whose records were found for this domain.',
      tr: 'Bu alan adında kayıtları bulunan Microsoft 365 hizmetleri.',
    },
  },
  hnt_d365leadid: {
    ...sync,
    logicalName: 'hnt_d365leadid',
    schemaName: 'hnt_D365LeadId',
    type: text(36),
    displayName: { en: 'Lead ID in Hunter', tr: 'Hunter’daki müşteri adayı kimliği' },
    description: {
      en: 'The id under which Hunter knows this lead.',
      tr: 'Hunter’ın bu müşteri adayını tanıdığı kimlik.',
    },
  },
  hnt_lastsynctime: {
    ...sync,
    logicalName: 'hnt_lastsynctime',
    schemaName: 'hnt_LastSyncTime',
    type: dateAndTime,
    displayName: { en: 'Last Sync', tr: 'Son eşitleme' },
    description: {
      en: 'When Hunter last wrote to this lead.',
      tr: 'Hunter’ın bu kaydı en son güncellediği zaman.',
    },
  },
  hnt_syncattemptcount: {
    ...sync,
    logicalName: 'hnt_syncattemptcount',
    schemaName: 'hnt_SyncAttemptCount',
    type: { kind: 'whole', min: 0, max: 2_147_483_647 },
    displayName: { en: 'Sync Attempts', tr: 'Deneme sayısı' },
    description: {
      en: 'How many attempts the last push needed.',
      tr: 'Son gönderimin kaç denemede yapıldığı.',
    },
  },
  hnt_processingstatus: {
    ...sync,
    logicalName: 'hnt_processingstatus',
    schemaName: 'hnt_ProcessingStatus',
    type: { kind: 'choice', choice: 'hnt_processingstatus', options: PROCESSING_STATUS_OPTIONS },
    displayName: { en: 'Processing', tr: 'İşlem durumu' },
    description: {
      en: 'What Hunter is doing with this lead at the moment.',
      tr: 'Hunter’ın bu kayıtla şu anda ne yaptığı.',
    },
    filterable: true,
  },
  hnt_syncerrormessage: {
    ...sync,
    logicalName: 'hnt_syncerrormessage',
    schemaName: 'hnt_SyncErrorMessage',
    type: memo(2000),
    displayName: { en: 'Sync Error', tr: 'Eşitleme hatası' },
    description: {
      en: 'Why the last push failed. Empty after a success.',
      tr: 'Son gönderimin neden başarısız olduğu. Başarılı gönderimden sonra boştur.',
    },
  },
  hnt_pushstatus: {
    ...sync,
    logicalName: 'hnt_pushstatus',
    schemaName: 'hnt_PushStatus',
    type: { kind: 'choice', choice: 'hnt_pushstatus', options: PUSH_STATUS_OPTIONS },
    displayName: { en: 'Push Result', tr: 'Gönderim sonucu' },
    description: {
      en: 'Whether this lead holds the newest result of Hunter.',
      tr: 'Bu kayıtta Hunter’ın en yeni sonucunun bulunup bulunmadığı.',
    },
    filterable: true,
  },
  hnt_hunterautoscoreversion: {
    ...ours,
    logicalName: 'hnt_hunterautoscoreversion',
    schemaName: 'hnt_HunterAutoScoreVersion',
    group: 'debug',
    type: text(50),
    displayName: { en: 'Rule Set', tr: 'Kural seti' },
    description: {
      en: 'Rule set and version that made this score.',
      tr: 'Bu puanı hesaplayan kural seti ve sürümü.',
    },
  },
  hnt_domain: {
    ...ours,
    logicalName: 'hnt_domain',
    schemaName: 'hnt_Domain',
    group: 'debug',
    type: text(253),
    displayName: { en: 'Domain', tr: 'Alan adı' },
    description: {
      en: 'The mail domain that was scored, in ASCII (punycode).',
      tr: 'Puanlanan e-posta alan adı, ASCII (punycode) biçiminde.',
    },
    filterable: true,
  },
  hnt_isreenriched: {
    ...ours,
    logicalName: 'hnt_isreenriched',
    schemaName: 'hnt_IsReEnriched',
    group: 'debug',
    type: yesNo,
    displayName: { en: 'Rescanned', tr: 'Yeniden tarandı' },
    description: {
      en: 'Whether the domain has been scanned again after its first scan.',
      tr: 'Alan adının ilk taramadan sonra yeniden taranıp taranmadığı.',
    },
  },
  hnt_huntermlweightjson: {
    ...ours,
    logicalName: 'hnt_huntermlweightjson',
    schemaName: 'hnt_HunterMLWeightJSON',
    group: 'debug',
    type: memo(100_000),
    displayName: { en: 'Score Weights (JSON)', tr: 'Puan ağırlıkları (JSON)' },
    description: {
      en: 'Contribution of each rule to this score, as data. Protected by column security.',
      tr: 'Her kuralın bu puana katkısı, veri olarak. Sütun güvenliğiyle korunur.',
    },
    secured: true,
    searchable: false,
  },
  hnt_intelligencejson: {
    ...ours,
    logicalName: 'hnt_intelligencejson',
    schemaName: 'hnt_IntelligenceJSON',
    group: 'debug',
    type: memo(100_000),
    displayName: { en: 'Hunter Intelligence (JSON)', tr: 'Hunter içgörüleri (JSON)' },
    description: {
      en: 'What the Hunter controls show. Written by Hunter only.',
      tr: 'Hunter denetimlerinin gösterdiği veriler. Yalnızca Hunter yazar.',
    },
    searchable: false,
  },
  hnt_prioritycategory: {
    ...pModel,
    logicalName: 'hnt_prioritycategory',
    schemaName: 'hnt_PriorityCategory',
    type: { kind: 'choice', choice: 'hnt_prioritycategory', options: CATEGORY_OPTIONS },
    displayName: { en: 'Category', tr: 'Kategori' },
    description: {
      en: 'Sales category P1 to P6.',
      tr: 'Satış kategorisi, P1–P6.',
    },
  },
  hnt_prioritylabel: {
    ...pModel,
    logicalName: 'hnt_prioritylabel',
    schemaName: 'hnt_PriorityLabel',
    type: text(100),
    displayName: { en: 'Category Label', tr: 'Kategori adı' },
    description: {
      en: 'The category in words, in the language of the organisation.',
      tr: 'Kategorinin adı, kuruluşun dilinde.',
    },
    filterable: false,
  },
  hnt_technicalheat: {
    ...pModel,
    logicalName: 'hnt_technicalheat',
    schemaName: 'hnt_TechnicalHeat',
    type: { kind: 'choice', choice: 'hnt_technicalheat', options: TECHNICAL_HEAT_OPTIONS },
    displayName: { en: 'Technical Heat', tr: 'Teknik ısı' },
    description: {
      en: 'How ready the technical side is for a move.',
      tr: 'Teknik tarafın geçişe ne kadar hazır olduğu.',
    },
  },
  hnt_commercialsegment: {
    ...pModel,
    logicalName: 'hnt_commercialsegment',
    schemaName: 'hnt_CommercialSegment',
    type: { kind: 'choice', choice: 'hnt_commercialsegment', options: COMMERCIAL_SEGMENT_OPTIONS },
    displayName: { en: 'Commercial Segment', tr: 'Ticari segment' },
    description: {
      en: 'What kind of deal this could be.',
      tr: 'Ne tür bir satış olabileceği.',
    },
  },
  hnt_commercialheat: {
    ...pModel,
    logicalName: 'hnt_commercialheat',
    schemaName: 'hnt_CommercialHeat',
    type: { kind: 'choice', choice: 'hnt_commercialheat', options: COMMERCIAL_HEAT_OPTIONS },
    displayName: { en: 'Commercial Heat', tr: 'Ticari ısı' },
    description: {
      en: 'How promising the deal is.',
      tr: 'Satışın ne kadar umut verdiği.',
    },
  },
  hnt_ispartnercenterreferral: {
    ...pModel,
    logicalName: 'hnt_ispartnercenterreferral',
    schemaName: 'hnt_IsPartnerCenterReferral',
    type: yesNo,
    displayName: { en: 'Partner Center Referral', tr: 'Partner Center yönlendirmesi' },
    description: {
      en: 'Whether Partner Center has sent a referral for this domain.',
      tr: 'Partner Center’dan bu alan adı için yönlendirme gelip gelmediği.',
    },
  },
  hnt_gateway: {
    ...ours,
    logicalName: 'hnt_gateway',
    schemaName: 'hnt_Gateway',
    group: 'added',
    type: text(100),
    displayName: { en: 'Security Gateway', tr: 'Güvenlik ağ geçidi' },
    description: {
      en: 'The service that filters mail before it reaches the provider. Empty when there is none.',
      tr: 'E-postayı sağlayıcıya ulaşmadan önce süzen hizmet. Yoksa boştur.',
    },
    filterable: true,
  },
  hnt_lastscannedon: {
    ...ours,
    logicalName: 'hnt_lastscannedon',
    schemaName: 'hnt_LastScannedOn',
    group: 'added',
    type: dateAndTime,
    displayName: { en: 'Last Scan', tr: 'Son tarama' },
    description: {
      en: 'When the records behind this score were looked up.',
      tr: 'Bu puanın dayandığı kayıtların sorgulandığı zaman.',
    },
    countsAsChange: false,
  },
  hnt_request: {
    ...ours,
    logicalName: 'hnt_request',
    schemaName: 'hnt_Request',
    group: 'added',
    type: { kind: 'choice', choice: 'hnt_request', options: REQUEST_OPTIONS },
    displayName: { en: 'Hunter Request', tr: 'Hunter isteği' },
    description: {
      en: 'What a seller asked Hunter to do. Hunter sets it back to None once it is done.',
      tr: 'Satıcının Hunter’dan istediği işlem. Tamamlandığında Hunter bunu Yok yapar.',
    },
    countsAsChange: false,
    writtenBy: 'control',
  },
  hnt_requestedon: {
    ...ours,
    logicalName: 'hnt_requestedon',
    schemaName: 'hnt_RequestedOn',
    group: 'added',
    type: dateAndTime,
    displayName: { en: 'Requested On', tr: 'İstek zamanı' },
    description: {
      en: 'When the request was made.',
      tr: 'İsteğin yapıldığı zaman.',
    },
    countsAsChange: false,
    writtenBy: 'control',
  },
} as const satisfies Record<`hnt_${string}`, Column>;

export type Columns = typeof columns;
export type ColumnName = keyof Columns;
/** All logical names, in the order of the product definition. */
export const COLUMN_NAMES = Object.keys(columns) as readonly ColumnName[];

type ChoiceColumns = {
  [Name in ColumnName]: Columns[Name]['type'] extends { kind: 'choice' } ? Name : never;
};
/** The columns that hold a choice. */
export type ChoiceColumn = ChoiceColumns[ColumnName];
type OptionsOf<Name extends ChoiceColumn> = Extract<Columns[Name]['type'], { kind: 'choice' }>['options'];
/** The words of a choice: `ChoiceKey<'hnt_segment'>` is "Migration" | "Existing" | "Cold" | "Skip". */
export type ChoiceKey<Name extends ChoiceColumn> = Extract<keyof OptionsOf<Name>, string>;
/** The integers of a choice, as Dataverse stores them. */
export type ChoiceValue<Name extends ChoiceColumn> = Extract<
  OptionsOf<Name>[keyof OptionsOf<Name>],
  { value: number }
>['value'];

type ValueOf<Name extends ColumnName> = Columns[Name]['type'] extends { kind: infer Kind }
  ? Kind extends 'whole' | 'decimal'
    ? number
    : Kind extends 'boolean'
      ? boolean
      : Kind extends 'choice'
        ? Name extends ChoiceColumn
          ? ChoiceValue<Name>
          : never
        : /** text and memo as they are; a date-time as ISO 8601 in UTC */
          string
  : never;

/** The value of every column as the Web API takes it. Null empties the column. */
export type ColumnValues = { [Name in ColumnName]: ValueOf<Name> | null };

/** The column of a logical name; null when it is none of ours. Case does not matter, as in Dataverse. */
export function columnByName(name: string): Column | null {
  const lower = name.toLowerCase();
  return Object.hasOwn(columns, lower) ? columns[lower as ColumnName] : null;
}

/** The integer of an option: `choiceValue('hnt_segment', 'Cold')` is 816940002. */
export function choiceValue<Name extends ChoiceColumn>(
  column: Name,
  key: ChoiceKey<Name>,
): ChoiceValue<Name> {
  return optionsOf(column)[key]?.value as ChoiceValue<Name>;
}

/** The word of an integer that Dataverse answered; null for a value that is none of ours, such as an admin's own. */
export function choiceKey<Name extends ChoiceColumn>(column: Name, value: number): ChoiceKey<Name> | null {
  const entry = Object.entries(optionsOf(column)).find(([, option]) => option.value === value);
  return (entry?.[0] as ChoiceKey<Name> | undefined) ?? null;
}

function optionsOf(column: ChoiceColumn): Options {
  return columns[column].type.options;
}
