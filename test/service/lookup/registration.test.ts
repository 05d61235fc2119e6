import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Registration } from '#core/facts.ts';
import { RdapBootstrapFile, WhoisServersFile } from '#core/rules/registration.ts';
import { createSafeConnect, createSafeFetch, type SafeConnect } from '#service/lookup/guard.ts';
import type { Sleep } from '#service/lookup/limit.ts';
import { retryAfterMs } from '#service/lookup/rdap.ts';
import { createRegistrationLookup, type RegistrationLookupOptions } from '#service/lookup/registration.ts';
import { decodeWhois } from '#service/lookup/whois.ts';
import { domainObject, startRdap } from '#test/doubles/rdap.ts';
import { startWhois } from '#test/doubles/whois.ts';
import { isLoopback } from '#service/lookup/loopback.ts';

const ROOT = join(import.meta.dirname, '../../..');
const rules = (name: string): unknown => JSON.parse(readFileSync(join(ROOT, 'rules', name), 'utf8'));
const bootstrap = RdapBootstrapFile.parse(rules('rdap-bootstrap.json'));
const whoisServers = WhoisServersFile.parse(rules('whois-servers.json'));
const TR = readFileSync(join(ROOT, 'test/fixtures/whois/tr-trabis.txt'), 'utf8');

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});
const rdap = async (setup: Parameters<typeof startRdap>[0] = {}) => {
  const double = await startRdap(setup);
  stops.push(double.stop);
  return double;
};
const whois = async (setup: Parameters<typeof startWhois>[0] = {}) => {
  const double = await startWhois(setup);
  stops.push(double.stop);
  return double;
};

/** A clock one sets, and a sleep that sets it. */
function clockwork(start = Date.parse('2026-11-25T00:00:00Z')) {
  let now = start;
  const slept: number[] = [];
  const sleep: Sleep = async (ms) => {
    slept.push(ms);
    now += ms;
  };
  return { clock: () => now, sleep, slept, advance: (ms: number) => void (now += ms) };
}

/** Sends every connection to loopback: host names of registries to the ports of doubles. */
const toDoubles =
  (ports: Readonly<Record<string, number>>, asked: string[] = []): SafeConnect =>
  (host, port, options) => {
    asked.push(`${host}:${port}`);
    return createSafeConnect({ allowAddress: isLoopback })('127.0.0.1', ports[host] ?? 1, options);
  };

function lookup(changes: Partial<RegistrationLookupOptions> = {}) {
  const { clock, sleep } = clockwork();
  return createRegistrationLookup({
    bootstrap,
    whoisServers,
    fetch: createSafeFetch({ allowAddress: isLoopback, allowHttp: true }),
    connect: createSafeConnect({ allowAddress: isLoopback }),
    rdap: true,
    clock,
    sleep,
    limits: { perSecond: Infinity },
    timeoutMs: 500,
    ...changes,
  });
}
const soon = (): AbortSignal => AbortSignal.timeout(5_000);

const FOUND: Omit<Registration, 'server'> = {
  source: 'rdap',
  registrar: 'Sample Registrar Ltd',
  created: '2001-02-03T04:05:06Z',
  expires: '2027-02-03T04:05:06Z',
  updated: '2026-01-02T03:04:05Z',
  nameservers: ['ns1.sample-dns.example', 'ns2.sample-dns.example'],
  statuses: ['active', 'client transfer prohibited'],
};

describe('look, by RDAP', () => {
  it('asks for the registrable name and reads the answer', async () => {
    const double = await rdap({ answers: { 'sample.com': { json: domainObject('sample.com') } } });
    const result = await lookup({ rdapBase: double.url }).look('www.sample.com', soon());
    expect(result).toEqual({ state: 'found', value: { ...FOUND, server: `127.0.0.1:${double.port}` } });
    expect(double.requests).toEqual(['GET /rdap/domain/sample.com']);
  });
  it('reads 404 as absent (RFC 7480 section 5.3)', async () => {
    const double = await rdap();
    expect(await lookup({ rdapBase: double.url }).look('sample.com', soon())).toEqual({
      state: 'absent',
      why: 'NOT-FOUND',
    });
  });
  it('follows three redirects, and no more', async () => {
    const end = await rdap({ answers: { 'sample.com': { json: domainObject('sample.com') } } });
    const far = (hops: number) =>
      rdap({
        answer: (_, nth) =>
          nth < hops
            ? { status: 302, headers: { location: 'sample.com' } }
            : { status: 307, headers: { location: `${end.url}domain/sample.com` } },
      });
    expect(await lookup({ rdapBase: (await far(2)).url }).look('sample.com', soon())).toMatchObject({
      state: 'found',
    });
    expect(await lookup({ rdapBase: (await far(3)).url }).look('sample.com', soon())).toMatchObject({
      state: 'unanswered',
      why: 'BAD-REPLY',
    });
  });
  it.each<[string, Parameters<typeof startRdap>[0], string, boolean]>([
    ['broken JSON', { answer: () => ({ status: 200, body: '{"objectClassName":' }) }, 'BAD-REPLY', false],
    [
      'HTML under status 200',
      {
        answer: () => ({ status: 200, type: 'text/html', body: JSON.stringify(domainObject('sample.com')) }),
      },
      'BAD-REPLY',
      false,
    ],
    [
      'another object',
      { answer: () => ({ json: { objectClassName: 'entity', handle: 'X' } }) },
      'BAD-REPLY',
      false,
    ],
    ["another domain's data", { answer: () => ({ json: domainObject('other.com') }) }, 'BAD-REPLY', false],
    ['status 400', { answer: () => ({ status: 400 }) }, 'BAD-REPLY', false],
    ['status 403', { answer: () => ({ status: 403 }) }, 'REFUSED', true],
    ['status 500', { answer: () => ({ status: 500 }) }, 'SERVFAIL', true],
    ['status 503 without a time', { answer: () => ({ status: 503 }) }, 'SERVFAIL', true],
    ['status 429', { answer: () => ({ status: 429 }) }, 'THROTTLED', true],
    ['silence', { answer: () => ({ silence: 'all' }) }, 'TIMEOUT', true],
    ['a head without body', { answer: () => ({ silence: 'body' }) }, 'TIMEOUT', true],
    ['a broken answer', { answer: () => ({ breakOff: true }) }, 'NETWORK', true],
    ['more than 1 MiB', { answer: () => ({ status: 200, body: ' '.repeat(1_048_577) }) }, 'BAD-REPLY', false],
  ])('reads %s as unanswered', async (_, setup, why, retryable) => {
    const double = await rdap(setup);
    expect(await lookup({ rdapBase: double.url }).look('sample.com', soon())).toEqual({
      state: 'unanswered',
      why,
      retryable,
    });
  });
  it('names nobody to ask where there is no server, and asks no WHOIS server about a generic TLD', async () => {
    const asked: string[] = [];
    const { look } = lookup({
      connect: toDoubles({}, asked),
      fetch: async () => ({ state: 'failed', why: 'NETWORK', sentence: 'down' }),
    });
    expect(await look('sample.invalid', soon())).toMatchObject({ why: 'UNSUPPORTED', retryable: false });
    expect(await look('sample.com', soon())).toMatchObject({ why: 'NETWORK' });
    expect(asked).toEqual([]);
  });
  it.each([
    '',
    'com',
    'sample',
    'Sample.com',
    'sample.com\r\nquit',
    'sample..com',
    '-a.com',
    '127.0.0.1',
    'a b.com',
    'x'.repeat(300),
  ])('asks nobody about %j', async (domain) => {
    expect(
      await lookup({ fetch: () => expect.unreachable(), connect: () => expect.unreachable() }).look(
        domain,
        soon(),
      ),
    ).toMatchObject({
      state: 'unanswered',
      why: 'UNSUPPORTED',
    });
  });
  it('ends with the budget', async () => {
    const double = await rdap({ answer: () => ({ silence: 'all' }) });
    const { look } = lookup({ rdapBase: double.url, timeoutMs: 10_000 });
    expect(await look('sample.com', AbortSignal.timeout(50))).toEqual({
      state: 'unanswered',
      why: 'CANCELLED',
      retryable: true,
    });
    expect(await look('sample.com', AbortSignal.abort())).toMatchObject({ why: 'CANCELLED' });
  });
});

describe('look, by WHOIS', () => {
  it('asks about .tr at whois.trabis.gov.tr', async () => {
    const double = await whois({ answers: { 'ornek-firma.com.tr': TR } });
    const asked: string[] = [];
    const { look } = lookup({ connect: toDoubles({ 'whois.trabis.gov.tr': double.port }, asked) });
    expect(await look('mail.ornek-firma.com.tr', soon())).toEqual({
      state: 'found',
      value: {
        source: 'whois',
        server: 'whois.trabis.gov.tr',
        registrar: 'Örnek Barındırma Bilişim Hizmetleri A.Ş.',
        created: '2003-02-05',
        expires: '2027-02-04',
        updated: null,
        nameservers: ['ns1.ornek-dns.com.tr', 'ns2.ornek-dns.com.tr'],
        statuses: ['Active'],
      },
    });
    expect(asked).toEqual(['whois.trabis.gov.tr:43']);
    expect(await look('ornek-yok.com.tr', soon())).toEqual({ state: 'absent', why: 'NOT-FOUND' });
  });
  it('reads text in the old Turkish encoding', async () => {
    const latin5 = Uint8Array.from(TR.replace('Şub', 'Feb'), (c) => {
      const at = 'ĞİŞğış'.indexOf(c);
      return at === -1 ? c.charCodeAt(0) & 0xff : ([0xd0, 0xdd, 0xde, 0xf0, 0xfd, 0xfe][at] as number);
    });
    const double = await whois({ answer: () => latin5 });
    const result = await lookup({ whoisHost: double.host }).look('ornek-firma.com.tr', soon());
    expect(result).toMatchObject({ value: { registrar: 'Örnek Barındırma Bilişim Hizmetleri A.Ş.' } });
  });
  it('sends the query in the form of the registry', async () => {
    const down = async () => ({ state: 'failed', why: 'NETWORK', sentence: 'down' }) as const;
    const double = await whois({
      answer: () => 'Domain: sample.de\nNserver: ns1.sample.example\nStatus: connect\n',
    });
    expect(await lookup({ fetch: down, whoisHost: double.host }).look('sample.de', soon())).toMatchObject({
      state: 'found',
    });
    expect(double.requests).toEqual(['-T dn,ace sample.de']);
  });
  it('is asked where RDAP gives no answer, and not where RDAP says absent', async () => {
    const text = 'domain: sample.nl\nregistrar: Sample\ncreated: 2001-01-01\nnserver: ns1.sample.example\n';
    const silent = await rdap({ answer: () => ({ status: 500 }) });
    const double = await whois({ answer: () => text });
    const options = { whoisHost: double.host };
    expect(await lookup({ ...options, rdapBase: silent.url }).look('sample.nl', soon())).toMatchObject({
      value: { source: 'whois' },
    });
    const empty = await rdap();
    expect(await lookup({ ...options, rdapBase: empty.url }).look('sample.nl', soon())).toMatchObject({
      state: 'absent',
    });
    const busy = await rdap({ answer: () => ({ status: 429 }) });
    expect(await lookup({ ...options, rdapBase: busy.url }).look('sample.nl', soon())).toMatchObject({
      why: 'THROTTLED',
    });
    expect(double.requests).toEqual(['sample.nl']);
  });
  it('is asked alone where RDAP is switched off', async () => {
    const never = await rdap({ answers: { 'sample.nl': { json: domainObject('sample.nl') } } });
    const double = await whois({
      answer: () =>
        'domain: sample.nl\nregistrar: Sample\ncreated: 2001-01-01\nnserver: ns1.sample.example\n',
    });
    const { look } = lookup({ rdap: false, rdapBase: never.url, whoisHost: double.host });
    expect(await look('sample.nl', soon())).toMatchObject({ value: { source: 'whois' } });
    expect(await look('sample.com', soon())).toMatchObject({ state: 'unanswered', why: 'UNSUPPORTED' });
    expect(never.requests).toEqual([]);
  });
  it('asks the seller of names below a name, not the registry above', async () => {
    const double = await whois({
      answer: () => 'Domain Name: SAMPLE.UK.COM\nRegistrar: Sample\nCreation Date: 2001-01-01T00:00:00Z\n',
    });
    const { look } = lookup({
      fetch: () => expect.unreachable(),
      connect: toDoubles({ 'whois.centralnic.net': double.port }),
    });
    expect(await look('www.sample.uk.com', soon())).toMatchObject({ state: 'found' });
    expect(double.requests).toEqual(['sample.uk.com']);
  });

  it.each<[string, Parameters<typeof startWhois>[0]['answer'], string]>([
    ['a refusal', () => 'Query rate limit exceeded. No match.', 'THROTTLED'],
    ['terms alone', () => 'By submitting a query you agree to these terms.', 'BAD-REPLY'],
    ['an error', () => 'Invalid query', 'BAD-REPLY'],
    ['garbage', () => Uint8Array.from({ length: 2000 }, (_, i) => (i * 73) & 0xff), 'BAD-REPLY'],
    ['nothing', () => ({ close: true }), 'BAD-REPLY'],
    ['a reset', () => ({ reset: true }), 'NETWORK'],
    ['silence', () => ({ silence: true }), 'TIMEOUT'],
    ['a drip', () => ({ drip: TR, everyMs: 50 }), 'TIMEOUT'],
    ['a flood', () => ({ flood: 2_000_000 }), 'BAD-REPLY'],
  ])('reads %s as unanswered', async (_, answer, why) => {
    const double = await whois(answer === undefined ? {} : { answer });
    expect(await lookup({ whoisHost: double.host }).look('sample.com.tr', soon())).toMatchObject({
      state: 'unanswered',
      why,
    });
  });
  it('reads what came before a reset', async () => {
    const double = await whois({ answer: () => ({ reset: true, after: TR }) });
    expect(await lookup({ whoisHost: double.host }).look('ornek-firma.com.tr', soon())).toMatchObject({
      state: 'found',
    });
  });
  it('tells a closed port as NETWORK, and the end of the budget as CANCELLED', async () => {
    expect(await lookup({ whoisHost: '127.0.0.1:1' }).look('sample.tr', soon())).toMatchObject({
      why: 'NETWORK',
    });
    const double = await whois({ answer: () => ({ silence: true }) });
    expect(await lookup({ whoisHost: double.host }).look('sample.tr', AbortSignal.timeout(50))).toMatchObject(
      { why: 'CANCELLED' },
    );
  });
});

describe('look, referrals', () => {
  const thin = (to: string) =>
    `Domain Name: SAMPLE.TR\nRegistrar WHOIS Server: ${to}\nCreation Date: 2001-01-01T00:00:00Z\nName Server: ns1.sample.example\n`;
  const thick =
    'Domain Name: SAMPLE.TR\nRegistrar: Sample Registrar\nCreation Date: 1999-09-09T00:00:00Z\nRegistrar Registration Expiration Date: 2027-01-01T00:00:00Z\nRegistrar WHOIS Server: whois.third.example\n';

  it('follows one, fills what is missing, and lets the word of the registry stand', async () => {
    const first = await whois({ answer: () => thin('whois.second.example') });
    const second = await whois({ answer: () => thick });
    const asked: string[] = [];
    const connect = toDoubles(
      { 'whois.trabis.gov.tr': first.port, 'whois.second.example': second.port },
      asked,
    );
    expect(await lookup({ connect }).look('sample.tr', soon())).toMatchObject({
      value: {
        server: 'whois.trabis.gov.tr',
        registrar: 'Sample Registrar',
        created: '2001-01-01T00:00:00Z',
        expires: '2027-01-01T00:00:00Z',
        nameservers: ['ns1.sample.example'],
      },
    });
    expect(asked).toEqual(['whois.trabis.gov.tr:43', 'whois.second.example:43']);
  });
  it('goes in no circle', async () => {
    const first = await whois({ answer: () => thin('whois.trabis.gov.tr') });
    const connect = toDoubles({ 'whois.trabis.gov.tr': first.port });
    expect(await lookup({ connect }).look('sample.tr', soon())).toMatchObject({
      state: 'found',
      value: { registrar: null },
    });
    expect(first.requests).toHaveLength(1);
  });
  it.each(['localhost', '127.0.0.1', 'internal.sample.example'])(
    'goes to no address inside: %s',
    async (inside) => {
      const first = await whois({ answer: () => thin(inside) });
      const second = await whois({ answer: () => thick });
      // allowed by address is only the first; the name of the second leads to a private one
      const guarded = createSafeConnect({ resolve: async () => [{ address: '10.0.0.1', family: 4 }] });
      const open = createSafeConnect({ allowAddress: isLoopback });
      const connect: SafeConnect = (host, port, options) =>
        host === 'whois.trabis.gov.tr'
          ? open('127.0.0.1', first.port, options)
          : guarded('localhost', port, options);
      expect(await lookup({ connect }).look('sample.tr', soon())).toMatchObject({
        value: { registrar: null },
      });
      expect(second.requests).toEqual([]);
    },
  );
  it("does not take the referred server's word about another domain, nor its silence for absence", async () => {
    for (const answer of [thick.replace('SAMPLE.TR', 'OTHER.TR'), 'No match', 'Quota exceeded']) {
      const first = await whois({ answer: () => thin('whois.second.example') });
      const second = await whois({ answer: () => answer });
      const connect = toDoubles({ 'whois.trabis.gov.tr': first.port, 'whois.second.example': second.port });
      expect(await lookup({ connect }).look('sample.tr', soon())).toMatchObject({
        state: 'found',
        value: { registrar: null },
      });
    }
  });
  it("follows IANA's answer to the registry", async () => {
    const iana = await whois({
      answer: () => 'refer: whois.registry.example\n\ndomain: TR\nwhois: whois.registry.example\n',
    });
    const registry = await whois({ answer: () => TR });
    const connect = toDoubles({ 'whois.trabis.gov.tr': iana.port, 'whois.registry.example': registry.port });
    expect(await lookup({ connect }).look('ornek-firma.com.tr', soon())).toMatchObject({
      value: { server: 'whois.registry.example' },
    });
  });
});

describe('look, politeness', () => {
  const registered = (domain: string) =>
    `Domain Name: ${domain}\nRegistrar: Sample\nCreation Date: 2001-01-01\n`;

  it('asks a server once a second, one at a time', async () => {
    const { clock, sleep, slept } = clockwork();
    const double = await whois({ answer: (q) => ({ drip: registered(q), everyMs: 1 }) });
    const { look } = lookup({ whoisHost: double.host, clock, sleep, limits: {} });
    const results = await Promise.all(
      ['a.tr', 'b.tr', 'c.tr', 'd.tr'].map((d) => look(`sample-${d}`, soon())),
    );
    expect(results.map((r) => r.state)).toEqual(['found', 'found', 'found', 'found']);
    expect(double.mostAtOnce()).toBe(1);
    expect(slept).toEqual([1000, 1000, 1000]);
  });
  it('lets who waits in the queue go when the budget ends', async () => {
    const double = await whois({ answer: () => ({ silence: true }) });
    const { look } = lookup({ whoisHost: double.host });
    const first = look('sample-a.tr', soon());
    expect(await look('sample-b.tr', AbortSignal.timeout(50))).toMatchObject({ why: 'CANCELLED' });
    expect(await first).toMatchObject({ why: 'TIMEOUT' });
    expect(double.requests).toEqual(['sample-a.tr']);
  });
  it.each([
    ['120', 120_000],
    ['Wed, 25 Nov 2026 00:02:00 GMT', 120_000],
  ])('leaves a server alone until its Retry-After %j is over', async (retryAfter, ms) => {
    const { clock, sleep, advance } = clockwork();
    const double = await rdap({
      answer: (domain, nth) =>
        nth === 0 ? { status: 429, headers: { 'retry-after': retryAfter } } : { json: domainObject(domain) },
    });
    const { look } = lookup({ rdapBase: double.url, clock, sleep });
    expect(await look('sample.com', soon())).toEqual({
      state: 'unanswered',
      why: 'THROTTLED',
      retryable: true,
    });
    advance(ms - 1);
    expect(await look('sample.com', soon())).toMatchObject({ why: 'THROTTLED' });
    expect(double.requests).toHaveLength(1);
    advance(1);
    expect(await look('sample.com', soon())).toMatchObject({ state: 'found' });
  });
  it('takes 503 with a time for the same', async () => {
    const double = await rdap({ answer: () => ({ status: 503, headers: { 'retry-after': '60' } }) });
    const { look } = lookup({ rdapBase: double.url });
    expect(await look('sample.com', soon())).toMatchObject({ why: 'THROTTLED' });
    expect(await look('sample2.com', soon())).toMatchObject({ why: 'THROTTLED' });
    expect(double.requests).toHaveLength(1);
  });
  it('doubles the pause after every refusal up to 15 minutes, and forgets it after an answer', async () => {
    const { clock, sleep, advance } = clockwork();
    let refuse = true;
    const double = await whois({ answer: (q) => (refuse ? 'Too many requests' : registered(q)) });
    const { look } = lookup({ whoisHost: double.host, clock, sleep });
    const pauses: number[] = [];
    for (let i = 0; i < 7; i++) {
      expect(await look('sample.tr', soon())).toMatchObject({ why: 'THROTTLED' });
      let pause = 0;
      for (const before = double.requests.length; ; pause += 15_000) {
        if (i === 6) break;
        advance(15_000);
        // a look inside the pause asks nobody
        const quiet = double.requests.length;
        if (pause + 15_000 < 30_000 * 2 ** i && pause + 15_000 < 900_000) {
          await look('sample.tr', soon());
          expect(double.requests.length).toBe(quiet);
        } else break;
        expect(double.requests.length).toBe(before);
      }
      pauses.push((pause + 15_000) / 1000);
    }
    expect(pauses.slice(0, 6)).toEqual([30, 60, 120, 240, 480, 900]);
    advance(900_000);
    refuse = false;
    expect(await look('sample.tr', soon())).toMatchObject({ state: 'found' });
    refuse = true;
    await look('sample.tr', soon());
    advance(30_000);
    refuse = false;
    expect(await look('sample.tr', soon())).toMatchObject({ state: 'found' });
  });
  it('keeps the limits of one server from another', async () => {
    const busy = await whois({ answer: () => 'Too many requests' });
    const calm = await whois({ answer: registered });
    const connect = toDoubles({ 'whois.trabis.gov.tr': busy.port, 'whois.nic.at': calm.port });
    const { look } = lookup({ connect });
    expect(await look('sample.tr', soon())).toMatchObject({ why: 'THROTTLED' });
    expect(await look('sample.at', soon())).toMatchObject({ state: 'found' });
  });
});

describe('retryAfterMs', () => {
  const now = Date.parse('2026-11-25T00:00:00Z');
  it.each([
    ['0', 0],
    ['120', 120_000],
    [' 5 ', 5_000],
    ['Wed, 25 Nov 2026 00:01:00 GMT', 60_000],
    ['Tue, 24 Nov 2026 00:00:00 GMT', 0],
    ['soon', null],
    ['-5', null],
    ['', null],
    [undefined, null],
  ])('reads %j as %j', (header, ms) => {
    expect(retryAfterMs(header, now)).toBe(ms);
  });
});

describe('decodeWhois', () => {
  it('takes UTF-8 for what it is, and the rest in the encoding of the registry', () => {
    expect(decodeWhois(new TextEncoder().encode('Şirket'))).toBe('Şirket');
    expect(decodeWhois(Uint8Array.of(0xde, 0x69), 'windows-1254')).toBe('Şi');
    expect(decodeWhois(Uint8Array.of(0xe9))).toBe('é');
  });
});
