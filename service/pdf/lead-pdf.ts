import type { StoredLead } from '../store/lead.ts';
import { columnAt, space, type Column } from './column.ts';
import { drawFoot, drawHead, drawRunningHead, FOOTER } from './head.ts';
import { GAP, MARGIN, SMALL } from './look.ts';
import { createPaper, leadOf, type Paper } from './paper.ts';
import { drawConfidence, drawFacts, drawOpen, drawSignals, drawWhatIf } from './parts.ts';
import { drawScore } from './score.ts';
import { sheetOf, type Sheet, type SheetOptions } from './sheet.ts';
import { drawBackground, drawOffer, drawStep, drawTalk } from './talk.ts';
import { drawWhy } from './why.ts';

/**
 * The lead on one or two pages of A4: one where there is little to say, without mail or without a score. The same lead and
 * options give the same bytes.
 */
export async function leadPdf(lead: StoredLead, options: SheetOptions): Promise<Uint8Array<ArrayBuffer>> {
  const sheet = sheetOf(lead, options);
  const { words: m } = sheet;
  const paper = createPaper({
    title: sheet.title,
    author: m.pdf.product,
    subject: sheet.subject,
    keywords: [sheet.domain, sheet.score?.segment ?? '', sheet.demo ?? '']
      .filter((word) => word !== '')
      .join(', '),
    language: options.language,
    createdAt: options.now,
  });
  // Without mail, or without an answer, there is little to say: it finds room on the first page.
  const pages = sheet.score === null || sheet.score.isHardFail ? 1 : 2;
  const columns = [...drawFirstPage(paper, sheet, pages === 1)];
  if (pages === 2) {
    drawFoot(paper, sheet, 1, pages);
    paper.addPage();
    columns.push(...drawSecondPage(paper, sheet));
  }
  if (columns.some(({ left }) => left > 0)) drawCut(paper, sheet);
  drawFoot(paper, sheet, pages, pages);
  return paper.finish();
}

/** Where columns end; below it is a line for the note that there is more. */
const endOf = (paper: Paper): number => paper.height - FOOTER - 8 - leadOf(SMALL);

function drawCut(paper: Paper, { words: m }: Sheet): void {
  const y = endOf(paper) + 2;
  paper.tag(paper.root, 'P', () => paper.write(m.pdf.cut, SMALL, MARGIN, y));
}

function drawFirstPage(paper: Paper, sheet: Sheet, isOnly: boolean): readonly Column[] {
  const page = paper.tag(paper.root, 'Sect');
  const content = drawHead(paper, sheet, page);
  let y = drawScore(paper, sheet, page, content);
  if (sheet.sales !== null) y = drawStep(paper, sheet, page, y);
  const half = (paper.width - 2 * MARGIN - 2 * GAP) / 2;
  const left = columnAt(MARGIN, y, half, endOf(paper));
  const right = columnAt(MARGIN + half + 2 * GAP, y, half, endOf(paper));
  if (sheet.score !== null) {
    drawWhy(paper, sheet, page, left);
    space(left, 8);
    drawWhatIf(paper, sheet, page, left);
  }
  if (isOnly) {
    drawTalk(paper, sheet, page, left);
    drawFacts(paper, sheet, page, left);
  }
  drawSignals(paper, sheet, page, right);
  space(right, 8);
  drawConfidence(paper, sheet, page, right);
  if (isOnly) drawOpen(paper, sheet, page, right);
  return [left, right];
}

function drawSecondPage(paper: Paper, sheet: Sheet): readonly Column[] {
  const page = paper.tag(paper.root, 'Sect');
  const y = drawRunningHead(paper, sheet, page);
  const total = paper.width - 2 * MARGIN - 2 * GAP;
  const left = columnAt(MARGIN, y, total * 0.56, endOf(paper));
  const right = columnAt(MARGIN + total * 0.56 + 2 * GAP, y, total * 0.44, endOf(paper));
  drawTalk(paper, sheet, page, left);
  drawBackground(paper, sheet, page, left);
  drawOffer(paper, sheet, page, right);
  drawFacts(paper, sheet, page, right);
  space(right, 8);
  drawOpen(paper, sheet, page, right);
  return [left, right];
}
