import { latinLetters } from '../contacts/roles.ts';
import { HINT_FIELDS, type HintField, type ImportColumnsFile } from '../rules/import-columns.ts';

/** What the rules say of headings, made once and used for every file. */
export interface ColumnHints {
  /** the field a heading speaks of, and how surely (lower = surer, for two columns of one field); null = no usual word */
  of(heading: string): Hint | null;
  /** whether a cell ends like the name of a company: "... San. ve Tic. A.Ş." */
  namesCompany(cell: string): boolean;
}
export interface Hint {
  readonly field: HintField;
  readonly rank: number;
  /** whether it says exactly that, and not that among other words */
  readonly exact: boolean;
}

interface Phrase {
  readonly field: HintField;
  readonly rank: number;
  readonly words: readonly string[];
  readonly compact: string;
}

/** Turkish endings follow a word: "sitesi", "ünvanı". Short words would fit too much. */
const SHORTEST_STEM = 4;
/** "firmaadi", "websitesi2": written as one. */
const SHORTEST_START = 5;
/** Headings longer than this are sentences. */
const LONGEST_HEADING = 60;

export function columnHints(rules: ImportColumnsFile): ColumnHints {
  const phrases: Phrase[] = rules.fields.flatMap(({ field, words }) =>
    words.map((text, rank) => {
      const folded = foldHeading(text);
      return { field, rank, words: folded.split(' '), compact: folded.replaceAll(' ', '') };
    }),
  );
  const companyWords = new Set(rules.companyWords.map(foldHeading));
  return {
    of: (heading) => {
      if (heading.length > LONGEST_HEADING) return null;
      const folded = foldHeading(heading);
      if (folded === '') return null;
      const words = folded.split(' ');
      const compact = folded.replaceAll(' ', '');
      let best: { hint: Phrase; fit: number } | null = null;
      for (const phrase of phrases) {
        const fit = fitOf(phrase, words, compact);
        if (fit === 0) continue;
        const better =
          best === null ||
          fit > best.fit ||
          (fit === best.fit && HINT_FIELDS.indexOf(phrase.field) < HINT_FIELDS.indexOf(best.hint.field));
        if (better) best = { hint: phrase, fit };
      }
      return best && { field: best.hint.field, rank: best.hint.rank, exact: best.fit === EXACT };
    },
    namesCompany: (cell) => {
      const words = cell
        .slice(-100)
        .split(/\s+/)
        .map(foldHeading)
        .filter((word) => word !== '');
      return words.length > 1 && words.slice(-3).some((word) => companyWords.has(word));
    },
  };
}

const EXACT = 3;
/** 3 = says exactly this, 2 = has its words, 1 = begins with it; 0 = says something else. */
function fitOf({ words: phrase, compact: whole }: Phrase, words: readonly string[], compact: string): number {
  if (compact === whole) return EXACT;
  const at = words.findIndex((_, start) =>
    phrase.every((word, offset) => {
      const other = words[start + offset];
      return other === word || (word.length >= SHORTEST_STEM && other?.startsWith(word) === true);
    }),
  );
  if (at !== -1) return 2;
  return whole.length >= SHORTEST_START && compact.startsWith(whole) ? 1 : 0;
}

/** Lower case, Latin letters only, words apart by one blank: "FİRMA ÜNVANI (2)" is "firma unvani". */
export const foldHeading = (text: string): string =>
  latinLetters(text)
    .replace(/[^a-z]+/g, ' ')
    .trim();
