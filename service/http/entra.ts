import { createLocalJWKSet, decodeJwt, errors, jwtVerify, type JSONWebKeySet, type JWTPayload } from 'jose';
import { z } from 'zod';
import type { Config } from '../config.ts';
import { done, failed, type Outcome } from '../failure.ts';
import type { Clock } from '../lookup/limit.ts';
import type { Log } from '../telemetry/log.ts';
import { ROLES, type Role } from './access.ts';
import type { Actor } from './route.ts';

/** The delegated permission the app registration of the service offers. */
const SCOPE = 'access_as_user';
/** The app roles it offers, for people and for applications. */
export const APP_ROLES = {
  seller: 'Hunter.Seller',
  operator: 'Hunter.Operator',
  admin: 'Hunter.Admin',
} as const satisfies Record<Role, string>;

/** Clocks of the two sides differ by so much at most, in seconds. */
const SKEW_S = 60;
/** Keys are asked for again after this time, in the background. */
const KEYS_AGE_MS = 3_600_000;
/** An unknown key id asks again no more often than this: anybody can make one up. */
const COOLDOWN_MS = 30_000;
const FETCH_MS = 5000;

/** What a token must say of itself once its signature is proved. */
const Claims = z.object({
  tid: z.guid().toLowerCase(),
  oid: z.guid().toLowerCase(),
  sub: z.string().min(1),
  ver: z.literal('2.0'),
  /** who asked for the token; an id token has none, and is no permission to call an API */
  azp: z.string().min(1),
  scp: z.string().optional(),
  roles: z.array(z.string()).optional(),
  idtyp: z.string().optional(),
});
type Claims = z.infer<typeof Claims>;

const OpenIdConfiguration = z.object({ issuer: z.string(), jwks_uri: z.url() });
const KeySet = z.object({
  keys: z.array(z.looseObject({ kty: z.string(), kid: z.string().optional(), n: z.string().optional() })),
});

export interface EntraSetup extends Pick<
  Config['auth'],
  'tenantIds' | 'audiences' | 'clientIds' | 'authority'
> {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly log: Log;
}

export interface TokenCheck {
  /** who the token speaks for, or why it is not accepted */
  check(token: string): Promise<Outcome<Actor>>;
  /** fetches the keys of all tenants, so that the first caller does not wait */
  warm(): Promise<void>;
}

/**
 * Checks access tokens of Microsoft Entra, version 2.0: signed with RS256 by a key of a configured tenant, for this
 * service, by an allowed application, valid now. The keys last seen are kept while the sign-in service is away.
 */
export function createTokenCheck(setup: EntraSetup): TokenCheck {
  const { tenantIds, audiences, clientIds, clock } = setup;
  const authority = setup.authority.replace(/\/$/, '');
  const tenants = new Map(
    tenantIds.map((id) => [id.toLowerCase(), createKeys(`${authority}/${id.toLowerCase()}/v2.0`, setup)]),
  );
  const clients = new Set(clientIds.map((id) => id.toLowerCase()));

  return {
    warm: async () => void (await Promise.all([...tenants.values()].map((keys) => keys.refresh()))),
    async check(token) {
      const tenant = tenants.get(tenantOf(token) ?? '');
      if (tenant === undefined) return failed('invalid-token');
      const payload = await tenant.verify(token, {
        issuer: tenant.issuer,
        audience: [...audiences],
        algorithms: ['RS256'],
        clockTolerance: SKEW_S,
        requiredClaims: ['exp', 'nbf', 'iat'],
        currentDate: new Date(clock()),
      });
      if (!payload.ok) return payload;
      const claims = Claims.safeParse(payload.value);
      if (!claims.success) return failed('invalid-token');
      if (clients.size > 0 && !clients.has(claims.data.azp.toLowerCase())) return failed('invalid-token');
      return actorOf(claims.data);
    },
  };
}

/** A user with the permission, or an application with a role; a user without a role is a seller. */
function actorOf(claims: Claims): Outcome<Actor> {
  const { tid, oid, sub, scp, roles = [], idtyp } = claims;
  const role = ROLES.findLast((role) => roles.includes(APP_ROLES[role])) ?? null;
  const actor = { kind: 'user', id: `${tid}/${oid}`, scopes: [], keyId: null } as const;
  if (scp !== undefined) {
    if (!scp.split(' ').includes(SCOPE)) return failed('forbidden', { needs: SCOPE });
    return done({ ...actor, role: role ?? 'seller', objectId: oid });
  }
  // Only in a token of an application itself is the subject its own object.
  if (idtyp === undefined ? sub.toLowerCase() !== oid : idtyp !== 'app') return failed('invalid-token');
  return role === null
    ? failed('forbidden', { needs: Object.values(APP_ROLES).join(' | ') })
    : done({ ...actor, role, objectId: null });
}

/** Which tenant's keys to try: the token's own word, which the signature has to bear out. */
function tenantOf(token: string): string | null {
  try {
    const { tid } = decodeJwt(token);
    return typeof tid === 'string' ? tid.toLowerCase() : null;
  } catch {
    return null;
  }
}

interface Keys {
  readonly issuer: string;
  verify(token: string, options: NonNullable<Parameters<typeof jwtVerify>[2]>): Promise<Outcome<JWTPayload>>;
  refresh(): Promise<void>;
}

/** The keys of one tenant. */
function createKeys(issuer: string, { authority, fetch, clock, log }: EntraSetup): Keys {
  let keys: ReturnType<typeof createLocalJWKSet> | null = null;
  let fetchedAt = 0;
  let triedAt = Number.NEGATIVE_INFINITY;
  let running: Promise<void> | null = null;

  const ask = async (url: string): Promise<unknown> => {
    const response = await fetch(url, {
      signal: AbortSignal.timeout(FETCH_MS),
      redirect: 'error',
      headers: { accept: 'application/json' },
    });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return response.json();
  };
  const load = async (): Promise<void> => {
    triedAt = clock();
    try {
      const found = OpenIdConfiguration.parse(await ask(`${issuer}/.well-known/openid-configuration`));
      if (found.issuer !== issuer) throw new Error('the configuration is of another issuer');
      if (new URL(found.jwks_uri).origin !== new URL(authority).origin)
        throw new Error('the keys lie at another host');
      const set = KeySet.parse(await ask(found.jwks_uri));
      const usable = set.keys.filter(({ kty, n }) => kty === 'RSA' && n !== undefined);
      if (usable.length === 0) throw new Error('there are no keys');
      keys = createLocalJWKSet({ keys: usable } as JSONWebKeySet);
      fetchedAt = clock();
    } catch (error) {
      log.error('entra-keys', error, { issuer, kept: keys !== null });
    }
  };
  // Whoever comes while keys are on their way waits for the same answer.
  const refresh = (): Promise<void> =>
    (running ??= load().finally(() => {
      running = null;
    }));
  const mayTry = (): boolean => clock() - triedAt >= COOLDOWN_MS;

  return {
    issuer,
    refresh,
    async verify(token, options) {
      if (keys === null && (running !== null || mayTry())) await refresh();
      else if (clock() - fetchedAt >= KEYS_AGE_MS && mayTry()) void refresh();
      for (let again = true; ; again = false) {
        if (keys === null) return failed('sign-in-unavailable');
        try {
          return done((await jwtVerify(token, keys, options)).payload);
        } catch (error) {
          // A key that is not known yet: the tenant may have changed to it.
          if (!(error instanceof errors.JOSEError)) throw error;
          if (!(error instanceof errors.JWKSNoMatchingKey) || !again || !mayTry())
            return failed('invalid-token');
          await refresh();
        }
      }
    },
  };
}
