/**
 * A worker in a process of its own, to be killed: `node test/support/worker-child.ts <settings as JSON>`. Says on standard
 * output when it works.
 */
import { randomBytes } from 'node:crypto';
import process from 'node:process';
import { createService } from '#service/context.ts';
import { startWorker, type WorkerOptions } from '#service/jobs/worker.ts';
import { createPool } from '#service/store/pool.ts';
import { createLog, silentLog } from '#service/telemetry/log.ts';
import { configOf, fixedRules } from '#test/support/service.ts';

export interface WorkerChildSettings {
  readonly env: Readonly<Record<string, string>>;
  readonly options: WorkerOptions;
  /** whether its log goes to standard error */
  readonly log?: boolean;
}

/** What a worker has used, told when it stops in order. */
export interface WorkerUsage {
  /** the largest resident set, in bytes */
  readonly memory: number;
  readonly cpuMs: number;
}

const settings = JSON.parse(process.argv[2] ?? '{}') as WorkerChildSettings;
const config = configOf(settings.env);
const databaseUrl = config.database.url!;
const sql = createPool({
  url: databaseUrl,
  max: 8,
  statementTimeoutMs: 30_000,
  application: 'hunter worker',
});
const { service, close } = createService({
  config,
  rules: fixedRules(config),
  sql,
  databaseUrl,
  world: { clock: Date.now, random: Math.random, warn: () => undefined },
  randomBytes,
  log:
    settings.log === true
      ? createLog({ write: (line) => void process.stderr.write(line), clock: Date.now, debug: true })
      : silentLog,
  version: 'test',
});
const worker = await startWorker(service, settings.options);
process.stdout.write('works\n');
async function stop(): Promise<void> {
  await worker.stop();
  close();
  await sql.end({ timeout: 1 });
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const usage: WorkerUsage = { memory: maxRSS * 1024, cpuMs: (userCPUTime + systemCPUTime) / 1000 };
  process.stdout.write(`${JSON.stringify(usage)}\n`);
  process.exit();
}
process.once('SIGTERM', () => void stop());
// The parent is gone when its end of the pipe is: no process is left behind.
process.stdin.on('end', () => process.exit()).resume();
