import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkHostInZone, type SpfZone } from '../../support/spf-zone.ts';

/** One valid world: a sender with a policy, and the names around it. Each test adds what it is about. */
const WORLD: SpfZone = {
  'example.com': { records: [['TXT', 'v=spf1 mx a:web.example.com include:_spf.mailer.example -all']] },
  'web.example.com': {
    records: [
      ['A', '192.0.2.80'],
      ['AAAA', '2001:db8::80'],
    ],
  },
  'mx.example.com': { records: [['A', '192.0.2.25']] },
  '_spf.mailer.example': { records: [['TXT', 'v=spf1 ip4:198.51.100.0/24 ip6:2001:db8:1::/48 ~all']] },
};
const policy = (text: string, more: SpfZone = {}): SpfZone => ({
  ...WORLD,
  'example.com': {
    records: [
      ['TXT', text],
      ['MX', [10, 'mx.example.com']],
      ['A', '192.0.2.1'],
    ],
  },
  ...more,
});
const check = (zone: SpfZone, ip = '203.0.113.9', more: object = {}) =>
  checkHostInZone({ ip, sender: 'jane.doe@example.com', helo: 'client.example.net', ...more }, zone).verdict;
const result = (zone: SpfZone, ip?: string, more?: object) => check(zone, ip, more).result;

describe('checkHost', () => {
  it('passes a listed client and tells which term did it', () => {
    expect(check(WORLD, '198.51.100.7')).toEqual({
      result: 'pass',
      explanation: null,
      matched: { term: 'include:_spf.mailer.example', domain: 'example.com' },
      reason: null,
      lookups: 3,
      voidLookups: 1,
    });
  });

  it('asks only what it needs, in the order of the terms', () => {
    const { asked } = checkHostInZone(
      { ip: '192.0.2.80', sender: 'x@example.com', helo: 'h.example' },
      policy('v=spf1 mx a:web.example.com include:_spf.mailer.example -all'),
    );
    expect(asked).toEqual([
      { type: 'TXT', name: 'example.com' },
      { type: 'MX', name: 'example.com' },
      { type: 'A', name: 'mx.example.com' },
      { type: 'A', name: 'web.example.com' },
    ]);
  });

  it.each([
    ['v=spf1 +all', 'pass'],
    ['v=spf1 -all', 'fail'],
    ['v=spf1 ~all', 'softfail'],
    ['v=spf1 ?all', 'neutral'],
    ['v=spf1', 'neutral'],
    ['v=spf1 ip4:203.0.113.0/24 -all', 'pass'],
    ['v=spf1 all -all', 'pass'],
  ])('%s gives %s', (text, expected) => expect(result(policy(text))).toBe(expected));

  it('has no opinion without a policy, or about a name that is no domain (section 4.3)', () => {
    expect(result({})).toBe('none');
    expect(result({ 'example.com': { records: [['TXT', 'MS=ms1']] } })).toBe('none');
    for (const sender of ['x@localhost', 'x@[192.0.2.1]', 'x@a..example', `x@${'a'.repeat(64)}.example`])
      expect(result(WORLD, undefined, { sender })).toBe('none');
    expect(result(WORLD, 'no address')).toBe('none');
  });

  it('checks a bounce as postmaster at the HELO name (section 2.4)', () => {
    const zone = {
      'client.example.net': { records: [['TXT', 'v=spf1 exists:%{l}.%{o}.test -all']] as const },
      'postmaster.client.example.net.test': { records: [['A', '127.0.0.2']] as const },
    };
    expect(result(zone, undefined, { sender: '' })).toBe('pass');
  });

  it('checks another domain when it is told to', () => {
    expect(result(WORLD, '198.51.100.7', { domain: '_spf.mailer.example.' })).toBe('pass');
  });

  it('takes an IPv4-mapped client for an IPv4 one, and keeps the families apart', () => {
    expect(result(policy('v=spf1 ip4:192.0.2.1 -all'), '::ffff:192.0.2.1')).toBe('pass');
    expect(result(policy('v=spf1 ip6:::/0 -all'), '192.0.2.1')).toBe('fail');
    expect(result(policy('v=spf1 a:web.example.com/0 -all'), '2001:db8::99')).toBe('fail');
    expect(result(policy('v=spf1 a:web.example.com//64 -all'), '2001:db8::99')).toBe('pass');
  });

  it('looks at a, mx and exists, the last one by A even for IPv6 (section 5.7)', () => {
    expect(result(policy('v=spf1 a -all'), '192.0.2.1')).toBe('pass');
    expect(result(policy('v=spf1 mx/24 -all'), '192.0.2.200')).toBe('pass');
    expect(result(policy('v=spf1 exists:web.example.com -all'), '2001:db8::9')).toBe('pass');
    expect(result(policy('v=spf1 exists:nothing.example.com -all'))).toBe('fail');
  });

  it('does not fall back to A where there is no MX (section 5.4)', () => {
    expect(
      result(
        {
          'example.com': {
            records: [
              ['TXT', 'v=spf1 mx -all'],
              ['A', '192.0.2.1'],
            ],
          },
        },
        '192.0.2.1',
      ),
    ).toBe('fail');
    expect(
      result({
        'example.com': {
          records: [
            ['TXT', 'v=spf1 mx -all'],
            ['MX', [0, '']],
          ],
        },
      }),
    ).toBe('fail');
  });

  it('matches ptr only for names that lead back to the client (section 5.5)', () => {
    const zone = (host: string) =>
      policy('v=spf1 ptr -all', {
        '9.113.0.203.in-addr.arpa': { records: [['PTR', 'Host.Example.COM.']] },
        'host.example.com': { records: [['A', host]] },
      });
    expect(result(zone('203.0.113.9'))).toBe('pass');
    expect(result(zone('203.0.113.10'))).toBe('fail');
    expect(
      result(policy('v=spf1 ptr ~all', { '9.113.0.203.in-addr.arpa': { records: [], timeout: true } })),
    ).toBe('softfail');
  });

  describe('include (section 5.2)', () => {
    const including = (text: string) =>
      policy('v=spf1 include:inc.example ?all', { 'inc.example': { records: [['TXT', text]] } });
    it.each([
      ['v=spf1 +all', 'pass'],
      ['v=spf1 -all', 'neutral'],
      ['v=spf1 ~all', 'neutral'],
      ['v=spf1 ?all', 'neutral'],
      ['v=spf1 moo', 'permerror'],
      ['no policy', 'permerror'],
    ])('of a policy that says "%s" gives %s', (text, expected) =>
      expect(result(including(text))).toBe(expected),
    );
    it('of a name that does not answer gives temperror', () => {
      expect(
        result(policy('v=spf1 include:inc.example ?all', { 'inc.example': { records: [], timeout: true } })),
      ).toBe('temperror');
    });
    it('of a name DNS cannot hold gives permerror', () => {
      expect(result(policy('v=spf1 include:a..example -all'))).toBe('permerror');
    });
  });

  it('redirects when nothing matched, and ends in permerror without a policy there (section 6.1)', () => {
    expect(result(policy('v=spf1 redirect=_spf.mailer.example'), '198.51.100.1')).toBe('pass');
    expect(result(policy('v=spf1 redirect=_spf.mailer.example'))).toBe('softfail');
    expect(result(policy('v=spf1 ?all redirect=_spf.mailer.example'), '198.51.100.1')).toBe('neutral');
    expect(result(policy('v=spf1 redirect=nothing.example'))).toBe('permerror');
  });

  it('tells a silence from an absence', () => {
    const silent = { 'web.example.com': { records: [], timeout: true } } as const;
    expect(check(policy('v=spf1 a:web.example.com -all', silent))).toMatchObject({
      result: 'temperror',
      reason: 'A of web.example.com: TIMEOUT',
    });
    expect(result({ 'example.com': { records: [], timeout: true } })).toBe('temperror');
    expect(result(policy('v=spf1 a:gone.example.com -all'))).toBe('fail');
  });

  it('is a permerror for a fault anywhere in the record, even behind a match (section 4.6)', () => {
    expect(result(policy('v=spf1 +all moo'))).toBe('permerror');
    expect(
      result({
        'example.com': {
          records: [
            ['TXT', 'v=spf1 +all'],
            ['TXT', 'v=spf1 -all'],
          ],
        },
      }),
    ).toBe('permerror');
  });

  describe('limits (section 4.6.4)', () => {
    it('ten terms with look-ups are fine, eleven are a permerror', () => {
      expect(check(policy(`v=spf1 ${'a '.repeat(10)}-all`))).toMatchObject({ result: 'fail', lookups: 10 });
      expect(check(policy(`v=spf1 ${'a '.repeat(11)}-all`))).toMatchObject({
        result: 'permerror',
        lookups: 11,
      });
    });
    it('counts inside includes, and ends loops that way', () => {
      expect(result(policy('v=spf1 include:example.com -all'))).toBe('permerror');
      expect(result(policy('v=spf1 redirect=example.com'))).toBe('permerror');
    });
    it('two terms may find nothing, a third is a permerror', () => {
      expect(check(policy('v=spf1 a:x.example a:y.example -all'))).toMatchObject({
        result: 'fail',
        voidLookups: 2,
      });
      expect(check(policy('v=spf1 a:x.example a:y.example a:z.example -all'))).toMatchObject({
        result: 'permerror',
        voidLookups: 3,
      });
    });
    it('more than ten MX hosts are a permerror; more than ten PTR names are cut', () => {
      const many = Array.from({ length: 11 }, (_, i) => i);
      const mx: SpfZone = {
        'example.com': {
          records: [
            ['TXT', 'v=spf1 mx -all'],
            ...many.map((i) => ['MX', [i, `mx${i}.example.com`]] as const),
          ],
        },
      };
      expect(result(mx)).toBe('permerror');
      const ptr = policy('v=spf1 ptr -all', {
        '9.113.0.203.in-addr.arpa': { records: many.map((i) => ['PTR', `h${i}.example.com`] as const) },
        'h10.example.com': { records: [['A', '203.0.113.9']] },
      });
      expect(result(ptr)).toBe('fail');
    });
  });

  describe('macros (section 7)', () => {
    const values: [macro: string, expected: string][] = [
      ['%{s}', 'jane.doe@example.com'],
      ['%{l}', 'jane.doe'],
      ['%{o}', 'example.com'],
      ['%{d}', 'example.com'],
      ['%{i}', '203.0.113.9'],
      ['%{c}', '203.0.113.9'],
      ['%{v}', 'in-addr'],
      ['%{h}', 'client.example.net'],
      ['%{p}', 'unknown'],
      ['%{r}', 'mx.receiver.example'],
      ['%{t}', '1750000000'],
      ['%{ir}', '9.113.0.203'],
      ['%{d1}', 'com'],
      ['%{d9}', 'example.com'],
      ['%{lr.}', 'doe.jane'],
      ['%{l1r}', 'jane'],
      ['%{s2r.}', 'doe@example.jane'],
      ['%{h-.}', 'client.example.net'],
      ['%{S}', 'jane.doe%40example.com'],
      ['%%%_%-', '% %20'],
    ];
    it.each(values)('%s is "%s"', (macro, expected) => {
      const zone = policy('v=spf1 -all exp=why.example.com', {
        'why.example.com': { records: [['TXT', `<${macro}>`]] },
      });
      expect(
        check(zone, undefined, { receiver: 'mx.receiver.example', time: 1_750_000_000 }).explanation,
      ).toBe(`<${expected}>`);
    });
    it('spells IPv6 in nibbles for "i" and readably for "c"', () => {
      const zone = policy('v=spf1 -all exp=why.example.com', {
        'why.example.com': { records: [['TXT', '%{c} %{v} %{i1}']] },
      });
      expect(check(zone, '2001:DB8::C').explanation).toBe('2001:db8::c ip6 C');
    });
    it('prefers the domain itself, then a name below it, for "p" (section 7.3)', () => {
      const zone = policy('v=spf1 exists:%{p}.ok.example -all', {
        '9.113.0.203.in-addr.arpa': {
          records: [
            ['PTR', 'other.example'],
            ['PTR', 'below.example.com'],
          ],
        },
        'other.example': { records: [['A', '203.0.113.9']] },
        'below.example.com': { records: [['A', '203.0.113.9']] },
        'below.example.com.ok.example': { records: [['A', '127.0.0.2']] },
      });
      expect(result(zone)).toBe('pass');
    });
    it('cuts a name that became too long from the left, at a dot', () => {
      const { asked } = checkHostInZone(
        { ip: '192.0.2.1', sender: `${'a'.repeat(60)}.${'b'.repeat(60)}@example.com`, helo: 'h.example' },
        policy('v=spf1 exists:%{l}.%{l}.%{l}.example.com -all'),
      );
      expect(asked[1]?.name).toBe(`${'b'.repeat(60)}.${'a'.repeat(60)}.${'b'.repeat(60)}.example.com`);
    });
    it('never asks for a name a macro made impossible', () => {
      const { asked, verdict } = checkHostInZone(
        { ip: '192.0.2.1', sender: 'jürgen@example.com', helo: 'h.example' },
        policy('v=spf1 exists:%{l}.example.com a:%{l}x..example.com -all'),
      );
      expect(asked).toEqual([{ type: 'TXT', name: 'example.com' }]);
      expect(verdict).toMatchObject({ result: 'fail', voidLookups: 0 });
    });
  });

  describe('explanation (section 6.2)', () => {
    const explained = (...texts: string[]) =>
      check(
        policy('v=spf1 -all exp=why.example.com', {
          'why.example.com': { records: texts.map((text) => ['TXT', text] as const) },
        }),
      ).explanation;
    it('is the one TXT record at the target', () => expect(explained('See us.')).toBe('See us.'));
    it('is none when there are several, when it is not ASCII, when a macro in it is wrong', () => {
      expect(explained('one', 'two')).toBeNull();
      expect(explained('\u{feff}See us.')).toBeNull();
      expect(explained('The %{x}-files')).toBeNull();
      expect(explained()).toBeNull();
    });
    it('belongs to the record that decided: not to one that included it, but to one redirected to', () => {
      const why: SpfZone = {
        'why.example.com': { records: [['TXT', 'ours']] },
        'why.other.example': { records: [['TXT', 'theirs']] },
        'other.example': { records: [['TXT', 'v=spf1 -all exp=why.other.example']] },
      };
      expect(check(policy('v=spf1 include:other.example -all exp=why.example.com', why)).explanation).toBe(
        'ours',
      );
      expect(check(policy('v=spf1 redirect=other.example exp=why.example.com', why)).explanation).toBe(
        'theirs',
      );
      expect(check(policy('v=spf1 ~all exp=why.example.com', why)).explanation).toBeNull();
    });
    it('costs nothing: a silence there is no error', () => {
      expect(
        check(
          policy('v=spf1 -all exp=why.example.com', { 'why.example.com': { records: [], timeout: true } }),
        ),
      ).toMatchObject({ result: 'fail', explanation: null });
    });
  });
});

interface SuiteTest {
  id: string;
  host: string;
  helo: string;
  mailfrom: string;
  result: string[];
  explanation: string | null;
}
const file = join(import.meta.dirname, '../../../../shared/data/spf-rfc7208.json');
describe.skipIf(!existsSync(file))(
  'the conformance suite of RFC 7208 (skipped where ../shared/data is not there)',
  () => {
    const suites = existsSync(file)
      ? (JSON.parse(readFileSync(file, 'utf8')) as { suite: string; tests: SuiteTest[]; zonedata: SpfZone }[])
      : [];
    for (const { suite, tests, zonedata } of suites)
      it.each(tests)(`${suite}: $id`, ({ host, helo, mailfrom, result, explanation }) => {
        const { verdict } = checkHostInZone({ ip: host, sender: mailfrom, helo }, zonedata);
        expect(result).toContain(verdict.result);
        // "DEFAULT" is the words of the receiver: the policy gives none
        if (explanation !== null)
          expect(verdict.explanation).toBe(explanation === 'DEFAULT' ? null : explanation);
      });
  },
);
