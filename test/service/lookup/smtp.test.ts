import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { parseAddress, type Address } from '#core/contacts/address.ts';
import type { SmtpLookup } from '#core/contacts/smtp.ts';
import { createSafeConnect, type SafeConnect } from '#service/lookup/guard.ts';
import { sleep } from '#service/lookup/limit.ts';
import {
  createReplyReader,
  createSmtpCheck,
  isHostName,
  type SmtpCheckOptions,
} from '#service/lookup/smtp.ts';
import { startSmtp, type SmtpDouble, type SmtpSetup } from '#test/doubles/smtp.ts';

let doubles: SmtpDouble[] = [];
afterEach(async () => {
  await Promise.all(doubles.map((double) => double.stop()));
  doubles = [];
});

const reading = parseAddress('Ayse@firma.com.tr');
if (!reading.ok) throw new Error('the address of this test is none');
const ayse: Address = reading.address;
const MX = ['mx.firma.com.tr'];

const loopback = createSafeConnect({ allowAddress: (address) => address === '127.0.0.1' });
/** Every MX host is this machine. */
const connect: SafeConnect = (_, port, options) => loopback('127.0.0.1', port, options);

async function world(setup: SmtpSetup = {}, options: Partial<SmtpCheckOptions> = {}) {
  const double = await startSmtp(setup);
  doubles.push(double);
  const check = createSmtpCheck({
    connect,
    hostName: 'hunter.contoso.com',
    randomBytes: (size) => new Uint8Array(size).fill(25),
    clock: Date.now,
    sleep,
    port: double.port,
    stepMs: 400,
    perSecond: Infinity,
    ...options,
  });
  return { double, check };
}

/** A short form: the step and the codes, or the silence. */
const short = (lookup: SmtpLookup): string =>
  lookup.state === 'found'
    ? `${lookup.value.step} ${lookup.value.reply.code} ${lookup.value.madeUp?.code ?? '-'}`
    : `${lookup.step} ${lookup.why}`;
const asked = async (setup: SmtpSetup, options: Partial<SmtpCheckOptions> = {}) => {
  const { check, double } = await world(setup, options);
  return { said: short(await check.ask(ayse, MX)), double };
};

describe('a mailbox', () => {
  test('accepted: then a made-up one is asked, and the client leaves without DATA', async () => {
    const { check, double } = await world({ recipients: { 'ayse@firma.com.tr': '250 2.1.5 ok' } });
    expect(await check.ask(ayse, MX)).toEqual({
      state: 'found',
      value: {
        host: 'mx.firma.com.tr',
        step: 'recipient',
        reply: { code: 250, text: '2.1.5 ok' },
        madeUp: { code: 550, text: '5.1.1 no such mailbox here' },
      },
    });
    expect(double.commands).toEqual([
      'EHLO hunter.contoso.com',
      'MAIL FROM:<>',
      'RCPT TO:<Ayse@firma.com.tr>',
      'RCPT TO:<zzzzzzzzzzzzzzzzzzzz@firma.com.tr>',
      'QUIT',
    ]);
    expect(double.faults).toEqual([]);
    expect(double.messages).toEqual([]);
  });
  test('refused: no second question', async () => {
    const { said, double } = await asked({});
    expect(said).toBe('recipient 550 -');
    expect(double.commands.filter((c) => c.startsWith('RCPT'))).toHaveLength(1);
    expect(double.commands.at(-1)).toBe('QUIT');
    expect(double.faults).toEqual([]);
  });
  test.each<[string, SmtpSetup, string]>([
    ['a server that accepts everything', { recipient: '250 ok' }, 'recipient 250 250'],
    ['greylisting', { recipient: '451 4.7.1 later' }, 'recipient 451 -'],
    ['deferred', { recipient: '450 4.2.0 later' }, 'recipient 450 -'],
    ['full', { recipient: '552 5.2.2 full' }, 'recipient 552 -'],
    [
      'a refusal on several lines',
      { recipient: '550-5.1.1 no\n550-5.1.1 really\n550 5.1.1 no' },
      'recipient 550 -',
    ],
    ['a reply without text', { recipient: '550' }, 'recipient 550 -'],
    ['busy at the greeting', { greeting: '421 busy' }, 'greeting 421 -'],
    ['no service', { greeting: '554 no service for you' }, 'greeting 554 -'],
    ['EHLO refused by policy', { replies: { EHLO: '550 who are you' } }, 'hello 550 -'],
    ['MAIL refused', { replies: { MAIL: '550 5.7.1 no null sender' } }, 'mail 550 -'],
    ['an old server that knows HELO only', { replies: { EHLO: '502 what' } }, 'recipient 550 -'],
    ['extensions are of no use', { extensions: ['PIPELINING', 'STARTTLS', 'SMTPUTF8'] }, 'recipient 550 -'],
    ['a tarpit within the time', { recipient: { say: '550 no', afterMs: 100 } }, 'recipient 550 -'],
    ['a slow drip within the time', { greeting: { drip: '220 x', everyMs: 5 } }, 'recipient 550 -'],
    ['421 in the middle', { replies: { MAIL: '421 4.3.2 going down' } }, 'mail 421 -'],
    ['a QUIT that is not answered', { replies: { QUIT: { silence: true } } }, 'recipient 550 -'],
    ['a QUIT that is cut', { replies: { QUIT: { reset: true } } }, 'recipient 550 -'],
  ])('%s', async (_, setup, outcome) => {
    const { said, double } = await asked(setup);
    expect(said).toBe(outcome);
    expect(double.faults).toEqual([]);
  });
  test('the made-up one met by silence or a drop leaves the first answer', async () => {
    for (const second of [{ silence: true }, { close: true }, { reset: true }, { raw: 'hm\r\n' }] as const) {
      const { said } = await asked({ recipient: second, recipients: { 'ayse@firma.com.tr': '250 ok' } });
      expect(said).toBe('recipient 250 -');
    }
  });
});

describe('a server that does not answer is unanswered, with the step', () => {
  test.each<[string, SmtpSetup, string]>([
    ['silence at the greeting', { greeting: { silence: true } }, 'greeting TIMEOUT'],
    ['silence at EHLO', { replies: { EHLO: { silence: true } } }, 'hello TIMEOUT'],
    ['silence at MAIL', { replies: { MAIL: { silence: true } } }, 'mail TIMEOUT'],
    ['silence at RCPT', { recipient: { silence: true } }, 'recipient TIMEOUT'],
    ['a tarpit', { recipient: { say: '250 ok', afterMs: 5_000 } }, 'recipient TIMEOUT'],
    ['a drip without end', { greeting: { drip: `220 ${'x'.repeat(400)}`, everyMs: 20 } }, 'greeting TIMEOUT'],
    ['half a reply', { recipient: { raw: '550-5.1.1 no\r\n' } }, 'recipient TIMEOUT'],
    ['a drop at the greeting', { greeting: { close: true } }, 'greeting NETWORK'],
    ['a reset at the greeting', { greeting: { reset: true } }, 'greeting NETWORK'],
    ['a drop at EHLO', { replies: { EHLO: { close: true } } }, 'hello NETWORK'],
    ['a drop within a reply', { recipient: { close: true, after: '250-o' } }, 'recipient NETWORK'],
    ['a reset at RCPT', { recipient: { reset: true } }, 'recipient NETWORK'],
    ['another protocol', { greeting: { raw: 'SSH-2.0-OpenSSH_9.6\r\n' } }, 'greeting BAD-REPLY'],
    ['a code that is none', { recipient: { raw: '950 x\r\n' } }, 'recipient BAD-REPLY'],
    ['two codes in one reply', { recipient: { raw: '550-a\r\n250 b\r\n' } }, 'recipient BAD-REPLY'],
    ['a flood', { greeting: { flood: 1_000_000 } }, 'greeting BAD-REPLY'],
    ['lines without end', { greeting: { raw: '220-x\r\n'.repeat(10_000) } }, 'greeting BAD-REPLY'],
    [
      'a reply nobody asked for',
      { greeting: { raw: '220 x\r\n250 ok\r\n250 ok\r\n250 ok\r\n' } },
      'hello BAD-REPLY',
    ],
    ['binary', { greeting: { raw: new Uint8Array([0, 255, 10, 13, 10]) } }, 'greeting BAD-REPLY'],
  ])('%s', async (_, setup, outcome) => {
    const start = performance.now();
    expect((await asked(setup)).said).toBe(outcome);
    expect(performance.now() - start).toBeLessThan(2_000);
  });
  test('nobody listens', async () => {
    const { check, double } = await world();
    await double.stop();
    expect(await check.ask(ayse, MX)).toEqual({
      state: 'unanswered',
      why: 'NETWORK',
      retryable: true,
      step: 'connect',
    });
  });
});

describe('nobody is asked', () => {
  test.each([
    null,
    '',
    'localhost',
    'hunter',
    '192.0.2.1',
    'hunter.local',
    'mail.example',
    'a b.com',
    'x.com\r\nRSET',
  ])('by a server that says it is %j', async (hostName) => {
    const { check, double } = await world({}, { hostName });
    expect(await check.ask(ayse, MX)).toEqual({
      state: 'unanswered',
      why: 'UNSUPPORTED',
      retryable: false,
      step: 'setup',
    });
    expect(double.connections()).toBe(0);
  });
  test('when there is no host to ask', async () => {
    const { check } = await world();
    expect(short(await check.ask(ayse, []))).toBe('setup UNSUPPORTED');
  });
  test('at an address that is not public', async () => {
    const { check, double } = await world({}, { connect: createSafeConnect() });
    for (const host of ['127.0.0.1', '10.0.0.1', '169.254.169.254', '::1'])
      expect(short(await check.ask(ayse, [host]))).toBe('connect UNSUPPORTED');
    expect(double.connections()).toBe(0);
  });
  test('when the caller has gone', async () => {
    const { check, double } = await world();
    expect(short(await check.ask(ayse, MX, AbortSignal.abort()))).toBe('setup CANCELLED');
    expect(double.connections()).toBe(0);
  });
});

test('a caller that leaves in the middle is not kept waiting', async () => {
  const { check } = await world({ replies: { MAIL: { silence: true } } }, { stepMs: 10_000 });
  const leave = new AbortController();
  setTimeout(() => leave.abort(), 50);
  const start = performance.now();
  expect(short(await check.ask(ayse, MX, leave.signal))).toBe('mail CANCELLED');
  expect(performance.now() - start).toBeLessThan(1_000);
});

describe('one MX host', () => {
  test('is never talked to twice at once; two hosts are', async () => {
    const slow: SmtpSetup = { replies: { EHLO: { say: '250 x', afterMs: 40 } } };
    const one = await world(slow);
    await Promise.all(
      [1, 2, 3, 4].map((i) => one.check.ask(ayse, [i % 2 === 0 ? 'mx.firma.com.tr' : 'MX.firma.com.tr'])),
    );
    expect([one.double.connections(), one.double.mostAtOnce()]).toEqual([4, 1]);
    const two = await world(slow);
    await Promise.all(['a.firma.com.tr', 'b.firma.com.tr'].map((host) => two.check.ask(ayse, [host])));
    expect(two.double.mostAtOnce()).toBe(2);
  });
  test('is the first of the list', async () => {
    const hosts: string[] = [];
    const { check } = await world(
      {},
      {
        connect: (host, port, options) => {
          hosts.push(`${host}:${port === 25 ? 25 : 'double'}`);
          return connect(host, port, options);
        },
      },
    );
    await check.ask(ayse, ['a.firma.com.tr', 'b.firma.com.tr']);
    expect(hosts).toEqual(['a.firma.com.tr:double']);
  });
  test('that says 421 is left alone for a while', async () => {
    let now = 1_000_000;
    const { check, double } = await world({ greeting: '421 too many connections' }, { clock: () => now });
    expect(short(await check.ask(ayse, MX))).toBe('greeting 421 -');
    expect(short(await check.ask(ayse, MX))).toBe('setup THROTTLED');
    now += 31_000;
    expect(short(await check.ask(ayse, MX))).toBe('greeting 421 -');
    expect(double.connections()).toBe(2);
  });
});

test('the port is 25 and a step lasts 3 s unless told otherwise', async () => {
  const seen: unknown[] = [];
  const check = createSmtpCheck({
    connect: async (host, port, options) => {
      seen.push([host, port, options?.timeoutMs]);
      return { state: 'failed', why: 'TIMEOUT', sentence: 'no answer' };
    },
    hostName: 'hunter.contoso.com',
    randomBytes: (size) => new Uint8Array(size),
    clock: Date.now,
    sleep,
  });
  expect(short(await check.ask(ayse, MX))).toBe('connect TIMEOUT');
  expect(seen).toEqual([['mx.firma.com.tr', 25, 3_000]]);
});

test.each(['hunter.contoso.com', 'HUNTER.contoso.com.tr', 'a-b.contoso.com'])('isHostName %s', (name) =>
  expect(isHostName(name)).toBe(true),
);

test(
  'whatever a server sends at whatever step, the outcome is a value and comes in time',
  { timeout: 60_000 },
  async () => {
    const script = fc.oneof(
      fc.string({ unit: fc.constantFrom(...'2550 -\r\n.x1'), maxLength: 30 }).map((raw) => ({ raw })),
      fc.uint8Array({ maxLength: 30 }).map((raw) => ({ raw })),
      fc.constantFrom('250 ok', '220 ok', '550 5.1.1 no', '451 later', '421 bye'),
      fc.constantFrom({ close: true } as const, { reset: true } as const, { silence: true } as const),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          greeting: fc.option(script, { nil: undefined }),
          ehlo: script,
          mail: script,
          recipient: script,
          quit: script,
        }),
        async ({ greeting, ehlo, mail, recipient, quit }) => {
          const { check, double } = await world(
            {
              ...(greeting === undefined ? {} : { greeting }),
              replies: { EHLO: ehlo, MAIL: mail, QUIT: quit },
              recipient,
            },
            { stepMs: 40 },
          );
          const lookup = await check.ask(ayse, MX);
          expect(['found', 'unanswered']).toContain(lookup.state);
          expect(double.messages).toEqual([]);
          await double.stop();
        },
      ),
      { numRuns: 80 },
    );
  },
);

describe('createReplyReader', () => {
  const all = (pieces: readonly string[]) => {
    const reader = createReplyReader();
    const out: unknown[] = [];
    for (const piece of pieces) {
      reader.push(piece);
      for (let reply = reader.next(); reply !== null; reply = reader.next()) {
        out.push(reply);
        if (reply === 'broken') return out;
      }
    }
    return out;
  };
  const pieces = fc.array(
    fc.oneof(
      fc.constantFrom('250 ok\r\n', '250-a\r\n', '550 no\r\n', '250\r\n', '2', '50 x', '\r', '\n', '-'),
      fc.string({ unit: 'binary', maxLength: 20 }),
    ),
  );
  test('reads the same however the text is cut', () =>
    fc.assert(
      fc.property(pieces, (parts) => {
        const text = parts.join('');
        expect(all([...text])).toEqual(all([text]));
      }),
    ));
  test('bare line feeds are forgiven', () =>
    expect(all(['250-a\n250 b\n'])).toEqual([{ code: 250, text: 'a b' }]));
  test('a million pieces take no time, and no room', () => {
    const start = performance.now();
    const reader = createReplyReader();
    for (let i = 0; i < 1_000_000; i++) {
      reader.push('2');
      reader.next();
    }
    expect(reader.next()).toBe('broken');
    const other = createReplyReader();
    for (let i = 0; i < 200_000; i++) {
      other.push('250 ok\r\n');
      expect(other.next()).not.toBeNull();
    }
    expect(other.pending).toBe(false);
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});
