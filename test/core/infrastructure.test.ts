import { describe, expect, test } from 'vitest';
import { infrastructureSummary, networkOf } from '#core/infrastructure.ts';
import type { IpInfo } from '#core/facts.ts';
import { domainFacts, ip, notAsked } from '#test/support/facts.ts';

const withAddresses = (...addresses: IpInfo[]) => domainFacts(undefined, { ip: addresses });

describe('the infrastructure in one line', () => {
  test.each<[string, Partial<IpInfo>, string | null]>([
    [
      'all of it',
      { usageType: 'DCH', isp: 'Örnek Telekom', country: 'TR' },
      'Hosted on DataCenter, ISP: Örnek Telekom, Country: TR',
    ],
    ['the country alone', { country: 'TR' }, 'Country: TR'],
    ['the provider alone', { isp: 'Örnek Telekom' }, 'ISP: Örnek Telekom'],
    ['a commercial line', { usageType: 'COM' }, 'Hosted on Commercial'],
    ['a home line', { usageType: 'RES' }, 'Hosted on Residential'],
    ['a mobile line', { usageType: 'MOB' }, 'Hosted on Mobile'],
    ['a code without a word is shown as it is', { usageType: 'EDU' }, 'Hosted on EDU'],
    ['a network name alone is none of the three', { asnOrg: 'EXAMPLE-AS' }, null],
    ['an address of which nothing is known', {}, null],
  ])('%s', (_, more, expected) => {
    expect(infrastructureSummary(withAddresses(ip('192.0.2.1', more)))).toBe(expected);
  });
  test('null where no database was asked, or none knew an address', () => {
    expect([
      infrastructureSummary(notAsked(domainFacts(), 'ip')),
      infrastructureSummary(withAddresses()),
    ]).toEqual([null, null]);
  });
});

describe('the network is that of the mail', () => {
  test('the first MX address that anything is known of', () => {
    expect(
      networkOf(
        withAddresses(
          ip('192.0.2.80', { of: 'apex', country: 'US' }),
          ip('192.0.2.1'),
          ip('192.0.2.2', {
            country: 'TR',
            city: 'İzmir',
            isp: 'Örnek Telekom',
            usageType: 'ISP',
            isProxy: false,
            asnOrg: 'ORNEK',
          }),
          ip('192.0.2.3', { country: 'DE' }),
        ),
      ),
    ).toMatchObject({
      country: 'TR',
      city: 'İzmir',
      isp: 'Örnek Telekom',
      usageType: 'ISP',
      isProxy: false,
      proxyType: null,
      asnOrg: 'ORNEK',
      address: '192.0.2.2',
    });
  });
  test('and never that of the web site', () => {
    expect(
      networkOf(withAddresses(ip('192.0.2.1'), ip('192.0.2.80', { of: 'apex', country: 'US' }))),
    ).toMatchObject({ country: null, address: null });
  });
  test('else nothing, without a claim', () => {
    const network = networkOf(withAddresses());
    expect(Object.keys(network)).toEqual(expect.arrayContaining(['country', 'isp', 'isProxy', 'address']));
    expect(new Set(Object.values(network))).toEqual(new Set([null]));
  });
});
