import { classifyMxHosts, registrableOf } from './classify/mx-hosts.ts';
import { mailboxSigns } from './classify/signs.ts';
import { hasSuffix } from './classify/suffix.ts';
import type { DomainFacts } from './facts.ts';
import { spfStructure, type SpfStructure } from './records/spf-structure.ts';
import type { MailRules } from './rules.ts';

/**
 * Which look-ups a domain is worth, decided from those already answered: pure, so that the same domain is always
 * asked the same questions. `service/lookup` does the asking.
 */

/** Names whose TXT the SPF evaluation needs next; empty when it is followed, or at its limit. */
export const spfNamesToAsk = (facts: DomainFacts, rules: MailRules): readonly string[] =>
  spfOf(facts, rules).toFollow;

const spfOf = (facts: DomainFacts, rules: MailRules): SpfStructure =>
  spfStructure(facts.domain, facts.txt, facts.spfTxt, rules.readSpf);

/** Mailbox providers that the MX or the records beside it name so far, the surest first. */
function likelyProviders(facts: DomainFacts, rules: MailRules): string[] {
  const records = facts.mx.state === 'found' ? facts.mx.value : [];
  const byMx = classifyMxHosts(facts, records, rules).flatMap((host) =>
    host.is === 'mailbox' ? [host.provider.id] : [],
  );
  const bySigns = mailboxSigns(facts, spfOf(facts, rules), rules).map((sign) => sign.provider.id);
  return [...new Set([...byMx, ...bySigns])];
}

/**
 * DKIM selectors in rounds: the likely providers' own first, then the common ones. The next round is asked only when
 * no key was found in the one before. None at all when `_domainkey` does not exist (RFC 8020).
 */
export function dkimRounds(facts: DomainFacts, rules: MailRules, tier: 'score' | 'full'): string[][] {
  if (facts.dkim.base.state === 'absent' && facts.dkim.base.why === 'NXDOMAIN') return [];
  const own = likelyProviders(facts, rules).flatMap((id) => rules.providers.get(id)?.dkimSelectors ?? []);
  const common = rules.dkimSelectors.filter((selector) => !own.includes(selector));
  const rounds = [[...new Set(own)], common.slice(0, COMMON_FIRST)];
  if (tier === 'full') rounds.push(common.slice(COMMON_FIRST));
  return rounds.filter((round) => round.length > 0);
}
/**
 * The common selectors that answer most often come first in the rule file. A scan of the score tier ends with them: each
 * selector is a question, and what is not found there stays unknown, which costs nothing.
 */
const COMMON_FIRST = 10;

/** The one provider whose selectors settle the question: all of them missing proves that DKIM is absent. */
export function dkimProof(provider: string, rules: MailRules): readonly string[] {
  const rule = rules.providers.get(provider);
  return rule?.dkimSelectorsComplete ? rule.dkimSelectors : [];
}

/** Selectors whose CNAME shows whose mailboxes these are, whether or not a key stands behind it. */
export function dkimCnamesToAsk(rules: MailRules): string[] {
  return [...rules.providers.values()]
    .filter((provider) => provider.id === 'M365')
    .flatMap((provider) => provider.dkimSelectors);
}

/**
 * Whether the evidence tier is worth asking: the MX is a gateway, foreign, own or mixed, or something of Microsoft
 * shows. A domain whose only MX is another mailbox cloud needs none.
 */
export function needsEvidence(facts: DomainFacts, rules: MailRules): boolean {
  if (facts.mx.state !== 'found') return false;
  const hosts = classifyMxHosts(
    facts,
    facts.mx.value.filter((mx) => mx.exchange !== ''),
    rules,
  );
  if (hosts.length === 0) return false;
  const mailboxes = new Set(hosts.map((host) => (host.is === 'mailbox' ? host.provider.id : host.is)));
  if (mailboxes.size > 1) return true;
  if (hosts.every((host) => host.is === 'mailbox' && host.provider.id !== 'M365')) {
    return mailboxSigns(facts, spfOf(facts, rules), rules).some((sign) => sign.provider.id === 'M365');
  }
  return true;
}

/** MX hosts whose own CNAME may name who runs them: those that no rule knows by name. */
export function mxCnamesToAsk(facts: DomainFacts, rules: MailRules): string[] {
  if (facts.mx.state !== 'found') return [];
  return classifyMxHosts(
    facts,
    facts.mx.value.filter((mx) => mx.exchange !== ''),
    rules,
  )
    .filter((host) => host.is === 'own' || host.is === 'foreign')
    .map((host) => host.host);
}

/**
 * Names above the domain whose DMARC record may speak for it, nearest first: the tree walk of RFC 9989 section 4.10,
 * ended at the registrable domain. Empty for a registrable domain: there, one query is the rule.
 */
export function dmarcParents(domain: string): string[] {
  const registrable = registrableOf(domain);
  if (registrable === null || registrable === domain || !hasSuffix(domain, registrable)) return [];
  const labels = domain.split('.');
  const parents: string[] = [];
  for (let at = 1; at < labels.length; at++) {
    const parent = labels.slice(at).join('.');
    // RFC 9989 section 4.10: with eight labels or more the walk skips to the name of seven labels.
    if (labels.length - at <= WALK_FROM || parent === registrable) parents.push(parent);
    if (parent === registrable) break;
  }
  return parents;
}
const WALK_FROM = 7;
