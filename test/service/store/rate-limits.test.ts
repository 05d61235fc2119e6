import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Sql } from '#service/store/pool.ts';
import { reserve, take } from '#service/store/rate-limits.ts';
import { createDatabase, type TestDatabase } from '#test/support/db.ts';

let db: TestDatabase;
let sql: Sql;
beforeAll(async () => {
  db = await createDatabase();
  sql = db.sql;
});
afterAll(() => db.drop());

const HOUR = 3600;
const tokens = async (key: string): Promise<number> =>
  (await sql<{ tokens: number }[]>`select tokens from rate_limits where key = ${key}`)[0]?.tokens ?? NaN;
/** Lets a bucket rest, as if so many seconds had passed. */
const rest = (key: string, seconds: number) =>
  sql`update rate_limits set updated_at = updated_at - make_interval(secs => ${seconds}) where key = ${key}`;

describe('reserve', () => {
  test('gives what is there at once, and the rest in its turn', async () => {
    expect(await reserve(sql, 'a', 5, 1 / HOUR, 5)).toBe(0);
    expect((await reserve(sql, 'a', 2, 1 / HOUR, 5)) / 1000).toBeCloseTo(2 * HOUR, -2);
    // Whoever comes next waits behind: nothing is given twice.
    expect((await reserve(sql, 'a', 1, 1 / HOUR, 5)) / 1000).toBeCloseTo(3 * HOUR, -2);
  });
  test('fills at its rate, and never over the brim', async () => {
    await reserve(sql, 'b', 5, 1 / HOUR, 5);
    await rest('b', 3 * HOUR);
    await reserve(sql, 'b', 0, 1 / HOUR, 5);
    expect(await tokens('b')).toBeCloseTo(3, 1);
    await rest('b', 9 * HOUR);
    await reserve(sql, 'b', 0, 1 / HOUR, 5);
    expect(await tokens('b')).toBe(5);
  });
  test('a clock that was set back takes nothing away', async () => {
    await reserve(sql, 'c', 1, 1, 5);
    await rest('c', -HOUR);
    await reserve(sql, 'c', 0, 1, 5);
    expect(await tokens('c')).toBe(4);
  });
  test('unlimited asks no database', async () => {
    expect(await reserve(sql, 'none', 1000, Number.POSITIVE_INFINITY, 1)).toBe(0);
    expect(await sql`select from rate_limits where key = 'none'`).toEqual([]);
  });
  test('two processes at once never get one token twice', async () => {
    const pools = [db.connect(4), db.connect(4)];
    const waits = await Promise.all(
      Array.from({ length: 100 }, (_, i) => reserve(pools[i % 2]!, 'd', 1, 1 / HOUR, 10)),
    );
    const turns = waits.map((ms) => Math.round(ms / 1000 / HOUR)).sort((a, b) => a - b);
    expect(turns).toEqual([...Array(10).fill(0), ...Array.from({ length: 90 }, (_, i) => i + 1)]);
  });
});

describe('take', () => {
  test('gives the burst, then refuses and says how long', async () => {
    const tries = [];
    for (let i = 0; i < 4; i++) tries.push(await take(sql, 'e', 1 / HOUR, 3));
    expect(tries.map(({ ok }) => ok)).toEqual([true, true, true, false]);
    expect(tries[3]!.retryAfterMs / 1000).toBeCloseTo(HOUR, -2);
  });
  test('what was refused took nothing', async () => {
    await take(sql, 'f', 1 / HOUR, 1);
    for (let i = 0; i < 20; i++) await take(sql, 'f', 1 / HOUR, 1);
    await rest('f', HOUR);
    expect(await take(sql, 'f', 1 / HOUR, 1)).toEqual({ ok: true, retryAfterMs: 0 });
  });
  test('two processes at once get no more than there is', async () => {
    const pools = [db.connect(4), db.connect(4)];
    const tries = await Promise.all(
      Array.from({ length: 100 }, (_, i) => take(pools[i % 2]!, 'g', 1 / HOUR, 10)),
    );
    expect(tries.filter(({ ok }) => ok)).toHaveLength(10);
  });
  test('unlimited asks no database', async () => {
    expect(await take(sql, 'none', Number.POSITIVE_INFINITY, 1)).toEqual({ ok: true, retryAfterMs: 0 });
  });
});
