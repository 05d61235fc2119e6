import { describe, expect, it } from 'vitest';
import { absent, found, unanswered, type Lookup } from '#core/facts.ts';
import { spfStructure } from '#core/records/spf-structure.ts';

/** A zone of TXT records; what is not in it was not asked yet. */
function structure(own: Lookup<string[]> | string, others: Record<string, Lookup<string[]> | string> = {}) {
  const lookup = (given: Lookup<string[]> | string) => (typeof given === 'string' ? found([given]) : given);
  return spfStructure(
    'example.com',
    lookup(own),
    Object.fromEntries(Object.entries(others).map(([name, given]) => [name, lookup(given)])),
  );
}
/** Asks for what is to be followed until nothing is left; returns what was asked. */
function follow(own: string, zone: Record<string, string>) {
  const asked: Record<string, Lookup<string[]>> = {};
  for (;;) {
    const read = spfStructure('example.com', found([own]), asked);
    if (read.toFollow.length === 0) return { read, asked: Object.keys(asked) };
    for (const name of read.toFollow) {
      const text = zone[name];
      asked[name] = text === undefined ? absent('NXDOMAIN') : found([text]);
    }
  }
}

describe('spfStructure', () => {
  it('reads a policy that needs nobody else', () => {
    expect(structure('v=spf1 ip4:192.0.2.0/24 mx -all')).toMatchObject({
      state: 'found',
      raw: 'v=spf1 ip4:192.0.2.0/24 mx -all',
      problems: [],
      all: '-',
      directIncludes: [],
      includes: [],
      lookups: 1,
      overLimit: false,
      voidLookups: [],
      complete: true,
      toFollow: [],
    });
  });

  it('is absent without an SPF record, and unanswered without an answer', () => {
    expect(structure(found(['MS=ms1']))).toMatchObject({ state: 'absent', raw: null, complete: true });
    expect(structure(absent('NXDOMAIN'))).toMatchObject({ state: 'absent' });
    expect(structure(unanswered('TIMEOUT'))).toMatchObject({
      state: 'unanswered',
      complete: false,
      toFollow: [],
    });
  });

  it('is a permerror for a syntax error in its own record, and still tells the includes', () => {
    expect(structure('v=spf1 include:spf.protection.outlook.com ip4:1.2.3 -all')).toMatchObject({
      state: 'permerror',
      problems: [{ code: 'ip4-network', name: 'example.com', at: 46 }],
      directIncludes: ['spf.protection.outlook.com'],
      all: '-',
      toFollow: [],
    });
  });

  it('is a permerror for several records of its own (RFC 7208 section 4.5)', () => {
    expect(structure(found(['v=spf1 -all', 'v=spf1 mx -all']))).toMatchObject({
      state: 'permerror',
      raw: 'v=spf1 -all',
      records: ['v=spf1 -all', 'v=spf1 mx -all'],
      problems: [{ code: 'multiple-records', name: 'example.com' }],
    });
  });

  it('says which names to ask next, and is not complete before', () => {
    expect(structure('v=spf1 include:A.example include:b.example redirect=c.example')).toMatchObject({
      state: 'found',
      all: null,
      directIncludes: ['a.example', 'b.example'],
      includes: [
        { name: 'a.example', depth: 1, state: 'not-followed' },
        { name: 'b.example', depth: 1, state: 'not-followed' },
      ],
      redirects: [{ name: 'c.example', depth: 1, state: 'not-followed' }],
      lookups: 3,
      complete: false,
      toFollow: ['a.example', 'b.example', 'c.example'],
    });
  });

  it('counts look-ups through includes and redirects (section 4.6.4)', () => {
    const zone = {
      'a.example': 'v=spf1 a mx include:b.example -all',
      'b.example': 'v=spf1 exists:%{i}.x.example ptr ip4:192.0.2.1 ~all',
      'c.example': 'v=spf1 a ?all',
    };
    const { read, asked } = follow('v=spf1 include:a.example redirect=c.example', zone);
    expect(asked).toEqual(['a.example', 'c.example', 'b.example']);
    expect(read).toMatchObject({
      state: 'found',
      all: '?',
      lookups: 8,
      complete: true,
      includes: [
        { name: 'a.example', depth: 1, state: 'found' },
        { name: 'b.example', depth: 2, state: 'found' },
      ],
      redirects: [{ name: 'c.example', depth: 1, state: 'found' }],
    });
  });

  it('counts a record each time it is included', () => {
    const { read } = follow('v=spf1 include:a.example include:a.example -all', {
      'a.example': 'v=spf1 a mx -all',
    });
    expect(read).toMatchObject({ lookups: 6, includes: [{ name: 'a.example' }] });
  });

  it('leaves out what follows "all", and a redirect beside it (section 5.1)', () => {
    expect(structure('v=spf1 mx ~all a include:a.example redirect=b.example')).toMatchObject({
      all: '~',
      lookups: 1,
      directIncludes: ['a.example'],
      includes: [],
      complete: true,
      toFollow: [],
    });
  });

  it('stops at the limit: over it is a finding, not a permerror', () => {
    const own = `v=spf1 ${'a '.repeat(9)}include:a.example include:b.example -all`;
    expect(structure(own)).toMatchObject({
      state: 'found',
      lookups: 11,
      overLimit: true,
      complete: false,
      toFollow: [],
    });
    expect(structure(`v=spf1 ${'a '.repeat(10)}-all`)).toMatchObject({ lookups: 10, overLimit: false });
  });

  it('asks for ten names at most, however long the chain', () => {
    const zone = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [`n${i}.example`, `v=spf1 include:n${i + 1}.example -all`]),
    );
    const { read, asked } = follow('v=spf1 include:n0.example -all', zone);
    expect(asked).toHaveLength(10);
    expect(read).toMatchObject({ overLimit: true, lookups: 11 });
  });

  it('does not drown in includes that multiply', () => {
    const zone = Object.fromEntries(
      Array.from({ length: 9 }, (_, i) => [
        `n${i}.example`,
        `v=spf1 ${`include:n${i + 1}.example `.repeat(50)}`,
      ]),
    );
    expect(follow(`v=spf1 ${'include:n0.example '.repeat(5)}`, zone).read).toMatchObject({ overLimit: true });
  });

  it('finds loops: they end at the limit only', () => {
    const { read } = follow('v=spf1 include:a.example -all', {
      'a.example': 'v=spf1 include:b.example -all',
      'b.example': 'v=spf1 include:A.example -all',
    });
    expect(read).toMatchObject({
      state: 'found',
      overLimit: true,
      includes: [
        { name: 'a.example', state: 'loop' },
        { name: 'b.example', state: 'found' },
      ],
    });
    expect(structure('v=spf1 redirect=example.com')).toMatchObject({
      overLimit: true,
      redirects: [{ name: 'example.com', depth: 1, state: 'loop' }],
    });
  });

  it('is a permerror when an included name has no SPF record, and says which (section 5.2)', () => {
    expect(
      structure('v=spf1 include:gone.example -all', { 'gone.example': absent('NXDOMAIN') }),
    ).toMatchObject({
      state: 'permerror',
      problems: [{ code: 'include-absent', name: 'gone.example', at: 7 }],
      includes: [{ name: 'gone.example', depth: 1, state: 'absent' }],
      voidLookups: ['gone.example'],
      complete: true,
    });
    expect(
      structure('v=spf1 include:other.example -all', { 'other.example': found(['MS=ms1']) }),
    ).toMatchObject({
      state: 'permerror',
      voidLookups: [],
    });
    expect(structure('v=spf1 redirect=gone.example', { 'gone.example': absent('NODATA') })).toMatchObject({
      state: 'permerror',
      problems: [{ code: 'redirect-absent', name: 'gone.example', at: 7 }],
    });
  });

  it('is a permerror when an included record has a fault, nested ones too', () => {
    const read = structure('v=spf1 include:a.example -all', {
      'a.example': 'v=spf1 include:b.example -all',
      'b.example': 'v=spf1 moo -all',
    });
    expect(read).toMatchObject({
      state: 'permerror',
      problems: [{ code: 'include-permerror', name: 'b.example', at: 7 }],
    });
    expect(read.problems[0]?.sentence).toContain('a.example includes b.example');
  });

  it('does not take a silence for an absence', () => {
    expect(structure('v=spf1 include:a.example -all', { 'a.example': unanswered('SERVFAIL') })).toMatchObject(
      {
        state: 'found',
        all: '-',
        includes: [{ name: 'a.example', depth: 1, state: 'unanswered' }],
        complete: false,
        toFollow: [],
      },
    );
  });

  it('counts a target with macros and does not follow it', () => {
    expect(structure('v=spf1 include:%{ir}.%{v}.%{d}.spf.example -all')).toMatchObject({
      state: 'found',
      directIncludes: ['%{ir}.%{v}.%{d}.spf.example'],
      includes: [{ name: '%{ir}.%{v}.%{d}.spf.example', depth: 1, state: 'macro' }],
      lookups: 1,
      complete: true,
      toFollow: [],
    });
  });

  it('matches names of any case, with or without the final dot', () => {
    expect(
      structure('v=spf1 include:_SPF.Example.NET. -all', { '_spf.example.net': 'v=spf1 -all' }),
    ).toMatchObject({ state: 'found', complete: true });
  });
});
