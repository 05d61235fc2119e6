import { createHash } from 'node:crypto';

/** What an API key may be allowed. Which routes a scope opens is in service/http/access.ts. */
export const SCOPES = ['ingest', 'scan', 'read', 'export', 'write'] as const;
export type Scope = (typeof SCOPES)[number];

/** Tells scanners for leaked secrets whose key this is. */
const PREFIX = 'hk_';
const KEY = /^hk_[A-Za-z0-9_-]{43}$/;
/** Letters of a new key that stay readable; the other 38 say nothing about themselves. */
const HINT_LENGTH = 8;

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

/** What is stored of a key, to find it by; null = this cannot be one. */
export const keyHash = (sent: string): Buffer | null => (KEY.test(sent) ? hashOf(sent) : null);

const hashOf = (key: string): Buffer => createHash('sha256').update(key).digest();
