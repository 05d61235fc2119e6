import { lookup as systemLookup } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import { connect as tcpConnect, isIP, type LookupFunction, type Socket } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { Silence } from '#core/facts.ts';
import type { TargetFault } from '#core/rules/alert-words.ts';

/**
 * The guard for every outgoing connection to a host that somebody else names: a domain looked up, a referral, a
 * redirect, a webhook. A name can point anywhere, so addresses are judged, not names, and the address judged is the
 * one connected to: the check sits in the socket's own look-up, and no second look-up can differ from the first.
 */

/** Public by registry, and yet the host behind the virtual machine: Azure's wire server and DNS. */
const HOST_BEHIND: ReadonlySet<string> = new Set(['168.63.129.16']);

/**
 * Whether an address is one that anybody on the Internet could own. Private, loopback, link-local, shared (RFC 6598),
 * multicast, documentation and reserved ranges are not (IANA special-purpose registries, RFC 6890), nor are IPv6
 * forms that carry an IPv4 address inside which is not.
 */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0) return false;
  let ip = ipaddr.parse(address);
  if (ip instanceof ipaddr.IPv6) {
    const bytes = ip.toByteArray();
    if (ip.isIPv4MappedAddress()) ip = ip.toIPv4Address();
    // RFC 6052 section 2.1: only the well-known prefix may carry global addresses; 64:ff9b:1::/48 is local (RFC 8215)
    else if (ip.match(ipaddr.IPv6.parse('64:ff9b::'), 96)) ip = new ipaddr.IPv4(bytes.slice(12));
    // RFC 4291 section 2.4: all that is global unicast lies in 2000::/3 so far
    else if (!ip.match(ipaddr.IPv6.parse('2000::'), 3)) return false;
  }
  return ip.range() === 'unicast' && !HOST_BEHIND.has(ip.toString());
}

export interface Address {
  readonly address: string;
  readonly family: number;
}
/** Every address of a host name. Rejects when there is none. */
export type ResolveHost = (host: string) => Promise<readonly Address[]>;

const systemResolve: ResolveHost = (host) =>
  new Promise((resolve, reject) => {
    systemLookup(host, { all: true }, (error, addresses) => (error ? reject(error) : resolve(addresses)));
  });

export interface GuardOptions {
  /** addresses let through besides public ones: loopback doubles in tests, a proxy of one's own */
  readonly allowAddress?: (address: string) => boolean;
  /** how names become addresses; the system's way by default */
  readonly resolve?: ResolveHost;
}

/** Thrown inside the socket's look-up, and turned into a value before anybody sees it. */
class Refusal extends Error {
  readonly code = 'ADDRESS_REFUSED';
}

function createGuard({ allowAddress, resolve = systemResolve }: GuardOptions) {
  const allowed = (address: string): boolean => isPublicAddress(address) || allowAddress?.(address) === true;
  return {
    allowed,
    /** `lookup` for a socket: resolves, and hands on only addresses that may be connected to. */
    lookup: ((host, options, callback) => {
      resolve(host).then(
        (addresses) => {
          const family = options.family === 4 || options.family === 6 ? options.family : 0;
          const fit = addresses.filter((a) => allowed(a.address) && (family === 0 || a.family === family));
          const first = fit[0];
          if (first === undefined) callback(new Refusal(`${host} has no public address`), '', 0);
          else if (options.all === true) callback(null, [...fit]);
          else callback(null, first.address, first.family);
        },
        (error: NodeJS.ErrnoException) => callback(error, '', 0),
      );
    }) satisfies LookupFunction,
    /** A literal address never reaches a look-up, so it is judged here. Null = go on. */
    literal(host: string): string | null {
      const bare = host.replace(/^\[|\]$/g, '');
      return isIP(bare) !== 0 && !allowed(bare) ? `${bare} is not a public address` : null;
    },
  };
}

export interface Failed {
  readonly state: 'failed';
  /** UNSUPPORTED when the guard refused: trying again changes nothing */
  readonly why: Silence;
  /** what went wrong, for a log */
  readonly sentence: string;
  /** node's or OpenSSL's code, where there is one: CERT_HAS_EXPIRED, ECONNREFUSED */
  readonly code?: string;
}
const failed = (why: Silence, sentence: string, code?: string): Failed => ({
  state: 'failed',
  why,
  sentence,
  ...(code === undefined ? {} : { code }),
});

function failureOf(error: unknown, what: string): Failed {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ADDRESS_REFUSED') return failed('UNSUPPORTED', message, code);
  if (code === 'ETIMEDOUT') return failed('TIMEOUT', `${what}: ${message}`, code);
  // llhttp: what came back is not HTTP
  if (code?.startsWith('HPE_') === true) return failed('BAD-REPLY', `${what}: ${message}`, code);
  return failed('NETWORK', `${what}: ${message}`, code);
}

/** One signal that fires when the caller's does or the time is up, with a way to tell which. */
function deadline(signal: AbortSignal | undefined, timeoutMs: number) {
  const timer = AbortSignal.timeout(timeoutMs);
  return {
    signal: signal === undefined ? timer : AbortSignal.any([signal, timer]),
    failure: (what: string): Failed =>
      signal?.aborted === true
        ? failed('CANCELLED', `${what}: given up by the caller`)
        : failed('TIMEOUT', `${what}: no answer within ${timeoutMs} ms`),
  };
}

export interface Answered {
  readonly state: 'answered';
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
  /** where the answer came from, after redirects */
  readonly url: string;
}

export interface SafeFetchOptions {
  readonly signal?: AbortSignal;
  /** a longer body is a failure, 1 MiB by default */
  readonly maxBytes?: number;
  /** how many redirects are followed, 0 by default. A redirect not followed is handed back as answered */
  readonly redirects?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT';
  readonly body?: string | Uint8Array;
  /** for the whole exchange with its redirects, 10 s by default */
  readonly timeoutMs?: number;
}

export interface SafeFetchSetup extends GuardOptions {
  /** http: as well as https:, for doubles on loopback. Redirects from https: to http: stay refused */
  readonly allowHttp?: boolean;
}

/** A request to a public host over https. Whatever happens is a value; it never rejects. */
export type SafeFetch = (url: string, options?: SafeFetchOptions) => Promise<Answered | Failed>;

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const URL_MAX = 4_000;
/** Headers that may follow a redirect to another origin: none that could be a secret. */
const HARMLESS: ReadonlySet<string> = new Set(['accept', 'accept-language', 'user-agent']);

/** Why a URL is not asked, before anything is resolved; null = it may be. `from` is where a redirect comes from. */
function urlRefusal(
  url: URL,
  from: URL | null,
  setup: SafeFetchSetup,
  guard: ReturnType<typeof createGuard>,
): { readonly why: TargetFault; readonly failed: Failed } | null {
  const plain = url.protocol === 'http:';
  if (url.protocol !== 'https:' && !(plain && setup.allowHttp === true && from?.protocol !== 'https:')) {
    const sentence = `${url.protocol}//${url.host} is not asked: https only`;
    return { why: 'not-https', failed: failed('UNSUPPORTED', sentence) };
  }
  if (url.username !== '' || url.password !== '') {
    const sentence = `a URL with a password in it is not asked`;
    return { why: 'password-in-url', failed: failed('UNSUPPORTED', sentence) };
  }
  const literal = guard.literal(url.hostname);
  return literal === null
    ? null
    : { why: 'not-public', failed: failed('UNSUPPORTED', literal, 'ADDRESS_REFUSED') };
}

/** Why an address given by a user would not be asked, now and here; null = it may be, or its name did not resolve just now. */
export type TargetCheck = (url: string) => Promise<TargetFault | null>;

/**
 * Judges a URL as {@link createSafeFetch} would, without asking it: for a setting that is used later. Where it leads is
 * judged again at each request, since a name can be turned to another address.
 */
export function createTargetCheck(setup: SafeFetchSetup = {}): TargetCheck {
  const guard = createGuard(setup);
  return async (text) => {
    const url = text.length > URL_MAX ? null : URL.parse(text);
    if (url === null) return 'not-a-url';
    const refused = urlRefusal(url, null, setup, guard);
    if (refused !== null) return refused.why;
    const host = url.hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) !== 0) return null;
    try {
      const addresses = await (setup.resolve ?? systemResolve)(host);
      return addresses.some(({ address }) => guard.allowed(address)) ? null : 'not-public';
    } catch (error) {
      // A name that is not there is a slip; a resolver that is silent says nothing of the name.
      return (error as NodeJS.ErrnoException).code === 'ENOTFOUND' ? 'name-unknown' : null;
    }
  };
}

/**
 * Makes a fetch that connects to public addresses only.
 * @example const fetch = createSafeFetch(); await fetch('https://mta-sts.example.com/.well-known/mta-sts.txt', { redirects: 0 })
 */
export function createSafeFetch(setup: SafeFetchSetup = {}): SafeFetch {
  const guard = createGuard(setup);

  function once(
    url: URL,
    options: SafeFetchOptions,
    limit: ReturnType<typeof deadline>,
  ): Promise<Answered | Failed> {
    const { maxBytes = 1_048_576, method = 'GET', body, headers = {} } = options;
    const what = `${method} ${url.protocol}//${url.host}`;
    return new Promise((resolve) => {
      let request: http.ClientRequest;
      try {
        request = (url.protocol === 'https:' ? https : http).request(url, {
          method,
          // A new socket each time: one kept alive was checked for another moment, and idle ones keep a process up
          agent: false,
          lookup: guard.lookup,
          signal: limit.signal,
          // A compressed body could grow without end
          headers: { 'accept-encoding': 'identity', ...headers },
        });
      } catch (error) {
        // a header that no header may be
        return resolve(failureOf(error, what));
      }
      const end = (outcome: Answered | Failed): void => {
        resolve(outcome);
        request.destroy();
      };
      request.on('error', (error) =>
        end(limit.signal.aborted ? limit.failure(what) : failureOf(error, what)),
      );
      request.on('response', (response) => {
        const parts: Buffer[] = [];
        let size = 0;
        response.on('data', (part: Buffer) => {
          size += part.length;
          if (size > maxBytes) end(failed('BAD-REPLY', `${what}: more than ${maxBytes} bytes`));
          else parts.push(part);
        });
        response.on('error', (error) =>
          end(limit.signal.aborted ? limit.failure(what) : failureOf(error, what)),
        );
        response.on('close', () => {
          if (!response.complete) end(failed('NETWORK', `${what}: the answer broke off`));
        });
        response.on('end', () => {
          const encoding = response.headers['content-encoding'];
          if (encoding !== undefined && encoding !== '' && encoding !== 'identity')
            return end(failed('BAD-REPLY', `${what}: content encoding ${encoding} was not asked for`));
          end({
            state: 'answered',
            status: response.statusCode ?? 0,
            headers: Object.fromEntries(
              Object.entries(response.headers).map(([k, v]) => [k, Array.isArray(v) ? v.join(', ') : v]),
            ),
            body: Buffer.concat(parts),
            url: url.href,
          });
        });
      });
      request.end(body);
    });
  }

  return async (text, options = {}) => {
    const limit = deadline(options.signal, options.timeoutMs ?? 10_000);
    if (options.signal?.aborted === true) return limit.failure(text.slice(0, 200));
    let url: URL | null = text.length > URL_MAX ? null : URL.parse(text);
    if (url === null) return failed('UNSUPPORTED', 'not a URL');
    let from: URL | null = null;
    let headers = options.headers ?? {};
    for (let left = options.redirects ?? 0; ; left--) {
      const refused = urlRefusal(url, from, setup, guard);
      if (refused !== null) return refused.failed;
      const answer: Answered | Failed = await once(url, { ...options, headers }, limit);
      if (answer.state === 'failed' || !REDIRECTS.has(answer.status) || (options.redirects ?? 0) === 0)
        return answer;
      const location = answer.headers['location'];
      const next: URL | null =
        location === undefined || location.length > URL_MAX ? null : URL.parse(location, url.href);
      if (next === null) return answer;
      if (left === 0) return failed('BAD-REPLY', `${url.host} redirects too often`);
      // A body is not sent twice: the second place might not be the one it was meant for
      if (options.body !== undefined)
        return failed('BAD-REPLY', `${url.host} redirects a request with a body`);
      if (next.origin !== url.origin)
        headers = Object.fromEntries(Object.entries(headers).filter(([k]) => HARMLESS.has(k.toLowerCase())));
      from = url;
      url = next;
    }
  };
}

export interface Connected {
  readonly state: 'connected';
  readonly socket: Socket;
}
/** A TCP connection to a public host. The caller ends the socket. It never rejects. */
export type SafeConnect = (
  host: string,
  port: number,
  options?: { readonly signal?: AbortSignal; readonly timeoutMs?: number },
) => Promise<Connected | Failed>;

/** Makes a TCP connect that goes to public addresses only. */
export function createSafeConnect(setup: GuardOptions = {}): SafeConnect {
  const guard = createGuard(setup);
  return async (host, port, options = {}) => {
    const what = `${host}:${port}`;
    const literal = guard.literal(host);
    if (literal !== null) return failed('UNSUPPORTED', literal, 'ADDRESS_REFUSED');
    const limit = deadline(options.signal, options.timeoutMs ?? 10_000);
    if (limit.signal.aborted) return limit.failure(what);
    return new Promise((resolve) => {
      let socket: Socket;
      try {
        socket = tcpConnect({ host, port, lookup: guard.lookup });
      } catch (error) {
        return resolve(failureOf(error, what)); // a port that is none
      }
      const giveUp = (): void => {
        resolve(limit.failure(what));
        socket.destroy();
      };
      limit.signal.addEventListener('abort', giveUp, { once: true });
      socket.once('error', (error) => {
        limit.signal.removeEventListener('abort', giveUp);
        resolve(failureOf(error, what));
      });
      socket.once('connect', () => {
        limit.signal.removeEventListener('abort', giveUp);
        resolve({ state: 'connected', socket });
      });
    });
  };
}
