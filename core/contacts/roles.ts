import type { ContactRules } from '../rules/contacts.ts';

/** Lower case, Turkish and other accented letters as their Latin ones: "Çağrı" is "cagri". */
export const latinLetters = (text: string): string =>
  text
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .replaceAll('ı', 'i');

/**
 * Whether a local part is a mailbox of a department or a machine: "info", "satis2", "insan.kaynaklari", "satis-ankara".
 * One role word among its parts is enough.
 */
export function isRole(local: string, rules: ContactRules): boolean {
  const parts = latinLetters(local)
    .split(/[^a-z]+/)
    .filter((part) => part !== '');
  return rules.roles.has(parts.join('')) || parts.some((part) => rules.roles.has(part));
}
