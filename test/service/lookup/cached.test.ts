import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { absent, found, unanswered, type Lookup, type Tenant } from '#core/facts.ts';
import { createMetrics } from '#service/telemetry/metrics.ts';
import { cacheKeys, openCachedLookups } from '#service/lookup/cached.ts';
import { forgetCached } from '#service/store/lookup-cache.ts';
import type { Sql } from '#service/store/pool.ts';
import { createDatabase, type TestDatabase } from '#test/support/db.ts';

let db: TestDatabase;
let sql: Sql;
beforeAll(async () => {
  db = await createDatabase();
  sql = db.sql;
});
afterAll(() => db.drop());
beforeEach(async () => {
  await sql`delete from lookup_cache`;
  calls = 0;
});

const NOW = Date.parse('2026-11-25T09:00:00.000Z');
const DAY = 86_400_000;
const signal = new AbortController().signal;
const TENANT = found<Tenant>({ tenantId: null, region: 'EU', realm: 'Managed', brand: null });
let calls = 0;

/** Asks about the tenant of a domain, at a moment, of a service that would answer so. */
async function ask(answer: Lookup<Tenant>, at: number, { force = false, domain = 'a.com.tr' } = {}) {
  const metrics = createMetrics();
  const cached = await openCachedLookups(
    sql,
    [domain],
    {
      tenant: {
        look: async () => {
          calls += 1;
          return answer;
        },
      },
    },
    { force, clock: () => NOW + at, metrics },
  );
  const said = await cached.lookups.tenant!.look(domain, signal);
  await cached.save();
  return { said, at: cached.askedAt(domain).tenant, counted: metrics.counters() };
}

test('an answer is remembered with the moment it was given', async () => {
  await ask(TENANT, 0);
  const { said, at, counted } = await ask(unanswered('TIMEOUT'), 29 * DAY);
  expect(said).toEqual(TENANT);
  expect(at).toBe('2026-11-25T09:00:00.000Z');
  expect(calls).toBe(1);
  expect(counted).toMatchObject([{ name: 'cache', labels: { cache: 'tenant', outcome: 'hit' }, value: 1 }]);
});
test.each([
  ['found', TENANT, 30 * DAY],
  ['absent', absent('NOT-FOUND'), 30 * DAY],
  ['unanswered', unanswered('TIMEOUT'), 60_000],
] as const)('%s is asked again when its time is over', async (_, answer, ttl) => {
  await ask(answer, 0);
  await ask(answer, ttl - 1);
  expect(calls).toBe(1);
  await ask(answer, ttl);
  expect(calls).toBe(2);
});
test('what our own budget cut off is not remembered', async () => {
  await ask(unanswered('CANCELLED'), 0);
  expect((await ask(TENANT, 1)).said).toEqual(TENANT);
});
test('force asks again, and remembers what it got', async () => {
  await ask(TENANT, 0);
  await ask(absent('NOT-FOUND'), 1, { force: true });
  expect((await ask(TENANT, 2)).said).toEqual(absent('NOT-FOUND'));
});
test('an entry that another version wrote is asked again', async () => {
  await ask(TENANT, 0);
  await sql`update lookup_cache set value = '{"at": "2026-11-25T09:00:00.000Z", "answer": {"state": "maybe"}}'`;
  await ask(TENANT, 1);
  expect(calls).toBe(2);
});
test('a look-up that is switched off stays off', async () => {
  const cached = await openCachedLookups(
    sql,
    ['a.com.tr'],
    {},
    { force: false, clock: () => NOW, metrics: createMetrics() },
  );
  expect(cached.lookups).toEqual({});
  expect(cached.askedAt('a.com.tr')).toEqual({});
  await cached.save();
});

describe('a domain that is erased', () => {
  test('is forgotten, others are not', async () => {
    await ask(TENANT, 0);
    await ask(TENANT, 0, { domain: 'b.com.tr' });
    await forgetCached(sql, cacheKeys('a.com.tr'));
    expect(await sql`select key from lookup_cache`).toEqual([{ key: 'tenant b.com.tr' }]);
  });
});
