/**
 * A fault in a record, or a remark on it: what it is (a word of a closed list), where it begins (an offset into
 * the text, counted in characters as JavaScript counts them), and a sentence a person can act on.
 */
export interface Problem<Code extends string = string> {
  readonly code: Code;
  readonly at: number;
  readonly sentence: string;
}

/** Nobody reads more, and a hostile record of 64 KB could bring a hundred thousand. */
const KEPT = 50;

/** Collects problems of one closed vocabulary in the order they were met; the first fifty are kept. */
export class Problems<Code extends string> {
  readonly all: Problem<Code>[] = [];

  add(code: Code, at: number, sentence: string): void {
    if (this.all.length < KEPT) this.all.push({ code, at, sentence });
  }

  has(code: Code): boolean {
    return this.all.some((problem) => problem.code === code);
  }
}

/** A text as it may stand in a sentence: quoted, cut, with what cannot be printed shown as a dot. */
export function quoted(text: string): string {
  const cut = text.length > 60 ? `${text.slice(0, 57)}...` : text;
  return `"${cut.replace(/[^\x20-\x7e]/g, '.')}"`;
}
