import type { Assessment } from './assessment.ts';
import {
  type AssessmentSnapshot,
  type Change,
  type ChangeRules,
  type ChangeType,
  changesBetween,
} from './changes/changes.ts';

/** What is known of a domain before a scan. */
export interface KnownBefore<Kept = AssessmentSnapshot, Newest = AssessmentSnapshot> {
  /** the assessment whose score is shown; null when there never was a score */
  readonly shown: Kept | null;
  /** the assessment of the newest scan; null when it is the one that is shown, or when there never was a scan */
  readonly newest: Newest | null;
}

/** Changes of the score follow from others. */
const RANKING: ReadonlySet<ChangeType> = new Set([
  'priority_score_changed',
  'segment_changed',
  'score_changed',
]);
export const isRanking = ({ type }: Pick<Change, 'type'>): boolean => RANKING.has(type);

/** Changes that move the mail elsewhere: an older score is then of another situation. */
const MOVES: ReadonlySet<ChangeType> = new Set(['mx_changed', 'provider_changed']);

/**
 * Whether the score that is shown stays when a scan comes back: silence says nothing of the company, and a good score
 * is not given up for it. A scan without a score never replaces one; a partial one replaces only another partial one,
 * or one that is known to be of another situation because the mail has moved.
 *
 * @param changes what is known to differ between the two
 */
export function keepsScore(
  shown: Pick<Assessment, 'status'> | null,
  fresh: Pick<Assessment, 'status' | 'scored'>,
  changes: readonly Pick<Change, 'type'>[],
): boolean {
  if (shown === null) return false;
  if (fresh.scored === null) return true;
  if (fresh.status === 'completed' || shown.status === 'partial') return false;
  return !changes.some(({ type }) => MOVES.has(type));
}

/** What a scan means for a domain that may have been scanned before. */
export interface Step {
  /** each change once, however many scans saw it */
  readonly changes: readonly Change[];
  /** whether the score that was shown stays */
  readonly kept: boolean;
}

/**
 * Compares a scan with what is known. Where a score was kept there are two earlier states, each of which knows what the
 * other does not: records are compared with both, and what the one in between has told already is not told again.
 * The score is compared with the one that was shown, and only when it takes its place.
 */
export function stepTo(
  before: KnownBefore<AssessmentSnapshot & Pick<Assessment, 'status'>>,
  fresh: Assessment,
  rules: ChangeRules,
): Step {
  const { shown, newest } = before;
  if (shown === null) return { changes: changesBetween(newest, fresh, rules), kept: false };
  const sinceShown = changesBetween(shown, fresh, rules);
  const kept = keepsScore(shown, fresh, sinceShown);
  const rankings = kept ? [] : sinceShown.filter(isRanking);
  if (newest === null)
    return { changes: [...sinceShown.filter((change) => !isRanking(change)), ...rankings], kept };
  const sinceNewest = changesBetween(newest, fresh, rules).filter((change) => !isRanking(change));
  const told = changesBetween(shown, newest, rules);
  const untold = sinceShown.filter(
    (change) =>
      !isRanking(change) &&
      !sinceNewest.some(({ type }) => sameMatter(type, change.type)) &&
      !told.some(({ type, to }) => sameMatter(type, change.type) && to === change.to),
  );
  return { changes: [...sinceNewest, ...untold, ...rankings], kept };
}

/** DMARC has two names for a change, by its direction. */
const sameMatter = (a: ChangeType, b: ChangeType): boolean => a === b || (isDmarc(a) && isDmarc(b));
const isDmarc = (type: ChangeType): boolean => type === 'dmarc_added' || type === 'dmarc_changed';
