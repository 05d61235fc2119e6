import type { RuleFault } from '#core/rules.ts';
import { CHANGE_SENTENCES } from '#core/changes/sentences.ts';
import { EVIDENCE_FINDINGS, LEAD_SENTENCES, SIGNAL_SENTENCES } from '#core/lead/sentences.ts';
import { LANGUAGES } from '#core/rules/common.ts';
import type { WordingTexts } from '#core/rules/sales.ts';
import { PLACEHOLDERS, promisedBy } from './placeholders.ts';
import { SENTENCES, type Part, type Sentence } from './sentences.ts';

/**
 * Faults of the two wording files that show only side by side: a key or a placeholder that one language has and the
 * other has not, a placeholder whose value is not sure to be known where the sentence is said, and marks that a
 * screen would show as they are.
 */
export function wordingFaults(tr: WordingTexts, en: WordingTexts): RuleFault[] {
  const texts = { tr: flat(tr), en: flat(en) };
  const faults: RuleFault[] = [];
  for (const language of LANGUAGES) {
    const other = language === 'tr' ? 'en' : 'tr';
    const file = `wording.${language}.json`;
    const fault = (path: string, text: string): void => void faults.push({ file, path, fault: text });
    if ((language === 'tr' ? tr : en).language !== language) fault('language', `must be "${language}"`);
    for (const [path, text] of texts[language]) {
      const there = texts[other].get(path);
      if (there === undefined) fault(path, `wording.${other}.json has no such text`);
      else if (placeholdersOf(text).join() !== placeholdersOf(there).join())
        fault(path, `its placeholders differ from those in wording.${other}.json`);
      for (const problem of textProblems(text)) fault(path, problem);
    }
    for (const [path, given] of FILLED) {
      for (const name of placeholdersOf(texts[language].get(path) ?? ''))
        if (!given.includes(name)) fault(path, `there is no placeholder {${name}} in this sentence`);
    }
    for (const [part, sentences] of Object.entries(SENTENCES) as [Part, Record<string, Sentence>][]) {
      for (const [key, sentence] of Object.entries(sentences)) {
        const path = `sentences.${part}.${key}`;
        for (const name of placeholdersOf(texts[language].get(path) ?? '')) {
          if (sentence.given.includes(name) || promisedBy(name, sentence.needs)) continue;
          fault(
            path,
            name in PLACEHOLDERS
              ? `{${name}} is not sure to be known where this sentence is said`
              : `there is no placeholder {${name}}`,
          );
        }
      }
    }
  }
  return faults;
}

/** The sentences outside the summary: their path, and the placeholders that the code fills in. */
const FILLED: readonly (readonly [string, readonly string[]])[] = [
  ...Object.entries({ changes: CHANGE_SENTENCES, signals: SIGNAL_SENTENCES, lead: LEAD_SENTENCES }).flatMap(
    ([section, sentences]) =>
      Object.entries<readonly string[]>(sentences).map(
        ([key, given]) => [`${section}.${key}`, given] as const,
      ),
  ),
  ...EVIDENCE_FINDINGS.map((id) => [`evidence.${id}`, []] as const),
];

/** `names` are those of messages.*.json, which has a check of its own. */
const SKIPPED = new Set(['$schema', 'version', 'date', 'licence', 'about', 'language', 'format', 'names']);
function flat(wording: WordingTexts): Map<string, string> {
  const texts = new Map<string, string>();
  const walk = (value: unknown, path: string): void => {
    if (typeof value === 'string') texts.set(path, value);
    else if (typeof value === 'object' && value !== null)
      for (const [key, inner] of Object.entries(value)) walk(inner, `${path}.${key}`);
  };
  for (const [key, value] of Object.entries(wording)) if (!SKIPPED.has(key)) walk(value, key);
  return texts;
}

export const placeholdersOf = (text: string): string[] =>
  [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? ''))].sort();

function textProblems(text: string): string[] {
  const problems: string[] = [];
  if (text.includes('**')) problems.push('"**" would be shown as it is');
  if (/[{}]/.test(text.replace(/\{\w+\}/g, ''))) problems.push('a brace without its other half');
  if (/['"]/.test(text)) problems.push('use the typographic signs ’ “ ”');
  if (/\p{Extended_Pictographic}/u.test(text)) problems.push('no emoji');
  if (text !== text.trim() || / {2}/.test(text)) problems.push('a blank too many');
  if (text.includes('!')) problems.push('no exclamation mark');
  return problems;
}
