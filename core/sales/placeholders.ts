import type { Needs } from './sentences.ts';
import type { Format } from './format.ts';
import { categoryBounds, entryOf, recentChange, signsOf, type ClaimId } from './claims.ts';
import { offerRow } from './offer-row.ts';
import type { Subject } from './subject.ts';

interface Placeholder {
  /** claims of which each is a promise that the value is known; [] = it always is */
  readonly promisedBy: readonly ClaimId[];
  of(subject: Subject, format: Format): string | null;
}

const whole = (value: number | null, format: Format): string | null =>
  value === null ? null : format.number(value);

/** The values that a sentence may name in braces. A sentence with an unknown value is not said. */
export const PLACEHOLDERS: Readonly<Record<string, Placeholder>> = {
  domain: { promisedBy: [], of: ({ assessment }) => assessment.unicode },
  score: { promisedBy: [], of: ({ scored }, format) => format.number(scored.score) },
  segment: { promisedBy: [], of: (s) => names(s).segments[s.scored.segment] },
  priority: { promisedBy: [], of: ({ scored }, format) => format.number(scored.priority) },
  sender: { promisedBy: [], of: (s) => s.context.senderName?.trim() || words(s).yourName },
  company: { promisedBy: [], of: (s) => s.context.senderCompany?.trim() || words(s).yourCompany },
  size: { promisedBy: [], of: (s) => words(s).size[s.assessment.tenantSize.size ?? 'unknown'] },
  tier: { promisedBy: [], of: (s) => offerRow(s).row.tier },
  price: { promisedBy: [], of: (s, f) => money(s, f, offerRow(s).row.price_per_user_per_month) },
  migration: { promisedBy: [], of: (s, f) => money(s, f, offerRow(s).row.migration_fee) },
  defender: {
    promisedBy: ['defender-priced'],
    of: (s, f) => money(s, f, offerRow(s).row.defender_price_per_user_per_month),
  },
  consulting: {
    promisedBy: ['consulting-priced'],
    of: (s, f) => money(s, f, offerRow(s).row.consulting_fee),
  },
  // Hosting, Local and Unknown are our words, not names: only a cloud or a service has one to quote.
  provider: {
    promisedBy: [
      'kind-mailbox',
      'kind-sender',
      'provider-m365',
      'provider-google',
      'provider-yandex',
      'provider-zoho',
      'provider-amazon',
      'provider-sendgrid',
      'provider-mailgun',
    ],
    of: ({ assessment: { mail } }) =>
      mail.kind === 'mailbox' || mail.kind === 'sender' ? mail.providerName : null,
  },
  gateway: { promisedBy: ['gateway'], of: ({ assessment: { mail } }) => mail.gateway?.name ?? null },
  hoster: { promisedBy: ['hoster-known'], of: ({ assessment: { mail } }) => mail.localProvider },
  mxHost: { promisedBy: ['mx-host-known'], of: ({ assessment }) => assessment.mxHosts[0] || null },
  signs: {
    promisedBy: ['signs-known'],
    // "SPF, nested" is the SPF record still: two of one name say it once.
    of: (s, format) =>
      format.list([...new Set(signsOf(s).map((sign) => sign.record.replace(/,.*$/, '')))]) || null,
  },
  services: {
    promisedBy: ['microsoft-services'],
    of: (s, format) =>
      format.list(s.assessment.workloads.map((verdict) => names(s).workloads[verdict.workload])) || null,
  },
  label: {
    promisedBy: ['category-known', 'weak-partner', 'renewal'],
    of: (s) => s.scored.pModel?.label[s.language] ?? null,
  },
  reason: { promisedBy: ['segment-reason-known'], of: (s) => s.scored.segmentWhy?.[s.language] ?? null },
  entry: { promisedBy: ['entry-known'], of: (s, format) => whole(entryOf(s), format) },
  toEntry: {
    promisedBy: ['entry-known'],
    of: (s, format) =>
      whole(entryOf(s) === null ? null : Math.abs((entryOf(s) ?? 0) - s.scored.score), format),
  },
  categoryFrom: {
    promisedBy: ['category-from-known'],
    of: (s, format) => whole(categoryBounds(s).from, format),
  },
  categoryNext: {
    promisedBy: ['category-next-known'],
    of: (s, format) => whole(categoryBounds(s).next, format),
  },
  includes: {
    promisedBy: ['spf-many-includes'],
    of: ({ assessment: { metrics } }, format) => whole(metrics['spf-includes'] ?? null, format),
  },
  coverage: {
    promisedBy: ['dmarc-coverage-partial', 'dmarc-full-coverage'],
    of: ({ assessment: { dmarc } }, format) =>
      dmarc.coverage === null ? null : format.percent(dmarc.coverage),
  },
  expires: {
    promisedBy: ['expired', 'expiry-near'],
    of: ({ assessment: { registration } }, format) =>
      registration?.expires ? format.date(registration.expires) : null,
  },
  days: {
    promisedBy: ['expired', 'expiry-near'],
    of: ({ assessment: { daysToExpiry } }, format) =>
      daysToExpiry === null ? null : format.number(Math.abs(daysToExpiry)),
  },
  place: {
    promisedBy: ['place-known'],
    of: ({ assessment: { network } }) =>
      network.country === null ? null : [network.city, network.country].filter(Boolean).join(', '),
  },
  changedFrom: { promisedBy: ['provider-changed'], of: (s) => nameOf(s, recentChange(s)?.from) },
  changedTo: { promisedBy: ['provider-changed'], of: (s) => nameOf(s, recentChange(s)?.to) },
  changedAt: {
    promisedBy: ['provider-changed'],
    of: (s, format) => {
      const at = recentChange(s)?.at;
      return at === undefined ? null : format.date(at);
    },
  },
};

const words = ({ rules, language }: Subject) => rules.wording[language].words;
const names = ({ rules, language }: Subject) => rules.wording[language].names;
const money = (s: Subject, format: Format, amount: number | null): string | null =>
  amount === null ? null : format.money(amount, s.rules.offers.currency);
const nameOf = (s: Subject, id: string | undefined): string | null =>
  id === undefined ? null : (words(s).provider[id] ?? id);

/** Whether the value is sure to be known wherever these needs hold. */
export function promisedBy(name: string, needs: Needs): boolean {
  const promise = PLACEHOLDERS[name]?.promisedBy;
  if (promise === undefined) return false;
  if (promise.length === 0) return true;
  return needs.some((need) =>
    typeof need === 'string' ? promise.includes(need) : need.every((claim) => promise.includes(claim)),
  );
}
