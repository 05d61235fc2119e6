import type { Fit, Scored } from '#core/assessment.ts';
import type { RuleSet } from '#core/rules/rule-set.ts';
import { holds } from './condition.ts';
import { providerScore, type Situation } from './situation.ts';

/**
 * How well Microsoft 365 would fit: for a Microsoft customer the score, for others their readiness to move, each
 * reason with its points. Null when nothing is known: no provider, no mail, or a set without such a list.
 */
export function fit(situation: Situation, scored: Scored, set: RuleSet): Fit | null {
  if (set.fit === null || scored.hardFail !== null) return null;
  if (set.fit.whenProvider.includes(situation.provider)) {
    return {
      score: scored.score,
      lines: scored.lines.map((line) => ({ id: line.id, points: line.points, why: line.name })),
    };
  }
  if (situation.kind === 'none' || set.fit.rules.length === 0) return null;
  const decided = {
    providerScore: providerScore(set, situation.provider, situation.kind),
    hardFail: false,
    score: scored.score,
    segment: scored.segment,
    priority: scored.priority,
  };
  const lines = set.fit.rules
    .filter((rule) => holds(rule.when, situation, decided))
    .map((rule) => ({ id: rule.id, points: rule.points, why: rule.why }));
  if (set.fit.base !== 0) {
    lines.unshift({
      id: 'base',
      points: set.fit.base,
      why: set.lines.base.name,
    });
  }
  const sum = lines.reduce((total, line) => total + line.points, 0);
  const clamped = Math.min(set.clamp.max, Math.max(set.clamp.min, sum));
  if (clamped !== sum) {
    lines.push({
      id: 'clamp',
      points: clamped - sum,
      why: sum < clamped ? set.lines.floor.name : set.lines.ceiling.name,
    });
  }
  return { score: clamped, lines };
}
