import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { absent, found, unanswered } from '#core/facts.ts';
import {
  parseMtaStsPolicy,
  parseMtaStsRecord,
  readMtaSts,
  type MtaStsPolicyFaultCode,
} from '#core/records/mta-sts.ts';
import { parseTlsRpt } from '#core/records/tls-rpt.ts';

const code = (parse: { ok: true } | { ok: false; problems: readonly { code: string }[] }) =>
  parse.ok ? 'no fault' : parse.problems[0]?.code;

describe('parseMtaStsRecord (RFC 8461 section 3.1)', () => {
  it.each([
    ['v=STSv1; id=20160831085700Z;', '20160831085700Z'],
    ['v=STSv1;id=a', 'a'],
    ['v=STSv1 \t; id=a ; more=x:y!', 'a'],
    ['v=STSv1; more=1; id=b', 'b'],
    ['v=STSv1; id=a; id=b', 'a'],
    [`v=STSv1; id=${'1'.repeat(32)}`, '1'.repeat(32)],
    [`v=STSv1; id=a; ${'x'.repeat(32)}=1`, 'a'],
  ])('reads %s', (text, id) => expect(parseMtaStsRecord(text)).toMatchObject({ ok: true, id }));

  it.each([
    ['', 'version'],
    ['v=STSv10; id=a', 'version'],
    ['v=stsv1; id=a', 'version'],
    ['v = STSv1; id=a', 'version'],
    ['id=a; v=STSv1', 'version'],
    ['v=STSv1', 'id-missing'],
    ['v=STSv1;', 'id-missing'],
    ['v=STSv1; ext=1', 'id-missing'],
    ['v=STSv1; id=', 'field-malformed'],
    ['v=STSv1; id = a', 'field-malformed'],
    ['v=STSv1; id=a-b', 'id-value'],
    [`v=STSv1; id=${'1'.repeat(33)}`, 'id-value'],
    ['v=STSv1; id=a; more=', 'field-malformed'],
    ['v=STSv1; id=a; test==', 'field-malformed'],
    ['v=STSv1; id=a; more', 'field-malformed'],
    ['v=STSv1; id=a; more=x y', 'field-malformed'],
    [`v=STSv1; id=a; ${'x'.repeat(33)}=1`, 'field-malformed'],
    ['v=STSv1; id=a; -x=1', 'field-malformed'],
    ['v=STSv1;; id=a', 'field-empty'],
    ['v=STSv1; id=ä', 'field-malformed'],
  ])('refuses "%s": %s', (text, expected) => expect(code(parseMtaStsRecord(text))).toBe(expected));
});

describe('parseMtaStsPolicy (RFC 8461 section 3.2)', () => {
  it('reads a policy', () => {
    expect(
      parseMtaStsPolicy(
        'version: STSv1\r\nmode: enforce\r\nmx: Mail.example.com\r\nmx: *.example.net\r\nmax_age: 604800\r\n',
      ),
    ).toEqual({
      ok: true,
      policy: { mode: 'enforce', maxAge: 604_800, mx: ['mail.example.com', '*.example.net'] },
      notes: [],
    });
  });
  it.each([
    'version: STSv1\nmode: testing\nmx: a.example\nmax_age: 0',
    'mode:enforce \nversion:\tSTSv1\nmax_age:1\nmx:a.example\t\n',
    'version: STSv1\nmode: none\nmax_age: 86400\n',
    'version: STSv1\nmode: none\nmax_age: 0\nmore:ext e  ns ion',
    'version: STSv1\nmode: none\nmax_age: 0\nmore: öffentlich',
  ])('takes %j', (text) => expect(code(parseMtaStsPolicy(text))).toBe('no fault'));

  it('lets the first of a repeated field count', () => {
    expect(parseMtaStsPolicy('version: STSv1\nmode: none\nmode: enforce\nmax_age: 1')).toMatchObject({
      ok: true,
      policy: { mode: 'none' },
      notes: [{ code: 'field-repeated' }],
    });
  });
  it('ends max_age at a year', () => {
    expect(parseMtaStsPolicy('version: STSv1\nmode: none\nmax_age: 9999999999')).toMatchObject({
      ok: true,
      policy: { maxAge: 31_557_600 },
      notes: [{ code: 'max-age-limit' }],
    });
  });

  const valid = 'version: STSv1\nmode: enforce\nmx: a.example\nmax_age: 1';
  const faults: [what: string, text: string, code: MtaStsPolicyFaultCode][] = [
    ['nothing', '', 'version-missing'],
    ['a page', '<!doctype html>\n<p>Not found</p>', 'line-malformed'],
    ['no version', valid.replace('version: STSv1\n', ''), 'version-missing'],
    ['another version', valid.replace('STSv1', 'STSv2'), 'version-value'],
    ['no mode', valid.replace('mode: enforce\n', ''), 'mode-missing'],
    ['another mode', valid.replace('enforce', 'report'), 'mode-value'],
    ['a mode in capitals', valid.replace('enforce', 'Enforce'), 'mode-value'],
    ['no max_age', valid.replace('\nmax_age: 1', ''), 'max-age-missing'],
    ['a max_age in words', valid.replace('max_age: 1', 'max_age: a'), 'max-age-value'],
    ['a max_age of eleven digits', valid.replace('max_age: 1', 'max_age: 10000000000'), 'max-age-value'],
    ['no mx', valid.replace('mx: a.example\n', ''), 'mx-missing'],
    ['two stars', valid.replace('a.example', '**.example'), 'mx-value'],
    ['a star below', valid.replace('a.example', '*.*.example'), 'mx-value'],
    ['a star inside', valid.replace('a.example', 'mx*.example'), 'mx-value'],
    ['a hyphen at the end', valid.replace('a.example', 'a.example-'), 'mx-value'],
    ['an address', valid.replace('a.example', '192.0.2.1'), 'mx-value'],
    ['a U-label', valid.replace('a.example', 'møx.example'), 'mx-value'],
    ['an empty field', `${valid}\next:`, 'line-malformed'],
    ['a long name', `${valid}\n${'a'.repeat(33)}:1`, 'line-malformed'],
    ['an empty line inside', valid.replace('\nmode', '\n\nmode'), 'line-malformed'],
    ['equals signs', valid.replaceAll(':', '='), 'line-malformed'],
  ];
  it.each(faults)('refuses %s', (_, text, expected) => expect(code(parseMtaStsPolicy(text))).toBe(expected));
});

describe('readMtaSts', () => {
  const RECORD = found(['v=STSv1; id=1']);
  const POLICY = found('version: STSv1\nmode: enforce\nmx: a.example\nmax_age: 1');

  it('joins record and policy', () => {
    expect(readMtaSts(RECORD, POLICY)).toEqual({
      state: 'found',
      id: '1',
      policy: { mode: 'enforce', maxAge: 1, mx: ['a.example'] },
      policyState: 'found',
      problems: [],
    });
  });
  it('tells a policy that is not there from one that is broken, silent or not asked', () => {
    expect(readMtaSts(RECORD, absent('NOT-FOUND'))).toMatchObject({ policy: null, policyState: 'absent' });
    expect(readMtaSts(RECORD, found('<html>'))).toMatchObject({ policy: null, policyState: 'invalid' });
    expect(readMtaSts(RECORD, unanswered('TIMEOUT'))).toMatchObject({
      policy: null,
      policyState: 'unanswered',
    });
    expect(readMtaSts(RECORD)).toMatchObject({ policy: null, policyState: 'not-asked' });
  });
  it('wants exactly one record, others discarded', () => {
    expect(readMtaSts(found(['v=spf1 -all', 'v=STSv1; id=1']))).toMatchObject({ state: 'found' });
    expect(readMtaSts(found(['v=STSv1; id=1', 'v=STSv1; id=2']))).toMatchObject({
      state: 'invalid',
      problems: [{ code: 'multiple-records' }],
    });
    expect(readMtaSts(found(['v=spf1 -all']))).toEqual({ state: 'absent', why: 'NODATA' });
    expect(readMtaSts(found(['v=STSv1; id=?']))).toMatchObject({ state: 'invalid' });
    expect(readMtaSts(absent('NXDOMAIN'))).toEqual({ state: 'absent', why: 'NXDOMAIN' });
    expect(readMtaSts(unanswered('REFUSED'))).toEqual({
      state: 'unanswered',
      why: 'REFUSED',
      retryable: true,
    });
  });
});

const file = join(import.meta.dirname, '../../../../shared/data/mta-sts-tlsrpt.json');
describe.skipIf(!existsSync(file))('samples of others (skipped where ../shared/data is not there)', () => {
  const samples = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as {
        id: string;
        kind: 'record' | 'policy' | 'tlsrpt';
        text: string;
        valid: boolean;
      }[])
    : [];
  it.each(samples)('$id, a $kind: valid is $valid', ({ kind, text, valid }) => {
    const parse = { record: parseMtaStsRecord, policy: parseMtaStsPolicy, tlsrpt: parseTlsRpt }[kind];
    expect(parse(text).ok).toBe(valid);
  });
});
