import { describe, expect, test } from 'vitest';
import { type Company, Lead, LeadDetail, leadDetailOf, leadOf, leadUrl } from '#core/lead/lead.ts';
import {
  absent,
  found,
  hosted,
  hostedEarlier,
  microsoft,
  REFERRAL,
  SYNCED,
  unanswered,
  ENGLISH,
  TURKISH,
} from './support.ts';

const COMPANY: Company = {
  id: 42,
  name: 'Gökpınar Döküm Sanayi A.Ş.',
  country: 'TR',
  contactEmails: ['bilgi@gokpinardokum.com'],
  contactQuality: 50,
  linkedinPattern: null,
};
const lead = leadOf({
  company: COMPANY,
  assessment: hosted(),
  referrals: REFERRAL,
  sync: SYNCED,
  ...TURKISH,
  dynamics: { baseUrl: 'https://contoso.crm4.dynamics.com/', appId: 'app 1' },
});

describe('the lead of the API', () => {
  test('has every key of the earlier system', () => {
    const detail = leadDetailOf({ company: COMPANY, assessment: hosted(), ...TURKISH });
    const earlier = `
      company_id canonical_name domain provider tenant_size local_provider country
      contact_emails contact_quality_score linkedin_pattern spf dkim dmarc_policy dmarc_coverage
      mx_root registrar expires_at nameservers scan_status scanned_at readiness_score
      segment reason priority_score technical_heat commercial_segment commercial_heat priority_category
      priority_label infrastructure_summary referral_type link_status referral_id referral_count referral_types
      referral_ids d365_sync_status d365_sync_last_at d365_lead_id d365_lead_url
    `;
    expect(Object.keys(detail)).toEqual(expect.arrayContaining(earlier.trim().split(/\s+/)));
  });

  test('is what its schema says, nothing more', () => {
    expect(Lead.strict().parse(lead)).toEqual(lead);
    const detail = leadDetailOf({ company: COMPANY, assessment: microsoft(), ...ENGLISH });
    expect(LeadDetail.strict().parse(detail)).toEqual(detail);
  });

  test('shows the hosted company', () => {
    expect(lead).toMatchObject({
      canonical_name: 'Gökpınar Döküm Sanayi A.Ş.',
      provider: 'Hosting',
      spf: true,
      dkim: false,
      dmarc_policy: 'none',
      expires_at: '2026-01-14',
      readiness_score: 15,
      priority_score: 3,
      priority_category: 'P1',
      reason: 'Puan, bu sağlayıcının geçiş eşiğinde veya üstünde. Puan: 15, Sağlayıcı: Hosting',
      referral_type: 'co-sell',
      referral_count: 2,
      d365_sync_status: 'synced',
      d365_lead_url:
        'https://contoso.crm4.dynamics.com/main.aspx?pagetype=entityrecord&etn=lead&id=0f0f0f0f-0000-4000-8000-000000000001&appid=app%201',
      rule_set: 'hunter-1 1.0.0',
    });
  });

  test('keeps contacts out of lists', () => {
    expect(lead).not.toHaveProperty('contact_emails');
  });

  test.each([
    ['found', found(['v=spf1 -all']), true],
    ['absent', found([]), false],
    ['two records, which is an error', found(['v=spf1 -all', 'v=spf1 +all']), false],
    ['not answered', unanswered('SERVFAIL'), null],
  ] as const)('says of SPF, %s', (_, txt, spf) => {
    expect(leadOf({ company: COMPANY, assessment: hosted({ txt }), ...ENGLISH }).spf).toBe(spf);
  });

  test('says nothing of DKIM when no usual selector has a key', () => {
    const dkim = { base: absent('NODATA'), selectors: [] };
    expect(leadOf({ company: COMPANY, assessment: hosted({ dkim }), ...ENGLISH }).dkim).toBeNull();
  });

  test('shows the earlier score and provider when the MX look-up gave no answer', () => {
    const assessment = hosted({ mx: unanswered('TIMEOUT'), lookedUpAt: '2025-12-01T08:00:00Z' });
    expect(leadOf({ company: COMPANY, assessment, kept: hosted(), ...ENGLISH })).toMatchObject({
      scan_status: 'partial',
      scanned_at: '2025-12-01T08:00:00Z',
      score_kept_from: '2025-11-21T11:32:00Z',
      readiness_score: 15,
      provider: 'Hosting',
    });
    expect(leadOf({ company: COMPANY, assessment, ...ENGLISH })).toMatchObject({
      readiness_score: null,
      segment: null,
      priority_score: null,
      reason: null,
      score_kept_from: null,
    });
  });

  test('W2: shows a complete score that was kept, and not the partial one of a look-up that got no answer', () => {
    const assessment = hosted({ dmarc: unanswered('TIMEOUT'), lookedUpAt: '2025-12-01T08:00:00Z' });
    expect(assessment.scored).not.toBeNull();
    expect(leadOf({ company: COMPANY, assessment, kept: hosted(), ...ENGLISH })).toMatchObject({
      scan_status: 'partial',
      score_kept_from: '2025-11-21T11:32:00Z',
      readiness_score: 15,
    });
  });

  test('names the reason of a hard fail as the earlier system did', () => {
    const assessment = hosted({ mx: absent('NODATA') });
    expect(leadOf({ company: COMPANY, assessment, ...TURKISH })).toMatchObject({
      readiness_score: 0,
      segment: 'Skip',
      hard_fail: 'absent',
      reason: 'Hard-fail: MX kaydı yok: bu alan adı e-posta almıyor',
    });
    const earlier = hostedEarlier({ mx: absent('NODATA') });
    expect(leadOf({ company: COMPANY, assessment: earlier, ...TURKISH })).toMatchObject({
      readiness_score: 0,
      priority_category: null,
      priority_label: null,
    });
  });

  test('is not synced and has no referral when nothing is known of either', () => {
    expect(leadOf({ company: COMPANY, assessment: hosted(), ...ENGLISH })).toMatchObject({
      link_status: 'none',
      referral_count: 0,
      referral_ids: [],
      d365_sync_status: 'not_synced',
      d365_lead_url: null,
    });
  });
});

describe('leadUrl', () => {
  test('leaves out the app when none is configured', () => {
    expect(leadUrl({ baseUrl: 'https://contoso.crm4.dynamics.com', appId: null }, 'a')).toBe(
      'https://contoso.crm4.dynamics.com/main.aspx?pagetype=entityrecord&etn=lead&id=a',
    );
  });
  test('is nothing without Dynamics or without a lead', () => {
    expect(leadUrl(null, 'a')).toBeNull();
    expect(leadUrl({ baseUrl: 'https://x', appId: null }, null)).toBeNull();
  });
});
