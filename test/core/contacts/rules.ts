import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ContactsFile, contactRules, type ContactRules } from '#core/rules/contacts.ts';
import { parseAddress, type Address } from '#core/contacts/address.ts';
import { parseDomain, type Domain } from '#core/domain.ts';

/** rules/contacts.json as it ships. */
export const shippedContacts = (): ContactsFile =>
  ContactsFile.parse(
    JSON.parse(readFileSync(join(import.meta.dirname, '../../../rules/contacts.json'), 'utf8')),
  );
export const shippedContactRules = (): ContactRules => contactRules(shippedContacts());

export function address(text: string): Address {
  const reading = parseAddress(text);
  if (!reading.ok) throw new Error(`no address: ${reading.reason}`);
  return reading.address;
}
export function domain(text: string): Domain {
  const reading = parseDomain(text);
  if (!reading.ok) throw new Error(`no domain: ${reading.reason}`);
  return reading.domain;
}
