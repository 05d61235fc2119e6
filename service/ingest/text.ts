import { analyse } from 'chardet';

/** Which encoding a text file is in, as TextDecoder calls it. */
export function encodingOf(bytes: Uint8Array): string {
  const [a, b] = bytes;
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  const wide = wideWithoutMark(bytes);
  if (wide !== null) return wide;
  return isUtf8(bytes) ? 'utf-8' : codePage(bytes);
}

/** Latin text in UTF-16 has a zero in every second byte. */
function wideWithoutMark(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  const length = Math.min(bytes.length, 4096) & ~1;
  if (length < 4) return null;
  const zeros = [0, 0];
  for (let at = 0; at < length; at++) if (bytes[at] === 0) zeros[at % 2]! += 1;
  const [even, odd] = zeros as [number, number];
  if (odd * 4 > length && even * 20 < length) return 'utf-16le';
  return even * 4 > length && odd * 20 < length ? 'utf-16be' : null;
}

/**
 * UTF-8 gives itself away: bytes of other encodings hardly ever follow its pattern. A few wrong ones among many right
 * ones (a line pasted from elsewhere) do not make it another.
 */
function isUtf8(bytes: Uint8Array): boolean {
  let right = 0;
  let wrong = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte < 0x80) continue;
    const follow =
      byte >= 0xc2 && byte <= 0xdf ? 1 : (byte & 0xf0) === 0xe0 ? 2 : byte >= 0xf0 && byte <= 0xf4 ? 3 : 0;
    let seen = 0;
    while (seen < follow && (bytes[at + seen + 1]! & 0xc0) === 0x80) seen += 1;
    // A file that was cut ends inside a letter.
    if (follow > 0 && (seen === follow || at + seen + 1 >= bytes.length)) right += 1;
    else wrong += 1;
    at += seen;
  }
  return wrong === 0 || wrong * 10 <= right;
}

/** Alphabets that no Turkish list is in. */
const FOREIGN =
  /^(?:windows-125[1356]|KOI8-R|Shift_JIS|EUC-(?:JP|KR)|Big5|GB18030|ISO-2022|ISO-8859-[5678])/i;
/** ğ ı ş İ Ğ Ş in windows-1254; in Western texts these six are Icelandic letters that hardly occur. */
const TURKISH = new Set([0xf0, 0xfd, 0xfe, 0xdd, 0xd0, 0xde]);

/**
 * One byte a letter: windows-1254, which Excel writes in Turkish and which differs from the Western one in six letters
 * only, unless the text is clearly in another alphabet.
 */
function codePage(bytes: Uint8Array): string {
  const sample = bytes.subarray(0, 64 * 1024);
  const high = sample.filter((byte) => byte >= 0x80);
  const turkish = high.filter((byte) => TURKISH.has(byte)).length;
  const [best] = analyse(sample);
  // Turkish letters stand among others; in another alphabet most letters are above ASCII.
  const mostly = high.length * 4 > sample.length;
  if (best === undefined || !FOREIGN.test(best.name) || best.confidence < 30) return 'windows-1254';
  if (!mostly && turkish > 0) return 'windows-1254';
  try {
    return new TextDecoder(best.name).encoding;
  } catch {
    return 'windows-1254';
  }
}

const SLICE = 64 * 1024;
/** The text in pieces: a large file is never there twice. */
export function* textOf(bytes: Uint8Array, encoding: string): Generator<string> {
  const decoder = new TextDecoder(encoding);
  for (let at = 0; at < bytes.length; at += SLICE) {
    const text = decoder.decode(bytes.subarray(at, at + SLICE), { stream: true });
    if (text !== '') yield text;
  }
  const rest = decoder.decode();
  if (rest !== '') yield rest;
}

/** Whether this is no text at all: control characters that no list has. */
export function isBinary(head: string): boolean {
  const controls = head.match(/[\0-\x08\x0E-\x1A\x1C-\x1F\uFFFD]/g)?.length ?? 0;
  return controls * 50 > head.length;
}

const SEPARATORS = [';', '\t', ',', '|'] as const;

/** What stands between the cells: what splits most of the first lines alike; a first line "sep=;" says it itself. */
export function separatorOf(head: string): string {
  const said = /^\uFEFF?sep=(.)(?:\r|\n|$)/i.exec(head)?.[1];
  if (said !== undefined) return said;
  const lines = linesOf(head);
  const scores = SEPARATORS.map((separator) => {
    const counts = lines.map((line) => line.split(separator).length - 1).filter((count) => count > 0);
    const usual = new Map<number, number>();
    for (const count of counts) usual.set(count, (usual.get(count) ?? 0) + 1);
    const [count, alike] = [...usual].toSorted((a, b) => b[1] - a[1] || b[0] - a[0])[0] ?? [0, 0];
    return { separator, alike, count };
  });
  const best = scores.toSorted((a, b) => b.alike - a.alike || b.count - a.count)[0];
  return best === undefined || best.alike === 0 ? ',' : best.separator;
}

/** First lines without what is in quotes: separators and line ends in there separate nothing. */
const linesOf = (head: string): string[] =>
  head
    .replace(/"(?:[^"]|"")*"/g, '')
    .split(/\r\n|\n|\r/, 50)
    .filter((line) => line.trim() !== '');
