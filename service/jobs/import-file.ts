import type { Service } from '../context.ts';
import { failureSentence, type Failure } from '../failure.ts';
import { tableLimits } from '../ingest/limits.ts';
import { dataRows, survey, type Plan } from '../ingest/survey.ts';
import { TableFault } from '../ingest/table.ts';
import { beginImport, findImportJob, rowsByDomain, type ImportJob } from '../store/import-jobs.ts';
import { inParts } from '../store/in-parts.ts';
import { completeIfDone, failJob, queueChunks, tellJob } from '../store/jobs.ts';
import { readUpload } from '../store/uploads.ts';
import { Stopped, storeRows, type PlacedRow } from './import-rows.ts';
import { addJob } from './queue.ts';

/** Rows of one transaction: what a crash costs, and how often progress is told. */
const BATCH = 1000;

/**
 * Reads an uploaded file into the entries of its job. The file is read through once before its first row counts: a
 * fault in it, or one row too many, ends the job with nothing half done. Then rows go in, a batch a transaction, with
 * the number of rows read: whoever comes after a crash goes on there, and no row counts twice.
 *
 * @throws what the database says; the work can then be done again
 */
export async function importFile(
  service: Service,
  { jobId }: { readonly jobId: string },
  signal: AbortSignal,
): Promise<void> {
  const { sql, clock, log } = service;
  const job = await findImportJob(sql, jobId);
  if (job === null || job.stopping || (job.state !== 'pending' && job.state !== 'in_progress')) return;
  const content = job.uploadId === null ? null : await readUpload(sql, job.uploadId);
  if (content === null) return fail(service, job, { code: 'file-unreadable', values: {} });
  try {
    const plan = job.options.plan ?? (await firstReading(service, job, content));
    if (!(await beginImport(sql, jobId, plan, new Date(clock())))) return;
    await tellJob(sql, jobId);
    const read = await takeRows(service, job, content, plan, signal);
    if (read === 'stopped') return;
    if (read === 'interrupted')
      return void (await addJob(sql, 'import-file', { jobId }, { key: importKey(jobId) }));
    await finish(service, job);
    log.info('import', { job: jobId, rows: plan.rows, blanks: plan.blanks });
  } catch (error) {
    if (!(error instanceof TableFault)) throw error;
    await fail(service, job, error.failure);
  }
}

/** One waiting job in the queue for each import. */
export const importKey = (jobId: string): string => `import-file:${jobId}`;

function firstReading(
  { config, rules }: Service,
  { options }: ImportJob,
  content: Uint8Array,
): Promise<Plan> {
  const { engine, importColumns } = rules.current();
  const question = {
    hints: importColumns,
    consumerDomains: engine.mail.consumerDomains,
    mapping: options.mapping,
    auto: options.auto_detect_columns,
    sheet: options.sheet,
  };
  return survey(content, question, tableLimits(config));
}

async function takeRows(
  service: Service,
  job: ImportJob,
  content: Uint8Array,
  plan: Plan,
  signal: AbortSignal,
): Promise<'done' | 'stopped' | 'interrupted'> {
  // Which row named a company first. An entry stays when its transaction is tried again: it is then its own first.
  const first = await rowsByDomain(service.sql, job.id);
  let position = 0;
  let batch: PlacedRow[] = [];
  const store = async (): Promise<boolean> => {
    const rows = batch;
    batch = [];
    try {
      await inParts(
        service,
        rows,
        async (tx, part) => {
          await storeRows(service, tx, { job, plan, first }, part);
          return [];
        },
        (_, error) => {
          throw error;
        },
      );
      return true;
    } catch (error) {
      if (error instanceof Stopped) return false;
      throw error;
    }
  };
  for await (const row of dataRows(content, plan, tableLimits(service.config))) {
    if (position >= job.rowsRead) batch.push({ ...row, position });
    position += 1;
    if (batch.length < BATCH) continue;
    if (signal.aborted) return 'interrupted';
    if (!(await store())) return 'stopped';
  }
  if (batch.length === 0) return 'done';
  if (signal.aborted) return 'interrupted';
  return (await store()) ? 'done' : 'stopped';
}

/** All rows are entries: they are scanned, or that was all. */
async function finish(service: Service, job: ImportJob): Promise<void> {
  await service.sql.begin(async (tx) => {
    await queueChunks(tx, job.id);
    await completeIfDone(tx, job.id, new Date(service.clock()));
    await tellJob(tx, job.id);
  });
}

async function fail(service: Service, job: ImportJob, failure: Failure): Promise<void> {
  const { sql, clock, rules, log } = service;
  const sentence = failureSentence(failure, rules.current().messages[job.options.language]);
  log.warn('import', { job: job.id, code: failure.code });
  await failJob(sql, job.id, { code: failure.code, sentence, at: new Date(clock()) });
}
