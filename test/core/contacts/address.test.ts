import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ADDRESS_REFUSALS,
  addressKey,
  cleanAddresses,
  parseAddress,
  type AddressRefusal,
} from '#core/contacts/address.ts';
import type { DomainRefusal } from '#core/domain.ts';
import { address } from './rules.ts';

describe('parseAddress reads', () => {
  test.each([
    ['info@firma.com.tr', 'info@firma.com.tr'],
    ['  info@firma.com.tr\t', 'info@firma.com.tr'],
    ['"info@firma.com.tr"', 'info@firma.com.tr'],
    ["'info@firma.com.tr';", 'info@firma.com.tr'],
    ['info@firma.com.tr,', 'info@firma.com.tr'],
    ['\uFEFFinfo@firma.com.tr\u200B', 'info@firma.com.tr'],
    ['Info@FIRMA.COM.TR', 'Info@firma.com.tr'],
    ['info@firma.com.tr.', 'info@firma.com.tr'],
    ['<info@firma.com.tr>', 'info@firma.com.tr'],
    ['Ayşe Yılmaz <ayse@firma.com.tr>', 'ayse@firma.com.tr'],
    ['"Yılmaz, Ayşe" <ayse@firma.com.tr>', 'ayse@firma.com.tr'],
    ['"Ayşe <Satış>" <ayse@firma.com.tr>', 'ayse@firma.com.tr'],
    ['"ayse@eski.com.tr" <ayse@firma.com.tr>', 'ayse@firma.com.tr'],
    ['Ayşe < ayse@firma.com.tr >,', 'ayse@firma.com.tr'],
    ['mailto:info@firma.com.tr', 'info@firma.com.tr'],
    ['MAILTO:info@firma.com.tr?subject=a%20b', 'info@firma.com.tr'],
    ['<mailto:info@firma.com.tr>', 'info@firma.com.tr'],
    ['bilgi@gökpınar.com.tr', 'bilgi@xn--gkpnar-wxa88b.com.tr'],
    ['bilgi@XN--GKPNAR-WXA88B.com.tr', 'bilgi@xn--gkpnar-wxa88b.com.tr'],
    ['info@ŞİRKET.com', 'info@xn--irket-idb.com'],
    ["o'brien@firma.com", "o'brien@firma.com"],
    ['a.b-c_d+crm@firma.com', 'a.b-c_d+crm@firma.com'],
    ["!#$%&'*+-/=?^_`{|}~@firma.com", "!#$%&'*+-/=?^_`{|}~@firma.com"],
    [`${'a'.repeat(64)}@firma.com`, `${'a'.repeat(64)}@firma.com`],
    ['info@mail.firma.com.tr', 'info@mail.firma.com.tr'],
  ])('%j as %j', (text, expected) =>
    expect(parseAddress(text)).toMatchObject({ ok: true, address: { address: expected } }),
  );
  test('www. as part of where mail goes, but not of whose address it is', () =>
    expect(address('info@www.firma.com.tr')).toMatchObject({
      address: 'info@www.firma.com.tr',
      host: 'www.firma.com.tr',
      domain: { ascii: 'firma.com.tr' },
    }));
  test('a reserved domain when told so', () => {
    expect(parseAddress('info@firma.example')).toMatchObject({ ok: false, domainReason: 'reserved' });
    expect(parseAddress('info@firma.example', { allowReserved: true })).toMatchObject({ ok: true });
  });
  test('254 characters, and not 255', () => {
    // 64 + 1 + 3 labels of 61 with their dots + "com" = 254
    const host = (last: number) => `${'b'.repeat(61)}.${'b'.repeat(61)}.${'b'.repeat(last)}.com`;
    expect(parseAddress(`${'a'.repeat(64)}@${host(61)}`)).toMatchObject({ ok: true });
    expect(parseAddress(`${'a'.repeat(64)}@${host(62)}`)).toMatchObject({ ok: false, reason: 'too-long' });
  });
});

describe('parseAddress refuses', () => {
  test.each<[string, AddressRefusal, DomainRefusal | null]>([
    ['', 'empty', null],
    [' ", ', 'empty', null],
    ['nan', 'at-sign-missing', null],
    ['firma.com.tr', 'at-sign-missing', null],
    ['@firma.com.tr', 'local-part-empty', null],
    ['info@', 'domain', 'empty'],
    ['a@b@firma.com', 'several-addresses', null],
    ['a@firma.com, b@firma.com', 'several-addresses', null],
    ['a@firma.com;b@firma.com', 'several-addresses', null],
    ['A <a@firma.com>, B <b@firma.com>', 'several-addresses', null],
    ['a@firma.com,firma.com', 'several-addresses', null],
    ['<a@firma.com', 'angle-brackets', null],
    ['a@firma.com>', 'angle-brackets', null],
    ['<a@firma.com> Ayşe', 'angle-brackets', null],
    ['<>', 'at-sign-missing', null],
    ['.a@firma.com', 'local-part-dots', null],
    ['a.@firma.com', 'local-part-dots', null],
    ['a..b@firma.com', 'local-part-dots', null],
    [`${'a'.repeat(65)}@firma.com`, 'local-part-too-long', null],
    ['"a b"@firma.com', 'local-part-quoted', null],
    ['X <"a b"@firma.com>', 'local-part-quoted', null],
    ['şükrü@firma.com', 'local-part-not-ascii', null],
    ['a b@firma.com', 'local-part-character', null],
    ['a(x)@firma.com', 'local-part-character', null],
    ['a\r\nRCPT TO:<b>@firma.com', 'angle-brackets', null],
    ['a\u0000@firma.com', 'local-part-character', null],
    ['a\\b@firma.com', 'local-part-character', null],
    ['info@[192.0.2.1]', 'address-literal', null],
    ['info@192.0.2.1', 'domain', 'ip-address'],
    ['info@firma', 'domain', 'not-a-domain'],
    ['info@firma..com', 'domain', 'not-a-domain'],
    ['info@firma.com..', 'domain', 'not-a-domain'],
    ['info@ firma.com', 'domain', 'not-a-domain'],
    ['info@firma.com/iletisim', 'domain', 'not-a-domain'],
    ['info@firma.com:25', 'domain', 'not-a-domain'],
    ['info@http://firma.com', 'domain', 'not-a-domain'],
    ['info@-firma.com', 'domain', 'not-a-domain'],
    ['info@fir_ma.com', 'domain', 'not-a-domain'],
    ['info@firma.c0m', 'domain', 'not-a-domain'],
    ['info@com.tr', 'domain', 'public-suffix'],
    ['info@localhost', 'domain', 'reserved'],
    ['info@\u0440\u0430\u0443\u0440\u0430l.com', 'domain', 'not-a-domain'],
    [`a@${'b'.repeat(64)}.com`, 'domain', 'too-long'],
    ['x'.repeat(2_001), 'too-long', null],
  ])('%j: %s %s', (text, reason, domainReason) =>
    expect(parseAddress(text)).toEqual({ ok: false, reason, domainReason }),
  );
  test('without a word of the input: an address is personal data', () => {
    const { reason, domainReason } = parseAddress('ayse yilmaz@gizli') as {
      reason: string;
      domainReason: null;
    };
    expect([reason, domainReason]).toEqual(['local-part-character', null]);
    expect(JSON.stringify(parseAddress('ayse.yilmaz@gizli'))).not.toMatch(/ayse|gizli/);
  });
});

describe('cleanAddresses', () => {
  test('keeps each address once, in order, the first spelling', () =>
    expect(
      cleanAddresses(['b@firma.com', 'A@Firma.com', 'a@FIRMA.COM', 'X <B@firma.com>']).addresses.map(
        (a) => a.address,
      ),
    ).toEqual(['b@firma.com', 'A@firma.com']));
  test('tells which places are none, and how many repeat', () =>
    expect(cleanAddresses(['a@firma.com', 'x', 'a@firma.com', 'a@firma'])).toMatchObject({
      refused: [
        { at: 1, reason: 'at-sign-missing', domainReason: null },
        { at: 3, reason: 'domain', domainReason: 'not-a-domain' },
      ],
      repeated: 1,
    }));
  test('of nothing gives nothing', () =>
    expect(cleanAddresses([])).toEqual({ addresses: [], refused: [], repeated: 0 }));
});

describe('for any text', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.emailAddress(),
    fc.string({ unit: fc.constantFrom(...'a.@<>",; \r\n[]:ışİmailto-1\u200B'), maxLength: 40 }),
  );
  test('there is an address or a reason, and an address reads as itself', () =>
    fc.assert(
      fc.property(texts, (text) => {
        const reading = parseAddress(text);
        if (!reading.ok) return ADDRESS_REFUSALS.includes(reading.reason);
        const { address } = reading.address;
        expect(address).toMatch(/^[!-~]{1,64}@[a-z0-9.-]+$/);
        expect(address).not.toMatch(/[<>\s"(),;:\\[\]]/);
        expect(address.length).toBeLessThanOrEqual(254);
        // An edge quote is cut from a list, so a local part that begins with one needs its brackets.
        expect(parseAddress(`<${address}>`, {})).toMatchObject(
          /^['`]|^mailto:/i.test(address) ? {} : { ok: true, address: { address } },
        );
        expect(addressKey(reading.address)).toBe(address.toLowerCase());
        return true;
      }),
      { numRuns: 2_000 },
    ));
  test('a list of them is no shorter than what becomes of it', () =>
    fc.assert(
      fc.property(fc.array(texts), (list) => {
        const clean = cleanAddresses(list);
        expect(clean.addresses.length + clean.refused.length + clean.repeated).toBe(list.length);
        const again = cleanAddresses(clean.addresses.map((a) => `<${a.address}>`));
        expect(again.repeated).toBe(0);
      }),
    ));
  test.each(['"', ' ', '<', '>', '@', '.', 'a@', '"<', ',', '\u0130', '"a" '])(
    'time grows with its length only: %j',
    (piece) => {
      const start = performance.now();
      for (let i = 0; i < 200; i++) parseAddress(piece.repeat(Math.floor(2_000 / piece.length)));
      parseAddress(piece.repeat(2_000_000 / piece.length));
      expect(performance.now() - start).toBeLessThan(1_000);
    },
  );
});
