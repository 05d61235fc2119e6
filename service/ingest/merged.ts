/** Cells that are shown as one; rows and columns from 0. Only the first of them has the value. */
export interface Merge {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/** "A2:B5"; null for anything else. */
export function parseRange(range: string): Merge | null {
  const match = /^\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})$/.exec(range);
  if (match === null) return null;
  const [, left = '', top = '', right = '', bottom = ''] = match;
  const column = (letters: string): number =>
    [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
  return { left: column(left), top: Number(top) - 1, right: column(right), bottom: Number(bottom) - 1 };
}

interface RawRow {
  readonly number: number;
  readonly cells: readonly string[];
  readonly gap: number;
}

/**
 * Gives rows that a merged cell reaches down to the value that a reader sees beside them: one company name over three
 * of its web addresses. To the right nothing is repeated.
 */
export async function* fillMerged<Row extends RawRow>(
  rows: AsyncIterable<Row>,
  merges: readonly Merge[],
): AsyncGenerator<RawRow> {
  const waiting = merges.filter(({ top, bottom }) => bottom > top).toSorted((a, b) => a.top - b.top);
  let next = 0;
  let open: { left: number; bottom: number; value: string }[] = [];
  for await (const row of rows) {
    const at = row.number - 1;
    open = open.filter(({ bottom }) => bottom >= at);
    let cells: string[] | null = null;
    // A merged cell over an otherwise empty row makes no row of it.
    if (row.cells.some((cell) => cell !== '')) {
      for (const { left, value } of open) {
        if ((row.cells[left] ?? '') !== '') continue;
        cells ??= [...row.cells];
        while (cells.length < left) cells.push('');
        cells[left] = value;
      }
    }
    for (; next < waiting.length && waiting[next]!.top <= at; next++) {
      const { top, left, bottom } = waiting[next]!;
      const value = row.cells[left] ?? '';
      if (top === at && value !== '') open.push({ left, bottom, value });
    }
    yield cells === null ? row : { number: row.number, cells, gap: row.gap };
  }
}
