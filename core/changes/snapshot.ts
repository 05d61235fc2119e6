import type { Assessment } from '#core/assessment.ts';
import type { SalesRules } from '#core/rules/sales.ts';
import type { FindingId } from '#core/score/findings.ts';

/** The part of an assessment that is compared. Every assessment is one; a store may keep just this. */
export type AssessmentSnapshot = Pick<
  Assessment,
  | 'domain'
  | 'lookedUpAt'
  | 'ruleSet'
  | 'open'
  | 'mail'
  | 'findings'
  | 'metrics'
  | 'signals'
  | 'scored'
  | 'range'
  | 'dmarc'
  | 'nameservers'
  | 'registration'
  | 'daysToExpiry'
>;

/** The rules that comparing needs: the words, and from when on the end of a registration is near. */
export interface ChangeRules extends Pick<SalesRules, 'wording'> {
  readonly opportunity: Pick<SalesRules['opportunity'], 'expirySoonDays'>;
}

export const has = (snapshot: AssessmentSnapshot, id: FindingId): boolean =>
  snapshot.findings.some((finding) => finding.id === id);

/** The first of these findings that holds; null when none does, as after a look-up that gave no answer. */
export function firstOf<Id extends FindingId>(snapshot: AssessmentSnapshot, ids: readonly Id[]): Id | null {
  return ids.find((id) => has(snapshot, id)) ?? null;
}

export const mxAnswered = (snapshot: AssessmentSnapshot): boolean =>
  firstOf(snapshot, ['mx-found', 'mx-absent', 'mx-null', 'domain-nxdomain']) !== null;

/** Look-ups that say nothing about whose mailboxes these are. All others may. */
const BESIDE_THE_MAIL = new Set([
  'dmarc',
  'ns',
  'registration',
  'mtaSts',
  'mtaStsPolicy',
  'tlsRpt',
  'bimi',
  'caa',
  'soa',
  'apexAddresses',
  'apexAddresses6',
  'dnssec',
]);

/** Whether every look-up that the verdict on the mail may rest on was answered. */
const mailEvidenceAnswered = (snapshot: AssessmentSnapshot): boolean =>
  snapshot.open.every(
    ({ question }) =>
      BESIDE_THE_MAIL.has(question) || question.startsWith('dmarc ') || question.startsWith('address '),
  );

/** Whether the MX itself names the cloud or the service: then no other record can change that. */
export const mxNamesProvider = ({ mail }: AssessmentSnapshot): boolean =>
  (mail.kind === 'mailbox' || mail.kind === 'sender') &&
  mail.because.some(({ record, shows }) => record.startsWith('MX') && shows === mail.providerName);

/** Whether no record that gave no answer could make the verdict on the mail another one. */
function mailKnown(snapshot: AssessmentSnapshot): boolean {
  if (!mxAnswered(snapshot) || has(snapshot, 'mail-evidence-unanswered')) return false;
  return !has(snapshot, 'mx-found') || mxNamesProvider(snapshot) || mailEvidenceAnswered(snapshot);
}

/**
 * Whether two verdicts on the mail may be compared, and the scores that rest on them: both known, so that no silence
 * alone keeps them apart, or the same one, as sure or unsure.
 */
export function mailComparable(before: AssessmentSnapshot, after: AssessmentSnapshot): boolean {
  if (mailKnown(before) && mailKnown(after)) return true;
  return mxAnswered(before) && mxAnswered(after) && verdictOf(before) === verdictOf(after);
}

const verdictOf = (snapshot: AssessmentSnapshot): string => {
  const { mxRoot, provider, gateway, hybrid } = snapshot.mail;
  return [mxRoot, provider, gateway?.id, hybrid, has(snapshot, 'mail-evidence-unanswered')].join(' ');
};

/** Whether the tenant was asked about: single scans do, bulk scans usually do not. */
export const tenantAsked = (snapshot: AssessmentSnapshot): boolean =>
  snapshot.signals.some((signal) => signal.id === 'tenant' && signal.state !== 'not-asked');

const SCORED_SILENCES = [
  'spf-unanswered',
  'spf-not-followed',
  'dkim-unanswered',
  'dmarc-unanswered',
] as const satisfies readonly FindingId[];

/** The signals of the score that gave no answer, in one word that can be compared. */
export const silences = (snapshot: AssessmentSnapshot): string =>
  SCORED_SILENCES.filter((id) => has(snapshot, id)).join(' ');

/**
 * Whether only one side knows that the registration ends soon. Far ends need no such care: a domain that has months
 * left now had them before, and counts nothing either way.
 */
export function expiryKnownOnOneSide(
  before: AssessmentSnapshot,
  after: AssessmentSnapshot,
  { opportunity }: ChangeRules,
): boolean {
  const soon = ({ daysToExpiry }: AssessmentSnapshot): boolean =>
    daysToExpiry !== null && daysToExpiry < opportunity.expirySoonDays;
  return (soon(before) && after.daysToExpiry === null) || (soon(after) && before.daysToExpiry === null);
}

/** Points of the score that rest on one part: the provider, or one signal. */
export function pointsOf(snapshot: AssessmentSnapshot, part: 'provider' | 'spf' | 'dkim' | 'dmarc'): number {
  if (part !== 'provider') return snapshot.signals.find((signal) => signal.id === part)?.points ?? 0;
  return (snapshot.scored?.lines ?? [])
    .filter((line) => line.kind === 'provider')
    .reduce((sum, line) => sum + line.points, 0);
}
