import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCompanies } from '#service/store/lead.ts';
import { createDatabase, type TestDatabase } from '#test/support/db.ts';
import { domainFacts } from '#test/support/facts.ts';
import { allShippedRules } from '#test/support/rules.ts';
import { storeScanned } from '#test/support/stored.ts';

let db: TestDatabase;
let ids: number[];
beforeAll(async () => {
  db = await createDatabase();
  const facts = ['b.com.tr', 'a.com.tr'].map((domain) => domainFacts(domain));
  ids = await storeScanned(db.sql, allShippedRules(), facts);
});
afterAll(() => db.drop());

test('several companies are read at once, in order of their id, and who is not known is missing', async () => {
  const read = await readCompanies(db.sql, { ids: [...ids, 999_999] }, { rows: 5 });
  expect(read.map(({ id }) => id)).toEqual(ids.toSorted((a, b) => a - b));
  for (const { lead, domain } of read) {
    expect(lead?.assessment.domain).toBe(domain);
    expect(lead?.history).toHaveLength(1);
  }
});

test('a domain is a value and never a part of the statement', async () => {
  expect(await readCompanies(db.sql, { domains: [`' or true --`] }, { rows: 0 })).toEqual([]);
});

test('moments are in UTC, whatever time zone the session has', async () => {
  const read = await db.sql.begin(async (tx) => {
    await tx`set local time zone 'Europe/Istanbul'`;
    return readCompanies(tx, { domains: ['a.com.tr'] }, { rows: 1 });
  });
  expect(read[0]?.lead?.history[0]?.at).toBe('2026-11-25T09:00:00.000Z');
});
