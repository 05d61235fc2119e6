import { describe, expect, test } from 'vitest';
import type { Scored } from '#core/assessment.ts';
import type { FindingId, MetricId } from '#core/score/findings.ts';
import type { RuleSet } from '#core/rules/rule-set.ts';
import { score } from '#core/score/score.ts';
import { shippedRules } from '#test/support/rules.ts';
import { DKIM, DMARC, PROVIDERS, SPF, situation } from './situation.ts';

/** Every combination of provider, signals and the numbers that rules look at. */
function* combinations(): Generator<{
  provider: string;
  spf: FindingId;
  dkim: FindingId;
  dmarc: FindingId;
  metrics: Partial<Record<MetricId, number>>;
  extra: FindingId[];
}> {
  for (const provider of PROVIDERS)
    for (const spf of SPF)
      for (const dkim of DKIM)
        for (const dmarc of DMARC)
          for (const includes of [1, 4])
            for (const expiry of [undefined, 10, 365])
              for (const extra of [
                [],
                ['mx-mixed-providers'],
                ['spf-lookup-limit'],
                ['tenant-found', 'referral-co-sell'],
              ] as FindingId[][])
                yield {
                  provider,
                  spf,
                  dkim,
                  dmarc,
                  metrics: {
                    'spf-includes': includes,
                    ...(expiry === undefined ? {} : { 'days-to-expiry': expiry }),
                  },
                  extra,
                };
}

type Combination = ReturnType<typeof combinations> extends Generator<infer C> ? C : never;
const scoreOf = (c: Combination, set: RuleSet): Scored =>
  score(situation(c.provider, [c.spf, c.dkim, c.dmarc, ...c.extra], { metrics: c.metrics }), set);

function faultsOf(scored: Scored, lowest = 0, highest = 100): string[] {
  const faults: string[] = [];
  const sum = scored.lines.reduce((total, line) => total + line.points, 0);
  if (sum !== scored.score) faults.push(`lines add up to ${sum}, the score is ${scored.score}`);
  let running = 0;
  for (const line of scored.lines) {
    running += line.points;
    if (line.running !== running)
      faults.push(`running total of ${line.id} is ${line.running}, not ${running}`);
  }
  if (scored.score < lowest || scored.score > highest) faults.push(`score ${scored.score} out of range`);
  if (scored.lines[0]?.id !== 'base') faults.push('the first line is not the base');
  return faults;
}

const ALLOWED: Record<string, { priorities: number[]; categories: string[] }> = {
  Migration: { priorities: [1, 2, 3], categories: ['P1', 'P2'] },
  Existing: { priorities: [4, 5], categories: ['P3', 'P4'] },
  Cold: { priorities: [6, 7], categories: ['P5', 'P6'] },
  Skip: { priorities: [7], categories: ['P6'] },
};

function contradictions(scored: Scored): string[] {
  const allowed = ALLOWED[scored.segment];
  const category = scored.pModel?.category ?? 'none';
  return allowed?.priorities.includes(scored.priority) && allowed.categories.includes(category)
    ? []
    : [`${scored.segment} with priority ${scored.priority} and ${category}`];
}

const sets = [
  { name: 'hunter-1', rules: shippedRules('hunter-1') },
  {
    name: 'hunter-1 with partner-signals',
    rules: shippedRules('hunter-1', 'rules/overlays/partner-signals.json'),
  },
  { name: 'python-2025-11', rules: shippedRules('python-2025-11') },
];

describe.each(sets)('$name', ({ name, rules }) => {
  test('the lines of the breakdown add up to the score, whatever is found', () => {
    const faults: string[] = [];
    for (const c of combinations()) {
      const scored = scoreOf(c, rules.set);
      faults.push(...faultsOf(scored).map((fault) => `${JSON.stringify(c)}: ${fault}`));
    }
    expect(faults).toEqual([]);
  });

  test.skipIf(name.startsWith('python'))('segment, priority and category never contradict each other', () => {
    const faults: string[] = [];
    for (const c of combinations()) {
      const scored = scoreOf(c, rules.set);
      faults.push(...contradictions(scored).map((fault) => `${JSON.stringify(c)}: ${fault}`));
    }
    for (const fail of ['mx-absent', 'mx-null', 'domain-nxdomain'] as const) {
      const scored = score({ ...situation('Unknown', []), findings: new Map([[fail, []]]) }, rules.set);
      faults.push(...contradictions(scored), ...faultsOf(scored));
      expect(scored).toMatchObject({
        score: 0,
        segment: 'Skip',
        pModel: { commercialSegment: 'NO_GO', category: 'P6' },
      });
    }
    expect(faults).toEqual([]);
  });

  // Better in this order; two states in one step are worth the same or are not comparable.
  const ladders: Record<'spf' | 'dkim' | 'dmarc', readonly (readonly FindingId[])[]> = {
    spf: [['spf-absent', 'spf-permerror'], ['spf-unanswered'], ['spf-found']],
    dkim: [['dkim-absent'], ['dkim-unknown', 'dkim-unanswered'], ['dkim-found']],
    dmarc: [
      ['dmarc-absent', 'dmarc-permerror', 'dmarc-policy-none'],
      ['dmarc-unanswered'],
      ['dmarc-quarantine'],
      ['dmarc-reject'],
    ],
  };
  test.skipIf(name.startsWith('python'))(
    'W13, W15: a better signal never lowers the score and never worsens the priority',
    () => {
      const faults: string[] = [];
      // Each situation is scored once, and met again as the better one of others.
      const known = new Map<string, Scored>();
      for (const c of combinations()) {
        const of = (change: Partial<typeof c>): Scored => {
          const now = { ...c, ...change };
          const key = JSON.stringify(now);
          const scored = known.get(key) ?? scoreOf(now, rules.set);
          known.set(key, scored);
          return scored;
        };
        const before = of({});
        for (const [signal, ladder] of Object.entries(ladders) as [
          'spf' | 'dkim' | 'dmarc',
          FindingId[][],
        ][]) {
          const at = ladder.findIndex((step) => step.includes(c[signal]));
          for (const better of ladder.slice(at + 1).flat()) {
            const after = of({ [signal]: better });
            if (after.score < before.score || after.priority > before.priority) {
              faults.push(
                `${JSON.stringify(c)}: ${better} takes ${before.score}/${before.priority} to ${after.score}/${after.priority}`,
              );
            }
          }
        }
      }
      expect(faults).toEqual([]);
    },
  );
});
