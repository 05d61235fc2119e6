import type { Domain } from '#core/domain.ts';
import type { Language } from '#core/rules/common.ts';
import { fill } from '#core/rules/messages.ts';
import type { Service } from '../context.ts';
import { done, failed, type Failure, type Outcome } from '../failure.ts';
import { ensureCompanies, findCompanies, suppressedAmong } from '../store/companies.ts';
import { addJobItems, type NewItem } from '../store/job-items.ts';
import { addRawLeads } from '../store/raw-leads.ts';
import { addScanJob, queueChunks, tellJob } from '../store/jobs.ts';
import type { Transaction } from '../store/pool.ts';
import { withoutErasure } from '../store/suppressions.ts';
import { companyDomain } from './scan.ts';

export interface BulkScanInput {
  /** as they were given: domains, addresses, anything */
  readonly domains: readonly string[];
  readonly kind: 'bulk-scan' | 'bulk-rescan';
  /** asks even where the answers that are stored are fresh */
  readonly force: boolean;
  /** adds companies that are not known instead of refusing the list */
  readonly createMissing: boolean;
  readonly tier: 'score' | 'full';
  readonly by: string;
  /** of the reasons that entries are refused for */
  readonly language: Language;
}

export interface StartedScan {
  readonly jobId: string;
  readonly total: number;
  readonly refused: number;
  readonly duplicates: number;
}

/** Domains that a refusal names, so that its reader knows what it is about. */
const EXAMPLES = 5;
const MOST_ISSUES = 20;

/** An entry of the list, read. */
type Entry = { readonly input: string } & (
  | { readonly domain: Domain; readonly same: number | null }
  | { readonly domain: null; readonly code: string; readonly sentence: string }
);

/**
 * Takes in a list to scan: a job, its entries and the work in the queue, all of it or nothing. Entries that name no
 * company are refused one by one, with the reason, and those that were there before count once.
 */
export async function startBulkScan(service: Service, input: BulkScanInput): Promise<Outcome<StartedScan>> {
  const { config, sql } = service;
  if (input.domains.length > config.bulkMax)
    return failed('too-many-domains', { count: input.domains.length, limit: config.bulkMax });
  const entries = read(service, input);
  if (entries.every(({ domain }) => domain === null)) return failed('no-domains', {}, issuesOf(entries));
  return (await sql.begin((tx) => start(service, tx, input, entries))) as Outcome<StartedScan>;
}

function read({ rules, demo }: Service, { domains, language }: BulkScanInput): Entry[] {
  const { engine, messages } = rules.current();
  const first = new Map<string, number>();
  return domains.map((input, position): Entry => {
    const reading = companyDomain(input, engine.mail.consumerDomains, { allowReserved: demo });
    if (!reading.ok)
      return {
        input,
        domain: null,
        code: reading.refusal,
        sentence: messages[language].refusals[reading.refusal],
      };
    const { ascii } = reading.domain;
    const same = first.get(ascii) ?? null;
    if (same === null) first.set(ascii, position);
    return { input, domain: reading.domain, same };
  });
}

const issuesOf = (entries: readonly Entry[]): NonNullable<Failure['issues']> =>
  entries
    .slice(0, MOST_ISSUES)
    .flatMap((entry, at) =>
      entry.domain === null ? [{ path: `body.domain_list.${at}`, message: entry.sentence }] : [],
    );

async function start(
  service: Service,
  tx: Transaction,
  input: BulkScanInput,
  entries: readonly Entry[],
): Promise<Outcome<StartedScan>> {
  const at = new Date(service.clock());
  const named = new Map(
    entries.flatMap(({ domain }) => (domain === null ? [] : [[domain.ascii, domain] as const])),
  );
  await withoutErasure(tx);
  const suppressed = await suppressedAmong(tx, [...named.keys()]);
  const known = await findCompanies(tx, [...named.keys()]);
  const missing = [...named.values()].filter(({ ascii }) => !known.has(ascii) && !suppressed.has(ascii));
  if (missing.length > 0 && !input.createMissing) {
    const examples = missing.slice(0, EXAMPLES).map(({ unicode }) => unicode);
    return failed('domains-not-ingested', { count: missing.length, examples: examples.join(', ') });
  }
  const made = await ensureCompanies(
    tx,
    missing.map(({ ascii, unicode }) => ({ domain: ascii, unicode, name: null, source: 'domain' })),
    service.rules.current(),
  );
  // What was given is kept as it came, here as wherever companies come in.
  await addRawLeads(
    tx,
    entries.flatMap(({ input: text, domain }) => {
      const companyId = domain === null ? undefined : made.get(domain.ascii)?.id;
      if (domain === null || companyId === undefined) return [];
      const payload = text === domain.ascii ? {} : { domain: text };
      return [
        {
          source: 'domain' as const,
          companyId,
          domain: domain.ascii,
          companyName: null,
          email: null,
          website: null,
          payload,
          uploadId: null,
          row: null,
        },
      ];
    }),
  );
  const idOf = (domain: string): number | null => known.get(domain)?.id ?? made.get(domain)?.id ?? null;
  const items = entries.map((entry, position) =>
    itemOf(service, input, entry, position, { suppressed, idOf }),
  );
  const count = (state: NewItem['state']): number => items.filter((item) => item.state === state).length;
  if (count('pending') === 0) return failed('domain-suppressed');
  const jobId = await addScanJob(tx, {
    kind: input.kind,
    options: { tier: input.tier, force: input.force, language: input.language },
    total: items.length,
    refused: count('refused'),
    by: input.by,
    at,
  });
  await addJobItems(tx, jobId, items);
  await queueChunks(tx, jobId);
  await tellJob(tx, jobId);
  return done({ jobId, total: items.length, refused: count('refused'), duplicates: count('duplicate') });
}

interface Known {
  readonly suppressed: ReadonlySet<string>;
  readonly idOf: (domain: string) => number | null;
}

function itemOf(
  { rules }: Service,
  { language }: BulkScanInput,
  entry: Entry,
  position: number,
  { suppressed, idOf }: Known,
): NewItem {
  const m = rules.current().messages[language];
  const { input } = entry;
  const nobody = { position, domain: null, companyId: null, state: 'refused' } as const;
  if (entry.domain === null) return { ...nobody, input, code: entry.code, sentence: entry.sentence };
  const { ascii } = entry.domain;
  // Nothing that names an erased company is written down again, its entry included.
  if (suppressed.has(ascii))
    return { ...nobody, input: '', code: 'domain-suppressed', sentence: m.api['domain-suppressed'] };
  const company = { position, input, domain: ascii, companyId: idOf(ascii) };
  if (entry.same === null) return { ...company, state: 'pending', code: null, sentence: null };
  const sentence = fill(m.jobs.duplicateEntry, { number: entry.same + 1 });
  return { ...company, state: 'duplicate', code: 'duplicate', sentence };
}
