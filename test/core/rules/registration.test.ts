import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  RdapBootstrapFile,
  rdapServersFor,
  whoisServerFor,
  WhoisServersFile,
  withIanaServices,
} from '#core/rules/registration.ts';

const ROOT = join(import.meta.dirname, '../../..');
const json = (path: string): unknown => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
const bootstrap = RdapBootstrapFile.parse(json('rules/rdap-bootstrap.json'));
const servers = WhoisServersFile.parse(json('rules/whois-servers.json'));

const why = { source: 'this test', date: '2026-11-25' };
const head = { version: '1.0.0', date: '2026-11-25' };

describe('rules/rdap-bootstrap.json', () => {
  it.each([
    ['sample.com', 'https://rdap.verisign.com/com/v1/'],
    ['www.sample.com', 'https://rdap.verisign.com/com/v1/'],
    ['sample.nl', 'https://rdap.sidn.nl/'],
    ['sample.de', 'https://rdap.denic.de/'],
    ['sample.io', 'https://rdap.identitydigital.services/rdap/'],
    ['sample.co', 'https://rdap.registry.co/co/'],
  ])('sends %s to %s', (domain, server) => {
    expect(rdapServersFor(domain, bootstrap)).toEqual([server]);
  });
  it.each(['sample.com.tr', 'sample.tr', 'sample.ch', 'sample.invalid', 'tr', ''])(
    'has no server for %j',
    (domain) => {
      expect(rdapServersFor(domain, bootstrap)).toEqual([]);
    },
  );
  it('has more than a thousand TLDs, each once', () => {
    const all = bootstrap.services.flatMap(([suffixes]) => suffixes);
    expect(all.length).toBeGreaterThan(1_000);
    expect(new Set(all).size).toBe(all.length);
  });
  it('leaves out no server that it also asks', () => {
    for (const { suffixes } of bootstrap.leftOut)
      for (const suffix of suffixes) expect(rdapServersFor(`sample.${suffix}`, bootstrap)).toEqual([]);
  });

  const DATA = join(ROOT, '../shared/data/rdap-iana-bootstrap-2025-11-06.json');
  it.skipIf(!existsSync(DATA))('is the IANA file of its date, in our form (../shared/data)', () => {
    const { iana_dns_json: iana } = JSON.parse(readFileSync(DATA, 'utf8')) as {
      iana_dns_json: { publication: string; services: [string[], string[]][] };
    };
    expect(bootstrap.publication).toBe(iana.publication);
    for (const [suffixes, urls] of iana.services)
      for (const suffix of suffixes) expect(rdapServersFor(`sample.${suffix}`, bootstrap)).toEqual(urls);
  });
});

describe('rdapServersFor', () => {
  const file = RdapBootstrapFile.parse({
    ...head,
    publication: '2026-11-25T00:00:00Z',
    services: [
      [['example'], ['http://a.example/', 'https://a.example/']],
      [['goodexample'], ['https://good.example/']],
      [['co.example'], ['https://co.example/']],
    ],
    extra: [{ suffixes: ['example', 'more'], urls: ['https://ours.example/'], ...why }],
  });
  it('takes the longest suffix, by labels (RFC 9224 section 4)', () => {
    expect(rdapServersFor('sample.co.example', file)).toEqual(['https://co.example/']);
    expect(rdapServersFor('co.example', file)).toEqual(['https://co.example/']);
    expect(rdapServersFor('sample.goodexample', file)).toEqual(['https://good.example/']);
  });
  it('puts https first, and the word of IANA above ours', () => {
    expect(rdapServersFor('sample.example', file)).toEqual(['https://a.example/', 'http://a.example/']);
    expect(rdapServersFor('sample.more', file)).toEqual(['https://ours.example/']);
  });
});

describe('withIanaServices', () => {
  const iana = (changes: object = {}) => ({
    version: '1.0',
    publication: '2026-11-01T10:00:00Z',
    services: [[['SAMPLE'], ['https://new.example']]],
    ...changes,
  });
  it('takes the services of a newer file, and keeps our additions', () => {
    const newer = withIanaServices(bootstrap, iana());
    expect(newer?.publication).toBe('2026-11-01T10:00:00.000Z');
    expect(newer === null ? [] : rdapServersFor('x.sample', newer)).toEqual(['https://new.example/']);
    expect(newer === null ? [] : rdapServersFor('x.de', newer)).toEqual(['https://rdap.denic.de/']);
    expect(RdapBootstrapFile.safeParse(newer).success).toBe(true);
  });
  it.each<[string, unknown]>([
    ['older', iana({ publication: '2025-01-01T00:00:00Z' })],
    ['without services', iana({ services: [] })],
    ['of another version', iana({ version: '2.0' })],
    ['no such file', { hello: 'world' }],
    ['no JSON object', null],
  ])('refuses one that is %s', (_, file) => {
    expect(withIanaServices(bootstrap, file)).toBeNull();
  });
});

describe('rules/whois-servers.json', () => {
  it.each([
    ['sample.tr', 'whois.trabis.gov.tr', '{domain}'],
    ['sample.com.tr', 'whois.trabis.gov.tr', '{domain}'],
    ['sample.bel.tr', 'whois.trabis.gov.tr', '{domain}'],
    ['sample.edu.tr', 'whois.trabis.gov.tr', '{domain}'],
    ['sample.de', 'whois.denic.de', '-T dn,ace {domain}'],
    ['sample.jp', 'whois.jprs.jp', '{domain}/e'],
    ['sample.co.uk', 'whois.nic.uk', '{domain}'],
    ['sample.ac.uk', 'whois.nic.ac.uk', '{domain}'],
    ['sample.xn--p1ai', 'whois.tcinet.ru', '{domain}'],
    ['sample.uk.com', 'whois.centralnic.net', '{domain}'],
    ['sample.edu', 'whois.educause.edu', '{domain}'],
  ])('asks about %s at %s by %j', (domain, host, query) => {
    expect(whoisServerFor(domain, servers)).toMatchObject({ host, query, port: 43 });
  });
  it.each(['sample.com', 'sample.net', 'sample.org', 'sample.shop', 'sample.istanbul', 'sample.invalid'])(
    'has no server for the generic %s: RDAP only since January 2025',
    (domain) => {
      expect(whoisServerFor(domain, servers)).toBeNull();
    },
  );
  it('names no server under whois.nic.tr, which is gone', () => {
    expect(servers.servers.filter((s) => s.host === 'whois.nic.tr')).toEqual([]);
  });
});

describe('WhoisServersFile', () => {
  const rule = { suffixes: ['xx'], host: 'whois.nic.xx', ...why };
  const parse = (...list: object[]) => WhoisServersFile.safeParse({ ...head, servers: list });
  it.each<[string, object[], string]>([
    ['a query without the domain', [{ ...rule, query: 'help' }], 'servers.0.query'],
    ['a query of two lines', [{ ...rule, query: '{domain}\r\nquit' }], 'servers.0.query'],
    ['a suffix with a leading dot', [{ ...rule, suffixes: ['.xx'] }], 'servers.0.suffixes.0'],
    ['a suffix given twice', [rule, { ...rule, host: 'whois2.nic.xx' }], 'servers.1.suffixes'],
    [
      'a rule without source',
      [{ suffixes: ['xx'], host: 'whois.nic.xx', date: why.date }],
      'servers.0.source',
    ],
    ['an unknown key', [{ ...rule, hots: 'x' }], 'servers.0'],
  ])('refuses %s, and says where', (_, list, path) => {
    expect(parse(...list).error?.issues.map((i) => i.path.join('.'))).toEqual([path]);
  });
  it('lets a generic TLD be asked only where its rule allows it', () => {
    const file = (gtldAllowed: boolean) =>
      WhoisServersFile.parse({ ...head, servers: [{ ...rule, suffixes: ['sample'], gtldAllowed }] });
    expect(whoisServerFor('a.sample', file(false))).toBeNull();
    expect(whoisServerFor('a.sample', file(true))).toMatchObject({ host: 'whois.nic.xx' });
  });
});
