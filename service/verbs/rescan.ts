import { z } from 'zod';
import type { Assessment } from '#core/assessment.ts';
import { CHANGE_TYPES, type Change } from '#core/changes/changes.ts';
import { isRanking } from '#core/keep.ts';
import { Lead, leadOf } from '#core/lead/lead.ts';
import type { Language } from '#core/rules/common.ts';
import type { Service } from '../context.ts';
import { done, failed, type Outcome } from '../failure.ts';
import { findCompany, type CompanyRow } from '../store/companies.ts';
import { companyDomain } from './scan.ts';
import { scanCompany, type ScanResult } from './scan-companies.ts';

const Value = z.union([z.string(), z.number()]).nullable();
export const ChangeView = z
  .object({
    change_type: z.enum(CHANGE_TYPES),
    old_value: Value,
    new_value: Value,
    summary: z.string(),
    points: z.int().describe('what it moved the score by'),
  })
  .meta({ id: 'Change' });

/** What a scan of one company comes to. The first fields are the earlier system's. */
export const ScanView = Lead.pick({
  domain: true,
  segment: true,
  reason: true,
  provider: true,
  local_provider: true,
  tenant_size: true,
  mx_root: true,
  spf: true,
  dkim: true,
  dmarc_policy: true,
  dmarc_coverage: true,
  scan_status: true,
  scanned_at: true,
  gateway: true,
  hybrid: true,
  confidence_level: true,
  score_low: true,
  score_high: true,
  score_kept_from: true,
})
  .extend({
    score: z.int().nullable().describe('null: the mail look-up gave no answer, and there was no score yet'),
    priority: Lead.shape.priority_score,
    priority_category: Lead.shape.priority_category,
    score_kept: z.boolean().describe('an earlier score stays, since this look-up got no answer that counts'),
    fresh: z.boolean().describe('false: what was stored is fresh enough, and nothing was asked'),
    changes: z.array(ChangeView).describe('since the scan before'),
    demo: z.literal(true).optional().describe('there when all data is made up'),
  })
  .meta({ id: 'Scan' });
export type ScanView = z.infer<typeof ScanView>;

export const RescanView = z
  .object({
    domain: z.string(),
    success: z.boolean(),
    changes_detected: z.boolean(),
    signal_changes: z.int().min(0).describe('changes of records'),
    score_changes: z.int().min(0).describe('changes of score, priority or segment'),
    alerts_created: z.int().min(0),
    changes: z.array(ChangeView),
    result: ScanView,
  })
  .meta({ id: 'Rescan' });
export type RescanView = z.infer<typeof RescanView>;

export interface ScanNowInput {
  /** any text that names the domain */
  readonly text: string;
  readonly tier: 'score' | 'full';
  readonly force: boolean;
  readonly language: Language;
}

/** Scans a company that somebody waits for. */
export async function scanNow(service: Service, input: ScanNowInput): Promise<Outcome<ScanView>> {
  const scanned = await lookUpNow(service, input, 'request');
  return scanned.ok ? done(scanned.value.view) : scanned;
}

/** Scans a company again, whatever is stored, and tells what has changed. */
export async function rescan(
  service: Service,
  input: Omit<ScanNowInput, 'force'>,
): Promise<Outcome<RescanView>> {
  const scanned = await lookUpNow(service, { ...input, force: true }, 'rescan');
  if (!scanned.ok) return scanned;
  const { result, view } = scanned.value;
  const rankings = result.changes.filter(isRanking).length;
  return done({
    domain: view.domain,
    success: true,
    changes_detected: result.changes.length > 0,
    signal_changes: result.changes.length - rankings,
    score_changes: rankings,
    alerts_created: result.alerts,
    changes: view.changes,
    result: view,
  });
}

async function lookUpNow(
  service: Service,
  { text, tier, force, language }: ScanNowInput,
  cause: string,
): Promise<Outcome<{ readonly result: ScanResult; readonly view: ScanView }>> {
  const { engine, messages } = service.rules.current();
  // Made-up names are what a demo is full of.
  const reading = companyDomain(text, engine.mail.consumerDomains, { allowReserved: service.demo });
  if (!reading.ok) {
    const why = messages[language].refusals[reading.refusal];
    return failed('invalid-domain', { input: text.slice(0, 100), why });
  }
  const { ascii, unicode } = reading.domain;
  const company = await findCompany(service.sql, ascii);
  if (company === null) return failed('lead-not-found', { domain: unicode });
  // Not broken off when the client goes: the answers are on their way, and stored for whoever asks next.
  const scan = await scanCompany(service, ascii, { tier, force, cause });
  if (!scan.ok) return scan;
  return done({ result: scan.value, view: viewOf(service, company, scan.value, language) });
}

function viewOf(service: Service, company: CompanyRow, result: ScanResult, language: Language): ScanView {
  const { assessment, shown, keptScore, changes, stored } = result;
  const kept: Assessment | null = keptScore ? shown : null;
  const { wording } = service.rules.current().sales;
  const lead = leadOf({ company, assessment, kept, language, wording });
  return {
    domain: lead.domain,
    score: lead.readiness_score,
    segment: lead.segment,
    reason: lead.reason,
    provider: lead.provider,
    local_provider: lead.local_provider,
    tenant_size: lead.tenant_size,
    mx_root: lead.mx_root,
    spf: lead.spf,
    dkim: lead.dkim,
    dmarc_policy: lead.dmarc_policy,
    dmarc_coverage: lead.dmarc_coverage,
    scan_status: lead.scan_status,
    priority: lead.priority_score,
    priority_category: lead.priority_category,
    scanned_at: lead.scanned_at,
    gateway: lead.gateway,
    hybrid: lead.hybrid,
    confidence_level: lead.confidence_level,
    score_low: lead.score_low,
    score_high: lead.score_high,
    score_kept: keptScore,
    score_kept_from: lead.score_kept_from,
    fresh: stored,
    changes: changes.map((change) => changeView(change, language)),
    ...(service.demo ? { demo: true as const } : {}),
  };
}

const changeView = (
  { type, from, to, words, points }: Change,
  language: Language,
): z.infer<typeof ChangeView> => ({
  change_type: type,
  old_value: from,
  new_value: to,
  summary: words[language],
  points,
});
