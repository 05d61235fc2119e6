import type { Config } from '../config.ts';

/**
 * Headers of every answer, built in one place and set when the answer is made: stacked middleware costs several times
 * the request itself.
 */

/** What a request id may look like; anything else is not taken over, since it is written into logs and headers. */
const REQUEST_ID = /^[A-Za-z0-9._:-]{1,100}$/;

/** The id the client sent, when it is a sane one; else a new one. */
export const requestIdOf = (sent: string | null, randomBytes: (size: number) => Buffer): string =>
  sent !== null && REQUEST_ID.test(sent) ? sent : randomBytes(16).toString('hex');

/** W3C Trace Context, section 3.2: version, trace id, parent id, flags. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}(?:$|-)/;

/** The trace this request belongs to, when its header is one. */
export function traceOf(header: string | null): { readonly trace: string; readonly parent: string } | null {
  const match = header === null ? null : TRACEPARENT.exec(header);
  return match === null ? null : { trace: match[1]!, parent: match[2]! };
}

const SECURITY = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
};
/** An answer is data: nothing in it may run, and nobody may frame it. Pages bring a policy of their own. */
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'";

const ALLOW_HEADERS =
  'Authorization, Content-Type, X-API-Key, X-Request-ID, Accept-Language, If-None-Match, Last-Event-ID, traceparent, tracestate';
const EXPOSE_HEADERS =
  'X-Request-ID, Retry-After, Deprecation, Sunset, Link, Content-Disposition, ETag, Location, Allow';

export interface HeaderBook {
  /** headers of every answer to a request of this origin; those of the route win */
  common(requestId: string, origin: string | null): Record<string, string>;
  /** whether a page of this origin may read answers */
  allows(origin: string): boolean;
  /** headers of an answer to a preflight, or null when the origin may not ask */
  preflight(origin: string, methods: readonly string[]): Record<string, string> | null;
}

export function createHeaders({ http }: Pick<Config, 'http'>): HeaderBook {
  const origins = new Set(http.corsOrigins);
  const own = new URL(http.publicUrl);
  const fixed: Record<string, string> = {
    ...SECURITY,
    'Content-Security-Policy': DATA_POLICY,
    'Cache-Control': 'no-store',
    ...(own.protocol === 'https:' ? { 'Strict-Transport-Security': 'max-age=31536000' } : {}),
    // A cache must not give one origin's answer to another.
    ...(origins.size > 0 ? { Vary: 'Origin, Accept-Language' } : { Vary: 'Accept-Language' }),
  };
  const allows = (origin: string): boolean => origins.has(origin);
  return {
    allows,
    common: (requestId, origin) => ({
      ...fixed,
      'X-Request-ID': requestId,
      ...(origin !== null && allows(origin)
        ? { 'Access-Control-Allow-Origin': origin, 'Access-Control-Expose-Headers': EXPOSE_HEADERS }
        : {}),
    }),
    preflight: (origin, methods) =>
      allows(origin)
        ? {
            'Access-Control-Allow-Origin': origin,
            'Access-Control-Allow-Methods': methods.join(', '),
            'Access-Control-Allow-Headers': ALLOW_HEADERS,
            'Access-Control-Max-Age': '600',
          }
        : null,
  };
}
