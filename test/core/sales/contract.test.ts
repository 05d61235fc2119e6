import { describe, expect, it } from 'vitest';
import { ACTIONS, LEVELS, SalesSummary, TIMELINES } from '#core/sales/contract.ts';
import { salesSummary } from '#core/sales/summary.ts';
import { anAssessment, aScore } from '#test/support/assessment.ts';
import { noMail, rules, summaryOf, WORLDS } from './worlds.ts';

const LANGUAGES = ['tr', 'en'] as const;

describe('the frozen contract v1.1', () => {
  it.for(Object.entries(WORLDS))('fits a company %s, in both languages', ([, assessment]) => {
    for (const language of LANGUAGES) {
      const parsed = SalesSummary.safeParse(summaryOf(assessment, language));
      expect(parsed.error?.issues ?? []).toEqual([]);
    }
  });

  it('has the frozen fields and no other, the added ones apart', () => {
    const { language, claims, ...frozen } = summaryOf(anAssessment());
    expect(language).toBe('tr');
    expect(claims?.length).toBeGreaterThan(0);
    expect(Object.keys(frozen)).toEqual([
      'domain',
      'one_liner',
      'segment_explanation',
      'provider_reasoning',
      'security_reasoning',
      'call_script',
      'discovery_questions',
      'offer_tier',
      'opportunity_potential',
      'opportunity_rationale',
      'urgency',
      'next_step',
      'metadata',
    ]);
  });

  it('keeps the enum values of the earlier clients', () => {
    expect(LEVELS).toEqual(['low', 'medium', 'high']);
    expect(ACTIONS).toEqual(['call', 'email', 'wait']);
    expect(TIMELINES).toEqual(['24_saat', '3_gün', '1_hafta', '1_ay']);
  });

  it('refuses a field that the contract does not know', () => {
    expect(SalesSummary.safeParse({ ...summaryOf(anAssessment()), invented: 1 }).success).toBe(false);
  });

  it('tells what it was made from', () => {
    expect(summaryOf(anAssessment()).metadata).toEqual({
      domain: 'gokpinardokum.example',
      provider: 'Hosting',
      segment: 'Migration',
      readiness_score: 15,
      priority_score: 3,
      tenant_size: 'medium',
      local_provider: 'Marmara Hosting',
      generated_at: '2026-11-21T11:32:00.000Z',
    });
  });

  it('is dated by the caller when the caller gives a time', () => {
    const summary = summaryOf(anAssessment(), 'en', { generatedAt: '2026-12-01T00:00:00.000Z' });
    expect(summary.metadata.generated_at).toBe('2026-12-01T00:00:00.000Z');
  });

  it('says the same numbers in both languages', () => {
    const { opportunity_potential: tr, urgency, next_step: next } = summaryOf(anAssessment(), 'tr');
    const en = summaryOf(anAssessment(), 'en');
    expect([en.opportunity_potential, en.urgency, en.next_step.action]).toEqual([tr, urgency, next.action]);
  });
});

describe('an assessment without a score', () => {
  it('has no summary: nothing is invented when the MX look-up gave no answer', () => {
    expect(salesSummary(anAssessment({ scored: null }), {}, rules, 'tr')).toBeNull();
  });
});

describe('W17: a score of 0', () => {
  it('is a score, and is told as one', () => {
    const summary = summaryOf(anAssessment({ scored: aScore({ score: 0 }) }), 'en');
    expect(summary.one_liner).toContain('0 points');
    expect(summary.metadata.readiness_score).toBe(0);
  });
});

describe('a domain without mail', () => {
  it.for(['absent', 'null', 'nxdomain'] as const)('gets texts of its own: MX %s', (why) => {
    const tr = summaryOf(noMail(why), 'tr');
    const en = summaryOf(noMail(why), 'en');
    expect(tr.next_step).toMatchObject({ action: 'wait', timeline: '1_ay', priority: 'low' });
    expect(en.next_step.message).toContain('Do not call');
    expect(tr.next_step.message).toContain('Aramayın');
    expect(tr.offer_tier.applies).toEqual([]);
    expect(tr.security_reasoning).toBeNull();
    for (const summary of [tr, en]) {
      const { one_liner, segment_explanation, call_script, offer_tier, next_step } = summary;
      const said = JSON.stringify([
        one_liner,
        segment_explanation,
        call_script,
        offer_tier.recommendation,
        next_step,
      ]);
      expect(said).not.toMatch(/Microsoft 365|EUR|\d+ dakika|minutes|geçiş hizmeti/);
    }
  });
});

describe('the domain', () => {
  it('begins the first sentence, in the letters people read', () => {
    const summary = summaryOf(
      anAssessment({ domain: 'xn--gkpnar-zfb.example', unicode: 'gökpınar.example' }),
      'tr',
    );
    expect(summary.one_liner.startsWith('gökpınar.example: ')).toBe(true);
    expect(summary.domain).toBe('xn--gkpnar-zfb.example');
  });
});
