import { afterAll, beforeAll, expect, test } from 'vitest';
import { inParts } from '#service/store/in-parts.ts';
import type { Sql, Transaction } from '#service/store/pool.ts';
import { createDatabase, type TestDatabase } from '#test/support/db.ts';

let db: TestDatabase;
let sql: Sql;
beforeAll(async () => {
  db = await createDatabase('empty');
  sql = db.sql;
  await sql`create table numbers (n smallint primary key check (n <> 13))`;
});
afterAll(() => db.drop());

const at = () => ({ sql, sleep: async () => undefined, random: () => 0 });
const insert = async (tx: Transaction, items: readonly number[]): Promise<string[]> => {
  await tx`insert into numbers select * from unnest(${[...items]}::int[])`;
  return items.map((n) => `done ${n}`);
};
const fault = (n: number, error: unknown): string => `${(error as { code: string }).code} ${n}`;

test('W27: an item that the database refuses is told, and all others are done', async () => {
  const items = Array.from({ length: 20 }, (_, i) => i + 1).concat(40_000);
  const results = await inParts(at(), items, insert, fault);
  expect(results.filter((result) => !result.startsWith('done'))).toEqual(['23514 13', '22003 40000']);
  expect(await sql`select count(*)::int as n from numbers`).toEqual([{ n: 19 }]);
});
test('two that met each other try again', async () => {
  let tries = 0;
  const meets = async (tx: Transaction): Promise<string[]> => {
    tries += 1;
    if (tries < 3) await tx`do $$ begin raise exception using errcode = '40P01'; end $$`;
    return ['done'];
  };
  expect(await inParts(at(), [1], meets, fault)).toEqual(['done']);
  expect(tries).toBe(3);
});
test('but not for ever', async () => {
  const meets = (tx: Transaction): Promise<string[]> =>
    tx<never[]>`do $$ begin raise exception using errcode = '40P01'; end $$`;
  await expect(inParts(at(), [1], meets, fault)).rejects.toMatchObject({ code: '40P01' });
});
test('a mistake of ours is no fault of an item', async () => {
  const wrong = (tx: Transaction): Promise<string[]> => tx<never[]>`select no_such_column from numbers`;
  await expect(inParts(at(), [1, 2], wrong, fault)).rejects.toMatchObject({ code: '42703' });
});
test('nothing to do is nothing done', async () => {
  expect(await inParts(at(), [], insert, fault)).toEqual([]);
});
