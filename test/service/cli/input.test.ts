import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readList, type InputReading } from '#service/cli/input.ts';
import { allShippedRules } from '#test/support/rules.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hunter-input-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const RULES = {
  consumerDomains: new Set(['gmail.com', 'hotmail.com']),
  hints: allShippedRules('hunter-1').importColumns,
};
const none = (async function* nothing() {})();

async function read(content: string | Buffer): Promise<InputReading> {
  const path = join(folder, 'list.csv');
  writeFileSync(path, content);
  return readList(path, none, RULES);
}
/** What is scanned, each with its row: "2 firma.com.tr". */
async function rows(content: string | Buffer): Promise<string[]> {
  const reading = await read(content);
  if (!reading.ok) throw new Error(reading.fault);
  return reading.rows.map(({ row, text }) => `${row} ${text}`);
}

describe('the first row', () => {
  test.each([
    ['an address of a machine', '10.0.0.1\nfirma.com.tr\n', ['1 10.0.0.1', '2 firma.com.tr']],
    ['a domain that does not exist', 'firma.comtr\nfirma.com.tr\n', ['1 firma.comtr', '2 firma.com.tr']],
    ['a broken e-mail address', 'ali@\nfirma.com.tr\n', ['1 ali@', '2 firma.com.tr']],
    ['a dash', '-\nfirma.com.tr\n', ['1 -', '2 firma.com.tr']],
    ['a consumer host', 'gmail.com\nfirma.com.tr\n', ['1 gmail.com', '2 firma.com.tr']],
    ['a domain', 'a.com.tr\nfirma.com.tr\n', ['1 a.com.tr', '2 firma.com.tr']],
    ['the only one', 'domain\n', ['1 domain']],
  ])('is data when it is %s', async (_, content, expected) => {
    expect(await rows(content)).toEqual(expected);
  });
  test.each(['domain', 'WEB SİTESİ', 'Web Adr.', 'ALAN ADI', 'E-posta', 'emailaddress1'])(
    'is a heading when it says %s, and nobody need be told',
    async (word) => {
      expect(await read(`${word}\nfirma.com.tr\n`)).toEqual({
        ok: true,
        rows: [{ text: 'firma.com.tr', row: 2 }],
        heading: null,
      });
    },
  );
  test.each([
    ['words without dot and @', 'Müşteri listesi\nfirma.com.tr\n', 'Müşteri listesi'],
    ['nothing in that column', 'Gökpınar;\nKuzeyhat;firma.com.tr\n', 'Gökpınar'],
  ])('with %s is taken for a heading, and told', async (_, content, heading) => {
    expect(await read(content)).toEqual({ ok: true, rows: [{ text: 'firma.com.tr', row: 2 }], heading });
  });
});

describe('line ends and encodings', () => {
  test('may be mixed, and rows keep their numbers', async () => {
    expect(await rows('a.com.tr\nb.com.tr\r\nc.com.tr\rd.com.tr\n\ne.com.tr')).toEqual([
      '1 a.com.tr',
      '2 b.com.tr',
      '3 c.com.tr',
      '4 d.com.tr',
      '6 e.com.tr',
    ]);
  });
  test('the separator is found where lines end in CR', async () => {
    expect(await rows('Ad;Web\rA, B;a.com.tr\rC, D, E;b.com.tr')).toEqual(['2 a.com.tr', '3 b.com.tr']);
  });
  test.each([
    ['UTF-16LE', Buffer.from('\uFEFFalan adı\nşirket.com.tr\n', 'utf16le')],
    ['UTF-16BE', Buffer.from('\uFEFFalan adı\nşirket.com.tr\n', 'utf16le').swap16()],
    ['UTF-8', Buffer.from('\uFEFFalan adı\nşirket.com.tr\n')],
  ])('%s is known by its byte order mark', async (_, bytes) => {
    expect(await rows(bytes)).toEqual(['2 şirket.com.tr']);
  });
});

describe('the column that is scanned', () => {
  test('is the website rather than the e-mail address', async () => {
    expect(await rows('E-posta;Web\nali@a.com.tr;www.b.com.tr\nayse@c.com.tr;www.d.com.tr\n')).toEqual([
      '2 www.b.com.tr',
      '3 www.d.com.tr',
    ]);
  });
  test('is not a full column of consumer addresses', async () => {
    expect(
      await rows('Mail,Eski Mail\nx@gmail.com,info@a.com.tr\ny@hotmail.com,\nz@gmail.com,info@b.com.tr\n'),
    ).toEqual(['2 info@a.com.tr', '3 ', '4 info@b.com.tr']);
  });
  test('is not one that says the same in every row', async () => {
    expect(await rows('Kaynak,Web\nlinkedin.com,a.com.tr\nlinkedin.com,\nlinkedin.com,b.com.tr\n')).toEqual([
      '2 a.com.tr',
      '3 ',
      '4 b.com.tr',
    ]);
  });
  test('is not one of pages at the same few hosts', async () => {
    const pages = ['linkedin.com/a', 'facebook.com/b', 'linkedin.com/c', 'facebook.com/d', 'linkedin.com/e'];
    const sites = ['a.com.tr', 'b.com.tr', '', 'd.com.tr', 'e.com.tr'];
    const list = pages.map((page, at) => `https://${page};${sites[at]}`).join('\n');
    expect(await rows(`Sayfa;Web\n${list}\n`)).toEqual(sites.map((site, at) => `${at + 2} ${site}`));
  });
  test('is one that says the same in every row where there is no other', async () => {
    expect(await rows('Ad,Mail\nAli,ali@a.com.tr\nVeli,veli@a.com.tr\n')).toEqual([
      '2 ali@a.com.tr',
      '3 veli@a.com.tr',
    ]);
  });
  test('is not that of names because one of them looks like a domain', async () => {
    expect(
      await rows('Ad,Mail\nN11.com,info@a.com.tr\nGökpınar Döküm,info@b.com.tr\nKuzeyhat,info@c.com.tr\n'),
    ).toEqual(['2 info@a.com.tr', '3 info@b.com.tr', '4 info@c.com.tr']);
  });
  test('is found where it begins late', async () => {
    expect((await rows(`${'Ad,\n'.repeat(300)}Ad,a.com.tr\n`)).at(-1)).toBe('301 a.com.tr');
  });
});

describe('a row whose website names nobody', () => {
  const list = (...cells: string[]): string =>
    `Web,Mail,Domain\n${cells.join('\n')}\nwww.x.com.tr,a@x.com.tr,x.com.tr\nwww.y.com.tr,a@y.com.tr,y.com.tr\nwww.z.com.tr,b@z.com.tr,z.com.tr\n`;
  test.each([
    ['website before e-mail', 'www.a.com.tr,info@b.com.tr,c.com.tr', 'www.a.com.tr'],
    ['e-mail where the website is empty', ',info@b.com.tr,c.com.tr', 'info@b.com.tr'],
    ['e-mail where the website is a consumer host', 'gmail.com,info@b.com.tr,c.com.tr', 'info@b.com.tr'],
    ['e-mail where the website is no domain', 'yok,info@b.com.tr,c.com.tr', 'info@b.com.tr'],
    ['domain where the e-mail is a private one', ',ali@gmail.com,c.com.tr', 'c.com.tr'],
    ['else the first that says something, to be refused', ',ali@gmail.com,yok', 'ali@gmail.com'],
  ])('%s', async (_, cells, expected) => {
    expect((await rows(list(cells)))[0]).toBe(`2 ${expected}`);
  });
  test('a row without anything in it is no row', async () => {
    expect((await rows(list(',,')))[0]).toBe('3 www.x.com.tr');
  });
});
