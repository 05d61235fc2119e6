import type { Assessment, Scored } from '#core/assessment.ts';
import type { Language } from '#core/rules/common.ts';
import type { SalesRules } from '#core/rules/sales.ts';
import type { SalesContext } from './contract.ts';

/** What every part of the summary is made from. */
export interface Subject {
  readonly assessment: Assessment;
  /** the assessment's own, known to be there: without a score there is no summary */
  readonly scored: Scored;
  readonly context: SalesContext;
  readonly rules: SalesRules;
  readonly language: Language;
}

/** The moment of the summary. */
export const generatedAt = ({ context, assessment }: Subject): string =>
  context.generatedAt ?? assessment.assessedAt;

/** Whether a number lies in a range of the rules; an unknown one never does. */
export const inRange = (
  value: number | null,
  range: { readonly min?: number | undefined; readonly max?: number | undefined },
): boolean =>
  value !== null &&
  (range.min === undefined || value >= range.min) &&
  (range.max === undefined || value <= range.max);
