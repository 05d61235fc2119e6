import { signed } from '#core/changes/number.ts';
import { fill } from '#core/rules/messages.ts';
import { heading, room, type Column } from './column.ts';
import { BODY, BODY_BOLD, INK, SMALL, type Style } from './look.ts';
import { leadOf, type Paper, type Tag } from './paper.ts';
import type { Sheet, WhyRow } from './sheet.ts';

const NUMBERS = 44;
/** Of the column: confidence or improvements stand below. */
const WHY_SHARE = 0.72;

/**
 * The points in reading order, with a reason each as far as there is room. They add up to the score, so that rules
 * without room share one row.
 */
export function drawWhy(paper: Paper, sheet: Sheet, page: Tag, column: Column): void {
  const { score, words: m } = sheet;
  if (score === null || !heading(paper, column, page, m.card.why)) return;
  const table = paper.tag(page, 'Table');
  whyRow(paper, column, table, { cells: [[''], m.card.points, m.card.total], style: SMALL, isHead: true });
  for (const { name, reason, points, running } of rowsWithin(paper, sheet, column))
    whyRow(paper, column, table, {
      cells: [name, signed(points), running < 0 ? signed(running) : String(running)],
      style: BODY,
      colour: points > 0 ? INK.good : points < 0 ? INK.bad : INK.soft,
      reason,
    });
  whyRow(paper, column, table, { cells: [[m.card.score], '', String(score.value)], style: BODY_BOLD });
}

interface Row extends Pick<WhyRow, 'points' | 'running'> {
  readonly name: readonly string[];
  readonly reason: readonly string[];
}

/** The rows as roomy as they fit: with reasons, without, names on one line, and at last some rows in one. */
function rowsWithin(paper: Paper, { why, words: m }: Sheet, column: Column): readonly Row[] {
  const budget = room(column) * WHY_SHARE - 2 * ROW;
  const width = column.width - 2 * NUMBERS - 6;
  const rows = (of: readonly WhyRow[], nameLines: number, reasonLines: number): Row[] =>
    of.map((row) => ({
      ...row,
      name: paper.lines(row.name, BODY, width, nameLines),
      reason: reasonLines === 0 ? [] : paper.lines(row.why, SMALL, width, reasonLines),
    }));
  const heightOf = (all: readonly Row[]): number => all.reduce((sum, row) => sum + heightOfRow(row), 0);
  const most = Math.max(3, Math.floor(budget / ROW));
  if (why.length <= most) {
    for (const [nameLines, reasonLines] of [
      [2, 2],
      [2, 1],
      [2, 0],
    ] as const) {
      const all = rows(why, nameLines, reasonLines);
      if (heightOf(all) <= budget) return all;
    }
  }
  return rows(folded(why, most, m.pdf.furtherRules), 1, 0);
}

const ROW = leadOf(BODY) + 4;
const heightOfRow = ({ name, reason }: Pick<Row, 'name' | 'reason'>): number =>
  Math.max(1, name.length) * leadOf(BODY) + reason.length * leadOf(SMALL) + 4;

interface TableRow {
  readonly cells: readonly [name: readonly string[], points: string, total: string];
  readonly style: Style;
  readonly isHead?: boolean;
  /** of the points */
  readonly colour?: string;
  readonly reason?: readonly string[];
}

function whyRow(
  paper: Paper,
  column: Column,
  table: Tag,
  { cells, style, isHead = false, colour, reason = [] }: TableRow,
): void {
  const y = column.y;
  const row = paper.tag(table, 'TR');
  const [name] = cells;
  paper.tag(
    row,
    'TH',
    () => {
      paper.write(name, style, column.x, y);
      paper.write(reason, SMALL, column.x, y + name.length * leadOf(BODY));
    },
    { scope: isHead ? 'Column' : 'Row' },
  );
  for (const at of [1, 2] as const) {
    const x = column.x + column.width - (3 - at) * NUMBERS;
    const ink = at === 1 && colour !== undefined ? { ...style, colour } : style;
    const align = { to: 'right', width: NUMBERS } as const;
    paper.tag(
      row,
      isHead ? 'TH' : 'TD',
      () => paper.write(cells[at], ink, x, y, align),
      isHead ? { scope: 'Column' } : {},
    );
  }
  column.y += heightOfRow({ name, reason });
  paper.artifact((doc) => {
    doc.lineWidth(0.4).strokeColor(INK.rule);
    doc
      .moveTo(column.x, column.y - 2.6)
      .lineTo(column.x + column.width, column.y - 2.6)
      .stroke();
  });
}

function folded(rows: readonly WhyRow[], most: number, words: string): readonly WhyRow[] {
  if (rows.length <= most) return rows;
  const kept = rows.slice(0, most - 1);
  const rest = rows.slice(most - 1);
  return [
    ...kept,
    {
      name: fill(words, { count: rest.length }),
      why: '',
      points: rest.reduce((sum, { points }) => sum + points, 0),
      running: rest.at(-1)?.running ?? 0,
    },
  ];
}
