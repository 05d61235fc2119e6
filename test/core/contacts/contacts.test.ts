import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Address } from '#core/contacts/address.ts';
import { roleAddresses } from '#core/contacts/generate.ts';
import { NAME_PATTERNS, namePattern, patternOf } from '#core/contacts/pattern.ts';
import { contactQuality } from '#core/contacts/quality.ts';
import { isRole } from '#core/contacts/roles.ts';
import { readRuleFile } from '#core/rules.ts';
import { ContactsFile } from '#core/rules/contacts.ts';
import { address, domain, shippedContactRules, shippedContacts } from './rules.ts';

const rules = shippedContactRules();
const firma = domain('firma.com.tr');
const at = (...locals: string[]): Address[] => locals.map((local) => address(`${local}@firma.com.tr`));

describe('roleAddresses', () => {
  test('are the nine of the earlier system, sorted', () =>
    expect(roleAddresses(firma, rules).map((a) => a.address)).toEqual([
      'admin@firma.com.tr',
      'hr@firma.com.tr',
      'ik@firma.com.tr',
      'iletisim@firma.com.tr',
      'info@firma.com.tr',
      'muhasebe@firma.com.tr',
      'sales@firma.com.tr',
      'satis@firma.com.tr',
      'support@firma.com.tr',
    ]));
  test('are at the ASCII form of an IDN', () =>
    expect(roleAddresses(domain('gökpınar.com.tr'), rules)[0]?.address).toBe(
      'admin@xn--gkpnar-wxa88b.com.tr',
    ));
  test('are none at a domain that leaves no room', () =>
    expect(
      roleAddresses(domain(`${'a.'.repeat(124)}firma`.slice(0, 249 - 4) + '.com'), rules).length,
    ).toBeLessThan(9));
});

describe('isRole', () => {
  test.each([
    'info',
    'INFO',
    'Satış',
    'satis2',
    'insan.kaynaklari',
    'insan-kaynaklari',
    'İnsanKaynakları',
    'no-reply',
    'do_not_reply',
    'satis-ankara',
    'ankara.satis',
    'kvkk',
    'abuse',
    'postmaster',
    'bilgi',
    'destek',
    'pazarlama',
    'info+crm',
    'it',
  ])('%s', (local) => expect(isRole(local, rules)).toBe(true));
  test.each(['ayse', 'ayse.yilmaz', 'a.baskan', 'mehmet.yazici', 'infogen', 'adminoglu', '', '123', '...'])(
    'not %j',
    (local) => expect(isRole(local, rules)).toBe(false),
  );
});

describe('contactQuality', () => {
  const names = (n: number) => Array.from({ length: n }, (_, i) => `kisi${i}`);
  test.each([
    [0, 0],
    [1, 10],
    [2, 20],
    [3, 30],
    [4, 30],
    [5, 45],
    [9, 45],
    [10, 60],
    [50, 60],
  ])('%i addresses elsewhere: %i', (n, score) => {
    const elsewhere = names(n).map((name) => address(`${name}@gmail.com`));
    expect(contactQuality(elsewhere, firma, rules)).toEqual({
      score,
      count: { addresses: n, points: score },
      atDomain: { addresses: 0, points: 0 },
    });
  });
  test('ten at the domain: 100', () =>
    expect(contactQuality(at(...names(10)), firma, rules).score).toBe(100));
  test('the share is cut, not rounded: 2 of 3 is 26', () =>
    expect(contactQuality([...at('a', 'b'), address('c@gmail.com')], firma, rules)).toEqual({
      score: 56,
      count: { addresses: 3, points: 30 },
      atDomain: { addresses: 2, points: 26 },
    }));
  test('an address below the domain is at it; one at a longer name is not', () => {
    expect(contactQuality([address('a@mail.firma.com.tr')], firma, rules).atDomain.points).toBe(40);
    expect(contactQuality([address('a@xfirma.com.tr')], firma, rules).atDomain.points).toBe(0);
  });
  test('two spellings of one address count once', () =>
    expect(contactQuality([...at('a'), address('A@FIRMA.com.tr')], firma, rules).count.addresses).toBe(1));
});

describe('patternOf', () => {
  test.each([
    ['ayse.yilmaz', 'firstname.lastname'],
    ['Ayşe.YILMAZ', 'firstname.lastname'],
    ['çağrı.öztürk', 'firstname.lastname'],
    ['İSMAİL.IŞIK', 'firstname.lastname'],
    ['a.yilmaz', 'f.lastname'],
    ['ş.güneş', 'f.lastname'],
    ['ayse', 'firstname'],
    ['Ayse', 'firstname'],
    ['info', null],
    ['bilgi.islem', null],
    ['ayse.y', null],
    ['a', null],
    ['a.b', null],
    ['ayse.nur.yilmaz', null],
    ['ayse_yilmaz', null],
    ['ayse-yilmaz', null],
    ['ayse.yilmaz2', null],
    ['ayse+crm', null],
    ['айше', null],
    ['', null],
  ])('%j: %s', (local, pattern) => expect(patternOf(local, rules)).toBe(pattern));
});

describe('namePattern (W4: it was always null)', () => {
  test('is the most frequent', () =>
    expect(namePattern(at('a.yilmaz', 'b.kaya', 'mehmet.demir', 'ayse'), firma, rules)).toEqual({
      pattern: 'f.lastname',
      seen: { 'firstname.lastname': 1, 'f.lastname': 2, firstname: 1 },
    }));
  test.each([
    [['ayse.yilmaz', 'mehmet.demir'], 'firstname.lastname'],
    [['a.yilmaz', 'm.demir'], 'f.lastname'],
    [['ayse', 'mehmet'], 'firstname'],
  ])('%j: %s', (locals, pattern) => expect(namePattern(at(...locals), firma, rules).pattern).toBe(pattern));
  test('is null when only roles are given', () =>
    expect(namePattern(at('info', 'satis', 'kvkk', 'no-reply'), firma, rules).pattern).toBeNull());
  test('is null of nothing', () => expect(namePattern([], firma, rules).pattern).toBeNull());
  test('does not let roles outvote people', () =>
    expect(namePattern(at('info', 'satis', 'destek', 'ayse.yilmaz'), firma, rules).pattern).toBe(
      'firstname.lastname',
    ));
  test('does not count addresses elsewhere', () =>
    expect(
      namePattern([...at('a.yilmaz'), address('ayse@gmail.com'), address('ali@gmail.com')], firma, rules)
        .pattern,
    ).toBe('f.lastname'));
  test('breaks a tie in a fixed order, however the addresses come', () => {
    expect(namePattern(at('ayse', 'a.kaya', 'ali.kaya'), firma, rules).pattern).toBe('firstname.lastname');
    expect(namePattern(at('ayse', 'a.kaya'), firma, rules).pattern).toBe('f.lastname');
  });
});

describe('for any list', () => {
  const people = fc.array(
    fc.tuple(
      fc.constantFrom('ayse.kaya', 'a.kaya', 'ali', 'info', 'x1', 'x.y.z'),
      fc.constantFrom('firma.com.tr', 'gmail.com', 'mail.firma.com.tr'),
    ),
    { maxLength: 20 },
  );
  const list = people.map((all) => all.map(([local, host]) => address(`${local}@${host}`)));
  test('quality is 0..100 and the sum of its parts', () =>
    fc.assert(
      fc.property(list, (addresses) => {
        const { score, count, atDomain } = contactQuality(addresses, firma, rules);
        expect(score).toBe(count.points + atDomain.points);
        expect(Number.isInteger(score) && score >= 0 && score <= 100).toBe(true);
        expect(atDomain.addresses).toBeLessThanOrEqual(count.addresses);
      }),
    ));
  test('the pattern does not depend on the order', () =>
    fc.assert(
      fc.property(list, (addresses) => {
        expect(namePattern(addresses.toReversed(), firma, rules)).toEqual(
          namePattern(addresses, firma, rules),
        );
      }),
    ));
  test('any text has a pattern or none', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (local) => {
        const pattern = patternOf(local, rules);
        return pattern === null || NAME_PATTERNS.includes(pattern);
      }),
    ));
  test.each(['a', '.', 'a.', 'İ', '\u0301', 'ﷺ'])('two hundred thousand of %j take no time', (piece) => {
    const start = performance.now();
    patternOf(piece.repeat(200_000), rules);
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});

describe('rules/contacts.json', () => {
  const shipped = shippedContacts();
  test('has its groups in order, word by word', () => {
    for (const { id, words } of shipped.roles) expect([id, words]).toEqual([id, words.toSorted()]);
    expect(shipped.mailboxes).toEqual(shipped.mailboxes.toSorted());
    for (const list of [shipped.smtp.mailboxWords, shipped.smtp.policyWords]) {
      expect(list).toEqual([...new Set(list)].sort());
    }
  });
  test('has no common family name among the role words', () => {
    for (const name of ['yazici', 'baskan', 'post', 'kaya', 'demir', 'usta', 'guven'])
      expect(isRole(name, rules)).toBe(false);
  });

  const faults = (change: (file: ContactsFile) => unknown): string[] => {
    const reading = readRuleFile(
      'contacts.json',
      JSON.stringify(change(structuredClone(shipped))),
      ContactsFile,
    );
    return reading.ok ? [] : reading.faults.map(({ path, fault }) => `${path}: ${fault}`);
  };
  test.each<[string, (file: ContactsFile) => unknown, string]>([
    [
      'a mailbox that is no role',
      (f) => ({ ...f, mailboxes: ['ayse'] }),
      'mailboxes[0]: "ayse" is no role word',
    ],
    [
      'a mailbox twice',
      (f) => ({ ...f, mailboxes: ['info', 'info'] }),
      'mailboxes[1]: "info" is listed already',
    ],
    [
      'a role word twice',
      (f) => ({
        ...f,
        roles: [...f.roles, { id: 'more', words: ['info'], source: 'test', date: '2026-11-25' }],
      }),
      'roles[10].words[0]: "info" is listed already',
    ],
    [
      'bands out of order',
      (f) => ({ ...f, quality: { ...f.quality, count: f.quality.count.toReversed() } }),
      'quality.count[1]: bands go from many addresses to few, and their points with them',
    ],
    [
      'points above 100',
      (f) => ({ ...f, quality: { ...f.quality, atDomain: 41 } }),
      'quality.atDomain: the most points of both parts together are above 100',
    ],
  ])('refuses %s', (_, change, fault) => expect(faults(change)).toContain(fault));
  test('refuses a word with a separator', () =>
    expect(faults((f) => ({ ...f, mailboxes: ['no-reply'] }))[0]).toMatch(
      /^mailboxes\[0\]: letters a to z only/,
    ));
});
