import { heading, pairs, paragraph, room, space, type Column } from './column.ts';
import { BODY, BODY_BOLD, INK, SMALL } from './look.ts';
import { drawMark, STATE_COLOUR } from './marks.ts';
import { leadOf, type Paper, type Tag } from './paper.ts';
import type { Sheet } from './sheet.ts';

export function drawConfidence(
  paper: Paper,
  { confidence, words: m }: Sheet,
  page: Tag,
  column: Column,
): void {
  if (!heading(paper, column, page, m.card.confidence)) return;
  paragraph(paper, column, page, confidence.text, { style: BODY_BOLD, most: 1 });
  const bar = 60;
  for (const { name, share, text } of confidence.parts) {
    if (room(column) < leadOf(BODY)) return;
    const y = column.y;
    const x = column.x + column.width - bar;
    paper.artifact((doc) => {
      doc.roundedRect(x, y + 3.5, bar, 5, 2).fill(INK.rule);
      if (share > 0)
        doc.roundedRect(x, y + 3.5, Math.max(4, bar * Math.min(1, share)), 5, 2).fill(INK.accent);
    });
    const label = paper.lines(name, { ...SMALL, lead: leadOf(BODY) }, column.width - bar - 40, 1);
    paper.tag(page, 'P', () => {
      paper.write(label, { ...SMALL, lead: leadOf(BODY) }, column.x, y);
      paper.write(text, SMALL, x - 40, y, { to: 'right', width: 34 });
    });
    column.y += leadOf(BODY);
  }
  space(column, 6);
}

export function drawOpen(paper: Paper, { open }: Sheet, page: Tag, column: Column): void {
  if (open === null || !heading(paper, column, page, open.title)) return;
  for (const row of open.rows) paragraph(paper, column, page, row, { most: 3 });
  if (open.note !== null) paragraph(paper, column, page, open.note, { style: SMALL, most: 2 });
  space(column, 6);
}

const MARK = 9.5;
const MOST_SHOWN = 2;

/** Each record with its state in a shape and a word, and what it shows. */
export function drawSignals(
  paper: Paper,
  { signals, notAsked, words: m }: Sheet,
  page: Tag,
  column: Column,
): void {
  if (!heading(paper, column, page, m.card.signals)) return;
  const list = paper.tag(page, 'L');
  const indent = MARK + 7;
  for (const { name, state, word, shows } of signals) {
    const lines = shows === '' ? [] : paper.lines(shows, SMALL, column.width - indent, MOST_SHOWN);
    const height = leadOf(BODY) + lines.length * leadOf(SMALL) + 4;
    if (room(column) < height) {
      column.left += 1;
      continue;
    }
    const y = column.y;
    paper.artifact((doc) => drawMark(doc, state, column.x, y + 1.6, MARK));
    const item = paper.tag(list, 'LI');
    paper.tag(item, 'LBody', () => {
      paper.write(name, BODY_BOLD, column.x + indent, y);
      const colour = STATE_COLOUR[state];
      paper.write(word, { ...BODY_BOLD, colour }, column.x, y, { to: 'right', width: column.width });
      paper.write(lines, SMALL, column.x + indent, y + leadOf(BODY));
    });
    column.y += height;
  }
  if (notAsked !== null) paragraph(paper, column, page, notAsked, { style: SMALL, most: 2 });
}

const BEST = 4;

export function drawWhatIf(paper: Paper, { whatIf, words: m }: Sheet, page: Tag, column: Column): void {
  if (whatIf.length === 0 || !heading(paper, column, page, m.card.whatIf)) return;
  const list = paper.tag(page, 'L');
  const indent = 30;
  for (const { points, label, result } of whatIf.slice(0, BEST)) {
    paragraph(paper, column, list, label, { label: points, indent, most: 3, after: 0 });
    paragraph(paper, column, list, result, { style: SMALL, indent, most: 1, after: 4 });
  }
  space(column, 6);
}

export function drawFacts(paper: Paper, { facts, words: m }: Sheet, page: Tag, column: Column): void {
  if (facts.length === 0 || !heading(paper, column, page, m.pdf.about)) return;
  const rows = facts.map(({ name, value }) => ({ name, value }));
  pairs(paper, column, page, rows, { nameWidth: column.width * 0.36, most: 4 });
}
