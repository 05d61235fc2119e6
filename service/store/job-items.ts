import type { Sql, Transaction } from './pool.ts';
import { completeIfDone, tellJob } from './jobs.ts';
import { storableJson, storableText } from './storable.ts';

export const ITEM_STATES = [
  'pending',
  'in_progress',
  'completed',
  'failed',
  'cancelled',
  'refused',
  'duplicate',
] as const;
export type ItemState = (typeof ITEM_STATES)[number];

/** A new entry of a job. */
export interface NewItem {
  readonly position: number;
  readonly input: string;
  readonly domain: string | null;
  readonly companyId: number | null;
  readonly state: 'pending' | 'refused' | 'duplicate';
  readonly code: string | null;
  readonly sentence: string | null;
}

const LONGEST_INPUT = 2048;

export async function addJobItems(tx: Transaction, jobId: string, items: readonly NewItem[]): Promise<void> {
  await tx`
    insert into scan_job_items (job_id, position, input, domain, company_id, state, error_code, error)
    select ${jobId}, position, input, domain, company_id, state, code, sentence
    from unnest(
      ${items.map((i) => i.position)}::integer[],
      ${items.map((i) => storableText(i.input.slice(0, LONGEST_INPUT)))}::text[],
      ${items.map((i) => i.domain)}::text[], ${items.map((i) => i.companyId)}::bigint[],
      ${items.map((i) => i.state)}::text[], ${items.map((i) => i.code)}::text[],
      ${items.map((i) => i.sentence)}::text[]
    ) as i(position, input, domain, company_id, state, code, sentence)`;
}

/** Positions [from, to) of a job. */
export interface Range {
  readonly jobId: string;
  readonly from: number;
  readonly to: number;
}

/** An entry somebody works on. Worker and number of tries together say which try it is: an older one may write nothing. */
export interface ClaimedItem {
  readonly position: number;
  readonly companyId: number;
  readonly domain: string;
  readonly attempts: number;
}

/**
 * How often an entry is tried. A try that ends with the worker counts; in company first, then in smaller company, then
 * alone, so that the entry that ends workers takes none with it for good.
 */
export const MOST_TRIES = 6;
/** With how many others an entry is tried, by the number of tries before. */
const company = (size: number): readonly { readonly before: number; readonly size: number }[] => [
  { before: 0, size },
  { before: 1, size: Math.min(10, size) },
  ...Array.from({ length: MOST_TRIES - 2 }, (_, at) => ({ before: at + 2, size: 1 })),
];

/** Takes entries that wait, so many at most. Whoever else looks at the same moment gets others. */
export async function claimItems(
  sql: Sql,
  { jobId, from, to }: Range,
  worker: string,
  size: number,
): Promise<ClaimedItem[]> {
  for (const { before, size: most } of company(size)) {
    const rows = await sql<ClaimedItem[]>`
      with next as (
        select position from scan_job_items
        where job_id = ${jobId} and position >= ${from}::integer and position < ${to}::integer
          and state = 'pending' and attempts = ${before}::integer and company_id is not null
        order by position limit ${most}::integer for update skip locked
      )
      update scan_job_items i set state = 'in_progress', attempts = attempts + 1, worker_id = ${worker}
      from next n where i.job_id = ${jobId} and i.position = n.position
      returning i.position, i.company_id as "companyId", i.domain, i.attempts`;
    if (rows.length > 0) return rows;
  }
  return [];
}

/** What a scan came to, in short. */
export interface ItemResult {
  readonly score: number | null;
  readonly segment: string | null;
  readonly priority: number | null;
  readonly provider: string;
  readonly scan_status: 'completed' | 'partial';
  readonly score_kept: boolean;
  readonly changes: number;
}
export type DoneItem = ClaimedItem & { readonly result: ItemResult };

/**
 * Marks entries as done and counts them, in the transaction that stores their results. Which of them were still ours
 * comes back: nobody else's result is stored, and none when the job has ended.
 */
export async function completeItems(
  tx: Transaction,
  jobId: string,
  worker: string,
  items: readonly DoneItem[],
  at: Date,
): Promise<ReadonlySet<number>> {
  if (items.length === 0 || !(await holdJob(tx, jobId))) return new Set();
  const rows = await tx<{ position: number }[]>`
    update scan_job_items i set state = 'completed', result = d.result::jsonb, error_code = null, error = null
    from unnest(
      ${items.map((i) => i.position)}::integer[], ${items.map((i) => i.attempts)}::integer[],
      ${items.map((i) => storableJson(i.result))}::text[]
    ) as d(position, attempts, result)
    where i.job_id = ${jobId} and i.position = d.position and ${isOurs(tx, worker)}
    returning i.position`;
  await tx`update scan_jobs set succeeded = succeeded + ${rows.length}::integer where id = ${jobId}`;
  await completeIfDone(tx, jobId, at);
  await tellJob(tx, jobId);
  return new Set(rows.map(({ position }) => position));
}

export type FailedItem = ClaimedItem & { readonly code: string; readonly sentence: string };

/** Marks entries as failed for good, and counts them. */
export async function failItems(
  tx: Transaction,
  jobId: string,
  worker: string,
  items: readonly FailedItem[],
  at: Date,
): Promise<void> {
  if (items.length === 0 || !(await holdJob(tx, jobId))) return;
  const rows = await tx`
    update scan_job_items i set state = 'failed', error_code = d.code, error = d.sentence
    from unnest(
      ${items.map((i) => i.position)}::integer[], ${items.map((i) => i.attempts)}::integer[],
      ${items.map((i) => i.code)}::text[], ${items.map((i) => i.sentence)}::text[]
    ) as d(position, attempts, code, sentence)
    where i.job_id = ${jobId} and i.position = d.position and ${isOurs(tx, worker)}
    returning 1`;
  await countFailed(tx, jobId, rows.length, at);
}

/** Gives up entries that wait: `tried` = only those that were tried as often as they may be. */
export async function giveUp(
  tx: Transaction,
  { jobId, from, to }: Range,
  which: 'tried' | 'all',
  { code, sentence, at }: { readonly code: string; readonly sentence: string; readonly at: Date },
): Promise<number> {
  if (!(await holdJob(tx, jobId))) return 0;
  const rows = await tx`
    update scan_job_items set state = 'failed', error_code = ${code}, error = ${sentence}
    where job_id = ${jobId} and position >= ${from}::integer and position < ${to}::integer and state = 'pending'
      and (${which === 'all'} or attempts >= ${MOST_TRIES}::integer or company_id is null)
    returning 1`;
  await countFailed(tx, jobId, rows.length, at);
  return rows.length;
}

async function countFailed(tx: Transaction, jobId: string, n: number, at: Date): Promise<void> {
  if (n > 0) await tx`update scan_jobs set failed = failed + ${n}::integer where id = ${jobId}`;
  const ended = await completeIfDone(tx, jobId, at);
  if (n > 0 || ended) await tellJob(tx, jobId);
}

/**
 * Lets entries wait again that nothing came of.
 *
 * @param counts whether the try counts: not when it was broken off in order
 */
export async function returnItems(
  sql: Sql | Transaction,
  jobId: string,
  worker: string,
  items: readonly ClaimedItem[],
  counts: boolean,
): Promise<void> {
  if (items.length === 0) return;
  await sql`
    update scan_job_items i set state = 'pending', worker_id = null,
      attempts = i.attempts - case when ${counts} then 0 else 1 end
    from unnest(${items.map((i) => i.position)}::integer[], ${items.map((i) => i.attempts)}::integer[])
      as d(position, attempts)
    where i.job_id = ${jobId} and i.position = d.position and ${isOurs(sql, worker)}`;
}

/** Lets entries wait again that an earlier run of the same worker has left behind. */
export async function takeBack(sql: Sql, { jobId, from, to }: Range, worker: string): Promise<void> {
  await sql`
    update scan_job_items set state = 'pending', worker_id = null
    where job_id = ${jobId} and position >= ${from}::integer and position < ${to}::integer
      and state = 'in_progress' and worker_id = ${worker}`;
}

const isOurs = (sql: Sql | Transaction, worker: string) => sql`
  i.attempts = d.attempts and i.worker_id = ${worker} and i.state = 'in_progress'`;

/**
 * Who writes entries holds the row of their job first: counts are then right at every moment, and nobody waits for each
 * other in a circle. False when the job has ended.
 */
async function holdJob(tx: Transaction, jobId: string): Promise<boolean> {
  const [job] = await tx<{ open: boolean }[]>`
    select state in ('pending', 'in_progress') as open from scan_jobs where id = ${jobId} for no key update`;
  return job?.open === true;
}

/** An entry as it stands. */
export interface ItemRow {
  readonly position: number;
  readonly row: number | null;
  readonly input: string;
  readonly domain: string | null;
  readonly state: ItemState;
  readonly code: string | null;
  readonly error: string | null;
  readonly result: ItemResult | null;
  readonly updatedAt: Date;
}

const itemColumns = (sql: Sql) => sql`
  position, row_number as row, input, domain, state, error_code as code, error,
  case when state = 'completed' then result end as result, updated_at as "updatedAt"`;

/** Entries after a position, in their order, those in this state. */
export const itemsAfter = (
  sql: Sql,
  jobId: string,
  {
    state,
    after,
    limit,
  }: { readonly state: ItemState | null; readonly after: number; readonly limit: number },
): Promise<ItemRow[]> => sql<ItemRow[]>`
  select ${itemColumns(sql)} from scan_job_items
  where job_id = ${jobId} and position > ${after}::integer ${state === null ? sql`` : sql`and state = ${state}`}
  order by position limit ${limit}::integer`;

/** What went wrong last, newest first. */
export const newestErrors = (sql: Sql, jobId: string, limit: number): Promise<ItemRow[]> => sql<ItemRow[]>`
  select ${itemColumns(sql)} from scan_job_items
  where job_id = ${jobId} and state in ('failed', 'refused')
  order by updated_at desc, position limit ${limit}::integer`;
