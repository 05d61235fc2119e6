import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { failed } from '#service/failure.ts';
import { createApp } from '#service/http/app.ts';
import { refuse, reply, route, type Route } from '#service/http/route.ts';
import { createPool } from '#service/store/pool.ts';
import { createLog } from '#service/telemetry/log.ts';
import { startApi, type Api } from '#test/support/api.ts';
import { createTestService, type TestService } from '#test/support/service.ts';

const anything = { 200: { description: 'it', schema: z.unknown() } };
const lead = route({
  id: 'GET /leads/{domain}',
  legacy: true,
  tag: 'leads',
  summary: 'one',
  params: z.object({ domain: z.string().max(50) }),
  replies: anything,
  handle: async ({ params, language, actor }) =>
    params.domain === 'unknown.example'
      ? refuse(failed('lead-not-found', { domain: params.domain }).failure)
      : reply({ lead: params.domain, language, actor: actor.id }),
});
const exported = route({
  id: 'GET /leads/export',
  legacy: true,
  tag: 'leads',
  summary: 'file',
  replies: { 200: { description: 'it', contentTypes: ['text/csv'] } },
  handle: async () =>
    new Response('a,b', { headers: { 'Content-Type': 'text/csv', 'Cache-Control': 'private' } }),
});
const rescan = route({
  id: 'POST /scan/{domain}/rescan',
  legacy: true,
  tag: 'scan',
  summary: 'one',
  params: z.object({ domain: z.string() }),
  replies: anything,
  handle: async ({ params }) => reply({ one: params.domain }),
});
const bulkRescan = route({
  id: 'POST /scan/bulk/rescan',
  legacy: true,
  tag: 'scan',
  summary: 'many',
  replies: anything,
  handle: async () => reply({ many: true }),
});
const scan = route({
  id: 'POST /scan/domain',
  tag: 'scan',
  summary: 'scan',
  query: z.object({
    page: z.coerce.number().int().min(1).default(1),
    tag: z.union([z.string(), z.array(z.string())]).optional(),
  }),
  body: z.object({ domain: z.string().min(3), note: z.string().optional() }),
  bodyLimit: 2048,
  replies: anything,
  handle: async ({ body, query }) => reply({ body, query }),
});
const upload = route({
  id: 'POST /ingest/csv',
  tag: 'ingest',
  summary: 'file',
  form: z.object({ file: z.string() }),
  replies: anything,
  handle: async ({ raw }) => reply({ bytes: (await raw.arrayBuffer()).byteLength }),
});
const crash = route({
  id: 'GET /leads/duplicates',
  tag: 'leads',
  summary: 'crash',
  replies: anything,
  handle: async () => {
    throw new Error('password=hunter2 at /srv/secret.ts');
  },
});
const search = route({
  id: 'GET /dashboard',
  tag: 'dashboard',
  summary: 'asks the database',
  replies: anything,
  handle: async (_request, { sql }) => reply(await sql`select 1 as one`),
});
const erase = route({
  id: 'DELETE /leads/{domain}',
  legacy: true,
  tag: 'leads',
  summary: 'erase',
  params: z.object({ domain: z.string() }),
  replies: anything,
  handle: async ({ params }) => reply({ erased: params.domain }),
});
// The general before the special, as a careless list would have them.
const routes: readonly Route[] = [erase, rescan, bulkRescan, lead, exported, scan, upload, crash, search];

let t: TestService;
let api: Api;
const lines: string[] = [];
beforeAll(async () => {
  const log = createLog({ write: (line) => lines.push(line), clock: Date.now, debug: false });
  t = await createTestService({
    log,
    env: { HUNTER_CORS_ORIGINS: 'https://contoso.crm4.dynamics.com', HUNTER_UPLOAD_MAX_MB: '1' },
  });
  api = await startApi(t.service, routes);
});
afterAll(async () => {
  await api.close();
  await t.close();
});
beforeEach(() => void lines.splice(0));

describe('finding the route', () => {
  test('W22: a fixed segment wins over a parameter, whatever the order of the routes', async () => {
    expect((await api.call('POST', '/api/v1/scan/bulk/rescan')).json).toEqual({ many: true });
    expect((await api.call('POST', '/scan/bulk/rescan')).json).toEqual({ many: true });
    expect((await api.call('POST', '/api/v1/scan/contoso.com/rescan')).json).toEqual({ one: 'contoso.com' });
    expect((await api.call('GET', '/api/v1/leads/export')).text).toBe('a,b');
    expect((await api.call('GET', '/leads/export')).text).toBe('a,b');
  });

  test('a slash at the end does not matter, and a parameter is decoded', async () => {
    expect((await api.call('GET', '/api/v1/leads/contoso.com/')).json.lead).toBe('contoso.com');
    expect((await api.call('GET', '/api/v1/leads/m%C3%BCller.de')).json.lead).toBe('müller.de');
  });

  test('an unknown address is a 404 with where to look', async () => {
    const { status, json } = await api.call('GET', '/api/v1/nothing', {
      headers: { 'x-request-id': 'abc-123' },
    });
    expect(status).toBe(404);
    expect(json).toEqual({
      error: 'Not Found',
      detail: 'There is nothing at this address. /docs lists every address.',
      code: 'route-not-found',
      requestId: 'abc-123',
    });
  });

  test('a method the address does not take is a 405 that names those it takes', async () => {
    const { status, json, headers } = await api.call('PUT', '/api/v1/leads/contoso.com');
    expect([status, json.code]).toEqual([405, 'method-not-allowed']);
    expect(headers.get('allow')).toBe('DELETE, GET, HEAD, OPTIONS');
  });

  test('a fixed segment wins for every method: what is there for others is not taken for a parameter', async () => {
    for (const path of ['/api/v1/leads/export', '/leads/export', '/api/v1/leads/export/']) {
      const { status, headers } = await api.call('DELETE', path);
      expect([status, headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
    }
    const { headers } = await api.call('OPTIONS', '/api/v1/leads/export');
    expect(headers.get('allow')).toBe('GET, HEAD, OPTIONS');
    expect((await api.call('DELETE', '/api/v1/leads/contoso.com')).json).toEqual({ erased: 'contoso.com' });
  });

  test('HEAD answers as GET does, without a body', async () => {
    const { status, text, headers } = await api.call('HEAD', '/api/v1/leads/contoso.com');
    expect([status, text, headers.get('content-type')]).toEqual([200, '', 'application/json; charset=utf-8']);
  });

  test('HEAD ends the stream that GET would have', async () => {
    let ended = false;
    const events = route({
      id: 'GET /jobs/{id}/events',
      tag: 'jobs',
      summary: 'stream',
      params: z.object({ id: z.string() }),
      replies: { 200: { description: 'it', contentTypes: ['text/event-stream'] } },
      handle: async () =>
        new Response(new ReadableStream({ cancel: () => void (ended = true) }), {
          headers: { 'Content-Type': 'text/event-stream' },
        }),
    });
    const app = createApp(t.service, [events]);
    const request = new Request('http://localhost/api/v1/jobs/1/events', { method: 'HEAD' });
    const { status, body } = await app.fetch(request);
    expect([status, body, ended]).toEqual([200, null, true]);
  });
});

describe('headers', () => {
  test('every answer has an id: the one that was sent, or a new one when that is not sane', async () => {
    const own = await api.call('GET', '/api/v1/leads/a.com', { headers: { 'x-request-id': 'trace.me:1' } });
    expect(own.headers.get('x-request-id')).toBe('trace.me:1');
    for (const id of ['<script>', 'a b', 'x'.repeat(101)]) {
      const other = await api.call('GET', '/api/v1/nothing', { headers: { 'x-request-id': id } });
      expect(other.headers.get('x-request-id')).toMatch(/^[0-9a-f]{32}$/);
      expect(other.json.requestId).toBe(other.headers.get('x-request-id'));
    }
  });

  test('answers may not be framed, guessed at or kept', async () => {
    for (const path of ['/api/v1/leads/a.com', '/api/v1/nothing']) {
      const { headers } = await api.call('GET', path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('cache-control')).toBe('no-store');
    }
  });

  test('what a handler says about its answer holds', async () => {
    const { headers } = await api.call('GET', '/api/v1/leads/export');
    expect(headers.get('cache-control')).toBe('private');
    expect(headers.get('content-type')).toBe('text/csv');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('an address of the earlier system says since when, until when and where to go', async () => {
    const { headers } = await api.call('GET', '/leads/contoso.com?lang=tr');
    expect(headers.get('deprecation')).toBe('@1795564800');
    expect(headers.get('sunset')).toBe('Tue, 30 Nov 2027 00:00:00 GMT');
    expect(headers.get('link')).toBe('</api/v1/leads/contoso.com>; rel="successor-version"');
    expect((await api.call('GET', '/api/v1/leads/contoso.com')).headers.get('deprecation')).toBeNull();
    const calls = t.service.metrics.counters().filter(({ name }) => name === 'deprecated_endpoints');
    expect(calls.map(({ labels }) => labels['route'])).toContain('GET /leads/{domain}');
  });

  test('a listed origin may read answers and is told what it may send', async () => {
    const origin = 'https://contoso.crm4.dynamics.com';
    const preflight = await api.call('OPTIONS', '/api/v1/scan/domain', {
      headers: { origin, 'access-control-request-method': 'POST' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe(origin);
    expect(preflight.headers.get('access-control-allow-methods')).toBe('OPTIONS, POST');
    expect(preflight.headers.get('access-control-allow-headers')).toContain('Authorization');
    const answer = await api.call('GET', '/api/v1/leads/a.com', { headers: { origin } });
    expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
    expect(answer.headers.get('access-control-expose-headers')).toContain('X-Request-ID');
    expect(answer.headers.get('vary')).toContain('Origin');
  });

  test('another origin is refused, preflight or not', async () => {
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' };
    for (const method of ['OPTIONS', 'POST', 'GET']) {
      const answer = await api.call(method, '/api/v1/scan/domain', { headers });
      expect([answer.status, answer.json.code]).toEqual([403, 'origin-not-allowed']);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    }
  });
});

describe('input', () => {
  test('a body is checked, and what is wrong is named without repeating it', async () => {
    const { status, json, text } = await api.call('POST', '/api/v1/scan/domain?page=0', {
      body: { domain: 'secret' },
    });
    expect([status, json.code]).toEqual([422, 'invalid-request']);
    expect(json.issues).toEqual([{ path: 'query.page', message: 'Too small: expected number to be >=1' }]);
    expect(text).not.toContain('secret');
    const body = await api.call('POST', '/api/v1/scan/domain', { body: { domain: 12345 } });
    expect(body.json.issues).toEqual([
      { path: 'body.domain', message: 'Invalid input: expected string, received number' },
    ]);
    expect(body.text).not.toContain('12345');
  });

  test('complaints come in the language of the request', async () => {
    const { json } = await api.call('POST', '/api/v1/scan/domain?lang=tr', { body: {} });
    expect(json.detail).toMatch(/^Gönderilenlerin bir kısmı/);
    expect(json.issues[0].message).toBe('Eksik');
    const german = await api.call('POST', '/api/v1/scan/domain', {
      body: {},
      headers: { 'accept-language': 'de, tr;q=0.5' },
    });
    expect(german.json.detail).toMatch(/^Gönderilenlerin/);
  });

  test('an empty query parameter counts as not given, a repeated one is a list', async () => {
    const { json } = await api.call('POST', '/api/v1/scan/domain?page=&tag=a&tag=b&lang=en', {
      body: { domain: 'a.com' },
    });
    expect(json.query).toEqual({ page: 1, tag: ['a', 'b'] });
  });

  test.each([
    ['no JSON', '{"domain": ', { 'content-type': 'application/json' }, 400, 'malformed-json'],
    ['no body', undefined, {}, 400, 'malformed-json'],
    [
      'a form',
      'domain=a.com',
      { 'content-type': 'application/x-www-form-urlencoded' },
      415,
      'unsupported-media-type',
    ],
    [
      'text, as a page of another site could send it',
      '{"domain":"a.com"}',
      { 'content-type': 'text/plain' },
      415,
      'unsupported-media-type',
    ],
    [
      'more than the limit',
      JSON.stringify({ domain: 'a'.repeat(3000) }),
      { 'content-type': 'application/json' },
      413,
      'body-too-large',
    ],
  ] as const)('%s is refused', async (_, body, headers, status, code) => {
    const answer = await api.call('POST', '/api/v1/scan/domain', { body, headers });
    expect([answer.status, answer.json.code]).toEqual([status, code]);
  });

  test('JSON that nests without end is refused, and not gone through', async () => {
    const nested = (levels: number): string =>
      `{"domain":"a.com","more":${'['.repeat(levels)}${']'.repeat(levels)}}`;
    const send = (levels: number) =>
      api.call('POST', '/api/v1/scan/domain', {
        body: nested(levels),
        headers: { 'content-type': 'application/json' },
      });
    expect((await send(60)).status).toBe(200);
    const { status, json } = await send(900);
    expect([status, json.code]).toEqual([422, 'invalid-request']);
    expect(json.issues).toEqual([{ path: 'body', message: 'Nested more than 64 levels deep' }]);
  });

  test('a NUL or half a surrogate pair, which no column takes, becomes U+FFFD wherever it stands', async () => {
    const { json } = await api.call('POST', '/api/v1/scan/domain?tag=a%00b', {
      body: '{"domain":"a\\u0000b\\ud800c\\\\u0000"}',
      headers: { 'content-type': 'application/json' },
    });
    expect(json).toEqual({ query: { page: 1, tag: 'a\uFFFDb' }, body: { domain: 'a\uFFFDb\uFFFDc\\u0000' } });
  });

  test('a byte order mark before JSON is no fault', async () => {
    const body = '\ufeff{"domain":"a.com"}';
    const { status } = await api.call('POST', '/api/v1/scan/domain', {
      body,
      headers: { 'content-type': 'application/json' },
    });
    expect(status).toBe(200);
  });

  test('a body without a length is counted as it comes, JSON and upload alike', async () => {
    const stream = (bytes: number): ReadableStream =>
      new ReadableStream({
        start(controller) {
          for (let sent = 0; sent < bytes; sent += 65_536)
            controller.enqueue(new Uint8Array(65_536).fill(32));
          controller.close();
        },
      });
    const send = (path: string, type: string, bytes: number): Promise<Response> =>
      fetch(`${api.url}${path}`, {
        method: 'POST',
        body: stream(bytes),
        duplex: 'half',
        headers: { 'content-type': type },
      });
    const json = await send('/api/v1/scan/domain', 'application/json', 200_000);
    expect([json.status, ((await json.json()) as { code: string }).code]).toEqual([413, 'body-too-large']);
    const form = 'multipart/form-data; boundary=x';
    const large = await send('/api/v1/ingest/csv', form, 3 * 1024 * 1024);
    expect([large.status, ((await large.json()) as { code: string }).code]).toEqual([413, 'body-too-large']);
    const fits = await send('/api/v1/ingest/csv', form, 1024 * 1024);
    expect(await fits.json()).toEqual({ bytes: 1024 * 1024 });
  });

  test('an upload that is no form is a 415', async () => {
    const answer = await api.call('POST', '/api/v1/ingest/csv', { body: { file: 'x' } });
    expect([answer.status, answer.json.detail]).toEqual([
      415,
      'This content type is not read here. Send multipart/form-data.',
    ]);
  });
});

describe('faults', () => {
  test('a mistake of ours is a 500 without a word from inside, and the log has it under the id', async () => {
    const { status, json, text } = await api.call('GET', '/api/v1/leads/duplicates');
    expect([status, json.code, json.error]).toEqual([500, 'internal', 'Internal Server Error']);
    expect(text).not.toMatch(/hunter2|secret/);
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0]!)).toMatchObject({
      level: 'error',
      event: 'request',
      id: json.requestId,
      status: 500,
      error: 'Error',
    });
    expect(lines[0]).not.toMatch(/hunter2|secret/);
  });

  test('a refusal of a verb becomes its status, sentence and code', async () => {
    const { status, json } = await api.call('GET', '/api/v1/leads/unknown.example');
    expect([status, json.code]).toEqual([404, 'lead-not-found']);
    expect(json.detail).toBe('“unknown.example” is not known. Add it first: POST /api/v1/ingest/domain.');
  });

  test('a database that is away is a 503 that says when to come again', async () => {
    const sql = createPool({
      url: 'postgres://nobody@127.0.0.1:9/none',
      max: 1,
      statementTimeoutMs: 0,
      application: 'test',
    });
    const away = await startApi({ ...t.service, sql }, routes);
    try {
      const { status, json, headers, text } = await away.call('GET', '/api/v1/dashboard', { as: 'admin' });
      expect([status, json.code, headers.get('retry-after')]).toEqual([503, 'database-unavailable', '30']);
      expect(text).not.toContain('ECONNREFUSED');
    } finally {
      await away.close();
      await sql.end({ timeout: 0 });
    }
  });
});

describe('the log', () => {
  test('has one line a request, without address, query or person', async () => {
    await api.call('GET', '/api/v1/leads/contoso.com?search=ayse@contoso.com', {
      headers: {
        traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
        'x-request-id': 'r1',
      },
      as: 'operator',
    });
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0]!)).toEqual({
      time: expect.any(String),
      level: 'info',
      event: 'request',
      id: 'r1',
      method: 'GET',
      route: 'GET /leads/{domain}',
      status: 200,
      ms: expect.any(Number),
      actor: 'user',
      trace: '4bf92f3577b34da6a3ce929d0e0e4736',
      parent: '00f067aa0ba902b7',
    });
    expect(lines[0]).not.toMatch(/ayse|127\.0\.0\.1/);
  });
});

test('the app answers without a socket too', async () => {
  const response = await createApp(t.service, routes).fetch(
    new Request('http://localhost/api/v1/leads/a.com'),
  );
  expect(await response.json()).toMatchObject({ lead: 'a.com', actor: 'internal' });
});
