import { inflateSync } from 'node:zlib';

/** A piece of text on a page. Lengths are points, from the top left. */
export interface PdfRun {
  readonly text: string;
  readonly x: number;
  /** of the line's baseline */
  readonly y: number;
  readonly width: number;
  readonly size: number;
}
export interface PdfPage {
  readonly runs: readonly PdfRun[];
  /** all runs in the order in which they were written, one a line */
  readonly text: string;
}
export interface PdfReading {
  readonly pages: readonly PdfPage[];
  /** Title, Author, Subject, Keywords ... */
  readonly info: Readonly<Record<string, string>>;
  readonly language: string | null;
  readonly isTagged: boolean;
  /** kinds of structure elements and how many there are of each: H1, P, TR ... */
  readonly tags: Readonly<Record<string, number>>;
}

/**
 * Reads back what was printed: text by the ToUnicode maps, places by the text matrices, widths by the width arrays
 * (ISO 32000-1, chapter 9). Knows what pdfkit writes and nothing else.
 */
export function readPdf(bytes: Uint8Array): PdfReading {
  const raw = Buffer.from(bytes).toString('latin1');
  const objects = new Map<number, string>();
  for (const [, id, body] of raw.matchAll(/(?:^|\n)(\d+) 0 obj\n([^]*?)\nendobj/g))
    objects.set(Number(id), body ?? '');
  const get = (id: number): string => objects.get(id) ?? '';
  const refs = (text: string): number[] => [...text.matchAll(/(\d+) 0 R/g)].map(([, id]) => Number(id));
  const all = [...objects.values()];
  const kids = all.find((body) => body.includes('/Type /Pages')) ?? '';
  const pages = refs(/\/Kids \[([^\]]*)\]/.exec(kids)?.[1] ?? '').map((id) => pageOf(get(id), get, refs));
  const catalog = all.find((body) => body.includes('/Type /Catalog')) ?? '';
  const infoId = Number(/\/Info (\d+) 0 R/.exec(raw)?.[1]);
  const tags: Record<string, number> = {};
  for (const body of all) {
    const kind = /^<<\n\/S \/(\w+)/.exec(body)?.[1];
    if (kind !== undefined) tags[kind] = (tags[kind] ?? 0) + 1;
  }
  return {
    pages,
    info: Object.fromEntries(
      [...get(infoId).matchAll(/\/(\w+) (\d+) 0 R/g)].map(([, name, id]) => [name, textOf(get(Number(id)))]),
    ),
    language: /\/Lang \(([^)]*)\)/.exec(catalog)?.[1] ?? null,
    isTagged:
      /\/MarkInfo <<[^>]*\/Marked true/.test(catalog) || all.some((body) => body.includes('/Marked true')),
    tags,
  };
}

interface Font {
  readonly text: (code: number) => string;
  readonly width: (code: number) => number;
}

function pageOf(page: string, get: (id: number) => string, refs: (text: string) => number[]): PdfPage {
  const height = Number(/\/MediaBox \[0 0 [\d.]+ ([\d.]+)\]/.exec(page)?.[1]);
  const resources = get(Number(/\/Resources (\d+) 0 R/.exec(page)?.[1]));
  const fonts = new Map(
    [...(/\/Font <<([^>]*)>>/.exec(resources)?.[1] ?? '').matchAll(/\/(F\d+) (\d+) 0 R/g)].map(
      ([, name, id]) => [name, fontOf(get(Number(id)), get, refs)],
    ),
  );
  const content = stream(get(Number(/\/Contents (\d+) 0 R/.exec(page)?.[1])));
  const runs: PdfRun[] = [];
  for (const [, block = ''] of content.matchAll(/BT\n([^]*?)\nET/g)) {
    const [, x, y] = /1 0 0 1 ([-\d.]+) ([-\d.]+) Tm/.exec(block) ?? [];
    const [, name, size] = /\/(F\d+) ([\d.]+) Tf/.exec(block) ?? [];
    const font = fonts.get(name);
    if (font === undefined) throw new Error(`a text in no font: ${block}`);
    let text = '';
    let width = 0;
    for (const [, array = ''] of block.matchAll(/\[([^\]]*)\] TJ/g)) {
      for (const [, hex, shift] of array.matchAll(/<([0-9a-f]*)>|(-?[\d.]+)/g)) {
        if (hex === undefined) width -= Number(shift);
        for (const [code] of (hex ?? '').matchAll(/.{4}/g)) {
          text += font.text(Number.parseInt(code, 16));
          width += font.width(Number.parseInt(code, 16));
        }
      }
    }
    runs.push({
      text,
      x: Number(x),
      y: height - Number(y),
      width: (width / 1000) * Number(size),
      size: Number(size),
    });
  }
  return { runs, text: runs.map(({ text }) => text).join('\n') };
}

function fontOf(font: string, get: (id: number) => string, refs: (text: string) => number[]): Font {
  const map = stream(get(Number(/\/ToUnicode (\d+) 0 R/.exec(font)?.[1])));
  const texts = new Map<number, string>();
  for (const [, from = '', list = ''] of map.matchAll(/<([0-9a-f]{4})> <[0-9a-f]{4}> \[([^\]]*)\]/g)) {
    [...list.matchAll(/<([0-9a-f ]+)>/g)].forEach(([, hex = ''], at) =>
      texts.set(
        Number.parseInt(from, 16) + at,
        String.fromCharCode(...hex.split(' ').map((unit) => Number.parseInt(unit, 16))),
      ),
    );
  }
  const [descendant = 0] = refs(/\/DescendantFonts \[([^\]]*)\]/.exec(font)?.[1] ?? '');
  const widths = (/\/W \[0 \[([^\]]*)\]/.exec(get(descendant))?.[1] ?? '').trim().split(/\s+/).map(Number);
  return { text: (code) => texts.get(code) ?? '\uFFFF', width: (code) => widths[code] ?? 0 };
}

function stream(body: string): string {
  const start = body.indexOf('stream\n') + 'stream\n'.length;
  const end = body.lastIndexOf('\nendstream');
  return inflateSync(Buffer.from(body.slice(start, end), 'latin1')).toString('latin1');
}

/** A string object: UTF-16 with a byte order mark, or ASCII. */
function textOf(literal: string): string {
  const bytes = literal
    .replace(/^\(|\)$/g, '')
    .replace(/\\(n|r|t|b|f|[()\\])/g, (_, sign: string) => ESCAPES[sign] ?? sign);
  if (!bytes.startsWith('\u00FE\u00FF')) return bytes;
  return Buffer.from(bytes.slice(2), 'latin1').swap16().toString('utf16le');
}
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };
