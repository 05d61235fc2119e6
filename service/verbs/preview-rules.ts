import type { Language } from '#core/rules/common.ts';
import type { Service } from '../context.ts';
import { done, failed, type Outcome } from '../failure.ts';
import { lookUpDomain } from '../lookup/domain.ts';
import { othersThanNow, type RuleInput } from '../rules/choice.ts';
import { preview, type PreviewInput } from '../rules/preview.ts';
import { storedCompanies, windowStart } from '../rules/stored.ts';
import type { PreviewView } from '../rules/views.ts';
import { findCompany } from '../store/companies.ts';
import { companyDomain } from './scan.ts';

export interface PreviewRulesInput extends RuleInput {
  /** any text that names one */
  readonly domain: string;
  readonly language: Language;
  /** whether the domain is looked up when no records of it are stored */
  readonly lookUp: boolean;
  readonly signal: AbortSignal;
}

/** What other rules would make of one company. Nothing is stored. */
export async function previewRules(
  service: Service,
  input: PreviewRulesInput,
): Promise<Outcome<PreviewView>> {
  const rules = service.rules.current();
  const m = rules.messages[input.language];
  const reading = companyDomain(input.domain, rules.engine.mail.consumerDomains, {
    // Made-up companies have reserved names.
    allowReserved: service.demo,
  });
  if (!reading.ok) {
    return failed('invalid-domain', { input: reading.input, why: m.refusals[reading.refusal] });
  }
  const others = othersThanNow(input, rules);
  if (!others.ok) return others;
  const now = new Date(service.clock()).toISOString();
  const records = await recordsOf(service, reading.domain.ascii, now, input);
  if (!records.ok) return records;
  const { language } = input;
  return done(preview({ ...records.value, before: rules.engine, after: others.value.engine, language }));
}

type Records = Pick<PreviewInput, 'facts' | 'from' | 'context'>;

/** The stored records of a domain, else those of a look-up, where one is allowed. */
async function recordsOf(
  service: Service,
  domain: string,
  now: string,
  { lookUp, signal }: PreviewRulesInput,
): Promise<Outcome<Records>> {
  const company = await findCompany(service.sql, domain);
  if (company !== null) {
    const { windowDays } = service.rules.current().engine.set.confidence;
    const changesSince = windowStart(now, windowDays);
    const [stored] = await storedCompanies(service.sql, { ids: [company.id], limit: 1, changesSince });
    if (stored !== undefined) {
      return done({ facts: stored.facts, from: 'stored', context: { now, ...stored.context } });
    }
  }
  if (!lookUp) return failed(company === null ? 'lead-not-found' : 'lead-not-scanned', { domain });
  const { dns, registration } = service.config;
  const facts = await lookUpDomain(
    domain,
    { tier: 'full', budgetMs: dns.domainBudgetMs, registrationBudgetMs: registration.budgetMs, signal },
    service.lookup,
  );
  const declared =
    company === null ? {} : { employees: company.employees, organizationSize: company.organizationSize };
  return done({ facts, from: 'looked-up', context: { now, recentChanges: null, declared } });
}
