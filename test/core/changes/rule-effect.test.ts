import { expect, test } from 'vitest';
import { assess } from '#core/assess.ts';
import { BacktestTally } from '#core/changes/backtest.ts';
import { ruleEffect } from '#core/changes/rule-effect.ts';
import type { DomainFacts } from '#core/facts.ts';
import type { Rules } from '#core/rules.ts';
import { domainFacts, mx, NXDOMAIN, TIMEOUT, txt } from '#test/support/facts.ts';
import { shippedRules } from '#test/support/rules.ts';

const context = { now: '2026-11-25T09:00:00.000Z', recentChanges: 0 };
const rules = shippedRules();
/** The shipped rules with other points for one rule. */
const worth = (points: Readonly<Record<string, number>>, add: Rules['set']['rules'] = []): Rules => ({
  ...rules,
  set: {
    ...rules.set,
    rules: [
      ...rules.set.rules
        .filter(({ id }) => points[id] !== Infinity)
        .map((rule) => ({ ...rule, points: points[rule.id] ?? rule.points })),
      ...add,
    ],
  },
});
const effectOf = (facts: DomainFacts, after: Rules) =>
  ruleEffect(assess(facts, context, rules), assess(facts, context, after));

const google = domainFacts('google.example', { mx: mx('1 smtp.google.com'), tenant: NXDOMAIN });

test('the same rules change nothing', () => {
  expect(effectOf(google, rules)).toMatchObject({ delta: 0, lines: [], unchanged: true });
});

test('a rule with other points is one line, and its points are the delta', () => {
  const effect = effectOf(google, worth({ 'spf-present': 4 }));
  expect(effect.delta).toBe(-6);
  expect(effect.lines).toEqual([
    {
      key: 'spf',
      name: { tr: expect.any(String), en: expect.any(String) },
      before: 10,
      after: 4,
      points: -6,
    },
  ]);
  expect(effect.unchanged).toBe(false);
});

test('a line that is gone, or new, has no points on the other side', () => {
  const effect = effectOf(google, worth({ 'spf-present': Infinity }));
  expect(effect.lines).toMatchObject([{ key: 'spf', before: 10, after: null, points: -10 }]);
});

test('one part under two ids is no move: what the two sets call SPF present is the same line', () => {
  const { lines } = effectOf(domainFacts(), shippedRules('python-2025-11'));
  expect(lines.map(({ key }) => key)).toEqual([]);
});

test('the moves add up to the delta, the limit of the scale included', () => {
  for (const facts of [google, domainFacts(), domainFacts('a.example', { txt: txt(), dmarc: NXDOMAIN })]) {
    for (const after of [
      worth({ 'spf-present': 90 }),
      worth({ 'spf-present': -90 }),
      shippedRules('python-2025-11'),
    ]) {
      const { lines, delta } = effectOf(facts, after);
      expect(lines.reduce((sum, { points }) => sum + points, 0)).toBe(delta);
    }
  }
});

test('without an answer of the MX there is no score under any rules', () => {
  const effect = effectOf(domainFacts('a.example', { mx: TIMEOUT }), worth({ 'spf-present': 4 }));
  expect(effect).toMatchObject({ before: null, after: null, delta: 0, unchanged: true });
});

const SKIP = domainFacts('skip.example', { mx: NXDOMAIN });
const tallyOf = (list: readonly (readonly [string, DomainFacts])[], after: Rules) => {
  const tally = new BacktestTally();
  for (const [domain, facts] of list) tally.add(domain, 'x', effectOf(facts, after));
  return tally.totals();
};

test('a backtest counts from which segment and priority to which', () => {
  // 50 + SPF 10 + DKIM 10 + DMARC reject 20 = 90; 30 fewer are under the entry of Google, 60 + 20.
  const totals = tallyOf(
    [
      ['google.example', google],
      ['m365.example', domainFacts()],
      ['skip.example', SKIP],
    ],
    worth({ 'dmarc-reject': -10 }),
  );
  expect(totals).toMatchObject({
    compared: 3,
    unscored: 0,
    unchanged: 1,
    matrix: {
      Migration: { Migration: 1, Existing: 0, Cold: 0, Skip: 0 },
      Existing: { Migration: 0, Existing: 1, Cold: 0, Skip: 0 },
      Skip: { Migration: 0, Existing: 0, Cold: 0, Skip: 1 },
    },
    scores: {
      before: { mean: 60, median: 90, lowest: 0, highest: 90 },
      after: { mean: 40, median: 60, lowest: 0, highest: 60 },
    },
  });
  expect(totals.priorities.map(({ before, after }) => [before, after])).toEqual([
    [1, 0],
    [0, 0],
    [0, 1],
    [1, 1],
    [0, 0],
    [0, 0],
    [1, 1],
  ]);
  expect(totals.up).toEqual([]);
  expect(totals.down.map(({ domain, effect }) => [domain, effect.delta])).toEqual([
    ['google.example', -30],
    ['m365.example', -30],
  ]);
});

test('an unscored company is in no count of scores', () => {
  expect(tallyOf([['a.example', domainFacts('a.example', { mx: TIMEOUT })]], rules)).toMatchObject({
    compared: 0,
    unscored: 1,
    scores: null,
    unchanged: 0,
  });
});

test('the twenty biggest movers are kept, the biggest first, the earlier of equals ahead', () => {
  const tally = new BacktestTally();
  const standing = (score: number, priority: 1 | 7 = 7) =>
    ({ score, segment: 'Cold', priority, category: null }) as const;
  const add = (domain: string, from: number, to: number, better: 1 | 7 = 7): void =>
    tally.add(domain, 'x', {
      before: standing(from),
      after: standing(to, better),
      delta: to - from,
      lines: [],
      unchanged: false,
    });
  for (let n = 1; n <= 30; n += 1) add(`up-${n}`, 0, n);
  add('also-30', 10, 40);
  add('step', 50, 50, 1);
  const { up, down } = tally.totals();
  expect(up.map(({ domain }) => domain)).toEqual([
    'up-30',
    'also-30',
    ...Array.from({ length: 18 }, (_, n) => `up-${29 - n}`),
  ]);
  expect(down).toEqual([]);
});

test('a better priority with the same score is a gain', () => {
  const tally = new BacktestTally();
  const at = (priority: 3 | 5) => ({ score: 50, segment: 'Cold', priority, category: null }) as const;
  tally.add('a.example', 'x', { before: at(5), after: at(3), delta: 0, lines: [], unchanged: false });
  expect(tally.totals().up).toHaveLength(1);
});
