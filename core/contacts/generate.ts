import type { Domain } from '../domain.ts';
import type { ContactRules } from '../rules/contacts.ts';
import { parseAddress, type Address } from './address.ts';

/** The addresses a company is likely to have at its domain, sorted, each once. */
export function roleAddresses(domain: Domain, rules: ContactRules): readonly Address[] {
  return [...new Set(rules.mailboxes)].sort().flatMap((mailbox) => {
    // A domain of 253 characters leaves no room for a mailbox.
    const reading = parseAddress(`${mailbox}@${domain.ascii}`, { allowReserved: true });
    return reading.ok ? [reading.address] : [];
  });
}
