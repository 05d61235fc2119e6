import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseDomain, isConsumerDomain, parseDomain } from '#core/domain.ts';
import { shippedRules } from '#test/support/rules.ts';

const ascii = (text: string): string => {
  const reading = parseDomain(text);
  return reading.ok
    ? reading.domain.ascii
    : `${reading.reason}${reading.detail === null ? '' : ` ${reading.detail}`}`;
};

describe('parseDomain finds the domain in', () => {
  test.each([
    ['acme.com.tr', 'acme.com.tr'],
    ['  Acme.COM. ', 'acme.com'],
    ['\uFEFFacme.com\u00A0', 'acme.com'],
    ['"acme.com"', 'acme.com'],
    ['HTTPS://Www.Acme.com.tr:8080/x?y#z', 'acme.com.tr'],
    ['ftp://acme.com', 'acme.com'],
    ['//acme.com/x', 'acme.com'],
    ['http:/acme.com', 'acme.com'],
    ['https://user:secret@acme.com/', 'acme.com'],
    ['http://user@evil.com@good.com/', 'good.com'],
    ['acme.com/path?q=other.com', 'acme.com'],
    ['acme.com:443', 'acme.com'],
    ['info@acme.com', 'acme.com'],
    ['Satış Ekibi <satis@acme.com.tr>', 'acme.com.tr'],
    ['mailto:info@acme.com?subject=x', 'acme.com'],
    ['mail.acme.com.tr', 'mail.acme.com.tr'],
    ['www.acme.com', 'acme.com'],
    ['www.com', 'www.com'],
    ['www.com.tr', 'www.com.tr'],
    ['acme.com...', 'acme.com'],
    ['şişecam.com.tr', 'xn--iecam-idbb.com.tr'],
    ['XN--IECAM-IDBB.COM.TR', 'xn--iecam-idbb.com.tr'],
    ['SİRKET.COM.TR', 'sirket.com.tr'],
    ['ISIK.COM.TR', 'isik.com.tr'],
    ['faß.de', 'xn--fa-hia.de'],
    ['ｇｏｏｇｌｅ.com', 'google.com'],
    ['acme。com', 'acme.com'],
    ['日本.jp', 'xn--wgv71a.jp'],
    ['пример.com', 'xn--e1afmkfd.com'],
    ['company.uk.com', 'company.uk.com'],
  ])('%j: %s', (text, expected) => {
    expect(ascii(text)).toBe(expected);
  });

  test('tells all four forms', () => {
    expect(parseDomain('https://www.şişecam.com.tr/tr')).toEqual({
      ok: true,
      domain: {
        ascii: 'xn--iecam-idbb.com.tr',
        unicode: 'şişecam.com.tr',
        registrable: 'xn--iecam-idbb.com.tr',
        publicSuffix: 'com.tr',
      },
    });
    expect(parseDomain('posta.acme.com.tr')).toMatchObject({
      domain: { ascii: 'posta.acme.com.tr', registrable: 'acme.com.tr' },
    });
  });
});

describe('parseDomain refuses', () => {
  test.each([
    ['', 'empty'],
    ['   ', 'empty'],
    ['http://', 'empty'],
    ['nan', 'placeholder'],
    ['N/A', 'placeholder'],
    ['Web Sitesi', 'placeholder'],
    ['-', 'placeholder'],
    ['acme', 'not-a-domain one-label'],
    ['a@b', 'not-a-domain one-label'],
    ['123456', 'not-a-domain one-label'],
    ['bizim şirket', 'not-a-domain several-values'],
    ['a.com; b.com', 'not-a-domain several-values'],
    ['a.com\nb.com', 'not-a-domain control-character'],
    ['acme\u0000.com', 'not-a-domain control-character'],
    ['acme\u202Emoc.com', 'not-a-domain control-character'],
    ['javascript:alert(1)', 'not-a-domain bad-character'],
    ['ex%61mple.com', 'not-a-domain bad-character'],
    ['a_b.com', 'not-a-domain bad-label'],
    ['-acme.com', 'not-a-domain bad-label'],
    ['acme-.com', 'not-a-domain bad-label'],
    ['acme..com', 'not-a-domain bad-label'],
    ['.acme.com', 'not-a-domain bad-label'],
    // not punycode behind "xn--" (RFC 5890 section 2.3.2.1), though the URL parser lets it pass
    ['xn--ieca1.www.com.tr', 'not-a-domain bad-label'],
    ['acme.qwertyz', 'not-a-domain unknown-suffix'],
    ['192.168.1.10', 'ip-address'],
    ['http://10.0.0.1:8080/', 'ip-address'],
    ['0x7f.1', 'ip-address'],
    ['[2001:db8::1]', 'ip-address'],
    ['2001:db8::1', 'ip-address'],
    ['http://[::1]/', 'ip-address'],
    ['com.tr', 'public-suffix'],
    ['com', 'public-suffix'],
    ['http://www.co.uk/', 'www.co.uk'],
    ['github.io', 'public-suffix'],
    ['printer.local', 'reserved'],
    ['localhost', 'reserved'],
    ['acme.example', 'reserved'],
    [`${'a'.repeat(300)}.com`, 'too-long'],
    [`${'a.'.repeat(140)}com`, 'too-long'],
    ['x'.repeat(5000), 'too-long'],
    ['\u0430pple.com', 'not-a-domain mixed-scripts'],
    ['xn--pple-43d.com', 'not-a-domain mixed-scripts'],
    ['\u0430\u0440\u0440\u04CF\u0435.com', 'not-a-domain lookalike'],
    ['xn--80ak6aa92e.com', 'not-a-domain lookalike'],
  ])('%j: %s', (text, expected) => {
    expect(ascii(text)).toBe(expected);
  });

  test('and shows the input safely', () => {
    expect(parseDomain(`bad\u0007${'x'.repeat(200)}`)).toMatchObject({
      input: `bad\uFFFD${'x'.repeat(96)}…`,
    });
  });

  test('but not special-use names when the caller allows them', () => {
    expect(parseDomain('acme.example', { allowReserved: true })).toMatchObject({
      domain: { ascii: 'acme.example' },
    });
  });
});

test.each([
  ['türkçe.com.tr', 'xn--trke-2oa7j.com.tr'],
  ['XN--TRKE-2OA7J.com.tr', 'xn--trke-2oa7j.com.tr'],
  ['https://www.münchen.de/', 'xn--mnchen-3ya.de'],
])('W1: an international name is a domain in either script, and no fault: %s', (text, expected) => {
  expect(ascii(text)).toBe(expected);
});
test.each([
  'HTTPS://acme.com',
  'Ftp://acme.com/x',
  'http://user:secret@acme.com:8080/x',
  'acme.com/path',
  'ACME.COM/a/b?c#d',
])('W5: scheme, capitals, user info, port and path do not hide the domain: %s', (text) => {
  expect(ascii(text)).toBe('acme.com');
});
test.each([
  ['192.168.1.10', 'ip-address'],
  ['10.0.0.25', 'ip-address'],
  ['com.tr', 'public-suffix'],
  ['gov.tr', 'public-suffix'],
])('W6: neither an address of a machine nor a public suffix is a company: %s', (text, expected) => {
  expect(ascii(text)).toBe(expected);
});

test('parseDomain never throws, and what it accepts it gives back unchanged', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl(), fc.emailAddress(), fc.domain()),
      (text) => {
        const reading = parseDomain(text);
        if (!reading.ok) return;
        expect(parseDomain(reading.domain.ascii)).toEqual(reading);
        expect(reading.domain.ascii).toMatch(/^[a-z0-9.-]{1,253}$/);
      },
    ),
    { numRuns: 2000 },
  );
});

describe('chooseDomain', () => {
  const consumer = new Set(['gmail.com', 'hotmail.com.tr']);
  test.each([
    [
      'website before e-mail before domain',
      { website: 'a.com', email: 'x@b.com', domain: 'c.com' },
      'a.com website',
    ],
    ['e-mail where there is no website', { website: ' ', email: 'x@b.com', domain: 'c.com' }, 'b.com email'],
    ['a consumer mailbox is no company', { email: 'x@gmail.com', domain: 'c.com' }, 'c.com domain'],
    [
      'nor is a consumer host in the website',
      { website: 'www.hotmail.com.tr', email: 'x@b.com' },
      'b.com email',
    ],
    ['an unusable website does not hide the e-mail', { website: 'nan', email: 'x@b.com' }, 'b.com email'],
    ['only a consumer mailbox', { email: 'x@gmail.com' }, 'consumer-domain email'],
    ['nothing', {}, 'empty null'],
  ])('%s', (_, fields, expected) => {
    const choice = chooseDomain(fields, consumer);
    expect(`${choice.ok ? choice.domain.ascii : choice.reason} ${choice.from}`).toBe(expected);
  });
  test.each(['gmail.com', 'hotmail.com.tr', 'outlook.com.tr', 'windowslive.com', 'mynet.com'])(
    'W7: %s never becomes a company, whichever field it comes from',
    (host) => {
      const shipped = shippedRules().mail.consumerDomains;
      for (const fields of [{ website: `www.${host}` }, { email: `ali@${host}` }, { domain: host }]) {
        const alone = chooseDomain(fields, shipped);
        expect(alone.ok ? alone.domain.ascii : alone.reason).toBe('consumer-domain');
        const beside = chooseDomain({ domain: 'acme.com.tr', ...fields }, shipped);
        if (fields.domain === undefined) expect(beside.ok && beside.domain.ascii).toBe('acme.com.tr');
      }
    },
  );
  test('a host below a consumer domain is one too', () => {
    const reading = parseDomain('mail.gmail.com');
    expect(reading.ok && isConsumerDomain(reading.domain, consumer)).toBe(true);
  });
});
