import { readFile } from 'node:fs/promises';
import type { ColumnHints } from '#core/ingest/hints.ts';
import { chooseDomain } from '#core/domain.ts';
import type { Failure } from '../failure.ts';
import { openFile } from '../ingest/open.ts';
import { dataRows, survey, type Plan } from '../ingest/survey.ts';
import { TableFault, type TableLimits } from '../ingest/table.ts';

/** One thing to scan, and where it stood. */
export interface InputRow {
  readonly text: string;
  /** row of the file, from 1; null when it came from the command line */
  readonly row: number | null;
}

export type InputReading =
  | {
      readonly ok: true;
      readonly rows: readonly InputRow[];
      /** a first row that was passed over though it has no usual word of a heading: to be told; else null */
      readonly heading: string | null;
    }
  | { readonly ok: false; readonly fault: 'fileUnreadable'; readonly why: string }
  | { readonly ok: false; readonly fault: 'fileEmpty' | 'noDomainColumn'; readonly why: string }
  /** the file is no table, or a faulty one */
  | { readonly ok: false; readonly fault: 'table'; readonly failure: Failure };

export interface InputRules {
  readonly consumerDomains: ReadonlySet<string>;
  readonly hints: ColumnHints;
}

/** Who works on a terminal has the whole list in memory anyway. */
const LIMITS: TableLimits = { maxRows: 1_000_000, maxColumns: 1000, maxUnpacked: 1024 * 1024 * 1024 };

/**
 * Reads a list of domains: one a line, a CSV, or a workbook (XLSX, XLS). Columns are known by their cells, whatever
 * their heading says; each row names its company by website, else e-mail address, else domain.
 */
export async function readList(
  file: string,
  stdin: AsyncIterable<Uint8Array>,
  { consumerDomains, hints }: InputRules,
): Promise<InputReading> {
  let bytes: Uint8Array;
  try {
    bytes = file === '-' ? await collect(stdin) : await readFile(file);
  } catch (error) {
    return {
      ok: false,
      fault: 'fileUnreadable',
      why: (error as NodeJS.ErrnoException).code ?? (error as Error).message,
    };
  }
  try {
    const plan = await survey(bytes, { consumerDomains, hints, sheet: null }, LIMITS);
    const rows: InputRow[] = [];
    for await (const { number, cells } of dataRows(bytes, plan, LIMITS))
      rows.push({ text: namingCell(cells, plan, consumerDomains), row: number });
    const heading = plan.headingGuessed ? plan.names.filter((name) => name !== '').join(', ') : null;
    return { ok: true, rows, heading };
  } catch (error) {
    if (!(error instanceof TableFault)) throw error;
    return faultOf(error, bytes);
  }
}

/** The cell by which a row names its company; else the first that says something, to be refused. */
function namingCell(
  cells: readonly string[],
  { columns }: Plan,
  consumerDomains: ReadonlySet<string>,
): string {
  const cell = (column: number | undefined): string => (column === undefined ? '' : (cells[column] ?? ''));
  const fields = { website: cell(columns.website), email: cell(columns.email), domain: cell(columns.domain) };
  const { from } = chooseDomain(fields, consumerDomains);
  return from === null ? '' : fields[from];
}

async function faultOf({ failure }: TableFault, bytes: Uint8Array): Promise<InputReading> {
  switch (failure.code) {
    case 'file-empty':
      return { ok: false, fault: 'fileEmpty', why: '' };
    case 'file-no-domain-column':
      return { ok: false, fault: 'noDomainColumn', why: String(failure.values['columns']) };
    case 'file-no-rows': {
      const only = await loneCell(bytes);
      return only === null
        ? { ok: false, fault: 'table', failure }
        : { ok: true, rows: [only], heading: null };
    }
    default:
      return { ok: false, fault: 'table', failure };
  }
}

/** A list of one word is a list: the word is refused with its reason, and not taken for a heading over nothing. */
async function loneCell(bytes: Uint8Array): Promise<InputRow | null> {
  const file = await openFile(bytes, null, LIMITS);
  try {
    const table = await file.tables[0]?.();
    for await (const { number, cells } of table?.rows() ?? [])
      return cells.length === 1 ? { text: cells[0] ?? '', row: number } : null;
    return null;
  } finally {
    file.close();
  }
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
