import { parse } from 'tldts';
import type { Evidence } from '#core/evidence.ts';
import type { DomainFacts, MxRecord } from '#core/facts.ts';
import type { MailRules } from '#core/rules.ts';
import type { GatewayRule, LocalProviderRule, ProviderRule } from '#core/rules/mail.ts';
import { hasSuffix } from './suffix.ts';

/** What the name of one MX host says. `own` lies below the domain itself; `foreign` is a name no rule knows. */
export type MxHost = {
  readonly host: string;
  readonly preference: number;
  /** the name that decided: the host itself, or the target of its CNAME */
  readonly by: string;
  readonly viaCname: boolean;
} & (
  | { readonly is: 'mailbox'; readonly provider: ProviderRule }
  | { readonly is: 'gateway'; readonly gateway: GatewayRule }
  | { readonly is: 'hoster'; readonly hoster: LocalProviderRule }
  | { readonly is: 'own' | 'foreign' }
);

type Verdict<T = MxHost> = T extends MxHost ? Omit<T, 'host' | 'preference' | 'by' | 'viaCname'> : never;

/** Classifies each MX host by its name, and by the target of its CNAME where the name itself says nothing. */
export function classifyMxHosts(
  facts: DomainFacts,
  records: readonly MxRecord[],
  rules: MailRules,
): MxHost[] {
  return records.map(({ exchange: host, preference }) => {
    const byName = classifyName(host, rules);
    if (byName !== null) return { host, preference, by: host, viaCname: false, ...byName };
    // A CNAME'd MX breaks RFC 2181 section 10.3, yet is found in the wild: what counts is where it leads.
    const cname = facts.mxHosts[host]?.cname;
    if (cname?.state === 'found') {
      const byTarget = classifyName(cname.value, rules);
      if (byTarget !== null) return { host, preference, by: cname.value, viaCname: true, ...byTarget };
    }
    return { host, preference, by: host, viaCname: false, is: isOwn(host, facts.domain) ? 'own' : 'foreign' };
  });
}

function classifyName(name: string, rules: MailRules): Verdict | null {
  const candidates: { suffix: string; verdict: Verdict }[] = [];
  const provider = rules.providerByMx.get(name);
  if (provider)
    candidates.push({ suffix: provider.suffix, verdict: { is: 'mailbox', provider: provider.value } });
  const gateway = rules.gatewayByMx.get(name);
  if (gateway)
    candidates.push({ suffix: gateway.suffix, verdict: { is: 'gateway', gateway: gateway.value } });
  const hoster = rules.hosterByMx.get(name);
  if (hoster) candidates.push({ suffix: hoster.suffix, verdict: { is: 'hoster', hoster: hoster.value } });
  // The longest suffix is the most particular rule.
  return candidates.toSorted((a, b) => b.suffix.length - a.suffix.length)[0]?.verdict ?? null;
}

/** Whether a host lies in the same registrable domain: its own server, as far as names can tell. */
export function isOwn(host: string, domain: string): boolean {
  const registrable = registrableOf(domain);
  return registrable !== null && hasSuffix(host, registrable);
}

/** The registrable domain of a name; null for a public suffix, an address or the root. */
export function registrableOf(name: string): string | null {
  return parse(name, { allowPrivateDomains: true }).domain;
}

/** The host's line of evidence: what its name shows. */
export function mxEvidence(mx: MxHost, shows: string): Evidence {
  return {
    record: mx.viaCname ? 'MX CNAME' : 'MX',
    value: mx.viaCname ? `${mx.host} -> ${mx.by}` : `${mx.preference} ${mx.host}`,
    shows,
  };
}
