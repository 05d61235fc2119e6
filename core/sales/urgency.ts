import type { UrgencyWhen } from '#core/rules/sales.ts';
import { LEVELS, type Level } from './contract.ts';
import { recentChange, shown } from './claims.ts';
import { inRange, type Subject } from './subject.ts';

export interface Urgency {
  readonly level: Level;
  /** id of the row of rules/opportunity.json that decided */
  readonly rule: string;
  /** what decided: the row's reason, and what raised it */
  readonly reasons: readonly string[];
}

/**
 * How soon: the first row that fits. Several providers in the MX, or a recent change of provider, raise it by one
 * level, once: both say that a decision is being made now. A domain without mail stays where its row puts it.
 */
export function urgency(subject: Subject): Urgency {
  const rules = subject.rules.opportunity.urgency;
  const row = rules.levels.find((candidate) => fits(candidate.when, subject));
  // The schema demands a last row that always fits.
  if (row === undefined) throw new Error('rules/opportunity.json: no row of urgency fits');
  const raise = subject.scored.hardFail === null ? raisedBy(subject) : null;
  const level = raise === null ? row.level : (LEVELS[LEVELS.indexOf(row.level) + 1] ?? row.level);
  const why = row.why[subject.language];
  if (raise === null || level === row.level) return { level, rule: row.id, reasons: [why] };
  // "Nothing presses" is no reason any more once something does.
  const pressing = Object.keys(row.when).length > 0;
  return { level, rule: row.id, reasons: pressing ? [why, raise] : [raise] };
}

function raisedBy(subject: Subject): string | null {
  const { mixed, changed } = subject.rules.opportunity.urgency.raisedBy;
  if (shown('mx-mixed-providers', subject) !== null) return mixed[subject.language];
  if (recentChange(subject) !== null) return changed[subject.language];
  return null;
}

function fits(when: UrgencyWhen, { scored, assessment, rules }: Subject): boolean {
  if (when.hardFail !== undefined && when.hardFail !== (scored.hardFail !== null)) return false;
  if (when.segment && !when.segment.includes(scored.segment)) return false;
  if (when.score && !inRange(scored.score, when.score)) return false;
  if (when.priority && !inRange(scored.priority, when.priority)) return false;
  if (when.daysToExpiry && !inRange(assessment.daysToExpiry, when.daysToExpiry)) return false;
  const told = { min: 0, max: rules.opportunity.expiryToldWithinDays };
  if (when.expiryTold && !inRange(assessment.daysToExpiry, told)) return false;
  return true;
}
