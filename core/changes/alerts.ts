import type { Words } from '#core/rules/common.ts';
import type { AssessmentSnapshot, Change, ChangeRules } from './changes.ts';
import { changeWords } from './words.ts';

export const ALERT_TYPES = [
  'mx_changed',
  'dmarc_added',
  'expire_soon',
  'score_changed',
  'provider_changed',
] as const;
export type AlertType = (typeof ALERT_TYPES)[number];

export interface Alert {
  readonly type: AlertType;
  readonly domain: string;
  readonly from: Change['from'];
  readonly to: Change['to'];
  readonly words: Words;
  /** two alerts with one key tell the same event: the second is not sent */
  readonly key: string;
}

/** Which change is worth an alert. A score that moves within its priority and segment is history only. */
const ALERT_OF: Partial<Record<Change['type'], AlertType>> = {
  mx_changed: 'mx_changed',
  dmarc_added: 'dmarc_added',
  provider_changed: 'provider_changed',
  priority_score_changed: 'score_changed',
  segment_changed: 'score_changed',
};

/**
 * The alerts that follow from what has changed. None on the first scan, and none for scores that another rule set
 * moved: activating one would otherwise alert about every company at once.
 */
export function alertsFor(
  before: AssessmentSnapshot | null,
  after: AssessmentSnapshot,
  changes: readonly Change[],
  rules: ChangeRules,
): Alert[] {
  if (before === null) return [];
  const alerts: Alert[] = [];
  for (const { type, from, to, words, cause } of changes) {
    const alert = ALERT_OF[type];
    if (alert === undefined || cause === 'rules') continue;
    // The day keeps a record that flaps from alerting at every scan, and lets the same move alert again another day.
    const day = after.lookedUpAt.slice(0, 10);
    const key = `${after.domain}|${alert}|${from ?? ''}>${to ?? ''}|${day}`;
    alerts.push({ type: alert, domain: after.domain, from, to, words, key });
  }
  const soon = expirySoon(before, after, rules);
  return soon === null ? alerts : [...alerts, soon];
}

/**
 * A registration that ends soon. Judged by the date alone: when the look-up before gave no answer there is no
 * *change* to see, but the end is as near. The date in the key makes it one alert for each registration period.
 */
function expirySoon(
  before: AssessmentSnapshot,
  after: AssessmentSnapshot,
  { wording, opportunity: { expirySoonDays } }: ChangeRules,
): Alert | null {
  const days = after.daysToExpiry;
  const ends = after.registration?.expires?.slice(0, 10) ?? null;
  if (days === null || ends === null || days < 0 || days >= expirySoonDays) return null;
  if (before.daysToExpiry !== null && before.daysToExpiry < expirySoonDays && before.daysToExpiry >= 0)
    return null;
  const key = `${after.domain}|expire_soon|${ends}`;
  return {
    type: 'expire_soon',
    domain: after.domain,
    from: before.daysToExpiry,
    to: days,
    words: changeWords(wording).expiry(days),
    key,
  };
}
