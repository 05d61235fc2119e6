import { afterAll, beforeAll, expect, test } from 'vitest';
import { goneRoutes } from '#service/http/routes/gone.ts';
import { startApi, type Api } from '#test/support/api.ts';
import { createTestService, type TestService } from '#test/support/service.ts';

let t: TestService;
let api: Api;
beforeAll(async () => {
  t = await createTestService();
  api = await startApi(t.service, goneRoutes);
  const { sql } = t.service;
  await sql`
    insert into companies (domain, domain_unicode, canonical_name, source)
    values ('contoso.com', 'contoso.com', 'Contoso', 'import'), ('bare.example.net', 'bare.example.net', 'Bare', 'import')`;
  await sql`
    insert into notes (company_id, note, created_at, updated_at)
    select id, note, at::timestamptz, at::timestamptz
    from companies, (values ('old', '2025-01-01'), ('new', '2025-06-01')) as n(note, at) where domain = 'contoso.com'`;
  await sql`
    insert into tags (company_id, tag, created_at)
    select id, 'vip', '2025-01-01'::timestamptz from companies where domain = 'contoso.com'`;
}, 60_000);
afterAll(async () => {
  await api.close();
  await t.close();
});

test.each([
  ['POST', '/leads/contoso.com/notes'],
  ['PUT', '/leads/contoso.com/notes/1'],
  ['DELETE', '/leads/contoso.com/notes/1'],
  ['POST', '/leads/contoso.com/tags'],
  ['DELETE', '/leads/contoso.com/tags/1'],
  ['POST', '/leads/contoso.com/favorite'],
  ['DELETE', '/leads/contoso.com/favorite'],
])('%s %s is gone at both addresses, says where to, and is counted', async (method, path) => {
  for (const address of [path, `/api/v1${path}`]) {
    const { status, json } = await api.call(method, address, { body: { note: 'x' }, as: 'seller' });
    expect(status).toBe(410);
    expect(json).toEqual({
      error: 'Gone',
      detail: 'Notes, tags and favorites are kept in Dynamics 365 now.',
      code: 'moved-to-dynamics',
      requestId: expect.any(String),
      reason: expect.stringContaining('16 November 2025'),
      alternative: expect.stringContaining('Dynamics 365'),
      migration_guide: expect.stringContaining('/api/v1/leads/{domain}/notes'),
    });
  }
  const counted = t.service.metrics
    .counters()
    .filter(
      ({ name, labels }) =>
        name === 'deprecated_endpoints' &&
        String(labels['route']).startsWith(`${method} `) &&
        String(labels['route']).split('/').length === path.split('/').length,
    );
  expect(counted.reduce((sum, { value }) => sum + value, 0)).toBeGreaterThanOrEqual(2);
});

test('the reason comes in the language of the request', async () => {
  const { json } = await api.call('POST', '/api/v1/leads/contoso.com/favorite?lang=tr');
  expect(json.reason).toContain('16 Kasım 2025');
  expect(json.alternative).toBe('Dynamics 365’te müşteri adayını sabitleyin ya da takip edin.');
});

test('what was imported can be read, newest first', async () => {
  const notes = await api.call('GET', '/api/v1/leads/contoso.com/notes');
  expect(notes.json).toEqual([
    {
      id: 2,
      domain: 'contoso.com',
      note: 'new',
      created_at: '2025-06-01T00:00:00.000Z',
      updated_at: '2025-06-01T00:00:00.000Z',
    },
    {
      id: 1,
      domain: 'contoso.com',
      note: 'old',
      created_at: '2025-01-01T00:00:00.000Z',
      updated_at: '2025-01-01T00:00:00.000Z',
    },
  ]);
  const tags = await api.call('GET', '/leads/https%3A%2F%2FWWW.Contoso.com%2Fabout/tags');
  expect(tags.json).toEqual([
    { id: 1, domain: 'contoso.com', tag: 'vip', created_at: '2025-01-01T00:00:00.000Z' },
  ]);
});

test.each(['notes', 'tags'])(
  'a company without %s has an empty list, an unknown one is a 404, nonsense a 422',
  async (what) => {
    expect((await api.call('GET', `/api/v1/leads/bare.example.net/${what}`)).json).toEqual([]);
    expect((await api.call('GET', `/api/v1/leads/unknown.net/${what}`)).json.code).toBe('lead-not-found');
    const nonsense = await api.call('GET', `/api/v1/leads/com.tr/${what}`);
    expect([nonsense.status, nonsense.json.code]).toEqual([422, 'invalid-domain']);
  },
);
