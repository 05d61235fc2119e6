import type { Service } from '../context.ts';
import { notSent, type DeliveryOutcome } from './message.ts';

const TIMEOUT_MS = 10_000;
/** Whoever asks for a longer wait is asked again after this. */
const LONGEST_WAIT_MS = 6 * 3_600_000;

/**
 * Hands JSON over to an address that a user gave. It is judged at the moment of connecting, and redirects are not
 * followed: they could lead inside.
 */
export async function post(
  service: Pick<Service, 'fetch' | 'clock' | 'version'>,
  url: string,
  body: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<DeliveryOutcome> {
  if (signal.aborted) return { state: 'interrupted' };
  const answer = await service.fetch(url, {
    method: 'POST',
    body,
    redirects: 0,
    timeoutMs: TIMEOUT_MS,
    signal,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(Buffer.byteLength(body)),
      'user-agent': `Hunter/${service.version}`,
      ...headers,
    },
  });
  if (answer.state === 'failed') {
    switch (answer.why) {
      case 'UNSUPPORTED':
        return notSent('target-refused', false);
      case 'CANCELLED':
        return { state: 'interrupted' };
      case 'TIMEOUT':
        return notSent('timeout', true);
      default:
        return notSent('network', true);
    }
  }
  const { status, headers: said } = answer;
  if (status >= 200 && status < 300) return { state: 'sent' };
  if (status === 410) return notSent('gone', false, { status });
  const waitMs = retryAfter(said['retry-after'], service.clock());
  return notSent('status', true, waitMs === null ? { status } : { status, waitMs });
}

/** `Retry-After` in milliseconds from now (RFC 9110 section 10.2.3): seconds, or a date; null = neither. */
export function retryAfter(text: string | undefined, now: number): number | null {
  const given = text?.trim() ?? '';
  const ms = /^\d{1,9}$/.test(given)
    ? Number(given) * 1000
    : /^[A-Z][a-z]{2}, /.test(given)
      ? Date.parse(given) - now
      : Number.NaN;
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), LONGEST_WAIT_MS);
}
