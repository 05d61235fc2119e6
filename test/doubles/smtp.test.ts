import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { startSmtp, type SmtpDouble, type SmtpSetup } from '#test/doubles/smtp.ts';

let double: SmtpDouble | null = null;
afterEach(async () => {
  await double?.stop();
  double = null;
});

/** Says the lines one after the other, each after a reply, and returns all that was heard. */
async function talk(setup: SmtpSetup, says: readonly string[], first = true): Promise<string> {
  double = await startSmtp(setup);
  const socket = connect(double.port, '127.0.0.1');
  let heard = '';
  const left = [...says];
  return new Promise((resolve) => {
    const next = (): void => {
      const line = left.shift();
      if (line === undefined) socket.end();
      else socket.write(line);
    };
    if (!first) next();
    let reply = '';
    socket.on('data', (part) => {
      heard += part.toString('latin1');
      reply += part.toString('latin1');
      if (/^\d{3}(?: .*)?\r\n$/m.test(reply) && reply.endsWith('\r\n')) {
        reply = '';
        next();
      }
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(heard));
  });
}
/** The last line heard. */
const last = (heard: string): string => heard.trimEnd().split('\r\n').at(-1) ?? '';

const EHLO = 'EHLO client.example.net\r\n';
const MAIL = 'MAIL FROM:<>\r\n';
const RCPT = 'RCPT TO:<ayse@firma.example>\r\n';
const QUIT = 'QUIT\r\n';

describe('a client in order', () => {
  test('is heard to the end', async () => {
    const heard = await talk({ recipients: { 'ayse@firma.example': '250 2.1.5 ok' } }, [
      EHLO,
      MAIL,
      RCPT,
      QUIT,
    ]);
    expect(heard.split('\r\n')).toEqual([
      '220 double.example.net ESMTP',
      '250 double.example.net',
      '250 2.1.0 ok',
      '250 2.1.5 ok',
      '221 2.0.0 bye',
      '',
    ]);
    expect(double?.faults).toEqual([]);
    expect(double?.commands).toEqual([
      'EHLO client.example.net',
      'MAIL FROM:<>',
      'RCPT TO:<ayse@firma.example>',
      'QUIT',
    ]);
  });
  test('sees extensions on several lines', async () => {
    const heard = await talk({ extensions: ['PIPELINING', 'SIZE 1000'] }, [EHLO, QUIT]);
    expect(heard).toContain('250-double.example.net\r\n250-PIPELINING\r\n250 SIZE 1000\r\n');
  });
  test('brings a message', async () => {
    const heard = await talk({ recipient: '250 ok' }, [
      EHLO,
      'MAIL FROM:<alerts@hunter.example>\r\n',
      RCPT,
      'DATA\r\n',
      'Subject: x\r\n\r\n..dot\r\n.\r\n',
      QUIT,
    ]);
    expect(last(heard)).toBe('221 2.0.0 bye');
    expect(double?.messages).toEqual([
      { from: 'alerts@hunter.example', to: ['ayse@firma.example'], data: 'Subject: x\r\n\r\n.dot\r\n' },
    ]);
    expect(double?.faults).toEqual([]);
  });
  test('may pipeline where that is announced', async () => {
    const heard = await talk({ extensions: ['PIPELINING'], recipient: '250 ok' }, [
      EHLO,
      `${MAIL}${RCPT}${QUIT}`,
    ]);
    expect(last(heard)).toBe('221 2.0.0 bye');
    expect(double?.faults).toEqual([]);
  });
});

describe('refused, and kept as a fault:', () => {
  test.each<[string, string[], RegExp, string]>([
    ['MAIL before EHLO', [MAIL, QUIT], /503/, 'MAIL out of order'],
    ['RCPT before MAIL', [EHLO, RCPT, QUIT], /503/, 'RCPT out of order'],
    ['MAIL twice', [EHLO, MAIL, MAIL, QUIT], /503/, 'MAIL out of order'],
    ['DATA without a recipient', [EHLO, MAIL, 'DATA\r\n', QUIT], /503/, 'DATA out of order'],
    ['EHLO without a name', ['EHLO\r\n', QUIT], /501/, 'EHLO with a bad argument'],
    ['EHLO with a name that is none', ['EHLO my_host\r\n', QUIT], /501/, 'EHLO with a bad argument'],
    ['a blank before the path', [EHLO, 'MAIL FROM: <>\r\n', QUIT], /501/, 'MAIL with a bad argument'],
    [
      'a path without brackets',
      [EHLO, MAIL, 'RCPT TO:a@b.example\r\n', QUIT],
      /501/,
      'RCPT with a bad argument',
    ],
    [
      'a parameter after HELO',
      ['HELO a.example\r\n', 'MAIL FROM:<> SIZE=1\r\n', QUIT],
      /501/,
      'MAIL with a bad argument',
    ],
    ['an unknown command', ['HACK\r\n', QUIT], /500/, 'unknown command HACK'],
    ['STARTTLS that is not announced', [EHLO, 'STARTTLS\r\n', QUIT], /500/, 'unknown command STARTTLS'],
    ['a line without CR', ['EHLO a.example\n', QUIT], /500/, 'a line ends without CR'],
    ['a command that is not ASCII', ['EHLO ş.example\r\n', QUIT], /500/, 'a command is not ASCII'],
    [
      'a line of 513 octets',
      [`NOOP ${'x'.repeat(506)}\r\n`],
      /500 5.5.2 line too long/,
      'a line is too long',
    ],
    ['a line without end', [`NOOP ${'x'.repeat(600)}`], /500 5.5.2 line too long/, 'a line is too long'],
    [
      'pipelining',
      [`${EHLO}${MAIL}`],
      /503 .*PIPELINING/,
      'commands were sent together, and PIPELINING is not announced',
    ],
    ['leaving without QUIT', [EHLO], /250/, 'left without QUIT'],
  ])('%s', async (_, says, reply, fault) => {
    expect(await talk({}, says)).toMatch(reply);
    expect(double?.faults).toEqual([fault]);
  });
  test('a line of 512 octets is not', async () => {
    await talk({}, [`NOOP ${'x'.repeat(505)}\r\n`, QUIT]);
    expect(double?.faults).toEqual([]);
  });
  test('words before the greeting', async () => {
    const heard = await talk({ greeting: { say: '220 late', afterMs: 200 } }, [EHLO], false);
    expect(heard).toMatch(/^554/);
    expect(double?.faults).toEqual(['spoke before the greeting']);
  });
});

describe('a script', () => {
  test('by recipient, else for all, else no such mailbox', async () => {
    const rcpt = (local: string) => `RCPT TO:<${local}@firma.example>\r\n`;
    const heard = await talk({ recipients: { 'a@firma.example': '250 a' } }, [
      EHLO,
      MAIL,
      rcpt('A'),
      rcpt('b'),
      QUIT,
    ]);
    expect(heard).toContain('250 a\r\n550 5.1.1 no such mailbox here\r\n');
  });
  test('by how often a recipient was asked: greylisting', async () => {
    const heard = await talk({ recipient: (_, nth) => (nth === 0 ? '451 4.7.1 later' : '250 ok') }, [
      EHLO,
      MAIL,
      RCPT,
      RCPT,
      QUIT,
    ]);
    expect(heard).toContain('451 4.7.1 later\r\n250 ok\r\n');
  });
  test('on several lines', async () => {
    const heard = await talk({ recipient: '550-5.1.1 no\n550 5.1.1 really' }, [EHLO, MAIL, RCPT, QUIT]);
    expect(heard).toContain('550-5.1.1 no\r\n550 5.1.1 really\r\n221');
  });
  test('421 closes', async () => {
    expect(last(await talk({ replies: { EHLO: '421 busy' } }, [EHLO]))).toBe('421 busy');
  });
  test('close, after a piece of a reply', async () => {
    const heard = await talk({ recipient: { close: true, after: '250-' } }, [EHLO, MAIL, RCPT]);
    expect(heard).toMatch(/250-$/);
  });
  test('reset', async () => {
    expect(await talk({ greeting: { reset: true } }, [])).toBe('');
  });
  test('drip, and tarpit', async () => {
    const start = performance.now();
    const heard = await talk(
      { greeting: { drip: '220 d', everyMs: 10 }, replies: { EHLO: { say: '250 t', afterMs: 80 } } },
      [EHLO, QUIT],
    );
    expect(heard).toBe('220 d\r\n250 t\r\n221 2.0.0 bye\r\n');
    expect(performance.now() - start).toBeGreaterThan(100);
  });
});

test('counts connections, and how many at once', async () => {
  double = await startSmtp();
  const { port } = double;
  const open = () =>
    new Promise<() => Promise<void>>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('data', () =>
        resolve(
          () =>
            new Promise((gone) => {
              socket.resume();
              socket.once('close', () => gone());
              socket.write(QUIT);
            }),
        ),
      );
    });
  const both = await Promise.all([open(), open()]);
  await Promise.all(both.map((leave) => leave()));
  await (
    await open()
  )();
  expect([double.connections(), double.mostAtOnce()]).toEqual([3, 2]);
});
