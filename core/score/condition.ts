import type {
  CommercialHeat,
  CommercialSegment,
  Condition,
  Priority,
  ProviderScore,
  Segment,
  TechnicalHeat,
} from '#core/rules/rule-set.ts';
import type { MetricId } from './findings.ts';
import type { Situation } from './situation.ts';

/** What has been decided so far: later lists of a rule set may ask about the outcome of earlier ones. */
export interface Decided {
  readonly providerScore: ProviderScore;
  readonly hardFail: boolean;
  readonly score?: number;
  readonly segment?: Segment;
  readonly priority?: Priority;
  readonly commercialSegment?: CommercialSegment;
  readonly technicalHeat?: TechnicalHeat;
  readonly commercialHeat?: CommercialHeat;
}

type Range = { min?: number | undefined; max?: number | undefined };

const within = (value: number | undefined, range: Range): boolean =>
  value !== undefined &&
  (range.min === undefined || value >= range.min) &&
  (range.max === undefined || value <= range.max);

const oneOf = <T>(value: T | undefined, list: readonly T[]): boolean =>
  value !== undefined && list.includes(value);

/** Whether a condition holds. A key about something not yet decided, or a number that is unknown, does not hold. */
export function holds(condition: Condition, situation: Situation, decided: Decided): boolean {
  const c = condition;
  if (c.finding && !c.finding.some((id) => situation.findings.has(id))) return false;
  if (c.metric) {
    for (const [id, range] of Object.entries(c.metric) as [MetricId, Range][]) {
      if (!within(situation.metrics[id], range)) return false;
    }
  }
  if (c.provider && !c.provider.includes(situation.provider)) return false;
  if (c.group && !oneOf(decided.providerScore.group, c.group)) return false;
  if (c.gateway !== undefined && c.gateway !== situation.gateway) return false;
  if (c.hybrid !== undefined && c.hybrid !== situation.hybrid) return false;
  if (c.workload && !c.workload.some((workload) => situation.workloads.has(workload))) return false;
  if (c.hardFail !== undefined && c.hardFail !== decided.hardFail) return false;
  if (c.score && !within(decided.score, c.score)) return false;
  if (c.fromEntry) {
    const entry = decided.providerScore.entry;
    if (entry === undefined || decided.score === undefined) return false;
    if (!within(decided.score - entry, c.fromEntry)) return false;
  }
  if (c.segment && !oneOf(decided.segment, c.segment)) return false;
  if (c.priority && !within(decided.priority, c.priority)) return false;
  if (c.commercialSegment && !oneOf(decided.commercialSegment, c.commercialSegment)) return false;
  if (c.technicalHeat && !oneOf(decided.technicalHeat, c.technicalHeat)) return false;
  if (c.commercialHeat && !oneOf(decided.commercialHeat, c.commercialHeat)) return false;
  if (c.all && !c.all.every((inner) => holds(inner, situation, decided))) return false;
  if (c.any && !c.any.some((inner) => holds(inner, situation, decided))) return false;
  if (c.not && holds(c.not, situation, decided)) return false;
  return true;
}

/** The findings a condition names: what a line of the breakdown rests on. */
export function namedFindings(condition: Condition): ReadonlySet<NonNullable<Condition['finding']>[number]> {
  const names = new Set(condition.finding ?? []);
  for (const inner of [...(condition.all ?? []), ...(condition.any ?? [])]) {
    for (const id of namedFindings(inner)) names.add(id);
  }
  return names;
}
