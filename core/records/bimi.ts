/** BIMI assertion records (draft-brand-indicators-for-message-identification): TXT at `default._bimi.<domain>`. */
import type { Lookup } from '../facts.ts';
import { isBlank, trimBlanks } from './ascii.ts';
import { Problems, quoted, type Problem } from './problem.ts';
import { readTagList } from './tag-list.ts';
import { parseReportUri } from './uri.ts';
import { singleRecord, type WithoutRecord } from './single-record.ts';

export interface BimiRecord {
  readonly raw: string;
  /** l: where the logo is; null when empty */
  readonly location: string | null;
  /** a: where the mark certificate (VMC or CMC) is; null when none is claimed */
  readonly authority: string | null;
  /** both empty: the domain declines to take part (section 4.2.1 of the draft) */
  readonly declined: boolean;
}
export type BimiFault = Problem<
  'version' | 'tag-malformed' | 'tag-repeated' | 'l-missing' | 'l-value' | 'a-value'
>;
export type BimiParse =
  | { readonly ok: true; readonly record: BimiRecord }
  | { readonly ok: false; readonly problems: readonly [BimiFault, ...BimiFault[]] };

/** Reads a BIMI record. */
export function parseBimi(text: string): BimiParse {
  const faults = new Problems<BimiFault['code']>();
  if (!isBimi(text)) faults.add('version', 0, 'a BIMI record begins with "v=BIMI1;"');
  const tags = new Map<string, { value: string; at: number }>();
  for (const item of faults.all.length > 0 ? [] : readTagList(text)) {
    if (item.kind === 'malformed')
      faults.add('tag-malformed', item.at, `${quoted(item.text)} is not of the form tag=value`);
    if (item.kind !== 'tag') continue;
    if (tags.has(item.key)) faults.add('tag-repeated', item.at, `the tag "${item.key}" is repeated`);
    else tags.set(item.key, { value: item.value, at: item.valueAt });
  }
  const location = tags.get('l');
  const authority = tags.get('a');
  if (location === undefined && faults.all.length === 0)
    faults.add('l-missing', text.length, 'the record has no "l", not even an empty one');
  if (location !== undefined && location.value !== '' && !isHttps(location.value))
    faults.add('l-value', location.at, `${quoted(location.value)} is not an https: address of a logo`);
  if (
    authority !== undefined &&
    authority.value !== '' &&
    authority.value !== 'self' &&
    !isHttps(authority.value)
  )
    faults.add(
      'a-value',
      authority.at,
      `${quoted(authority.value)} is not an https: address of a certificate`,
    );
  const [first, ...others] = faults.all;
  if (first !== undefined) return { ok: false, problems: [first, ...others] };
  const certificate = authority !== undefined && isHttps(authority.value) ? authority.value : null;
  return {
    ok: true,
    record: {
      raw: text,
      location: location?.value || null,
      authority: certificate,
      declined: !location?.value && certificate === null,
    },
  };
}

/** The version comes first, and the tag ends there. */
function isBimi(text: string): boolean {
  const equals = text.indexOf('=');
  if (equals === -1 || equals > 64 || trimBlanks(text.slice(0, equals)) !== 'v') return false;
  let from = equals + 1;
  while (isBlank(text.charCodeAt(from))) from++;
  if (text.slice(from, from + 5) !== 'BIMI1') return false;
  from += 5;
  while (isBlank(text.charCodeAt(from))) from++;
  return from === text.length || text[from] === ';';
}

const isHttps = (text: string): boolean => parseReportUri(text)?.scheme === 'https';

export type BimiReading =
  | { readonly state: 'found'; readonly record: BimiRecord; readonly hasCertificate: boolean }
  | WithoutRecord;

/** Reads the look-up. Several records are as good as none; a record that declines is absent. */
export function readBimi(txt: Lookup<readonly string[]>): BimiReading {
  const single = singleRecord(txt, isBimi, 'BIMI');
  if (single.state !== 'one') return single;
  const parse = parseBimi(single.text);
  if (!parse.ok) return { state: 'invalid', problems: parse.problems };
  if (parse.record.declined) return { state: 'absent', why: 'NODATA' };
  return { state: 'found', record: parse.record, hasCertificate: parse.record.authority !== null };
}
