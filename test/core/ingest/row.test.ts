import { describe, expect, test } from 'vitest';
import { columnLetter, readRow } from '#core/ingest/row.ts';

const CONSUMER = new Set(['gmail.com']);
const COLUMNS = { company: 0, website: 1, email: 2, domain: 3 };
const NAMES = ['Firma', 'Web', 'E-posta', 'Alan adı', 'Şehir', '', 'Şehir'];

const read = (...cells: string[]) => readRow(cells, COLUMNS, NAMES, CONSUMER);
const domain = (...cells: string[]): string => {
  const reading = read(...cells);
  return reading.ok ? reading.domain.ascii : reading.refusal;
};

describe('who is named', () => {
  test.each([
    ['website before e-mail', ['', 'https://www.a.com.tr/x', 'info@b.com.tr', 'c.com.tr'], 'a.com.tr'],
    ['e-mail before domain', ['', '', 'info@b.com.tr', 'c.com.tr'], 'b.com.tr'],
    [
      'W7: a consumer host never, whichever field',
      ['', 'gmail.com', 'ali@gmail.com', 'c.com.tr'],
      'c.com.tr',
    ],
    ['W7: nobody, where there are only consumer hosts', ['', '', 'ali@gmail.com', ''], 'consumer-domain'],
    ['W1: an international name', ['', 'www.şişecam.com.tr', '', ''], 'xn--iecam-idbb.com.tr'],
    ['W5: upper case, user info and path', ['', 'HTTPS://user:x@WWW.A.COM.TR:443/yol', '', ''], 'a.com.tr'],
    ['W6: no address of a machine', ['', '10.0.0.1', '', ''], 'ip-address'],
    ['W6: no public suffix', ['', 'com.tr', '', ''], 'public-suffix'],
    ['nobody: a word for nothing', ['Gökpınar', 'n/a', '', ''], 'placeholder'],
    ['nobody: nothing', ['Gökpınar', '', '', ''], 'empty'],
    ['nobody: a short row', ['Gökpınar'], 'empty'],
  ])('%s', (_, cells, expected) => {
    expect(domain(...cells)).toBe(expected);
  });
});

test('a row is kept as it came: known fields, and everything else by its heading', () => {
  expect(
    read(' Gökpınar  A.Ş.', 'www.a.com.tr', 'info@a.com.tr', 'A.com.tr', 'Bursa', 'x', 'Gemlik', 'y'),
  ).toMatchObject({
    ok: true,
    input: 'www.a.com.tr',
    company: 'Gökpınar A.Ş.',
    email: 'info@a.com.tr',
    website: 'www.a.com.tr',
    rest: { 'Alan adı': 'A.com.tr', Şehir: 'Bursa', F: 'x', 'Şehir (2)': 'Gemlik', H: 'y' },
  });
});
test.each(['nan', 'N/A', '-', 'null', ''])('"%s" is no company name', (cell) => {
  expect(read(cell, 'a.com.tr')).toMatchObject({ ok: true, company: null });
});
test('what is too long for its field is kept with the rest', () => {
  const long = `https://a.com.tr/${'x'.repeat(2100)}`;
  expect(read('A', long)).toMatchObject({ ok: true, website: null, rest: { Web: long } });
});
test('a heading called __proto__ loses nothing', () => {
  const reading = readRow(['a.com.tr', 'x'], { website: 0 }, ['Web', '__proto__'], CONSUMER);
  expect(reading.ok && JSON.stringify(reading.rest)).toBe('{"__proto__":"x"}');
});
test('columns have letters', () => {
  expect([0, 25, 26, 51, 52, 701, 702].map(columnLetter)).toEqual(['A', 'Z', 'AA', 'AZ', 'BA', 'ZZ', 'AAA']);
});
