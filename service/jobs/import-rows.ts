import { readRow, type RowReading } from '#core/ingest/row.ts';
import { fill } from '#core/rules/messages.ts';
import type { Service } from '../context.ts';
import type { Plan } from '../ingest/survey.ts';
import type { FileRow } from '../ingest/table.ts';
import { ensureCompanies, suppressedAmong } from '../store/companies.ts';
import { addItems, countRows, importAlone, type ImportItem, type ImportJob } from '../store/import-jobs.ts';
import { tellJob } from '../store/jobs.ts';
import type { Transaction } from '../store/pool.ts';
import { addRawLeads, type RawLead } from '../store/raw-leads.ts';
import { withoutErasure } from '../store/suppressions.ts';

export type PlacedRow = FileRow & { readonly position: number };

/** The job has ended meanwhile, or another worker has these rows: the transaction must leave nothing. */
export class Stopped extends Error {}

export interface Import {
  readonly job: ImportJob;
  readonly plan: Plan;
  readonly first: Map<string, number>;
}

/**
 * Makes rows of a file the next entries of its job, in the caller's transaction.
 *
 * @throws {Stopped}
 */
export async function storeRows(
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
      items = rows.map((row) =>
        refused(row, '', 'internal', service.rules.current().messages[job.options.language].api.internal),
      );
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
