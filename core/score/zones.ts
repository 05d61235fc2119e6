import type { Assessment } from '#core/assessment.ts';
import { FIRST_MATCH_LISTS, type Condition, type RuleSet } from '#core/rules/rule-set.ts';
import { place } from './score.ts';
import { providerScore, type Situation } from './situation.ts';

type Zone = Assessment['zones'][number];

/**
 * From which score which segment, priority and category begins for this provider: the ruler that a score is read on.
 * Asked of the rules themselves, so it can never differ from them; only at scores where a condition can change.
 */
export function zones(situation: Situation, set: RuleSet): Zone[] {
  const provider = providerScore(set, situation.provider, situation.kind);
  const found: Zone[] = [];
  for (const from of cuts(set, provider.entry)) {
    const start = { providerScore: provider, hardFail: false, score: from };
    const { segment, priority, pModel } = place(situation, set, start);
    const category = pModel?.category ?? null;
    const last = found.at(-1);
    if (last?.segment === segment && last.priority === priority && last.category === category) continue;
    found.push({ from, segment, priority, category });
  }
  return found;
}

/** The scores at which a condition of the placing lists begins or ceases to hold, ascending, the lowest score first. */
function cuts(set: RuleSet, entry: number | undefined): number[] {
  const at = new Set<number>([set.clamp.min]);
  const add = (score: number): void => {
    if (score > set.clamp.min && score <= set.clamp.max) at.add(score);
  };
  const visit = (condition: Condition): void => {
    for (const [range, offset] of [
      [condition.score, 0],
      [condition.fromEntry, entry],
    ] as const) {
      if (range === undefined || offset === undefined) continue;
      if (range.min !== undefined) add(range.min + offset);
      if (range.max !== undefined) add(range.max + 1 + offset);
    }
    for (const inner of [...(condition.all ?? []), ...(condition.any ?? [])]) visit(inner);
    if (condition.not) visit(condition.not);
  };
  for (const list of FIRST_MATCH_LISTS) for (const choice of set[list]) visit(choice.when);
  return [...at].sort((a, b) => a - b);
}
