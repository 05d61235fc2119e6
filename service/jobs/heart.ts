import { hostname } from 'node:os';
import type { Service } from '../context.ts';
import { queueChunks, tellJob } from '../store/jobs.ts';
import { isAlive } from '../store/process.ts';
import { beat, removeWorker, sweepWorkers, workersOf } from '../store/workers.ts';

export interface HeartSetup {
  readonly id: string;
  readonly pid: number;
  readonly beatMs: number;
  /** who has not beaten for so long is dead */
  readonly deadAfterMs: number;
  /** whether all workers of this database run on this machine, so that a dead process is known at once */
  readonly alone: boolean;
  readonly queueIds: () => readonly string[];
}

/** The sign of life of a worker; between beats it looks for others that have stopped. */
export interface Heart {
  /** beats at once: what the worker is called in the queue is known from then on */
  now(): Promise<void>;
  /** the worker takes no new work */
  slowDown(): void;
  /** the last beat: the row goes, so that nobody waits for this worker */
  stop(): Promise<void>;
}

/** Every so many beats work is looked for that belongs to nobody. */
const ORPHANS_EVERY = 6;

/** Beats once, takes over what dead workers held, and goes on beating. */
export async function startHeart(service: Service, setup: HeartSetup): Promise<Heart> {
  const { sql, log } = service;
  const { id, pid, beatMs, deadAfterMs } = setup;
  const host = hostname();
  let stopping = false;
  let beats = 0;
  /** since when the database has heard us without a gap; after a gap others may not have been heard either */
  let heardSince = 0;
  let busy: Promise<void> = Promise.resolve();

  const say = (): Promise<void> =>
    beat(sql, { id, host, pid, version: service.version, queueIds: setup.queueIds(), stopping });

  async function once(): Promise<void> {
    try {
      await say();
      if (heardSince === 0) heardSince = performance.now();
    } catch (error) {
      heardSince = 0;
      log.warn('heartbeat', { code: (error as { code?: string }).code ?? null });
      return;
    }
    // While the database was away nobody was heard: everyone gets the time to say that they live.
    if (performance.now() - heardSince < deadAfterMs) return;
    beats += 1;
    await sweep([], beats % ORPHANS_EVERY === 0);
  }

  async function sweep(dead: readonly string[], orphans: boolean): Promise<void> {
    try {
      const swept = await sql.begin(async (tx) => {
        const found = await sweepWorkers(tx, { deadAfterMs, dead, orphans });
        for (const jobId of found?.jobs ?? []) {
          // A worker that was taken for dead may still tick off work that others have taken over.
          await queueChunks(tx, jobId);
          await tellJob(tx, jobId);
        }
        return found;
      });
      if (swept !== null && swept.workers + swept.jobs.length > 0)
        log.warn('workers-swept', { workers: swept.workers, jobs: swept.jobs.length });
    } catch (error) {
      log.error('workers-sweep', error);
    }
  }

  await say();
  heardSince = performance.now();
  const before = setup.alone ? await workersOf(sql, host) : [];
  await sweep(
    before
      .filter((other) => other.id !== id && (other.pid === pid || !isAlive(other.pid)))
      .map((other) => other.id),
    true,
  );
  const now = (): Promise<void> => (busy = busy.then(once));
  const timer = setInterval(() => void now(), beatMs);
  return {
    now,
    slowDown: () => {
      stopping = true;
      void now();
    },
    async stop() {
      clearInterval(timer);
      await busy;
      await removeWorker(sql, id).catch((error: unknown) => log.error('heartbeat', error));
    },
  };
}
