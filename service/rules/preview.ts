import { assess } from '#core/assess.ts';
import type { Assessment, AssessmentContext } from '#core/assessment.ts';
import { ruleEffect } from '#core/changes/rule-effect.ts';
import type { DomainFacts } from '#core/facts.ts';
import type { Rules } from '#core/rules.ts';
import type { Language } from '#core/rules/common.ts';
import { breakdownOf } from '#core/score/breakdown.ts';
import { lineMoveView, ruleSetView, standingView, type PreviewView } from './views.ts';

export interface PreviewInput {
  readonly facts: DomainFacts;
  readonly from: PreviewView['facts'];
  readonly context: AssessmentContext;
  readonly before: Rules;
  readonly after: Rules;
  /** of the names in the breakdown that come in one language only */
  readonly language: Language;
}

/** One company under the rules in use and under others: the same records, the same moment. */
export function preview({ facts, from, context, before, after, language }: PreviewInput): PreviewView {
  const [old, other] = [assess(facts, context, before), assess(facts, context, after)];
  const effect = ruleEffect(old, other);
  return {
    domain: facts.domain,
    facts: from,
    looked_up_at: facts.lookedUpAt,
    rules: { before: ruleSetView(before.set), after: ruleSetView(after.set) },
    before: side(old, effect.before, language),
    after: side(other, effect.after, language),
    delta: effect.delta,
    unchanged: effect.unchanged,
    lines: effect.lines.map(lineMoveView),
  };
}

function side(
  assessment: Assessment,
  standing: ReturnType<typeof ruleEffect>['before'],
  language: Language,
): PreviewView['before'] {
  const breakdown = breakdownOf(assessment, { language });
  if (standing === null || breakdown === null) return null;
  return {
    ...standingView(standing),
    confidence: assessment.confidence.total,
    m365_fit_score: assessment.fit?.score ?? null,
    breakdown,
  };
}
