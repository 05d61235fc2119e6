import { z } from 'zod';
import type { Assessment } from '#core/assessment.ts';
import { type AssessmentSnapshot, type ChangeRules, reasonOf } from '#core/changes/changes.ts';
import type { Evidence as FoundEvidence } from '#core/evidence.ts';
import { TENANT_SIZES } from '#core/rules/classification.ts';
import { type Language, LANGUAGES } from '#core/rules/common.ts';
import {
  CATEGORIES,
  COMMERCIAL_HEATS,
  COMMERCIAL_SEGMENTS,
  PRIORITIES,
  SEGMENTS,
  TECHNICAL_HEATS,
} from '#core/rules/rule-set.ts';
import {
  NextStep,
  OfferTier,
  OpportunityFactor,
  OpportunityRationale,
  SalesSummary,
  SecurityReasoning,
} from '#core/sales/contract.ts';
import { ReferralAggregate, scoredAssessment, SyncState } from './lead.ts';
import { signalWords } from './signal-words.ts';

/**
 * The content of hnt_intelligencejson: everything the controls paint, without a network. Version 1 only ever grows by
 * optional keys; a reader ignores what it does not know. Anything else is version 2, which a reader of version 1
 * refuses in words.
 */
export const INTELLIGENCE_SCHEMA = 1;

const Words = z.object({ tr: z.string(), en: z.string() });
const Evidence = z.object({ record: z.string(), value: z.string(), shows: z.string() });
const Moment = z.string().describe('ISO 8601 in UTC');
const Priority = z.literal([...PRIORITIES]);
const Category = z.enum(CATEGORIES).nullable();
const MaybeText = z.string().nullable();

/** The frozen contract as a reader takes it: keys that a later version adds are ignored instead of refused. */
const Sales = z.object({
  ...SalesSummary.shape,
  security_reasoning: SecurityReasoning.strip().nullable(),
  offer_tier: OfferTier.strip(),
  opportunity_rationale: OpportunityRationale.extend({
    factors: z.array(OpportunityFactor.strip()).min(1),
  }).strip(),
  next_step: NextStep.strip(),
  metadata: SalesSummary.shape.metadata.strip(),
});
// The enum values of the contract may grow. A summary with a value this reader does not know is left out; the score
// and all the rest are still painted.
const MaybeSales = Sales.nullable().catch(null);

export const HistoryRow = z.object({
  at: Moment,
  score: z.int().nullable(),
  segment: z.enum(SEGMENTS).nullable(),
  priority: Priority.nullable(),
  change: Words.describe('what had changed: "SPF record published: +15"'),
  ruleSet: z.string(),
});
export type HistoryRow = z.infer<typeof HistoryRow>;

/** A score scale of 0 to 100 has no more than this many places where a zone could begin. */
const MOST_ZONES = 101;

export const Intelligence = z.object({
  schema: z.literal(INTELLIGENCE_SCHEMA),
  domain: z.string().describe('lower-case ASCII'),
  unicode: z.string().describe('as people write it'),
  language: z.enum(LANGUAGES).describe('of the organisation'),
  lookedUpAt: Moment.describe('when the records behind the score were looked up'),
  assessedAt: Moment,
  ruleSet: z.object({ id: z.string(), version: z.string() }),
  status: z.enum(['completed', 'partial']),
  kept: z
    .object({ since: Moment, triedAt: Moment })
    .nullable()
    .describe('set when a look-up that counts gave no answer and the score of an earlier scan stays'),
  lookups: z.object({
    asked: z.int(),
    answered: z.int(),
    open: z.array(z.object({ question: z.string(), why: z.string(), retryable: z.boolean() })),
  }),
  mail: z.object({
    provider: z.string(),
    providerName: z.string(),
    kind: z.enum(['mailbox', 'sender', 'server', 'none']),
    gateway: MaybeText,
    hybrid: z.boolean(),
    mixed: z.array(z.string()),
    confidence: z.number(),
    localProvider: MaybeText,
    because: z.array(Evidence),
  }),
  score: z
    .object({
      value: z.int(),
      segment: z.enum(SEGMENTS),
      priority: Priority,
      category: Category,
      label: Words.nullable(),
      technicalHeat: z.enum(TECHNICAL_HEATS).nullable(),
      commercialSegment: z.enum(COMMERCIAL_SEGMENTS).nullable(),
      commercialHeat: z.enum(COMMERCIAL_HEATS).nullable(),
      hardFail: z.enum(['absent', 'null', 'nxdomain']).nullable(),
      why: Words.nullable().describe('why this segment'),
    })
    .nullable(),
  range: z.object({ low: z.int(), high: z.int() }).nullable(),
  zones: z
    .array(z.object({ from: z.int(), segment: z.enum(SEGMENTS), priority: Priority, category: Category }))
    .max(MOST_ZONES)
    .describe('the ruler of this provider, ascending; empty after a hard fail'),
  lines: z
    .array(
      z.object({
        id: z.string(),
        kind: z.enum(['base', 'provider', 'signal', 'risk', 'note', 'clamp']),
        points: z.int(),
        running: z.int(),
        name: Words,
        why: Words,
        advice: Words.nullable(),
        because: z.array(Evidence),
      }),
    )
    .describe('the waterfall, in reading order; the points add up to the score'),
  confidence: z.object({
    total: z.number(),
    level: z.enum(['high', 'medium', 'low']),
    parts: z.object({
      completeness: z.number(),
      stability: z.number(),
      provider: z.number(),
      variance: z.number(),
    }),
  }),
  whatIf: z
    .array(
      z.object({
        ids: z.array(z.string()),
        label: Words,
        points: z.int(),
        score: z.int(),
        segment: z.enum(SEGMENTS),
        priority: Priority,
        category: Category,
      }),
    )
    .describe('best first'),
  fit: z
    .object({
      score: z.int(),
      lines: z.array(z.object({ id: z.string(), points: z.int(), why: Words })),
    })
    .nullable(),
  signals: z.array(
    z.object({
      id: z.string(),
      state: z.enum(['found', 'weak', 'absent', 'unknown', 'unanswered', 'not-asked']),
      why: MaybeText.describe('NXDOMAIN, TIMEOUT ...'),
      record: MaybeText,
      shows: Words.nullable(),
      findings: z.array(z.string()),
      points: z.int(),
    }),
  ),
  workloads: z.array(z.object({ workload: z.string(), because: z.array(Evidence) })),
  tenantSize: z.object({
    size: z.enum(TENANT_SIZES).nullable(),
    basis: z.enum(['declared', 'heuristic', 'mx-root']).nullable(),
  }),
  tenant: z.object({ tenantId: MaybeText, region: MaybeText, realm: MaybeText }).nullable(),
  dmarc: z.object({ policy: MaybeText, coverage: z.number().nullable() }),
  mxHosts: z.array(z.string()),
  nameservers: z.array(z.string()),
  registration: z
    .object({
      source: z.enum(['rdap', 'whois']),
      registrar: MaybeText,
      created: MaybeText,
      expires: MaybeText,
    })
    .nullable(),
  infrastructureSummary: MaybeText,
  network: z.object({
    country: MaybeText,
    city: MaybeText,
    isp: MaybeText,
    usageType: MaybeText,
    isProxy: z.boolean().nullable(),
    proxyType: MaybeText,
    asn: z.int().nullable(),
    asnOrg: MaybeText,
    address: MaybeText,
  }),
  sales: z.object({ tr: MaybeSales, en: MaybeSales }),
  previous: z
    .object({
      at: Moment,
      score: z.int(),
      segment: z.enum(SEGMENTS),
      priority: Priority,
      delta: z.int().describe('this score minus the earlier one'),
      reason: Words.nullable(),
    })
    .nullable()
    .describe('the scan before; null on the first'),
  history: z.array(HistoryRow).describe('newest first, this scan included'),
  scans: z.int().describe('how many scans there were, also those no longer listed'),
  referral: ReferralAggregate.nullable(),
  sync: SyncState.nullable(),
  links: z.object({
    lead: MaybeText.describe('this lead in Dynamics 365'),
    pdf: z.string().describe('path below the service address'),
    referral: MaybeText.describe('the primary referral in Partner Center'),
  }),
  cut: z.array(z.string()).describe('what was left out to keep the size limit, by name; usually nothing'),
});
export type Intelligence = z.infer<typeof Intelligence>;

/** The published schema of hnt_intelligencejson, for core/lead/intelligence.schema.json. */
export function intelligenceJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(Intelligence, { target: 'draft-2020-12' });
  return {
    $schema,
    title: 'Hunter intelligence',
    description:
      'Content of hnt_intelligencejson on the Dynamics 365 lead: what the Hunter controls paint from.',
    ...schema,
  };
}

/** What is known of one company, with the rules it is told by: `...rules.sales` has them. */
export interface IntelligenceInput extends ChangeRules {
  readonly assessment: Assessment;
  /** the earlier assessment whose score stays, where this one got no answer that counts */
  readonly kept?: Assessment | null;
  /** the scan before this one, when it had a score */
  readonly previous?: AssessmentSnapshot | null;
  readonly language: Language;
  /** of the assessment that is shown */
  readonly sales?: { readonly tr: SalesSummary | null; readonly en: SalesSummary | null } | null;
  /** newest first, this scan included */
  readonly history?: readonly HistoryRow[];
  /** number of all scans; the length of `history` when left out */
  readonly scans?: number;
  readonly referral?: ReferralAggregate | null;
  readonly sync?: SyncState | null;
  readonly links?: { readonly lead?: string | null; readonly referral?: string | null };
}

/** Everything the controls paint, from what is known of one company. Cut to size by {@link fitIntelligence}. */
export function intelligenceOf(input: IntelligenceInput): Intelligence {
  const { assessment } = input;
  // A score that is kept stays on screen as a whole: a score beside the provider of another
  // scan could not be added up.
  const shown = scoredAssessment(assessment, input.kept ?? null);
  const isKept = shown !== assessment;
  const { scored, mail } = shown;
  const history = input.history ?? [];
  return {
    schema: INTELLIGENCE_SCHEMA,
    domain: assessment.domain,
    unicode: assessment.unicode,
    language: input.language,
    lookedUpAt: shown.lookedUpAt,
    assessedAt: shown.assessedAt,
    ruleSet: { ...shown.ruleSet },
    status: assessment.status,
    kept: isKept ? { since: shown.lookedUpAt, triedAt: assessment.lookedUpAt } : null,
    lookups: {
      asked: assessment.asked,
      answered: assessment.answered,
      open: assessment.open.map((question) => ({ ...question })),
    },
    mail: {
      provider: mail.provider,
      providerName: mail.providerName,
      kind: mail.kind,
      gateway: mail.gateway?.name ?? null,
      hybrid: mail.hybrid,
      mixed: [...mail.mixed],
      confidence: mail.confidence,
      localProvider: mail.localProvider,
      because: evidence(mail.because),
    },
    score:
      scored === null
        ? null
        : {
            value: scored.score,
            segment: scored.segment,
            priority: scored.priority,
            category: scored.pModel?.category ?? null,
            label: scored.pModel?.label ?? null,
            technicalHeat: scored.pModel?.technicalHeat ?? null,
            commercialSegment: scored.pModel?.commercialSegment ?? null,
            commercialHeat: scored.pModel?.commercialHeat ?? null,
            hardFail: scored.hardFail,
            why: scored.segmentWhy,
          },
    range: shown.range === null ? null : { ...shown.range },
    zones: shown.zones.slice(0, MOST_ZONES).map((zone) => ({ ...zone })),
    lines: (scored?.lines ?? []).map((line) => ({
      id: line.id,
      kind: line.kind,
      points: line.points,
      running: line.running,
      name: line.name,
      why: line.why,
      advice: line.advice,
      because: evidence(line.because),
    })),
    confidence: { ...shown.confidence, parts: { ...shown.confidence.parts } },
    whatIf: shown.whatIf.map((change) => ({ ...change, ids: [...change.ids] })),
    fit:
      shown.fit === null
        ? null
        : { score: shown.fit.score, lines: shown.fit.lines.map((line) => ({ ...line })) },
    signals: shown.signals.map((signal) => ({
      ...signal,
      findings: [...signal.findings],
      shows: signalWords(shown, signal, input.wording),
    })),
    workloads: shown.workloads.map(({ workload, because }) => ({ workload, because: evidence(because) })),
    tenantSize: { size: shown.tenantSize.size, basis: shown.tenantSize.basis },
    tenant: shown.tenant === null ? null : { ...shown.tenant },
    dmarc: { policy: shown.dmarc.policy, coverage: shown.dmarc.coverage },
    mxHosts: [...shown.mxHosts],
    nameservers: [...shown.nameservers],
    registration:
      shown.registration === null
        ? null
        : {
            source: shown.registration.source,
            registrar: shown.registration.registrar,
            created: shown.registration.created,
            expires: shown.registration.expires,
          },
    infrastructureSummary: shown.infrastructureSummary,
    network: { ...shown.network },
    sales: { tr: withoutClaims(input.sales?.tr ?? null), en: withoutClaims(input.sales?.en ?? null) },
    previous: isKept ? null : previousOf(input.previous ?? null, assessment, input),
    history: history.map((row) => ({ ...row })),
    scans: input.scans ?? history.length,
    referral: input.referral ?? null,
    sync: input.sync ?? null,
    links: {
      lead: input.links?.lead ?? null,
      pdf: `/api/v1/leads/${encodeURIComponent(assessment.domain)}/summary.pdf`,
      referral: input.links?.referral ?? null,
    },
    cut: [],
  };
}

const evidence = (because: readonly FoundEvidence[]): FoundEvidence[] =>
  because.map(({ record, value, shows }) => ({ record, value, shows }));

/** The evidence of each sentence repeats what signals and lines hold already; only the service's own page shows it. */
function withoutClaims(summary: SalesSummary | null): SalesSummary | null {
  if (summary === null) return null;
  const { claims: _, ...rest } = summary;
  return rest;
}

function previousOf(
  before: AssessmentSnapshot | null,
  after: Assessment,
  rules: ChangeRules,
): Intelligence['previous'] {
  if (before === null || before.scored === null || after.scored === null) return null;
  return {
    at: before.lookedUpAt,
    score: before.scored.score,
    segment: before.scored.segment,
    priority: before.scored.priority,
    delta: after.scored.score - before.scored.score,
    reason: reasonOf(before, after, rules),
  };
}

export type IntelligenceReading =
  | { readonly ok: true; readonly value: Intelligence }
  | { readonly ok: false; readonly reason: 'empty' }
  | { readonly ok: false; readonly reason: 'not-json'; readonly detail: string }
  | { readonly ok: false; readonly reason: 'other-version'; readonly version: number }
  | { readonly ok: false; readonly reason: 'invalid'; readonly detail: string };

/**
 * Reads the column. Keys that this version does not know are ignored; another major version is named, so that a
 * control can say "update the solution" instead of painting half of it.
 */
export function readIntelligence(text: string | null | undefined): IntelligenceReading {
  if (text === null || text === undefined || text.trim() === '') return { ok: false, reason: 'empty' };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { ok: false, reason: 'not-json', detail: (error as Error).message };
  }
  const version = (json as { schema?: unknown } | null)?.schema;
  if (typeof version === 'number' && version !== INTELLIGENCE_SCHEMA)
    return { ok: false, reason: 'other-version', version };
  const parsed = Intelligence.safeParse(json);
  if (parsed.success) return { ok: true, value: parsed.data };
  const [issue] = parsed.error.issues;
  return { ok: false, reason: 'invalid', detail: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}` };
}

export { fitIntelligence, INTELLIGENCE_MAX_BYTES } from './fit-intelligence.ts';
