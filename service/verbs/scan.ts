import { assess } from '#core/assess.ts';
import type { Assessment, AssessmentContext } from '#core/assessment.ts';
import { isConsumerDomain, parseDomain, type Domain } from '#core/domain.ts';
import type { DomainFacts } from '#core/facts.ts';
import type { Refusal } from '#core/rules/messages.ts';
import type { ScanContext } from '../context.ts';
import { lookUpDomain } from '../lookup/domain.ts';

export interface ScanOptions {
  readonly tier: 'score' | 'full';
  readonly budgetMs: number;
  readonly force?: boolean;
  readonly signal?: AbortSignal;
  readonly declared?: AssessmentContext['declared'];
}

export type ScanOutcome =
  | {
      readonly ok: true;
      readonly domain: Domain;
      readonly facts: DomainFacts;
      readonly assessment: Assessment;
    }
  | { readonly ok: false; readonly refusal: Refusal; readonly input: string };

/** Which domain a text names, when it may be a company's; else the reason that has a sentence. */
export function companyDomain(
  text: string,
  consumerDomains: ReadonlySet<string>,
  options: { allowReserved?: boolean } = {},
): { ok: true; domain: Domain } | { ok: false; refusal: Refusal; input: string } {
  const reading = parseDomain(text, options);
  if (!reading.ok) return { ok: false, refusal: reading.detail ?? reading.reason, input: reading.input };
  if (isConsumerDomain(reading.domain, consumerDomains)) {
    return { ok: false, refusal: 'consumer-domain', input: reading.domain.unicode };
  }
  return reading;
}

/** Any text to an assessment: reads the domain, looks it up, thinks. Nothing is stored. */
export async function scan(context: ScanContext, text: string, options: ScanOptions): Promise<ScanOutcome> {
  const reading = companyDomain(text, context.rules.engine.mail.consumerDomains);
  if (!reading.ok) return reading;
  const facts = await lookUpDomain(
    reading.domain.ascii,
    {
      tier: options.tier,
      budgetMs: options.budgetMs,
      registrationBudgetMs: context.config.registration.budgetMs,
      ...(options.force === undefined ? {} : { force: options.force }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    },
    context.lookup,
  );
  const now = new Date(context.clock()).toISOString();
  const assessment = assess(
    facts,
    { now, recentChanges: null, ...(options.declared === undefined ? {} : { declared: options.declared }) },
    context.rules.engine,
  );
  return { ok: true, domain: reading.domain, facts, assessment };
}
