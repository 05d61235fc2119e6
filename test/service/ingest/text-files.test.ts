import { describe, expect, test } from 'vitest';
import { readFileBytes, windows1254 } from './files.ts';

const rows = async (content: string | Buffer): Promise<unknown> => {
  const read = await readFileBytes(typeof content === 'string' ? Buffer.from(content) : content);
  return 'rows' in read ? read.rows : read.fault;
};
const TURKISH = 'FİRMA;WEB SİTESİ\r\nŞişli Gıda Ürünleri;www.sisli.com.tr\r\nÇağdaş Ağ;www.cagdas.com.tr\r\n';
const TURKISH_ROWS = ['2: Şişli Gıda Ürünleri|www.sisli.com.tr', '3: Çağdaş Ağ|www.cagdas.com.tr'];
const wide = Buffer.from(TURKISH, 'utf16le');

describe('encodings', () => {
  test.each([
    ['UTF-8', Buffer.from(TURKISH)],
    ['UTF-8 with byte order mark', Buffer.from(`\uFEFF${TURKISH}`)],
    ['UTF-16LE with byte order mark', Buffer.concat([Buffer.from([0xff, 0xfe]), wide])],
    ['UTF-16BE with byte order mark', Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(wide).swap16()])],
    ['UTF-16LE without', wide],
    ['UTF-16BE without', Buffer.from(wide).swap16()],
    ['windows-1254, as Excel saves it in Turkish', windows1254(TURKISH)],
  ])('%s', async (_, bytes) => {
    expect(await rows(bytes)).toEqual(TURKISH_ROWS);
  });
  test('the first Turkish letter may come late', async () => {
    const ascii = Array.from({ length: 900 }, (_, n) => `Firma ${n};www.f${n}.com.tr\r\n`).join('');
    const read = (await rows(windows1254(`Ad;Web\r\n${ascii}Şişli;www.sisli.com.tr\r\n`))) as string[];
    expect(read.at(-1)).toBe('902: Şişli|www.sisli.com.tr');
  });
  test('one line pasted from elsewhere does not make UTF-8 another encoding', async () => {
    const text = Array.from({ length: 20 }, (_, n) => `Şişli Gıda ${n};www.f${n}.com.tr\n`).join('');
    const read = (await rows(
      Buffer.concat([Buffer.from(`Ad;Web\n${text}`), windows1254('Çağ;www.cag.com.tr\n')]),
    )) as string[];
    expect(read[0]).toBe('2: Şişli Gıda 0|www.f0.com.tr');
  });
  test('a file in Cyrillic letters is read as such', async () => {
    // windows-1251: "Компания Восток" and "Северный Путь"
    const east = [0xca, 0xee, 0xec, 0xef, 0xe0, 0xed, 0xe8, 0xff, 0x20, 0xc2, 0xee, 0xf1, 0xf2, 0xee, 0xea];
    const north = [0xd1, 0xe5, 0xe2, 0xe5, 0xf0, 0xed, 0xfb, 0xe9, 0x20, 0xcf, 0xf3, 0xf2, 0xfc];
    const line = (name: number[], site: string): Buffer =>
      Buffer.concat([Buffer.from(name), Buffer.from(`;${site}\n`)]);
    expect(
      await rows(Buffer.concat([line(east, 'vostok.ru'), line(north, 'put.ru'), line(east, 'vostok2.ru')])),
    ).toEqual(['1: Компания Восток|vostok.ru', '2: Северный Путь|put.ru', '3: Компания Восток|vostok2.ru']);
  });
});

describe('separators', () => {
  test.each([
    ['comma', 'Firma,Web\nA,a.com.tr\nB,b.com.tr'],
    ['semicolon', 'Firma;Web\nA;a.com.tr\nB;b.com.tr'],
    ['tab', 'Firma\tWeb\nA\ta.com.tr\nB\tb.com.tr'],
    ['bar', 'Firma|Web\nA|a.com.tr\nB|b.com.tr'],
    ['as its first line says', 'sep=;\nFirma;Web\nA;a.com.tr\nB;b.com.tr'],
  ])('%s', async (_, text) => {
    const read = (await rows(text)) as string[];
    expect(read.map((row) => row.replace(/^\d+: /, ''))).toEqual(['A|a.com.tr', 'B|b.com.tr']);
  });
  test('commas in names do not outvote it', async () => {
    expect(await rows('Firma;Web\nA, B, C ve D;a.com.tr\nE, F, G, H;b.com.tr')).toEqual([
      '2: A, B, C ve D|a.com.tr',
      '3: E, F, G, H|b.com.tr',
    ]);
  });
});

describe('cells', () => {
  test('hold quotes, separators and line ends; a row has the number of its first line', async () => {
    expect(await rows('Firma;Web\r\n"Gök ""pınar"";\r\nDöküm";a.com.tr\r\nB;b.com.tr')).toEqual([
      '2: Gök "pınar";\r\nDöküm|a.com.tr',
      '4: B|b.com.tr',
    ]);
  });
  test('a quotation mark inside a name is one', async () => {
    expect(await rows('Firma;Web\n19" Monitör;a.com.tr\nB;b.com.tr')).toEqual([
      '2: 19" Monitör|a.com.tr',
      '3: B|b.com.tr',
    ]);
  });
  test('a NUL is no reason to lose a row', async () => {
    expect(await rows('Firma;Web\nA\0B;a.com.tr\nC;b.com.tr\nUzun bir firma adı;c.com.tr')).toContain(
      '2: A\uFFFDB|a.com.tr',
    );
  });
  test('rows may be shorter or longer than the heading', async () => {
    expect(await rows('Firma;Web\nA;a.com.tr;x;y\nb.com.tr\nC;c.com.tr')).toEqual([
      '2: A|a.com.tr|x|y',
      '3: b.com.tr',
      '4: C|c.com.tr',
    ]);
  });
});

test('empty rows are counted between rows, not at the end', async () => {
  const read = await readFileBytes(Buffer.from('\nFirma;Web\n\nA;a.com.tr\n;\n \nB;b.com.tr\n\n\n'));
  expect(read).toMatchObject({
    plan: { headingRow: 2, rows: 2, blanks: 3 },
    rows: ['4: A|a.com.tr', '7: B|b.com.tr'],
  });
});

describe('what cannot be read says why', () => {
  const png = Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    Buffer.alloc(500, 7),
  ]);
  const noise = Buffer.from(Array.from({ length: 5000 }, (_, n) => (n * n * 31 + n * 7) % 256));
  test.each([
    ['nothing', Buffer.alloc(0), 'file-empty'],
    ['blank lines', Buffer.from('\n\n ;; \n'), 'file-empty'],
    ['a picture', png, 'file-kind-unknown'],
    ['noise under the name .csv', noise, 'file-kind-unknown'],
    ['a PDF', Buffer.from('%PDF-1.7 ...'), 'file-kind-unknown'],
    ['only a heading', Buffer.from('Firma;Web\n'), 'file-no-rows'],
    ['no domains', Buffer.from('Firma;Şehir\nA;Bursa\nB;Ankara'), 'file-no-domain-column'],
    ['too many columns', Buffer.from(`Web;${'x;'.repeat(60)}x\na.com.tr\n`), 'file-too-many-columns'],
    ['too many rows', Buffer.from(`Web\n${'a.com.tr\n'.repeat(1001)}`), 'file-too-many-rows'],
  ])('%s', async (_, bytes, code) => {
    expect(await rows(bytes)).toBe(code);
  });
  test('as many rows as allowed are fine', async () => {
    expect(await rows(`Web\n${'a.com.tr\n'.repeat(1000)}`)).toHaveLength(1000);
  });
  test('a quotation mark that is never closed is told by its line, at the end of the file or far before', async () => {
    const short = await readFileBytes(Buffer.from('Firma;Web\nA;a.com.tr\n"B;b.com.tr\nC;c.com.tr\n'));
    expect(short).toEqual({ fault: 'file-quote-open', values: { line: 3 } });
    const long = `Firma;Web\nA;a.com.tr\n"B;b.com.tr\n${'Uzun bir ad;c.com.tr\n'.repeat(60_000)}`;
    expect(await readFileBytes(Buffer.from(long), {}, { maxRows: 100_000 })).toEqual({
      fault: 'file-quote-open',
      values: { line: 3 },
    });
  });
});
