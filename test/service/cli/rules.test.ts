import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EXIT, type Io } from '#service/cli/io.ts';
import { checkRules } from '#service/cli/rules.ts';
import { RULES_DIRECTORY } from '#service/rule-files.ts';
import { cli } from '#test/support/cli.ts';
import { allShippedRules } from '#test/support/rules.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'hunter-rules-'));
  cpSync(RULES_DIRECTORY, directory, { recursive: true });
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Checks a copy of the rules after one change to one file. */
function checkAfter(file: string, change: (json: never) => void): { code: number; err: string } {
  const path = join(directory, file);
  const json = JSON.parse(readFileSync(path, 'utf8')) as never;
  change(json);
  writeFileSync(path, JSON.stringify(json));
  let err = '';
  const io = { out: () => undefined, err: (text: string) => void (err += text) } as unknown as Io;
  return { code: checkRules([], allShippedRules().messages.en, io, directory), err };
}

type Json = Record<string, any>; // oxlint-disable-line typescript/no-explicit-any -- a rule file about to be spoilt

describe('hunter rules check', () => {
  test('finds the shipped rules in order', async () => {
    const { code, out } = await cli(['rules', 'check'], { HUNTER_LANGUAGE: 'en' });
    expect(code).toBe(0);
    expect(out).toContain('Rule sets: hunter-1, python-2025-11.');
  });
  test('accepts the shipped overlay', async () => {
    expect((await cli(['rules', 'check', 'rules/overlays/partner-signals.json'])).code).toBe(0);
  });
  const cases: [string, string, (json: Json) => void, string][] = [
    [
      'points that are text',
      'sets/hunter-1.json',
      (j) => (j['rules'][0].points = 'ten'),
      'sets/hunter-1.json rules[0].points',
    ],
    [
      'an unknown finding',
      'sets/hunter-1.json',
      (j) => (j['rules'][0].when.finding = ['spf-fnd']),
      'sets/hunter-1.json rules[0].when.finding[0]',
    ],
    [
      'an unknown key',
      'sets/hunter-1.json',
      (j) => (j['rules'][0].pionts = 3),
      'sets/hunter-1.json rules[0]',
    ],
    [
      'a missing Turkish text',
      'sets/hunter-1.json',
      (j) => delete j['rules'][0].name.tr,
      'sets/hunter-1.json rules[0].name.tr',
    ],
    [
      'a rule id used twice',
      'sets/hunter-1.json',
      (j) => (j['rules'][1].id = j['rules'][0].id),
      'rules[1].id: the id "spf-present" is used twice',
    ],
    [
      'a list without a catch-all',
      'sets/hunter-1.json',
      (j) => j['priorities'].pop(),
      'priorities[6].when: the last entry of a first-match list must always hold',
    ],
    [
      'a provider that is nowhere',
      'sets/hunter-1.json',
      (j) => (j['providers'].Gogle = { points: 1 }),
      'providers.Gogle: no such provider',
    ],
    ['a set under another name', 'sets/hunter-1.json', (j) => (j['id'] = 'hunter-2'), 'must be "hunter-1"'],
    [
      'a suffix with a leading dot',
      'gateways.json',
      (j) => (j['gateways'][0].mx[0] = '.x.com'),
      'gateways.json gateways[0].mx[0]',
    ],
    [
      'a suffix of two owners',
      'gateways.json',
      (j) => j['gateways'][0].mx.push('aspmx.l.google.com'),
      'the suffix "aspmx.l.google.com" is claimed by',
    ],
    [
      'a source left out',
      'providers.json',
      (j) => delete j['providers'][0].source,
      'providers.json providers[0].source',
    ],
    [
      'a text in one language only',
      'messages.en.json',
      (j) => delete j['cli'].summary,
      'messages.en.json cli.summary',
    ],
    [
      'another placeholder',
      'messages.en.json',
      (j) => (j['cli'].row = 'row {m}'),
      'messages.en.json cli.row: has other placeholders',
    ],
    [
      'a negative price',
      'offers.json',
      (j) => (j['rows'].small.migration_fee = -1),
      'offers.json rows.small',
    ],
    [
      'a sentence that is gone',
      'wording.tr.json',
      (j) => delete j['words'].yourName,
      'wording.tr.json words.yourName',
    ],
    [
      'a WHOIS server without a host',
      'whois-servers.json',
      (j) => delete j['servers'][0].host,
      'whois-servers.json servers[0].host',
    ],
  ];
  test.each(cases)('names file, path and fault of %s', (_, file, change, expected) => {
    const { code, err } = checkAfter(file, change as (json: never) => void);
    expect(err).toContain(expected);
    expect(code).toBe(EXIT.failed);
  });
  test('a file that is not JSON', () => {
    writeFileSync(join(directory, 'offers.json'), '{');
    let err = '';
    const io = { out: () => undefined, err: (text: string) => void (err += text) } as unknown as Io;
    expect(checkRules([], allShippedRules().messages.en, io, directory)).toBe(EXIT.failed);
    expect(err).toContain('offers.json : not JSON');
  });
  test('an overlay that changes a rule which is not there', async () => {
    const overlay = join(directory, 'mine.json');
    writeFileSync(overlay, JSON.stringify({ id: 'mine', points: { 'spf-presnt': 1 } }));
    const { code, err } = await cli(['scan', 'a.com', '--overlay', overlay], { HUNTER_LANGUAGE: 'en' });
    expect(code).toBe(2);
    expect(err).toContain('rule set hunter-1 has no rule "spf-presnt"');
  });
});

test('hunter rules show prints points, thresholds and conditions', async () => {
  const { out } = await cli(['rules', 'show', 'hunter-1'], { HUNTER_LANGUAGE: 'en' });
  expect(out).toMatch(/Google +50 +Migration 60\+/);
  expect(out).toMatch(/DMARC reject +20/);
});
