import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { adminRoutes } from '#service/http/routes/admin.ts';
import { reply, route } from '#service/http/route.ts';
import { z } from 'zod';
import { audit } from '#service/store/audit.ts';
import { startApi, type Api } from '#test/support/api.ts';
import { createTestService, type TestService } from '#test/support/service.ts';

/** What a key can be tried on. */
const who = route({
  id: 'POST /ingest/domain',
  tag: 'ingest',
  summary: 'who asks',
  replies: { 200: { description: 'it', schema: z.unknown() } },
  handle: async ({ actor }) => reply(actor),
});

let t: TestService;
let api: Api;
beforeAll(async () => {
  t = await createTestService();
  api = await startApi(t.service, [...adminRoutes, who]);
}, 60_000);
afterAll(async () => {
  await api.close();
  await t.close();
});
beforeEach(async () => {
  t.time.set('2026-11-25T09:00:00Z');
  await t.service.sql`truncate api_keys, audit_log, rate_limits restart identity cascade`;
});

const KEYS = '/api/v1/admin/api-keys';
const make = async (body: object = { name: 'web form' }) => (await api.call('POST', KEYS, { body })).json;
const use = (key: string) => api.call('POST', '/api/v1/ingest/domain', { as: { key } });

describe('a new key', () => {
  test('is shown once, and stored as nothing that gives it back', async () => {
    const { status, json } = await api.call('POST', KEYS, { body: { name: ' web form ' } });
    expect(status).toBe(201);
    expect(json).toEqual({
      id: 1,
      name: 'web form',
      key: expect.stringMatching(/^hk_[A-Za-z0-9_-]{43}$/),
      key_hint: json.key.slice(0, 8),
      scopes: ['ingest'],
      rate_limit_per_minute: 60,
      is_active: true,
      created_by: 'internal',
      created_at: '2026-11-25T09:00:00.000Z',
      expires_at: null,
      last_used_at: null,
    });
    const list = await api.call('GET', KEYS);
    expect(list.json).toHaveLength(1);
    expect(list.text).not.toContain(json.key);
    const [row] = await t.service.sql`select * from api_keys`;
    expect(JSON.stringify(row)).not.toContain(json.key.slice(10));
    const log = await api.call('GET', '/api/v1/admin/audit-log');
    expect(log.text).not.toContain(json.key);
  });

  test('says who it was made for, while the audit log says who made it', async () => {
    const key = await make({ name: 'a', created_by: 'Marketing' });
    expect(key.created_by).toBe('Marketing');
    const { json } = await api.call('GET', '/api/v1/admin/audit-log');
    expect(json.entries[0]).toMatchObject({ actor: 'internal', action: 'api-key.create', target: 'key:1' });
  });

  test.each([
    ['no name', {}, 'body.name'],
    ['an empty name', { name: '  ' }, 'body.name'],
    ['no request a minute', { name: 'a', rate_limit_per_minute: 0 }, 'body.rate_limit_per_minute'],
    ['more than 10,000', { name: 'a', rate_limit_per_minute: 10_001 }, 'body.rate_limit_per_minute'],
    ['a scope that is for people', { name: 'a', scopes: ['admin'] }, 'body.scopes.0'],
    ['no scope', { name: 'a', scopes: [] }, 'body.scopes'],
    ['an end that is no moment', { name: 'a', expires_at: 'tomorrow' }, 'body.expires_at'],
  ])('with %s is refused', async (_, body, path) => {
    const { status, json } = await api.call('POST', KEYS, { body });
    expect([status, json.issues[0].path]).toEqual([422, path]);
  });

  test('that would never work is not made', async () => {
    const body = { name: 'a', expires_at: '2026-11-25T12:00:00+03:00' };
    const { status, json } = await api.call('POST', KEYS, { body });
    expect([status, json.code]).toEqual([422, 'expiry-past']);
    expect(await t.service.sql`select from api_keys`).toEqual([]);
  });
  test('is nothing a seller, an operator or another key can make', async () => {
    const { key } = await make({ name: 'all', scopes: ['ingest', 'scan', 'read', 'export', 'write'] });
    for (const as of ['seller', 'operator', { key }] as const) {
      expect((await api.call('POST', KEYS, { body: { name: 'a' }, as })).status).toBe(403);
    }
  });
});

describe('a key in use', () => {
  test('is an actor of its own, with its scopes', async () => {
    const { key } = await make({ name: 'a', scopes: ['ingest', 'read'] });
    expect((await use(key)).json).toEqual({
      kind: 'api-key',
      id: 'key:1',
      role: null,
      scopes: ['ingest', 'read'],
      objectId: null,
      keyId: 1,
    });
  });

  test.each([
    ['another of the right form', `hk_${'A'.repeat(43)}`],
    ['none of the form', 'secret'],
    ['an empty one', ''],
    ['with quotes', `hk_' or 1=1 --`],
  ])('%s is refused, even where nobody has to sign in', async (_, key) => {
    await make();
    const { status, json } = await use(key);
    expect([status, json.code]).toEqual([401, 'invalid-key']);
  });

  test('W21: can be switched off at once, and on again; twice is once', async () => {
    const { key } = await make();
    const off = await api.call('PATCH', `${KEYS}/1/deactivate`);
    expect([off.status, off.json.is_active]).toEqual([200, false]);
    await api.call('PATCH', `${KEYS}/1/deactivate`);
    expect((await use(key)).json.code).toBe('invalid-key');
    await api.call('PATCH', `${KEYS}/1/activate`);
    expect((await use(key)).status).toBe(200);
    const { json } = await api.call('GET', '/api/v1/admin/audit-log');
    const actions = json.entries.map(({ action }: { action: string }) => action);
    expect(actions).toEqual(['api-key.activate', 'api-key.deactivate', 'api-key.create']);
  });

  test('ends when its time has come', async () => {
    t.time.set('2026-11-25T08:00:00Z');
    const { key } = await make({ name: 'a', expires_at: '2026-11-25T12:00:00+03:00' });
    t.time.set('2026-11-25T09:00:00Z');
    expect((await use(key)).json.code).toBe('invalid-key');
    t.time.set('2026-11-25T08:59:59Z');
    expect((await use(key)).status).toBe(200);
  });

  test('has a limit of its own, and says when to come again', async () => {
    const { key } = await make({ name: 'a', rate_limit_per_minute: 2 });
    const other = await make({ name: 'b' });
    expect([(await use(key)).status, (await use(key)).status]).toEqual([200, 200]);
    const third = await use(key);
    expect([third.status, third.json.code]).toEqual([429, 'rate-limited']);
    expect(Number(third.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(Number(third.headers.get('retry-after'))).toBeLessThanOrEqual(30);
    expect((await use(other.key)).status).toBe(200);
  });

  test('notes when it was used, at most once a minute', async () => {
    const { key } = await make();
    const lastUsed = async () => (await api.call('GET', KEYS)).json[0].last_used_at;
    await use(key);
    expect(await lastUsed()).toBe('2026-11-25T09:00:00.000Z');
    t.time.set('2026-11-25T09:00:59Z');
    await use(key);
    expect(await lastUsed()).toBe('2026-11-25T09:00:00.000Z');
    t.time.set('2026-11-25T09:01:00Z');
    await use(key);
    expect(await lastUsed()).toBe('2026-11-25T09:01:00.000Z');
  });
});

test('a key that is not there cannot be switched', async () => {
  for (const id of ['99', '9'.repeat(15)]) {
    const { status, json } = await api.call('PATCH', `${KEYS}/${id}/activate`);
    expect([status, json.code]).toEqual([404, 'key-not-found']);
  }
  expect((await api.call('PATCH', `${KEYS}/abc/activate`)).status).toBe(422);
});

describe('the audit log', () => {
  test('is paged, newest first, and can be narrowed', async () => {
    for (let at = 1; at <= 5; at += 1) {
      const actor = { kind: 'user', id: at === 3 ? 'ayse' : 'mehmet' } as const;
      await audit(t.service.sql, actor, 'lead.erase', `firma${at}.com`, { at }, null);
    }
    const page = await api.call('GET', '/api/v1/admin/audit-log?page=2&page_size=2');
    expect(page.json.entries.map(({ target }: { target: string }) => target)).toEqual([
      'firma3.com',
      'firma2.com',
    ]);
    expect(page.json).toMatchObject({ total: 5, page: 2, page_size: 2, total_pages: 3 });
    const narrow = await api.call('GET', '/api/v1/admin/audit-log?actor=ayse&action=lead.erase');
    expect(narrow.json.total).toBe(1);
    expect(narrow.json.entries[0].target).toBe('firma3.com');
  });

  test('takes nothing that nobody did', async () => {
    await expect(audit(t.service.sql, { kind: 'anonymous', id: 'x' }, 'a.b', null, {}, null)).rejects.toThrow(
      'nobody',
    );
  });

  test.each(['page=0', 'page_size=201', 'page=x'])('refuses %s', async (query) => {
    expect((await api.call('GET', `/api/v1/admin/audit-log?${query}`)).status).toBe(422);
  });
});

test('a NUL in a name is no reason to fail, in the list or in the log', async () => {
  const { status, json } = await api.call('POST', KEYS, { body: { name: 'fo\0rm', created_by: 'A\0' } });
  expect([status, json.name, json.created_by]).toEqual([201, 'fo\uFFFDrm', 'A\uFFFD']);
});
