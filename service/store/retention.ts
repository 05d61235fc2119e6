import type { Sql } from './pool.ts';

/** Cache entries that have ended, and buckets of limits that are full again. */
export async function dropExpired(sql: Sql, now: Date): Promise<void> {
  await sql`delete from lookup_cache where expires_at < ${now}`;
  await sql`delete from rate_limits where updated_at < now() - interval '1 hour'`;
}

export interface Cutoffs {
  /** for histories, alerts, jobs, the audit log */
  readonly before: Date;
  /** for files whose jobs have ended */
  readonly uploadsBefore: Date;
}

/** Rows of one statement: locks are short, and a worker may end between any two. */
const BATCH = 5000;

/**
 * Deletes what is older than it may be, some at a time. The newest score of a company stays however old it is, and so
 * does what came in of a company that is still there.
 *
 * @returns how many rows went, by table
 */
export async function deleteOld(
  sql: Sql,
  { before, uploadsBefore }: Cutoffs,
  signal: AbortSignal,
  batch = BATCH,
): Promise<Record<string, number>> {
  const deletions: Record<string, () => Promise<{ count: number }>> = {
    score_history: () => sql`
      delete from score_history where id in (
        select h.id from score_history h
        where h.at < ${before} and exists (
          select from score_history n where n.company_id = h.company_id and (n.at, n.id) > (h.at, h.id)
        )
        limit ${batch}::integer
      )`,
    signal_change_history: () => sql`
      delete from signal_change_history where id in (
        select id from signal_change_history where at < ${before} limit ${batch}::integer)`,
    provider_change_history: () => sql`
      delete from provider_change_history where id in (
        select id from provider_change_history where at < ${before} limit ${batch}::integer)`,
    alerts: () => sql`
      delete from alerts where id in (
        select id from alerts where created_at < ${before} limit ${batch}::integer)`,
    audit_log: () => sql`
      delete from audit_log where id in (select id from audit_log where at < ${before} limit ${batch}::integer)`,
    webhook_retries: () => sql`
      delete from webhook_retries where id in (
        select id from webhook_retries
        where state <> 'pending' and updated_at < ${before} limit ${batch}::integer)`,
    raw_leads: () => sql`
      delete from raw_leads where id in (
        select r.id from raw_leads r
        where r.company_id is null and r.received_at < ${before}
          and not exists (select from companies c where c.domain = r.domain)
        limit ${batch}::integer)`,
    uploads: () => sql`
      delete from uploads where id in (
        select u.id from uploads u
        where u.uploaded_at < ${uploadsBefore} and not exists (
          select from scan_jobs j where j.upload_id = u.id
            and (j.state in ('pending', 'in_progress') or j.finished_at >= ${uploadsBefore})
        )
        limit 20)`,
    scan_job_items: () => sql`
      delete from scan_job_items where (job_id, position) in (
        select i.job_id, i.position from scan_job_items i join scan_jobs j on j.id = i.job_id
        where j.finished_at < ${before} limit ${batch}::integer)`,
    scan_jobs: () => sql`
      delete from scan_jobs where id in (
        select id from scan_jobs where finished_at < ${before} limit ${batch}::integer)`,
  };
  const gone: Record<string, number> = {};
  for (const [table, deletion] of Object.entries(deletions)) {
    for (;;) {
      signal.throwIfAborted();
      const { count } = await deletion();
      gone[table] = (gone[table] ?? 0) + count;
      if (count === 0) break;
    }
  }
  return gone;
}
