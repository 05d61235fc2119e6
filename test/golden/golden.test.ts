import { describe, expect, test } from 'vitest';
import { assess } from '#core/assess.ts';
import { FINDING_IDS, type FindingId } from '#core/score/findings.ts';
import { shippedRules } from '#test/support/rules.ts';
import { factsFile, factsText, readGoldenFacts } from './files.ts';
import { ACCEPT, assessGolden, diff, readExpected, type Golden } from './golden.ts';
import { MADE } from './made.ts';

test('nothing moved', () => {
  const moved = diff(readExpected(), assessGolden());
  expect(moved, `${moved.join('\n')}\n\nIs every move right? Then accept them: ${ACCEPT}\n`).toEqual([]);
});

describe('the facts', () => {
  const facts = readGoldenFacts();
  test('are of at least eighty domains, each once, none of them real', () => {
    const domains = facts.map(({ domain }) => domain);
    expect(domains.length).toBeGreaterThanOrEqual(80);
    expect(new Set(domains).size).toBe(domains.length);
    expect(domains.filter((domain) => !domain.endsWith('.example'))).toEqual([]);
  });
  test('hand-made ones are what made.ts says; node test/golden/made.ts writes them', () => {
    expect(factsFile('made.json')).toBe(factsText(MADE));
  });
  test('show every finding that facts alone can show', () => {
    const rules = shippedRules();
    const shown = new Set<FindingId>(
      facts.flatMap((entry) =>
        assess(entry, { now: '2026-11-25T10:00:00Z', recentChanges: null }, rules).findings.map(
          ({ id }) => id,
        ),
      ),
    );
    expect(FINDING_IDS.filter((id) => !shown.has(id))).toEqual([
      // An include that leads nowhere is a permerror before it is a void look-up.
      // These come from Partner Center.
      'referral-co-sell',
      'referral-marketplace',
      'referral-solution-provider',
    ]);
  });
});

describe('what moved is shown as', () => {
  const before: Golden = new Map([
    [
      'a.example hunter-1',
      {
        verdict: 'M365 0.98',
        score: '90 Existing 4 P4',
        lines: 'base 0, spf-present +10',
        findings: 'mx-found spf-found',
      },
    ],
  ]);
  const change = (row: Record<string, string>): string[] =>
    diff(before, new Map([['a.example hunter-1', { ...before.get('a.example hunter-1'), ...row }]]));
  test.each<[string, Record<string, string>, string[]]>([
    ['nothing, when nothing did', {}, []],
    [
      'the old value and the new',
      { score: '80 Existing 4 P4' },
      ['a.example hunter-1:\n  score: 90 Existing 4 P4 -> 80 Existing 4 P4'],
    ],
    ['a value that is gone', { verdict: '' }, ['a.example hunter-1:\n  verdict: M365 0.98 -> (none)']],
    [
      'of a list only what went and what came',
      { lines: 'base 0, spf-missing -10', findings: 'mx-found spf-absent' },
      [
        'a.example hunter-1:\n  lines: -[spf-present +10] +[spf-missing -10]\n  findings: -[spf-found] +[spf-absent]',
      ],
    ],
    ['another order', { findings: 'spf-found mx-found' }, ['a.example hunter-1:\n  findings: another order']],
  ])('%s', (_, row, expected) => {
    expect(change(row)).toEqual(expected);
  });
  test('a domain that came, and one that is gone', () => {
    const after: Golden = new Map([
      ['b.example hunter-1', { verdict: 'Local 0.80', score: '5 Migration 3 P1' }],
    ]);
    expect(diff(before, after)).toEqual([
      'a.example hunter-1: gone',
      'b.example hunter-1: new, 5 Migration 3 P1, Local 0.80',
    ]);
  });
});
