import { storableJson } from './storable.ts';
import type { Sql, Transaction } from './pool.ts';

/** Answers of slow look-ups that all processes share. Who reads an entry checks its shape. */
export interface CacheEntry {
  readonly key: string;
  readonly value: unknown;
  /** milliseconds from now */
  readonly ttlMs: number;
}

/** The entries of these keys that may still be used at this moment. */
export async function readCache(
  sql: Sql | Transaction,
  keys: readonly string[],
  now: number,
): Promise<Map<string, unknown>> {
  if (keys.length === 0) return new Map();
  const rows = await sql<{ key: string; value: unknown }[]>`
    select key, value from lookup_cache
    where key = any (${[...keys]}::text[]) and expires_at > ${new Date(now)}`;
  return new Map(rows.map(({ key, value }) => [key, value]));
}

/** Keeps entries, in order of their keys: two writers never wait for each other in a circle. */
export async function writeCache(
  sql: Sql | Transaction,
  entries: readonly CacheEntry[],
  now: number,
): Promise<void> {
  const last = [...new Map(entries.map((entry) => [entry.key, entry])).values()];
  if (last.length === 0) return;
  await sql`
    insert into lookup_cache (key, value, expires_at)
    select key, value::jsonb, expires_at
    from unnest(
      ${last.map(({ key }) => key)}::text[], ${last.map(({ value }) => storableJson(value))}::text[],
      ${last.map(({ ttlMs }) => new Date(now + ttlMs).toISOString())}::text[]::timestamptz[]
    ) as c(key, value, expires_at)
    order by key
    on conflict (key) do update set value = excluded.value, expires_at = excluded.expires_at`;
}

/** Forgets what is known of a domain. */
export async function forgetCached(sql: Sql | Transaction, keys: readonly string[]): Promise<void> {
  await sql`delete from lookup_cache where key = any (${[...keys]}::text[])`;
}
