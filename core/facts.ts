import { z } from 'zod';

/**
 * What was asked about a domain, and what came back. Facts are data: they are saved, sent, and assessed again
 * without any look-up. A key that is missing was not asked.
 */

/** Why a name or a record is not there. NXDOMAIN and NODATA are DNS (RFC 8499); NOT-FOUND is a registry or web service. */
export const ABSENCES = ['NXDOMAIN', 'NODATA', 'NOT-FOUND'] as const;
export type Absence = (typeof ABSENCES)[number];

/** Why a look-up gave no answer. None of these says anything about the domain. */
export const SILENCES = [
  'TIMEOUT', // nobody answered within the time set
  'SERVFAIL', // RCODE 2
  'REFUSED', // RCODE 5
  'BAD-REPLY', // an answer that is not in the protocol (FORMERR, NOTIMP, broken JSON or text)
  'NETWORK', // no route, connection refused or reset
  'THROTTLED', // the server asked us to slow down
  'CANCELLED', // our own budget for the domain ran out before this was asked or answered
  'OFFLINE', // the resolver denies even the top-level domain: it is cut off from the DNS, and its denials say nothing
  'UNSUPPORTED', // nobody to ask: no server known, or the back end cannot ask it
] as const;
export type Silence = (typeof SILENCES)[number];

export interface Found<T> {
  readonly state: 'found';
  readonly value: T;
}
export interface Absent {
  readonly state: 'absent';
  readonly why: Absence;
}
export interface Unanswered {
  readonly state: 'unanswered';
  readonly why: Silence;
  readonly retryable: boolean;
}
/** Every look-up ends in one of three ways. An `unanswered` may never be read as `absent`. */
export type Lookup<T> = Found<T> | Absent | Unanswered;

export const found = <T>(value: T): Found<T> => ({ state: 'found', value });
export const absent = (why: Absence): Absent => ({ state: 'absent', why });
/** Silences worth another try later. A refusal by policy or a missing server stays as it is. */
const RETRYABLE: ReadonlySet<Silence> = new Set([
  'TIMEOUT',
  'SERVFAIL',
  'NETWORK',
  'THROTTLED',
  'CANCELLED',
  'REFUSED',
  'OFFLINE',
]);
export const unanswered = (why: Silence): Unanswered => ({
  state: 'unanswered',
  why,
  retryable: RETRYABLE.has(why),
});

const Absent = z.object({ state: z.literal('absent'), why: z.enum(ABSENCES) });
const Unanswered = z.object({
  state: z.literal('unanswered'),
  why: z.enum(SILENCES),
  retryable: z.boolean(),
});
const lookup = <T extends z.ZodType>(value: T) =>
  z.discriminatedUnion('state', [z.object({ state: z.literal('found'), value }), Absent, Unanswered]);

const Name = z.string().max(512);
/** More records than this do not fit a DNS message of 64 KiB (RFC 1035 section 4.2.2). */
const MOST_RECORDS = 5100;
const Texts = z.array(z.string().max(70_000)).max(MOST_RECORDS);
const Names = z.array(Name).max(MOST_RECORDS);

/** An MX resource record (RFC 1035 section 3.3.9). `exchange` is lower case without the final dot; "" is the root (RFC 7505). */
export const MxRecord = z.object({ preference: z.int().min(0).max(65_535), exchange: Name });
export type MxRecord = z.infer<typeof MxRecord>;

/** Registration data in one shape, whichever of RDAP (RFC 9083) or WHOIS (RFC 3912) told it. Dates are ISO 8601. */
export const Registration = z.object({
  source: z.enum(['rdap', 'whois']),
  server: z.string().max(512),
  registrar: z.string().max(512).nullable(),
  created: z.string().max(40).nullable(),
  expires: z.string().max(40).nullable(),
  updated: z.string().max(40).nullable(),
  nameservers: Names,
  statuses: z.array(z.string().max(512)).max(100),
});
export type Registration = z.infer<typeof Registration>;

/** The Entra tenant behind a domain: OpenID configuration and user-realm answer. */
export const Tenant = z.object({
  tenantId: z.string().max(64).nullable(),
  region: z.string().max(16).nullable(),
  realm: z.enum(['Managed', 'Federated']).nullable(),
  brand: z.string().max(512).nullable(),
});
export type Tenant = z.infer<typeof Tenant>;

/** What the configured IP databases say of one address. Null = the databases do not know. */
export const IpInfo = z.object({
  address: z.string().max(64),
  /** whose address: an MX host or the apex */
  of: z.enum(['mx', 'apex']),
  host: Name,
  country: z.string().max(8).nullable(),
  city: z.string().max(200).nullable(),
  asn: z.int().nullable(),
  asnOrg: z.string().max(300).nullable(),
  isp: z.string().max(300).nullable(),
  usageType: z.string().max(40).nullable(),
  isProxy: z.boolean().nullable(),
  proxyType: z.string().max(40).nullable(),
});
export type IpInfo = z.infer<typeof IpInfo>;

export const DkimSelectorFact = z.object({
  selector: z.string().max(100),
  /** TXT at <selector>._domainkey.<domain>, CNAMEs followed */
  txt: lookup(Texts),
  /** the CNAME at that name, when it was asked for: evidence of who holds the key */
  cname: lookup(Name).optional(),
});

export const DomainFacts = z.object({
  schema: z.literal(1),
  /** the domain asked about: lower-case ASCII */
  domain: z.string().min(1).max(253),
  /** when the look-ups began, ISO 8601 in UTC */
  lookedUpAt: z.iso.datetime(),

  // Score tier: asked in every scan.
  /** sorted by preference, then exchange. A null MX is found with one record of exchange "" */
  mx: lookup(z.array(MxRecord).max(MOST_RECORDS)),
  /** TXT of the apex, one string a record, pieces joined without a blank (RFC 7208 section 3.3) */
  txt: lookup(Texts),
  /** TXT at _dmarc.<domain> */
  dmarc: lookup(Texts),
  /** the fall-back of RFC 7489 section 6.6.3 or the tree walk of RFC 9989: asked only when `dmarc` has no record and the domain lies below the organizational one */
  dmarcOrganizational: z.object({ name: Name, txt: lookup(Texts) }).optional(),
  dkim: z.object({
    /** TXT at _domainkey.<domain>: NXDOMAIN there means that no selector exists at all (RFC 8020) */
    base: lookup(Texts),
    selectors: z.array(DkimSelectorFact).max(200),
  }),
  ns: lookup(Names),
  /** addresses and CNAME of each MX host */
  mxHosts: z
    .record(Name, z.object({ addresses: lookup(Names).optional(), cname: lookup(Name).optional() }))
    .default({}),
  /** TXT of each name that SPF includes or redirects to, followed within the limits of RFC 7208 section 4.6.4 */
  spfTxt: z.record(Name, lookup(Texts)).default({}),

  // Evidence tier: asked when the MX is a gateway, foreign or mixed, or any Microsoft sign shows.
  autodiscover: lookup(Name).optional(),
  autodiscoverSrv: lookup(Name).optional(),
  enterpriseregistration: lookup(Name).optional(),
  enterpriseenrollment: lookup(Name).optional(),
  lyncdiscover: lookup(Name).optional(),
  sip: lookup(Name).optional(),
  msoid: lookup(Name).optional(),

  // Posture tier: single scans, and on opening a lead.
  mtaSts: lookup(Texts).optional(),
  /** body of https://mta-sts.<domain>/.well-known/mta-sts.txt, asked only when `mtaSts` has a record */
  mtaStsPolicy: lookup(z.string().max(65_536)).optional(),
  tlsRpt: lookup(Texts).optional(),
  bimi: lookup(Texts).optional(),
  caa: lookup(Texts).optional(),
  soa: lookup(z.object({ primary: Name, hostmaster: Name, serial: z.number() })).optional(),
  apexAddresses: lookup(Names).optional(),
  apexAddresses6: lookup(Names).optional(),
  /** whether the resolver validated the answer (AD bit): only where the back end can ask */
  dnssec: lookup(z.boolean()).optional(),

  registration: lookup(Registration).optional(),
  tenant: lookup(Tenant).optional(),
  ip: z.array(IpInfo).max(100).optional(),
});
/** Everything looked up about one domain. */
export type DomainFacts = z.infer<typeof DomainFacts>;
