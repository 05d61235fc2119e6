import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { createService } from '#service/context.ts';
import { dashboardRoutes } from '#service/http/routes/dashboard.ts';
import { leadRoutes } from '#service/http/routes/leads.ts';
import { migrateQueue } from '#service/jobs/schema.ts';
import { startEmbedded } from '#service/store/embedded.ts';
import { SORT_KEYS } from '#service/store/lead-order.ts';
import { migrate } from '#service/store/migrate.ts';
import { createPool, type Sql } from '#service/store/pool.ts';
import { silentLog } from '#service/telemetry/log.ts';
import { EXPORT_FORMATS } from '#service/verbs/export-leads.ts';
import { startApi, type Api } from '#test/support/api.ts';
import { fillLeads } from '#test/support/many-leads.ts';
import { configOf, fixedRules } from '#test/support/service.ts';

/**
 * Milliseconds of every kind of list, of the figures and of the export, asked over HTTP, on a database of its own:
 * `node test/bench/lists.ts [companies] [rounds] [only]`. Each line has
 * - `median`: of the whole request, on whatever the machine does besides;
 * - `server`: processor time of the database for it, which a busy machine changes little;
 * - `reference`: a fixed piece of work (counting 100,000 generated rows) on the same connection in the same rounds;
 * - what EXPLAIN ANALYZE says was read of lead_list.
 */

const companies = Number(process.argv[2] ?? 100_000);
const rounds = Number(process.argv[3] ?? 15);
const only = new RegExp(process.argv[4] ?? '');

const LISTS: Readonly<Record<string, Readonly<Record<string, string | number>>>> = {
  'usual order': {},
  'usual order, 200 a page': { page_size: 200 },
  'page 100': { page: 100 },
  'page 1000': { page: 1000 },
  ...Object.fromEntries(
    SORT_KEYS.flatMap((sort_by) =>
      ['asc', 'desc'].map((sort_order) => [`by ${sort_by} ${sort_order}`, { sort_by, sort_order }]),
    ),
  ),
  'segment Existing': { segment: 'Existing' },
  'segment Existing by name': { segment: 'Existing', sort_by: 'company' },
  'provider Tuta (rare)': { provider: 'Tuta' },
  'provider Tuta (rare) by name': { provider: 'Tuta', sort_by: 'company' },
  'provider nobody has': { provider: 'Zoho' },
  'score 40 to 42': { min_score: 40, max_score: 42 },
  'score from 1': { min_score: 1 },
  'score from 100 by name': { min_score: 100, sort_by: 'company' },
  'priority 1': { priority: '1' },
  'priority 1, 2': { priority: '1,2' },
  'priority 1, 7': { priority: '1,7' },
  'priority 3 by expiry': { priority: '3', sort_by: 'expires_at' },
  'referral co-sell': { referral_type: 'co-sell' },
  'referral co-sell by score': {
    referral_type: 'co-sell',
    sort_by: 'readiness_score',
    sort_order: 'desc',
  },
  linked: { link_status: 'linked' },
  'not linked (most)': { link_status: 'none' },
  'failed pushes': { d365_sync_status: 'error' },
  'large ones': { tenant_size: 'large' },
  'large ones by name desc': { tenant_size: 'large', sort_by: 'company', sort_order: 'desc' },
  'favourites of nobody': { favorite: 'true' },
  'Migration, Google, 60+, not synced': {
    segment: 'Migration',
    provider: 'Google',
    min_score: 60,
    d365_sync_status: 'not_synced',
  },
  'everything at once, no hit': {
    segment: 'Skip',
    provider: 'Tuta',
    min_score: 90,
    tenant_size: 'large',
    link_status: 'linked',
    search: 'şeker',
  },
  'search şeker (14 %)': { search: 'şeker' },
  'search ŞEKER by name': { search: 'ŞEKER', sort_by: 'company' },
  'search com.tr (all)': { search: 'com.tr' },
  'search d4711 (few)': { search: 'd4711' },
  'search zzz (none)': { search: 'zzz' },
  'search gü (two letters)': { search: 'gü' },
  'search qx (two letters, none)': { search: 'qx' },
  'search q (one letter, none)': { search: 'q' },
  'search şe by name (two letters, last)': { search: 'şe', sort_by: 'company' },
  'search com.tr by name': { search: 'com.tr', sort_by: 'company' },
  'search tekstil by name': { search: 'tekstil', sort_by: 'company' },
  'search tekstil by expiry': { search: 'tekstil', sort_by: 'expires_at' },
  'search tekstil by provider': { search: 'tekstil', sort_by: 'provider' },
  'search şeker in Migration by name': { search: 'şeker', segment: 'Migration', sort_by: 'company' },
  'Migration, Google, small by name': {
    segment: 'Migration',
    provider: 'Google',
    tenant_size: 'small',
    sort_by: 'company',
  },
  'Migration, Google, 40+, newest scan': {
    segment: 'Migration',
    provider: 'Google',
    min_score: 40,
    sort_by: 'scanned_at',
    sort_order: 'desc',
  },
  'not linked, Cold by provider': { link_status: 'none', segment: 'Cold', sort_by: 'provider' },
  'large, priority 1, 2 by name': { tenant_size: 'large', priority: '1,2', sort_by: 'company' },
  'not linked, Migration, page 100': { link_status: 'none', segment: 'Migration', page: 100 },
  'search şeker in Migration 60+': { search: 'şeker', segment: 'Migration', min_score: 60 },
};

/** One connection, so that one process of the database has done all of the work. */
interface Bench {
  readonly sql: Sql;
  readonly api: Api;
  /** the same API on a connection that explains its statements */
  readonly explained: Api;
  readonly plans: string[];
  readonly pid: number;
}

async function main(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'hunter-lists-'));
  const started = await startEmbedded({ dataDir, throwAway: true });
  if (!started.ok) throw new Error(started.fault.why);
  const { url } = started.value;
  const sql = createPool({ url, max: 1, statementTimeoutMs: 0, application: 'hunter bench' });
  const plans: string[] = [];
  const explaining = await explainingPool(sql, url, plans);
  const { service, close } = createService({
    config: configOf({
      HUNTER_REQUESTS_PER_MINUTE: '1000000',
      DATABASE_URL: url,
    }),
    rules: fixedRules(configOf({ DATABASE_URL: url })),
    sql,
    databaseUrl: url,
    world: { clock: Date.now, random: Math.random, warn: () => undefined },
    randomBytes,
    log: silentLog,
    version: '0.0.0-bench',
  });
  const routes = [...leadRoutes, ...dashboardRoutes];
  const api = await startApi(service, routes);
  const explained = await startApi({ ...service, sql: explaining }, routes);
  try {
    const done = await migrate(sql);
    if (!done.ok) throw new Error(done.fault.why);
    await migrateQueue(url);
    const began = performance.now();
    await fillLeads(sql, companies);
    await sql`vacuum analyze`;
    print(`${companies} companies in ${((performance.now() - began) / 1000).toFixed(0)} s`);
    const [row] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
    const bench: Bench = { sql, api, explained, plans, pid: row?.pid ?? 0 };
    const asked = [
      ...Object.entries(LISTS).map(([name, query]) => [name, pathOf('/leads', query)] as const),
      ['dashboard', '/api/v1/dashboard'] as const,
      ['kpis, 30 days', '/api/v1/dashboard/kpis?days=30'] as const,
    ].filter(([name]) => only.test(name));
    const medians: number[] = [];
    for (const [name, path] of asked) medians.push(await time(bench, name, path));
    const slow = asked.filter((_, index) => (medians[index] ?? 0) >= 50).map(([name]) => name);
    print(`${asked.length} kinds, ${slow.length} with a median of 50 ms or more: ${slow.join('; ')}`);
    for (const format of EXPORT_FORMATS.filter((name) => only.test(`export ${name}`)))
      await exportAll(api, format);
  } finally {
    await api.close();
    await explained.close();
    close();
    await sql.end();
    await explaining.end();
    await started.value.leave();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

const pathOf = (path: string, query: Readonly<Record<string, string | number>>): string =>
  `/api/v1${path}?${new URLSearchParams(Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]))}`;

/** A connection that tells how each statement was carried out. */
async function explainingPool(sql: Sql, url: string, plans: string[]): Promise<Sql> {
  const pool = postgres(url, {
    max: 1,
    types: sql.options.types as unknown as Record<string, postgres.PostgresType>,
    connection: { TimeZone: 'UTC' },
    onnotice: ({ message }) => plans.push(message ?? ''),
  }) as unknown as Sql;
  await pool`load 'auto_explain'`;
  for (const setting of [
    `log_level = notice`,
    `log_min_duration = 0`,
    `log_analyze = on`,
    `log_timing = off`,
    `log_format = json`,
  ])
    await pool.unsafe(`set auto_explain.${setting}`);
  return pool;
}

/** Prints a line and returns the median. */
async function time(bench: Bench, name: string, path: string): Promise<number> {
  const { sql, api } = bench;
  const ask = async (): Promise<string> => {
    const { status, text } = await api.call('GET', path);
    if (status !== 200) throw new Error(`${path}: ${status} ${text}`);
    return text;
  };
  const { total, total_is_estimate: estimated } = JSON.parse(await ask()) as {
    total?: number;
    total_is_estimate?: boolean;
  };
  const times: number[] = [];
  const server: number[] = [];
  const references: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const before = processorTime(bench.pid);
    times.push(await took(ask));
    server.push(processorTime(bench.pid) - before);
    references.push(await took(() => sql`select count(*) from generate_series(1, 100000)`));
  }
  const shown = (value: number): string => value.toFixed(1).padStart(6);
  const median = at(times, 0.5);
  print(
    `${name.padEnd(38)} median ${shown(median)}  best ${shown(at(times, 0))}  p95 ${shown(at(times, 0.95))} ms  server ${shown(at(server, 0.5))}  reference ${at(references, 0.5).toFixed(0).padStart(3)}  ${`${estimated === true ? '~' : ''}${total ?? ''}`.padStart(7)}  ${await planOf(bench, path)}`,
  );
  return median;
}

/** Milliseconds that a process had a processor; NaN where the system does not say. */
function processorTime(pid: number): number {
  const file = `/proc/${pid}/schedstat`;
  return existsSync(file) ? Number(readFileSync(file, 'utf8').split(' ')[0]) / 1e6 : Number.NaN;
}

async function took(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
const at = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;

interface Node {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Node[];
}

/** Through which indexes lead_list was read, and how many rows at most came out of one of them. */
async function planOf({ explained, plans }: Bench, path: string): Promise<string> {
  plans.length = 0;
  await explained.call('GET', path);
  const used = new Map<string, number>();
  const walk = (node: Node): void => {
    const name =
      node['Node Type'] === 'Seq Scan' && node['Relation Name'] === 'lead_list'
        ? 'whole table'
        : node['Index Name']?.replace(/^lead_list_(?!pkey)/, '*');
    const rows = Math.round(
      (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'],
    );
    if (name === 'whole table' || name?.startsWith('*') === true)
      used.set(name.replace('*', ''), Math.max(used.get(name.replace('*', '')) ?? 0, rows));
    for (const child of node.Plans ?? []) walk(child);
  };
  for (const message of plans) {
    const begin = message.indexOf('{');
    if (begin >= 0) walk((JSON.parse(message.slice(begin)) as { Plan: Node }).Plan);
  }
  return [...used]
    .filter(([, rows]) => rows > 0)
    .map(([name, rows]) => `${name} ${rows}`)
    .join(', ');
}

/** A whole export, as fast as it can be read: how long it takes and how much memory it needs on the way. */
async function exportAll(api: Api, format: string): Promise<void> {
  const mib = (n: number): string => `${(n / 1024 / 1024).toFixed(0)} MiB`;
  const start = performance.now();
  const before = process.memoryUsage().rss;
  let most = before;
  let bytes = 0;
  const response = await api.open('GET', `/api/v1/leads/export?format=${format}`);
  const opened = performance.now() - start;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    most = Math.max(most, process.memoryUsage().rss);
  }
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  print(
    `export ${format}: ${seconds} s, first byte after ${opened.toFixed(0)} ms, ${mib(bytes)}; RSS ${mib(before)}, at most ${mib(most)}`,
  );
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);

await main();
