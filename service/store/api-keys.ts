import type { Scope } from '../api-key.ts';
import type { Sql, Transaction } from './pool.ts';
import { storableText } from './storable.ts';

/** A key as administrators see it: never the key itself, nor its hash. */
export interface ApiKey {
  readonly id: number;
  readonly name: string;
  /** the first characters of the key, to tell it from others */
  readonly keyHint: string;
  readonly scopes: readonly Scope[];
  readonly rateLimitPerMinute: number;
  readonly active: boolean;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
}

export interface NewApiKey {
  readonly name: string;
  /** SHA-256 of the key, 32 bytes */
  readonly hash: Buffer;
  readonly hint: string;
  readonly scopes: readonly Scope[];
  readonly rateLimitPerMinute: number;
  readonly createdBy: string;
  readonly expiresAt: Date | null;
  readonly now: Date;
}

const columns = (sql: Sql | Transaction) => sql`
  id, name, key_hint as "keyHint", scopes, rate_limit_per_minute as "rateLimitPerMinute", active,
  created_by as "createdBy", created_at as "createdAt", expires_at as "expiresAt", last_used_at as "lastUsedAt"`;

export async function insertApiKey(tx: Transaction, key: NewApiKey): Promise<ApiKey> {
  const [row] = await tx<[ApiKey]>`
    insert into api_keys
      (name, key_hash, key_hint, scopes, rate_limit_per_minute, created_by, created_at, expires_at)
    values
      (${storableText(key.name)}, ${key.hash}, ${key.hint}, ${[...key.scopes]}::text[], ${key.rateLimitPerMinute}::integer,
       ${storableText(key.createdBy)}, ${key.now}::timestamptz, ${key.expiresAt}::timestamptz)
    returning ${columns(tx)}`;
  return row;
}

/** Newest first. */
export const listApiKeys = (sql: Sql): Promise<ApiKey[]> =>
  sql<ApiKey[]>`select ${columns(sql)} from api_keys order by id desc`;

/** @returns the key as it is now, and whether that is a change; null when there is none of this id */
export async function setApiKeyActive(
  tx: Transaction,
  id: number,
  active: boolean,
): Promise<{ readonly key: ApiKey; readonly changed: boolean } | null> {
  const [before] = await tx<{ active: boolean }[]>`
    select active from api_keys where id = ${id}::bigint for no key update`;
  if (before === undefined) return null;
  const [key] = await tx<[ApiKey]>`
    update api_keys set active = ${active} where id = ${id}::bigint returning ${columns(tx)}`;
  return { key, changed: before.active !== active };
}

/** What the check of a key needs. */
export interface KeyRow {
  readonly id: number;
  readonly hash: Buffer;
  readonly scopes: readonly Scope[];
  readonly rateLimitPerMinute: number;
  readonly active: boolean;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
}

/** The key with this SHA-256: one row by a unique index, however many keys there are. */
export async function findApiKey(sql: Sql, hash: Buffer): Promise<KeyRow | null> {
  const [row] = await sql<KeyRow[]>`
    select id, key_hash as hash, scopes, rate_limit_per_minute as "rateLimitPerMinute", active,
      expires_at as "expiresAt", last_used_at as "lastUsedAt"
    from api_keys where key_hash = ${hash}`;
  return row ?? null;
}

/** Notes that the key was used. At most one of several processes writes. */
export async function touchApiKey(sql: Sql, id: number, now: Date, notAfter: Date): Promise<void> {
  await sql`
    update api_keys set last_used_at = ${now}::timestamptz
    where id = ${id}::bigint and (last_used_at is null or last_used_at <= ${notAfter}::timestamptz)`;
}
