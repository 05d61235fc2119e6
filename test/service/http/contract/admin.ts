import { badQueries, noJson, type Refused, type Table } from './cases.ts';

const BAD = { status: 422, code: 'invalid-request' } as const;
const noKey = (path: (id: string) => string): Refused[] => [
  { say: 'a word for an id', path: path('first'), ...BAD },
  { say: 'a fraction for an id', path: path('1.5'), ...BAD },
  { say: 'an id of 16 digits', path: path('1234567890123456'), ...BAD },
  { say: 'a NUL for an id', path: path('%00'), ...BAD },
];
export const admin = {
  'GET /admin/api-keys': {
    happy: [{ path: '/admin/api-keys', status: 200, shows: [{ name: 'other' }, { name: 'machine' }] }],
    wrong: 'it takes nothing',
    missing: 'without keys it is an empty list',
  },
  'POST /admin/api-keys': {
    happy: [
      {
        path: '/admin/api-keys',
        body: { name: 'form' },
        status: 201,
        shows: { scopes: ['ingest'], rate_limit_per_minute: 60, is_active: true },
      },
      {
        say: 'with everything',
        path: '/admin/api-keys',
        body: {
          name: 'form',
          scopes: ['read', 'read', 'scan'],
          rate_limit_per_minute: 10_000,
          expires_at: '2030-01-01T00:00:00+03:00',
          created_by: 'Ayşe',
        },
        status: 201,
        shows: { scopes: ['read', 'scan'], expires_at: '2029-12-31T21:00:00.000Z', created_by: 'Ayşe' },
      },
      { say: 'with NULs', path: '/admin/api-keys', body: { name: 'fo\0rm', created_by: 'A\0' }, status: 201 },
    ],
    wrong: [
      ...noJson('/admin/api-keys', { name: 'form' }),
      { say: 'no name', path: '/admin/api-keys', body: {}, ...BAD },
      { say: 'a blank name', path: '/admin/api-keys', body: { name: '  ' }, ...BAD },
      { say: 'a name of 201 characters', path: '/admin/api-keys', body: { name: 'a'.repeat(201) }, ...BAD },
      {
        say: 'a limit of 0',
        path: '/admin/api-keys',
        body: { name: 'form', rate_limit_per_minute: 0 },
        ...BAD,
      },
      {
        say: 'a limit of 10,001',
        path: '/admin/api-keys',
        body: { name: 'form', rate_limit_per_minute: 10_001 },
        ...BAD,
      },
      {
        say: 'a scope that no key can have',
        path: '/admin/api-keys',
        body: { name: 'form', scopes: ['admin'] },
        ...BAD,
      },
      { say: 'no scopes', path: '/admin/api-keys', body: { name: 'form', scopes: [] }, ...BAD },
      {
        say: 'a day for a moment',
        path: '/admin/api-keys',
        body: { name: 'form', expires_at: 'tomorrow' },
        ...BAD,
      },
    ],
    missing: 'it makes what is not there',
  },
  'PATCH /admin/api-keys/{id}/activate': {
    happy: [
      { path: '/admin/api-keys/$key/activate', status: 200, shows: { name: 'other', is_active: true } },
    ],
    wrong: noKey((id) => `/admin/api-keys/${id}/activate`),
    missing: [
      {
        say: 'a key that is not there',
        path: '/admin/api-keys/999999999999999/activate',
        status: 404,
        code: 'key-not-found',
      },
    ],
  },
  'PATCH /admin/api-keys/{id}/deactivate': {
    happy: [
      { path: '/admin/api-keys/$key/deactivate', status: 200, shows: { name: 'other', is_active: false } },
    ],
    wrong: noKey((id) => `/admin/api-keys/${id}/deactivate`),
    missing: [
      {
        say: 'a key that is not there',
        path: '/admin/api-keys/999999999999999/deactivate',
        status: 404,
        code: 'key-not-found',
      },
    ],
  },
  'GET /admin/audit-log': {
    happy: [
      { path: '/admin/audit-log', status: 200, shows: { page: 1, page_size: 50 } },
      {
        say: 'of one action',
        path: '/admin/audit-log?action=api-key.create&actor=internal&page_size=1&page=2',
        status: 200,
        shows: { entries: [{ action: 'api-key.create', actor: 'internal' }] },
      },
      {
        say: 'of nothing that was done',
        path: '/admin/audit-log?action=other&target=%00',
        status: 200,
        shows: { entries: [], total: 0 },
      },
    ],
    wrong: badQueries(
      '/admin/audit-log',
      'page=0',
      'page=10001',
      'page_size=0',
      'page_size=201',
      'page=x',
      `action=${'a'.repeat(101)}`,
      'actor=a&actor=b',
    ),
    missing: 'a log without entries is an empty list',
  },

  'GET /debug/ip-enrichment/config': {
    happy: [{ path: '/debug/ip-enrichment/config', status: 200, shows: { enabled: true } }],
    wrong: 'it takes nothing',
    missing: 'without databases it is an empty list',
  },
  'GET /debug/ip-enrichment/{ip}': {
    happy: [
      { path: '/debug/ip-enrichment/8.8.8.8', status: 200, shows: { ip: '8.8.8.8', stored: [] } },
      { say: 'of a company', path: '/debug/ip-enrichment/192.0.2.21', status: 200, shows: { now: null } },
      { say: 'of six bytes and more', path: '/debug/ip-enrichment/2001:4860:4860::8888', status: 200 },
    ],
    wrong: [
      { say: 'a word', path: '/debug/ip-enrichment/localhost', ...BAD },
      { say: 'a part that is too large', path: '/debug/ip-enrichment/1.2.3.256', ...BAD },
      { say: 'a range', path: '/debug/ip-enrichment/10.0.0.0%2F8', ...BAD },
      { say: 'a NUL', path: '/debug/ip-enrichment/%00', ...BAD },
    ],
    missing:
      'an address that nobody uses is no error; a service without databases is another one (routes/debug.test.ts)',
  },
} satisfies Table;
