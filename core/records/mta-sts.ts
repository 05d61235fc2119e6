/** MTA-STS (RFC 8461): the TXT record that announces a policy, and the policy file. */
import type { Lookup } from '../facts.ts';
import { every, isAlphanumeric, isDigit, trimBlanks } from './ascii.ts';
import { hasVersion, isFieldName, readFieldList, type FieldFaultCode } from './field-list.ts';
import { parseIp4 } from './ip.ts';
import { Problems, quoted, type Problem } from './problem.ts';
import { singleRecord, type WithoutRecord } from './single-record.ts';

const VERSION = 'v=STSv1';
/** Section 3.2: about a year. */
const MAX_AGE_LIMIT = 31_557_600;

export type MtaStsRecordFault = Problem<FieldFaultCode | 'id-missing' | 'id-value'>;
export type MtaStsRecordParse =
  | {
      readonly ok: true;
      readonly id: string;
      readonly raw: string;
      readonly notes: readonly Problem<'field-repeated'>[];
    }
  | { readonly ok: false; readonly problems: readonly [MtaStsRecordFault, ...MtaStsRecordFault[]] };

/** Reads TXT at `_mta-sts.<domain>` (section 3.1). */
export function parseMtaStsRecord(text: string): MtaStsRecordParse {
  const faults = new Problems<MtaStsRecordFault['code']>();
  const notes = new Problems<'field-repeated'>();
  let id: string | null = null;
  for (const field of readFieldList(text, VERSION, [], faults)) {
    if (field.name !== 'id') continue;
    // section 3.2: of a repeated field the first counts
    if (id !== null) notes.add('field-repeated', field.at, 'a second "id" is ignored');
    else if (field.value.length <= 32 && every(field.value, isAlphanumeric)) id = field.value;
    else faults.add('id-value', field.at, `id=${quoted(field.value)} is not 1 to 32 letters and digits`);
  }
  if (id === null && faults.all.length === 0) faults.add('id-missing', text.length, 'the record has no "id"');
  const [first, ...others] = faults.all;
  if (first !== undefined) return { ok: false, problems: [first, ...others] };
  return { ok: true, id: id ?? '', raw: text, notes: notes.all };
}

const MODES = ['enforce', 'testing', 'none'] as const;
export type MtaStsMode = (typeof MODES)[number];
export interface MtaStsPolicy {
  readonly mode: MtaStsMode;
  /** seconds a sender may keep the policy */
  readonly maxAge: number;
  /** host names, or "*." and a name: which MX hosts are meant */
  readonly mx: readonly string[];
}
export type MtaStsPolicyFaultCode =
  | 'line-malformed'
  | 'version-missing'
  | 'version-value'
  | 'mode-missing'
  | 'mode-value'
  | 'max-age-missing'
  | 'max-age-value'
  | 'mx-missing'
  | 'mx-value';
export type MtaStsPolicyFault = Problem<MtaStsPolicyFaultCode>;
export type MtaStsPolicyNote = Problem<'field-repeated' | 'max-age-limit'>;
export type MtaStsPolicyParse =
  | { readonly ok: true; readonly policy: MtaStsPolicy; readonly notes: readonly MtaStsPolicyNote[] }
  | { readonly ok: false; readonly problems: readonly [MtaStsPolicyFault, ...MtaStsPolicyFault[]] };

/** Reads the body of https://mta-sts.<domain>/.well-known/mta-sts.txt (section 3.2). */
export function parseMtaStsPolicy(text: string): MtaStsPolicyParse {
  const faults = new Problems<MtaStsPolicyFaultCode>();
  const notes = new Problems<MtaStsPolicyNote['code']>();
  const first = new Map<string, string>();
  const mx: string[] = [];
  let at = 0;
  const lines = text.split('\n');
  for (const [index, raw] of lines.entries()) {
    const start = at;
    at += raw.length + 1;
    // LF or CRLF ends a line; WSP may precede it
    const line = trimEnd(raw.endsWith('\r') ? raw.slice(0, -1) : raw);
    if (line === '' && index === lines.length - 1) continue;
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0));
    const value = trimBlanks(line.slice(colon + 1));
    if (!isFieldName(name) || !isPolicyValue(value)) {
      faults.add('line-malformed', start, `${quoted(line)} is not of the form name: value`);
    } else if (name === 'mx') {
      if (isMxPattern(value)) mx.push(value.toLowerCase());
      else faults.add('mx-value', start, `${quoted(value)} is not a host name, nor "*." and one`);
    } else if (first.has(name)) {
      notes.add('field-repeated', start, `a second "${name}" is ignored (RFC 8461 section 3.2)`);
    } else {
      first.set(name, value);
      checkField(name, value, start, faults);
    }
  }
  for (const name of ['version', 'mode', 'max_age'] as const)
    if (!first.has(name))
      faults.add(
        `${name === 'max_age' ? 'max-age' : name}-missing`,
        text.length,
        `the policy has no "${name}"`,
      );
  const mode = MODES.find((word) => word === first.get('mode'));
  // section 3.2: at least one, unless the mode is none
  if (mx.length === 0 && mode !== 'none' && !faults.has('mx-value'))
    faults.add('mx-missing', text.length, 'the policy names no "mx"');
  const [fault, ...others] = faults.all;
  if (fault !== undefined) return { ok: false, problems: [fault, ...others] };
  if (mode === undefined) throw new Error('a policy without a fault has a mode');
  const maxAge = Number(first.get('max_age'));
  if (maxAge > MAX_AGE_LIMIT)
    notes.add('max-age-limit', 0, `max_age ends at ${MAX_AGE_LIMIT} seconds (RFC 8461 section 3.2)`);
  return { ok: true, policy: { mode, maxAge: Math.min(maxAge, MAX_AGE_LIMIT), mx }, notes: notes.all };
}

function checkField(name: string, value: string, at: number, faults: Problems<MtaStsPolicyFaultCode>): void {
  if (name === 'version' && value !== 'STSv1')
    faults.add('version-value', at, `version ${quoted(value)} is not "STSv1"`);
  if (name === 'mode' && !MODES.some((mode) => mode === value))
    faults.add('mode-value', at, `mode ${quoted(value)} is not enforce, testing or none`);
  if (name === 'max_age' && !(value.length <= 10 && every(value, isDigit)))
    faults.add('max-age-value', at, `max_age ${quoted(value)} is not a number of seconds`);
}

/** Visible characters and anything beyond ASCII, blanks only inside (sts-policy-ext-value). */
function isPolicyValue(value: string): boolean {
  return value !== '' && every(value, (code) => code >= 0x20 && code !== 0x7f);
}

/** ["*."] Domain: a whole label or none is left open (section 4.1). */
function isMxPattern(value: string): boolean {
  const host = value.startsWith('*.') ? value.slice(2) : value;
  if (host.length > 253 || parseIp4(host) !== null) return false;
  return host
    .split('.')
    .every(
      (label) =>
        label.length >= 1 &&
        label.length <= 63 &&
        !label.startsWith('-') &&
        !label.endsWith('-') &&
        every(label, (code) => isAlphanumeric(code) || code === 0x2d),
    );
}

function trimEnd(line: string): string {
  let end = line.length;
  while (end > 0 && (line[end - 1] === ' ' || line[end - 1] === '\t')) end--;
  return line.slice(0, end);
}

export type MtaStsReading =
  | {
      readonly state: 'found';
      readonly id: string;
      /** null when the policy file was not asked for, or is not there, or cannot be read */
      readonly policy: MtaStsPolicy | null;
      /** how the policy file fared */
      readonly policyState: 'found' | 'absent' | 'invalid' | 'unanswered' | 'not-asked';
      readonly problems: readonly Problem[];
    }
  | WithoutRecord;

/** Reads the record, and the policy when it was fetched. Without a policy that can be read nothing is protected. */
export function readMtaSts(txt: Lookup<readonly string[]>, policy?: Lookup<string>): MtaStsReading {
  const single = singleRecord(txt, (text) => hasVersion(text, VERSION), 'MTA-STS');
  if (single.state !== 'one') return single;
  const record = parseMtaStsRecord(single.text);
  if (!record.ok) return { state: 'invalid', problems: record.problems };
  const head = { state: 'found', id: record.id, policy: null } as const;
  if (policy === undefined) return { ...head, policyState: 'not-asked', problems: [] };
  if (policy.state !== 'found') return { ...head, policyState: policy.state, problems: [] };
  const read = parseMtaStsPolicy(policy.value);
  if (!read.ok) return { ...head, policyState: 'invalid', problems: read.problems };
  return { ...head, policy: read.policy, policyState: 'found', problems: [] };
}
