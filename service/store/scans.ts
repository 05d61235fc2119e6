import type { Assessment, Scored } from '#core/assessment.ts';
import { leadOf } from '#core/lead/lead.ts';
import type { AllRules } from '../rule-files.ts';
import type { Decision } from '../verbs/scan-decision.ts';
import type { Transaction } from './pool.ts';
import {
  countUneventful,
  storeAddresses,
  storeAlerts,
  storeChanges,
  storeHistory,
  storeMoves,
} from './scan-history.ts';
import { storableJson } from './storable.ts';

/**
 * Writes what scans, or new scorings, have come to: a statement a table, however many companies there are. The caller
 * holds the locks of the companies ({@link lockStates}).
 *
 * All rows of a statement travel as one JSON text: arrays of texts would have each quote of the assessments escaped
 * once more. Scores are written before look-ups: the list then gets a new company once, whole, and not first without
 * its score.
 *
 * @returns how many new alerts each company has
 */
export async function storeDecisions(
  tx: Transaction,
  decisions: readonly Decision[],
  rules: AllRules,
): Promise<Map<number, number>> {
  if (decisions.length === 0) return new Map();
  const [alerts] = await Promise.all([
    storeAlerts(tx, decisions),
    storeHistory(tx, decisions),
    countUneventful(tx, decisions),
    storeChanges(tx, decisions),
    storeMoves(tx, decisions),
    storeAddresses(tx, decisions),
    keepFacts(tx, decisions),
    storeScores(tx, decisions, rules),
    storeSignals(tx, decisions, rules),
    storeThoughts(tx, decisions),
  ]);
  return alerts;
}

/** Columns of score and look-up are those of the lead, and come from the assessment alone. */
const NO_COMPANY = {
  id: 0,
  name: '',
  country: null,
  contactEmails: [],
  contactQuality: null,
  linkedinPattern: null,
};

/** The assessment of the newest facts where the score has another one, or there is no score. */
const ownAssessment = ({ assessment, shown }: Decision): Assessment | null =>
  shown === assessment ? null : assessment;

async function storeScores(tx: Transaction, decisions: readonly Decision[], rules: AllRules): Promise<void> {
  const rows = decisions.flatMap(({ companyId, shown, kept, scan }) =>
    // A scan leaves a kept score alone; a new scoring thinks about it again.
    shown === null || shown.scored === null || (kept && scan !== null)
      ? []
      : [scoreRow(companyId, shown, shown.scored, rules)],
  );
  if (rows.length === 0) return;
  // A new scoring of kept facts leaves them kept; a scan that takes the place of a kept score ends that.
  const again = decisions[0]?.scan === null;
  await tx`
    insert into lead_scores as p (
      company_id, readiness_score, segment, priority_score, technical_heat, commercial_segment, commercial_heat,
      priority_category, priority_label_tr, priority_label_en, reason_tr, reason_en, hard_fail, provider, provider_name,
      gateway, hybrid, local_provider, mx_root, tenant_size, confidence, confidence_level, score_low, score_high,
      m365_fit_score, m365_match_tags, rule_set, rule_set_version, assessment, looked_up_at, assessed_at
    )
    select * from jsonb_to_recordset(${storableJson(rows)}::text::jsonb) as t(
      id bigint, score smallint, segment text, priority smallint, heat text, commercial text, commercial_heat text,
      category text, label_tr text, label_en text, reason_tr text, reason_en text, hard_fail text, provider text,
      provider_name text, gateway text, hybrid boolean, local_provider text, mx_root text, tenant_size text,
      confidence numeric, confidence_level text, low smallint, high smallint, fit smallint, tags text[], rule_set text,
      version text, assessment jsonb, looked_up_at timestamptz, assessed_at timestamptz
    )
    on conflict (company_id) do update set
      readiness_score = excluded.readiness_score, segment = excluded.segment, priority_score = excluded.priority_score,
      technical_heat = excluded.technical_heat, commercial_segment = excluded.commercial_segment,
      commercial_heat = excluded.commercial_heat, priority_category = excluded.priority_category,
      priority_label_tr = excluded.priority_label_tr, priority_label_en = excluded.priority_label_en,
      reason_tr = excluded.reason_tr, reason_en = excluded.reason_en, hard_fail = excluded.hard_fail,
      provider = excluded.provider, provider_name = excluded.provider_name, gateway = excluded.gateway,
      hybrid = excluded.hybrid, local_provider = excluded.local_provider, mx_root = excluded.mx_root,
      tenant_size = excluded.tenant_size, confidence = excluded.confidence,
      confidence_level = excluded.confidence_level, score_low = excluded.score_low, score_high = excluded.score_high,
      m365_fit_score = excluded.m365_fit_score, m365_match_tags = excluded.m365_match_tags,
      rule_set = excluded.rule_set, rule_set_version = excluded.rule_set_version, assessment = excluded.assessment,
      kept_facts = case when ${again} then p.kept_facts end,
      looked_up_at = excluded.looked_up_at, assessed_at = excluded.assessed_at`;
}

function scoreRow(id: number, of: Assessment, { pModel, ...scored }: Scored, rules: AllRules) {
  const { mail, confidence } = of;
  const reason = (language: 'tr' | 'en'): string =>
    leadOf({ company: NO_COMPANY, assessment: of, language, wording: rules.sales.wording }).reason ?? '';
  return {
    id,
    score: scored.score,
    segment: scored.segment,
    priority: scored.priority,
    heat: pModel?.technicalHeat,
    commercial: pModel?.commercialSegment,
    commercial_heat: pModel?.commercialHeat,
    category: pModel?.category,
    label_tr: pModel?.label.tr,
    label_en: pModel?.label.en,
    reason_tr: reason('tr'),
    reason_en: reason('en'),
    hard_fail: scored.hardFail,
    provider: mail.provider,
    provider_name: mail.providerName,
    gateway: mail.gateway?.name,
    hybrid: mail.hybrid,
    local_provider: mail.localProvider,
    mx_root: mail.mxRoot,
    tenant_size: of.tenantSize.size,
    confidence: confidence.total,
    confidence_level: confidence.level,
    low: of.range?.low,
    high: of.range?.high,
    fit: of.fit?.score,
    tags: of.workloads.map(({ workload }) => workload),
    rule_set: of.ruleSet.id,
    version: of.ruleSet.version,
    assessment: of,
    looked_up_at: of.lookedUpAt,
    assessed_at: of.assessedAt,
  };
}

/** A score that stays keeps the facts it was made from: those of the look-up are about to take their place. */
async function keepFacts(tx: Transaction, decisions: readonly Decision[]): Promise<void> {
  const ids = decisions.flatMap(({ companyId, kept, scan }) => (kept && scan !== null ? [companyId] : []));
  if (ids.length === 0) return;
  await tx`
    update lead_scores p set kept_facts = s.facts
    from domain_signals s
    where s.company_id = p.company_id and p.kept_facts is null and p.company_id = any (${ids}::bigint[])`;
}

async function storeSignals(tx: Transaction, decisions: readonly Decision[], rules: AllRules): Promise<void> {
  const rows = decisions.flatMap((decision) =>
    decision.scan === null ? [] : [signalRow(decision, decision.scan, rules)],
  );
  if (rows.length === 0) return;
  await tx`
    insert into domain_signals as s (
      company_id, scan_status, spf, dkim, dmarc_policy, dmarc_coverage, registrar, expires_at, nameservers, mx_hosts,
      tenant_id, infrastructure_summary, facts, assessment, unanswered, retry_at, retries, asked_at, scanned_at,
      first_scanned_at
    )
    select *, scanned_at from jsonb_to_recordset(${storableJson(rows)}::text::jsonb) as t(
      id bigint, status text, spf boolean, dkim boolean, policy text, coverage smallint, registrar text, expires date,
      nameservers text[], mx_hosts text[], tenant_id text, infrastructure text, facts jsonb, assessment jsonb,
      unanswered smallint, retry_at timestamptz, retries smallint, asked_at jsonb, scanned_at timestamptz
    )
    on conflict (company_id) do update set
      scan_status = excluded.scan_status, spf = excluded.spf, dkim = excluded.dkim,
      dmarc_policy = excluded.dmarc_policy, dmarc_coverage = excluded.dmarc_coverage,
      registrar = excluded.registrar, expires_at = excluded.expires_at, nameservers = excluded.nameservers,
      mx_hosts = excluded.mx_hosts, tenant_id = excluded.tenant_id,
      infrastructure_summary = excluded.infrastructure_summary, facts = excluded.facts,
      assessment = excluded.assessment, unanswered = excluded.unanswered, retry_at = excluded.retry_at,
      retries = excluded.retries, asked_at = excluded.asked_at, scanned_at = excluded.scanned_at,
      scans = s.scans + 1`;
}

const POLICIES = ['none', 'quarantine', 'reject'];
/** A day that exists, "2027-01-31"; registries write others as well. */
const day = (text: string | null): string | null =>
  text !== null && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : null;
const MOST_SMALL = 32_767;

function signalRow(decision: Decision, scan: NonNullable<Decision['scan']>, rules: AllRules) {
  const { assessment } = decision;
  const lead = leadOf({ company: NO_COMPANY, assessment, language: 'tr', wording: rules.sales.wording });
  return {
    id: decision.companyId,
    status: assessment.status,
    spf: lead.spf,
    dkim: lead.dkim,
    policy: POLICIES.includes(lead.dmarc_policy ?? '') ? lead.dmarc_policy : null,
    coverage: lead.dmarc_coverage === null ? null : Math.round(lead.dmarc_coverage),
    registrar: lead.registrar,
    expires: day(lead.expires_at),
    nameservers: assessment.nameservers,
    mx_hosts: assessment.mxHosts,
    tenant_id: lead.tenant_id,
    infrastructure: lead.infrastructure_summary,
    facts: scan.facts,
    assessment: ownAssessment(decision) ?? undefined,
    unanswered: Math.min(assessment.open.length, MOST_SMALL),
    retry_at: scan.retry.at,
    retries: scan.retry.retries,
    asked_at: scan.askedAt,
    scanned_at: assessment.lookedUpAt,
  };
}

/** After a new scoring: what the newest facts come to, where that is not what the score shows. */
async function storeThoughts(tx: Transaction, decisions: readonly Decision[]): Promise<void> {
  const rows = decisions.flatMap((decision) =>
    decision.scan === null
      ? [{ id: decision.companyId, assessment: ownAssessment(decision) ?? undefined }]
      : [],
  );
  if (rows.length === 0) return;
  await tx`
    update domain_signals s set assessment = t.assessment
    from jsonb_to_recordset(${storableJson(rows)}::text::jsonb) as t(id bigint, assessment jsonb)
    where s.company_id = t.id and (s.assessment is not null or t.assessment is not null)`;
}
