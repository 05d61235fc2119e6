/** The character classes of the RFCs' grammars (RFC 5234 appendix B), by character code; NaN is in none of them. */

export const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;
export const isAlpha = (code: number): boolean =>
  (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
export const isAlphanumeric = (code: number): boolean => isDigit(code) || isAlpha(code);
/** SP, HTAB */
export const isBlank = (code: number): boolean => code === 0x20 || code === 0x09;
/** VCHAR: what can be seen */
export const isVisible = (code: number): boolean => code >= 0x21 && code <= 0x7e;

/** Whether every character of `text` is in the class; true of the empty text. */
export function every(text: string, inClass: (code: number) => boolean): boolean {
  for (let i = 0; i < text.length; i++) if (!inClass(text.charCodeAt(i))) return false;
  return true;
}

/** Lower case of the ASCII letters alone: "İ" and "K" stay what they are, so that lengths and offsets stay too. */
export function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** The text without WSP at either end. `String.trim` would take more: line ends, no-break spaces. */
export function trimBlanks(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isBlank(text.charCodeAt(from))) from++;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}
