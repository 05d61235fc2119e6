import type { Assessment } from '#core/assessment.ts';
import type { RuleSet } from '#core/rules/rule-set.ts';
import { place } from './score.ts';
import { providerScore, type Situation } from './situation.ts';

/**
 * From which score which segment, priority and category begins for this provider: the ruler that a score is read on.
 * Asked of the rules score by score, so it can never differ from them.
 */
export function zones(situation: Situation, set: RuleSet): Assessment['zones'] {
  const provider = providerScore(set, situation.provider, situation.kind);
  const found: {
    from: number;
    segment: Assessment['zones'][number]['segment'];
    priority: Assessment['zones'][number]['priority'];
    category: Assessment['zones'][number]['category'];
  }[] = [];
  for (let from = set.clamp.min; from <= set.clamp.max; from++) {
    const { segment, priority, pModel } = place(situation, set, {
      providerScore: provider,
      hardFail: false,
      score: from,
    });
    const category = pModel?.category ?? null;
    const last = found.at(-1);
    if (last?.segment === segment && last.priority === priority && last.category === category) continue;
    found.push({ from, segment, priority, category });
  }
  return found;
}
