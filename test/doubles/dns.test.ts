import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promises as dns } from 'node:dns';
import { decode, encode, RECURSION_DESIRED, type DecodedPacket, type Packet } from 'dns-packet';
import { afterEach, describe, expect, test } from 'vitest';
import { startDnsDouble, type DnsDouble, type DnsDoubleOptions, type Zone } from './dns.ts';

const ZONE: Zone = {
  'example.test': {
    MX: [
      [10, 'mail.example.test'],
      [20, 'backup.example.test'],
    ],
    TXT: ['v=spf1 -all', ['piece1', 'piece2']],
    NS: ['ns1.example.test'],
    SOA: ['ns1.example.test', 'hostmaster.example.test', 2026010101, 60],
    CAA: [[0, 'issue', 'letsencrypt.org']],
    A: ['192.0.2.1'],
    AAAA: ['2001:db8::1'],
  },
  '_autodiscover._tcp.example.test': { SRV: [[0, 5, 443, 'auto.example.test']] },
  'www.example.test': { CNAME: 'web.example.test' },
  'web.example.test': { CNAME: 'example.test' },
  'gone.example.test': { CNAME: 'nowhere.example.test' },
  'round.test': { CNAME: 'and-round.test' },
  'and-round.test': { CNAME: 'round.test' },
  'deep.below.empty.test': { A: ['192.0.2.2'] },
  '*.wild.test': { TXT: ['any'] },
  'null.test': { MX: [[0, '.']] },
  'big.test': { TXT: Array.from({ length: 12 }, (_, i) => `${i} ${'x'.repeat(500)}`) },
  '1.2.0.192.in-addr.arpa': { PTR: ['example.test'] },
};

const running: DnsDouble[] = [];
async function start(options: Partial<DnsDoubleOptions> = {}): Promise<DnsDouble> {
  const double = await startDnsDouble({ zone: ZONE, ...options });
  running.push(double);
  return double;
}
afterEach(async () => {
  await Promise.all(running.splice(0).map((double) => double.stop()));
});

/** One datagram out, the first one back; undefined = none within the time. */
function datagram(double: DnsDouble, bytes: Buffer, wait = 1000): Promise<Buffer | undefined> {
  const socket = createSocket('udp4');
  return new Promise<Buffer | undefined>((resolve) => {
    const timer = setTimeout(() => resolve(undefined), wait);
    socket.once('message', (message) => {
      clearTimeout(timer);
      resolve(message);
    });
    socket.send(bytes, double.port, double.host);
  }).finally(() => socket.close());
}

function question(name: string, type: string, more: Record<string, unknown> = {}): Buffer {
  return encode({
    type: 'query',
    id: 4711,
    flags: RECURSION_DESIRED,
    questions: [{ type, name }],
    ...more,
  } as Packet);
}

type Answered = DecodedPacket & { rcode: string; flag_tc: boolean; flag_rd: boolean; flag_ra: boolean };
async function ask(
  double: DnsDouble,
  name: string,
  type: string,
  more?: Record<string, unknown>,
): Promise<Answered> {
  const reply = await datagram(double, question(name, type, more));
  if (reply === undefined) throw new Error('no answer');
  return decode(reply) as Answered;
}

/** Messages over one TCP connection, as many answers as come until it has them all or it is closed. */
function stream(double: DnsDouble, messages: Buffer[], chunk = 65_536): Promise<Answered[]> {
  return new Promise((resolve, reject) => {
    const answers: Answered[] = [];
    let rest = Buffer.alloc(0);
    const socket = connect(double.port, double.host);
    const out = Buffer.concat(messages.flatMap((m) => [Buffer.from([m.length >> 8, m.length & 255]), m]));
    for (let at = 0; at < out.length; at += chunk) socket.write(out.subarray(at, at + chunk));
    socket.on('data', (data) => {
      rest = Buffer.concat([rest, data]);
      while (rest.length > 2 && rest.length >= 2 + rest.readUInt16BE(0)) {
        const length = rest.readUInt16BE(0);
        answers.push(decode(rest.subarray(2, 2 + length)) as Answered);
        rest = rest.subarray(2 + length);
      }
      if (answers.length === messages.length) socket.end();
    });
    socket.on('close', () => resolve(answers)).on('error', reject);
  });
}

const values = (answer: Answered) =>
  (answer.answers ?? []).map((a) => [a.type, a.name, 'data' in a ? a.data : undefined] as const);

describe('a good answer', () => {
  test('has the id, the question, RD as asked, RA, and each type of record', async () => {
    const double = await start();
    const answer = await ask(double, 'example.test', 'MX');
    expect({
      id: answer.id,
      rcode: answer.rcode,
      rd: answer.flag_rd,
      ra: answer.flag_ra,
      tc: answer.flag_tc,
    }).toEqual({
      id: 4711,
      rcode: 'NOERROR',
      rd: true,
      ra: true,
      tc: false,
    });
    expect(answer.questions).toMatchObject([{ name: 'example.test', type: 'MX', class: 'IN' }]);
    expect(values(answer)).toEqual([
      ['MX', 'example.test', { preference: 10, exchange: 'mail.example.test' }],
      ['MX', 'example.test', { preference: 20, exchange: 'backup.example.test' }],
    ]);
    expect((await ask(double, 'example.test', 'MX', { flags: 0 })).flag_rd).toBe(false);
    expect(double.queries).toEqual([
      { name: 'example.test', type: 'MX', transport: 'udp' },
      { name: 'example.test', type: 'MX', transport: 'udp' },
    ]);
  });

  test('is the one node:dns reads', async () => {
    const double = await start();
    const resolver = new dns.Resolver();
    resolver.setServers([double.address]);
    expect(await resolver.resolveTxt('example.test')).toEqual([['v=spf1 -all'], ['piece1', 'piece2']]);
    expect(await resolver.resolveNs('example.test')).toEqual(['ns1.example.test']);
    expect(await resolver.resolve4('example.test')).toEqual(['192.0.2.1']);
    expect(await resolver.resolve6('example.test')).toEqual(['2001:db8::1']);
    expect(await resolver.resolveSoa('example.test')).toMatchObject({
      nsname: 'ns1.example.test',
      serial: 2026010101,
      minttl: 60,
    });
    expect(await resolver.resolveCaa('example.test')).toMatchObject([
      { critical: 0, issue: 'letsencrypt.org' },
    ]);
    expect(await resolver.resolveSrv('_autodiscover._tcp.example.test')).toMatchObject([
      { priority: 0, weight: 5, port: 443, name: 'auto.example.test' },
    ]);
    expect(await resolver.resolvePtr('1.2.0.192.in-addr.arpa')).toEqual(['example.test']);
    expect(await resolver.resolveMx('null.test')).toMatchObject([{ priority: 0, exchange: '' }]);
  });

  test('finds a name whatever its case, and gives the case of the question back', async () => {
    const double = await start();
    for (const name of ['example.test', 'eXaMpLe.TeSt', 'EXAMPLE.test']) {
      const answer = await ask(double, name, 'A');
      expect(answer.questions?.[0]?.name).toBe(name);
      expect(values(answer)).toEqual([['A', 'example.test', '192.0.2.1']]);
    }
  });

  test('follows a CNAME chain, but not for a question about the CNAME itself', async () => {
    const double = await start();
    expect(values(await ask(double, 'www.example.test', 'A'))).toEqual([
      ['CNAME', 'www.example.test', 'web.example.test'],
      ['CNAME', 'web.example.test', 'example.test'],
      ['A', 'example.test', '192.0.2.1'],
    ]);
    expect(values(await ask(double, 'www.example.test', 'CNAME'))).toEqual([
      ['CNAME', 'www.example.test', 'web.example.test'],
    ]);
  });

  test('serves a wildcard for names that do not exist otherwise (RFC 4592)', async () => {
    const double = await start();
    expect(values(await ask(double, 'x.y.wild.test', 'TXT'))).toEqual([
      ['TXT', 'x.y.wild.test', [Buffer.from('any')]],
    ]);
  });
});

describe('no such record', () => {
  test.each([
    ['example.test', 'SRV', 'NOERROR', 'a type the name does not have'],
    ['below.empty.test', 'A', 'NOERROR', 'an empty name with names below it'],
    ['test', 'A', 'NOERROR', 'the name above them all'],
    ['wild.test', 'TXT', 'NOERROR', 'the name above a wildcard'],
    ['nope.example.test', 'A', 'NXDOMAIN', 'no such name'],
    ['gone.example.test', 'A', 'NXDOMAIN', 'the end of a CNAME chain (RFC 6604)'],
  ])('%s %s -> %s with an SOA: %s', async (name, type, rcode) => {
    const double = await start();
    const answer = await ask(double, name, type);
    expect(answer.rcode).toBe(rcode);
    expect(answer.authorities?.map((a) => a.type)).toEqual(['SOA']);
  });

  test('takes the SOA of the zone and its negative TTL (RFC 2308)', async () => {
    const double = await start();
    const [soa] = (await ask(double, 'nope.example.test', 'A')).authorities ?? [];
    expect(soa).toMatchObject({
      type: 'SOA',
      name: 'example.test',
      ttl: 60,
      data: { mname: 'ns1.example.test', minimum: 60 },
    });
  });

  test('is never the answer to a CNAME loop: SERVFAIL', async () => {
    const double = await start();
    expect((await ask(double, 'round.test', 'A')).rcode).toBe('SERVFAIL');
  });
});

describe('large answers', () => {
  test('are cut at 512 bytes without EDNS, with TC, and whole over TCP', async () => {
    const double = await start();
    const cut = await ask(double, 'big.test', 'TXT');
    expect(cut.flag_tc).toBe(true);
    expect(cut.answers?.length).toBeLessThan(12);
    const [whole] = await stream(double, [question('big.test', 'TXT')]);
    expect(whole?.flag_tc).toBe(false);
    expect(whole?.answers).toHaveLength(12);
    const resolver = new dns.Resolver();
    resolver.setServers([double.address]);
    expect(await resolver.resolveTxt('big.test')).toHaveLength(12);
  });

  test('come over UDP where EDNS offers the room (RFC 6891), and EDNS comes back', async () => {
    const double = await start();
    const edns = (udpPayloadSize: number) => ({
      additionals: [{ type: 'OPT', name: '.', udpPayloadSize, flags: 0, options: [] }],
    });
    const small = await ask(double, 'big.test', 'TXT', edns(1232));
    expect({ tc: small.flag_tc, answers: small.answers?.length }).toEqual({ tc: true, answers: 2 });
    const large = await ask(double, 'big.test', 'TXT', edns(8192));
    expect({ tc: large.flag_tc, answers: large.answers?.length }).toEqual({ tc: false, answers: 12 });
    expect(large.additionals).toMatchObject([{ type: 'OPT', udpPayloadSize: 1232 }]);
    expect((await ask(double, 'big.test', 'TXT')).additionals).toEqual([]);
  });

  test('can be forced for a small record', async () => {
    const double = await start({ zone: { 'cut.test': { TXT: ['short'], truncated: true } } });
    const answer = await ask(double, 'cut.test', 'TXT');
    expect({ tc: answer.flag_tc, answers: answer.answers }).toEqual({ tc: true, answers: [] });
    expect(values((await stream(double, [question('cut.test', 'TXT')]))[0]!)).toHaveLength(1);
  });
});

describe('TCP', () => {
  test('takes many questions on one connection, in whatever pieces they come (RFC 7766)', async () => {
    const double = await start();
    const names = Array.from({ length: 50 }, (_, i) => (i % 2 ? 'example.test' : 'nope.example.test'));
    const answers = await stream(
      double,
      names.map((name) => question(name, 'A')),
      7,
    );
    expect(answers.map((a) => a.rcode)).toEqual(
      names.map((name) => (name === 'example.test' ? 'NOERROR' : 'NXDOMAIN')),
    );
    expect(double.queries.every((q) => q.transport === 'tcp')).toBe(true);
  });

  test('can be refused, silent or closed at once', async () => {
    const refused = await start({ tcp: 'refused' });
    await expect(stream(refused, [question('example.test', 'A')])).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
    expect((await ask(refused, 'example.test', 'A')).rcode).toBe('NOERROR');
    const closes = await start({ tcp: 'closes' });
    expect(await stream(closes, [question('example.test', 'A')]).catch(() => [])).toEqual([]);
    const silent = await start({ tcp: 'silent' });
    const first = stream(silent, [question('example.test', 'A')]);
    expect(await Promise.race([first, new Promise((r) => setTimeout(r, 200, 'nothing'))])).toBe('nothing');
  });
});

describe('a wrong question', () => {
  const wrong = (change: (bytes: Buffer) => Buffer | void) => {
    const bytes = question('example.test', 'A');
    return change(bytes) ?? bytes;
  };
  test.each([
    ['another opcode', 'NOTIMP', wrong((b) => void (b[2] = 0x28))],
    ['no question', 'FORMERR', wrong((b) => void b.writeUInt16BE(0, 4))],
    ['two questions', 'FORMERR', wrong((b) => void b.writeUInt16BE(2, 4))],
    ['answers in the question', 'FORMERR', wrong((b) => void b.writeUInt16BE(1, 6))],
    ['a name cut off', 'FORMERR', wrong((b) => b.subarray(0, 15))],
    ['a compressed name', 'FORMERR', wrong((b) => void (b[12] = 0xc0))],
    ['bytes behind the question', 'FORMERR', wrong((b) => Buffer.concat([b, Buffer.from('more')]))],
    ['another class', 'REFUSED', wrong((b) => void b.writeUInt16BE(3, b.length - 2))],
  ])('%s -> %s', async (_, rcode, bytes) => {
    const double = await start();
    expect((decode((await datagram(double, bytes))!) as Answered).rcode).toBe(rcode);
    expect(double.queries).toEqual([]);
  });

  test.each([
    ['an answer', wrong((b) => void (b[2]! |= 0x80))],
    ['less than a header', Buffer.alloc(11)],
  ])('%s gets nothing back', async (_, bytes) => {
    expect(await datagram(await start(), bytes, 150)).toBeUndefined();
  });
});

describe('trouble', () => {
  const TROUBLED: Zone = {
    'dead.test': 'SERVFAIL',
    'no.test': 'REFUSED',
    'bad.test': 'FORMERR',
    'not.test': 'NOTIMP',
    'quiet.test': 'SILENT',
    'mixed.test': { TXT: 'SERVFAIL', A: ['192.0.2.9'], MX: 'SILENT' },
    'alias.test': { CNAME: 'dead.test' },
    'slow.test': { A: ['192.0.2.9'], delay: 120 },
    'forged.test': 'WRONG-ID',
    'other.test': 'WRONG-QUESTION',
    'bare.test': 'NO-QUESTION',
    'noise.test': 'GARBAGE',
    'cut.test': 'TRUNCATED',
  };

  test.each([
    ['dead.test', 'A', 'SERVFAIL'],
    ['no.test', 'A', 'REFUSED'],
    ['bad.test', 'A', 'FORMERR'],
    ['not.test', 'A', 'NOTIMP'],
    ['mixed.test', 'TXT', 'SERVFAIL'],
    ['mixed.test', 'A', 'NOERROR'],
    ['alias.test', 'A', 'SERVFAIL'],
  ])('%s %s -> %s', async (name, type, rcode) => {
    expect((await ask(await start({ zone: TROUBLED }), name, type)).rcode).toBe(rcode);
  });

  test('silence, by name and by type', async () => {
    const double = await start({ zone: TROUBLED });
    expect(await datagram(double, question('quiet.test', 'A'), 150)).toBeUndefined();
    expect(await datagram(double, question('mixed.test', 'MX'), 150)).toBeUndefined();
  });

  test('a delay', async () => {
    const double = await start({ zone: TROUBLED });
    const before = performance.now();
    await ask(double, 'slow.test', 'A');
    expect(performance.now() - before).toBeGreaterThan(110);
  });

  test('forged and broken replies', async () => {
    const double = await start({ zone: TROUBLED });
    const reply = async (name: string) => (await datagram(double, question(name, 'A')))!;
    expect((await reply('forged.test')).readUInt16BE(0)).not.toBe(4711);
    expect((decode(await reply('other.test')) as Answered).questions?.[0]?.name).toBe('xther.test');
    expect((decode(await reply('bare.test')) as Answered).questions).toEqual([]);
    const noise = await reply('noise.test');
    expect(() => decode(noise)).toThrow();
    expect((decode(await reply('cut.test')) as Answered).flag_tc).toBe(true);
    expect(await stream(double, [question('cut.test', 'A')])).toEqual([]);
  });

  test('loss of the n-th question, and of a share that is the same in every run', async () => {
    const nth = await start({ behaviour: { drop: { nth: [1, 3] } } });
    const heard: boolean[] = [];
    for (let i = 0; i < 4; i++)
      heard.push((await datagram(nth, question('example.test', 'A'), 100)) !== undefined);
    expect(heard).toEqual([false, true, false, true]);
    expect(nth.queries).toHaveLength(4);

    const lost = async () => {
      const double = await start({ behaviour: { drop: { share: 0.5, seed: 7 } } });
      const answers = [];
      for (let i = 0; i < 8; i++)
        answers.push((await datagram(double, question('example.test', 'A'), 60)) !== undefined);
      return answers;
    };
    const first = await lost();
    expect(first).toContain(false);
    expect(first).toContain(true);
    expect(await lost()).toEqual(first);
  });

  test('anything a predicate says, changed while it runs', async () => {
    const double = await start();
    double.behave({ answer: ({ type }) => (type === 'MX' ? 'SERVFAIL' : { A: ['192.0.2.77'] }) });
    expect((await ask(double, 'example.test', 'MX')).rcode).toBe('SERVFAIL');
    expect(values(await ask(double, 'example.test', 'A'))).toEqual([['A', 'example.test', '192.0.2.77']]);
    double.behave({});
    expect(values(await ask(double, 'example.test', 'A'))).toEqual([['A', 'example.test', '192.0.2.1']]);
    double.serve({ 'example.test': { A: ['192.0.2.88'] } });
    expect(values(await ask(double, 'example.test', 'A'))).toEqual([['A', 'example.test', '192.0.2.88']]);
  });
});

describe('a zone', () => {
  test('may be a JSON file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hunter-zone-'));
    try {
      const file = join(folder, 'zone.json');
      writeFileSync(file, JSON.stringify(ZONE));
      const double = await start({ zone: { file } });
      expect(values(await ask(double, 'example.test', 'A'))).toEqual([['A', 'example.test', '192.0.2.1']]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test.each<[string, unknown, string]>([
    ['a wrong address', { 'a.test': { A: ['192.0.2.256'] } }, 'zone["a.test"].A[0]'],
    ['a preference out of range', { 'a.test': { MX: [[70_000, 'b.test']] } }, 'zone["a.test"].MX[0][0]'],
    [
      'a type we do not serve',
      { 'a.test': { DNAME: 'b.test' } },
      'zone["a.test"]: Unrecognized key: "DNAME"',
    ],
    ['trouble we do not know', { 'a.test': 'TIMEOUT' }, 'zone["a.test"]'],
    ['a name twice', { 'a.test': { A: ['192.0.2.1'] }, 'A.test.': 'SERVFAIL' }, 'twice in the zone'],
    [
      'a CNAME beside other data',
      { 'a.test': { CNAME: 'b.test', MX: [[1, 'c.test']] } },
      'a CNAME stands alone',
    ],
    ['a label too long', { [`${'a'.repeat(64)}.test`]: { A: ['192.0.2.1'] } }, 'not a name'],
    ['a piece too long', { 'a.test': { TXT: [['x'.repeat(256)]] } }, 'zone["a.test"].TXT'],
  ])('with %s is refused with the place', async (_, zone, place) => {
    await expect(startDnsDouble({ zone: zone as Zone })).rejects.toThrow(place);
  });

  test('of 2,000 domains is served', async () => {
    const zone = Object.fromEntries(
      Array.from({ length: 2000 }, (_, i) => [
        `d${i}.test`,
        { MX: [[10, `mx.d${i}.test`]], TXT: [`v=spf1 -all ${i}`] } as const,
      ]),
    ) as Zone;
    const double = await start({ zone });
    expect(values(await ask(double, 'd1999.test', 'TXT'))).toEqual([
      ['TXT', 'd1999.test', [Buffer.from('v=spf1 -all 1999')]],
    ]);
  });
});
