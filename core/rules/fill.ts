import { type Language, LANGUAGES, type Words } from './common.ts';

/** Fills `{placeholders}`. One that is not given stays as it is, so that a fault is seen and not hidden. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, key: string) => {
    const value = values[key];
    return value === undefined ? whole : String(value);
  });
}

/** Sentences by key, with the placeholders that the code fills in. The words stand in rules/wording.*.json. */
export type Sentences = Readonly<Record<string, readonly string[]>>;
/** The words of such a list in one language. */
export type TextsOf<S extends Sentences> = Readonly<Record<keyof S, string>>;
type Filling<Names extends readonly string[]> = Names extends readonly []
  ? []
  : [Readonly<Record<Names[number], string | number>>];
export type Say<S extends Sentences> = <K extends keyof S>(key: K, ...values: Filling<S[K]>) => string;

/** Says the sentences of one list in one language; the compiler sees to it that each placeholder is filled. */
export const sayFrom =
  <S extends Sentences>(texts: TextsOf<S>): Say<S> =>
  (key, ...[values]) =>
    fill(texts[key], values ?? {});

/** A text in every language of the product. */
export const inEach = (text: (language: Language) => string): Words =>
  Object.fromEntries(LANGUAGES.map((language) => [language, text(language)])) as Words;
