import type { Language } from '#core/rules/common.ts';
import { addJobs } from '../jobs/queue.ts';
import { json, type Sql, type Transaction } from './pool.ts';

export const JOB_KINDS = [
  'bulk-scan',
  'bulk-rescan',
  'daily-rescan',
  'import',
  'rescore',
  'push-batch',
] as const;
export type JobKind = (typeof JOB_KINDS)[number];
export const JOB_STATES = ['pending', 'in_progress', 'completed', 'failed', 'cancelled'] as const;
export type JobState = (typeof JOB_STATES)[number];

/** A job, with what its entries have come to. All counts are of one moment. */
export interface JobRow {
  readonly id: string;
  readonly kind: JobKind;
  readonly state: JobState;
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly refused: number;
  readonly duplicates: number;
  readonly cancelled: number;
  readonly rowsRead: number;
  readonly errorCode: string | null;
  readonly error: string | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

const columns = (sql: Sql | Transaction) => sql`
  j.id, j.kind, j.state, j.total, j.succeeded, j.failed, j.refused, j.rows_read as "rowsRead",
  (select count(*) from scan_job_items i where i.job_id = j.id and i.state = 'duplicate') as duplicates,
  case when j.state = 'cancelled'
    then (select count(*) from scan_job_items i where i.job_id = j.id and i.state = 'cancelled') else 0 end as cancelled,
  j.error_code as "errorCode", j.error, j.created_at as "createdAt", j.started_at as "startedAt",
  j.finished_at as "finishedAt"`;

/** One job; null when there is none of this id. */
export async function findJob(sql: Sql | Transaction, id: string): Promise<JobRow | null> {
  const [row] = await sql<JobRow[]>`select ${columns(sql)} from scan_jobs j where j.id = ${id}`;
  return row ?? null;
}

export interface JobList {
  readonly kind: JobKind | null;
  readonly state: JobState | null;
  readonly offset: number;
  readonly limit: number;
}

/** Jobs, newest first. */
export async function listJobs(
  sql: Sql,
  { kind, state, offset, limit }: JobList,
): Promise<{ readonly jobs: JobRow[]; readonly total: number }> {
  const chosen = sql`
    (${kind}::text is null or j.kind = ${kind}) and (${state}::text is null or j.state = ${state})`;
  const [jobs, [count]] = await Promise.all([
    sql<JobRow[]>`
      select ${columns(sql)} from scan_jobs j where ${chosen}
      order by j.created_at desc, j.id limit ${limit}::integer offset ${offset}::integer`,
    sql<{ n: number }[]>`select count(*) as n from scan_jobs j where ${chosen}`,
  ]);
  return { jobs, total: count?.n ?? 0 };
}

/** How the entries of a scan are looked up: part of `options` of its row. */
export interface ScanOptions {
  readonly tier: 'score' | 'full';
  readonly force: boolean;
  /** of whoever asked: that of the reasons */
  readonly language: Language;
}

export interface NewScanJob {
  readonly kind: 'bulk-scan' | 'bulk-rescan' | 'daily-rescan';
  readonly options: ScanOptions;
  readonly total: number;
  readonly refused: number;
  readonly by: string;
  readonly at: Date;
}

export async function addScanJob(tx: Transaction, job: NewScanJob): Promise<string> {
  const [row] = await tx<{ id: string }[]>`
    insert into scan_jobs (kind, options, total, refused, requested_by, created_at)
    values (${job.kind}, ${json(tx, job.options)}, ${job.total}, ${job.refused}, ${job.by}, ${job.at})
    returning id`;
  if (row === undefined) throw new Error('the database gave no id for a job');
  return row.id;
}

/** Positions of one piece of work in the queue. */
export const CHUNK = 100;
/** Higher runs later: lists that somebody waits for go before what runs by itself. Single scans have 0. */
const PRIORITY = { asked: 10, byItself: 30 } as const;
/**
 * A chunk is begun again as often as it takes: what must not be tried for ever is an entry, and those are counted
 * themselves.
 */
export const CHUNK_STARTS = 1000;

/**
 * Queues the scanning of all entries of a job that wait, in the transaction of what makes them wait. What is in the queue
 * already is left as it is, so that it is safe to do twice.
 *
 * @returns how many pieces of work there are
 */
export async function queueChunks(tx: Transaction, jobId: string): Promise<number> {
  const chunks = await tx<{ from: number; kind: JobKind }[]>`
    select distinct i.position / ${CHUNK}::integer * ${CHUNK}::integer as from, j.kind
    from scan_job_items i join scan_jobs j on j.id = i.job_id
    where i.job_id = ${jobId} and i.state = 'pending' order by 1`;
  await addJobs(
    tx,
    'scan-chunk',
    chunks.map(({ from }) => ({ payload: { jobId, from, to: from + CHUNK }, key: chunkKey(jobId, from) })),
    {
      priority: chunks[0]?.kind === 'daily-rescan' ? PRIORITY.byItself : PRIORITY.asked,
      maxAttempts: CHUNK_STARTS,
      missing: true,
    },
  );
  return chunks.length;
}

export const chunkKey = (jobId: string, from: number): string => `scan-chunk:${jobId}:${from}`;

/** Says that something about a job is new, to all processes. Heard when the transaction is done. */
export const tellJob = (sql: Sql | Transaction, jobId: string): Promise<unknown> =>
  sql`select pg_notify('hunter_job', ${jobId})`;

/**
 * Ends a job when no entry is open any more. The caller holds the row of the job, or knows that nobody else works on it.
 * A job of which an entry was erased ends as well.
 */
export async function completeIfDone(sql: Sql | Transaction, jobId: string, at: Date): Promise<boolean> {
  const ended = await sql`
    update scan_jobs j set state = 'completed', started_at = coalesce(started_at, ${at}), finished_at = ${at}
    where id = ${jobId} and state = 'in_progress'
      and not exists (select from scan_job_items i where i.job_id = j.id and i.state in ('pending', 'in_progress'))
    returning 1`;
  return ended.length > 0;
}

/** The job at work, as its chunks see it; null when it has ended, or there is none. */
export async function beginWork(
  sql: Sql,
  jobId: string,
  at: Date,
): Promise<(Partial<ScanOptions> & { readonly kind: JobKind }) | null> {
  const [row] = await sql<{ options: Partial<ScanOptions>; kind: JobKind; state: JobState }[]>`
    select options, kind, state from scan_jobs where id = ${jobId} and state in ('pending', 'in_progress')`;
  if (row === undefined) return null;
  if (row.state === 'pending') {
    const begun = await sql`
      update scan_jobs set state = 'in_progress', started_at = coalesce(started_at, ${at})
      where id = ${jobId} and state = 'pending' returning 1`;
    if (begun.length > 0) await tellJob(sql, jobId);
  }
  return { ...row.options, kind: row.kind };
}

export async function isOpen(sql: Sql, jobId: string): Promise<boolean> {
  const rows = await sql`
    select from scan_jobs where id = ${jobId} and state in ('pending', 'in_progress')`;
  return rows.length > 0;
}

/**
 * Ends a job at once, whatever it does: entries that are open are cancelled, and whoever works on one may store nothing.
 *
 * @returns whether it was still open; null when there is no such job
 */
export async function cancelOpenJob(
  tx: Transaction,
  jobId: string,
  at: Date,
): Promise<{ readonly cancelled: boolean; readonly state: JobState } | null> {
  const [job] = await tx<
    { state: JobState }[]
  >`select state from scan_jobs where id = ${jobId} for no key update`;
  if (job === undefined) return null;
  if (job.state !== 'pending' && job.state !== 'in_progress') return { cancelled: false, state: job.state };
  await tx`
    update scan_jobs set state = 'cancelled', cancel_requested_at = coalesce(cancel_requested_at, ${at}),
      finished_at = ${at}
    where id = ${jobId}`;
  await tx`
    update scan_job_items set state = 'cancelled' where job_id = ${jobId} and state in ('pending', 'in_progress')`;
  await tellJob(tx, jobId);
  return { cancelled: true, state: 'cancelled' };
}

/** Ends a job that cannot go on. Entries that are open stay undone. */
export async function failJob(
  sql: Sql | Transaction,
  jobId: string,
  { code, sentence, at }: { readonly code: string; readonly sentence: string; readonly at: Date },
): Promise<void> {
  await sql`
    update scan_jobs set state = 'failed', error_code = ${code}, error = ${sentence}, finished_at = ${at},
      started_at = coalesce(started_at, ${at})
    where id = ${jobId} and state in ('pending', 'in_progress')`;
  await tellJob(sql, jobId);
}

/** Open jobs whose entries wait while nothing in the queue would scan them: after a restored backup, say. */
export async function forgottenJobs(sql: Sql | Transaction, idleSeconds: number): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select j.id from scan_jobs j
    where j.state in ('pending', 'in_progress') and j.updated_at < now() - make_interval(secs => ${idleSeconds})
      and (j.kind <> 'import' or j.rows_read >= j.total)
      and exists (select from scan_job_items i where i.job_id = j.id and i.state = 'pending')
    order by j.created_at`;
  return rows.map(({ id }) => id);
}
