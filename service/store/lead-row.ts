import type { Language } from '#core/rules/common.ts';
import type { Lead } from '#core/lead/lead.ts';

/** The columns of `leads_ready` that a lead object is made of. Contacts are personal data and are not read for lists. */
export const LEAD_COLUMNS = [
  'company_id',
  'canonical_name',
  'domain',
  'provider',
  'tenant_size',
  'local_provider',
  'country',
  'spf',
  'dkim',
  'dmarc_policy',
  'dmarc_coverage',
  'mx_root',
  'registrar',
  'expires_at',
  'nameservers',
  'scan_status',
  'scanned_at',
  'readiness_score',
  'segment',
  'reason_tr',
  'reason_en',
  'priority_score',
  'technical_heat',
  'commercial_segment',
  'commercial_heat',
  'priority_category',
  'priority_label_tr',
  'priority_label_en',
  'infrastructure_summary',
  'referral_type',
  'link_status',
  'referral_id',
  'referral_count',
  'referral_types',
  'referral_ids',
  'd365_sync_status',
  'd365_sync_last_at',
  'd365_lead_id',
  'domain_unicode',
  'provider_name',
  'gateway',
  'hybrid',
  'confidence',
  'confidence_level',
  'score_low',
  'score_high',
  'score_kept_from',
  'hard_fail',
  'm365_fit_score',
  'm365_match_tags',
  'tenant_id',
  'rule_set',
  'd365_sync_error',
  'd365_sync_attempts',
] as const;

type Moments = 'scanned_at' | 'd365_sync_last_at' | 'score_kept_from';
type InBoth = 'reason' | 'priority_label';

/** A row of `leads_ready` that has a score. */
export type LeadRow = Omit<Lead, Moments | InBoth | 'd365_lead_url'> & {
  readonly [Name in `${InBoth}_${Language}`]: string | null;
} & {
  readonly scanned_at: Date;
  readonly d365_sync_last_at: Date | null;
  readonly score_kept_from: Date | null;
};

/** The lead object of a row, its sentences in one language. The address in Dynamics 365 is not known here. */
export function leadOfRow(row: LeadRow, language: Language): Lead {
  const { reason_tr, reason_en, priority_label_tr, priority_label_en, ...rest } = row;
  const turkish = language === 'tr';
  return {
    ...rest,
    reason: turkish ? reason_tr : reason_en,
    priority_label: turkish ? priority_label_tr : priority_label_en,
    scanned_at: rest.scanned_at.toISOString(),
    d365_sync_last_at: rest.d365_sync_last_at?.toISOString() ?? null,
    score_kept_from: rest.score_kept_from?.toISOString() ?? null,
    d365_lead_url: null,
  };
}
