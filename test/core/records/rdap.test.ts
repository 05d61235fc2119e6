import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseRdap, type RdapRegistered } from '#core/records/rdap.ts';
import { domainObject } from '#test/doubles/rdap.ts';

const DOMAIN: RdapRegistered = {
  state: 'registered',
  domain: 'sample.example',
  registrar: 'Sample Registrar Ltd',
  created: '2001-02-03T04:05:06Z',
  expires: '2027-02-03T04:05:06Z',
  updated: '2026-01-02T03:04:05Z',
  nameservers: ['ns1.sample-dns.example', 'ns2.sample-dns.example'],
  statuses: ['active', 'client transfer prohibited'],
  delegationSigned: true,
  redacted: [],
  related: null,
};
const spoiled = (changes: Record<string, unknown>) => parseRdap(domainObject('sample.example', changes));
const card = (...properties: unknown[]) => ['vcard', [['version', {}, 'text', '4.0'], ...properties]];
const registrar = (changes: Record<string, unknown>) =>
  spoiled({ entities: [{ roles: ['registrar'], ...changes }] });

describe('parseRdap', () => {
  it('reads a domain object (RFC 9083 section 5.3), as text or as JSON', () => {
    expect(spoiled({})).toEqual(DOMAIN);
    expect(parseRdap(`\uFEFF${JSON.stringify(domainObject('sample.example'))}`)).toEqual(DOMAIN);
  });

  it.each<[string, Record<string, unknown>, string | null]>([
    ['fn', { vcardArray: card(['fn', {}, 'text', 'Full Name'], ['org', {}, 'text', 'Org']) }, 'Full Name'],
    [
      'org where fn is empty',
      { vcardArray: card(['fn', {}, 'text', ''], ['org', {}, 'text', 'Org']) },
      'Org',
    ],
    ['org with units', { vcardArray: card(['org', {}, 'text', ['Org', 'Unit']]) }, 'Org'],
    [
      'a placeholder of redaction',
      { vcardArray: card(['fn', {}, 'text', 'REDACTED FOR PRIVACY']), handle: '9' },
      '9',
    ],
    ['the handle where there is no card', { handle: 'REG-SAMPLE' }, 'REG-SAMPLE'],
    ['the public id', { publicIds: [{ type: 'IANA Registrar ID', identifier: '9998' }] }, '9998'],
    ['a broken card', { vcardArray: 'none', handle: 'H' }, 'H'],
    [
      'upper-case names and roles',
      { roles: ['REGISTRAR'], vcardArray: card(['FN', {}, 'text', 'Name']) },
      'Name',
    ],
    ['nothing', {}, null],
  ])('names the registrar by %s', (_, entity, name) => {
    expect(registrar(entity)).toEqual({ ...DOMAIN, registrar: name });
  });
  it('finds a registrar inside another entity, and no further than anybody nests', () => {
    const inner = { roles: ['registrar'], handle: 'INNER' };
    expect(spoiled({ entities: [{ roles: ['sponsor'], entities: [inner] }] })).toMatchObject({
      registrar: 'INNER',
    });
    let deep: unknown = inner;
    for (let i = 0; i < 10; i++) deep = { roles: ['sponsor'], entities: [deep] };
    expect(spoiled({ entities: [deep] })).toMatchObject({ registrar: null });
  });

  it.each<[string, Record<string, unknown>, Partial<RdapRegistered>]>([
    ['no events', { events: undefined }, { created: null, expires: null, updated: null }],
    [
      'events that are none',
      { events: ['x', { eventAction: 'expiration' }, null] },
      { created: null, expires: null, updated: null },
    ],
    [
      'a date that is none',
      { events: [{ eventAction: 'expiration', eventDate: 'soon' }] },
      { created: null, expires: null, updated: null },
    ],
    [
      "only the registrar's expiry",
      { events: [{ eventAction: 'registrar expiration', eventDate: '2027-01-01T00:00:00Z' }] },
      { created: null, expires: '2027-01-01T00:00:00Z', updated: null },
    ],
    ['no name servers', { nameservers: null }, { nameservers: [] }],
    [
      'a name server twice, with its address',
      { nameservers: [{ ldhName: 'A.B.EXAMPLE 192.0.2.1' }, { ldhName: 'a.b.example.' }] },
      { nameservers: ['a.b.example'] },
    ],
    ['a status that is no text', { status: ['active', 7, '', null] }, { statuses: ['active'] }],
    ['no secureDNS', { secureDNS: undefined }, { delegationSigned: null }],
    ['a broken secureDNS', { secureDNS: { delegationSigned: 'yes' } }, { delegationSigned: null }],
    ['no ldhName', { ldhName: undefined, unicodeName: 'örnek.example' }, { domain: 'örnek.example' }],
    [
      'redaction (RFC 9537)',
      {
        redacted: [
          { name: { description: 'Registrant Name' }, method: 'emptyValue' },
          { name: { type: 'Tech Phone' } },
          {},
        ],
      },
      { redacted: ['Registrant Name', 'Tech Phone'] },
    ],
    [
      'a link to the registrar',
      {
        links: [
          { rel: 'self', href: 'https://a.example/' },
          { rel: 'related', href: 'https://b.example/domain/sample.example', type: 'application/rdap+json' },
        ],
      },
      { related: 'https://b.example/domain/sample.example' },
    ],
    ['no class, but what only domains have', { objectClassName: undefined }, {}],
  ])('reads a domain with %s', (_, changes, fields) => {
    expect(spoiled(changes)).toEqual({ ...DOMAIN, ...fields });
  });

  it.each<[string, unknown, unknown]>([
    [
      'an entity',
      { objectClassName: 'entity', handle: 'X' },
      { state: 'not-a-domain-object', objectClass: 'entity' },
    ],
    [
      'a network',
      { objectClassName: 'ip network' },
      { state: 'not-a-domain-object', objectClass: 'ip network' },
    ],
    [
      'search results',
      { domainSearchResults: [domainObject('sample.example')] },
      { state: 'not-a-domain-object', objectClass: null },
    ],
    [
      'a name server without class',
      { ldhName: 'ns1.example', ipAddresses: {}, events: [] },
      { state: 'not-a-domain-object', objectClass: null },
    ],
    ['a help answer', { notices: [] }, { state: 'not-a-domain-object', objectClass: null }],
    ['an error object (section 6)', { errorCode: 404, title: 'Not Found' }, { state: 'error', code: 404 }],
    ['an empty object', {}, { state: 'unreadable' }],
    ['a list', [], { state: 'unreadable' }],
    ['null', null, { state: 'unreadable' }],
    ['broken JSON', '{"objectClassName": "domain"', { state: 'unreadable' }],
    ['HTML', '<html></html>', { state: 'unreadable' }],
    ['nothing', '', { state: 'unreadable' }],
    ['nesting without end', `${'['.repeat(200_000)}`, { state: 'unreadable' }],
  ])('reads %s as what it is', (_, body, reading) => {
    expect(parseRdap(body)).toEqual(reading);
  });
});

const DATA = join(import.meta.dirname, '../../../../shared/data/rdap-responses.json');
interface Sample {
  readonly id: string;
  readonly case: string;
  readonly class: string | null;
  readonly response: unknown;
  readonly derived: Readonly<Record<string, unknown>> | null;
}
const samples = existsSync(DATA) ? (JSON.parse(readFileSync(DATA, 'utf8')) as Sample[]) : [];

describe.skipIf(samples.length === 0)('parseRdap on the shared samples (../shared/data)', () => {
  it.each(samples.map((s) => [s.case, s] as const))(
    'reads %s',
    (_, { class: objectClass, response, derived }) => {
      const got = parseRdap(response);
      if (objectClass !== 'domain') return expect(got.state).toBe('not-a-domain-object');
      expect(got).toMatchObject({ state: 'registered' });
      if (got.state !== 'registered' || derived === null) return;
      const instant = (date: unknown): number | null => (typeof date === 'string' ? Date.parse(date) : null);
      expect(got.domain).toBe(derived['ldhName']);
      expect(instant(got.created)).toBe(instant(derived['registration']));
      expect(instant(got.expires)).toBe(instant(derived['expiration']));
      expect(instant(got.updated)).toBe(instant(derived['last_changed']));
      expect(got.statuses).toEqual(derived['status'] ?? []);
      expect(got.nameservers).toEqual(derived['nameservers'] ?? []);
      expect(got.delegationSigned).toBe(derived['dnssec_signed'] ?? null);
      if (derived['registrar'] !== undefined) expect(got.registrar).toBe(derived['registrar']);
    },
  );
});
