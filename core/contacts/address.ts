/** Mail addresses as companies use them: the dot-atom of RFC 5322 at a domain, within the limits of RFC 5321. */
import { parseDomain, type Domain, type DomainRefusal } from '../domain.ts';
import { isAlphanumeric, lowerAscii } from '../records/ascii.ts';

export interface Address {
  /** as it is kept, shown and written to: local part as given, domain lower-case ASCII */
  readonly address: string;
  readonly local: string;
  /** where mail for it goes, in ASCII: the domain with a leading `www.`, if the address has one */
  readonly host: string;
  /** whose address it is */
  readonly domain: Domain;
}

export const ADDRESS_REFUSALS = [
  'empty',
  'too-long', // RFC 5321 section 4.5.3.1.3: 254 without the angle brackets
  'at-sign-missing',
  'several-addresses',
  'angle-brackets', // one without the other, or text behind them
  'local-part-empty',
  'local-part-too-long', // RFC 5321 section 4.5.3.1.1
  'local-part-dots', // at either end, or two in a row
  'local-part-quoted', // allowed by RFC 5321 section 4.1.2, used by nobody
  'local-part-not-ascii', // RFC 6531: few servers take it, and lists have it from a slip of the keyboard
  'local-part-character',
  'address-literal', // user@[192.0.2.1]
  'domain', // `domainReason` says what is wrong with it
] as const;
export type AddressRefusal = (typeof ADDRESS_REFUSALS)[number];

/** A refusal carries codes and nothing of the input: an address is personal data, and errors end up in logs. */
export type AddressReading =
  | { readonly ok: true; readonly address: Address }
  | { readonly ok: false; readonly reason: AddressRefusal; readonly domainReason: DomainRefusal | null };

const LONGEST_INPUT = 2_000;
const LONGEST_ADDRESS = 254;
const LONGEST_LOCAL = 64;

/**
 * One address out of `info@firma.com.tr`, `Ayşe Yılmaz <ayse@firma.com.tr>` or `mailto:info@firma.com.tr?subject=...`.
 * Blanks, quotes, commas and semicolons at either end are left-overs of a list and go.
 *
 * @param options.allowReserved accept special-use names such as `.example`: for demos and tests on loopback
 */
export function parseAddress(text: string, options: { allowReserved?: boolean } = {}): AddressReading {
  if (text.length > LONGEST_INPUT) return refuse('too-long');
  const trimmed = trimEdges(text);
  if (trimmed === '') return refuse('empty');
  const spec = addrSpec(trimmed);
  if (spec === null)
    return refuse(trimmed.indexOf('@') === trimmed.lastIndexOf('@') ? 'angle-brackets' : 'several-addresses');

  const at = spec.lastIndexOf('@');
  if (at === -1) return refuse('at-sign-missing');
  const local = spec.slice(0, at);
  const faultyLocal = localFault(local);
  if (faultyLocal !== null) return refuse(faultyLocal);

  const host = spec.slice(at + 1);
  if (host.startsWith('[')) return refuse('address-literal');
  // What the reader of domains would forgive in a URL is no part of an address.
  if (/[\s/\\?#:,;|'"`]/u.test(host)) {
    return /[,;|]/.test(host) ? refuse('several-addresses') : refuse('domain', 'not-a-domain');
  }
  if (host.endsWith('..')) return refuse('domain', 'not-a-domain');
  const reading = parseDomain(host, options);
  if (!reading.ok) return refuse('domain', reading.reason);
  const whole = wwwKept(host, reading.domain, options);
  const address = `${local}@${whole}`;
  if (address.length > LONGEST_ADDRESS) return refuse('too-long');
  return { ok: true, address: { address, local, host: whole, domain: reading.domain } };
}

const refuse = (reason: AddressRefusal, domainReason: DomainRefusal | null = null): AddressReading => ({
  ok: false,
  reason,
  domainReason,
});

/** What is to be read: the inside of the angle brackets when there are some, without `mailto:` and its query. */
function addrSpec(text: string): string | null {
  let spec = text;
  if (text.endsWith('>')) {
    const open = text.lastIndexOf('<');
    if (open === -1) return null;
    // A ">" before the last pair would be a second address or a slip; inside quotes it is part of the name.
    if (/[<>]/.test(text.slice(0, open).replace(/"[^"]*"/g, ''))) return null;
    spec = trimEdges(text.slice(open + 1, -1));
  }
  if (/[<>]/.test(spec)) return null;
  if (!/^mailto:/i.test(spec)) return spec;
  const rest = spec.slice('mailto:'.length);
  const query = rest.indexOf('?');
  return query === -1 ? rest : rest.slice(0, query);
}

function localFault(local: string): AddressRefusal | null {
  if (local === '') return 'local-part-empty';
  // Its opening quote may have gone as an edge.
  if (local.endsWith('"')) return 'local-part-quoted';
  if (local.includes('@')) return 'several-addresses';
  if (/[^\x00-\x7f]/.test(local)) return 'local-part-not-ascii';
  for (let i = 0; i < local.length; i++) {
    const code = local.charCodeAt(i);
    if (!isAtext(code) && code !== DOT) return 'local-part-character';
  }
  if (local.startsWith('.') || local.endsWith('.') || local.includes('..')) return 'local-part-dots';
  return local.length > LONGEST_LOCAL ? 'local-part-too-long' : null;
}

const DOT = 0x2e;
const ATEXT_MARKS: ReadonlySet<number> = new Set([..."!#$%&'*+-/=?^_`{|}~"].map((c) => c.charCodeAt(0)));
/** RFC 5322 section 3.2.3 */
const isAtext = (code: number): boolean => isAlphanumeric(code) || ATEXT_MARKS.has(code);

/** The host in ASCII with the `www.` that the reader of domains takes off: in an address it is part of where mail goes. */
function wwwKept(host: string, domain: Domain, options: { allowReserved?: boolean }): string {
  if (!/^www\./i.test(host)) return domain.ascii;
  const reading = parseDomain(`www.${host}`, options);
  return reading.ok ? reading.domain.ascii : domain.ascii;
}

const EDGE = /[\s\uFEFF\u00A0\u200B"'`,;]/u;
/** The quote that opens a display name is not an edge. */
const EDGE_OF_NAMED = /[\s\uFEFF\u00A0\u200B'`,;]/u;

/** By hand: a pattern anchored at the end would look again from every blank. */
function trimEdges(text: string): string {
  let start = 0;
  let end = text.length;
  while (end > start && EDGE.test(text.charAt(end - 1))) end -= 1;
  const edge = text.charAt(end - 1) === '>' ? EDGE_OF_NAMED : EDGE;
  while (start < end && edge.test(text.charAt(start))) start += 1;
  return text.slice(start, end);
}

/** The form in which two spellings of one address are equal. RFC 5321 lets a server tell cases apart; none does. */
export const addressKey = (address: Address): string => lowerAscii(address.address);

export interface CleanAddresses {
  /** each once, in the order they came; of two spellings the first */
  readonly addresses: readonly Address[];
  /** which of the texts are none, by their place in the list, and why */
  readonly refused: readonly {
    readonly at: number;
    readonly reason: AddressRefusal;
    readonly domainReason: DomainRefusal | null;
  }[];
  /** how many said again what was there already */
  readonly repeated: number;
}

/** Reads a list of addresses as it comes from a form, a file or a webhook. */
export function cleanAddresses(
  texts: readonly string[],
  options: { allowReserved?: boolean } = {},
): CleanAddresses {
  const addresses = new Map<string, Address>();
  const refused: CleanAddresses['refused'][number][] = [];
  let repeated = 0;
  texts.forEach((text, at) => {
    const reading = parseAddress(text, options);
    if (!reading.ok) {
      refused.push({ at, reason: reading.reason, domainReason: reading.domainReason });
      return;
    }
    const key = addressKey(reading.address);
    if (addresses.has(key)) repeated += 1;
    else addresses.set(key, reading.address);
  });
  return { addresses: [...addresses.values()], refused, repeated };
}
