import { NO_VALUE } from './domain.ts';
import type { CompanyFormsFile } from './rules/company-forms.ts';

/** A company name as it is kept: trimmed, inner white space as one blank, case as given. Null when it is none. */
export function companyName(text: string): string | null {
  const name = text
    .replace(/[\p{Cc}\u200B\uFEFF]/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim();
  return name === '' || NO_VALUE.has(name.toLowerCase()) ? null : name;
}

/** Compares company names: made once from the rules, used for many names. */
export type ComparisonForm = (name: string) => string;

/**
 * The form in which two names of one company are equal: Turkish-aware lower case, no punctuation, no legal form at
 * the end ("A.Ş.", "Ltd. Şti.", "GmbH"). It serves to find duplicates and is never shown. A name that is nothing but
 * a legal form keeps it.
 */
export function comparisonForm(rules: CompanyFormsFile): ComparisonForm {
  // The longest first, so that "ltd şti" goes as one and not as "şti" alone.
  const forms = [...new Set(rules.forms.flatMap((form) => form.words).map(folded))].sort(
    (a, b) => b.length - a.length,
  );
  return (name) => {
    let rest = plain(name);
    for (let cut = true; cut;) {
      const form = forms.find((candidate) => rest.endsWith(` ${candidate}`));
      cut = form !== undefined;
      if (form !== undefined) rest = rest.slice(0, -form.length - 1).trimEnd();
    }
    return rest;
  };
}

/** Lower case as Turkish has it, then i and ı as one letter: lists in capitals write both as I. */
const folded = (text: string): string =>
  text.toLocaleLowerCase('tr').replaceAll('ı', 'i').replaceAll('i\u0307', 'i');

const plain = (name: string): string =>
  folded(name)
    .replace(/[.,;:'’"“”()[\]/\\_-]+/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim();
