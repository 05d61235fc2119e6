import { fill, type Messages } from '#core/rules/messages.ts';
import { BODY, INK, MARGIN, SMALL, type Style } from './look.ts';
import { leadOf, type Paper, type Tag } from './paper.ts';
import type { Note, Sheet, Zone } from './sheet.ts';

const NUMBER: Style = { size: 46, lead: 54, bold: true, colour: INK.band };
const OF: Style = { size: 12, lead: 16, colour: INK.soft };
const STANDING: Style = { size: 13, lead: 18, bold: true };
const LEFT = 118;

/** The number, where it lies on the scale of the provider, and what one has to know before believing it. */
export function drawScore(paper: Paper, sheet: Sheet, tag: Tag, top: number): number {
  const { score, words: m } = sheet;
  const x = score === null ? MARGIN : MARGIN + LEFT;
  const width = paper.width - MARGIN - x;
  const section = paper.tag(tag, 'Sect');
  if (score !== null) drawNumber(paper, score.value, sheet.words, section, top);
  const standing = score === null ? m.card.noScore : [score.segment, score.priority].join(' · ');
  let y = top;
  const standingLines = paper.lines(standing, STANDING, width, 1);
  paper.tag(section, 'P', () => paper.write(standingLines, STANDING, x, y));
  y += leadOf(STANDING);
  const second = [score?.category ?? '', sheet.provider].filter((part) => part !== '').join(' · ');
  const secondLines = paper.lines(second, BODY, width, 2);
  const secondAt = y;
  paper.tag(section, 'P', () => paper.write(secondLines, BODY, x, secondAt));
  y += secondLines.length * leadOf(BODY);
  if (score?.delta != null) {
    const lines = paper.lines(score.delta, { ...BODY, colour: INK.soft }, width, 2);
    const deltaAt = y;
    paper.tag(section, 'P', () => paper.write(lines, { ...BODY, colour: INK.soft }, x, deltaAt));
    y += lines.length * leadOf(BODY);
  }
  if (score !== null && score.zones.length > 0) y = drawRuler(paper, sheet, section, { x, y: y + 15, width });
  y = Math.max(y, score === null ? 0 : top + 68) + 8;
  for (const note of sheet.notes) y = drawNote(paper, note, section, y);
  return y + 4;
}

function drawNumber(paper: Paper, score: number, m: Messages, section: Tag, top: number): void {
  const text = String(score);
  const offset = paper.widthOf(text, NUMBER) + 3;
  paper.tag(section, 'P', () => {
    paper.write(text, NUMBER, MARGIN, top - 9);
    paper.write(m.card.of100, OF, MARGIN + offset, top + 24);
  });
  paper.tag(section, 'P', () => paper.write(m.card.score, { ...SMALL, size: 8.4 }, MARGIN, top + 46));
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

const BAR = 17;
/** Priority 1 is the darkest; what is not worth a call has no colour at all. */
const SHADES = ['#0B3A66', '#1B5E9E', '#5B93C7', '#A9C8E4', '#CBDDEE', '#E2E8EE', '#EEF1F4'] as const;

/** A bar from 0 to 100, cut where segment or priority change for this provider, and a pointer at the score. */
function drawRuler(paper: Paper, { score, words: m }: Sheet, section: Tag, { x, y, width }: Box): number {
  if (score === null) return y;
  const at = (value: number): number => x + (Math.min(100, Math.max(0, value)) / 100) * width;
  const said = score.zones
    .map(({ from, segment, priority }) => fill(m.card.zoneFrom, { from, segment, priority }))
    .join('; ');
  const figure = (doc: PDFKit.PDFDocument): void => {
    for (const zone of score.zones) drawZone(paper, doc, zone, at, y);
    doc.lineWidth(0.6).rect(x, y, width, BAR).stroke(INK.soft);
    const pointer = at(score.value);
    doc.polygon([pointer, y + 1], [pointer - 4.5, y - 7], [pointer + 4.5, y - 7]).fill(INK.text);
    doc
      .lineWidth(1.4)
      .moveTo(pointer, y)
      .lineTo(pointer, y + BAR)
      .stroke(INK.text);
    drawTicks(paper, score.zones, at, y + BAR + 2);
    drawSegments(paper, score.zones, at, y + BAR + 12);
  };
  const alt = fill(m.pdf.ruler, { score: score.value, zones: said });
  paper.figure(section, alt, [x, y - 8, x + width, y + BAR + 24], figure);
  return y + BAR + 24;
}

function drawZone(
  paper: Paper,
  doc: PDFKit.PDFDocument,
  { from, to, priority }: Zone,
  at: (value: number) => number,
  y: number,
): void {
  const [start, end] = [at(from), at(to)];
  doc.rect(start, y, end - start, BAR).fill(SHADES[priority - 1] ?? INK.pale);
  doc
    .lineWidth(0.8)
    .moveTo(start, y)
    .lineTo(start, y + BAR)
    .stroke(INK.white);
  if (end - start < 10) return;
  const style: Style = { size: 8.4, lead: 11, bold: true, colour: priority <= 2 ? INK.white : INK.text };
  paper.write(String(priority), style, start, y + 2.6, { to: 'center', width: end - start });
}

/** The scores at which zones begin, as far as they do not run into each other. */
function drawTicks(paper: Paper, zones: readonly Zone[], at: (value: number) => number, y: number): void {
  let free = -Infinity;
  for (const value of [...zones.map(({ from }) => from), 100]) {
    const text = String(value);
    const width = paper.widthOf(text, SMALL);
    const left = Math.min(at(value) - width / 2, at(100) - width);
    if (left < free) continue;
    paper.write(text, SMALL, Math.max(left, at(0)), y);
    free = left + width + 2;
  }
}

/** The name of each segment below its zones. */
function drawSegments(paper: Paper, zones: readonly Zone[], at: (value: number) => number, y: number): void {
  for (let from = 0; from < zones.length;) {
    let to = from;
    while (zones[to + 1]?.segment === zones[from]?.segment && to + 1 < zones.length) to++;
    const [first, last] = [zones[from]!, zones[to]!];
    const width = at(last.to) - at(first.from);
    const style = { ...SMALL, bold: true };
    if (paper.widthOf(first.segment, style) <= width)
      paper.write(first.segment, style, at(first.from), y, { to: 'center', width });
    from = to + 1;
  }
}

const MOST_NOTE_LINES = 2;

function drawNote(paper: Paper, { tone, text }: Note, section: Tag, y: number): number {
  const x = MARGIN;
  const width = paper.width - 2 * MARGIN;
  const isWarning = tone === 'warning';
  const style: Style = { ...BODY, colour: isWarning ? INK.warn : INK.text };
  const lines = paper.lines(text, style, width - 22, MOST_NOTE_LINES);
  const height = lines.length * leadOf(style) + 6;
  paper.artifact((doc) => {
    doc.rect(x, y, width, height).fill(isWarning ? INK.warnPale : INK.pale);
    doc.rect(x, y, 2.5, height).fill(isWarning ? INK.warn : INK.accent);
  });
  paper.tag(section, 'P', () => paper.write(lines, style, x + 11, y + 2.4));
  return y + height + 4;
}
