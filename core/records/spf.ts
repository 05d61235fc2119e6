/**
 * SPF records (RFC 7208): which text is one (section 4.5), and what it says (sections 4.6, 5, 6, 12). A record
 * with a fault anywhere is a permerror as a whole (section 4.6), yet the terms that could be read are kept: they
 * still tell who sends for the domain.
 */
import { isAlpha, isAlphanumeric, isDigit, lowerAscii } from './ascii.ts';
import { parseDecimal, parseIp4, parseIp6, type IpAddress } from './ip.ts';
import { Problems, quoted, type Problem } from './problem.ts';
import { parseDomainSpec, parseMacroString, type SpfDomainSpec } from './spf-macro.ts';

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
/** A modifier this RFC does not know: read for its syntax, else ignored (section 6). */
export interface SpfUnknownModifier {
  readonly type: 'modifier';
  readonly name: string;
  readonly value: string;
  readonly at: number;
}

/** `redirect` (section 6.1) and `exp` (section 6.2): where to go on, where the explanation is. */
export interface SpfModifier {
  readonly domain: SpfDomainSpec;
  readonly at: number;
}

export interface SpfRecord {
  readonly raw: string;
  readonly directives: readonly SpfDirective[];
  readonly redirect: SpfModifier | null;
  readonly exp: SpfModifier | null;
  readonly unknown: readonly SpfUnknownModifier[];
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

/** Valid, and still worth a word. */
export type SpfNoteCode =
  | 'after-all' // never reached (section 5.1)
  | 'redirect-with-all' // ignored (section 5.1)
  | 'pass-all' // authorizes everybody
  | 'all-absent' // ends neutral (section 4.7)
  | 'ptr' // SHOULD NOT be published (section 5.5)
  | 'modifier-unknown'
  | 'name-invalid'; // labels that DNS cannot hold: never matches (section 4.8)
export type SpfNote = Problem<SpfNoteCode>;

export type SpfParse =
  | { readonly ok: true; readonly record: SpfRecord; readonly notes: readonly SpfNote[] }
  | {
      readonly ok: false;
      /** the terms that could be read; null when the text is no SPF record at all */
      readonly record: SpfRecord | null;
      readonly problems: readonly [SpfFault, ...SpfFault[]];
      readonly notes: readonly SpfNote[];
    };

export type SpfSelection =
  | { readonly state: 'none' }
  | { readonly state: 'one'; readonly text: string }
  | { readonly state: 'multiple'; readonly texts: readonly string[] };

const VERSION = 'v=spf1';

/** Whether a TXT record is an SPF record: the version section ends in SP or with the record (section 4.5). */
export function isSpf(text: string): boolean {
  return (
    text.slice(0, VERSION.length).toLowerCase() === VERSION &&
    (text.length === VERSION.length || text[VERSION.length] === ' ')
  );
}

/** The SPF records among the TXT records of a name. More than one is a permerror (section 4.5). */
export function selectSpf(texts: readonly string[]): SpfSelection {
  const records = texts.filter(isSpf);
  const [first] = records;
  if (first === undefined) return { state: 'none' };
  return records.length === 1 ? { state: 'one', text: first } : { state: 'multiple', texts: records };
}

/** Reads an SPF record. Never throws; takes time in proportion to the length of the text. */
export function parseSpf(text: string): SpfParse {
  const faults = new Problems<SpfFaultCode>();
  const notes = new Problems<SpfNoteCode>();
  if (!isSpf(text)) {
    faults.add('version', 0, `an SPF record begins with "${VERSION}" and a blank (RFC 7208 section 4.5)`);
    return done(faults, notes, null);
  }
  const directives: SpfDirective[] = [];
  const unknown: SpfUnknownModifier[] = [];
  const known: { redirect: SpfModifier | null; exp: SpfModifier | null } = { redirect: null, exp: null };
  const seen = new Set<string>();

  for (const { term, at } of terms(text)) {
    const equals = modifierNameEnd(term);
    if (equals === -1) {
      const directive = parseDirective(term, at, faults);
      if (directive !== null) directives.push(directive);
      continue;
    }
    const name = lowerAscii(term.slice(0, equals));
    const value = term.slice(equals + 1);
    const valueAt = at + equals + 1;
    if (name === '') {
      faults.add('modifier-name', at, 'a modifier has a name before its "=" (RFC 7208 section 4.6.1)');
      continue;
    }
    if (name !== 'redirect' && name !== 'exp') {
      const read = parseMacroString(value, { blanks: false, explanation: true });
      if (read.ok) unknown.push({ type: 'modifier', name, value, at });
      else faults.add(read.fault.code, valueAt + read.fault.at, read.fault.sentence);
      continue;
    }
    // section 6: these two may each be there once
    if (seen.has(name))
      faults.add('modifier-repeated', at, `the modifier "${name}" may appear only once (RFC 7208 section 6)`);
    seen.add(name);
    const domain = readDomain(value, valueAt, faults);
    if (domain !== null) known[name] = { domain, at };
  }

  const record: SpfRecord = { raw: text, directives, redirect: known.redirect, exp: known.exp, unknown };
  remark(record, notes);
  return done(faults, notes, record);
}

/** Terms with their places: runs of anything but SP after the version section (section 12: 1*SP between terms). */
function* terms(text: string): Generator<{ term: string; at: number }> {
  for (let at = VERSION.length; at < text.length;) {
    if (text[at] === ' ') {
      at++;
      continue;
    }
    const space = text.indexOf(' ', at);
    const end = space === -1 ? text.length : space;
    yield { term: text.slice(at, end), at };
    at = end;
  }
}

/** Where the "=" of a modifier stands: right after a name (section 4.6.1); -1 when the term is a directive. */
function modifierNameEnd(term: string): number {
  if (!isAlpha(term.charCodeAt(0))) return term[0] === '=' ? 0 : -1;
  let i = 1;
  while (isAlphanumeric(term.charCodeAt(i)) || '-_.'.includes(term.charAt(i) || ' ')) i++;
  return term[i] === '=' ? i : -1;
}

const QUALIFIERS = '+-~?';

function parseDirective(term: string, at: number, faults: Problems<SpfFaultCode>): SpfDirective | null {
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

function readDomain(text: string, at: number, faults: Problems<SpfFaultCode>): SpfDomainSpec | null {
  const read = parseDomainSpec(text);
  if (read.ok) return read.spec;
  faults.add(read.fault.code, at + read.fault.at, read.fault.sentence);
  return null;
}

/** Whether DNS can hold the name: labels of 1 to 63 characters, 253 in all (RFC 1035 section 2.3.4). */
export function isQueryable(name: string): boolean {
  if (name === '' || name.length > 253) return false;
  let label = 0;
  for (let i = 0; i < name.length; i++) {
    if (name[i] === '.') {
      if (label === 0) return false;
      label = 0;
    } else if (++label > 63) return false;
  }
  return label > 0;
}

function remark(record: SpfRecord, notes: Problems<SpfNoteCode>): void {
  let all: SpfDirective | null = null;
  for (const directive of record.directives) {
    const { mechanism } = directive;
    if (all !== null) {
      if (!notes.has('after-all'))
        notes.add('after-all', directive.at, 'what follows "all" is never reached (RFC 7208 section 5.1)');
      continue;
    }
    if (mechanism.kind === 'all') {
      all = directive;
      if (directive.qualifier === '+')
        notes.add('pass-all', directive.at, '"+all" lets the whole internet send in the name of the domain');
    }
    if (mechanism.kind === 'ptr')
      notes.add('ptr', directive.at, '"ptr" is slow and unreliable, and should not be used (section 5.5)');
    if ('domain' in mechanism && mechanism.domain?.name != null && !isQueryable(mechanism.domain.name))
      notes.add('name-invalid', directive.at, `${quoted(mechanism.domain.name)} is a name DNS cannot hold`);
  }
  if (record.redirect !== null && all !== null)
    notes.add(
      'redirect-with-all',
      record.redirect.at,
      '"redirect" is ignored beside "all" (RFC 7208 section 5.1)',
    );
  if (record.redirect === null && all === null)
    notes.add(
      'all-absent',
      record.raw.length,
      'without "all" or "redirect" everybody else is neutral (RFC 7208 section 4.7)',
    );
  for (const modifier of record.unknown)
    notes.add(
      'modifier-unknown',
      modifier.at,
      `the modifier ${quoted(modifier.name)} is ignored (section 6)`,
    );
}

function done(
  faults: Problems<SpfFaultCode>,
  notes: Problems<SpfNoteCode>,
  record: SpfRecord | null,
): SpfParse {
  const [first, ...others] = faults.all;
  if (first !== undefined) return { ok: false, record, problems: [first, ...others], notes: notes.all };
  if (record === null) throw new Error('a text without a fault is a record');
  return { ok: true, record, notes: notes.all };
}
