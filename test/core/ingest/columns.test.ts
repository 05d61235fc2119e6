import { describe, expect, test } from 'vitest';
import { detectColumns, type ColumnQuestion } from '#core/ingest/columns.ts';
import { allShippedRules } from '#test/support/rules.ts';

const rules = allShippedRules('hunter-1');
const QUESTION: ColumnQuestion = {
  hints: rules.importColumns,
  consumerDomains: rules.engine.mail.consumerDomains,
};

/** The fields of the columns, in their order, with the row of the heading: "company website - @1". */
function layout(table: string, question: Partial<ColumnQuestion> = {}): string {
  const sample = table
    .trim()
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const reading = detectColumns(sample, { ...QUESTION, ...question });
  if (!reading.ok) return `${reading.reason}: ${reading.column ?? reading.names.join(', ')}`;
  const { columns, headingAt, names, onlyHeading } = reading.choice;
  if (onlyHeading) return 'only a heading';
  const byColumn = names.map(
    (_, at) => Object.entries(columns).find(([, column]) => column === at)?.[0] ?? '-',
  );
  return `${byColumn.join(' ')} @${headingAt === null ? 'none' : headingAt + 1}`;
}

const ROWS = `
Gökpınar Döküm San. A.Ş. | www.gokpinar.com.tr | info@gokpinar.com.tr
Kuzeyhat Lojistik Ltd. Şti. | www.kuzeyhat.com.tr | satis@kuzeyhat.com.tr
Demirtepe Makina | https://demirtepe.com | ali@gmail.com`;

describe('headings in capitals, with and without accents', () => {
  test.each([
    'FİRMA | WEB SİTESİ | E-POSTA',
    'FIRMA | WEB SITESI | E-POSTA',
    'ŞİRKET ÜNVANI | WEB ADRESİ | E-POSTA ADRESİ',
    'SIRKET UNVANI | INTERNET SITESI | EPOSTA',
    'Firma Adı | Web | Mail',
    'firmaadi | websitesi | eposta',
    'Company Name | Website | E-mail',
    'Account Name | websiteurl | emailaddress1',
    'Ticaret Ünvanı | İnternet Adresi | Elektronik Posta',
    'Müşteri | URL | E-Mail Adresi',
    'Katılımcı Firma | Firma Web Sitesi | Firma E-posta',
    'Name | Homepage | Contact Email',
  ])('%s', (heading) => {
    expect(layout(heading + ROWS)).toBe('company website email @1');
  });
});

describe('what the cells hold counts more than the heading', () => {
  test.each([
    [
      'a postal address beside the web address',
      `Firma | Adres | Web
       Gökpınar A.Ş. | Organize Sanayi 3. Cadde No 5 Bursa | gokpinar.com.tr
       Kuzeyhat | Atatürk Bulvarı 12/4 Ankara | kuzeyhat.com.tr`,
      'company - website @1',
    ],
    [
      '"Adres" over web addresses, with no other',
      `Firma | Adres
       Gökpınar A.Ş. | www.gokpinar.com.tr
       Kuzeyhat | www.kuzeyhat.com.tr`,
      'company website @1',
    ],
    [
      'e-mail addresses under "Web"',
      `Firma | Web
       Gökpınar A.Ş. | info@gokpinar.com.tr
       Kuzeyhat | info@kuzeyhat.com.tr`,
      'company email @1',
    ],
    [
      'web addresses under "Mail"',
      `Firma | Mail
       Gökpınar A.Ş. | www.gokpinar.com.tr
       Kuzeyhat | www.kuzeyhat.com.tr`,
      'company website @1',
    ],
    [
      '"Domain Name" is not the company',
      `Domain Name | Company
       gokpinar.com.tr | Gökpınar
       kuzeyhat.com.tr | Kuzeyhat`,
      'domain company @1',
    ],
    [
      '"Domain Name" alone gives no company',
      `Domain Name | Score
       gokpinar.com.tr | 4
       kuzeyhat.com.tr | 7`,
      'domain - @1',
    ],
    [
      'domains under "Firma" are domains, and never the company as well',
      `Firma | Şehir
       gokpinar.com.tr | Bursa
       kuzeyhat.com.tr | Ankara`,
      'website - @1',
    ],
    [
      'name servers and pages elsewhere are not the company’s own',
      `Firma | Nameserver | LinkedIn | Web
       Gökpınar | ns1.turhost.com | linkedin.com/company/gokpinar | gokpinar.com.tr
       Kuzeyhat | ns1.natro.com | linkedin.com/company/kuzeyhat | kuzeyhat.com.tr`,
      'company - - website @1',
    ],
    [
      'a web site that few rows fill',
      `Firma | Web | E-posta
       Gökpınar | yok | info@gokpinar.com.tr
       Kuzeyhat | - | info@kuzeyhat.com.tr
       Demirtepe | demirtepe.com | info@demirtepe.com`,
      'company website email @1',
    ],
    [
      'web site and domain',
      `Şirket | Alan Adı | Web Sitesi
       Gökpınar | gokpinar.com.tr | gokpinar.com.tr
       Kuzeyhat | kuzeyhat.com.tr | kuzeyhat.com.tr`,
      'company domain website @1',
    ],
    [
      'a column that says web address but has none: each row says why',
      `Firma | Web Sitesi
       Gökpınar | yok
       Kuzeyhat | hazırlanıyor`,
      'company website @1',
    ],
  ])('%s', (_, table, expected) => {
    expect(layout(table)).toBe(expected);
  });
});

describe('the company column is not guessed', () => {
  test.each([
    [
      'a person is none',
      `Yetkili | Ad Soyad | Web
       Satış | Ayşe Yılmaz | gokpinar.com.tr
       Satın Alma | Ali Demir | kuzeyhat.com.tr`,
      '- - website @1',
    ],
    [
      'the surer of two',
      `Ad | Firma | Mail
       Ayşe | Gökpınar | ayse@gokpinar.com.tr
       Ali | Kuzeyhat | ali@kuzeyhat.com.tr`,
      '- company email @1',
    ],
    [
      'an unusual heading over names with a legal form',
      `Kayıtlı | Web
       Gökpınar Döküm San. ve Tic. A.Ş. | gokpinar.com.tr
       Kuzeyhat Lojistik Ltd. Şti. | kuzeyhat.com.tr`,
      'company website @1',
    ],
    [
      'an unusual heading over anything else',
      `Renk | Web
       Mavi | gokpinar.com.tr
       Sarı | kuzeyhat.com.tr`,
      '- website @1',
    ],
    [
      'a telephone of the company',
      `Firma Telefonu | Firma Adresi | Web
       0212 555 10 20 | Bursa | gokpinar.com.tr
       0312 555 10 20 | Ankara | kuzeyhat.com.tr`,
      '- - website @1',
    ],
  ])('%s', (_, table, expected) => {
    expect(layout(table)).toBe(expected);
  });
});

describe('the heading is found', () => {
  test('under titles', () => {
    expect(
      layout(`
        Müşteri Listesi 2026 ||
        Hazırlayan: Satış ||
        Firma | Web | E-posta${ROWS}`),
    ).toBe('company website email @3');
  });
  test('as the row with the most usual words', () => {
    expect(
      layout(`
        | İletişim |
        Firma | Web | E-posta${ROWS}`),
    ).toBe('company website email @2');
  });
  test('nowhere, where the first row is data', () => {
    expect(layout(ROWS)).toBe('company website email @none');
  });
  test('never below a row that names a company', () => {
    expect(
      layout(`
        Gökpınar | gokpinar.com.tr
        Firma | Web
        Kuzeyhat | kuzeyhat.com.tr`),
    ).toBe('company website @none');
  });
  test('not in a cell that was meant to be a domain', () => {
    expect(
      layout(`
        firma.comtr
        firma.com.tr`),
    ).toBe('website @none');
  });
  test('alone: there is nothing to take in', () => {
    expect(layout('Firma | Web | E-posta')).toBe('only a heading');
  });
});

test('a table without domains names its columns', () => {
  expect(
    layout(`
      Firma | Şehir
      Gökpınar | Bursa
      Kuzeyhat | Ankara`),
  ).toBe('no-domain-column: Firma, Şehir');
});

describe('what the user says', () => {
  const table = `
    Kod | Unvan | Sayfa | Mail
    A1 | Gökpınar | gokpinar.com.tr | info@gokpinar.com
    A2 | Kuzeyhat | kuzeyhat.com.tr | info@kuzeyhat.com`;
  test.each([
    ['a heading', { domain: 'Sayfa' }, '- company domain - @1'],
    ['a heading in other letters', { domain: 'SAYFA' }, '- company domain - @1'],
    ['a letter', { email: 'D' }, '- company - email @1'],
    ['a number', { website: '3', company: '1' }, 'company - website - @1'],
    ['the company alone: the others are found', { company: 'Kod' }, 'company - website email @1'],
    ['a column that is not there', { domain: 'Web' }, 'unknown-column: Web'],
    ['a number that is too large', { domain: '9' }, 'unknown-column: 9'],
  ])('%s', (_, mapping, expected) => {
    expect(layout(table, { mapping })).toBe(expected);
  });
  test('wins over what the cells hold', () => {
    expect(layout(table, { mapping: { domain: 'Kod', company: 'Sayfa' } })).toBe('domain - company - @1');
  });
});

describe('without detection only the headings of the earlier system count', () => {
  test('company_name, domain, email and website', () => {
    expect(
      layout(
        `
        Company_Name | DOMAIN | x | website
        Gökpınar | gokpinar.com.tr | mavi | www.gokpinar.com.tr`,
        { auto: false },
      ),
    ).toBe('company domain - website @1');
  });
  test('others do not', () => {
    expect(layout(`Firma | Web | E-posta${ROWS}`, { auto: false })).toBe(
      'no-domain-column: Firma, Web, E-posta',
    );
  });
});
