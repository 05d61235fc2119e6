import { hostname } from 'node:os';
import { fill, type Messages } from '#core/rules/messages.ts';
import type { Service } from '../context.ts';
import { startWorker, type Worker } from '../jobs/worker.ts';
import { findJob, type JobRow } from '../store/jobs.ts';
import { isAlive } from '../store/process.ts';
import type { Io } from './io.ts';
import { startProgress, type Progress } from './progress.ts';

export interface Watched {
  /** as it was seen last: ended, unless the signal fired */
  readonly job: JobRow;
  /** whether a worker of another process goes on with it */
  readonly others: boolean;
}

/** How often a job is looked at, and how often it is made sure that somebody works on it. */
const LOOK_MS = 200;
const CHECK_MS = 3_000;

/**
 * Shows how a job goes on until it has ended or the signal fires. Workers of other processes do the work; while there is
 * none, one in this process does.
 */
export async function watchJob(service: Service, jobId: string, m: Messages, io: Io): Promise<Watched> {
  const show = createStages(service, m, io);
  let own: Worker | null = null;
  let others = false;
  let checkedAt = -Infinity;
  try {
    for (;;) {
      const job = await findJob(service.sql, jobId);
      if (job === null) throw new Error('the job is gone');
      show(job);
      if (job.finishedAt !== null || io.signal.aborted) return { job, others };
      if (performance.now() - checkedAt >= CHECK_MS) {
        others = await otherWorkerLives(service, own?.id ?? null);
        if (!others && own === null) own = await startWorker(service, { schedule: false });
        checkedAt = performance.now();
      }
      await pause(LOOK_MS, io.signal);
    }
  } finally {
    show(null);
    await own?.stop();
  }
}

/** Without a sign of life for so long a worker counts as dead; one of this machine without its process does at once. */
const DEAD_AFTER_S = 30;

async function otherWorkerLives({ sql }: Service, own: string | null): Promise<boolean> {
  const workers = await sql<{ host: string; pid: number }[]>`
    select host, pid from workers
    where not stopping and heartbeat_at > now() - make_interval(secs => ${DEAD_AFTER_S})
      and (${own}::uuid is null or id <> ${own}::uuid)`;
  return workers.some(({ host, pid }) => host !== hostname() || isAlive(pid));
}

type Stage = 'importReading' | 'importScanning';

/** A bar for the rows of the file, then one for the companies; null takes it away. */
function createStages({ clock }: Service, m: Messages, io: Io): (job: JobRow | null) => void {
  let stage: Stage | null = null;
  let bar: Progress | null = null;
  return (job) => {
    const now = job === null ? null : stageOf(job);
    if (now !== null && now.stage === stage) return bar?.update(now.done, now.total);
    bar?.stop();
    stage = now?.stage ?? null;
    bar = now === null ? null : startProgress(io, clock, now.total, m.cli[now.stage]);
    if (now !== null) bar?.update(now.done, now.total);
  };
}

function stageOf(job: JobRow): { stage: Stage; done: number; total: number } | null {
  const { total, rowsRead, succeeded, failed, refused, duplicates } = job;
  if (job.finishedAt !== null) return null;
  if (rowsRead < total || total === 0) return { stage: 'importReading', done: rowsRead, total };
  return { stage: 'importScanning', done: succeeded + failed, total: total - refused - duplicates };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}

/** Where a job is left that goes on without us. */
export const goesOn = ({ job, others }: Watched, m: Messages): string =>
  fill(others ? m.cli.importGoesOn : m.cli.importWaits, { job: job.id });
