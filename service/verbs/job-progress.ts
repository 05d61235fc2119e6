import { z } from 'zod';
import type { FailureCode } from '#core/rules/failures.ts';
import { fill, type Messages, type Refusal } from '#core/rules/messages.ts';
import { itemsAfter, newestErrors, type ItemRow, type ItemState } from '../store/job-items.ts';
import { findJob, JOB_KINDS, JOB_STATES, type JobRow } from '../store/jobs.ts';
import type { Sql } from '../store/pool.ts';

const Count = z.int().min(0);

/** An entry that failed or was refused. */
export const JobError = z.object({
  domain: z.string().nullable().describe('null where none could be read'),
  input: z.string().describe('the entry as it was given'),
  row: z.int().nullable().describe('its row in the file'),
  error: z.string(),
  code: z.string().nullable(),
  timestamp: z.string(),
});

/** A job and how far it is. Both old forms of it (a bulk scan, a file) are in here under their own names. */
export const JobStatus = z
  .object({
    job_id: z.uuid(),
    kind: z.enum(JOB_KINDS),
    status: z
      .enum(['pending', 'running', 'completed', 'failed', 'cancelled'])
      .describe('the state in the words of the earlier system'),
    state: z.enum(JOB_STATES),
    progress: z.number().min(0).max(100).describe('percent, one decimal'),
    progress_percent: z.number().min(0).max(100).describe('the same'),
    total: Count.describe('entries'),
    processed: Count.describe('entries that need no more work'),
    succeeded: Count,
    successful: Count.describe('the same'),
    failed: Count,
    refused: Count.describe('entries that name no company'),
    duplicates: Count.describe('entries that were there before'),
    cancelled: Count.describe('entries that stay undone'),
    remaining: Count,
    errors: z.array(JobError).describe('the newest 100'),
    message: z.string().describe('how far it is, as a sentence'),
    created_at: z.string(),
    started_at: z.string().nullable(),
    completed_at: z.string().nullable().describe('when it ended, however it did'),
    eta_seconds: z
      .int()
      .min(0)
      .nullable()
      .describe('how much longer it takes at the pace so far; null = not known'),
  })
  .meta({ id: 'JobStatus' });
export type JobStatus = z.infer<typeof JobStatus>;

const MOST_ERRORS = 100;

/** How far a job is at this moment; null when there is no such job. */
export async function jobStatus(
  sql: Sql,
  id: string,
  { messages, now }: { readonly messages: Messages; readonly now: number },
): Promise<JobStatus | null> {
  const job = await findJob(sql, id);
  if (job === null) return null;
  const wrong = job.failed + job.refused > 0 ? await newestErrors(sql, id, MOST_ERRORS) : [];
  return statusOf(job, wrong, messages, now);
}

const STATUS = {
  pending: 'pending',
  in_progress: 'running',
  completed: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
} as const;

/** A job without its errors, as lists show it. */
export function statusOf(job: JobRow, wrong: readonly ItemRow[], m: Messages, now: number): JobStatus {
  const { state, total, succeeded, failed, refused, duplicates, cancelled } = job;
  const ended = job.finishedAt !== null;
  const processed = Math.min(total, succeeded + failed + refused + duplicates + cancelled);
  const remaining = ended ? 0 : total - processed;
  const progress =
    state === 'completed' ? 100 : total === 0 ? 0 : Math.floor((processed / total) * 1000) / 10;
  return {
    job_id: job.id,
    kind: job.kind,
    status: STATUS[state],
    state,
    progress,
    progress_percent: progress,
    total,
    processed,
    succeeded,
    successful: succeeded,
    failed,
    refused,
    duplicates,
    cancelled,
    remaining,
    errors: wrong.map((item) => errorOf(item, m)),
    message: messageOf(job, processed, m),
    created_at: job.createdAt.toISOString(),
    started_at: job.startedAt?.toISOString() ?? null,
    completed_at: job.finishedAt?.toISOString() ?? null,
    eta_seconds: eta(job, remaining, now),
  };
}

function messageOf(job: JobRow, processed: number, m: Messages): string {
  const { state, total, rowsRead: read } = job;
  if (state === 'failed') return job.error ?? m.api['job-broken'];
  if (state === 'pending') return m.jobs.waiting;
  if (state === 'completed' || state === 'cancelled') {
    const { succeeded, failed, refused, duplicates, cancelled } = job;
    return fill(m.jobs[state], { succeeded, failed, refused, duplicates, cancelled });
  }
  return job.kind === 'import' && read < total
    ? fill(m.jobs.reading, { read, total })
    : fill(m.jobs.running, { processed, total });
}

/** At the pace of the entries done so far: what was refused at once says nothing of it. */
function eta(
  { startedAt, finishedAt, succeeded, failed }: JobRow,
  remaining: number,
  now: number,
): number | null {
  const worked = succeeded + failed;
  if (finishedAt !== null || startedAt === null || worked === 0) return null;
  return Math.ceil(((now - startedAt.getTime()) / 1000 / worked) * remaining);
}

export function errorOf(item: ItemRow, m: Messages): z.infer<typeof JobError> {
  return {
    domain: item.domain,
    input: item.input,
    row: item.row,
    error: sentenceOf(item, m) ?? '',
    code: item.code,
    timestamp: item.updatedAt.toISOString(),
  };
}

/** Why, in the reader's language where the code says it all; else as it was written down. */
function sentenceOf({ code, error, domain }: ItemRow, m: Messages): string | null {
  if (code === null) return error;
  if (code in m.refusals) return m.refusals[code as Refusal];
  const sentence = (m.api as Partial<Record<string, string>>)[code as FailureCode];
  return sentence === undefined ? error : fill(sentence, { domain: domain ?? '' });
}

/** An entry with what came of it. */
export const JobItem = z
  .object({
    position: Count.describe('its place in the list, from 0'),
    row: z.int().nullable(),
    input: z.string(),
    domain: z.string().nullable(),
    state: z.enum(['pending', 'in_progress', 'completed', 'failed', 'cancelled', 'refused', 'duplicate']),
    score: z.int().nullable(),
    segment: z.string().nullable(),
    priority: z.int().nullable(),
    provider: z.string().nullable(),
    scan_status: z.enum(['completed', 'partial']).nullable(),
    score_kept: z
      .boolean()
      .nullable()
      .describe('an earlier score stays, since this look-up got no answer that counts'),
    changes: Count.nullable().describe('what had changed since the scan before'),
    error: z.string().nullable(),
    code: z.string().nullable(),
    updated_at: z.string(),
  })
  .meta({ id: 'JobItem' });
export type JobItem = z.infer<typeof JobItem>;

export interface JobItems {
  readonly items: readonly JobItem[];
  /** `after` of the next page; null = this is the last */
  readonly next: number | null;
}

/** Entries of a job in their order, whatever has come of them so far. */
export async function jobItems(
  sql: Sql,
  id: string,
  page: { readonly state: ItemState | null; readonly after: number; readonly limit: number },
  m: Messages,
): Promise<JobItems> {
  const rows = await itemsAfter(sql, id, { ...page, limit: page.limit + 1 });
  const shown = rows.slice(0, page.limit);
  return {
    items: shown.map((row): JobItem => ({
      position: row.position,
      row: row.row,
      input: row.input,
      domain: row.domain,
      state: row.state,
      score: row.result?.score ?? null,
      segment: row.result?.segment ?? null,
      priority: row.result?.priority ?? null,
      provider: row.result?.provider ?? null,
      scan_status: row.result?.scan_status ?? null,
      score_kept: row.result?.score_kept ?? null,
      changes: row.result?.changes ?? null,
      error: sentenceOf(row, m),
      code: row.code,
      updated_at: row.updatedAt.toISOString(),
    })),
    next: rows.length > page.limit ? (shown.at(-1)?.position ?? null) : null,
  };
}
