import { createHash } from 'node:crypto';
import { companyName, comparisonForm } from '#core/company-name.ts';
import type { Company } from '#core/lead/lead.ts';
import type { AllRules } from '../rule-files.ts';
import type { Sql, Transaction } from './pool.ts';

export type CompanySource = 'domain' | 'csv' | 'webhook' | 'partner-center' | 'dynamics' | 'demo' | 'import';

/** A company as it comes in. */
export interface NewCompany {
  /** lower-case ASCII */
  readonly domain: string;
  /** as people write it */
  readonly unicode: string;
  /** null = not given: the domain stands in for it */
  readonly name: string | null;
  /** two letters; anything else counts as not given */
  readonly country?: string | null;
  readonly source: CompanySource;
}

/** A stored company. */
export interface CompanyRow extends Company {
  readonly domain: string;
  readonly unicode: string;
  readonly employees: number | null;
  readonly organizationSize: string | null;
  readonly source: CompanySource;
  readonly createdAt: Date;
}

/** The column holds no longer names. */
const LONGEST_NAME = 300;

/**
 * Makes companies, or finds them: one row a domain, however many ask at once. A name that is given takes the place of
 * a domain that only stood in for one; no real name is ever overwritten. A country fills a gap.
 *
 * Rows are made in order of their domain and changed in order of their id, so call it once a transaction: two such
 * transactions then never wait for each other in a circle.
 */
export async function ensureCompanies(
  sql: Sql | Transaction,
  companies: readonly NewCompany[],
  rules: AllRules,
): Promise<Map<string, { readonly id: number; readonly created: boolean }>> {
  const given = merged(companies, comparisonForm(rules.companyForms));
  if (given.length === 0) return new Map();
  const made = await sql<{ id: number; domain: string }[]>`
    insert into companies (domain, domain_unicode, canonical_name, name_key, country, source)
    select domain, unicode, coalesce(name, unicode), name_key, country, source
    from ${rowsOf(sql, given)}
    order by domain
    on conflict (domain) do nothing
    returning id, domain`;
  const result = new Map(made.map(({ id, domain }) => [domain, { id, created: true }]));
  const others = given.filter(({ domain }) => !result.has(domain));
  if (others.length === 0) return result;
  const stored = await sql<{ id: number; domain: string; nameless: boolean; country: string | null }[]>`
    select id, domain, canonical_name collate "C" in (domain, domain_unicode) as nameless, country
    from companies where domain = any (${others.map(({ domain }) => domain)}::text[])`;
  const byDomain = new Map(others.map((company) => [company.domain, company]));
  const better = stored.flatMap(({ domain, nameless, country }) => {
    const company = byDomain.get(domain);
    const helps =
      company !== undefined &&
      ((nameless && company.name !== null) || (country === null && company.country !== null));
    return helps ? [company] : [];
  });
  if (better.length > 0) await improve(sql, better);
  for (const { id, domain } of stored) result.set(domain, { id, created: false });
  return result;
}

/** Takes better names and missing countries. What is better is asked again under the lock: another may have been first. */
async function improve(sql: Sql | Transaction, better: readonly Given[]): Promise<void> {
  await sql`
    with locked as materialized (
      select id from companies where domain = any (${better.map(({ domain }) => domain)}::text[])
      order by id for no key update
    )
    update companies c set
      canonical_name = case when c.canonical_name collate "C" in (c.domain, c.domain_unicode) then coalesce(g.name, c.canonical_name)
        else c.canonical_name end,
      name_key = case when c.canonical_name collate "C" in (c.domain, c.domain_unicode) then coalesce(g.name_key, c.name_key)
        else c.name_key end,
      country = coalesce(c.country, g.country)
    from locked l, ${rowsOf(sql, better)}
    where c.id = l.id and c.domain = g.domain`;
}

interface Given {
  readonly domain: string;
  readonly unicode: string;
  readonly name: string | null;
  readonly key: string | null;
  readonly country: string | null;
  readonly source: CompanySource;
}

const rowsOf = (sql: Sql | Transaction, given: readonly Given[]) => sql`
  unnest(
    ${given.map((g) => g.domain)}::text[], ${given.map((g) => g.unicode)}::text[], ${given.map((g) => g.name)}::text[],
    ${given.map((g) => g.key)}::text[], ${given.map((g) => g.country)}::text[], ${given.map((g) => g.source)}::text[]
  ) as g(domain, unicode, name, name_key, country, source)`;

/** One entry a domain, with the first name and country that any of its mentions has. */
function merged(companies: readonly NewCompany[], form: (name: string) => string): Given[] {
  const all = new Map<string, Given>();
  for (const { domain, unicode, name: text, country: letters, source } of companies) {
    const before = all.get(domain);
    const name = before?.name ?? shortName(text);
    const country = before?.country ?? (/^[a-z]{2}$/i.test(letters ?? '') ? letters!.toUpperCase() : null);
    const key = name === null ? '' : form(name);
    all.set(domain, {
      domain,
      unicode: before?.unicode ?? unicode,
      name,
      key: key === '' ? null : key,
      country,
      source: before?.source ?? source,
    });
  }
  return [...all.values()];
}

/** Cut between characters, never inside one. */
function shortName(text: string | null): string | null {
  const name = companyName((text ?? '').toWellFormed());
  if (name === null || name.length <= LONGEST_NAME) return name;
  const cut = name.slice(0, LONGEST_NAME - 1);
  return `${cut.isWellFormed() ? cut : cut.slice(0, -1)}…`;
}

/** The company of a domain (lower-case ASCII); null when it was never ingested. */
export async function findCompany(sql: Sql | Transaction, domain: string): Promise<CompanyRow | null> {
  return (await findCompanies(sql, [domain])).get(domain) ?? null;
}

/** The companies of these domains; who was never ingested is missing. */
export async function findCompanies(
  sql: Sql | Transaction,
  domains: readonly string[],
): Promise<Map<string, CompanyRow>> {
  if (domains.length === 0) return new Map();
  const rows = await sql<CompanyRow[]>`
    select id, domain, domain_unicode as unicode, canonical_name as name, country, contact_emails as "contactEmails",
      contact_quality_score as "contactQuality", linkedin_pattern as "linkedinPattern", employees,
      organization_size as "organizationSize", source, created_at as "createdAt"
    from companies where domain = any (${[...domains]}::text[]) order by id`;
  return new Map(rows.map((row) => [row.domain, row]));
}

/** What the suppression list keeps of a domain. */
export const domainHash = (domain: string): Buffer => createHash('sha256').update(domain).digest();

/** Which of these domains were erased and may not come back. */
export async function suppressedAmong(
  sql: Sql | Transaction,
  domains: readonly string[],
): Promise<Set<string>> {
  if (domains.length === 0) return new Set();
  const byHash = new Map(domains.map((domain) => [domainHash(domain).toString('hex'), domain]));
  const rows = await sql<{ hash: string }[]>`
    select encode(domain_hash, 'hex') as hash from suppressed_domains
    where domain_hash = any (array(select decode(h, 'hex') from unnest(${[...byHash.keys()]}::text[]) as h))`;
  return new Set(rows.flatMap(({ hash }) => byHash.get(hash) ?? []));
}
