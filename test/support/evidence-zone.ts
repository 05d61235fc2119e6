import type { EntraTenant } from '#test/doubles/entra.ts';
import type { Records, Zone } from '#test/doubles/dns.ts';

/** One domain of ../shared/data/mail-evidence-raw.json: what was seen of it in the real DNS, by mxmap.it (MIT). */
export interface EvidenceEntry {
  readonly domain: string;
  readonly mx: readonly string[];
  readonly spf: string;
  /** the SPF record and all it includes, one after the other */
  readonly spf_resolved: string;
  readonly mx_cnames: Readonly<Record<string, string>> | null;
  readonly autodiscover: { readonly autodiscover_cname?: string; readonly autodiscover_srv?: string } | null;
  /** selector to the target of its CNAME */
  readonly dkim: Readonly<Record<string, string>> | null;
  /** service to the value of its verification record */
  readonly txt: Readonly<Record<string, string>> | null;
  readonly tenant: string | null;
}

/**
 * A zone for the DNS double that answers as those domains did. The data has no DMARC, MTA-STS or registration, and the
 * zone has none; name servers and addresses are made up (documentation addresses, RFC 5737).
 */
export function evidenceZone(entries: readonly EvidenceEntry[]): Zone {
  const zone = new Map<string, Records>();
  const at = (name: string): Records => {
    const key = name.toLowerCase().replace(/\.$/, '');
    const records = zone.get(key) ?? {};
    zone.set(key, records);
    return records;
  };
  const apexes = new Set(entries.map((entry) => entry.domain));

  for (const entry of entries) {
    const apex = at(entry.domain);
    apex.A = [address(entry.domain)];
    apex.NS = NAME_SERVERS;
    apex.SOA = [NAME_SERVERS[0]!, `hostmaster.${entry.domain}`, 2026010101, 300];
    // "" in the data is a null MX (RFC 7505).
    if (entry.mx.length > 0)
      apex.MX = entry.mx.map((host, i) => (host === '' ? [0, '.'] : [(i + 1) * 10, host]));
    const texts = [
      ...(entry.spf ? [entry.spf] : []),
      ...Object.entries(entry.txt ?? {}).map(
        ([service, value]) => `${VERIFICATION[service] ?? service}=${value}`,
      ),
    ];
    if (texts.length > 0) apex.TXT = texts;
    if (entry.autodiscover?.autodiscover_srv)
      at(`_autodiscover._tcp.${entry.domain}`).SRV = [[0, 0, 443, entry.autodiscover.autodiscover_srv]];
  }
  for (const [name, record] of includedRecords(entries))
    if (isName(name)) (at(name).TXT as string[] | undefined) ??= [record];
  for (const name of NAME_SERVERS) at(name).A = [address(name)];

  // Aliases last: one that would stand where records are already (a wildcard of the domain, mostly) is left out.
  const aliases = entries.flatMap((entry) => [
    ...Object.entries(entry.mx_cnames ?? {}),
    ...Object.entries(entry.dkim ?? {}).map(
      ([selector, to]) => [`${selector}._domainkey.${entry.domain}`, to] as const,
    ),
    ...(entry.autodiscover?.autodiscover_cname
      ? [[`autodiscover.${entry.domain}`, entry.autodiscover.autodiscover_cname] as const]
      : []),
  ]);
  for (const [name, target] of aliases) {
    if (!isName(name) || !isName(target) || name === target || apexes.has(name) || zone.has(name)) continue;
    zone.set(name, { CNAME: target });
  }
  // What aliases and MX records point at exists too.
  const targets = new Set([...aliases.map(([, target]) => target), ...entries.flatMap((entry) => entry.mx)]);
  for (const target of targets) {
    if (!isName(target) || zone.get(target)?.CNAME !== undefined) continue;
    const records = at(target);
    records.A ??= [address(target)];
    if (/(?:^|\.)(?:_domainkey|dkim)\./.test(target)) records.TXT ??= [DKIM_KEY];
  }
  return Object.fromEntries(zone);
}

/** The tenants of those domains for the Entra double: whether managed or federated is real, the ids are made up. */
export function evidenceTenants(entries: readonly EvidenceEntry[]): Record<string, EntraTenant> {
  return Object.fromEntries(
    entries.flatMap(({ domain, tenant }) =>
      tenant === 'Managed' || tenant === 'Federated'
        ? [[domain, { tenantId: guid(domain), region: 'EU', realm: tenant, brand: domain }] as const]
        : [],
    ),
  );
}

/**
 * Which record each included name had. The data holds the records of an SPF tree one after the other, breadth first:
 * read that way 98 % of the attributions agree between domains that include the same name, depth first 77 %. Where a
 * name had no record the count is short; there the records known from other domains are taken out first.
 */
function includedRecords(entries: readonly EvidenceEntry[]): Map<string, string> {
  const votes = new Map<string, Map<string, number>>();
  const vote = (name: string, record: string) => {
    const of = votes.get(name) ?? new Map<string, number>();
    votes.set(name, of.set(record, (of.get(record) ?? 0) + 1));
  };
  const winner = (name: string) => {
    const of = votes.get(name);
    return of && [...of].reduce((best, next) => (next[1] > best[1] ? next : best))[0];
  };

  const short: string[][] = [];
  for (const { spf_resolved } of entries) {
    const [apex, ...rest] = records(spf_resolved);
    if (apex === undefined) continue;
    const found: [string, string][] = [];
    const queue = targets(apex);
    for (let name = queue.shift(); name !== undefined && rest.length > 0; name = queue.shift()) {
      const record = rest.shift()!;
      found.push([name, record]);
      queue.push(...targets(record));
    }
    if (queue.length === 0 && rest.length === 0) for (const [name, record] of found) vote(name, record);
    else short.push(records(spf_resolved));
  }
  for (const [apex, ...rest] of short) {
    const queue = targets(apex!);
    for (let name = queue.shift(); name !== undefined && rest.length > 0; name = queue.shift()) {
      const known = winner(name);
      const place = known === undefined ? 0 : rest.indexOf(known);
      if (place === -1) continue;
      const [record] = rest.splice(place, 1);
      if (known === undefined) vote(name, record!);
      queue.push(...targets(record!));
    }
  }

  const result = new Map([...votes.keys()].map((name) => [name, winner(name)!]));
  // A name that a domain includes itself has a record, even if none could be attributed to it.
  for (const { spf } of entries)
    for (const name of targets(spf)) if (!result.has(name)) result.set(name, USUAL_SPF[name] ?? PLAIN_SPF);
  return result;
}

function records(resolved: string): string[] {
  return resolved
    .split(/\s+(?=v=spf1(?:\s|$))/i)
    .map((record) => record.trim())
    .filter((record) => record !== '');
}

/** Names that a record includes or redirects to; those with macros are no fixed names. */
function targets(record: string): string[] {
  return [...record.matchAll(/(?:^|\s)(?:[+?~-]?include:|redirect=)(\S+)/gi)]
    .map(([, name]) => name!.toLowerCase().replace(/\.$/, ''))
    .filter((name) => !name.includes('%'));
}

function isName(name: string): boolean {
  return name.length < 254 && /^(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}$/.test(name);
}

function hash(text: string): number {
  let h = 0x811c9dc5;
  for (const char of text) h = Math.imul(h ^ char.charCodeAt(0), 0x01000193);
  return h >>> 0;
}

function address(name: string): string {
  const h = hash(name);
  return `${['192.0.2', '198.51.100', '203.0.113'][h % 3]}.${1 + ((h >>> 8) % 254)}`;
}

function guid(name: string): string {
  const hex = [0, 1, 2, 3].map((i) => hash(`${i}${name}`).toString(16).padStart(8, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}

const NAME_SERVERS = ['ns1.evidence.test', 'ns2.evidence.test'];

const VERIFICATION: Readonly<Record<string, string>> = {
  microsoft: 'MS',
  google: 'google-site-verification',
  apple: 'apple-domain-verification',
  facebook: 'facebook-domain-verification',
  atlassian: 'atlassian-domain-verification',
  docusign: 'docusign',
};

/** For small selections of entries, in which these names may have no full tree. */
const USUAL_SPF: Readonly<Record<string, string>> = {
  'spf.protection.outlook.com':
    'v=spf1 ip4:40.92.0.0/15 ip4:40.107.0.0/16 ip4:52.100.0.0/15 ip4:52.102.0.0/16 ip4:52.103.0.0/17 ip4:104.47.0.0/17 ip6:2a01:111:f400::/48 -all',
  '_spf.google.com': 'v=spf1 ip4:74.125.0.0/16 ip4:209.85.128.0/17 ip6:2001:4860:4864::/56 ~all',
};
const PLAIN_SPF = 'v=spf1 ip4:192.0.2.0/24 ~all';

/** A real RSA key of 2048 bits whose private half nobody has. */
const DKIM_KEY =
  'v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEArNVmRYUGS/6AOjpCHIpE0Fvs2PlUk5uBmDDgdbR8PRbO2xMhxnIGpUptbg79GvKLUXg7qYmmxrUuyRtZvOsf67c9zH6pyOLFtkcuUdSQzADl9ILWj9CttnbcOhLOFEGR/8oyJf5YOXJq9+5FlUOKVekLcTtYNV+Fk3xRmxLJ6bCygtH74T0oUxpfzCTqlxGPWg7UiIt+bbTNttjYa/3Tk0ZgsEwDnCPJ0WYKMi5osPD2wR+aKwOg6A2zulcNfBoZWmQAc2EK36kAGZ360r53Lp508Pk2cOi868Hdk0DJtLXjcqnKzmrJLySh+vGKSgGZsSsyjMkgYIwgERtbJXZ8ywIDAQAB';
