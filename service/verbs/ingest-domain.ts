import { companyName } from '#core/company-name.ts';
import { chooseDomain } from '#core/domain.ts';
import type { Language } from '#core/rules/common.ts';
import type { Refusal } from '#core/rules/messages.ts';
import type { Service } from '../context.ts';
import { done, failed, type Failure, type Outcome } from '../failure.ts';
import { addJob } from '../jobs/queue.ts';
import { ensureCompanies, suppressedAmong } from '../store/companies.ts';
import { addRawLeads } from '../store/raw-leads.ts';
import { withoutErasure } from '../store/suppressions.ts';

export interface DomainInput {
  readonly domain?: string | undefined;
  readonly companyName?: string | undefined;
  readonly email?: string | undefined;
  readonly website?: string | undefined;
  /** whether it is looked up as well */
  readonly scan: boolean;
}

export interface IngestedDomain {
  readonly domain: string;
  /** as people write it */
  readonly unicode: string;
  readonly companyId: number;
  /** false: it was there already */
  readonly created: boolean;
}

/** Longest texts that the columns of a raw lead hold; longer ones are kept with the rest. */
const LONGEST = { email: 320, website: 2048, name: 300 } as const;

/**
 * Takes in one company. The website names it, else the e-mail address, else the domain; a consumer host never does,
 * whichever field it stands in. Safe to do twice.
 */
export async function ingestDomain(
  service: Service,
  input: DomainInput,
  language: Language,
): Promise<Outcome<IngestedDomain>> {
  const rules = service.rules.current();
  const { consumerDomains } = rules.engine.mail;
  const fields = { website: input.website ?? '', email: input.email ?? '', domain: input.domain ?? '' };
  const reading = chooseDomain(fields, consumerDomains);
  if (!reading.ok) {
    const reason: Refusal =
      reading.reason === 'consumer-domain' ? reading.reason : (reading.detail ?? reading.reason);
    const m = rules.messages[language];
    return failed('invalid-domain', { input: reading.input, why: m.refusals[reason] }, issuesOf());
  }
  const { ascii, unicode } = reading.domain;
  const name = companyName(input.companyName ?? '');
  return service.sql.begin(async (tx): Promise<Outcome<IngestedDomain>> => {
    await withoutErasure(tx);
    if ((await suppressedAmong(tx, [ascii])).has(ascii)) return failed('domain-suppressed');
    const companies = await ensureCompanies(tx, [{ domain: ascii, unicode, name, source: 'domain' }], rules);
    const company = companies.get(ascii);
    if (company === undefined) throw new Error('a company was not made');
    const kept = (text: string | undefined, longest: number): string | null =>
      text === undefined || text.trim() === '' || text.length > longest ? null : text;
    const rest = {
      ...(input.domain === undefined || input.domain === ascii ? {} : { domain: input.domain }),
      ...(name !== null && name.length > LONGEST.name ? { company_name: name } : {}),
      ...((input.email?.length ?? 0) > LONGEST.email ? { email: input.email } : {}),
      ...((input.website?.length ?? 0) > LONGEST.website ? { website: input.website } : {}),
    };
    await addRawLeads(tx, [
      {
        source: 'domain',
        companyId: company.id,
        domain: ascii,
        companyName: kept(name ?? undefined, LONGEST.name),
        email: kept(input.email, LONGEST.email),
        website: kept(input.website, LONGEST.website),
        payload: rest,
        uploadId: null,
        row: null,
      },
    ]);
    if (input.scan) await queueScan(tx, ascii);
    return done({ domain: ascii, unicode, companyId: company.id, created: company.created });
  }) as Promise<Outcome<IngestedDomain>>;

  /** Why each field that was given names nobody. */
  function issuesOf(): Failure['issues'] & {} {
    return (['website', 'email', 'domain'] as const).flatMap((field) => {
      if (input[field] === undefined || input[field].trim() === '') return [];
      const alone = chooseDomain({ [field]: input[field] }, consumerDomains);
      if (alone.ok) return [];
      const reason: Refusal =
        alone.reason === 'consumer-domain' ? alone.reason : (alone.detail ?? alone.reason);
      return [{ path: `body.${field}`, message: rules.messages[language].refusals[reason] }];
    });
  }
}

/** Queues the look-up of a company that just came in; one that waits already is enough. */
export const queueScan = (tx: Parameters<typeof addJob>[0], domain: string): Promise<void> =>
  addJob(tx, 'scan-domain', { domain, tier: 'full', cause: 'ingest' }, { key: scanKey(domain) });

/** The key of the waiting look-up of a company. */
export const scanKey = (domain: string): string => `scan-domain:${domain}`;
