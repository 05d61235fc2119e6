import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readIntelligence } from '#core/lead/intelligence.ts';
import { LeadDetail } from '#core/lead/lead.ts';
import { SalesSummary } from '#core/sales/contract.ts';
import { sumOf } from '#core/score/breakdown.ts';
import { leadDetailRoutes } from '#service/http/routes/lead.ts';
import { leadRoutes } from '#service/http/routes/leads.ts';
import { ensureCompanies } from '#service/store/companies.ts';
import { json } from '#service/store/pool.ts';
import { startApi, type Api } from '#test/support/api.ts';
import {
  absent,
  bareFacts,
  domainFacts,
  mx,
  NXDOMAIN,
  TIMEOUT,
  txt,
  unanswered,
} from '#test/support/facts.ts';
import { readPdf } from '#test/support/pdf-text.ts';
import { createTestService, type TestService } from '#test/support/service.ts';
import { storeScanned } from '#test/support/stored.ts';

let world: TestService;
let api: Api;
let demo: Api;

/** Scores, segments and states of every kind: what each is for stands at its test. */
beforeAll(async () => {
  world = await createTestService();
  world.time.set('2026-11-27T12:00:00.000Z');
  const { sql, rules } = world.service;
  const all = rules.current();
  const first = '2026-09-03T08:00:00.000Z';
  const google = (lookedUpAt: string, spf: boolean) =>
    bareFacts({
      domain: 'cinar.com.tr',
      lookedUpAt,
      mx: mx('1 aspmx.l.google.com'),
      txt: spf ? txt('v=spf1 include:_spf.google.com -all') : NXDOMAIN,
      spfTxt: spf ? { '_spf.google.com': txt('v=spf1 ip4:192.0.2.0/24 -all') } : {},
    });
  await storeScanned(sql, all, [google(first, false)], first);
  await storeScanned(
    sql,
    all,
    [
      google('2026-11-20T08:00:00.000Z', true),
      domainFacts('kuzey.com.tr'),
      bareFacts({ domain: 'bos.com.tr', mx: absent('NODATA') }),
      domainFacts('sessiz.com.tr', { mx: TIMEOUT }),
      domainFacts('xn--gkpnar-wxa88b.com.tr'),
      domainFacts('deneme.example'),
    ],
    '2026-11-25T09:00:00.000Z',
  );
  // Kept: good at first, then its mail records gave no answer.
  await storeScanned(sql, all, [domainFacts('kalici.com.tr')], '2026-11-25T09:00:00.000Z');
  const later = '2026-11-26T09:00:00.000Z';
  await storeScanned(
    sql,
    all,
    [domainFacts('kalici.com.tr', { lookedUpAt: later, mx: unanswered('SERVFAIL') })],
    later,
  );
  await sql.begin((tx) =>
    ensureCompanies(
      tx,
      [{ domain: 'yeni.com.tr', unicode: 'yeni.com.tr', name: 'Yeni', source: 'domain' }],
      all,
    ),
  );
  await sql`update companies set canonical_name = 'Kuzey Hat A.Ş.', contact_emails = ${['info@kuzey.com.tr']},
    contact_quality_score = 60, country = 'TR' where domain = 'kuzey.com.tr'`;
  await sql`insert into partner_center_referrals (referral_id, domain, referral_type, status, active, deal_value, currency, raw_data, referral_updated_at)
    values ('r-old', 'kuzey.com.tr', 'marketplace', 'Closed', false, 500, 'EUR', ${json(sql, {})}, '2026-11-20'),
      ('r-new', 'kuzey.com.tr', 'co-sell', 'Active', true, 12500.5, 'EUR', ${json(sql, {})}, '2026-11-01')`;
  await sql`insert into d365_sync (company_id, status, attempts, error, lead_id)
    select id, 'error', 3, 'Yetki yok', '11111111-2222-4333-8444-555555555555' from companies where domain = 'kuzey.com.tr'`;
  const routes = [...leadDetailRoutes, ...leadRoutes];
  api = await startApi(world.service, routes);
  demo = await startApi({ ...world.service, demo: true }, routes);
});
afterAll(async () => {
  await api.close();
  await demo.close();
  await world.close();
});

const get = (path: string, headers: Record<string, string> = {}, on = api) =>
  on.call('GET', `/api/v1/leads/${path}`, { as: 'operator', headers });

const PARTS = [
  '',
  '/score-breakdown',
  '/sales-summary',
  '/what-if',
  '/history',
  '/intelligence',
  '/summary.pdf',
];

describe('which lead', () => {
  test.each([
    'KUZEY.com.tr',
    'https%3A%2F%2Fwww.kuzey.com.tr%2Fhakkinda',
    'info%40kuzey.com.tr',
    'kuzey.com.tr.',
  ])('%s names it', async (text) => {
    expect((await get(text)).json).toMatchObject({
      domain: 'kuzey.com.tr',
      canonical_name: 'Kuzey Hat A.Ş.',
    });
  });

  test('an IDN is found by either of its forms', async () => {
    for (const text of [encodeURIComponent('gökpınar.com.tr'), 'xn--gkpnar-wxa88b.com.tr'])
      expect((await get(text)).json.domain_unicode).toBe('gökpınar.com.tr');
  });

  test.each(PARTS)('%s: nonsense is refused with the reason', async (part) => {
    const { status, json: body } = await get(`192.0.2.1${part}?lang=en`);
    expect([status, body.code]).toEqual([422, 'invalid-domain']);
    expect(body.detail).toContain('192.0.2.1');
  });

  test.each(PARTS)('%s: a company nobody added is not known', async (part) => {
    const { status, json: body } = await get(`baska.com.tr${part}`);
    expect([status, body.code]).toEqual([404, 'lead-not-found']);
  });

  test.each(PARTS)(
    'W20: %s of a company that was never scanned is 404, not something made up',
    async (part) => {
      const { status, json: body } = await get(`yeni.com.tr${part}`);
      expect([status, body.code]).toEqual([404, 'lead-not-scanned']);
    },
  );

  test('a mail service is told to be none, instead of "add it first"', async () => {
    expect((await get('gmail.com')).json.code).toBe('invalid-domain');
  });

  test('made-up domains of a demo are found, and say that they are made up', async () => {
    expect((await get('deneme.example', {}, demo)).json).toMatchObject({
      domain: 'deneme.example',
      demo: true,
    });
    expect((await get('deneme.example')).json).not.toHaveProperty('demo');
  });

  test('answers of the earlier system’s address are the same', async () => {
    const old = await api.call('GET', '/leads/kuzey.com.tr/score-breakdown', { as: 'seller' });
    expect(old.json).toEqual((await get('kuzey.com.tr/score-breakdown')).json);
    expect(old.headers.get('deprecation')).not.toBeNull();
  });
});

describe('GET /leads/{domain}', () => {
  test('is the lead of the list with its contacts', async () => {
    const { json: lead } = await get('kuzey.com.tr?lang=tr');
    const { contact_emails, contact_quality_score, linkedin_pattern, ...rest } = lead;
    expect({ contact_emails, contact_quality_score, linkedin_pattern }).toEqual({
      contact_emails: ['info@kuzey.com.tr'],
      contact_quality_score: 60,
      linkedin_pattern: null,
    });
    const list = await api.call('GET', '/api/v1/leads?search=kuzey&lang=tr', { as: 'operator' });
    expect(rest).toEqual(list.json.leads[0]);
    expect(LeadDetail.safeParse(lead).success).toBe(true);
  });

  test('has the newest active referral first, and the state of the push with its error', async () => {
    expect((await get('kuzey.com.tr')).json).toMatchObject({
      referral_id: 'r-new',
      referral_type: 'co-sell',
      referral_count: 2,
      referral_ids: ['r-old', 'r-new'],
      d365_sync_status: 'error',
      d365_sync_error: 'Yetki yok',
      d365_sync_attempts: 3,
    });
  });

  test('sentences come in the language asked for', async () => {
    const turkish = (await get('kuzey.com.tr?lang=tr')).json;
    const english = (await get('kuzey.com.tr', { 'accept-language': 'en' })).json;
    expect(turkish.priority_label).not.toBe(english.priority_label);
    expect(turkish.reason).not.toBe(english.reason);
  });

  test('a company whose mail look-up never answered has a lead without a score', async () => {
    const { status, json: lead } = await get('sessiz.com.tr');
    expect(status).toBe(200);
    expect(lead).toMatchObject({ readiness_score: null, segment: null, scan_status: 'partial', spf: true });
  });

  test('a kept score is shown with the moment it is from', async () => {
    expect((await get('kalici.com.tr')).json).toMatchObject({
      readiness_score: 90,
      provider: 'M365',
      scan_status: 'partial',
      scanned_at: '2026-11-26T09:00:00.000Z',
      score_kept_from: '2026-11-25T09:00:00.000Z',
    });
  });

  test('who has it already gets no body, until something changes', async () => {
    const tag = (await get('bos.com.tr')).headers.get('etag') ?? '';
    const again = await get('bos.com.tr', { 'if-none-match': `W/${tag}` });
    expect([again.status, again.text]).toEqual([304, '']);
    expect((await get('bos.com.tr?lang=tr', { 'if-none-match': tag })).status).toBe(200);
    await world.service.sql`update companies set country = 'DE' where domain = 'bos.com.tr'`;
    expect((await get('bos.com.tr', { 'if-none-match': tag })).status).toBe(200);
  });
});

describe('GET /leads/{domain}/score-breakdown', () => {
  test.each(['kuzey.com.tr', 'cinar.com.tr', 'bos.com.tr', 'kalici.com.tr'])(
    'W16: of %s adds up to the stored score',
    async (domain) => {
      const { json: parts } = await get(`${domain}/score-breakdown`);
      const [row] = await world.service.sql<{ readiness_score: number }[]>`
        select p.readiness_score from lead_scores p join companies c on c.id = p.company_id where c.domain = ${domain}`;
      expect(parts.total_score).toBe(row?.readiness_score);
      expect(sumOf(parts)).toBe(parts.total_score);
      expect(parts.lines.reduce((sum: number, { points }: { points: number }) => sum + points, 0)).toBe(
        parts.total_score,
      );
    },
  );

  test('W9: there is one after a partial scan as well; a kept score says so', async () => {
    const { json: parts } = await get('kalici.com.tr/score-breakdown');
    expect(parts).toMatchObject({
      total_score: 90,
      scan_status: 'partial',
      score_kept_from: '2026-11-25T09:00:00.000Z',
      looked_up_at: '2026-11-25T09:00:00.000Z',
    });
    expect((await get('kuzey.com.tr/score-breakdown')).json.score_kept_from).toBeNull();
  });

  test('a hard fail is a score of 0 with its P-model', async () => {
    expect((await get('bos.com.tr/score-breakdown')).json).toMatchObject({
      total_score: 0,
      hard_fail: 'absent',
      priority_category: 'P6',
      commercial_segment: 'NO_GO',
    });
  });

  test.each(['/score-breakdown', '/sales-summary', '/what-if'])(
    'without any score there is no %s, and the answer says why',
    async (part) => {
      const { status, json: body } = await get(`sessiz.com.tr${part}?lang=en`);
      expect([status, body.code]).toEqual([404, 'lead-not-scored']);
      expect(body.detail).toContain('gave no answer');
    },
  );
});

describe('GET /leads/{domain}/sales-summary', () => {
  test('is the frozen contract, made now, in the language asked for', async () => {
    for (const language of ['tr', 'en']) {
      const { json: sales } = await get(`kuzey.com.tr/sales-summary?lang=${language}`);
      expect(SalesSummary.parse(sales)).toEqual(sales);
      expect(sales.language).toBe(language);
      expect(sales.metadata.generated_at).toBe('2026-11-27T12:00:00.000Z');
      expect(sales.one_liner.startsWith('kuzey.com.tr')).toBe(true);
    }
  });

  test('W17: a score of 0 is a score', async () => {
    const { json: sales } = await get('bos.com.tr/sales-summary');
    expect(sales.metadata.readiness_score).toBe(0);
    const factor = sales.opportunity_rationale.factors.find(
      ({ name }: { name: string }) => name === 'readiness_score',
    );
    expect(factor).toMatchObject({ raw: 0, score: 0 });
  });

  test('what is known of contacts counts', async () => {
    const { json: sales } = await get('kuzey.com.tr/sales-summary');
    const names = sales.opportunity_rationale.factors.map(({ name }: { name: string }) => name);
    expect(names).toContain('contact_quality');
  });
});

test('what-if: improvements with the score they lead to, and the scale of the provider', async () => {
  const { json: whatIf } = await get('cinar.com.tr/what-if?lang=en');
  expect(whatIf).toMatchObject({
    domain: 'cinar.com.tr',
    segment: expect.any(String),
    score_kept_from: null,
  });
  expect(whatIf.options.length).toBeGreaterThan(0);
  for (const option of whatIf.options)
    expect(option.readiness_score).toBe(whatIf.readiness_score + option.points);
  expect(whatIf.options.map(({ label }: { label: string }) => label)).toContain('Publish DMARC p=reject');
  expect(whatIf.zones[0].from).toBe(0);
});

describe('GET /leads/{domain}/history', () => {
  test('tells scores and changes, newest first, in the language asked for', async () => {
    const { json: history } = await get('cinar.com.tr/history?lang=en');
    expect(history).toMatchObject({ domain: 'cinar.com.tr', scans: 2, page: 1, total_pages: 1 });
    expect(history.scores).toHaveLength(2);
    expect(history.scores[0]).toMatchObject({
      at: '2026-11-20T08:00:00.000Z',
      cause: 'scan',
      rule_set: 'hunter-1 1.0.0',
    });
    expect(history.scores[0].delta).toBe(
      history.scores[0].readiness_score - history.scores[1].readiness_score,
    );
    expect(history.scores[0].summary).toContain('SPF record published');
    expect(history.signal_changes.map(({ change_type }: { change_type: string }) => change_type)).toContain(
      'spf_changed',
    );
    const turkish = (await get('cinar.com.tr/history?lang=tr')).json;
    expect(turkish.scores[0].summary).not.toBe(history.scores[0].summary);
  });

  test('pages, and each page is what the one before left', async () => {
    const pages = await Promise.all(
      [1, 2, 3].map((page) => get(`cinar.com.tr/history?page_size=1&page=${page}`)),
    );
    expect(pages.map(({ json: page }) => page.scores.map(({ at }: { at: string }) => at))).toEqual([
      ['2026-11-20T08:00:00.000Z'],
      ['2026-09-03T08:00:00.000Z'],
      [],
    ]);
    expect(pages[0]?.json.totals.scores).toBe(2);
  });

  test('moves between providers are told', async () => {
    const { sql } = world.service;
    await sql`insert into provider_change_history (company_id, old_provider, new_provider, at)
      select id, 'Google', 'M365', '2026-10-01T10:00:00.500Z' from companies where domain = 'kuzey.com.tr'`;
    expect((await get('kuzey.com.tr/history')).json.provider_changes).toEqual([
      { at: '2026-10-01T10:00:00.500Z', old_provider: 'Google', new_provider: 'M365' },
    ]);
  });
});

describe('GET /leads/{domain}/intelligence', () => {
  test.each(['kuzey.com.tr', 'cinar.com.tr', 'bos.com.tr', 'sessiz.com.tr', 'kalici.com.tr'])(
    'of %s is read by the controls and fits the column',
    async (domain) => {
      const { text } = await get(`${domain}/intelligence`);
      expect(readIntelligence(text).ok).toBe(true);
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(32_768);
    },
  );

  test('says why the score is another one than before', async () => {
    const { json: intelligence } = await get('cinar.com.tr/intelligence');
    expect(intelligence.previous).toMatchObject({
      at: '2026-09-03T08:00:00.000Z',
      reason: { en: 'SPF record published' },
    });
    expect(intelligence.previous.delta).toBe(intelligence.score.value - intelligence.previous.score);
    expect(intelligence.history).toHaveLength(2);
    expect((await get('kuzey.com.tr/intelligence')).json.previous).toBeNull();
  });

  test('a kept score is kept whole, with its provider and its lines', async () => {
    const { json: intelligence } = await get('kalici.com.tr/intelligence');
    expect(intelligence).toMatchObject({
      kept: { since: '2026-11-25T09:00:00.000Z', triedAt: '2026-11-26T09:00:00.000Z' },
      score: { value: 90 },
      mail: { provider: 'M365' },
      previous: null,
    });
  });

  test('brings referral and push along', async () => {
    const { json: intelligence } = await get('kuzey.com.tr/intelligence');
    expect(intelligence.referral.primary).toMatchObject({
      id: 'r-new',
      status: 'Active',
      deal_value: 12500.5,
      currency: 'EUR',
    });
    expect(intelligence.sync).toMatchObject({ status: 'error', attempts: 3 });
  });

  test('is the same text whenever and in whatever language it is asked for', async () => {
    const first = await get('kuzey.com.tr/intelligence?lang=tr');
    world.time.set('2026-11-28T12:00:00.000Z');
    const second = await get('kuzey.com.tr/intelligence?lang=en');
    world.time.set('2026-11-27T12:00:00.000Z');
    expect(second.text).toBe(first.text);
  });
});

describe('GET /leads/{domain}/summary.pdf', () => {
  const open = async (path: string, on = api) => {
    const response = await on.open('GET', `/api/v1/leads/${path}`, { as: 'seller' });
    return { response, pdf: readPdf(new Uint8Array(await response.arrayBuffer())) };
  };

  test('is a file to save, named by the domain', async () => {
    const { response, pdf } = await open('xn--gkpnar-wxa88b.com.tr/summary.pdf?lang=tr');
    expect(response.headers.get('content-type')).toBe('application/pdf');
    expect(response.headers.get('content-disposition')).toBe(
      'attachment; filename="xn--gkpnar-wxa88b.com.tr_summary.pdf"',
    );
    expect(pdf.pages).toHaveLength(2);
    expect(pdf.pages[0]?.text).toContain('gökpınar.com.tr');
  });

  test('shows the score that is stored, and what changed it', async () => {
    const { json: lead } = await get('cinar.com.tr');
    const { pdf } = await open('cinar.com.tr/summary.pdf?lang=en');
    expect(pdf.pages[0]?.runs.map(({ text }) => text)).toContain(String(lead.readiness_score));
    expect(pdf.pages[0]?.text).toContain('since 3 Sep 2026: SPF record published');
  });

  test('of a lead without a score is one page that says so', async () => {
    const { pdf } = await open('sessiz.com.tr/summary.pdf?lang=tr');
    expect(pdf.pages).toHaveLength(1);
    expect(pdf.pages[0]?.text).toContain('Puan yok');
  });

  test('of a demo says so on every page', async () => {
    const { pdf } = await open('deneme.example/summary.pdf?lang=en', demo);
    for (const { text } of pdf.pages) expect(text).toContain('DEMO');
  });
});
