import { describe, expect, it } from 'vitest';
import { absent, found, unanswered } from '#core/facts.ts';
import { parseBimi, readBimi } from '#core/records/bimi.ts';

const LOGO = 'https://example.com/logo.svg';
const VMC = 'https://example.com/vmc.pem';

describe('parseBimi', () => {
  it.each([
    [`v=BIMI1; l=${LOGO}; a=${VMC}`, { location: LOGO, authority: VMC, declined: false }],
    [`v=BIMI1; l=${LOGO}`, { location: LOGO, authority: null, declined: false }],
    [`v=BIMI1;l=${LOGO};a=;`, { location: LOGO, authority: null, declined: false }],
    [`v=BIMI1; a=${VMC}; l=; avp=brand`, { location: null, authority: VMC, declined: false }],
    ['v=BIMI1; l=; a=;', { location: null, authority: null, declined: true }],
  ])('reads %s', (text, record) => expect(parseBimi(text)).toMatchObject({ ok: true, record }));

  it.each([
    ['', 'version'],
    [`v=bimi1; l=${LOGO}`, 'version'],
    [`v=BIMI10; l=${LOGO}`, 'version'],
    [`l=${LOGO}; v=BIMI1`, 'version'],
    ['v=BIMI1', 'l-missing'],
    ['v=BIMI1; l=http://example.com/logo.svg', 'l-value'],
    ['v=BIMI1; l=logo.svg', 'l-value'],
    [`v=BIMI1; l=${LOGO}; a=vmc.pem`, 'a-value'],
    [`v=BIMI1; l=${LOGO}; l=${LOGO}`, 'tag-repeated'],
    [`v=BIMI1; l=${LOGO}; junk`, 'tag-malformed'],
  ])('refuses "%s": %s', (text, code) => {
    const parse = parseBimi(text);
    expect(parse.ok ? 'no fault' : parse.problems[0].code).toBe(code);
  });
});

describe('readBimi', () => {
  it('tells whether a certificate is claimed', () => {
    expect(readBimi(found([`v=BIMI1; l=${LOGO}; a=${VMC}`]))).toMatchObject({
      state: 'found',
      hasCertificate: true,
    });
    expect(readBimi(found([`v=BIMI1; l=${LOGO}`]))).toMatchObject({ state: 'found', hasCertificate: false });
  });
  it('is absent when the domain declines, invalid for several records', () => {
    expect(readBimi(found(['v=BIMI1; l=; a=']))).toEqual({ state: 'absent', why: 'NODATA' });
    expect(readBimi(found(['v=spf1 -all']))).toEqual({ state: 'absent', why: 'NODATA' });
    expect(readBimi(found([`v=BIMI1; l=${LOGO}`, `v=BIMI1; l=${LOGO}`]))).toMatchObject({ state: 'invalid' });
    expect(readBimi(found(['v=BIMI1']))).toMatchObject({ state: 'invalid' });
    expect(readBimi(absent('NXDOMAIN'))).toEqual({ state: 'absent', why: 'NXDOMAIN' });
    expect(readBimi(unanswered('TIMEOUT'))).toMatchObject({ state: 'unanswered' });
  });
});
