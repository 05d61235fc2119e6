import { describe, expect, it } from 'vitest';
import {
  dottedIp,
  formatIp,
  inNetwork,
  parseIp,
  parseIp4,
  parseIp6,
  reverseName,
  unmapped,
} from '#core/records/ip.ts';

describe('parseIp4', () => {
  it.each(['0.0.0.0', '192.0.2.1', '255.255.255.255'])('reads %s', (text) => {
    expect(parseIp4(text)?.bytes.join('.')).toBe(text);
  });
  it.each(['', '1.2.3', '1.2.3.4.5', '1.2.3.256', '01.2.3.4', '1.2.3.4 ', '1.2.3.a', '1.2.3.', '1..3.4'])(
    'refuses "%s"',
    (text) => expect(parseIp4(text)).toBeNull(),
  );
});

describe('parseIp6', () => {
  it.each([
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['2001:DB8::CD30', '2001:db8::cd30'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
    ['::ffff:192.0.2.1', '::ffff:c000:201'],
    ['1:2:3:4:5:6:192.0.2.1', '1:2:3:4:5:6:c000:201'],
    ['1:0:3:4:5:6:7:8', '1:0:3:4:5:6:7:8'],
  ])('reads %s as %s (RFC 4291 section 2.2, RFC 5952)', (text, canonical) => {
    const ip = parseIp6(text);
    expect(ip === null ? null : formatIp(ip)).toBe(canonical);
  });
  it.each([
    '',
    ':',
    ':::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1::2::3',
    '12345::',
    'g::',
    '1:2:3:4:5:6:7:8::',
    '::1.2.3',
    '::1.2.3.4:5',
    ':1::',
    '1.2.3.4',
    '::1%eth0',
  ])('refuses "%s"', (text) => expect(parseIp6(text)).toBeNull());
});

describe('addresses', () => {
  const ip = (text: string) => parseIp(text) ?? expect.fail(`${text} is no address`);

  it.each([
    ['192.0.2.77', '192.0.2.0', 24, true],
    ['192.0.3.77', '192.0.2.0', 24, false],
    ['192.0.2.127', '192.0.2.64', 26, true],
    ['192.0.2.128', '192.0.2.64', 26, false],
    ['10.0.0.1', '99.99.99.99', 0, true],
    ['10.0.0.1', '10.0.0.1', 32, true],
    ['2001:db8:8000::1', '2001:db8:8000::', 33, true],
    ['2001:db8:0::1', '2001:db8:8000::', 33, false],
    ['10.0.0.1', '::', 0, false],
  ])('%s in %s/%i: %s', (address, network, prefix, expected) => {
    expect(inNetwork(ip(address), ip(network), prefix)).toBe(expected);
  });

  it('takes an IPv4-mapped address for what it is (RFC 7208 section 5)', () => {
    expect(unmapped(ip('::FFFF:192.0.2.1'))).toEqual(ip('192.0.2.1'));
    expect(unmapped(ip('2001:db8::1'))).toEqual(ip('2001:db8::1'));
  });

  it('spells the reverse name (RFC 1035 section 3.5, RFC 3596 section 2.5)', () => {
    expect(reverseName(ip('192.0.2.1'))).toBe('1.2.0.192.in-addr.arpa');
    expect(reverseName(ip('2001:db8::1'))).toBe(
      '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa',
    );
    expect(dottedIp(ip('192.0.2.1'))).toBe('192.0.2.1');
  });
});
