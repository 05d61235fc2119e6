import { timingSafeEqual } from 'node:crypto';
import { keyHash } from '../api-key.ts';
import type { Service } from '../context.ts';
import { done, failed, type Outcome } from '../failure.ts';
import { findApiKey, touchApiKey, type KeyRow } from '../store/api-keys.ts';
import type { Actor } from './route.ts';

const TOUCH_MS = 60_000;

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
  const hash = keyHash(sent);
  if (hash === null) return failed('invalid-key');
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
