import type { MailVerdict } from '#core/assessment.ts';
import type { Evidence } from '#core/evidence.ts';
import type { DomainFacts, Lookup } from '#core/facts.ts';
import type { SpfStructure } from '#core/records/spf-structure.ts';
import type { MailRules } from '#core/rules.ts';
import { MAILBOX_SIGNS, type MailboxSign } from '#core/rules/classification.ts';
import type { ProviderRule } from '#core/rules/mail.ts';
import { classifyMxHosts, isOwn, mxEvidence, registrableOf, type MxHost } from './mx-hosts.ts';
import { mailboxSigns, type Sign } from './signs.ts';

type Draft = Pick<MailVerdict, 'confidence' | 'because'> & { provider: string } & Partial<
    Pick<MailVerdict, 'gateway' | 'hybrid' | 'mixed' | 'localProvider'>
  >;

/**
 * Whose mailboxes these are. Decided over all MX hosts on label boundaries; where the MX is a security gateway, by
 * the signs behind it; where it is an own or hosted machine while strong Microsoft 365 signs show, as hybrid.
 */
export function classifyMail(facts: DomainFacts, spf: SpfStructure, rules: MailRules): MailVerdict {
  const records = facts.mx.state === 'found' ? facts.mx.value.filter((mx) => mx.exchange !== '') : [];
  const hosts = classifyMxHosts(facts, records, rules);
  const draft =
    records.length === 0 ? withoutMx(facts) : withMx(facts, hosts, possibleSigns(facts, spf, rules), rules);
  const provider = rules.providers.get(draft.provider);
  const verdict: MailVerdict = {
    gateway: null,
    hybrid: false,
    mixed: [],
    localProvider: null,
    ...draft,
    providerName: provider?.name ?? draft.provider,
    kind: provider?.kind ?? 'none',
    mxRoot: records[0] === undefined ? null : (registrableOf(records[0].exchange) ?? records[0].exchange),
  };
  if (verdict.kind !== 'server' || silentEvidence(facts, verdict, rules).length === 0) return verdict;
  // A server is named because nothing shows mailboxes elsewhere. While a record that could show them gave no answer,
  // that is no surer than one sign of the opposite would be.
  return { ...verdict, confidence: Math.min(verdict.confidence, rules.classification.hybrid.one) };
}

/**
 * The signs that can be true. A domain that Entra does not know has no mailboxes in Microsoft 365, whatever was left
 * standing in its records: each domain there is verified in a tenant.
 */
function possibleSigns(facts: DomainFacts, spf: SpfStructure, rules: MailRules): Sign[] {
  const signs = mailboxSigns(facts, spf, rules);
  return facts.tenant?.state === 'absent' ? signs.filter((sign) => sign.provider.id !== 'M365') : signs;
}

/** No mail, or no answer. The first is certain, the second says nothing at all. */
function withoutMx(facts: DomainFacts): Draft {
  const { mx } = facts;
  if (mx.state === 'unanswered') return { provider: 'Unknown', confidence: 0, because: [] };
  const value = mx.state !== 'found' ? mx.why : mx.value.length === 0 ? 'NODATA' : '0 .';
  return { provider: 'Unknown', confidence: 1, because: [{ record: 'MX', value, shows: 'no mail' }] };
}

function withMx(
  facts: DomainFacts,
  hosts: readonly MxHost[],
  signs: readonly Sign[],
  rules: MailRules,
): Draft {
  const { mx: sure } = rules.classification;
  const mailboxes = distinct(
    hosts.filter((host) => host.is === 'mailbox'),
    (host) => host.provider.id,
  );
  // Hosts stand in the order of preference: what a gateway is in front of comes with it or behind it, never before.
  const inbox = mailboxes[0]?.preference ?? Number.POSITIVE_INFINITY;
  const gateway = hosts.filter((host) => host.is === 'gateway').find((host) => host.preference <= inbox);
  const gatewayFacts: Pick<MailVerdict, 'gateway'> = {
    gateway: gateway === undefined ? null : { id: gateway.gateway.id, name: gateway.gateway.name },
  };
  const gatewayEvidence = gateway === undefined ? [] : [mxEvidence(gateway, gateway.gateway.name)];

  // Of several the preferred MX decides; but mail that reaches Microsoft 365 at all makes its owner a customer there,
  // and nobody may be offered a move to where they already are.
  const preferred = mailboxes.find((host) => host.provider.id === 'M365') ?? mailboxes[0];
  if (preferred !== undefined) {
    const agreeing = signs.filter((sign) => sign.provider.id === preferred.provider.id);
    const servers = distinct(hosts.filter(isServer), serverOf);
    const all = [
      ...new Set([...[preferred, ...mailboxes].map((host) => host.provider.id), ...servers.map(serverOf)]),
    ];
    const several = all.length > 1;
    // A machine that stands by behind the preferred MX makes nobody less sure of that one; a second cloud does.
    const first = Math.min(...[...mailboxes, ...servers].map((host) => host.preference));
    const unsure = mailboxes.length > 1 || preferred.preference > first;
    return {
      ...gatewayFacts,
      provider: preferred.provider.id,
      mixed: several ? all : [],
      confidence: unsure ? sure.mixed : preferred.viaCname ? sure.cname : sure.mailbox,
      because: [
        ...mailboxes.map((host) => mxEvidence(host, host.provider.name)),
        ...servers.map((host) => mxEvidence(host, serverName(host))),
        ...gatewayEvidence,
        ...agreeing.map((sign) => sign.evidence),
      ],
    };
  }
  if (gateway !== undefined) {
    const behind = behindGateway(facts, hosts, signs, rules);
    return { ...gatewayFacts, ...behind, because: [...gatewayEvidence, ...behind.because] };
  }
  return hybrid(signs, hosts, rules) ?? onServer(facts, hosts, rules);
}

/**
 * Records that could show whose mailboxes these are and gave no answer, as long as the verdict rests on their absence:
 * an own or hosted machine, or nothing at all behind a gateway.
 */
export function silentEvidence(
  facts: DomainFacts,
  verdict: Pick<MailVerdict, 'kind' | 'gateway'>,
  rules: MailRules,
): Evidence[] {
  if (verdict.kind !== 'server' && !(verdict.kind === 'none' && verdict.gateway !== null)) return [];
  // Behind a gateway any sign counts; for an own machine only those that mailboxes alone leave.
  const wanted = verdict.gateway === null ? rules.classification.hybrid.strong : MAILBOX_SIGNS;
  const silent = (record: string, lookup: Lookup<unknown> | undefined): Evidence[] =>
    lookup?.state === 'unanswered' ? [{ record, value: lookup.why, shows: 'no answer' }] : [];
  return [
    ...wanted.flatMap((sign) => lookupsOf(facts, sign).flatMap((lookup) => silent(sign, lookup))),
    ...Object.entries(facts.mxHosts).flatMap(([host, { cname }]) => silent(`CNAME ${host}`, cname)),
  ];
}

/** The look-ups in which a sign would show. */
function lookupsOf(facts: DomainFacts, sign: MailboxSign): (Lookup<unknown> | undefined)[] {
  switch (sign) {
    case 'autodiscover':
      return [facts.autodiscover, facts.autodiscoverSrv];
    case 'dkim-cname':
      return facts.dkim.selectors.map((selector) => selector.cname);
    case 'spf':
    case 'verification':
      return [facts.txt];
    case 'spf-nested':
      return Object.values(facts.spfTxt);
    case 'tenant':
      return [facts.tenant];
  }
}

type Server = Extract<MxHost, { is: 'hoster' | 'own' | 'foreign' }>;
const isServer = (host: MxHost): host is Server => host.is !== 'mailbox' && host.is !== 'gateway';
/** the provider that a machine counts as */
const serverOf = (host: Server): string => (host.is === 'hoster' ? host.hoster.provider : 'Local');
const serverName = (host: Server): string =>
  host.is === 'hoster' ? host.hoster.name : host.is === 'own' ? 'own server' : 'foreign server';

/** Who is behind a security gateway: the provider with the strongest signs, agreeing signs weighing more than any single one. */
function behindGateway(
  facts: DomainFacts,
  hosts: readonly MxHost[],
  signs: readonly Sign[],
  rules: MailRules,
): Draft {
  const shares = rules.classification.behindGateway;
  const candidates = byProvider(signs)
    .map(({ provider, signs: own }) => ({
      provider: provider.id,
      confidence:
        own.length >= 2
          ? Math.max(shares.twoOrMore, strongest(own, shares.signs))
          : strongest(own, shares.signs),
      because: own.map((sign) => sign.evidence),
      count: own.length,
    }))
    .toSorted((a, b) => b.count - a.count || b.confidence - a.confidence);
  const best = candidates[0];
  if (best !== undefined) return best;

  const server = hosts.find((host) => host.is === 'hoster');
  if (server !== undefined) return onServer(facts, hosts, rules);
  const own = hosts.find((host) => host.is === 'own');
  if (own !== undefined)
    return { provider: 'Local', confidence: shares.ownServer, because: [mxEvidence(own, 'own server')] };
  const autodiscover = [facts.autodiscover, facts.autodiscoverSrv].find(
    (lookup) => lookup?.state === 'found',
  );
  if (autodiscover?.state === 'found' && isOwn(autodiscover.value, facts.domain)) {
    const evidence = { record: 'autodiscover', value: autodiscover.value, shows: 'own server' };
    return { provider: 'Local', confidence: shares.ownServer, because: [evidence] };
  }
  return { provider: 'Unknown', confidence: shares.none, because: [] };
}

/** Microsoft 365 while the MX is an own or hosted machine: on the strength of signs that only mailboxes leave. */
function hybrid(signs: readonly Sign[], hosts: readonly MxHost[], rules: MailRules): Draft | null {
  const { strong, one, twoOrMore } = rules.classification.hybrid;
  const microsoft = signs.filter((sign) => sign.provider.id === 'M365');
  if (!microsoft.some((sign) => strong.includes(sign.sign))) return null;
  const first = hosts[0];
  return {
    provider: 'M365',
    hybrid: true,
    confidence: microsoft.length >= 2 ? twoOrMore : one,
    localProvider: hosts.find((host) => host.is === 'hoster')?.hoster.name ?? null,
    because: [
      ...microsoft.map((sign) => sign.evidence),
      ...(first === undefined
        ? []
        : [mxEvidence(first, first.is === 'hoster' ? first.hoster.name : 'own or foreign server')]),
    ],
  };
}

/** Mail on somebody's machine: a hosting company's, or one whose owner only the address may tell. */
function onServer(facts: DomainFacts, hosts: readonly MxHost[], rules: MailRules): Draft {
  const { mx: sure } = rules.classification;
  // The most preferred hosts decide: a hoster that only stands by as a backup does not hold the mail.
  const servers = hosts.filter(isServer);
  const preference = Math.min(...servers.map((host) => host.preference));
  const hosted = servers.find((host) => host.is === 'hoster' && host.preference === preference);
  if (hosted?.is === 'hoster') {
    return {
      provider: hosted.hoster.provider,
      localProvider: hosted.hoster.name,
      confidence: sure.hoster,
      because: [mxEvidence(hosted, hosted.hoster.name)],
    };
  }
  const first = hosts[0];
  const byAddress = hosterByAddress(facts, rules);
  return {
    provider: 'Local',
    localProvider: byAddress?.name ?? null,
    confidence: first?.is === 'own' ? sure.own : sure.foreign,
    because: [
      ...(first === undefined
        ? []
        : [mxEvidence(first, first.is === 'own' ? 'own server' : 'foreign server')]),
      ...(byAddress === null ? [] : [byAddress.evidence]),
    ],
  };
}

/** The hoster that the network of the MX address belongs to, where an IP database knows it. */
function hosterByAddress(facts: DomainFacts, rules: MailRules): { name: string; evidence: Evidence } | null {
  for (const ip of facts.ip ?? []) {
    if (ip.of !== 'mx' || ip.asn === null) continue;
    const hoster = rules.hosterByAsn.get(ip.asn);
    if (hoster === undefined) continue;
    return {
      name: hoster.name,
      evidence: { record: 'ASN', value: `${ip.address} AS${ip.asn}`, shows: hoster.name },
    };
  }
  return null;
}

const strongest = (signs: readonly Sign[], shares: Partial<Record<MailboxSign, number>>): number =>
  Math.max(...signs.map((sign) => shares[sign.sign] ?? 0));

function byProvider(signs: readonly Sign[]): { provider: ProviderRule; signs: Sign[] }[] {
  const groups = Map.groupBy(signs, (sign) => sign.provider);
  return [...groups].map(([provider, own]) => ({ provider, signs: own }));
}

function distinct<T>(list: readonly T[], key: (entry: T) => string): T[] {
  const seen = new Set<string>();
  return list.filter((entry) => !seen.has(key(entry)) && seen.add(key(entry)));
}
