import { expect, test } from 'vitest';
import { nextRetry } from '#core/retry.ts';

const NOW = Date.parse('2026-11-25T09:00:00.000Z');
const silent = [{ retryable: true }];
const final = [{ retryable: false }];
const seconds = (retries: number): number =>
  ((nextRetry(silent, [], { at: new Date(NOW), retries }, NOW).at?.getTime() ?? NOW) - NOW) / 1000;

test('a silence is asked again after a minute, then after twice as long, up to six hours', () => {
  expect(nextRetry(silent, [], null, NOW)).toEqual({ at: new Date('2026-11-25T09:01:00.000Z'), retries: 1 });
  expect([0, 1, 2, 3, 8, 9, 500].map(seconds)).toEqual([60, 120, 240, 480, 15_360, 21_600, 21_600]);
});
test('nothing is asked again when all is answered', () => {
  expect(nextRetry([], [], { at: new Date(NOW), retries: 7 }, NOW)).toEqual({ at: null, retries: 0 });
});
test('a silence that asking again would not end is left alone', () => {
  expect(nextRetry(final, [], { at: new Date(NOW), retries: 7 }, NOW)).toEqual({ at: null, retries: 0 });
});
test('what is open from an earlier scan, and was not asked now, keeps its turn', () => {
  const before = { at: new Date('2026-11-25T09:30:00.000Z'), retries: 4 };
  expect(nextRetry([], silent, before, NOW)).toEqual(before);
  expect(nextRetry([], final, before, NOW)).toEqual({ at: null, retries: 0 });
});
test('a turn that has passed without the question being asked moves on, or it would be due for ever', () => {
  expect(nextRetry([], silent, { at: new Date(NOW), retries: 1 }, NOW)).toEqual({
    at: new Date('2026-11-25T09:02:00.000Z'),
    retries: 2,
  });
});
