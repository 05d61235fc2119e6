import type { WhatIf } from '#core/assessment.ts';
import type { Improvement, RuleSet } from '#core/rules/rule-set.ts';
import { holds } from './condition.ts';
import { place, startOf, counted, type Counted } from './score.ts';
import { changed, providerScore, type Situation } from './situation.ts';

/** Proposals shown at most: more than a person reads. */
const LONGEST_LIST = 8;

/** What some improvements together come to. */
interface Outcome {
  readonly together: readonly Improvement[];
  readonly after: Situation;
  readonly sum: Counted;
  readonly points: number;
}

/**
 * What would raise the score: each improvement that applies alone, and the best of each signal together, computed by
 * the same engine as the score itself. Best first; improvements that gain nothing are left out.
 */
export function whatIf(situation: Situation, set: RuleSet, improvements: readonly Improvement[]): WhatIf[] {
  const now = counted(situation, set).score;
  const decided = { providerScore: providerScore(set, situation.provider, situation.kind), hardFail: false };
  const offered = improvements.filter((improvement) => holds(improvement.when, situation, decided));
  const outcome = (together: readonly Improvement[]): Outcome => {
    const after = together.reduce(changed, situation);
    const sum = counted(after, set);
    return { together, after, sum, points: sum.score - now };
  };
  const singles = offered.map((improvement) => ({ improvement, result: outcome([improvement]) }));
  const best = new Map<string, (typeof singles)[number]>();
  for (const single of singles) {
    const before = best.get(single.improvement.signal);
    if (before === undefined || single.result.points > before.result.points)
      best.set(single.improvement.signal, single);
  }
  const results = singles.map((single) => single.result);
  // Points that a floor or ceiling swallows alone may count together, so the combination is tried in any case.
  if (best.size > 1) results.push(outcome([...best.values()].map((single) => single.improvement)));
  return results
    .filter((result) => result.points > 0)
    .map((result) => told(result, set))
    .toSorted((a, b) => b.score - a.score || a.priority - b.priority || a.ids.length - b.ids.length)
    .slice(0, LONGEST_LIST);
}

function told({ together, after, sum, points }: Outcome, set: RuleSet): WhatIf {
  const { segment, priority, pModel } = place(after, set, startOf(sum));
  return {
    ids: together.map((improvement) => improvement.id),
    label: {
      tr: together.map((improvement) => improvement.label.tr).join(' + '),
      en: together.map((improvement) => improvement.label.en).join(' + '),
    },
    points,
    score: sum.score,
    segment,
    priority,
    category: pModel?.category ?? null,
  };
}
