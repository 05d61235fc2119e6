/**
 * DMARC policy records: RFC 7489 and its successor RFC 9989 ("DMARCbis"). What a record says is read here; which
 * policy holds for a domain is decided in dmarc.ts.
 *
 * Two questions are kept apart. Does the record follow the grammar (`ok`)? And what would a receiver take from it
 * (`record`)? Both RFCs discard a faulty tag in favour of its default (RFC 7489 section 6.3, RFC 9989 section 4.7),
 * so a record with a typing error in `fo` still says p=reject.
 */
import { every, isBlank } from './ascii.ts';
import { DMARC_DIALECTS, type DmarcDialect, type DmarcGrammar } from './dmarc-dialect.ts';
import {
  ValueReader,
  type DmarcAlignment,
  type DmarcFailureOption,
  type DmarcFault,
  type DmarcFaultCode,
  type DmarcNote,
  type DmarcNoteCode,
  type DmarcReportAddress,
  type DmarcRequest,
} from './dmarc-values.ts';
import { Problems, quoted } from './problem.ts';
import { readTagList, type Tag, type TagListItem } from './tag-list.ts';

export type { DmarcDialect } from './dmarc-dialect.ts';
export type {
  DmarcAlignment,
  DmarcFailureOption,
  DmarcFault,
  DmarcFaultCode,
  DmarcNote,
  DmarcNoteCode,
  DmarcReportAddress,
  DmarcRequest,
} from './dmarc-values.ts';

/** What the record says; null where it says nothing. Defaults are filled in where the RFC names one. */
export interface DmarcRecord {
  readonly raw: string;
  readonly p: DmarcRequest | null;
  readonly sp: DmarcRequest | null;
  readonly np: DmarcRequest | null;
  /** one of p, sp, np is there and is none of the three words: the policy as a whole cannot be relied on */
  readonly requestFault: boolean;
  readonly adkim: DmarcAlignment;
  readonly aspf: DmarcAlignment;
  readonly fo: readonly DmarcFailureOption[];
  readonly rua: readonly DmarcReportAddress[];
  readonly ruf: readonly DmarcReportAddress[];
  readonly psd: 'y' | 'n' | 'u';
  /** t=y: the owner asks that the policy not be applied yet */
  readonly t: boolean;
  /** RFC 7489 only; kept in every dialect, because receivers of the older kind still honour it */
  readonly pct: number | null;
  readonly ri: number | null;
  readonly rf: readonly string[] | null;
  /** every tag as published, first to last; repeated ones too */
  readonly tags: readonly { readonly name: string; readonly value: string }[];
}

export type DmarcParse =
  | {
      readonly ok: true;
      readonly dialect: DmarcDialect;
      readonly record: DmarcRecord;
      readonly notes: readonly DmarcNote[];
    }
  | {
      readonly ok: false;
      readonly dialect: DmarcDialect;
      /** what remains when the faulty parts are discarded; null when the text as a whole says nothing */
      readonly record: DmarcRecord | null;
      readonly problems: readonly [DmarcFault, ...DmarcFault[]];
      readonly notes: readonly DmarcNote[];
    };

export type DmarcSelection =
  | { readonly state: 'none' }
  | { readonly state: 'one'; readonly text: string }
  | { readonly state: 'multiple'; readonly texts: readonly string[] };

/**
 * Whether a TXT record is a DMARC record: `v=DMARC1` comes first and matches precisely (RFC 7489 section 6.3,
 * RFC 9989 section 4.7); blanks around "=" are allowed.
 */
export function isDmarc(text: string): boolean {
  return versionEnd(text, false) !== -1;
}

/** The DMARC records among the TXT records of a name. Several are as good as none (RFC 7489 section 6.6.3). */
export function selectDmarc(texts: readonly string[]): DmarcSelection {
  const records = texts.filter(isDmarc);
  const [first] = records;
  if (first === undefined) return { state: 'none' };
  return records.length === 1 ? { state: 'one', text: first } : { state: 'multiple', texts: records };
}

/** Reads a DMARC record in a dialect. Never throws; takes time in proportion to the length of the text. */
export function parseDmarc(text: string, dialect: DmarcDialect): DmarcParse {
  const grammar = DMARC_DIALECTS[dialect];
  const faults = new Problems<DmarcFaultCode>();
  const notes = new Problems<DmarcNoteCode>();
  const end = versionEnd(text, grammar.versionCase === 'any');
  if (end === -1) {
    faults.add('version', 0, 'a DMARC record begins with "v=DMARC1", in these letters');
    return done(dialect, faults, notes, null);
  }
  if (!isDmarc(text)) notes.add('version-case', 0, 'the version is "DMARC1", in capitals');
  const tags = readTags(text, grammar, faults, notes);
  if (tags === null) return done(dialect, faults, notes, null);
  const reader = new ValueReader(grammar, faults, notes);
  const requests = {
    p: reader.request(tags.get('p'), 'p-value'),
    sp: reader.request(tags.get('sp'), 'sp-value'),
    np: reader.request(tags.get('np'), 'np-value'),
  };
  const record: DmarcRecord = {
    raw: text,
    ...requests,
    requestFault: (['p', 'sp', 'np'] as const).some((name) => tags.has(name) && requests[name] === null),
    adkim: reader.alignment(tags.get('adkim')),
    aspf: reader.alignment(tags.get('aspf')),
    fo: reader.failureOptions(tags.get('fo')),
    rua: reader.addresses(tags.get('rua')),
    ruf: reader.addresses(tags.get('ruf')),
    psd: (reader.letter(tags.get('psd'), 'ynu', 'psd-value') ?? 'u') as 'y' | 'n' | 'u',
    t: reader.letter(tags.get('t'), 'yn', 't-value') === 'y',
    pct: reader.number(tags.get('pct'), 100, 'pct-value'),
    ri: reader.number(tags.get('ri'), 2 ** 32 - 1, 'ri-value'),
    rf: reader.reportFormats(tags.get('rf')),
    tags: tagsAsPublished(text),
  };
  if (!tags.has('p')) {
    // RFC 7489 section 6.3: REQUIRED, yet section 6.6.3 reads a record with a report address as p=none.
    // RFC 9989 section 4.7: RECOMMENDED.
    const sentence = 'no "p" tag: the record asks for nothing';
    if (grammar.pRequired && record.rua.length === 0) faults.add('p-missing', end, sentence);
    else notes.add('p-missing', end, sentence);
  }
  return done(dialect, faults, notes, record);
}

/** The offset behind "v=DMARC1" when the text begins with it and the tag ends there; else -1. */
function versionEnd(text: string, anyCase: boolean): number {
  const skip = (from: number): number => {
    let i = from;
    while (isBlank(text.charCodeAt(i))) i++;
    return i;
  };
  // the ABNF of both RFCs writes "v" as a string that matches in any case (RFC 5234 section 2.3)
  if (text[0] !== 'v' && text[0] !== 'V') return -1;
  const equals = skip(1);
  if (text[equals] !== '=') return -1;
  const from = skip(equals + 1);
  const version = text.slice(from, from + 6);
  if (version !== 'DMARC1' && !(anyCase && version.toUpperCase() === 'DMARC1')) return -1;
  const next = skip(from + 6);
  return next === text.length || text[next] === ';' ? from + 6 : -1;
}

/** The tags behind the version, by name; null when a repeated tag makes the whole list invalid. */
function readTags(
  text: string,
  grammar: DmarcGrammar,
  faults: Problems<DmarcFaultCode>,
  notes: Problems<DmarcNoteCode>,
): ReadonlyMap<string, Tag> | null {
  const tags = new Map<string, Tag>();
  const complain = (
    code: 'tag-empty' | 'tag-repeated' | 'p-not-second',
    fault: boolean,
    at: number,
    say: string,
  ) => (fault ? faults.add(code, at, say) : notes.add(code, at, say));
  let repeated = false;
  for (const [index, item] of readTagList(text).entries()) {
    if (index === 0) continue;
    if (item.kind === 'empty') {
      complain('tag-empty', grammar.emptyTag === 'fault', item.at, 'nothing stands between two semicolons');
      continue;
    }
    if (item.kind === 'malformed') {
      faults.add('tag-malformed', item.at, `${quoted(item.text)} is not of the form tag=value`);
      continue;
    }
    const known = checkTag(item, grammar, notes);
    if (item.key === 'p' && index !== 1)
      // RFC 7489 section 6.4: dmarc-request follows the version; section 6.3 leaves the order free otherwise
      complain('p-not-second', grammar.pSecond, item.at, '"p" should follow the version directly');
    if (item.key === 'v' || tags.has(item.key)) {
      // RFC 6376 section 3.2, whose syntax DMARC takes over: a repeated tag invalidates the whole list
      complain('tag-repeated', grammar.repeatedTag === 'fault', item.at, `the tag "${item.key}" is repeated`);
      repeated = true;
      continue;
    }
    // an unknown tag is remembered only so that its repetition shows
    if (!known) {
      tags.set(item.key, item);
      continue;
    }
    if (!grammar.removed.has(item.key) && !every(item.value, (code) => code >= 0x20 && code <= 0x7e))
      faults.add(
        'character',
        item.valueAt,
        `the value of "${item.key}" holds a character that is not plain ASCII`,
      );
    tags.set(item.key, item);
  }
  if (repeated && grammar.repeatedTag === 'fault') return null;
  for (const name of tags.keys()) if (!grammar.tags.has(name)) tags.delete(name);
  return tags;
}

/** Notes tags outside the dialect's list; they MUST be ignored (RFC 7489 section 6.3, RFC 9989 section 4.7). */
function checkTag(tag: Tag, grammar: DmarcGrammar, notes: Problems<DmarcNoteCode>): boolean {
  const known = grammar.tags.has(tag.key) || tag.key === 'v';
  if (known && tag.name !== tag.key)
    notes.add('tag-case', tag.at, `the tag ${quoted(tag.name)} is written in lower case by convention`);
  if (grammar.removed.has(tag.key))
    notes.add('tag-removed', tag.at, `RFC 9989 removed the tag "${tag.key}"; newer receivers ignore it`);
  else if (!known) notes.add('tag-unknown', tag.at, `the tag ${quoted(tag.name)} is ignored`);
  return known;
}

function tagsAsPublished(text: string): { name: string; value: string }[] {
  return readTagList(text)
    .filter((item): item is TagListItem & { kind: 'tag' } => item.kind === 'tag')
    .map(({ name, value }) => ({ name, value }));
}

function done(
  dialect: DmarcDialect,
  faults: Problems<DmarcFaultCode>,
  notes: Problems<DmarcNoteCode>,
  record: DmarcRecord | null,
): DmarcParse {
  const [first, ...others] = faults.all;
  if (first !== undefined)
    return { ok: false, dialect, record, problems: [first, ...others], notes: notes.all };
  if (record === null) throw new Error('a text without a fault is a record');
  return { ok: true, dialect, record, notes: notes.all };
}
