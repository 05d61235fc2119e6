import type { Assessment } from '#core/assessment.ts';
import type { Language } from '#core/rules/common.ts';
import type { Wordings } from '#core/rules/sales.ts';
import {
  type ChoiceKey,
  choiceValue,
  COLUMN_NAMES,
  type ColumnName,
  columns,
  type ColumnValues,
} from './columns.ts';
import { readIntelligence } from './intelligence.ts';
import { type ReferralAggregate, ruleSetText, type SyncState, type SyncStatus } from './lead.ts';
import { asJson, columnText, cutToUnits } from './text.ts';

/** What goes into the columns besides the assessment. A key that is left out leaves its columns alone. */
export interface ColumnExtras {
  /** of the organisation: text columns are written in it */
  readonly language: Language;
  readonly wording: Wordings;
  /** the JSON of `fitIntelligence` */
  readonly intelligenceJson?: string;
  /** null = Partner Center has none for this domain */
  readonly referrals?: ReferralAggregate | null;
  readonly source?: ChoiceKey<'hnt_source'>;
  /** the state that is true once this write has succeeded */
  readonly sync?: SyncState;
  /** whether this is not the first scan of the domain */
  readonly rescanned?: boolean;
  /** sets the request of the control back once it has been acted on */
  readonly requestDone?: boolean;
}

type Values = Partial<ColumnValues>;

/**
 * The assessment as column values. Null empties a column, since its value is known to be none; a column whose value
 * is *not known* is left out, so that Dataverse keeps what the last scan wrote: without an answer on the MX that is
 * everything the score stands on.
 */
export function columnsOf(assessment: Assessment, extras: ColumnExtras): Values {
  return {
    hnt_domain: text('hnt_domain', assessment.domain),
    ...scoreColumns(assessment, extras),
    ...tenantColumn(assessment, extras.referrals ?? null),
    ...(extras.referrals === undefined ? {} : referralColumns(extras.referrals)),
    ...(extras.source === undefined ? {} : { hnt_source: choiceValue('hnt_source', extras.source) }),
    ...(extras.sync === undefined ? {} : syncColumns(extras.sync)),
    ...(extras.rescanned === undefined ? {} : { hnt_isreenriched: extras.rescanned }),
    ...(extras.intelligenceJson === undefined ? {} : { hnt_intelligencejson: extras.intelligenceJson }),
    ...(extras.requestDone === true ? { hnt_request: choiceValue('hnt_request', 'none') } : {}),
  };
}

function scoreColumns(assessment: Assessment, { language, wording }: ColumnExtras): Values {
  const { scored, mail } = assessment;
  if (scored === null) return {};
  const model = scored.pModel;
  return {
    hnt_finalscore: whole('hnt_finalscore', scored.score),
    hnt_priorityscore: whole('hnt_priorityscore', scored.priority),
    hnt_segment: choiceValue('hnt_segment', scored.segment),
    // The id, not the name: views and filters of the earlier system hold it, and it is the same in every language.
    hnt_provider: text('hnt_provider', mail.provider),
    hnt_gateway: text('hnt_gateway', mail.gateway?.name ?? null),
    hnt_huntertenantsize:
      assessment.tenantSize.size === null
        ? null
        : choiceValue('hnt_huntertenantsize', assessment.tenantSize.size),
    hnt_infrasummary: text('hnt_infrasummary', assessment.infrastructureSummary),
    hnt_confidence: decimal('hnt_confidence', assessment.confidence.total),
    hnt_m365fitscore: assessment.fit === null ? null : whole('hnt_m365fitscore', assessment.fit.score),
    hnt_m365matchtags: text('hnt_m365matchtags', matchTags(assessment, wording[language])),
    hnt_hunterautoscoreversion: text('hnt_hunterautoscoreversion', ruleSetText(assessment)),
    hnt_huntermlweightjson: mlWeightsJson(assessment),
    hnt_prioritycategory: model === null ? null : choiceValue('hnt_prioritycategory', model.category),
    hnt_prioritylabel: text('hnt_prioritylabel', model?.label[language] ?? null),
    hnt_technicalheat: model === null ? null : choiceValue('hnt_technicalheat', model.technicalHeat),
    hnt_commercialsegment:
      model === null ? null : choiceValue('hnt_commercialsegment', model.commercialSegment),
    hnt_commercialheat: model === null ? null : choiceValue('hnt_commercialheat', model.commercialHeat),
    hnt_lastscannedon: moment(assessment.lookedUpAt),
  };
}

/**
 * The tenant look-up is somebody else's service and often not made. Only an answer, or a referral that names the
 * tenant, says anything about it.
 */
function tenantColumn(assessment: Assessment, referrals: ReferralAggregate | null): Values {
  const tenantId = assessment.tenant?.tenantId ?? referrals?.tenant_id ?? null;
  if (tenantId !== null) return { hnt_tenantid: text('hnt_tenantid', tenantId) };
  const answered = assessment.signals.some(
    (signal) => signal.id === 'tenant' && (signal.state === 'absent' || signal.state === 'found'),
  );
  return answered ? { hnt_tenantid: null } : {};
}

function referralColumns(referrals: ReferralAggregate | null): Values {
  const primary = referrals?.primary ?? null;
  return {
    hnt_referralid: text('hnt_referralid', primary?.id ?? null),
    hnt_referraltype:
      primary === null || primary.type === null ? null : choiceValue('hnt_referraltype', primary.type),
    hnt_ispartnercenterreferral: (referrals?.count ?? 0) > 0,
  };
}

const PROCESSING = {
  not_synced: 'idle',
  queued: 'idle',
  in_progress: 'working',
  synced: 'completed',
  error: 'error',
} as const satisfies Record<SyncStatus, ChoiceKey<'hnt_processingstatus'>>;
const PUSH_RESULT = {
  not_synced: 'not-synced',
  queued: 'not-synced',
  in_progress: 'not-synced',
  synced: 'synced',
  error: 'error',
} as const satisfies Record<SyncStatus, ChoiceKey<'hnt_pushstatus'>>;

/** The sync columns alone, for the small update that reports a failed push to the row. */
export function syncColumns(sync: SyncState): Values {
  return {
    hnt_d365leadid: text('hnt_d365leadid', sync.lead_id),
    hnt_lastsynctime: sync.last_at === null ? null : moment(sync.last_at),
    hnt_syncattemptcount: whole('hnt_syncattemptcount', sync.attempts),
    hnt_processingstatus: choiceValue('hnt_processingstatus', PROCESSING[sync.status]),
    hnt_syncerrormessage: text('hnt_syncerrormessage', sync.error),
    hnt_pushstatus: choiceValue('hnt_pushstatus', PUSH_RESULT[sync.status]),
  };
}

const matchTags = ({ workloads }: Assessment, { names }: Wordings[Language]): string =>
  workloads.map(({ workload }) => names.workloads[workload]).join(', ');

export interface MlWeights {
  readonly schema: 1;
  readonly ruleSet: string;
  readonly version: string;
  readonly score: number;
  /** share = part of all points given and taken, 0..1 with four decimals */
  readonly weights: readonly {
    readonly id: string;
    readonly key: string;
    readonly kind: string;
    readonly points: number;
    readonly share: number;
  }[];
}

/** The contribution of each rule to this score, as data; null without a score. */
export function mlWeights(assessment: Assessment): MlWeights | null {
  const { scored, ruleSet } = assessment;
  if (scored === null) return null;
  const all = scored.lines.reduce((sum, line) => sum + Math.abs(line.points), 0);
  return {
    schema: 1,
    ruleSet: ruleSet.id,
    version: ruleSet.version,
    score: scored.score,
    weights: scored.lines.map(({ id, key, kind, points }) => ({
      id,
      key,
      kind,
      points,
      share: all === 0 ? 0 : Math.round((Math.abs(points) / all) * 10_000) / 10_000,
    })),
  };
}

/** A set of a thousand rules would not fit: those that count nothing go first, then the column stays empty. */
function mlWeightsJson(assessment: Assessment): string | null {
  const weights = mlWeights(assessment);
  if (weights === null) return null;
  const counted = { ...weights, weights: weights.weights.filter(({ points }) => points !== 0) };
  const { maxLength } = columns.hnt_huntermlweightjson.type;
  return [weights, counted].map(asJson).find((json) => json.length <= maxLength) ?? null;
}

type NumberColumn = {
  [Name in ColumnName]: ColumnValues[Name] extends number | null ? Name : never;
}[ColumnName];
type LimitedColumn = {
  [Name in NumberColumn]: (typeof columns)[Name]['type'] extends { min: number } ? Name : never;
}[NumberColumn];
type TextColumn = {
  [Name in ColumnName]: (typeof columns)[Name]['type'] extends { maxLength: number } ? Name : never;
}[ColumnName];

function within(column: LimitedColumn, value: number): number {
  const { min, max } = columns[column].type;
  return Math.min(max, Math.max(min, value));
}
const whole = (column: LimitedColumn, value: number): number => Math.round(within(column, value));

function decimal(column: 'hnt_confidence', value: number): number {
  const scale = 10 ** columns[column].type.precision;
  return Math.round(within(column, value) * scale) / scale;
}

/** The text as the column takes it; null for nothing, since an empty string and null are one to Dataverse. */
function text(column: TextColumn, value: string | null): string | null {
  if (value === null) return null;
  const { kind, maxLength } = columns[column].type;
  const cut = cutToUnits(columnText(value, { lines: kind === 'memo' }), maxLength);
  return cut === '' ? null : cut;
}

/** ISO 8601 in UTC to the second, which is all that Dataverse keeps. */
const moment = (iso: string): string => `${new Date(iso).toISOString().slice(0, 19)}Z`;

/**
 * What the push hash is made of: canonical JSON of the columns whose change is a reason to push. The hash itself is
 * the caller's. Of the intelligence JSON only its substance counts: its times, its history and the state of the sync
 * differ after every scan.
 */
export function pushHashInput(values: Values): string {
  const counting = COLUMN_NAMES.filter((name) => columns[name].countsAsChange && values[name] !== undefined)
    .toSorted()
    .map((name) => [name, name === 'hnt_intelligencejson' ? substanceOf(values[name]) : values[name]]);
  return JSON.stringify(counting);
}

/** The parts of the intelligence JSON that no other column tells; the text itself when it cannot be read. */
function substanceOf(json: string | null | undefined): unknown {
  const reading = readIntelligence(json);
  if (!reading.ok) return json ?? null;
  const it = reading.value;
  const offer = it.sales.en ?? it.sales.tr;
  return [
    it.kept === null,
    it.lookups.open.map(({ question }) => question).toSorted(),
    it.lines.map(({ id, points }) => [id, points]),
    it.range && [it.range.low, it.range.high],
    it.signals.map(({ id, state, record }) => [id, state, record]),
    it.whatIf.map(({ ids, score }) => [ids, score]),
    it.mail.localProvider,
    it.mail.hybrid,
    it.mxHosts,
    it.nameservers.toSorted(),
    it.registration && [it.registration.registrar, it.registration.expires],
    it.network.address,
    it.referral && [it.referral.ids, it.referral.primary?.status, it.referral.primary?.deal_value],
    offer && [offer.offer_tier.tier, offer.urgency, offer.next_step.action, offer.next_step.timeline],
  ];
}
