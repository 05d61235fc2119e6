import { absent, found, unanswered, type Lookup } from '#core/facts.ts';
import type { SafeFetch } from './guard.ts';

/** RFC 8461 section 3.3: at least 64 KiB must be accepted; nobody publishes more. */
const LONGEST_POLICY = 65_536;

/**
 * Fetches the MTA-STS policy of a domain. Redirects are not followed and only a 200 counts (RFC 8461 section 3.3).
 *
 * @param base for tests: the URL that stands in for https://mta-sts.<domain>
 */
export function createMtaStsFetch(
  fetch: SafeFetch,
  base?: string,
): (domain: string, signal: AbortSignal) => Promise<Lookup<string>> {
  return async (domain, signal) => {
    const url = `${base ?? `https://mta-sts.${domain}`}/.well-known/mta-sts.txt`;
    const answer = await fetch(url, {
      signal,
      redirects: 0,
      maxBytes: LONGEST_POLICY,
      headers: { accept: 'text/plain' },
    });
    if (answer.state === 'failed') return unanswered(answer.why);
    if (answer.status === 404 || answer.status === 410) return absent('NOT-FOUND');
    if (answer.status === 429) return unanswered('THROTTLED');
    if (answer.status >= 500) return unanswered('SERVFAIL');
    if (answer.status !== 200) return unanswered('BAD-REPLY');
    return found(new TextDecoder().decode(answer.body));
  };
}
