import { createHmac } from 'node:crypto';
import type { AlertMessage, DeliveryOutcome, ToldAlert } from './message.ts';
import { notSent } from './message.ts';
import { post } from './post.ts';
import type { Service } from '../context.ts';

/** What a setting's signing secret is sealed for; another setting's does not open here. */
export const secretPlace = (owner: string, type: string): string => `alert webhook ${type} of ${owner}`;

/** A new signing secret: 32 random bytes, as text that survives being copied. */
export const newSecret = (randomBytes: (size: number) => Buffer): string =>
  randomBytes(32).toString('base64url');

/**
 * `X-Hunter-Signature`: HMAC-SHA256 of "<timestamp>.<body>" under the signing secret, taken as text.
 *
 * @param timestamp seconds since 1970, as sent in `X-Hunter-Timestamp`
 */
export const signature = (secret: string, timestamp: string, body: string): string =>
  `sha256=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;

const told = (alert: ToldAlert): Record<string, unknown> => ({
  alert_id: alert.id,
  domain: alert.domain,
  alert_type: alert.type,
  message: alert.text,
  created_at: alert.createdAt.toISOString(),
  old_value: alert.oldValue,
  new_value: alert.newValue,
});

export function webhookBody({ digest, alerts }: AlertMessage, demo: boolean): string {
  const mark = demo ? { demo: true } : {};
  return JSON.stringify(
    digest
      ? { digest: true, count: alerts.length, alerts: alerts.map(told), ...mark }
      : { ...told(alerts[0]!), ...mark },
  );
}

export interface WebhookTarget {
  readonly url: string;
  readonly owner: string;
  readonly sealedSecret: Uint8Array | null;
}

export async function sendWebhook(
  service: Service,
  target: WebhookTarget,
  message: AlertMessage,
  signal: AbortSignal,
): Promise<DeliveryOutcome> {
  const type = message.alerts[0]!.type;
  const secret =
    target.sealedSecret === null
      ? null
      : service.secrets.open(target.sealedSecret, secretPlace(target.owner, type));
  // Unsigned, it would be refused by a receiver that checks, and trusted by one that does not.
  if (secret === null || !secret.ok) return notSent('secret-unreadable', false);
  const body = webhookBody(message, service.demo);
  const timestamp = String(Math.floor(service.clock() / 1000));
  return post(
    service,
    target.url,
    body,
    {
      'x-hunter-event': message.digest ? 'digest' : type,
      'x-hunter-delivery': message.id,
      'x-hunter-timestamp': timestamp,
      'x-hunter-signature': signature(secret.text, timestamp, body),
    },
    signal,
  );
}
