import { expect, test } from 'vitest';
import { storableJson } from '#service/store/storable.ts';

const back = (value: unknown): unknown => JSON.parse(storableJson(value));

test('what PostgreSQL takes goes as it is', () => {
  const value = {
    a: 'ğüş "quoted" \\ \n \t 😀',
    b: [1, null, true],
    c: 'v=spf1 \\u0000 ~all',
    d: '\\\\ud800',
  };
  expect(storableJson(value)).toBe(JSON.stringify(value));
});
test('a NUL and half a surrogate pair become U+FFFD, in values and keys', () => {
  expect(back({ 'a\0': 'x\0y', b: ['\uD83D', '\uDE00 and \uD83D\uDE00'] })).toEqual({
    'a\uFFFD': 'x\uFFFDy',
    b: ['\uFFFD', '\uFFFD and 😀'],
  });
});
test('a backslash before a NUL stays a backslash', () => {
  expect(back('\\\0\\u0000\u0001')).toBe('\\\uFFFD\\u0000\u0001');
});
