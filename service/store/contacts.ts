import type { Sql, Transaction } from './pool.ts';

export interface Contacts {
  readonly companyId: number;
  readonly addresses: readonly string[];
}

/** The contact addresses of a company, which nobody else changes until the transaction ends; null = not known. */
export async function lockContacts(tx: Transaction, domain: string): Promise<Contacts | null> {
  const [row] = await tx<Contacts[]>`
    select id as "companyId", contact_emails as addresses from companies where domain = ${domain}
    for no key update`;
  return row ?? null;
}

/** @param quality 0 to 100 */
export async function writeContacts(
  tx: Transaction,
  companyId: number,
  contacts: {
    readonly addresses: readonly string[];
    readonly quality: number;
    readonly pattern: string | null;
  },
): Promise<void> {
  await tx`
    update companies set contact_emails = ${[...contacts.addresses]}::text[],
      contact_quality_score = ${contacts.quality}::smallint, linkedin_pattern = ${contacts.pattern}
    where id = ${companyId}::bigint`;
}

/** A company among others that have its name. */
export interface DuplicateCompany {
  readonly id: number;
  readonly domain: string;
  readonly name: string;
  readonly source: string;
  readonly createdAt: Date;
  /** null = not scanned, or no score could be made */
  readonly score: number | null;
  readonly segment: string | null;
  readonly priority: number | null;
  readonly scannedAt: Date | null;
}

export interface DuplicateGroup {
  /** what their names have in common: without case and legal forms */
  readonly key: string;
  /** how many there are; `companies` holds the first of them */
  readonly count: number;
  /** best first: by priority, then score, then age */
  readonly companies: readonly DuplicateCompany[];
}

/** Of a group with more companies the rest is left out: such a name says nothing. */
const MOST_COMPANIES = 100;

/** Groups of companies with the same name, in order of that name. Read from the index of names alone. */
export async function duplicateGroups(
  sql: Sql,
  page: { readonly limit: number; readonly offset: number },
): Promise<{ readonly groups: DuplicateGroup[]; readonly total: number }> {
  // One pass over the index for both; the page may be empty, the total is there all the same.
  const rows = await sql<{ total: number; key: string | null; n: number }[]>`
    with groups as materialized (
      select name_key as key, count(*)::integer as n from companies where name_key is not null
      group by name_key having count(*) > 1
    )
    select t.total, g.key, g.n
    from (select count(*)::integer as total from groups) t
    left join lateral (
      select key, n from groups order by key limit ${page.limit}::integer offset ${page.offset}::integer
    ) g on true
    order by g.key`;
  const keys = rows.flatMap(({ key, n }) => (key === null ? [] : [{ key, n }]));
  return { groups: await companiesOf(sql, keys), total: rows[0]?.total ?? 0 };
}

/** The group of one company, none when nobody else has its name; null when the domain is not known. */
export async function duplicatesOf(sql: Sql, domain: string): Promise<DuplicateGroup[] | null> {
  const [company] = await sql<{ key: string | null }[]>`
    select name_key as key from companies where domain = ${domain}`;
  if (company === undefined) return null;
  if (company.key === null) return [];
  const [count] = await sql<[{ n: number }]>`
    select count(*)::integer as n from companies where name_key = ${company.key}`;
  return count.n > 1 ? companiesOf(sql, [{ key: company.key, n: count.n }]) : [];
}

async function companiesOf(
  sql: Sql,
  keys: readonly { readonly key: string; readonly n: number }[],
): Promise<DuplicateGroup[]> {
  if (keys.length === 0) return [];
  const rows = await sql<(DuplicateCompany & { key: string })[]>`
    select k.key, m.*
    from unnest(${keys.map(({ key }) => key)}::text[]) as k(key)
    cross join lateral (
      select c.id, c.domain, c.canonical_name as name, c.source, c.created_at as "createdAt",
        l.readiness_score as score, l.segment, l.priority_score as priority, l.scanned_at as "scannedAt"
      from companies c left join leads_ready l on l.company_id = c.id
      where c.name_key = k.key
      order by l.priority_score nulls last, l.readiness_score desc nulls last, c.id
      limit ${MOST_COMPANIES}::integer
    ) m`;
  const byKey = Map.groupBy(rows, ({ key }) => key);
  return keys.map(({ key, n }) => ({
    key,
    count: n,
    companies: (byKey.get(key) ?? []).map(({ key: _key, ...company }) => company),
  }));
}

/** What was stored of an address at some scan. */
export interface StoredAddress {
  readonly domain: string;
  readonly of: 'mx' | 'apex';
  readonly host: string;
  readonly country: string | null;
  readonly city: string | null;
  readonly asn: number | null;
  readonly asnOrg: string | null;
  readonly isp: string | null;
  readonly usageType: string | null;
  readonly isProxy: boolean | null;
  readonly proxyType: string | null;
  readonly lookedUpAt: Date;
}

/** The companies at an address, newest look-up first. */
export const storedAddresses = (sql: Sql, address: string, limit: number): Promise<StoredAddress[]> =>
  sql<StoredAddress[]>`
    select c.domain, i.of, i.host, i.country, i.city, i.asn, i.asn_org as "asnOrg", i.isp, i.usage_type as "usageType",
      i.is_proxy as "isProxy", i.proxy_type as "proxyType", i.looked_up_at as "lookedUpAt"
    from ip_enrichment i join companies c on c.id = i.company_id
    where i.address = ${address}::inet
    order by i.looked_up_at desc, i.company_id limit ${limit}::integer`;
