import { deflateRawSync } from 'node:zlib';
import { readSheet } from 'read-excel-file/node';
import { describe, expect, test } from 'vitest';
import { serialDate } from '#service/ingest/sheet-dates.ts';
import { openXlsx } from '#service/ingest/xlsx.ts';
import { cheapFault } from '#service/ingest/open.ts';
import { bookOf, LIMITS, readFileBytes, xlsxOf } from './files.ts';

const LIST = [
  ['FİRMA', 'WEB SİTESİ', 'TARİH', 'TELEFON'],
  ['Gökpınar & Oğulları <Döküm>', 'www.gokpinar.com.tr', new Date(Date.UTC(2026, 1, 1)), 905321234567],
  ['Şişli Gıda', 'www.sisli.com.tr', new Date(Date.UTC(2026, 10, 25)), 902125551020],
];
const LIST_ROWS = [
  '2: Gökpınar & Oğulları <Döküm>|www.gokpinar.com.tr|2026-02-01|905321234567',
  '3: Şişli Gıda|www.sisli.com.tr|2026-11-25|902125551020',
];

describe('a workbook is read with Turkish letters, dates and whole numbers', () => {
  test('XLSX of one program', async () => {
    expect(await readFileBytes(await xlsxOf(LIST))).toMatchObject({ rows: LIST_ROWS });
  });
  test.each(['xlsx', 'biff8', 'xlml'] as const)('%s of another', async (kind) => {
    expect(await readFileBytes(bookOf([{ name: 'Liste', rows: LIST }], kind))).toMatchObject({
      rows: LIST_ROWS,
    });
  });
  test('an HTML table under the name .xls', async () => {
    const page = `<html><body><table><tr><th>Firma</th><th>Web</th></tr><tr><td>Şişli</td><td>sisli.com.tr</td></tr></table></body></html>`;
    expect(await readFileBytes(Buffer.from(page))).toMatchObject({ rows: ['2: Şişli|sisli.com.tr'] });
  });
  test('as an independent reader reads it', async () => {
    const made = await xlsxOf([
      ['Firma', 'Web', 'Tutar', 'Var', 'Not'],
      ['A  B', 'a.com.tr', 12.5, true, null],
      [' Ç\nD ', 'b.com.tr', -3, false, '_x0041_'],
    ]);
    const theirs = (await readSheet(made)).map((row) =>
      row.map((cell) => (cell === null ? '' : String(cell).trim())),
    );
    const read = await readFileBytes(made);
    expect('rows' in read && read.rows.map((row) => row.replace(/^\d+: /, '').toLowerCase())).toEqual(
      theirs.slice(1).map((row) => row.join('|').replace(/\|+$/, '').toLowerCase()),
    );
  });
});

describe('sheets', () => {
  const cover = { name: 'Kapak', rows: [['Müşteri listesi 2026']] };
  const list = { name: 'Müşteriler', rows: LIST };
  const old = { name: 'Eski', rows: [['Web'], ['eski.com.tr']] };
  test.each(['xlsx', 'biff8'] as const)(
    'the first in which companies are named is taken: %s',
    async (kind) => {
      const read = await readFileBytes(bookOf([{ name: 'Boş', rows: [] }, cover, list, old], kind));
      expect(read).toMatchObject({ plan: { sheet: 'Müşteriler' }, rows: LIST_ROWS });
    },
  );
  test('a hidden one only when no other will do', async () => {
    expect(await readFileBytes(bookOf([{ ...old, hidden: true }, list]))).toMatchObject({
      plan: { sheet: 'Müşteriler' },
    });
    expect(await readFileBytes(bookOf([{ ...old, hidden: true }, cover]))).toMatchObject({
      plan: { sheet: 'Eski' },
    });
  });
  test.each(['Eski', 'ESKİ', '3'])('the one that is asked for: %s', async (sheet) => {
    expect(await readFileBytes(bookOf([cover, list, old]), { sheet })).toMatchObject({
      rows: ['2: eski.com.tr'],
    });
  });
  test('one that is not there is told with those that are', async () => {
    expect(await readFileBytes(bookOf([cover, list]), { sheet: 'Yeni' })).toEqual({
      fault: 'file-sheet-unknown',
      values: { sheet: 'Yeni', sheets: 'Kapak, Müşteriler' },
    });
  });
});

test.each(['xlsx', 'biff8'] as const)('a merged cell counts for every row it reaches: %s', async (kind) => {
  const rows = [
    ['Liste', null, null],
    ['Firma', 'Web', 'Şehir'],
    ['Gökpınar', 'a.com.tr', 'Bursa'],
    [null, 'b.com.tr', null],
    [null, null, null],
    ['Kuzeyhat', 'c.com.tr', 'Ankara'],
  ];
  expect(await readFileBytes(bookOf([{ name: 'x', rows, merges: ['A1:C1', 'A3:A5'] }], kind))).toMatchObject({
    plan: { headingRow: 2, rows: 3, blanks: 1 },
    rows: ['3: Gökpınar|a.com.tr|Bursa', '4: Gökpınar|b.com.tr', '6: Kuzeyhat|c.com.tr|Ankara'],
  });
});

test('rows that are not in the file are empty rows, and keep the numbers right', async () => {
  const rows = [['Web'], ['a.com.tr'], ...Array.from({ length: 5 }, () => []), ['b.com.tr']];
  expect(await readFileBytes(bookOf([{ name: 'x', rows }]))).toMatchObject({
    plan: { rows: 2, blanks: 5 },
    rows: ['2: a.com.tr', '8: b.com.tr'],
  });
});

test.each([
  [46_054, false, '2026-02-01'],
  [46_054.4375, false, '2026-02-01 10:30'],
  [0.4375, false, '10:30'],
  [59, false, '1900-02-28'],
  [61, false, '1900-03-01'],
  [44_592, true, '2026-02-01'],
  [-1, false, null],
  [3_000_000, false, null],
])('the serial number %d (1904: %s) is %s', (serial, from1904, expected) => {
  expect(serialDate(serial, from1904)).toBe(expected);
});

describe('what cannot be read says why', () => {
  test('10,000 columns', async () => {
    const wide = [Array.from({ length: 10_000 }, (_, n) => `k${n}`), ['a.com.tr']];
    expect(await readFileBytes(await xlsxOf(wide))).toEqual({
      fault: 'file-too-many-columns',
      values: { limit: 50 },
    });
  });
  test.each(['xlsx', 'biff8'] as const)('one row too many: %s', async (kind) => {
    const rows = [['Web'], ...Array.from({ length: 1001 }, (_, n) => [`a${n}.com.tr`])];
    expect(await readFileBytes(bookOf([{ name: 'x', rows }], kind))).toMatchObject({
      fault: 'file-too-many-rows',
    });
  });
  test('a workbook that was cut off', async () => {
    const whole = await xlsxOf(LIST);
    expect(await readFileBytes(whole.subarray(0, whole.length - 200))).toMatchObject({
      fault: 'file-unreadable',
    });
    const old = bookOf([{ name: 'x', rows: LIST }], 'biff8');
    expect(await readFileBytes(old.subarray(0, 1500))).toMatchObject({ fault: 'file-unreadable' });
  });
  test('XML that breaks off', async () => {
    const bytes = zipOf([
      ['[Content_Types].xml', '<Types/>'],
      ['_rels/.rels', RELS],
      ['xl/workbook.xml', WORKBOOK],
      ['xl/_rels/workbook.xml.rels', BOOK_RELS],
      [
        'xl/worksheets/sheet1.xml',
        `<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Web</t></is></c></row><row ${'x'.repeat(300_000)}`,
      ],
    ]);
    expect(await readFileBytes(bytes)).toMatchObject({ fault: 'file-unreadable' });
  });
  test('an archive that is no workbook', async () => {
    expect(await readFileBytes(zipOf([['readme.txt', 'x']]))).toMatchObject({ fault: 'file-kind-unknown' });
    expect((await cheapFault(zipOf([['readme.txt', 'x']]), LIMITS))?.failure.code).toBe('file-kind-unknown');
  });
  test('an archive that unpacks to too much is refused by its directory, before the answer', async () => {
    const bomb = zipOf([
      ['[Content_Types].xml', '<Types/>'],
      ['xl/worksheets/sheet1.xml', '\0'.repeat(30 * 1024 * 1024)],
    ]);
    expect(bomb.length).toBeLessThan(100_000);
    expect((await cheapFault(bomb, LIMITS))?.failure).toEqual({
      code: 'file-bomb',
      values: { limit: '20 MiB' },
    });
  });
  test('an archive whose directory lies is stopped while it unpacks', async () => {
    const sheet = `<worksheet><sheetData>${'<row r="1"></row>'.repeat(1000)}`;
    const bytes = zipOf(
      [
        ['[Content_Types].xml', '<Types/>'],
        ['_rels/.rels', RELS],
        ['xl/workbook.xml', WORKBOOK],
        ['xl/_rels/workbook.xml.rels', BOOK_RELS],
        ['xl/worksheets/sheet1.xml', sheet],
      ],
      { 'xl/worksheets/sheet1.xml': 100 },
    );
    expect(await readFileBytes(bytes)).toMatchObject({ fault: 'file-unreadable' });
  });
});

test('a workbook of another maker: prefixes, relative paths, inline and rich texts, CDATA, shared texts with guides', async () => {
  const bytes = zipOf([
    ['[Content_Types].xml', '<Types/>'],
    ['_rels/.rels', RELS],
    [
      'xl/workbook.xml',
      `<?xml version="1.0"?><!-- a > b --><x:workbook xmlns:x="x"><x:sheets><x:sheet name="L&#252;ste" r:id="rId1"/></x:sheets></x:workbook>`,
    ],
    ['xl/_rels/workbook.xml.rels', BOOK_RELS],
    [
      'xl/sharedStrings.xml',
      `<sst><si><r><t>Gök</t></r><r><t xml:space="preserve">pınar </t></r><rPh><t>no</t></rPh></si><si><t><![CDATA[a<b.com.tr]]></t></si></sst>`,
    ],
    [
      'xl/worksheets/sheet1.xml',
      `<x:worksheet><x:sheetData><x:row><x:c t='inlineStr'><x:is><x:t>Firma</x:t></x:is></x:c><x:c t="str"><x:f>"W"&amp;"eb"</x:f><x:v>Web</x:v></x:c></x:row>
       <x:row><x:c t="s"><x:v>0</x:v></x:c><x:c t="inlineStr"><x:is><x:t>a.com.tr</x:t></x:is></x:c><x:c t="e"><x:v>#N/A</x:v></x:c></x:row></x:sheetData></x:worksheet>`,
    ],
  ]);
  expect(await readFileBytes(bytes)).toMatchObject({
    plan: { sheet: 'Lüste' },
    rows: ['2: Gökpınar|a.com.tr'],
  });
  const book = await openXlsx(bytes, LIMITS);
  expect(book.sheets.map(({ name }) => name)).toEqual(['Lüste']);
  book.close();
});

describe('a workbook that is made to be expensive costs no more than its size', () => {
  const sheetOf = (sheet: string, more: [string, string][] = []): Buffer =>
    zipOf([
      ['[Content_Types].xml', '<Types/>'],
      ['_rels/.rels', RELS],
      ['xl/workbook.xml', WORKBOOK],
      ['xl/_rels/workbook.xml.rels', BOOK_RELS],
      ['xl/worksheets/sheet1.xml', sheet],
      ...more,
    ]);
  const cells = (...texts: string[]): string =>
    texts.map((text) => `<c t="inlineStr"><is><t>${text}</t></is></c>`).join('');

  // Looked at again from its beginning for each of them, this one tag would take a minute and a half.
  test('a tag whose attribute is full of ">" is read in one pass', async () => {
    const tag = `<sheetPr x="${'>'.repeat(200_000)}"/>`;
    const bytes = sheetOf(
      `<worksheet>${tag}<sheetData><row>${cells('Web')}</row><row>${cells('a.com.tr')}</row>`,
    );
    expect(await readFileBytes(bytes)).toMatchObject({ rows: ['2: a.com.tr'] });
  });
  // Each of them once looked for its end through all that follow: half a second for 64 KB.
  test('merged cells that have no end are passed over', async () => {
    const bytes = sheetOf(
      `<worksheet><sheetData><row>${cells('Web')}</row><row>${cells('a.com.tr')}</row></sheetData>${'<mergeCell '.repeat(400_000)}`,
    );
    expect(await readFileBytes(bytes)).toMatchObject({ rows: ['2: a.com.tr'] });
  });
  test('a section of CDATA without an end is no XML', async () => {
    const bytes = sheetOf(`<worksheet><sheetData><row><c><v><![CDATA[${'x'.repeat(19_000_000)}`);
    expect(await readFileBytes(bytes)).toMatchObject({ fault: 'file-unreadable' });
  });
  test('a part that two tabs name is one sheet', async () => {
    const tabs = Array.from({ length: 50 }, (_, n) => `<sheet name="S${n}" r:id="rId1"/>`).join('');
    const bytes = zipOf([
      ['[Content_Types].xml', '<Types/>'],
      ['_rels/.rels', RELS],
      ['xl/workbook.xml', `<workbook><sheets>${tabs}</sheets></workbook>`],
      ['xl/_rels/workbook.xml.rels', BOOK_RELS],
      ['xl/worksheets/sheet1.xml', '<worksheet/>'],
    ]);
    const book = await openXlsx(bytes, LIMITS);
    expect(book.sheets.map(({ name }) => name)).toEqual(['S0']);
    book.close();
  });
  test('parts about the workbook are held to a size of their own', async () => {
    const tabs = '<sheet name="S" r:id="rId1"/>'.repeat(1_200_000);
    const bytes = zipOf([
      ['[Content_Types].xml', '<Types/>'],
      ['_rels/.rels', RELS],
      ['xl/workbook.xml', `<workbook><sheets>${tabs}</sheets></workbook>`],
    ]);
    expect(await readFileBytes(bytes, {}, { maxUnpacked: 512 * 1024 * 1024 })).toEqual({
      fault: 'file-bomb',
      values: { limit: '32 MiB' },
    });
  });
  test('one long text that every cell names fills no memory', async () => {
    const row = `<row>${'<c t="s"><v>0</v></c>'.repeat(40)}</row>`;
    const texts: [string, string] = [
      'xl/sharedStrings.xml',
      `<sst><si><t>${'x'.repeat(30_000)}</t></si></sst>`,
    ];
    const bytes = sheetOf(`<worksheet><sheetData><row>${cells('Web')}</row>${row}`, [texts]);
    expect(await readFileBytes(bytes)).toMatchObject({ fault: 'file-unreadable' });
  });
  test.each(['99999999999', 'abc', '1e400'])('a row with the number %s is in no sheet', async (number) => {
    const bytes = sheetOf(
      `<worksheet><sheetData><row>${cells('Web')}</row><row r="${number}">${cells('a.com.tr')}</row>`,
    );
    expect(await readFileBytes(bytes)).toMatchObject({ fault: 'file-unreadable' });
  });
});

const RELS = `<Relationships><Relationship Id="r" Type="http://x/officeDocument" Target="/xl/workbook.xml"/></Relationships>`;
const WORKBOOK = `<workbook><sheets><sheet name="Sayfa" r:id="rId1"/></sheets></workbook>`;
const BOOK_RELS = `<Relationships><Relationship Id="rId1" Type="http://x/worksheet" Target="../xl/./worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://x/sharedStrings" Target="sharedStrings.xml"/></Relationships>`;

/** A ZIP archive, made by hand: sizes in its directory can be told wrong. */
function zipOf(files: [string, string][], lies: Record<string, number> = {}): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of files) {
    const content = Buffer.from(text);
    const packed = deflateRawSync(content);
    const size = lies[name] ?? content.length;
    const head = Buffer.alloc(30);
    head.writeUInt32LE(0x04034b50, 0);
    head.writeUInt16LE(20, 4);
    head.writeUInt16LE(8, 8);
    head.writeUInt32LE(packed.length, 18);
    head.writeUInt32LE(size, 22);
    head.writeUInt16LE(name.length, 26);
    parts.push(head, Buffer.from(name), packed);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(20, 6);
    entry.writeUInt16LE(8, 10);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt32LE(size, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    directory.push(entry, Buffer.from(name));
    offset += 30 + name.length + packed.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, list, end]);
}
