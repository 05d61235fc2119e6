import type { Service } from '../context.ts';
import { done, failed, type Failure, type Outcome } from '../failure.ts';
import { masked } from '../telemetry/log.ts';
import { ROLES, type Access, type Role } from './access.ts';
import { checkKey } from './api-keys.ts';
import { createLocalLimits, type Take } from './limits.ts';
import { networkOf } from './proxy.ts';
import type { Actor } from './route.ts';

/** What is known of a caller before anything is believed. */
export interface Caller {
  readonly request: Request;
  /** network address, for limits alone */
  readonly address: string;
}

/** Says who asks, and whether they may. */
export interface Gate {
  admit(caller: Caller, access: Access): Promise<Outcome<Actor>>;
}

/** Checks a bearer token of Entra; see entra.ts. */
export type CheckToken = (token: string) => Promise<Outcome<Actor>>;

export const NOBODY: Actor = {
  kind: 'anonymous',
  id: 'anonymous',
  role: null,
  scopes: [],
  objectId: null,
  keyId: null,
};
/** Everybody who reaches the port of the internal mode. */
export const INTERNAL: Actor = { ...NOBODY, kind: 'user', id: 'internal', role: 'admin' };

export interface GateParts {
  /** shared by all processes */
  readonly take: Take;
  /** null in the internal mode */
  readonly checkToken: CheckToken | null;
}

/**
 * Three limits stand at the gate. Callers without a name (documents, refused credentials) are counted in this process,
 * by address: to count them elsewhere would cost more than they do. People and keys are counted for all processes
 * together, since what they ask for is worth a statement.
 */
export function createGate(service: Service, { take, checkToken }: GateParts): Gate {
  const { config, clock, metrics } = service;
  const perMinute = config.http.requestsPerMinute;
  const strangers = createLocalLimits(clock);
  const refusals = createLocalLimits(clock);
  /** keys that were good, masked */
  const seen = new Set<string>();

  const limited = (kind: Actor['kind'], retryAfterMs: number): ReturnType<typeof failed> => {
    metrics.count('rate_limited', { actor: kind });
    return failed('rate-limited', { seconds: Math.max(1, Math.ceil(retryAfterMs / 1000)) });
  };
  const within = async (kind: Actor['kind'], key: string, perMinute: number): Promise<Failure | null> => {
    const taken = await take(key, perMinute / 60, perMinute);
    return taken.ok ? null : limited(kind, taken.retryAfterMs).failure;
  };

  async function authenticate(request: Request, network: string): Promise<Outcome<Actor>> {
    const key = request.headers.get('x-api-key');
    if (key !== null) {
      const holder = await checkKey(service, key);
      if (!holder.ok) return holder;
      seen.add(masked(key));
      const { actor, perMinute: own } = holder.value;
      const refused = await within('api-key', `key:${actor.keyId}`, own);
      return refused === null ? done(actor) : { ok: false, failure: refused };
    }
    let actor: Actor = INTERNAL;
    // Everybody is one person in the internal mode, so addresses are counted instead.
    let bucket = `internal:${masked(network)}`;
    if (checkToken !== null) {
      const token = bearerOf(request.headers.get('authorization'));
      if (token === null) return failed('unauthenticated');
      const checked = await checkToken(token);
      if (!checked.ok) return checked;
      actor = checked.value;
      bucket = `user:${actor.id}`;
    }
    const refused = await within('user', bucket, perMinute);
    return refused === null ? done(actor) : { ok: false, failure: refused };
  }

  return {
    async admit(caller, access) {
      if (access === 'probe') return done(NOBODY);
      const network = networkOf(caller.address);
      if (access === 'public') {
        const taken = strangers.take(network, perMinute / 60, perMinute);
        return taken.ok ? done(NOBODY) : limited('anonymous', taken.retryAfterMs);
      }
      const before = refusals.peek(network, perMinute / 60, perMinute);
      // Where wrong credentials come from in numbers, a key that was never good is not looked up: that costs a statement.
      // Others at the same address (an office, a proxy that was not named) are not shut out by it.
      const key = caller.request.headers.get('x-api-key');
      if (!before.ok && key !== null && !seen.has(masked(key)))
        return limited('anonymous', before.retryAfterMs);
      const actor = await authenticate(caller.request, network);
      if (!actor.ok && CREDENTIALS.has(actor.failure.code)) {
        if (!before.ok) return limited('anonymous', before.retryAfterMs);
        refusals.take(network, perMinute / 60, perMinute);
      }
      if (!actor.ok) return actor;
      const refusal = refusalOf(access, actor.value);
      return refusal === null ? actor : { ok: false, failure: refusal };
    },
  };
}

const CREDENTIALS: ReadonlySet<string> = new Set(['unauthenticated', 'invalid-token', 'invalid-key']);

/** Whether this actor may do what the table of access asks for; null = yes. */
export function refusalOf(access: Access, actor: Actor): Failure | null {
  if (access === 'public' || access === 'probe') return null;
  if ('key' in access) {
    if (actor.kind !== 'api-key') return failed('unauthenticated').failure;
    return actor.scopes.includes(access.key) ? null : forbidden(`X-API-Key: ${access.key}`);
  }
  const needs = access.scope === null ? access.role : `${access.role} (X-API-Key: ${access.scope})`;
  switch (actor.kind) {
    case 'anonymous':
      return failed('unauthenticated').failure;
    case 'api-key':
      return access.scope !== null && actor.scopes.includes(access.scope) ? null : forbidden(needs);
    case 'user':
      return actor.role !== null && rank(actor.role) >= rank(access.role) ? null : forbidden(needs);
  }
}

const forbidden = (needs: string): Failure => failed('forbidden', { needs }).failure;
const rank = (role: Role): number => ROLES.indexOf(role);

/** The token of "Bearer xyz" (RFC 6750 section 2.1), or null. */
const bearerOf = (header: string | null): string | null =>
  /^Bearer +([A-Za-z0-9._~+/=-]{1,16384})$/i.exec(header?.trim() ?? '')?.[1] ?? null;
