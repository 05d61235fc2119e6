/**
 * SPF records (RFC 7208): which text is one (section 4.5), and what it says (sections 4.6, 5, 6, 12). A record
 * with a fault anywhere is a permerror as a whole (section 4.6), yet the terms that could be read are kept: they
 * still tell who sends for the domain.
 */
import { isAlpha, isAlphanumeric, lowerAscii } from './ascii.ts';
import { Problems, quoted, type Problem } from './problem.ts';
import { parseMacroString, type SpfDomainSpec } from './spf-macro.ts';
import {
  parseDirective,
  readDomain,
  type SpfDirective,
  type SpfFault,
  type SpfFaultCode,
} from './spf-mechanism.ts';

export type { SpfDirective, SpfFault, SpfFaultCode, SpfMechanism, SpfQualifier } from './spf-mechanism.ts';

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
    (text.length === VERSION.length || text[VERSION.length] === ' ') &&
    text.slice(0, VERSION.length).toLowerCase() === VERSION
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
