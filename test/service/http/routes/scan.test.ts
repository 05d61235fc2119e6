import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Service } from '#service/context.ts';
import { scanRoutes } from '#service/http/routes/scan.ts';
import { ensureCompanies } from '#service/store/companies.ts';
import type { Zone } from '#test/doubles/dns.ts';
import { keyOf, startApi, type Api } from '#test/support/api.ts';
import { createTestService, type TestService } from '#test/support/service.ts';

const ZONE: Zone = {
  'kuzey.com.tr': {
    MX: [[1, 'smtp.google.com']],
    TXT: ['v=spf1 include:_spf.google.com ~all'],
    NS: ['ns1.x.com.tr'],
  },
  '_dmarc.kuzey.com.tr': { TXT: ['v=DMARC1; p=none'] },
  '_spf.google.com': { TXT: ['v=spf1 ip4:192.0.2.0/24 -all'] },
  'smtp.google.com': { A: ['192.0.2.25'] },
};
let world: TestService;
let service: Service;
let api: Api;
beforeAll(async () => {
  world = await createTestService({ zone: ZONE, env: { HUNTER_DNS_TIMEOUT_MS: '5000' } });
  service = world.service;
  api = await startApi(service, scanRoutes);
});
afterAll(async () => {
  await api.close();
  await world.close();
});
beforeEach(async () => {
  await service.sql`truncate companies, scan_jobs restart identity cascade`;
  await ensureCompanies(
    service.sql,
    [{ domain: 'kuzey.com.tr', unicode: 'kuzey.com.tr', name: 'Kuzey A.Ş.', source: 'domain' }],
    service.rules.current(),
  );
});
const scan = (body: object, path = '/api/v1/scan/domain') => api.call('POST', path, { body });

test('one company is scanned while its asker waits', async () => {
  const answer = await scan({ domain: 'https://www.KUZEY.com.tr/iletisim' });
  expect(answer.status).toBe(200);
  expect(answer.json).toMatchObject({
    domain: 'kuzey.com.tr',
    score: expect.any(Number),
    segment: expect.any(String),
    reason: expect.any(String),
    provider: 'Google',
    local_provider: null,
    mx_root: 'google.com',
    spf: true,
    dmarc_policy: 'none',
    dmarc_coverage: 100,
    scan_status: 'completed',
    score_kept: false,
    fresh: true,
    changes: [],
  });
  const again = await scan({ domain: 'kuzey.com.tr' });
  expect(again.json).toMatchObject({ fresh: false, score: answer.json.score });
  expect((await scan({ domain: 'kuzey.com.tr', force: true })).json.fresh).toBe(true);
  expect((await scan({ domain: 'kuzey.com.tr' }, '/scan/domain')).status).toBe(200);
});

test('who was never added, and what is no company, is told', async () => {
  expect((await scan({ domain: 'guney.com.tr' })).json).toMatchObject({ code: 'lead-not-found' });
  expect((await scan({ domain: 'gmail.com' })).json).toMatchObject({ code: 'invalid-domain' });
  expect((await scan({})).status).toBe(422);
  expect((await scan({ domain: 'kuzey.com.tr', tier: 'all' })).status).toBe(422);
});

test('a rescan tells what has changed since the scan before', async () => {
  await scan({ domain: 'kuzey.com.tr' });
  world.dns.serve({ ...ZONE, '_dmarc.kuzey.com.tr': { TXT: ['v=DMARC1; p=reject'] } });
  const answer = await api.call('POST', '/api/v1/scan/kuzey.com.tr/rescan');
  world.dns.serve(ZONE);
  expect(answer.json).toMatchObject({
    domain: 'kuzey.com.tr',
    success: true,
    changes_detected: true,
    signal_changes: 1,
    alerts_created: expect.any(Number),
    result: { dmarc_policy: 'reject' },
  });
  expect(answer.json.changes[0]).toMatchObject({
    change_type: 'dmarc_added',
    old_value: 'none',
    new_value: 'reject',
  });
  const calm = await api.call('POST', '/api/v1/scan/kuzey.com.tr/rescan', { body: { tier: 'score' } });
  expect(calm.json.changes_detected).toBe(true);
  const none = await api.call('POST', '/api/v1/scan/kuzey.com.tr/rescan?lang=tr');
  expect(none.json).toMatchObject({
    changes_detected: false,
    signal_changes: 0,
    score_changes: 0,
    changes: [],
  });
});

test('W2: a scan without an answer keeps the score, and says so', async () => {
  const before = await scan({ domain: 'kuzey.com.tr' });
  world.dns.behave({ answer: () => 'SERVFAIL' });
  const answer = await scan({ domain: 'kuzey.com.tr', force: true });
  world.dns.behave({});
  expect(answer.json).toMatchObject({
    score: before.json.score,
    provider: 'Google',
    scan_status: 'partial',
    score_kept: true,
    score_kept_from: before.json.scanned_at,
    changes: [],
  });
});

test('W22: a list is rescanned, and its address is not taken for a domain', async () => {
  const byQuery = await api.call('POST', '/api/v1/scan/bulk/rescan?domain_list=kuzey.com.tr,%20KUZEY.com.tr');
  expect(byQuery.json).toMatchObject({
    status: 'pending',
    total: 2,
    duplicates: 1,
    message: '1 domains are queued.',
  });
  const byBody = await api.call('POST', '/scan/bulk/rescan', { body: { domain_list: ['kuzey.com.tr'] } });
  expect(byBody.json).toMatchObject({ total: 1 });
  expect(await service.sql`select kind, options ->> 'force' as force from scan_jobs`).toEqual([
    { kind: 'bulk-rescan', force: 'true' },
    { kind: 'bulk-rescan', force: 'true' },
  ]);
  expect((await api.call('POST', '/api/v1/scan/bulk/rescan')).json.code).toBe('no-domains');
});

test('a list with companies that are not known is refused, naming them, unless they are to be added', async () => {
  const body = { domain_list: ['kuzey.com.tr', 'guney.com.tr', 'a b'] };
  const refused = await scan(body, '/api/v1/scan/bulk');
  expect(refused.status).toBe(400);
  expect(refused.json).toMatchObject({
    code: 'domains-not-ingested',
    detail: expect.stringContaining('guney.com.tr'),
  });
  const taken = await scan({ ...body, create_missing: true }, '/api/v1/scan/bulk');
  expect(taken.json).toMatchObject({ total: 3, refused: 1 });
  expect((await scan({ domain_list: [] }, '/api/v1/scan/bulk')).status).toBe(422);
  const none = await scan({ domain_list: ['-'] }, '/api/v1/scan/bulk');
  expect(none.json).toMatchObject({ code: 'no-domains', issues: [{ path: 'body.domain_list.0' }] });
});

test('a seller scans one company, and no lists; a key needs its scope', async () => {
  const body = { domain: 'kuzey.com.tr' };
  const call = (path: string, as: Parameters<Api['call']>[2]) => api.call('POST', `/api/v1/scan/${path}`, as);
  expect((await call('domain', { body, as: 'seller' })).status).toBe(200);
  expect((await call('bulk', { body: { domain_list: ['kuzey.com.tr'] }, as: 'seller' })).status).toBe(403);
  expect((await call('domain', { body, as: keyOf(['read']) })).status).toBe(403);
  expect((await call('domain', { body, as: keyOf(['scan']) })).status).toBe(200);
  expect((await call('domain', { body, as: 'nobody' })).status).toBe(401);
});

test('in a demo the made-up companies can be scanned as a list; elsewhere their names are reserved', async () => {
  const made = { domain: 'ornek.example', unicode: 'ornek.example', name: null, source: 'demo' as const };
  await ensureCompanies(service.sql, [made], service.rules.current());
  const body = { domain_list: ['ornek.example'] };
  const refused = await api.call('POST', '/api/v1/scan/bulk', { body });
  expect([refused.status, refused.json.code]).toEqual([422, 'no-domains']);
  const demo = await startApi({ ...service, demo: true }, scanRoutes);
  try {
    expect((await demo.call('POST', '/api/v1/scan/bulk', { body })).json).toMatchObject({
      total: 1,
      refused: 0,
    });
  } finally {
    await demo.close();
  }
});
