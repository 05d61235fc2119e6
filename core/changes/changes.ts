import type { ScoreLine } from '#core/assessment.ts';
import type { Words } from '#core/rules/common.ts';
import { signed } from './number.ts';
import {
  type AssessmentSnapshot,
  type ChangeRules,
  expiryKnownOnOneSide,
  firstOf,
  has,
  mailComparable,
  mxAnswered,
  mxNamesProvider,
  pointsOf,
  silences,
  tenantAsked,
} from './snapshot.ts';
import { type ChangeWords, changeWords, dmarcName } from './words.ts';

export type { AssessmentSnapshot, ChangeRules } from './snapshot.ts';

/** What can differ between two assessments of one domain. The first eight are the earlier system's names. */
export const CHANGE_TYPES = [
  'spf_changed',
  'dkim_changed',
  'dmarc_added',
  'dmarc_changed',
  'mx_changed',
  'expire_soon',
  'priority_score_changed',
  'segment_changed',
  'score_changed',
  'provider_changed',
  'gateway_changed',
  'coverage_changed',
  'nameservers_changed',
  'registrar_changed',
] as const;
export type ChangeType = (typeof CHANGE_TYPES)[number];

export interface Change {
  readonly type: ChangeType;
  readonly from: string | number | null;
  readonly to: string | number | null;
  /** the change as a sentence without full stop: "SPF record published" */
  readonly words: Words;
  /** points of the lines that rest on this part, after minus before; the floor may swallow some of them */
  readonly points: number;
  /** rules: the records are the same, another rule set counts them differently */
  readonly cause: 'records' | 'rules';
}

/**
 * What has changed between two assessments of a domain. Only what both of them *know* is compared: a look-up that
 * gave no answer, or was not made, on either side is no change. The first scan has no changes.
 */
export function changesBetween(
  before: AssessmentSnapshot | null,
  after: AssessmentSnapshot,
  rules: ChangeRules,
): Change[] {
  if (before === null) return [];
  const words = changeWords(rules.wording);
  return COMPARISONS.map((compare) => compare(before, after, words, rules)).filter(
    (change) => change !== null,
  );
}

type Compare = (
  before: AssessmentSnapshot,
  after: AssessmentSnapshot,
  words: ChangeWords,
  rules: ChangeRules,
) => Change | null;

const change = (
  type: ChangeType,
  from: Change['from'],
  to: Change['to'],
  words: Words,
  points = 0,
  cause: Change['cause'] = 'records',
): Change => ({ type, from, to, words, points, cause });

const provider: Compare = (before, after, words) => {
  // A cloud that a new MX names itself is where the mail goes now, whatever the silence hides.
  const named = before.mail.mxRoot !== after.mail.mxRoot && mxNamesProvider(after) && mxAnswered(before);
  if (!named && !sameQuestionOfMail(before, after)) return null;
  const [from, to] = [before.mail, after.mail];
  // Unknown is no provider: behind a gateway the signs may come and go without anybody having moved.
  if (from.provider === to.provider || from.kind === 'none' || to.kind === 'none') return null;
  const points = pointsOf(after, 'provider') - pointsOf(before, 'provider');
  return change('provider_changed', from.provider, to.provider, words.provider(from, to), points);
};

const gateway: Compare = (before, after, words) => {
  if (!sameQuestionOfMail(before, after)) return null;
  if (!has(before, 'mx-found') || !has(after, 'mx-found')) return null;
  const [from, to] = [before.mail.gateway, after.mail.gateway];
  if (from?.id === to?.id) return null;
  return change('gateway_changed', from?.name ?? null, to?.name ?? null, words.gateway(from, to));
};

/**
 * Whether the two verdicts on the mail answer the same question. With the same hosts a different verdict can only come
 * from the other records, and the tenant must then have been asked about on both sides or on neither.
 */
function sameQuestionOfMail(before: AssessmentSnapshot, after: AssessmentSnapshot): boolean {
  const moved = before.mail.mxRoot !== after.mail.mxRoot;
  return mailComparable(before, after) && (moved || tenantAsked(before) === tenantAsked(after));
}

/** The registrable domain of the MX, as the earlier system compared it: mx1 becoming mx2 is no move. */
const mx: Compare = (before, after, words) => {
  if (!mxAnswered(before) || !mxAnswered(after)) return null;
  const [from, to] = [before.mail.mxRoot, after.mail.mxRoot];
  return from === to ? null : change('mx_changed', from, to, words.mx(from, to));
};

const SPF_STATES = ['spf-found', 'spf-permerror', 'spf-absent'] as const;
const spf: Compare = (before, after, words) => {
  const [from, to] = [firstOf(before, SPF_STATES), firstOf(after, SPF_STATES)];
  if (from === null || to === null) return null;
  const points = pointsOf(after, 'spf') - pointsOf(before, 'spf');
  const [oldText, newText] = [spfText(before), spfText(after)];
  if (from !== to) return change('spf_changed', oldText, newText, words.spfState(from, to), points);
  if (from === 'spf-absent' || oldText === newText) return null;
  const includes = [before.metrics['spf-includes'], after.metrics['spf-includes']] as const;
  return change('spf_changed', oldText, newText, words.spfText(...includes), points);
};

/** The record in a form in which only its content differs; null where there is none. */
function spfText(snapshot: AssessmentSnapshot): string | null {
  const finding = snapshot.findings.find(({ id }) => id === 'spf-found' || id === 'spf-permerror');
  const text = finding?.because.find(({ record }) => record === 'SPF')?.value;
  return text === undefined ? null : text.toLowerCase().replace(/\s+/g, ' ').trim();
}

// A key that is found nowhere may still exist under another name: "unknown" is compared with nothing.
const DKIM_STATES = ['dkim-found', 'dkim-absent'] as const;
const dkim: Compare = (before, after, words) => {
  const [from, to] = [firstOf(before, DKIM_STATES), firstOf(after, DKIM_STATES)];
  if (from === null || to === null || from === to) return null;
  const points = pointsOf(after, 'dkim') - pointsOf(before, 'dkim');
  const useless = has(after, 'dkim-revoked') || has(after, 'dkim-weak-key');
  const [oldState, newState] = [from.slice('dkim-'.length), to.slice('dkim-'.length)];
  return change('dkim_changed', oldState, newState, words.dkim(to, useless), points);
};

const DMARC_STATES = [
  'dmarc-reject',
  'dmarc-quarantine',
  'dmarc-policy-none',
  'dmarc-permerror',
  'dmarc-absent',
] as const;
const dmarc: Compare = (before, after, words) => {
  const [from, to] = [firstOf(before, DMARC_STATES), firstOf(after, DMARC_STATES)];
  if (from === null || to === null || from === to) return null;
  const enforces = (state: (typeof DMARC_STATES)[number]): boolean =>
    state === 'dmarc-reject' || state === 'dmarc-quarantine';
  const type = !enforces(from) && enforces(to) ? 'dmarc_added' : 'dmarc_changed';
  const points = pointsOf(after, 'dmarc') - pointsOf(before, 'dmarc');
  return change(type, dmarcName(from), dmarcName(to), words.dmarc(from, to), points);
};

const coverage: Compare = (before, after, words) => {
  const [from, to] = [before.dmarc.coverage, after.dmarc.coverage];
  if (from === null || to === null || from === to) return null;
  return change('coverage_changed', from, to, words.coverage(from, to));
};

const expiry: Compare = (before, after, words, { opportunity: { expirySoonDays } }) => {
  if (after.daysToExpiry === null || after.daysToExpiry >= expirySoonDays) return null;
  if (before.daysToExpiry === null || before.daysToExpiry < expirySoonDays) return null;
  return change('expire_soon', before.daysToExpiry, after.daysToExpiry, words.expiry(after.daysToExpiry));
};

const nameservers: Compare = (before, after, words) => {
  const [from, to] = [nameserverText(before), nameserverText(after)];
  if (from === null || to === null || from === to) return null;
  return change('nameservers_changed', from, to, words.nameservers());
};

/** The name servers in any order and case; null when they are not known. */
function nameserverText(snapshot: AssessmentSnapshot): string | null {
  const silent = snapshot.open.some(({ question }) => question === 'ns');
  if (silent || snapshot.nameservers.length === 0) return null;
  return snapshot.nameservers
    .map((name) => name.toLowerCase())
    .toSorted()
    .join(', ');
}

const registrar: Compare = (before, after, words) => {
  const [from, to] = [before.registration?.registrar ?? null, after.registration?.registrar ?? null];
  if (from === null || to === null || registrarKey(from) === registrarKey(to)) return null;
  return change('registrar_changed', from, to, words.registrar(from, to));
};

/** RDAP and WHOIS write one registrar in several ways: "Example, Inc." and "EXAMPLE INC". */
const registrarKey = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .replace(/\b(?:inc|llc|ltd|limited|gmbh|corp|corporation|co|sa|sas|bv|ag|as)\b/g, ' ')
    .replace(/\s+/g, '');

/** Priority before segment before score, one of them: the earlier system reported the most telling only. */
const ranking: Compare = (before, after, words, rules) => {
  const [from, to] = [before.scored, after.scored];
  if (from === null || to === null || !scoresComparable(before, after, rules)) return null;
  const points = to.score - from.score;
  const sameRules =
    before.ruleSet.id === after.ruleSet.id && before.ruleSet.version === after.ruleSet.version;
  const cause = sameRules ? 'records' : 'rules';
  if (from.priority !== to.priority) {
    const said = words.priority(from.priority, to.priority);
    return change('priority_score_changed', from.priority, to.priority, said, points, cause);
  }
  if (from.segment !== to.segment) {
    const said = words.segment(from.segment, to.segment);
    return change('segment_changed', from.segment, to.segment, said, points, cause);
  }
  if (points === 0) return null;
  return change('score_changed', from.score, to.score, words.score(from.score, to.score), points, cause);
};

/** In the order in which changes are told. */
const COMPARISONS: readonly Compare[] = [
  provider,
  gateway,
  mx,
  spf,
  dkim,
  dmarc,
  coverage,
  expiry,
  nameservers,
  registrar,
  ranking,
];

/**
 * A score that is lower because a look-up gave no answer says nothing about the company. Two scores are compared
 * when the same signals are silent in both, or when no answer could make them equal; and never when only one of them
 * knows that the registration ends soon, or whose mailboxes these are.
 */
function scoresComparable(
  before: AssessmentSnapshot,
  after: AssessmentSnapshot,
  rules: ChangeRules,
): boolean {
  if (expiryKnownOnOneSide(before, after, rules) || !mailComparable(before, after)) return false;
  if (silences(before) === silences(after)) return true;
  if (before.range === null || after.range === null) return false;
  return before.range.high < after.range.low || after.range.high < before.range.low;
}

const RANKING: ReadonlySet<ChangeType> = new Set([
  'priority_score_changed',
  'segment_changed',
  'score_changed',
]);
const LONGEST_REASON = 2;

/**
 * Why the score is another one than last time, for "+15 since 3 Sep: SPF record published". Changes that pushed the
 * score the way it went come first, the strongest before the weaker. Null when the score is the same, or when nothing
 * that both scans know explains it.
 */
export function reasonOf(
  before: AssessmentSnapshot,
  after: AssessmentSnapshot,
  rules: ChangeRules,
  changes: readonly Change[] = changesBetween(before, after, rules),
): Words | null {
  const words = changeWords(rules.wording);
  const delta = (after.scored?.score ?? 0) - (before.scored?.score ?? 0);
  if (before.scored === null || after.scored === null || delta === 0) return null;
  const causes = changes
    .filter(
      ({ type, points }) => !RANKING.has(type) && points !== 0 && Math.sign(points) === Math.sign(delta),
    )
    .toSorted((a, b) => Math.abs(b.points) - Math.abs(a.points))
    .slice(0, LONGEST_REASON);
  if (causes.length > 0) return words.list(causes.map((cause) => cause.words));
  const soon = changes.find(({ type }) => type === 'expire_soon');
  if (soon !== undefined && delta < 0) return soon.words;
  if (changes.some(({ cause }) => cause === 'rules')) return words.otherRules(before.ruleSet, after.ruleSet);
  if (
    silences(before) !== silences(after) ||
    expiryKnownOnOneSide(before, after, rules) ||
    !mailComparable(before, after)
  )
    return words.silence();
  return strongestLine(before.scored.lines, after.scored.lines, delta, words);
}

/** The line that came or went and moved the score most its way: for what no record shows, such as a renewal. */
function strongestLine(
  before: readonly ScoreLine[],
  after: readonly ScoreLine[],
  delta: number,
  words: ChangeWords,
): Words | null {
  const missingIn = (lines: readonly ScoreLine[], line: ScoreLine): boolean =>
    !lines.some(({ id }) => id === line.id);
  const moves = [
    ...after
      .filter((line) => missingIn(before, line))
      .map((line) => ({ points: line.points, words: line.name })),
    ...before
      .filter((line) => missingIn(after, line))
      .map((line) => ({ points: -line.points, words: words.noLonger(line.name) })),
  ].filter(({ points }) => points !== 0 && Math.sign(points) === Math.sign(delta));
  return moves.toSorted((a, b) => Math.abs(b.points) - Math.abs(a.points))[0]?.words ?? null;
}

/** What happened between two scans in one line, for the history: "SPF record published: +15". */
export function summaryOf(
  before: AssessmentSnapshot | null,
  after: AssessmentSnapshot,
  rules: ChangeRules,
  changes: readonly Change[] = changesBetween(before, after, rules),
): Words {
  const words = changeWords(rules.wording);
  if (before === null) return words.firstScan();
  if (after.scored === null) return words.noScore();
  const delta = before.scored === null ? 0 : after.scored.score - before.scored.score;
  const records = changes.filter(({ type }) => !RANKING.has(type)).map((change) => change.words);
  const reason = reasonOf(before, after, rules, changes);
  const said = records.length > 0 ? records : reason === null ? [] : [reason];
  if (said.length === 0 && delta === 0) return words.noChange();
  const start = said.length === 0 ? words.scoreMoved() : words.list(said);
  return delta === 0 ? start : words.withPoints(start, signed(delta));
}
