import {
  absent,
  unanswered,
  type Absent,
  type DomainFacts,
  type IpInfo,
  type Lookup,
  type Registration,
  type Tenant,
  type Unanswered,
} from '#core/facts.ts';
import {
  dkimCnamesToAsk,
  dkimRounds,
  dmarcParents,
  mxCnamesToAsk,
  needsEvidence,
  spfNamesToAsk,
} from '#core/plan.ts';
import { readDkim } from '#core/records/dkim.ts';
import { isDmarc } from '#core/records/dmarc.ts';
import { readMtaSts } from '#core/records/mta-sts.ts';
import type { MailRules } from '#core/rules.ts';
import { startBudget, type Clock } from './limit.ts';
import type { Questions, Resolver } from './resolver.ts';

/** What a domain look-up works with. What is missing is not asked, and not in the facts. */
export interface LookupContext {
  readonly resolver: Resolver;
  readonly rules: MailRules;
  readonly clock: Clock;
  /**
   * Whether an NXDOMAIN is believed only of a resolver that knows the top-level domain. Some resolvers without a way
   * out deny every name: taken at its word, such a machine would strike every customer off.
   */
  readonly doubtDenials?: boolean;
  readonly registration?: { look(domain: string, signal: AbortSignal): Promise<Lookup<Registration>> };
  readonly tenant?: { look(domain: string, signal: AbortSignal): Promise<Lookup<Tenant>> };
  readonly ip?: { look(address: string): Omit<IpInfo, 'of' | 'host'> | null };
  /** fetches https://mta-sts.<domain>/.well-known/mta-sts.txt */
  readonly mtaStsPolicy?: (domain: string, signal: AbortSignal) => Promise<Lookup<string>>;
}

export interface LookupOptions {
  /** `score`: what the score needs, with evidence where it helps. `full`: posture, registration and tenant too */
  readonly tier: 'score' | 'full';
  /** milliseconds for all DNS questions of the domain; what is open then is `unanswered` CANCELLED */
  readonly budgetMs: number;
  /** milliseconds for registration and tenant, beside the DNS */
  readonly registrationBudgetMs?: number;
  /** leaves caches unread */
  readonly force?: boolean;
  readonly signal?: AbortSignal;
}

/** MX hosts whose addresses are asked: the first ones are where the mail goes. */
const ADDRESSES_OF = { score: 2, full: 5 } as const;

/**
 * Looks up one domain: mail exchangers first, since a name that does not exist ends the scan (RFC 8020), then what
 * the plan in core says it is worth. Never throws for what the network does.
 *
 * @param domain lower-case ASCII
 */
export async function lookUpDomain(
  domain: string,
  options: LookupOptions,
  context: LookupContext,
): Promise<DomainFacts> {
  const time = startBudget(options.budgetMs, options.signal);
  const slowTime = startBudget(options.registrationBudgetMs ?? options.budgetMs, options.signal);
  // After a mistake of ours the timers run on: they end what is still under way.
  const facts = await lookUp(domain, options, context, time.signal, slowTime.signal);
  time.end();
  slowTime.end();
  return facts;
}

/** `signal` ends the questions to the DNS, `slowSignal` those to registries and the tenant service. */
async function lookUp(
  domain: string,
  options: LookupOptions,
  context: LookupContext,
  signal: AbortSignal,
  slowSignal: AbortSignal,
): Promise<DomainFacts> {
  const full = options.tier === 'full';
  const dns = context.resolver.for(domain, { fresh: options.force ?? false });
  const lookedUpAt = new Date(context.clock()).toISOString();

  // Registries and the tenant service are slow and independent: they run beside all of the DNS.
  const registration = full ? context.registration?.look(domain, slowSignal) : undefined;
  const tenant = full ? context.tenant?.look(domain, slowSignal) : undefined;

  const mx = await dns.mx(domain, signal);
  if (mx.state === 'absent' && mx.why === 'NXDOMAIN') {
    const gone = context.doubtDenials === true ? await believed(domain, dns, signal) : mx;
    return {
      schema: 1,
      domain,
      lookedUpAt,
      mx: gone,
      txt: gone,
      dmarc: gone,
      dkim: { base: gone, selectors: [] },
      ns: gone,
      mxHosts: {},
      spfTxt: {},
      ...(await settled({ registration, tenant })),
    };
  }
  const [txt, dmarc, base, ns] = await Promise.all([
    dns.txt(domain, signal),
    dns.txt(`_dmarc.${domain}`, signal),
    domainKeys(domain, dns, signal),
    dns.ns(domain, signal),
  ]);
  const first: DomainFacts = {
    schema: 1,
    domain,
    lookedUpAt,
    mx,
    txt,
    dmarc,
    dkim: { base, selectors: [] },
    ns,
    mxHosts: {},
    spfTxt: {},
  };

  const [organizational, { spfTxt, selectors }, evidence, mxHosts, posture] = await Promise.all([
    organizationalDmarc(first, dns, signal),
    followSpfThenDkim(first, dns, signal, context.rules, options.tier),
    askEvidence(first, dns, signal, context.rules),
    askMxHosts(first, dns, signal, context.rules, full ? ADDRESSES_OF.full : ADDRESSES_OF.score),
    full ? askPosture(domain, dns, signal, context) : {},
  ]);
  const { dkimCnames, ...evidenceFacts } = evidence;
  const facts: DomainFacts = {
    ...first,
    ...(organizational === undefined ? {} : { dmarcOrganizational: organizational }),
    dkim: {
      base,
      selectors: await withCnames(selectors, dkimCnames, (name) =>
        dns.txt(`${name}._domainkey.${domain}`, signal),
      ),
    },
    mxHosts,
    spfTxt,
    ...evidenceFacts,
    ...posture,
  };
  return {
    ...facts,
    ...(context.ip === undefined ? {} : { ip: enrich(facts, context.ip) }),
    ...(await settled({ registration, tenant })),
  };
}

/**
 * What an NXDOMAIN is worth: the top-level name of a domain that was read with the Public Suffix List exists. Who
 * denies it too is cut off from the DNS; who says nothing of it has not shown that its denials mean something.
 */
export async function believed(
  domain: string,
  dns: Questions,
  signal: AbortSignal,
): Promise<Absent | Unanswered> {
  const topLevel = await dns.ns(domain.slice(domain.lastIndexOf('.') + 1), signal);
  if (topLevel.state === 'unanswered') return topLevel;
  return topLevel.state === 'absent' && topLevel.why === 'NXDOMAIN'
    ? unanswered('OFFLINE')
    : absent('NXDOMAIN');
}

async function settled(pending: {
  registration: Promise<Lookup<Registration>> | undefined;
  tenant: Promise<Lookup<Tenant>> | undefined;
}): Promise<Pick<DomainFacts, 'registration' | 'tenant'>> {
  const [registration, tenant] = await Promise.all([pending.registration, pending.tenant]);
  return {
    ...(registration === undefined ? {} : { registration }),
    ...(tenant === undefined ? {} : { tenant }),
  };
}

/**
 * TXT at `_domainkey`. An NXDOMAIN speaks of the last name of a CNAME chain (RFC 6604 section 2.1): where `_domainkey`
 * is an alias, its target may be missing while selectors stand below the alias. Such a name exists, so it is NODATA.
 */
async function domainKeys(domain: string, dns: Questions, signal: AbortSignal): Promise<Lookup<string[]>> {
  const name = `_domainkey.${domain}`;
  const texts = await dns.txt(name, signal);
  if (texts.state !== 'absent' || texts.why !== 'NXDOMAIN') return texts;
  const alias = await dns.cname(name, signal);
  if (alias.state === 'found') return absent('NODATA');
  return alias.state === 'unanswered' ? alias : texts;
}

const hasDmarc = (lookup: Lookup<string[]>): boolean =>
  lookup.state === 'found' && lookup.value.some(isDmarc);

async function organizationalDmarc(
  facts: DomainFacts,
  dns: Questions,
  signal: AbortSignal,
): Promise<DomainFacts['dmarcOrganizational']> {
  // Only an answer sends us up the tree: after a silence the domain's own record may well be there.
  if (facts.dmarc.state === 'unanswered' || hasDmarc(facts.dmarc)) return undefined;
  let last: DomainFacts['dmarcOrganizational'];
  for (const name of dmarcParents(facts.domain)) {
    last = { name, txt: await dns.txt(`_dmarc.${name}`, signal) };
    if (last.txt.state === 'unanswered' || hasDmarc(last.txt)) return last;
  }
  return last;
}

type Selectors = DomainFacts['dkim']['selectors'];

/** SPF first, because its includes tell whose DKIM selectors are worth asking. */
async function followSpfThenDkim(
  facts: DomainFacts,
  dns: Questions,
  signal: AbortSignal,
  rules: MailRules,
  tier: LookupOptions['tier'],
): Promise<{ spfTxt: DomainFacts['spfTxt']; selectors: Selectors }> {
  const spfTxt: DomainFacts['spfTxt'] = {};
  const asked = { ...facts, spfTxt };
  for (let names = spfNamesToAsk(asked, rules); names.length > 0; names = spfNamesToAsk(asked, rules)) {
    const fresh = names.filter((name) => spfTxt[name] === undefined);
    if (fresh.length === 0) break;
    const answers = await Promise.all(fresh.map((name) => dns.txt(name, signal)));
    fresh.forEach((name, i) => {
      spfTxt[name] = answers[i] ?? unanswered('CANCELLED');
    });
  }
  const selectors: Selectors = [];
  for (const round of dkimRounds(asked, rules, tier)) {
    const answers = await Promise.all(
      round.map(async (selector) => ({
        selector,
        txt: await dns.txt(`${selector}._domainkey.${facts.domain}`, signal),
      })),
    );
    selectors.push(...answers);
    // A text that is no key (a wildcard's), or a revoked one, is not what was looked for.
    if (readDkim({ base: facts.dkim.base, selectors }).state === 'found') break;
  }
  return { spfTxt, selectors };
}

/** The names at which Microsoft 365 and other mailbox clouds leave traces, beside the MX. */
const EVIDENCE_CNAMES = [
  'autodiscover',
  'enterpriseregistration',
  'enterpriseenrollment',
  'lyncdiscover',
  'sip',
  'msoid',
] as const;

type EvidenceFacts = Pick<DomainFacts, (typeof EVIDENCE_CNAMES)[number] | 'autodiscoverSrv'> & {
  dkimCnames: ReadonlyMap<string, Lookup<string>>;
};

async function askEvidence(
  facts: DomainFacts,
  dns: Questions,
  signal: AbortSignal,
  rules: MailRules,
): Promise<EvidenceFacts> {
  if (!needsEvidence(facts, rules)) return { dkimCnames: new Map() };
  const keysPossible = !(facts.dkim.base.state === 'absent' && facts.dkim.base.why === 'NXDOMAIN');
  const selectors = keysPossible ? dkimCnamesToAsk(rules) : [];
  const [cnames, srv, keys] = await Promise.all([
    Promise.all(
      EVIDENCE_CNAMES.map(
        async (label) => [label, await dns.cname(`${label}.${facts.domain}`, signal)] as const,
      ),
    ),
    dns.srv(`_autodiscover._tcp.${facts.domain}`, signal),
    Promise.all(
      selectors.map(
        async (selector) =>
          [selector, await dns.cname(`${selector}._domainkey.${facts.domain}`, signal)] as const,
      ),
    ),
  ]);
  const target = srv.state === 'found' ? srv.value.find((record) => record.target !== '')?.target : undefined;
  return {
    ...(Object.fromEntries(cnames) as Pick<DomainFacts, (typeof EVIDENCE_CNAMES)[number]>),
    // A target of "." says that the service is not offered (RFC 2782): an answer, and it is no.
    autodiscoverSrv:
      srv.state !== 'found'
        ? srv
        : target === undefined
          ? absent('NODATA')
          : { state: 'found', value: target },
    dkimCnames: new Map(keys),
  };
}

/** Puts the CNAMEs beside their selectors. One whose key was not asked (an earlier round had found one) is asked now. */
async function withCnames(
  selectors: Selectors,
  cnames: ReadonlyMap<string, Lookup<string>>,
  key: (selector: string) => Promise<Lookup<string[]>>,
): Promise<Selectors> {
  const asked = new Set(selectors.map(({ selector }) => selector));
  const more = await Promise.all(
    [...cnames]
      // One that gave no answer is kept too: what it would have shown is open.
      .filter(([selector, cname]) => !asked.has(selector) && cname.state !== 'absent')
      .map(async ([selector]) => ({ selector, txt: await key(selector) })),
  );
  return [...selectors, ...more].map((entry) => {
    const cname = cnames.get(entry.selector);
    return cname === undefined ? entry : { ...entry, cname };
  });
}

async function askMxHosts(
  facts: DomainFacts,
  dns: Questions,
  signal: AbortSignal,
  rules: MailRules,
  howMany: number,
): Promise<DomainFacts['mxHosts']> {
  if (facts.mx.state !== 'found') return {};
  const cnames = new Set(mxCnamesToAsk(facts, rules));
  const hosts = facts.mx.value.filter((mx) => mx.exchange !== '').map((mx) => mx.exchange);
  const asked = hosts.filter((host, at) => at < howMany || cnames.has(host));
  const answers = await Promise.all(
    asked.map(async (host, at) => {
      const [addresses, cname] = await Promise.all([
        at < howMany ? dns.a(host, signal) : undefined,
        cnames.has(host) ? dns.cname(host, signal) : undefined,
      ]);
      return [host, { ...(addresses && { addresses }), ...(cname && { cname }) }] as const;
    }),
  );
  return Object.fromEntries(answers);
}

async function askPosture(
  domain: string,
  dns: Questions,
  signal: AbortSignal,
  context: LookupContext,
): Promise<Partial<DomainFacts>> {
  const [mtaSts, tlsRpt, bimi, caa, soa, apexAddresses, apexAddresses6] = await Promise.all([
    dns.txt(`_mta-sts.${domain}`, signal),
    dns.txt(`_smtp._tls.${domain}`, signal),
    dns.txt(`default._bimi.${domain}`, signal),
    dns.caa(domain, signal),
    dns.soa(domain, signal),
    dns.a(domain, signal),
    dns.aaaa(domain, signal),
  ]);
  const announced = readMtaSts(mtaSts).state === 'found';
  const policy = announced ? await context.mtaStsPolicy?.(domain, signal) : undefined;
  return {
    mtaSts,
    ...(policy === undefined ? {} : { mtaStsPolicy: policy }),
    tlsRpt,
    bimi,
    caa,
    soa,
    apexAddresses,
    apexAddresses6,
  };
}

function enrich(facts: DomainFacts, ip: NonNullable<LookupContext['ip']>): IpInfo[] {
  const addresses: { address: string; of: IpInfo['of']; host: string }[] = [];
  const add = (lookup: Lookup<string[]> | undefined, of: IpInfo['of'], host: string): void => {
    if (lookup?.state !== 'found') return;
    for (const address of lookup.value) {
      if (!addresses.some((known) => known.address === address)) addresses.push({ address, of, host });
    }
  };
  for (const [host, { addresses: list }] of Object.entries(facts.mxHosts)) add(list, 'mx', host);
  add(facts.apexAddresses, 'apex', facts.domain);
  add(facts.apexAddresses6, 'apex', facts.domain);
  return addresses.flatMap(({ address, of, host }) => {
    const info = ip.look(address);
    return info === null ? [] : [{ ...info, of, host }];
  });
}
