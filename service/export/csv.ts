import type { Cell } from './columns.ts';
import { withoutFormula } from './formula.ts';

/** Excel reads UTF-8 only with it. */
export const BYTE_ORDER_MARK = '\uFEFF';

export const SEPARATORS = { comma: ',', semicolon: ';', tab: '\t' } as const;
export type Separator = keyof typeof SEPARATORS;

/** One record (RFC 4180), with its line end. Moments are ISO 8601 in UTC, numbers have a point. */
export const csvLine = (cells: readonly Cell[], separator: Separator): string =>
  `${cells.map(field).join(SEPARATORS[separator])}\r\n`;

/** In quotes where any separator is in it: whoever opens the file may have another one set. */
function field(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  if (typeof cell !== 'string') return cell.kind === 'day' ? cell.day : cell.moment;
  const text = withoutFormula(cell);
  return /["\r\n;,\t]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
