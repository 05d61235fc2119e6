import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import process from 'node:process';
import { Logger, run, type Runner, type TaskList, type WorkerEvents } from 'graphile-worker';
import pg from 'pg';
import type { Service } from '../context.ts';
import { keepHeapSmall } from './heap.ts';
import { startHeart, type Heart } from './heart.ts';
import { LIMITS, runTask, type Limits, type Tasks } from './run-task.ts';
import { RUNS_AT_ONCE } from './scan-chunk.ts';
import { queueConnection } from './schema.ts';
import { ensureSchedule } from './schedule.ts';
import { BULK, createTasks } from './task-list.ts';
import type { TaskName } from './tasks.ts';

/** A worker of this process. */
export interface Worker {
  readonly id: string;
  /** Takes no new work, breaks off what is under way (others go on with it), and is done. Safe to call twice. */
  stop(): Promise<void>;
  /** when it has ended, be it by itself */
  readonly done: Promise<void>;
}

export interface WorkerOptions {
  readonly beatMs?: number;
  readonly deadAfterMs?: number;
  readonly limits?: Partial<Limits>;
  /** pieces of work at once: of single companies and of upkeep, and of lists */
  readonly concurrency?: { readonly single: number; readonly bulk: number };
  /** whether it does what runs by itself as well */
  readonly schedule?: boolean;
  /** instead of what the configuration says: whether all workers run on this machine */
  readonly alone?: boolean;
}

const BEAT_MS = 5_000;
const DEAD_AFTER_MS = 30_000;
const CONCURRENCY = { single: 8, bulk: RUNS_AT_ONCE };
/** After the worker is told to stop, work gets so long to end by itself. */
const GRACE_MS = 1_000;
/** How often the rows of what runs by itself are looked after. */
const SCHEDULE_MS = 60_000;

/** Starts working through the queue. */
export async function startWorker(service: Service, options: WorkerOptions = {}): Promise<Worker> {
  const { log, config } = service;
  const {
    beatMs = BEAT_MS,
    deadAfterMs = DEAD_AFTER_MS,
    concurrency = CONCURRENCY,
    schedule = true,
  } = options;
  keepHeapSmall();
  const id = randomUUID();
  const tasks = createTasks(service, id);
  const limits = { ...LIMITS, ...options.limits };
  const queueIds: string[] = [];
  const pool = createQueuePool(service, concurrency.single + concurrency.bulk);
  let heart: Heart | null = null;
  const lines: Runner[] = [];
  try {
    heart = await startHeart(service, {
      id,
      pid: process.pid,
      beatMs,
      deadAfterMs,
      // Our own server is on this machine, and so is everyone who uses it.
      alone: options.alone ?? config.database.url === null,
      queueIds: () => queueIds,
    });
    if (schedule) await ensureSchedule(service, tasks);
    const names = Object.keys(tasks) as TaskName[];
    for (const bulk of [false, true]) {
      const own = names.filter((name) => BULK.has(name) === bulk);
      const line = { concurrency: bulk ? concurrency.bulk : concurrency.single, names: own, queueIds };
      lines.push(await startLine(service, tasks, limits, pool, line));
    }
    await heart.now();
  } catch (error) {
    await Promise.allSettled(lines.map((line) => line.stop()));
    await heart?.stop();
    await pool.end();
    throw error;
  }
  const keeper = setInterval(() => {
    if (schedule) ensureSchedule(service, tasks).catch((error: unknown) => log.error('schedule', error));
  }, SCHEDULE_MS);
  log.info('worker-started', { worker: id });

  const ended = Promise.allSettled(lines.map(({ promise }) => promise));
  let stopped: Promise<void> | null = null;
  const stop = (): Promise<void> => (stopped ??= end());
  async function end(): Promise<void> {
    clearInterval(keeper);
    heart?.slowDown();
    await Promise.allSettled(lines.map((line) => line.stop()));
    await ended;
    await heart?.stop();
    // Only now: the queue writes what became of its last jobs until the very end.
    await pool.end();
    log.info('worker-stopped', { worker: id });
  }
  // One line that ends by itself takes the other with it: half a worker would look like a whole one.
  const done = Promise.race(lines.map(({ promise }) => promise.catch(() => undefined))).then(stop);
  return { id, stop, done };
}

interface Line {
  readonly concurrency: number;
  readonly names: readonly TaskName[];
  /** where it writes down the name under which it locks work */
  readonly queueIds: string[];
}

/** One line of work with a number of places of its own. */
async function startLine(
  service: Service,
  tasks: Tasks,
  limits: Limits,
  pgPool: pg.Pool,
  { concurrency, names, queueIds }: Line,
): Promise<Runner> {
  const events: WorkerEvents = new EventEmitter();
  // Told before the first job is locked; a heartbeat right after the start writes it down.
  events.on('pool:create', ({ workerPool }) => void queueIds.push(workerPool.id));
  const taskList = Object.fromEntries(
    names.map((name): [string, TaskList[string]] => [
      name,
      async (payload, { job, abortSignal }) => {
        await runTask(service, tasks, limits, { name, payload, key: job.key, signal: abortSignal ?? NEVER });
      },
    ]),
  ) as TaskList;
  return run({
    pgPool,
    taskList,
    events,
    parsedCronItems: [],
    logger: loggerOf(service),
    noHandleSignals: true,
    preset: {
      worker: {
        concurrentJobs: concurrency,
        gracefulShutdownAbortTimeout: GRACE_MS,
        pollInterval: POLL_MS,
        // Batched, the queue waits for what it writes when it ends; otherwise jobs that end in that moment stay locked.
        completeJobBatchDelay: 25,
        failJobBatchDelay: 25,
        // No queue of its own in this process: it would lock jobs long before they are begun.
      },
    },
  });
}

const NEVER = new AbortController().signal;
/** New work is announced; this finds what became due by its time. */
const POLL_MS = 2_000;

/** The queue's own connections: it brings another driver than ours. */
function createQueuePool({ databaseUrl, log }: Service, most: number): pg.Pool {
  const pool = new pg.Pool({
    ...queueConnection(databaseUrl),
    // Two listen, the others fetch jobs and tick them off.
    max: Math.min(most, 4) + 2,
    application_name: 'hunter queue',
  });
  const warn = (error: unknown): void =>
    log.warn('queue-connection', { code: (error as { code?: string }).code ?? null });
  pool.on('error', warn);
  pool.on('connect', (client) => void client.on('error', warn));
  return pool;
}

/** What the queue says may hold payloads and texts of errors; that something went wrong is enough, the rest is ours to log. */
function loggerOf({ log }: Service): Logger {
  return new Logger(({ label }) => (level) => {
    if (level === 'error') log.warn('queue', { part: label ?? null });
  });
}
