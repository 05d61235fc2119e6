import Pdf from 'pdfkit';
import type { Language } from '#core/rules/common.ts';
import { noto } from './fonts.ts';
import { INK, type Style } from './look.ts';
import { createPrintable } from './printable.ts';

export interface PaperSetup {
  readonly title: string;
  readonly author: string;
  readonly subject: string;
  readonly keywords: string;
  readonly language: Language;
  /** ISO 8601; the same input gives the same bytes */
  readonly createdAt: string;
}

/** A structure element: what a reader for the blind goes through. */
export type Tag = PDFKit.PDFStructureElement;
type TagName = 'Sect' | 'H1' | 'H2' | 'P' | 'Table' | 'TR' | 'TH' | 'TD' | 'L' | 'LI' | 'LBody' | 'Figure';

/**
 * Sheets of A4 with texts that are measured before they are drawn. Every text belongs to a tag, everything else is an
 * artifact; nothing is ever drawn twice. Lengths are points (1/72 inch), from the top left.
 */
export interface Paper {
  readonly width: number;
  readonly height: number;
  /** the whole document as a tag */
  readonly root: Tag;
  /** the text as it can be printed: letters without a glyph become one sign */
  printable(text: string): string;
  /** whether every letter of it can be */
  isPrintable(text: string): boolean;
  widthOf(text: string, style: Style): number;
  /** broken at blanks, and inside words that are longer than a line; what exceeds `most` lines ends in an ellipsis */
  lines(text: string, style: Style, width: number, most?: number): string[];
  /** draws lines one below the other; returns the height they take */
  write(lines: string | readonly string[], style: Style, x: number, y: number, align?: Align): number;
  tag(parent: Tag, name: TagName, draw?: () => void, options?: TagOptions): Tag;
  /** a drawing that is read as one sentence; `box` is left, top, right, bottom */
  figure(
    parent: Tag,
    alt: string,
    box: [number, number, number, number],
    draw: (doc: PDFKit.PDFDocument) => void,
  ): void;
  /** lines, areas and repeated texts, which a reader skips */
  artifact(draw: (doc: PDFKit.PDFDocument) => void): void;
  addPage(): void;
  finish(): Promise<Uint8Array<ArrayBuffer>>;
}
/** What the library takes besides what its types tell. */
export type TagOptions = PDFKit.Mixins.StructureElementOptions & {
  readonly scope?: 'Row' | 'Column';
  readonly bbox?: [number, number, number, number];
};
/** Where in a width the lines stand. */
export type Align = { readonly to: 'right' | 'center'; readonly width: number };

export function createPaper(setup: PaperSetup): Paper {
  const doc = new Pdf({
    size: 'A4',
    margin: 0,
    autoFirstPage: false,
    pdfVersion: '1.7',
    lang: setup.language === 'tr' ? 'tr-TR' : 'en-GB',
    tagged: true,
    displayTitle: true,
    info: {
      Title: setup.title,
      Author: setup.author,
      Subject: setup.subject,
      Keywords: setup.keywords,
      Creator: setup.author,
      Producer: setup.author,
      CreationDate: new Date(setup.createdAt),
      ModDate: new Date(setup.createdAt),
    },
  });
  const chunks: Uint8Array[] = [];
  const ended = new Promise<void>((resolve, reject) => {
    doc.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    doc.on('end', resolve);
    doc.on('error', reject);
  });
  const fonts = noto();
  for (const name of ['regular', 'bold'] as const)
    doc.registerFont(name, fonts[name] as unknown as Uint8Array);
  doc.addPage();
  doc.font('regular');
  const { printable, isPrintable } = createPrintable((code) => fonts.regular.hasGlyphForCodePoint(code));
  const root = doc.struct('Document');
  doc.addStructure(root);

  const choose = ({ bold, size }: Style): void => {
    doc.font(bold === true ? 'bold' : 'regular').fontSize(size);
  };
  const widthOf = (text: string, style: Style): number => {
    choose(style);
    return doc.widthOfString(text);
  };

  return {
    width: doc.page.width,
    height: doc.page.height,
    root,
    printable,
    isPrintable,
    widthOf,
    lines(text, style, width, most = Number.MAX_SAFE_INTEGER) {
      choose(style);
      const enough = Math.ceil((width / (style.size * NARROWEST)) * Math.min(most, MOST_LINES)) + 1;
      const start = text.length > enough ? `${text.slice(0, enough)} ${ELLIPSIS}` : text;
      return brokenInto(printable(start), width, most, (part) => doc.widthOfString(part));
    },
    write(lines, style, x, y, align) {
      choose(style);
      doc.fillColor(style.colour ?? INK.text);
      const all = typeof lines === 'string' ? [lines] : lines;
      all.forEach((line, at) => {
        if (line === '') return;
        const room = align === undefined ? 0 : align.width - doc.widthOfString(line);
        const left = align === undefined ? x : x + (align.to === 'right' ? room : room / 2);
        doc.text(line, left, y + at * leadOf(style), { lineBreak: false });
      });
      return all.length * leadOf(style);
    },
    tag(parent, name, draw, options = {}) {
      const element = doc.struct(name, options);
      parent.add(element);
      if (draw !== undefined) element.add(draw);
      return element;
    },
    figure(parent, alt, box, draw) {
      const options: TagOptions = { alt, bbox: box };
      const element = doc.struct('Figure', options);
      parent.add(element);
      element.add(() => draw(doc));
    },
    artifact(draw) {
      doc.markContent('Artifact', { type: 'Layout' });
      doc.save();
      draw(doc);
      doc.restore();
      doc.endMarkedContent();
    },
    addPage() {
      doc.addPage();
    },
    async finish() {
      root.end();
      doc.end();
      await ended;
      return Buffer.concat(chunks);
    },
  };
}

/** Height of a line. */
export const leadOf = ({ size, lead }: Style): number => lead ?? size * 1.38;

const ELLIPSIS = '…';

/** No letter of the font is narrower than this share of its size: what lies behind so many is not looked at. */
const NARROWEST = 0.2;
/** No page has more. */
const MOST_LINES = 80;

/** Breaks a text into lines of at most `width`; `measure` gives the width of a piece. Never returns more than `most`. */
export function brokenInto(
  text: string,
  width: number,
  most: number,
  measure: (text: string) => number,
): string[] {
  const lines: string[] = [];
  let line = '';
  const words = text.split(/\s+/).filter((word) => word !== '');
  for (let at = 0; at < words.length; at++) {
    let word = words[at]!;
    const joined = line === '' ? word : `${line} ${word}`;
    if (measure(joined) <= width) {
      line = joined;
      continue;
    }
    if (line !== '') lines.push(line);
    // A record or a name may have no blank for pages: it is cut where the line ends.
    while (lines.length < most && measure(word) > width) {
      const head = longestStart(word, width, measure);
      lines.push(head);
      word = word.slice(head.length);
    }
    line = word;
    if (lines.length >= most) return cutShort(lines, width, most, measure);
  }
  if (line !== '') lines.push(line);
  return lines.length > most ? cutShort(lines, width, most, measure) : lines;
}

function cutShort(
  lines: readonly string[],
  width: number,
  most: number,
  measure: (text: string) => number,
): string[] {
  if (most <= 0) return [];
  const last = lines[most - 1] ?? '';
  const whole = `${last} ${ELLIPSIS}`;
  const end =
    measure(whole) <= width ? whole : longestStart(last, width - measure(ELLIPSIS), measure) + ELLIPSIS;
  return [...lines.slice(0, most - 1), end];
}

/** The longest start that fits, at least one letter. Letters of two units stay whole. */
function longestStart(word: string, width: number, measure: (text: string) => number): string {
  const letters = Array.from(word.slice(0, 1000));
  let low = 1;
  let high = letters.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (measure(letters.slice(0, middle).join('')) <= width) low = middle;
    else high = middle - 1;
  }
  const fitting = letters.slice(0, low).join('');
  // A name is better broken behind a dot or a hyphen than inside a label.
  const seam = Math.max(...['.', '-', '_', '/', '@'].map((sign) => fitting.lastIndexOf(sign))) + 1;
  return low < letters.length && seam > fitting.length / 2 ? fitting.slice(0, seam) : fitting;
}
