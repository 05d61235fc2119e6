import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contactRoutes } from '#service/http/routes/contacts.ts';
import { createSafeConnect } from '#service/lookup/guard.ts';
import { isLoopback } from '#service/lookup/loopback.ts';
import { createSmtpCheck } from '#service/lookup/smtp.ts';
import { ensureCompanies } from '#service/store/companies.ts';
import { startSmtp, type SmtpDouble } from '#test/doubles/smtp.ts';
import { startApi, type Api } from '#test/support/api.ts';
import { domainFacts } from '#test/support/facts.ts';
import { createTestService, type TestService } from '#test/support/service.ts';
import { storeScanned } from '#test/support/stored.ts';

let world: TestService;
let smtp: SmtpDouble;
let api: Api;
let apiWithSmtp: Api;
const logged: string[] = [];

beforeAll(async () => {
  smtp = await startSmtp({ recipients: { 'info@posta.com.tr': '250 ok' } });
  world = await createTestService({
    zone: {
      'posta.com.tr': { MX: [[10, 'mx.posta.com.tr']] },
      'susan.com.tr': 'SILENT',
      'almaz.com.tr': { MX: [[0, '.']] },
    },
    log: {
      info: (event, fields) => void logged.push(JSON.stringify({ event, fields })),
      warn: (event, fields) => void logged.push(JSON.stringify({ event, fields })),
      error: (event, _error, fields) => void logged.push(JSON.stringify({ event, fields })),
    },
  });
  const { service } = world;
  const check = createSmtpCheck({
    connect: (_host, port, options) =>
      createSafeConnect({ allowAddress: isLoopback })('127.0.0.1', port, options),
    hostName: 'hunter.contoso.com',
    randomBytes: service.randomBytes,
    clock: Date.now,
    sleep: async () => undefined,
    port: smtp.port,
    perSecond: 1000,
  });
  api = await startApi(service, contactRoutes);
  apiWithSmtp = await startApi({ ...service, smtp: check }, contactRoutes);
});
afterAll(async () => {
  await api.close();
  await apiWithSmtp.close();
  await smtp.stop();
  await world.close();
});

const post = (path: string, body: unknown, on = api) => on.call('POST', `/api/v1${path}`, { body });

describe('likely addresses', () => {
  test('are those of the earlier system, sorted', async () => {
    const { status, json } = await post('/email/generate', { domain: 'https://www.posta.com.tr/iletisim' });
    expect(status).toBe(200);
    expect(json).toEqual({
      domain: 'posta.com.tr',
      emails: ['admin', 'hr', 'ik', 'iletisim', 'info', 'muhasebe', 'sales', 'satis', 'support'].map(
        (mailbox) => `${mailbox}@posta.com.tr`,
      ),
    });
  });
  test('of no company domain are refused', async () => {
    for (const domain of ['gmail.com', 'nothing', ''])
      expect(await post('/email/generate', { domain })).toMatchObject({
        status: 422,
        json: { code: 'invalid-domain' },
      });
    expect(await post('/email/generate', {})).toMatchObject({
      status: 422,
      json: { code: 'invalid-request' },
    });
  });
});

describe('checking likely addresses', () => {
  const statuses = (json: { emails: { status: string; reason_code: string }[] }) => [
    ...new Set(json.emails.map(({ status, reason_code }) => `${status} ${reason_code}`)),
  ];
  test('by the MX of the domain', async () => {
    const { json } = await post('/email/generate-and-validate', { domain: 'posta.com.tr' });
    expect(json.emails).toHaveLength(9);
    expect(json.emails[0]).toEqual({
      email: 'admin@posta.com.tr',
      status: 'valid',
      confidence: 'medium',
      checks: { syntax: 'ok', mx: 'found', smtp: 'skipped' },
      reason: 'It is well-formed and the domain takes mail; the mailbox itself was not asked about.',
      reason_code: 'mx-found',
    });
  });
  test('a domain that does not exist, or takes no mail, has none', async () => {
    const gone = await post('/email/generate-and-validate', { domain: 'yok-boyle.com.tr' });
    expect(statuses(gone.json)).toEqual(['invalid domain-absent']);
    const none = await post('/email/generate-and-validate', { domain: 'almaz.com.tr' });
    expect(statuses(none.json)).toEqual(['invalid null-mx']);
  });
  test('an MX that does not answer makes an address unknown, not invalid', async () => {
    const { json } = await post('/email/generate-and-validate', { domain: 'susan.com.tr' });
    expect(statuses(json)).toEqual(['unknown mx-unanswered']);
  });
  test('a resolver that denies even “de” is cut off: what it denies is unknown', async () => {
    const { service } = world;
    const cutOff = await startApi(
      { ...service, lookup: { ...service.lookup, doubtDenials: true } },
      contactRoutes,
    );
    try {
      const { json } = await post('/email/generate-and-validate', { domain: 'yok-boyle.de' }, cutOff);
      expect(statuses(json)).toEqual(['unknown mx-unanswered']);
    } finally {
      await cutOff.close();
    }
  });
  test('mail servers are asked only where an administrator has allowed it', async () => {
    const off = await post('/email/generate-and-validate', { domain: 'posta.com.tr', use_smtp: true });
    expect(off).toMatchObject({ status: 422, json: { code: 'smtp-check-off' } });
    expect(smtp.connections()).toBe(0);
  });
  test('each mailbox is asked about, without sending anything, and nothing of it is logged', async () => {
    const { json } = await post(
      '/email/generate-and-validate',
      { domain: 'posta.com.tr', use_smtp: true },
      apiWithSmtp,
    );
    const by = Object.fromEntries(
      json.emails.map((e: { email: string; reason_code: string }) => [e.email, e.reason_code]),
    );
    expect(by['info@posta.com.tr']).toBe('smtp-accepted');
    expect(by['hr@posta.com.tr']).toBe('smtp-refused');
    expect(smtp.messages).toEqual([]);
    expect(smtp.faults).toEqual([]);
    expect(logged.join('\n')).not.toMatch(/info@|hr@|mailbox here/);
  });
});

describe('contacts of a company', () => {
  beforeAll(async () => {
    const { service } = world;
    await ensureCompanies(
      service.sql,
      ['kisiler.com.tr', 'roller.com.tr'].map((domain) => ({
        domain,
        unicode: domain,
        name: null,
        source: 'domain' as const,
      })),
      service.rules.current(),
    );
  });

  test('W4: are cleaned, counted and show the pattern of the company', async () => {
    const { status, json } = await post('/leads/kisiler.com.tr/enrich', {
      contact_emails: [
        ' Ayse.Yilmaz@KISILER.com.tr ',
        'ayse.yilmaz@kisiler.com.tr',
        'mehmet.demir@kisiler.com.tr',
        'info@kisiler.com.tr',
        'not an address',
        'ğ@kisiler.com.tr',
      ],
    });
    expect(status).toBe(200);
    expect(json).toEqual({
      domain: 'kisiler.com.tr',
      contact_emails: ['Ayse.Yilmaz@kisiler.com.tr', 'mehmet.demir@kisiler.com.tr', 'info@kisiler.com.tr'],
      contact_quality_score: 70,
      linkedin_pattern: 'firstname.lastname',
      message: '3 contact addresses are stored, quality 70 of 100.',
      refused: [
        { at: 4, reason: 'at-sign-missing', message: 'Has no @ sign.' },
        {
          at: 5,
          reason: 'local-part-not-ascii',
          message: 'The part before the @ sign has a letter outside a to z; check the spelling.',
        },
      ],
    });
  });

  test('are added to those that are known: nothing is lost', async () => {
    const { json } = await post('/leads/kisiler.com.tr/enrich', { contact_emails: ['can@baska.com.tr'] });
    expect(json.contact_emails).toEqual([
      'Ayse.Yilmaz@kisiler.com.tr',
      'mehmet.demir@kisiler.com.tr',
      'info@kisiler.com.tr',
      'can@baska.com.tr',
    ]);
    const [row] = await world.database.sql`
      select contact_emails, contact_quality_score, linkedin_pattern from companies where domain = 'kisiler.com.tr'`;
    expect(row).toEqual({
      contact_emails: json.contact_emails,
      contact_quality_score: json.contact_quality_score,
      linkedin_pattern: 'firstname.lastname',
    });
  });

  test('two that add at the same time both get theirs in', async () => {
    await Promise.all(
      ['bir', 'iki', 'uc', 'dort'].map((name) =>
        post('/leads/roller.com.tr/enrich', { contact_emails: [`${name}.soyad@roller.com.tr`] }),
      ),
    );
    const [row] = await world.database.sql`
      select cardinality(contact_emails) as n from companies where domain = 'roller.com.tr'`;
    expect(row).toEqual({ n: 4 });
  });

  test('are refused where none is an address, nobody knows the company, or there are none', async () => {
    const none = await post('/leads/kisiler.com.tr/enrich', { contact_emails: ['x', 'y@'] });
    expect(none).toMatchObject({
      status: 422,
      json: {
        code: 'no-addresses',
        issues: [{ path: 'body.contact_emails.0' }, { path: 'body.contact_emails.1' }],
      },
    });
    const unknown = await post('/leads/unknown-firma.com/enrich', { contact_emails: ['a@b.com'] });
    expect(unknown).toMatchObject({ status: 404, json: { code: 'lead-not-found' } });
    const empty = await post('/leads/kisiler.com.tr/enrich', { contact_emails: [] });
    expect(empty).toMatchObject({ status: 422, json: { code: 'invalid-request' } });
  });
});

describe('duplicates', () => {
  beforeAll(async () => {
    const { service } = world;
    const names: [string, string][] = [
      ['sirket-bir.com.tr', 'ŞİRKET A.Ş.'],
      ['sirket-iki.com', 'Şirket Ltd. Şti.'],
      ['acme.com', 'ACME GmbH'],
      ['acme.de', 'Acme'],
      ['acme.com.tr', 'acme inc.'],
      ['alone.com', 'Alone A.Ş.'],
    ];
    await storeScanned(service.sql, service.rules.current(), [domainFacts('acme.de')]);
    await ensureCompanies(
      service.sql,
      names.map(([domain, name]) => ({ domain, unicode: domain, name, source: 'csv' as const })),
      service.rules.current(),
    );
  });
  const get = (query = '', as: 'operator' | 'seller' = 'operator') =>
    api.call('GET', `/api/v1/leads/duplicates${query}`, { as });

  test('are companies of one name, whatever case and legal form, with their scores, best first', async () => {
    const { status, json } = await get();
    expect(status).toBe(200);
    expect(json).toMatchObject({ total: 2, page: 1, total_pages: 1 });
    expect(
      json.groups.map((g: { name_key: string; count: number; companies: { domain: string }[] }) => [
        g.name_key,
        g.count,
        g.companies.map(({ domain }) => domain),
      ]),
    ).toEqual([
      ['acme', 3, ['acme.de', 'acme.com', 'acme.com.tr']],
      ['şirket', 2, ['sirket-bir.com.tr', 'sirket-iki.com']],
    ]);
    expect(json.groups[0].companies[0]).toMatchObject({
      readiness_score: expect.any(Number),
      segment: 'Existing',
    });
    expect(json.groups[0].companies[1]).toMatchObject({ readiness_score: null, scanned_at: null });
  });
  test('come in pages', async () => {
    expect((await get('?page=2&page_size=1')).json).toMatchObject({
      groups: [{ name_key: 'şirket' }],
      total: 2,
      total_pages: 2,
    });
    expect((await get('?page=3&page_size=1')).json).toMatchObject({ groups: [], total: 2 });
  });
  test('of one company', async () => {
    expect((await get('?domain=acme.com.tr')).json).toMatchObject({ groups: [{ count: 3 }], total: 1 });
    expect((await get('?domain=alone.com')).json).toMatchObject({ groups: [], total: 0 });
    expect(await get('?domain=unknown-firma.com')).toMatchObject({ status: 404 });
    expect(await get('?domain=%20')).toMatchObject({ status: 422, json: { code: 'invalid-domain' } });
  });
  test('are for operators', async () => {
    expect((await get('', 'seller')).status).toBe(403);
  });
  test('are found by the index of names', async () => {
    const plan = await world.database.sql.begin(async (tx) => {
      await tx`set local enable_seqscan = off`;
      return tx`explain select name_key, count(*) from companies where name_key is not null
        group by name_key having count(*) > 1 order by name_key limit 50`;
    });
    expect(JSON.stringify(plan)).toContain('companies_name_key');
  });
});
