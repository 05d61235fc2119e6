import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { absent, found, unanswered } from '#core/facts.ts';
import {
  isDmarc,
  parseDmarc,
  readDmarc,
  selectDmarc,
  type DmarcDialect,
  type DmarcFaultCode,
  type DmarcNoteCode,
} from '#core/records/dmarc.ts';

const DIALECTS: DmarcDialect[] = ['rfc9989', 'rfc9989+7489', 'rfc7489', 'rfc7489-strict', 'rfc7489-lenient'];

describe('isDmarc', () => {
  it.each(['v=DMARC1', 'v=DMARC1;', 'v=DMARC1; p=none', 'v = DMARC1 ; p=none', 'V=DMARC1;p=none'])(
    'takes "%s"',
    (text) => expect(isDmarc(text)).toBe(true),
  );
  it.each([
    '',
    'v=dmarc1; p=none',
    'v=DMARC12',
    'v=DMARC1 p=none',
    'p=none; v=DMARC1',
    ' v=DMARC1',
    'v=DMARC',
    'v=spf1 -all',
  ])('leaves "%s": the version comes first and matches precisely', (text) =>
    expect(isDmarc(text)).toBe(false),
  );
});

describe('selectDmarc', () => {
  it('finds none, one or several', () => {
    expect(selectDmarc(['v=spf1 -all'])).toEqual({ state: 'none' });
    expect(selectDmarc(['x', 'v=DMARC1; p=none'])).toEqual({ state: 'one', text: 'v=DMARC1; p=none' });
    expect(selectDmarc(['v=DMARC1; p=none', 'v=DMARC1; p=reject'])).toMatchObject({ state: 'multiple' });
  });
});

describe('parseDmarc', () => {
  const record = (text: string, dialect: DmarcDialect = 'rfc9989') => {
    const parse = parseDmarc(text, dialect);
    if (!parse.ok) expect.fail(`${text}: ${parse.problems[0].sentence}`);
    return parse.record;
  };

  it('reads every tag of RFC 9989', () => {
    expect(
      record(
        'v=DMARC1; p=reject; sp=quarantine; np=none; adkim=s; aspf=r; fo=d:s; psd=n; t=y; rua=mailto:a@example.com; ruf=mailto:f@example.com',
      ),
    ).toMatchObject({
      p: 'reject',
      sp: 'quarantine',
      np: 'none',
      adkim: 'strict',
      aspf: 'relaxed',
      fo: ['d', 's'],
      psd: 'n',
      t: true,
      rua: [{ uri: 'mailto:a@example.com', scheme: 'mailto', address: 'a@example.com', maxSize: null }],
      ruf: [{ address: 'f@example.com' }],
      pct: null,
    });
  });

  it('fills in the defaults the RFC names', () => {
    expect(record('v=DMARC1; p=none')).toMatchObject({
      sp: null,
      np: null,
      adkim: 'relaxed',
      aspf: 'relaxed',
      fo: ['0'],
      psd: 'u',
      t: false,
      rua: [],
      ruf: [],
    });
  });

  it('reads the tags of RFC 7489', () => {
    expect(
      record('v=DMARC1; p=none; pct=25; ri=3600; rf=afrf; rua=mailto:a@example.com!10m', 'rfc7489'),
    ).toMatchObject({
      pct: 25,
      ri: 3600,
      rf: ['afrf'],
      rua: [{ uri: 'mailto:a@example.com', maxSize: 10_485_760 }],
    });
  });

  describe('what the earlier system read wrongly', () => {
    it.each([
      ['v=DMARC1; sp=none; p=reject', 'reject'],
      ['v=DMARC1; p=Reject', 'reject'],
      ['v=DMARC1; p = reject', 'reject'],
      ['v=DMARC1;p=REJECT', 'reject'],
      ['v=DMARC1 ;\tp=\tquarantine ;', 'quarantine'],
      ['v=DMARC1; rua=mailto:p=none@example.com; p=reject', 'reject'],
    ])('%s is p=%s', (text, p) => expect(record(text).p).toBe(p));
  });

  it.each(DIALECTS)('names the dialect it was read in: %s', (dialect) => {
    expect(parseDmarc('v=DMARC1; p=none', dialect)).toMatchObject({ ok: true, dialect });
    expect(parseDmarc('nothing', dialect)).toMatchObject({
      ok: false,
      dialect,
      record: null,
      problems: [{ code: 'version' }],
    });
  });

  const faults: [text: string, code: DmarcFaultCode, at: number][] = [
    ['v=DMARC1; p=foo', 'p-value', 12],
    ['v=DMARC1; p=', 'p-value', 12],
    ['v=DMARC1; p=none; sp=all', 'sp-value', 21],
    ['v=DMARC1; p=none; np=quarrantine', 'np-value', 21],
    ['v=DMARC1; p=none; adkim=relaxed', 'alignment-value', 24],
    ['v=DMARC1; p=none; aspf=x', 'alignment-value', 23],
    ['v=DMARC1; p=none; fo=01', 'fo-value', 21],
    ['v=DMARC1; p=none; fo=', 'fo-value', 21],
    ['v=DMARC1; p=none; psd=maybe', 'psd-value', 22],
    ['v=DMARC1; p=none; t=yes', 't-value', 20],
    ['v=DMARC1; p=none; rua=bogus', 'uri-syntax', 22],
    ['v=DMARC1; p=none; rua=mailto:', 'uri-syntax', 22],
    ['v=DMARC1; p=none; rua=mailto:a@example.com,, mailto:b@example.com', 'uri-syntax', 43],
    ['v=DMARC1; p=none; ruf=mailto:a b@example.com', 'uri-syntax', 22],
    ['v=DMARC1; p=none; rua=mailto:100%@example.com', 'uri-syntax', 22],
    ['v=DMARC1; p=none; rf:afrf', 'tag-malformed', 18],
    ['v=DMARC1; p=none; sp-none', 'tag-malformed', 18],
    ['v=DMARC1; p=none; =none', 'tag-malformed', 18],
    ['v=DMARC1; p=none; p=reject', 'tag-repeated', 18],
    ['v=DMARC1; p=none; v=DMARC1', 'tag-repeated', 18],
    ['v=DMARC1; p=none; adkim=ş', 'character', 24],
  ];
  it.each(faults)('finds in %j: %s at %i', (text, code, at) => {
    const parse = parseDmarc(text, 'rfc9989');
    expect(parse.ok ? 'no fault' : [parse.problems[0].code, parse.problems[0].at]).toEqual([code, at]);
  });

  it('discards a faulty tag and keeps the rest (RFC 9989 section 4.7)', () => {
    const parse = parseDmarc('v=DMARC1; p=reject; fo=x; rua=bogus,mailto:a@example.com; junk', 'rfc9989');
    expect(parse).toMatchObject({
      ok: false,
      record: { p: 'reject', fo: ['0'], rua: [{ address: 'a@example.com' }] },
      problems: [{ code: 'tag-malformed' }, { code: 'fo-value' }, { code: 'uri-syntax' }],
    });
  });

  it('takes nothing from a list with a repeated tag (RFC 6376 section 3.2)', () => {
    expect(parseDmarc('v=DMARC1; p=none; p=reject', 'rfc9989')).toMatchObject({ ok: false, record: null });
  });

  const remarks: [text: string, codes: DmarcNoteCode[]][] = [
    ['v=DMARC1; p=none', []],
    ['v=DMARC1; p=none;', []],
    ['v=DMARC1; p=none; xyz=foo', ['tag-unknown']],
    ['v=DMARC1; p=none; pct=50', ['tag-removed']],
    ['v=DMARC1; p=none; pct=f; ri=bad; rf=bob', ['tag-removed', 'tag-removed', 'tag-removed']],
    ['v=DMARC1; sp=none; p=none', ['p-not-second']],
    ['v=DMARC1; rua=mailto:a@example.com', ['p-missing']],
    ['v=DMARC1; P=none', ['tag-case']],
    ['v=DMARC1;; p=none', ['tag-empty', 'p-not-second']],
    ['v=DMARC1; p=none; fo=0:1:d:s', ['fo-mixed']],
    ['v=DMARC1; p=none; rua=mailto:a@example.com!10m', ['uri-size-obsolete']],
    ['v=DMARC1; p=none; rua=https://example.com/r', ['uri-scheme']],
  ];
  it.each(remarks)('accepts %s with the remarks %j', (text, codes) => {
    const parse = parseDmarc(text, 'rfc9989');
    expect([parse.ok, parse.notes.map(({ code }) => code)]).toEqual([true, codes]);
  });

  describe('where the dialects differ', () => {
    const table: [text: string, valid: DmarcDialect[]][] = [
      ['v=DMARC1; p=none; pct=f', ['rfc9989']],
      ['v=DMARC1; p=none; pct=101', ['rfc9989']],
      ['v=DMARC1; p=none; ri=-1', ['rfc9989']],
      ['v=DMARC1; p=none; rf=bob', ['rfc9989']],
      ['v=DMARC1; p=none; t=yes', ['rfc7489', 'rfc7489-strict', 'rfc7489-lenient']],
      ['v=DMARC1; p=none; np=x; psd=x', ['rfc7489', 'rfc7489-strict', 'rfc7489-lenient']],
      ['v=DMARC1', ['rfc9989', 'rfc9989+7489']],
      ['v=DMARC1; rua=mailto:a@example.com', DIALECTS],
      ['v=DMARC1; sp=none; p=none', DIALECTS.filter((dialect) => dialect !== 'rfc7489-strict')],
      ['v=DMARC1; p=none;;', DIALECTS.filter((dialect) => dialect !== 'rfc7489-strict')],
      ['v=dmarc1; p=none', ['rfc7489-lenient']],
      ['v=DMARC1; p=none; p=none', ['rfc7489-lenient']],
      ['v=DMARC1; p=none; rua=mailto:a@example.com!10p', ['rfc9989', 'rfc9989+7489']],
      ['v=DMARC1; p=none; rua=mailto:a@example.com!18446744073709551615', DIALECTS],
      ['v=DMARC1; p=none; rua=mailto:a@example.com!18446744073709551616', ['rfc9989', 'rfc9989+7489']],
      ['v=DMARC1; p=none; rua=mailto:a@example.com!10 k', ['rfc9989', 'rfc9989+7489', 'rfc7489-lenient']],
    ];
    it.each(table)('%s is valid in %j', (text, valid) => {
      expect(DIALECTS.filter((dialect) => parseDmarc(text, dialect).ok)).toEqual(valid);
    });
  });
});

describe('readDmarc', () => {
  const own = (text: string) => readDmarc(found([text]));
  const NONE = absent('NXDOMAIN');
  const above = (text: string) => ({ name: 'example.com', txt: found([text]) });

  it('reads the policy of the domain itself, in the current dialect', () => {
    expect(own('v=DMARC1; p=Reject; sp=none')).toMatchObject({
      state: 'found',
      dialect: 'rfc9989',
      policy: 'reject',
      coverage: 100,
      testing: false,
      from: null,
      raw: 'v=DMARC1; p=Reject; sp=none',
      problems: [],
    });
  });

  it('keeps absence and silence apart', () => {
    expect(readDmarc(NONE)).toMatchObject({ state: 'absent', why: 'NXDOMAIN', policy: null });
    expect(readDmarc(found(['v=spf1 -all']))).toMatchObject({ state: 'absent', why: 'NODATA' });
    expect(readDmarc(unanswered('SERVFAIL'))).toMatchObject({
      state: 'unanswered',
      why: 'SERVFAIL',
      policy: null,
    });
    expect(readDmarc(unanswered('TIMEOUT'), above('v=DMARC1; p=none'))).toMatchObject({
      state: 'unanswered',
    });
    expect(readDmarc(NONE, { name: 'example.com', txt: unanswered('TIMEOUT') })).toMatchObject({
      state: 'unanswered',
    });
  });

  it('takes several records for none, and says so (RFC 7489 section 6.6.3)', () => {
    const several = found(['v=DMARC1; p=none', 'v=DMARC1; p=reject']);
    expect(readDmarc(several)).toMatchObject({
      state: 'absent',
      policy: null,
      problems: [{ code: 'multiple-records' }],
    });
    // the tree walk of RFC 9989 goes on above them; RFC 7489 ends there
    expect(readDmarc(several, above('v=DMARC1; p=reject'))).toMatchObject({
      state: 'found',
      policy: 'reject',
    });
    expect(readDmarc(several, above('v=DMARC1; p=reject'), { dialect: 'rfc7489' })).toMatchObject({
      state: 'absent',
    });
  });

  it.each([
    ['v=DMARC1; p=reject', 'reject'],
    ['v=DMARC1; p=reject; sp=quarantine', 'quarantine'],
    ['v=DMARC1; p=reject; sp=quarantine; np=none', 'quarantine'],
    ['v=DMARC1; p=none; sp=reject', 'reject'],
  ])('inherits from the organizational domain: %s gives %s', (text, policy) => {
    expect(readDmarc(NONE, above(text))).toMatchObject({ state: 'found', policy, from: 'example.com' });
  });

  it('applies np to a domain that does not exist', () => {
    const text = 'v=DMARC1; p=none; sp=quarantine; np=reject';
    expect(readDmarc(NONE, above(text), { exists: false })).toMatchObject({ policy: 'reject' });
    expect(readDmarc(NONE, above('v=DMARC1; p=none; sp=quarantine'), { exists: false })).toMatchObject({
      policy: 'quarantine',
    });
  });

  it('lets an own record win over the one above', () => {
    expect(readDmarc(found(['v=DMARC1; p=none']), above('v=DMARC1; p=reject'))).toMatchObject({
      policy: 'none',
      from: null,
    });
  });

  it('reads pct as coverage and t as testing', () => {
    expect(own('v=DMARC1; p=reject; pct=20')).toMatchObject({ policy: 'reject', coverage: 20 });
    expect(own('v=DMARC1; p=reject; pct=f')).toMatchObject({ policy: 'reject', coverage: 100 });
    expect(own('v=DMARC1; p=reject; t=y')).toMatchObject({ policy: 'reject', testing: true });
  });

  it('reads a record without a valid policy as p=none when it has somewhere to report to', () => {
    for (const text of [
      'v=DMARC1; rua=mailto:a@example.com',
      'v=DMARC1; p=foo; rua=mailto:a@example.com',
      'v=DMARC1; p=reject; sp=foo; rua=mailto:a@example.com',
    ])
      expect(own(text)).toMatchObject({ state: 'found', policy: 'none' });
  });

  it('is a permerror without a valid policy and without a report address', () => {
    for (const text of ['v=DMARC1', 'v=DMARC1; p=foo', 'v=DMARC1; rua=bogus', 'v=DMARC1; p=none; p=reject'])
      expect(own(text)).toMatchObject({ state: 'permerror', policy: null });
    expect(own('v=DMARC1')).toMatchObject({ problems: [{ code: 'p-missing' }] });
  });

  it('tells of a record that was meant as one and is ignored', () => {
    expect(own('v=dmarc1; p=reject')).toMatchObject({ state: 'absent', notes: [{ code: 'record-ignored' }] });
    expect(own('"v=DMARC1; p=reject"')).toMatchObject({
      state: 'absent',
      notes: [{ code: 'record-ignored' }],
    });
    expect(own('v=spf1 -all')).toMatchObject({ state: 'absent', notes: [] });
  });

  it('keeps the policy of a record with faults elsewhere', () => {
    expect(own('v=DMARC1;p=quarantine;rua=mailto:x@example.com;1:d:s;rf:afrf')).toMatchObject({
      state: 'found',
      policy: 'quarantine',
      problems: [{ code: 'tag-malformed' }, { code: 'tag-malformed' }],
    });
  });
});

interface Sample {
  id: string;
  dialect: DmarcDialect | 'wild';
  record: string;
  valid?: boolean;
  tags?: Record<string, unknown>;
  explicit?: Record<string, boolean>;
}
const file = join(import.meta.dirname, '../../../../shared/data/dmarc-records.json');
describe.skipIf(!existsSync(file))('samples of others (skipped where ../shared/data is not there)', () => {
  const samples = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Sample[]) : [];
  const judged = samples.filter(
    (sample): sample is Sample & { dialect: DmarcDialect; valid: boolean } => sample.valid !== undefined,
  );

  it.each(judged)(
    '$id in $dialect: $record is valid: $valid',
    ({ record, dialect, valid, tags, explicit }) => {
      const parse = parseDmarc(record, dialect);
      expect(parse.ok).toBe(valid);
      for (const [tag, value] of Object.entries(tags ?? {}))
        expect([tag, said(parse.record, tag, value)]).toEqual([tag, value]);
      for (const [tag, there] of Object.entries(explicit ?? {}))
        expect(parse.record?.tags.some(({ name }) => name === tag)).toBe(there);
    },
  );

  it.each(samples.filter(({ dialect }) => dialect === 'wild'))(
    '$id from the field: $record',
    ({ record }) => {
      // faulty as they are, receivers take the policy from them
      expect(readDmarc(found([record]))).toMatchObject({ state: 'found' });
    },
  );

  /** A tag in the shape the samples use: some list URIs, some mailboxes; sp and np as they take effect. */
  function said(record: ReturnType<typeof parseDmarc>['record'], tag: string, expected: unknown): unknown {
    if (record === null) return null;
    switch (tag) {
      case 'p':
        return record.p;
      case 'sp':
        return record.sp ?? record.p;
      case 'np':
        return record.np ?? record.sp ?? record.p;
      case 't':
        return record.t ? 'y' : 'n';
      case 'psd':
        return record.psd;
      case 'fo':
        return record.fo;
      case 'adkim':
      case 'aspf':
        return record[tag] === 'strict' ? 's' : 'r';
      case 'rua_max':
        return record.rua.map(({ maxSize }) => maxSize ?? 0);
      case 'rua':
      case 'ruf': {
        const whole = Array.isArray(expected) && String(expected[0]).includes(':');
        // one sample drops the blank that "%20" stands for (RFC 6068 section 2 keeps it)
        return record[tag].map(({ uri, address }) => (whole ? uri : (address ?? uri).replaceAll(' ', '')));
      }
      default:
        return `a tag this test does not know: ${tag}`;
    }
  }
});
