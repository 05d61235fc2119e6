import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { debugRoutes } from '#service/http/routes/debug.ts';
import { startApi, type Api } from '#test/support/api.ts';
import { domainFacts, ip } from '#test/support/facts.ts';
import { createTestService, type TestService } from '#test/support/service.ts';
import { storeScanned } from '#test/support/stored.ts';

let world: TestService;
let api: Api;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hunter-debug-'));
  writeFileSync(join(folder, 'proxy.bin'), 'not a database');
  world = await createTestService({
    env: { MAXMIND_CITY_DB: join(folder, 'city.mmdb'), IP2PROXY_DB: join(folder, 'proxy.bin') },
  });
  api = await startApi(world.service, debugRoutes);
  const { sql, rules } = world.service;
  await storeScanned(sql, rules.current(), [
    domainFacts('bulutta.com', {
      ip: [ip('8.8.8.8', { host: 'mx.bulutta.com', country: 'US', asn: 15_169, isp: 'Bulut' })],
    }),
  ]);
});
afterAll(async () => {
  await api.close();
  await world.close();
  rmSync(folder, { recursive: true });
});

const get = (path: string, as: 'admin' | 'operator' = 'admin', on = api) =>
  on.call('GET', `/api/v1/debug/ip-enrichment/${path}`, { as });

test('every configured database is listed, also the one that is missing and the one that is broken', async () => {
  const { status, json } = await get('config');
  expect(status).toBe(200);
  expect(json.enabled).toBe(true);
  expect(json.databases.map((d: { kind: string; state: string }) => [d.kind, d.state])).toEqual([
    ['maxmind-city', 'missing'],
    ['ip2proxy', 'corrupt'],
    ['default-country', 'ready'],
  ]);
  expect(json.databases[0]).toMatchObject({ path: join(folder, 'city.mmdb'), build_date: null });
});

test('an address is looked up now, beside what was stored of it', async () => {
  const { status, json } = await get('8.8.8.8');
  expect(status).toBe(200);
  expect(json).toMatchObject({
    ip: '8.8.8.8',
    now: { country: 'US', city: null, is_proxy: null },
    stored: [
      { domain: 'bulutta.com', of: 'mx', host: 'mx.bulutta.com', country: 'US', asn: 15_169, isp: 'Bulut' },
    ],
  });
});

test('an address that nobody can have on the internet is not known, and is not an error', async () => {
  expect((await get('10.0.0.1')).json).toEqual({ ip: '10.0.0.1', now: null, stored: [] });
  expect((await get('2001:4860:4860::8888')).json).toMatchObject({ now: { country: 'US' }, stored: [] });
});

test('what is no address is refused', async () => {
  for (const text of ['x', '1.2.3', '8.8.8.8%2F8', '1.2.3.4.5'])
    expect(await get(text)).toMatchObject({ status: 422, json: { code: 'invalid-request' } });
});

test('both are for administrators', async () => {
  expect((await get('config', 'operator')).status).toBe(403);
  expect((await get('8.8.8.8', 'operator')).status).toBe(403);
});

test('switched off, an address cannot be looked up, and the list is empty', async () => {
  const { ip: _ip, ...lookup } = world.service.lookup;
  const off = await startApi({ ...world.service, lookup, ipSources: () => null }, debugRoutes);
  try {
    expect((await get('config', 'admin', off)).json).toEqual({ enabled: false, databases: [] });
    expect(await get('8.8.8.8', 'admin', off)).toMatchObject({
      status: 404,
      json: { code: 'enrichment-off' },
    });
  } finally {
    await off.close();
  }
});
