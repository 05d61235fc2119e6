import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  ensureCompanies,
  findCompanies,
  findCompany,
  suppressedAmong,
  type NewCompany,
} from '#service/store/companies.ts';
import type { Sql } from '#service/store/pool.ts';
import { createDatabase, type TestDatabase } from '#test/support/db.ts';
import { allShippedRules } from '#test/support/rules.ts';

const rules = allShippedRules();
let db: TestDatabase;
let sql: Sql;
beforeAll(async () => {
  db = await createDatabase();
  sql = db.sql;
});
afterAll(() => db.drop());
beforeEach(async () => {
  await sql`truncate companies restart identity cascade`;
});

const company = (domain: string, more: Partial<NewCompany> = {}): NewCompany => ({
  domain,
  unicode: domain,
  name: null,
  source: 'csv',
  ...more,
});
const ensure = (...companies: NewCompany[]) => ensureCompanies(sql, companies, rules);
const stored = () =>
  sql`select domain, domain_unicode, canonical_name, name_key, country, source from companies order by id`;

describe('ensureCompanies', () => {
  test('makes a company once and finds it again', async () => {
    const first = await ensure(company('b.com.tr'), company('a.com.tr'));
    expect([...first.values()].every(({ created }) => created)).toBe(true);
    const again = await ensure(company('a.com.tr'), company('c.com.tr'));
    expect(again.get('a.com.tr')).toEqual({ id: first.get('a.com.tr')?.id, created: false });
    expect(again.get('c.com.tr')?.created).toBe(true);
  });
  test('the domain as people write it stands in for a missing name', async () => {
    await ensure(company('xn--ar-yka.com.tr', { unicode: 'çar.com.tr' }));
    expect(await stored()).toEqual([
      {
        domain: 'xn--ar-yka.com.tr',
        domain_unicode: 'çar.com.tr',
        canonical_name: 'çar.com.tr',
        name_key: null,
        country: null,
        source: 'csv',
      },
    ]);
  });
  test('a name takes the place of a stand-in, and comes with the form that finds duplicates', async () => {
    await ensure(company('a.com.tr'));
    await ensure(company('a.com.tr', { name: '  Şeker   Gıda A.Ş. ', country: 'tr', source: 'webhook' }));
    expect(await stored()).toMatchObject([
      { canonical_name: 'Şeker Gıda A.Ş.', name_key: 'şeker gida', country: 'TR', source: 'csv' },
    ]);
  });
  test('a real name is overwritten neither by nothing nor by another', async () => {
    await ensure(company('a.com.tr', { name: 'Gökpınar', country: 'TR' }));
    await ensure(company('a.com.tr'));
    await ensure(company('a.com.tr', { name: 'Other', country: 'DE' }));
    expect(await stored()).toMatchObject([{ canonical_name: 'Gökpınar', country: 'TR' }]);
  });
  test('one list may name a company several times: the first name counts', async () => {
    const made = await ensure(
      company('a.com.tr'),
      company('a.com.tr', { name: 'Gökpınar' }),
      company('a.com.tr', { name: 'Other' }),
    );
    expect(made.size).toBe(1);
    expect(await stored()).toMatchObject([{ canonical_name: 'Gökpınar' }]);
  });
  test.each([['nan'], ['  '], ['-']])('%j is no name', async (name) => {
    await ensure(company('a.com.tr', { name }));
    expect(await stored()).toMatchObject([{ canonical_name: 'a.com.tr' }]);
  });
  test('a name that is too long is cut between characters, one with broken characters is repaired', async () => {
    await ensure(
      company('a.com.tr', { name: `${'x'.repeat(298)}😀 and more` }),
      company('b.com.tr', { name: 'a\0b\uD83D' }),
    );
    expect(await stored()).toMatchObject([
      { canonical_name: `${'x'.repeat(298)}…` },
      { canonical_name: 'a b\uFFFD' },
    ]);
  });
  test.each([['Türkiye'], ['T1'], ['']])(
    'a country is two letters; %j counts as not given',
    async (country) => {
      await ensure(company('a.com.tr', { country }));
      expect(await stored()).toMatchObject([{ country: null }]);
    },
  );
  test('nothing asked is nothing done', async () => {
    expect((await ensure()).size).toBe(0);
  });
  test('many at once make one row a domain and wait for nobody in a circle', async () => {
    const domains = Array.from({ length: 200 }, (_, i) => `d${i}.com.tr`);
    const pools = [db.connect(3), db.connect(3)];
    const runs = await Promise.all(
      Array.from({ length: 6 }, (_, i) =>
        pools[i % 2]!.begin((tx) =>
          ensureCompanies(
            tx,
            (i % 2 === 0 ? domains : domains.toReversed()).map((domain) =>
              company(domain, { name: `N${i}` }),
            ),
            rules,
          ),
        ),
      ),
    );
    expect(runs.flatMap((run) => [...run.values()]).filter(({ created }) => created)).toHaveLength(200);
    expect(new Set(runs.map((run) => run.get('d7.com.tr')?.id)).size).toBe(1);
  });
});

describe('finding', () => {
  test('gives the company of a domain, or null', async () => {
    await ensure(company('a.com.tr', { name: 'Gökpınar' }));
    await sql`update companies set employees = 180, contact_emails = '{info@a.com.tr}'`;
    expect(await findCompany(sql, 'a.com.tr')).toMatchObject({
      id: 1,
      domain: 'a.com.tr',
      name: 'Gökpınar',
      employees: 180,
      contactEmails: ['info@a.com.tr'],
      contactQuality: null,
      source: 'csv',
    });
    expect(await findCompany(sql, 'b.com.tr')).toBeNull();
  });
  test('gives those of many that are there', async () => {
    await ensure(company('a.com.tr'), company('b.com.tr'));
    expect([...(await findCompanies(sql, ['b.com.tr', 'x.com.tr', 'a.com.tr'])).keys()]).toEqual([
      'a.com.tr',
      'b.com.tr',
    ]);
    expect((await findCompanies(sql, [])).size).toBe(0);
  });
});

test('a domain that was erased is known by its hash alone', async () => {
  const hash = createHash('sha256').update('gone.com.tr').digest();
  await sql`insert into suppressed_domains (domain_hash, suppressed_by) values (${hash}, 'u')`;
  expect(await suppressedAmong(sql, ['gone.com.tr', 'here.com.tr'])).toEqual(new Set(['gone.com.tr']));
  expect(await suppressedAmong(sql, [])).toEqual(new Set());
});
