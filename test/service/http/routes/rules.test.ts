import { afterAll, beforeAll, expect, test } from 'vitest';
import { ruleRoutes } from '#service/http/routes/rules.ts';
import { createActiveRules } from '#service/rules/active.ts';
import { silentLog } from '#service/telemetry/log.ts';
import { startApi, type Api } from '#test/support/api.ts';
import { domainFacts, mx, NXDOMAIN, TIMEOUT } from '#test/support/facts.ts';
import { allShippedRules } from '#test/support/rules.ts';
import { createTestService, type TestService } from '#test/support/service.ts';
import { storeScanned } from '#test/support/stored.ts';

const SHIPPED = allShippedRules();
let world: TestService;
let api: Api;
beforeAll(async () => {
  world = await createTestService();
  const { sql } = world.database;
  world.time.set('2026-11-26T09:00:00Z');
  const rules = await createActiveRules(sql, SHIPPED, { log: silentLog });
  api = await startApi({ ...world.service, rules }, ruleRoutes);
  await storeScanned(sql, SHIPPED, [
    domainFacts('m365-firma.com'),
    domainFacts('google-firma.com', { mx: mx('1 smtp.google.com'), tenant: NXDOMAIN }),
    domainFacts('silent-firma.com', { mx: TIMEOUT }),
  ]);
  await sql`insert into companies (domain, domain_unicode, canonical_name, source)
    values ('new-firma.com', 'new-firma.com', 'New', 'domain')`;
});
afterAll(async () => {
  await api.close();
  await world.close();
});

const OVERLAY = { id: 'trial', points: { 'dmarc-reject': -10 } };
const post = (path: string, body: unknown, as?: 'seller' | 'operator' | 'admin') =>
  api.call('POST', `/api/v1/rules/${path}`, { body, ...(as === undefined ? {} : { as }) });

test('GET /rules lists the sets and says which one scores', async () => {
  const { status, json } = await api.call('GET', '/api/v1/rules');
  expect(status).toBe(200);
  expect(json).toMatchObject({
    active: { rule_set: 'hunter-1', version: '1.0.0' },
    configured: { rule_set: 'hunter-1', overlay: false },
    activation: null,
    sets: [
      { id: 'hunter-1', active: true },
      { id: 'python-2025-11', active: false },
    ],
  });
});

test('GET /rules/{set} is the set as it ships; an unknown one is refused with the list of those there are', async () => {
  const set = await api.call('GET', '/api/v1/rules/python-2025-11');
  expect(set.json).toMatchObject({
    id: 'python-2025-11',
    rules: expect.any(Array),
    providers: expect.any(Object),
  });
  for (const id of ['gone', '..%2F..%2Fpackage']) {
    const gone = await api.call('GET', `/api/v1/rules/${id}`);
    expect(gone).toMatchObject({ status: 404, json: { code: 'rule-set-not-found' } });
    expect(gone.json.detail).toContain('hunter-1, python-2025-11, active');
  }
});

test('POST /rules/preview shows one company before and after, line by line, and stores nothing', async () => {
  const { status, json } = await post('preview', {
    domain: 'https://Google-Firma.com/kontakt',
    overlay: OVERLAY,
  });
  expect(status).toBe(200);
  expect(json).toMatchObject({
    domain: 'google-firma.com',
    facts: 'stored',
    rules: { before: { version: '1.0.0' }, after: { version: expect.stringMatching(/^1\.0\.0\+trial\./) } },
    before: {
      score: 90,
      segment: 'Migration',
      priority_score: 1,
      priority_category: 'P2',
      breakdown: { total_score: 90 },
    },
    after: { score: 60, segment: 'Migration', priority_score: 3, breakdown: { total_score: 60 } },
    delta: -30,
    unchanged: false,
    lines: [{ key: 'dmarc_reject', before: 20, after: -10, points: -30 }],
  });
  expect(
    await world.database.sql`select readiness_score as score from lead_scores order by company_id`,
  ).toEqual([{ score: 90 }, { score: 90 }]);
});

test('a preview without an answer of the MX has no score on either side', async () => {
  const { json } = await post('preview', { domain: 'silent-firma.com', rule_set: 'python-2025-11' });
  expect(json).toMatchObject({ before: null, after: null, unchanged: true });
});

test.each([
  [{ domain: 'nobody-firma.com' }, 404, 'lead-not-found'],
  [{ domain: 'new-firma.com' }, 404, 'lead-not-scanned'],
  [{ domain: 'gmail.com' }, 422, 'invalid-domain'],
  [{ domain: 'google-firma.com', rule_set: 'gone' }, 404, 'rule-set-not-found'],
  [{ domain: 'google-firma.com', overlay: { id: 'x', base: 'high' } }, 422, 'rules-faulty'],
  [{}, 422, 'invalid-request'],
])('a preview of %j is refused', async (body, status, code) => {
  expect(await post('preview', body)).toMatchObject({ status, json: { code } });
});

test('faults of an overlay name their place', async () => {
  const overlay = { id: 'x', points: { 'no-such-rule': 1, 'spf-present': 999 } };
  const { json } = await post('preview', { domain: 'google-firma.com', overlay });
  expect(json.issues).toEqual([{ path: 'overlay points.spf-present', message: expect.any(String) }]);
});

test('POST /rules/backtest shows all stored companies', async () => {
  const { status, json } = await post('backtest', { overlay: OVERLAY });
  expect(status).toBe(200);
  expect(json).toMatchObject({
    companies: { stored: 3, considered: 3, compared: 2, unscored: 1, failed: 0, unchanged: 0 },
    segments: { Migration: { Migration: 1 }, Existing: { Existing: 1 } },
    scores: { before: { mean: 90 }, after: { mean: 60 } },
    movers: { up: [], down: [{ delta: -30 }, { delta: -30 }] },
  });
  expect(json.priorities).toContainEqual({ priority_score: 3, before: 0, after: 1 });
});

test('a backtest of the rules in use changes nothing', async () => {
  const { json } = await post('backtest', {});
  expect(json).toMatchObject({ companies: { compared: 2, unchanged: 2 }, movers: { up: [], down: [] } });
});

test('a backtest with a limit says how many of how many', async () => {
  const { json } = await post('backtest', { rule_set: 'python-2025-11', limit: 2 });
  expect(json.companies).toMatchObject({ stored: 3, considered: 2, compared: 1, unscored: 1 });
  expect((await post('backtest', { limit: 20_001 })).status).toBe(422);
});

test('W27: a company that cannot be assessed is named, and the others are there', async () => {
  const { sql } = world.database;
  const [old] = await sql`select facts from domain_signals where company_id = 1`;
  await sql`update domain_signals set facts = '{"schema": 1}' where company_id = 1`;
  const { json } = await post('backtest', {});
  expect(json).toMatchObject({ companies: { compared: 1, failed: 1 }, failed_domains: ['google-firma.com'] });
  await sql`update domain_signals set facts = ${sql.json(old?.['facts'])} where company_id = 1`;
});

test('operators try rules out, administrators make them hold', async () => {
  expect((await post('backtest', {}, 'seller')).status).toBe(403);
  expect((await post('backtest', {}, 'operator')).status).toBe(200);
  expect((await post('activate', { rule_set: 'hunter-1' }, 'operator')).status).toBe(403);
});

test('POST /rules/activate answers with the job; the set in use and the list say so', async () => {
  const { status, json } = await post('activate', { rule_set: 'hunter-1', overlay: OVERLAY }, 'admin');
  expect(status).toBe(202);
  expect(json).toMatchObject({ job_id: expect.any(String), rule_set: 'hunter-1', companies: 3 });
  const list = (await api.call('GET', '/api/v1/rules')).json;
  expect(list).toMatchObject({
    active: { version: json.version },
    activation: { follows_configuration: false },
  });
  const active = (await api.call('GET', '/api/v1/rules/active')).json;
  expect(active).toMatchObject({ version: json.version });

  expect((await post('activate', { configured: true }, 'admin')).json).toMatchObject({ version: '1.0.0' });
  for (const body of [{}, { rule_set: 'hunter-1', configured: true }, { configured: false }]) {
    expect(await post('activate', body, 'admin')).toMatchObject({
      status: 422,
      json: { code: 'invalid-request' },
    });
  }
  expect(await post('activate', { rule_set: 'gone' }, 'admin')).toMatchObject({
    status: 404,
    json: { code: 'rule-set-not-found' },
  });
});
