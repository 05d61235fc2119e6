import type { Domain } from '../domain.ts';
import type { ContactRules } from '../rules/contacts.ts';
import { addressKey, type Address } from './address.ts';
import { isAt } from './quality.ts';
import { isRole, latinLetters } from './roles.ts';

/**
 * How a company forms the addresses of its people. More cannot be told from an address alone: "ayilmaz" may be a first
 * name, and "yilmaz.ahmet" has the form of "ahmet.yilmaz". Earlier in the list wins a tie.
 */
export const NAME_PATTERNS = ['firstname.lastname', 'f.lastname', 'firstname'] as const;
export type NamePattern = (typeof NAME_PATTERNS)[number];

/** The pattern of one local part; null for roles, digits, further dots, and everything else that is not one of them. */
export function patternOf(local: string, rules: ContactRules): NamePattern | null {
  if (isRole(local, rules)) return null;
  const plain = latinLetters(local);
  if (/^[a-z]{2,}\.[a-z]{2,}$/.test(plain)) return 'firstname.lastname';
  if (/^[a-z]\.[a-z]{2,}$/.test(plain)) return 'f.lastname';
  return /^[a-z]{2,}$/.test(plain) ? 'firstname' : null;
}

export interface NamePatternReading {
  /** the most frequent; null when no address of a person shows one */
  readonly pattern: NamePattern | null;
  /** how many addresses show each */
  readonly seen: Readonly<Record<NamePattern, number>>;
}

/** The pattern of a company's addresses. Those at other domains say nothing of it and do not count. */
export function namePattern(
  addresses: readonly Address[],
  company: Domain,
  rules: ContactRules,
): NamePatternReading {
  const seen: Record<NamePattern, number> = { 'firstname.lastname': 0, 'f.lastname': 0, firstname: 0 };
  const locals = new Map(
    addresses
      .filter((address) => isAt(address, company))
      .map((address) => [addressKey(address), address.local]),
  );
  for (const local of locals.values()) {
    const pattern = patternOf(local, rules);
    if (pattern !== null) seen[pattern] += 1;
  }
  const most = Math.max(...Object.values(seen));
  return { pattern: most === 0 ? null : (NAME_PATTERNS.find((p) => seen[p] === most) ?? null), seen };
}
