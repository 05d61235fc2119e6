import type { Confidence } from '#core/assessment.ts';
import type { RuleSet } from '#core/rules/rule-set.ts';

const twoDecimals = (value: number): number => Math.round(value * 100) / 100;
const share = (value: number): number => twoDecimals(Math.min(1, Math.max(0, value)));

/**
 * How far the answer can be trusted: four parts of 0..1, whose sum (two decimals) is the confidence.
 *
 * @param input.answered look-ups that ended found or absent, of `asked`
 * @param input.recentChanges changes within the set's window; null when the domain was never seen before
 * @param input.range possible scores; null when there is no score: then nothing is known about its spread
 */
export function confidence(
  input: {
    asked: number;
    answered: number;
    recentChanges: number | null;
    provider: number;
    range: { low: number; high: number } | null;
  },
  set: RuleSet,
): Confidence {
  const width = set.clamp.max - set.clamp.min;
  const parts = {
    completeness: share(input.asked === 0 ? 0 : input.answered / input.asked),
    stability: share(
      input.recentChanges === null
        ? set.confidence.unseenStability
        : 1 - input.recentChanges * set.confidence.perChange,
    ),
    provider: share(input.provider),
    variance: share(input.range === null ? 0 : 1 - (input.range.high - input.range.low) / width),
  };
  const total = twoDecimals(parts.completeness + parts.stability + parts.provider + parts.variance);
  const level = total >= set.confidence.high ? 'high' : total >= set.confidence.medium ? 'medium' : 'low';
  return { total, level, parts };
}
