import type { Assessment, AssessmentContext, Finding, MailVerdict, Scored } from './assessment.ts';
import { classifyMail } from './classify/mail.ts';
import { registrableOf } from './classify/mx-hosts.ts';
import { tenantSize, type SizeSigns } from './classify/tenant-size.ts';
import { workloads } from './classify/workloads.ts';
import { toUnicode } from './domain.ts';
import type { DomainFacts } from './facts.ts';
import { infrastructureSummary, networkOf } from './infrastructure.ts';
import { tally } from './questions.ts';
import { readRecords, type Readings } from './read.ts';
import { spfStructure } from './records/spf-structure.ts';
import type { Rules } from './rules.ts';
import type { Words } from './rules/common.ts';
import { confidence } from './score/confidence.ts';
import type { FindingId } from './score/findings.ts';
import { fit } from './score/fit.ts';
import { observe } from './score/observe.ts';
import { range } from './score/range.ts';
import { score } from './score/score.ts';
import type { Situation } from './score/situation.ts';
import { whatIf } from './score/what-if.ts';
import { zones } from './score/zones.ts';
import { signalViews } from './signals.ts';

/** Findings that leave a signal of the score open: with one of them the assessment is partial. */
const OPEN: readonly FindingId[] = [
  'mx-unanswered',
  'mail-evidence-unanswered',
  'spf-unanswered',
  'spf-not-followed',
  'dkim-unanswered',
  'dmarc-unanswered',
];

/**
 * The whole of the thinking: facts and rules to an assessment. Pure: the same facts, context and rules give the same
 * answer, today and when it is asked about again.
 */
export function assess(facts: DomainFacts, context: AssessmentContext, rules: Rules): Assessment {
  const { mail: mailRules, set, improvements } = rules;
  const spf = spfStructure(facts.domain, facts.txt, facts.spfTxt, mailRules.readSpf);
  const mail = classifyMail(facts, spf, mailRules);
  const readings = readRecords(facts, spf, mail, mailRules);
  const services = workloads(facts, spf, mail, mailRules);
  const { findings, metrics } = observe(facts, readings, mail, context, mailRules, set.engine);

  const situation: Situation = {
    provider: mail.provider,
    providerName: providerWords(mail, mailRules),
    kind: mail.kind,
    gateway: mail.gateway !== null,
    hybrid: mail.hybrid,
    workloads: new Set(services.map((service) => service.workload)),
    findings: new Map(findings.map((finding) => [finding.id, finding.because])),
    metrics,
  };
  const scored = readings.mx.state === 'unanswered' ? null : score(situation, set);
  const spread = scored === null ? null : range(situation, set);
  const { asked, answered, open } = tally(facts);
  const registration = facts.registration?.state === 'found' ? facts.registration.value : null;
  const tenant = facts.tenant?.state === 'found' ? facts.tenant.value : null;

  return {
    schema: 1,
    domain: facts.domain,
    unicode: toUnicode(facts.domain) ?? facts.domain,
    lookedUpAt: facts.lookedUpAt,
    assessedAt: context.now,
    ruleSet: { id: set.id, version: set.version },
    status: findings.some((finding) => OPEN.includes(finding.id)) ? 'partial' : 'completed',
    open,
    asked,
    answered,
    mail,
    findings,
    metrics,
    signals: signalViews(facts, findings, scored),
    scored,
    range: spread,
    confidence: confidence(
      { asked, answered, recentChanges: context.recentChanges, provider: mail.confidence, range: spread },
      set,
    ),
    whatIf: scored === null ? [] : whatIf(situation, set, improvements),
    fit: scored === null ? null : fit(situation, scored, set),
    workloads: services,
    tenantSize: tenantSize(
      facts,
      mail,
      sizeSigns(facts, readings, metrics),
      context,
      mailRules.classification.tenantSize,
      set.engine.tenantSize,
    ),
    zones: hasZones(scored) ? zones(situation, set) : [],
    mxHosts: readings.mx.state === 'found' ? readings.mx.hosts : [],
    nameservers: facts.ns.state === 'found' ? facts.ns.value : (registration?.nameservers ?? []),
    registration,
    daysToExpiry: metrics['days-to-expiry'] ?? null,
    tenant:
      tenant === null ? null : { tenantId: tenant.tenantId, region: tenant.region, realm: tenant.realm },
    dmarc: {
      policy: readings.dmarc.policy,
      coverage: metrics['dmarc-coverage'] ?? null,
      dialect: readings.dmarc.state === 'unanswered' ? null : readings.dmarc.dialect,
    },
    infrastructureSummary: infrastructureSummary(facts),
    network: networkOf(facts),
  };
}

/** The provider as a line of the breakdown names it: with the hoster behind an own or hosted server. */
function providerWords(mail: MailVerdict, rules: Rules['mail']): Words {
  const label = rules.providers.get(mail.provider)?.label;
  if (label !== undefined) return label;
  const name =
    mail.localProvider === null || mail.kind !== 'server'
      ? mail.providerName
      : `${mail.providerName}, ${mail.localProvider}`;
  return { tr: name, en: name };
}

/** A ruler makes sense where a score can move on it: not after a hard fail. */
const hasZones = (scored: Scored | null): boolean => scored !== null && scored.hardFail === null;

function sizeSigns(facts: DomainFacts, { dmarc, spf }: Readings, metrics: Assessment['metrics']): SizeSigns {
  return {
    federated: facts.tenant?.state === 'found' && facts.tenant.value.realm === 'Federated',
    verifiedServices: metrics['verified-services'] ?? 0,
    spfIncludes: spf.directIncludes.length,
    dmarc: dmarc.state === 'found' ? dmarc.policy : dmarc.state === 'absent' ? 'absent' : null,
    ownAsn: ownNetwork(facts),
  };
}

/** Shortest name that is looked for in the name of a network: "ab" is part of too many. */
const SHORTEST_NAME = 4;

/** Whether the network of the MX bears the company's own name. */
function ownNetwork(facts: DomainFacts): boolean {
  const name = registrableOf(facts.domain)?.split('.', 1)[0] ?? '';
  if (name.length < SHORTEST_NAME) return false;
  return (facts.ip ?? []).some(
    (ip) =>
      ip.of === 'mx' &&
      (ip.asnOrg ?? '')
        .toLowerCase()
        .replace(/[^a-z0-9]/g, '')
        .includes(name.replaceAll('-', '')),
  );
}

export type { Assessment, AssessmentContext, Finding, MailVerdict };
