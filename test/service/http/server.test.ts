import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { reply, route, type Route } from '#service/http/route.ts';
import { startServer, type RunningServer, type ServerParts } from '#service/http/server.ts';
import type { Service } from '#service/context.ts';
import { configOf, createTestService, type TestService } from '#test/support/service.ts';

let t: TestService;
/** one request under way: it has arrived, and may be let go */
let arrived = Promise.withResolvers<void>();
let released = Promise.withResolvers<void>();
const ended: string[] = [];
const slow = route({
  id: 'GET /dashboard',
  tag: 'dashboard',
  summary: 'waits until it is let go',
  replies: { 200: { description: 'it', schema: z.unknown() } },
  handle: async () => {
    arrived.resolve();
    await released.promise;
    return reply({ done: true });
  },
});
const stream = route({
  id: 'GET /jobs/{id}/events',
  tag: 'jobs',
  summary: 'events until somebody goes',
  replies: { 200: { description: 'it', contentTypes: ['text/event-stream'] } },
  handle: async ({ signal }) =>
    new Response(
      new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode('data: first\n\n'));
          signal.addEventListener('abort', () => {
            ended.push('stream');
            controller.close();
          });
        },
      }),
      { headers: { 'Content-Type': 'text/event-stream' } },
    ),
});
const routes: readonly Route[] = [slow, stream];

beforeEach(() => {
  arrived = Promise.withResolvers();
  released = Promise.withResolvers();
});
beforeAll(async () => {
  t = await createTestService();
});
afterAll(() => t.close());

async function started(parts: ServerParts = {}, service: Service = t.service): Promise<RunningServer> {
  const outcome = await startServer(service, routes, { host: '127.0.0.1', port: 0, ...parts });
  if (!outcome.ok) throw new Error(outcome.fault.code);
  return outcome.value;
}
const withEnv = (env: Record<string, string>): Service => ({
  ...t.service,
  config: configOf({ HUNTER_DNS_SERVERS: '127.0.0.1', ...env }),
});

describe('starting', () => {
  test('a taken port is a reason and no exception', async () => {
    const first = await started();
    const port = Number(new URL(first.url).port);
    const second = await startServer(t.service, routes, { host: '127.0.0.1', port });
    expect(second).toMatchObject({ ok: false, fault: { code: 'listenPortTaken', host: '127.0.0.1', port } });
    await first.close();
  });

  test('an address this machine does not have is another reason', async () => {
    const service = withEnv({ HUNTER_INTERNAL_ANYWHERE: 'true' });
    const outcome = await startServer(service, routes, { host: '192.0.2.1', port: 0 });
    expect(outcome).toMatchObject({ ok: false, fault: { code: 'listenNoAddress', host: '192.0.2.1' } });
  });

  test('W21: without sign-in it listens on this machine only, unless somebody says otherwise', async () => {
    const refused = await startServer(t.service, routes, { host: '0.0.0.0', port: 0 });
    expect(refused).toMatchObject({ ok: false, fault: { code: 'listenInternal', host: '0.0.0.0' } });
    const anywhere = await started({ host: '0.0.0.0' }, withEnv({ HUNTER_INTERNAL_ANYWHERE: 'true' }));
    await anywhere.close();
  });

  test('every reason has a sentence with what to do, in both languages', () => {
    const { messages } = t.service.rules.current();
    for (const m of [messages.tr, messages.en]) {
      expect(m.cli.listenInternal).toContain('HUNTER_INTERNAL_ANYWHERE=true');
      expect(m.cli.listenPortTaken).toContain('HUNTER_PORT');
      expect(m.cli.listenNoAddress).toContain('HUNTER_HOST');
      expect(m.cli.listenForbidden).toContain('1024');
      expect(m.cli.listenFailed).toContain('{why}');
    }
  });
});

describe('closing', () => {
  test('takes no more requests and lets one under way finish', async () => {
    const server = await started();
    const answer = fetch(`${server.url}/api/v1/dashboard`);
    await arrived.promise;
    const closed = server.close();
    await expect(fetch(`${server.url}/api/v1/dashboard`)).rejects.toThrow('fetch failed');
    released.resolve();
    expect(await (await answer).json()).toEqual({ done: true });
    await closed;
  });

  test('ends streams at once', async () => {
    const server = await started();
    const response = await fetch(`${server.url}/api/v1/jobs/1/events`);
    const text = response.text();
    await sleep(20);
    ended.splice(0);
    await server.close();
    expect(await text).toBe('data: first\n\n');
    expect(ended).toEqual(['stream']);
  });

  test('does not wait for ever for a request that does not end', async () => {
    const server = await started({ graceMs: 50 });
    const answer = fetch(`${server.url}/api/v1/dashboard`).catch((error: Error) => error.message);
    await arrived.promise;
    await server.close();
    expect(await answer).toBe('fetch failed');
    released.resolve();
  });
});

test('a client that goes away is noticed by its stream', async () => {
  const server = await started();
  const leave = new AbortController();
  const response = await fetch(`${server.url}/api/v1/jobs/1/events`, { signal: leave.signal });
  await response.body!.getReader().read();
  ended.splice(0);
  leave.abort();
  for (let waited = 0; ended.length === 0 && waited < 100; waited += 1) await sleep(20);
  expect(ended).toEqual(['stream']);
  await server.close();
});

test.each([
  ['no HTTP', 'hello\r\n\r\n', 400],
  ['headers without end', `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
  ['no host', 'GET /api/v1/dashboard HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
  ['a host that is none', 'GET /api/v1/dashboard HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n', 400],
])('%s is answered in the usual form', async (_, sent, status) => {
  const server = await started();
  const { port } = new URL(server.url);
  const text = await new Promise<string>((resolve) => {
    let all = '';
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(sent));
    socket.on('data', (chunk) => (all += String(chunk))).on('close', () => resolve(all));
  });
  expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(JSON.parse(text.slice(text.indexOf('{')))).toMatchObject({ code: 'malformed-request' });
  await server.close();
});
