import type { Absence, Lookup, Silence } from '#core/facts.ts';
import type { Problem } from './problem.ts';

/** How a look-up of a record that there may be one of can end without one. */
export type WithoutRecord =
  | { readonly state: 'absent'; readonly why: Absence }
  | { readonly state: 'invalid'; readonly problems: readonly Problem[] }
  | { readonly state: 'unanswered'; readonly why: Silence; readonly retryable: boolean };

/**
 * The one record of its kind among the TXT records of a name. Others are discarded first; several are an error
 * (RFC 8461 section 3.1, RFC 8460 section 3, and the BIMI draft say it in the same words).
 *
 * @param is whether a text is of the kind
 * @param kind the kind by name, for the sentence
 */
export function singleRecord(
  txt: Lookup<readonly string[]>,
  is: (text: string) => boolean,
  kind: string,
): { readonly state: 'one'; readonly text: string } | WithoutRecord {
  if (txt.state === 'unanswered') return { state: 'unanswered', why: txt.why, retryable: txt.retryable };
  if (txt.state === 'absent') return { state: 'absent', why: txt.why };
  const records = txt.value.filter(is);
  const [text] = records;
  if (text === undefined) return { state: 'absent', why: 'NODATA' };
  if (records.length === 1) return { state: 'one', text };
  const sentence = `${records.length} ${kind} records; there may be one`;
  return { state: 'invalid', problems: [{ code: 'multiple-records', at: 0, sentence }] };
}
