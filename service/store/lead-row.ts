import type { Language } from '#core/rules/common.ts';
import type { Lead } from '#core/lead/lead.ts';
import type { Fragment } from './lead-filter.ts';
import type { Sql, Transaction } from './pool.ts';

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
  'reason',
  'priority_score',
  'technical_heat',
  'commercial_segment',
  'commercial_heat',
  'priority_category',
  'priority_label',
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

/** These are there in both languages; a row has one of them. */
const IN_BOTH: ReadonlySet<string> = new Set(['reason', 'priority_label']);

/** The columns of a lead as `v`, in one language. Name by name: a list means something else to the driver behind some words. */
export const leadColumns = (sql: Sql | Transaction, language: Language): Fragment =>
  LEAD_COLUMNS.map((name): Fragment =>
    IN_BOTH.has(name) ? sql`v.${sql(`${name}_${language}`)} as ${sql(name)}` : sql`v.${sql(name)}`,
  ).reduce((all, name) => sql`${all}, ${name}`, sql`null::text as d365_lead_url`);

type Moments = 'scanned_at' | 'd365_sync_last_at' | 'score_kept_from';

/** A row of `leads_ready` that has a score. */
export type LeadRow = Omit<Lead, Moments> & {
  scanned_at: Date;
  d365_sync_last_at: Date | null;
  score_kept_from: Date | null;
};

/**
 * The lead object of a row. It is the same object: an export makes a hundred thousand of them, and copies take longer than
 * the database. The address in Dynamics 365 is not known here.
 */
export function leadOfRow(row: LeadRow): Lead {
  const lead = row as unknown as { -readonly [Name in keyof Lead]: Lead[Name] };
  lead.scanned_at = row.scanned_at.toISOString();
  lead.d365_sync_last_at = row.d365_sync_last_at?.toISOString() ?? null;
  lead.score_kept_from = row.score_kept_from?.toISOString() ?? null;
  return lead;
}
