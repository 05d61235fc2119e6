import { expect, test } from 'vitest';
import { messageOf, type AlertMessage } from '#service/alerts/message.ts';
import { mailOf } from '#service/alerts/mail.ts';
import { retryAfter } from '#service/alerts/post.ts';
import { teamsMessage } from '#service/alerts/teams.ts';
import { signature, webhookBody } from '#service/alerts/webhook.ts';
import { allShippedRules } from '#test/support/rules.ts';

const { messages } = allShippedRules();
const alert = {
  id: 412,
  domain: 'firma.com.tr',
  type: 'mx_changed' as const,
  text: 'MX: eski → yeni',
  createdAt: new Date('2026-11-25T10:00:00.000Z'),
  oldValue: 'mail.firma.com.tr',
  newValue: null,
};
const message: AlertMessage = { id: '412-7', digest: false, alerts: [alert], settings: [7] };
const digest = (n: number, text = alert.text): AlertMessage => ({
  id: 'digest-7-1-9',
  digest: true,
  alerts: Array.from({ length: n }, (_, at) => ({ ...alert, id: at + 1, text })),
  settings: [7, 9],
});

test('a webhook gets the fields of the earlier system, and the values before and after', () => {
  expect(JSON.parse(webhookBody(message, false))).toEqual({
    alert_id: 412,
    domain: 'firma.com.tr',
    alert_type: 'mx_changed',
    message: 'MX: eski → yeni',
    created_at: '2026-11-25T10:00:00.000Z',
    old_value: 'mail.firma.com.tr',
    new_value: null,
  });
  expect(JSON.parse(webhookBody(digest(2), false))).toMatchObject({
    digest: true,
    count: 2,
    alerts: [{ alert_id: 1 }, { alert_id: 2 }],
  });
  expect(JSON.parse(webhookBody(message, true))).toMatchObject({ demo: true });
});

test('the signature is the HMAC-SHA256 of timestamp, point and body', () => {
  // echo -n '1795600800.{"a":1}' | openssl dgst -sha256 -hmac key
  expect(signature('key', '1795600800', '{"a":1}')).toBe(
    'sha256=ccfb3c29dd40845961e235ebd43b21cf12f70db851d6e9efa5878d91116b1c0a',
  );
});

test('a delivery is named by alert and setting, a digest by its settings and alerts', () => {
  const delivery = {
    alertId: 5,
    configId: 7,
    attempts: 1,
    owner: 'o',
    method: 'email' as const,
    webhookUrl: null,
    emailAddress: 'a@firma.com.tr',
    signingSecret: null,
    domain: 'firma.com.tr',
    type: 'mx_changed' as const,
    tr: 'tr',
    en: 'en',
    createdAt: alert.createdAt,
    oldValue: null,
    newValue: null,
  };
  expect(messageOf([delivery], false, 'en')).toMatchObject({ id: '5-7', alerts: [{ id: 5, text: 'en' }] });
  expect(messageOf([delivery, { ...delivery, alertId: 9, configId: 3 }], true, 'tr')).toMatchObject({
    id: 'digest-3.7-5-9',
    settings: [3, 7],
    alerts: [{ text: 'tr' }, { id: 9 }],
  });
});

test.each([
  ['120', 120_000],
  [' 0 ', 0],
  ['Wed, 25 Nov 2026 10:02:00 GMT', 120_000],
  ['Wed, 25 Nov 2026 09:00:00 GMT', 0],
  ['999999999', 21_600_000],
  ['soon', null],
  ['-5', null],
  ['1.5', null],
  ['', null],
  [undefined, null],
])('Retry-After %j is a wait of %j ms', (text, ms) => {
  expect(retryAfter(text, Date.parse('2026-11-25T10:00:00Z'))).toBe(ms);
});

test('Teams gets an Adaptive Card among the attachments of a message', () => {
  const sent = JSON.parse(teamsMessage(message, messages.en, false));
  expect(sent).toMatchObject({
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        content: { type: 'AdaptiveCard', version: '1.4' },
      },
    ],
  });
  const texts = sent.attachments[0].content.body.map(
    (block: { inlines: { text: string }[] }) => block.inlines[0]?.text,
  );
  expect(texts).toEqual(['firma.com.tr: MX changed', 'MX: eski → yeni', 'Seen: 2026-11-25 10:00 UTC']);
});

test('a record is no Markdown in Teams: every text is a run', () => {
  const hostile: AlertMessage = {
    ...message,
    alerts: [{ ...alert, text: '[click](https://evil.test) **x**' }],
  };
  const { body } = JSON.parse(teamsMessage(hostile, messages.en, false)).attachments[0].content;
  expect(body.map(({ type }: { type: string }) => type)).toEqual([
    'RichTextBlock',
    'RichTextBlock',
    'RichTextBlock',
  ]);
  expect(body[1].inlines).toEqual([{ type: 'TextRun', text: '[click](https://evil.test) **x**' }]);
});

test('a large digest is cut to what Teams takes, and says how many are left out', () => {
  const text = teamsMessage(digest(900, 'ş'.repeat(2000)), messages.tr, false);
  expect(Buffer.byteLength(text)).toBeLessThan(28_000);
  const { body } = JSON.parse(text).attachments[0].content;
  expect(body[0].inlines[0].text).toBe('Hunter: 900 yeni uyarı');
  expect(body.at(-1).inlines[0].text).toMatch(/^ve 8\d\d uyarı daha/);
});

const say = { messages: messages.en, language: 'en' as const, demo: false };

test('a mail tells of the change as text and as HTML, in the language of the installation', () => {
  const mail = mailOf(message, say);
  expect(mail.subject).toBe('Hunter: firma.com.tr, MX changed');
  expect(mail.text).toBe(
    'firma.com.tr: MX changed\nMX: eski → yeni\nSeen: 2026-11-25 10:00 UTC\n\nYou get this because of an alert setting in Hunter (number 7).\n',
  );
  expect(mail.html).toContain('<strong>firma.com.tr: MX changed</strong><br>MX: eski → yeni');
  expect(mailOf(message, { ...say, messages: messages.tr, language: 'tr' }).subject).toBe(
    'Hunter: firma.com.tr, MX değişti',
  );
});

test('nothing of a record is markup or a second header', () => {
  const hostile: AlertMessage = {
    ...message,
    alerts: [{ ...alert, domain: 'a.com\r\nBcc: x@evil.test', text: '<img src=x onerror="alert(1)">&' }],
  };
  const mail = mailOf(hostile, say);
  expect(mail.subject).toBe('Hunter: a.com Bcc: x@evil.test, MX changed');
  expect(mail.html).not.toContain('<img');
  expect(mail.html).toContain('&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&amp;');
});

test('a digest by mail names all settings behind it and cuts a long list', () => {
  const mail = mailOf(digest(250), say);
  expect(mail.subject).toBe('Hunter: 250 new alerts');
  expect(mail.text).toContain('and 50 more');
  expect(mail.text).toContain('(number 7, 9)');
  expect(mailOf(message, { ...say, demo: true }).text).toContain('Demo data');
});
