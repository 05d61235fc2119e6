import type { Assessment } from '#core/assessment.ts';
import type { Words } from '#core/rules/common.ts';
import type { Category, Priority, Segment } from '#core/rules/rule-set.ts';

/** Where one company stands under one rule set. */
export interface Standing {
  readonly score: number;
  readonly segment: Segment;
  readonly priority: Priority;
  readonly category: Category | null;
}

/** A part of the breakdown that counts differently. Null = there is no such part on that side. */
export interface LineMove {
  /** its name in the breakdown: two rule sets may give the rule behind it different ids */
  readonly key: string;
  readonly name: Words;
  readonly before: number | null;
  readonly after: number | null;
  /** after minus before; those of all moves add up to the delta of the score */
  readonly points: number;
}

/** What other rules make of the same records. Null sides: the MX gave no answer, so there is no score under any rules. */
export interface RuleEffect {
  readonly before: Standing | null;
  readonly after: Standing | null;
  readonly delta: number;
  readonly lines: readonly LineMove[];
  /** score, segment, priority and category are the same */
  readonly unchanged: boolean;
}

/**
 * Compares two assessments of the same facts at the same moment under two rule sets. Whatever differs comes from the
 * rules, so nothing needs to be left out as unknown.
 */
export function ruleEffect(before: Assessment, after: Assessment): RuleEffect {
  const [from, to] = [standingOf(before), standingOf(after)];
  return {
    before: from,
    after: to,
    delta: from === null || to === null ? 0 : to.score - from.score,
    lines: lineMoves(before, after),
    unchanged:
      from?.score === to?.score &&
      from?.segment === to?.segment &&
      from?.priority === to?.priority &&
      from?.category === to?.category,
  };
}

function standingOf({ scored }: Assessment): Standing | null {
  if (scored === null) return null;
  const { score, segment, priority, pModel } = scored;
  return { score, segment, priority, category: pModel?.category ?? null };
}

/** In reading order: the parts of the new breakdown, then those that are gone. */
function lineMoves(before: Assessment, after: Assessment): LineMove[] {
  const [old, now] = [partsOf(before), partsOf(after)];
  const gone = [...old].filter(([key]) => !now.has(key));
  return [
    ...[...now].map(([key, { name, points }]) => move(key, name, old.get(key)?.points ?? null, points)),
    ...gone.map(([key, { name, points }]) => move(key, name, points, null)),
  ].filter(({ points, before: from, after: to }) => points !== 0 || from === null || to === null);
}

/** The lines of a breakdown by their key. Several rules may share one. */
function partsOf({ scored }: Assessment): Map<string, { readonly name: Words; readonly points: number }> {
  const parts = new Map<string, { readonly name: Words; readonly points: number }>();
  for (const { key, name, points } of scored?.lines ?? []) {
    const part = parts.get(key);
    parts.set(key, { name: part?.name ?? name, points: (part?.points ?? 0) + points });
  }
  return parts;
}

const move = (key: string, name: Words, before: number | null, after: number | null): LineMove => ({
  key,
  name,
  before,
  after,
  points: (after ?? 0) - (before ?? 0),
});
