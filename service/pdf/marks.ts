import type { SignalRow } from './sheet.ts';
import { INK } from './look.ts';

/** Colour of a state; the shape beside it and the word say the same without it. */
export const STATE_COLOUR: Readonly<Record<SignalRow['state'], string>> = {
  found: INK.good,
  weak: INK.warn,
  absent: INK.bad,
  unknown: INK.soft,
  unanswered: INK.soft,
  'not-asked': INK.soft,
};

/** The shape of a state: circle with a tick, triangle, square with a cross, empty circle, dotted circle, dash. */
export function drawMark(
  doc: PDFKit.PDFDocument,
  state: SignalRow['state'],
  x: number,
  y: number,
  size: number,
): void {
  const colour = STATE_COLOUR[state];
  const [middle, centre, half] = [x + size / 2, y + size / 2, size / 2];
  doc
    .lineWidth(size / 9)
    .lineCap('round')
    .lineJoin('round');
  switch (state) {
    case 'found':
      doc.circle(middle, centre, half).fill(colour);
      doc.moveTo(x + size * 0.28, centre + size * 0.02).lineTo(x + size * 0.44, y + size * 0.68);
      doc.lineTo(x + size * 0.73, y + size * 0.34).stroke(INK.white);
      break;
    case 'weak':
      doc.polygon([middle, y], [x + size, y + size * 0.94], [x, y + size * 0.94]).fill(colour);
      doc
        .moveTo(middle, y + size * 0.36)
        .lineTo(middle, y + size * 0.62)
        .stroke(INK.white);
      doc.circle(middle, y + size * 0.78, size / 16).fill(INK.white);
      break;
    case 'absent':
      doc.roundedRect(x, y, size, size, size / 6).fill(colour);
      doc
        .moveTo(x + size * 0.3, y + size * 0.3)
        .lineTo(x + size * 0.7, y + size * 0.7)
        .stroke(INK.white);
      doc
        .moveTo(x + size * 0.7, y + size * 0.3)
        .lineTo(x + size * 0.3, y + size * 0.7)
        .stroke(INK.white);
      break;
    case 'unknown':
      doc.circle(middle, centre, half - size / 18).stroke(colour);
      break;
    case 'unanswered':
      doc
        .circle(middle, centre, half - size / 18)
        .dash(size / 6, { space: size / 6 })
        .stroke(colour)
        .undash();
      break;
    case 'not-asked':
      doc
        .moveTo(x + size * 0.2, centre)
        .lineTo(x + size * 0.8, centre)
        .stroke(colour);
      break;
  }
}
