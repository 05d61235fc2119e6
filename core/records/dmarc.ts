/**
 * Which DMARC policy holds for a domain: its own record, or the one of its organizational domain
 * (RFC 7489 section 6.6.3, RFC 9989 section 4.10).
 */
import type { Absence, Lookup, Silence } from '../facts.ts';
import { lowerAscii, trimBlanks } from './ascii.ts';
import { DMARC_DIALECTS } from './dmarc-dialect.ts';
import { quoted, type Problem } from './problem.ts';
import {
  parseDmarc,
  selectDmarc,
  type DmarcDialect,
  type DmarcFaultCode,
  type DmarcNote,
  type DmarcNoteCode,
  type DmarcParse,
  type DmarcRecord,
  type DmarcRequest,
} from './dmarc-record.ts';

export * from './dmarc-record.ts';

export interface DmarcOptions {
  /** default `rfc9989` */
  readonly dialect?: DmarcDialect;
  /** whether the domain asked about exists in DNS; `np` holds for one that does not. Default true */
  readonly exists?: boolean;
}

export type DmarcReadingProblem = Problem<DmarcFaultCode | 'multiple-records'>;
export type DmarcReadingNote =
  | DmarcNote
  | Problem<
      'policy-none-for-reports' | 'subdomain-policy' | 'record-ignored' | 'coverage-partial' | DmarcNoteCode
    >;

interface Common {
  readonly dialect: DmarcDialect;
  /** the organizational domain the policy comes from; null = the domain's own record, or none */
  readonly from: string | null;
  /** the record as published; several are joined by line ends */
  readonly raw: string | null;
  readonly problems: readonly DmarcReadingProblem[];
  readonly notes: readonly DmarcReadingNote[];
}
export type DmarcReading = Common &
  (
    | {
        readonly state: 'found';
        /** what the owner asks for mail of this domain that fails */
        readonly policy: DmarcRequest;
        /** percent of failing mail the policy is meant for: `pct`, or 100 */
        readonly coverage: number;
        /** t=y */
        readonly testing: boolean;
        readonly record: DmarcRecord;
      }
    | {
        readonly state: 'permerror' | 'absent' | 'unanswered';
        readonly policy: null;
        readonly coverage: null;
        readonly testing: false;
        readonly record: DmarcRecord | null;
        /** for `absent` and `unanswered`: what DNS said last */
        readonly why: Absence | Silence | null;
      }
  );

/** The record of a name that is above the domain: the organizational domain, found by list or by tree walk. */
export interface DmarcOrganizational {
  readonly name: string;
  readonly txt: Lookup<readonly string[]>;
}

/**
 * Reads the DMARC policy that holds for a domain. `own` is TXT at `_dmarc.<domain>`, `organizational` TXT at
 * `_dmarc.<organizational domain>` when it was asked.
 */
export function readDmarc(
  own: Lookup<readonly string[]>,
  organizational?: DmarcOrganizational,
  options: DmarcOptions = {},
): DmarcReading {
  const dialect = options.dialect ?? 'rfc9989';
  const first = readPlace(null, own, dialect, 'own');
  if (first.state !== 'absent' || organizational === undefined) return first;
  // RFC 7489 section 6.6.3 ends at several records; the tree walk of RFC 9989 passes them by
  if (first.problems.length > 0 && !DMARC_DIALECTS[dialect].successor) return first;
  const inherited = options.exists === false ? 'absent-subdomain' : 'subdomain';
  const second = readPlace(organizational.name, organizational.txt, dialect, inherited);
  return {
    ...second,
    problems: [...first.problems, ...second.problems],
    notes: [...first.notes, ...second.notes],
  };
}

/** Whose policy is wanted: that of the record's own domain, or of a name below it. */
type Place = 'own' | 'subdomain' | 'absent-subdomain';

function readPlace(
  name: string | null,
  lookup: Lookup<readonly string[]>,
  dialect: DmarcDialect,
  place: Place,
): DmarcReading {
  const nothing = { policy: null, coverage: null, testing: false, record: null, dialect } as const;
  if (lookup.state !== 'found')
    return {
      ...nothing,
      state: lookup.state,
      why: lookup.why,
      from: null,
      raw: null,
      problems: [],
      notes: [],
    };
  const ignored = lookup.value.flatMap(nearMiss);
  const selected = selectDmarc(lookup.value);
  if (selected.state === 'none')
    return {
      ...nothing,
      state: 'absent',
      why: 'NODATA',
      from: null,
      raw: null,
      problems: [],
      notes: ignored,
    };
  if (selected.state === 'multiple')
    // RFC 7489 section 6.6.3, RFC 9989 section 4.10: all of them are discarded
    return {
      ...nothing,
      state: 'absent',
      why: 'NODATA',
      from: null,
      raw: selected.texts.join('\n'),
      problems: [
        {
          code: 'multiple-records',
          at: 0,
          sentence: `${selected.texts.length} DMARC records at ${name ?? 'the domain'}: receivers discard them all`,
        },
      ],
      notes: ignored,
    };
  return effective(name, parseDmarc(selected.text, dialect), selected.text, place, ignored);
}

function effective(
  name: string | null,
  parse: DmarcParse,
  raw: string,
  place: Place,
  ignored: readonly DmarcReadingNote[],
): DmarcReading {
  const { dialect, record } = parse;
  const problems = parse.ok ? [] : parse.problems;
  const notes: DmarcReadingNote[] = [...parse.notes, ...ignored];
  const head = { dialect, from: name, raw, problems, notes };
  const refused = {
    ...head,
    state: 'permerror',
    policy: null,
    coverage: null,
    testing: false,
    why: null,
  } as const;
  if (record === null) return { ...refused, record: null };
  // RFC 7489 section 6.6.3, RFC 9989 section 4.10.1: without a valid p, or with an invalid sp or np, a record that
  // has somewhere to report to is read as p=none, and any other record is no policy at all
  if (record.p === null || record.requestFault) {
    if (record.rua.length === 0) {
      const missing: DmarcReadingProblem[] =
        problems.length > 0
          ? []
          : [{ code: 'p-missing', at: raw.length, sentence: 'neither a policy nor a report address' }];
      return { ...refused, record, problems: [...problems, ...missing] };
    }
    notes.push({
      code: 'policy-none-for-reports',
      at: 0,
      sentence: 'the policy cannot be read, so that receivers only report: as p=none',
    });
    return { ...head, state: 'found', policy: 'none', coverage: 100, testing: record.t, record };
  }
  let policy: DmarcRequest = record.p;
  if (place !== 'own') {
    const below = (place === 'absent-subdomain' ? record.np : null) ?? record.sp;
    if (below !== null) {
      policy = below;
      notes.push({ code: 'subdomain-policy', at: 0, sentence: `${name} asks "${below}" for names below it` });
    }
  }
  const coverage = record.pct ?? 100;
  if (coverage < 100)
    notes.push({
      code: 'coverage-partial',
      at: 0,
      sentence: `the policy is meant for ${coverage} % of failing mail`,
    });
  return { ...head, state: 'found', policy, coverage, testing: record.t, record };
}

/** A text that was meant to be a DMARC record and is ignored by receivers: worth telling. */
function nearMiss(text: string): DmarcReadingNote[] {
  const start = lowerAscii(trimBlanks(text.slice(0, 40))).replace(/[ \t]/g, '');
  if (!start.startsWith('v=dmarc') && !start.startsWith('"v=dmarc')) return [];
  if (selectDmarc([text]).state === 'one') return [];
  return [
    {
      code: 'record-ignored',
      at: 0,
      sentence: `${quoted(text)} does not begin with "v=DMARC1" exactly, and is ignored`,
    },
  ];
}
