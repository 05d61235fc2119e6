import type { Sql, Transaction } from '../store/pool.ts';
import type { TaskName, TaskPayload } from './tasks.ts';

export interface QueueOptions {
  /** one waiting job per key: a second one takes the place of the first */
  readonly key?: string;
  /** keeps the run_at of the job that waits already */
  readonly keyMode?: 'replace' | 'preserve_run_at' | 'unsafe_dedupe';
  readonly runAt?: Date;
  /** jobs of one queue run one after the other */
  readonly queue?: string;
  /** lower runs first; 0 by default */
  readonly priority?: number;
  /** how often a job may be begun, {@link MOST_STARTS} by default */
  readonly maxAttempts?: number;
}

/**
 * How often a job is begun at most. The queue counts beginnings, and ours never end badly: they are caught, and queued
 * again by our own schedule. So this is how many workers may die over one job.
 */
export const MOST_STARTS = 5;

/**
 * Queues work in the transaction of what it follows from: both are there, or neither.
 * `graphile_worker.add_job` takes json; the driver would send jsonb, hence the cast.
 */
export async function addJob<Name extends TaskName>(
  sql: Sql | Transaction,
  task: Name,
  payload: TaskPayload<Name>,
  options: QueueOptions = {},
): Promise<void> {
  await sql`
    select graphile_worker.add_job(
      ${task}, ${JSON.stringify(payload)}::text::json, queue_name => ${options.queue ?? null},
      run_at => ${options.runAt ?? null}::timestamptz, max_attempts => ${options.maxAttempts ?? MOST_STARTS},
      job_key => ${options.key ?? null}, priority => ${options.priority ?? 0},
      job_key_mode => ${options.keyMode ?? 'replace'}
    )`;
}

/** The same for many payloads of one task, in one statement. */
export async function addJobs<Name extends TaskName>(
  sql: Sql | Transaction,
  task: Name,
  jobs: readonly { readonly payload: TaskPayload<Name>; readonly key?: string; readonly runAt?: Date }[],
  options: Pick<QueueOptions, 'priority' | 'maxAttempts' | 'queue'> & {
    /** leaves out what waits or runs already under its key */
    readonly missing?: boolean;
  } = {},
): Promise<void> {
  if (jobs.length === 0) return;
  await sql`
    select graphile_worker.add_jobs(array(
      select row(
        ${task}::text, j.payload::json, ${options.queue ?? null}::text, j.run_at, ${options.maxAttempts ?? MOST_STARTS}::integer,
        j.key, ${options.priority ?? 0}::integer, null::text[]
      )::graphile_worker.job_spec
      from unnest(
        ${jobs.map(({ payload }) => JSON.stringify(payload))}::text[],
        ${jobs.map(({ key }) => key ?? null)}::text[],
        ${jobs.map(({ runAt }) => runAt?.toISOString() ?? null)}::text[]::timestamptz[]
      ) with ordinality as j(payload, key, run_at, at)
      where not ${options.missing ?? false}::boolean
        or not exists (select from graphile_worker.jobs q where q.key = j.key and q.attempts < q.max_attempts)
      order by j.at
    ))`;
}
