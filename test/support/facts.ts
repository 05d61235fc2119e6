import { absent, found, unanswered, type DomainFacts, type IpInfo, type Lookup } from '#core/facts.ts';

export { absent, found, unanswered };

/** DNS says: no such name, and nothing below it (RFC 8020). */
export const NXDOMAIN = absent('NXDOMAIN');
/** DNS says: the name is there, but no record of this type. */
export const NODATA = absent('NODATA');
export const TIMEOUT = unanswered('TIMEOUT');

/** MX records as a zone writes them: mx('10 mx1.cinar.example', '20 mx2.cinar.example'); the null MX is mx('0 .'). */
export const mx = (...lines: string[]): DomainFacts['mx'] =>
  found(
    lines.map((line) => {
      const [preference = '', exchange = ''] = line.split(' ');
      return { preference: Number(preference), exchange: exchange === '.' ? '' : exchange };
    }),
  );
/** TXT records, one string each. */
export const txt = (...texts: string[]): Lookup<string[]> => found(texts);
/** The target of a CNAME or an SRV. */
export const target = (name: string): Lookup<string> => found(name);

/** A selector that holds a key, and where its CNAME leads. */
export const key = (
  selector: string,
  cname?: string,
  text: string = DKIM_KEY,
): DomainFacts['dkim']['selectors'][number] => ({
  selector,
  txt: txt(text),
  ...(cname === undefined ? {} : { cname: target(cname) }),
});
/** A selector at which nothing stands. */
export const noKey = (selector: string): DomainFacts['dkim']['selectors'][number] => ({
  selector,
  txt: NXDOMAIN,
});
export const noKeys = (...selectors: string[]): DomainFacts['dkim'] => ({
  base: NODATA,
  selectors: selectors.map(noKey),
});

/** What the databases say of one address; tests name what they are about. */
export const ip = (address: string, more: Partial<IpInfo> = {}): IpInfo => ({
  address,
  of: 'mx',
  host: 'mx1.cinarmakina.example',
  country: null,
  city: null,
  asn: null,
  asnOrg: null,
  isp: null,
  usageType: null,
  isProxy: null,
  proxyType: null,
  ...more,
});

/** RSA with 2048, 1024 and 512 bits, as public keys stand in the DNS. */
export const RSA_2048 =
  'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAvZliiqY60iBZMwLqiBhyAq7Ums9gPwdlg4YVwPmVGgraYbWq0RQaLdhxSoHO/01Dk3m3ZWqS3Afgr7gEFeCamgIOsBeEo9JWrW7FbKas9z8Oi1zWf5P15z6bK4lK3bwJ8pw8GByQ5hQ1qppabDWbTkLAccZYRks0+wIbjA65PlIWedujgdmW2yrC0sztjkJIhAGCc+BHmJAijjhYSilIZsdFziiGMI+5KyCYChc0sivBTnQOOyWWC76krjjO+mxjkskbe4Gs/nXm9GIpJNT/CtwGCI+WXw/HVpRkiiT3F/ZknpmVmR/EPGHNb5+ETX0ljuwtFhQ3+qKt+R5P93lwNQIDAQAB';
export const RSA_1024 =
  'MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDMBvjz+wr8JeA5C++gvyXaWf6y+nTrKynRLAlmJVlEvZkLhH7heyx+T/Ig5O6gYBpjvMPr8GWups2BaxFe7CCZkAZtYwk+76MNG6h25To2XzPLwr2tYhu6aqeMBz+u5eilkQEJtBTj07r/rUwQrUCAUSfGb/ME4EwTl5RhOinwLwIDAQAB';
export const RSA_512 =
  'MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAOJ2RPBm8g2EFDabtQKk1JrwDgZHYu6opYqgKNr0lfgU89ft4p+WrZ4YK1I8vxduvylyYqWNJnYRcoSF2JKfzh0CAwEAAQ==';
export const DKIM_KEY = `v=DKIM1; k=rsa; p=${RSA_2048}`;
export const REVOKED_KEY = 'v=DKIM1; p=';

/** What Microsoft publishes at its own SPF name, shortened to its networks in use. */
export const OUTLOOK_SPF =
  'v=spf1 ip4:40.92.0.0/15 ip4:40.107.0.0/16 ip4:52.100.0.0/15 ip4:52.102.0.0/16 ip4:52.103.0.0/17 ip4:104.47.0.0/17 ip6:2a01:111:f400::/48 ip6:2a01:111:f403::/49 -all';

/**
 * One valid world, written out: a company on Microsoft 365 of which every look-up was asked and answered. SPF, DKIM
 * and DMARC are as they should be, the domain is paid for until 2028. Tests start here and spoil one thing.
 */
export function domainFacts(
  domain: string = 'cinarmakina.example',
  overrides: Partial<DomainFacts> = {},
): DomainFacts {
  const name = domain.replaceAll('.', '-');
  return {
    schema: 1,
    domain,
    lookedUpAt: '2026-11-25T09:00:00.000Z',
    mx: mx(`0 ${name}.mail.protection.outlook.com`),
    txt: txt('v=spf1 include:spf.protection.outlook.com -all', 'MS=ms10000001'),
    dmarc: txt(`v=DMARC1; p=reject; rua=mailto:dmarc@${domain}`),
    dkim: {
      base: NODATA,
      selectors: [
        key('selector1', `selector1-${name}._domainkey.cinar.onmicrosoft.com`),
        key('selector2', `selector2-${name}._domainkey.cinar.onmicrosoft.com`),
      ],
    },
    ns: found(['ns1.alanadi.example', 'ns2.alanadi.example']),
    mxHosts: { [`${name}.mail.protection.outlook.com`]: { addresses: found(['192.0.2.25']) } },
    spfTxt: { 'spf.protection.outlook.com': txt(OUTLOOK_SPF) },
    autodiscover: target('autodiscover.outlook.com'),
    autodiscoverSrv: NXDOMAIN,
    enterpriseregistration: target('enterpriseregistration.windows.net'),
    enterpriseenrollment: target('enterpriseenrollment-s.manage.microsoft.com'),
    lyncdiscover: target('webdir.online.lync.com'),
    sip: target('sipdir.online.lync.com'),
    msoid: NXDOMAIN,
    mtaSts: txt('v=STSv1; id=20261101000000Z'),
    mtaStsPolicy: found(
      'version: STSv1\nmode: enforce\nmx: *.mail.protection.outlook.com\nmax_age: 604800\n',
    ),
    tlsRpt: txt(`v=TLSRPTv1; rua=mailto:tls@${domain}`),
    bimi: txt(`v=BIMI1; l=https://www.${domain}/logo.svg`),
    caa: found(['0 issue "ca.example"']),
    soa: found({ primary: 'ns1.alanadi.example', hostmaster: `hostmaster.${domain}`, serial: 2026112501 }),
    apexAddresses: found(['192.0.2.80']),
    apexAddresses6: found(['2001:db8::80']),
    dnssec: found(true),
    registration: found({
      source: 'rdap',
      server: 'rdap.kayit.example',
      registrar: 'Kayıt Kuruluşu',
      created: '2009-03-14T00:00:00Z',
      expires: '2028-03-14T00:00:00Z',
      updated: '2026-02-01T00:00:00Z',
      nameservers: ['ns1.alanadi.example', 'ns2.alanadi.example'],
      statuses: ['client transfer prohibited'],
    }),
    tenant: found({
      tenantId: '11111111-2222-4333-8444-555555555555',
      region: 'EU',
      realm: 'Managed',
      brand: 'Çınar Makina',
    }),
    ip: [
      ip('192.0.2.25', {
        host: `${name}.mail.protection.outlook.com`,
        country: 'NL',
        city: 'Amsterdam',
        asn: 64500,
        asnOrg: 'EXAMPLE-CLOUD',
        isp: 'Example Cloud',
        usageType: 'DCH',
        isProxy: false,
      }),
    ],
    ...overrides,
  };
}

/**
 * The other end: a domain whose evidence was asked for, and shows nothing beside what a test gives it. By default its
 * mail is on a machine of its own.
 */
export function bareFacts(overrides: Partial<DomainFacts> = {}): DomainFacts {
  return {
    schema: 1,
    domain: 'cinarmakina.example',
    lookedUpAt: '2026-11-25T09:00:00.000Z',
    mx: mx('10 mail.cinarmakina.example'),
    txt: NODATA,
    dmarc: NXDOMAIN,
    dkim: { base: NXDOMAIN, selectors: [] },
    ns: found(['ns1.alanadi.example', 'ns2.alanadi.example']),
    mxHosts: {},
    spfTxt: {},
    autodiscover: NXDOMAIN,
    autodiscoverSrv: NXDOMAIN,
    enterpriseregistration: NXDOMAIN,
    enterpriseenrollment: NXDOMAIN,
    lyncdiscover: NXDOMAIN,
    sip: NXDOMAIN,
    msoid: NXDOMAIN,
    ...overrides,
  };
}

/** The same facts as if some look-ups had never been asked. */
export function notAsked(facts: DomainFacts, ...keys: (keyof DomainFacts)[]): DomainFacts {
  return Object.fromEntries(
    Object.entries(facts).filter(([key]) => !keys.includes(key as keyof DomainFacts)),
  ) as DomainFacts;
}

/** Refuses every later change: what a pure function is given, it may not touch. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
