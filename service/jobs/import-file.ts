import { readRow, type RowReading } from '#core/ingest/row.ts';
import { fill } from '#core/rules/messages.ts';
import type { Service } from '../context.ts';
import { failureSentence, type Failure } from '../failure.ts';
import { tableLimits } from '../ingest/limits.ts';
import { dataRows, survey, type Plan } from '../ingest/survey.ts';
import { TableFault, type FileRow } from '../ingest/table.ts';
import { ensureCompanies, suppressedAmong } from '../store/companies.ts';
import {
  addItems,
  beginImport,
  countRows,
  findImportJob,
  importAlone,
  rowsByDomain,
  type ImportItem,
  type ImportJob,
} from '../store/import-jobs.ts';
import { completeIfDone, failJob, queueChunks, tellJob } from '../store/jobs.ts';
import { inParts } from '../store/in-parts.ts';
import type { Transaction } from '../store/pool.ts';
import { addRawLeads, type RawLead } from '../store/raw-leads.ts';
import { withoutErasure } from '../store/suppressions.ts';
import { readUpload } from '../store/uploads.ts';
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
    if (read === 'interrupted') return void (await addJob(sql, 'import-file', { jobId }, { key: importKey(jobId) }));
    await finish(service, job);
    log.info('import', { job: jobId, rows: plan.rows, blanks: plan.blanks });
  } catch (error) {
    if (!(error instanceof TableFault)) throw error;
    await fail(service, job, error.failure);
  }
}

/** One waiting job in the queue for each import. */
export const importKey = (jobId: string): string => `import-file:${jobId}`;

function firstReading({ config, rules }: Service, { options }: ImportJob, content: Uint8Array): Promise<Plan> {
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

type PlacedRow = FileRow & { readonly position: number };

/** The job has ended meanwhile, or another worker has these rows: the transaction must leave nothing. */
class Stopped extends Error {}

interface Import {
  readonly job: ImportJob;
  readonly plan: Plan;
  readonly first: Map<string, number>;
}

async function storeRows(
  service: Service,
  tx: Transaction,
  { job, plan, first }: Import,
  rows: readonly PlacedRow[],
): Promise<void> {
  const from = rows[0]?.position ?? 0;
  if (!(await importAlone(tx, job.id, from))) throw new Stopped();
  await withoutErasure(tx);
  const take = (inner: Transaction): Promise<ImportItem[]> =>
    entriesOf(service, inner, { job, plan, first }, rows);
  let items: ImportItem[];
  if (rows.length > 1) items = await take(tx);
  else {
    // One row alone, and the database takes it not: it is refused, so that it does not hold up the others.
    try {
      items = (await tx.savepoint((inner) => take(inner))) as ImportItem[];
    } catch (error) {
      if (!/^2[23]/.test(String((error as { code?: unknown }).code))) throw error;
      service.log.error('import-row', error, { job: job.id, row: rows[0]?.number });
      items = rows.map((row) => refused(row, '', 'internal', service.rules.current().messages[job.options.language].api.internal));
      await addItems(tx, job.id, items);
    }
  }
  const counted = await countRows(tx, job.id, from, {
    rows: rows.length,
    refused: items.filter(({ state }) => state === 'refused').length,
    succeeded: items.filter(({ state }) => state === 'completed').length,
  });
  if (!counted) throw new Stopped();
  await tellJob(tx, job.id);
}

/** Makes the companies, keeps the rows as they came, and writes the entries. */
async function entriesOf(
  service: Service,
  tx: Transaction,
  { job, plan, first }: Import,
  rows: readonly PlacedRow[],
): Promise<ImportItem[]> {
  const rules = service.rules.current();
  const m = rules.messages[job.options.language];
  const readings = rows.map((row) => ({
    row,
    reading: readRow(row.cells, plan.columns, plan.names, rules.engine.mail.consumerDomains),
  }));
  const accepted = readings.flatMap(({ row, reading }) => (reading.ok ? [{ row, reading }] : []));
  const domains = [...new Set(accepted.map(({ reading }) => reading.domain.ascii))];
  const suppressed = await suppressedAmong(tx, domains);
  const allowed = accepted.filter(({ reading }) => !suppressed.has(reading.domain.ascii));
  const companies = await ensureCompanies(
    tx,
    allowed.map(({ reading }) => ({
      domain: reading.domain.ascii,
      unicode: reading.domain.unicode,
      name: reading.company,
      source: 'csv',
    })),
    rules,
  );
  const idOf = (domain: string): number => {
    const company = companies.get(domain);
    if (company === undefined) throw new Error('a company was not made');
    return company.id;
  };
  await addRawLeads(
    tx,
    allowed.map(({ row, reading }) => rawLead(job, row, reading, idOf(reading.domain.ascii))),
  );
  const items = readings.map(({ row, reading }): ImportItem => {
    if (!reading.ok) return refused(row, reading.input, reading.refusal, m.refusals[reading.refusal]);
    const domain = reading.domain.ascii;
    // Nothing that names an erased company is written down again, its entry included.
    if (suppressed.has(domain)) return refused(row, '', 'domain-suppressed', m.api['domain-suppressed']);
    const before = first.get(domain);
    const same = before !== undefined && before < row.number;
    if (!same) first.set(domain, row.number);
    return {
      position: row.position,
      row: row.number,
      input: reading.input,
      domain,
      companyId: idOf(domain),
      state: same ? 'duplicate' : job.options.auto_scan ? 'pending' : 'completed',
      code: same ? 'duplicate' : null,
      sentence: same ? fill(m.ingest.duplicateRow, { row: before }) : null,
      sameAs: same ? before : null,
    };
  });
  await addItems(tx, job.id, items);
  return items;
}

const refused = (row: PlacedRow, input: string, code: string, sentence: string): ImportItem => ({
  position: row.position,
  row: row.number,
  input,
  domain: null,
  companyId: null,
  state: 'refused',
  code,
  sentence,
  sameAs: null,
});

const rawLead = (
  job: ImportJob,
  row: PlacedRow,
  reading: RowReading & { ok: true },
  companyId: number,
): RawLead => ({
  source: 'csv',
  companyId,
  domain: reading.domain.ascii,
  companyName: reading.company,
  email: reading.email,
  website: reading.website,
  payload: reading.rest,
  uploadId: job.uploadId,
  row: row.number,
});

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
