/**
 * A list from the queue to the history, end to end: `node test/bench/bulk.ts [domains] [workers] [domains a second and worker]`.
 * Workers and the DNS double are processes of their own, the database is one of its own, the list goes in as a user's
 * would. Real mail evidence where ../shared/data is beside the checkout. Prints domains a second from the start of the
 * first entry to the end of the last, and the largest memory of a worker.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createService } from '#service/context.ts';
import { migrateQueue } from '#service/jobs/schema.ts';
import { startEmbedded } from '#service/store/embedded.ts';
import { migrate } from '#service/store/migrate.ts';
import { createPool } from '#service/store/pool.ts';
import { silentLog } from '#service/telemetry/log.ts';
import { jobStatus } from '#service/verbs/job-progress.ts';
import { startBulkScan } from '#service/verbs/start-bulk-scan.ts';
import { startDnsChild } from '#test/support/dns-child.ts';
import { evidenceZone, type EvidenceEntry } from '#test/support/evidence-zone.ts';
import { manyDomains, manyDomainsZone } from '#test/support/many-domains.ts';
import { configOf, fixedRules } from '#test/support/service.ts';
import { spawnWorker } from '#test/support/workers.ts';

const count = Number(process.argv[2] ?? 10_000);
const workerCount = Number(process.argv[3] ?? 1);
const rate = process.argv[4] ?? 'unlimited';

const evidence = join(import.meta.dirname, '../../../shared/data/mail-evidence-raw.json');
const entries = existsSync(evidence)
  ? (JSON.parse(readFileSync(evidence, 'utf8')) as EvidenceEntry[]).slice(0, count)
  : [];
const madeUp = manyDomains(Math.max(0, count - entries.length));
const domains = [...entries.map(({ domain }) => domain), ...madeUp];

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const folder = mkdtempSync(join(tmpdir(), 'hunter-bench-'));
const server = await startEmbedded({ dataDir: folder, throwAway: true });
if (!server.ok) throw new Error(`${server.fault.code}: ${server.fault.what} ${server.fault.why}`);
const { url } = server.value;
const sql = createPool({ url, max: 4, statementTimeoutMs: 60_000, application: 'hunter bench' });
const double = await startDnsChild({ ...evidenceZone(entries), ...manyDomainsZone(madeUp) });
const env = {
  HUNTER_DNS_SERVERS: double.address,
  HUNTER_DOMAINS_PER_SECOND: rate,
  HUNTER_REGISTRATION_ENABLED: 'false',
  HUNTER_TENANT_ENABLED: 'false',
  HUNTER_BULK_MAX: '100000',
  DATABASE_URL: url,
};
const config = configOf(env);
const { service, close } = createService({
  config,
  rules: fixedRules(config),
  sql,
  databaseUrl: url,
  world: { clock: Date.now, random: Math.random, warn: () => undefined },
  randomBytes,
  log: silentLog,
  version: 'bench',
});
try {
  const migrated = await migrate(sql);
  if (!migrated.ok) throw new Error(`${migrated.fault.name}: ${migrated.fault.why}`);
  await migrateQueue(url);
  const workers = Array.from({ length: workerCount }, () =>
    spawnWorker({ env, options: { schedule: false } }),
  );
  await Promise.all(workers.map(({ works }) => works));
  const queuing = performance.now();
  const started = await startBulkScan(service, {
    domains,
    kind: 'bulk-scan',
    force: false,
    createMissing: true,
    tier: 'score',
    by: 'bench',
    language: 'en',
  });
  if (!started.ok) throw new Error(started.failure.code);
  print(
    `${domains.length} domains, ${workerCount} workers, ${rate} a second; queued in ${Math.round(performance.now() - queuing)} ms`,
  );
  const messages = service.rules.current().messages.en;
  let last = performance.now();
  for (;;) {
    await sleep(500);
    const now = await jobStatus(sql, started.value.jobId, { messages, now: Date.now() });
    if (now === null) throw new Error('the job is gone');
    if (performance.now() - last > 5000) {
      print(`  ${now.processed} done, ${now.eta_seconds ?? '?'} s left`);
      last = performance.now();
    }
    if (now.completed_at === null) continue;
    const seconds = (Date.parse(now.completed_at) - Date.parse(now.started_at!)) / 1000;
    const perSecond = (now.succeeded + now.failed) / seconds;
    print(`  ${perSecond.toFixed(1)} domains/s in ${seconds.toFixed(1)} s: ${now.message}`);
    if (rate !== 'unlimited')
      print(`  ${((perSecond / (Number(rate) * workerCount)) * 100).toFixed(1)} % of the limit`);
    break;
  }
  const used = await Promise.all(workers.map((worker) => worker.stop()));
  const cpu = used.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / domains.length;
  const memory = Math.max(...used.map((worker) => worker.memory)) / 1_000_000;
  print(
    `  ${cpu.toFixed(2)} ms of the workers' CPU a domain, their start included; largest memory ${Math.round(memory)} MB`,
  );
} finally {
  close();
  await double.stop();
  await sql.end({ timeout: 5 });
  await server.value.leave();
  rmSync(folder, { recursive: true, force: true });
}
