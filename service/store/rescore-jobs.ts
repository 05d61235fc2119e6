import type { RuleSetName } from '../rules/active.ts';
import { json, type Sql, type Transaction } from './pool.ts';

/** A job that scores stored records again, and how far it is: a row of scan_jobs of kind rescore. */
export interface RescoreJob {
  readonly id: string;
  readonly state: 'pending' | 'in_progress' | 'completed' | 'failed' | 'cancelled';
  readonly stopping: boolean;
  /** the rules it scores by */
  readonly rules: RuleSetName;
  /** all companies up to this id are done */
  readonly after: number;
  /** the newest company when it began: whoever comes later is scored by these rules anyway */
  readonly last: number;
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
  /** why it failed as a whole */
  readonly error: string | null;
}

export const isOpen = (job: RescoreJob): boolean =>
  (job.state === 'pending' || job.state === 'in_progress') && !job.stopping;

export async function findRescoreJob(
  sql: Sql | Transaction,
  id: string,
  lock = false,
): Promise<RescoreJob | null> {
  const [row] = await sql<RescoreJob[]>`
    select id, state, cancel_requested_at is not null as stopping, total, succeeded, failed, error,
      jsonb_build_object('id', options ->> 'rule_set', 'version', options ->> 'version') as rules,
      (options ->> 'after')::bigint as after, (options ->> 'last')::bigint as last
    from scan_jobs where id = ${id} and kind = 'rescore' ${lock ? sql`for no key update` : sql``}`;
  return row ?? null;
}

/** Makes the job for all companies that have stored records. Without any it is done as soon as it is made. */
export async function createRescoreJob(
  tx: Transaction,
  { rules, by, at }: { readonly rules: RuleSetName; readonly by: string; readonly at: Date },
): Promise<{ id: string; companies: number }> {
  const [all] = await tx<{ n: number; last: number }[]>`
    select count(*) as n, coalesce(max(company_id), 0) as last from domain_signals`;
  const { n, last } = all ?? { n: 0, last: 0 };
  const options = { rule_set: rules.id, version: rules.version, after: 0, last };
  const ended = n === 0 ? at : null;
  const [job] = await tx<{ id: string }[]>`
    insert into scan_jobs (kind, state, total, options, requested_by, created_at, started_at, finished_at)
    values ('rescore', ${n === 0 ? 'completed' : 'pending'}, ${n}, ${json(tx, options)}, ${by}, ${at}, ${ended}, ${ended})
    returning id`;
  if (job === undefined) throw new Error('the database gave no id for a job');
  return { id: job.id, companies: n };
}

/** Ends the jobs of earlier activations: what they would still write is old. A chunk at work stores nothing more. */
export async function cancelRescoreJobs(tx: Transaction, at: Date): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    update scan_jobs set state = 'cancelled', finished_at = ${at},
      cancel_requested_at = coalesce(cancel_requested_at, ${at})
    where kind = 'rescore' and state in ('pending', 'in_progress')
    returning id`;
  for (const { id } of rows) await tx`select pg_notify('hunter_job', ${id})`;
  return rows.map(({ id }) => id);
}

/** Companies of the job that come next, by id. */
export async function nextToRescore(sql: Sql, { after, last }: RescoreJob, limit: number): Promise<number[]> {
  const rows = await sql<{ id: number }[]>`
    select company_id as id from domain_signals
    where company_id > ${after}::bigint and company_id <= ${last}::bigint
    order by company_id limit ${limit}::integer`;
  return rows.map(({ id }) => id);
}

/** Companies with a score by other rules: a scan that began before the activation may have ended after its chunk. */
export async function scoredOtherwise(sql: Sql, { rules }: RescoreJob, limit: number): Promise<number[]> {
  const rows = await sql<{ id: number }[]>`
    select company_id as id from lead_scores
    where rule_set <> ${rules.id} or rule_set_version <> ${rules.version}
    order by company_id limit ${limit}::integer`;
  return rows.map(({ id }) => id);
}

/** Whether the job may still write, held until the transaction ends. */
export async function stillOpen(tx: Transaction, jobId: string): Promise<boolean> {
  const job = await findRescoreJob(tx, jobId, true);
  return job !== null && isOpen(job);
}

/**
 * Counts companies whose new score the same transaction stores, and tells which of them it may: none when the job has
 * ended, none that another worker was faster with.
 */
export async function claimRescored(
  tx: Transaction,
  jobId: string,
  ids: readonly number[],
  at: Date,
): Promise<ReadonlySet<number>> {
  const job = await findRescoreJob(tx, jobId, true);
  if (job === null || !isOpen(job)) return new Set();
  const mine = ids.filter((id) => id > job.after);
  if (mine.length === 0) return new Set();
  await tx`
    update scan_jobs set state = 'in_progress', started_at = coalesce(started_at, ${at}),
      options = options || jsonb_build_object('after', ${Math.max(...mine)}::bigint),
      succeeded = succeeded + ${mine.length}::integer,
      -- A company that was not there to be counted may have been looked up for the first time since.
      total = greatest(total, succeeded + failed + ${mine.length}::integer)
    where id = ${jobId}`;
  await tx`select pg_notify('hunter_job', ${jobId})`;
  return new Set(mine);
}

export interface ChunkEnd {
  /** the last company of the chunk; null = there was none left */
  readonly to: number | null;
  readonly failed: number;
  readonly at: Date;
}

/** Closes a chunk. The job that comes back says whether there is more to do. */
export async function closeChunk(
  tx: Transaction,
  jobId: string,
  { to, failed, at }: ChunkEnd,
): Promise<RescoreJob | null> {
  const job = await findRescoreJob(tx, jobId, true);
  if (job === null || (job.state !== 'pending' && job.state !== 'in_progress')) return job;
  const after = Math.max(job.after, to ?? job.last);
  const state = job.stopping ? 'cancelled' : to === null || after >= job.last ? 'completed' : 'in_progress';
  const processed = job.succeeded + job.failed + failed;
  await tx`
    update scan_jobs set state = ${state}, started_at = coalesce(started_at, ${at}),
      options = options || jsonb_build_object('after', ${after}::bigint), failed = failed + ${failed}::integer,
      finished_at = ${state === 'in_progress' ? null : at},
      -- Companies that were erased meanwhile are not waited for.
      total = ${state === 'completed' ? processed : Math.max(job.total, processed)}::integer
    where id = ${jobId}`;
  await tx`select pg_notify('hunter_job', ${jobId})`;
  return { ...job, state, after };
}

/** Ends a job that cannot go on. */
export async function failRescoreJob(
  sql: Sql,
  jobId: string,
  { code, sentence, at }: { readonly code: string; readonly sentence: string; readonly at: Date },
): Promise<void> {
  await sql`
    update scan_jobs set state = 'failed', error_code = ${code}, error = ${sentence}, finished_at = ${at},
      started_at = coalesce(started_at, ${at})
    where id = ${jobId} and state in ('pending', 'in_progress')`;
  await sql`select pg_notify('hunter_job', ${jobId})`;
}
