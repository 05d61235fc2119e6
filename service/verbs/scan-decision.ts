import { assess } from '#core/assess.ts';
import type { Assessment, AssessmentContext } from '#core/assessment.ts';
import { carryOver, type AskedAt } from '#core/carry-over.ts';
import { alertsFor, type Alert } from '#core/changes/alerts.ts';
import { type Change, changesBetween, summaryOf } from '#core/changes/changes.ts';
import type { DomainFacts } from '#core/facts.ts';
import { isRanking, stepTo } from '#core/keep.ts';
import { tally } from '#core/questions.ts';
import { nextRetry, type Retry } from '#core/retry.ts';
import type { Words } from '#core/rules/common.ts';
import type { AllRules } from '../rule-files.ts';
import type { CompanyState } from '../store/company-state.ts';

/** A row of the history. */
export interface HistoryEntry {
  /** the assessment whose score it tells */
  readonly of: Assessment;
  readonly score: Assessment['scored'];
  readonly delta: number | null;
  readonly summary: Words;
  readonly at: string;
  readonly cause: 'scan' | 'rules' | 'context';
}

/** What a scan or a new scoring comes to, before anything is written. */
export interface Decision {
  readonly companyId: number;
  readonly domain: string;
  /** of the newest facts */
  readonly assessment: Assessment;
  /** the one whose score is shown from now on; null when there never was a score */
  readonly shown: Assessment | null;
  /** whether that is an earlier one */
  readonly kept: boolean;
  readonly changes: readonly Change[];
  readonly alerts: readonly Alert[];
  readonly history: HistoryEntry | null;
  /** null after a new scoring: the facts stay as they are */
  readonly scan: { readonly facts: DomainFacts; readonly askedAt: AskedAt; readonly retry: Retry } | null;
}

/** What a scan has brought. */
export interface Looked {
  readonly companyId: number;
  readonly domain: string;
  readonly facts: DomainFacts;
  /** when it asked the parts that not every scan asks */
  readonly asked: AskedAt;
}

/** Puts new facts beside what is stored: pure, so that the transaction holds nothing but reading and writing. */
export function decideScan(looked: Looked, state: CompanyState, now: string, rules: AllRules): Decision {
  const { facts, askedAt } = carryOver(looked.facts, looked.asked, state.before, now);
  const context = contextOf(state, now);
  const first = assess(facts, context, rules.engine);
  const step = stepTo(state, first, rules.sales);
  // What has changed just now makes the domain less steady as well, but no other records.
  const moved = step.changes.filter((change) => !isRanking(change)).length;
  const assessment =
    moved === 0
      ? first
      : assess(facts, { ...context, recentChanges: (context.recentChanges ?? 0) + moved }, rules.engine);
  const before = state.newest ?? state.shown;
  const shown = step.kept ? state.shown : assessment.scored === null ? null : assessment;
  const asked = tally(looked.facts).open;
  const askedNames = new Set(asked.map(({ question }) => question));
  return {
    companyId: state.id,
    domain: state.domain,
    assessment,
    shown,
    kept: step.kept,
    changes: step.changes,
    alerts: alertsFor(before, assessment, step.changes, rules.sales),
    history: historyOf(state, assessment, step, rules),
    scan: {
      facts,
      askedAt,
      retry: nextRetry(
        asked,
        assessment.open.filter(({ question }) => !askedNames.has(question)),
        state.retry,
        Date.parse(now),
      ),
    },
  };
}

/** Thinks again about stored facts: other rules, or more that is known of the company. Null when there are none. */
export function decideRescore(
  state: CompanyState,
  now: string,
  rules: AllRules,
  cause: 'rules' | 'context',
): Decision | null {
  if (state.before === null) return null;
  // What was looked at once shows no stability: thinking about it again is not a second look.
  const context = { ...contextOf(state, now), ...(state.scans > 1 ? {} : { recentChanges: null }) };
  const assessment = assess(state.before.facts, context, rules.engine);
  const kept = state.shown !== null && state.newest !== null;
  const scored = !kept
    ? assessment
    : state.keptFacts === null
      ? state.shown
      : assess(state.keptFacts, context, rules.engine);
  const shown = scored.scored === null ? null : scored;
  // The records are the same: nothing has happened at the company, whatever these rules make of it.
  const changes =
    cause === 'context' || shown === null
      ? []
      : changesBetween(state.shown, shown, rules.sales)
          .filter(isRanking)
          .map((change): Change => ({ ...change, cause: 'rules' }));
  return {
    companyId: state.id,
    domain: state.domain,
    assessment,
    shown,
    kept,
    changes,
    alerts: [],
    history:
      shown === null || !differs(state.shown, shown)
        ? null
        : {
            of: shown,
            score: shown.scored,
            delta: deltaOf(state.shown, shown),
            summary: summaryOf(state.shown, shown, rules.sales, changes),
            at: now,
            cause,
          },
    scan: null,
  };
}

const contextOf = ({ declared, referral, recentChanges }: CompanyState, now: string): AssessmentContext => ({
  now,
  recentChanges,
  declared,
  referral,
});

/**
 * The history has a row for the first scan and for each that found something else than the one before: a change, another
 * score, or a silence that begins or ends. A thousand scans of a company that changes nothing are one row.
 */
function historyOf(
  state: CompanyState,
  assessment: Assessment,
  { changes, kept }: { readonly changes: readonly Change[]; readonly kept: boolean },
  rules: AllRules,
): HistoryEntry | null {
  const before = state.newest ?? state.shown;
  const silenceTurned = before !== null && (before.scored === null) !== (assessment.scored === null);
  const moved = !kept && differs(state.shown, assessment);
  if (before !== null && changes.length === 0 && !silenceTurned && !moved) return null;
  const { shown } = state;
  // A score that stays is still the score: that of the partial look-up is shown nowhere.
  const of = kept && shown !== null ? shown : assessment;
  const score = assessment.scored === null ? null : of.scored;
  const after = { ...assessment, scored: score, range: of.range };
  return {
    of,
    score,
    delta: score === null ? null : deltaOf(shown, of),
    summary: summaryOf(shown ?? state.newest, after, rules.sales, changes),
    at: assessment.lookedUpAt,
    cause: 'scan',
  };
}

function differs(before: Assessment | null, after: Assessment): boolean {
  const [from, to] = [before?.scored ?? null, after.scored];
  if (from === null || to === null) return from !== to;
  return (
    from.score !== to.score ||
    from.segment !== to.segment ||
    from.priority !== to.priority ||
    from.pModel?.category !== to.pModel?.category
  );
}

const deltaOf = (before: Assessment | null, after: Assessment): number | null =>
  before === null || before.scored === null || after.scored === null
    ? null
    : after.scored.score - before.scored.score;
