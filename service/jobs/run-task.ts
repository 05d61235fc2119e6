import type { z } from 'zod';
import type { Service } from '../context.ts';
import { addJob, type QueueOptions } from './queue.ts';
import { TASKS, type TaskName, type TaskPayload } from './tasks.ts';
import { isTransient } from './transient.ts';

/** What a kind of work does. It may be broken off at any moment, and may be done twice. */
export interface Task<Name extends TaskName> {
  /** @throws anything: what is transient is tried again later, everything else is a mistake of ours */
  run(payload: z.output<(typeof TASKS)[Name]>, signal: AbortSignal): Promise<void>;
  /** notes the outcome where somebody looks for it, when no try is left */
  fail?(payload: z.output<(typeof TASKS)[Name]>, code: 'job-broken' | 'given-up'): Promise<void>;
  /** when it is due again, whatever came of it; such work has no other retries */
  next?(): Date;
  readonly priority?: number;
  readonly maxAttempts?: number;
}
export type Tasks = { readonly [Name in TaskName]: Task<Name> };

/** How long work may take, and when it is tried again. */
export interface Limits {
  /** then the signal fires */
  readonly softMs: number;
  /** then nobody waits for it any more */
  readonly hardMs: number;
  /** between the signal of a worker that stops and nobody waiting any more */
  readonly stopMs: number;
  readonly retries: number;
  /** doubled with each retry */
  readonly retryMs: number;
}

export const LIMITS: Limits = {
  softMs: 14.5 * 60_000,
  hardMs: 15 * 60_000,
  stopMs: 8_000,
  retries: 2,
  retryMs: 60_000,
};

/** A job as the queue hands it out. */
export interface QueuedJob {
  readonly name: TaskName;
  readonly payload: unknown;
  readonly key: string | null;
  /** fires when the worker stops */
  readonly signal: AbortSignal;
}

export type TaskOutcome = 'done' | 'again' | 'later' | 'failed';

/**
 * Runs one job and never throws but for a database that stays away: returning is done. What was broken off is queued
 * again at once, what failed for a while later, what failed for good is noted.
 */
export async function runTask(
  service: Service,
  tasks: Tasks,
  limits: Limits,
  job: QueuedJob,
): Promise<TaskOutcome> {
  const { log, clock } = service;
  const began = clock();
  const { retry, ...rest } = { retry: 0, ...(job.payload as object) } as { retry: number };
  const parsed = TASKS[job.name].safeParse(rest);
  if (!parsed.success) {
    log.error('job', parsed.error, { task: job.name, outcome: 'failed' });
    return 'failed';
  }
  const payload = parsed.data as never;
  const task = tasks[job.name] as Task<TaskName>;
  const end = await finish(task, payload, job.signal, limits);
  const outcome = end.ok
    ? 'done'
    : end.brokenOff
      ? 'again'
      : task.next === undefined && retry < limits.retries && (end.late || isTransient(end.error))
        ? 'later'
        : 'failed';
  const fields = { task: job.name, outcome, ms: clock() - began, ...idsOf(rest) };
  if (outcome === 'done' || outcome === 'again') log.info('job', fields);
  else log.error('job', end.ok ? null : end.error, { ...fields, retry });
  await afterwards(service, job, { task, payload, rest, retry, outcome, limits });
  return outcome;
}

type End =
  | { readonly ok: true }
  | { readonly ok: false; readonly brokenOff: boolean; readonly late: boolean; readonly error: unknown };

/** Runs it within its limits. */
async function finish(task: Task<TaskName>, payload: never, stop: AbortSignal, limits: Limits): Promise<End> {
  const soft = new AbortController();
  const ended = new AbortController();
  const timers: NodeJS.Timeout[] = [setTimeout(() => soft.abort(), limits.softMs)];
  const signal = AbortSignal.any([stop, soft.signal]);
  const given = new Promise<End>((resolve) => {
    const giveUp = (brokenOff: boolean) => () =>
      resolve({ ok: false, brokenOff, late: !brokenOff, error: new Error('took too long') });
    timers.push(setTimeout(giveUp(false), limits.hardMs));
    const stopping = (): void => void timers.push(setTimeout(giveUp(true), limits.stopMs));
    if (stop.aborted) stopping();
    else stop.addEventListener('abort', stopping, { once: true, signal: ended.signal });
  });
  return Promise.race([
    given,
    task.run(payload, signal).then(
      (): End => ({ ok: true }),
      (error: unknown): End => ({ ok: false, brokenOff: signal.aborted, late: false, error }),
    ),
  ]).finally(() => {
    ended.abort();
    for (const timer of timers) clearTimeout(timer);
  });
}

interface Afterwards {
  readonly task: Task<TaskName>;
  readonly payload: never;
  readonly rest: object;
  readonly retry: number;
  readonly outcome: TaskOutcome;
  readonly limits: Limits;
}

async function afterwards(
  service: Service,
  { name, key, signal }: QueuedJob,
  { task, payload, rest, retry, outcome, limits }: Afterwards,
): Promise<void> {
  const { clock } = service;
  const options: QueueOptions = {
    ...(key === null ? {} : { key }),
    ...(task.priority === undefined ? {} : { priority: task.priority }),
    ...(task.maxAttempts === undefined ? {} : { maxAttempts: task.maxAttempts }),
  };
  const again = (tries: number, when: QueueOptions = {}): Promise<void> => {
    const same = { ...rest, ...(tries > 0 ? { retry: tries } : {}) } as TaskPayload<typeof name>;
    return addJob(service.sql, name, same, { ...options, ...when });
  };
  await untilTold(service, signal, async () => {
    if (outcome === 'failed') await task.fail?.(payload, 'job-broken');
    // Somebody may have queued it for an earlier moment meanwhile.
    if (task.next !== undefined && outcome !== 'again')
      return again(0, { runAt: task.next(), keyMode: 'preserve_run_at' });
    if (outcome === 'again') return again(retry);
    if (outcome === 'later')
      return again(retry + 1, { runAt: new Date(clock() + limits.retryMs * 2 ** retry) });
  });
}

const TELL_TRIES = 10;
const LONGEST_WAIT_MS = 30_000;

/** The database may be what was away: what comes next is told when it is back. */
async function untilTold(service: Service, signal: AbortSignal, tell: () => Promise<unknown>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await tell();
      return;
    } catch (error) {
      if (tries === TELL_TRIES || signal.aborted || !isTransient(error)) throw error;
      await service.sleep(Math.min(1000 * 2 ** (tries - 1), LONGEST_WAIT_MS), signal);
    }
  }
}

/** What of a payload tells which job it was. */
function idsOf(payload: object): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(payload).filter(
      (entry): entry is [string, string | number] =>
        ['jobId', 'domain', 'from', 'after'].includes(entry[0]) &&
        ['string', 'number'].includes(typeof entry[1]),
    ),
  );
}
