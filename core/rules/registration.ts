import { z } from 'zod';
import { fileHead, sourced, Suffix } from './common.ts';

/** How a server writes its text. Most say nothing of it; UTF-8 is tried first, and this where it does not fit. */
export const CHARSETS = [
  'utf-8',
  'windows-1252',
  'windows-1254',
  'euc-kr',
  'shift_jis',
  'windows-1251',
  'koi8-r',
] as const;

/** A port-43 server (RFC 3912) and the suffixes it answers for. */
export const WhoisServerRule = z.strictObject({
  suffixes: z.array(Suffix).min(1).describe('what it answers for; the longest suffix that fits a name wins'),
  host: Suffix.describe('its host name'),
  port: z.int().min(1).max(65_535).default(43),
  query: z
    .string()
    .max(100)
    .regex(/^[^\r\n]*\{domain\}[^\r\n]*$/, 'the query holds "{domain}" once, on one line')
    .default('{domain}')
    .describe('what is sent, without the line end'),
  charset: z.enum(CHARSETS).optional().describe('the encoding where the text is not UTF-8'),
  gtldAllowed: z
    .boolean()
    .default(false)
    .describe(
      'ask it for suffixes below a TLD of other than two letters: IDN country codes, and gTLDs that kept port 43',
    ),
  ...sourced,
});
export type WhoisServerRule = z.infer<typeof WhoisServerRule>;

/** rules/whois-servers.json */
export const WhoisServersFile = z
  .strictObject({ ...fileHead, servers: z.array(WhoisServerRule).min(1) })
  .superRefine(({ servers }, context) => {
    const seen = new Set<string>();
    servers.forEach((server, i) => {
      for (const suffix of server.suffixes) {
        if (seen.has(suffix))
          context.addIssue({
            code: 'custom',
            path: ['servers', i, 'suffixes'],
            message: `"${suffix}" has a server already`,
          });
        seen.add(suffix);
      }
    });
  });
export type WhoisServersFile = z.infer<typeof WhoisServersFile>;

const RdapUrl = z
  .string()
  .max(500)
  .regex(/^https?:\/\/[^\s?#]+\/$/, 'a base URL ends with "/" (RFC 9224 section 3)');

/** One entry of the IANA file: the TLDs, and the servers that answer for them (RFC 9224 section 4). */
const Service = z.tuple([z.array(Suffix).min(1), z.array(RdapUrl).min(1)]);

/** rules/rdap-bootstrap.json: the IANA file as of `publication`, and servers that it does not list. */
export const RdapBootstrapFile = z.strictObject({
  ...fileHead,
  publication: z.iso.datetime().describe('"publication" of the IANA file this was made from'),
  services: z.array(Service).min(1),
  extra: z.array(
    z.strictObject({ suffixes: z.array(Suffix).min(1), urls: z.array(RdapUrl).min(1), ...sourced }),
  ),
  leftOut: z
    .array(
      z.strictObject({
        suffixes: z.array(Suffix).min(1),
        urls: z.array(RdapUrl).min(1),
        why: z.string(),
        ...sourced,
      }),
    )
    .default([])
    .describe('servers known and not asked, and why'),
});
export type RdapBootstrapFile = z.infer<typeof RdapBootstrapFile>;

/** What IANA publishes at https://data.iana.org/rdap/dns.json (RFC 9224 section 3). */
const IanaFile = z.object({
  version: z.string().regex(/^1\.\d+$/),
  publication: z.iso.datetime({ offset: true }),
  services: z.array(z.tuple([z.array(z.string()), z.array(z.string())], z.unknown())),
});

/**
 * A bootstrap with the services of a newer IANA file; our own additions stay, except where IANA now lists the suffix.
 * @returns null when the text is not such a file, or is older than what we have
 */
export function withIanaServices(bootstrap: RdapBootstrapFile, json: unknown): RdapBootstrapFile | null {
  const file = IanaFile.safeParse(json);
  if (!file.success) return null;
  const publication = file.data.publication;
  if (Date.parse(publication) < Date.parse(bootstrap.publication)) return null;
  const services: z.infer<typeof Service>[] = [];
  for (const [suffixes, urls] of file.data.services) {
    const service = Service.safeParse([
      suffixes.map((s) => s.toLowerCase()),
      urls.map((url) => (url.endsWith('/') ? url : `${url}/`)),
    ]);
    if (service.success) services.push(service.data);
  }
  if (services.length === 0) return null;
  return { ...bootstrap, publication: new Date(publication).toISOString(), services };
}

/** Tables made once for each rule file handed in. */
const rdapTables = new WeakMap<RdapBootstrapFile, ReadonlyMap<string, readonly string[]>>();
const whoisTables = new WeakMap<WhoisServersFile, ReadonlyMap<string, WhoisServerRule>>();

/** The value of the longest suffix of `name` in a table, by labels (RFC 9224 section 4). */
function longest<T>(name: string, table: ReadonlyMap<string, T>): T | undefined {
  for (let rest = name; ;) {
    const value = table.get(rest);
    if (value !== undefined) return value;
    const dot = rest.indexOf('.');
    if (dot === -1) return undefined;
    rest = rest.slice(dot + 1);
  }
}

/**
 * The RDAP servers for a domain, best first: those of the longest suffix, https before http.
 * @param domain lower-case ASCII
 * @returns base URLs that end with "/"; empty when no server is known
 */
export function rdapServersFor(domain: string, bootstrap: RdapBootstrapFile): readonly string[] {
  let table = rdapTables.get(bootstrap);
  if (table === undefined) {
    const made = new Map<string, readonly string[]>();
    const secureFirst = (urls: readonly string[]): string[] =>
      urls.toSorted((a, b) => Number(b.startsWith('https:')) - Number(a.startsWith('https:')));
    // IANA's own word wins over ours
    for (const { suffixes, urls } of bootstrap.extra)
      for (const s of suffixes) made.set(s, secureFirst(urls));
    for (const [suffixes, urls] of bootstrap.services)
      for (const s of suffixes) made.set(s, secureFirst(urls));
    table = made;
    rdapTables.set(bootstrap, table);
  }
  return longest(domain, table) ?? [];
}

/**
 * The port-43 server for a domain, or null when there is none or it should not be asked. Since 28 January 2025
 * registries under ICANN contract need not run one (Registration Data Policy), so a generic TLD has a server only
 * where its rule says so.
 * @param domain lower-case ASCII
 */
export function whoisServerFor(domain: string, rules: WhoisServersFile): WhoisServerRule | null {
  let table = whoisTables.get(rules);
  if (table === undefined) {
    table = new Map(rules.servers.flatMap((server) => server.suffixes.map((s) => [s, server] as const)));
    whoisTables.set(rules, table);
  }
  const server = longest(domain, table);
  if (server === undefined) return null;
  const country = /(?:^|\.)[a-z]{2}$/.test(domain);
  return country || server.gtldAllowed ? server : null;
}
