import type { Service } from '../context.ts';
import { mintKey, type Scope } from '../api-key.ts';
import { insertApiKey, type ApiKey } from '../store/api-keys.ts';
import { audit, type Auditor } from '../store/audit.ts';

export interface NewKeyInput {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly rateLimitPerMinute: number;
  readonly expiresAt: Date | null;
  /** on whose behalf, as the list shows it; null = whoever asks */
  readonly createdBy: string | null;
}

export interface CreatedKey {
  /** the key itself: given out here, and never again */
  readonly secret: string;
  readonly key: ApiKey;
}

/** Makes an API key. What is stored cannot be turned back into it. */
export async function createApiKey(
  { sql, clock, randomBytes }: Pick<Service, 'sql' | 'clock' | 'randomBytes'>,
  { name, scopes, rateLimitPerMinute, expiresAt, createdBy }: NewKeyInput,
  by: Auditor,
  requestId: string | null,
): Promise<CreatedKey> {
  const { key: secret, hash, hint } = mintKey(randomBytes);
  const key = await sql.begin(async (tx) => {
    const made = await insertApiKey(tx, {
      name,
      hash,
      hint,
      scopes,
      rateLimitPerMinute,
      expiresAt,
      createdBy: createdBy ?? by.id,
      now: new Date(clock()),
    });
    const detail = {
      name,
      scopes,
      rate_limit_per_minute: rateLimitPerMinute,
      expires_at: expiresAt?.toISOString() ?? null,
    };
    await audit(tx, by, 'api-key.create', `key:${made.id}`, detail, requestId);
    return made;
  });
  return { secret, key };
}
