/** SMTP TLS reporting (RFC 8460): TXT at `_smtp._tls.<domain>`. */
import type { Lookup } from '../facts.ts';
import { trimBlanks } from './ascii.ts';
import { hasVersion, readFieldList, type FieldFaultCode } from './field-list.ts';
import { Problems, quoted, type Problem } from './problem.ts';
import { parseReportUri, type ReportUri } from './uri.ts';
import { singleRecord, type WithoutRecord } from './single-record.ts';

const VERSION = 'v=TLSRPTv1';

export type TlsRptFault = Problem<FieldFaultCode | 'rua-missing' | 'uri-syntax'>;
export type TlsRptNote = Problem<'field-repeated' | 'uri-scheme'>;
export type TlsRptParse =
  | {
      readonly ok: true;
      readonly raw: string;
      readonly rua: readonly ReportUri[];
      readonly notes: readonly TlsRptNote[];
    }
  | { readonly ok: false; readonly problems: readonly [TlsRptFault, ...TlsRptFault[]] };

/** Reads a TLS-RPT record (section 3). */
export function parseTlsRpt(text: string): TlsRptParse {
  const faults = new Problems<TlsRptFault['code']>();
  const notes = new Problems<TlsRptNote['code']>();
  let rua: ReportUri[] | null = null;
  for (const field of readFieldList(text, VERSION, ['rua'], faults)) {
    if (field.name !== 'rua') continue;
    if (rua !== null) {
      notes.add('field-repeated', field.at, 'a second "rua" is ignored');
      continue;
    }
    rua = [];
    for (const piece of field.value.split(',')) {
      const uri = parseReportUri(trimBlanks(piece));
      // section 3: "!" has to be encoded here, as "," and ";" have
      if (uri === null || uri.uri.includes('!'))
        faults.add('uri-syntax', field.at, `${quoted(piece)} is not a URI such as mailto:tls@example.com`);
      else rua.push(uri);
      if (uri !== null && uri.scheme !== 'mailto' && uri.scheme !== 'https')
        notes.add('uri-scheme', field.at, `reports go to mailto: and https: only, not to ${quoted(uri.uri)}`);
    }
  }
  if (rua === null && faults.all.length === 0)
    faults.add('rua-missing', text.length, 'the record has no "rua"');
  const [first, ...others] = faults.all;
  if (first !== undefined) return { ok: false, problems: [first, ...others] };
  return { ok: true, raw: text, rua: rua ?? [], notes: notes.all };
}

export type TlsRptReading =
  | { readonly state: 'found'; readonly rua: readonly ReportUri[]; readonly raw: string }
  | WithoutRecord;

/** Reads the look-up. Section 3: other records are discarded, and then there must be one. */
export function readTlsRpt(txt: Lookup<readonly string[]>): TlsRptReading {
  const single = singleRecord(txt, (text) => hasVersion(text, VERSION), 'TLS-RPT');
  if (single.state !== 'one') return single;
  const parse = parseTlsRpt(single.text);
  return parse.ok
    ? { state: 'found', rua: parse.rua, raw: single.text }
    : { state: 'invalid', problems: parse.problems };
}
