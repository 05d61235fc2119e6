/**
 * Measuring and cutting text. Everything that leaves for Dataverse goes through here, so that no character is ever
 * split in half and no length limit is missed.
 */

/** How many bytes the text takes in UTF-8. A lone surrogate counts as U+FFFD, which is what an encoder makes of it. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800) bytes += 2;
    else if (isHighSurrogate(unit) && isLowSurrogate(text.charCodeAt(at + 1))) {
      bytes += 4;
      at += 1;
    } else bytes += 3;
  }
  return bytes;
}

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;

/** How many bytes the text takes inside a JSON document, quotes not counted: what {@link asJson} makes of it. */
export function jsonLength(text: string): number {
  let bytes = 0;
  for (const character of text) bytes += jsonCost(character);
  return bytes;
}

/** The characters that JSON escapes with one letter: quote, backslash, and five control characters. */
const SHORT_ESCAPES = '"\\\b\t\n\f\r';
const LONG_ESCAPE = '\\u0000'.length;

function jsonCost(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (SHORT_ESCAPES.includes(character)) return 2;
  if (code < 0x20 || character === '<' || code === 0x2028 || code === 0x2029) return LONG_ESCAPE;
  return character.isWellFormed() ? utf8Length(character) : LONG_ESCAPE;
}

/**
 * JSON that is also safe inside an HTML page: a record that says `</script>` cannot end a script element, and the two
 * line separators of Unicode cannot end a line of JavaScript.
 */
export const asJson = (value: unknown): string =>
  JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');

/** The text cut to so many UTF-16 units, which is how Dataverse counts, never in the middle of a character. */
export function cutToUnits(text: string, units: number): string {
  if (text.length <= units) return text;
  const end = isHighSurrogate(text.charCodeAt(units - 1)) ? units - 1 : units;
  return text.slice(0, end);
}

/** What stands for the part that was cut away. */
export const ELLIPSIS = '…';

/** The text cut to so many bytes of JSON, with an ellipsis where something is missing. */
export function cutToJsonLength(text: string, bytes: number): string {
  if (text.length * LONG_ESCAPE <= bytes) return text;
  const room = bytes - utf8Length(ELLIPSIS);
  let used = 0;
  let kept = 0;
  // Only as much is read as can be kept, so that a text of a million characters costs no more than a short one.
  for (const character of text) {
    used += jsonCost(character);
    if (used > bytes) return text.slice(0, kept) + ELLIPSIS;
    if (used <= room) kept += character.length;
  }
  return text;
}

/**
 * The text as a column of Dataverse can take it: no half characters, and none of the control characters that its XML
 * cannot carry. Line ends and tabs stay in memo columns and become blanks elsewhere.
 */
export function columnText(text: string, options: { lines: boolean }): string {
  const wellFormed = text
    .toWellFormed()
    .replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F\uFFFE\uFFFF]/g, '');
  return (options.lines ? wellFormed : wellFormed.replace(/\s+/g, ' ')).trim();
}
