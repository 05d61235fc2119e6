/**
 * A large list, from the upload to its last row: time to the answer, time to read all rows, whether every row is
 * accounted for, memory, and how long the event loop was held up, beside reading the same file alone in the same run:
 * `node test/bench/import.ts [rows] [file]`. With a file that file is taken.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createService } from '#service/context.ts';
import { ingestRoutes } from '#service/http/routes/ingest.ts';
import { tableLimits } from '#service/ingest/limits.ts';
import { dataRows, survey } from '#service/ingest/survey.ts';
import { importFile } from '#service/jobs/import-file.ts';
import { migrateQueue } from '#service/jobs/schema.ts';
import { startEmbedded } from '#service/store/embedded.ts';
import { migrate } from '#service/store/migrate.ts';
import { createPool } from '#service/store/pool.ts';
import { silentLog } from '#service/telemetry/log.ts';
import { startApi } from '#test/support/api.ts';
import { configOf, fixedRules } from '#test/support/service.ts';

const rows = Number(process.argv[2] ?? 100_000);
const file = process.argv[3] ?? null;

/** Of a hundred rows: 85 companies, 5 a second time, 5 refused, 5 empty. */
function rowOf(at: number): string {
  const kind = at % 100;
  const company = (n: number): string =>
    `"Gökpınar ${n} Döküm San. ve Tic. A.Ş.";www.firma${n}.com.tr;info@firma${n}.com.tr;0212 555 ${n};İstanbul\r\n`;
  if (kind < 5) return ';;;;\r\n';
  if (kind < 10) return `Firma ${at};yok;ali${at}@gmail.com;;\r\n`;
  return company(kind < 15 ? at + 5 : at);
}
const content =
  file === null
    ? Buffer.from(
        `Firma;Web;E-posta;Telefon;Şehir\r\n${Array.from({ length: rows }, (_, at) => rowOf(at)).join('')}`,
      )
    : readFileSync(file);

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const folder = mkdtempSync(join(tmpdir(), 'hunter-bench-'));
const server = await startEmbedded({ dataDir: folder, throwAway: true });
if (!server.ok) throw new Error(`${server.fault.code}: ${server.fault.what} ${server.fault.why}`);
const { url } = server.value;
const sql = createPool({ url, max: 4, statementTimeoutMs: 0, application: 'hunter bench' });
try {
  const migrated = await migrate(sql);
  if (!migrated.ok) throw new Error(migrated.fault.code);
  await migrateQueue(url);
  const config = configOf({
    DATABASE_URL: url,
    HUNTER_LANGUAGE: 'en',
    HUNTER_IMPORT_MAX_ROWS: String(Math.max(rows, 100_000)),
  });
  const { service, close } = createService({
    config,
    rules: fixedRules(config),
    sql,
    databaseUrl: url,
    world: { clock: Date.now, random: Math.random, warn: () => undefined },
    randomBytes,
    log: silentLog,
    version: '0.0.0-bench',
  });
  const api = await startApi(service, ingestRoutes);
  let peak = 0;
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 20);
  const loop = monitorEventLoopDelay({ resolution: 5 });

  const form = new FormData();
  form.append('file', new File([new Uint8Array(content)], file === null ? 'list.csv' : basename(file)));
  const before = process.memoryUsage().rss;
  loop.enable();
  const asked = performance.now();
  const answer = await api.call('POST', '/api/v1/ingest/csv', { body: form });
  const answered = performance.now() - asked;
  if (answer.status !== 202) throw new Error(answer.text);
  const jobId = answer.json.job_id as string;

  const began = performance.now();
  await importFile(service, { jobId }, new AbortController().signal);
  const took = performance.now() - began;
  loop.disable();

  const rules = service.rules.current();
  const question = {
    hints: rules.importColumns,
    consumerDomains: rules.engine.mail.consumerDomains,
    sheet: null,
  };
  const alone = performance.now();
  const plan = await survey(content, question, tableLimits(config));
  let read = 0;
  for await (const _row of dataRows(content, plan, tableLimits(config))) read += 1;
  const reading = performance.now() - alone;

  const counts = await sql<{ state: string; n: number }[]>`
    select state, count(*) as n from scan_job_items where job_id = ${jobId} group by state order by state`;
  const accounted = counts.reduce((sum, { n }) => sum + n, 0) + plan.blanks;
  const parts = counts.map(({ state, n }) => `${n} ${state}`).join(' + ');
  const seconds = (ms: number): string => (ms / 1000).toFixed(2);
  print(`${(content.length / 1024 / 1024).toFixed(1)} MiB, ${plan.rows} rows and ${plan.blanks} empty ones`);
  print(`answer 202 after ${seconds(answered)} s`);
  print(
    `rows read, checked and stored in ${seconds(took)} s (${Math.round(read / (took / 1000))} rows/s); reading alone twice ${seconds(reading)} s`,
  );
  print(
    `${parts} + ${plan.blanks} empty = ${accounted}${file === null ? ` of ${rows} rows${accounted === rows ? '' : ': NOT ALL ACCOUNTED FOR'}` : ''}`,
  );
  print(
    `memory: ${Math.round(before / 1e6)} MB before, ${Math.round(peak / 1e6)} MB at most (client and server in one process)`,
  );
  print(
    `event loop held up: p99 ${(loop.percentile(99) / 1e6).toFixed(0)} ms, at most ${(loop.max / 1e6).toFixed(0)} ms`,
  );
  clearInterval(watch);
  await api.close();
  close();
} finally {
  await sql.end();
  await server.value.leave();
  rmSync(folder, { recursive: true, force: true });
}
