import { describe, expect, it } from 'vitest';
import { absent, found, unanswered, type Lookup } from '#core/facts.ts';
import { parseDkimKey, readDkim, type DkimFaultCode, type DkimNoteCode } from '#core/records/dkim.ts';

// Keys made for this test with openssl genrsa; the private halves were thrown away.
const RSA_512 =
  'MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAL2GEnDTnDyeTntTn5Mo5eA229JZH+pOsdI6bVcDvNGzbHK19LhsyROOZEWILrg1m3CAIVmJJOKdscv2zzUCZy0CAwEAAQ==';
const RSA_1024 =
  'MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC4YyCGmmWZ7bnKr3gD7ouKOBnzWtcaVwziWLV7wi1tWzQV22AHQXPGAqlJB5RY4ulxS9f29XyrwjA1rH1umZMpDx9jy5V6/Gn7RNLRqYn5l3lQaVDRja540Ifpab57A7BkNg4Vsa0Kfyqq0xIbmXxOtY5healz56ZASoofDsHdFQIDAQAB';
const RSA_2048 =
  'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA7KUTLSmnpQuLPCR6aBzZHwZysNcJjQOlrSckfJi66hNpeX4HcO7NiG16Y04qrl5W5LHP9hnE0tEAvNQmUrYcWZAd1fOhbsfle2Kx6k0xRfd8T2KNY4KIWMyhmECNg2ahl9cb+Xx/WsdFdzIEYyhSRAg4K30qr0PVqI4636qi8OY9m4RgfhDi65aS/xBwCOIp5cMo7agwxOWKzw67Vd3yy/0YZgDkxrD8nOJSu9lGewd3ciiB4LZghDy4wNBIklwFzGFTTNNP1e5bBDTmwow2I/QXWXP2b6ootTw4s3kO8LxXaAyJhVh0oErXZfXGtGXi4TKwf0yk60eFXCbdsHhDaQIDAQAB';
/** the bare RSAPublicKey of RFC 8017, without the wrapping everybody else publishes */
const RSA_2048_BARE =
  'MIIBCgKCAQEA3dXnBfDj2brviJwPyq2zl/K570Z1AsGUJ1MHJ32lgC2lvnhlkqi9LZqCmWAWPIhdMa8vyyByOX1wpFiuJFioHRFLqPMuEefv+BIFgPE9VRQq7gcrmRNcc0dDAvxPJxaa3fLouTT22+blyDeDfLnhQa15xzGpmJtmRJ7bQ9pPiTpDcupS0KXcBxv/L2X0EtXkHdIZOLDRY4TOMMTdSWvJXpFHoGvPD6vJoxN3XVZ+/5WUKHb0c3A26MCAJzFXydXgf6oiVCQusV2wxEL9HaSTj9dtghmu2JDbBaXtW2K594V3K+9OnZpll+Dahn8ZZzP5KlNJ9maPqOGi6sL4kIYadQIDAQAB';
/** RFC 8463 appendix A.2 */
const ED25519 = '11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=';

describe('parseDkimKey', () => {
  const key = (text: string) => {
    const parse = parseDkimKey(text);
    if (!parse.ok) expect.fail(`${text}: ${parse.problems[0].sentence}`);
    return parse.key;
  };

  it('reads a key as it is usually published', () => {
    const text = `v=DKIM1; k=rsa; p=${RSA_2048}`;
    expect(parseDkimKey(text)).toEqual({
      ok: true,
      key: {
        raw: text,
        type: 'rsa',
        bits: 2048,
        revoked: false,
        hashes: null,
        services: ['*'],
        testing: false,
        strict: false,
        usable: true,
      },
      notes: [],
    });
  });

  it.each([
    ['RSA of 512 bits', `p=${RSA_512}`, 512, false],
    ['RSA of 1024 bits', `p=${RSA_1024}`, 1024, true],
    ['RSA of 2048 bits', `p=${RSA_2048}`, 2048, true],
    ['a bare RSAPublicKey', `p=${RSA_2048_BARE}`, 2048, true],
    ['Ed25519 (RFC 8463)', `k=ed25519; p=${ED25519}`, 256, true],
  ])('measures %s', (_, text, bits, usable) => expect(key(text)).toMatchObject({ bits, usable }));

  it('needs neither v nor k, and forgives a lost padding and folded base64', () => {
    expect(key(`p=${ED25519}; k=ed25519`)).toMatchObject({ bits: 256 });
    expect(key(`k=ed25519; p=${ED25519.slice(0, -1)}`)).toMatchObject({ bits: 256 });
    expect(key(`v=DKIM1; p=${RSA_2048.slice(0, 100)} \r\n\t${RSA_2048.slice(100)} ;`)).toMatchObject({
      bits: 2048,
    });
  });

  it('reads an empty p as a key withdrawn (section 3.6.1)', () => {
    expect(key('v=DKIM1; p=')).toMatchObject({ revoked: true, bits: null, usable: false });
    expect(key('v=DKIM1; p=  ;')).toMatchObject({ revoked: true });
  });

  it('reads hashes, services and flags', () => {
    expect(key(`v=DKIM1; h=SHA256:sha1; s=email:other; t=y:s; n=a note; p=${RSA_2048}`)).toMatchObject({
      hashes: ['sha256', 'sha1'],
      services: ['email', 'other'],
      testing: true,
      strict: true,
      usable: true,
    });
  });

  const remarks: [text: string, codes: DkimNoteCode[], usable: boolean][] = [
    [`p=${RSA_2048}`, [], true],
    [`p=${RSA_1024}`, ['rsa-short'], true],
    [`p=${RSA_512}`, ['rsa-too-short'], false],
    ['p=', ['revoked'], false],
    [`k=falcon; p=AAAA`, ['type-unknown'], false],
    [`h=sha1; p=${RSA_2048}`, ['sha1-only'], false],
    [`s=tlsrpt; p=${RSA_2048}`, ['not-for-mail'], false],
    [`t=y; p=${RSA_2048}`, ['testing'], true],
  ];
  it.each(remarks)('remarks on %.30s: %j, usable: %s', (text, codes, usable) => {
    const parse = parseDkimKey(text);
    expect([parse.ok && parse.notes.map(({ code }) => code), key(text).usable]).toEqual([codes, usable]);
  });

  const faults: [text: string, code: DkimFaultCode][] = [
    ['', 'key-missing'],
    ['v=spf1 -all', 'version'],
    ['v=DKIM1; k=rsa', 'key-missing'],
    [`v=DKIM2; p=${RSA_2048}`, 'version'],
    [`v=dkim1; p=${RSA_2048}`, 'version'],
    [`p=${RSA_2048}; v=DKIM1`, 'version'],
    [`p=${RSA_2048}; p=${RSA_2048}`, 'tag-repeated'],
    [`junk; p=${RSA_2048}`, 'tag-malformed'],
    ['p=not*base64', 'key-base64'],
    ['p=AAAAA', 'key-base64'],
    ['p=AAAA', 'key-structure'],
    [`p=${RSA_2048.slice(0, -8)}`, 'key-structure'],
    ['k=ed25519; p=AAAA', 'key-length'],
    [`p=${ED25519}`, 'key-structure'],
  ];
  it.each(faults)('refuses %.40s: %s', (text, code) => {
    const parse = parseDkimKey(text);
    expect(parse.ok ? 'no fault' : parse.problems[0].code).toBe(code);
  });
});

describe('readDkim', () => {
  type Txt = Lookup<string[]>;
  const selectors = (given: Record<string, Txt>) =>
    Object.entries(given).map(([selector, txt]) => ({ selector, txt }));
  const KEY = found([`v=DKIM1; p=${RSA_2048}`]);
  const REVOKED = found(['v=DKIM1; p=']);
  const NO = absent('NXDOMAIN');
  /** `_domainkey` is there without a record of its own: the ordinary case */
  const EMPTY = absent('NODATA');

  it('finds DKIM with one usable key, whatever else was not answered', () => {
    const reading = readDkim({
      base: unanswered('TIMEOUT'),
      selectors: selectors({ default: unanswered('TIMEOUT'), s1: REVOKED, google: KEY }),
    });
    expect(reading).toMatchObject({ state: 'found', revokedOnly: false, unanswered: ['default'], why: null });
    expect(reading.keys.map(({ selector, key }) => [selector, key?.usable])).toEqual([
      ['google', true],
      ['s1', false],
    ]);
  });

  it('is absent when nothing exists below _domainkey (RFC 8020)', () => {
    expect(readDkim({ base: NO, selectors: [] })).toMatchObject({ state: 'absent', provenBy: 'nxdomain' });
    expect(readDkim({ base: NO, selectors: selectors({ s1: unanswered('TIMEOUT') }) })).toMatchObject({
      state: 'absent',
    });
  });

  it('is absent when all selectors of the provider were asked and are missing', () => {
    const dkim = {
      base: EMPTY,
      selectors: selectors({ selector1: NO, selector2: EMPTY, k1: unanswered('TIMEOUT') }),
    };
    expect(readDkim(dkim, { provenBy: ['selector1', 'selector2'] })).toMatchObject({
      state: 'absent',
      provenBy: 'selectors',
    });
    expect(readDkim(dkim, { provenBy: ['selector1', 'selector9'] })).toMatchObject({ state: 'unanswered' });
    expect(readDkim(dkim, { provenBy: [] })).toMatchObject({ state: 'unanswered' });
  });

  it('is unknown when selectors were guessed and none was hit', () => {
    expect(readDkim({ base: EMPTY, selectors: selectors({ default: NO, k1: NO }) })).toEqual({
      state: 'unknown',
      keys: [],
      provenBy: null,
      revokedOnly: false,
      unanswered: [],
      why: null,
    });
  });

  it('is unanswered when a silence may hide a key', () => {
    expect(readDkim({ base: unanswered('SERVFAIL'), selectors: selectors({ default: NO }) })).toMatchObject({
      state: 'unanswered',
      why: 'SERVFAIL',
    });
    expect(
      readDkim({ base: EMPTY, selectors: selectors({ default: NO, k1: unanswered('TIMEOUT') }) }),
    ).toMatchObject({ state: 'unanswered', unanswered: ['k1'], why: 'TIMEOUT' });
  });

  it('is unknown when all keys found are withdrawn, absent only when that is proven', () => {
    const dkim = { base: EMPTY, selectors: selectors({ selector1: REVOKED, selector2: REVOKED }) };
    expect(readDkim(dkim)).toMatchObject({ state: 'unknown', revokedOnly: true });
    expect(readDkim(dkim, { provenBy: ['selector1', 'selector2'] })).toMatchObject({
      state: 'absent',
      revokedOnly: true,
    });
  });

  it.each(['v=spf1 -all', 'v=DMARC1; p=none'])('does not take a wildcard TXT for a key: %s', (text) => {
    const wildcard = found([text]);
    expect(readDkim({ base: wildcard, selectors: selectors({ default: wildcard }) })).toMatchObject({
      state: 'unknown',
      keys: [],
    });
  });

  it('keeps CNAMEs as evidence, key or not', () => {
    const cname = found('Selector1-example-com._domainkey.example.onmicrosoft.com');
    expect(
      readDkim({ base: EMPTY, selectors: [{ selector: 'selector1', txt: NO, cname }] }).keys,
    ).toMatchObject([
      { selector: 'selector1', key: null, cname: 'selector1-example-com._domainkey.example.onmicrosoft.com' },
    ]);
  });

  it('takes the usable one of several records at a selector, and tells what is wrong with a broken one', () => {
    expect(
      readDkim({ base: EMPTY, selectors: selectors({ s1: found(['v=DKIM1; p=', `p=${RSA_2048}`]) }) }),
    ).toMatchObject({ state: 'found' });
    expect(
      readDkim({ base: EMPTY, selectors: selectors({ s1: found(['v=DKIM1; p=not*base64']) }) }),
    ).toMatchObject({
      state: 'unknown',
      keys: [{ selector: 's1', key: null, problems: [{ code: 'key-base64' }] }],
    });
  });
});
