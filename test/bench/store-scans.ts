/**
 * What storing scans costs: look-up alone, assessing alone, assessing and storing (first scans, and scans that find
 * nothing new), and all together, against the DNS double in a child process and a PostgreSQL of its own, in one run:
 * `node test/bench/store-scans.ts [domains] [batch]`. Real mail evidence where ../shared/data is beside the checkout.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assess } from '#core/assess.ts';
import { createService } from '#service/context.ts';
import { migrateQueue } from '#service/jobs/schema.ts';
import { lookUpDomain } from '#service/lookup/domain.ts';
import { ensureCompanies } from '#service/store/companies.ts';
import { startEmbedded } from '#service/store/embedded.ts';
import { migrate } from '#service/store/migrate.ts';
import { createPool } from '#service/store/pool.ts';
import { silentLog } from '#service/telemetry/log.ts';
import type { LookedUpCompany } from '#service/verbs/look-up-companies.ts';
import { scanBatch } from '#service/verbs/scan-companies.ts';
import { storeScans } from '#service/verbs/store-scans.ts';
import type { Zone } from '#test/doubles/dns.ts';
import { startDnsChild } from '#test/support/dns-child.ts';
import { evidenceZone, type EvidenceEntry } from '#test/support/evidence-zone.ts';
import { configOf, fixedRules } from '#test/support/service.ts';

const count = Number(process.argv[2] ?? 2000);
const batch = Number(process.argv[3] ?? 100);
const AT_ONCE = 4;

const evidence = join(import.meta.dirname, '../../../shared/data/mail-evidence-raw.json');
const entries = existsSync(evidence)
  ? (JSON.parse(readFileSync(evidence, 'utf8')) as EvidenceEntry[]).slice(0, count)
  : [];
const madeUp: Zone = Object.fromEntries(
  Array.from({ length: Math.max(0, count - entries.length) }, (_, i) => `sirket${i}.com.tr`).flatMap(
    (name) => [
      [
        name,
        {
          MX: [[10, 'mx.hosting.com.tr']],
          TXT: ['v=spf1 mx -all'],
          NS: ['ns1.hosting.com.tr'],
          A: ['192.0.2.1'],
        },
      ],
      [`_dmarc.${name}`, { TXT: ['v=DMARC1; p=none'] }],
    ],
  ),
);
const zone: Zone = { ...evidenceZone(entries), 'mx.hosting.com.tr': { A: ['192.0.2.2'] }, ...madeUp };
const domains = [
  ...entries.map(({ domain }) => domain),
  ...Object.keys(madeUp).filter((name) => !name.startsWith('_')),
];

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const folder = mkdtempSync(join(tmpdir(), 'hunter-bench-'));
const server = await startEmbedded({ dataDir: folder, throwAway: true });
if (!server.ok) throw new Error(`${server.fault.code}: ${server.fault.what} ${server.fault.why}`);
const { url } = server.value;
const sql = createPool({ url, max: 20, statementTimeoutMs: 60_000, application: 'hunter bench' });
const double = await startDnsChild(zone);
const config = configOf({
  HUNTER_DNS_SERVERS: double.address,
  HUNTER_DOMAINS_PER_SECOND: 'unlimited',
  HUNTER_REGISTRATION_ENABLED: 'false',
  HUNTER_TENANT_ENABLED: 'false',
  DATABASE_URL: url,
});
/** A new service each time: nothing comes from the cache of the resolver before. */
const makeService = () =>
  createService({
    config,
    rules: fixedRules(config),
    sql,
    databaseUrl: url,
    world: { clock: Date.now, random: Math.random, warn: () => undefined },
    randomBytes,
    log: silentLog,
    version: 'bench',
  });

/** Milliseconds of CPU that the database has used so far; 0 where the system does not tell. */
async function serverCpu(): Promise<number> {
  if (!existsSync('/proc/self/stat')) return 0;
  const backends = await sql<{ pid: number }[]>`select pid from pg_stat_activity`;
  let ticks = 0;
  for (const { pid } of backends) {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    ticks += Number(stat[11]) + Number(stat[12]);
  }
  return ticks * 10;
}

async function measure(name: string, work: () => Promise<unknown>): Promise<number> {
  const database = await serverCpu();
  const cpu = process.cpuUsage();
  const began = performance.now();
  await work();
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const ms = (seconds * 1000) / domains.length;
  const own = (user + system) / 1000 / domains.length;
  const theirs = ((await serverCpu()) - database) / domains.length;
  print(
    `  ${name.padEnd(34)} ${Math.round(domains.length / seconds)
      .toString()
      .padStart(
        6,
      )} domains/s  ${ms.toFixed(2)} ms a domain, ${own.toFixed(2)} ms of our CPU, ${theirs.toFixed(2)} of the database`,
  );
  return domains.length / seconds;
}

/** Batches, some at once. */
async function inBatches<T>(
  items: readonly T[],
  work: (part: readonly T[]) => Promise<unknown>,
): Promise<void> {
  const parts = Array.from({ length: Math.ceil(items.length / batch) }, (_, i) =>
    items.slice(i * batch, (i + 1) * batch),
  );
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let part = parts.shift(); part !== undefined; part = parts.shift()) await work(part);
    }),
  );
}

try {
  const migrated = await migrate(sql);
  if (!migrated.ok) throw new Error(`${migrated.fault.name}: ${migrated.fault.why}`);
  await migrateQueue(url);
  const { service, close } = makeService();
  const made = await ensureCompanies(
    sql,
    domains.map((domain) => ({ domain, unicode: domain, name: null, source: 'csv' })),
    service.rules.current(),
  );
  const companies = domains.map((domain) => ({ id: made.get(domain)!.id, domain }));
  print(`${domains.length} domains, batches of ${batch}, ${AT_ONCE} at once`);

  const looked: LookedUpCompany[] = [];
  const lookUp = await measure('look-up alone', () =>
    inBatches(companies, async (part) => {
      await Promise.all(
        part.map(async ({ id, domain }) => {
          const facts = await lookUpDomain(domain, { tier: 'score', budgetMs: 30_000 }, service.lookup);
          looked.push({ companyId: id, domain, looked: { companyId: id, domain, facts, asked: {} } });
        }),
      );
    }),
  );
  const again = (): LookedUpCompany[] =>
    looked.map((entry) => ({
      ...entry,
      looked: entry.looked && {
        ...entry.looked,
        facts: { ...entry.looked.facts, lookedUpAt: new Date().toISOString() },
      },
    }));
  const rules = service.rules.current();
  await measure('assessing alone', async () => {
    const now = new Date().toISOString();
    for (const entry of looked) assess(entry.looked!.facts, { now, recentChanges: null }, rules.engine);
  });
  await measure('assessing and storing, first scans', () =>
    inBatches(looked, (part) => storeScans(service, part, 'bench')),
  );
  for (let round = 0; round < 3; round++) {
    const repeated = again();
    await measure('assessing and storing, nothing new', () =>
      inBatches(repeated, (part) => storeScans(service, part, 'bench')),
    );
  }
  await sql`truncate domain_signals, lead_scores, score_history, lead_list, lead_counts`;
  close();
  const next = makeService();
  const both = await measure('look-up and storing, first scans', () =>
    inBatches(companies, (part) =>
      scanBatch(next.service, part, { tier: 'score', force: false, cause: 'bench' }),
    ),
  );
  next.close();
  const last = makeService();
  await measure('look-up and storing, nothing new', () =>
    inBatches(companies, (part) =>
      scanBatch(last.service, part, { tier: 'score', force: true, cause: 'bench' }),
    ),
  );
  last.close();
  const [sizes] = await sql`
    select avg(pg_column_size(facts))::int as facts, avg(length(facts::text))::int as facts_text,
      (select avg(pg_column_size(assessment))::int from lead_scores) as assessment,
      (select avg(length(assessment::text))::int from lead_scores) as assessment_text,
      (select count(*)::int from score_history) as history, (select count(*)::int from signal_change_history) as changes
    from domain_signals`;
  print(`  look-up and storing / look-up alone: ${(both / lookUp).toFixed(2)} of the rate`);
  print(
    `  bytes a domain, stored (as text): facts ${sizes!['facts']} (${sizes!['facts_text']}), assessment ${sizes!['assessment']} (${sizes!['assessment_text']}); ${sizes!['history']} rows of history, ${sizes!['changes']} changes`,
  );
} finally {
  await double.stop();
  await sql.end({ timeout: 5 });
  await server.value.leave();
  rmSync(folder, { recursive: true, force: true });
}
