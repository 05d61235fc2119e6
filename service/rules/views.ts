import { z } from 'zod';
import type { Mover } from '#core/changes/backtest.ts';
import type { LineMove, Standing } from '#core/changes/rule-effect.ts';
import { Words } from '#core/rules/common.ts';
import { CATEGORIES, PRIORITIES, SEGMENTS } from '#core/rules/rule-set.ts';
import { Breakdown } from '#core/score/breakdown.ts';
import type { BacktestRun } from './backtest.ts';
import type { RuleSetName } from './active.ts';

/** What the API and `--json` show of rules: snake_case, sentences in both languages. */

export const RuleSetView = z.object({
  rule_set: z.string(),
  version: z.string().describe('with name and hash of the overlay, where one lies over the set'),
});
export const ruleSetView = ({ id, version }: RuleSetName): z.infer<typeof RuleSetView> => ({
  rule_set: id,
  version,
});

const StandingView = z.object({
  score: z.int(),
  segment: z.enum(SEGMENTS),
  priority_score: z.literal([...PRIORITIES]).describe('1 is best'),
  priority_category: z.enum(CATEGORIES).nullable(),
});
const standingView = ({ score, segment, priority, category }: Standing): z.infer<typeof StandingView> => ({
  score,
  segment,
  priority_score: priority,
  priority_category: category,
});

const LineMoveView = z.object({
  key: z.string().describe('name in signal_points, risk_points or lines of the breakdown'),
  name: Words,
  before: z.int().nullable().describe('points of this line; null = there is no such line'),
  after: z.int().nullable(),
  points: z.int().describe('after minus before; all of them add up to the delta of the score'),
});
const lineMoveView = ({ key, name, before, after, points }: LineMove): z.infer<typeof LineMoveView> => ({
  key,
  name,
  before,
  after,
  points,
});

const SideView = StandingView.extend({
  confidence: z.number(),
  m365_fit_score: z.int().nullable(),
  breakdown: Breakdown.describe('in the form of GET /leads/{domain}/score-breakdown'),
});

export const PreviewView = z.object({
  domain: z.string(),
  facts: z.enum(['stored', 'looked-up']).describe('where the records come from; nothing was stored'),
  looked_up_at: z.string().describe('when they were looked up, ISO 8601'),
  rules: z.object({ before: RuleSetView, after: RuleSetView }),
  before: SideView.nullable().describe('under the rules in use; null = the MX gave no answer'),
  after: SideView.nullable().describe('under the rules asked about'),
  delta: z.int(),
  unchanged: z.boolean().describe('score, segment, priority and category are the same'),
  lines: z.array(LineMoveView).describe('every line that counts differently'),
});
export type PreviewView = z.infer<typeof PreviewView>;

const StatisticsView = z.object({
  mean: z.number(),
  median: z.int(),
  lowest: z.int(),
  highest: z.int(),
});
const MoverView = z.object({
  domain: z.string(),
  provider: z.string(),
  before: StandingView,
  after: StandingView,
  delta: z.int(),
  lines: z.array(LineMoveView),
});

export const BacktestView = z.object({
  rules: z.object({ before: RuleSetView, after: RuleSetView }),
  assessed_at: z.string(),
  companies: z.object({
    stored: z.int().describe('companies that were looked up at least once'),
    considered: z.int().describe('how many of them this is about: the newest ones'),
    compared: z.int().describe('those with a score on both sides; the counts below are of these'),
    unscored: z.int().describe('the MX gave no answer'),
    failed: z.int().describe('could not be assessed, a fault of ours'),
    unchanged: z.int().describe('score, segment, priority and category are the same'),
  }),
  segments: z
    .record(z.enum(SEGMENTS), z.record(z.enum(SEGMENTS), z.int()))
    .describe('from (first key) to (second key)'),
  priorities: z.array(
    z.object({ priority_score: z.literal([...PRIORITIES]), before: z.int(), after: z.int() }),
  ),
  scores: z.object({ before: StatisticsView, after: StatisticsView }).nullable(),
  movers: z.object({
    up: z.array(MoverView).describe('the biggest first, 20 at most'),
    down: z.array(MoverView),
  }),
  failed_domains: z.array(z.string()),
});
export type BacktestView = z.infer<typeof BacktestView>;

export function backtestView(
  run: BacktestRun,
  about: {
    readonly before: RuleSetName;
    readonly after: RuleSetName;
    readonly now: string;
    readonly stored: number;
  },
): BacktestView {
  const { compared, unscored, failures, unchanged } = run;
  const considered = compared + unscored + failures;
  return {
    rules: { before: ruleSetView(about.before), after: ruleSetView(about.after) },
    assessed_at: about.now,
    // Companies that came in meanwhile were counted on one side only.
    companies: {
      stored: Math.max(about.stored, considered),
      considered,
      compared,
      unscored,
      failed: failures,
      unchanged,
    },
    segments: run.matrix,
    priorities: run.priorities.map(({ priority, before, after }) => ({
      priority_score: priority,
      before,
      after,
    })),
    scores: run.scores === null ? null : { before: { ...run.scores.before }, after: { ...run.scores.after } },
    movers: { up: run.up.map(moverView), down: run.down.map(moverView) },
    failed_domains: [...run.failed],
  };
}

const moverView = ({ domain, provider, effect }: Mover): z.infer<typeof MoverView> => ({
  domain,
  provider,
  before: standingView(effect.before),
  after: standingView(effect.after),
  delta: effect.delta,
  lines: effect.lines.map(lineMoveView),
});

export { lineMoveView, standingView };
