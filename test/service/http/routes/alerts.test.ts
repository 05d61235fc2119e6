import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { alertRoutes } from '#service/http/routes/alerts.ts';
import { keyOf, person, startApi, type Api } from '#test/support/api.ts';
import { createTestService, type TestService } from '#test/support/service.ts';

let world: TestService;
let api: Api;
/** as a real installation: no exceptions for loopback */
let strict: Api;

beforeAll(async () => {
  world = await createTestService();
  const { service } = world;
  api = await startApi(service, alertRoutes);
  strict = await startApi(
    { ...service, config: { ...service.config, allowLoopbackTargets: false } },
    alertRoutes,
  );
  const { sql } = world.database;
  await sql`insert into companies (domain, domain_unicode, canonical_name, source)
    select d, d, d, 'domain' from unnest(array['bir.com.tr', 'iki.com.tr']) as d`;
  await sql`
    insert into alerts (company_id, alert_type, old_value, new_value, message_tr, message_en, key, status, created_at, sent_at)
    select c.id, a.type, a.was::jsonb, a.now::jsonb, a.type || ' tr', a.type || ' en', a.key, a.status, a.at::timestamptz,
      case a.status when 'sent' then '2026-11-25T12:00:00Z'::timestamptz end
    from (values
      ('bir.com.tr', 'mx_changed', '"a.example"', '"b.example"', 'k1', 'sent', '2026-11-25T10:00:00Z'),
      ('bir.com.tr', 'score_changed', '4', '2', 'k2', 'pending', '2026-11-25T11:00:00Z'),
      ('iki.com.tr', 'dmarc_added', 'null', '"reject"', 'k3', 'failed', '2026-11-25T11:00:00Z')
    ) as a(domain, type, was, now, key, status, at)
    join companies c on c.domain = a.domain order by a.key`;
}, 60_000);
afterAll(async () => {
  await api.close();
  await strict.close();
  await world.close();
});

const anna = person('seller', 'tenant/anna');
const berk = person('seller', 'tenant/berk');

describe('GET /alerts', () => {
  const list = async (query = '') => {
    const { json } = await api.call('GET', `/api/v1/alerts${query}`, { as: 'operator' });
    return json.map((a: { alert_type: string }) => a.alert_type);
  };
  test('is the newest first, in the language asked for, with the values before and after', async () => {
    const { status, json } = await api.call('GET', '/api/v1/alerts?lang=tr', { as: 'operator' });
    expect(status).toBe(200);
    expect(json.map((a: { message: string }) => a.message)).toEqual([
      'dmarc_added tr',
      'score_changed tr',
      'mx_changed tr',
    ]);
    expect(json[2]).toEqual({
      id: expect.any(Number),
      domain: 'bir.com.tr',
      alert_type: 'mx_changed',
      message: 'mx_changed tr',
      status: 'sent',
      created_at: '2026-11-25T10:00:00.000Z',
      sent_at: '2026-11-25T12:00:00.000Z',
      old_value: 'a.example',
      new_value: 'b.example',
    });
  });
  test('takes domain, type, status and limit, alone and together', async () => {
    expect(await list('?domain=https://bir.com.tr/')).toEqual(['score_changed', 'mx_changed']);
    expect(await list('?alert_type=dmarc_added')).toEqual(['dmarc_added']);
    expect(await list('?status=pending')).toEqual(['score_changed']);
    expect(await list('?limit=1')).toEqual(['dmarc_added']);
    expect(await list('?domain=bir.com.tr&status=failed')).toEqual([]);
    expect(await list('?domain=unknown-firma.com')).toEqual([]);
  });
  test('refuses what is none of these', async () => {
    for (const query of ['limit=0', 'limit=1001', 'status=done', 'alert_type=x', 'domain=gmail.com'])
      expect((await api.call('GET', `/api/v1/alerts?${query}`, { as: 'operator' })).status).toBe(422);
    expect((await api.call('GET', '/api/v1/alerts', { as: 'seller' })).status).toBe(403);
    expect((await api.call('GET', '/alerts', { as: 'operator' })).headers.get('deprecation')).not.toBeNull();
  });
});

describe('settings', () => {
  afterEach(() => world.database.sql`delete from alert_config`);
  const webhook = {
    alert_type: 'mx_changed',
    notification_method: 'webhook',
    webhook_url: 'http://127.0.0.1:9/hook',
  };
  const post = (body: unknown, as: typeof anna = anna, on = api) =>
    on.call('POST', '/api/v1/alerts/config', { body, as });
  const get = async (as = anna) => (await api.call('GET', '/api/v1/alerts/config', { as })).json;

  test('are made with a signing secret that is shown once, and stored sealed', async () => {
    const { status, json } = await post(webhook);
    expect(status).toBe(201);
    expect(json).toMatchObject({
      alert_type: 'mx_changed',
      notification_method: 'webhook',
      enabled: true,
      frequency: 'immediate',
      webhook_url: 'http://127.0.0.1:9/hook',
      email_address: null,
      last_delivery: null,
    });
    expect(json.signing_secret).toMatch(/^[\w-]{43}$/);
    const listed = await get();
    expect(listed).toHaveLength(1);
    expect(JSON.stringify(listed)).not.toContain('secret');
    const [row] = await world.database.sql<[{ signing_secret: Buffer }]>`
      select signing_secret from alert_config`;
    expect(Buffer.from(row.signing_secret).toString('latin1')).not.toContain(json.signing_secret);
  });

  test('the same type and method again changes the setting and keeps the secret', async () => {
    const first = (await post(webhook)).json;
    const again = (await post({ ...webhook, frequency: 'daily_digest', enabled: false })).json;
    expect(again).toMatchObject({
      id: first.id,
      frequency: 'daily_digest',
      enabled: false,
      signing_secret: null,
    });
    expect(await get()).toHaveLength(1);
  });

  test('W23: belong to the person who made them, on every call', async () => {
    const mine = (await post(webhook)).json;
    expect(await get()).toMatchObject([{ id: mine.id }]);
    expect(await get(berk)).toEqual([]);
    const path = `/api/v1/alerts/config/${mine.id}`;
    expect(await api.call('DELETE', path, { as: berk })).toMatchObject({
      status: 404,
      json: { code: 'alert-config-not-found' },
    });
    expect((await api.call('DELETE', path, { as: anna })).json).toEqual({ deleted: true, id: mine.id });
    expect((await api.call('DELETE', path, { as: anna })).status).toBe(404);
    expect(await get()).toEqual([]);
  });

  test('tell how the newest message fared, in a sentence', async () => {
    const { id } = (await post(webhook)).json;
    await world.database.sql`
      insert into alert_deliveries (alert_id, config_id, state, attempts, error)
      select a.id, ${id}::bigint, case key when 'k1' then 'sent' else 'failed' end, 3,
        case key when 'k2' then 'status 503' end
      from alerts a where key in ('k1', 'k2')`;
    expect(await get()).toMatchObject([
      {
        last_delivery: {
          state: 'failed',
          attempts: 3,
          sent_at: null,
          error: 'status 503',
          reason: 'The receiver answered with an error.',
        },
      },
    ]);
  });

  test.each([
    ['http://hooks.firma.com.tr/x', 'https'],
    ['https://127.0.0.1/x', 'public'],
    ['https://localhost/x', 'public'],
    ['https://10.1.2.3/x', 'public'],
    ['https://169.254.169.254/latest/meta-data', 'public'],
    ['https://[::1]/x', 'public'],
    ['https://0x7f000001/x', 'public'],
    ['https://user:pass@hooks.firma.com.tr/x', 'password'],
    ['file:///etc/passwd', 'https'],
    ['hooks', 'not a URL'],
  ])('for %s are refused: it may not be called', async (webhook_url, why) => {
    const { status, json } = await post({ ...webhook, webhook_url }, anna, strict);
    expect(status).toBe(422);
    expect(json.code).toBe('target-not-allowed');
    expect(json.detail).toContain(why);
  });

  test('by mail want an address that is one', async () => {
    const email = { alert_type: 'expire_soon', notification_method: 'email' };
    const made = await post({ ...email, email_address: ' Ayse@FIRMA.com.tr ' });
    expect(made).toMatchObject({
      status: 201,
      json: { email_address: 'Ayse@firma.com.tr', signing_secret: null },
    });
    for (const [body, message] of [
      [email, 'This method needs an “email_address”.'],
      [{ ...email, email_address: 'a@b@c' }, 'Holds several addresses. Give them one by one.'],
      [{ ...email, email_address: 'a@firma.com.tr\r\nBcc: x@y.com' }, expect.any(String)],
    ] as const)
      expect(await post(body)).toMatchObject({
        status: 422,
        json: { code: 'invalid-request', issues: [{ path: 'body.email_address', message }] },
      });
  });

  test('for slack are refused with what to choose instead, and a webhook without URL too', async () => {
    expect(await post({ ...webhook, notification_method: 'slack' })).toMatchObject({
      status: 422,
      json: {
        issues: [
          {
            path: 'body.notification_method',
            message: 'Slack is not supported. Choose webhook, email or teams.',
          },
        ],
      },
    });
    expect(await post({ ...webhook, webhook_url: null })).toMatchObject({
      status: 422,
      json: { issues: [{ path: 'body.webhook_url' }] },
    });
  });

  test('whose URL grows beyond the column when it is written out are refused', async () => {
    const webhook_url = `http://127.0.0.1:9/${'ş'.repeat(1000)}`;
    expect(await post({ ...webhook, webhook_url })).toMatchObject({
      status: 422,
      json: { code: 'target-not-allowed' },
    });
  });

  test('are not for API keys', async () => {
    expect((await post(webhook, keyOf())).status).toBe(403);
    expect((await api.call('GET', '/api/v1/alerts/config', { as: 'nobody' })).status).toBe(401);
  });
});
