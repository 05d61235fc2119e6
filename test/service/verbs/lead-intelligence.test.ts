import { describe, expect, test } from 'vitest';
import type { ChangeRow, ScoreRow, StoredLead } from '#service/store/lead.ts';
import { leadIntelligence, previousOf } from '#service/verbs/lead-intelligence.ts';
import { anAssessment, aScore } from '#test/support/assessment.ts';
import { aLead } from '#test/support/lead.ts';
import { allShippedRules } from '#test/support/rules.ts';

const rules = allShippedRules();

const row = (at: string, score: number | null, change: string, more: Partial<ScoreRow> = {}): ScoreRow => ({
  at,
  score,
  segment: score === null ? null : 'Cold',
  priority: score === null ? null : 6,
  change: { tr: change, en: change },
  ruleSet: 'hunter-1 1.0.0',
  cause: 'scan',
  delta: null,
  ...more,
});
const changed = (words: string, points: number, more: Partial<ChangeRow> = {}): ChangeRow => ({
  type: 'spf_changed',
  from: null,
  to: 'v=spf1',
  words: { tr: words, en: words },
  points,
  cause: 'records',
  at: '2026-11-21T11:30:00.000Z',
  ...more,
});
/** Its score is 15. */
const lead = (
  history: ScoreRow[],
  lastChanges: ChangeRow[] = [],
  more: Partial<StoredLead> = {},
): StoredLead => aLead({ history, lastChanges, ...more });
const now = (change: string) => row('2026-11-21T11:30:00.000Z', 15, change);
const before = row('2026-09-03T10:00:00.000Z', 5, 'First scan');

describe('the score before', () => {
  test('is the last one that differed, with what moved the score its way, the strongest first', () => {
    const changes = [changed('A', 2), changed('B', 8), changed('C', -3), changed('D', 1)];
    expect(previousOf(lead([now('A; B; C; D: +10'), before], changes), rules)).toEqual({
      at: '2026-09-03T10:00:00.000Z',
      score: 5,
      segment: 'Cold',
      priority: 6,
      delta: 10,
      reason: { tr: 'B; A', en: 'B; A' },
    });
  });

  test('a change of the ranking is no reason of itself', () => {
    const ranking = changed('Score 5 to 15', 10, { type: 'score_changed' });
    expect(previousOf(lead([now('Registration renewed: +10'), before], [ranking]), rules)?.reason?.en).toBe(
      'Registration renewed',
    );
  });

  test('where no record moved it, the history tells why, without repeating the points', () => {
    expect(previousOf(lead([now('Other rules: hunter-1 1.1.0: +10'), before]), rules)?.reason?.en).toBe(
      'Other rules: hunter-1 1.1.0',
    );
  });

  test('a scan without a score in between is passed over', () => {
    const silent = row('2026-10-01T10:00:00.000Z', null, 'No answer');
    expect(previousOf(lead([now('SPF: +10'), silent, before]), rules)?.score).toBe(5);
  });

  test('there is none after the first scan, for a kept score, and without a score', () => {
    expect(previousOf(lead([now('First scan')]), rules)).toBeNull();
    const kept = anAssessment();
    const silent = anAssessment({ scored: null });
    expect(previousOf(lead([now('SPF: +10'), before], [], { assessment: silent, kept }), rules)).toBeNull();
    expect(previousOf(lead([now('SPF: +10'), before], [], { assessment: silent }), rules)).toBeNull();
  });
});

test('however much there is to say, it fits the column, and says what was left out', () => {
  const text = 'ğüşıöç '.repeat(400);
  const words = { tr: text, en: text };
  const lines = Array.from({ length: 40 }, () => ({
    ...aScore().lines[2]!,
    points: 1,
    why: words,
    advice: words,
  }));
  const { json, dropped } = leadIntelligence(
    lead(
      Array.from({ length: 50 }, (_row, at) =>
        row(`2026-01-01T00:00:00.${String(at).padStart(3, '0')}Z`, 40, text),
      ),
      [],
      { assessment: anAssessment({ scored: aScore({ lines, score: 40 }) }) },
    ),
    rules,
    'tr',
  );
  expect(Buffer.byteLength(json)).toBeLessThanOrEqual(32_768);
  expect(dropped.length).toBeGreaterThan(0);
  expect((JSON.parse(json) as { cut: string[] }).cut).toEqual(dropped);
});
