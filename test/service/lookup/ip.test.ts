import { existsSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createIpEnrichment, type IpEnrichment, type IpEnrichmentOptions } from '#service/lookup/ip.ts';
import { writeBin } from '#test/support/ip2-bin.ts';
import { writeMmdb } from '#test/support/mmdb.ts';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'hunter-ip-'))));
afterAll(() => rmSync(folder, { recursive: true }));
let open: IpEnrichment[] = [];
afterEach(() => {
  for (const enrichment of open) enrichment.close();
  open = [];
});

function file(name: string, content: Buffer | string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function enrichment(options: Partial<IpEnrichmentOptions>) {
  const warnings: string[] = [];
  let now = 1_800_000_000_000;
  const made = createIpEnrichment({
    defaultCountry: null,
    clock: () => now,
    log: { warn: (sentence) => warnings.push(sentence) },
    ...options,
  });
  open.push(made);
  return { ...made, warnings, pass: (ms: number) => (now += ms) };
}

const NOTHING = {
  country: null,
  city: null,
  asn: null,
  asnOrg: null,
  isp: null,
  usageType: null,
  isProxy: null,
  proxyType: null,
};

const CITY = writeMmdb({
  type: 'GeoLite2-City',
  networks: {
    '81.2.69.0/24': { city: { names: { en: 'London', de: 'London' } }, country: { iso_code: 'GB' } },
    '81.2.70.0/24': { registered_country: { iso_code: 'FR' } },
    '2a00:1450::/32': { country: { iso_code: 'IE' } },
  },
});
const ASN = writeMmdb({
  type: 'GeoLite2-ASN',
  networks: {
    '81.2.69.0/24': {
      autonomous_system_number: 20712,
      autonomous_system_organization: 'Andrews & Arnold Ltd',
    },
    '81.2.80.0/24': { autonomous_system_number: 64512, autonomous_system_organization: 'Own', isp: 'An ISP' },
  },
});
const COUNTRY = writeMmdb({
  type: 'GeoLite2-Country',
  networks: { '81.2.0.0/17': { country: { iso_code: 'NL' } } },
});
const FLAT = writeMmdb({ type: 'ipv4-ipv6-country', networks: { '81.2.0.0/16': { country_code: 'TR' } } });

/** DB23: country, region, city, latitude, longitude, provider, domain, mobile (3), use. */
const row = (from: string, short: string, city: string, isp: string, usage: string) =>
  [
    from,
    { short, long: 'A country' },
    'A region',
    city,
    1.5,
    2.5,
    isp,
    'example.com',
    '-',
    '-',
    '-',
    usage,
  ] as const;
const LOCATION = writeBin({
  product: 1,
  type: 23,
  built: [2026, 3, 4],
  rows: [
    row('0.0.0.0', '-', '-', '-', '-'),
    row('81.2.69.0', 'DE', 'Berlin', 'A Provider', 'DCH'),
    row('81.2.70.0', 'DE', 'Bonn', 'Another Provider', 'COM'),
    row('81.2.71.0', '-', '-', '-', '-'),
  ],
});
/** DB26: as DB24 and on: address type, category, district, AS number, AS name, domain, use, network. */
const LARGEST = writeBin({
  product: 1,
  type: 26,
  rows: [
    [
      '0.0.0.0',
      { short: 'SE', long: 'Sweden' },
      'r',
      'Malmö',
      1,
      2,
      ...Array.from({ length: 2 }, () => '-'),
      'Provider',
      ...Array.from({ length: 10 }, () => '-'),
      'ISP',
      ...Array.from({ length: 3 }, () => '-'),
      '3301',
      'Telia',
      '-',
      '-',
      '-',
    ],
  ],
});
/** PX2: type, country. */
const PROXY = writeBin({
  product: 2,
  type: 2,
  built: [2026, 5, 6],
  rows: [
    ['0.0.0.0', '-', { short: '-', long: '-' }],
    ['81.2.69.0', 'VPN', { short: 'DE', long: 'Germany' }],
    ['81.2.70.0', 'DCH', { short: 'DE', long: 'Germany' }],
    ['81.2.71.0', '-', { short: '-', long: '-' }],
  ],
});

describe('an address', () => {
  test('gets what each database knows of it', () => {
    const { look } = enrichment({
      maxmindCity: file('city.mmdb', CITY),
      maxmindAsn: file('asn.mmdb', ASN),
      ip2locationDb: file('location.bin', LOCATION),
      ip2proxyDb: file('proxy.bin', PROXY),
    });
    expect(look('81.2.69.142')).toEqual({
      address: '81.2.69.142',
      country: 'GB',
      city: 'London',
      asn: 20712,
      asnOrg: 'Andrews & Arnold Ltd',
      isp: 'A Provider',
      usageType: 'DCH',
      isProxy: true,
      proxyType: 'VPN',
    });
  });

  test.each<[string, string, Partial<IpEnrichmentOptions>, object]>([
    [
      'the country of the network, where the address has none',
      '81.2.70.1',
      { maxmindCity: 'city' },
      { country: 'FR', city: null },
    ],
    [
      'MaxMind City before MaxMind Country',
      '81.2.69.1',
      { maxmindCity: 'city', maxmindCountry: 'country' },
      { country: 'GB' },
    ],
    [
      'MaxMind Country where City does not know',
      '81.2.90.1',
      { maxmindCity: 'city', maxmindCountry: 'country' },
      { country: 'NL' },
    ],
    [
      'MaxMind before IP2Location, which fills gaps',
      '81.2.70.1',
      { maxmindCity: 'city', ip2locationDb: 'location' },
      { country: 'FR', city: 'Bonn' },
    ],
    [
      'the default country last',
      '81.2.70.1',
      { ip2locationDb: 'location', defaultCountry: 'flat' },
      { country: 'DE' },
    ],
    [
      'the default country where no other knows',
      '81.2.71.1',
      { ip2locationDb: 'location', defaultCountry: 'flat' },
      { country: 'TR' },
    ],
    [
      'the provider of MaxMind where IP2Location is silent',
      '81.2.80.1',
      { maxmindAsn: 'asn', ip2locationDb: 'location' },
      { isp: 'An ISP', asn: 64512 },
    ],
    [
      'the AS of IP2Location where MaxMind is silent',
      '81.2.99.1',
      { maxmindAsn: 'asn', ip2locationDb: 'largest' },
      { asn: 3301, asnOrg: 'Telia', city: 'Malmö', isp: 'Provider', usageType: 'ISP' },
    ],
    [
      'a data centre, which is no proxy',
      '81.2.70.1',
      { ip2proxyDb: 'proxy' },
      { isProxy: false, proxyType: 'DCH' },
    ],
    ['no proxy', '81.2.71.1', { ip2proxyDb: 'proxy' }, { isProxy: false, proxyType: null }],
    [
      'nothing of IPv6 from files without it',
      '2a00:1450::1',
      { ip2locationDb: 'location', ip2proxyDb: 'proxy' },
      NOTHING,
    ],
    ['an IPv6 network', '2a00:1450::1', { maxmindCity: 'city' }, { country: 'IE' }],
    ['nothing, where nobody knows it', '9.9.9.9', { maxmindCity: 'city', maxmindAsn: 'asn' }, NOTHING],
    [
      'IPv4 in IPv6 as IPv4',
      '::ffff:81.2.69.1',
      { maxmindCity: 'city' },
      { address: '81.2.69.1', country: 'GB' },
    ],
  ])('gets %s', (_, address, files, expected) => {
    const contents: Record<string, Buffer> = {
      city: CITY,
      asn: ASN,
      country: COUNTRY,
      flat: FLAT,
      location: LOCATION,
      largest: LARGEST,
      proxy: PROXY,
    };
    const paths = Object.fromEntries(
      Object.entries(files).map(([kind, name]) => [
        kind,
        file(`one-${String(name)}`, contents[String(name)]!),
      ]),
    );
    expect(enrichment(paths).look(address)).toMatchObject(expected);
  });

  test.each([
    '10.0.0.1',
    '192.168.1.1',
    '127.0.0.1',
    '169.254.1.1',
    '100.64.0.1',
    '224.0.0.1',
    '0.0.0.0',
    '::1',
    'fe80::1',
    'fd00::1',
    '2001:db8::1',
    '192.0.2.1',
    'example.com',
    '',
  ])('that is not on the public internet gives nothing: "%s"', (address) => {
    expect(enrichment({ maxmindCity: file('city.mmdb', CITY) }).look(address)).toBeNull();
  });

  test('gets its country from the file that comes with Hunter', () => {
    const { look, sources, warnings } = enrichment({ defaultCountry: 'bundled' });
    expect(look('193.140.13.1')).toEqual({ ...NOTHING, address: '193.140.13.1', country: 'TR' });
    expect(sources()).toMatchObject([
      { kind: 'default-country', state: 'ready', buildDate: expect.stringMatching(/^20\d\d-\d\d-\d\d$/) },
    ]);
    expect(warnings).toEqual([]);
  });
});

describe('a file', () => {
  test('shows its date', () => {
    const { sources } = enrichment({
      maxmindCity: file('city.mmdb', CITY),
      ip2locationDb: file('location.bin', LOCATION),
      ip2proxyDb: file('proxy.bin', PROXY),
    });
    expect(sources().map(({ kind, buildDate, state, problem }) => [kind, buildDate, state, problem])).toEqual(
      [
        ['maxmind-city', '2026-01-02', 'ready', null],
        ['ip2location', '2026-03-04', 'ready', null],
        ['ip2proxy', '2026-05-06', 'ready', null],
      ],
    );
  });

  test('that is missing costs one warning, and nothing else', () => {
    const { look, sources, warnings, pass } = enrichment({
      maxmindCity: join(folder, 'nowhere.mmdb'),
      ip2locationDb: file('location.bin', LOCATION),
    });
    for (let i = 0; i < 3; i++) {
      expect(look('81.2.69.1')).toMatchObject({ country: 'DE' });
      pass(61_000);
    }
    expect(warnings).toHaveLength(1);
    expect(sources()[0]).toMatchObject({ kind: 'maxmind-city', state: 'missing', buildDate: null });
  });

  test.each<[string, keyof IpEnrichmentOptions, Buffer, string]>([
    ['no MaxMind DB', 'maxmindCity', Buffer.from('not a database at all'), 'cannot be read'],
    ['an empty MaxMind DB', 'maxmindCity', Buffer.alloc(0), 'cannot be read'],
    ['an IP2Proxy file for IP2Location', 'ip2locationDb', PROXY, 'not an IP2Location file'],
    ['an IP2Location file for IP2Proxy', 'ip2proxyDb', LOCATION, 'not an IP2Proxy file'],
    ['a BIN file cut off', 'ip2locationDb', LOCATION.subarray(0, 100), 'cut off'],
    ['less than the head of a BIN file', 'ip2locationDb', LOCATION.subarray(0, 20), 'too short'],
    [
      'a BIN file still zipped',
      'ip2proxyDb',
      Buffer.concat([Buffer.from('PK'), Buffer.alloc(100)]),
      'unpack it',
    ],
    ['a text file', 'ip2locationDb', Buffer.from('x'.repeat(200)), 'IP2Location'],
  ])('that is %s costs one warning, and nothing else', (_, kind, content, why) => {
    const { look, sources, warnings } = enrichment({ [kind]: file('broken', content) });
    expect(look('81.2.69.1')).toEqual({ ...NOTHING, address: '81.2.69.1' });
    expect(warnings).toEqual([expect.stringContaining(why)]);
    expect(sources()).toMatchObject([{ state: 'corrupt', problem: warnings[0] }]);
  });

  test('that breaks inside is a warning, not an exception', () => {
    const broken = Buffer.from(CITY);
    // The data section, not the tree or the metadata: the file opens, a record does not.
    broken.fill(0xff, broken.indexOf('city') - 8, broken.indexOf('London'));
    const { look, warnings } = enrichment({ maxmindCity: file('inside.mmdb', broken) });
    expect(look('81.2.69.1')).toMatchObject({ city: null });
    expect(warnings.length).toBeLessThanOrEqual(1);
  });

  test('that is replaced is read anew, a minute later at most', () => {
    const path = file('changing.mmdb', CITY);
    const { look, pass } = enrichment({ maxmindCity: path });
    expect(look('81.2.69.1')).toMatchObject({ country: 'GB' });
    renameSync(
      file('new.mmdb', writeMmdb({ networks: { '81.2.69.0/24': { country: { iso_code: 'US' } } } })),
      path,
    );
    pass(59_000);
    expect(look('81.2.69.1')).toMatchObject({ country: 'GB' });
    pass(1000);
    expect(look('81.2.69.1')).toMatchObject({ country: 'US' });
  });

  test.each([
    ['ip2locationDb', LOCATION, LARGEST, { country: 'DE' }, { country: 'SE' }],
    [
      'ip2proxyDb',
      PROXY,
      writeBin({ product: 2, type: 2, rows: [['0.0.0.0', 'TOR', { short: 'SE', long: 'Sweden' }]] }),
      { proxyType: 'VPN' },
      { proxyType: 'TOR' },
    ],
  ] as const)('of %s that is replaced is read anew', (kind, before, after, first, second) => {
    const path = file('changing.bin', before);
    const { look, pass } = enrichment({ [kind]: path });
    expect(look('81.2.69.1')).toMatchObject(first);
    renameSync(file('new.bin', after), path);
    utimesSync(path, new Date(2_000_000_000_000), new Date(2_000_000_000_000));
    pass(60_000);
    expect(look('81.2.69.1')).toMatchObject(second);
  });

  test('that is broken by its replacement leaves the older data in use, with a warning', () => {
    const path = file('breaking.mmdb', CITY);
    const { look, sources, warnings, pass } = enrichment({ maxmindCity: path });
    writeFileSync(path, 'half a file');
    pass(60_000);
    expect(look('81.2.69.1')).toMatchObject({ country: 'GB' });
    expect(sources()).toMatchObject([
      { state: 'ready', buildDate: '2026-01-02', problem: expect.stringContaining('cannot be read') },
    ]);
    rmSync(path);
    pass(60_000);
    expect(look('81.2.69.1')).toMatchObject({ country: 'GB' });
    writeFileSync(path, CITY);
    pass(60_000);
    look('81.2.69.1');
    expect(sources()).toMatchObject([{ state: 'ready', problem: null }]);
    expect(warnings).toHaveLength(2);
  });

  test('that comes later is found', () => {
    const path = join(folder, 'later.mmdb');
    const { look, pass, sources } = enrichment({ maxmindCity: path });
    expect(look('81.2.69.1')).toMatchObject({ country: null });
    writeFileSync(path, CITY);
    pass(60_000);
    expect(look('81.2.69.1')).toMatchObject({ country: 'GB' });
    expect(sources()).toMatchObject([{ state: 'ready', problem: null }]);
  });

  test('is let go by close', () => {
    const { look, close } = enrichment({ ip2locationDb: file('location.bin', LOCATION) });
    close();
    expect(look('81.2.69.1')).toEqual({ ...NOTHING, address: '81.2.69.1' });
  });
});

const shared = fileURLToPath(new URL('../../../../shared/data/mmdb/', import.meta.url));
describe.skipIf(!existsSync(shared))("MaxMind's own test databases", () => {
  const at = (name: string) => join(shared, name);
  test.each<[string, Partial<IpEnrichmentOptions>, string, object]>([
    [
      'GeoIP2-City',
      { maxmindCity: at('GeoIP2-City-Test.mmdb') },
      '81.2.69.142',
      { country: 'GB', city: 'London' },
    ],
    [
      'GeoLite2-Country',
      { maxmindCountry: at('GeoLite2-Country-Test.mmdb') },
      '2001:218::1',
      { country: 'JP' },
    ],
    [
      'GeoLite2-ASN',
      { maxmindAsn: at('GeoLite2-ASN-Test.mmdb') },
      '1.128.0.1',
      { asn: 1221, asnOrg: 'Telstra Pty Ltd', isp: null },
    ],
    [
      'GeoIP2-ISP',
      { maxmindAsn: at('GeoIP2-ISP-Test.mmdb') },
      '1.128.0.1',
      { asn: 1221, isp: 'Telstra Internet' },
    ],
  ])('%s', (_, files, address, expected) => {
    const { look, warnings } = enrichment(files);
    expect(look(address)).toMatchObject(expected);
    expect(warnings).toEqual([]);
  });
});
