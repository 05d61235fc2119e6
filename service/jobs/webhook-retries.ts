import type { Service } from '../context.ts';
import { nextWebhookRetry, webhookDone, webhookFailed, type WebhookRetry } from '../store/webhook-retries.ts';
import {
  isNotNow,
  readDomain,
  retryCode,
  takeIn,
  WebhookPayload,
  webhookWait,
} from '../verbs/ingest-webhook.ts';

/** More than are ever due at once; the next run goes on. */
const MOST = 1000;

/**
 * Does what calls of the web hook asked for and could not be done at once. Each call is locked while it is worked on:
 * two workers never do one twice, and one that fails does not hold up the others.
 */
export async function retryWebhooks(service: Service, signal: AbortSignal): Promise<void> {
  for (let n = 0; n < MOST && !signal.aborted; n++) if (!(await retryOne(service))) return;
}

/** False: nothing is due. */
async function retryOne(service: Service): Promise<boolean> {
  const { sql, clock, log } = service;
  return sql.begin(async (tx) => {
    const retry = await nextWebhookRetry(tx, new Date(clock()));
    if (retry === null) return false;
    const { id, keyId, attempts } = retry;
    try {
      const refusal = (await tx.savepoint(async (inner) => {
        const payload = WebhookPayload.safeParse(retry.payload);
        if (!payload.success) return 'invalid-request';
        const reading = readDomain(service, payload.data);
        if (!reading.ok) return reading.refusal;
        const outcome = await takeIn(service, inner, payload.data, reading.domain);
        return outcome.ok ? null : outcome.failure.code;
      })) as string | null;
      if (refusal === null) await webhookDone(tx, id);
      // Of a company that was erased meanwhile nothing stays, this call included.
      else if (refusal === 'domain-suppressed')
        await webhookFailed(tx, id, { nextAt: null, error: refusal, instead: {} });
      else await webhookFailed(tx, id, { nextAt: null, error: refusal });
    } catch (error) {
      log.error('webhook-retry', error, { key: keyId, attempt: attempts + 1, again: isNotNow(error) });
      await webhookFailed(tx, id, { nextAt: nextTry(retry, clock()), error: retryCode(error) });
    }
    return true;
  }) as Promise<boolean>;
}

/** A mistake of ours is tried again too: the next version may do better. Null = no try is left. */
const nextTry = ({ attempts, maxAttempts }: WebhookRetry, now: number): Date | null =>
  attempts + 1 >= maxAttempts ? null : new Date(now + webhookWait(attempts + 1));
