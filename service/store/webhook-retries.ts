import type { Sql, Transaction } from './pool.ts';
import { storableJson } from './storable.ts';

/** A call of our web hook that could not be done at once, and is tried again by itself. */
export interface WebhookRetry {
  readonly id: number;
  readonly keyId: number | null;
  readonly payload: unknown;
  readonly attempts: number;
  readonly maxAttempts: number;
}

/** How often a noted call is tried. */
export const WEBHOOK_TRIES = 3;

/**
 * Notes a call.
 *
 * @param entry.nextAt when it is tried; null = never: it is kept as what was refused
 */
export async function addWebhookRetry(
  sql: Sql | Transaction,
  entry: {
    readonly keyId: number | null;
    readonly payload: unknown;
    readonly nextAt: Date | null;
    /** a code, never a message */
    readonly error: string;
  },
): Promise<void> {
  await sql`
    insert into webhook_retries (api_key_id, payload, state, max_attempts, next_at, error)
    values (
      ${entry.keyId}, ${storableJson(entry.payload)}::text::jsonb, ${entry.nextAt === null ? 'exhausted' : 'pending'},
      ${WEBHOOK_TRIES}, ${entry.nextAt}, ${entry.error}
    )`;
}

/** The call that is longest due, locked for this transaction; calls that others work on are passed over. */
export async function nextWebhookRetry(tx: Transaction, now: Date): Promise<WebhookRetry | null> {
  const [row] = await tx<WebhookRetry[]>`
    select id, api_key_id as "keyId", payload, attempts, max_attempts as "maxAttempts"
    from webhook_retries where state = 'pending' and next_at <= ${now}
    order by next_at, id limit 1 for update skip locked`;
  return row ?? null;
}

/** Done: what was sent is in its place now, and not kept a second time. */
export async function webhookDone(tx: Transaction, id: number): Promise<void> {
  await tx`
    update webhook_retries set state = 'success', attempts = attempts + 1, next_at = null, error = null, payload = '{}'
    where id = ${id}`;
}

/** Not done: tried again at `nextAt`, or given up. */
export async function webhookFailed(
  tx: Sql | Transaction,
  id: number,
  {
    nextAt,
    error,
    instead,
  }: {
    readonly nextAt: Date | null;
    /** a code, never a message */
    readonly error: string;
    /** what is kept in place of what was sent */
    readonly instead?: unknown;
  },
): Promise<void> {
  await tx`
    update webhook_retries set state = ${nextAt === null ? 'exhausted' : 'pending'}, attempts = attempts + 1,
      next_at = ${nextAt}, error = ${error},
      payload = coalesce(${instead === undefined ? null : storableJson(instead)}::text::jsonb, payload)
    where id = ${id}`;
}
