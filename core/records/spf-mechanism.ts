/** Directives of SPF: qualifier, mechanism, argument, prefix lengths (RFC 7208 sections 4.6.2, 5 and 12). */
import { isDigit, lowerAscii } from './ascii.ts';
import { parseDecimal, parseIp4, parseIp6, type IpAddress } from './ip.ts';
import { quoted, type Problem, type Problems } from './problem.ts';
import { parseDomainSpec, type SpfDomainSpec } from './spf-macro.ts';

/** Pass, fail, softfail, neutral (section 4.6.2). */
export type SpfQualifier = '+' | '-' | '~' | '?';

export type SpfMechanism =
  | { readonly kind: 'all' }
  | { readonly kind: 'include' | 'exists'; readonly domain: SpfDomainSpec }
  | {
      readonly kind: 'a' | 'mx';
      readonly domain: SpfDomainSpec | null;
      readonly prefix4: number;
      readonly prefix6: number;
    }
  | { readonly kind: 'ptr'; readonly domain: SpfDomainSpec | null }
  | { readonly kind: 'ip4' | 'ip6'; readonly network: IpAddress; readonly prefix: number };

/** A term that can decide the result. `text` is the term as written, `at` where it begins in the record. */
export interface SpfDirective {
  readonly type: 'directive';
  readonly qualifier: SpfQualifier;
  readonly mechanism: SpfMechanism;
  readonly text: string;
  readonly at: number;
}
export type SpfFaultCode =
  | 'version'
  | 'character'
  | 'mechanism-unknown'
  | 'argument-missing'
  | 'argument-unexpected'
  | 'domain-spec'
  | 'macro'
  | 'cidr-length'
  | 'ip4-network'
  | 'ip6-network'
  | 'modifier-name'
  | 'modifier-repeated';
export type SpfFault = Problem<SpfFaultCode>;

const QUALIFIERS = '+-~?';

/** Reads a term that is no modifier; null, with a fault reported, when it cannot be read. */
export function parseDirective(
  term: string,
  at: number,
  faults: Problems<SpfFaultCode>,
): SpfDirective | null {
  const qualified = QUALIFIERS.includes(term.charAt(0));
  const qualifier = (qualified ? term[0] : '+') as SpfQualifier;
  const from = qualified ? 1 : 0;
  let end = from;
  while (end < term.length && term[end] !== ':' && term[end] !== '/' && term[end] !== '=') end++;
  const name = lowerAscii(term.slice(from, end));
  const mechanism = parseMechanism(name, term.slice(end), at + end, at, faults);
  return mechanism === null ? null : { type: 'directive', qualifier, mechanism, text: term, at };
}

/** `rest` is what follows the name: "", ":argument", "/length", or what may not be there. */
function parseMechanism(
  name: string,
  rest: string,
  restAt: number,
  termAt: number,
  faults: Problems<SpfFaultCode>,
): SpfMechanism | null {
  const missing = (what: string): null => {
    faults.add('argument-missing', restAt, `"${name}" needs ":" and ${what} (RFC 7208 section 5)`);
    return null;
  };
  const unexpected = (): null => {
    faults.add('argument-unexpected', restAt, `${quoted(rest)} may not follow "${name}"`);
    return null;
  };
  switch (name) {
    case 'all':
      return rest === '' ? { kind: 'all' } : unexpected();
    case 'include':
    case 'exists': {
      if (rest === '') return missing('a domain name');
      if (rest[0] !== ':') return unexpected();
      const domain = readDomain(rest.slice(1), restAt + 1, faults);
      return domain === null ? null : { kind: name, domain };
    }
    case 'ptr': {
      if (rest === '') return { kind: 'ptr', domain: null };
      if (rest[0] !== ':') return unexpected();
      const domain = readDomain(rest.slice(1), restAt + 1, faults);
      return domain === null ? null : { kind: 'ptr', domain };
    }
    case 'a':
    case 'mx': {
      const cut = cutCidr(rest, true);
      const prefix4 = readPrefix(cut.length4, 32, restAt, faults);
      const prefix6 = readPrefix(cut.length6, 128, restAt, faults);
      if (prefix4 === null || prefix6 === null) return null;
      if (cut.head === '') return { kind: name, domain: null, prefix4, prefix6 };
      if (cut.head[0] !== ':') return unexpected();
      const domain = readDomain(cut.head.slice(1), restAt + 1, faults);
      return domain === null ? null : { kind: name, domain, prefix4, prefix6 };
    }
    case 'ip4':
    case 'ip6': {
      if (rest === '') return missing('an address');
      if (rest[0] !== ':') return unexpected();
      const cut = cutCidr(rest.slice(1), false);
      const prefix = readPrefix(cut.length4, name === 'ip4' ? 32 : 128, restAt, faults);
      if (prefix === null) return null;
      const network = name === 'ip4' ? parseIp4(cut.head) : parseIp6(cut.head);
      if (network !== null) return { kind: name, network, prefix };
      const family = name === 'ip4' ? 'IPv4' : 'IPv6';
      faults.add(`${name}-network`, restAt + 1, `${quoted(cut.head)} is not an ${family} address`);
      return null;
    }
    default:
      faults.add(
        'mechanism-unknown',
        termAt,
        `${quoted(name)} is not a mechanism: all, include, a, mx, ptr, ip4, ip6 or exists`,
      );
      return null;
  }
}

/**
 * Cuts "/length", "//length" or "/length//length" off the end (dual-cidr-length, section 5.6). It is read from
 * the end because "/" may also stand inside a domain-spec; a length without digits stays in `head` and fails there.
 */
function cutCidr(
  text: string,
  dual: boolean,
): { head: string; length4: string | null; length6: string | null } {
  const slash = slashBeforeDigits(text);
  if (slash === -1) return { head: text, length4: null, length6: null };
  const length = text.slice(slash + 1);
  if (!dual || text[slash - 1] !== '/') return { head: text.slice(0, slash), length4: length, length6: null };
  const head = text.slice(0, slash - 1);
  const slash4 = slashBeforeDigits(head);
  if (slash4 === -1) return { head, length4: null, length6: length };
  return { head: head.slice(0, slash4), length4: head.slice(slash4 + 1), length6: length };
}

function slashBeforeDigits(text: string): number {
  let i = text.length;
  while (isDigit(text.charCodeAt(i - 1))) i--;
  return i < text.length && text[i - 1] === '/' ? i - 1 : -1;
}

function readPrefix(
  digits: string | null,
  max: number,
  at: number,
  faults: Problems<SpfFaultCode>,
): number | null {
  if (digits === null) return max;
  const value = parseDecimal(digits, max);
  if (value === null)
    faults.add('cidr-length', at, `"/${digits.slice(0, 12)}" is not a prefix length from 0 to ${max}`);
  return value;
}

/** Reads a domain-spec that begins at `at` of the record. */
export function readDomain(text: string, at: number, faults: Problems<SpfFaultCode>): SpfDomainSpec | null {
  const read = parseDomainSpec(text);
  if (read.ok) return read.spec;
  faults.add(read.fault.code, at + read.fault.at, read.fault.sentence);
  return null;
}
