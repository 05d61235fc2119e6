import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ingestRoutes } from '#service/http/routes/ingest.ts';
import { importFile } from '#service/jobs/import-file.ts';
import { retryWebhooks } from '#service/jobs/webhook-retries.ts';
import { keyOf, startApi, type Api } from '#test/support/api.ts';
import { createTestService, type TestService } from '#test/support/service.ts';

let world: TestService;
let api: Api;
beforeAll(async () => {
  world = await createTestService({ env: { HUNTER_UPLOAD_MAX_MB: '1' } });
  api = await startApi(world.service, ingestRoutes);
});
afterAll(async () => {
  await api.close();
  await world.close();
});
beforeEach(async () => {
  const { sql } = world.service;
  await sql`truncate companies, raw_leads, scan_jobs, uploads, webhook_retries, suppressed_domains, audit_log cascade`;
  await sql`delete from graphile_worker._private_jobs`;
});

const sqlOf = () => world.service.sql;
const none = new AbortController().signal;
const post = (path: string, body: unknown, as: Parameters<Api['call']>[2] = {}) =>
  api.call('POST', `/api/v1${path}`, { body, ...as });
const queued = async () =>
  (await sqlOf()`select task_identifier || ' ' || key as job from graphile_worker.jobs order by 1`).map(
    (r) => r['job'],
  );
const sha = (text: string) => createHash('sha256').update(text).digest('hex');

describe('POST /ingest/domain', () => {
  test.each([
    ['a domain', { domain: 'Gokpinar.com.tr' }, 'gokpinar.com.tr'],
    ['W1: an international name', { domain: 'çağdaş.com.tr' }, 'xn--ada-1la5zjn.com.tr'],
    [
      'W5: a URL in capitals with user info and path',
      { domain: 'HTTPS://me:x@WWW.Gokpinar.COM.TR/iletisim?x=1' },
      'gokpinar.com.tr',
    ],
    [
      'the website before all',
      { domain: 'c.com.tr', email: 'a@b.com.tr', website: 'www.a.com.tr' },
      'a.com.tr',
    ],
    ['the e-mail before the domain', { domain: 'c.com.tr', email: 'a@b.com.tr' }, 'b.com.tr'],
    [
      'W7: not a consumer host',
      { domain: 'c.com.tr', email: 'a@gmail.com', website: 'hotmail.com.tr' },
      'c.com.tr',
    ],
  ])('takes %s', async (_, body, expected) => {
    const answer = await post('/ingest/domain', body);
    expect(answer.status).toBe(201);
    expect(answer.json).toMatchObject({ domain: expected, created: true });
    expect(await sqlOf()`select id from companies where domain = ${expected}`).toEqual([
      { id: answer.json.company_id },
    ]);
  });

  test.each([
    ['W6: an IP address', { domain: '10.0.0.1' }, ['body.domain']],
    ['W6: a public suffix', { domain: 'com.tr' }, ['body.domain']],
    [
      'W7: consumer hosts alone',
      { email: 'a@gmail.com', website: 'https://mynet.com' },
      ['body.website', 'body.email'],
    ],
    ['nothing at all', {}, []],
    ['a word for nothing', { domain: 'n/a' }, ['body.domain']],
  ])('refuses %s, and says why for each field', async (_, body, paths) => {
    const answer = await post('/ingest/domain', body);
    expect(answer.status).toBe(422);
    expect(answer.json.code).toBe('invalid-domain');
    expect(answer.json.issues.map(({ path }: { path: string }) => path)).toEqual(paths);
    expect(await sqlOf()`select from companies`).toHaveLength(0);
  });

  test('is safe to do twice, and a better name is taken', async () => {
    const first = await post('/ingest/domain', { domain: 'a.com.tr' });
    const again = await post(
      '/ingest/domain',
      { domain: 'a.com.tr' },
      { headers: { 'accept-language': 'tr' } },
    );
    expect([again.status, again.json.created, again.json.company_id]).toEqual([
      201,
      false,
      first.json.company_id,
    ]);
    expect(again.json.message).toBe('“a.com.tr” zaten kayıtlıydı.');
    await post('/ingest/domain', { website: 'https://www.a.com.tr', company_name: '  Gökpınar   A.Ş. ' });
    expect(await sqlOf()`select canonical_name from companies`).toEqual([
      { canonical_name: 'Gökpınar A.Ş.' },
    ]);
    // What came is kept as it came, the same once.
    expect(await sqlOf()`select website, company_name from raw_leads order by id`).toEqual([
      { website: null, company_name: null },
      { website: 'https://www.a.com.tr', company_name: 'Gökpınar A.Ş.' },
    ]);
  });

  test('looks up only when asked to', async () => {
    await post('/ingest/domain', { domain: 'a.com.tr' });
    expect(await queued()).toEqual([]);
    await post('/ingest/domain', { domain: 'a.com.tr', scan: true });
    await post('/ingest/domain', { domain: 'a.com.tr', scan: true });
    expect(await queued()).toEqual(['scan-domain scan-domain:a.com.tr']);
  });

  test('a NUL and half a letter lose nothing else', async () => {
    const answer = await post('/ingest/domain', {
      domain: 'a.com.tr',
      company_name: 'A\0B',
      email: 'x\uD800@b.com.tr',
    });
    expect(answer.status).toBe(201);
  });
});

describe('POST /ingest/webhook', () => {
  const key = { as: keyOf(['ingest'], 7) } as const;
  beforeEach(async () => {
    await sqlOf()`
      insert into api_keys (id, name, key_hash, key_hint, created_by) overriding system value
      values (7, 'crm', ${Buffer.alloc(32)}, 'hk_', 'x') on conflict do nothing`;
  });
  const retries = () =>
    sqlOf()`select state, attempts, error, payload, next_at from webhook_retries order by id`;

  test('takes in company and addresses, and queues the look-up', async () => {
    const body = {
      domain: 'https://www.gokpinar.com.tr',
      company_name: 'Gökpınar',
      contact_emails: [
        'Ayse.Yilmaz@gokpinar.com.tr',
        'ali.demir@gokpinar.com.tr',
        'ali.demir@GOKPINAR.com.tr',
        'yok',
      ],
    };
    const answer = await post('/ingest/webhook', body, key);
    expect([answer.status, answer.json]).toMatchObject([
      201,
      { status: 'success', domain: 'gokpinar.com.tr', ingested: true, enriched: true, refused_emails: 1 },
    ]);
    expect(
      await sqlOf()`select contact_emails, linkedin_pattern, contact_quality_score > 0 as good from companies`,
    ).toEqual([
      {
        contact_emails: ['Ayse.Yilmaz@gokpinar.com.tr', 'ali.demir@gokpinar.com.tr'],
        linkedin_pattern: 'firstname.lastname',
        good: true,
      },
    ]);
    expect(await queued()).toEqual(['scan-domain scan-domain:gokpinar.com.tr']);
    // Later addresses come to the earlier ones.
    await post(
      '/ingest/webhook',
      { domain: 'gokpinar.com.tr', contact_emails: ['info@gokpinar.com.tr'] },
      key,
    );
    expect(await sqlOf()`select cardinality(contact_emails) as n from companies`).toEqual([{ n: 3 }]);
  });
  test('without addresses nothing is enriched', async () => {
    const answer = await post('/ingest/webhook', { domain: 'a.com.tr' }, key);
    expect(answer.json).toMatchObject({ ingested: true, enriched: false });
  });
  test('people have no way in here', async () => {
    expect((await post('/ingest/webhook', { domain: 'a.com.tr' }, { as: 'admin' })).status).toBe(401);
  });
  test('an invalid domain is refused, and noted as such', async () => {
    const answer = await post('/ingest/webhook', { domain: 'gmail.com' }, key);
    expect([answer.status, answer.json.code]).toEqual([422, 'invalid-domain']);
    expect(await retries()).toMatchObject([
      { state: 'exhausted', error: 'consumer-domain', payload: { domain: 'gmail.com' } },
    ]);
  });
  test('of an erased company nothing is noted but the hash', async () => {
    await api.call('DELETE', '/api/v1/leads/gone.com.tr', { as: 'admin' });
    const answer = await post('/ingest/webhook', { domain: 'gone.com.tr', company_name: 'Gone' }, key);
    expect([answer.status, answer.json.code]).toEqual([409, 'domain-suppressed']);
    expect(await retries()).toMatchObject([{ state: 'exhausted', payload: { hash: sha('gone.com.tr') } }]);
  });

  test('W29: what cannot be done now is noted and really tried again', async () => {
    world.time.set('2026-11-25T09:00:00Z');
    const blocker = world.database.connect(1);
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    await sqlOf()`insert into companies (domain, domain_unicode, canonical_name, source) values ('a.com.tr', 'a.com.tr', 'a.com.tr', 'domain')`;
    const name = new URL(world.database.url).pathname.slice(1);
    await sqlOf().unsafe(`alter database ${name} set lock_timeout = '300ms'`);
    const impatient = world.database.connect(2);
    const service = { ...world.service, sql: impatient };
    const second = await startApi(service, ingestRoutes);
    const locking = blocker.begin(async (tx) => {
      await tx`lock table companies in access exclusive mode`;
      await held;
    });
    try {
      await sqlOf()`select 1`;
      const answer = await second.call('POST', '/api/v1/ingest/webhook', {
        body: { domain: 'a.com.tr', company_name: 'Gökpınar' },
        ...key,
      });
      expect([answer.status, answer.json]).toMatchObject([202, { status: 'retrying', ingested: false }]);
      expect(await retries()).toMatchObject([
        { state: 'pending', attempts: 0, error: '55P03', next_at: new Date('2026-11-25T09:01:00Z') },
      ]);
      // Not due yet, then due and still not possible.
      await retryWebhooks(service, none);
      expect(await retries()).toMatchObject([{ attempts: 0 }]);
      world.time.set('2026-11-25T09:01:00Z');
      await retryWebhooks(service, none);
      expect(await retries()).toMatchObject([
        { state: 'pending', attempts: 1, next_at: new Date('2026-11-25T09:03:00Z') },
      ]);
    } finally {
      release();
      await locking;
      await second.close();
      await sqlOf().unsafe(`alter database ${name} reset lock_timeout`);
    }
    world.time.set('2026-11-25T09:03:00Z');
    await retryWebhooks(world.service, none);
    expect(await retries()).toMatchObject([{ state: 'success', attempts: 2, next_at: null, payload: {} }]);
    expect(await sqlOf()`select canonical_name from companies`).toEqual([{ canonical_name: 'Gökpınar' }]);
    expect(await queued()).toEqual(['scan-domain scan-domain:a.com.tr']);
  });

  test('W29: after three further tries it is given up, and others are not held up', async () => {
    world.time.set('2026-11-25T09:00:00Z');
    await sqlOf()`
      insert into webhook_retries (payload, next_at) values
        ('{"domain": "a.com.tr"}', '2026-11-25T08:59:00Z'), ('{"domain": "b.com.tr", "company_name": "B"}', '2026-11-25T08:59:30Z')`;
    // A name that the database does not take, as a mistake of ours would look.
    await sqlOf()`alter table companies add constraint planted check (domain <> 'a.com.tr')`;
    for (const at of ['09:00', '09:02', '09:06', '09:30']) {
      world.time.set(`2026-11-25T${at}:00Z`);
      await retryWebhooks(world.service, none);
    }
    await sqlOf()`alter table companies drop constraint planted`;
    expect(await retries()).toMatchObject([
      { state: 'exhausted', attempts: 3, error: '23514', payload: { domain: 'a.com.tr' } },
      { state: 'success', attempts: 1 },
    ]);
  });
});

describe('POST /ingest/csv', () => {
  const form = (
    content: string | Buffer,
    fields: Record<string, string> = {},
    name = 'liste.csv',
  ): FormData => {
    const data = new FormData();
    for (const [field, value] of Object.entries(fields)) data.append(field, value);
    data.append('file', new File([content], name));
    return data;
  };

  test('W24: answers before the rows are read, with everything already kept', async () => {
    const answer = await post('/ingest/csv', form('Firma;Web\nA;a.com.tr\n', { auto_scan: 'false' }));
    expect([answer.status, answer.json]).toMatchObject([
      202,
      {
        message: '“liste.csv” was taken in. Its rows are being read.',
        ingested: 0,
        scanned: 0,
        total_rows: null,
        errors: null,
      },
    ]);
    const id = answer.json.job_id as string;
    expect(await queued()).toEqual([`import-file import-file:${id}`]);
    expect(await sqlOf()`select file_name, size_bytes from uploads`).toEqual([
      { file_name: 'liste.csv', size_bytes: 21 },
    ]);
    await importFile(world.service, { jobId: id }, none);
    expect(await sqlOf()`select state, succeeded from scan_jobs`).toEqual([
      { state: 'completed', succeeded: 1 },
    ]);
  });

  test('columns can be named', async () => {
    const fields = {
      domain_column: 'Sayfa',
      company_column: 'B',
      auto_scan: 'false',
      auto_detect_columns: 'false',
      email_column: '',
    };
    const answer = await post('/ingest/csv', form('Sayfa;Ad\na.com.tr;Gökpınar\n', fields));
    await importFile(world.service, { jobId: answer.json.job_id }, none);
    expect(await sqlOf()`select domain, canonical_name from companies`).toEqual([
      { domain: 'a.com.tr', canonical_name: 'Gökpınar' },
    ]);
  });

  test.each([
    ['nothing', form(''), 422, 'file-empty'],
    ['no file', new FormData(), 422, 'file-missing'],
    [
      'a picture under the name .csv',
      form(Buffer.from('\x89PNG\r\n\x1a\n....', 'latin1')),
      415,
      'file-kind-unknown',
    ],
    ['a broken archive', form(Buffer.from('PK\x03\x04....', 'latin1'), {}, 'x.xlsx'), 422, 'file-unreadable'],
    [
      'one column for two fields',
      form('a.com.tr', { domain_column: 'Web', email_column: 'WEB' }),
      422,
      'file-mapping-twice',
    ],
    ['a switch that is none', form('a.com.tr', { auto_scan: 'maybe' }), 422, 'invalid-request'],
    ['more than may be sent', form('a.com.tr\n'.repeat(400_000)), 413, 'body-too-large'],
  ])(
    'W25: a file that cannot be read is refused as such, and is no fault of ours: %s',
    async (_, body, status, code) => {
      const answer = await post('/ingest/csv', body);
      expect([answer.status, answer.json.code]).toEqual([status, code]);
      expect(await sqlOf()`select from uploads`).toHaveLength(0);
    },
  );
  test('refuses JSON', async () => {
    expect((await post('/ingest/csv', { file: 'x' })).status).toBe(415);
  });

  test('rejected rows come as a file', async () => {
    const answer = await post('/ingest/csv', form('Firma;Web\nA;yok\nB;b.com.tr\n'));
    await importFile(world.service, { jobId: answer.json.job_id }, none);
    const file = await api.call('GET', `/api/v1/jobs/${answer.json.job_id}/rejected?lang=tr`);
    expect([file.status, file.headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
    expect(file.headers.get('content-disposition')).toMatch(
      /^attachment; filename="rejected-[0-9a-f]{8}\.csv"$/,
    );
    expect(file.text.replace('\uFEFF', '')).toMatch(
      /^Satır;Neden;Firma;Web\r\n2;"Nokta içermiyor[^"]+";A;yok\r\n$/,
    );
    expect((await api.call('GET', '/api/v1/jobs/00000000-0000-4000-8000-000000000000/rejected')).status).toBe(
      404,
    );
  });
});

describe('DELETE /leads/{domain}', () => {
  const erase = (domain: string, query = '') =>
    api.call('DELETE', `/api/v1/leads/${domain}${query}`, { as: 'admin' });
  const traces = async (domain: string): Promise<string[]> => {
    const tables = await sqlOf()<{ name: string }[]>`
      select table_name as name from information_schema.tables
      where table_schema = 'public' and table_type = 'BASE TABLE' and table_name <> 'uploads'`;
    const found: string[] = [];
    for (const { name } of tables) {
      const rows = await sqlOf().unsafe(`select 1 from ${name} t where t::text like '%${domain}%' limit 1`);
      if (rows.length > 0) found.push(name);
    }
    const jobs =
      await sqlOf()`select 1 from graphile_worker._private_jobs where payload::text like ${`%${domain}%`} or key like ${`%${domain}%`}`;
    return jobs.length > 0 ? [...found, 'queue'] : found;
  };

  async function everywhere(domain: string): Promise<void> {
    const sql = sqlOf();
    await post('/ingest/domain', { domain, scan: true });
    const data = new FormData();
    data.append('file', new File([`Firma;Web\nErased;${domain}\nOther;other.com.tr\n`], 'l.csv'));
    const upload = await post('/ingest/csv', data);
    await importFile(world.service, { jobId: upload.json.job_id }, none);
    await sql`delete from graphile_worker._private_jobs where key like 'import-file%'`;
    await sql`
      insert into scan_jobs (id, kind, state, total, succeeded, requested_by, finished_at)
      values ('11111111-1111-4111-8111-111111111111', 'bulk-scan', 'completed', 2, 2, 'x', now())`;
    await sql`
      insert into scan_job_items (job_id, position, input, domain, state) values
        ('11111111-1111-4111-8111-111111111111', 0, ${domain}, ${domain}, 'completed'),
        ('11111111-1111-4111-8111-111111111111', 1, 'x.com', 'x.com', 'completed')`;
    await sql`insert into lookup_cache (key, value, expires_at) values (${`registration ${domain}`}, '{}', now())`;
    await sql`insert into webhook_retries (payload, next_at) values (${sql.json({ domain, ascii: domain })}, now())`;
    await sql`insert into partner_center_referrals (referral_id, domain, raw_data) values ('r1', ${domain}, '{}')`;
  }

  test('nothing of it is left, anywhere but in the uploaded file, and the others stay', async () => {
    await everywhere('erased.com.tr');
    expect(await traces('erased.com.tr')).toEqual(
      expect.arrayContaining(['companies', 'raw_leads', 'scan_job_items', 'queue']),
    );
    const answer = await erase('ERASED.com.tr');
    expect([answer.status, answer.json]).toMatchObject([
      200,
      { domain: 'erased.com.tr', erased: true, suppressed: true, allowed_again: false, uploads: 1 },
    ]);
    expect(answer.json.message).toBe(
      'Everything kept about “erased.com.tr” was deleted. It cannot come back until an administrator allows it. 1 uploaded files name it; they are deleted 30 days after their job ended.',
    );
    expect(await traces('erased.com.tr')).toEqual([]);
    expect(await sqlOf()`select domain from companies`).toEqual([{ domain: 'other.com.tr' }]);
    // Counts stay in step with the entries that are left.
    expect(await sqlOf()`select kind, total, succeeded from scan_jobs order by kind`).toEqual([
      { kind: 'bulk-scan', total: 1, succeeded: 1 },
      { kind: 'import', total: 1, succeeded: 0 },
    ]);
  });

  test('the audit log has the hash alone, and the list of suppressed domains too', async () => {
    await post('/ingest/domain', { domain: 'erased.com.tr' });
    await erase('erased.com.tr');
    expect(await sqlOf()`select actor_kind, action, target, detail from audit_log`).toEqual([
      {
        actor_kind: 'user',
        action: 'lead.erase',
        target: sha('erased.com.tr'),
        detail: { erased: true, suppressed: true, allowed_again: false, uploads: 0 },
      },
    ]);
    expect(await sqlOf()`select encode(domain_hash, 'hex') as h from suppressed_domains`).toEqual([
      { h: sha('erased.com.tr') },
    ]);
  });

  test('it does not come back until it is allowed to', async () => {
    await post('/ingest/domain', { domain: 'erased.com.tr' });
    await erase('erased.com.tr');
    const refused = await post('/ingest/domain', { domain: 'erased.com.tr' });
    expect([refused.status, refused.json.code]).toEqual([409, 'domain-suppressed']);
    expect((await erase('erased.com.tr', '?suppress=false')).json).toMatchObject({
      erased: false,
      suppressed: false,
      allowed_again: true,
    });
    expect((await post('/ingest/domain', { domain: 'erased.com.tr' })).status).toBe(201);
  });

  test('a domain that is not known can be kept out; without that it is not found', async () => {
    expect((await erase('unknown.com.tr', '?suppress=false')).json.code).toBe('lead-not-found');
    expect((await erase('unknown.com.tr')).json).toMatchObject({ erased: false, suppressed: true });
    // Safe to do twice.
    expect((await erase('unknown.com.tr')).status).toBe(200);
    expect((await post('/ingest/domain', { domain: 'unknown.com.tr' })).status).toBe(409);
  });

  test('no domain is a refusal, and only administrators erase', async () => {
    expect((await erase('10.0.0.1')).json.code).toBe('invalid-domain');
    expect((await api.call('DELETE', '/api/v1/leads/a.com.tr', { as: 'operator' })).status).toBe(403);
  });
});
