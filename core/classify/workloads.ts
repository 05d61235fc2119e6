import type { MailVerdict, WorkloadVerdict } from '#core/assessment.ts';
import type { Evidence } from '#core/evidence.ts';
import type { DomainFacts, Lookup } from '#core/facts.ts';
import type { SpfStructure } from '#core/records/spf-structure.ts';
import type { MailRules } from '#core/rules.ts';
import type { Classification } from '#core/rules/classification.ts';
import { WORKLOADS, type Workload } from '#core/rules/rule-set.ts';
import { hasSuffix } from './suffix.ts';

type WorkloadRule = Classification['workloads'][number];

/** Which Microsoft 365 services show in public records, each with what shows it. What no record shows is not claimed. */
export function workloads(
  facts: DomainFacts,
  spf: SpfStructure,
  mail: MailVerdict,
  rules: MailRules,
): WorkloadVerdict[] {
  const found = new Map<Workload, { confidence: number; because: Evidence[] }>();
  const add = (workload: Workload, confidence: number, evidence: readonly Evidence[]): void => {
    const before = found.get(workload);
    found.set(workload, {
      confidence: Math.max(confidence, before?.confidence ?? 0),
      because: [...(before?.because ?? []), ...evidence],
    });
  };
  if (mail.provider === 'M365') add('exchange-online', mail.confidence, mail.because);
  for (const rule of rules.classification.workloads) {
    const evidence = shownBy(rule, facts, spf);
    if (evidence !== null) add(rule.workload, rule.confidence, [evidence]);
  }
  return WORKLOADS.flatMap((workload) => {
    const verdict = found.get(workload);
    return verdict === undefined ? [] : [{ workload, ...verdict }];
  });
}

function shownBy(rule: WorkloadRule, facts: DomainFacts, spf: SpfStructure): Evidence | null {
  const pointsTo = (record: string, lookup: Lookup<string> | undefined): Evidence | null =>
    lookup?.state === 'found' && rule.suffix.some((suffix) => hasSuffix(lookup.value, suffix))
      ? { record: `CNAME ${record}`, value: lookup.value, shows: rule.workload }
      : null;
  switch (rule.record) {
    case 'lyncdiscover':
    case 'sip':
    case 'enterpriseenrollment':
    case 'enterpriseregistration':
    case 'msoid':
      return pointsTo(rule.record, facts[rule.record]);
    case 'txt': {
      const text =
        facts.txt.state === 'found'
          ? facts.txt.value.find((txt) => rule.prefix.some((prefix) => txt.startsWith(prefix)))
          : undefined;
      return text === undefined ? null : { record: 'TXT', value: text, shows: rule.workload };
    }
    case 'spf': {
      const name = spf.includes.find((include) =>
        rule.suffix.some((suffix) => hasSuffix(include.name, suffix)),
      )?.name;
      return name === undefined ? null : { record: 'SPF', value: name, shows: rule.workload };
    }
    case 'tenant': {
      const tenant = facts.tenant?.state === 'found' ? facts.tenant.value : null;
      if (tenant === null) return null;
      return { record: 'Entra', value: tenant.tenantId ?? tenant.realm ?? 'found', shows: rule.workload };
    }
  }
}
