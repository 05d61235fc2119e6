import { describe, expect, it } from 'vitest';
import { absent, found, unanswered } from '#core/facts.ts';
import { parseTlsRpt, readTlsRpt } from '#core/records/tls-rpt.ts';

describe('parseTlsRpt (RFC 8460 section 3)', () => {
  it('reads report addresses', () => {
    expect(
      parseTlsRpt('v=TLSRPTv1; rua=mailto:tls@example.com , https://report.example.com/v1;'),
    ).toMatchObject({
      ok: true,
      rua: [
        { uri: 'mailto:tls@example.com', scheme: 'mailto', address: 'tls@example.com' },
        { uri: 'https://report.example.com/v1', scheme: 'https', address: null },
      ],
      notes: [],
    });
  });
  it.each([
    'v=TLSRPTv1;rua=mailto:a@example.com',
    'v=TLSRPTv1; ext=yes; rua=mailto:a@example.com',
    'v=TLSRPTv1; rua=https://example.com/?a=b',
  ])('takes %s', (text) => expect(parseTlsRpt(text).ok).toBe(true));
  it.each([
    ['', 'version'],
    ['v=TLSRPTv10; rua=mailto:a@example.com', 'version'],
    ['v=TLSRPTv1', 'rua-missing'],
    ['v=TLSRPTv1;', 'rua-missing'],
    ['v=TLSRPTv1; rua=', 'uri-syntax'],
    ['v=TLSRPTv1; rua=noscheme', 'uri-syntax'],
    ['v=TLSRPTv1; rua=,, ,', 'uri-syntax'],
    ['v=TLSRPTv1; rua=mailto:a@example.com!10m', 'uri-syntax'],
    ['v=TLSRPTv1; rua=https:example.com', 'uri-syntax'],
    ['v=TLSRPTv1; rua=mailto:a b@example.com', 'uri-syntax'],
    ['v=TLSRPTv1; rua=mailto:a@example.com; more=', 'field-malformed'],
    ['v=TLSRPTv1; rua=mailto:a@example.com; 1%=a', 'field-malformed'],
    ['v=TLSRPTv1; rua = mailto:a@example.com', 'field-malformed'],
  ])('refuses "%s": %s', (text, code) => {
    const parse = parseTlsRpt(text);
    expect(parse.ok ? 'no fault' : parse.problems[0].code).toBe(code);
  });
  it('notes a scheme nobody reports to', () => {
    expect(parseTlsRpt('v=TLSRPTv1; rua=ftp://example.com')).toMatchObject({
      ok: true,
      notes: [{ code: 'uri-scheme' }],
    });
  });
});

describe('readTlsRpt', () => {
  it('wants exactly one record, others discarded', () => {
    const record = 'v=TLSRPTv1; rua=mailto:a@example.com';
    expect(readTlsRpt(found(['x', record]))).toMatchObject({ state: 'found', raw: record });
    expect(readTlsRpt(found([record, record]))).toMatchObject({ state: 'invalid' });
    expect(readTlsRpt(found(['v=TLSRPTv1']))).toMatchObject({ state: 'invalid' });
    expect(readTlsRpt(found(['x']))).toEqual({ state: 'absent', why: 'NODATA' });
    expect(readTlsRpt(absent('NXDOMAIN'))).toEqual({ state: 'absent', why: 'NXDOMAIN' });
    expect(readTlsRpt(unanswered('TIMEOUT'))).toMatchObject({ state: 'unanswered', why: 'TIMEOUT' });
  });
});
