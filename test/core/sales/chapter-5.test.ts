import { describe, expect, it } from 'vitest';
import type { Assessment } from '#core/assessment.ts';
import type { Priority, Segment } from '#core/rules/rule-set.ts';
import type { SalesContext } from '#core/sales/contract.ts';
import type { TenantSize } from '#core/rules/classification.ts';
import { anAssessment, aScore, withFindings } from '#test/support/assessment.ts';
import { noMail, summaryOf } from './worlds.ts';

/** Rows written by hand from chapter 5 of the earlier system's description. */
function company(known: {
  segment?: Segment;
  score?: number;
  priority?: Priority;
  size?: TenantSize | null;
  days?: number | null;
}): Assessment {
  const { segment = 'Migration', score = 60, priority = 3, size = 'medium', days = null } = known;
  return anAssessment({
    scored: aScore({ segment, score, priority }),
    tenantSize: { size, basis: size === null ? null : 'declared', because: [] },
    daysToExpiry: days,
  });
}

describe('opportunity', () => {
  it.for<[Segment, number, Priority, TenantSize | null, SalesContext, number]>([
    // segment, score, priority, size, context -> opportunity
    ['Migration', 80, 1, 'large', {}, 40 + 24 + 20 + 10],
    ['Migration', 80, 1, 'enterprise', {}, 40 + 24 + 20 + 10],
    ['Migration', 70, 2, 'medium', {}, 40 + 21 + 18 + 7],
    ['Migration', 15, 3, 'medium', {}, 40 + 4 + 15 + 7],
    ['Migration', 59, 4, 'small', {}, 40 + 17 + 12 + 5],
    ['Existing', 60, 4, 'large', {}, 30 + 18 + 12 + 10],
    ['Existing', 90, 3, null, {}, 30 + 27 + 15 + 3],
    ['Cold', 45, 5, 'small', {}, 15 + 13 + 8 + 5],
    ['Cold', 20, 6, null, {}, 15 + 6 + 5 + 3],
    ['Skip', 39, 7, null, {}, 5 + 11 + 2 + 3],
    // the earlier system gave 10 for a score of 0, as if it were missing
    ['Cold', 0, 7, null, {}, 15 + 0 + 2 + 3],
    ['Migration', 15, 3, 'medium', { contactQuality: 100 }, 66 + 5],
    ['Migration', 15, 3, 'medium', { contactQuality: 39 }, 66 + 1],
    ['Migration', 15, 3, 'medium', { contactQuality: 0 }, 66],
    ['Migration', 15, 3, 'medium', { contactQuality: null }, 66],
    ['Migration', 15, 3, 'medium', { tuningFactor: 1.1 }, 72],
    ['Migration', 15, 3, 'medium', { tuningFactor: 0 }, 0],
    ['Migration', 100, 1, 'large', { contactQuality: 100 }, 100],
    ['Migration', 80, 1, 'large', { tuningFactor: 2 }, 100],
  ])('%s, score %i, priority %i, size %s, %o: %i', ([segment, score, priority, size, context, total]) => {
    const summary = summaryOf(company({ segment, score, priority, size }), 'en', context);
    expect(summary.opportunity_potential).toBe(total);
    expect(summary.opportunity_rationale.total).toBe(total);
  });

  it('is explained by its factors: weight, what was looked at, points', () => {
    const { opportunity_rationale: rationale } = summaryOf(anAssessment(), 'en', { contactQuality: 40 });
    expect(rationale.factors.map(({ comment: _, ...factor }) => factor)).toEqual([
      { name: 'segment', weight: 0.4, raw: 'Migration', score: 40 },
      { name: 'readiness_score', weight: 0.3, raw: 15, score: 4 },
      { name: 'priority_score', weight: 0.2, raw: 3, score: 15 },
      { name: 'tenant_size', weight: 0.1, raw: 'medium', score: 7 },
      { name: 'contact_quality', weight: 0.05, raw: 40, score: 2 },
    ]);
    expect(rationale.summary).toBe('40 + 4 + 15 + 7 + 2 = 68 (100 at most).');
  });

  it('says "Unknown" for a size that nobody knows', () => {
    const { factors } = summaryOf(company({ size: null })).opportunity_rationale;
    expect(factors.find((factor) => factor.name === 'tenant_size')?.raw).toBe('Unknown');
  });

  it('shows the tuning in the sum', () => {
    const tr = summaryOf(anAssessment(), 'tr', { tuningFactor: 1.25 }).opportunity_rationale;
    expect(tr).toMatchObject({ tuning_factor: 1.25, total: 82 });
    expect(tr.summary).toBe('(40 + 4 + 15 + 7) × 1,25, aşağı yuvarlanır ve en çok 100 olur: 82.');
  });
});

describe('urgency', () => {
  it.for<[Parameters<typeof company>[0], 'low' | 'medium' | 'high']>([
    [{ segment: 'Migration', score: 35, priority: 1 }, 'high'],
    [{ segment: 'Migration', score: 80, priority: 3 }, 'high'],
    [{ segment: 'Migration', score: 79, priority: 3 }, 'medium'],
    [{ segment: 'Migration', score: 50, priority: 4 }, 'medium'],
    [{ segment: 'Migration', score: 49, priority: 3 }, 'low'],
    [{ segment: 'Migration', score: 25, priority: 2 }, 'medium'],
    [{ segment: 'Existing', score: 70, priority: 4 }, 'medium'],
    [{ segment: 'Existing', score: 69, priority: 4 }, 'low'],
    [{ segment: 'Cold', score: 80, priority: 6 }, 'low'],
    [{ segment: 'Cold', score: 20, priority: 6, days: -10 }, 'high'],
    [{ segment: 'Cold', score: 20, priority: 6, days: 0 }, 'high'],
    [{ segment: 'Cold', score: 20, priority: 6, days: 59 }, 'high'],
    [{ segment: 'Cold', score: 20, priority: 6, days: 60 }, 'medium'],
    [{ segment: 'Cold', score: 20, priority: 6, days: 89 }, 'medium'],
    [{ segment: 'Cold', score: 20, priority: 6, days: 90 }, 'low'],
    [{ segment: 'Cold', score: 20, priority: 6, days: null }, 'low'],
  ])('%o: %s', ([known, level]) => {
    expect(summaryOf(company(known)).urgency).toBe(level);
  });

  const raise = (assessment: Assessment) => withFindings(assessment, { add: ['mx-mixed-providers'] });
  const changed: SalesContext = {
    providerChange: { from: 'Google', to: 'Hosting', at: '2026-11-01T00:00:00Z' },
  };

  it.for([
    ['low', 'medium', { segment: 'Cold', score: 20, priority: 6 }],
    ['medium', 'high', { segment: 'Existing', score: 70, priority: 4 }],
    ['high', 'high', { segment: 'Migration', score: 80, priority: 1 }],
  ] as const)('several providers in the MX raise %s to %s', ([before, after, known]) => {
    expect(summaryOf(company(known)).urgency).toBe(before);
    expect(summaryOf(raise(company(known))).urgency).toBe(after);
  });

  it('a recent change of provider raises it as well, and both together by one level only', () => {
    const cold = company({ segment: 'Cold', score: 20, priority: 6 });
    expect(summaryOf(cold, 'tr', changed).urgency).toBe('medium');
    expect(summaryOf(raise(cold), 'tr', changed).urgency).toBe('medium');
  });

  it('a change from or to nobody known is no change', () => {
    const cold = company({ segment: 'Cold', score: 20, priority: 6 });
    const at = '2026-11-01T00:00:00Z';
    expect(summaryOf(cold, 'tr', { providerChange: { from: 'Unknown', to: 'Google', at } }).urgency).toBe(
      'low',
    );
    expect(summaryOf(cold, 'tr', { providerChange: { from: 'Google', to: 'Google', at } }).urgency).toBe(
      'low',
    );
  });

  it('a domain without mail is never urgent, whenever it expires', () => {
    expect(summaryOf({ ...noMail('absent'), daysToExpiry: 3 }).urgency).toBe('low');
    expect(summaryOf(noMail('absent'), 'tr', changed).urgency).toBe('low');
  });

  it('is explained in the internal note', () => {
    const soon = company({ segment: 'Cold', score: 20, priority: 6, days: 70 });
    expect(summaryOf(raise(soon), 'en').next_step.internal_note).toBe(
      'Opportunity 33 of 100, urgency high: according to the public registration data the domain expires in the coming months and raised one level because MX points to several providers.',
    );
  });
});

describe('next step', () => {
  it.for<[string, Parameters<typeof company>[0], SalesContext, [string, string, string]]>([
    ['Skip', { segment: 'Skip', score: 90, priority: 1 }, {}, ['wait', '1_ay', 'low']],
    [
      'opportunity below 20',
      { segment: 'Migration', score: 80, priority: 1 },
      { tuningFactor: 0.2 },
      ['wait', '1_ay', 'low'],
    ],
    [
      '80 and more, Migration, high',
      { segment: 'Migration', score: 80, priority: 1 },
      {},
      ['call', '24_saat', 'high'],
    ],
    [
      '80 and more, Migration, medium',
      { segment: 'Migration', score: 70, priority: 2 },
      {},
      ['call', '24_saat', 'high'],
    ],
    [
      '80 and more, Existing, medium',
      { segment: 'Existing', score: 90, priority: 3, size: 'large' },
      {},
      ['call', '24_saat', 'high'],
    ],
    [
      '50 to 79, Migration',
      { segment: 'Migration', score: 15, priority: 3 },
      {},
      ['call', '3_gün', 'medium'],
    ],
    ['50 to 79, Existing', { segment: 'Existing', score: 60, priority: 4 }, {}, ['call', '3_gün', 'medium']],
    [
      '50 to 79, Cold',
      { segment: 'Cold', score: 59, priority: 5, size: 'large' },
      {},
      ['call', '3_gün', 'medium'],
    ],
    ['20 to 49', { segment: 'Cold', score: 20, priority: 6 }, {}, ['email', '1_hafta', 'low']],
    // 80 and more that the rows above leave open
    [
      '80 and more, Cold, high',
      { segment: 'Cold', score: 59, priority: 5, days: 10 },
      { tuningFactor: 2 },
      ['call', '24_saat', 'high'],
    ],
    [
      '80 and more, Cold, medium',
      { segment: 'Cold', score: 59, priority: 5, days: 70 },
      { tuningFactor: 2 },
      ['call', '3_gün', 'medium'],
    ],
    [
      '80 and more, Migration, low',
      { segment: 'Migration', score: 49, priority: 3 },
      { tuningFactor: 2 },
      ['call', '1_hafta', 'medium'],
    ],
    [
      '80 and more, Existing, low',
      { segment: 'Existing', score: 69, priority: 4 },
      { tuningFactor: 2 },
      ['email', '1_hafta', 'medium'],
    ],
    [
      '80 and more, Cold, low',
      { segment: 'Cold', score: 59, priority: 5 },
      { tuningFactor: 2 },
      ['wait', '1_ay', 'low'],
    ],
  ])('%s', ([, known, context, [action, timeline, priority]]) => {
    expect(summaryOf(company(known), 'tr', context).next_step).toMatchObject({ action, timeline, priority });
  });

  it('tells what to do and why', () => {
    expect(summaryOf(anAssessment({ daysToExpiry: 54 }), 'en').next_step.message).toBe(
      'Call within 3 days and talk about moving to Microsoft 365. Reasons to talk: according to the public registration data the domain is due for renewal on 14 January 2028, no DKIM key was found and DMARC only monitors (p=none).',
    );
  });
});

describe('risk level', () => {
  const gaps = (...add: Parameters<typeof withFindings>[1]['add'] & {}) =>
    summaryOf(
      withFindings(anAssessment(), { remove: ['spf-found', 'dkim-absent', 'dmarc-policy-none'], add }),
    ).security_reasoning?.risk_level;

  it('two factors: high', () => expect(gaps('spf-absent', 'dkim-absent', 'dmarc-reject')).toBe('high'));
  it('DMARC alone: high', () => expect(gaps('spf-found', 'dkim-found', 'dmarc-absent')).toBe('high'));
  it('p=none alone: high', () => expect(gaps('spf-found', 'dkim-found', 'dmarc-policy-none')).toBe('high'));
  it('SPF alone: medium', () => expect(gaps('spf-absent', 'dkim-found', 'dmarc-reject')).toBe('medium'));
  it('DKIM alone: medium', () => expect(gaps('spf-found', 'dkim-absent', 'dmarc-reject')).toBe('medium'));
  it('coverage alone: medium', () =>
    expect(gaps('spf-found', 'dkim-found', 'dmarc-reject', 'dmarc-partial-coverage')).toBe('medium'));
  it('none: low', () => expect(gaps('spf-found', 'dkim-found', 'dmarc-reject')).toBe('low'));
  it('an unanswered signal is no factor', () =>
    expect(gaps('spf-found', 'dkim-unanswered', 'dmarc-unanswered')).toBe('low'));
  it('nothing found out: no reasoning at all', () =>
    expect(gaps('spf-unanswered', 'dkim-unknown', 'dmarc-unanswered')).toBeUndefined());
});
