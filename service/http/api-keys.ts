import { createHash, timingSafeEqual } from 'node:crypto';
import type { Service } from '../context.ts';
import { done, failed, type Outcome } from '../failure.ts';
import { findApiKey, touchApiKey, type KeyRow } from '../store/api-keys.ts';
import type { Actor } from './route.ts';

/** Tells scanners for leaked secrets whose key this is. */
const PREFIX = 'hk_';
const KEY = /^hk_[A-Za-z0-9_-]{43}$/;
/** Letters of a new key that stay readable; the other 38 say nothing about themselves. */
const HINT_LENGTH = 8;
const TOUCH_MS = 60_000;

export interface MintedKey {
  /** shown once, stored nowhere */
  readonly key: string;
  readonly hash: Buffer;
  readonly hint: string;
}

/** A new key: 32 random bytes. That many need no slow hash: nobody tries 2^256 of them. */
export function mintKey(randomBytes: (size: number) => Buffer): MintedKey {
  const key = `${PREFIX}${randomBytes(32).toString('base64url')}`;
  return { key, hash: hashOf(key), hint: key.slice(0, HINT_LENGTH) };
}

const hashOf = (key: string): Buffer => createHash('sha256').update(key).digest();

/** A key that may be used now: who it is, and how often it may come. */
export interface KeyHolder {
  readonly actor: Actor;
  readonly perMinute: number;
}

/** Whose key this is. Unknown, expired and switched off answer the same: it tells nothing about keys that exist. */
export async function checkKey(
  { sql, clock }: Pick<Service, 'sql' | 'clock'>,
  sent: string,
): Promise<Outcome<KeyHolder>> {
  if (!KEY.test(sent)) return failed('invalid-key');
  const hash = hashOf(sent);
  const row = await findApiKey(sql, hash);
  const now = clock();
  if (row === null || !timingSafeEqual(row.hash, hash) || !isUsable(row, now)) return failed('invalid-key');
  if (row.lastUsedAt === null || row.lastUsedAt.getTime() <= now - TOUCH_MS) {
    await touchApiKey(sql, row.id, new Date(now), new Date(now - TOUCH_MS));
  }
  const actor: Actor = {
    kind: 'api-key',
    id: `key:${row.id}`,
    role: null,
    scopes: row.scopes,
    objectId: null,
    keyId: row.id,
  };
  return done({ actor, perMinute: row.rateLimitPerMinute });
}

const isUsable = ({ active, expiresAt }: KeyRow, now: number): boolean =>
  active && (expiresAt === null || expiresAt.getTime() > now);
