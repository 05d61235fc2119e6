/**
 * Formula injection: what others wrote (company names, registrars, error texts) must stay text in a spreadsheet. A CSV
 * cell that begins with one of these characters is read as a formula or pulled into one; the wide forms count too,
 * since some spreadsheets fold them (OWASP, "CSV Injection").
 */
const TRIGGER = '=+\\-@＝＋－＠';
const BEGINS = new RegExp(`^["']*[${TRIGGER}\\t\\r\\n]`, 'u');
/** Most texts have none of these anywhere, and there is nothing to look for. */
const ANYWHERE = new RegExp(`[${TRIGGER}\\t\\r\\n]`);
/** A reader that splits at another separator begins a cell in the middle of ours: "a;=1+1" in a Turkish Excel. */
const WITHIN = new RegExp(`([;,\\t\\r\\n|]["' ]*)(?=[${TRIGGER}])`, 'gu');

/** Whether a spreadsheet could take this text for a formula. */
export const looksLikeFormula = (text: string): boolean => ANYWHERE.test(text) && BEGINS.test(text);

/** The text with an apostrophe where a formula could begin. It stays readable, and a reader can take the apostrophe away. */
export function withoutFormula(text: string): string {
  if (!ANYWHERE.test(text)) return text;
  const inner = text.replace(WITHIN, "$1'");
  return BEGINS.test(inner) ? `'${inner}` : inner;
}
