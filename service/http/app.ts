import { Hono } from 'hono';
import type { Service } from '../context.ts';
import { FAILURE_STATUS, failed, type Failure } from '../failure.ts';
import { isDatabaseDown } from '../store/not-now.ts';
import type { Gate } from './auth.ts';
import { ACCESS } from './access.ts';
import { errorBody, failureHeaders } from './errors.ts';
import { gateOf } from './gate.ts';
import { createHeaders, requestIdOf, traceOf } from './headers.ts';
import { readInput, tooLarge } from './input.ts';
import { languageOf } from './language.ts';
import { legacyHeaders } from './legacy.ts';
import { placesOf, type Place } from './places.ts';
import { clientAddress } from './proxy.ts';
import type { Actor, Answer, Route, RouteRequest } from './route.ts';
import { createSiteCheck } from './same-site.ts';

/** What the server knows of a request besides the request. */
export interface Surroundings {
  readonly incoming?: { readonly socket: { readonly remoteAddress?: string | undefined } };
  /** fires when the service stops: streams end */
  readonly closing?: AbortSignal;
}

export interface App {
  fetch(request: Request, surroundings?: Surroundings): Promise<Response>;
  /** the answer to what cannot be read as a request: 400, 408 or 431 */
  unreadable(status: number): Response;
}

export interface AppParts {
  /** who may do what; made from the configuration by default */
  readonly gate?: Gate;
}

/** One request on its way. What is learnt about it is written down for the log. */
interface Call {
  readonly request: Request;
  readonly surroundings: Surroundings;
  readonly id: string;
  readonly origin: string | null;
  readonly language: RouteRequest<never, never, never>['language'];
  place: Place | null;
  actor: Actor | null;
  failure: Failure | null;
  fault: unknown;
}

/** What Hono hands through: the call beside the server's own. */
type Env = { Bindings: { call: Call } };

/**
 * All routes behind one door: headers, who asks, limits, input, answer, log. Errors become answers here and nowhere
 * else, so no text from inside gets out.
 */
export function createApp(service: Service, routes: readonly Route[], parts: AppParts = {}): App {
  const { config, clock, metrics, log } = service;
  const headers = createHeaders(config);
  const siteFault = createSiteCheck(config);
  const gate = parts.gate ?? gateOf(service);
  const places = placesOf(routes);
  const messages = (call: Call) => service.rules.current().messages[call.language];

  const json = (
    call: Call,
    status: number,
    value: unknown,
    more?: Readonly<Record<string, string>>,
  ): Response => {
    const body = value === undefined || status === 204 ? null : JSON.stringify(value);
    return new Response(body, {
      status,
      headers: {
        ...headers.common(call.id, call.origin),
        ...(body === null ? {} : { 'Content-Type': JSON_TYPE }),
        ...legacyHeaders(call.place, call.request.url),
        ...more,
      },
    });
  };
  const refusal = (call: Call, failure: Failure): Response => {
    call.failure = failure;
    metrics.count('errors', { code: failure.code });
    const body = errorBody(failure, messages(call), call.id);
    return json(call, FAILURE_STATUS[failure.code], body, {
      ...failureHeaders(failure),
      ...closing(call.request),
    });
  };
  const render = (call: Call, answer: Answer): Response => {
    if ('failure' in answer) return refusal(call, answer.failure);
    // A Response has a method of the name `json`, so it is told by its body.
    if (!('body' in answer)) return json(call, answer.status, answer.json, answer.headers);
    const all = new Headers({
      ...headers.common(call.id, call.origin),
      ...legacyHeaders(call.place, call.request.url),
    });
    for (const [name, value] of answer.headers) all.set(name, value);
    const wanted = call.request.method !== 'HEAD';
    // A stream for nobody would go on until its end: the events of a job, say.
    if (!wanted) void answer.body?.cancel().catch(() => undefined);
    return new Response(wanted ? answer.body : null, { status: answer.status, headers: all });
  };

  /** The steps of a request that has a route. */
  async function serve(
    call: Call,
    route: Route,
    params: Readonly<Record<string, string>>,
  ): Promise<Response> {
    const { request, surroundings } = call;
    const address = clientAddress(
      surroundings.incoming?.socket.remoteAddress,
      request.headers.get('x-forwarded-for'),
      config.http.proxyHops,
    );
    const admitted = await gate.admit({ request, address }, ACCESS[route.id]);
    if (!admitted.ok) return refusal(call, admitted.failure);
    call.actor = admitted.value;
    const reading = await readInput(route, request, params, {
      language: call.language,
      uploadMaxBytes: config.http.uploadMaxBytes,
    });
    if (!reading.ok) return refusal(call, reading.failure);
    const { raw, overflowed, ...input } = reading.value;
    try {
      const answer = await route.handle(
        {
          ...(input as { params: never; query: never; body: never }),
          raw,
          actor: admitted.value,
          language: call.language,
          requestId: call.id,
          // Made when somebody asks for it: most handlers do not.
          get signal() {
            return signalOf(call);
          },
        },
        service,
      );
      return overflowed()
        ? refusal(call, tooLarge(config.http.uploadMaxBytes).failure)
        : render(call, answer);
    } catch (error) {
      if (overflowed()) return refusal(call, tooLarge(config.http.uploadMaxBytes).failure);
      throw error;
    }
  }

  /** An exception as an answer: the database is away, or the mistake is ours. */
  function crash(call: Call, error: unknown): Response {
    call.fault = error;
    return refusal(call, failed(isDatabaseDown(error) ? 'database-unavailable' : 'internal').failure);
  }

  /** There is nothing at this address, or nothing for this method. */
  function notAllowed(call: Call, path: string): Response {
    const allowed = places.methodsAt(path).join(', ');
    const { failure } =
      allowed === '' ? failed('route-not-found') : failed('method-not-allowed', { allowed });
    return refusal(call, failure);
  }

  const hono = new Hono<Env>({ strict: false });
  for (const place of places.all) {
    hono.on([place.method], [place.pattern], async ({ env: { call }, req }) => {
      if (places.isAnothers(place, req.path)) return notAllowed(call, req.path);
      call.place = place;
      return serve(call, place.route, req.param()).catch((error: unknown) => crash(call, error));
    });
  }
  hono.notFound(({ env: { call }, req }) => notAllowed(call, req.path));
  hono.onError((error, { env: { call } }) => crash(call, error));

  async function answer(call: Call): Promise<Response> {
    const { request, origin } = call;
    const fault = siteFault(request);
    if (fault !== null) return refusal(call, fault);
    if (request.method !== 'OPTIONS') return hono.fetch(request, { call });
    const allowed = places.methodsAt(new URL(request.url).pathname);
    if (allowed.length === 0) return refusal(call, failed('route-not-found').failure);
    const asked = origin !== null && request.headers.has('access-control-request-method');
    const granted = asked ? headers.preflight(origin, allowed) : {};
    return granted === null
      ? refusal(call, failed('origin-not-allowed').failure)
      : json(call, 204, undefined, { Allow: allowed.join(', '), ...granted });
  }

  /** One wide line for each request, and its figures. No address, no query: they may hold personal data. */
  function account(call: Call, status: number, ms: number): void {
    const { place, actor, failure, fault, request } = call;
    const route = place?.route.id ?? 'none';
    const kind = actor?.kind ?? 'anonymous';
    metrics.count('http_requests', { route, status, actor: kind });
    metrics.observe('http_request_ms', ms, { route });
    if (place?.deprecated === true || status === 410) metrics.count('deprecated_endpoints', { route });
    const fields = {
      id: call.id,
      method: request.method,
      route,
      status,
      ms,
      actor: kind,
      ...(failure === null ? {} : { code: failure.code }),
      ...(place?.legacy === true ? { legacy: true } : {}),
      ...traceOf(request.headers.get('traceparent')),
    };
    if (fault === undefined) log.info('request', fields);
    else log.error('request', fault, { ...fields, failure: failure?.code ?? null });
  }

  return {
    unreadable(status) {
      const id = requestIdOf(null, service.randomBytes);
      metrics.count('errors', { code: 'malformed-request' });
      log.info('request', { id, route: 'none', status, code: 'malformed-request' });
      const messages = service.rules.current().messages[config.language];
      const body = errorBody(failed('malformed-request').failure, messages, id, status);
      return new Response(JSON.stringify(body), {
        status,
        headers: { ...headers.common(id, null), 'Content-Type': JSON_TYPE },
      });
    },
    async fetch(request, surroundings = {}) {
      const started = clock();
      const call: Call = {
        request,
        surroundings,
        id: requestIdOf(request.headers.get('x-request-id'), service.randomBytes),
        origin: request.headers.get('origin'),
        language: languageOf(langOf(request.url), request.headers.get('accept-language'), config.language),
        place: null,
        actor: null,
        failure: null,
        fault: undefined,
      };
      const response = await answer(call).catch((error: unknown) => crash(call, error));
      account(call, response.status, clock() - started);
      return response;
    },
  };
}

const JSON_TYPE = 'application/json; charset=utf-8';

const langOf = (url: string): string | null =>
  url.includes('lang=') ? new URL(url).searchParams.get('lang') : null;

const SMALL_BODY = 64 * 1024;
/** A large body that nobody reads any more is not waited for: the client is told that this connection ends. */
const closing = ({ headers }: Request): Record<string, string> =>
  headers.has('transfer-encoding') || Number(headers.get('content-length') ?? 0) > SMALL_BODY
    ? { Connection: 'close' }
    : {};

const signalOf = ({ request, surroundings: { closing } }: Call): AbortSignal =>
  closing === undefined ? request.signal : AbortSignal.any([request.signal, closing]);
