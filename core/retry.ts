import type { OpenQuestion } from './assessment.ts';

/** When a look-up is tried again, and how often that was done since the last complete one. */
export interface Retry {
  readonly at: Date | null;
  readonly retries: number;
}

const FIRST_MS = 60_000;
const LONGEST_MS = 6 * 3_600_000;
/** More are not counted. */
const MOST_RETRIES = 1000;

/**
 * When to try again after a scan: a minute later, then after twice as long each time, up to six hours. Not at all when
 * every question was answered, or when asking again would change nothing.
 *
 * @param open what this scan asked and got no answer to
 * @param carried what is open from an earlier scan, and was not asked now: its turn stays as it was
 */
export function nextRetry(
  open: readonly Pick<OpenQuestion, 'retryable'>[],
  carried: readonly Pick<OpenQuestion, 'retryable'>[],
  before: Retry | null,
  now: number,
): Retry {
  const waits = ({ retryable }: Pick<OpenQuestion, 'retryable'>): boolean => retryable;
  const carriedWaits = carried.some(waits);
  // A turn that has passed without the question being asked is no turn: the next one comes later.
  if (carriedWaits && !open.some(waits) && before?.at != null && before.at.getTime() > now) return before;
  if (!carriedWaits && !open.some(waits)) return { at: null, retries: 0 };
  const retries = Math.min((before?.retries ?? 0) + 1, MOST_RETRIES);
  return { at: new Date(now + Math.min(FIRST_MS * 2 ** (retries - 1), LONGEST_MS)), retries };
}
