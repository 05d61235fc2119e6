import { PRIORITIES, SEGMENTS, type Priority, type Segment } from '#core/rules/rule-set.ts';
import type { RuleEffect, Standing } from './rule-effect.ts';

/** One company that the other rules move. */
export interface Mover {
  readonly domain: string;
  readonly provider: string;
  readonly effect: RuleEffect & { readonly before: Standing; readonly after: Standing };
}

export interface ScoreStatistics {
  /** one decimal */
  readonly mean: number;
  /** the lower one of the two in the middle */
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}

/** What other rules would make of all companies. */
export interface BacktestTotals {
  /** companies with a score under both rule sets */
  readonly compared: number;
  /** the MX gave no answer: no score under any rules */
  readonly unscored: number;
  /** score, segment, priority and category are the same */
  readonly unchanged: number;
  /** from row to column; every pair is there */
  readonly matrix: Readonly<Record<Segment, Readonly<Record<Segment, number>>>>;
  readonly priorities: readonly {
    readonly priority: Priority;
    readonly before: number;
    readonly after: number;
  }[];
  /** null when nothing was compared */
  readonly scores: { readonly before: ScoreStatistics; readonly after: ScoreStatistics } | null;
  /** the biggest first */
  readonly up: readonly Mover[];
  readonly down: readonly Mover[];
}

/** Movers kept on either side. */
const MOST_MOVERS = 20;

/** Adds companies up one by one. Keeps counts and the biggest movers only, so a million companies take no more room than one. */
export class BacktestTally {
  #unscored = 0;
  #unchanged = 0;
  readonly #matrix = new Map<string, number>();
  readonly #before = new Side();
  readonly #after = new Side();
  readonly #up: Mover[] = [];
  readonly #down: Mover[] = [];

  add(domain: string, provider: string, effect: RuleEffect): void {
    const { before, after } = effect;
    if (before === null || after === null) {
      this.#unscored += 1;
      return;
    }
    this.#before.add(before);
    this.#after.add(after);
    const pair = `${before.segment} ${after.segment}`;
    this.#matrix.set(pair, (this.#matrix.get(pair) ?? 0) + 1);
    if (effect.unchanged) this.#unchanged += 1;
    const mover = { domain, provider, effect: { ...effect, before, after } };
    const direction = compare(mover);
    if (direction > 0) keep(this.#up, mover);
    if (direction < 0) keep(this.#down, mover);
  }

  totals(): BacktestTotals {
    const count = (from: Segment, to: Segment): number => this.#matrix.get(`${from} ${to}`) ?? 0;
    const row = (from: Segment) =>
      Object.fromEntries(SEGMENTS.map((to) => [to, count(from, to)])) as Record<Segment, number>;
    const [before, after] = [this.#before.statistics(), this.#after.statistics()];
    return {
      compared: this.#before.count,
      unscored: this.#unscored,
      unchanged: this.#unchanged,
      matrix: Object.fromEntries(SEGMENTS.map((from) => [from, row(from)])) as BacktestTotals['matrix'],
      priorities: PRIORITIES.map((priority) => ({
        priority,
        before: this.#before.ofPriority(priority),
        after: this.#after.ofPriority(priority),
      })),
      scores: before === null || after === null ? null : { before, after },
      up: [...this.#up],
      down: [...this.#down],
    };
  }
}

/** Points moved; where the score stays, steps of priority. A higher score and a lower priority number are better. */
const weight = ({ effect: { before, after, delta } }: Mover): readonly [points: number, steps: number] => [
  delta,
  before.priority - after.priority,
];

function compare(mover: Mover): number {
  const [points, steps] = weight(mover);
  return points === 0 ? steps : points;
}

/** Puts a mover in its place in a list that has the biggest first; of equals the earlier one stays ahead. */
function keep(list: Mover[], mover: Mover): void {
  const [points, steps] = weight(mover).map(Math.abs) as [number, number];
  const at = list.findIndex((other) => {
    const [otherPoints, otherSteps] = weight(other).map(Math.abs) as [number, number];
    return points > otherPoints || (points === otherPoints && steps > otherSteps);
  });
  if (at === -1 && list.length >= MOST_MOVERS) return;
  list.splice(at === -1 ? list.length : at, 0, mover);
  if (list.length > MOST_MOVERS) list.pop();
}

/** How many companies have which score and priority on one side. */
class Side {
  readonly #scores = new Map<number, number>();
  readonly #priorities = new Map<Priority, number>();
  count = 0;

  add({ score, priority }: Standing): void {
    this.count += 1;
    this.#scores.set(score, (this.#scores.get(score) ?? 0) + 1);
    this.#priorities.set(priority, (this.#priorities.get(priority) ?? 0) + 1);
  }

  ofPriority(priority: Priority): number {
    return this.#priorities.get(priority) ?? 0;
  }

  statistics(): ScoreStatistics | null {
    const scores = [...this.#scores].sort(([a], [b]) => a - b);
    const [lowest, highest] = [scores[0]?.[0], scores.at(-1)?.[0]];
    if (lowest === undefined || highest === undefined) return null;
    const sum = scores.reduce((total, [score, n]) => total + score * n, 0);
    return {
      mean: Math.round((sum / this.count) * 10) / 10,
      median: middle(scores, Math.ceil(this.count / 2)),
      lowest,
      highest,
    };
  }
}

/** The score of the nth company when they stand in order of score. */
function middle(scores: readonly (readonly [score: number, n: number])[], nth: number): number {
  let seen = 0;
  for (const [score, n] of scores) {
    seen += n;
    if (seen >= nth) return score;
  }
  return 0;
}
