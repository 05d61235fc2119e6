import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { csvLine } from '#service/export/csv.ts';

describe('a record of CSV', () => {
  test('quotes what would end a cell, and nothing else', () => {
    expect(csvLine(['a', 'b c', 'd,e', 'say "hi"', 'two\nlines', null, ''], 'comma')).toBe(
      'a,b c,"d,e","say ""hi""","two\nlines",,\r\n',
    );
  });
  test('has numbers, days and moments in the form every reader knows', () => {
    const cells = [
      0,
      3.25,
      { kind: 'day', day: '2027-01-31' },
      { kind: 'moment', moment: '2026-11-25T09:00:00.123Z' },
    ] as const;
    expect(csvLine(cells, 'comma')).toBe('0,3.25,2027-01-31,2026-11-25T09:00:00.123Z\r\n');
  });
  test.each(['comma', 'semicolon', 'tab'] as const)('read back with a %s is what went in', (separator) => {
    const cells = ['Şişecik; Cam, ve Ambalaj\tA.Ş.', '"', 'a\r\nb', 'plain', '😀'];
    const delimiter = { comma: ',', semicolon: ';', tab: '\t' }[separator];
    expect(parse(csvLine(cells, separator), { delimiter })).toEqual([cells]);
  });
});

describe('formula injection', () => {
  test.each([
    '=1+1',
    '+905321234567',
    '-1',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\n=1',
    '＝1+1',
    '＋1',
    '－1',
    '＠a',
    '"=1+1',
    "'=1",
  ])('the cell %j begins with an apostrophe', (text) => {
    const [[cell]] = parse(csvLine([text], 'comma')) as [[string]];
    expect(cell[0]).toBe("'");
    expect(cell.replaceAll("'", '')).toBe(text.replaceAll("'", ''));
  });
  test.each(['Gül Gıda', 'a=b', 'x-y', 'ayse@gul.com.tr', '100 - 50', '1+1', '', 'A.Ş. (=)'])(
    'the cell %j stays as it is',
    (text) => {
      expect(parse(csvLine([text], 'comma'), { skip_empty_lines: false })).toEqual([[text]]);
    },
  );
  test.each(['a;=1+1', 'a\t@SUM(A1)', 'a\n=1+1', 'a;"=1+1"', 'a,-1', 'a; =1', 'a|+1'])(
    'no cell of %j is a formula for a reader with another separator',
    (text) => {
      for (const separator of ['comma', 'semicolon', 'tab'] as const) {
        const line = csvLine([text, 'end'], separator);
        for (const other of [',', ';', '\t', '|'])
          for (const cell of line.split(other).flatMap((part) => part.split(/\r?\n/)))
            expect(cell.trim().replaceAll('"', '')).not.toMatch(/^[=+\-@]/);
      }
    },
  );
});
