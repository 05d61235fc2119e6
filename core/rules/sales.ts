import { z } from 'zod';
import { CHANGE_SENTENCES } from '#core/changes/sentences.ts';
import { EVIDENCE_FINDINGS, LEAD_SENTENCES, SIGNAL_SENTENCES } from '#core/lead/sentences.ts';
import type { RuleFault, RuleReading } from '#core/rules.ts';
import { ACTIONS, LEVELS, PRICES, TIMELINES, type Price } from '#core/sales/contract.ts';
import { SENTENCES, type Texts } from '#core/sales/sentences.ts';
import { FINDING_IDS } from '#core/score/findings.ts';
import { TENANT_SIZES } from './classification.ts';
import { fileHead, LANGUAGES, Words, type Language } from './common.ts';
import type { Sentences as SentenceList, TextsOf } from './fill.ts';
import type { Messages } from './messages.ts';
import { SEGMENTS } from './rule-set.ts';

const Range = z
  .strictObject({ min: z.number().optional(), max: z.number().optional() })
  .refine((range) => range.min !== undefined || range.max !== undefined, 'needs min or max');

/** A list whose first fitting entry counts must end in one that always fits. */
const firstMatch = <T extends z.ZodType<{ when: object }>>(entry: T) =>
  z
    .array(entry)
    .min(1)
    .refine((list) => Object.keys(list.at(-1)?.when ?? { none: true }).length === 0, {
      message: 'the last entry of a first-match list must always hold: {}',
    });

// --- rules/offers.json -------------------------------------------------------------------------------------------

const Amount = z.number().nonnegative();
export const OfferRow = z.strictObject({
  tier: z.string().min(1),
  license: z.string().min(1),
  price_per_user_per_month: Amount,
  migration_fee: Amount,
  defender_price_per_user_per_month: Amount.nullable(),
  consulting_fee: Amount.nullable(),
});
export type OfferRow = z.infer<typeof OfferRow>;
export const OFFER_ROWS = TENANT_SIZES;
export type OfferRowName = (typeof OFFER_ROWS)[number];

const SameAs = z.strictObject({ sameAs: z.enum(OFFER_ROWS) });
const OfferWhen = z.strictObject({
  segment: z.array(z.enum(SEGMENTS)).min(1).optional(),
  score: Range.optional(),
});
export type OfferWhen = z.infer<typeof OfferWhen>;

/** What is offered to whom. A row may refer to another, so that a number stands in one place. */
export const OffersFile = z
  .strictObject({
    ...fileHead,
    currency: z.string().regex(/^[A-Z]{3}$/, 'an ISO 4217 code: "EUR"'),
    rows: z.record(z.enum(OFFER_ROWS), z.union([OfferRow, SameAs])),
    unknownSize: firstMatch(z.strictObject({ when: OfferWhen, row: z.enum(OFFER_ROWS) })).describe(
      'the row for a company of unknown size: the first that fits',
    ),
    applies: z
      .record(z.enum(SEGMENTS), z.array(z.enum(PRICES)))
      .describe('the prices that belong to an offer, by segment; none for a domain without mail'),
    source: z.string().min(3),
  })
  .refine(
    (file) =>
      Object.values(file.rows).every((row) => !('sameAs' in row) || !('sameAs' in file.rows[row.sameAs])),
    { path: ['rows'], message: '"sameAs" must name a row that has the numbers itself' },
  );
export type OffersFile = z.infer<typeof OffersFile>;

/** The offers with every reference resolved. */
export interface Offers {
  readonly currency: string;
  readonly rows: Readonly<Record<OfferRowName, OfferRow>>;
  readonly unknownSize: OffersFile['unknownSize'];
  readonly applies: OffersFile['applies'];
}

// --- rules/opportunity.json --------------------------------------------------------------------------------------

const SizePoints = z.union([z.int(), SameAs]);
const RiskFactor = z.strictObject({
  id: z.string().regex(/^[a-z_]+$/),
  findings: z.array(z.enum(FINDING_IDS)).min(1).describe('one of these is enough'),
  alone: z.enum(LEVELS).describe('the risk when no other factor holds'),
});

/** Conditions on what is known when the urgency is decided: joined by AND. */
const UrgencyWhen = z.strictObject({
  hardFail: z.boolean().optional(),
  segment: z.array(z.enum(SEGMENTS)).min(1).optional(),
  score: Range.optional(),
  priority: Range.optional(),
  daysToExpiry: Range.optional().describe('never holds while the date is unknown'),
  expiryTold: z.literal(true).optional().describe('the end is within expiryToldWithinDays'),
});
export type UrgencyWhen = z.infer<typeof UrgencyWhen>;
const NextStepWhen = z.strictObject({
  hardFail: z.boolean().optional(),
  segment: z.array(z.enum(SEGMENTS)).min(1).optional(),
  opportunity: Range.optional(),
  urgency: z.array(z.enum(LEVELS)).min(1).optional(),
});
export type NextStepWhen = z.infer<typeof NextStepWhen>;
const rowId = z.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/);

export const OpportunityFile = z
  .strictObject({
    ...fileHead,
    source: z.string().min(3),
    opportunity: z.strictObject({
      max: z.int(),
      tuningFactor: z.number().nonnegative().describe('multiplies the sum; 1 leaves it as it is'),
      segment: z.strictObject({ weight: z.number(), points: z.record(z.enum(SEGMENTS), z.int()) }),
      readiness: z.strictObject({
        weight: z.number().describe('points for each point of the score, rounded down'),
      }),
      priority: z.strictObject({
        weight: z.number(),
        points: z.record(z.enum(['1', '2', '3', '4', '5', '6', '7']), z.int()),
      }),
      tenantSize: z.strictObject({
        weight: z.number(),
        points: z.record(z.enum([...TENANT_SIZES, 'unknown']), SizePoints),
      }),
      contacts: z.strictObject({
        weight: z.number().describe('points for each point of contact quality, rounded down'),
      }),
    }),
    security: z
      .strictObject({ factors: z.array(RiskFactor).min(1), several: z.enum(LEVELS), none: z.enum(LEVELS) })
      .describe('risk level: one factor says it by itself, two or more by `several`'),
    urgency: z.strictObject({
      levels: firstMatch(z.strictObject({ id: rowId, when: UrgencyWhen, level: z.enum(LEVELS), why: Words })),
      raisedBy: z
        .strictObject({ mixed: Words, changed: Words })
        .describe('several providers in the MX, or a recent change: one level up, once'),
      recentChangeDays: z.int().min(0),
    }),
    expiryToldWithinDays: z
      .int()
      .min(0)
      .describe('an expiry this near is told to the seller and in the script'),
    expirySoonDays: z
      .int()
      .min(1)
      .describe('a registration with fewer days left alerts; the sets that ship take points off from there'),
    providerSureFrom: z
      .number()
      .min(0)
      .max(1)
      .describe('from this confidence a provider is named as a fact, below it as a likelihood'),
    script: z.strictObject({
      firmClosing: z
        .strictObject({ priority: Range })
        .describe('asks for a talk this week; else a softer one'),
    }),
    nextStep: firstMatch(
      z.strictObject({
        id: rowId,
        when: NextStepWhen,
        action: z.enum(ACTIONS),
        timeline: z.enum(TIMELINES),
        priority: z.enum(LEVELS),
      }),
    ),
  })
  .refine(
    ({ opportunity: { tenantSize } }) =>
      Object.values(tenantSize.points).every(
        (points) => typeof points === 'number' || typeof tenantSize.points[points.sameAs] === 'number',
      ),
    {
      path: ['opportunity', 'tenantSize', 'points'],
      message: '"sameAs" must name a size that has its own points',
    },
  );
export type OpportunityFile = z.infer<typeof OpportunityFile>;

// --- rules/wording.tr.json, rules/wording.en.json ----------------------------------------------------------------

const Text = z.string().min(1);
const named = <const T extends readonly string[]>(names: T) => z.record(z.enum(names), Text);

const Sentences = z.strictObject(
  Object.fromEntries(
    Object.entries(SENTENCES).map(([part, sentences]) => [
      part,
      z.strictObject(Object.fromEntries(Object.keys(sentences).map((key) => [key, Text]))),
    ]),
  ),
) as unknown as z.ZodType<Texts>;

/** The words of one list of sentences: exactly its keys. */
const wordsOf = <const S extends SentenceList>(sentences: S) =>
  z.strictObject(
    Object.fromEntries(Object.keys(sentences).map((key) => [key, Text])),
  ) as unknown as z.ZodType<TextsOf<S>>;

export const WordingFile = z.strictObject({
  ...fileHead,
  language: z.enum(LANGUAGES),
  format: z.strictObject({
    thousands: z.string().length(1),
    decimal: z.string().length(1),
    money: Text,
    percent: Text,
    date: Text,
    months: z.array(Text).length(12),
    shortDate: Text.describe('{day}, {dd} with two digits, {month} of shortMonths, {year}'),
    shortMonths: z.array(Text).length(12),
    listBetween: Text,
    listLast: Text,
  }),
  words: z.strictObject({
    level: named(LEVELS),
    size: named([...TENANT_SIZES, 'unknown']),
    timeline: named(TIMELINES),
    provider: z.record(z.string(), Text).describe('names by provider id, for texts about a change'),
    yourName: Text.describe('stands in a script until the caller is known'),
    yourCompany: Text,
  }),
  changes: wordsOf(CHANGE_SENTENCES).describe('what has changed between two scans, without full stop'),
  signals: wordsOf(SIGNAL_SENTENCES).describe('what a record shows, without full stop'),
  evidence: named(EVIDENCE_FINDINGS).describe('what a finding shows, for a seller, without full stop'),
  lead: wordsOf(LEAD_SENTENCES).describe('texts of the lead and of its intelligence'),
  sentences: Sentences,
});
export type WordingFile = z.infer<typeof WordingFile>;

/** The file without its head. */
export type WordingTexts = Omit<WordingFile, keyof typeof fileHead>;

/** All that core says in one language: the sentences of wording.*.json with the names that messages.*.json owns. */
export interface Wording extends WordingTexts {
  readonly names: Pick<Messages, 'segments' | 'workloads' | 'findings'>;
}
export type Wordings = Readonly<Record<Language, Wording>>;

// --- all of them -------------------------------------------------------------------------------------------------

/** The files of rules/ that the sales texts are made from, by name without ".json". */
export const SALES_RULE_FILES = {
  offers: OffersFile,
  opportunity: OpportunityFile,
  'wording.tr': WordingFile,
  'wording.en': WordingFile,
} as const;
export type SalesFiles = {
  [Name in keyof typeof SALES_RULE_FILES]: z.infer<(typeof SALES_RULE_FILES)[Name]>;
};
type MessageFiles = Readonly<Record<`messages.${Language}`, Messages>>;

export interface SalesRules {
  readonly offers: Offers;
  readonly opportunity: Omit<OpportunityFile, keyof typeof fileHead | 'source'>;
  readonly wording: Wordings;
}

/** The rules as the summary uses them. Check the two wordings with {@link wordingFaults} first. */
export function salesRules(files: SalesFiles & MessageFiles): SalesRules {
  return {
    offers: resolveOffers(files.offers),
    opportunity: files.opportunity,
    wording: {
      tr: withNames(files['wording.tr'], files['messages.tr']),
      en: withNames(files['wording.en'], files['messages.en']),
    },
  };
}

/** The sentences of one language together with its names. */
export const withNames = (wording: WordingFile, messages: Messages): Wording => ({
  ...wording,
  names: { segments: messages.segments, workloads: messages.workloads, findings: messages.findings },
});

function resolveOffers(file: OffersFile): Offers {
  const resolve = (name: OfferRowName): OfferRow => {
    const row = file.rows[name];
    return 'sameAs' in row ? resolve(row.sameAs) : row;
  };
  const rows = { small: resolve('small'), medium: resolve('medium'), large: resolve('large') };
  return {
    currency: file.currency,
    rows: { ...rows, enterprise: resolve('enterprise') },
    unknownSize: file.unknownSize,
    applies: file.applies,
  };
}

/**
 * Lays the prices of a customer's overlay over the offers. A row that referred to another gets numbers of its own
 * only when the overlay names it; else it follows the row it refers to.
 */
export function withPrices(
  file: OffersFile,
  overlay: {
    readonly id: string;
    readonly prices?: Record<string, Record<string, number | null>> | undefined;
  },
): RuleReading<OffersFile> {
  const faults: RuleFault[] = [];
  const rows = { ...file.rows };
  for (const [name, prices] of Object.entries(overlay.prices ?? {})) {
    const rowPath = `prices.${name}`;
    if (!isOneOf(OFFER_ROWS, name)) {
      faults.push({ file: `overlay ${overlay.id}`, path: rowPath, fault: `there is no offer row "${name}"` });
      continue;
    }
    const row: OfferRow = { ...resolveOffers(file).rows[name] };
    for (const [price, amount] of Object.entries(prices)) {
      const path = `${rowPath}.${price}`;
      if (!isOneOf(PRICES, price)) {
        faults.push({ file: `overlay ${overlay.id}`, path, fault: `there is no price "${price}"` });
      } else if (amount === null && !NULLABLE.includes(price)) {
        faults.push({
          file: `overlay ${overlay.id}`,
          path,
          fault: 'this price is part of every offer: give a number',
        });
      } else {
        Object.assign(row, { [price]: amount });
      }
    }
    rows[name] = row;
  }
  return faults.length > 0 ? { ok: false, faults } : { ok: true, value: { ...file, rows } };
}
const NULLABLE: readonly Price[] = ['defender_price_per_user_per_month', 'consulting_fee'];
const isOneOf = <T extends string>(list: readonly T[], value: string): value is T =>
  (list as readonly string[]).includes(value);

export { placeholdersOf, wordingFaults } from '#core/sales/wording-faults.ts';
