import type { DemoRecords } from './resolver.ts';

/**
 * How companies run their mail, as kinds to make demo companies of. A kind gives the records of a domain; `level` says
 * how far the company has come with SPF, DKIM and DMARC, 0 (nothing) to 3 (p=reject).
 */
export interface Archetype {
  readonly id: string;
  /** how many of a thousand companies are of this kind */
  readonly share: number;
  readonly levels: readonly Level[];
  /** which kind they have moved to when they are looked at again, if any */
  readonly movesTo?: string;
  /** whether Entra knows a tenant */
  readonly tenant: 'Managed' | 'Federated' | null;
  readonly records: (domain: string, level: Level) => Record<string, DemoRecords | 'SERVFAIL'>;
}
export type Level = 0 | 1 | 2 | 3;

const DMARC = [null, 'none', 'quarantine', 'reject'] as const;
/** A 2048-bit RSA key made for the demo; nothing signs with it. */
const KEY =
  'v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAqM9AEFVW5/cZl6DiZCqeIUvMvHuHqS3W7qiQkQeu4XtacQYeW2ONBSYVxuZxM9Y5fUpDemGjAc5p5D/vC3DYe+1t0/IIjrpvGdFmQF3cYcQyzwePcTnv1NaKkOncpFfOFDvJGA0B2Xjv+Mh+PgqdUTOjb/E9j/L4vw/jXn4R4yqARzNLojcTGWj8jA1UMKm/bY98yTk+gxytXfoWAJ3IwSXzTrw6TynyHcMz4rCJfF8MlleUR5zxslPBNMEA45SFIOCZNM+UuOIgnLzvyC15pzIWvv4ZU9WdlyfzHH5D0ZOG8kGaA3JQMHAm4SCpzEgOowHvNomGjejb/o9EiGG+rQIDAQAB';

interface Parts {
  readonly mx: readonly (readonly [number, string])[];
  readonly spf: string;
  /** selector, and the CNAME it is; null = the key itself */
  readonly dkim: readonly (readonly [selector: string, cname: string | null])[];
  readonly txt?: readonly string[];
  readonly ns?: readonly string[];
  readonly more?: Record<string, DemoRecords>;
}

function company(domain: string, level: Level, parts: Parts): Record<string, DemoRecords> {
  const policy = DMARC[level];
  const spf = level === 0 ? [] : [`v=spf1 ${parts.spf} ${level > 1 ? '-all' : '~all'}`];
  const records: Record<string, DemoRecords> = {
    [domain]: {
      MX: parts.mx,
      TXT: [...spf, ...(parts.txt ?? [])],
      NS: parts.ns ?? ['ns1.demo-dns.example', 'ns2.demo-dns.example'],
      A: ['203.0.113.10'],
    },
    ...parts.more,
  };
  for (const [, host] of parts.mx) records[host] ??= { A: [`198.51.100.${(host.length * 7) % 250}`] };
  if (policy !== null) {
    const share = policy === 'quarantine' ? ' pct=50;' : '';
    records[`_dmarc.${domain}`] = { TXT: [`v=DMARC1; p=${policy};${share} rua=mailto:dmarc@${domain}`] };
  }
  if (level > 1) {
    for (const [selector, cname] of parts.dkim) {
      const name = `${selector}._domainkey.${domain}`;
      records[name] = cname === null ? { TXT: [KEY] } : { CNAME: cname };
      if (cname !== null) records[cname] = { TXT: [KEY] };
    }
  }
  return records;
}

const dashed = (domain: string): string => domain.replaceAll('.', '-');

const microsoft = (domain: string): Pick<Parts, 'spf' | 'dkim' | 'txt' | 'more'> => ({
  spf: 'include:spf.protection.outlook.com',
  dkim: ['selector1', 'selector2'].map(
    (selector) =>
      [selector, `${selector}-${dashed(domain)}._domainkey.${dashed(domain)}.onmicrosoft.com`] as const,
  ),
  txt: [`MS=ms${(domain.length * 7_654_321) % 100_000_000}`],
  more: {
    [`autodiscover.${domain}`]: { CNAME: 'autodiscover.outlook.com' },
    'autodiscover.outlook.com': { A: ['198.51.100.1'] },
  },
});

const hosted =
  (host: string, ns: string): Archetype['records'] =>
  (domain, level) =>
    company(domain, level, {
      mx: [[10, host]],
      spf: 'a mx ip4:203.0.113.0/24',
      dkim: [['default', null]],
      ns: [`ns1.${ns}`, `ns2.${ns}`],
    });

/** In front of Microsoft 365: the MX is the filter's, everything else tells whose mailboxes they are. */
const filtered =
  (mx: (domain: string) => Parts['mx'], include: string): Archetype['records'] =>
  (domain, level) => {
    const behind = microsoft(domain);
    return company(domain, level, { ...behind, mx: mx(domain), spf: `${behind.spf} include:${include}` });
  };

export const ARCHETYPES: readonly Archetype[] = [
  {
    id: 'hosting-natro',
    share: 130,
    levels: [0, 1, 1, 2],
    tenant: null,
    movesTo: 'microsoft',
    records: hosted('mail.kurumsaleposta.com', 'natrohost.com'),
  },
  {
    id: 'hosting-turhost',
    share: 90,
    levels: [0, 1, 1, 2],
    tenant: null,
    records: hosted('srvm16.trwww.com', 'turhost.com'),
  },
  {
    id: 'own-server',
    share: 110,
    levels: [0, 1, 1, 2],
    tenant: null,
    records: (domain, level) =>
      company(domain, level, { mx: [[10, `mail.${domain}`]], spf: 'mx', dkim: [['default', null]] }),
  },
  {
    id: 'microsoft',
    share: 190,
    levels: [0, 1, 2, 2, 3],
    tenant: 'Managed',
    records: (domain, level) =>
      company(domain, level, {
        ...microsoft(domain),
        mx: [[0, `${dashed(domain)}.mail.protection.outlook.com`]],
      }),
  },
  {
    id: 'microsoft-proofpoint',
    share: 45,
    levels: [2, 3, 3],
    tenant: 'Federated',
    records: filtered(
      () => [
        [10, 'mxa-00demo01.gslb.pphosted.com'],
        [10, 'mxb-00demo01.gslb.pphosted.com'],
      ],
      'spf-00demo01.pphosted.com',
    ),
  },
  {
    id: 'microsoft-fortimail',
    share: 35,
    levels: [1, 2, 3],
    tenant: 'Managed',
    records: filtered(() => [[10, 'gw1.fortimailcloud.com']], 'spf.fortimailcloud.com'),
  },
  {
    id: 'hybrid',
    share: 25,
    levels: [1, 2],
    tenant: 'Federated',
    records: (domain, level) =>
      company(domain, level, { ...microsoft(domain), mx: [[10, `mail.${domain}`]] }),
  },
  {
    id: 'google',
    share: 130,
    levels: [1, 2, 2, 3],
    tenant: null,
    movesTo: 'microsoft',
    records: (domain, level) =>
      company(domain, level, {
        mx: [
          [1, 'aspmx.l.google.com'],
          [5, 'alt1.aspmx.l.google.com'],
        ],
        spf: 'include:_spf.google.com',
        dkim: [['google', null]],
        txt: ['google-site-verification=demo'],
      }),
  },
  {
    id: 'yandex',
    share: 80,
    levels: [1, 1, 2, 2],
    tenant: null,
    records: (domain, level) =>
      company(domain, level, {
        mx: [[10, 'mx.yandex.net']],
        spf: 'include:_spf.yandex.net',
        dkim: [['mail', null]],
      }),
  },
  {
    id: 'zoho',
    share: 45,
    levels: [1, 2, 3],
    tenant: null,
    records: (domain, level) =>
      company(domain, level, {
        mx: [
          [10, 'mx.zoho.eu'],
          [20, 'mx2.zoho.eu'],
        ],
        spf: 'include:zoho.eu',
        dkim: [['zmail', null]],
        txt: ['zoho-verification=zb00000000.zmverify.zoho.eu'],
      }),
  },
  {
    id: 'moving',
    share: 25,
    levels: [1, 2],
    tenant: 'Managed',
    records: (domain, level) =>
      company(domain, level, {
        ...microsoft(domain),
        mx: [
          [10, `${dashed(domain)}.mail.protection.outlook.com`],
          [20, 'aspmx.l.google.com'],
        ],
        spf: 'include:spf.protection.outlook.com include:_spf.google.com',
      }),
  },
  {
    id: 'no-mail',
    share: 40,
    levels: [0],
    tenant: null,
    records: (domain) => ({
      [domain]: { NS: ['ns1.demo-dns.example', 'ns2.demo-dns.example'], A: ['203.0.113.10'] },
    }),
  },
  {
    id: 'null-mx',
    share: 15,
    levels: [0],
    tenant: null,
    records: (domain) => ({
      [domain]: { MX: [[0, '']], TXT: ['v=spf1 -all'], NS: ['ns1.demo-dns.example'] },
    }),
  },
  {
    id: 'gone',
    share: 15,
    levels: [0],
    tenant: null,
    records: () => ({}),
  },
  {
    id: 'silent',
    share: 25,
    levels: [0],
    tenant: null,
    records: (domain) => ({ [domain]: 'SERVFAIL' }),
  },
];

/** Names that many of the above refer to. */
export const COMMON_RECORDS: Readonly<Record<string, DemoRecords>> = {
  'spf.protection.outlook.com': { TXT: ['v=spf1 ip4:198.51.100.0/24 -all'] },
  '_spf.google.com': { TXT: ['v=spf1 ip4:192.0.2.0/25 ~all'] },
  '_spf.yandex.net': { TXT: ['v=spf1 ip4:192.0.2.128/26 ~all'] },
  'zoho.eu': { TXT: ['v=spf1 ip4:192.0.2.192/27 -all'] },
  'spf-00demo01.pphosted.com': { TXT: ['v=spf1 ip4:203.0.113.128/26 -all'] },
  'spf.fortimailcloud.com': { TXT: ['v=spf1 ip4:203.0.113.192/27 -all'] },
  example: { NS: ['a.demo-dns.example'] },
};
