import type { Clock } from '../lookup/limit.ts';

/** Takes one token of a bucket, or says how long until there is one. */
export type Take = (
  key: string,
  perSecond: number,
  burst: number,
) => Promise<{ readonly ok: boolean; readonly retryAfterMs: number }>;

/** So many callers are remembered; the one longest unseen is forgotten first. */
const MOST_CALLERS = 20_000;

/**
 * Token buckets of this process, for callers without a name. What they can reach costs no database (documents, refusals),
 * so a flood of them must not cost one either: no statement, and memory that does not grow.
 */
export function createLocalLimits(clock: Clock): {
  take(key: string, perSecond: number, burst: number): { ok: boolean; retryAfterMs: number };
  /** the same question without taking one */
  peek(key: string, perSecond: number, burst: number): { ok: boolean; retryAfterMs: number };
} {
  const buckets = new Map<string, { tokens: number; at: number }>();
  const now = (key: string, perSecond: number, burst: number): { tokens: number; at: number } => {
    const at = clock();
    const bucket = buckets.get(key);
    if (bucket === undefined) return { tokens: burst, at };
    const since = Math.max(0, at - bucket.at);
    return { tokens: Math.min(burst, bucket.tokens + (since / 1000) * perSecond), at };
  };
  const answer = (tokens: number, perSecond: number): { ok: boolean; retryAfterMs: number } =>
    tokens >= 1
      ? { ok: true, retryAfterMs: 0 }
      : { ok: false, retryAfterMs: Math.ceil(((1 - tokens) / perSecond) * 1000) };
  return {
    peek: (key, perSecond, burst) => answer(now(key, perSecond, burst).tokens, perSecond),
    take(key, perSecond, burst) {
      const { tokens, at } = now(key, perSecond, burst);
      // Set again, so that the order of the map is the order of last use.
      buckets.delete(key);
      buckets.set(key, { tokens: tokens >= 1 ? tokens - 1 : tokens, at });
      if (buckets.size > MOST_CALLERS) buckets.delete(buckets.keys().next().value!);
      return answer(tokens, perSecond);
    },
  };
}
