import { badQueries, noJson, type Refused, type Table } from './cases.ts';

const NO_COMPANY_NEEDED = 'no company has to be known for it';
const likely = (path: string): Refused[] => [
  ...noJson(path, { domain: 'kuzeyhat.com.tr' }),
  { say: 'no domain', path, body: {}, status: 422, code: 'invalid-request' },
  { say: 'a number for a domain', path, body: { domain: 7 }, status: 422, code: 'invalid-request' },
  { say: 'a word for a domain', path, body: { domain: 'kuzey' }, status: 422, code: 'invalid-domain' },
  { say: 'a consumer mail host', path, body: { domain: 'gmail.com' }, status: 422, code: 'invalid-domain' },
  {
    say: 'a NUL in the domain',
    path,
    body: { domain: 'kuzeyhat\0.com.tr' },
    status: 422,
    code: 'invalid-domain',
  },
  {
    say: 'a text of 2,001 characters',
    path,
    body: { domain: 'a'.repeat(2001) },
    status: 422,
    code: 'invalid-request',
  },
];
const config = { path: '/alerts/config', status: 422, code: 'invalid-request' } as const;
const hook = { alert_type: 'mx_changed', notification_method: 'webhook' } as const;
const target = { path: '/alerts/config', status: 422, code: 'target-not-allowed' } as const;
const AN_ID = { status: 422, code: 'invalid-request' } as const;

export const tools = {
  'POST /email/generate': {
    happy: [
      {
        path: '/email/generate',
        body: { domain: 'https://www.Kuzeyhat.com.tr/' },
        status: 200,
        shows: { domain: 'kuzeyhat.com.tr' },
      },
    ],
    wrong: likely('/email/generate'),
    missing: NO_COMPANY_NEEDED,
  },
  'POST /email/generate-and-validate': {
    happy: [
      {
        path: '/email/generate-and-validate',
        body: { domain: 'kuzeyhat.com.tr' },
        status: 200,
        shows: { domain: 'kuzeyhat.com.tr' },
      },
      {
        say: 'of a domain that is not there',
        path: '/email/generate-and-validate',
        body: { domain: 'hic-yok.com.tr' },
        status: 200,
      },
    ],
    wrong: [
      ...likely('/email/generate-and-validate'),
      {
        say: 'a text for "use_smtp"',
        path: '/email/generate-and-validate',
        body: { domain: 'kuzeyhat.com.tr', use_smtp: 'yes' },
        status: 422,
        code: 'invalid-request',
      },
      {
        say: 'by asking mail servers, which nobody allowed',
        path: '/email/generate-and-validate',
        body: { domain: 'kuzeyhat.com.tr', use_smtp: true },
        status: 422,
        code: 'smtp-check-off',
      },
    ],
    missing: NO_COMPANY_NEEDED,
  },

  'GET /dashboard': {
    happy: [{ path: '/dashboard', status: 200, shows: { existing: 1 } }],
    wrong: 'it takes nothing',
    missing: 'without leads every count is 0',
  },
  'GET /dashboard/kpis': {
    happy: [
      { path: '/dashboard/kpis', status: 200 },
      { say: 'of a week', path: '/dashboard/kpis?days=7', status: 200 },
    ],
    wrong: badQueries(
      '/dashboard/kpis',
      'days=0',
      'days=91',
      'days=x',
      'days=1.5',
      'days=7&days=8',
      'days=%00',
    ),
    missing: 'without leads every count is 0',
  },

  'GET /alerts': {
    happy: [
      { path: '/alerts', status: 200 },
      {
        say: 'of one company',
        path: '/alerts?domain=gokpinar.com.tr&alert_type=dmarc_added&status=pending&limit=1',
        status: 200,
        shows: [{ domain: 'gokpinar.com.tr', alert_type: 'dmarc_added' }],
      },
      { say: 'of a company that nobody added', path: '/alerts?domain=hic-yok.com.tr', status: 200 },
    ],
    wrong: [
      ...badQueries(
        '/alerts',
        'alert_type=other',
        'status=done',
        'limit=0',
        'limit=1001',
        'limit=x',
        `domain=${'a'.repeat(301)}`,
      ),
      { say: 'a word for a domain', path: '/alerts?domain=kuzey', status: 422, code: 'invalid-domain' },
      { say: 'a NUL for a domain', path: '/alerts?domain=%00', status: 422, code: 'invalid-domain' },
    ],
    missing: 'a list without entries is an empty list',
  },
  'GET /alerts/config': {
    happy: [
      {
        path: '/alerts/config',
        status: 200,
        shows: [{ alert_type: 'expire_soon' }, { alert_type: 'mx_changed' }],
      },
    ],
    wrong: 'it takes nothing',
    missing: 'who has no settings gets an empty list',
  },
  'POST /alerts/config': {
    happy: [
      {
        path: '/alerts/config',
        body: { ...hook, webhook_url: 'http://127.0.0.1:9/hook' },
        status: 201,
        shows: { ...hook, frequency: 'immediate', enabled: true },
      },
      {
        say: 'by mail, once a day',
        path: '/alerts/config',
        body: {
          alert_type: 'score_changed',
          notification_method: 'email',
          email_address: 'ayse@kuzeyhat.com.tr',
          frequency: 'daily_digest',
          enabled: false,
        },
        status: 201,
        shows: { enabled: false, signing_secret: null },
      },
    ],
    wrong: [
      ...noJson('/alerts/config', { ...hook, webhook_url: 'http://127.0.0.1:9/hook' }),
      { say: 'another type', body: { ...hook, alert_type: 'other' }, ...config },
      { say: 'another way', body: { ...hook, notification_method: 'pigeon' }, ...config },
      {
        say: 'slack',
        body: { ...hook, notification_method: 'slack', webhook_url: 'https://hooks.slack.com/x' },
        ...config,
      },
      {
        say: 'another frequency',
        body: { ...hook, frequency: 'hourly', webhook_url: 'http://127.0.0.1:9/' },
        ...config,
      },
      { say: 'a webhook without its URL', body: hook, ...config },
      {
        say: 'mail without an address',
        body: { alert_type: 'mx_changed', notification_method: 'email' },
        ...config,
      },
      {
        say: 'mail to what is no address',
        body: { alert_type: 'mx_changed', notification_method: 'email', email_address: 'ayse\0@x' },
        ...config,
      },
      { say: 'a webhook at what is no URL', body: { ...hook, webhook_url: 'kuzeyhat' }, ...target },
      { say: 'a webhook inside a network', body: { ...hook, webhook_url: 'https://10.0.0.1/' }, ...target },
    ],
    missing: 'it makes what is not there',
  },
  'DELETE /alerts/config/{id}': {
    happy: [{ path: '/alerts/config/$going', status: 200, shows: { deleted: true } }],
    wrong: [
      { say: 'a word for an id', path: '/alerts/config/first', ...AN_ID },
      { say: 'a negative id', path: '/alerts/config/-1', ...AN_ID },
      { say: 'an id of 16 digits', path: '/alerts/config/1234567890123456', ...AN_ID },
      { say: 'a NUL for an id', path: '/alerts/config/%00', ...AN_ID },
    ],
    missing: [
      {
        say: 'a setting that is not there',
        path: '/alerts/config/999999999999999',
        status: 404,
        code: 'alert-config-not-found',
      },
      {
        say: 'a setting of somebody else',
        path: '/alerts/config/$mine',
        as: 'seller',
        status: 404,
        code: 'alert-config-not-found',
      },
    ],
  },
} satisfies Table;
