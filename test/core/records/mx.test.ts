import { describe, expect, it } from 'vitest';
import { absent, found, unanswered } from '#core/facts.ts';
import { readMx } from '#core/records/mx.ts';

const mx = (...records: [preference: number, exchange: string][]) =>
  found(records.map(([preference, exchange]) => ({ preference, exchange })));
const codes = (reading: ReturnType<typeof readMx>) =>
  'problems' in reading ? reading.problems.map(({ code, exchange }) => [code, exchange]) : null;

describe('readMx', () => {
  it('lists hosts by preference, then by name, in lower case and once', () => {
    expect(readMx(mx([20, 'b.example.net'], [10, 'MX.Example.com.'], [20, 'a.example.net']))).toEqual({
      state: 'found',
      hosts: ['mx.example.com', 'a.example.net', 'b.example.net'],
      records: [
        { preference: 10, exchange: 'mx.example.com' },
        { preference: 20, exchange: 'a.example.net' },
        { preference: 20, exchange: 'b.example.net' },
      ],
      problems: [],
    });
  });

  it('keeps an absence and a silence apart', () => {
    expect(readMx(absent('NXDOMAIN'))).toEqual({ state: 'absent', why: 'NXDOMAIN' });
    expect(readMx(absent('NODATA'))).toEqual({ state: 'absent', why: 'NODATA' });
    expect(readMx(unanswered('TIMEOUT'))).toEqual({ state: 'unanswered', why: 'TIMEOUT', retryable: true });
    expect(readMx(found([]))).toEqual({ state: 'absent', why: 'NODATA' });
  });

  it('reads one record of exchange "" as a null MX (RFC 7505 section 3)', () => {
    expect(readMx(mx([0, '']))).toEqual({
      state: 'null-mx',
      records: [{ preference: 0, exchange: '' }],
      problems: [],
    });
    expect(readMx(mx([0, '.'])).state).toBe('null-mx');
  });

  it('reads a null MX of another preference, and says so', () => {
    expect(codes(readMx(mx([10, ''])))).toEqual([['null-mx-preference', '']]);
  });

  it('does not believe a null MX beside other records', () => {
    const reading = readMx(mx([0, ''], [10, 'mx.example.com']));
    expect(reading).toMatchObject({ state: 'found', hosts: ['mx.example.com'] });
    expect(codes(reading)).toEqual([['null-mx-beside-others', '']]);
  });

  it.each([
    ['192.0.2.1', 'exchange-address'],
    ['[192.0.2.1]', 'exchange-address'],
    ['2001:db8::1', 'exchange-address'],
    ['mx_1.example.com', 'exchange-underscore'],
    ['localhost', 'exchange-localhost'],
    ['mailserver', 'exchange-single-label'],
    ['-mx.example.com', 'exchange-name'],
    ['mx..example.com', 'exchange-name'],
    ['mx 1.example.com', 'exchange-name'],
  ])('finds %s odd: %s', (exchange, code) => {
    expect(codes(readMx(mx([10, exchange])))).toEqual([[code, exchange]]);
  });

  it('notes a host that is repeated, and one that is an alias (RFC 2181 section 10.3)', () => {
    expect(codes(readMx(mx([10, 'mx.example.com'], [20, 'MX.example.com'])))).toEqual([
      ['exchange-repeated', 'mx.example.com'],
    ]);
    const hosts = { 'mx.example.com': { cname: found('mail.hoster.example') } };
    expect(codes(readMx(mx([10, 'mx.example.com']), hosts))).toEqual([['exchange-cname', 'mx.example.com']]);
    expect(
      codes(readMx(mx([10, 'mx.example.com']), { 'mx.example.com': { cname: absent('NODATA') } })),
    ).toEqual([]);
  });
});
