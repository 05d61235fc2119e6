import type { Evidence } from '#core/evidence.ts';
import type { DomainFacts } from '#core/facts.ts';
import { isSpf } from '#core/records/spf.ts';
import type { SpfStructure } from '#core/records/spf-structure.ts';
import type { MailRules } from '#core/rules.ts';
import type { MailboxSign } from '#core/rules/classification.ts';
import type { ProviderRule } from '#core/rules/mail.ts';

/** One sign that the mailboxes are at a provider, independent of the MX. */
export interface Sign {
  readonly provider: ProviderRule;
  readonly sign: MailboxSign;
  readonly evidence: Evidence;
}

/**
 * Every sign of a mailbox provider that the records beside the MX show. Two signs of one kind (two DKIM selectors,
 * two includes) are one: they do not confirm each other.
 */
export function mailboxSigns(facts: DomainFacts, spf: SpfStructure, rules: MailRules): Sign[] {
  const signs: Sign[] = [];
  const seen = new Set<string>();
  const add = (
    provider: ProviderRule | undefined,
    sign: MailboxSign,
    record: string,
    value: string,
  ): void => {
    if (provider === undefined || provider.kind !== 'mailbox' || seen.has(`${provider.id} ${sign}`)) return;
    seen.add(`${provider.id} ${sign}`);
    signs.push({ provider, sign, evidence: { record, value, shows: provider.name } });
  };

  const cname = facts.autodiscover;
  if (cname?.state === 'found') {
    add(
      rules.providerByAutodiscover.get(cname.value)?.value,
      'autodiscover',
      'CNAME autodiscover',
      cname.value,
    );
  }
  const srv = facts.autodiscoverSrv;
  if (srv?.state === 'found') {
    add(
      rules.providerByAutodiscover.get(srv.value)?.value,
      'autodiscover',
      'SRV _autodiscover._tcp',
      srv.value,
    );
  }
  for (const { selector, cname: target } of facts.dkim.selectors) {
    if (target?.state !== 'found') continue;
    const record = `CNAME ${selector}._domainkey`;
    add(rules.providerByDkimCname.get(target.value)?.value, 'dkim-cname', record, target.value);
  }
  const direct = new Set(spf.directIncludes);
  for (const name of [
    ...spf.directIncludes,
    ...spf.redirects.filter((r) => r.depth === 1).map((r) => r.name),
  ]) {
    add(rules.providerBySpf.get(name)?.value, 'spf', 'SPF', name);
  }
  for (const { name } of [...spf.includes, ...spf.redirects]) {
    if (direct.has(name)) continue;
    const provider = rules.providerBySpf.get(name)?.value;
    // Seen directly and nested is one sign: the policy allows that provider to send.
    if (provider !== undefined && !seen.has(`${provider.id} spf`))
      add(provider, 'spf-nested', 'SPF, nested', name);
  }
  for (const { provider, sign, name, networks } of flattenedSpf(facts, spf, rules)) {
    if (sign === 'spf' || !seen.has(`${provider.id} spf`)) {
      add(provider, sign, sign === 'spf' ? 'SPF' : 'SPF, nested', `${name} ${networks.join(' ')}`);
    }
  }
  if (facts.txt.state === 'found') {
    for (const text of facts.txt.value) {
      for (const provider of rules.providers.values()) {
        if (provider.txtPrefix.some((prefix) => text.startsWith(prefix)))
          add(provider, 'verification', 'TXT', text);
      }
    }
  }
  if (facts.tenant?.state === 'found') {
    const { realm, tenantId } = facts.tenant.value;
    add(rules.providers.get('M365'), 'tenant', 'Entra', [realm, tenantId].filter(Boolean).join(' '));
  }
  return signs;
}

/** Networks of one provider that make the literal addresses of a record more than chance. */
const ENOUGH_NETWORKS = 2;

/**
 * Policies that a service has flattened: the provider's include is gone, its networks stand there as addresses. Only
 * networks that send for the provider's mailboxes and for nothing else are in the rules.
 */
function* flattenedSpf(
  facts: DomainFacts,
  spf: SpfStructure,
  rules: MailRules,
): Generator<{ provider: ProviderRule; sign: 'spf' | 'spf-nested'; name: string; networks: string[] }> {
  const providers = [...rules.providers.values()].filter((provider) => provider.spfNetworks.length > 0);
  const records: [name: string, text: string][] = spf.raw === null ? [] : [[facts.domain, spf.raw]];
  for (const [name, lookup] of Object.entries(facts.spfTxt)) {
    // The provider's own record lists its networks, of course: its name has been counted.
    if (lookup.state !== 'found' || rules.providerBySpf.get(name) !== undefined) continue;
    const [text] = lookup.value.filter(isSpf);
    if (text !== undefined) records.push([name, text]);
  }
  for (const [name, text] of records) {
    const lower = text.toLowerCase();
    for (const provider of providers) {
      const networks = provider.spfNetworks.filter((network) => hasTerm(lower, network));
      if (networks.length < ENOUGH_NETWORKS) continue;
      yield {
        provider,
        sign: name === facts.domain ? 'spf' : 'spf-nested',
        name,
        networks: networks.slice(0, ENOUGH_NETWORKS),
      };
    }
  }
}

/** Whether a record has this very term between its blanks. */
function hasTerm(text: string, term: string): boolean {
  for (let at = text.indexOf(term); at !== -1; at = text.indexOf(term, at + 1)) {
    const end = at + term.length;
    if ((at === 0 || text[at - 1] === ' ') && (end === text.length || text[end] === ' ')) return true;
  }
  return false;
}
