import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Assessment } from '#core/assessment.ts';
import { card } from '#service/cli/card.ts';
import { safeJson, safeText } from '#service/cli/safe.ts';
import { startDnsDouble, type DnsDouble } from '#test/doubles/dns.ts';
import { cli } from '#test/support/cli.ts';
import { allShippedRules } from '#test/support/rules.ts';

/** Colours, sets the title, rings, colours by one byte, turns the line round. */
const EVIL = '\u001B[31m\u001B]0;title\u0007\u009B31m\u202Egnp';
const UNSAFE = /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]/;

let double: DnsDouble;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hunter-safe-'));
  double = await startDnsDouble({
    zone: {
      'firma.com.tr': { MX: [[10, 'mx.firma.com.tr']], TXT: [`v=spf1 include:${EVIL} -all`, EVIL] },
      'mx.firma.com.tr': { A: ['192.0.2.1'] },
    },
  });
});
afterAll(async () => {
  await double.stop();
  rmSync(folder, { recursive: true });
});
const file = (name: string, content: string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const env = (): Record<string, string> => ({
  HUNTER_LANGUAGE: 'en',
  HUNTER_DNS_SERVERS: double.address,
  HUNTER_DNS_TIMEOUT_MS: '300',
  HUNTER_DNS_TRIES: '1',
  HUNTER_REGISTRATION_ENABLED: 'false',
  HUNTER_TENANT_ENABLED: 'false',
});

test('a text for the terminal shows each control character as U+FFFD', () => {
  expect(safeText(EVIL)).toBe('\uFFFD[31m\uFFFD]0;title\uFFFD\uFFFD31m\uFFFDgnp');
  expect(safeText('a\nb\tc\u2028d\u2066e')).toBe('a\uFFFDb\uFFFDc\uFFFDd\uFFFDe');
  expect(safeText('şirket.com.tr → “Natro”')).toBe('şirket.com.tr → “Natro”');
});
test('JSON has them escaped, and reads back the same', () => {
  const value = { text: `${EVIL}\u007F\u2028\u2029` };
  const text = safeJson(value);
  expect(text).not.toMatch(UNSAFE);
  expect(text).toContain('\\u009b31m\\u202egnp\\u007f\\u2028\\u2029');
  expect(JSON.parse(text)).toEqual(value);
});

describe('no control character reaches the terminal', () => {
  test.each<[string, () => string[], Record<string, string>?]>([
    [
      'the names of columns',
      () => ['scan', '--file', file('h.csv', `${EVIL};ad\nx;y\nz;w\n`), '--lang', 'en'],
    ],
    ['a heading that is passed over', () => ['scan', '--file', file('g.csv', `x${EVIL}x\nfirma.com.tr\n`)]],
    ['what a parser says of a file', () => ['scan', '--from-facts', file('a.json', `{${EVIL}`)]],
    [
      'the place of a fault in a file',
      () => [
        'scan',
        '--from-facts',
        file('b.json', JSON.stringify({ schema: 1, facts: [{ [EVIL]: 1 }], [EVIL]: 1 })),
      ],
    ],
    [
      'a key of an overlay',
      () => [
        'scan',
        'a.com',
        '--overlay',
        file('o.json', JSON.stringify({ id: 'mine', points: { [EVIL]: 'x' } })),
      ],
    ],
    ['a command', () => [EVIL]],
    ['an option', () => ['scan', `--${EVIL}`]],
    ['the value of an option', () => ['scan', 'a.com', '--employees', EVIL]],
    ['a file', () => ['scan', '--file', join(folder, EVIL)]],
    ['a facts file', () => ['scan', '--from-facts', join(folder, EVIL)]],
    ['a rule set', () => ['rules', 'show', EVIL]],
    ['an overlay', () => ['rules', 'check', EVIL]],
    ['a domain', () => ['scan', EVIL]],
    ['a variable', () => ['scan'], { [`HUNTER_${EVIL}`]: '1' }],
  ])('from %s', async (_, args, more = {}) => {
    const { out, err } = await cli(args(), { ...env(), ...more });
    expect(err).not.toBe('');
    expect(err).not.toMatch(UNSAFE);
    expect(out).not.toMatch(UNSAFE);
  });
  test('from records, on a card', async () => {
    const { out } = await cli(['scan', 'firma.com.tr', '--explain'], env());
    expect(out).toContain('\uFFFD');
    expect(out).not.toMatch(UNSAFE);
  });
  test('from records, as JSON', async () => {
    const { out } = await cli(['scan', 'firma.com.tr', '--json'], env());
    expect(out).toContain('\\u202e');
    expect(out).not.toMatch(UNSAFE);
  });
  test('from any text of an assessment, labels too', async () => {
    const { out } = await cli(['scan', 'firma.com.tr', '--json'], env());
    const spoilt = JSON.parse(out, (_, value) =>
      value !== null && typeof value === 'object' && 'shows' in value
        ? { record: `${EVIL}${value.record}`, value: EVIL, shows: EVIL }
        : value,
    ).assessment as Assessment;
    const text = card(
      {
        ...spoilt,
        domain: `a${EVIL}`,
        unicode: EVIL,
        mail: { ...spoilt.mail, providerName: EVIL, localProvider: EVIL, mixed: [EVIL, EVIL] },
        mxHosts: [EVIL],
        open: [{ question: EVIL, why: 'TIMEOUT', retryable: true }],
      },
      null,
      {
        language: 'en',
        messages: allShippedRules().messages.en,
        explain: true,
        columns: 80,
        paint: (_, painted) => painted,
      },
    );
    expect(text).toContain('\uFFFD');
    expect(text).not.toMatch(UNSAFE);
  });
});
