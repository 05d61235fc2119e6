import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import Pdf from 'pdfkit';

/** A font file that was read: what pdfkit takes in place of the file, though its types do not tell. */
export interface ParsedFont {
  hasGlyphForCodePoint(codePoint: number): boolean;
}
export interface Fonts {
  readonly regular: ParsedFont;
  readonly bold: ParsedFont;
}

const fileOf = createRequire(import.meta.url).resolve;

/**
 * Noto Sans, read when the first sheet is made and never changed: reading half a megabyte of tables again took most of
 * the time of every other sheet.
 */
export const noto = once((): Fonts => ({
  regular: parsed('@expo-google-fonts/noto-sans/400Regular/NotoSans_400Regular.ttf'),
  bold: parsed('@expo-google-fonts/noto-sans/700Bold/NotoSans_700Bold.ttf'),
}));

function parsed(file: string): ParsedFont {
  const doc = new Pdf({ autoFirstPage: false });
  doc.font(readFileSync(fileOf(file)));
  return (doc as unknown as { _font: { font: ParsedFont } })._font.font;
}

function once<T>(make: () => T): () => T {
  let made: T | null = null;
  return () => (made ??= make());
}
