/** Stands for letters that the font cannot draw; the font has it. */
const NO_GLYPH = '\uFFFD';

/** What a text may hold that shows nothing, or turns the direction of what follows (Unicode TR 36 section 3.1). */
const UNSEEN = /[\p{Cf}\p{Zl}\p{Zp}\uFE00-\uFE0F]/gu;
/** Signs that our own words use and Noto Sans does not have. */
const INSTEAD: Readonly<Record<string, string>> = {
  '→': '›',
  '←': '‹',
  '≥': '>=',
  '≤': '<=',
  '✓': '+',
  '✗': '×',
};

export interface Printable {
  printable(text: string): string;
  isPrintable(text: string): boolean;
}

/** Texts as a font can draw them. Names and records come from outside and may hold anything. */
export function createPrintable(hasGlyph: (codePoint: number) => boolean): Printable {
  const clean = (text: string): string => {
    let out = '';
    for (const letter of text.normalize('NFC').replace(UNSEEN, '')) {
      const code = letter.codePointAt(0) ?? 0;
      if (/\s/.test(letter)) out += ' ';
      else if (code < 0x20 || (code >= 0x7f && code < 0xa0)) out += NO_GLYPH;
      else if (hasGlyph(code)) out += letter;
      else out += INSTEAD[letter] ?? NO_GLYPH;
    }
    // A name in a script that is not there is one sign, not a row of them.
    return out.replace(/\uFFFD(?:\s*\uFFFD)+/g, NO_GLYPH);
  };
  return { printable: clean, isPrintable: (text) => !clean(text).includes(NO_GLYPH) };
}
