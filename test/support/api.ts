import { NOBODY, refusalOf, type Gate } from '#service/http/auth.ts';
import { gateOf as configured } from '#service/http/gate.ts';
import type { Actor, Route } from '#service/http/route.ts';
import { startServer } from '#service/http/server.ts';
import { SCOPES } from '#service/api-key.ts';
import type { Role } from '#service/http/access.ts';
import { done } from '#service/failure.ts';
import type { Service } from '#service/context.ts';

/** Who calls: a role ("seller" is somebody of that role), a certain person, a key or token as it is sent, or nobody. */
export type As = Role | 'nobody' | Actor | { readonly key: string } | { readonly token: string };

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** the body as it came */
  readonly text: string;
  /** the body as JSON; null when it is none */
  // oxlint-disable-next-line typescript/no-explicit-any -- a test looks into whatever came
  readonly json: any;
}

export interface CallOptions {
  /** sent as JSON, unless it is text, bytes or a form */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly as?: As;
}

export interface Api {
  /** http://127.0.0.1:port */
  readonly url: string;
  /** `path` from the root: "/api/v1/leads" */
  call(method: string, path: string, options?: CallOptions): Promise<ApiAnswer>;
  /** the same without reading the body: for streams */
  open(method: string, path: string, options?: CallOptions & { signal?: AbortSignal }): Promise<Response>;
  close(): Promise<void>;
}

/** A person of this role, as the gate would make one. */
export const person = (role: Role, id = `tenant-1/${role}-1`): Actor => ({
  kind: 'user',
  id,
  role,
  scopes: [],
  objectId: id.split('/')[1] ?? null,
  keyId: null,
});

/** A key of these scopes, as the gate would make one. */
export const keyOf = (scopes: Actor['scopes'] = SCOPES, keyId = 1): Actor => ({
  kind: 'api-key',
  id: `key:${keyId}`,
  role: null,
  scopes,
  objectId: null,
  keyId,
});

/**
 * The API over a real socket. Without `as` a call is what the configuration makes of it (the internal mode: an
 * administrator); with an actor the check of credentials is skipped, and the table of access still decides.
 */
export async function startApi(service: Service, routes?: readonly Route[]): Promise<Api> {
  const actors = new Map<string, Actor>();
  // Only who wants all routes loads them all.
  const served = routes ?? (await import('#service/http/routes/index.ts')).ROUTES;
  const started = await startServer(service, served, {
    gate: gateOf(service, actors),
    host: '127.0.0.1',
    port: 0,
    graceMs: 500,
  });
  if (!started.ok) throw new Error(`${started.fault.code}: ${started.fault.why}`);
  const { url, close } = started.value;

  const open: Api['open'] = (method, path, { body, headers = {}, as, signal } = {}) => {
    const content = contentOf(body);
    return fetch(`${url}${path}`, {
      method,
      redirect: 'manual',
      ...(content.body === undefined ? {} : { body: content.body }),
      ...(signal === undefined ? {} : { signal }),
      headers: { ...content.headers, ...credentials(as, actors), ...headers },
    });
  };
  return {
    url,
    open,
    async call(method, path, options) {
      const response = await open(method, path, options);
      const text = await response.text();
      return { status: response.status, headers: response.headers, text, json: parsed(text) };
    },
    close,
  };
}

const ACTOR_HEADER = 'x-test-actor';

function credentials(as: As | undefined, actors: Map<string, Actor>): Record<string, string> {
  if (as === undefined) return {};
  if (typeof as === 'object' && 'key' in as) return { 'x-api-key': as.key };
  if (typeof as === 'object' && 'token' in as) return { authorization: `Bearer ${as.token}` };
  const actor = as === 'nobody' ? NOBODY : typeof as === 'string' ? person(as) : as;
  const name = String(actors.size);
  actors.set(name, actor);
  return { [ACTOR_HEADER]: name };
}

function gateOf(service: Service, actors: ReadonlyMap<string, Actor>): Gate {
  const gate = configured(service);
  return {
    async admit(caller, access) {
      const actor = actors.get(caller.request.headers.get(ACTOR_HEADER) ?? '');
      if (actor === undefined) return gate.admit(caller, access);
      const failure = refusalOf(access, actor);
      return failure === null ? done(actor) : { ok: false, failure };
    },
  };
}

function contentOf(body: unknown): {
  body?: NonNullable<RequestInit['body']>;
  headers: Record<string, string>;
} {
  if (body === undefined) return { headers: {} };
  if (
    typeof body === 'string' ||
    body instanceof Uint8Array ||
    body instanceof FormData ||
    body instanceof Blob
  )
    return { body: body as NonNullable<RequestInit['body']>, headers: {} };
  return { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
