import { describe, expect, test } from 'vitest';
import type { MailVerdict } from '#core/assessment.ts';
import { classifyMail } from '#core/classify/mail.ts';
import type { DomainFacts } from '#core/facts.ts';
import { spfStructure } from '#core/records/spf-structure.ts';
import {
  absent,
  bareFacts,
  domainFacts,
  found,
  ip,
  key,
  mx,
  NODATA,
  NXDOMAIN,
  target,
  TIMEOUT,
  txt,
  unanswered,
} from '#test/support/facts.ts';
import { shippedRules } from '#test/support/rules.ts';

const { mail: rules } = shippedRules();
const classify = (facts: DomainFacts): MailVerdict =>
  classifyMail(facts, spfStructure(facts.domain, facts.txt, facts.spfTxt), rules);
/** The verdict on a domain of which nothing shows beside what is given. */
const verdict = (more: Partial<DomainFacts>): MailVerdict => classify(bareFacts(more));

/** "M365 behind proofpoint 0.96", "M365 hybrid 0.7", "Hosting (Natro) 0.9". */
const short = (mail: MailVerdict): string =>
  [
    mail.provider,
    ...(mail.localProvider === null ? [] : [`(${mail.localProvider})`]),
    ...(mail.hybrid ? ['hybrid'] : []),
    ...(mail.gateway === null ? [] : [`behind ${mail.gateway.id}`]),
    ...(mail.mixed.length === 0 ? [] : [`mixed ${mail.mixed.join('+')}`]),
    mail.confidence,
  ].join(' ');

const OUTLOOK_MX = '0 cinarmakina-example.mail.protection.outlook.com';
const GATEWAY_MX = '10 mxa-00000001.gslb.pphosted.com';
const OWN_MX = '10 mail.cinarmakina.example';

const AUTODISCOVER: Partial<DomainFacts> = { autodiscover: target('autodiscover.outlook.com') };
const AUTODISCOVER_SRV: Partial<DomainFacts> = { autodiscoverSrv: target('autodiscover.outlook.com') };
const DKIM: Partial<DomainFacts> = {
  dkim: {
    base: NODATA,
    selectors: [key('selector1', 'selector1-cinarmakina-example._domainkey.cinar.onmicrosoft.com')],
  },
};
const DKIM_NEW: Partial<DomainFacts> = {
  dkim: {
    base: NODATA,
    selectors: [key('selector1', 'selector1-cinarmakina-example._domainkey.cinar.a-v1.dkim.mail.microsoft')],
  },
};
const SPF: Partial<DomainFacts> = { txt: txt('v=spf1 include:spf.protection.outlook.com -all') };
const SPF_NESTED: Partial<DomainFacts> = {
  txt: txt('v=spf1 include:_spf.cinarmakina.example -all'),
  spfTxt: { '_spf.cinarmakina.example': txt('v=spf1 include:spf.protection.outlook.com -all') },
};
const SPF_FLATTENED: Partial<DomainFacts> = {
  txt: txt('v=spf1 ip4:40.92.0.0/15 ip4:40.107.0.0/16 ip4:104.47.0.0/17 -all'),
};
const VERIFICATION: Partial<DomainFacts> = { txt: txt('MS=ms12345678') };
const TENANT: Partial<DomainFacts> = {
  tenant: found({ tenantId: 'a1', region: 'EU', realm: 'Managed', brand: null }),
};

describe('without mail', () => {
  test.each<[string, Partial<DomainFacts>, string]>([
    ['a null MX', { mx: mx('0 .') }, '0 .'],
    ['no MX', { mx: NODATA }, 'NODATA'],
    ['no such domain', { mx: NXDOMAIN }, 'NXDOMAIN'],
    ['an empty answer', { mx: found([]) }, 'NODATA'],
  ])('%s is certain, and no provider', (_, facts, value) => {
    expect(verdict(facts)).toEqual({
      provider: 'Unknown',
      providerName: 'Unknown',
      kind: 'none',
      gateway: null,
      hybrid: false,
      mixed: [],
      confidence: 1,
      mxRoot: null,
      localProvider: null,
      because: [{ record: 'MX', value, shows: 'no mail' }],
    });
  });
  test.each(['TIMEOUT', 'SERVFAIL', 'REFUSED', 'NETWORK', 'CANCELLED', 'OFFLINE', 'UNSUPPORTED'] as const)(
    'an MX that ended in %s says nothing: confidence 0, no evidence, whatever else shows',
    (why) => {
      expect(classify(domainFacts(undefined, { mx: unanswered(why) }))).toMatchObject({
        provider: 'Unknown',
        confidence: 0,
        gateway: null,
        hybrid: false,
        because: [],
      });
    },
  );
});

describe('the MX names the mailboxes', () => {
  test.each([
    ['0 cinarmakina-example.mail.protection.outlook.com', 'M365 0.98'],
    ['0 cinarmakina-example.b-v1.mx.microsoft', 'M365 0.98'],
    ['1 smtp.google.com', 'Google 0.98'],
    ['10 mx.yandex.net', 'Yandex 0.98'],
    ['10 mx.zoho.eu', 'Zoho 0.98'],
    ['10 mail.protonmail.ch', 'Proton 0.98'],
    ['10 in1-smtp.messagingengine.com', 'Fastmail 0.98'],
    ['10 mx01.mail.icloud.com', 'ICloud 0.98'],
    ['10 inbound-smtp.eu-west-1.amazonaws.com', 'Amazon 0.98'],
    ['10 mx.sendgrid.net', 'SendGrid 0.98'],
    ['10 mxa.mailgun.org', 'Mailgun 0.98'],
  ])('%s: %s', (record, expected) => {
    expect(short(verdict({ mx: mx(record) }))).toBe(expected);
  });
  test('signs that agree are evidence too, signs of others are not', () => {
    const { because } = verdict({
      mx: mx('1 smtp.google.com'),
      txt: txt('v=spf1 include:_spf.google.com ~all', 'MS=ms12345678'),
    });
    expect(because).toEqual([
      { record: 'MX', value: '1 smtp.google.com', shows: 'Google Workspace' },
      { record: 'SPF', value: '_spf.google.com', shows: 'Google Workspace' },
    ]);
  });
  test('Google with Microsoft services around it stays Google: no hybrid, for the MX is neither own nor hosted', () => {
    expect(short(verdict({ mx: mx('1 smtp.google.com'), ...AUTODISCOVER, ...DKIM, ...TENANT }))).toBe(
      'Google 0.98',
    );
  });
  test('an alias is read by its target, a little less surely, and both names are shown', () => {
    const aliased = verdict({
      mx: mx(OWN_MX),
      mxHosts: {
        'mail.cinarmakina.example': { cname: target('cinarmakina-example.mail.protection.outlook.com') },
      },
    });
    expect(short(aliased)).toBe('M365 0.95');
    expect(aliased.because[0]).toEqual({
      record: 'MX CNAME',
      value: 'mail.cinarmakina.example -> cinarmakina-example.mail.protection.outlook.com',
      shows: 'Microsoft 365',
    });
    expect(aliased.mxRoot).toBe('cinarmakina.example');
  });
  test.each([
    [['10 alt1.aspmx.l.google.com', '1 aspmx.l.google.com'], 'google.com'],
    [['0 cinarmakina-example.mail.protection.outlook.com'], 'outlook.com'],
    [['10 mail.superonline.com.tr'], 'superonline.com.tr'],
  ])('the MX root of %j is %s', (records, expected) => {
    expect(verdict({ mx: mx(...records) }).mxRoot).toBe(expected);
  });
});

describe('W8: several MX hosts all count', () => {
  test('of one provider are one provider', () => {
    const several = verdict({
      mx: mx('1 aspmx.l.google.com', '5 alt1.aspmx.l.google.com', '10 smtp.google.com'),
    });
    expect(short(several)).toBe('Google 0.98');
    expect(several.because).toHaveLength(1);
  });
  test.each<[string, string[], string]>([
    [
      'the preferred one decides',
      ['1 aspmx.l.google.com', '10 mx.yandex.net'],
      'Google mixed Google+Yandex 0.7',
    ],
    [
      'in the other order the other',
      ['1 mx.yandex.net', '10 aspmx.l.google.com'],
      'Yandex mixed Yandex+Google 0.7',
    ],
    [
      'Microsoft 365 decides wherever it stands: mail that reaches it makes its owner a customer there',
      ['1 aspmx.l.google.com', '90 cinarmakina-example.mail.protection.outlook.com'],
      'M365 mixed M365+Google 0.7',
    ],
    [
      'Microsoft 365 beside an own machine',
      [OUTLOOK_MX, '20 mail.cinarmakina.example'],
      'M365 mixed M365+Local 0.98',
    ],
    ['Microsoft 365 beside a hoster', [OUTLOOK_MX, '20 mail.natrohost.com'], 'M365 mixed M365+Hosting 0.98'],
    [
      'an own machine before Microsoft 365',
      ['1 mail.cinarmakina.example', '20 cinarmakina-example.mail.protection.outlook.com'],
      'M365 mixed M365+Local 0.7',
    ],
    [
      'a mailbox cloud last of three',
      ['1 a.baska.example', '2 mail.natrohost.com', '3 mx.zoho.eu'],
      'Zoho mixed Zoho+Local+Hosting 0.7',
    ],
  ])('of several providers: %s', (_, records, expected) => {
    expect(short(verdict({ mx: mx(...records) }))).toBe(expected);
  });
  test('every provider of a mixture is in the evidence, the machines too', () => {
    expect(
      verdict({ mx: mx(OUTLOOK_MX, '20 mail.natrohost.com', '30 mail.cinarmakina.example') }).because,
    ).toEqual([
      { record: 'MX', value: OUTLOOK_MX, shows: 'Microsoft 365' },
      { record: 'MX', value: '20 mail.natrohost.com', shows: 'Natro' },
      { record: 'MX', value: '30 mail.cinarmakina.example', shows: 'own server' },
    ]);
  });
  test('a gateway beside the mailboxes is a gateway, no mixture', () => {
    expect(short(verdict({ mx: mx(GATEWAY_MX, '20 cinarmakina-example.mail.protection.outlook.com') }))).toBe(
      'M365 behind proofpoint 0.98',
    );
  });
  test('a null MX beside a real one is left out', () => {
    expect(short(verdict({ mx: mx('0 .', '10 mx.yandex.net') }))).toBe('Yandex 0.98');
  });
});

describe('W8: a security gateway in front hides no mailboxes that other records show', () => {
  const behind = (...signs: Partial<DomainFacts>[]): string =>
    short(verdict({ mx: mx(GATEWAY_MX), ...Object.assign({}, ...signs) }));

  // The shares are measured: rules/classification.json says where.
  test.each<[string, Partial<DomainFacts>, string]>([
    ['autodiscover', AUTODISCOVER, 'M365 behind proofpoint 0.96'],
    ['an autodiscover SRV', AUTODISCOVER_SRV, 'M365 behind proofpoint 0.96'],
    ['a DKIM CNAME', DKIM, 'M365 behind proofpoint 0.98'],
    ['a DKIM CNAME of the new form', DKIM_NEW, 'M365 behind proofpoint 0.98'],
    ['an SPF include', SPF, 'M365 behind proofpoint 0.92'],
    ['an SPF include of another record', SPF_NESTED, 'M365 behind proofpoint 0.89'],
    ['a flattened SPF record', SPF_FLATTENED, 'M365 behind proofpoint 0.92'],
    ['a verification', VERIFICATION, 'M365 behind proofpoint 0.96'],
    ['a tenant', TENANT, 'M365 behind proofpoint 0.73'],
    [
      'an SPF include of Google',
      { txt: txt('v=spf1 include:_spf.google.com ~all') },
      'Google behind proofpoint 0.92',
    ],
    [
      'an SPF redirect to Yandex',
      { txt: txt('v=spf1 redirect=_spf.yandex.net') },
      'Yandex behind proofpoint 0.92',
    ],
  ])('%s shows whose mailboxes are behind it', (_, facts, expected) => {
    expect(behind(facts)).toBe(expected);
  });
  test.each<[string, Partial<DomainFacts>[], string]>([
    ['two signs that agree weigh more than either', [SPF, TENANT], 'M365 behind proofpoint 0.96'],
    ['they never weigh less than the stronger one', [DKIM, SPF], 'M365 behind proofpoint 0.98'],
    [
      'of two providers the one with more signs is taken',
      [AUTODISCOVER, { txt: txt('v=spf1 include:_spf.google.com ~all', 'MS=ms12345678') }],
      'M365 behind proofpoint 0.96',
    ],
    [
      'with one sign each, the surer sign',
      [TENANT, { txt: txt('v=spf1 include:_spf.google.com ~all') }],
      'Google behind proofpoint 0.92',
    ],
  ])('%s', (_, signs, expected) => {
    expect(behind(...signs)).toBe(expected);
  });
  test('behind it Microsoft 365 is no hybrid', () => {
    expect(verdict({ mx: mx(GATEWAY_MX), ...DKIM }).hybrid).toBe(false);
  });
  test('the evidence names the gateway and what is behind it', () => {
    expect(verdict({ mx: mx(GATEWAY_MX), ...AUTODISCOVER }).because).toEqual([
      { record: 'MX', value: GATEWAY_MX, shows: 'Proofpoint' },
      { record: 'CNAME autodiscover', value: 'autodiscover.outlook.com', shows: 'Microsoft 365' },
    ]);
  });
  test('with nothing behind it the mailboxes are unknown, and the gateway is not', () => {
    expect(verdict({ mx: mx(GATEWAY_MX) })).toMatchObject({
      provider: 'Unknown',
      kind: 'none',
      gateway: { id: 'proofpoint', name: 'Proofpoint' },
      confidence: 0.27,
    });
  });
  test('with nothing but a search console behind it the mailboxes are unknown', () => {
    expect(behind({ txt: txt('google-site-verification=x') })).toBe('Unknown behind proofpoint 0.27');
  });
  test.each<[string, Partial<DomainFacts>]>([
    ['by CNAME', { autodiscover: target('posta.cinarmakina.example') }],
    ['by SRV', { autodiscoverSrv: target('posta.cinarmakina.example') }],
  ])('an autodiscover of the domain itself (%s) shows an own server behind it', (_, facts) => {
    expect(behind(facts)).toBe('Local behind proofpoint 0.5');
  });
  test('an autodiscover at somebody else’s shows nothing', () => {
    expect(behind({ autodiscover: target('posta.bilisimci.example') })).toBe(
      'Unknown behind proofpoint 0.27',
    );
  });
  test('a hoster among the MX hosts is behind it', () => {
    expect(short(verdict({ mx: mx(GATEWAY_MX, '20 mail.natrohost.com') }))).toBe(
      'Hosting (Natro) behind proofpoint 0.9',
    );
  });
  test('an own machine among the MX hosts is behind it', () => {
    const beside = verdict({ mx: mx(GATEWAY_MX, '20 mail.cinarmakina.example') });
    expect(short(beside)).toBe('Local behind proofpoint 0.5');
    expect(beside.because.at(-1)).toEqual({
      record: 'MX',
      value: '20 mail.cinarmakina.example',
      shows: 'own server',
    });
  });
  test('a gateway behind an alias is a gateway', () => {
    expect(
      short(
        verdict({
          mx: mx(OWN_MX),
          mxHosts: { 'mail.cinarmakina.example': { cname: target('mx1.hc0000-00.eu.iphmx.com') } },
          ...AUTODISCOVER,
        }),
      ),
    ).toBe('M365 behind cisco 0.96');
  });
});

describe('an own or hosted MX', () => {
  test.each<[string, Partial<DomainFacts>, string]>([
    ['the domain’s own machine', { mx: mx(OWN_MX) }, 'Local 0.8'],
    ['a machine of a name no rule knows', { mx: mx('10 mail.bilisimci.example') }, 'Local 0.6'],
    ['a hoster by name', { mx: mx('10 mail.natrohost.com') }, 'Hosting (Natro) 0.9'],
    ['an access provider by name', { mx: mx('10 mail.superonline.net') }, 'Local (Turkcell Superonline) 0.9'],
    ['a university by name', { mx: mx('10 mx.metu.edu.tr') }, 'Local (ODTÜ) 0.9'],
    [
      'an alias of a hoster',
      { mx: mx(OWN_MX), mxHosts: { 'mail.cinarmakina.example': { cname: target('srvm01.trwww.com') } } },
      'Hosting (Turhost) 0.9',
    ],
    [
      'own first, a hoster as backup: the mail is on the own machine',
      { mx: mx(OWN_MX, '20 mail.natrohost.com') },
      'Local 0.8',
    ],
  ])('%s', (_, facts, expected) => {
    expect(short(verdict(facts))).toBe(expected);
  });
  test('the network of its address names the hoster of an own machine', () => {
    const named = verdict({ mx: mx(OWN_MX), ip: [ip('192.0.2.7', { asn: 34619 })] });
    expect(short(named)).toBe('Local (Natro) 0.8');
    expect(named.because).toEqual([
      { record: 'MX', value: OWN_MX, shows: 'own server' },
      { record: 'ASN', value: '192.0.2.7 AS34619', shows: 'Natro' },
    ]);
  });
  test.each([
    ['an address of the web site', ip('192.0.2.7', { asn: 34619, of: 'apex' })],
    ['a network no rule knows', ip('192.0.2.7', { asn: 64500 })],
    ['an address of which no network is known', ip('192.0.2.7')],
  ])('%s names no hoster', (_, address) => {
    expect(short(verdict({ mx: mx(OWN_MX), ip: [address] }))).toBe('Local 0.8');
  });
});

describe('hybrid: an own or hosted MX while strong signs of Microsoft 365 show', () => {
  test.each<[string, Partial<DomainFacts>, string]>([
    ['autodiscover at Microsoft', AUTODISCOVER, 'M365 hybrid 0.7'],
    ['an autodiscover SRV at Microsoft', AUTODISCOVER_SRV, 'M365 hybrid 0.7'],
    ['a DKIM CNAME', DKIM, 'M365 hybrid 0.7'],
    ['a DKIM CNAME of the new form', DKIM_NEW, 'M365 hybrid 0.7'],
    ['a strong sign and a weak one', { ...AUTODISCOVER, ...SPF }, 'M365 hybrid 0.85'],
    ['two strong ones', { ...AUTODISCOVER, ...DKIM }, 'M365 hybrid 0.85'],
  ])('%s', (_, facts, expected) => {
    expect(short(verdict({ mx: mx(OWN_MX), ...facts }))).toBe(expected);
  });
  // With an own MX these say "licences", not "mailboxes": reference/dns.md section 2.
  test.each<[string, Partial<DomainFacts>]>([
    ['a verification alone', VERIFICATION],
    ['an SPF include alone', SPF],
    ['a nested SPF include alone', SPF_NESTED],
    ['a flattened SPF record alone', SPF_FLATTENED],
    ['a tenant alone', TENANT],
    [
      'all of the weak ones together',
      { ...TENANT, txt: txt('v=spf1 include:spf.protection.outlook.com -all', 'MS=ms12345678') },
    ],
  ])('%s does not make an own MX hybrid', (_, facts) => {
    expect(short(verdict({ mx: mx(OWN_MX), ...facts }))).toBe('Local 0.8');
  });
  test('a hosted MX keeps the name of its hoster', () => {
    const hosted = verdict({ mx: mx('10 mail.natrohost.com'), ...AUTODISCOVER, ...SPF });
    expect(short(hosted)).toBe('M365 (Natro) hybrid 0.85');
    expect(hosted.because.at(-1)).toEqual({ record: 'MX', value: '10 mail.natrohost.com', shows: 'Natro' });
  });
  test('strong signs of another cloud make no hybrid', () => {
    expect(short(verdict({ mx: mx(OWN_MX), txt: txt('v=spf1 include:_spf.google.com ~all') }))).toBe(
      'Local 0.8',
    );
  });
});

describe('evidence that was not answered never makes the verdict surer', () => {
  const asked: [string, Partial<DomainFacts>][] = [
    ['autodiscover', { autodiscover: TIMEOUT }],
    ['the autodiscover SRV', { autodiscoverSrv: TIMEOUT }],
    [
      'a DKIM CNAME',
      { dkim: { base: NODATA, selectors: [{ selector: 'selector1', txt: TIMEOUT, cname: TIMEOUT }] } },
    ],
    ['the CNAME of the MX', { mxHosts: { 'mail.cinarmakina.example': { cname: TIMEOUT } } }],
  ];
  test.each(asked)('%s: an own machine is then no surer than a hybrid with one sign', (_, facts) => {
    expect(short(verdict({ mx: mx(OWN_MX), ...facts }))).toBe('Local 0.7');
  });
  test.each(asked.slice(0, 3))('%s: nor is a hosted one', (_, facts) => {
    expect(short(verdict({ mx: mx('10 mail.natrohost.com'), ...facts }))).toBe('Hosting (Natro) 0.7');
  });
  test('behind a gateway any sign may be the one that is missing', () => {
    expect(short(verdict({ mx: mx(GATEWAY_MX, '20 mail.natrohost.com'), txt: TIMEOUT }))).toBe(
      'Hosting (Natro) behind proofpoint 0.7',
    );
  });
  test('an answer of no changes nothing', () => {
    expect(
      short(
        verdict({
          mx: mx(OWN_MX),
          autodiscover: absent('NODATA'),
          mxHosts: { 'mail.cinarmakina.example': { cname: NODATA } },
        }),
      ),
    ).toBe('Local 0.8');
  });
});

test('what was never asked is no sign and no silence', () => {
  const { autodiscover: _a, autodiscoverSrv: _b, ...facts } = bareFacts();
  expect(short(classify(facts))).toBe('Local 0.8');
});

describe('a domain that Entra does not know', () => {
  const gateway = { mx: mx(GATEWAY_MX), ...AUTODISCOVER, ...DKIM };
  test('has no mailboxes in Microsoft 365, whatever its records still say', () => {
    expect(short(verdict(gateway))).toContain('M365');
    expect(short(verdict({ ...gateway, tenant: absent('NOT-FOUND') }))).toContain('Unknown');
  });
  test('keeps them when its MX is Microsoft 365 itself', () => {
    expect(short(verdict({ mx: mx(OUTLOOK_MX), tenant: absent('NOT-FOUND') }))).toContain('M365');
  });
});

describe('a gateway in the MX', () => {
  test.each([
    [
      'before the mailboxes is in front',
      ['10 mxa-00000001.gslb.pphosted.com', OUTLOOK_MX.replace(/^0/, '20')],
      'M365 behind proofpoint 0.98',
    ],
    [
      'beside them is in front',
      ['20 mxa-00000001.gslb.pphosted.com', OUTLOOK_MX.replace(/^0/, '20')],
      'M365 behind proofpoint 0.98',
    ],
    ['that only stands by is not', [OUTLOOK_MX, '20 mxa-00000001.gslb.pphosted.com'], 'M365 0.98'],
  ])('%s', (_, records, expected) => {
    expect(short(verdict({ mx: mx(...records) }))).toBe(expected);
  });
});
