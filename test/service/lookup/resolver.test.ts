import * as fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { createNodeResolver, type NodeResolverOptions, type Resolver } from '#service/lookup/resolver.ts';
import { sleep } from '#service/lookup/limit.ts';
import {
  startDnsDouble,
  TROUBLES,
  type DnsDouble,
  type DnsDoubleOptions,
  type Zone,
} from '#test/doubles/dns.ts';
import { startDnsChild } from '#test/support/dns-child.ts';

const ZONE: Zone = {
  'example.test': {
    MX: [
      [20, 'Backup.Example.test'],
      [10, 'mail2.example.test'],
      [10, 'mail1.example.test'],
    ],
    TXT: ['v=spf1 -all', ['v=DKIM1; p=', 'abc'], 'Türkçe'],
    NS: ['NS2.example.test', 'ns1.example.test'],
    SOA: ['ns1.example.test', 'hostmaster.example.test', 2026010101],
    CAA: [
      [0, 'issue', 'letsencrypt.org'],
      [128, 'issuewild', ';'],
    ],
    A: ['192.0.2.2', '192.0.2.1'],
    AAAA: ['2001:db8::1'],
  },
  'www.example.test': { CNAME: 'Example.test' },
  '_autodiscover._tcp.example.test': {
    SRV: [
      [1, 0, 443, 'second.example.test'],
      [0, 1, 443, 'light.example.test'],
      [0, 9, 443, 'Heavy.example.test'],
    ],
  },
  'null.test': { MX: [[0, '.']] },
  '1.2.0.192.in-addr.arpa': { PTR: ['Mail.example.test'] },
  '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa': { PTR: ['six.example.test'] },
  'below.empty.test': { A: ['192.0.2.3'] },
  'big.test': { TXT: ['x'.repeat(6000)] },
  'round.test': { CNAME: 'round.test' },
};

const ending: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(ending.splice(0).map((end) => end()));
});

async function serve(options: Partial<DnsDoubleOptions> = {}): Promise<DnsDouble> {
  const double = await startDnsDouble({ zone: ZONE, ...options });
  ending.push(() => double.stop());
  return double;
}

/** A resolver that asks doubles, quickly and without chance. */
function resolver(
  servers: DnsDouble | readonly DnsDouble[],
  options: Partial<NodeResolverOptions> = {},
): Resolver {
  const made = createNodeResolver({
    servers: [servers].flat().map((double) => double.address),
    timeoutMs: 250,
    tries: 2,
    backoff: { baseMs: 5, factor: 2, jitter: 0 },
    clock: Date.now,
    sleep,
    random: () => 0.5,
    ...options,
  });
  ending.push(() => made.stop());
  return made;
}

const asked = (double: DnsDouble) => double.queries.map((q) => `${q.type} ${q.name}`);

describe('an answer', () => {
  test('to each question, in lower case, without final dots, in a fixed order', async () => {
    const ask = resolver(await serve());
    const found = (value: unknown) => ({ state: 'found', value });
    expect(await ask.mx('example.test')).toEqual(
      found([
        { preference: 10, exchange: 'mail1.example.test' },
        { preference: 10, exchange: 'mail2.example.test' },
        { preference: 20, exchange: 'backup.example.test' },
      ]),
    );
    expect(await ask.txt('example.test')).toEqual(found(['v=spf1 -all', 'v=DKIM1; p=abc', 'Türkçe']));
    expect(await ask.ns('example.test')).toEqual(found(['ns1.example.test', 'ns2.example.test']));
    expect(await ask.a('example.test')).toEqual(found(['192.0.2.1', '192.0.2.2']));
    expect(await ask.aaaa('example.test')).toEqual(found(['2001:db8::1']));
    expect(await ask.cname('www.example.test')).toEqual(found('example.test'));
    expect(await ask.caa('example.test')).toEqual(found(['0 issue "letsencrypt.org"', '128 issuewild ";"']));
    expect(await ask.soa('example.test')).toEqual(
      found({ primary: 'ns1.example.test', hostmaster: 'hostmaster.example.test', serial: 2026010101 }),
    );
    expect(await ask.srv('_autodiscover._tcp.example.test')).toEqual(
      found([
        { priority: 0, weight: 9, port: 443, target: 'heavy.example.test' },
        { priority: 0, weight: 1, port: 443, target: 'light.example.test' },
        { priority: 1, weight: 0, port: 443, target: 'second.example.test' },
      ]),
    );
    expect(await ask.ptr('192.0.2.1')).toEqual(found(['mail.example.test']));
    expect(await ask.ptr('2001:db8::1')).toEqual(found(['six.example.test']));
  });

  test('of a null MX is one record with an empty exchange (RFC 7505)', async () => {
    expect(await resolver(await serve()).mx('null.test')).toEqual({
      state: 'found',
      value: [{ preference: 0, exchange: '' }],
    });
  });

  test('follows CNAMEs', async () => {
    expect(await resolver(await serve()).a('www.example.test')).toEqual({
      state: 'found',
      value: ['192.0.2.1', '192.0.2.2'],
    });
  });

  test('of 6 kB comes over TCP after a cut one over UDP', async () => {
    const double = await serve();
    expect(await resolver(double).txt('big.test')).toEqual({ state: 'found', value: ['x'.repeat(6000)] });
    expect(double.queries.map((q) => q.transport)).toEqual(['udp', 'tcp']);
  });
});

describe('kinds of no answer are kept apart', () => {
  test.each<[string, Zone[string] | undefined, object]>([
    ['no such name', undefined, { state: 'absent', why: 'NXDOMAIN' }],
    ['no such type', { A: ['192.0.2.1'] }, { state: 'absent', why: 'NODATA' }],
    ['SERVFAIL', 'SERVFAIL', { state: 'unanswered', why: 'SERVFAIL', retryable: true }],
    ['REFUSED', 'REFUSED', { state: 'unanswered', why: 'REFUSED', retryable: true }],
    ['FORMERR', 'FORMERR', { state: 'unanswered', why: 'BAD-REPLY', retryable: false }],
    ['NOTIMP', 'NOTIMP', { state: 'unanswered', why: 'BAD-REPLY', retryable: false }],
    ['bytes that are no message', 'GARBAGE', { state: 'unanswered', why: 'BAD-REPLY', retryable: false }],
    [
      'an NXDOMAIN without a question',
      'NO-QUESTION',
      { state: 'unanswered', why: 'BAD-REPLY', retryable: false },
    ],
    ['silence', 'SILENT', { state: 'unanswered', why: 'TIMEOUT', retryable: true }],
    [
      'a forged NXDOMAIN with another id',
      'WRONG-ID',
      { state: 'unanswered', why: 'TIMEOUT', retryable: true },
    ],
    [
      'an NXDOMAIN for another name',
      'WRONG-QUESTION',
      { state: 'unanswered', why: 'TIMEOUT', retryable: true },
    ],
    [
      'an answer cut off that TCP does not give',
      'TRUNCATED',
      { state: 'unanswered', why: 'NETWORK', retryable: true },
    ],
  ])('%s', async (_, node, expected) => {
    const double = await serve({
      zone: { 'other.test': { A: ['192.0.2.1'] }, ...(node ? { 'name.test': node } : {}) },
    });
    expect(await resolver(double).txt('name.test')).toEqual(expected);
  });

  test('a name between a name and the root has no records, but is there', async () => {
    expect(await resolver(await serve()).a('empty.test')).toEqual({ state: 'absent', why: 'NODATA' });
  });

  test('a CNAME loop is no absence', async () => {
    expect(await resolver(await serve()).a('round.test')).toMatchObject({
      state: 'unanswered',
      why: 'SERVFAIL',
    });
  });

  test('a server that is not there is NETWORK', async () => {
    const double = await serve();
    const ask = resolver(double);
    await double.stop();
    ending.shift();
    expect(await ask.a('example.test')).toMatchObject({ state: 'unanswered', why: 'NETWORK' });
  });

  test('a cut answer is NETWORK where TCP is refused: half a TXT is not the TXT', async () => {
    expect(await resolver(await serve({ tcp: 'refused' })).txt('big.test')).toMatchObject({
      state: 'unanswered',
      why: 'NETWORK',
    });
  });

  test.each([
    '',
    '.',
    'a..b',
    `${'a'.repeat(64)}.test`,
    'a b.test',
    'a\\.b.test',
    'ü.test',
    `${'a.'.repeat(130)}test`,
  ])('a name that no packet can carry is UNSUPPORTED, and nobody is asked: "%s"', async (name) => {
    const double = await serve();
    expect(await resolver(double).txt(name)).toEqual({
      state: 'unanswered',
      why: 'UNSUPPORTED',
      retryable: false,
    });
    expect(double.queries).toEqual([]);
  });

  test('says that it cannot see DNSSEC', async () => {
    expect(resolver(await serve()).capabilities).toEqual({ dnssec: false });
  });
});

describe('trying again', () => {
  test('after SERVFAIL, with pauses that grow, and a jitter', async () => {
    const double = await serve();
    const waits: number[] = [];
    const draws = [0, 0.75];
    let seen = 0;
    double.behave({ answer: () => (++seen < 3 ? 'SERVFAIL' : undefined) });
    const ask = resolver(double, {
      tries: 3,
      backoff: { baseMs: 100, factor: 3, jitter: 0.5 },
      random: () => draws.shift() ?? 0,
      sleep: async (ms) => void waits.push(ms),
    });
    expect(await ask.a('example.test')).toMatchObject({ state: 'found' });
    expect(waits).toEqual([100 * 0.5, 300 * 1.25]);
  });

  test.each(['REFUSED', 'FORMERR'] as const)(
    'not at the same server after %s: the next one at once',
    async (trouble) => {
      const first = await serve({ behaviour: { answer: () => trouble } });
      const second = await serve();
      const waits: number[] = [];
      const ask = resolver(first, {
        tries: 3,
        fallbackServers: [second.address],
        sleep: async (ms) => void waits.push(ms),
      });
      expect(await ask.a('example.test')).toMatchObject({ state: 'found' });
      expect([first.queries.length, waits]).toEqual([1, []]);
    },
  );

  test('not after an absence', async () => {
    const [first, second] = [await serve(), await serve()];
    expect(await resolver(first, { fallbackServers: [second.address] }).a('nope.test')).toEqual({
      state: 'absent',
      why: 'NXDOMAIN',
    });
    expect([first.queries.length, second.queries.length]).toEqual([1, 0]);
  });

  test('finds the answer of a slow server, although the ones before came fast', async () => {
    const double = await serve({ zone: { ...ZONE, 'slow.test': { TXT: ['at last'], delay: 800 } } });
    const ask = resolver(double, { timeoutMs: 900 });
    // c-ares learns from these that 250 ms is long enough to wait.
    for (let i = 0; i < 20; i++) await ask.a(`fast${i}.test`);
    expect(await ask.txt('slow.test')).toEqual({ state: 'found', value: ['at last'] });
  });

  test('loses nothing where a tenth of all packets gets lost', async () => {
    const double = await serve({ behaviour: { drop: { share: 0.1, seed: 3 } } });
    const ask = resolver(double, { timeoutMs: 3000 });
    const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => ask.a(`n${i}.test`)));
    expect(answers.filter((a) => a.state !== 'absent')).toEqual([]);
  });
});

describe('which server', () => {
  const domains = Array.from({ length: 40 }, (_, i) => `d${i}.test`);
  const zone: Zone = Object.fromEntries(
    domains.map((name) => [name, { A: ['192.0.2.1'], MX: [[1, 'mx.test']] }]),
  );

  test('the first is fixed by the domain, whatever the name asked, and domains spread over all', async () => {
    const doubles = [await serve({ zone }), await serve({ zone }), await serve({ zone })];
    const where = async () => {
      const ask = resolver(doubles);
      const places: number[] = [];
      for (const domain of domains) {
        const before = doubles.map((d) => d.queries.length);
        await ask.for(domain).mx(domain);
        await ask.for(domain).txt(`_dmarc.${domain}`);
        const gained = doubles.map((d, i) => d.queries.length - before[i]!);
        expect(gained.toSorted()).toEqual([0, 0, 2]);
        places.push(gained.indexOf(2));
      }
      return places;
    };
    const first = await where();
    expect(new Set(first).size).toBe(3);
    expect(await where()).toEqual(first);
  });

  test('fall-back servers are asked only when the primary gave no answer, in an order fixed by the domain', async () => {
    const primary = await serve({ behaviour: { answer: () => 'SERVFAIL' } });
    const fallbacks = [await serve({ zone }), await serve({ zone })];
    const where = async () => {
      const ask = resolver(primary, {
        tries: 2,
        fallbackServers: fallbacks.map((d) => d.address),
        cache: false,
      });
      const places: number[] = [];
      for (const domain of domains) {
        const before = fallbacks.map((d) => d.queries.length);
        expect(await ask.for(domain).mx(domain)).toMatchObject({ state: 'found' });
        places.push(fallbacks.findIndex((d, i) => d.queries.length > before[i]!));
      }
      expect(ask.counters.fallback).toBe(domains.length);
      return places;
    };
    const first = await where();
    expect(new Set(first).size).toBe(2);
    expect(await where()).toEqual(first);
    primary.behave({});
    primary.serve(zone);
    const before = fallbacks.map((d) => d.queries.length);
    await resolver(primary, { fallbackServers: fallbacks.map((d) => d.address) }).mx('d1.test');
    expect(fallbacks.map((d) => d.queries.length)).toEqual(before);
  });

  test('a dead primary is left alone after eight silences, and tried again after half a minute', async () => {
    const primary = await serve({ zone, behaviour: { answer: () => 'SILENT' } });
    const fallback = await serve({ zone });
    let now = 0;
    const ask = resolver(primary, {
      tries: 2,
      timeoutMs: 60,
      fallbackServers: [fallback.address],
      cache: false,
      clock: () => now,
    });
    await Promise.all(domains.slice(0, 8).map((domain) => ask.for(domain).a(domain)));
    const before = primary.queries.length;
    expect(await ask.a('d9.test')).toMatchObject({ state: 'found' });
    expect(primary.queries.length).toBe(before);
    primary.behave({});
    now = 30_000;
    const fell = fallback.queries.length;
    await ask.a('d10.test');
    await ask.a('d11.test');
    expect(fallback.queries.length).toBe(fell);
  });
});

describe('equal questions', () => {
  test('under way are asked once', async () => {
    const double = await serve();
    const ask = resolver(double);
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        ask.for(`d${i}.test`).txt(i % 2 ? 'example.test' : 'Example.TEST.'),
      ),
    );
    expect(new Set(answers.map((a) => JSON.stringify(a))).size).toBe(1);
    expect(asked(double)).toEqual(['TXT example.test']);
    expect(ask.counters).toMatchObject({ sent: 1, merged: 49 });
  });

  test('answered before are not asked again for a minute, absences too', async () => {
    const double = await serve();
    let now = 0;
    const ask = resolver(double, { clock: () => now });
    for (const at of [0, 59_999, 60_001]) {
      now = at;
      await ask.a('example.test');
      await ask.a('nope.test');
    }
    expect(asked(double)).toEqual(['A example.test', 'A nope.test', 'A example.test', 'A nope.test']);
  });

  test('that nobody answered are asked again', async () => {
    const double = await serve({ behaviour: { answer: () => 'SERVFAIL' } });
    const ask = resolver(double, { tries: 1 });
    await ask.a('example.test');
    await ask.a('example.test');
    expect(double.queries).toHaveLength(2);
  });

  test('are asked again for a fresh scan, and where the cache is off', async () => {
    const double = await serve();
    const ask = resolver(double);
    await ask.a('example.test');
    await ask.for('example.test', { fresh: true }).a('example.test');
    expect(double.queries).toHaveLength(2);
    const without = resolver(double, { cache: false });
    await without.a('example.test');
    await without.a('example.test');
    expect(double.queries).toHaveLength(4);
  });

  test('leave the cache in the order they came, when it is full', async () => {
    const double = await serve();
    const ask = resolver(double, { cache: { ttlMs: 60_000, max: 2 } });
    for (const name of ['a.test', 'b.test', 'c.test', 'c.test', 'b.test', 'a.test']) await ask.a(name);
    expect(asked(double)).toEqual(['A a.test', 'A b.test', 'A c.test', 'A a.test']);
  });
});

describe('a signal', () => {
  const CANCELLED = { state: 'unanswered', why: 'CANCELLED', retryable: true };
  const silent = () => serve({ behaviour: { answer: () => 'SILENT' } });
  const soon = <T>(promise: Promise<T>) =>
    Promise.race([promise, sleep(200).then(() => 'too late' as const)]);

  test('ends a question under way', async () => {
    const ask = resolver(await silent(), { timeoutMs: 5000 });
    const stop = new AbortController();
    const answer = ask.a('example.test', stop.signal);
    setTimeout(() => stop.abort(), 30);
    expect(await soon(answer)).toEqual(CANCELLED);
  });

  test('ends a question that waits for its turn, which is then never asked', async () => {
    const double = await silent();
    const ask = resolver(double, { timeoutMs: 5000, inFlightPerResolver: 1, resolversPerServer: 1 });
    void ask.a('first.test');
    const stop = new AbortController();
    const answer = ask.a('second.test', stop.signal);
    setTimeout(() => stop.abort(), 30);
    expect(await soon(answer)).toEqual(CANCELLED);
    expect(new Set(asked(double))).toEqual(new Set(['A first.test']));
  });

  test('ends the pause before the next try', async () => {
    const ask = resolver(await serve({ behaviour: { answer: () => 'SERVFAIL' } }), {
      backoff: { baseMs: 60_000, factor: 1, jitter: 0 },
    });
    const stop = new AbortController();
    const answer = ask.a('example.test', stop.signal);
    setTimeout(() => stop.abort(), 30);
    expect(await soon(answer)).toEqual(CANCELLED);
  });

  test('may be shared by many questions without a warning', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    ending.push(() => process.off('warning', note));
    const ask = resolver(await serve());
    const stop = new AbortController();
    await Promise.all(Array.from({ length: 50 }, (_, i) => ask.a(`d${i}.test`, stop.signal)));
    await sleep(10);
    expect(warnings).toEqual([]);
  });

  test('that has fired before asks nobody', async () => {
    const double = await serve();
    expect(await resolver(double).a('example.test', AbortSignal.abort())).toEqual(CANCELLED);
    expect(double.queries).toEqual([]);
  });

  test('of one asker does not touch the others who wait for the same answer', async () => {
    const ask = resolver(await serve({ behaviour: { delay: 60 } }));
    const stop = new AbortController();
    const [gone, stays, free] = [
      ask.a('example.test', stop.signal),
      ask.a('example.test', new AbortController().signal),
      ask.a('example.test'),
    ];
    await sleep(20);
    stop.abort();
    expect(await gone).toEqual(CANCELLED);
    expect(await stays).toMatchObject({ state: 'found' });
    expect(await free).toMatchObject({ state: 'found' });
  });

  test('of the last asker ends the question, and the next asker starts anew', async () => {
    const double = await silent();
    const ask = resolver(double, { timeoutMs: 5000 });
    const stop = new AbortController();
    const gone = [ask.a('example.test', stop.signal), ask.a('example.test', stop.signal)];
    await sleep(30);
    stop.abort();
    double.behave({});
    expect(await Promise.all(gone)).toEqual([CANCELLED, CANCELLED]);
    expect(await soon(ask.a('example.test'))).toMatchObject({ state: 'found' });
  });

  test('stop ends them all, and later questions at once', async () => {
    const ask = resolver(await silent(), { timeoutMs: 5000 });
    const answers = [ask.a('a.test'), ask.mx('b.test', new AbortController().signal)];
    await sleep(20);
    ask.stop();
    expect(await soon(Promise.all(answers))).toEqual([CANCELLED, CANCELLED]);
    expect(await ask.a('c.test')).toEqual(CANCELLED);
  });
});

describe('load', () => {
  test('2,000 questions at once are all answered', async () => {
    const zone: Zone = Object.fromEntries(
      Array.from({ length: 2000 }, (_, i) => [`d${i}.test`, { TXT: [`v=spf1 ${i} -all`] }]),
    );
    const ask = resolver(await serve({ zone }), { timeoutMs: 3000, tries: 1 });
    const answers = await Promise.all(Array.from({ length: 2000 }, (_, i) => ask.txt(`d${i}.test`)));
    expect(answers.filter((a, i) => a.state !== 'found' || a.value[0] !== `v=spf1 ${i} -all`)).toEqual([]);
    expect(ask.counters).toMatchObject({ sent: 2000, repeated: 0 });
  });

  test('no more are open at a time than each resolver may have', async () => {
    const double = await serve({ behaviour: { delay: 100 } });
    const ask = resolver(double, { timeoutMs: 2000, inFlightPerResolver: 3, resolversPerServer: 2 });
    const answers = Promise.all(Array.from({ length: 20 }, (_, i) => ask.a(`d${i}.test`)));
    await sleep(60);
    expect(double.queries).toHaveLength(6);
    await answers;
    expect(double.queries).toHaveLength(20);
  });

  test('a process that was busy does not take an answer in the socket for a time-out', async () => {
    // In another process: this one cannot answer while it is busy.
    const double = await startDnsChild(ZONE);
    ending.push(() => double.stop());
    const ask = createNodeResolver({
      servers: [double.address],
      timeoutMs: 300,
      tries: 1,
      clock: Date.now,
      sleep,
      random: () => 0,
    });
    ending.push(() => ask.stop());
    const answer = ask.a('example.test');
    // The question leaves in microtasks; no socket is read before the loop turns.
    for (let i = 0; i < 20; i++) await undefined;
    expect(ask.counters.sent).toBe(1);
    const until = performance.now() + 500;
    while (performance.now() < until);
    expect(await answer).toMatchObject({ state: 'found' });
  });
});

describe('no failure is ever taken for an absence', () => {
  test('whatever goes wrong, and however often', { timeout: 60_000 }, async () => {
    const names = Array.from({ length: 12 }, (_, i) => `d${i}.test`);
    const zone: Zone = Object.fromEntries(
      names.map((name, i) => [name, { TXT: [i % 3 === 0 ? 'x'.repeat(3000) : `t${i}`] }]),
    );
    const trouble = fc.constantFrom(...TROUBLES, undefined);
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          troubles: fc.array(trouble, { minLength: 1, maxLength: 30 }),
          tcp: fc.constantFrom('answers', 'refused', 'silent', 'closes'),
          share: fc.constantFrom(0, 0.3, 0.9),
          seed: fc.nat(1000),
          delay: fc.constantFrom(0, 0, 30, 80),
          fallback: fc.constantFrom(...TROUBLES, undefined, null),
        }),
        async ({ troubles, tcp, share, seed, delay, fallback }) => {
          let turn = 0;
          const behaviour = {
            answer: () => troubles[turn++ % troubles.length],
            drop: { share, seed },
            delay,
          };
          const double = await startDnsDouble({ zone, behaviour, tcp });
          const second = await startDnsDouble({ zone, behaviour: { answer: () => fallback ?? undefined } });
          const ask = createNodeResolver({
            servers: [double.address],
            fallbackServers: fallback === null ? [] : [second.address],
            timeoutMs: 50,
            tries: 2,
            backoff: { baseMs: 1, factor: 1, jitter: 0 },
            clock: Date.now,
            sleep,
            random: () => 0,
          });
          try {
            const answers = await Promise.all(names.map((name) => ask.txt(name)));
            answers.forEach((answer, i) => {
              if (answer.state === 'found')
                expect(answer.value).toEqual((zone[names[i]!] as { TXT: string[] }).TXT);
              else expect(answer.state).toBe('unanswered');
            });
          } finally {
            ask.stop();
            await Promise.all([double.stop(), second.stop()]);
          }
        },
      ),
      { numRuns: 40, seed: 20261125 },
    );
  });
});
