import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { FindingId } from '#core/score/findings.ts';
import { score } from '#core/score/score.ts';
import { shippedRules } from '#test/support/rules.ts';
import { situation } from './situation.ts';

/** Rows of a table file: the combination, and what the prose of the specification gives for it. */
function rows(file: string): { combination: string; expected: string }[] {
  return readFileSync(join(import.meta.dirname, file), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [combination = '', expected = ''] = line.split('|');
      return { combination: combination.trim().replace(/\s+/g, ' '), expected: expected.trim() };
    });
}

const SIGNALS: Record<string, Record<string, FindingId>> = {
  spf: { spf: 'spf-found', '-': 'spf-absent', '?': 'spf-unanswered' },
  dkim: { dkim: 'dkim-found', '-': 'dkim-absent', '?': 'dkim-unanswered' },
  dmarc: {
    reject: 'dmarc-reject',
    quarantine: 'dmarc-quarantine',
    none: 'dmarc-policy-none',
    '-': 'dmarc-absent',
    '?': 'dmarc-unanswered',
  },
};

describe.each(['python-2025-11', 'hunter-1'])('rule set %s gives what its specification says', (set) => {
  const rules = shippedRules(set);
  test.each(rows(`${set}.table.txt`))('$combination -> $expected', ({ combination, expected }) => {
    const [provider = '', spf = '', dkim = '', dmarc = ''] = combination.split(' ');
    const findings = [SIGNALS['spf']?.[spf], SIGNALS['dkim']?.[dkim], SIGNALS['dmarc']?.[dmarc]];
    const scored = score(situation(provider, findings as FindingId[]), rules.set);
    const p = scored.pModel;
    expect(
      [
        scored.score,
        scored.segment,
        scored.priority,
        p?.technicalHeat,
        p?.commercialSegment,
        p?.commercialHeat,
        p?.category,
      ].join(' '),
    ).toBe(expected);
  });
});

test('the tables hold every combination', () => {
  expect(rows('python-2025-11.table.txt')).toHaveLength(10 * 2 * 2 * 4);
  expect(rows('hunter-1.table.txt')).toHaveLength(11 * 3 * 3 * 5);
});
