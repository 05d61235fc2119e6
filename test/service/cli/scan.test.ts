import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDnsDouble, type DnsDouble } from '#test/doubles/dns.ts';
import { cli, type CliResult } from '#test/support/cli.ts';
import { gatewayCompany, hostedCompany } from '#test/support/worlds.ts';

let double: DnsDouble;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hunter-cli-'));
  double = await startDnsDouble({
    zone: {
      ...gatewayCompany,
      ...hostedCompany,
      'bos.com.tr': { MX: [[0, '.']], TXT: ['v=spf1 -all'] },
      'sessiz.com.tr': 'SILENT',
    },
  });
});
afterAll(async () => {
  await double.stop();
  rmSync(folder, { recursive: true });
});

/** Only the double is asked: no registry, no tenant service. */
const env = (): Record<string, string> => ({
  HUNTER_DNS_SERVERS: double.address,
  HUNTER_DNS_TIMEOUT_MS: '150',
  HUNTER_DNS_TRIES: '1',
  HUNTER_REGISTRATION_ENABLED: 'false',
  HUNTER_TENANT_ENABLED: 'false',
  HUNTER_DOMAINS_PER_SECOND: 'unlimited',
});
const scan = (args: string[], more: Parameters<typeof cli>[2] = {}): Promise<CliResult> =>
  cli(['scan', ...args], env(), more);
const file = (name: string, content: string | Buffer): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

describe('a card', () => {
  test('in Turkish shows score, lines that add up, provider, evidence and next step', async () => {
    const { code, out } = await scan(['gokpinar.com.tr']);
    expect(code).toBe(0);
    expect(out).toContain('15/100');
    expect(out).toContain('Geçiş');
    expect(out).toContain('Orta öncelik (3/7)');
    expect(out).toContain('Hosting, Natro');
    expect(out).toMatch(/SPF var +\+10 +30/);
    expect(out).toMatch(/DKIM yok +\u221210 +20/);
    expect(out).toMatch(/DMARC uygulanmıyor +\u22125 +15/);
    expect(out).toContain('Tek cümleyle');
    expect(out).toContain('10 mail.natrohost.com \u2192 Natro');
  });
  test('in English names the gateway', async () => {
    const { out } = await scan(['kuzeyhat.com.tr', '--lang', 'en']);
    expect(out).toContain('Microsoft 365, behind Proofpoint');
    expect(out).toContain('90/100');
    expect(out).toMatch(/DMARC reject +\+20 +90/);
  });
  test('adds up by hand: the last running total is the score', async () => {
    const { out } = await scan(['kuzeyhat.com.tr', '--json']);
    const { assessment, breakdown } = JSON.parse(out);
    const sum = assessment.scored.lines.reduce((n: number, line: { points: number }) => n + line.points, 0);
    expect(sum).toBe(assessment.scored.score);
    expect(breakdown.total_score).toBe(90);
  });
  test('uses colour on a terminal only', async () => {
    expect((await scan(['gokpinar.com.tr'])).out).not.toContain('\u001b[');
    expect((await scan(['gokpinar.com.tr'], { color: true })).out).toContain('\u001b[');
  });
  test.each([60, 80, 200])('fits a terminal of %d columns', async (columns) => {
    const { out } = await scan(['kuzeyhat.com.tr', '--explain', '--lang', 'en'], { columns });
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(
      Math.max(60, Math.min(columns, 100)),
    );
  });
  test('with --explain shows thresholds, what-if, advice and the call script', async () => {
    const { out } = await scan(['gokpinar.com.tr', '--explain', '--lang', 'en']);
    for (const heading of [
      'Thresholds of this provider',
      'What if',
      'Call script',
      'Questions to ask',
      'M365 fit',
      'Confidence',
    ]) {
      expect(out).toContain(heading);
    }
    expect(out).toContain('from 15: Migration, priority 3, P1');
    expect(out).toMatch(/Heat, technical \/ commercial +(?:Hot|Warm|Cold) \/ (?:High|Medium|Low)/);
    expect((await scan(['gokpinar.com.tr', '--lang', 'en'])).out).not.toContain('Heat, technical');
  });
  test('of a domain that refuses mail says so and offers nothing', async () => {
    const { code, out } = await scan(['bos.com.tr', '--lang', 'en']);
    expect(code).toBe(0);
    expect(out).toContain('0/100');
    expect(out).toContain('Null MX (RFC 7505)');
    expect(out).not.toContain('Publish');
  });
});

describe('without an answer to MX', () => {
  test('there is no score, the silence is named, and the exit code is 3', async () => {
    const { code, out } = await scan(['sessiz.com.tr', '--lang', 'en']);
    expect(code).toBe(3);
    expect(out).toContain('No score');
    expect(out).not.toMatch(/\d+\/100/);
    expect(out).toContain('no answer in time: MX');
    expect(out).toMatch(/Partial result +\d+ of \d+ look-ups answered/);
    expect((await scan(['gokpinar.com.tr', '--lang', 'en'])).out).not.toContain('Partial result');
  });
  test('JSON has a null score and no sales summary', async () => {
    const result = JSON.parse((await scan(['sessiz.com.tr', '--json'])).out);
    expect(result).toMatchObject({
      ok: true,
      breakdown: null,
      salesSummary: null,
      assessment: { scored: null, status: 'partial' },
    });
  });
});

describe('input that is no company domain is refused with exit code 2', () => {
  test.each([
    ['', 'Boş', 'Empty'],
    ['nan', 'yer tutucu', 'placeholder'],
    ['asdf', 'Nokta içermiyor', 'no dot'],
    ['!!!', 'bulunamayacak bir karakter', 'no domain name may have'],
    ['http://', 'Boş', 'Empty'],
    ['192.168.1.1', 'IP adresi', 'IP address'],
    ['http://[::1]/', 'IP adresi', 'IP address'],
    ['com.tr', 'Herkese açık bir uzantı', 'public suffix'],
    ['gmail.com', 'Kişisel e-posta', 'private people'],
    ['ali@hotmail.com.tr', 'Kişisel e-posta', 'private people'],
    ['acme.local', 'Ayrılmış', 'reserved name'],
    ['acme.qwertyz', 'bilinen bir uzantı değil', 'known top-level domain'],
    [`${'a'.repeat(300)}.com`, 'Çok uzun', 'Too long'],
    ['a.com\u0007b', 'denetim karakteri', 'control character'],
    ['a.com b.com', 'Birden fazla değer', 'several values'],
    ['\u0430cme.com', 'alfabelerin harfleri karışık', 'Mixes letters'],
    ['\u0430\u0440\u0440\u04CF\u0435.com', 'benzeyen başka bir alfabenin', 'look like Latin'],
    ['a_b.com', 'kurallara uymuyor', 'breaks the rules'],
  ])('%j', async (text, turkish, english) => {
    const tr = await scan(['--', text]);
    const en = await scan(['--lang', 'en', '--', text]);
    expect([tr.code, en.code]).toEqual([2, 2]);
    expect(tr.err).toContain(turkish);
    expect(en.err).toContain(english);
    expect(tr.out + en.out).toBe('');
    expect(en.err).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u202E]/);
  });
  test('a URL with a password is read for its host, and the password shows nowhere', async () => {
    const { code, out, err } = await scan(['https://user:gizli@www.gokpinar.com.tr/x']);
    expect(code).toBe(0);
    expect(out + err).not.toContain('gizli');
  });
  test('the good ones beside a bad one are scanned all the same', async () => {
    const { code, out, err } = await scan(['gokpinar.com.tr', 'xx', 'kuzeyhat.com.tr', '--lang', 'en']);
    expect(code).toBe(2);
    expect(out).toContain('gokpinar.com.tr');
    expect(out).toContain('kuzeyhat.com.tr');
    expect(err).toContain('3 entries: 2 scored, 0 without a score (MX not answered), 1 refused, 0 repeated.');
  });
  test('--json tells a machine why', async () => {
    const { out } = await scan(['com.tr', '--json', '--lang', 'en']);
    expect(JSON.parse(out)).toMatchObject({ ok: false, input: 'com.tr', code: 'public-suffix' });
  });
});

describe('a list', () => {
  test('is read by content, whatever the header says, and repeats are told once', async () => {
    const list = file(
      'liste.csv',
      'ÜNVAN;ADRES;WEB SİTESİ\nGökpınar Döküm;Bursa;www.gokpinar.com.tr\nKuzeyhat;İzmir;https://kuzeyhat.com.tr/\nYok;;\nYine;Bursa;GOKPINAR.COM.TR\n',
    );
    const { code, out, err } = await scan(['--file', list, '--json', '--lang', 'en']);
    expect(code).toBe(2);
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
        .filter((r) => r.ok)
        .map((r) => r.assessment.domain),
    ).toEqual(['gokpinar.com.tr', 'kuzeyhat.com.tr']);
    expect(err).toContain('row 4: ');
    expect(err).toContain('row 5: gokpinar.com.tr: stands above already.');
  });
  test.each([
    ['one a line', 'gokpinar.com.tr\nkuzeyhat.com.tr\n'],
    ['with a header', 'domain\ngokpinar.com.tr\nkuzeyhat.com.tr\n'],
    ['with tabs', 'a\tgokpinar.com.tr\nb\tkuzeyhat.com.tr\n'],
    ['of e-mail addresses', 'Ad,E-posta\nAli,ali@gokpinar.com.tr\nAyşe,ayse@kuzeyhat.com.tr\n'],
    ['with a byte order mark', '\uFEFFgokpinar.com.tr\r\nkuzeyhat.com.tr\r\n'],
  ])('%s', async (_, content) => {
    const { code, out } = await scan(['--file', file('l.csv', content), '--json']);
    expect(code).toBe(0);
    expect(out.trim().split('\n')).toHaveLength(2);
  });
  test('with a first row that is no domain refuses it, and tells of one it takes for a heading', async () => {
    const bad = await scan(['--file', file('ip.csv', '10.0.0.1\ngokpinar.com.tr\n'), '--lang', 'en']);
    expect(bad.code).toBe(2);
    expect(bad.err).toContain('row 1: 10.0.0.1: ');
    const headed = await scan(['--file', file('ad.csv', 'Müşteri\ngokpinar.com.tr\n'), '--lang', 'en']);
    expect(headed.code).toBe(0);
    expect(headed.err).toContain('row 1: taken for a heading, not scanned: Müşteri');
  });
  test('takes the e-mail address where the website is missing', async () => {
    const list = file('iki.csv', 'Mail;Web\na@x.com.tr;gokpinar.com.tr\nali@kuzeyhat.com.tr;\n');
    const { out } = await scan(['--file', list, '--json']);
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).assessment.domain),
    ).toEqual(['gokpinar.com.tr', 'kuzeyhat.com.tr']);
  });
  test('from standard input', async () => {
    const { code, out } = await scan(['--file', '-', '--json'], { stdin: 'gokpinar.com.tr\n' });
    expect(code).toBe(0);
    expect(JSON.parse(out).assessment.domain).toBe('gokpinar.com.tr');
  });
  test('in windows-1254 keeps its Turkish names', async () => {
    const list = file(
      '1254.csv',
      Buffer.from([0xde, 0x69, 0x72, 0x6b, 0x65, 0x74, 0x3b, ...Buffer.from('gokpinar.com.tr\n')]),
    );
    expect((await scan(['--file', list, '--json'])).code).toBe(0);
  });
  test.each([
    ['missing', 'yok.csv', 'cannot be read: ENOENT'],
    ['empty', () => file('bos.csv', ''), 'holds no rows'],
    ['without domains', () => file('adlar.csv', 'ad;şehir\nAli;Bursa\nVeli;İzmir\n'), 'No column of'],
  ] as const)('that is %s is refused', async (_, path, sentence) => {
    const { code, err } = await scan([
      '--file',
      typeof path === 'string' ? join(folder, path) : path(),
      '--lang',
      'en',
    ]);
    expect(code).toBe(2);
    expect(err).toContain(sentence);
  });
});

describe('saved facts', () => {
  test('give the same answer without network', async () => {
    const facts = join(folder, 'facts.json');
    const first = await scan(['gokpinar.com.tr', 'kuzeyhat.com.tr', '--facts', facts, '--json']);
    const asked = double.queries.length;
    const again = await cli(['scan', '--from-facts', facts, '--json', '--now', '2026-11-25T09:00:00Z']);
    expect(double.queries.length).toBe(asked);
    const scores = (text: string): unknown[] =>
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).assessment.scored);
    expect(scores(again.out)).toEqual(scores(first.out));
    expect(readFileSync(facts, 'utf8').split('\n')).toHaveLength(5);
  });
  test('can be assessed with the earlier rule set', async () => {
    const facts = join(folder, 'facts2.json');
    await scan(['gokpinar.com.tr', '--facts', facts]);
    const { out } = await cli(['scan', '--from-facts', facts, '--rules', 'python-2025-11', '--json']);
    expect(JSON.parse(out).assessment).toMatchObject({
      ruleSet: { id: 'python-2025-11' },
      scored: { score: 5, segment: 'Skip' },
    });
  });
  test.each([
    ['no file', () => join(folder, 'nix.json'), 'cannot be read'],
    ['no JSON', () => file('x.json', 'hello'), 'cannot be read'],
    ['another shape', () => file('y.json', '{"schema":1,"facts":[{"domain":"a.com"}]}'), 'facts.0.'],
  ])('%s is refused', async (_, path, sentence) => {
    const { code, err } = await cli(['scan', '--from-facts', path(), '--lang', 'en']);
    expect(code).toBe(2);
    expect(err).toContain(sentence);
  });
  test('that cannot be written end in exit code 1', async () => {
    const { code, err } = await scan([
      'gokpinar.com.tr',
      '--facts',
      join(folder, 'no/such/folder.json'),
      '--lang',
      'en',
    ]);
    expect(code).toBe(1);
    expect(err).toContain('cannot be written: ENOENT');
  });
});

describe('the command line', () => {
  test.each([
    [['scan'], 2, 'Nothing to scan'],
    [['scan', '--colour'], 2, '--colour: no such option'],
    [['scan', '--file'], 2, '--file needs a value'],
    [['scan', 'a.com', '--file', 'x.csv'], 2, 'not both'],
    [['scan', 'a.com', '--from-facts', 'x.json'], 2, 'brings its own domains'],
    [['scan', 'a.com', '--rules', 'nix'], 2, 'no such rule set; there are: hunter-1, python-2025-11'],
    [['scan', 'a.com', '--lang', 'de'], 2, '--lang is tr or en'],
    [['scan', 'a.com', '--employees', 'many'], 2, '“many” does not suit --employees'],
    [['scan', 'a.com', '--now', '2026-01-01'], 2, 'does not suit --now'],
    [['skan'], 2, 'There is no command “skan”'],
    [['rules'], 2, 'Usage: hunter rules check'],
    [['rules', 'show', 'nix'], 2, 'no such rule set'],
  ] as const)('%j ends with %d and says what to do', async (args, code, sentence) => {
    const result = await cli(args, { ...env(), HUNTER_LANGUAGE: 'en' });
    expect(result.err).toContain(sentence);
    expect(result.code).toBe(code);
  });
  test('a fault in the environment is told before anything is asked', async () => {
    const result = await cli(['scan', 'a.com'], {
      HUNTER_LANGUAGE: 'en',
      HUNTER_DNS_TRIES: 'many',
      HUNTER_DNS_TIMEOUT_MS: '1',
    });
    expect(result.code).toBe(1);
    expect(result.err).toContain('HUNTER_DNS_TRIES');
    expect(result.err).toContain('HUNTER_DNS_TIMEOUT_MS');
  });
  test.each([[[]], [['help']], [['--help']], [['scan', '--help']]])('%j prints the help', async (args) => {
    const result = await cli(args, { HUNTER_LANGUAGE: 'en' });
    expect(result).toMatchObject({ code: 0, err: '' });
    expect(result.out).toContain('Exit codes');
  });
  test('--version prints the version', async () => {
    expect(await cli(['--version'])).toEqual({ code: 0, out: '0.0.0-test\n', err: '' });
  });
  test('the number of employees decides the size, and so the offer', async () => {
    const { out } = await scan(['kuzeyhat.com.tr', '--json', '--employees', '640']);
    expect(JSON.parse(out)).toMatchObject({
      assessment: { tenantSize: { size: 'large', basis: 'declared' } },
      salesSummary: { offer_tier: { tier: 'Enterprise' } },
    });
  });
  test('an overlay changes points and is named in the version', async () => {
    const overlay = file('overlay.json', JSON.stringify({ id: 'ours', points: { 'spf-present': 25 } }));
    const { out } = await scan(['gokpinar.com.tr', '--json', '--overlay', overlay]);
    const { assessment } = JSON.parse(out);
    expect(assessment.scored.score).toBe(30);
    expect(assessment.ruleSet.version).toMatch(/^1\.0\.0\+ours\.[0-9a-f]{8}$/);
  });
  test('an interrupted list keeps what is done and ends with 130', async () => {
    const interrupt = new AbortController();
    interrupt.abort();
    const { code, err } = await scan(['gokpinar.com.tr', 'kuzeyhat.com.tr', '--lang', 'en'], {
      signal: interrupt.signal,
    });
    expect(code).toBe(130);
    expect(err).toContain('Interrupted');
  });
});
