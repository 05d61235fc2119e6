import { setTimeout as sleep } from 'node:timers/promises';
import type { Service } from '#service/context.ts';
import { jobStatus } from '#service/verbs/job-progress.ts';
import { startBulkScan } from '#service/verbs/start-bulk-scan.ts';
import { spawnWorker, type WorkerProcess } from '#test/support/workers.ts';

export interface KillRunSetup {
  readonly service: Service;
  readonly env: Readonly<Record<string, string>>;
  readonly domains: readonly string[];
  readonly kills: number;
  /** how long a worker lives at most, from the moment it works, in milliseconds */
  readonly longestLifeMs: number;
  readonly random: () => number;
  readonly onKill?: (kill: number, done: number) => void;
}

export interface KillRun {
  readonly kills: number;
  readonly jobId: string;
  /** the longest time in which no entry was done though a worker was there, in milliseconds */
  readonly longestPauseMs: number;
  readonly ms: number;
}

/** Times of a test: a dead worker is missed after two seconds, and a busy one is not taken for dead. */
const OPTIONS = { beatMs: 200, deadAfterMs: 2000, schedule: false } as const;

/**
 * Scans a list with two workers of which one is killed again and again, at random moments, and replaced. The list is
 * over when its job says so.
 */
export async function killRun(setup: KillRunSetup): Promise<KillRun> {
  const { service, env, domains, random } = setup;
  const started = await startBulkScan(service, {
    domains,
    kind: 'bulk-scan',
    force: false,
    createMissing: true,
    tier: 'score',
    by: 'test',
    language: 'en',
  });
  if (!started.ok) throw new Error(started.failure.code);
  const { jobId } = started.value;
  const { messages } = service.rules.current();
  const status = () => jobStatus(service.sql, jobId, { messages: messages.en, now: Date.now() });

  const began = performance.now();
  const spawnOne = (): WorkerProcess => spawnWorker({ env, options: OPTIONS });
  const workers = [spawnOne(), spawnOne()];
  let kills = 0;
  let [done, movedAt, longestPauseMs] = [0, performance.now(), 0];
  const over = new AbortController();
  const watching = (async () => {
    for (;;) {
      const now = await status();
      if (now === null) throw new Error('the job is gone');
      const moved = now.processed !== done || now.completed_at !== null;
      if (moved) {
        longestPauseMs = Math.max(longestPauseMs, performance.now() - movedAt);
        [done, movedAt] = [now.processed, performance.now()];
      }
      if (now.completed_at !== null) break;
      await sleep(50);
    }
    over.abort();
  })();
  try {
    while (kills < setup.kills && !over.signal.aborted) {
      const at = kills % workers.length;
      const victim = workers[at]!;
      await Promise.race([victim.works, watching]);
      await Promise.race([sleep(random() * setup.longestLifeMs), watching]);
      await victim.kill();
      workers[at] = spawnOne();
      kills += 1;
      setup.onKill?.(kills, done);
    }
    await watching;
  } finally {
    await Promise.all(workers.map((worker) => worker.kill()));
  }
  return { kills, jobId, longestPauseMs, ms: performance.now() - began };
}

/** What must hold after any number of kills: each entry done once, nothing double, nothing left. Faults as sentences. */
export async function faultsAfter({ sql }: Service, { jobId }: KillRun, count: number): Promise<string[]> {
  const [seen] = await sql<Record<string, number>[]>`
    select
      (select count(*) from scan_job_items where job_id = ${jobId} and state = 'completed') as completed,
      (select succeeded from scan_jobs where id = ${jobId}) as counted,
      (select count(*) from scan_jobs where id = ${jobId} and state = 'completed') as ended,
      (select count(*) from domain_signals) as scanned,
      (select coalesce(max(scans), 0) from domain_signals) as most_scans,
      (select count(*) from score_history) as history`;
  const expected = {
    completed: count,
    counted: count,
    ended: 1,
    scanned: count,
    most_scans: 1,
    history: count,
  };
  return Object.entries(expected).flatMap(([name, value]) =>
    seen?.[name] === value ? [] : [`${name} is ${seen?.[name]}, not ${value}`],
  );
}
