import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseWhois, type WhoisReading, type WhoisRegistered } from '#core/records/whois.ts';
import { parseDate, provenOrder, statedOrder } from '#core/records/whois/dates.ts';

const FIXTURES = join(import.meta.dirname, '../../fixtures/whois');
const fixture = (name: string): string => readFileSync(join(FIXTURES, `${name}.txt`), 'utf8');

/** What a registered sample says; fields left out are null or empty. */
const registered = (fields: Partial<WhoisRegistered>): WhoisRegistered => ({
  state: 'registered',
  domain: null,
  registrar: null,
  created: null,
  expires: null,
  updated: null,
  nameservers: [],
  statuses: [],
  referral: null,
  ...fields,
});

describe('parseWhois, .tr', () => {
  it('reads the present format of whois.trabis.gov.tr', () => {
    expect(parseWhois(fixture('tr-trabis'), 'ornek-firma.com.tr')).toEqual(
      registered({
        domain: 'ornek-firma.com.tr',
        registrar: 'Örnek Barındırma Bilişim Hizmetleri A.Ş.',
        created: '2003-02-05',
        expires: '2027-02-04',
        nameservers: ['ns1.ornek-dns.com.tr', 'ns2.ornek-dns.com.tr'],
        statuses: ['Active'],
      }),
    );
  });
  it('reads the former format of whois.nic.tr, which named no registrar', () => {
    expect(parseWhois(fixture('tr-nic'), 'eski-firma.org.tr')).toEqual(
      registered({
        domain: 'eski-firma.org.tr',
        created: '1999-08-26',
        expires: '2020-08-25',
        nameservers: ['dns1.teknik-barindirma.net', 'dns2.teknik-barindirma.net'],
      }),
    );
  });
  it.each([
    ['** No match found for ornek-yok.com.tr\n'],
    ['No match found for ornek-yok.com.tr'],
    ['** No match for "ornek-yok.tr".\r\n'],
  ])('reads %j as free', (text) => {
    expect(parseWhois(text, 'ornek-yok.com.tr').state).toBe('free');
  });
  it.each([
    ['** Sorgu limiti aşıldı, lütfen daha sonra tekrar deneyin.\n'],
    ['Query limit exceeded\n'],
    ['** Whois servisi geçici olarak hizmet dışıdır.\n'],
  ])('reads %j as throttled', (text) => {
    expect(parseWhois(text, 'ornek.com.tr').state).toBe('throttled');
  });
});

describe('parseWhois, by registry', () => {
  const D = ['ns1', 'ns2'];
  const at = (zone: string): string[] => D.map((n) => `${n}.${zone}`);
  it.each<[string, Partial<WhoisRegistered>]>([
    [
      'ar',
      {
        domain: 'ejemplo-empresa.com.ar',
        registrar: 'nicar',
        created: '1997-03-05',
        expires: '2027-03-01',
        updated: '2026-02-02',
        nameservers: ['ns1.ejemplo.example', 'ns2.ejemplo-empresa.com.ar'],
      },
    ],
    [
      'at',
      {
        domain: 'muster-firma.at',
        registrar: 'Muster Hosting GmbH',
        updated: '2026-03-15',
        nameservers: at('muster-hosting.example'),
      },
    ],
    [
      'be',
      {
        domain: 'voorbeeld-firma.be',
        registrar: 'Voorbeeld Hosting NV',
        created: '2000-12-12',
        nameservers: ['ns1.voorbeeld-hosting.example', 'ns2.voorbeeld-firma.be'],
      },
    ],
    [
      'br',
      {
        domain: 'exemplo-empresa.com.br',
        created: '1999-05-18',
        expires: '2027-05-18',
        updated: '2026-04-27',
        nameservers: at('exemplo.example'),
        statuses: ['published'],
      },
    ],
    [
      'cf',
      {
        domain: 'misal-kompani.cf',
        created: '2013-03-04',
        expires: '2027-06-27',
        nameservers: at('misal.example'),
      },
    ],
    [
      'cn',
      {
        domain: 'shili-gongsi.cn',
        registrar: '示例科技股份有限公司',
        created: '2003-03-17',
        expires: '2027-03-17',
        nameservers: at('shili.example'),
        statuses: ['clientDeleteProhibited'],
      },
    ],
    [
      'cz',
      {
        domain: 'vzorova-firma.cz',
        registrar: 'REG-VZOR',
        created: '2000-07-21',
        expires: '2027-07-22',
        updated: '2022-11-06',
        nameservers: at('vzor-dns.cz'),
      },
    ],
    [
      'de',
      {
        domain: 'beispiel-firma.de',
        updated: '2022-11-14T11:44:02+01:00',
        nameservers: ['ns1.beispiel-dns.example', 'ns2.beispiel-firma.de'],
        statuses: ['connect'],
      },
    ],
    [
      'dk',
      {
        domain: 'eksempel-firma.dk',
        registrar: 'Eksempel Registrar ApS',
        created: '1999-01-10',
        expires: '2027-03-31',
        nameservers: at('eksempel.example'),
        statuses: ['Active'],
      },
    ],
    [
      'edu',
      {
        domain: 'sample-college.edu',
        created: '1985-07-15',
        expires: '2027-07-31',
        updated: '2026-06-30',
        nameservers: ['ns1.sample-college.edu', 'ns2.sample-dns.example'],
      },
    ],
    [
      'ee',
      {
        domain: 'naidis-firma.ee',
        registrar: 'Naidis Registripidaja OU',
        created: '2011-08-09T09:45:08+03:00',
        expires: '2027-08-10',
        updated: '2026-08-03T00:41:44+03:00',
        nameservers: at('naidis.example'),
        statuses: ['ok'],
      },
    ],
    [
      'eu',
      {
        domain: 'sample-firm.eu',
        registrar: 'Sample Hosting GmbH',
        nameservers: ['ns1.sample.example', 'ns2.sample-firm.eu'],
      },
    ],
    [
      'fi',
      {
        domain: 'esimerkki-yritys.fi',
        registrar: 'Esimerkki Rekisteri Oy',
        created: '2015-01-08',
        expires: '2027-01-08',
        updated: '2026-02-19',
        nameservers: at('esimerkki.example'),
        statuses: ['Registered'],
      },
    ],
    [
      'fr',
      {
        domain: 'entreprise-exemple.fr',
        registrar: 'Exemple Bureau SAS',
        created: '1999-12-22T23:00:00Z',
        expires: '2027-05-30T09:07:09Z',
        updated: '2026-05-05T08:38:28Z',
        nameservers: ['ns1.exemple-bureau.example', 'ns2.entreprise-exemple.fr'],
        statuses: ['ACTIVE', 'active'],
      },
    ],
    [
      'gtld',
      {
        domain: 'sample-company.aero',
        registrar: 'Sample Registrar, Inc.',
        created: '2002-03-21T00:00:00Z',
        expires: '2027-03-21T00:00:00Z',
        updated: '2026-03-04T05:06:07Z',
        nameservers: at('sample.example'),
        statuses: ['clientTransferProhibited', 'serverDeleteProhibited'],
        referral: 'whois.sample-registrar.example',
      },
    ],
    [
      'hk',
      {
        domain: 'yongli-gongsi.hk',
        registrar: 'Yongli Registrar Limited',
        created: '2004-04-06',
        expires: '2027-03-31',
        nameservers: at('yongli.example'),
        statuses: ['Active'],
      },
    ],
    ['hu', { domain: 'minta-ceg.hu', created: '2000-03-03' }],
    [
      'ie',
      {
        domain: 'sampla-gnolacht.ie',
        registrar: 'Sampla Registrar Ltd',
        created: '2002-03-21T00:00:00Z',
        expires: '2027-03-21T00:00:00Z',
        updated: '2026-01-02T03:04:05Z',
        nameservers: at('sampla.example'),
        statuses: ['ok'],
        referral: 'whois.weare.ie',
      },
    ],
    [
      'il',
      {
        domain: 'dugma-hevra.co.il',
        registrar: 'Dugma Internet Ltd',
        created: '1999-06-05',
        expires: '2027-06-05',
        updated: '2026-06-01',
        nameservers: at('dugma.example'),
        statuses: ['Transfer Locked'],
      },
    ],
    [
      'is',
      {
        domain: 'daemi-fyrirtaeki.is',
        created: '2001-05-22',
        expires: '2027-05-05',
        nameservers: at('daemi.example'),
      },
    ],
    [
      'it',
      {
        domain: 'fabbrica-esempio.it',
        registrar: 'Registrar di Prova s.r.l.',
        created: '2001-02-03',
        expires: '2027-02-03',
        updated: '2026-02-19',
        nameservers: ['dns1.registrar-prova.example', 'dns2.registrar-prova.example'],
        statuses: ['ok'],
      },
    ],
    [
      'jp',
      {
        domain: 'mihon-kaisha.jp',
        created: '2001-03-26',
        expires: '2027-03-31',
        updated: '2026-04-01T01:12:57+09:00',
        nameservers: at('mihon-dns.jp'),
        statuses: ['Active'],
      },
    ],
    [
      'jp-organizational',
      {
        domain: 'mihon-daigaku.ac.jp',
        created: '1990-01-15',
        expires: '2027-03-31',
        updated: '2026-04-01T01:02:03+09:00',
        nameservers: ['ns1.mihon-daigaku.ac.jp', 'ns2.mihon-dns.jp'],
        statuses: ['Connected'],
      },
    ],
    [
      'kr',
      {
        domain: 'bogi-hoesa.co.kr',
        registrar: 'Bogi Registry Co., Ltd.',
        created: '1999-07-28',
        expires: '2027-07-28',
        updated: '2020-01-02',
        nameservers: at('bogi.example'),
      },
    ],
    [
      'lt',
      {
        domain: 'pavyzdys-firma.lt',
        registrar: 'UAB "Pavyzdys serveriai"',
        created: '2001-02-15',
        expires: '2027-02-16',
        nameservers: ['ns1.pavyzdys.example', 'ns2.pavyzdys-firma.lt'],
        statuses: ['registered'],
      },
    ],
    [
      'lu',
      {
        domain: 'beispill-firma.lu',
        registrar: 'Beispill Registrar',
        created: '2003-06-27',
        nameservers: ['ns1.beispill.example', 'ns2.beispill-firma.lu'],
        statuses: ['ACTIVE'],
      },
    ],
    [
      'lv',
      {
        domain: 'paraugs-firma.lv',
        registrar: 'Paraugs Registrators SIA',
        nameservers: at('paraugs.example'),
        statuses: ['active'],
      },
    ],
    ['ma-rwhois', { domain: 'mithal-charika.ma', created: '2009-03-24', updated: '2020-03-24' }],
    [
      'mx',
      {
        domain: 'ejemplo-empresa.mx',
        registrar: 'Ejemplo Registrador S.A.',
        created: '2009-05-12',
        expires: '2027-05-11',
        updated: '2026-09-08',
        nameservers: ['ns1.ejemplo.example', 'ns2.ejemplo-empresa.mx'],
      },
    ],
    [
      'nl',
      {
        domain: 'voorbeeld-bedrijf.nl',
        registrar: 'Voorbeeld Registrar B.V.',
        created: '1999-05-27',
        updated: '2024-02-11',
        nameservers: ['ns1.voorbeeld.example', 'ns2.voorbeeld-bedrijf.nl'],
        statuses: ['active'],
      },
    ],
    [
      'no',
      {
        domain: 'eksempel-bedrift.no',
        registrar: 'REG000-NORID',
        created: '1999-11-15',
        updated: '2026-11-15',
      },
    ],
    [
      'pl',
      {
        domain: 'przyklad-firma.pl',
        registrar: 'Przyklad Rejestrator sp. z o.o.',
        created: '2002-09-19',
        expires: '2027-09-18',
        updated: '2026-08-22',
        nameservers: ['ns1.przyklad.example', 'ns2.przyklad-firma.pl'],
      },
    ],
    [
      'pt',
      {
        domain: 'empresa-exemplo.pt',
        created: '2003-04-28',
        expires: '2027-02-03',
        nameservers: ['ns1.exemplo.example', 'ns2.empresa-exemplo.pt'],
        statuses: ['Registered'],
      },
    ],
    [
      'pt-old',
      {
        domain: 'antiga-empresa.pt',
        created: '2001-03-05',
        expires: '2027-03-04',
        nameservers: at('gestora.example'),
        statuses: ['ACTIVE'],
      },
    ],
    [
      'ro',
      {
        domain: 'exemplu-firma.ro',
        registrar: 'Exemplu Registrar SRL',
        created: '2000-07-17',
        expires: '2027-09-16',
        nameservers: at('exemplu.example'),
        statuses: ['OK'],
      },
    ],
    [
      'rs',
      {
        domain: 'primer-firma.rs',
        registrar: 'Primer d.o.o.',
        created: '2008-03-10',
        expires: '2027-03-10',
        updated: '2026-02-09',
        nameservers: ['ns1.primer.example', 'ns2.primer-firma.rs'],
        statuses: ['Active'],
      },
    ],
    [
      'ru',
      {
        domain: 'primer-firma.ru',
        registrar: 'PRIMER-RU',
        created: '1997-09-23T09:45:07Z',
        expires: '2027-09-30T21:00:00Z',
        nameservers: ['ns1.primer-dns.ru', 'ns2.primer-firma.ru'],
        statuses: ['REGISTERED', 'DELEGATED', 'VERIFIED'],
      },
    ],
    [
      'se',
      {
        domain: 'exempel-foretag.se',
        registrar: 'Exempel Registrar AB',
        created: '2005-01-28',
        expires: '2027-01-28',
        updated: '2026-12-29',
        nameservers: ['ns1.exempel-foretag.se', 'ns2.exempel-dns.example'],
        statuses: ['active', 'ok'],
      },
    ],
    [
      'sk',
      {
        domain: 'vzorova-firma.sk',
        registrar: 'Vzor Registrator s.r.o.',
        created: '2003-07-24',
        expires: '2027-07-24',
        updated: '2026-06-22',
        nameservers: at('vzor.example'),
        statuses: ['clientTransferProhibited', 'clientUpdateProhibited'],
      },
    ],
    [
      'th',
      {
        domain: 'tuayang-borisat.co.th',
        registrar: 'T.H.NIC Co., Ltd.',
        created: '1999-10-08',
        expires: '2027-10-07',
        updated: '2026-09-18',
        nameservers: at('tuayang.example'),
        statuses: ['ACTIVE'],
      },
    ],
    [
      'tw',
      {
        domain: 'fanli-gongsi.com.tw',
        registrar: 'FANLI-REG',
        created: '2000-08-29T00:00:00+08:00',
        expires: '2027-11-09T00:00:00+08:00',
        nameservers: at('fanli.example'),
        statuses: ['clientTransferProhibited', 'clientDeleteProhibited'],
      },
    ],
    [
      'uk',
      {
        domain: 'sample-widgets.co.uk',
        registrar: 'Sample Hosting Ltd t/a Sample Names [Tag = SAMPLEHOST]',
        created: '1996-08-01',
        expires: '2026-12-11',
        updated: '2025-11-10',
        nameservers: ['ns1.sample-hosting.example', 'ns2.sample-widgets.co.uk'],
        statuses: ['Registered until expiry date.'],
      },
    ],
  ])('reads the format of %s', (name, fields) => {
    expect(parseWhois(fixture(name))).toEqual(registered(fields));
  });

  it('has a test for every fixture', () => {
    const here = ['whois.test.ts', 'whois-formats.test.ts']
      .map((file) => readFileSync(join(import.meta.dirname, file), 'utf8'))
      .join('');
    const untested = readdirSync(FIXTURES)
      .map((file) => file.replace(/\.txt$/, ''))
      .filter((name) => !here.includes(`'${name}'`));
    expect(untested).toEqual([]);
  });
});

describe('parseWhois, what is not a registration', () => {
  it.each<[string, WhoisReading['state']]>([
    ['tr-free', 'free'],
    ['uk-free', 'free'],
    ['pl-free', 'free'],
    ['ca-unavailable', 'reserved'],
    ['afnic-throttled', 'throttled'],
    ['terms-only', 'unreadable'],
  ])('reads %s as %s', (name, state) => {
    expect(parseWhois(fixture(name)).state).toBe(state);
  });

  it.each([
    'NOT FOUND',
    'No match for "SAMPLE-NOBODY.COM".',
    'sample-nobody.nl is free',
    'Domain: sample-nobody.de\nStatus: free',
    'Domain Name: sample-nobody.hn\nDomain Status: No Object Found\n',
    'domain "sample-nobody.se" not found.',
    '%ERROR:101: no entries found\n%\n% No entries found.\n',
    '%% No entries found in the AFNIC Database.',
    'We do not have an entry in our database matching your query.',
    '>>> Domain sample-nobody.sexy is available for registration',
    'Domain sample-nobody.ai not registred.',
    'The queried object does not exist: no matching objects found',
    'No matching record.',
    'No_Se_Encontro_El_Objeto/Object_Not_Found',
    '[Domain]\nDomain: sample-nobody.lv\nStatus: free\n',
    'query_status: 220 Available',
    'The domain sample-nobody.fj was not found!',
  ])('reads %j as free', (text) => {
    expect(parseWhois(text).state).toBe('free');
  });

  it.each([
    'You have exceeded your quota of queries.',
    'WHOIS LIMIT EXCEEDED - SEE WWW.PIR.ORG/WHOIS FOR DETAILS\n',
    'Too many simultaneous connections from your host.',
    'Please try again later.',
    '%ERROR:201: access denied for 192.0.2.1\n%\n% Sorry, access from your host has been permanently\n% denied because of a repeated excessive querying.\n',
    'Your IP address has been blacklisted. No match for domain.',
    'Excessive querying, grace period of 60 seconds. Try again later. NOT FOUND',
    'The WHOIS service is currently unavailable due to scheduled maintenance.',
    'Server is busy now, please try later.',
    'Looup quota exceeded.\nNo entries found.',
    'Domain: sample.xx\nError: rate limit exceeded\n',
    'Requests of this client are not permitted. Please use https://www.nic.example/whois/ or wait 60 seconds.',
    'Number of allowed queries exceeded.',
    'connection refused',
    'Превышен лимит запросов',
  ])('never reads the refusal %j as free', (text) => {
    expect(parseWhois(text, 'sample.xx').state).toBe('throttled');
  });

  it.each([
    ['', 'unreadable'],
    ['\n\n\r\n', 'unreadable'],
    ['% This is the sample server\n% Rights restricted by copyright.\n', 'unreadable'],
    ['Hello', 'unreadable'],
    ['<html><head><title>502 Bad Gateway</title></head></html>', 'unreadable'],
    ['Domain Name: sample.xx', 'unreadable'],
    ['query_status: 500 Invalid characters in query string', 'invalid-query'],
    ['Invalid query', 'invalid-query'],
    [
      'Domain:\twww.sample.be\nStatus:\tNOT ALLOWED\nMessage:\tUse only approved characters.',
      'invalid-query',
    ],
    ['This name is reserved by the registry.', 'reserved'],
    ['Reserved Domain Name', 'reserved'],
    ['The domain name you requested cannot be registered.', 'reserved'],
  ])('reads %j as %s', (text, state) => {
    expect(parseWhois(text, 'sample.xx').state).toBe(state);
  });

  it("takes IANA's answer about a TLD as a referral, unless the TLD was asked for", () => {
    expect(parseWhois(fixture('iana'), 'sample.tr')).toEqual({
      state: 'referral',
      server: 'whois.trabis.gov.tr',
    });
    expect(parseWhois(fixture('iana'), 'tr')).toMatchObject({ state: 'registered', domain: 'tr' });
  });
});

describe('parseWhois, choosing', () => {
  it('reads only the part of the domain asked for, where a server answers with several', () => {
    expect(parseWhois(fixture('verisign-several'), 'sample.com')).toEqual(
      registered({
        domain: 'sample.com',
        registrar: 'SAMPLE REGISTRAR, LLC.',
        created: '1996-01-05',
        expires: '2027-01-04',
        updated: '2026-03-28',
        nameservers: ['ns1.sample.example', 'ns2.sample.example'],
        statuses: ['clientTransferProhibited'],
        referral: 'whois.sample.example',
      }),
    );
  });
  it('takes no date of a contact for one of the domain', () => {
    const text =
      'domain: sample.xx\nnserver: ns1.sample.example\n\nnic-hdl: P1\ncreated: 2001-01-01\nchanged: 2002-02-02\n';
    expect(parseWhois(text)).toEqual(
      registered({ domain: 'sample.xx', nameservers: ['ns1.sample.example'] }),
    );
  });
  it.each(['REDACTED FOR PRIVACY', '-', 'n/a', 'Not Disclosed', 'https://www.sample.example'])(
    'takes the registrar %j for none',
    (registrar) => {
      const text = `Domain Name: sample.xx\nCreation Date: 2001-02-03\nRegistrar: ${registrar}\n`;
      expect(parseWhois(text)).toEqual(registered({ domain: 'sample.xx', created: '2001-02-03' }));
    },
  );
});

describe('parseDate', () => {
  it.each([
    ['2024-Aug-26.', '2024-08-26'],
    ['2024-Ağu-26.', '2024-08-26'],
    ['26 Ağustos 2024', '2024-08-26'],
    ['26.08.2024', '2024-08-26'],
    ['26/08/2024', '2024-08-26'],
    ['05/06/2024', '2024-06-05'],
    ['08/26/2024', '2024-08-26'],
    ['26-08-2024 00:00:00 GMT+1', '2024-08-26T00:00:00+01:00'],
    ['16/09/03', '2003-09-16'],
    ['before Aug-1996', '1996-08-01'],
    ['before 1996-01-01', '1996-01-01'],
    ['20240826', '2024-08-26'],
    ['20240826 14:41:55', '2024-08-26'],
    ['20131218000000', '2013-12-18'],
    ['19990518 #162310', '1999-05-18'],
    ['Mon Aug 26 10:00:00 2024', '2024-08-26'],
    ['Mon Aug  5 10:00:00 UTC 2024', '2024-08-05T10:00:00Z'],
    ['Wednesday 17th September 2003', '2003-09-17'],
    ['Wed Mar 26 2003', '2003-03-26'],
    ['21-March-2002', '2002-03-21'],
    ['08 Oct 1999', '1999-10-08'],
    ['13-mar-2007', '2007-03-13'],
    ['May 22 2001', '2001-05-22'],
    ['August 26, 2024', '2024-08-26'],
    ['2001. 07. 28.', '2001-07-28'],
    ['2001.07.28 23:20:39', '2001-07-28'],
    ['1999년 07월 28일', '1999-07-28'],
    ['2019/04/01 01:12:57 (JST)', '2019-04-01T01:12:57+09:00'],
    ['2015-12-09 12:30:05 (UTC+8)', '2015-12-09T12:30:05+08:00'],
    ['2003-08-18 11:20:09 (GMT+0:00)', '2003-08-18T11:20:09Z'],
    ['2002-12-04 00:00:00+02', '2002-12-04T00:00:00+02:00'],
    ['2019-01-28T10:39:22.0Z', '2019-01-28T10:39:22Z'],
    ['2012-11-14T11:44:02+0100', '2012-11-14T11:44:02+01:00'],
    ['2014-10-07 00:00:00', '2014-10-07'],
    ['2999-12-31T21:59:59Z', '2999-12-31T21:59:59Z'],
    ['0000-00-00', null],
    ['2024-02-30', null],
    ['2024-13-01', null],
    ['N/A', null],
    ['', null],
    ['Not Disclosed', null],
  ])('reads %j as %j', (text, iso) => {
    expect(parseDate(text, 'dmy')).toBe(iso);
  });
  it('puts the month first where the registry does', () => {
    expect(parseDate('05/06/2024', 'mdy')).toBe('2024-05-06');
    expect(parseDate('26/08/2024', 'mdy')).toBe('2024-08-26');
  });
  it('knows the order that a note states or a date proves', () => {
    expect(statedOrder('complete date format : DD/MM/YYYY')).toBe('dmy');
    expect(statedOrder('(mm/dd/yyyy)')).toBe('mdy');
    expect(statedOrder('Creation Date')).toBeNull();
    expect(provenOrder('26/08/2024')).toBe('dmy');
    expect(provenOrder('08/26/2024')).toBe('mdy');
    expect(provenOrder('08/06/2024')).toBeNull();
  });
  it('reads every date of a text in the order that one of them proves', () => {
    const text = 'Domain Name: sample.xx\nCreated: 03/04/2013\nExpires: 06/27/2027\n';
    expect(parseWhois(text)).toMatchObject({ created: '2013-03-04', expires: '2027-06-27' });
  });
});

const DATA = join(import.meta.dirname, '../../../../shared/data/whois-responses.json');
interface Sample {
  readonly id: string;
  readonly tld: string | null;
  readonly raw: string;
  readonly expect: Readonly<Record<string, unknown>>;
}

/**
 * Expectations of the shared samples that are not what the text says, by field. Each origin has its own habits; where
 * two origins contradict each other on one format, the one is taken that serves a reader.
 */
const NOT_WHAT_THE_TEXT_SAYS: Readonly<Record<string, string>> = {
  'whois-0132 registrar': '.de of 2014 names no registrar; expected is the person of the technical contact',
  'whois-1194 registrar': '.de of 2011 names no registrar; expected is the technical contact',
  'whois-1030 registrar': '.pr names no registrar; expected is the technical contact',
  'whois-0968 registrar': '.ie of 2017 names no registrar; expected is the technical contact',
  'whois-1066 registrar': '.br names no registrar; expected is the billing contact',
  'whois-1101 registrar': '.cf names no registrar; expected is the owner',
  'whois-1050 registrar': 'the text says "registrar: REG-ITFARM"; expected is the registrant in lower case',
  'whois-1252 registrar': 'the text says "registrar: UNET-REG"; expected is a contact',
  'whois-1190 registrar': 'the text says "registrar name: Domain The Net ..."; expected is a contact',
  'whois-0283 registrar': 'the text has no registrar and nowhere the word "ES-NIC"',
  'whois-0404 registrar':
    'expected is a piece of the name; another origin expects the whole on the same format',
  'whois-0316 registrar':
    "expected is the registrar's code; another origin expects its name on the same format",
  'whois-1056 registrar':
    "expected is the registrar's handle; another origin expects its name on the same format",
  'whois-0984 created': '.lu writes the day first: 04/06/2003 is 4 June',
  'whois-0572 updated': 'expected is the change of the name servers; the domain changed in 2020',
  'whois-0642 updated': 'the date in the text is 0000-00-00, made so by whoever removed phone numbers',
  'whois-0847 updated': 'expected is when the WHOIS service made its last export',
  'whois-0939 state': 'the text asks to wait 10 seconds: a refusal, not a free name',
  'whois-1008 state': 'the text says "440 Request Denied"',
  'whois-0769 state': 'the text says "Not available for second level registration"',
};

describe.skipIf(!existsSync(DATA))('parseWhois on the shared samples (../shared/data)', () => {
  const samples = existsSync(DATA) ? (JSON.parse(readFileSync(DATA, 'utf8')) as Sample[]) : [];
  const text = (value: unknown): string =>
    String(value ?? '')
      .toLowerCase()
      .replace(/\s+/g, ' ')
      .trim();
  const names = (value: unknown): string[] =>
    [...new Set([value].flat().map((v) => text(v).split(' ')[0]?.replace(/\.$/, '') ?? ''))].sort();
  /** the day of an expectation: origins write it in their own ways, some as the registry does */
  const day = (value: unknown): string => parseDate(String(value), 'dmy')?.slice(0, 10) ?? '';

  /** `off`: all that differs; `wrong`: what of it is not listed above */
  function differences({ id, tld, raw, expect: want }: Sample): { off: string[]; wrong: string[] } {
    const name = [want['domain'] ?? want['domainName'] ?? want['domain_name']].flat()[0];
    const got = parseWhois(
      raw,
      name === undefined ? (tld === null ? undefined : `sample.${tld}`) : text(name),
    );
    const off: string[] = [];
    const wrong: string[] = [];
    const check = (field: string, fine: boolean, why: string): void => {
      if (!fine) off.push(`${id} ${field}`);
      if (!fine && !(`${id} ${field}` in NOT_WHAT_THE_TEXT_SAYS)) wrong.push(`${id} ${field}: ${why}`);
    };
    if (want['throttled'] === true) check('state', got.state === 'throttled', got.state);
    else if (want['status'] === 'invalid')
      check('state', got.state !== 'free' && got.state !== 'registered', got.state);
    else if (want['registered'] === false) check('state', got.state === 'free', got.state);
    else {
      check('state', got.state === 'registered', got.state);
      if (got.state !== 'registered') return { off, wrong };
      const servers = want['nameservers'] ?? want['nameServers'] ?? want['name_servers'];
      if (servers !== undefined)
        check(
          'nameservers',
          names(servers).join() === got.nameservers.toSorted().join(),
          got.nameservers.join(),
        );
      if (typeof want['registrar'] === 'string')
        check(
          'registrar',
          text(want['registrar']) === text(got.registrar),
          `${want['registrar']} / ${got.registrar}`,
        );
      for (const [field, keys] of [
        ['created', ['created_on', 'creationDate', 'creation_date']],
        ['expires', ['expires_on', 'expirationDate', 'expiration_date']],
        ['updated', ['updated_on', 'updatedDate', 'updated_date']],
      ] as const) {
        const value = keys.map((k) => want[k]).find((v) => v !== undefined && v !== null);
        if (value === undefined) continue;
        check(
          field,
          [value]
            .flat()
            .map(day)
            .includes((got[field] ?? '').slice(0, 10)),
          `${value} / ${got[field]}`,
        );
      }
    }
    return { off, wrong };
  }

  it('reads every sample as expected, but for the expectations listed above', () => {
    expect(samples.flatMap((s) => differences(s).wrong)).toEqual([]);
  });
  it('reads every .tr sample as expected', () => {
    const tr = samples.filter((s) => s.tld === 'tr');
    expect(tr.flatMap((s) => differences(s).wrong)).toEqual([]);
    expect(Object.keys(NOT_WHAT_THE_TEXT_SAYS).filter((k) => tr.some((s) => k.startsWith(s.id)))).toEqual([]);
  });
  it('lists no expectation in vain', () => {
    expect(samples.flatMap((s) => differences(s).off).sort()).toEqual(
      Object.keys(NOT_WHAT_THE_TEXT_SAYS).sort(),
    );
  });
});
