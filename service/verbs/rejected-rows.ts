import { columnLetter } from '#core/ingest/row.ts';
import type { Language } from '#core/rules/common.ts';
import { fill, type Messages, type Refusal } from '#core/rules/messages.ts';
import type { Service } from '../context.ts';
import { BYTE_ORDER_MARK, csvLine, SEPARATORS, type Separator } from '../export/csv.ts';
import { failed, done, type Outcome } from '../failure.ts';
import { tableLimits } from '../ingest/limits.ts';
import { dataRows, type Plan } from '../ingest/survey.ts';
import { findImportJob, rejectedItems, type ImportJob, type RejectedItem } from '../store/import-jobs.ts';
import { readUpload } from '../store/uploads.ts';

const PAGE = 1000;

/**
 * The rows of an uploaded file that were not taken in, as CSV: row, reason, and all cells as they came, so that it can
 * be put right and uploaded again. After the file itself was deleted, the entries alone.
 *
 * @param duplicates whether rows of companies that stood in the file before are listed too
 */
export async function rejectedRows(
  service: Service,
  jobId: string,
  { duplicates, language }: { readonly duplicates: boolean; readonly language: Language },
): Promise<Outcome<AsyncIterable<string>>> {
  const { sql } = service;
  const known = await sql`select 1 from scan_jobs where id = ${jobId}`;
  if (known.length === 0) return failed('job-not-found');
  const job = await findImportJob(sql, jobId);
  if (job === null) return failed('job-has-no-upload');
  const plan = job.options.plan ?? null;
  const content = job.uploadId === null || plan === null ? null : await readUpload(sql, job.uploadId);
  return done(linesOf(service, job, plan, content, { duplicates, language }));
}

async function* linesOf(
  service: Service,
  job: ImportJob,
  plan: Plan | null,
  content: Uint8Array | null,
  { duplicates, language }: { readonly duplicates: boolean; readonly language: Language },
): AsyncGenerator<string> {
  const m = service.rules.current().messages[language];
  const separator = separatorOf(plan);
  const head = [m.ingest.rejectedRow, m.ingest.rejectedReason];
  const items = itemsOf(service, job.id, duplicates);
  const line = ({ row, ...item }: RejectedItem, cells: readonly string[]): string =>
    csvLine([row, reasonOf(item, m), ...cells], separator);
  if (plan === null || content === null) {
    yield BYTE_ORDER_MARK + csvLine([...head, m.ingest.rejectedEntry], separator);
    for await (const item of items) yield line(item, [item.input]);
    return;
  }
  const names = plan.names.map((name, at) => (name === '' ? columnLetter(at) : name));
  yield BYTE_ORDER_MARK + csvLine([...head, ...names], separator);
  const rows = dataRows(content, plan, tableLimits(service.config));
  let position = -1;
  try {
    for await (const item of items) {
      let cells: readonly string[] = [];
      while (position < item.position) {
        const next = await rows.next();
        if (next.done === true) break;
        position += 1;
        ({ cells } = next.value);
      }
      yield line(item, cells);
    }
  } finally {
    await rows.return(undefined);
  }
}

async function* itemsOf({ sql }: Service, jobId: string, duplicates: boolean): AsyncGenerator<RejectedItem> {
  const states = duplicates ? (['refused', 'duplicate'] as const) : (['refused'] as const);
  for (let after = -1; ;) {
    const items = await rejectedItems(sql, jobId, states, after, PAGE);
    yield* items;
    const last = items.at(-1);
    if (last === undefined || items.length < PAGE) return;
    after = last.position;
  }
}

/** What separated the file itself, as the program of its author will open this one too. */
const separatorOf = (plan: Plan | null): Separator =>
  (Object.keys(SEPARATORS) as Separator[]).find((name) => SEPARATORS[name] === plan?.separator) ?? 'comma';

function reasonOf(
  { state, code, sameAs }: Pick<RejectedItem, 'state' | 'code' | 'sameAs'>,
  m: Messages,
): string {
  if (state === 'duplicate') return fill(m.ingest.duplicateRow, { row: sameAs ?? '?' });
  if (code === 'domain-suppressed' || code === 'internal') return m.api[code];
  return m.refusals[code as Refusal] ?? m.api.internal;
}
