import { expect, test } from 'vitest';
import { createLocalLimits } from '#service/http/limits.ts';

test('a bucket gives what it holds, says how long the next one takes, and fills up again', () => {
  let now = 0;
  const limits = createLocalLimits(() => now);
  const take = () => limits.take('a', 2, 3);
  expect([take(), take(), take()].every(({ ok }) => ok)).toBe(true);
  expect(take()).toEqual({ ok: false, retryAfterMs: 500 });
  expect(limits.peek('a', 2, 3)).toEqual({ ok: false, retryAfterMs: 500 });
  now = 500;
  expect(limits.peek('a', 2, 3).ok).toBe(true);
  expect(take().ok).toBe(true);
  expect(take().ok).toBe(false);
  now = 60_000;
  expect([take(), take(), take(), take()].map(({ ok }) => ok)).toEqual([true, true, true, false]);
});

test('callers do not share a bucket', () => {
  const limits = createLocalLimits(() => 0);
  expect(limits.take('a', 1, 1).ok).toBe(true);
  expect(limits.take('b', 1, 1).ok).toBe(true);
});

test('who is refused loses nothing, and a clock that goes back gives nothing', () => {
  let now = 1000;
  const limits = createLocalLimits(() => now);
  limits.take('a', 1, 1);
  for (let at = 0; at < 10; at += 1) expect(limits.take('a', 1, 1).ok).toBe(false);
  now = 0;
  expect(limits.take('a', 1, 1).ok).toBe(false);
  now = 2000;
  expect(limits.take('a', 1, 1).ok).toBe(true);
});

test('memory does not grow with the number of callers', () => {
  const limits = createLocalLimits(() => 0);
  limits.take('first', 1, 1);
  for (let at = 0; at < 20_001; at += 1) limits.take(`caller ${at}`, 1, 1);
  // The oldest was forgotten, so it may come again.
  expect(limits.take('first', 1, 1).ok).toBe(true);
  expect(limits.take('caller 20000', 1, 1).ok).toBe(false);
});
