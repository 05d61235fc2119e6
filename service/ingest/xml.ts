/** A start or end tag, or text between tags. Names without their prefix. */
export type XmlEvent =
  | { readonly kind: 'open'; readonly name: string; readonly attributes: string; readonly empty: boolean }
  | { readonly kind: 'close'; readonly name: string }
  | { readonly kind: 'text'; readonly text: string };

/** A tag is never longer: what goes on without an end is no XML. */
const LONGEST_TAG = 256 * 1024;

/**
 * Goes through XML as it comes, in pieces. It knows what spreadsheets contain: elements, attributes, text, CDATA.
 * Comments, instructions and document types are passed over, so no entity is ever expanded but the five built-in ones.
 */
export async function* xmlEvents(pieces: AsyncIterable<string>): AsyncGenerator<XmlEvent[]> {
  let rest = '';
  for await (const piece of pieces) {
    rest += piece;
    const events: XmlEvent[] = [];
    rest = rest.slice(scan(rest, events));
    // Nor is a section of CDATA: a cell holds 32,767 letters.
    if (rest.length > LONGEST_TAG) throw new SyntaxError('a tag without an end');
    if (events.length > 0) yield events;
  }
}

/** Reads what is whole; returns where the next piece has to begin. */
function scan(text: string, events: XmlEvent[]): number {
  let at = 0;
  while (at < text.length) {
    if (text.charCodeAt(at) !== LESS) {
      const next = text.indexOf('<', at);
      // Text may go on in the next piece; only what a tag ends is whole.
      if (next === -1) return at;
      events.push({ kind: 'text', text: unescape(text.slice(at, next)) });
      at = next;
      continue;
    }
    const special = SPECIAL.find(([start]) => text.startsWith(start, at));
    if (special !== undefined) {
      const [start, ending] = special;
      const end = text.indexOf(ending, at + start.length);
      if (end === -1) return at;
      if (start === '<![CDATA[') events.push({ kind: 'text', text: text.slice(at + start.length, end) });
      at = end + ending.length;
      continue;
    }
    // "<!" may become a comment or CDATA with the next piece.
    if (text.length - at < 9 && '<![CDATA['.startsWith(text.slice(at))) return at;
    const end = tagEnd(text, at);
    if (end === -1) return at;
    events.push(tag(text.slice(at + 1, end)));
    at = end + 1;
  }
  return at;
}

const LESS = 0x3c;
const SPECIAL = [
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
  ['<?', '?>'],
  ['<!', '>'],
] as const;

/** The ">" that ends a tag: one in an attribute does not. One pass, however many of them an attribute has. */
function tagEnd(text: string, from: number): number {
  let quote = 0;
  for (let at = from; at < text.length; at++) {
    const letter = text.charCodeAt(at);
    if (quote !== 0) {
      if (letter === quote) quote = 0;
    } else if (letter === GREATER) return at;
    else if (letter === DOUBLE || letter === SINGLE) quote = letter;
  }
  return -1;
}
const GREATER = 0x3e;
const DOUBLE = 0x22;
const SINGLE = 0x27;

function tag(inner: string): XmlEvent {
  if (inner.startsWith('/')) return { kind: 'close', name: local(inner.slice(1).trim()) };
  const empty = inner.endsWith('/');
  const body = empty ? inner.slice(0, -1) : inner;
  const space = body.search(/\s/);
  return space === -1
    ? { kind: 'open', name: local(body), attributes: '', empty }
    : { kind: 'open', name: local(body.slice(0, space)), attributes: body.slice(space), empty };
}

const local = (name: string): string => name.slice(name.indexOf(':') + 1);

/** The value of an attribute, whatever its prefix; null when it is not there. */
export function attribute(attributes: string, name: string): string | null {
  for (let at = attributes.indexOf(name); at !== -1; at = attributes.indexOf(name, at + 1)) {
    const before = attributes.charCodeAt(at - 1);
    if (!(before <= BLANK || before === COLON)) continue;
    const rest = /^\s*=\s*(?:"([^"]*)"|'([^']*)')/.exec(attributes.slice(at + name.length));
    if (rest !== null) return unescape(rest[1] ?? rest[2] ?? '');
  }
  return null;
}
const BLANK = 0x20;
const COLON = 0x3a;

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
function unescape(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(
    /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w+));/gi,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return NAMED[name] ?? whole;
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}
