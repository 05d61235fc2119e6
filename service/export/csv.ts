import type { Cell } from './columns.ts';
import { withoutFormula } from './formula.ts';

/** Excel reads UTF-8 only with it. */
export const BYTE_ORDER_MARK = '\uFEFF';

export const SEPARATORS = { comma: ',', semicolon: ';', tab: '\t' } as const;
export type Separator = keyof typeof SEPARATORS;

/** One record (RFC 4180), with its line end. Moments are ISO 8601 in UTC, numbers have a point. */
export const csvLine = (cells: readonly Cell[], separator: Separator): string =>
  `${cells.map((cell) => field(cell, SEPARATORS[separator])).join(SEPARATORS[separator])}\r\n`;

function field(cell: Cell, separator: string): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  if (typeof cell !== 'string') return cell.kind === 'day' ? cell.day : cell.moment;
  const text = withoutFormula(cell);
  return text.includes(separator) || /["\r\n;,\t]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
