import { z } from 'zod';
import { absent, found, unanswered, type Lookup, type Silence, type Tenant } from '#core/facts.ts';
import { createRateLimit, type Clock, type Sleep } from './limit.ts';

/**
 * The OpenID configuration of a tenant, of which a domain may stand for the id:
 * https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc
 * The id is a part of the issuer; its host differs by cloud and version.
 */
const OpenIdConfiguration = z.object({
  issuer: z.string().regex(/^https:\/\/[a-z0-9.-]+\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\//i),
  /** NA, EU, AS, WW ... */
  tenant_region_scope: z
    .string()
    .regex(/^[A-Za-z]{2,16}$/)
    .nullish(),
});

/** Errors of Entra: https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
const EntraError = z.object({ error: z.string(), error_description: z.string().nullish() });
/** AADSTS90002: no such tenant. AADSTS900023: not a name a tenant could have. */
const NO_TENANT = /\bAADSTS(?:90002|900023)\b/;

/** The user-realm answer, version 2.1: how a user of the domain would sign in. Microsoft does not document it; its sign-in page asks it. */
const UserRealm = z.object({
  NameSpaceType: z.enum(['Managed', 'Federated', 'Unknown']),
  FederationBrandName: z.string().max(512).nullish(),
});

export interface TenantLookupOptions {
  readonly fetch: typeof globalThis.fetch;
  /** the login address of the cloud */
  readonly authority: string;
  readonly perSecond?: number;
  /** wait for one answer */
  readonly timeoutMs?: number;
  /** the longest pause that is waited out; above it the answer is THROTTLED at once */
  readonly patienceMs?: number;
  readonly clock: Clock;
  readonly sleep: Sleep;
}

export interface TenantLookup {
  /** The tenant behind a domain. What one of the two sources does not say is null. */
  look(domain: string, signal?: AbortSignal): Promise<Lookup<Tenant>>;
}

const BODY_LIMIT = 64 * 1024;
/** Where a 429 or 503 names no time (RFC 6585 section 4 leaves it to the server). */
const PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 60 * 60_000;

export function createTenantLookup(options: TenantLookupOptions): TenantLookup {
  const { fetch, perSecond = 1, timeoutMs = 5000, patienceMs = 5000, clock, sleep } = options;
  const authority = options.authority.replace(/\/+$/, '');
  const limit = createRateLimit({ perSecond, clock, sleep });

  /** One polite GET: status and text, or why there is none. */
  async function get(
    address: string,
    signal: AbortSignal | undefined,
  ): Promise<Lookup<{ status: number; body: string }>> {
    // Somebody else's service has asked for quiet: nobody waits minutes for a tenant id.
    if (limit.pausedFor() > patienceMs) return unanswered('THROTTLED');
    if (!(await limit.take(signal))) return unanswered('CANCELLED');
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const response = await fetch(address, {
        headers: { accept: 'application/json' },
        redirect: 'manual',
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      });
      const body = await readText(response, BODY_LIMIT);
      const why = silence(response);
      if (why === 'THROTTLED') limit.pauseUntil(clock() + pause(response.headers.get('retry-after')));
      if (why !== undefined) return unanswered(why);
      return body === undefined ? unanswered('BAD-REPLY') : found({ status: response.status, body });
    } catch {
      return unanswered(signal?.aborted ? 'CANCELLED' : timeout.aborted ? 'TIMEOUT' : 'NETWORK');
    }
  }

  /** Seconds or a date (RFC 9110 section 10.2.3). */
  function pause(retryAfter: string | null): number {
    const seconds = /^\d{1,9}$/.test(retryAfter ?? '')
      ? Number(retryAfter) * 1000
      : Date.parse(retryAfter ?? '') - clock();
    return Number.isNaN(seconds) ? PAUSE_MS : Math.min(Math.max(seconds, 0), LONGEST_PAUSE_MS);
  }

  async function openId(
    domain: string,
    signal?: AbortSignal,
  ): Promise<Lookup<Pick<Tenant, 'tenantId' | 'region'>>> {
    const answer = await get(`${authority}/${domain}/v2.0/.well-known/openid-configuration`, signal);
    if (answer.state !== 'found') return answer;
    const { status, body } = answer.value;
    if (status === 200) {
      const configuration = parse(OpenIdConfiguration, body);
      if (configuration === undefined) return unanswered('BAD-REPLY');
      const [, tenantId = null] = /^https:\/\/[^/]+\/([^/]+)\//.exec(configuration.issuer) ?? [];
      return found({
        tenantId: tenantId?.toLowerCase() ?? null,
        region: configuration.tenant_region_scope ?? null,
      });
    }
    const error = parse(EntraError, body);
    const isAbsent = error?.error === 'invalid_tenant' || NO_TENANT.test(error?.error_description ?? '');
    return status === 400 && isAbsent ? absent('NOT-FOUND') : unanswered('BAD-REPLY');
  }

  async function realm(
    domain: string,
    signal?: AbortSignal,
  ): Promise<Lookup<Pick<Tenant, 'realm' | 'brand'>>> {
    // No such user need exist: the answer depends on the domain alone.
    const user = encodeURIComponent(`hunter@${domain}`);
    const answer = await get(`${authority}/common/userrealm/?user=${user}&api-version=2.1`, signal);
    if (answer.state !== 'found') return answer;
    const reply = answer.value.status === 200 ? parse(UserRealm, answer.value.body) : undefined;
    if (reply === undefined) return unanswered('BAD-REPLY');
    if (reply.NameSpaceType === 'Unknown') return absent('NOT-FOUND');
    return found({ realm: reply.NameSpaceType, brand: reply.FederationBrandName?.trim() || null });
  }

  return {
    async look(domain, signal) {
      // A name goes into a path: nothing but a host name may.
      if (!/^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/.test(domain))
        return unanswered('UNSUPPORTED');
      const first = await openId(domain, signal);
      // Without a tenant there is no realm either: that question is saved.
      if (first.state === 'absent') return first;
      if (first.state === 'unanswered' && (first.why === 'THROTTLED' || first.why === 'CANCELLED'))
        return first;
      const second = await realm(domain, signal);
      // Only the OpenID configuration says that there is no tenant: beside its silence an unknown realm proves nothing.
      if (first.state === 'unanswered' && second.state !== 'found') return first;
      return found({
        ...(first.state === 'found' ? first.value : { tenantId: null, region: null }),
        ...(second.state === 'found' ? second.value : { realm: null, brand: null }),
      });
    },
  };
}

/** Statuses that say nothing about the domain. */
function silence({ status, headers }: Response): Silence | undefined {
  if (status === 429 || (status === 503 && headers.has('retry-after'))) return 'THROTTLED';
  if (status === 401 || status === 403) return 'REFUSED';
  if (status >= 500) return 'SERVFAIL';
  return status >= 300 && status < 400 ? 'BAD-REPLY' : undefined;
}

/** The body, or undefined when it is longer than anything these sources send. */
async function readText(response: Response, limit: number): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    // Leaving the loop cancels the rest of the body.
    if (size > limit) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse<T extends z.ZodType>(schema: T, body: string): z.infer<T> | undefined {
  try {
    return schema.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}
