import { absent, found, unanswered, type Lookup, type Registration, type Silence } from '#core/facts.ts';
import { parseRdap } from '#core/records/rdap.ts';
import type { Answered, SafeFetch } from './guard.ts';
import type { Clock } from './limit.ts';
import type { Exchange, ServerLimits } from './server-limit.ts';

/** Asks one RDAP server about one domain (RFC 7480, RFC 9082 section 3.1.3). */
export interface RdapClient {
  /** @param base the server's base URL, with "/" at its end. Failure is a value, never a throw. */
  ask(base: string, domain: string, signal: AbortSignal): Promise<Lookup<Registration>>;
}

export interface RdapClientOptions {
  readonly fetch: SafeFetch;
  readonly limits: ServerLimits;
  readonly clock: Clock;
  /** named to the servers, so that they can complain */
  readonly userAgent?: string;
  /** for one server, 10 s by default */
  readonly timeoutMs?: number;
}

/** RFC 9110 section 10.2.3: seconds, or a date. Null when neither. */
export function retryAfterMs(header: string | undefined, now: number): number | null {
  const text = header?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const date = /^[A-Z][a-z]{2}, \d/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

const STATUS_WHY: ReadonlyMap<number, Silence> = new Map([
  [401, 'REFUSED'],
  [403, 'REFUSED'],
  [408, 'TIMEOUT'],
  [504, 'TIMEOUT'],
]);

export function createRdapClient(options: RdapClientOptions): RdapClient {
  const { fetch, limits, clock, userAgent = 'hunter (RDAP client)', timeoutMs = 10_000 } = options;

  function read(answer: Answered, domain: string): Lookup<Registration> {
    const { status, headers, url } = answer;
    if (status === 404) return absent('NOT-FOUND'); // RFC 7480 section 5.3
    const why = STATUS_WHY.get(status) ?? (status >= 500 ? 'SERVFAIL' : 'BAD-REPLY');
    if (status !== 200) return unanswered(why);
    const type = headers['content-type'];
    if (type !== undefined && !/\bjson\b/i.test(type)) return unanswered('BAD-REPLY');
    const reading = parseRdap(new TextDecoder().decode(answer.body));
    // An error object under status 200: seen at servers behind a gateway
    if (reading.state === 'error' && reading.code === 404) return absent('NOT-FOUND');
    if (reading.state !== 'registered') return unanswered('BAD-REPLY');
    // Another domain's data is worse than none
    if (reading.domain !== null && reading.domain !== domain && /^[\x21-\x7e]+$/.test(reading.domain))
      return unanswered('BAD-REPLY');
    return found({
      source: 'rdap',
      server: new URL(url).host.slice(0, 512),
      registrar: reading.registrar,
      created: reading.created,
      expires: reading.expires,
      updated: reading.updated,
      nameservers: [...reading.nameservers],
      statuses: [...reading.statuses],
    });
  }

  async function exchange(
    base: string,
    domain: string,
    signal: AbortSignal,
  ): Promise<Exchange<Lookup<Registration>>> {
    const answer = await fetch(`${base}domain/${domain}`, {
      signal,
      timeoutMs,
      maxBytes: 1_048_576,
      redirects: 3,
      headers: { accept: 'application/rdap+json', 'user-agent': userAgent },
    });
    if (answer.state === 'failed') return { value: unanswered(answer.why) };
    const wait = retryAfterMs(answer.headers['retry-after'], clock());
    // RFC 7480 section 5.5: 429; some say 503 with a time instead
    if (answer.status === 429 || (answer.status === 503 && wait !== null))
      return { value: unanswered('THROTTLED'), throttled: { forMs: wait } };
    return { value: read(answer, domain) };
  }

  return {
    async ask(base, domain, signal) {
      const server = URL.parse(base)?.host;
      if (server === undefined) return unanswered('UNSUPPORTED');
      const turn = await limits.run(server, signal, () => exchange(base, domain, signal));
      switch (turn.state) {
        case 'done':
          return turn.value;
        case 'paused':
          return unanswered('THROTTLED');
        case 'cancelled':
          return unanswered('CANCELLED');
      }
    },
  };
}
