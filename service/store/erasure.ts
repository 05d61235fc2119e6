import { cacheKeys } from '../lookup/cached.ts';
import type { Transaction } from './pool.ts';

/** What an erasure found, for those who ask what was done. */
export interface Erased {
  /** whether there was a company of this domain */
  readonly company: boolean;
  /** whether anything at all was kept of it */
  readonly anything: boolean;
  /** stored files that had a row of it; their contents go with the file */
  readonly uploads: number;
}

/**
 * Deletes a company and everything that names it, by its id and by its domain. Jobs keep their counts in step with the
 * entries they lose. The order (company, entries, jobs) is that of scans, so that neither waits for the other in a circle.
 */
export async function erase(tx: Transaction, domain: string): Promise<Erased> {
  const [company] = await tx<{ id: number }[]>`select id from companies where domain = ${domain} for update`;
  const id = company?.id ?? null;
  const files = await tx<{ upload: string | null }[]>`
    select distinct upload_id as upload from raw_leads
    where (domain = ${domain} or company_id = ${id}::bigint) and upload_id is not null
    union
    select distinct j.upload_id from scan_job_items i join scan_jobs j on j.id = i.job_id
    where (i.domain = ${domain} or i.company_id = ${id}::bigint) and j.upload_id is not null`;
  const items = await tx<{ job_id: string; state: string; n: number }[]>`
    with gone as (
      delete from scan_job_items where domain = ${domain} or company_id = ${id}::bigint returning job_id, state
    )
    select job_id, state, count(*) as n from gone group by job_id, state order by job_id`;
  await tx`
    update scan_jobs j set total = greatest(j.total - g.n, 0), succeeded = greatest(j.succeeded - g.succeeded, 0),
      failed = greatest(j.failed - g.failed, 0)
    from (
      select job_id, sum(n)::integer as n, (sum(n) filter (where state = 'completed'))::integer as succeeded,
        (sum(n) filter (where state = 'failed'))::integer as failed
      from unnest(
        ${items.map((i) => i.job_id)}::text[]::uuid[], ${items.map((i) => i.state)}::text[],
        ${items.map((i) => i.n)}::bigint[]
      ) as i(job_id, state, n)
      group by job_id
    ) g
    where j.id = g.job_id`;
  const leads =
    await tx`delete from raw_leads where domain = ${domain} or company_id = ${id}::bigint returning 1`;
  const referrals =
    await tx`delete from partner_center_referrals where domain = ${domain} or company_id = ${id}::bigint returning 1`;
  const calls = await tx`
    delete from webhook_retries where payload ->> 'ascii' = ${domain} or lower(payload ->> 'domain') = ${domain} returning 1`;
  await tx`delete from lookup_cache where key = any (${cacheKeys(domain)}::text[])`;
  if (id !== null) await tx`delete from companies where id = ${id}`;
  return {
    company: id !== null,
    anything: id !== null || [items, leads, referrals, calls].some((rows) => rows.length > 0),
    uploads: files.length,
  };
}
