import { z } from 'zod';
import { LANGUAGES, type Language } from '#core/rules/common.ts';
import { PRIORITIES, SEGMENTS } from '#core/rules/rule-set.ts';
import { TENANT_SIZES } from '#core/rules/classification.ts';

/**
 * The sales summary as clients read it, version 1.1. Frozen: names, types, which fields are always there, and the
 * enum values (these may grow). New fields are optional, so that a client of the earlier system goes on working.
 */
export const SALES_SUMMARY_VERSION = '1.1';

export const LEVELS = ['low', 'medium', 'high'] as const;
export type Level = (typeof LEVELS)[number];
export const ACTIONS = ['call', 'email', 'wait'] as const;
export type Action = (typeof ACTIONS)[number];
/** The values are the earlier system's own words, in both languages: they are names, not texts. */
export const TIMELINES = ['24_saat', '3_gün', '1_hafta', '1_ay'] as const;
export type Timeline = (typeof TIMELINES)[number];
/** The prices of an offer, by their field names. */
export const PRICES = [
  'price_per_user_per_month',
  'migration_fee',
  'defender_price_per_user_per_month',
  'consulting_fee',
] as const;
export type Price = (typeof PRICES)[number];

const Text = z.string().min(1);
const Amount = z.number().nonnegative();
const Points = z.int().min(0).max(100);

export const SecurityReasoning = z.strictObject({
  risk_level: z.enum(LEVELS),
  summary: Text,
  details: z.array(Text),
  sales_angle: Text,
  recommended_action: Text,
});
export type SecurityReasoning = z.infer<typeof SecurityReasoning>;

export const OfferTier = z.strictObject({
  tier: Text,
  license: Text,
  price_per_user_per_month: Amount,
  migration_fee: Amount,
  defender_price_per_user_per_month: Amount.nullable(),
  consulting_fee: Amount.nullable(),
  recommendation: Text,
  currency: z.string().length(3).optional().describe('added: ISO 4217 code of every amount'),
  applies: z
    .array(z.enum(PRICES))
    .optional()
    .describe('added: the prices that belong to this offer; a company on Microsoft 365 pays no migration'),
});
export type OfferTier = z.infer<typeof OfferTier>;

export const OpportunityFactor = z.strictObject({
  name: z.enum(['segment', 'readiness_score', 'priority_score', 'tenant_size', 'contact_quality']),
  weight: z.number(),
  raw: z.union([z.string(), z.number()]),
  score: z.int(),
  comment: Text,
});
export type OpportunityFactor = z.infer<typeof OpportunityFactor>;

export const OpportunityRationale = z.strictObject({
  total: Points,
  factors: z.array(OpportunityFactor).min(1),
  tuning_factor: z.number().nonnegative(),
  summary: Text,
});
export type OpportunityRationale = z.infer<typeof OpportunityRationale>;

export const NextStep = z.strictObject({
  action: z.enum(ACTIONS),
  timeline: z.enum(TIMELINES),
  priority: z.enum(LEVELS),
  message: Text,
  internal_note: Text,
});
export type NextStep = z.infer<typeof NextStep>;

/** One sentence of the summary and the records that carry it. */
export const Claim = z.strictObject({
  field: z.string().describe('the field of the summary that says it'),
  sentence: z.string().describe('its id in the wording files: "gap.dmarc-absent"'),
  because: z.array(z.strictObject({ record: z.string(), value: z.string(), shows: z.string() })),
});
export type Claim = z.infer<typeof Claim>;

export const SalesSummary = z.strictObject({
  domain: Text,
  one_liner: Text,
  segment_explanation: Text,
  provider_reasoning: Text,
  security_reasoning: SecurityReasoning.nullable(),
  call_script: z.array(Text).min(1),
  discovery_questions: z.array(Text).min(1),
  offer_tier: OfferTier,
  opportunity_potential: Points,
  opportunity_rationale: OpportunityRationale,
  urgency: z.enum(LEVELS),
  next_step: NextStep,
  metadata: z.strictObject({
    domain: Text,
    provider: Text,
    segment: z.enum(SEGMENTS),
    readiness_score: Points,
    priority_score: z.literal([...PRIORITIES]),
    tenant_size: z.enum(TENANT_SIZES).nullable(),
    local_provider: z.string().nullable(),
    generated_at: Text,
  }),
  language: z.enum(LANGUAGES).optional().describe('added: the language of the texts'),
  claims: z.array(Claim).optional().describe('added: what each claiming sentence rests on'),
});
export type SalesSummary = z.infer<typeof SalesSummary>;

/** What is known besides the assessment. */
export interface SalesContext {
  /** ISO 8601 in UTC; the assessment's own moment when left out */
  readonly generatedAt?: string;
  /** 0..100; null or 0 = nothing known of contacts */
  readonly contactQuality?: number | null;
  /** multiplies the opportunity; rules/opportunity.json has the default */
  readonly tuningFactor?: number;
  /** the newest change of provider: ids of rules/providers.json, and when it was seen */
  readonly providerChange?: { readonly from: string; readonly to: string; readonly at: string } | null;
  readonly senderName?: string | null;
  readonly senderCompany?: string | null;
}

export type { Language };
