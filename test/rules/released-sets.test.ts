import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RULES_DIRECTORY, ruleSetIds } from '#service/rule-files.ts';

/**
 * SHA-256 of each set's content (white space does not count). Stored scores name a set and a version: with another
 * content under the same name nobody could say any more what made them. A change is a new file with a new id; a line is
 * added here when it is released.
 */
const RELEASED: Readonly<Record<string, string>> = {
  'hunter-1': '5ce327982b666a7f365c60ba1e3acc0aaeadc054895128d7bc6a065db4431b3b',
  'python-2025-11': '82241fbbf92b59c708e0195d696c90c0baac353756d25f4aed30aba7cd633ee0',
};

test.each(Object.entries(RELEASED))('the released set %s is as it was released', (id, hash) => {
  const content: unknown = JSON.parse(readFileSync(join(RULES_DIRECTORY, 'sets', `${id}.json`), 'utf8'));
  expect(createHash('sha256').update(JSON.stringify(content)).digest('hex')).toBe(hash);
});

test('every set that ships has its line', () => {
  expect(ruleSetIds()).toEqual(Object.keys(RELEASED).sort());
});
