import { z } from 'zod';
import { isConsumerDomain, parseDomain, type Domain } from '#core/domain.ts';
import { leadDetailOf, scoredAssessment, type LeadDetail } from '#core/lead/lead.ts';
import type { Language } from '#core/rules/common.ts';
import type { Refusal } from '#core/rules/messages.ts';
import type { SalesSummary } from '#core/sales/contract.ts';
import { salesSummary } from '#core/sales/summary.ts';
import { Breakdown, breakdownOf } from '#core/score/breakdown.ts';
import { CATEGORIES, PRIORITIES, SEGMENTS } from '#core/rules/rule-set.ts';
import type { Assessment } from '#core/assessment.ts';
import type { Service } from '../context.ts';
import { done, failed, type Outcome } from '../failure.ts';
import type { AllRules } from '../rule-files.ts';
import { readCompanies, type StoredLead } from '../store/lead.ts';

/** A domain in a path, and the language of what is said about it. */
export interface Question {
  readonly text: string;
  readonly language: Language;
}

/**
 * The domain a text names. What is only looked up here may also be a made-up domain (.example): a demo is full of them.
 */
export function namedDomain(
  { text, language }: Question,
  { rules }: Pick<Service, 'rules'>,
): Outcome<Domain> {
  const reading = parseDomain(text, { allowReserved: true });
  return reading.ok
    ? done(reading.domain)
    : refused(reading.detail ?? reading.reason, text, language, rules.current());
}

const refused = (refusal: Refusal, text: string, language: Language, { messages }: AllRules) =>
  failed('invalid-domain', { input: text.slice(0, 100), why: messages[language].refusals[refusal] });

/** Why there is nothing at a domain: it is not known, and if it is one of a mail service, it never will be. */
export function unknownLead(
  domain: Domain,
  { text, language }: Question,
  { rules }: Pick<Service, 'rules'>,
): ReturnType<typeof failed> {
  const current = rules.current();
  return isConsumerDomain(domain, current.engine.mail.consumerDomains)
    ? refused('consumer-domain', text, language, current)
    : failed('lead-not-found', { domain: domain.unicode });
}

/**
 * The scanned company at a domain. Fails with invalid-domain, lead-not-found, or lead-not-scanned: a summary of nothing
 * would be made up.
 *
 * @param rows how many rows of the score history to bring along
 */
export async function findLead(service: Service, question: Question, rows = 0): Promise<Outcome<StoredLead>> {
  const domain = namedDomain(question, service);
  if (!domain.ok) return domain;
  const [found] = await readCompanies(service.sql, { domains: [domain.value.ascii] }, { rows });
  if (found === undefined) return unknownLead(domain.value, question, service);
  return found.lead === null
    ? failed('lead-not-scanned', { domain: domain.value.unicode })
    : done(found.lead);
}

/** The assessment whose score is shown. */
export const shownOf = ({ assessment, kept }: StoredLead): Assessment => scoredAssessment(assessment, kept);

/** When the records behind a kept score were looked up; null when the score is that of the newest scan. */
export const keptFrom = (lead: StoredLead): string | null => {
  const shown = shownOf(lead);
  return shown === lead.assessment ? null : shown.lookedUpAt;
};

const notScored = ({ assessment }: StoredLead) => failed('lead-not-scored', { domain: assessment.unicode });

/** The lead with its contacts; without a score the score's fields are null. */
export const leadDetail = (lead: StoredLead, { sales }: AllRules, language: Language): LeadDetail =>
  leadDetailOf({
    company: lead.company,
    assessment: lead.assessment,
    kept: lead.kept,
    referrals: lead.referrals,
    sync: lead.sync,
    language,
    wording: sales.wording,
  });

export const LeadBreakdown = Breakdown.extend({
  domain: z.string(),
  looked_up_at: z.string().describe('when the records behind this score were looked up'),
  score_kept_from: z
    .string()
    .nullable()
    .describe('set when a newer scan got no answer that counts and this earlier score stays'),
  scan_status: z.enum(['completed', 'partial']).describe('of the newest scan'),
});
export type LeadBreakdown = z.infer<typeof LeadBreakdown>;

/** How the score that is shown came about: made from the very lines that made it. Fails with lead-not-scored. */
export function leadBreakdown(lead: StoredLead, language: Language): Outcome<LeadBreakdown> {
  const shown = shownOf(lead);
  const breakdown = breakdownOf(shown, { language, referrals: lead.referrals });
  if (breakdown === null) return notScored(lead);
  return done({
    ...breakdown,
    domain: lead.domain,
    looked_up_at: shown.lookedUpAt,
    score_kept_from: keptFrom(lead),
    scan_status: lead.assessment.status,
  });
}

/**
 * What to say to the company; null without a score.
 *
 * @param generatedAt ISO 8601; the moment of the assessment when left out, so that the same assessment gives the same text
 */
export const salesOf = (
  lead: StoredLead,
  { sales }: AllRules,
  language: Language,
  generatedAt?: string,
): SalesSummary | null =>
  salesSummary(
    shownOf(lead),
    {
      ...(generatedAt === undefined ? {} : { generatedAt }),
      contactQuality: lead.company.contactQuality,
      providerChange: lead.lastMove,
    },
    sales,
    language,
  );

/** The sales summary of a lead; fails with lead-not-scored. */
export function leadSales(
  lead: StoredLead,
  rules: AllRules,
  language: Language,
  generatedAt: string,
): Outcome<SalesSummary> {
  const sales = salesOf(lead, rules, language, generatedAt);
  return sales === null ? notScored(lead) : done(sales);
}

export const LeadWhatIf = z.object({
  domain: z.string(),
  readiness_score: z.int(),
  segment: z.enum(SEGMENTS),
  priority_score: z.literal([...PRIORITIES]),
  priority_category: z.enum(CATEGORIES).nullable(),
  score_kept_from: z.string().nullable().describe('as in the breakdown'),
  options: z
    .array(
      z.object({
        ids: z.array(z.string()).describe('what is improved; several = together'),
        label: z.string().describe('the improvement in words'),
        points: z.int().describe('what it adds to the score'),
        readiness_score: z.int(),
        segment: z.enum(SEGMENTS),
        priority_score: z.literal([...PRIORITIES]),
        priority_category: z.enum(CATEGORIES).nullable(),
      }),
    )
    .describe('best first; empty when nothing that is known would help'),
  zones: z
    .array(
      z.object({
        from: z.int(),
        segment: z.enum(SEGMENTS),
        priority_score: z.literal([...PRIORITIES]),
        priority_category: z.enum(CATEGORIES).nullable(),
      }),
    )
    .describe('from which score which segment and priority begins for this provider'),
});
export type LeadWhatIf = z.infer<typeof LeadWhatIf>;

/** What the company could improve, and what its score would then be. Fails with lead-not-scored. */
export function leadWhatIf(lead: StoredLead, language: Language): Outcome<LeadWhatIf> {
  const { scored, whatIf, zones } = shownOf(lead);
  if (scored === null) return notScored(lead);
  return done({
    domain: lead.domain,
    readiness_score: scored.score,
    segment: scored.segment,
    priority_score: scored.priority,
    priority_category: scored.pModel?.category ?? null,
    score_kept_from: keptFrom(lead),
    options: whatIf.map(({ ids, label, points, score, segment, priority, category }) => ({
      ids: [...ids],
      label: label[language],
      points,
      readiness_score: score,
      segment,
      priority_score: priority,
      priority_category: category,
    })),
    zones: zones.map(({ from, segment, priority, category }) => ({
      from,
      segment,
      priority_score: priority,
      priority_category: category,
    })),
  });
}
