import { BODY, BODY_BOLD, HEADING, INK, SMALL, type Style } from './look.ts';
import { leadOf, type Paper, type Tag } from './paper.ts';

/**
 * A column of a page that is filled from the top. Whatever comes, nothing is drawn below its end: a text is cut with an
 * ellipsis at the last line that fits, and what finds no place at all is left out and counted in `left`.
 */
export interface Column {
  readonly x: number;
  readonly width: number;
  /** where the next thing begins */
  y: number;
  readonly end: number;
  /** things that were cut or left out */
  left: number;
}

export const columnAt = (x: number, y: number, width: number, end: number): Column => ({
  x,
  y,
  width,
  end,
  left: 0,
});

export const room = ({ y, end }: Column): number => end - y;

/** A heading, when it and at least two lines below it have room. */
export function heading(paper: Paper, column: Column, parent: Tag, text: string): boolean {
  const height = leadOf(HEADING) + 4;
  if (room(column) < height + 2 * leadOf(BODY)) {
    column.left += 1;
    return false;
  }
  const [line = ''] = paper.lines(text, HEADING, column.width, 1);
  const y = column.y;
  paper.artifact((doc) => {
    doc.lineWidth(0.7).strokeColor(INK.rule);
    doc
      .moveTo(column.x, y + height - 2)
      .lineTo(column.x + column.width, y + height - 2)
      .stroke();
  });
  paper.tag(parent, 'H2', () => paper.write(line, HEADING, column.x, y));
  column.y += height + 3;
  return true;
}

export interface ParagraphOptions {
  readonly style?: Style;
  readonly most?: number;
  readonly indent?: number;
  /** stands before the first line: a number, a dot */
  readonly label?: string;
  readonly after?: number;
}

/** A text; the label and it are one entry of a list where there is a label. */
export function paragraph(
  paper: Paper,
  column: Column,
  parent: Tag,
  text: string,
  { style = BODY, most = MOST_LINES, indent = 0, label, after = 3 }: ParagraphOptions = {},
): void {
  if (text === '') return;
  const fits = Math.floor(room(column) / leadOf(style) + 1e-6);
  const wanted = paper.lines(text, style, column.width - indent, most + 1);
  const allowed = Math.min(most, fits);
  if (wanted.length > allowed) column.left += 1;
  if (allowed < 1) return;
  const lines = wanted.length > allowed ? paper.lines(text, style, column.width - indent, allowed) : wanted;
  const y = column.y;
  paper.tag(parent, label === undefined ? 'P' : 'LI', () => {
    if (label !== undefined) paper.write(label, { ...style, bold: true, colour: INK.accent }, column.x, y);
    paper.write(lines, style, column.x + indent, y);
  });
  column.y += lines.length * leadOf(style) + after;
}
/** No text of ours is longer; one that is, is somebody's joke. */
const MOST_LINES = 14;

export interface PairOptions {
  readonly nameWidth: number;
  readonly most?: number;
  /** values stand at the right edge: for amounts */
  readonly toRight?: boolean;
}

/** Name and value in two places of a line, as a table of rows. */
export function pairs(
  paper: Paper,
  column: Column,
  parent: Tag,
  rows: readonly { readonly name: string; readonly value: string; readonly isStrong?: boolean }[],
  { nameWidth, most = 2, toRight = false }: PairOptions,
): void {
  const table = paper.tag(parent, 'Table');
  const nameStyle = { ...SMALL, lead: leadOf(BODY) };
  for (const { name, value, isStrong } of rows) {
    const valueStyle = isStrong === true ? BODY_BOLD : BODY;
    const fits = Math.min(most, Math.floor(room(column) / leadOf(BODY) + 1e-6));
    if (fits < 1) {
      column.left += 1;
      continue;
    }
    const names = paper.lines(name, nameStyle, nameWidth - 6, fits);
    const values = paper.lines(value, valueStyle, column.width - nameWidth, fits);
    const y = column.y;
    const row = paper.tag(table, 'TR');
    paper.tag(row, 'TH', () => paper.write(names, nameStyle, column.x, y + 0.8), { scope: 'Row' });
    const width = column.width - nameWidth;
    const align = toRight ? ({ to: 'right', width } as const) : undefined;
    paper.tag(row, 'TD', () => paper.write(values, valueStyle, column.x + nameWidth, y, align));
    column.y += Math.max(names.length, values.length) * leadOf(BODY) + 1.4;
  }
}

export const space = (column: Column, points: number): void => {
  column.y += points;
};
