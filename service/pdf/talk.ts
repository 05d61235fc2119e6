import { heading, pairs, paragraph, space, type Column } from './column.ts';
import { BODY, BODY_BOLD, INK, MARGIN, SMALL, type Style } from './look.ts';
import { leadOf, type Paper, type Tag } from './paper.ts';
import type { Sheet } from './sheet.ts';

const STEP: Style = { size: 12.5, lead: 17, bold: true, colour: INK.band };

/** What to do now, and the company in one sentence: the reason why somebody prints this. */
export function drawStep(paper: Paper, { sales, words: m }: Sheet, page: Tag, top: number): number {
  if (sales === null) return top;
  const width = paper.width - 2 * MARGIN;
  const inner = width - 24;
  const message = paper.lines(sales.stepMessage, BODY, inner, 3);
  const one = paper.lines(sales.oneLiner, BODY, inner, 4);
  const standing = paper.lines(sales.standing, SMALL, inner * 0.5, 1);
  const height = 10 + leadOf(SMALL) + leadOf(STEP) + (message.length + one.length) * leadOf(BODY) + 6 + 8;
  const section = paper.tag(page, 'Sect');
  paper.artifact((doc) => {
    doc.roundedRect(MARGIN, top, width, height, 4).fill(INK.pale);
    doc.rect(MARGIN, top, 3.5, height).fill(INK.accent);
  });
  const x = MARGIN + 14;
  let y = top + 8;
  const at = (step: number): number => {
    const here = y;
    y += step;
    return here;
  };
  const label = at(leadOf(SMALL));
  paper.tag(section, 'H2', () =>
    paper.write(m.card.nextStep, { ...SMALL, bold: true, colour: INK.accent }, x, label),
  );
  paper.tag(section, 'P', () =>
    paper.write(standing, SMALL, x + inner * 0.5, label, { to: 'right', width: inner * 0.5 }),
  );
  const step = at(leadOf(STEP));
  paper.tag(section, 'P', () => paper.write(paper.lines(sales.step, STEP, inner, 1), STEP, x, step));
  const said = at(message.length * leadOf(BODY) + 6);
  paper.tag(section, 'P', () => paper.write(message, BODY, x, said));
  const line = at(0);
  paper.tag(section, 'P', () => paper.write(one, { ...BODY, colour: INK.soft }, x, line));
  return top + height + 12;
}

/** What to say and what to ask. */
export function drawTalk(paper: Paper, { sales, words: m }: Sheet, page: Tag, column: Column): void {
  if (sales === null) return;
  const list = (title: string, texts: readonly string[], most: number): void => {
    if (texts.length === 0 || !heading(paper, column, page, title)) return;
    const items = paper.tag(page, 'L');
    texts.forEach((text, at) =>
      paragraph(paper, column, items, text, { label: `${at + 1}.`, indent: 16, most }),
    );
    space(column, 6);
  };
  list(m.card.script, sales.script, 6);
  list(m.card.questions, sales.questions, 3);
}

export function drawBackground(paper: Paper, { sales }: Sheet, page: Tag, column: Column): void {
  for (const { title, text } of sales?.background ?? []) {
    if (!heading(paper, column, page, title)) continue;
    paragraph(paper, column, page, text, { most: 12 });
    space(column, 5);
  }
}

export function drawOffer(paper: Paper, { sales, words: m }: Sheet, page: Tag, column: Column): void {
  if (sales === null || !heading(paper, column, page, m.pdf.offer)) return;
  const { offer } = sales;
  if (offer.prices.length > 0) {
    paragraph(paper, column, page, offer.title, { style: { ...BODY_BOLD, size: 10, lead: 14 }, most: 2 });
    pairs(
      paper,
      column,
      page,
      offer.prices.map(({ name, amount }) => ({ name, value: amount, isStrong: true })),
      { nameWidth: column.width * 0.66, toRight: true },
    );
    space(column, 2);
  }
  paragraph(paper, column, page, offer.recommendation, { most: 6 });
  if (offer.prices.length > 0) paragraph(paper, column, page, offer.note, { style: SMALL, most: 1 });
  space(column, 6);
}
