import punycode from 'punycode.js';
import { parse } from 'tldts';

/** A mail domain in every form the product uses. */
export interface Domain {
  /** stored and used: lower-case ASCII, punycode where needed, without final dot */
  readonly ascii: string;
  /** shown: Unicode */
  readonly unicode: string;
  /** the name one can register: public suffix and one label (ASCII) */
  readonly registrable: string;
  /** the public suffix it lies under (ASCII): "com.tr" */
  readonly publicSuffix: string;
}

export const DOMAIN_REFUSALS = [
  'empty',
  'placeholder',
  'not-a-domain',
  'ip-address',
  'public-suffix',
  'reserved',
  'too-long',
] as const;
export type DomainRefusal = (typeof DOMAIN_REFUSALS)[number];

/** What exactly is wrong, where one reason has several causes: each has its own sentence. */
export const DOMAIN_REFUSAL_DETAILS = [
  'control-character',
  'several-values',
  'bad-character',
  'bad-label',
  'one-label',
  'unknown-suffix',
  'mixed-scripts',
  'lookalike',
] as const;
export type DomainRefusalDetail = (typeof DOMAIN_REFUSAL_DETAILS)[number];

export type DomainReading =
  | { readonly ok: true; readonly domain: Domain }
  | {
      readonly ok: false;
      readonly reason: DomainRefusal;
      readonly detail: DomainRefusalDetail | null;
      /** what was given, control characters shown as U+FFFD, cut to 100 characters */
      readonly input: string;
    };

/** Words that lists write where there is no value. */
export const NO_VALUE: ReadonlySet<string> = new Set(['nan', 'n/a', 'na', 'none', 'null', '-']);
const PLACEHOLDERS: ReadonlySet<string> = new Set([
  ...NO_VALUE,
  'web sitesi',
  'website',
  'web',
  'http',
  'https',
]);

/** Top-level names that never are a company's: RFC 2606, RFC 6761, RFC 6762, RFC 7686, RFC 9476, and ICANN's `internal`. */
const RESERVED_TLDS: ReadonlySet<string> = new Set([
  'test',
  'example',
  'invalid',
  'localhost',
  'local',
  'onion',
  'alt',
  'arpa',
  'internal',
  'localdomain',
  'lan',
  'home',
  'corp',
]);

/** Longest text read at all: a URL with a query may be long, a domain in it is not. */
const LONGEST_INPUT = 4096;
const LONGEST_NAME = 253; // RFC 1035 section 2.3.4, without the root label
const LONGEST_LABEL = 63;

/**
 * Any text (an e-mail address, a URL in any scheme and case, a bare host, a host with a path, an IDN) to the
 * domain in it, or why there is none.
 *
 * @param options.allowReserved accept special-use names such as `.example`: for demos and tests on loopback
 */
export function parseDomain(text: string, options: { allowReserved?: boolean } = {}): DomainReading {
  const refuse = (reason: DomainRefusal, detail: DomainRefusalDetail | null = null): DomainReading => ({
    ok: false,
    reason,
    detail,
    input: shown(text),
  });

  if (text.length > LONGEST_INPUT) return refuse('too-long');
  const trimmed = trim(text);
  if (trimmed === '') return refuse('empty');
  if (PLACEHOLDERS.has(trimmed.toLowerCase())) return refuse('placeholder');
  // Refused here because the URL parser drops tabs and line ends silently, which would join two values into one.
  if (/[\p{Cc}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/u.test(trimmed)) {
    return refuse('not-a-domain', 'control-character');
  }

  const host = hostIn(trimmed);
  if (host === '') return refuse('empty');
  if (host.startsWith('[') || /^[0-9a-f]*:[0-9a-f:.]*:[0-9a-f:.]*$/i.test(host)) return refuse('ip-address');
  if (/[\s,;|]/u.test(host)) return refuse('not-a-domain', 'several-values');
  // A percent sign would be decoded by the URL parser: not a character of a host name.
  if (/[%<>"'`{}()[\]^\\*!$&+=~@:]/u.test(host)) return refuse('not-a-domain', 'bad-character');

  // The ideographic full stops of UTS 46 section 4.5 are separators too. The Turkish capital İ would become an i with
  // a combining dot, a letter that no registry sells: whoever types SİRKET.COM means sirket.com.
  const dotted = host
    .replace(/[\u3002\uFF0E\uFF61]/g, '.')
    .replace(/\u0130|i\u0307/g, 'i')
    .replace(/\.+$/, '');
  if (dotted === '' || dotted.startsWith('.') || dotted.includes('..'))
    return refuse('not-a-domain', 'bad-label');
  if (/^\d+$/.test(dotted)) return refuse('not-a-domain', 'one-label');
  if (/^\d+(?:\.\d+){3}$/.test(dotted)) return refuse('ip-address');

  const ascii = toAscii(dotted);
  if (ascii === null) {
    return dotted.length > LONGEST_NAME ? refuse('too-long') : refuse('not-a-domain', 'bad-character');
  }
  // The URL parser reads shortened and hexadecimal IPv4 forms ("1.2.3", "0x7f.1") as addresses.
  if (/^\d+\.\d+\.\d+\.\d+$/.test(ascii)) return refuse('ip-address');
  if (ascii.length > LONGEST_NAME || ascii.split('.').some((label) => label.length > LONGEST_LABEL)) {
    return refuse('too-long');
  }
  const tld = ascii.slice(ascii.lastIndexOf('.') + 1);
  if (RESERVED_TLDS.has(tld) && !options.allowReserved) return refuse('reserved');
  if (!ascii.includes('.')) {
    return parse(ascii).isIcann ? refuse('public-suffix') : refuse('not-a-domain', 'one-label');
  }
  // LDH labels (RFC 5890 section 2.3.1): an underscore names a record, not a host.
  if (!ascii.split('.').every((label) => /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(label))) {
    return refuse('not-a-domain', 'bad-label');
  }

  const suffixed = withSuffix(ascii.startsWith('www.') ? ascii.slice(4) : ascii) ?? withSuffix(ascii);
  if (suffixed === null) {
    const found = parse(ascii, { allowPrivateDomains: true });
    return found.isIcann || found.isPrivate ? refuse('public-suffix') : refuse('not-a-domain', 'bad-label');
  }
  if (!suffixed.known && !RESERVED_TLDS.has(tld)) return refuse('not-a-domain', 'unknown-suffix');

  const unicode = toUnicode(suffixed.ascii);
  if (unicode === null) return refuse('not-a-domain', 'bad-label');
  const deception = deceptive(unicode, tld);
  if (deception !== null) return refuse('not-a-domain', deception);
  return {
    ok: true,
    domain: {
      ascii: suffixed.ascii,
      unicode,
      registrable: suffixed.registrable,
      publicSuffix: suffixed.publicSuffix,
    },
  };
}

/** Splits a name at its public suffix (Public Suffix List, private part included); null when nothing is left to register. */
function withSuffix(
  ascii: string,
): { ascii: string; registrable: string; publicSuffix: string; known: boolean } | null {
  const split = parse(ascii, { allowPrivateDomains: true });
  if (split.domain === null || split.publicSuffix === null) return null;
  return {
    ascii,
    registrable: split.domain,
    publicSuffix: split.publicSuffix,
    known: split.isIcann === true || split.isPrivate === true,
  };
}

/** UTS 46 processing by the platform's URL parser (its "domain to ASCII"); null when it refuses. */
function toAscii(host: string): string | null {
  const url = URL.parse(`http://${host}`);
  return url === null || url.hostname === '' ? null : url.hostname.replace(/\.$/, '');
}

/** The Unicode form of an ASCII name; null when a label behind "xn--" is not punycode (RFC 5890 section 2.3.2.1). */
export function toUnicode(ascii: string): string | null {
  if (/^[a-z0-9.-]*$/.test(ascii) && !ascii.includes('xn--')) return ascii;
  try {
    return punycode.toUnicode(ascii);
  } catch {
    return null;
  }
}

const EDGE = /[\s\uFEFF\u00A0\u200B"'`]/u;

/** Without blanks and quotes at either end. By hand: a pattern anchored at the end would look again from every blank. */
function trim(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && EDGE.test(text.charAt(start))) start += 1;
  while (end > start && EDGE.test(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

/** Cuts the host out of a URL, an address or a bare name. Lexical only: what it returns is still to be judged. */
function hostIn(text: string): string {
  let rest = text;
  const angle = /<([^<>]+)>\s*$/.exec(rest);
  if (angle?.[1] !== undefined) rest = angle[1].trim();
  const scheme =
    /^[a-z][a-z0-9+.-]*:(?:\/\/|\\\\)/i.exec(rest) ?? /^(?:https?:\/?|mailto:|\/\/|https?\/\/)/i.exec(rest);
  if (scheme !== null) rest = rest.slice(scheme[0].length);
  rest = rest.split(/[/?#\\]/, 1)[0] ?? '';
  const at = rest.lastIndexOf('@');
  if (at !== -1) rest = rest.slice(at + 1);
  return rest
    .replace(/:\d*$/, (port, offset: number) => (rest.slice(0, offset).includes(':') ? port : ''))
    .trim();
}

/**
 * Names that pretend to be another: a label that mixes scripts beyond the "highly restrictive" level of UTS 39
 * section 5.2, or one written wholly in look-alikes of Latin letters under a Latin top-level name.
 */
function deceptive(unicode: string, tld: string): DomainRefusalDetail | null {
  for (const label of unicode.split('.')) {
    if (/^[\x00-\x7F]*$/.test(label)) continue;
    const scripts = SCRIPTS.filter(([, pattern]) => pattern.test(label)).map(([name]) => name);
    const other = /[^\p{Script=Common}\p{Script=Inherited}]/u.test(
      label.replace(
        /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}]/gu,
        '',
      ),
    );
    const count = scripts.length + (other ? 1 : 0);
    if (count > 1 && !MIXABLE.some((set) => !other && scripts.every((script) => set.has(script))))
      return 'mixed-scripts';
    if (!CYRILLIC_TLDS.has(tld) && onlyLookalikes(label)) {
      return 'lookalike';
    }
  }
  return null;
}

/** Every letter outside ASCII is a look-alike, and no ASCII letter stands beside it to show the difference. */
function onlyLookalikes(label: string): boolean {
  const letters = label.replace(/[0-9-]/g, '');
  return letters !== '' && letters.replace(LATIN_LOOKALIKES, '') === '';
}

const SCRIPTS: readonly (readonly [string, RegExp])[] = [
  ['Latin', /\p{Script=Latin}/u],
  ['Cyrillic', /\p{Script=Cyrillic}/u],
  ['Greek', /\p{Script=Greek}/u],
  ['Han', /\p{Script=Han}/u],
  ['Hiragana', /\p{Script=Hiragana}/u],
  ['Katakana', /\p{Script=Katakana}/u],
  ['Hangul', /\p{Script=Hangul}/u],
  ['Bopomofo', /\p{Script=Bopomofo}/u],
];
const MIXABLE: readonly ReadonlySet<string>[] = [
  new Set(['Latin', 'Han', 'Hiragana', 'Katakana']),
  new Set(['Latin', 'Han', 'Bopomofo']),
  new Set(['Latin', 'Han', 'Hangul']),
];
/** Top-level names where Cyrillic labels are at home, or that are Cyrillic themselves. */
const CYRILLIC_TLDS: ReadonlySet<string> = new Set([
  'ru',
  'su',
  'bg',
  'by',
  'kz',
  'ua',
  'mk',
  'rs',
  'mn',
  'kg',
  'tj',
  'uz',
  'md',
  'me',
  'ba',
  'eu',
  'xn--p1ai',
  'xn--90ae',
  'xn--90ais',
  'xn--80ao21a',
  'xn--j1amh',
  'xn--d1alf',
  'xn--90a3ac',
  'xn--l1acc',
  'xn--e1a4c',
  'xn--p1acf',
  'xn--80asehdb',
  'xn--80aswg',
  'xn--c1avg',
  'xn--j1aef',
  'xn--d1acj3b',
  'xn--80adxhks',
]);
/** Cyrillic and Greek letters that look like Latin ones (UTS 39 confusables, lower case). */
const LATIN_LOOKALIKES =
  /[\u0430\u0435\u043E\u0440\u0441\u0443\u0445\u0455\u0456\u0458\u04BB\u0501\u051B\u051D\u04CF\u03BF\u03B1\u03BD\u03C1\u03B9\u03BA\u03C5]/gu;

function shown(text: string): string {
  const safe = text.slice(0, 100).replace(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu, '\uFFFD');
  return text.length > 100 ? `${safe}…` : safe;
}

/**
 * Whether a domain belongs to a consumer mail host, such as gmail.com: never a company, whichever field it came from.
 *
 * @param consumerDomains lower-case ASCII names of rules/consumer-domains.json
 */
export function isConsumerDomain(domain: Domain, consumerDomains: ReadonlySet<string>): boolean {
  return consumerDomains.has(domain.ascii) || consumerDomains.has(domain.registrable);
}

/**
 * Which of a lead's fields names the company: website, then e-mail, then the domain field; a consumer host never does.
 * Returns the first usable one, else the most telling refusal.
 */
export function chooseDomain(
  fields: { website?: string | null; email?: string | null; domain?: string | null },
  consumerDomains: ReadonlySet<string>,
):
  | (DomainReading & { from: 'website' | 'email' | 'domain' })
  | { ok: false; reason: 'consumer-domain'; input: string; from: 'website' | 'email' | 'domain' }
  | { ok: false; reason: 'empty'; detail: null; input: string; from: null } {
  let refusal: ReturnType<typeof chooseDomain> | null = null;
  for (const from of ['website', 'email', 'domain'] as const) {
    const text = fields[from];
    if (text === undefined || text === null || text.trim() === '') continue;
    const reading = parseDomain(text);
    if (reading.ok && !isConsumerDomain(reading.domain, consumerDomains)) return { ...reading, from };
    refusal ??= reading.ok
      ? { ok: false, reason: 'consumer-domain', input: shown(text), from }
      : { ...reading, from };
  }
  return refusal ?? { ok: false, reason: 'empty', detail: null, input: '', from: null };
}
