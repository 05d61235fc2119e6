/** The values of DMARC tags (RFC 7489 sections 6.2 to 6.4, RFC 9989 sections 4.6 to 4.8). */
import { every, isDigit, lowerAscii, trimBlanks } from './ascii.ts';
import type { DmarcGrammar } from './dmarc-dialect.ts';
import { quoted, type Problem, type Problems } from './problem.ts';
import type { Tag } from './tag-list.ts';
import { parseReportUri, type ReportUri } from './uri.ts';

export type DmarcRequest = 'none' | 'quarantine' | 'reject';
export type DmarcAlignment = 'relaxed' | 'strict';
export type DmarcFailureOption = '0' | '1' | 'd' | 's';

/** A report address, and the size limit RFC 7489 allowed behind "!" (in bytes; null = none). */
export interface DmarcReportAddress extends ReportUri {
  readonly maxSize: number | null;
}

export type DmarcFaultCode =
  | 'version'
  | 'tag-malformed'
  | 'tag-empty'
  | 'tag-repeated'
  | 'character'
  | 'p-missing'
  | 'p-not-second'
  | 'p-value'
  | 'sp-value'
  | 'np-value'
  | 'alignment-value'
  | 'fo-value'
  | 'psd-value'
  | 't-value'
  | 'pct-value'
  | 'ri-value'
  | 'rf-value'
  | 'uri-syntax'
  | 'uri-size';
export type DmarcFault = Problem<DmarcFaultCode>;

export type DmarcNoteCode =
  | 'p-missing'
  | 'p-not-second'
  | 'tag-unknown'
  | 'tag-removed'
  | 'tag-empty'
  | 'tag-repeated'
  | 'tag-case'
  | 'version-case'
  | 'fo-mixed'
  | 'uri-size-obsolete'
  | 'uri-scheme';
export type DmarcNote = Problem<DmarcNoteCode>;

/** Reads the values of known tags; a faulty one is reported and replaced by the default. */
export class ValueReader {
  readonly #grammar: DmarcGrammar;
  readonly #faults: Problems<DmarcFaultCode>;
  readonly #notes: Problems<DmarcNoteCode>;

  constructor(grammar: DmarcGrammar, faults: Problems<DmarcFaultCode>, notes: Problems<DmarcNoteCode>) {
    this.#grammar = grammar;
    this.#faults = faults;
    this.#notes = notes;
  }

  #fault(code: DmarcFaultCode, tag: Tag, what: string): null {
    // a removed tag is ignored whatever it says
    if (!this.#grammar.removed.has(tag.key))
      this.#faults.add(code, tag.valueAt, `${tag.key}=${quoted(tag.value)} is not ${what}`);
    return null;
  }

  request(tag: Tag | undefined, code: 'p-value' | 'sp-value' | 'np-value'): DmarcRequest | null {
    if (tag === undefined) return null;
    const value = lowerAscii(tag.value);
    if (value === 'none' || value === 'quarantine' || value === 'reject') return value;
    return this.#fault(code, tag, 'none, quarantine or reject');
  }

  alignment(tag: Tag | undefined): DmarcAlignment {
    return this.letter(tag, 'rs', 'alignment-value') === 's' ? 'strict' : 'relaxed';
  }

  letter(tag: Tag | undefined, letters: string, code: DmarcFaultCode): string | null {
    if (tag === undefined) return null;
    const value = lowerAscii(tag.value);
    if (value.length === 1 && letters.includes(value)) return value;
    return this.#fault(code, tag, `one of the letters ${letters.split('').join(', ')}`);
  }

  /** Colon-separated options. RFC 9989 no longer joins 0 or 1 with others; many records still do. */
  failureOptions(tag: Tag | undefined): DmarcFailureOption[] {
    if (tag === undefined) return ['0'];
    const options = tag.value.split(':').map((option) => lowerAscii(trimBlanks(option)));
    const valid = (option: string): option is DmarcFailureOption =>
      option === '0' || option === '1' || option === 'd' || option === 's';
    if (!options.every(valid)) {
      this.#fault('fo-value', tag, 'a list of 0, 1, d and s with colons between them');
      return ['0'];
    }
    if (this.#grammar.successor && options.length > 1 && (options.includes('0') || options.includes('1')))
      this.#notes.add('fo-mixed', tag.valueAt, '0 and 1 stand alone in RFC 9989; only d and s may be joined');
    return [...new Set(options)];
  }

  number(tag: Tag | undefined, max: number, code: DmarcFaultCode): number | null {
    if (tag === undefined) return null;
    const digits = tag.value.length > 0 && tag.value.length <= 10 && every(tag.value, isDigit);
    if (digits && Number(tag.value) <= max) return Number(tag.value);
    return this.#fault(code, tag, `a whole number from 0 to ${max}`);
  }

  /** Report formats (RFC 7489 section 6.3): afrf is the only one registered; its predecessor was iodef. */
  reportFormats(tag: Tag | undefined): string[] | null {
    if (tag === undefined) return null;
    const formats = tag.value.split(':').map((format) => lowerAscii(trimBlanks(format)));
    if (formats.every((format) => format === 'afrf' || format === 'iodef')) return [...new Set(formats)];
    return this.#fault('rf-value', tag, 'a report format: afrf');
  }

  /** Comma-separated URIs (RFC 7489 section 6.2, RFC 9989 section 4.6); each faulty one is left out alone. */
  addresses(tag: Tag | undefined): DmarcReportAddress[] {
    const addresses: DmarcReportAddress[] = [];
    if (tag === undefined) return addresses;
    let at = tag.valueAt;
    for (const piece of tag.value.split(',')) {
      const address = this.#address(trimBlanks(piece), at);
      if (address !== null) addresses.push(address);
      at += piece.length + 1;
    }
    return addresses;
  }

  #address(text: string, at: number): DmarcReportAddress | null {
    // section 6.2 of RFC 7489: "!" may only introduce the size, and is encoded elsewhere
    const mark = text.lastIndexOf('!');
    const uri = parseReportUri(mark === -1 ? text : trimBlanks(text.slice(0, mark)));
    if (uri === null) {
      this.#faults.add('uri-syntax', at, `${quoted(text)} is not a URI such as mailto:dmarc@example.com`);
      return null;
    }
    if (uri.scheme !== 'mailto')
      this.#notes.add(
        'uri-scheme',
        at,
        `receivers need only support mailto: and will ignore ${quoted(text)}`,
      );
    if (mark === -1) return { ...uri, maxSize: null };
    const maxSize = parseSize(text.slice(mark + 1), this.#grammar.sizeBlanks);
    if (this.#grammar.successor) {
      this.#notes.add('uri-size-obsolete', at, 'RFC 9989 dropped the size limit behind "!"; it is ignored');
    } else if (maxSize === null) {
      this.#faults.add('uri-size', at, `${quoted(text.slice(mark))} is not a size such as !10m`);
      return null;
    }
    return { ...uri, maxSize };
  }
}

const UNITS: Readonly<Record<string, number>> = { k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/** 1*DIGIT [ "k" / "m" / "g" / "t" ], the number within 64 bits (RFC 7489 section 6.2). */
function parseSize(text: string, blanks: boolean): number | null {
  const plain = blanks ? text.replace(/[ \t]/g, '') : text;
  const unit = UNITS[lowerAscii(plain.slice(-1))];
  const digits = unit === undefined ? plain : plain.slice(0, -1);
  if (digits === '' || digits.length > 20 || !every(digits, isDigit)) return null;
  if (BigInt(digits) > 0xffff_ffff_ffff_ffffn) return null;
  return Number(digits) * (unit ?? 1);
}
