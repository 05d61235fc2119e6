import { describe, expect, test } from 'vitest';
import { mailboxSigns } from '#core/classify/signs.ts';
import type { DomainFacts } from '#core/facts.ts';
import { spfStructure } from '#core/records/spf-structure.ts';
import {
  absent,
  bareFacts,
  found,
  key,
  NODATA,
  NXDOMAIN,
  OUTLOOK_SPF,
  target,
  TIMEOUT,
  txt,
} from '#test/support/facts.ts';
import { shippedRules } from '#test/support/rules.ts';

const { mail: rules } = shippedRules();

/** Each sign as "provider sign: record value". */
function signs(more: Partial<DomainFacts>): string[] {
  const facts = bareFacts(more);
  const spf = spfStructure(facts.domain, facts.txt, facts.spfTxt);
  return mailboxSigns(facts, spf, rules).map(
    ({ provider, sign, evidence }) => `${provider.id} ${sign}: ${evidence.record} ${evidence.value}`,
  );
}
const selector = (name: string, cname: string): Partial<DomainFacts> => ({
  dkim: { base: NODATA, selectors: [key(name, cname)] },
});

describe('each record beside the MX is a sign of its own', () => {
  test.each<[string, Partial<DomainFacts>, string]>([
    [
      'an autodiscover CNAME',
      { autodiscover: target('autodiscover.outlook.com') },
      'M365 autodiscover: CNAME autodiscover autodiscover.outlook.com',
    ],
    [
      'an autodiscover SRV',
      { autodiscoverSrv: target('autodiscover-s.outlook.com') },
      'M365 autodiscover: SRV _autodiscover._tcp autodiscover-s.outlook.com',
    ],
    [
      'a DKIM CNAME to onmicrosoft.com',
      selector('selector1', 'selector1-cinarmakina-example._domainkey.cinar.onmicrosoft.com'),
      'M365 dkim-cname: CNAME selector1._domainkey selector1-cinarmakina-example._domainkey.cinar.onmicrosoft.com',
    ],
    [
      'a DKIM CNAME of the new form',
      selector('selector2', 'selector2-cinarmakina-example._domainkey.cinar.a-v1.dkim.mail.microsoft'),
      'M365 dkim-cname: CNAME selector2._domainkey selector2-cinarmakina-example._domainkey.cinar.a-v1.dkim.mail.microsoft',
    ],
    [
      'an SPF include',
      { txt: txt('v=spf1 include:spf.protection.outlook.com -all') },
      'M365 spf: SPF spf.protection.outlook.com',
    ],
    ['an SPF redirect', { txt: txt('v=spf1 redirect=_spf.yandex.net') }, 'Yandex spf: SPF _spf.yandex.net'],
    [
      'an SPF include in capitals',
      { txt: txt('V=SPF1 INCLUDE:_SPF.GOOGLE.COM ~ALL') },
      'Google spf: SPF _spf.google.com',
    ],
    [
      'a nested SPF include',
      {
        txt: txt('v=spf1 include:_spf.cinarmakina.example -all'),
        spfTxt: { '_spf.cinarmakina.example': txt('v=spf1 include:_spf.google.com -all') },
      },
      'Google spf-nested: SPF, nested _spf.google.com',
    ],
    ['a verification text', { txt: txt('MS=ms12345678') }, 'M365 verification: TXT MS=ms12345678'],
    [
      'a tenant',
      { tenant: found({ tenantId: 'a1', region: 'EU', realm: 'Managed', brand: null }) },
      'M365 tenant: Entra Managed a1',
    ],
    [
      'a tenant of which only the realm is known',
      { tenant: found({ tenantId: null, region: null, realm: 'Federated', brand: null }) },
      'M365 tenant: Entra Federated',
    ],
  ])('%s', (_, facts, expected) => {
    expect(signs(facts)).toEqual([expected]);
  });
});

describe('what is no sign', () => {
  test.each<[string, Partial<DomainFacts>]>([
    ['nothing at all', {}],
    [
      'google-site-verification: search console and ads ask for it too',
      { txt: txt('google-site-verification=x') },
    ],
    ['an autodiscover of its own', { autodiscover: target('mail.cinarmakina.example') }],
    ['an impostor of outlook.com', { autodiscover: target('autodiscover.outlook.com.cinarmakina.example') }],
    ['a label that ends like outlook.com', { autodiscover: target('autodiscover.notoutlook.com') }],
    [
      'a DKIM CNAME whose final dot was forgotten',
      selector('selector1', 'selector1-x._domainkey.cinar.onmicrosoft.com.cinarmakina.example'),
    ],
    ['a sending service in SPF', { txt: txt('v=spf1 include:sendgrid.net include:mailgun.org ~all') }],
    ['an include inside a text that is no SPF', { txt: txt('note: include:spf.protection.outlook.com') }],
    ['MS= in the middle of a text', { txt: txt('old MS=ms12345678') }],
    ['a tenant that is not there', { tenant: absent('NOT-FOUND') }],
  ])('%s', (_, facts) => {
    expect(signs(facts)).toEqual([]);
  });
  test('records that were not answered', () => {
    expect(
      signs({
        txt: TIMEOUT,
        autodiscover: TIMEOUT,
        autodiscoverSrv: TIMEOUT,
        tenant: TIMEOUT,
        dkim: { base: TIMEOUT, selectors: [{ selector: 'selector1', txt: TIMEOUT, cname: TIMEOUT }] },
      }),
    ).toEqual([]);
  });
});

describe('signs of one kind do not confirm each other', () => {
  test('two selectors are one sign', () => {
    expect(
      signs({
        dkim: {
          base: NODATA,
          selectors: [
            key('selector1', 'selector1-x._domainkey.cinar.onmicrosoft.com'),
            key('selector2', 'selector2-x._domainkey.cinar.onmicrosoft.com'),
          ],
        },
      }),
    ).toHaveLength(1);
  });
  test('a CNAME and an SRV of autodiscover are one sign', () => {
    expect(
      signs({
        autodiscover: target('autodiscover.outlook.com'),
        autodiscoverSrv: target('autodiscover.outlook.com'),
      }),
    ).toHaveLength(1);
  });
  test('an include seen directly and nested is one sign, the direct one', () => {
    expect(
      signs({
        txt: txt('v=spf1 include:_spf.cinarmakina.example include:spf.protection.outlook.com -all'),
        spfTxt: { '_spf.cinarmakina.example': txt('v=spf1 include:spf.protection.outlook.com -all') },
      }),
    ).toEqual(['M365 spf: SPF spf.protection.outlook.com']);
  });
  test('different kinds, and different providers, are signs apart', () => {
    expect(
      signs({
        txt: txt('v=spf1 include:_spf.google.com include:spf.protection.outlook.com -all', 'MS=ms12345678'),
        autodiscover: target('autodiscover.outlook.com'),
      }).map((sign) => sign.split(':', 1)[0]),
    ).toEqual(['M365 autodiscover', 'Google spf', 'M365 spf', 'M365 verification']);
  });
});

describe('a flattened SPF record', () => {
  test('shows the provider by two of its networks', () => {
    expect(signs({ txt: txt('v=spf1 ip4:192.0.2.1 ip4:40.92.0.0/15 ip4:40.107.0.0/16 -all') })).toEqual([
      'M365 spf: SPF cinarmakina.example ip4:40.92.0.0/15 ip4:40.107.0.0/16',
    ]);
  });
  test('shows it by the networks of a service that flattened it, as a nested sign', () => {
    expect(
      signs({
        txt: txt('v=spf1 include:_s1.duzlestir.example -all'),
        spfTxt: { '_s1.duzlestir.example': txt('v=spf1 ip4:40.92.0.0/15 ip6:2a01:111:f400::/48 -all') },
      }),
    ).toEqual(['M365 spf-nested: SPF, nested _s1.duzlestir.example ip4:40.92.0.0/15 ip6:2a01:111:f400::/48']);
  });
  test.each([
    ['one network may be chance', 'v=spf1 ip4:40.92.0.0/15 -all'],
    ['another width is another network', 'v=spf1 ip4:40.92.0.0/16 ip4:40.107.0.0/17 -all'],
    [
      'networks that are not allowed to send are not its networks',
      'v=spf1 -ip4:40.92.0.0/15 -ip4:40.107.0.0/16 ~all',
    ],
  ])('%s', (_, record) => {
    expect(signs({ txt: txt(record) })).toEqual([]);
  });
  test('the provider’s own record is counted by its name, once', () => {
    expect(
      signs({
        txt: txt('v=spf1 include:spf.protection.outlook.com -all'),
        spfTxt: { 'spf.protection.outlook.com': txt(OUTLOOK_SPF) },
      }),
    ).toEqual(['M365 spf: SPF spf.protection.outlook.com']);
  });
});

test('an include that was not answered is a sign all the same: its name is what shows', () => {
  expect(
    signs({
      txt: txt('v=spf1 include:spf.protection.outlook.com -all'),
      spfTxt: { 'spf.protection.outlook.com': TIMEOUT },
    }),
  ).toEqual(['M365 spf: SPF spf.protection.outlook.com']);
});

test('an include that leads nowhere is a sign all the same', () => {
  expect(
    signs({
      txt: txt('v=spf1 include:spf.protection.outlook.com -all'),
      spfTxt: { 'spf.protection.outlook.com': NXDOMAIN },
    }),
  ).toEqual(['M365 spf: SPF spf.protection.outlook.com']);
});

test('an include behind "all" is never evaluated (RFC 7208 section 5.1), and shows who was meant to send', () => {
  expect(signs({ txt: txt('v=spf1 -all include:_spf.google.com') })).toEqual([
    'Google spf: SPF _spf.google.com',
  ]);
});
