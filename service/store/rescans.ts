import type { Sql, Transaction } from './pool.ts';

/** Which companies are looked up again by themselves. */

/**
 * Companies whose look-up gave no answer and is due, the longest due first. They are not due again before `next`,
 * whoever asks.
 *
 * @returns the domain, and whether the scan before was a full one
 */
export const takeDueRetries = (
  tx: Transaction,
  now: Date,
  next: Date,
  limit: number,
): Promise<{ domain: string; full: boolean }[]> => tx<{ domain: string; full: boolean }[]>`
  with due as (
    select company_id from domain_signals
    where retry_at <= ${now} order by retry_at, company_id limit ${limit}::integer for update skip locked
  )
  update domain_signals s set retry_at = ${next}
  from due d join companies c on c.id = d.company_id
  where s.company_id = d.company_id
  returning c.domain, s.asked_at ? 'posture' as full`;

export async function hasOpenRescan(tx: Transaction): Promise<boolean> {
  const rows = await tx`
    select from scan_jobs where kind = 'daily-rescan' and state in ('pending', 'in_progress') limit 1`;
  return rows.length > 0;
}

/** Companies whose records are older, by priority and then age, as entries of a job. @returns how many there are */
export async function addStaleItems(
  tx: Transaction,
  jobId: string,
  before: Date,
  limit: number,
): Promise<number> {
  const added = await tx`
    insert into scan_job_items (job_id, position, input, domain, company_id)
    select ${jobId}, row_number() over (order by s.priority_score nulls last, s.scanned_at, s.company_id) - 1,
      s.domain, s.domain, s.company_id
    from (
      select company_id, domain, priority_score, scanned_at from lead_list
      where scanned_at < ${before}
      order by priority_score nulls last, scanned_at, company_id limit ${limit}::integer
    ) s`;
  if (added.count > 0) await tx`update scan_jobs set total = ${added.count}::integer where id = ${jobId}`;
  return added.count;
}

/** Domains of the better leads whose registration data is not there and was not asked for since. */
export async function withoutRegistration(
  sql: Sql,
  since: Date,
  worstPriority: number,
  limit: number,
): Promise<string[]> {
  const rows = await sql<{ domain: string }[]>`
    select l.domain from lead_list l join domain_signals s on s.company_id = l.company_id
    where l.readiness_score is not null and l.segment in ('Migration', 'Existing')
      and l.priority_score <= ${worstPriority}::integer and s.registrar is null and s.expires_at is null
      and coalesce((s.asked_at ->> 'registration')::timestamptz, '-infinity') < ${since}
      and s.updated_at < now() - interval '1 minute'
    order by l.rank, l.company_id limit ${limit}::integer`;
  return rows.map(({ domain }) => domain);
}
