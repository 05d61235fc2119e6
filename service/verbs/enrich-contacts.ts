import { cleanAddresses, type CleanAddresses } from '#core/contacts/address.ts';
import { namePattern, type NamePattern } from '#core/contacts/pattern.ts';
import { contactQuality } from '#core/contacts/quality.ts';
import { parseDomain } from '#core/domain.ts';
import type { Service } from '../context.ts';
import { done, failed, type Outcome } from '../failure.ts';
import type { AllRules } from '../rule-files.ts';
import { lockContacts, writeContacts } from '../store/contacts.ts';
import type { Transaction } from '../store/pool.ts';

export interface EnrichedContacts {
  /** all that are known now, those of before first */
  readonly addresses: readonly string[];
  /** 0 to 100 */
  readonly quality: number;
  /** how the company forms the addresses of its people; null = none shows it */
  readonly pattern: NamePattern | null;
  /** which of the texts were none, by their place */
  readonly refused: CleanAddresses['refused'];
  /** how many of the texts were addresses, known ones included */
  readonly usable: number;
}

/** A company with more contacts than this is a mailing list. */
const MOST_ADDRESSES = 1000;

/**
 * Adds contact addresses to a company, in the transaction of the caller: one lock, and nothing that was there is lost.
 * Null = the company is not known.
 *
 * @param domain lower-case ASCII
 * @param texts as they came: refused ones are told of, and change nothing
 */
export async function addContacts(
  tx: Transaction,
  domain: string,
  texts: readonly string[],
  rules: Pick<AllRules, 'contacts'>,
  options: { readonly allowReserved?: boolean } = {},
): Promise<EnrichedContacts | null> {
  const stored = await lockContacts(tx, domain);
  const company = parseDomain(domain, { allowReserved: true });
  if (stored === null || !company.ok) return null;
  const { addresses: fresh, refused, repeated } = cleanAddresses(texts, options);
  const known = cleanAddresses(stored.addresses, { allowReserved: true }).addresses;
  const all = cleanAddresses(
    [...known, ...fresh].map(({ address }) => address),
    { allowReserved: true },
  ).addresses.slice(0, Math.max(MOST_ADDRESSES, known.length));
  const { score } = contactQuality(all, company.domain, rules.contacts);
  const { pattern } = namePattern(all, company.domain, rules.contacts);
  const addresses = all.map(({ address }) => address);
  const usable = fresh.length + repeated;
  if (usable > 0) await writeContacts(tx, stored.companyId, { addresses, quality: score, pattern });
  return { addresses, quality: score, pattern, refused, usable };
}

/** The same as one act; refused when none of the texts is an address. */
export async function enrichContacts(
  { sql, rules }: Pick<Service, 'sql' | 'rules'>,
  domain: { readonly ascii: string; readonly unicode: string },
  texts: readonly string[],
  language: 'tr' | 'en',
): Promise<Outcome<EnrichedContacts>> {
  const current = rules.current();
  const enriched = await sql.begin((tx) => addContacts(tx, domain.ascii, texts, current));
  if (enriched === null) return failed('lead-not-found', { domain: domain.unicode });
  if (enriched.usable > 0) return done(enriched);
  const { addresses } = current.messages[language];
  return failed(
    'no-addresses',
    {},
    enriched.refused
      .slice(0, 20)
      .map(({ at, reason }) => ({ path: `body.contact_emails.${at}`, message: addresses[reason] })),
  );
}
