import { z } from 'zod';
import { FINDING_IDS, METRIC_IDS } from '#core/score/findings.ts';
import { fileHead, sourced, Words } from './common.ts';
import { ProviderId } from './mail.ts';

export const SEGMENTS = ['Migration', 'Existing', 'Cold', 'Skip'] as const;
export type Segment = (typeof SEGMENTS)[number];
export const COMMERCIAL_SEGMENTS = [
  'GREENFIELD',
  'COMPETITIVE',
  'WEAK_PARTNER',
  'RENEWAL',
  'LOW_INTENT',
  'NO_GO',
] as const;
export type CommercialSegment = (typeof COMMERCIAL_SEGMENTS)[number];
export const TECHNICAL_HEATS = ['Hot', 'Warm', 'Cold'] as const;
export type TechnicalHeat = (typeof TECHNICAL_HEATS)[number];
export const COMMERCIAL_HEATS = ['HIGH', 'MEDIUM', 'LOW'] as const;
export type CommercialHeat = (typeof COMMERCIAL_HEATS)[number];
export const CATEGORIES = ['P1', 'P2', 'P3', 'P4', 'P5', 'P6'] as const;
export type Category = (typeof CATEGORIES)[number];
export const PRIORITIES = [1, 2, 3, 4, 5, 6, 7] as const;
export type Priority = (typeof PRIORITIES)[number];
export const WORKLOADS = [
  'exchange-online',
  'teams',
  'intune',
  'entra-id',
  'sharepoint',
  'defender-office-365',
] as const;
export type Workload = (typeof WORKLOADS)[number];

const Range = z
  .strictObject({ min: z.number().optional(), max: z.number().optional() })
  .refine((range) => range.min !== undefined || range.max !== undefined, 'needs min or max');

/** How a provider counts. `entry` = the score from which it is a Migration; a provider without entry never is. */
const ProviderScore = z.strictObject({
  points: z.int(),
  group: z.string().optional(),
  entry: z.int().optional(),
});
export type ProviderScore = z.infer<typeof ProviderScore>;

/**
 * The closed language of conditions. Keys of one object are joined by AND, values of one list by OR.
 * `fromEntry` compares score minus the provider's entry; it never holds for a provider without entry.
 */
const conditionKeys = {
  finding: z.array(z.enum(FINDING_IDS)).min(1).optional(),
  metric: z.partialRecord(z.enum(METRIC_IDS), Range).optional(),
  provider: z.array(ProviderId).min(1).optional(),
  group: z.array(z.string()).min(1).optional(),
  gateway: z.boolean().optional(),
  hybrid: z.boolean().optional(),
  workload: z.array(z.enum(WORKLOADS)).min(1).optional(),
  hardFail: z.boolean().optional(),
  score: Range.optional(),
  fromEntry: Range.optional(),
  segment: z.array(z.enum(SEGMENTS)).min(1).optional(),
  priority: Range.optional(),
  commercialSegment: z.array(z.enum(COMMERCIAL_SEGMENTS)).min(1).optional(),
  technicalHeat: z.array(z.enum(TECHNICAL_HEATS)).min(1).optional(),
  commercialHeat: z.array(z.enum(COMMERCIAL_HEATS)).min(1).optional(),
};
const ConditionBase = z.strictObject(conditionKeys);
export interface Condition extends z.infer<typeof ConditionBase> {
  all?: Condition[] | undefined;
  any?: Condition[] | undefined;
  not?: Condition | undefined;
}
export const Condition: z.ZodType<Condition> = z.lazy(() =>
  z.strictObject({
    ...conditionKeys,
    all: z.array(Condition).min(1).optional(),
    any: z.array(Condition).min(1).optional(),
    not: Condition.optional(),
  }),
);

const ruleId = z.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'a rule id is a kebab-case noun');

/** One reason for points. `key` is its name in the breakdown object that API clients read. */
export const ScoreRule = z.strictObject({
  id: ruleId,
  key: z.string().regex(/^[a-z0-9_]+$/),
  kind: z.enum(['signal', 'risk', 'note']),
  when: Condition,
  points: z.int().min(-100).max(100),
  name: Words.describe('the line in the breakdown'),
  why: Words.describe('why it counts'),
  advice: Words.nullable().describe('what the company could do; null when there is nothing to do'),
  ...sourced,
});
export type ScoreRule = z.infer<typeof ScoreRule>;

const choice = <T extends z.ZodType>(value: T) =>
  z.strictObject({ id: ruleId, when: Condition, value, why: Words.optional() });

const Line = z.strictObject({ name: Words, why: Words });

export const RuleSet = z.strictObject({
  ...fileHead,
  id: z.string().regex(/^[a-z0-9-]+$/),
  title: Words,
  about: z.string(),
  engine: z.strictObject({
    nullMx: z.enum(['hard-fail', 'no-provider']).describe('what a null MX (RFC 7505) is'),
    hardFailPModel: z.boolean().describe('whether a hard fail carries P-model fields'),
    tenantSize: z.enum(['weights', 'mx-root']),
    dkimNotFound: z
      .enum(['unknown', 'absent'])
      .describe('what it means when no asked selector has a key and nothing proves that none exists'),
  }),
  base: z.int(),
  clamp: z.strictObject({ min: z.int(), max: z.int() }),
  providers: z.record(ProviderId, ProviderScore),
  otherMailboxClouds: ProviderScore.describe('providers of kind "mailbox" that are not named above'),
  otherProviders: ProviderScore.describe('all other providers that are not named above'),
  rules: z.array(ScoreRule),
  lines: z
    .strictObject({ base: Line, provider: Line, floor: Line, ceiling: Line })
    .describe('names of the lines that no rule makes; {provider} and {limit} are filled in'),
  hardFailReasons: z.strictObject({ absent: Words, null: Words, nxdomain: Words }),
  segments: z.array(choice(z.enum(SEGMENTS))).min(1),
  priorities: z.array(choice(z.literal([...PRIORITIES]))).min(1),
  commercialSegments: z.array(choice(z.enum(COMMERCIAL_SEGMENTS))).min(1),
  technicalHeats: z.array(choice(z.enum(TECHNICAL_HEATS))).min(1),
  commercialHeats: z.array(choice(z.enum(COMMERCIAL_HEATS))).min(1),
  categories: z.array(choice(z.enum(CATEGORIES))).min(1),
  categoryLabels: z.record(z.enum(CATEGORIES), Words),
  confidence: z.strictObject({
    high: z.number(),
    medium: z.number(),
    unseenStability: z.number().min(0).max(1),
    perChange: z.number().min(0).max(1).describe('stability lost by each change'),
    windowDays: z.int(),
  }),
  fit: z
    .strictObject({
      base: z.int(),
      whenProvider: z.array(ProviderId).describe('for these providers the fit is the score'),
      rules: z.array(z.strictObject({ id: ruleId, when: Condition, points: z.int(), why: Words })),
    })
    .nullable(),
});
export type RuleSet = z.infer<typeof RuleSet>;

/** The lists of a set whose first fitting entry counts, in the order they are decided. */
export const FIRST_MATCH_LISTS = [
  'segments',
  'priorities',
  'commercialSegments',
  'technicalHeats',
  'commercialHeats',
  'categories',
] as const satisfies readonly (keyof RuleSet)[];

/** A small JSON of a customer's own numbers, laid over a released set. The set's version then carries its hash. */
export const Overlay = z.strictObject({
  $schema: z.string().optional(),
  id: z.string().regex(/^[a-z0-9-]+$/),
  about: z.string().optional(),
  base: z.int().optional(),
  providers: z.record(ProviderId, ProviderScore.partial()).default({}),
  points: z.record(ruleId, z.int().min(-100).max(100)).default({}).describe('points of rules, by rule id'),
  rules: z.array(ScoreRule).default([]).describe('further rules'),
  confidence: z.strictObject({ high: z.number().optional(), medium: z.number().optional() }).optional(),
  prices: z
    .record(z.string(), z.record(z.string(), z.number().nonnegative().nullable()))
    .optional()
    .describe('offer row -> price name -> amount'),
});
export type Overlay = z.infer<typeof Overlay>;

/** rules/improvements.json: what a company could change, as findings taken away and added. */
export const ImprovementsFile = z.strictObject({
  ...fileHead,
  improvements: z.array(
    z.strictObject({
      id: ruleId,
      signal: z.enum(['spf', 'dkim', 'dmarc', 'expiry', 'includes']),
      when: Condition.describe('offered only then'),
      remove: z.array(z.enum(FINDING_IDS)),
      add: z.array(z.enum(FINDING_IDS)),
      metrics: z
        .partialRecord(z.enum(METRIC_IDS), z.number().nullable())
        .default({})
        .describe('null takes the number away'),
      label: Words,
    }),
  ),
});
export type Improvement = z.infer<typeof ImprovementsFile>['improvements'][number];
