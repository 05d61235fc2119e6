import { z } from 'zod';
import type { Assessment, Scored } from '#core/assessment.ts';
import { TENANT_SIZES } from '#core/rules/classification.ts';
import type { Language } from '#core/rules/common.ts';
import { sayFrom } from '#core/rules/fill.ts';
import {
  CATEGORIES,
  COMMERCIAL_HEATS,
  COMMERCIAL_SEGMENTS,
  PRIORITIES,
  SEGMENTS,
  TECHNICAL_HEATS,
  WORKLOADS,
} from '#core/rules/rule-set.ts';
import type { Wordings } from '#core/rules/sales.ts';
import type { FindingId } from '#core/score/findings.ts';
import type { LEAD_SENTENCES } from './sentences.ts';

export const REFERRAL_TYPES = ['co-sell', 'marketplace', 'solution-provider'] as const;
export type ReferralType = (typeof REFERRAL_TYPES)[number];
export const LINK_STATUSES = ['none', 'linked', 'unlinked', 'mixed'] as const;
export type LinkStatus = (typeof LINK_STATUSES)[number];

/** The referral that stands for all of a domain: the newest active one, else the newest. */
export const PrimaryReferral = z.object({
  id: z.string(),
  type: z.enum(REFERRAL_TYPES).nullable(),
  active: z.boolean(),
  status: z.string().nullable(),
  substatus: z.string().nullable(),
  deal_value: z.number().nullable(),
  currency: z.string().nullable(),
});
export type PrimaryReferral = z.infer<typeof PrimaryReferral>;

/** All Partner Center referrals of one domain, summed up. */
export const ReferralAggregate = z.object({
  count: z.int().min(0),
  types: z.array(z.enum(REFERRAL_TYPES)).describe('each once'),
  ids: z.array(z.string()).describe('newest first'),
  primary: PrimaryReferral.nullable(),
  link_status: z.enum(LINK_STATUSES),
  tenant_id: z.string().nullable().describe('Entra tenant id, where a referral names one'),
});
export type ReferralAggregate = z.infer<typeof ReferralAggregate>;

export const SYNC_STATUSES = ['not_synced', 'queued', 'in_progress', 'synced', 'error'] as const;
export type SyncStatus = (typeof SYNC_STATUSES)[number];

/** How far this company has come on its way to Dynamics 365. */
export const SyncState = z.object({
  status: z.enum(SYNC_STATUSES),
  last_at: z.string().nullable().describe('last successful push, ISO 8601'),
  attempts: z.int().min(0),
  error: z.string().nullable(),
  lead_id: z.string().nullable(),
});
export type SyncState = z.infer<typeof SyncState>;

/** What is stored of a company besides its records. */
export interface Company {
  readonly id: number;
  readonly name: string;
  /** two letters, as ingested; the country of an IP address is not the company's */
  readonly country: string | null;
  readonly contactEmails: readonly string[];
  readonly contactQuality: number | null;
  readonly linkedinPattern: string | null;
}

const Maybe = (text: string) => z.string().nullable().describe(text);

/** The lead as the API shows it. The keys of the earlier system are kept; additions stand at the end. */
export const Lead = z.object({
  company_id: z.int(),
  canonical_name: z.string(),
  domain: z.string().describe('lower-case ASCII'),
  provider: Maybe('id of the mail provider: M365, Google, Hosting ...'),
  tenant_size: z.enum(TENANT_SIZES).nullable(),
  local_provider: Maybe('who runs the machine behind a Hosting or Local MX'),
  country: Maybe('two letters, as ingested'),
  spf: z.boolean().nullable().describe('null = not known; a record in error counts as none'),
  dkim: z.boolean().nullable().describe('null = not known'),
  dmarc_policy: Maybe('none, quarantine or reject; null without a record or an answer'),
  dmarc_coverage: z.number().nullable(),
  mx_root: Maybe('registrable domain of the first MX host'),
  registrar: z.string().nullable(),
  expires_at: Maybe('date the registration ends, YYYY-MM-DD'),
  nameservers: z.array(z.string()),
  scan_status: z.enum(['completed', 'partial']).describe('partial = a look-up that counts gave no answer'),
  scanned_at: z.string().describe('when the records were looked up, ISO 8601'),
  readiness_score: z.int().nullable().describe('0 to 100; null when no score could ever be made'),
  segment: z.enum(SEGMENTS).nullable(),
  reason: Maybe('why this segment, in the language asked for'),
  priority_score: z
    .literal([...PRIORITIES])
    .nullable()
    .describe('1 is best'),
  technical_heat: z.enum(TECHNICAL_HEATS).nullable(),
  commercial_segment: z.enum(COMMERCIAL_SEGMENTS).nullable(),
  commercial_heat: z.enum(COMMERCIAL_HEATS).nullable(),
  priority_category: z.enum(CATEGORIES).nullable(),
  priority_label: z.string().nullable(),
  infrastructure_summary: z.string().nullable(),
  referral_type: z.enum(REFERRAL_TYPES).nullable().describe('of the primary referral'),
  link_status: z.enum(LINK_STATUSES),
  referral_id: Maybe('the primary referral: the newest active one'),
  referral_count: z.int().min(0),
  referral_types: z.array(z.enum(REFERRAL_TYPES)),
  referral_ids: z.array(z.string()),
  d365_sync_status: z.enum(SYNC_STATUSES),
  d365_sync_last_at: z.string().nullable(),
  d365_lead_id: z.string().nullable(),
  d365_lead_url: z.string().nullable(),
  // Added to the earlier object:
  domain_unicode: z.string().describe('the domain as people write it'),
  provider_name: Maybe('the mail provider as people call it'),
  gateway: Maybe('security gateway in front of the mailboxes'),
  hybrid: z.boolean().nullable().describe('own or hosted MX while Microsoft 365 evidence is strong'),
  confidence: z.number().min(0).max(4),
  confidence_level: z.enum(['high', 'medium', 'low']),
  score_low: z.int().nullable().describe('lowest score that open look-ups leave possible'),
  score_high: z.int().nullable().describe('highest score that open look-ups leave possible'),
  score_kept_from: Maybe(
    'where a look-up that counts gave no answer, the earlier score stays: when its records were looked up',
  ),
  hard_fail: z.enum(['absent', 'null', 'nxdomain']).nullable().describe('why nothing can be sold here'),
  m365_fit_score: z.int().nullable(),
  m365_match_tags: z.array(z.enum(WORKLOADS)),
  tenant_id: Maybe('Entra tenant id'),
  rule_set: z.string().describe('rule set and version that made the score'),
  d365_sync_error: z.string().nullable(),
  d365_sync_attempts: z.int().min(0),
});
export type Lead = z.infer<typeof Lead>;

/** One lead alone: contacts are personal data and stay out of lists. */
export const LeadDetail = Lead.extend({
  contact_emails: z.array(z.string()),
  contact_quality_score: z.int().min(0).max(100).nullable(),
  linkedin_pattern: z.string().nullable(),
});
export type LeadDetail = z.infer<typeof LeadDetail>;

export interface LeadInput {
  readonly company: Company;
  readonly assessment: Assessment;
  /** the earlier assessment whose score stays, where this one got no answer that counts */
  readonly kept?: Assessment | null;
  readonly referrals?: ReferralAggregate | null;
  readonly sync?: SyncState | null;
  readonly language: Language;
  readonly wording: Wordings;
  /** where Dynamics 365 lives; null when not connected */
  readonly dynamics?: { readonly baseUrl: string; readonly appId: string | null } | null;
}

/** Company, assessment, referrals and sync state as the lead object of lists. */
export function leadOf(input: LeadInput): Lead {
  const { company, assessment, language } = input;
  // Score and provider are one statement: without a new score both come from the scan that made the last one.
  const shown = scoredAssessment(assessment, input.kept ?? null);
  const { scored } = shown;
  const referrals = input.referrals ?? null;
  const sync = input.sync ?? null;
  return {
    company_id: company.id,
    canonical_name: company.name,
    domain: assessment.domain,
    provider: shown.mail.provider,
    tenant_size: shown.tenantSize.size,
    local_provider: shown.mail.localProvider,
    country: company.country,
    spf: presence(assessment, ['spf-found'], ['spf-absent', 'spf-permerror']),
    dkim: presence(assessment, ['dkim-found'], ['dkim-absent']),
    dmarc_policy: assessment.dmarc.policy,
    dmarc_coverage: assessment.dmarc.coverage,
    mx_root: shown.mail.mxRoot,
    registrar: assessment.registration?.registrar ?? null,
    expires_at: dateOf(assessment.registration?.expires ?? null),
    nameservers: [...assessment.nameservers],
    scan_status: assessment.status,
    scanned_at: assessment.lookedUpAt,
    readiness_score: scored?.score ?? null,
    segment: scored?.segment ?? null,
    reason: scored === null ? null : reasonText(scored, shown.mail.provider, input),
    priority_score: scored?.priority ?? null,
    technical_heat: scored?.pModel?.technicalHeat ?? null,
    commercial_segment: scored?.pModel?.commercialSegment ?? null,
    commercial_heat: scored?.pModel?.commercialHeat ?? null,
    priority_category: scored?.pModel?.category ?? null,
    priority_label: scored?.pModel?.label[language] ?? null,
    infrastructure_summary: assessment.infrastructureSummary,
    ...referralFields(referrals),
    d365_sync_status: sync?.status ?? 'not_synced',
    d365_sync_last_at: sync?.last_at ?? null,
    d365_lead_id: sync?.lead_id ?? null,
    d365_lead_url: leadUrl(input.dynamics ?? null, sync?.lead_id ?? null),
    domain_unicode: assessment.unicode,
    provider_name: shown.mail.providerName,
    gateway: shown.mail.gateway?.name ?? null,
    hybrid: shown.mail.hybrid,
    confidence: shown.confidence.total,
    confidence_level: shown.confidence.level,
    score_low: shown.range?.low ?? null,
    score_high: shown.range?.high ?? null,
    score_kept_from: shown === assessment ? null : shown.lookedUpAt,
    hard_fail: scored?.hardFail ?? null,
    m365_fit_score: shown.fit?.score ?? null,
    m365_match_tags: shown.workloads.map((workload) => workload.workload),
    tenant_id: assessment.tenant?.tenantId ?? referrals?.tenant_id ?? null,
    rule_set: ruleSetText(shown),
    d365_sync_error: sync?.error ?? null,
    d365_sync_attempts: sync?.attempts ?? 0,
  };
}

/** The lead with its contacts. */
export function leadDetailOf(input: LeadInput): LeadDetail {
  return {
    ...leadOf(input),
    contact_emails: [...input.company.contactEmails],
    contact_quality_score: input.company.contactQuality,
    linkedin_pattern: input.company.linkedinPattern,
  };
}

/** The six referral fields of a lead, under their earlier names. */
export function referralFields(
  referrals: ReferralAggregate | null,
): Pick<
  Lead,
  'referral_type' | 'link_status' | 'referral_id' | 'referral_count' | 'referral_types' | 'referral_ids'
> {
  return {
    referral_type: referrals?.primary?.type ?? null,
    link_status: referrals?.link_status ?? 'none',
    referral_id: referrals?.primary?.id ?? null,
    referral_count: referrals?.count ?? 0,
    referral_types: [...(referrals?.types ?? [])],
    referral_ids: [...(referrals?.ids ?? [])],
  };
}

/**
 * The assessment whose score is shown: the one that was kept, else the new one. Whoever decides to keep one
 * ({@link keepsScore}) gives it here; without any, the new one is shown, with its score or without.
 */
export const scoredAssessment = (assessment: Assessment, kept: Assessment | null): Assessment =>
  kept !== null && kept.scored !== null ? kept : assessment;

/** "hunter-1 1.0.0" */
export const ruleSetText = (assessment: Pick<Assessment, 'ruleSet'>): string =>
  `${assessment.ruleSet.id} ${assessment.ruleSet.version}`;

/** The address of a lead in Dynamics 365; null when Dynamics or the lead is not known. */
export function leadUrl(
  dynamics: { readonly baseUrl: string; readonly appId: string | null } | null,
  leadId: string | null,
): string | null {
  if (dynamics === null || leadId === null) return null;
  const base = dynamics.baseUrl.replace(/\/+$/, '');
  const app = dynamics.appId === null ? '' : `&appid=${encodeURIComponent(dynamics.appId)}`;
  return `${base}/main.aspx?pagetype=entityrecord&etn=lead&id=${encodeURIComponent(leadId)}${app}`;
}

/** What an answered look-up says: there, not there, or null when nothing is known. */
function presence(
  assessment: Assessment,
  there: readonly FindingId[],
  missing: readonly FindingId[],
): boolean | null {
  const holds = (ids: readonly FindingId[]): boolean =>
    assessment.findings.some((finding) => ids.includes(finding.id));
  // "Missing" first: a record in error is there to see, and protects nobody.
  if (holds(missing)) return false;
  return holds(there) ? true : null;
}

const dateOf = (moment: string | null): string | null => moment?.slice(0, 10) ?? null;

/** One sentence on the segment, with the two facts it rests on. */
function reasonText(scored: Scored, provider: string, { language, wording }: LeadInput): string {
  const say = sayFrom<typeof LEAD_SENTENCES>(wording[language].lead);
  if (scored.hardFail !== null)
    return say('reason-hard-fail', { why: scored.lines.at(-1)?.why[language] ?? '' });
  const facts = say('reason-facts', { score: scored.score, provider });
  return scored.segmentWhy === null ? facts : say('reason', { why: scored.segmentWhy[language], facts });
}
