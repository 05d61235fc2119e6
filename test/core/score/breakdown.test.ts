import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ScoreLine } from '#core/assessment.ts';
import { Breakdown, breakdownOf, sumOf } from '#core/score/breakdown.ts';
import { aScore, anAssessment } from '#test/support/assessment.ts';
import { absent, found, hosted, hostedEarlier, microsoft, REFERRAL, unanswered } from '../lead/support.ts';

const of = (assessment: ReturnType<typeof hosted>): Breakdown => {
  const breakdown = breakdownOf(assessment, { language: 'en' });
  if (breakdown === null) throw new Error('no score');
  return breakdown;
};

describe('the breakdown', () => {
  test('has the keys of the earlier system, with its names for the points', () => {
    expect(of(hosted())).toMatchObject({
      base_score: 0,
      provider: { name: 'Hosting', points: 20 },
      signal_points: { spf: 10 },
      risk_points: { no_dkim: -10, dmarc_none: -5 },
      total_score: 15,
      tenant_size: null,
      local_provider: 'GoDaddy',
      dmarc_coverage: 100,
      dmarc_policy: 'none',
      ip_enrichment: {
        country: 'TR',
        city: 'Bursa',
        isp: 'Marmara Hosting',
        is_proxy: false,
        proxy_type: null,
      },
      technical_heat: 'Warm',
      commercial_segment: 'GREENFIELD',
      commercial_heat: 'HIGH',
      priority_category: 'P1',
      priority_label: 'High Potential Greenfield',
      referral_type: null,
      link_status: 'none',
      referral_count: 0,
    });
  });

  test('adds findings, and lines with why and evidence', () => {
    const breakdown = of(hosted());
    expect(breakdown.findings.map(({ id }) => id)).toContain('mta-sts-absent');
    expect(breakdown.lines.find(({ id }) => id === 'spf-present')).toMatchObject({
      key: 'spf',
      points: 10,
      running: 30,
      why: { en: 'Allowed senders are listed' },
      because: [{ record: 'SPF', value: 'v=spf1 mx a include:spf.marmarahosting.com ~all' }],
    });
  });

  test('shows the floor as a part of its own', () => {
    const breakdown = of(hosted({ txt: found([]), dmarc: absent('NXDOMAIN') }));
    expect(breakdown).toMatchObject({ total_score: 0, clamp: 15, risk_points: { hosting_mx_weak: -10 } });
    expect(sumOf(breakdown)).toBe(0);
  });

  test('W16: includes the hard fail, so that it cannot differ from the stored score', () => {
    const breakdown = of(hosted({ mx: absent('NODATA') }));
    expect(breakdown).toMatchObject({
      total_score: 0,
      hard_fail: 'absent',
      provider: { name: 'Unknown', points: 0 },
      signal_points: {},
      risk_points: { hard_fail: 0 },
      priority_category: 'P6',
    });
  });

  test('carries the referral when there is one', () => {
    expect(breakdownOf(hosted(), { language: 'tr', referrals: REFERRAL })).toMatchObject({
      referral_type: 'co-sell',
      link_status: 'linked',
      referral_count: 2,
      referral_types: ['co-sell', 'marketplace'],
      priority_label: 'Yüksek Potansiyelli Yeni Müşteri',
    });
  });

  test('says nothing of a network that nobody knows', () => {
    expect(of(microsoft()).ip_enrichment).toBeNull();
  });

  test('is none without a score', () => {
    expect(breakdownOf(hosted({ mx: unanswered('TIMEOUT') }), { language: 'en' })).toBeNull();
  });

  test('is what its schema says, nothing more', () => {
    for (const breakdown of [of(hosted()), of(microsoft()), of(hostedEarlier())])
      expect(Breakdown.strict().parse(breakdown)).toEqual(breakdown);
  });
});

describe('the breakdown adds up', () => {
  const txt = [found(['v=spf1 -all']), found([]), found(['v=spf1 a', 'v=spf1 b']), unanswered('TIMEOUT')];
  const dmarc = [
    found(['v=DMARC1; p=reject']),
    found(['v=DMARC1; p=none']),
    absent('NXDOMAIN'),
    unanswered('SERVFAIL'),
  ];
  const base = [absent('NXDOMAIN'), absent('NODATA'), unanswered('TIMEOUT')];
  const mx = [
    found([{ preference: 10, exchange: 'mail.secureserver.net' }]),
    found([{ preference: 10, exchange: 'aspmx.l.google.com' }]),
    found([{ preference: 10, exchange: 'mail.gokpinardokum.com' }]),
    found([{ preference: 0, exchange: '' }]),
    absent('NODATA'),
    absent('NXDOMAIN'),
  ];
  test.each([
    ['hunter-1', hosted],
    ['python-2025-11', hostedEarlier],
  ] as const)('under %s for every combination of mail, SPF, DKIM and DMARC', (_, assessed) => {
    for (const one of mx)
      for (const two of txt)
        for (const three of dmarc)
          for (const four of base) {
            const breakdown = of(
              assessed({ mx: one, txt: two, dmarc: three, dkim: { base: four, selectors: [] } }),
            );
            expect(sumOf(breakdown)).toBe(breakdown.total_score);
            expect(breakdown.lines.reduce((sum, line) => sum + line.points, 0)).toBe(breakdown.total_score);
          }
  });

  test('for any lines an overlay may bring: notes with points, keys used twice, a base, keys like __proto__', () => {
    const kinds = ['signal', 'risk', 'note', 'clamp'] as const;
    const line = fc.record({
      kind: fc.constantFrom(...kinds),
      key: fc.constantFrom('spf', 'no_spf', 'own_rule', '__proto__', 'constructor'),
      id: fc.constantFrom('own-rule', 'hard-fail'),
      points: fc.integer({ min: -100, max: 100 }),
    });
    fc.assert(
      fc.property(fc.array(line), fc.integer({ min: -20, max: 20 }), (rules, base) => {
        const [first, provider] = aScore().lines as [ScoreLine, ScoreLine];
        const lines = [{ ...first, points: base }, provider, ...rules.map((rule) => ({ ...first, ...rule }))];
        const score = lines.reduce((sum, { points }) => sum + points, 0);
        const breakdown = of(anAssessment({ scored: aScore({ lines, score }) }));
        return sumOf(breakdown) === breakdown.total_score;
      }),
    );
  });
});
