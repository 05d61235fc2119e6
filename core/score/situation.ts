import type { Evidence } from '#core/evidence.ts';
import type { Words } from '#core/rules/common.ts';
import type { RuleSet, ProviderScore, Workload } from '#core/rules/rule-set.ts';
import type { FindingId, MetricId } from './findings.ts';

/**
 * What a rule set is asked about: everything that may decide points, and nothing else. What-if and the score's range
 * are the same engine on a changed situation.
 */
export interface Situation {
  readonly provider: string;
  readonly providerName: Words;
  readonly kind: 'mailbox' | 'sender' | 'server' | 'none';
  readonly gateway: boolean;
  readonly hybrid: boolean;
  readonly workloads: ReadonlySet<Workload>;
  readonly findings: ReadonlyMap<FindingId, readonly Evidence[]>;
  readonly metrics: Readonly<Partial<Record<MetricId, number>>>;
}

/** The situation after some findings are taken away and others added, numbers changed with them. */
export function changed(
  situation: Situation,
  change: {
    remove?: readonly FindingId[];
    add?: readonly FindingId[];
    metrics?: Readonly<Partial<Record<MetricId, number | null>>>;
  },
): Situation {
  const findings = new Map(situation.findings);
  for (const id of change.remove ?? []) findings.delete(id);
  for (const id of change.add ?? []) findings.set(id, []);
  const metrics = { ...situation.metrics };
  for (const [id, value] of Object.entries(change.metrics ?? {}) as [MetricId, number | null][]) {
    if (value === null) delete metrics[id];
    else metrics[id] = value;
  }
  return { ...situation, findings, metrics };
}

/** How the set counts this provider: by name, else as one of the other mailbox clouds, else as any other. */
export function providerScore(set: RuleSet, provider: string, kind: Situation['kind']): ProviderScore {
  return set.providers[provider] ?? (kind === 'mailbox' ? set.otherMailboxClouds : set.otherProviders);
}
