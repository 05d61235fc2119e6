import { parseArgs } from 'node:util';
import { fill, type Messages } from '#core/rules/messages.ts';
import type { Config } from '../config.ts';
import type { World } from '../context.ts';
import { fillDemo, needsFilling } from '../demo/fill.ts';
import { ROUTES } from '../http/routes/index.ts';
import { startServer, type RunningServer } from '../http/server.ts';
import { startWorker, type Worker } from '../jobs/worker.ts';
import { openService, type Opened, type OpenResult } from '../open.ts';
import type { AllRules } from '../rule-files.ts';
import { rulesSentence } from '../rules/sentence.ts';
import { createLog } from '../telemetry/log.ts';
import { EXIT, type ExitCode, type Io } from './io.ts';
import { startProgress } from './progress.ts';

/** Which processes run: all in one by default; API and worker apart where one machine is not enough. */
export type Role = 'start' | 'api' | 'worker' | 'demo';

export interface ServeSetup {
  readonly config: Config;
  readonly rules: AllRules;
  readonly world: World;
  readonly randomBytes: (size: number) => Buffer;
  readonly version: string;
  readonly debug: boolean;
  readonly m: Messages;
  readonly io: Io;
}

/**
 * `hunter start | api | worker | demo`: runs until it is told to stop (Ctrl-C, SIGTERM). Standard output carries the log,
 * one line of JSON an event; standard error what a person wants to read.
 */
export async function serveCommand(
  role: Role,
  args: readonly string[],
  setup: ServeSetup,
): Promise<ExitCode> {
  const { m, io } = setup;
  const reset = role === 'demo' && args[0] === 'reset';
  if (!noOptions(reset ? args.slice(1) : args)) {
    io.err(`${fill(m.cli.usage, { usage: `hunter ${role}${role === 'demo' ? ' [reset]' : ''}` })}\n`);
    return EXIT.refused;
  }
  const opened = await openService({
    config: role === 'demo' ? demoConfig(setup.config) : setup.config,
    rules: setup.rules,
    world: setup.world,
    randomBytes: setup.randomBytes,
    log: createLog({ write: io.out, clock: setup.world.clock, debug: setup.debug }),
    version: setup.version,
    application: `hunter ${role}`,
    listen: true,
    makeDemo: role === 'demo',
  });
  if (!opened.ok) {
    io.err(`${openFault(opened.fault, m)}\n`);
    return EXIT.failed;
  }
  try {
    if (reset) await emptyDemo(opened.value);
    if (role === 'demo') await fillIfNeeded(opened.value, setup);
    if (reset) return io.signal.aborted ? EXIT.interrupted : EXIT.done;
    if (io.signal.aborted) return EXIT.done;
    return await run(role, opened.value, setup);
  } finally {
    await opened.value.close();
  }
}

async function run(role: Role, { service, rules, where }: Opened, { m, io }: ServeSetup): Promise<ExitCode> {
  let worker: Worker | null = null;
  let server: RunningServer | null = null;
  try {
    if (role !== 'api') worker = await startWorker(service);
    if (role !== 'worker') {
      const started = await startServer(service, ROUTES);
      if (!started.ok) {
        const { code, host, port, why } = started.fault;
        io.err(`${fill(m.cli[code], { host, port, why })}\n`);
        return EXIT.failed;
      }
      server = started.value;
    }
    const values = { url: server?.url ?? '', where };
    io.err(`${fill(server === null ? m.cli.workerRuns : m.cli.serviceRuns, values)}\n`);
    if (service.demo) io.err(`${m.cli.demoNote}\n`);
    const { wording } = rules.current().sales;
    const others = rulesSentence(rules.state(), m, wording[service.config.language]);
    if (others !== null) io.err(`${others}\n`);
    await untilStopped(io.signal, worker);
    io.err(`${m.cli.stopping}\n`);
    return io.signal.aborted ? EXIT.done : EXIT.failed;
  } finally {
    // Nobody new comes in, then what is under way ends; the database goes last.
    await server?.close();
    await worker?.stop();
  }
}

/** Ends when the signal fires, or when the worker has ended by itself, which it should not. */
async function untilStopped(signal: AbortSignal, worker: Worker | null): Promise<void> {
  if (signal.aborted) return;
  const stopped = new Promise<void>((resolve) =>
    signal.addEventListener('abort', () => resolve(), { once: true }),
  );
  await (worker === null ? stopped : Promise.race([stopped, worker.done]));
}

/** A demo has a database of its own beside the real one, unless DATABASE_URL names one. */
const demoConfig = (config: Config): Config => ({
  ...config,
  database: { ...config.database, dataDir: `${config.database.dataDir}/demo` },
});

async function emptyDemo({ service: { sql } }: Opened): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`delete from companies`;
    await tx`truncate raw_leads, scan_jobs, scan_job_items, uploads, rule_activations, webhook_retries,
      suppressed_domains, lookup_cache cascade`;
  });
}

async function fillIfNeeded({ service, demo }: Opened, { m, io, world }: ServeSetup): Promise<void> {
  if (demo === null || !(await needsFilling(service, demo))) return;
  io.err(`${fill(m.cli.demoFilling, { n: demo.companies.length })}\n`);
  const bar = startProgress(io, world.clock, demo.companies.length, m.cli.demoProgress);
  try {
    await fillDemo(service, demo, {
      onProgress: (done, total) => bar.update(done, total),
      signal: io.signal,
    });
  } catch (error) {
    // Begun again at the next start.
    if (!io.signal.aborted) throw error;
  } finally {
    bar.stop();
  }
}

/** Why there is nothing to work with, as a sentence. */
export function openFault(fault: Extract<OpenResult, { ok: false }>['fault'], m: Messages): string {
  const { what = '', why = '', name = '' } = fault as { what?: string; why?: string; name?: string };
  return fill(m.cli[fault.code], { what, why, name }).trim();
}

function noOptions(args: readonly string[]): boolean {
  try {
    parseArgs({ args: [...args], options: {}, strict: true, allowPositionals: false });
    return true;
  } catch {
    return false;
  }
}
