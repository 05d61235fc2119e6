import { domainHash } from './companies.ts';
import type { Transaction } from './pool.ts';

/** One lock for all: an erasure and something that comes in never pass each other unseen. */
const LOCK = 'hunter erasure';

/** Taken before companies are made, with others who make some: none of them is being erased meanwhile. */
export const withoutErasure = (tx: Transaction): Promise<unknown> =>
  tx`select pg_advisory_xact_lock_shared(hashtext(${LOCK}))`;

/** Taken before a company is erased, alone: who asks afterwards whether it is suppressed hears so. */
export const erasureAlone = (tx: Transaction): Promise<unknown> =>
  tx`select pg_advisory_xact_lock(hashtext(${LOCK}))`;

/** Keeps a domain from coming back. Only its hash is kept. */
export async function suppress(tx: Transaction, domain: string, by: string, at: Date): Promise<void> {
  await tx`
    insert into suppressed_domains (domain_hash, suppressed_by, suppressed_at)
    values (${domainHash(domain)}, ${by}, ${at})
    on conflict (domain_hash) do nothing`;
}

/** Lets a domain come back; false when it was allowed to anyway. */
export async function allowAgain(tx: Transaction, domain: string): Promise<boolean> {
  const rows = await tx`delete from suppressed_domains where domain_hash = ${domainHash(domain)} returning 1`;
  return rows.length > 0;
}
