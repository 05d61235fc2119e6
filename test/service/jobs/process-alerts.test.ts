import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AlertType } from '#core/changes/alerts.ts';
import type { Service } from '#service/context.ts';
import { processAlerts } from '#service/jobs/process-alerts.ts';
import { configureAlert, type AlertSetting } from '#service/verbs/configure-alert.ts';
import { startMailServer, type MailServerDouble } from '#test/doubles/mail-server.ts';
import { startReceiver, type ReceiverDouble } from '#test/doubles/receiver.ts';
import { configOf, createTestService, type TestService } from '#test/support/service.ts';

let world: TestService;
let hook: ReceiverDouble;
let mail: MailServerDouble;
let service: Service;
const logged: string[] = [];
const NOW = Date.parse('2026-11-25T10:00:00.000Z');
let key = 0;

beforeAll(async () => {
  hook = await startReceiver();
  mail = await startMailServer({ refused: { 'gone@firma.com.tr': 550, 'busy@firma.com.tr': 451 } });
  world = await createTestService({
    env: {
      HUNTER_MAIL_SERVER: `smtp://127.0.0.1:${mail.port}`,
      HUNTER_MAIL_FROM: 'hunter@contoso.com',
    },
    log: {
      info: (event, fields) => void logged.push(JSON.stringify({ event, ...fields })),
      warn: (event, fields) => void logged.push(JSON.stringify({ event, ...fields })),
      error: (event, _error, fields) => void logged.push(JSON.stringify({ event, ...fields })),
    },
  });
  ({ service } = world);
  await world.database.sql`
    insert into companies (domain, domain_unicode, canonical_name, source)
    values ('firma.com.tr', 'firma.com.tr', 'Firma', 'domain')`;
}, 60_000);
afterAll(async () => {
  await hook.stop();
  await mail.stop();
  await world.close();
});
beforeEach(() => {
  world.time.set(NOW);
  hook.answer({ status: 202 });
});
afterEach(async () => {
  hook.forget();
  await world.database.sql`delete from alerts`;
  await world.database.sql`delete from alert_config`;
});

const run = (on = service, signal = new AbortController().signal) => processAlerts(on, signal);
const later = (minutes: number): void => world.time.set(NOW + minutes * 60_000);

async function alert(type: AlertType = 'mx_changed', text = 'MX changed.'): Promise<number> {
  const [row] = await world.database.sql<[{ id: number }]>`
    insert into alerts (company_id, alert_type, old_value, new_value, message_tr, message_en, key, created_at)
    select id, ${type}, '"a.example"', 'null', 'MX değişti.', ${text}, ${`k${key++}`}, ${new Date(NOW)}
    from companies where domain = 'firma.com.tr' returning id`;
  return row.id;
}
async function ask(
  setting: Partial<AlertSetting>,
  owner = 'tenant/anna',
): Promise<{ id: number; secret: string }> {
  const made = await configureAlert(
    service,
    {
      type: 'mx_changed',
      method: 'webhook',
      frequency: 'immediate',
      enabled: true,
      webhookUrl: `${hook.url}/hook`,
      emailAddress: null,
      ...setting,
    },
    owner,
    'en',
  );
  if (!made.ok) throw new Error(made.failure.code);
  return { id: made.value.config.id, secret: made.value.secret ?? '' };
}
const email = (address: string, more: Partial<AlertSetting> = {}): Partial<AlertSetting> => ({
  method: 'email',
  webhookUrl: null,
  emailAddress: address,
  ...more,
});
const alerts = () => world.database.sql`select status, sent_at from alerts order by id`;
const deliveries = () => world.database.sql`
  select state, attempts, error, next_at from alert_deliveries order by alert_id, config_id`;

describe('a webhook', () => {
  test('gets the alert as JSON, signed, with an id', async () => {
    const { secret, id } = await ask({});
    const alertId = await alert();
    expect(await run()).toEqual({ sent: 1, failed: 0, waiting: 0 });
    expect(hook.requests).toHaveLength(1);
    const { method, path, headers, body, json } = hook.requests[0]!;
    expect([method, path, headers['content-type']]).toEqual([
      'POST',
      '/hook',
      'application/json; charset=utf-8',
    ]);
    expect(json).toEqual({
      alert_id: alertId,
      domain: 'firma.com.tr',
      alert_type: 'mx_changed',
      message: 'MX changed.',
      created_at: '2026-11-25T10:00:00.000Z',
      old_value: 'a.example',
      new_value: null,
    });
    expect(headers).toMatchObject({
      'x-hunter-event': 'mx_changed',
      'x-hunter-delivery': `${alertId}-${id}`,
      'x-hunter-timestamp': String(NOW / 1000),
      'x-hunter-signature': `sha256=${createHmac('sha256', secret)
        .update(`${NOW / 1000}.${body}`)
        .digest('hex')}`,
    });
    expect(await alerts()).toEqual([{ status: 'sent', sent_at: new Date(NOW) }]);
  });

  test('that fails is tried five times, after 1, 2, 4 and 8 minutes, and then no more', async () => {
    hook.answer({ status: 500 });
    await ask({});
    await alert();
    const due: number[] = [];
    let minutes = 0;
    for (let tries = 1; tries <= 5; tries++) {
      later(minutes);
      await run();
      await run();
      const [row] = await deliveries();
      expect(row).toMatchObject({ attempts: tries, error: 'status 500' });
      if (tries === 5) break;
      due.push((row!['next_at'].getTime() - NOW) / 60_000 - minutes);
      minutes = (row!['next_at'].getTime() - NOW) / 60_000;
    }
    expect(due).toEqual([1, 2, 4, 8]);
    expect(hook.requests).toHaveLength(5);
    expect(new Set(hook.requests.map(({ headers }) => headers['x-hunter-delivery'])).size).toBe(1);
    expect(await alerts()).toEqual([{ status: 'failed', sent_at: null }]);
    later(600);
    await run();
    expect(hook.requests).toHaveLength(5);
  });

  test('that recovers gets it at the next try', async () => {
    hook.answer({ status: 503 });
    await ask({});
    await alert();
    expect(await run()).toEqual({ sent: 0, failed: 0, waiting: 1 });
    hook.answer({ status: 204 });
    later(1);
    expect(await run()).toEqual({ sent: 1, failed: 0, waiting: 0 });
    expect(await alerts()).toMatchObject([{ status: 'sent' }]);
  });

  test('that asks to wait is left alone for that time', async () => {
    hook.answer({ status: 429, headers: { 'retry-after': '1800' } });
    await ask({});
    await alert();
    await run();
    expect(await deliveries()).toMatchObject([{ next_at: new Date(NOW + 30 * 60_000) }]);
  });

  test('that is gone (410) is not asked again', async () => {
    hook.answer({ status: 410 });
    await ask({});
    await alert();
    expect(await run()).toMatchObject({ failed: 1 });
    expect(await deliveries()).toMatchObject([{ state: 'failed', attempts: 1, error: 'gone 410' }]);
  });

  test('is not followed to where it redirects', async () => {
    const inside = await startReceiver();
    try {
      hook.answer({ status: 307, headers: { location: `${inside.url}/inside` } });
      await ask({});
      await alert();
      expect(await run()).toMatchObject({ waiting: 1 });
      expect(inside.requests).toEqual([]);
    } finally {
      await inside.stop();
    }
  });

  test('that turned to an inner address after it was saved is not called', async () => {
    await ask({});
    await world.database.sql`update alert_config set webhook_url = 'https://10.0.0.5/hook'`;
    await alert();
    expect(await run()).toMatchObject({ failed: 1 });
    expect(await deliveries()).toMatchObject([{ state: 'failed', error: 'target-refused' }]);
  });

  test('is never called unsigned: a secret of another key fails the delivery and says so', async () => {
    await ask({});
    await alert();
    const other = configOf({ HUNTER_SECRET_KEY: Buffer.alloc(32, 9).toString('base64') });
    const { secretsOf } = await import('#service/secrets.ts');
    await run({ ...service, secrets: secretsOf(other, service.randomBytes) });
    expect(hook.requests).toEqual([]);
    expect(await deliveries()).toMatchObject([{ state: 'failed', error: 'secret-unreadable' }]);
  });

  test('that is down holds up nobody: what waits for it is put off, and others are told', async () => {
    const other = await startReceiver();
    try {
      hook.answer({ status: 503 });
      await ask({}, 'tenant/anna');
      await ask({ webhookUrl: `${other.url}/hook` }, 'tenant/berk');
      for (let n = 0; n < 30; n++) await alert();
      await run();
      expect(other.requests).toHaveLength(30);
      expect(hook.requests.length).toBeLessThanOrEqual(10);
    } finally {
      await other.stop();
    }
  });
});

describe('mail', () => {
  test('goes out through the configured server, in text and HTML', async () => {
    const before = mail.mails.length;
    const { id } = await ask(email('ayse@firma.com.tr'));
    const alertId = await alert();
    expect(await run()).toEqual({ sent: 1, failed: 0, waiting: 0 });
    const [received] = mail.mails.slice(before);
    expect(received).toMatchObject({
      from: 'hunter@contoso.com',
      to: ['ayse@firma.com.tr'],
      headers: {
        subject: 'Hunter: firma.com.tr, MX changed',
        'message-id': `<${alertId}-${id}@contoso.com>`,
        'auto-submitted': 'auto-generated',
      },
    });
    expect(received!.raw).toContain('text/plain');
    expect(received!.raw).toContain('text/html');
  });

  test('that is not configured is a failed delivery that says why, and no success', async () => {
    const none = { ...service, config: { ...service.config, mail: null } };
    await ask(email('ayse@firma.com.tr'));
    await alert();
    expect(await run(none)).toMatchObject({ sent: 0, failed: 1 });
    expect(await deliveries()).toMatchObject([{ state: 'failed', error: 'mail-off' }]);
    expect(await alerts()).toEqual([{ status: 'failed', sent_at: null }]);
  });

  test('to a mailbox that is refused for good is not tried again, to one that is busy it is', async () => {
    await ask(email('gone@firma.com.tr'), 'tenant/anna');
    await ask(email('busy@firma.com.tr'), 'tenant/berk');
    await alert();
    expect(await run()).toEqual({ sent: 0, failed: 1, waiting: 1 });
    expect(await deliveries()).toMatchObject([
      { state: 'failed', error: 'mail-refused 550' },
      { state: 'pending', error: 'mail-refused 451' },
    ]);
  });

  test('to a server that is away is tried again', async () => {
    const away = await startMailServer();
    await away.stop();
    const config = {
      ...service.config,
      mail: { server: `smtp://127.0.0.1:${away.port}`, from: 'hunter@contoso.com' },
    };
    await ask(email('ayse@firma.com.tr'));
    await alert();
    expect(await run({ ...service, config })).toMatchObject({ waiting: 1 });
    expect(await deliveries()).toMatchObject([{ state: 'pending', error: 'network' }]);
  });

  test('signs in where the server wants it, and says so where the password is wrong', async () => {
    const guarded = await startMailServer({ user: { name: 'hunter', password: 'right' } });
    try {
      const withPassword = (password: string): Service => ({
        ...service,
        config: {
          ...service.config,
          mail: {
            server: `smtp://hunter:${password}@127.0.0.1:${guarded.port}`,
            from: 'hunter@contoso.com',
          },
        },
      });
      await ask(email('ayse@firma.com.tr'));
      await alert();
      expect(await run(withPassword('wrong'))).toMatchObject({ waiting: 1 });
      expect(await deliveries()).toMatchObject([{ error: expect.stringMatching(/^mail-server/) }]);
      later(1);
      expect(await run(withPassword('right'))).toMatchObject({ sent: 1 });
      expect(guarded.mails).toHaveLength(1);
    } finally {
      await guarded.stop();
    }
  });
});

test('Teams gets a card', async () => {
  await ask({ method: 'teams' });
  await alert();
  expect(await run()).toMatchObject({ sent: 1 });
  expect(hook.requests[0]!.json).toMatchObject({
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive' }],
  });
  expect(hook.requests[0]!.headers['x-hunter-signature']).toBeUndefined();
});

describe('who is told', () => {
  test('an alert that nobody asked for is done at once', async () => {
    await ask({ type: 'score_changed' });
    await ask({ enabled: false });
    await alert('mx_changed');
    expect(await run()).toEqual({ sent: 0, failed: 0, waiting: 0 });
    expect(await alerts()).toEqual([{ status: 'sent', sent_at: new Date(NOW) }]);
    expect(hook.requests).toEqual([]);
  });

  test('everybody who asked, each on their own: one that fails does not take another with it', async () => {
    hook.answer(({ path }) => ({ status: path === '/bad' ? 500 : 200 }));
    await ask({ webhookUrl: `${hook.url}/bad` }, 'tenant/anna');
    await ask({ webhookUrl: `${hook.url}/good` }, 'tenant/berk');
    await alert();
    expect(await run()).toEqual({ sent: 1, failed: 0, waiting: 1 });
    expect(await alerts()).toMatchObject([{ status: 'pending' }]);
    for (const minutes of [1, 3, 7, 15]) {
      later(minutes);
      await run();
    }
    // Somebody was told, so the alert was.
    expect(await alerts()).toMatchObject([{ status: 'sent' }]);
  });

  test('one mailbox that two people named gets one mail, and one webhook that two named is told for each', async () => {
    const before = mail.mails.length;
    await ask(email('ortak@firma.com.tr'), 'tenant/anna');
    await ask(email('Ortak@firma.com.tr'), 'tenant/berk');
    await ask({}, 'tenant/anna');
    await ask({}, 'tenant/berk');
    await alert();
    await run();
    expect(mail.mails.length - before).toBe(1);
    expect(hook.requests).toHaveLength(2);
  });

  test('who switched the setting off in between is not told, and the alert is done', async () => {
    hook.answer({ status: 500 });
    await ask({});
    await alert();
    await run();
    await ask({ enabled: false });
    later(60);
    expect(await run()).toEqual({ sent: 0, failed: 0, waiting: 0 });
    expect(hook.requests).toHaveLength(1);
    expect(await alerts()).toMatchObject([{ status: 'sent' }]);
  });

  test('W23: a setting belongs to its person: the same one again changes it', async () => {
    const first = await ask({});
    const again = await ask({ webhookUrl: `${hook.url}/other` });
    expect(again).toEqual({ id: first.id, secret: '' });
    await alert();
    await run();
    expect(hook.requests.map(({ path }) => path)).toEqual(['/other']);
  });
});

describe('two workers at once', () => {
  test('send each delivery once', async () => {
    hook.answer({ status: 200, afterMs: 5 });
    await ask({}, 'tenant/anna');
    await ask({}, 'tenant/berk');
    for (let n = 0; n < 25; n++) await alert();
    const second: Service = { ...service, sql: world.database.connect() };
    const [one, two] = await Promise.all([run(), run(second)]);
    expect(one.sent + two.sent).toBe(50);
    const ids = hook.requests.map(({ headers }) => headers['x-hunter-delivery']);
    expect(ids).toHaveLength(50);
    expect(new Set(ids).size).toBe(50);
    await run();
    expect(new Set((await alerts()).map(({ status }) => status))).toEqual(new Set(['sent']));
  });

  test('do not wait for each other: what one is taking on is passed over', async () => {
    await ask({});
    await alert();
    hook.answer({ status: 500 });
    await run();
    later(1);
    await world.database.connect().begin(async (tx) => {
      await tx`select from alert_deliveries for update`;
      expect(await run()).toEqual({ sent: 0, failed: 0, waiting: 0 });
    });
    expect(await run()).toMatchObject({ waiting: 1 });
  });

  test('gather digests one after the other', async () => {
    await ask({ frequency: 'daily_digest' });
    await alert();
    await run();
    world.time.set('2026-11-26T05:00:00.000Z');
    let running: Promise<unknown> = Promise.resolve();
    await world.database.connect().begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(hashtextextended('alert digest', 0))`;
      running = run();
      const waiting = () =>
        world.database.sql`select from pg_locks where locktype = 'advisory' and not granted`;
      await expect.poll(waiting, { timeout: 10_000 }).toHaveLength(1);
      expect(hook.requests).toEqual([]);
    });
    await running;
    expect(hook.requests).toHaveLength(1);
  });

  test('make one digest, not two halves', async () => {
    await ask({ frequency: 'daily_digest' });
    for (let n = 0; n < 20; n++) await alert();
    await run();
    world.time.set('2026-11-26T05:00:00.000Z');
    await Promise.all([run(), run({ ...service, sql: world.database.connect() })]);
    expect(hook.requests.map(({ json }) => json.count)).toEqual([20]);
  });
});

describe('a worker that ends', () => {
  test('by a kill leaves its delivery to another, which sends it under the same id', async () => {
    await ask({});
    const alertId = await alert();
    const dying: Service = { ...service, fetch: () => new Promise(() => undefined) };
    void run(dying);
    await expect.poll(deliveries).toMatchObject([{ attempts: 1 }]);
    expect(await run()).toMatchObject({ sent: 0 });
    later(6);
    expect(await run()).toMatchObject({ sent: 1 });
    expect(hook.requests[0]!.headers['x-hunter-delivery']).toMatch(new RegExp(`^${alertId}-`));
  });

  test('that was only slow changes nothing of what another has in hand, unless its message arrived', async () => {
    await ask({});
    await alert();
    type Answer = Awaited<ReturnType<Service['fetch']>>;
    const slow: ((answer: Answer) => void)[] = [];
    const waiting: Service = { ...service, fetch: () => new Promise((resolve) => slow.push(resolve)) };
    const first = run(waiting);
    await expect.poll(() => slow).toHaveLength(1);
    later(6);
    const second = run(waiting);
    await expect.poll(() => slow).toHaveLength(2);
    later(12);
    const third = run(waiting);
    await expect.poll(() => slow).toHaveLength(3);
    slow[0]!({ state: 'failed', why: 'NETWORK', sentence: '' });
    await first;
    expect(await deliveries()).toMatchObject([{ state: 'pending', attempts: 3, error: null }]);
    slow[1]!({ state: 'answered', status: 200, headers: {}, body: new Uint8Array(), url: '' });
    await second;
    expect(await deliveries()).toMatchObject([{ state: 'sent' }]);
    slow[2]!({ state: 'failed', why: 'NETWORK', sentence: '' });
    await third;
    expect(await deliveries()).toMatchObject([{ state: 'sent' }]);
  });

  test('each time at the same delivery takes it no further than five tries', async () => {
    await ask({});
    await alert();
    await run({ ...service, fetch: async () => ({ state: 'failed', why: 'NETWORK', sentence: '' }) });
    await world.database.sql`update alert_deliveries set attempts = 5, next_at = ${new Date(NOW)}`;
    expect(await run()).toMatchObject({ failed: 1 });
    expect(await deliveries()).toMatchObject([{ state: 'failed', error: 'interrupted' }]);
    expect(hook.requests).toEqual([]);
  });

  test('in good order gives back what it had in hand, and no try is lost', async () => {
    await ask({});
    await alert();
    const stop = new AbortController();
    hook.answer(() => {
      stop.abort();
      return { status: 200, afterMs: 2000 };
    });
    expect(await run(service, stop.signal)).toEqual({ sent: 0, failed: 0, waiting: 0 });
    expect(await deliveries()).toMatchObject([{ state: 'pending', attempts: 0, next_at: new Date(NOW) }]);
  });
});

describe('a daily digest', () => {
  test('goes out at 08:00 where people are, once, with all alerts since the last', async () => {
    const { id } = await ask({ frequency: 'daily_digest' });
    const first = await alert('mx_changed', 'one');
    const last = await alert('mx_changed', 'two');
    await run();
    expect(hook.requests).toEqual([]);
    expect(await alerts()).toMatchObject([{ status: 'pending' }, { status: 'pending' }]);
    world.time.set('2026-11-26T04:59:00.000Z');
    await run();
    expect(hook.requests).toEqual([]);
    world.time.set('2026-11-26T05:00:00.000Z');
    expect(await run()).toMatchObject({ sent: 2 });
    await run();
    expect(hook.requests).toHaveLength(1);
    expect(hook.requests[0]!.headers).toMatchObject({
      'x-hunter-event': 'digest',
      'x-hunter-delivery': `digest-${id}-${first}-${last}`,
    });
    expect(hook.requests[0]!.json).toMatchObject({
      digest: true,
      count: 2,
      alerts: [{ message: 'one' }, { message: 'two' }],
    });
    expect(await alerts()).toMatchObject([{ status: 'sent' }, { status: 'sent' }]);
  });

  test('is one mail for all types that a person wants there', async () => {
    const before = mail.mails.length;
    await ask(email('ayse@firma.com.tr', { frequency: 'daily_digest' }));
    await ask(email('ayse@firma.com.tr', { frequency: 'daily_digest', type: 'score_changed' }));
    await alert('mx_changed');
    await alert('score_changed');
    await run();
    world.time.set('2026-11-26T05:00:00.000Z');
    await run();
    expect(mail.mails.slice(before).map(({ headers }) => headers['subject'])).toEqual([
      'Hunter: 2 new alerts',
    ]);
  });

  test('that fails is tried again as a whole, under the same id', async () => {
    await ask({ frequency: 'daily_digest' });
    await alert();
    await alert();
    await run();
    hook.answer({ status: 500 });
    world.time.set('2026-11-26T05:00:00.000Z');
    expect(await run()).toMatchObject({ waiting: 2 });
    hook.answer({ status: 200 });
    world.time.set('2026-11-26T05:01:00.000Z');
    expect(await run()).toMatchObject({ sent: 2 });
    expect(new Set(hook.requests.map(({ headers }) => headers['x-hunter-delivery'])).size).toBe(1);
  });

  test('that is given up for messages at once sends what has gathered', async () => {
    await ask({ frequency: 'daily_digest' });
    await alert();
    await run();
    await ask({ frequency: 'immediate' });
    expect(await run()).toMatchObject({ sent: 1 });
    expect(hook.requests[0]!.json).toMatchObject({ alert_type: 'mx_changed' });
  });
});

test('the next try queues itself for its moment', async () => {
  hook.answer({ status: 500 });
  await ask({});
  await alert();
  await run();
  const jobs = await world.database.sql`
    select task_identifier as task, run_at from graphile_worker.jobs where key = 'process-alerts:next'`;
  expect(jobs).toEqual([{ task: 'process-alerts', run_at: new Date(NOW + 60_000) }]);
});

test('nothing of a receiver is logged', () => {
  expect(logged.length).toBeGreaterThan(5);
  expect(logged.join('\n')).not.toMatch(/@|127\.0\.0\.1|firma\.com\.tr\b/);
});
