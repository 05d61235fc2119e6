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

// The database counts by its own clock: rates are so low that the time a test takes does not matter.
describe('the limit of all processes', () => {
  test('spreads domains evenly over time', async () => {
    const limit = pace(0.01);
    await enter(limit, 30);
    expect(limit.waits.map((wait) => Math.round(wait / 100))).toEqual(
      Array.from({ length: 29 }, (_, i) => i + 1),
    );
  });
  test('reserves a fifth of a second at a time, and spreads it too', async () => {
    const limit = pace(1000);
    await enter(limit, 1000);
    const slice = limit.waits.slice(-200);
    slice.forEach((wait, i) => expect(wait).toBeCloseTo(slice[0]! + i / 1000, 6));
  });
  test('is one for two processes, who share it fairly', async () => {
    const pools = [db.connect(1), db.connect(1)];
    await Promise.all(pools.map((pool) => pool`select 1`));
    const limits = pools.map((pool) => pace(0.5, { pool }));
    await Promise.all(limits.map((limit) => enter(limit, 50)));
    // A hundred domains at one in two seconds are 200 s, within 5 %.
    const last = Math.max(...limits.flatMap(({ waits }) => waits));
    expect(last).toBeGreaterThan(190);
    expect(last).toBeLessThan(210);
    for (const { waits } of limits) expect(waits.filter((wait) => wait < 100).length).toBeGreaterThan(12);
  });
  test('grows with the workers that are alive', async () => {
    await worker(1);
    await worker(2);
    await worker(60);
    await worker(1, true);
    const limit = pace(0.01);
    await enter(limit, 21);
    expect(Math.round(Math.max(...limit.waits) / 100)).toBe(10);
  });
  test('a person does not wait behind lists', async () => {
    const limit = pace(0.01);
    await enter(limit, 100);
    limit.waits.length = 0;
    await limit.enter('person');
    expect(limit.waits).toEqual([]);
  });
  test('people have a limit of their own', async () => {
    const limit = pace(0.01);
    for (let i = 0; i < 8; i++) await limit.enter('person');
    expect(limit.waits.map((wait) => Math.round(wait / 100))).toEqual([1, 2, 3]);
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
  test('who gives up in the line of all processes leaves at once, and uses up nothing', async () => {
    const forever = createPace({
      sql,
      config: { domainsPerSecond: 0.01, worker: { concurrency: 9, dailyRescan: false, tenantInBulk: false } },
      clock: () => 0,
      sleep: (_, signal) => new Promise((resolve) => signal?.addEventListener('abort', () => resolve())),
    });
    const stop = new AbortController();
    expect(await forever.enter('background', stop.signal)).not.toBeNull();
    const waiting = [1, 2, 3].map(() => forever.enter('background', stop.signal));
    while ((await sql`select from rate_limits where tokens < -0.5`).length === 0);
    stop.abort();
    expect(await Promise.all(waiting)).toEqual([null, null, null]);
    expect(await sql`select round(tokens) as tokens from rate_limits`).toEqual([{ tokens: -1 }]);
  });
  test('a database that fails is told, and leaves no place taken', async () => {
    const broken = db.connect(1);
    await broken.end();
    const limit = pace(1, { concurrency: 1, pool: broken });
    await expect(limit.enter('background')).rejects.toThrow();
    await expect(limit.enter('background')).rejects.toThrow();
  });
});
