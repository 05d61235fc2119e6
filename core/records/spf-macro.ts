/**
 * The macro language of SPF (RFC 7208 section 7): reading it, and what a domain-spec made of it must look like.
 * Expanding it is the business of spf-expand.ts.
 */
import { isAlphanumeric, isDigit, isVisible } from './ascii.ts';
import { quoted } from './problem.ts';

/** A macro-expand "%{...}", or a piece of text: macro-literals and the three escapes, already in plain characters. */
export type SpfMacroPart =
  | { readonly kind: 'literal'; readonly text: string }
  | {
      readonly kind: 'macro';
      readonly letter: SpfMacroLetter;
      /** the right-most labels to keep; null = all */
      readonly keep: number | null;
      readonly reverse: boolean;
      /** characters to split at; "." when none is given */
      readonly delimiters: string;
      /** an upper-case letter asks for URL escaping (section 7.3) */
      readonly escape: boolean;
    };

export type SpfMacroLetter = 's' | 'l' | 'o' | 'd' | 'i' | 'p' | 'h' | 'c' | 'r' | 't' | 'v';
const LETTERS = 'slodiphcrtv';
/** Section 7.2: these have a meaning in explanations alone. */
const ONLY_IN_EXPLANATIONS = 'crt';
const DELIMITERS = '.-+,/_=';

/** A domain-spec: the name a mechanism asks for, before macros are replaced. */
export interface SpfDomainSpec {
  readonly text: string;
  readonly parts: readonly SpfMacroPart[];
  /** the name itself in lower case without its final dot, when no macro stands in it; else null */
  readonly name: string | null;
}

/** What is wrong, and where it begins in the text that was read. */
export interface SpfMacroFault {
  readonly code: 'character' | 'macro' | 'domain-spec';
  readonly at: number;
  readonly sentence: string;
}
export type SpfMacroString =
  | { readonly ok: true; readonly parts: readonly SpfMacroPart[]; readonly endsInMacro: boolean }
  | { readonly ok: false; readonly fault: SpfMacroFault };

/**
 * Reads a macro-string (section 7.1). `blanks` admits SP: an explain-string. `explanation` admits the letters
 * c, r and t.
 */
export function parseMacroString(
  text: string,
  options: { blanks: boolean; explanation: boolean },
): SpfMacroString {
  const parts: SpfMacroPart[] = [];
  let literalFrom = 0;
  let literal = '';
  let endsInMacro = false;
  const fault = (code: SpfMacroFault['code'], at: number, sentence: string): SpfMacroString => ({
    ok: false,
    fault: { code, at, sentence },
  });
  for (let i = 0; i < text.length;) {
    const code = text.charCodeAt(i);
    if (code !== 0x25) {
      if (!isVisible(code) && !(options.blanks && code === 0x20))
        return fault(
          'character',
          i,
          `the character U+${code.toString(16).toUpperCase().padStart(4, '0')} may not stand here (RFC 7208 section 7.1)`,
        );
      i++;
      endsInMacro = false;
      continue;
    }
    literal += text.slice(literalFrom, i);
    const next = text[i + 1];
    if (next === '{') {
      const read = parseExpansion(text, i, options.explanation);
      if (typeof read === 'string') return fault('macro', i, read);
      if (literal !== '') parts.push({ kind: 'literal', text: literal });
      literal = '';
      parts.push(read.part);
      i = read.end;
    } else {
      const plain = next === '%' ? '%' : next === '_' ? ' ' : next === '-' ? '%20' : null;
      if (plain === null)
        return fault(
          'macro',
          i,
          `${quoted(text.slice(i, i + 2))} is no macro: "%" is followed by "{", "%", "_" or "-"`,
        );
      literal += plain;
      i += 2;
    }
    literalFrom = i;
    endsInMacro = true;
  }
  literal += text.slice(literalFrom);
  if (literal !== '') parts.push({ kind: 'literal', text: literal });
  return { ok: true, parts, endsInMacro };
}

/** Reads a domain-spec: a macro-string that ends in a macro or in "." and a top label (section 7.1, domain-end). */
export function parseDomainSpec(
  text: string,
):
  | { readonly ok: true; readonly spec: SpfDomainSpec }
  | { readonly ok: false; readonly fault: SpfMacroFault } {
  if (text === '')
    return { ok: false, fault: { code: 'domain-spec', at: 0, sentence: 'a domain name is missing here' } };
  const read = parseMacroString(text, { blanks: false, explanation: false });
  if (!read.ok) return read;
  if (!read.endsInMacro) {
    const end = text.endsWith('.') ? text.length - 1 : text.length;
    const dot = text.lastIndexOf('.', end - 1);
    // the dot has to be a literal one: in "%{d.}" it is a delimiter, but then the text ends in a macro
    if (dot === -1 || !isTopLabel(text.slice(dot + 1, end)))
      return {
        ok: false,
        fault: {
          code: 'domain-spec',
          at: 0,
          sentence: `${quoted(text)} does not end in "." and a top-level label, nor in a macro`,
        },
      };
  }
  const plain = read.parts.every((part) => part.kind === 'literal');
  const name = plain ? read.parts.map((part) => (part.kind === 'literal' ? part.text : '')).join('') : null;
  return {
    ok: true,
    spec: {
      text,
      parts: read.parts,
      name: name === null ? null : (name.endsWith('.') ? name.slice(0, -1) : name).toLowerCase(),
    },
  };
}

/** toplabel: letters, digits and inner hyphens, and not a number (section 7.1; RFC 3696 section 2). */
function isTopLabel(label: string): boolean {
  let onlyDigits = true;
  for (let i = 0; i < label.length; i++) {
    const code = label.charCodeAt(i);
    const inner = i > 0 && i < label.length - 1;
    if (!isAlphanumeric(code) && !(code === 0x2d && inner)) return false;
    if (!isDigit(code)) onlyDigits = false;
  }
  return label !== '' && !onlyDigits;
}

/** "%{" macro-letter transformers *delimiter "}", from the "%" at `at`; a sentence when it is none. */
function parseExpansion(
  text: string,
  at: number,
  explanation: boolean,
): { part: SpfMacroPart; end: number } | string {
  let i = at + 2;
  const given = text[i] ?? '';
  const letter = given.toLowerCase();
  if (letter === '' || !LETTERS.includes(letter)) return `${quoted(given)} is not a macro letter`;
  if (!explanation && ONLY_IN_EXPLANATIONS.includes(letter))
    return `the macro letter "${given}" has a meaning in explanations only (RFC 7208 section 7.2)`;
  i++;
  const digitsFrom = i;
  while (isDigit(text.charCodeAt(i))) i++;
  const digits = text.slice(digitsFrom, i);
  const keep = digits === '' ? null : Number(digits.slice(0, 9));
  // RFC 7208 section 7.1 wants a number of labels that is not zero
  if (keep === 0) return 'a macro keeps at least one label, not 0';
  const reverse = text[i] === 'r' || text[i] === 'R';
  if (reverse) i++;
  const delimitersFrom = i;
  while (i < text.length && DELIMITERS.includes(text.charAt(i))) i++;
  if (text[i] !== '}') return `the macro ${quoted(text.slice(at, i + 1))} does not end in "}"`;
  return {
    part: {
      kind: 'macro',
      letter: letter as SpfMacroLetter,
      keep,
      reverse,
      delimiters: text.slice(delimitersFrom, i) || '.',
      escape: given !== letter,
    },
    end: i + 1,
  };
}
