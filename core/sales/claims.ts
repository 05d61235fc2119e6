import type { Evidence } from '#core/evidence.ts';
import { FINDING_IDS, type FindingId } from '#core/score/findings.ts';
import type { CommercialSegment, Segment } from '#core/rules/rule-set.ts';
import { offerRow } from './offer-row.ts';
import { generatedAt, type Subject } from './subject.ts';

/**
 * What may be claimed about a company. Every finding is a claim; the rest is listed here. A claim answers with the
 * evidence that carries it, or with null when nothing does: then no sentence that needs it is said.
 */
type Shown = (subject: Subject) => readonly Evidence[] | null;

const when = (holds: boolean, because: readonly Evidence[] = []): readonly Evidence[] | null =>
  holds ? because : null;

const has = ({ assessment }: Subject, ...ids: FindingId[]): boolean =>
  assessment.findings.some((finding) => ids.includes(finding.id));

const evidenceOf = ({ assessment }: Subject, ...ids: FindingId[]): readonly Evidence[] =>
  assessment.findings.filter((finding) => ids.includes(finding.id)).flatMap((finding) => finding.because);

/** The rule set's own verdicts are shown by the score and the set that made it. */
const verdict = ({ assessment, scored }: Subject, shows: string): readonly Evidence[] => [
  { record: `${assessment.ruleSet.id} ${assessment.ruleSet.version}`, value: String(scored.score), shows },
];

const hardFail =
  (kind: 'absent' | 'null' | 'nxdomain'): Shown =>
  (s) =>
    when(s.scored.hardFail === kind, evidenceOf(s, 'mx-absent', 'mx-null', 'domain-nxdomain'));

const segment =
  (id: Segment): Shown =>
  (s) =>
    when(s.scored.segment === id && s.scored.hardFail === null, verdict(s, id));

const filedAs =
  (id: CommercialSegment): Shown =>
  (s) =>
    when(s.scored.pModel?.commercialSegment === id, verdict(s, id));

const provider =
  (id: string): Shown =>
  ({ assessment: { mail } }) =>
    when(mail.provider === id, mail.because);

const size =
  (...sizes: string[]): Shown =>
  ({ assessment: { tenantSize } }) =>
    when(tenantSize.size !== null && sizes.includes(tenantSize.size), tenantSize.because);

/** Registration data is the only source of a date, so that it is named with it. */
function expiry(s: Subject, holds: (days: number) => boolean): readonly Evidence[] | null {
  const { registration, daysToExpiry } = s.assessment;
  if (registration === null || registration.expires === null || daysToExpiry === null) return null;
  const record = registration.source.toUpperCase();
  return when(holds(daysToExpiry), [{ record, value: registration.expires, shows: 'expiry' }]);
}

const network = ({ assessment }: Subject, shows: string): readonly Evidence[] => [
  { record: 'IP', value: assessment.network.address ?? '', shows },
];

/** Records beside the MX that show whose mailboxes these are. */
export const signsOf = ({ assessment: { mail } }: Subject): readonly Evidence[] =>
  mail.because.filter((sign) => sign.shows === mail.providerName && !sign.record.startsWith('MX'));

/** The score from which this provider's domains are a Migration; null when they never are. */
export const entryOf = ({ assessment }: Subject): number | null =>
  assessment.zones.find((zone) => zone.segment === 'Migration')?.from ?? null;

/** Where the category of this score begins, and where the next one does. */
export function categoryBounds({ assessment: { zones }, scored }: Subject): {
  from: number | null;
  next: number | null;
} {
  const category = scored.pModel?.category ?? null;
  const same = zones.filter((zone) => zone.segment === scored.segment && zone.category === category);
  const next = zones.find(
    (zone) => zone.from > scored.score && zone.segment === scored.segment && zone.category !== category,
  );
  return { from: category === null ? null : (same[0]?.from ?? null), next: next?.from ?? null };
}

/** A change between two known providers, within the days that the rules call recent. */
export function recentChange(s: Subject): { from: string; to: string; at: string } | null {
  const change = s.context.providerChange ?? null;
  if (change === null || change.from === change.to || mailOpen(s)) return null;
  if (change.from === 'Unknown' || change.to === 'Unknown') return null;
  const days = (Date.parse(generatedAt(s)) - Date.parse(change.at)) / DAY;
  return days >= 0 && days <= s.rules.opportunity.urgency.recentChangeDays ? change : null;
}
const DAY = 86_400_000;

/** Records that could show whose mailboxes these are did not answer. */
const mailOpen = (s: Subject): boolean => has(s, 'mail-evidence-unanswered');

/** Whether the plan asks the records that Microsoft 365 would show in: of a server, and behind a gateway (core/plan.ts). */
const lookedForMicrosoft = ({ assessment: { mail } }: Subject): boolean =>
  mail.kind === 'server' || mail.gateway !== null;

/** A key is published, and receivers refuse it. */
const uselessKey = (s: Subject): boolean => has(s, 'dkim-revoked', 'dkim-weak-key');

const microsoftShows = (s: Subject): boolean => {
  const { mail, workloads } = s.assessment;
  return (
    mail.provider === 'M365' ||
    mail.hybrid ||
    mail.mixed.includes('M365') ||
    workloads.length > 0 ||
    has(s, 'tenant-found') ||
    mail.because.some((sign) => sign.shows === 'Microsoft 365')
  );
};

const SHOWN = {
  // what the rule set decided
  'hard-fail-absent': hardFail('absent'),
  'hard-fail-null': hardFail('null'),
  'hard-fail-nxdomain': hardFail('nxdomain'),
  'segment-migration': segment('Migration'),
  'segment-existing': segment('Existing'),
  'segment-cold': segment('Cold'),
  'segment-skip': segment('Skip'),
  'segment-reason-known': (s) => when(s.scored.segmentWhy !== null, verdict(s, s.scored.segmentRule)),
  'category-known': (s) => when(s.scored.pModel !== null, verdict(s, s.scored.pModel?.category ?? '')),
  'category-from-known': (s) => when(categoryBounds(s).from !== null, verdict(s, 'thresholds')),
  'category-next-known': (s) => when(categoryBounds(s).next !== null, verdict(s, 'thresholds')),
  'weak-partner': filedAs('WEAK_PARTNER'),
  renewal: filedAs('RENEWAL'),
  'entry-known': (s) => when(entryOf(s) !== null, verdict(s, 'thresholds')),
  'entry-ahead': (s) => when((entryOf(s) ?? s.scored.score) > s.scored.score, verdict(s, 'thresholds')),

  // whose mailboxes
  'provider-m365': provider('M365'),
  'provider-google': provider('Google'),
  'provider-yandex': provider('Yandex'),
  'provider-zoho': provider('Zoho'),
  'provider-amazon': provider('Amazon'),
  'provider-sendgrid': provider('SendGrid'),
  'provider-mailgun': provider('Mailgun'),
  'provider-hosting': provider('Hosting'),
  'provider-unknown': provider('Unknown'),
  'provider-sure': (s) =>
    when(s.assessment.mail.confidence >= s.rules.opportunity.providerSureFrom, s.assessment.mail.because),
  'kind-mailbox': ({ assessment: { mail } }) => when(mail.kind === 'mailbox', mail.because),
  'kind-sender': ({ assessment: { mail } }) => when(mail.kind === 'sender', mail.because),
  'kind-server': ({ assessment: { mail } }) => when(mail.kind === 'server', mail.because),
  'hoster-known': ({ assessment: { mail } }) =>
    when(
      mail.localProvider !== null,
      mail.because.filter((sign) => sign.shows === mail.localProvider),
    ),
  gateway: ({ assessment: { mail } }) =>
    when(
      mail.gateway !== null,
      mail.because.filter((sign) => sign.shows === mail.gateway?.name),
    ),
  'no-gateway': (s) =>
    when(s.assessment.mail.gateway === null && has(s, 'mx-found'), evidenceOf(s, 'mx-found')),
  hybrid: ({ assessment: { mail } }) => when(mail.hybrid, mail.because),
  'mx-host-known': (s) => when((s.assessment.mxHosts[0] ?? '') !== '', evidenceOf(s, 'mx-found')),
  'mailboxes-known': (s) => when(!mailOpen(s), s.assessment.mail.because),
  'signs-known': (s) => when(signsOf(s).length > 0, signsOf(s)),
  // Said only where it was looked for and every look-up answered: an open question is no sign of absence.
  'no-microsoft-sign': (s) =>
    when(
      lookedForMicrosoft(s) &&
        s.assessment.open.length === 0 &&
        !mailOpen(s) &&
        has(s, 'mx-found') &&
        !microsoftShows(s),
    ),
  'microsoft-services': ({ assessment: { workloads } }) =>
    when(
      workloads.length > 0,
      workloads.flatMap((verdict) => verdict.because),
    ),
  'provider-changed': (s) => {
    const change = recentChange(s);
    return change === null
      ? null
      : [
          {
            record: 'history',
            value: `${change.at}: ${change.from} -> ${change.to}`,
            shows: 'provider change',
          },
        ];
  },

  // sender protection that holds
  'spf-in-place': (s) =>
    when(
      has(s, 'spf-found') && !has(s, 'spf-pass-all', 'spf-lookup-limit', 'spf-permerror', 'spf-not-followed'),
      evidenceOf(s, 'spf-found'),
    ),
  // How many includes are too many is a rule of the set: its line in the breakdown says that they are.
  'spf-many-includes': (s) =>
    when(
      s.assessment.metrics['spf-includes'] !== undefined &&
        s.scored.lines.some((line) => line.key === 'spf_multiple_includes'),
      evidenceOf(s, 'spf-found'),
    ),
  'dkim-missing': (s) => when(has(s, 'dkim-absent') && !uselessKey(s), evidenceOf(s, 'dkim-absent')),
  'dkim-weak-alone': (s) =>
    when(has(s, 'dkim-absent') && has(s, 'dkim-weak-key'), evidenceOf(s, 'dkim-weak-key')),
  'dkim-revoked-alone': (s) =>
    when(has(s, 'dkim-absent') && has(s, 'dkim-revoked'), evidenceOf(s, 'dkim-revoked')),
  'dkim-in-place': (s) => when(has(s, 'dkim-found'), evidenceOf(s, 'dkim-found')),
  'dmarc-enforced': (s) =>
    when(
      has(s, 'dmarc-reject', 'dmarc-quarantine') && !has(s, 'dmarc-partial-coverage', 'dmarc-testing'),
      evidenceOf(s, 'dmarc-reject', 'dmarc-quarantine'),
    ),
  'dmarc-full-coverage': (s) =>
    when(
      has(s, 'dmarc-reject', 'dmarc-quarantine') &&
        s.assessment.dmarc.coverage === 100 &&
        !has(s, 'dmarc-partial-coverage', 'dmarc-testing'),
      evidenceOf(s, 'dmarc-reject', 'dmarc-quarantine'),
    ),
  'dmarc-coverage-partial': (s) =>
    when(
      has(s, 'dmarc-partial-coverage') && s.assessment.dmarc.coverage !== null,
      evidenceOf(s, 'dmarc-partial-coverage'),
    ),

  // registration, network, size
  expired: (s) => expiry(s, (days) => days < 0),
  'expiry-near': (s) => expiry(s, (days) => days >= 0 && days <= s.rules.opportunity.expiryToldWithinDays),
  'place-known': (s) =>
    when(s.assessment.network.country !== null, network(s, s.assessment.network.country ?? '')),
  proxy: (s) => when(s.assessment.network.isProxy === true, network(s, 'proxy')),
  'size-declared': ({ assessment: { tenantSize } }) =>
    when(tenantSize.size !== null && tenantSize.basis === 'declared', tenantSize.because),
  'size-estimated': ({ assessment: { tenantSize } }) =>
    when(tenantSize.size !== null && tenantSize.basis !== 'declared', tenantSize.because),
  'size-unknown': ({ assessment: { tenantSize } }) => when(tenantSize.size === null),
  'size-small': size('small'),
  'size-medium': size('medium'),
  'size-large': size('large', 'enterprise'),
  'defender-priced': (s) => when(offerRow(s).row.defender_price_per_user_per_month !== null),
  'consulting-priced': (s) => when(offerRow(s).row.consulting_fee !== null),
} satisfies Record<string, Shown>;

export type ClaimId = FindingId | keyof typeof SHOWN;
export const CLAIM_IDS: readonly ClaimId[] = [
  ...FINDING_IDS,
  ...(Object.keys(SHOWN) as (keyof typeof SHOWN)[]),
];

/** The evidence of a claim, or null when nothing shows it. */
export function shown(claim: ClaimId, subject: Subject): readonly Evidence[] | null {
  if (claim in SHOWN) return SHOWN[claim as keyof typeof SHOWN](subject);
  return subject.assessment.findings.find((finding) => finding.id === claim)?.because ?? null;
}
