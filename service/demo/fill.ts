import type { Service } from '../context.ts';
import { ensureCompanies } from '../store/companies.ts';
import { addContacts } from '../verbs/enrich-contacts.ts';
import { scanBatch } from '../verbs/scan-companies.ts';
import type { DemoCompany } from './companies.ts';
import type { DemoWorld } from './world.ts';

const DAY_MS = 86_400_000;
/** Companies scanned in one go. */
const BATCH = 100;

/**
 * When the demo companies have been looked at: all of them long ago and again lately; every third of them the last time
 * so long ago that a seller who scans it again may see something new.
 */
const LOOKS = [
  { daysAgo: 60, stage: 'first', of: () => true },
  { daysAgo: 9, stage: 'first', of: (at: number) => at % 3 === 0 },
  { daysAgo: 1, stage: 'now', of: (at: number) => at % 3 !== 0 },
] as const;

export interface FillOptions {
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** Whether there is nothing in a demo yet, or a filling was interrupted. */
export async function needsFilling({ sql }: Service, { companies }: DemoWorld): Promise<boolean> {
  const [row] = await sql<{ n: number }[]>`
    select count(*)::int as n from lead_list where domain = any (${companies.map(({ domain }) => domain)})`;
  return (row?.n ?? 0) < companies.length;
}

/** Fills a demo's database by the product's own ways: companies in, scans at several moments, histories as they come. */
export async function fillDemo(service: Service, world: DemoWorld, options: FillOptions = {}): Promise<void> {
  const ids = await addCompanies(service, world.companies);
  const companies = world.companies.map(({ domain }) => ({ id: ids.get(domain) ?? 0, domain }));
  const looks = LOOKS.map((look) => ({ ...look, companies: companies.filter((_, at) => look.of(at)) }));
  const total = looks.reduce((sum, look) => sum + look.companies.length, 0);
  let done = 0;
  try {
    for (const { daysAgo, stage, companies: seen } of looks) {
      world.turnTo(stage);
      const moment = service.clock() - daysAgo * DAY_MS;
      const then: Service = {
        ...service,
        clock: () => moment,
        lookup: { ...service.lookup, clock: () => moment },
      };
      for (let from = 0; from < seen.length; from += BATCH) {
        options.signal?.throwIfAborted();
        const batch = seen.slice(from, from + BATCH);
        await scanBatch(then, batch, { tier: 'full', force: true, cause: 'ingest' });
        done += batch.length;
        options.onProgress?.(done, total);
      }
    }
  } finally {
    world.turnTo('now');
  }
}

async function addCompanies(
  { sql, rules }: Service,
  companies: readonly DemoCompany[],
): Promise<Map<string, number>> {
  const inUse = rules.current();
  return sql.begin(async (tx) => {
    const made = await ensureCompanies(
      tx,
      companies.map(({ domain, name, country }) => ({
        domain,
        unicode: domain,
        name,
        country,
        source: 'demo',
      })),
      inUse,
    );
    const ids = new Map([...made].map(([domain, { id }]) => [domain, id]));
    await tx`
      update companies c set employees = d.employees
      from unnest(
        ${companies.map(({ domain }) => ids.get(domain) ?? 0)}::bigint[],
        ${companies.map(({ employees }) => employees)}::int[]
      ) as d(id, employees)
      where c.id = d.id and c.employees is distinct from d.employees`;
    for (const { domain, contacts } of companies)
      await addContacts(tx, domain, contacts, inUse, { allowReserved: true });
    return ids;
  });
}
