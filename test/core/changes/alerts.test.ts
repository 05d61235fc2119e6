import { describe, expect, test } from 'vitest';
import RULE_SET from '../../../rules/sets/hunter-1.json' with { type: 'json' };
import type { DomainFacts } from '#core/facts.ts';
import * as core from '#core/changes/alerts.ts';
import type { Alert } from '#core/changes/alerts.ts';
import { type AssessmentSnapshot, type Change, changesBetween as between } from '#core/changes/changes.ts';
import { absent, CHANGE_RULES, found, HOSTED, hosted, microsoft, unanswered } from '../lead/support.ts';

const changesBetween = (before: AssessmentSnapshot, after: AssessmentSnapshot): Change[] =>
  between(before, after, CHANGE_RULES);
const alertsFor = (
  before: AssessmentSnapshot | null,
  after: AssessmentSnapshot,
  changes: readonly Change[],
): Alert[] => core.alertsFor(before, after, changes, CHANGE_RULES);

const REGISTRATION = HOSTED.registration?.state === 'found' ? HOSTED.registration.value : null;
const expires = (date: string) => found({ ...REGISTRATION!, expires: `${date}T12:00:00Z` });
const alerts = (before: Partial<DomainFacts>, after: Partial<DomainFacts>): Alert[] =>
  alertsFor(hosted(before), hosted(after), changesBetween(hosted(before), hosted(after)));
const types = (list: readonly Alert[]): string[] => list.map(({ type }) => type);

describe('alertsFor', () => {
  test('a first scan alerts about nothing, not even a domain that expires tomorrow', () => {
    expect(alertsFor(null, hosted({ registration: expires('2025-11-22') }), [])).toEqual([]);
  });

  test('a move of the mail alerts about MX, provider and score', () => {
    expect(types(alerts({}, { mx: found([{ preference: 1, exchange: 'aspmx.l.google.com' }]) }))).toEqual([
      'provider_changed',
      'mx_changed',
      'score_changed',
    ]);
  });

  test('DMARC that enforces for the first time alerts; other changes of it do not', () => {
    const [none, reject, quarantine] = ['none', 'reject', 'quarantine'].map((p) => ({
      dmarc: found([`v=DMARC1; p=${p}`]),
    }));
    expect(types(alerts(none!, reject!))).toContain('dmarc_added');
    expect(types(alerts(quarantine!, reject!))).not.toContain('dmarc_added');
    expect(types(alerts(reject!, none!))).not.toContain('dmarc_added');
  });

  test('changes that nobody acts on at once alert about nothing', () => {
    expect(alerts({}, { ns: found(['ns1.other.com']) })).toEqual([]);
    expect(alerts({}, { registration: found({ ...REGISTRATION!, registrar: 'Other' }) })).toEqual([]);
    expect(alerts({}, { txt: found(['v=spf1 mx -all']) })).toEqual([]);
  });

  test('a score that moves within its priority is history only', () => {
    const before = hosted();
    const after = { ...before, scored: { ...before.scored!, score: 16 } };
    expect(alertsFor(before, after, changesBetween(before, after))).toEqual([]);
  });

  test('activating another rule set does not alert about every company', () => {
    const before = hosted();
    const after = {
      ...before,
      ruleSet: { id: 'hunter-2', version: '2.0.0' },
      scored: { ...before.scored!, score: 90, priority: 1 as const },
    };
    const changes = changesBetween(before, after);
    expect(changes).toHaveLength(1);
    expect(alertsFor(before, after, changes)).toEqual([]);
  });

  test('a look-up that gave no answer alerts about nothing', () => {
    const silence = unanswered('SERVFAIL');
    for (const silent of [{ mx: silence }, { txt: silence }, { dmarc: silence }, { registration: silence }]) {
      expect(alerts({}, silent)).toEqual([]);
      expect(alerts(silent, {})).toEqual([]);
    }
  });
});

describe('a time-out beside the MX', () => {
  const silence = unanswered('TIMEOUT');
  const OWN_MX = found([{ preference: 10, exchange: 'mail.kuzeyhat-lojistik.com' }]);
  const DKIM = { base: absent('NODATA'), selectors: [] };
  /** An own MX in front of Microsoft 365, which autodiscover alone shows. */
  const hybrid = microsoft({ mx: OWN_MX, dkim: DKIM });
  const blind = microsoft({ mx: OWN_MX, dkim: DKIM, autodiscover: silence, autodiscoverSrv: silence });
  const both = (a: AssessmentSnapshot, b: AssessmentSnapshot): string[] =>
    types(alertsFor(a, b, changesBetween(a, b)));

  test('of autodiscover, where this alone shows Microsoft 365, alerts about nothing, nor does its return', () => {
    expect(hybrid.mail).toMatchObject({ provider: 'M365', hybrid: true });
    expect(blind.mail.provider).toBe('Local');
    expect(blind.scored?.priority).not.toBe(hybrid.scored?.priority);
    expect(both(hybrid, blind)).toEqual([]);
    expect(both(blind, hybrid)).toEqual([]);
  });

  test('of all of it, when the MX moves as well, alerts about the MX alone', () => {
    const moved = microsoft({
      mx: found([{ preference: 10, exchange: 'mail.secureserver.net' }]),
      dkim: { base: silence, selectors: [] },
      autodiscover: silence,
      autodiscoverSrv: silence,
      tenant: silence,
    });
    expect(both(microsoft(), moved)).toEqual(['mx_changed']);
    expect(both(moved, microsoft())).toEqual(['mx_changed']);
  });
});

describe('the alert about a registration that ends', () => {
  test('comes from the same day on as the points of the sets that ship', () => {
    const { expirySoonDays } = CHANGE_RULES.opportunity;
    expect(JSON.stringify(RULE_SET)).toContain(`{"days-to-expiry":{"max":${expirySoonDays - 1}}}`);
  });

  test.each([
    ['2025-12-20', ['expire_soon']],
    ['2025-12-21', []],
    ['2025-11-22', ['expire_soon']],
    ['2025-11-01', []],
  ])('on %s: %j', (date, expected) => {
    expect(
      types(alerts({}, { registration: expires(date) })).filter((type) => type === 'expire_soon'),
    ).toEqual(expected);
  });

  const soon = (before: Partial<DomainFacts>, after: Partial<DomainFacts>): Alert | undefined =>
    alerts(before, after).find(({ type }) => type === 'expire_soon');

  test('is not lost when the look-up before gave no answer', () => {
    const alert = soon({ registration: unanswered('THROTTLED') }, { registration: expires('2025-12-10') });
    expect(alert).toMatchObject({
      type: 'expire_soon',
      from: null,
      words: { en: 'The domain expires in 19 days' },
    });
  });

  test('comes once for each registration period: its key holds the date and nothing else', () => {
    const first = soon({}, { registration: expires('2025-12-10') });
    const again = soon({ registration: unanswered('THROTTLED') }, { registration: expires('2025-12-10') });
    expect(first?.key).toBe('gokpinardokum.com|expire_soon|2025-12-10');
    expect(again?.key).toBe(first?.key);
    expect(alerts({ registration: expires('2025-12-10') }, { registration: expires('2025-12-10') })).toEqual(
      [],
    );
  });
});

describe('the key of an alert', () => {
  const moved = (lookedUpAt: string) =>
    alerts({}, { mx: absent('NODATA'), lookedUpAt }).find(({ type }) => type === 'mx_changed')?.key;
  test('is the same when one event is processed twice, or flaps within a day', () => {
    expect(moved('2025-11-21T11:00:00Z')).toBe('gokpinardokum.com|mx_changed|secureserver.net>|2025-11-21');
    expect(moved('2025-11-21T23:00:00Z')).toBe(moved('2025-11-21T11:00:00Z'));
  });
  test('is another one when the same happens again on another day', () => {
    expect(moved('2025-11-22T11:00:00Z')).not.toBe(moved('2025-11-21T11:00:00Z'));
  });
});
