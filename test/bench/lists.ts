import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrateQueue } from '#service/jobs/schema.ts';
import { readDashboard, readKpis } from '#service/store/dashboard.ts';
import { startEmbedded } from '#service/store/embedded.ts';
import { SORT_KEYS } from '#service/store/lead-order.ts';
import { listLeads, type LeadQuery } from '#service/store/leads.ts';
import { migrate } from '#service/store/migrate.ts';
import { createPool, type Sql } from '#service/store/pool.ts';
import { silentLog } from '#service/telemetry/log.ts';
import { EXPORT_FORMATS, exportLeads } from '#service/verbs/export-leads.ts';
import type { Service } from '#service/context.ts';
import { allShippedRules } from '#test/support/rules.ts';
import { fillLeads } from '#test/support/many-leads.ts';

/**
 * Milliseconds of every kind of list, of the counts and of the export on a database of its own:
 * `node test/bench/lists.ts [companies] [rounds]`. Each line names the indexes of lead_list that were read.
 */

const companies = Number(process.argv[2] ?? 100_000);
const rounds = Number(process.argv[3] ?? 15);

const LISTS: Readonly<Record<string, Partial<LeadQuery>>> = {
  'usual order': {},
  'usual order, 200 a page': { pageSize: 200 },
  'page 100': { page: 100 },
  'page 1000': { page: 1000 },
  ...Object.fromEntries(
    SORT_KEYS.flatMap((sortBy) =>
      (['asc', 'desc'] as const).map((direction) => [`by ${sortBy} ${direction}`, { sortBy, direction }]),
    ),
  ),
  'segment Existing': { filter: { segment: 'Existing' } },
  'segment Existing by name': { filter: { segment: 'Existing' }, sortBy: 'company' },
  'provider Tuta (rare)': { filter: { provider: 'Tuta' } },
  'provider Tuta (rare) by name': { filter: { provider: 'Tuta' }, sortBy: 'company' },
  'provider nobody has': { filter: { provider: 'Zoho' } },
  'score 40 to 42': { filter: { minScore: 40, maxScore: 42 } },
  'score from 1': { filter: { minScore: 1 } },
  'score from 100 by name': { filter: { minScore: 100 }, sortBy: 'company' },
  'priority 1': { filter: { priority: [1] } },
  'priority 1, 2': { filter: { priority: [1, 2] } },
  'priority 1, 7': { filter: { priority: [1, 7] } },
  'priority 3 by expiry': { filter: { priority: [3] }, sortBy: 'expires_at' },
  'referral co-sell': { filter: { referralType: 'co-sell' } },
  'referral co-sell by score': {
    filter: { referralType: 'co-sell' },
    sortBy: 'readiness_score',
    direction: 'desc',
  },
  linked: { filter: { linkStatus: 'linked' } },
  'not linked (most)': { filter: { linkStatus: 'none' } },
  'failed pushes': { filter: { syncStatus: 'error' } },
  'large ones': { filter: { tenantSize: 'large' } },
  'large ones by name desc': { filter: { tenantSize: 'large' }, sortBy: 'company', direction: 'desc' },
  'favourites of nobody': { filter: { favoritesOf: 'nobody' } },
  'Migration, Google, 60+, not synced': {
    filter: { segment: 'Migration', provider: 'Google', minScore: 60, syncStatus: 'not_synced' },
  },
  'everything at once, no hit': {
    filter: {
      segment: 'Skip',
      provider: 'Tuta',
      minScore: 90,
      tenantSize: 'large',
      linkStatus: 'linked',
      search: 'şeker',
    },
  },
  'search şeker (14 %)': { filter: { search: 'şeker' } },
  'search ŞEKER by name': { filter: { search: 'ŞEKER' }, sortBy: 'company' },
  'search com.tr (all)': { filter: { search: 'com.tr' } },
  'search d4711 (few)': { filter: { search: 'd4711' } },
  'search zzz (none)': { filter: { search: 'zzz' } },
  'search gü (two letters)': { filter: { search: 'gü' } },
  'search qx (two letters, none)': { filter: { search: 'qx' } },
  'search q (one letter, none)': { filter: { search: 'q' } },
  'search şeker in Migration 60+': { filter: { search: 'şeker', segment: 'Migration', minScore: 60 } },
};

let reference: () => Promise<unknown> = async () => undefined;

async function main(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'hunter-lists-'));
  const started = await startEmbedded({ dataDir, throwAway: true });
  if (!started.ok) throw new Error(started.fault.why);
  const setup = { url: started.value.url, statementTimeoutMs: 0, application: 'hunter bench' };
  const sql = createPool({ ...setup, max: 4 });
  try {
    const done = await migrate(sql);
    if (!done.ok) throw new Error(done.fault.why);
    await migrateQueue(started.value.url);
    const began = performance.now();
    await fillLeads(sql, companies);
    await sql`vacuum analyze`;
    print(`${companies} companies in ${((performance.now() - began) / 1000).toFixed(0)} s`);
    reference = () => sql`select count(*) from generate_series(1, 100000)`;
    await lists(sql);
    await time('dashboard', () => readDashboard(sql));
    await time('kpis, 30 days', () => readKpis(sql, Date.parse('2026-11-03T00:00:00Z'), 30));
    await exports(sql);
  } finally {
    await sql.end();
    await started.value.leave();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function lists(sql: Sql): Promise<void> {
  for (const [name, part] of Object.entries(LISTS)) {
    const query: LeadQuery = { filter: {}, page: 1, pageSize: 50, ...part };
    let last = '';
    const before = await scansOf(sql);
    await time(
      name,
      async () => {
        const page = await listLeads(sql, query, 'tr');
        if (!page.ok) throw new Error(page.failure.code);
        last = `${page.value.total_is_estimate ? '~' : ''}${page.value.total}`;
      },
      async () => `${last.padStart(8)} leads  ${difference(before, await scansOf(sql))}`,
    );
  }
}

/** A whole export, as fast as it can be read: how long it takes and how much memory it needs on the way. */
async function exports(sql: Sql): Promise<void> {
  const rules = allShippedRules();
  const service = {
    sql,
    clock: Date.now,
    demo: false,
    log: silentLog,
    rules: { current: () => rules },
  } as unknown as Service;
  for (const format of EXPORT_FORMATS) {
    const start = performance.now();
    const before = process.memoryUsage().rss;
    let most = before;
    let bytes = 0;
    const request = { filter: {}, ids: [], domains: [], format, separator: 'comma', language: 'tr' } as const;
    const file = await exportLeads(service, { ...request, signal: new AbortController().signal });
    if (!file.ok) throw new Error(file.failure.code);
    const opened = performance.now() - start;
    for await (const chunk of file.value.body) {
      bytes += chunk.length;
      most = Math.max(most, process.memoryUsage().rss);
    }
    const mib = (n: number): string => `${(n / 1024 / 1024).toFixed(0)} MiB`;
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    print(
      `export ${format}: ${seconds} s, first byte after ${opened.toFixed(0)} ms, ${mib(bytes)}; RSS ${mib(before)}, at most ${mib(most)}`,
    );
  }
}

/** How often each index was read: what PostgreSQL itself has counted. */
async function scansOf(sql: Sql): Promise<ReadonlyMap<string, number>> {
  // Figures of a connection are written at most once a second.
  await new Promise((resolve) => setTimeout(resolve, 1100));
  await sql`select pg_stat_force_next_flush()`;
  const rows = await sql<{ name: string; n: number }[]>`
    select indexrelname as name, idx_scan as n from pg_stat_user_indexes where relname = 'lead_list'
    union all select 'whole table', seq_scan from pg_stat_user_tables where relname = 'lead_list'`;
  return new Map(rows.map(({ name, n }) => [name, n]));
}
const difference = (before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): string =>
  [...after]
    .filter(([name, n]) => n > (before.get(name) ?? 0) && name !== 'lead_list_pkey')
    .map(([name]) => name.replace('lead_list_', ''))
    .join(' ');

/** Beside each round a fixed piece of work of the same server: figures of a busy machine can be told from slow statements. */
async function time(
  name: string,
  work: () => Promise<unknown>,
  note: () => Promise<string> = async () => '',
): Promise<void> {
  await work();
  const times: number[] = [];
  const references: number[] = [];
  for (let round = 0; round < rounds; round++) {
    times.push(await took(work));
    references.push(await took(reference));
  }
  const figures = [0, 0.5, 0.95].map((share) => at(times, share).toFixed(1).padStart(6));
  print(
    `${name.padEnd(36)} best ${figures[0]}  median ${figures[1]}  p95 ${figures[2]} ms  (reference ${at(references, 0.5).toFixed(0)})  ${await note()}`,
  );
}

async function took(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
const at = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;

const print = (line: string): void => void process.stdout.write(`${line}\n`);

await main();
