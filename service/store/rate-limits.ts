import type { Sql, Transaction } from './pool.ts';

/** Buckets of tokens in the database: one limit for all processes. Read and write are one statement, so nothing races. */

/**
 * Takes `n` tokens, ahead of time when there are not enough: the bucket goes below zero, and whoever comes next waits
 * behind. Between any two moments no more than `burst` tokens above the rate become usable.
 *
 * @param perSecond tokens a second; Infinity = no limit, and the database is not asked
 * @param burst what an idle bucket holds at most
 * @returns milliseconds until the last of the n tokens may be used; the one `k` places before it may be used
 *   `k / perSecond` seconds earlier
 */
export async function reserve(
  sql: Sql | Transaction,
  key: string,
  n: number,
  perSecond: number,
  burst: number,
): Promise<number> {
  if (perSecond === Number.POSITIVE_INFINITY) return 0;
  const [row] = await sql<{ tokens: number }[]>`
    insert into rate_limits as r (key, tokens, updated_at)
    values (${key}, ${burst}::float8 - ${n}::float8, clock_timestamp())
    on conflict (key) do update set
      tokens = least(
        ${burst}::float8,
        r.tokens + ${perSecond}::float8 * greatest(0, extract(epoch from clock_timestamp() - r.updated_at)::float8)
      ) - ${n}::float8,
      updated_at = clock_timestamp()
    returning tokens`;
  return Math.max(0, (-(row?.tokens ?? 0) / perSecond) * 1000);
}

/**
 * Takes one token if there is one; a refused try takes nothing, so that who asks too often is not locked out for ever.
 *
 * @returns whether it was taken; if not, the milliseconds after which it is worth another try
 */
export async function take(
  sql: Sql | Transaction,
  key: string,
  perSecond: number,
  burst: number,
): Promise<{ readonly ok: boolean; readonly retryAfterMs: number }> {
  if (perSecond === Number.POSITIVE_INFINITY) return { ok: true, retryAfterMs: 0 };
  const taken = await sql`
    insert into rate_limits as r (key, tokens, updated_at)
    values (${key}, ${burst}::float8 - 1, clock_timestamp())
    on conflict (key) do update set
      tokens = least(
        ${burst}::float8,
        r.tokens + ${perSecond}::float8 * greatest(0, extract(epoch from clock_timestamp() - r.updated_at)::float8)
      ) - 1,
      updated_at = clock_timestamp()
    where r.tokens + ${perSecond}::float8 * greatest(0, extract(epoch from clock_timestamp() - r.updated_at)::float8) >= 1
    returning 1`;
  if (taken.length > 0) return { ok: true, retryAfterMs: 0 };
  // Only who is refused pays for a second statement, which says how long to wait.
  const [row] = await sql<{ tokens: number }[]>`
    select tokens + ${perSecond}::float8 * greatest(0, extract(epoch from clock_timestamp() - updated_at)::float8) as tokens
    from rate_limits where key = ${key}`;
  const missing = Math.max(0, 1 - (row?.tokens ?? 0));
  return { ok: false, retryAfterMs: Math.max(1, Math.ceil((missing / perSecond) * 1000)) };
}
