import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parse } from 'csv-parse/sync';
import readXlsxFile, { readSheet } from 'read-excel-file/node';
import { dashboardRoutes } from '#service/http/routes/dashboard.ts';
import { leadRoutes } from '#service/http/routes/leads.ts';
import { COLUMNS } from '#service/export/columns.ts';
import { startApi, person, type Api } from '#test/support/api.ts';
import { fillLeads } from '#test/support/many-leads.ts';
import { createTestService, type TestService } from '#test/support/service.ts';

const N = 120;
let world: TestService;
let api: Api;
let demo: Api;
beforeAll(async () => {
  world = await createTestService();
  world.time.set('2026-11-04T09:05:07Z');
  const { sql } = world.service;
  await fillLeads(sql, N);
  await sql`update companies set canonical_name = '=cmd|'' /C calc''!A0' where id = 5`;
  await sql`update companies set canonical_name = 'Ünal "Şişe"; Cam, A.Ş.' where id = 6`;
  await sql`insert into favorites (company_id, user_id, created_at) values (7, 'tenant-1/operator-1', now())`;
  const routes = [...leadRoutes, ...dashboardRoutes];
  api = await startApi(world.service, routes);
  demo = await startApi({ ...world.service, demo: true }, routes);
}, 60_000);
afterAll(async () => {
  await api.close();
  await demo.close();
  await world.close();
});

const get = (path: string, on = api) => on.call('GET', `/api/v1${path}`, { as: 'operator' });

describe('GET /leads', () => {
  test('has the fields of the earlier reply, and the way to the next page', async () => {
    const { status, json } = await get('/leads?page_size=2');
    expect(status).toBe(200);
    expect(json).toMatchObject({
      total: N,
      page: 1,
      page_size: 2,
      total_pages: 60,
      total_is_estimate: false,
    });
    expect(json.leads).toHaveLength(2);
    expect(json).not.toHaveProperty('demo');
    const next = await get(`/leads?page_size=2&cursor=${encodeURIComponent(json.next_cursor)}`);
    const second = await get('/leads?page_size=2&page=2');
    expect(next.json.leads).toEqual(second.json.leads);
  });
  test.each([
    ['segment=Existing', 30],
    ['provider=Google', 24],
    ['min_score=50&max_score=50', 6],
    ['priority=1', 17],
    ['priority=1,2', 34],
    ['priority=1&priority=2', 34],
    ['referral_type=marketplace', 2],
    ['link_status=linked', 1],
    ['d365_sync_status=error', 3],
    ['tenant_size=large', 20],
    ['search=yild%C4%B1z', 16],
    ['search=%20', N],
    ['segment=&provider=&search=', N],
    ['favorite=false', N],
  ])('%s leaves %i', async (query, total) => {
    const { status, json } = await get(`/leads?${query}`);
    expect([status, json.total]).toEqual([200, total]);
  });
  test('favorite=true are those of who asks', async () => {
    expect(
      (await get('/leads?favorite=true')).json.leads.map((lead: { domain: string }) => lead.domain),
    ).toEqual(['d7.com.tr']);
    const other = await api.call('GET', '/api/v1/leads?favorite=true', {
      as: person('operator', 'tenant-1/other'),
    });
    expect(other.json.total).toBe(0);
  });
  test.each([
    'segment=Warm',
    'min_score=101',
    'min_score=-1',
    'max_score=x',
    'priority=8',
    'priority=0,1',
    'referral_type=shared',
    'link_status=auto',
    'd365_sync_status=pending',
    'tenant_size=tiny',
    'sort_order=up',
    'page=0',
    'page=1.5',
    'page_size=201',
    'page_size=0',
    'favorite=maybe',
    `search=${'x'.repeat(201)}`,
  ])('%s is refused and says which field', async (query) => {
    const { status, json } = await get(`/leads?${query}`);
    expect([status, json.code]).toEqual([422, 'invalid-request']);
    expect(json.issues[0].path).toContain(`query.${query.split('=')[0]}`);
  });
  test('a cursor of another list is refused', async () => {
    const { json } = await get('/leads?page_size=2');
    const { status, json: refused } = await get(
      `/leads?page_size=2&segment=Cold&cursor=${encodeURIComponent(json.next_cursor)}`,
    );
    expect([status, refused.code]).toEqual([422, 'cursor-invalid']);
  });
  test('speaks the language of who asks', async () => {
    const { json } = await get('/leads?page_size=1&lang=tr');
    expect(json.leads[0].priority_label).toBe('Rakipten Geçiş');
  });
  test('made-up data says so', async () => {
    expect((await get('/leads?page_size=1', demo)).json.demo).toBe(true);
  });
  test('is for operators and not for sellers', async () => {
    expect((await api.call('GET', '/api/v1/leads', { as: 'seller' })).status).toBe(403);
  });
});

describe('GET /leads/export', () => {
  const csv = (text: string): Record<string, string>[] => parse(text, { bom: true, columns: true });
  test('W22: is no lead called "export": all leads as CSV in the usual order', async () => {
    const { status, headers, text } = await get('/leads/export');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(headers.get('content-disposition')).toBe('attachment; filename="leads_2026-11-04_09-05-07.csv"');
    // fetch takes the mark away when it decodes; the bytes have it
    const bytes = new Uint8Array(
      await (await api.open('GET', '/api/v1/leads/export', { as: 'operator' })).arrayBuffer(),
    );
    expect(Array.from(bytes.subarray(0, 3))).toEqual([0xef, 0xbb, 0xbf]);
    expect(text.split('\r\n')[0]).toBe(COLUMNS.map(({ name }) => name).join(','));
    const listed = await get('/leads?page_size=200');
    expect(csv(text).map(({ domain }) => domain)).toEqual(
      listed.json.leads.map((lead: { domain: string }) => lead.domain),
    );
  });
  test('a company cannot run a formula in the spreadsheet of a seller', async () => {
    const rows = csv((await get('/leads/export?ids=5,6')).text);
    expect(rows.map((row) => row['company_name']).sort()).toEqual([
      `'=cmd|' /C calc'!A0`,
      'Ünal "Şişe"; Cam, A.Ş.',
    ]);
  });
  test('W22: takes every filter that the list takes, search and referral type too', async () => {
    for (const query of [
      'search=d1',
      'referral_type=marketplace',
      'segment=Cold&min_score=50',
      'priority=1,3',
      'tenant_size=small',
    ]) {
      const listed = await get(`/leads?page_size=200&${query}`);
      expect(csv((await get(`/leads/export?${query}`)).text)).toHaveLength(listed.json.total);
    }
  });
  test('chosen leads by id and by domain, however the domain is written', async () => {
    const rows = csv((await get('/leads/export?ids=3&domains=https://www.D4.com.tr/x,d5.com.tr')).text);
    expect(rows.map(({ domain }) => domain).sort()).toEqual(['d3.com.tr', 'd4.com.tr', 'd5.com.tr']);
    const narrowed = csv((await get('/leads/export?ids=3,4&segment=Migration')).text);
    expect(narrowed.map(({ domain }) => domain)).toEqual(['d4.com.tr']);
  });
  test('a choice that is no domain is refused', async () => {
    const { status, json } = await get('/leads/export?domains=a.com,nothing');
    expect([status, json.code]).toEqual([422, 'invalid-domain']);
    expect(json.detail).toContain('nothing');
  });
  test('nothing to export is a file with the heading', async () => {
    expect((await get('/leads/export?provider=Nobody')).text).toBe(
      `${COLUMNS.map(({ name }) => name).join(',')}\r\n`,
    );
    const response = await api.open('GET', '/api/v1/leads/export?provider=Nobody&format=xlsx', {
      as: 'operator',
    });
    expect(await readSheet(Buffer.from(await response.arrayBuffer()))).toEqual([
      COLUMNS.map(({ name }) => name),
    ]);
  });
  test('semicolons for an Excel with Turkish settings', async () => {
    const { text } = await get('/leads/export?ids=6&separator=semicolon');
    const [row] = parse(text, { bom: true, columns: true, delimiter: ';' }) as Record<string, string>[];
    expect(row).toMatchObject({ domain: 'd6.com.tr', company_name: 'Ünal "Şişe"; Cam, A.Ş.' });
  });
  test('another format is refused', async () => {
    expect((await get('/leads/export?format=xls')).status).toBe(422);
  });
  test('XLSX has numbers as numbers, dates as dates and formulas as text', async () => {
    const response = await api.open('GET', '/api/v1/leads/export?ids=5,6&format=xlsx', { as: 'operator' });
    expect(response.headers.get('content-disposition')).toContain('leads_2026-11-04_09-05-07.xlsx');
    const sheets = await readXlsxFile(Buffer.from(await response.arrayBuffer()));
    expect(sheets.map(({ sheet }) => sheet)).toEqual(['Leads']);
    const [heading = [], ...rows] = sheets[0]!.data;
    const cell = (domain: string, name: string) =>
      rows.find((row) => row[heading.indexOf('domain')] === domain)?.[heading.indexOf(name)];
    expect(rows).toHaveLength(2);
    expect(cell('d5.com.tr', 'company_name')).toBe(`=cmd|' /C calc'!A0`);
    expect(cell('d6.com.tr', 'readiness_score')).toBe(60);
    expect(cell('d6.com.tr', 'expires_at')).toEqual(new Date('2026-10-07T00:00:00Z'));
    expect(cell('d6.com.tr', 'scanned_at')).toEqual(new Date('2026-10-01T00:06:00Z'));
    expect(cell('d6.com.tr', 'confidence')).toBe(3.25);
    expect(cell('d6.com.tr', 'spf')).toBe('Yes');
  });
  test('made-up data says so in name, first column and a sheet', async () => {
    const options = { as: 'operator' } as const;
    const file = await demo.open('GET', '/api/v1/leads/export?ids=5&format=xlsx&lang=tr', options);
    expect(file.headers.get('content-disposition')).toContain('demo_leads_');
    const sheets = await readXlsxFile(Buffer.from(await file.arrayBuffer()));
    expect(sheets.map(({ sheet }) => sheet)).toEqual(['Leads', 'Örnek veri']);
    expect(sheets[0]?.data.map((row) => row[0])).toEqual(['demo_data', 'Yes']);
    const [row] = csv((await get('/leads/export?ids=5', demo)).text);
    expect(Object.entries(row ?? {})[0]).toEqual(['demo_data', 'Yes']);
  });
  test('a reader that goes away ends the reading of the database', async () => {
    const entries: Record<string, unknown>[] = [];
    const silent = (): undefined => undefined;
    const log = {
      info: (event: string, fields = {}) => void entries.push({ event, ...fields }),
      warn: silent,
      error: silent,
    };
    const large = await createTestService({ log });
    const { sql } = large.service;
    await fillLeads(sql, 2500);
    await sql`update lead_scores set reason_en = repeat('x', 10000)`;
    const server = await startApi(large.service, leadRoutes);
    const gone = new AbortController();
    const response = await server.open('GET', '/api/v1/leads/export', {
      as: 'operator',
      signal: gone.signal,
    });
    const reader = response.body!.getReader();
    await reader.read();
    gone.abort();
    await reader.read().catch(() => undefined);
    const entry = await vi.waitUntil(() => entries.find(({ event }) => event === 'export'), {
      timeout: 10_000,
    });
    expect(entry).toMatchObject({ format: 'csv', leads: 2500, complete: false });
    expect(entry['bytes']).toBeLessThan(25_000_000);
    await server.close();
    await large.close();
  });
});

describe('dashboard', () => {
  test('has the figures of the earlier one', async () => {
    const { sql } = world.service;
    const [row] = await sql`select count(*)::int as total_leads, max(readiness_score) as max_score,
        count(*) filter (where segment = 'Migration')::int as migration, count(*) filter (where segment = 'Existing')::int as existing,
        count(*) filter (where segment = 'Cold')::int as cold, count(*) filter (where segment = 'Skip')::int as skip,
        round(avg(readiness_score), 1) as avg_score,
        count(*) filter (where segment = 'Migration' and priority_score <= 2)::int as high_priority from leads_ready`;
    const { status, json } = await get('/dashboard');
    expect([status, json]).toEqual([200, row]);
    expect(json).toMatchObject({ total_leads: N, migration: 30, high_priority: 8 });
  });
  test('key figures have the earlier ones, and what cards and charts need', async () => {
    const { json } = await get('/dashboard/kpis');
    expect(json).toMatchObject({
      total_leads: N,
      migration_leads: 30,
      high_priority: 8,
      max_score: 100,
      partner_center_referrals: 7,
      synced_to_d365: 4,
    });
    expect(json.by_segment).toEqual(
      ['Migration', 'Existing', 'Cold', 'Skip'].map((segment) => ({ segment, count: 30 })),
    );
    expect(json.by_provider).toContainEqual({ provider: 'Tuta', count: 1 });
    const total = (rows: { count: number }[]): number => rows.reduce((sum, { count }) => sum + count, 0);
    for (const part of ['by_provider', 'score_bands', 'by_priority', 'by_d365_sync_status'])
      expect([part, total(json[part])]).toEqual([part, N]);
    expect(json.score_bands.map(({ from, to }: { from: number; to: number }) => [from, to])).toEqual([
      [80, 100],
      [60, 79],
      [40, 59],
      [20, 39],
      [0, 19],
    ]);
  });
  test('the trend has every day, with the scans of that day', async () => {
    const { sql } = world.service;
    await sql`insert into score_history (company_id, readiness_score, segment, priority_score, provider, confidence, rule_set, cause,
        summary_tr, summary_en, at) values
      (1, 80, 'Migration', 1, 'x', 1, 'r', 'scan', 'a', 'a', '2026-11-02T23:59:59Z'),
      (2, 71, 'Migration', 3, 'x', 1, 'r', 'scan', 'a', 'a', '2026-11-02T00:00:00Z'),
      (3, null, null, null, 'x', 1, 'r', 'scan', 'a', 'a', '2026-11-02T10:00:00Z'),
      (4, 10, 'Skip', 7, 'x', 1, 'r', 'rules', 'a', 'a', '2026-11-02T10:00:00Z')`;
    const expected = [
      { day: '2026-11-02', scans: 3, avg_score: 75.5, high_priority: 1 },
      { day: '2026-11-03', scans: 0, avg_score: null, high_priority: 0 },
      { day: '2026-11-04', scans: 0, avg_score: null, high_priority: 0 },
    ];
    const { trend } = (await get('/dashboard/kpis?days=3')).json;
    expect(trend).toEqual(expected);
    await sql`select compact_lead_counts()`;
    expect((await get('/dashboard/kpis?days=3')).json.trend).toEqual(expected);
    expect((await get('/dashboard/kpis')).json.trend).toHaveLength(30);
    expect((await get('/dashboard/kpis?days=91')).status).toBe(422);
  });
  test('without any lead there is no score, and nothing breaks', async () => {
    const empty = await createTestService();
    const bare = await startApi(empty.service, dashboardRoutes);
    expect((await get('/dashboard', bare)).json).toEqual({
      total_leads: 0,
      avg_score: null,
      max_score: null,
      migration: 0,
      existing: 0,
      cold: 0,
      skip: 0,
      high_priority: 0,
    });
    expect((await get('/dashboard/kpis', bare)).json).toMatchObject({ max_score: null, by_provider: [] });
    await bare.close();
    await empty.close();
  });
});
