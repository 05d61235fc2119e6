import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Lead } from '#core/lead/lead.ts';
import { SORT_KEYS } from '#service/store/lead-order.ts';
import { leadIds, leadsOf, listLeads, type LeadPage, type LeadQuery } from '#service/store/leads.ts';
import type { LeadFilter } from '#service/store/lead-filter.ts';
import type { Sql } from '#service/store/pool.ts';
import { createDatabase, type TestDatabase } from '#test/support/db.ts';
import { fillLeads } from '#test/support/many-leads.ts';

const N = 210;
let db: TestDatabase;
let sql: Sql;
beforeAll(async () => {
  db = await createDatabase();
  sql = db.sql;
  await fillLeads(sql, N);
  // A company whose MX never answered has no score, and one was never scanned: neither is a lead.
  await sql`insert into companies (domain, domain_unicode, canonical_name, source) values
    ('silent.com', 'silent.com', 'Silent', 'demo'), ('new.com', 'new.com', 'New', 'demo'), ('xn--iecik-w2a8n.com', 'şişecik.com', '100%_Cam \\ Ltd.', 'demo')`;
  await sql`insert into domain_signals (company_id, scan_status, facts, first_scanned_at, scanned_at)
    select id, 'partial', '{"schema": 1}', '2026-11-25', '2026-11-25' from companies where domain <> 'new.com' and id > ${N}`;
  await sql`insert into lead_scores select (jsonb_populate_record(p, jsonb_build_object('company_id',
    (select id from companies where domain_unicode = 'şişecik.com'), 'provider', 'Zoho'))).* from lead_scores p where company_id = 1`;
  await sql`insert into favorites (company_id, user_id, created_at) values (7, 'ayse', now()), (9, 'ayse', now()), (8, 'mehmet', now())`;
}, 60_000);
afterAll(() => db.drop());

const list = async (query: Partial<LeadQuery> = {}, exactTotal?: number): Promise<LeadPage> => {
  const listed = await listLeads(sql, { filter: {}, page: 1, pageSize: 50, ...query }, 'en', exactTotal);
  if (!listed.ok) throw new Error(listed.failure.code);
  return listed.value;
};
const domains = ({ leads }: LeadPage): string[] => leads.map(({ domain }) => domain);
const TOTAL = N + 1;

test('a row is the lead object of the API', async () => {
  const page = await list({ pageSize: 200 });
  for (const lead of page.leads) expect(Lead.safeParse(lead).error).toBeUndefined();
  const keys = Object.keys(Lead.shape).sort();
  expect(Object.keys(page.leads[0]!).sort()).toEqual(keys);
  expect(page.leads.find(({ domain }) => domain === 'd6.com.tr')).toMatchObject({
    company_id: 6,
    readiness_score: 60,
    segment: 'Cold',
    priority_score: 5,
    spf: true,
    dkim: false,
    dmarc_policy: 'reject',
    reason: 'Uses cloud mail, ready to move. Score: 70, Provider: Google',
    priority_label: 'Competitive Takeover',
    expires_at: '2026-10-07',
    scanned_at: '2026-10-01T00:06:00.000Z',
    d365_sync_status: 'not_synced',
    d365_lead_url: null,
  });
});
test('sentences are in the language that is asked for', async () => {
  const listed = await listLeads(sql, { filter: {}, page: 1, pageSize: 1 }, 'tr');
  expect(listed.ok && listed.value.leads[0]?.priority_label).toBe('Rakipten Geçiş');
});
test('only companies with a score are leads', async () => {
  expect((await list({ filter: { search: 'silent' } })).total).toBe(0);
  expect((await list({ filter: { search: 'new.com' } })).total).toBe(0);
});

/** What an order must be, worked out from the leads themselves and not in SQL. */
const byName = new Intl.Collator('tr').compare;
const plain = (a: unknown, b: unknown): number => (a === b ? 0 : String(a) < String(b) ? -1 : 1);
const inOrder =
  (values: readonly string[]) =>
  (a: unknown, b: unknown): number =>
    values.indexOf(String(a)) - values.indexOf(String(b));
const COMPARE: Readonly<
  Record<string, { readonly of: keyof Lead; readonly by: (a: never, b: never) => number }>
> = {
  readiness_score: { of: 'readiness_score', by: (a: number, b: number) => a - b },
  priority_score: { of: 'priority_score', by: (a: number, b: number) => a - b },
  domain: { of: 'domain', by: plain },
  company: { of: 'canonical_name', by: byName },
  scanned_at: { of: 'scanned_at', by: plain },
  expires_at: { of: 'expires_at', by: plain },
  segment: { of: 'segment', by: plain },
  provider: { of: 'provider', by: plain },
  tenant_size: { of: 'tenant_size', by: inOrder(['small', 'medium', 'large', 'enterprise']) },
  referral_type: { of: 'referral_type', by: plain },
  link_status: { of: 'link_status', by: inOrder(['linked', 'unlinked', 'mixed', 'none']) },
  d365_sync_status: {
    of: 'd365_sync_status',
    by: inOrder(['not_synced', 'queued', 'in_progress', 'synced', 'error']),
  },
};
const BLANKS: Readonly<Record<string, unknown>> = { link_status: 'none' };

const FILTERS: readonly (readonly [string, LeadFilter, (lead: Lead) => boolean])[] = [
  ['nothing', {}, () => true],
  ['a segment', { segment: 'Existing' }, (lead) => lead.segment === 'Existing'],
  ['a provider', { provider: 'Google' }, (lead) => lead.provider === 'Google'],
  [
    'a score range',
    { minScore: 30, maxScore: 60 },
    (lead) => lead.readiness_score! >= 30 && lead.readiness_score! <= 60,
  ],
  ['one priority', { priority: [1] }, (lead) => lead.priority_score === 1],
  ['two priorities', { priority: [2, 5] }, (lead) => lead.priority_score === 2 || lead.priority_score === 5],
  ['three in a row', { priority: [3, 1, 2] }, (lead) => lead.priority_score! <= 3],
  [
    'a kind of referral',
    { referralType: 'marketplace' },
    (lead) => lead.referral_types.includes('marketplace'),
  ],
  ['a link state', { linkStatus: 'unlinked' }, (lead) => lead.link_status === 'unlinked'],
  ['a push state', { syncStatus: 'error' }, (lead) => lead.d365_sync_status === 'error'],
  ['a size', { tenantSize: 'large' }, (lead) => lead.tenant_size === 'large'],
  ['a search', { search: 'ŞEKER' }, (lead) => lead.canonical_name.startsWith('Şeker')],
  [
    'several at once',
    { segment: 'Migration', minScore: 20, search: 'gida', linkStatus: 'none' },
    (lead) =>
      lead.segment === 'Migration' &&
      lead.readiness_score! >= 20 &&
      lead.canonical_name.includes('Gıda') &&
      lead.link_status === 'none',
  ],
];

/**
 * The ways to a page, by how many leads are counted (see readList): everything is read and sorted; the page is full from
 * where it begins; or it is not, since what was looked at was cut off; there are too many for sorting, so the order is read
 * along.
 */
const WAYS = [
  { pageSize: 200, exactTotal: undefined },
  { pageSize: 3, exactTotal: 4 * N },
  { pageSize: 3, exactTotal: 48 },
  { pageSize: 200, exactTotal: 1 },
] as const;

describe('W22: every sort key works', () => {
  test.each(SORT_KEYS.flatMap((key, at) => [[key, 'asc', at] as const, [key, 'desc', at + 1] as const]))(
    'by %s %s, with the filters, in every way: no row twice, none missing, always the same order',
    async (sortBy, direction, turn) => {
      const all = await everything(sortBy, direction);
      expect(all).toHaveLength(TOTAL);
      expectOrder(all, sortBy, direction);
      // Each key meets each filter, one half of them in this direction and the other half in the other.
      const these = FILTERS.filter((_, at) => at % 2 === turn % 2);
      const filtered = these.map(async ([name, filter, fits], at) => {
        const wanted = all.filter(fits).map(({ domain }) => domain);
        expect(wanted.length, name).toBeGreaterThan(0);
        const { pageSize, exactTotal } = WAYS[(turn + at) % WAYS.length]!;
        const page = await list({ filter, sortBy, direction, pageSize }, exactTotal);
        expect([name, exactTotal, domains(page)]).toEqual([name, exactTotal, wanted.slice(0, pageSize)]);
        if (!page.total_is_estimate) expect([name, page.total]).toEqual([name, wanted.length]);
      });
      const [, filter, fits] = FILTERS[turn % FILTERS.length]!;
      await Promise.all([
        ...filtered,
        expectPages({ sortBy, direction, pageSize: 60 }, all, undefined),
        expectPages({ sortBy, direction, pageSize: 20, filter }, all.filter(fits), turn % 2 === 0 ? 1 : 60),
      ]);
    },
  );
  test('a group whose hits stand at its end comes before one whose hits stand at its beginning', async () => {
    const all = await everything('segment', 'asc');
    const cold = all.filter(({ segment }) => segment === 'Cold');
    const existing = all.filter(({ segment }) => segment === 'Existing');
    const wanted = [...cold.slice(-3), ...existing.slice(0, 3)];
    const filter = { chosen: { ids: wanted.map((lead) => lead.company_id), domains: [] } };
    // Three rows of each group are looked at before that is given up.
    const page = await list({ filter, sortBy: 'segment', pageSize: 2 }, 48);
    expect(domains(page)).toEqual(wanted.slice(0, 2).map(({ domain }) => domain));
    expect(page.total).toBe(6);
  });
  /** Page by page, by cursor and by number. */
  async function expectPages(
    query: Partial<LeadQuery> & { readonly pageSize: number },
    wanted: readonly Lead[],
    exactTotal: number | undefined,
  ): Promise<void> {
    const count = Math.ceil(wanted.length / query.pageSize);
    const numbered = Array.from({ length: count }, (_, at) => list({ ...query, page: at + 1 }, exactTotal));
    const followed: string[] = [];
    let cursor: string | undefined;
    for (let page = 1; page <= count; page++) {
      const step: LeadPage = await list({ ...query, cursor }, exactTotal);
      expect(step.page).toBe(page);
      followed.push(...domains(step));
      cursor = step.next_cursor ?? undefined;
    }
    expect(cursor).toBeUndefined();
    expect(followed).toEqual(wanted.map(({ domain }) => domain));
    expect((await Promise.all(numbered)).flatMap(domains)).toEqual(followed);
  }
  const everything = async (sortBy: string, direction: 'asc' | 'desc'): Promise<Lead[]> => [
    ...(await list({ sortBy, direction, pageSize: 200 })).leads,
    ...(await list({ sortBy, direction, pageSize: 200, page: 2 })).leads,
  ];
  function expectOrder(leads: readonly Lead[], sortBy: string, direction: 'asc' | 'desc'): void {
    const { of, by } = COMPARE[sortBy]!;
    const blank = BLANKS[sortBy] ?? null;
    const values = leads.map((lead) => lead[of]);
    const filled = values.filter((value) => value !== blank);
    expect(values.slice(filled.length).every((value) => value === blank)).toBe(true);
    const sign = direction === 'asc' ? 1 : -1;
    expect(filled).toEqual([...filled].sort((a, b) => sign * by(a as never, b as never)));
    expect(new Set(filled).size).toBeGreaterThan(1);
  }
});

describe('the usual order', () => {
  test('is priority ascending, then score descending', async () => {
    const { leads } = await list({ pageSize: 200 });
    const pairs = leads.map((lead) => [lead.priority_score!, lead.readiness_score!] as const);
    expect(pairs).toEqual([...pairs].sort(([p, s], [q, t]) => p - q || t - s));
  });
  test('W22: an unknown sort key means the usual order, over all pages', async () => {
    const usual = domains(await list());
    expect(domains(await list({ sortBy: 'no_such_key', direction: 'desc' }))).toEqual(usual);
    expect(domains(await list({ sortBy: 'constructor' }))).toEqual(usual);
  });
  test('holds within the groups of a key with few values, whichever way these go', async () => {
    const { leads } = await list({ sortBy: 'segment', direction: 'desc', pageSize: 200 });
    const skips = leads.filter(({ segment }) => segment === 'Skip').map((lead) => lead.priority_score!);
    expect(leads[0]?.segment).toBe('Skip');
    expect(skips).toEqual([...skips].sort((a, b) => a - b));
  });
  test('keys have the names of the lead object as well', async () => {
    expect(domains(await list({ sortBy: 'canonical_name' }))).toEqual(
      domains(await list({ sortBy: 'company' })),
    );
    expect(domains(await list({ sortBy: 'score' }))).toEqual(
      domains(await list({ sortBy: 'readiness_score' })),
    );
  });
});

describe('search', () => {
  test.each([
    ['şişecik', 'its Unicode domain'],
    ['SISECIK', 'without Turkish letters'],
    ['xn--iecik', 'its ASCII domain'],
    ['100%_cam', 'wildcards as they are'],
    ['\\ ltd', 'a backslash as it is'],
    ['s\u0327is\u0327ecik', 'letters put together from two characters'],
    ['  100%_cam   \\ ltd ', 'spaces that do not count'],
  ])('%s finds a company by %s', async (search) => {
    expect(domains(await list({ filter: { search } }))).toEqual(['xn--iecik-w2a8n.com']);
  });
  test.each(['%', '_', '\\', '0%C', '100_'])('W22: %s is no wildcard', async (search) => {
    const found = await list({ filter: { search } });
    expect(found.total).toBeLessThanOrEqual(1);
    for (const { canonical_name } of found.leads)
      expect(canonical_name.toLowerCase()).toContain(search.toLowerCase());
  });
  test('works with one and two letters', async () => {
    expect((await list({ filter: { search: 'ö' } })).total).toBeGreaterThan(25);
    expect((await list({ filter: { search: 'qx' } })).total).toBe(0);
  });
});

describe('filters', () => {
  test('W22: a kind of referral narrows the rows, and not what is told of their referrals', async () => {
    const { leads } = await list({ filter: { referralType: 'marketplace' }, pageSize: 200 });
    const mixed = leads.find(({ referral_types }) => referral_types.length === 2);
    expect(mixed).toMatchObject({
      referral_count: 2,
      referral_types: expect.arrayContaining(['marketplace']),
    });
  });
  test('favorites are those of the user', async () => {
    expect(domains(await list({ filter: { favoritesOf: 'ayse' } })).sort()).toEqual([
      'd7.com.tr',
      'd9.com.tr',
    ]);
    expect((await list({ filter: { favoritesOf: 'nobody' } })).total).toBe(0);
  });
  test('chosen ones are those of the ids and of the domains, in the usual order', async () => {
    const chosen = { ids: [3, 4, 999_999], domains: ['d5.com.tr', 'silent.com'] };
    const ids = [...(await leadIds(sql, { chosen }))];
    expect(ids.sort()).toEqual([3, 4, 5]);
    expect((await list({ filter: { chosen } })).total).toBe(3);
  });
  test('a search is a value and never a part of the statement', async () => {
    expect(
      (await list({ filter: { search: "'; drop table companies; --", provider: "x' or '1'='1" } })).total,
    ).toBe(0);
  });
});

describe('a page', () => {
  test('behind the last one is empty and says how many there are', async () => {
    expect(await list({ page: 100 })).toEqual({
      leads: [],
      total: TOTAL,
      page: 100,
      page_size: 50,
      total_pages: 5,
      next_cursor: null,
      total_is_estimate: false,
    });
  });
  test('of nothing has no pages', async () => {
    expect(await list({ filter: { provider: 'Nobody' }, sortBy: 'provider' })).toMatchObject({
      total: 0,
      total_pages: 0,
    });
  });
  test('that is full and the last has no next one', async () => {
    expect((await list({ filter: { favoritesOf: 'ayse' }, pageSize: 2 })).next_cursor).toBeNull();
  });
});

describe('a cursor', () => {
  const refused = async (query: Partial<LeadQuery>): Promise<string | null> => {
    const listed = await listLeads(sql, { filter: {}, page: 1, pageSize: 50, ...query }, 'en');
    return listed.ok ? null : listed.failure.code;
  };
  test('that was changed anywhere is refused', async () => {
    const cursor = (await list()).next_cursor!;
    expect(await refused({ cursor })).toBeNull();
    for (let at = 0; at < cursor.length; at++) {
      const other = cursor[at] === 'A' ? 'B' : 'A';
      const changed = cursor.slice(0, at) + other + cursor.slice(at + 1);
      expect(await refused({ cursor: changed }), changed).toBe('cursor-invalid');
    }
    for (const made of ['', '.', 'x', cursor.slice(0, -1), `${cursor}A`.repeat(3)])
      expect(await refused({ cursor: made })).toBe('cursor-invalid');
  });
  test('of another filter, order or page size is refused', async () => {
    const cursor = (await list()).next_cursor!;
    expect(await refused({ cursor, filter: { segment: 'Cold' } })).toBe('cursor-invalid');
    expect(await refused({ cursor, sortBy: 'domain' })).toBe('cursor-invalid');
    expect(await refused({ cursor, pageSize: 20 })).toBe('cursor-invalid');
  });
  test('leads on behind its row, also when rows before it come and go', async () => {
    const [first, second] = [
      await list({ sortBy: 'domain', pageSize: 5 }),
      await list({ sortBy: 'domain', pageSize: 5, page: 2 }),
    ];
    const gone = first.leads[1]!;
    const [before] =
      await sql`update lead_scores set readiness_score = 1 where company_id = ${gone.company_id} returning 1`;
    expect(before).toBeDefined();
    await sql`update companies set domain = 'zz-moved.com' where id = ${gone.company_id}`;
    const next = await list({ sortBy: 'domain', pageSize: 5, cursor: first.next_cursor! });
    await sql`update companies set domain = ${gone.domain} where id = ${gone.company_id}`;
    await sql`update lead_scores set readiness_score = ${gone.readiness_score} where company_id = ${gone.company_id}`;
    expect(domains(next)).toEqual(domains(second));
  });
});

describe('a total', () => {
  const total = async (filter: LeadFilter, exactTotal: number) => {
    const listed = await listLeads(sql, { filter, page: 1, pageSize: 1 }, 'en', exactTotal);
    return listed.ok ? [listed.value.total, listed.value.total_is_estimate] : [];
  };
  test('that is larger than what is counted is an estimate and says so', async () => {
    const exact = (await list({ filter: { linkStatus: 'none' } })).total;
    expect(await total({ linkStatus: 'none' }, exact)).toEqual([exact, false]);
    await sql`analyze lead_list`;
    const [estimate, estimated] = await total({ linkStatus: 'none' }, exact - 1);
    expect(estimated).toBe(true);
    expect(Math.abs(Number(estimate) - exact)).toBeLessThan(10);
  });
  test('that the running counts know is exact, however large', async () => {
    expect(await total({}, 10)).toEqual([TOTAL, false]);
    const known: LeadFilter = {
      segment: 'Cold',
      minScore: 10,
      maxScore: 90,
      priority: [1, 2, 3, 4],
      provider: 'M365',
      syncStatus: 'not_synced',
    };
    const { total: counted, leads } = await list({ filter: known, pageSize: 200 });
    expect(await total(known, 1)).toEqual([counted, false]);
    expect(leads).toHaveLength(counted);
  });
});

test('a lead that is erased while its export runs is left out, and the others keep their order', async () => {
  const leads = await leadsOf(sql, [9, 999_999, 3, 5], 'en');
  expect(leads.map(({ company_id }) => company_id)).toEqual([9, 3, 5]);
});

test('page and total are of the same moment while others write', async () => {
  const writer = db.connect(1);
  const state = { writing: true };
  const churn = (async () => {
    for (let round = 0; state.writing; round++)
      await writer`update lead_scores set provider = ${round % 2 === 0 ? 'Churn' : 'Yandex'} where company_id between 20 and 29`;
  })();
  for (let round = 0; round < 20; round++) {
    const page = await list({ filter: { provider: 'Churn' } });
    expect(page.leads.length).toBe(page.total);
  }
  state.writing = false;
  await churn;
});
