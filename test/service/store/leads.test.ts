import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { json, type Sql, type Transaction } from '#service/store/pool.ts';
import { createDatabase, type TestDatabase } from '#test/support/db.ts';
import { ROWS } from './rows.ts';

let db: TestDatabase;
let sql: Sql;
beforeAll(async () => {
  db = await createDatabase();
  sql = db.sql;
});
afterAll(() => db.drop());
beforeEach(async () => {
  await sql`truncate companies, lead_counts restart identity cascade`;
  await sql`truncate lead_counts`;
});

const rowOf = (on: Sql | Transaction, table: string, more: Readonly<Record<string, unknown>>) => {
  const row = { ...ROWS[table]?.valid, ...more };
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      value?.constructor === Object ? json(on, value) : value,
    ]),
  ) as Record<string, string>;
};
const put = (on: Sql | Transaction, table: string, more: Readonly<Record<string, unknown>> = {}) =>
  on`insert into ${on(table)} ${on(rowOf(on, table, more))}`;
/** A company that was scanned and has a score. */
async function lead(domain = 'a.com', score: Readonly<Record<string, unknown>> = {}): Promise<number> {
  await put(sql, 'companies', { domain, domain_unicode: domain });
  const [row] = await sql<{ id: number }[]>`select id from companies where domain = ${domain}`;
  const id = row?.id ?? 0;
  await put(sql, 'domain_signals', { company_id: id });
  await put(sql, 'lead_scores', { company_id: id, ...score });
  return id;
}
const counts = async (): Promise<unknown[]> => [
  ...(await sql`select segment, provider, priority_score, readiness_score, has_referral, d365_sync_status, sum(n)::int as n
    from lead_counts group by 1, 2, 3, 4, 5, 6 having sum(n) <> 0 order by 1, 2, 3, 4, 5, 6`),
];
const read = async (id: number) => (await sql`select * from leads_ready where company_id = ${id}`)[0];

describe('leads_ready', () => {
  test('has a company from its first scan on', async () => {
    await put(sql, 'companies', { domain: 'a.com' });
    expect(await read(1)).toBeUndefined();
    await put(sql, 'domain_signals', { company_id: 1, scan_status: 'partial' });
    expect(await read(1)).toMatchObject({
      domain: 'a.com',
      readiness_score: null,
      segment: null,
      rank: null,
    });
    await put(sql, 'lead_scores', { company_id: 1 });
    expect(await read(1)).toMatchObject({
      readiness_score: 60,
      segment: 'Migration',
      rank: 141,
      rule_set: 'hunter-1 1.0.0',
    });
  });
  test('follows score, name, look-up and push', async () => {
    const id = await lead();
    await sql`update lead_scores set readiness_score = 0, segment = 'Skip', priority_score = 7, hard_fail = 'absent'`;
    await sql`update companies set canonical_name = 'Şeker A.Ş.', country = 'TR'`;
    await sql`update domain_signals set expires_at = '2027-01-31', spf = false, scanned_at = '2026-12-01T00:00:00.001Z'`;
    await put(sql, 'd365_sync', { company_id: id, status: 'error', error: 'no', attempts: 3 });
    expect(await read(id)).toMatchObject({
      readiness_score: 0,
      segment: 'Skip',
      rank: 807,
      canonical_name: 'Şeker A.Ş.',
      search_text: 'a.com a.com seker a.s.',
      country: 'TR',
      expires_at: '2027-01-31',
      spf: false,
      scanned_at: new Date('2026-12-01T00:00:00.001Z'),
      d365_sync_status: 'error',
      d365_sync_error: 'no',
      d365_sync_attempts: 3,
    });
  });
  test('says from when a score is that a newer look-up left as it was', async () => {
    const id = await lead();
    expect(await read(id)).toMatchObject({ score_kept_from: null });
    await sql`update domain_signals set scanned_at = '2026-12-01T00:00:00Z', scan_status = 'partial'`;
    expect(await read(id)).toMatchObject({
      scan_status: 'partial',
      readiness_score: 60,
      score_kept_from: new Date('2026-11-25T09:00:00.000Z'),
    });
  });
  test('loses a company that is erased, with everything that hangs on it', async () => {
    const id = await lead();
    for (const [table, { valid }] of Object.entries(ROWS)) {
      if (!('company_id' in valid) || ['domain_signals', 'lead_scores', 'lead_list'].includes(table))
        continue;
      await put(sql, table, { company_id: id }).catch((error: Error) => {
        // Deliveries hang on alerts, which are tried on their own.
        throw new Error(`${table}: ${error.message}`);
      });
    }
    await put(sql, 'partner_center_referrals', {
      company_id: id,
      link_status: 'manual_linked',
      domain: 'a.com',
    });
    await put(sql, 'raw_leads', { company_id: id });
    await sql`delete from companies where id = ${id}`;
    const left = await sql<
      { table: string }[]
    >`select c.relname as "table" from pg_class c join pg_attribute a on a.attrelid = c.oid
      where a.attname = 'company_id' and c.relkind = 'r' and c.relnamespace = 'public'::regnamespace`;
    for (const { table } of left) expect([table, await sql`select from ${sql(table)}`]).toEqual([table, []]);
    expect(await counts()).toEqual([]);
  });
});

describe('referrals of a company', () => {
  const refer = (id: string, more: Readonly<Record<string, unknown>> = {}) =>
    put(sql, 'partner_center_referrals', {
      referral_id: id,
      domain: 'a.com',
      first_seen_at: `2026-01-0${id}`,
      ...more,
    });
  test('are summed up: the newest active one stands for all', async () => {
    const id = await lead();
    expect(await read(id)).toMatchObject({
      referral_count: 0,
      referral_type: null,
      referral_ids: [],
      link_status: 'none',
    });
    await refer('1', { referral_type: 'co-sell', azure_tenant_id: 'tenant-1' });
    await refer('2', { referral_type: 'marketplace' });
    await refer('3', { referral_type: 'solution-provider', active: false });
    expect(await read(id)).toMatchObject({
      referral_count: 3,
      referral_id: '2',
      referral_type: 'marketplace',
      referral_types: ['co-sell', 'marketplace', 'solution-provider'],
      referral_ids: ['3', '2', '1'],
      tenant_id: 'tenant-1',
      link_status: 'unlinked',
    });
    await sql`update partner_center_referrals set company_id = ${id}, link_status = 'auto_linked' where referral_id = '1'`;
    expect(await read(id)).toMatchObject({ link_status: 'mixed' });
    await sql`update partner_center_referrals set company_id = ${id}, link_status = 'auto_linked'`;
    expect(await read(id)).toMatchObject({ link_status: 'linked' });
    await sql`delete from partner_center_referrals where referral_id = '2'`;
    expect(await read(id)).toMatchObject({ referral_count: 2, referral_type: 'co-sell' });
  });
  test('count for the company they are linked to by hand, whatever their domain, and follow when that changes', async () => {
    const [a, b] = [await lead('a.com'), await lead('b.com')];
    await refer('1', { domain: null, company_id: a, link_status: 'manual_linked' });
    expect([(await read(a))?.['referral_count'], (await read(b))?.['referral_count']]).toEqual([1, 0]);
    await sql`update partner_center_referrals set company_id = ${b}`;
    expect([(await read(a))?.['referral_count'], (await read(b))?.['referral_count']]).toEqual([0, 1]);
    await sql`update partner_center_referrals set company_id = null, link_status = 'unlinked', domain = 'a.com'`;
    expect([(await read(a))?.['referral_count'], (await read(b))?.['referral_count']]).toEqual([1, 0]);
  });
});

describe('counts', () => {
  const kind = {
    segment: 'Migration',
    provider: 'Google',
    priority_score: 1,
    readiness_score: 60,
    has_referral: false,
    d365_sync_status: 'not_synced',
  };
  test('follow what is inserted, changed and deleted', async () => {
    const [a] = [await lead('a.com'), await lead('b.com'), await lead('c.com', { readiness_score: 70 })];
    expect(await counts()).toEqual([
      { ...kind, n: 2 },
      { ...kind, readiness_score: 70, n: 1 },
    ]);
    await sql`update lead_scores set readiness_score = 70 where company_id = ${a}`;
    await put(sql, 'partner_center_referrals', { domain: 'b.com' });
    expect(await counts()).toEqual([
      { ...kind, has_referral: true, n: 1 },
      { ...kind, readiness_score: 70, n: 2 },
    ]);
    await sql`delete from companies where domain = 'b.com'`;
    await sql`delete from lead_scores where company_id = ${a}`;
    expect(await counts()).toEqual([{ ...kind, readiness_score: 70, n: 1 }]);
  });
  test('of a row that is written again unchanged do not grow', async () => {
    const id = await lead();
    const [before] = await sql`select count(*) as n from lead_counts`;
    await sql`update lead_scores set rule_set = 'hunter-1' where company_id = ${id}`;
    await sql`update domain_signals set spf = true where company_id = ${id}`;
    expect((await sql`select count(*) as n from lead_counts`)[0]).toEqual(before);
  });
  test('are the same after they are summed up, also while others write', async () => {
    const writers = Array.from({ length: 40 }, (_, at) => lead(`w${at}.com`, { readiness_score: at % 4 }));
    const compacting = Array.from({ length: 10 }, () => sql`select compact_lead_counts()`);
    await Promise.all([...writers, ...compacting]);
    const before = await counts();
    expect(before).toMatchObject([0, 1, 2, 3].map((readiness_score) => ({ readiness_score, n: 10 })));
    await sql`select compact_lead_counts()`;
    expect(await counts()).toEqual(before);
    expect(await sql`select from lead_counts`).toHaveLength(4);
  });
});

test('two that change one company at the same time are both seen', async () => {
  const id = await lead();
  const [one, two] = [db.connect(1), db.connect(1)];
  for (let round = 0; round < 20; round++) {
    await Promise.all([
      one.begin(async (tx) => {
        await tx`update lead_scores set readiness_score = ${round} where company_id = ${id}`;
        await tx`select pg_sleep(0.003)`;
      }),
      two.begin(async (tx) => {
        await tx`select pg_sleep(0.001)`;
        await tx`insert into d365_sync (company_id, status) values (${id}, ${round % 2 === 0 ? 'queued' : 'synced'})
          on conflict (company_id) do update set status = excluded.status`;
      }),
    ]);
    expect(await read(id)).toMatchObject({
      readiness_score: round,
      d365_sync_status: round % 2 === 0 ? 'queued' : 'synced',
    });
  }
});

test('batches of the same companies in another order do not lock each other out', async () => {
  const ids: number[] = [];
  for (let at = 0; at < 30; at++) ids.push(await lead(`l${at}.com`));
  const pools = [db.connect(1), db.connect(1), db.connect(1)];
  await Promise.all(
    pools.map(async (pool, at) => {
      for (let round = 0; round < 10; round++)
        await pool`update domain_signals set spf = ${round % 2 === at % 2} where company_id in (
          select company_id from domain_signals where company_id = any(${ids}) order by company_id for update)`;
    }),
  );
  expect(await sql`select from leads_ready`).toHaveLength(30);
});

describe('at 20,000 companies', () => {
  const N = 20_000;
  beforeEach(async () => {
    await fill(N);
  }, 60_000);
  /** The nodes of the plan, and the rows that the widest of them read. */
  async function plan(query: string): Promise<{ nodes: string; most: number }> {
    const [row] = await sql.unsafe<{ 'QUERY PLAN': { Plan: Node }[] }[]>(
      `explain (analyze, format json, timing off) ${query}`,
    );
    const nodes: string[] = [];
    let most = 0;
    const walk = (node: Node): void => {
      nodes.push(`${node['Node Type']} ${node['Index Name'] ?? node['Relation Name'] ?? ''}`.trim());
      most = Math.max(
        most,
        (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'],
      );
      for (const child of node.Plans ?? []) walk(child);
    };
    walk(row!['QUERY PLAN'][0]!.Plan);
    return { nodes: nodes.join(', '), most };
  }
  interface Node {
    readonly 'Node Type': string;
    readonly 'Index Name'?: string;
    readonly 'Relation Name'?: string;
    readonly 'Actual Rows': number;
    readonly 'Actual Loops': number;
    readonly 'Rows Removed by Filter'?: number;
    readonly Plans?: readonly Node[];
  }
  const scored = 'select * from leads_ready where readiness_score is not null';

  // One set-up for all of them: filling takes longer than asking.
  test('every list reads a page from an index, and never the whole table', async () => {
    const LISTS: readonly (readonly [string, string, string])[] = [
      ['the usual order', 'lead_list_rank', `${scored} order by rank, company_id limit 50`],
      ['backwards', 'lead_list_rank', `${scored} order by rank desc, company_id desc limit 50`],
      [
        'deep, by key',
        'lead_list_rank',
        `${scored} and (rank, company_id) > (400, 10000) order by rank, company_id limit 50`,
      ],
      ['by score', 'lead_list_score', `${scored} order by readiness_score desc, company_id desc limit 50`],
      [
        'score range',
        'lead_list_score',
        `${scored} and readiness_score between 40 and 42 order by readiness_score, company_id limit 50`,
      ],
      ['by domain', 'lead_list_domain', `${scored} order by domain, company_id limit 50`],
      [
        'deep by domain',
        'lead_list_domain',
        `${scored} and (domain, company_id) > ('d15000.com.tr', 0) order by domain, company_id limit 50`,
      ],
      ['by name', 'lead_list_name', `${scored} order by canonical_name, company_id limit 50`],
      ['by time', 'lead_list_scanned', `${scored} order by scanned_at desc, company_id desc limit 50`],
      [
        'by expiry',
        'lead_list_expires',
        `${scored} order by coalesce(expires_at, 'infinity'::date), company_id limit 50`,
      ],
      ['by segment', 'lead_list_segment', `${scored} order by segment, rank, company_id limit 50`],
      [
        'one segment',
        'lead_list_segment',
        `${scored} and segment = 'Existing' order by rank, company_id limit 50`,
      ],
      ['by provider', 'lead_list_provider', `${scored} order by provider, rank, company_id limit 50`],
      [
        'a rare provider',
        'lead_list_provider',
        `${scored} and provider = 'Tuta' order by rank, company_id limit 50`,
      ],
      ['by size', 'lead_list_tenant_size', `${scored} order by tenant_size, rank, company_id limit 50`],
      [
        'by referral',
        'lead_list_referral',
        `${scored} order by coalesce(referral_type, '') desc, rank desc, company_id desc limit 50`,
      ],
      [
        'one kind of referral',
        'lead_list_referral',
        `${scored} and coalesce(referral_type, '') = 'co-sell' order by rank, company_id limit 50`,
      ],
      [
        'linked ones',
        'lead_list_link',
        `${scored} and link_status = 'linked' order by rank, company_id limit 50`,
      ],
      ['by push', 'lead_list_d365', `${scored} order by d365_sync_status, rank, company_id limit 50`],
      [
        'failed pushes',
        'lead_list_d365',
        `${scored} and d365_sync_status = 'error' order by rank, company_id limit 50`,
      ],
      [
        'one priority',
        'lead_list_rank',
        `${scored} and rank between 3 * 101 and 3 * 101 + 100 order by rank, company_id limit 50`,
      ],
      [
        'search',
        'lead_list_search',
        `${scored} and search_text like '%12345%' order by rank, company_id limit 50`,
      ],
      [
        'one lead',
        'companies_domain_key',
        `select * from leads_ready where company_id = (select id from companies where domain = 'd777.com.tr')`,
      ],
      [
        'due for a scan',
        'lead_list_rescan',
        `select company_id from lead_list where scanned_at < '2026-01-01' order by priority_score, scanned_at limit 100`,
      ],
    ];
    const found: string[] = [];
    for (const [name, index, query] of LISTS) {
      const { nodes, most } = await plan(query);
      if (!nodes.includes(index) || nodes.includes('Seq Scan lead_list') || most > 1000)
        found.push(`${name}: ${most} rows, ${nodes}`);
    }
    expect(found).toEqual([]);

    // The counts of the dashboard come from a few hundred rows, whatever the number of companies.
    await sql`select compact_lead_counts()`;
    const [size] = await sql<{ n: number }[]>`select count(*) as n from lead_counts`;
    expect(size?.n).toBeLessThan(3000);
    expect(
      await sql`select sum(n)::int as total, max(readiness_score) filter (where n > 0) as best from lead_counts`,
    ).toEqual([(await sql`select count(*)::int as total, max(readiness_score) as best from leads_ready`)[0]]);
  }, 60_000);
});

/** Made-up companies in one statement a table: the triggers see 20,000 rows at once. */
async function fill(n: number): Promise<void> {
  const pool = db.connect(1);
  await pool`set statement_timeout = 0`;
  await pool`insert into companies (domain, domain_unicode, canonical_name, source)
    select 'd' || g || '.com.tr', 'd' || g || '.com.tr', (array['Şeker', 'Çelik', 'Irmak', 'Öz'])[g % 4 + 1] || ' ' || g, 'demo'
    from generate_series(1, ${n}::int) g`;
  await pool`insert into domain_signals (company_id, scan_status, facts, first_scanned_at, scanned_at, expires_at)
    select id, 'completed', '{"schema": 1}', moment, moment, case when id % 3 = 0 then moment::date + 400 end
    from (select id, timestamptz '2026-01-01' + id * interval '1 minute' as moment from companies) c`;
  await pool`insert into lead_scores (company_id, readiness_score, segment, priority_score, reason_tr, reason_en, provider,
      provider_name, hybrid, confidence, confidence_level, rule_set, rule_set_version, assessment, looked_up_at, assessed_at,
      tenant_size)
    select id, id % 101, (array['Migration', 'Existing', 'Cold', 'Skip'])[id % 4 + 1], id % 7 + 1, 'a', 'a',
      case when id % 2000 = 7 then 'Tuta' else (array['M365', 'Google', 'Local', 'Hosting'])[id % 4 + 1] end,
      'x', false, 3, 'high', 'hunter-1', '1.0.0', '{}', now(), now(), (array['small', 'medium', null])[id % 3 + 1]
    from companies`;
  await pool`insert into d365_sync (company_id, status, error) select id, 'error', 'x' from companies where id % 500 = 3`;
  await pool`insert into partner_center_referrals (referral_id, domain, referral_type, raw_data, company_id, link_status)
    select id::text, domain, 'co-sell', '{}', id, 'auto_linked' from companies where id % 400 = 5`;
  await pool`vacuum analyze`;
  await pool.end();
}
