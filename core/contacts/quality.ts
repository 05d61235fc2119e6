import type { Domain } from '../domain.ts';
import type { ContactRules } from '../rules/contacts.ts';
import { addressKey, type Address } from './address.ts';

/** How good the known addresses of a company are: `score` is the sum of the points of its parts. */
export interface ContactQuality {
  /** 0..100 */
  readonly score: number;
  readonly count: { readonly addresses: number; readonly points: number };
  readonly atDomain: { readonly addresses: number; readonly points: number };
}

/** An address counts as the company's own when both lie under one registrable name: at `mail.firma.com.tr` too. */
export const isAt = (address: Address, company: Domain): boolean =>
  address.domain.registrable === company.registrable;

export function contactQuality(
  addresses: readonly Address[],
  company: Domain,
  rules: ContactRules,
): ContactQuality {
  const unique = [...new Map(addresses.map((address) => [addressKey(address), address])).values()];
  const own = unique.filter((address) => isAt(address, company)).length;
  const band = rules.quality.count.find(({ atLeast }) => unique.length >= atLeast);
  const count = { addresses: unique.length, points: band?.points ?? 0 };
  const atDomain = {
    addresses: own,
    // Multiplied before it is divided: 40 x (3 / 3) and its like stay whole numbers.
    points: unique.length === 0 ? 0 : Math.trunc((rules.quality.atDomain * own) / unique.length),
  };
  return { score: count.points + atDomain.points, count, atDomain };
}
