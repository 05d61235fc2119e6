import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createPace, type Pace } from '#service/lookup/pace.ts';
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
  await sql`delete from rate_limits`;
  await sql`delete from workers`;
});

/** A pace whose waits are noted and not waited, as seconds from now. */
function pace(
  perSecond: number,
  { concurrency = 1000, pool = sql } = {},
): Pace & { readonly waits: number[] } {
  const waits: number[] = [];
  const made = createPace({
    sql: pool,
    config: { domainsPerSecond: perSecond, worker: { concurrency, dailyRescan: false, tenantInBulk: false } },
    clock: () => 0,
    sleep: async (ms) => void waits.push(ms / 1000),
  });
  return { ...made, waits };
}
const enter = (limit: Pace, times: number) =>
  Promise.all(Array.from({ length: times }, () => limit.enter('background')));
const worker = (age: number, stopping = false) =>
  sql`insert into workers (id, host, pid, version, heartbeat_at, stopping)
    values (${randomUUID()}, 'h', 1, '1', now() - make_interval(secs => ${age}), ${stopping})`;

describe('the limit of all processes', () => {
  test('spreads domains evenly over time', async () => {
    const limit = pace(10);
    await enter(limit, 50);
    // Two go at once after a rest: what 0.2 s hold. The others follow at a tenth of a second each.
    expect(limit.waits).toHaveLength(48);
    limit.waits.forEach((wait, i) => expect(Math.abs(wait - (i + 1) / 10)).toBeLessThan(0.1));
  });
  test('is one for two processes, who share it fairly', async () => {
    const limits = [pace(50, { pool: db.connect(2) }), pace(50, { pool: db.connect(2) })];
    await Promise.all(limits.map((limit) => enter(limit, 250)));
    const [first, second] = limits.map(({ waits }) => Math.max(...waits));
    // 500 domains at 50 a second are ten seconds, within 5 %.
    expect(Math.max(first!, second!)).toBeGreaterThan(9.5);
    expect(Math.max(first!, second!)).toBeLessThan(10.5);
    for (const { waits } of limits) {
      const early = waits.filter((wait) => wait < 5).length;
      expect(early).toBeGreaterThan(60);
    }
  });
  test('grows with the workers that are alive', async () => {
    await worker(1);
    await worker(2);
    await worker(60);
    await worker(1, true);
    const limit = pace(10);
    await enter(limit, 104);
    expect(Math.max(...limit.waits)).toBeGreaterThan(4.7);
    expect(Math.max(...limit.waits)).toBeLessThan(5.2);
  });
  test('a person does not wait behind lists', async () => {
    const limit = pace(1);
    await enter(limit, 100);
    limit.waits.length = 0;
    await limit.enter('person');
    expect(limit.waits).toEqual([]);
  });
  test('people have a limit of their own', async () => {
    const limit = pace(1);
    for (let i = 0; i < 8; i++) await limit.enter('person');
    expect(limit.waits.map(Math.round)).toEqual([1, 2, 3]);
  });
  test('unlimited asks no database', async () => {
    await enter(pace(Number.POSITIVE_INFINITY), 20);
    expect(await sql`select from rate_limits`).toEqual([]);
  });
});

describe('the limit of this process', () => {
  const unlimited = (concurrency: number): Pace => pace(Number.POSITIVE_INFINITY, { concurrency });
  test('lets so many in at once, and the next when one leaves', async () => {
    const limit = unlimited(2);
    const [first] = await enter(limit, 2);
    let third = false;
    const waiting = limit.enter('background').then(() => {
      third = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(third).toBe(false);
    first?.();
    await waiting;
    expect(third).toBe(true);
  });
  test('a person finds room where lists have taken all', async () => {
    const limit = unlimited(1);
    await limit.enter('background');
    expect(await limit.enter('person')).not.toBeNull();
  });
  test('who gives up waiting leaves the line, and takes no place', async () => {
    const limit = unlimited(1);
    const leave = await limit.enter('background');
    const stop = new AbortController();
    const waiting = limit.enter('background', stop.signal);
    stop.abort();
    expect(await waiting).toBeNull();
    leave?.();
    expect(await limit.enter('background')).not.toBeNull();
    expect(await limit.enter('person', stop.signal)).toBeNull();
  });
  test('a database that fails is told, and leaves no place taken', async () => {
    const broken = db.connect(1);
    await broken.end();
    const limit = pace(1, { concurrency: 1, pool: broken });
    await expect(limit.enter('background')).rejects.toThrow();
    await expect(limit.enter('background')).rejects.toThrow();
  });
});
