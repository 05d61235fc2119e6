/**
 * How fast other rules are tried out and applied: assessing alone, a backtest (two assessments a company), and the job
 * that scores again and stores, on stored companies made from the golden facts, in a PostgreSQL of its own:
 * `node test/bench/rescore.ts [companies]`.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assess } from '#core/assess.ts';
import { DomainFacts } from '#core/facts.ts';
import { createService } from '#service/context.ts';
import { rescoreHere } from '#service/jobs/rescore-here.ts';
import { migrateQueue } from '#service/jobs/schema.ts';
import { createActiveRules } from '#service/rules/active.ts';
import { startEmbedded } from '#service/store/embedded.ts';
import { migrate } from '#service/store/migrate.ts';
import { createPool } from '#service/store/pool.ts';
import { silentLog } from '#service/telemetry/log.ts';
import { activateRules } from '#service/verbs/activate-rules.ts';
import { backtestRules } from '#service/verbs/backtest-rules.ts';
import { allShippedRules } from '#test/support/rules.ts';
import { configOf } from '#test/support/service.ts';
import { storeScanned } from '#test/support/stored.ts';

const count = Number(process.argv[2] ?? 20_000);
const golden = ['captured', 'made'].flatMap((name) => {
  const file = readFileSync(join(import.meta.dirname, `../golden/facts/${name}.json`), 'utf8');
  return DomainFacts.array().parse((JSON.parse(file) as { facts: unknown }).facts);
});
const facts = Array.from({ length: count }, (_, at): DomainFacts => {
  const found = golden[at % golden.length];
  if (found === undefined) throw new Error('there are no golden facts');
  return { ...found, domain: `firma-${at}.com.tr` };
});

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const never = new AbortController().signal;
async function measure(label: string, work: () => Promise<unknown> | void): Promise<void> {
  const began = performance.now();
  await work();
  const seconds = (performance.now() - began) / 1000;
  const peak = Math.round(process.resourceUsage().maxRSS / 1024);
  print(
    `${label.padEnd(44)}${Math.round(count / seconds)
      .toString()
      .padStart(7)}/s   ${seconds.toFixed(1)} s   RSS ${peak} MB`,
  );
}

const folder = mkdtempSync(join(tmpdir(), 'hunter-bench-'));
const server = await startEmbedded({ dataDir: folder, throwAway: true });
if (!server.ok) throw new Error(`${server.fault.code}: ${server.fault.what} ${server.fault.why}`);
const sql = createPool({
  url: server.value.url,
  max: 4,
  statementTimeoutMs: 60_000,
  application: 'hunter bench',
});
try {
  const migrated = await migrate(sql);
  if (!migrated.ok) throw new Error(migrated.fault.code);
  await migrateQueue(server.value.url);
  const shipped = allShippedRules();
  const rules = await createActiveRules(sql, shipped, { log: silentLog });
  const { service, close } = createService({
    config: configOf({
      DATABASE_URL: server.value.url,
      HUNTER_SECRET_KEY: randomBytes(32).toString('base64'),
    }),
    rules,
    sql,
    databaseUrl: server.value.url,
    world: { clock: Date.now, random: Math.random, warn: () => undefined },
    randomBytes,
    log: silentLog,
    version: 'bench',
  });
  await measure('store first scans', async () => {
    for (let at = 0; at < facts.length; at += 250) {
      await storeScanned(sql, shipped, facts.slice(at, at + 250), new Date().toISOString());
    }
  });
  await measure('assess alone (reference)', () => {
    const context = { now: new Date().toISOString(), recentChanges: 0 };
    for (const found of facts) assess(found, context, shipped.engine);
  });
  const overlay = { id: 'bench', points: { 'dmarc-reject': 10, 'spf-present': 12 } };
  await measure('backtest, two assessments a company', async () => {
    const seen = await backtestRules(service, { set: null, overlay, limit: null, signal: never });
    if (!seen.ok) throw new Error(seen.failure.code);
    const { compared, unchanged } = seen.value.companies;
    print(`  ${compared} compared, ${unchanged} unchanged`);
  });
  await measure('rescore: assess, store, history, lists', async () => {
    const made = await activateRules(service, {
      choice: { set: 'hunter-1', overlay },
      actor: { kind: 'command', id: 'bench' },
      requestId: null,
    });
    if (!made.ok) throw new Error(made.failure.code);
    const job = await rescoreHere(service, made.value.job_id, never, () => undefined);
    print(`  ${job.state}: ${job.succeeded} of ${job.total}`);
  });
  close();
} finally {
  await sql.end({ timeout: 1 });
  await server.value.leave();
  rmSync(folder, { recursive: true, force: true });
}
