import { inflateRawSync } from 'node:zlib';
import readXlsxFile, { readSheet } from 'read-excel-file/node';
import { describe, expect, test } from 'vitest';
import yauzl from 'yauzl';
import type { Cell } from '#service/export/columns.ts';
import { columnLetters, escaped, xlsx, type Sheet } from '#service/export/xlsx.ts';
import { zip } from '#service/export/zip.ts';

async function bytesOf(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
const sheet = (rows: Sheet['rows'], heading = ['text', 'more']): Sheet => ({
  name: 'Leads',
  heading,
  widths: heading.map(() => 20),
  rows,
});

describe('a workbook', () => {
  test('read back by another library has the same texts, numbers and dates', async () => {
    const cells: Cell[] = [
      'Şişecik Cam ve Ambalaj A.Ş. İĞÜÖÇığüöç 😀',
      '=HYPERLINK("http://x")',
      ' spaces  stay ',
      '<b>&amp;"quoted"</b>',
      'two\nlines',
      42,
      3.25,
      null,
      { kind: 'day', day: '2027-01-31' },
      { kind: 'moment', moment: '2026-11-25T09:30:00.000Z' },
    ];
    const bytes = await bytesOf(
      xlsx([
        sheet(
          [[cells]],
          cells.map((_, at) => `c${at}`),
        ),
      ]),
    );
    const [heading, row] = await readSheet(bytes, { trim: false });
    expect(heading).toEqual(['c0', 'c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7', 'c8', 'c9']);
    expect(row).toEqual([
      ...cells.slice(0, 8),
      new Date('2027-01-31T00:00:00.000Z'),
      new Date('2026-11-25T09:30:00.000Z'),
    ]);
  });
  test('without rows has its heading', async () => {
    expect(await readSheet(await bytesOf(xlsx([sheet([])])))).toEqual([['text', 'more']]);
  });
  test('has sheets by name', async () => {
    const bytes = await bytesOf(xlsx([sheet([]), { ...sheet([[['a', 1]]]), name: 'A & B' }]));
    const sheets = await readXlsxFile(bytes);
    expect(sheets.map(({ sheet, data }) => [sheet, data.length])).toEqual([
      ['Leads', 1],
      ['A & B', 2],
    ]);
  });
  test('marks text that begins like a formula as text for editors too, and has none', async () => {
    const xml = await part(await bytesOf(xlsx([sheet([[['=1+1', '@x']]])])), 'xl/worksheets/sheet1.xml');
    expect(xml).not.toContain('<f>');
    expect(xml).toContain('<c r="A2" s="4" t="inlineStr"><is><t>=1+1</t></is></c>');
    expect(xml).toContain('state="frozen"');
    expect(xml).toContain('<autoFilter ref="A1:B2"/>');
  });
  test('does not ask for the next rows before the reader took the ones before', async () => {
    const seen = { made: 0, ended: false };
    async function* rows(): AsyncGenerator<Cell[][]> {
      try {
        for (; seen.made < 200; seen.made++) yield [[crypto.randomUUID().repeat(900), seen.made]];
      } finally {
        seen.ended = true;
      }
    }
    const reader = xlsx([sheet(rows())]);
    while (seen.made < 5) await reader.next();
    expect(seen.made).toBeLessThan(100);
    await reader.return(undefined);
    expect(seen.ended).toBe(true);
  });
  test('whose rows fail fails, and is no shorter workbook', async () => {
    async function* rows(): AsyncGenerator<Cell[][]> {
      yield [['a', 1]];
      throw new Error('the database went away');
    }
    await expect(bytesOf(xlsx([sheet(rows())]))).rejects.toThrow('the database went away');
  });
});

describe('XML text', () => {
  test.each([
    ['a < b & "c"', 'a &lt; b &amp; &quot;c&quot;'],
    ['\u0000\u001F\uFFFF\uD800', '\uFFFD\uFFFD\uFFFD\uFFFD'],
    ['_x0041_', '_x005F_x0041_'],
    ['a_xyz', 'a_xyz'],
    ['a\rb\tc\n', 'a_x000D_b\tc\n'],
  ])('%j is written as %j', (text, xml) => expect(escaped(text)).toBe(xml));
});
test.each([
  [0, 'A'],
  [25, 'Z'],
  [26, 'AA'],
  [51, 'AZ'],
  [52, 'BA'],
  [701, 'ZZ'],
  [702, 'AAA'],
])('column %i is %s', (at, letters) => expect(columnLetters(at)).toBe(letters));

test('an archive has the checksums and sizes that another library demands', async () => {
  const text = 'Şeker '.repeat(50_000);
  const bytes = await bytesOf(
    zip([
      { name: 'a.txt', pieces: [text, 'end'] },
      { name: 'ü.txt', pieces: [] },
    ]),
  );
  expect(await part(bytes, 'a.txt')).toBe(`${text}end`);
  expect(await part(bytes, 'ü.txt')).toBe('');
  expect(inflateRawSync(bytes.subarray(35)).toString('utf8')).toBe(`${text}end`);
});

/** A file of an archive, read by a strict library. */
async function part(bytes: Buffer, name: string): Promise<string> {
  const archive = await yauzl.fromBufferPromise(bytes, { validateEntrySizes: true });
  for await (const entry of archive.eachEntry()) {
    if (entry.fileName !== name) continue;
    const stream = await archive.openReadStreamPromise(entry);
    return Buffer.concat(await stream.toArray()).toString('utf8');
  }
  throw new Error(`${name} is not in the archive`);
}
