import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Failure } from '../failure.ts';

/** One row of a file that has something in it. */
export interface FileRow {
  /** line of a text file, row of a sheet; from 1 */
  readonly number: number;
  /** trimmed, without NUL */
  readonly cells: readonly string[];
  /** empty rows between the row before and this one */
  readonly blanksBefore: number;
}

/** A file, opened: which table in it, and its rows, as often as asked for. */
export interface Table {
  /** null where there are no sheets */
  readonly sheet: string | null;
  /** between the cells of a text file; null for spreadsheets */
  readonly separator: string | null;
  /**
   * Reads the rows from the top.
   * @throws {TableFault} when the file is found to be faulty on the way
   */
  rows(): AsyncIterable<FileRow>;
}

export interface TableLimits {
  readonly maxRows: number;
  readonly maxColumns: number;
  /** bytes a compressed file may unpack to */
  readonly maxUnpacked: number;
}

/** Why a file is not read on: carries the failure for people out of the iteration. */
export class TableFault extends Error {
  readonly failure: Failure;
  constructor(code: Failure['code'], values: Failure['values'] = {}) {
    super(code);
    this.name = 'TableFault';
    this.failure = { code, values };
  }
}

/**
 * Letters of a row. A list has hundreds; a workbook can name one long text in every cell, and would fill the memory of
 * whoever takes its rows.
 */
export const LONGEST_ROW = 256 * 1024;

/** Raw rows to those with something in them: cells trimmed, empty ones at the end gone, limits kept. */
export async function* tidy(
  rows: AsyncIterable<{ readonly number: number; readonly cells: readonly string[]; readonly gap: number }>,
  { maxRows, maxColumns }: Pick<TableLimits, 'maxRows' | 'maxColumns'>,
): AsyncGenerator<FileRow> {
  let blanks = 0;
  let count = 0;
  for await (const { number, cells, gap } of rows) {
    blanks += gap;
    const trimmed = cells.map(tidyCell);
    while (trimmed.length > 0 && trimmed.at(-1) === '') trimmed.pop();
    if (trimmed.length === 0) {
      blanks += 1;
      continue;
    }
    if (trimmed.reduce((sum, { length }) => sum + length, 0) > LONGEST_ROW)
      throw new TableFault('file-unreadable');
    if (trimmed.length > maxColumns) throw new TableFault('file-too-many-columns', { limit: maxColumns });
    count += 1;
    // Titles and a heading are no rows of data.
    if (count > maxRows + TITLE_ROWS) throw new TableFault('file-too-many-rows', { limit: maxRows });
    // A file in memory would be read in one go, and everybody else would wait.
    if (count % TURN === 0) await nextTurn();
    yield { number, cells: trimmed, blanksBefore: blanks };
    blanks = 0;
  }
}
const TITLE_ROWS = 20;
/** Rows between two chances for others, some milliseconds. */
const TURN = 200;

/** PostgreSQL stores no NUL, and half a surrogate pair is no text. */
const tidyCell = (cell: string): string =>
  (/[\0\uD800-\uDFFF]/.test(cell) ? cell.replaceAll('\0', '\uFFFD').toWellFormed() : cell).trim();
