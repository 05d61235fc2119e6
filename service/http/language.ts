import { LANGUAGES, type Language } from '#core/rules/common.ts';

/**
 * The language of an answer: `?lang=`, else the best of Accept-Language (RFC 9110 section 12.5.4), else that of the
 * installation. A language that is not spoken here is passed over.
 */
export function languageOf(query: string | null, header: string | null, installed: Language): Language {
  if (isLanguage(query)) return query;
  if (header === null) return installed;
  let best: { language: Language; quality: number } | null = null;
  for (const item of header.split(',', 20)) {
    const [range = '', ...parameters] = item.split(';');
    const language = range.trim().toLowerCase().split('-')[0] ?? '';
    const quality = qualityOf(parameters);
    if (isLanguage(language) && quality > (best?.quality ?? 0)) best = { language, quality };
  }
  return best?.language ?? installed;
}

function qualityOf(parameters: readonly string[]): number {
  for (const parameter of parameters) {
    const match = /^\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*$/i.exec(parameter);
    if (match !== null) return Number(match[1]);
  }
  return 1;
}

const isLanguage = (text: string | null): text is Language => LANGUAGES.some((known) => known === text);
