import type { PModel, Scored, ScoreLine } from '#core/assessment.ts';
import type { Words } from '#core/rules/common.ts';
import type {
  Condition,
  Priority,
  ProviderScore,
  RuleSet,
  ScoreRule,
  Segment,
} from '#core/rules/rule-set.ts';
import { holds, namedFindings, type Decided } from './condition.ts';
import type { FindingId } from './findings.ts';
import { providerScore, type Situation } from './situation.ts';

/** Puts a value into the one placeholder of a line's name, in each language. */
const filled = (words: Words, placeholder: string, value: Words): Words => ({
  tr: words.tr.replace(`{${placeholder}}`, () => value.tr),
  en: words.en.replace(`{${placeholder}}`, () => value.en),
});

/**
 * Scores one situation under one rule set. Score and breakdown are the same computation: the points of the lines
 * add up to the score.
 */
export function score(situation: Situation, set: RuleSet): Scored {
  const sum = counted(situation, set);
  const { hardFail } = sum;
  const lines =
    hardFail === null ? countedLines(situation, set, sum) : hardFailLines(situation, set, hardFail);
  return { score: sum.score, hardFail, lines, ...place(situation, set, startOf(sum)) };
}

/** What counts in a situation, and what it comes to: the score before anybody asks how it is told. */
export interface Counted {
  readonly score: number;
  readonly hardFail: Scored['hardFail'];
  readonly provider: ProviderScore;
  /** the rules that hold, in their order */
  readonly rules: readonly ScoreRule[];
  /** the sum of all points, before the limits of the scale */
  readonly sum: number;
}

/** The score of a situation without its breakdown: the same rules, the same sum. */
export function counted(situation: Situation, set: RuleSet): Counted {
  const provider = providerScore(set, situation.provider, situation.kind);
  const hardFail = hardFailOf(situation, set);
  if (hardFail !== null) return { score: set.clamp.min, hardFail, provider, rules: [], sum: set.clamp.min };
  const decided: Decided = { providerScore: provider, hardFail: false };
  const rules = set.rules.filter((rule) => holds(rule.when, situation, decided));
  const sum = rules.reduce((total, rule) => total + rule.points, set.base + provider.points);
  const score = Math.min(set.clamp.max, Math.max(set.clamp.min, sum));
  return { score, hardFail, provider, rules, sum };
}

/** What `place` starts from. */
export const startOf = ({ provider, hardFail, score }: Counted): Decided & { readonly score: number } => ({
  providerScore: provider,
  hardFail: hardFail !== null,
  score,
});

/** Why nothing can be sold here: no mail at all. Only what a look-up *answered* may say so. */
function hardFailOf(situation: Situation, set: RuleSet): Scored['hardFail'] {
  if (situation.findings.has('domain-nxdomain')) return 'nxdomain';
  if (situation.findings.has('mx-absent')) return 'absent';
  if (situation.findings.has('mx-null') && set.engine.nullMx === 'hard-fail') return 'null';
  return null;
}

function hardFailLines(
  situation: Situation,
  set: RuleSet,
  hardFail: NonNullable<Scored['hardFail']>,
): ScoreLine[] {
  const base: ScoreLine = baseLine(set);
  const found: FindingId =
    hardFail === 'null' ? 'mx-null' : hardFail === 'absent' ? 'mx-absent' : 'domain-nxdomain';
  // The score of a hard fail is the floor, whatever the base: the difference stands in this line.
  const points = set.clamp.min - base.points;
  const why = set.hardFailReasons[hardFail];
  return [
    base,
    {
      id: 'hard-fail',
      key: 'hard_fail',
      kind: 'note',
      points: points === 0 ? 0 : points,
      running: set.clamp.min,
      name: why,
      why,
      advice: null,
      findings: [found],
      because: situation.findings.get(found) ?? [],
    },
  ];
}

const baseLine = (set: RuleSet): ScoreLine => ({
  id: 'base',
  key: 'base_score',
  kind: 'base',
  points: set.base,
  running: set.base,
  ...set.lines.base,
  advice: null,
  findings: [],
  because: [],
});

function countedLines(
  situation: Situation,
  set: RuleSet,
  { provider, rules, score, sum }: Counted,
): ScoreLine[] {
  const lines: ScoreLine[] = [baseLine(set)];
  let running = set.base;
  const push = (line: Omit<ScoreLine, 'running'>): void => {
    running += line.points;
    lines.push({ ...line, running });
  };
  push({
    id: 'provider',
    key: 'provider',
    kind: 'provider',
    points: provider.points,
    name: filled(set.lines.provider.name, 'provider', situation.providerName),
    why: set.lines.provider.why,
    advice: null,
    findings: ['mx-found'],
    because: situation.findings.get('mx-found') ?? [],
  });
  for (const rule of rules) {
    const findings = [...namedFindings(rule.when)].filter((id) => situation.findings.has(id));
    push({
      id: rule.id,
      key: rule.key,
      kind: rule.kind,
      points: rule.points,
      name: rule.name,
      why: rule.why,
      advice: rule.advice,
      findings,
      because: findings.flatMap((id) => situation.findings.get(id) ?? []),
    });
  }
  if (score !== sum) {
    const limits = sum < score ? set.lines.floor : set.lines.ceiling;
    const limit: Words = { tr: String(score), en: String(score) };
    push({
      id: 'clamp',
      key: 'clamp',
      kind: 'clamp',
      points: score - sum,
      name: filled(limits.name, 'limit', limit),
      why: filled(limits.why, 'limit', limit),
      advice: null,
      findings: [],
      because: [],
    });
  }
  return lines;
}

/** Segment, priority and P-model of a score: each list of the set, first match wins. */
export function place(
  situation: Situation,
  set: RuleSet,
  start: Decided & { readonly score: number },
): {
  segment: Segment;
  segmentRule: string;
  segmentWhy: Words | null;
  priority: Priority;
  pModel: PModel | null;
} {
  const first = <T extends { id: string; when: Condition }>(list: readonly T[], decided: Decided): T => {
    const match = list.find((choice) => holds(choice.when, situation, decided));
    // The check of the rule files demands a last entry that always holds.
    if (match === undefined) throw new Error(`rule set ${set.id}: no entry of a first-match list fits`);
    return match;
  };
  const segment = first(set.segments, start);
  const withSegment: Decided = { ...start, segment: segment.value };
  const priority = first(set.priorities, withSegment).value;
  const withPriority: Decided = { ...withSegment, priority };
  const outcome = {
    segment: segment.value,
    segmentRule: segment.id,
    segmentWhy: segment.why ?? null,
    priority,
  };
  if (start.hardFail && !set.engine.hardFailPModel) return { ...outcome, pModel: null };
  const commercialSegment = first(set.commercialSegments, withPriority).value;
  const technicalHeat = first(set.technicalHeats, { ...withPriority, commercialSegment }).value;
  const withHeat: Decided = { ...withPriority, commercialSegment, technicalHeat };
  const commercialHeat = first(set.commercialHeats, withHeat).value;
  const category = first(set.categories, { ...withHeat, commercialHeat }).value;
  return {
    ...outcome,
    pModel: {
      commercialSegment,
      technicalHeat,
      commercialHeat,
      category,
      label: set.categoryLabels[category],
    },
  };
}
