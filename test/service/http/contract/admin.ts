import { badQueries, noJson, unknownCompany, type Refused, type Table } from './cases.ts';

const NO_SET = { status: 404, code: 'rule-set-not-found' } as const;
const FAULTY = { status: 422, code: 'rules-faulty' } as const;
const BAD = { status: 422, code: 'invalid-request' } as const;
const noKey = (path: (id: string) => string): Refused[] => [
  { say: 'a word for an id', path: path('first'), ...BAD },
  { say: 'a fraction for an id', path: path('1.5'), ...BAD },
  { say: 'an id of 16 digits', path: path('1234567890123456'), ...BAD },
  { say: 'a NUL for an id', path: path('%00'), ...BAD },
];
const otherSet = (path: string, body: object): Refused[] => [
  { say: 'a rule set that is not there', path, body: { ...body, rule_set: 'hunter-99' }, ...NO_SET },
  { say: 'a NUL for a rule set', path, body: { ...body, rule_set: '\0' }, ...NO_SET },
];
const faultyOverlay = (path: string, body: object): Refused[] => [
  { say: 'an overlay without an id', path, body: { ...body, overlay: {} }, ...FAULTY },
  { say: 'an overlay with a field that is none', path, body: { ...body, overlay: { id: 'trial', other: 1 } }, ...FAULTY },
  { say: 'an overlay of a rule that is not there', path, body: { ...body, overlay: { id: 'trial', points: { 'no-such-rule': 1 } } }, ...FAULTY },
  { say: 'an overlay with a NUL in its id', path, body: { ...body, overlay: { id: 'tri\0al' } }, ...FAULTY },
  { say: 'a text for an overlay', path, body: { ...body, overlay: 'trial' }, ...BAD },
];

export const admin = {
  'GET /admin/api-keys': {
    happy: [{ path: '/admin/api-keys', status: 200, shows: [{ name: 'other' }, { name: 'machine' }] }],
    wrong: 'it takes nothing',
    missing: 'without keys it is an empty list',
  },
  'POST /admin/api-keys': {
    happy: [
      { path: '/admin/api-keys', body: { name: 'form' }, status: 201, shows: { scopes: ['ingest'], rate_limit_per_minute: 60, is_active: true } },
      {
        say: 'with everything',
        path: '/admin/api-keys',
        body: { name: 'form', scopes: ['read', 'read', 'scan'], rate_limit_per_minute: 10_000, expires_at: '2030-01-01T00:00:00+03:00', created_by: 'Ayşe' },
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
      { say: 'a limit of 0', path: '/admin/api-keys', body: { name: 'form', rate_limit_per_minute: 0 }, ...BAD },
      { say: 'a limit of 10,001', path: '/admin/api-keys', body: { name: 'form', rate_limit_per_minute: 10_001 }, ...BAD },
      { say: 'a scope that no key can have', path: '/admin/api-keys', body: { name: 'form', scopes: ['admin'] }, ...BAD },
      { say: 'no scopes', path: '/admin/api-keys', body: { name: 'form', scopes: [] }, ...BAD },
      { say: 'a day for a moment', path: '/admin/api-keys', body: { name: 'form', expires_at: 'tomorrow' }, ...BAD },
    ],
    missing: 'it makes what is not there',
  },
  'PATCH /admin/api-keys/{id}/activate': {
    happy: [{ path: '/admin/api-keys/$key/activate', status: 200, shows: { name: 'other', is_active: true } }],
    wrong: noKey((id) => `/admin/api-keys/${id}/activate`),
    missing: [{ say: 'a key that is not there', path: '/admin/api-keys/999999999999999/activate', status: 404, code: 'key-not-found' }],
  },
  'PATCH /admin/api-keys/{id}/deactivate': {
    happy: [{ path: '/admin/api-keys/$key/deactivate', status: 200, shows: { name: 'other', is_active: false } }],
    wrong: noKey((id) => `/admin/api-keys/${id}/deactivate`),
    missing: [{ say: 'a key that is not there', path: '/admin/api-keys/999999999999999/deactivate', status: 404, code: 'key-not-found' }],
  },
  'GET /admin/audit-log': {
    happy: [
      { path: '/admin/audit-log', status: 200, shows: { page: 1, page_size: 50 } },
      { say: 'of one action', path: '/admin/audit-log?action=api-key.create&actor=internal&page_size=1&page=2', status: 200, shows: { entries: [{ action: 'api-key.create', actor: 'internal' }] } },
      { say: 'of nothing that was done', path: '/admin/audit-log?action=other&target=%00', status: 200, shows: { entries: [], total: 0 } },
    ],
    wrong: badQueries('/admin/audit-log', 'page=0', 'page=10001', 'page_size=0', 'page_size=201', 'page=x', `action=${'a'.repeat(101)}`, 'actor=a&actor=b'),
    missing: 'a log without entries is an empty list',
  },

  'GET /rules': {
    happy: [{ path: '/rules', status: 200 }],
    wrong: 'it takes nothing',
    missing: 'rules ship with the product',
  },
  'GET /rules/{set}': {
    happy: [
      { path: '/rules/hunter-1', status: 200, shows: { id: 'hunter-1' } },
      { say: 'of the earlier system', path: '/rules/python-2025-11', status: 200, shows: { id: 'python-2025-11' } },
      { say: 'in use', path: '/rules/active', status: 200, shows: { id: 'hunter-1' } },
    ],
    wrong: [{ say: 'an id of 65 characters', path: `/rules/${'a'.repeat(65)}`, ...BAD }],
    missing: [
      { say: 'a set that is not there', path: '/rules/hunter-99', ...NO_SET },
      { say: 'a way out of the folder', path: '/rules/..%2Foffers', ...NO_SET },
      { say: 'a NUL', path: '/rules/%00', ...NO_SET },
    ],
  },
  'POST /rules/preview': {
    happy: [
      { path: '/rules/preview', body: { domain: 'kuzeyhat.com.tr', rule_set: 'python-2025-11' }, status: 200 },
      { say: 'with an overlay', path: '/rules/preview', body: { domain: 'gokpinar.com.tr', overlay: { id: 'trial', points: { 'dmarc-reject': 25 } } }, status: 200 },
    ],
    wrong: [
      ...noJson('/rules/preview', { domain: 'kuzeyhat.com.tr' }),
      { say: 'no domain', path: '/rules/preview', body: {}, ...BAD },
      { say: 'a word for a domain', path: '/rules/preview', body: { domain: 'kuzey' }, status: 422, code: 'invalid-domain' },
      { say: 'a NUL for a domain', path: '/rules/preview', body: { domain: '\0' }, status: 422, code: 'invalid-domain' },
      ...faultyOverlay('/rules/preview', { domain: 'kuzeyhat.com.tr' }),
    ],
    missing: [
      unknownCompany('/rules/preview', { domain: 'hic-yok.com.tr' }),
      { say: 'a company that was never looked up', path: '/rules/preview', body: { domain: 'yeni.com.tr' }, status: 404, code: 'lead-not-scanned' },
      ...otherSet('/rules/preview', { domain: 'kuzeyhat.com.tr' }),
    ],
  },
  'POST /rules/backtest': {
    happy: [
      { path: '/rules/backtest', body: { rule_set: 'python-2025-11' }, status: 200 },
      { say: 'of one company', path: '/rules/backtest', body: { overlay: { id: 'trial', points: { 'dmarc-reject': 25 } }, limit: 1 }, status: 200 },
    ],
    wrong: [
      ...noJson('/rules/backtest', { rule_set: 'python-2025-11' }),
      { say: 'a limit of 0', path: '/rules/backtest', body: { limit: 0 }, ...BAD },
      { say: 'a limit of 20,001', path: '/rules/backtest', body: { limit: 20_001 }, ...BAD },
      ...faultyOverlay('/rules/backtest', {}),
    ],
    missing: otherSet('/rules/backtest', {}),
  },
  'POST /rules/activate': {
    happy: [
      { path: '/rules/activate', body: { rule_set: 'hunter-1', overlay: { id: 'trial', points: { 'dmarc-reject': 25 } } }, status: 202, shows: { rule_set: 'hunter-1' } },
      { say: 'those of the configuration', path: '/rules/activate', body: { configured: true }, status: 202, shows: { rule_set: 'hunter-1' } },
    ],
    wrong: [
      ...noJson('/rules/activate', { rule_set: 'hunter-1' }),
      { say: 'nothing', path: '/rules/activate', body: {}, ...BAD },
      { say: 'a field that is none', path: '/rules/activate', body: { rule_set: 'hunter-1', other: 1 }, ...BAD },
      { say: 'both', path: '/rules/activate', body: { rule_set: 'hunter-1', configured: true }, ...BAD },
      { say: 'not those of the configuration', path: '/rules/activate', body: { configured: false }, ...BAD },
      ...faultyOverlay('/rules/activate', { rule_set: 'hunter-1' }),
    ],
    missing: otherSet('/rules/activate', {}),
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
    missing: 'an address that nobody uses is no error; a service without databases is another one (routes/debug.test.ts)',
  },
} satisfies Table;
