import { expect, test } from 'vitest';
import { languageOf } from '#service/http/language.ts';

test.each([
  ['the query wins', 'en', 'tr', 'tr', 'en'],
  ['then the best of the header', null, 'de-DE, en;q=0.5, tr-TR;q=0.8', 'en', 'tr'],
  ['then the installation', null, null, 'tr', 'tr'],
  ['a language that is not spoken is passed over', 'de', 'fr, de;q=0.9', 'tr', 'tr'],
  ['a language that is not wanted is not taken', null, 'tr;q=0, en;q=0.1', 'tr', 'en'],
  ['case does not matter', null, 'EN-us', 'tr', 'en'],
  ['nonsense does not either', null, ';;;q=,,', 'en', 'en'],
  ['anything will do', null, '*', 'tr', 'tr'],
] as const)('%s', (_, query, header, installed, expected) => {
  expect(languageOf(query, header, installed)).toBe(expected);
});
