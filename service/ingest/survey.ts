import { detectColumns, type ColumnQuestion, type Columns } from '#core/ingest/columns.ts';
import { SAMPLE_CELLS } from '#core/ingest/holdings.ts';
import { openFile } from './open.ts';
import { TableFault, type FileRow, type Table, type TableLimits } from './table.ts';

/** What is known of a file after it was read once: enough to read it again in the same way. */
export interface Plan {
  readonly sheet: string | null;
  readonly separator: string | null;
  /** row of the heading; null = there is none */
  readonly headingRow: number | null;
  readonly names: readonly string[];
  readonly columns: Columns;
  readonly headingGuessed: boolean;
  /** rows of data with something in them */
  readonly rows: number;
  /** empty rows between them */
  readonly blanks: number;
}

export type SurveyQuestion = ColumnQuestion & { readonly sheet: string | null };

/**
 * Reads a whole file once without doing anything: so that a fault in its last line, or one row too many, is known
 * before the first row counts. The first sheet in which companies are named is taken.
 *
 * @throws {TableFault}
 */
export async function survey(
  bytes: Uint8Array,
  question: SurveyQuestion,
  limits: TableLimits,
): Promise<Plan> {
  const file = await openFile(bytes, question.sheet, limits);
  try {
    let fault: TableFault | null = null;
    for (const open of file.tables) {
      try {
        return await surveyTable(await open(), question, limits);
      } catch (error) {
        if (!(error instanceof TableFault)) throw error;
        // The first sheet that is not empty says best what is wrong with the file.
        if (fault === null || fault.failure.code === 'file-empty') fault = error;
      }
    }
    throw fault ?? new TableFault('file-empty');
  } finally {
    file.close();
  }
}

async function surveyTable(table: Table, question: SurveyQuestion, limits: TableLimits): Promise<Plan> {
  const sample: FileRow[] = [];
  const keep = sampler(sample);
  /** rows and empty rows from the top, up to each row of the sample that may be the heading */
  const above: { rows: number; blanks: number }[] = [];
  let rows = 0;
  let blanks = 0;
  for await (const row of table.rows()) {
    rows += 1;
    blanks += row.blanksBefore;
    if (keep(row)) above.push({ rows, blanks });
  }
  if (sample.length === 0) throw new TableFault('file-empty');
  const reading = detectColumns(
    sample.map(({ cells }) => cells),
    question,
  );
  if (!reading.ok) {
    const columns =
      reading.names
        .filter((name) => name !== '')
        .join(', ')
        .slice(0, 300) || '-';
    throw reading.reason === 'unknown-column'
      ? new TableFault('file-mapping-unknown', { column: (reading.column ?? '').slice(0, 100), columns })
      : new TableFault('file-no-domain-column', { columns });
  }
  const { headingAt, names, columns, headingGuessed, onlyHeading } = reading.choice;
  if (onlyHeading) throw new TableFault('file-no-rows');
  const heading = headingAt === null ? null : (sample[headingAt]?.number ?? null);
  const top = (headingAt === null ? null : above[headingAt]) ?? { rows: 0, blanks: 0 };
  if (rows === top.rows) throw new TableFault('file-no-rows');
  if (rows - top.rows > limits.maxRows) throw new TableFault('file-too-many-rows', { limit: limits.maxRows });
  return {
    sheet: table.sheet,
    separator: table.separator,
    headingRow: heading,
    names,
    columns,
    headingGuessed,
    rows: rows - top.rows,
    blanks: blanks - top.blanks,
  };
}

const FIRST_ROWS = 500;
const MOST_SAMPLED = 3_000;

/** Keeps the first rows, and later ones that fill a column of which little was seen yet. */
function sampler(sample: FileRow[]): (row: FileRow) => boolean {
  const filled: number[] = [];
  return (row) => {
    if (sample.length >= MOST_SAMPLED) return false;
    const helps =
      sample.length < FIRST_ROWS ||
      row.cells.some((cell, column) => cell !== '' && (filled[column] ?? 0) < SAMPLE_CELLS);
    if (!helps) return false;
    for (const [column, cell] of row.cells.entries())
      if (cell !== '') filled[column] = (filled[column] ?? 0) + 1;
    sample.push(row);
    return true;
  };
}

/**
 * The rows of data, in the order in which the survey counted them.
 *
 * @throws {TableFault}
 */
export async function* dataRows(bytes: Uint8Array, plan: Plan, limits: TableLimits): AsyncGenerator<FileRow> {
  const file = await openFile(bytes, plan.sheet, limits);
  try {
    const table = await file.tables[0]?.();
    for await (const row of table?.rows() ?? []) {
      if (plan.headingRow === null || row.number > plan.headingRow) yield row;
    }
  } finally {
    file.close();
  }
}
