import { z } from 'zod';
import { IMPORT_FIELDS } from '#core/ingest/columns.ts';
import { LANGUAGES } from '#core/rules/common.ts';
import type { Plan } from '../ingest/survey.ts';
import { json, type Sql, type Transaction } from './pool.ts';

const Field = z.enum(IMPORT_FIELDS);

/** What the first reading of a file found: `Plan` of service/ingest/survey.ts. */
const StoredPlan = z.object({
  sheet: z.string().nullable(),
  separator: z.string().nullable(),
  headingRow: z.int().nullable(),
  names: z.array(z.string()),
  columns: z.partialRecord(Field, z.int()),
  headingGuessed: z.boolean(),
  rows: z.int(),
  blanks: z.int(),
});

/** How a file is to be read: `options` of its row in scan_jobs. */
export const ImportOptions = z.object({
  /** for the look-ups that follow */
  tier: z.enum(['score', 'full']).default('score'),
  force: z.boolean().default(false),
  auto_scan: z.boolean(),
  auto_detect_columns: z.boolean(),
  sheet: z.string().nullable(),
  mapping: z.partialRecord(Field, z.string()),
  /** of whoever uploaded it: that of the reasons */
  language: z.enum(LANGUAGES),
  plan: StoredPlan.optional(),
});
export type ImportOptions = z.output<typeof ImportOptions>;

export interface ImportJob {
  readonly id: string;
  readonly state: 'pending' | 'in_progress' | 'completed' | 'failed' | 'cancelled';
  readonly stopping: boolean;
  readonly uploadId: string | null;
  readonly options: ImportOptions;
  /** rows of data that are items already */
  readonly rowsRead: number;
}

export async function addImportJob(
  tx: Transaction,
  job: { readonly uploadId: string; readonly options: ImportOptions; readonly by: string; readonly at: Date },
): Promise<string> {
  const [row] = await tx<{ id: string }[]>`
    insert into scan_jobs (kind, options, upload_id, requested_by, created_at)
    values ('import', ${json(tx, job.options)}, ${job.uploadId}, ${job.by}, ${job.at})
    returning id`;
  if (row === undefined) throw new Error('the database gave no id for a job');
  return row.id;
}

/** An import; null when there is no job of that id, or it is no import. */
export async function findImportJob(sql: Sql | Transaction, id: string): Promise<ImportJob | null> {
  const [row] = await sql<(Omit<ImportJob, 'options'> & { options: unknown })[]>`
    select id, state, cancel_requested_at is not null as stopping, upload_id as "uploadId", options,
      rows_read as "rowsRead"
    from scan_jobs where id = ${id} and kind = 'import'`;
  return row === undefined ? null : { ...row, options: ImportOptions.parse(row.options) };
}

/**
 * Two workers that hold the same import go one after the other. False: the other one has come further than `from`, or
 * the job has ended.
 */
export async function importAlone(tx: Transaction, id: string, from: number): Promise<boolean> {
  // No lock on the row of the job: whoever scans locks companies first, and then jobs.
  await tx`select pg_advisory_xact_lock(hashtextextended(${id}, 0))`;
  const rows = await tx`
    select from scan_jobs
    where id = ${id} and rows_read = ${from}::integer and state = 'in_progress' and cancel_requested_at is null`;
  return rows.length > 0;
}

/** The file was read through once: how many rows there are, and how they are read. False: the job has ended. */
export async function beginImport(sql: Sql, id: string, plan: Plan, at: Date): Promise<boolean> {
  const rows = await sql`
    update scan_jobs set state = 'in_progress', started_at = coalesce(started_at, ${at}), total = ${plan.rows},
      options = options || ${json(sql, { plan })}
    where id = ${id} and state in ('pending', 'in_progress') and cancel_requested_at is null returning 1`;
  return rows.length > 0;
}

/**
 * Counts rows that have become items. False when the job has ended meanwhile: then nothing of this transaction may stay.
 */
export async function countRows(
  tx: Transaction,
  id: string,
  from: number,
  {
    rows,
    refused,
    succeeded,
  }: { readonly rows: number; readonly refused: number; readonly succeeded: number },
): Promise<boolean> {
  const changed = await tx`
    update scan_jobs set rows_read = rows_read + ${rows}::integer, refused = refused + ${refused}::integer,
      succeeded = succeeded + ${succeeded}::integer
    where id = ${id} and rows_read = ${from}::integer and state = 'in_progress' and cancel_requested_at is null
    returning 1`;
  return changed.length > 0;
}

/** One row of a file as an entry of its job. */
export interface ImportItem {
  /** among the rows of data, from 0 */
  readonly position: number;
  readonly row: number;
  readonly input: string;
  readonly domain: string | null;
  readonly companyId: number | null;
  readonly state: 'pending' | 'completed' | 'refused' | 'duplicate';
  readonly code: string | null;
  readonly sentence: string | null;
  /** row of the same file with the same company */
  readonly sameAs: number | null;
}

const LONGEST_INPUT = 2048;

export async function addItems(tx: Transaction, jobId: string, items: readonly ImportItem[]): Promise<void> {
  if (items.length === 0) return;
  await tx`
    insert into scan_job_items (
      job_id, position, row_number, input, domain, company_id, state, error_code, error, result
    )
    select ${jobId}, position, row_number, input, domain, company_id, state, code, sentence,
      case when same_as is not null then jsonb_build_object('row', same_as) end
    from unnest(
      ${items.map((i) => i.position)}::integer[], ${items.map((i) => i.row)}::integer[],
      ${items.map((i) => i.input.slice(0, LONGEST_INPUT).toWellFormed())}::text[], ${items.map((i) => i.domain)}::text[],
      ${items.map((i) => i.companyId)}::bigint[], ${items.map((i) => i.state)}::text[],
      ${items.map((i) => i.code)}::text[], ${items.map((i) => i.sentence)}::text[],
      ${items.map((i) => i.sameAs)}::integer[]
    ) as i(position, row_number, input, domain, company_id, state, code, sentence, same_as)`;
}

/** Which companies the rows before named, each with its first row: what a resumed import must know. */
export async function rowsByDomain(sql: Sql, jobId: string): Promise<Map<string, number>> {
  const rows = await sql<{ domain: string; row: number }[]>`
    select domain, min(row_number) as row from scan_job_items
    where job_id = ${jobId} and domain is not null and state <> 'duplicate' group by domain`;
  return new Map(rows.map(({ domain, row }) => [domain, row]));
}

export interface RejectedItem {
  readonly position: number;
  readonly row: number | null;
  readonly input: string;
  readonly state: 'refused' | 'duplicate';
  readonly code: string | null;
  readonly sameAs: number | null;
}

/** Rows that were not taken in, in their order, some at a time. */
export async function rejectedItems(
  sql: Sql,
  jobId: string,
  states: readonly RejectedItem['state'][],
  after: number,
  limit: number,
): Promise<RejectedItem[]> {
  return sql<RejectedItem[]>`
    select position, row_number as row, input, state, error_code as code, (result ->> 'row')::integer as "sameAs"
    from scan_job_items
    where job_id = ${jobId} and state = any (${[...states]}::text[]) and position > ${after}::integer
    order by position limit ${limit}::integer`;
}
