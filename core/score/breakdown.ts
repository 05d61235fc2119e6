import { z } from 'zod';
import type { Assessment, Scored, ScoreLine } from '#core/assessment.ts';
import { type ReferralAggregate, LINK_STATUSES, REFERRAL_TYPES, referralFields } from '#core/lead/lead.ts';
import { TENANT_SIZES } from '#core/rules/classification.ts';
import type { Language } from '#core/rules/common.ts';
import {
  CATEGORIES,
  COMMERCIAL_HEATS,
  COMMERCIAL_SEGMENTS,
  PRIORITIES,
  SEGMENTS,
  TECHNICAL_HEATS,
} from '#core/rules/rule-set.ts';
import { FINDING_IDS } from './findings.ts';

const Words = z.object({ tr: z.string(), en: z.string() });
const Evidence = z.object({ record: z.string(), value: z.string(), shows: z.string() });
const PointsByKey = z.record(z.string(), z.int());

/** How a score came about. base_score + provider + signal_points + risk_points + clamp = total_score, always. */
export const Breakdown = z.object({
  base_score: z.int(),
  provider: z.object({
    name: z.string().describe('id of the provider: M365, Google, Hosting ...'),
    points: z.int(),
    display_name: z.string().describe('added: as people call it'),
  }),
  signal_points: PointsByKey.describe('spf, dkim, dmarc_quarantine, dmarc_reject ...: only those that apply'),
  risk_points: PointsByKey.describe(
    'no_spf, no_dkim, dmarc_none, hosting_mx_weak ...: only those that apply',
  ),
  total_score: z.int(),
  tenant_size: z.enum(TENANT_SIZES).nullable(),
  local_provider: z.string().nullable(),
  dmarc_coverage: z.number().nullable(),
  dmarc_policy: z.string().nullable(),
  ip_enrichment: z
    .object({
      country: z.string().nullable(),
      city: z.string().nullable(),
      isp: z.string().nullable(),
      is_proxy: z.boolean().nullable(),
      proxy_type: z.string().nullable(),
    })
    .nullable(),
  technical_heat: z.enum(TECHNICAL_HEATS).nullable(),
  commercial_segment: z.enum(COMMERCIAL_SEGMENTS).nullable(),
  commercial_heat: z.enum(COMMERCIAL_HEATS).nullable(),
  priority_category: z.enum(CATEGORIES).nullable(),
  priority_label: z.string().nullable(),
  referral_type: z.enum(REFERRAL_TYPES).nullable(),
  link_status: z.enum(LINK_STATUSES),
  referral_id: z.string().nullable(),
  referral_count: z.int().min(0),
  referral_types: z.array(z.enum(REFERRAL_TYPES)),
  referral_ids: z.array(z.string()),
  // Added to the earlier object:
  clamp: z.int().describe('what the limits of the scale add or take away; 0 when they do not act'),
  hard_fail: z.enum(['absent', 'null', 'nxdomain']).nullable(),
  segment: z.enum(SEGMENTS),
  priority_score: z.literal([...PRIORITIES]),
  rule_set: z.object({ id: z.string(), version: z.string() }),
  lines: z
    .array(
      z.object({
        id: z.string().describe('rule id; base, provider, clamp and hard-fail are the engine’s own'),
        key: z.string().describe('name in signal_points or risk_points'),
        kind: z.enum(['base', 'provider', 'signal', 'risk', 'note', 'clamp']),
        points: z.int(),
        running: z.int().describe('sum of the points so far'),
        name: Words,
        why: Words,
        advice: Words.nullable(),
        findings: z.array(z.enum(FINDING_IDS)),
        because: z.array(Evidence),
      }),
    )
    .describe('every part in reading order; the points of all lines add up to the total'),
  findings: z
    .array(z.object({ id: z.enum(FINDING_IDS), because: z.array(Evidence) }))
    .describe('everything found out about the domain, scored or not'),
});
export type Breakdown = z.infer<typeof Breakdown>;

/**
 * The breakdown of an assessment's score; null when it has none. Made from the very lines that made the score, so
 * that the two cannot differ.
 */
export function breakdownOf(
  assessment: Assessment,
  options: { language: Language; referrals?: ReferralAggregate | null },
): Breakdown | null {
  const { scored, mail, network } = assessment;
  if (scored === null) return null;
  const model = scored.pModel;
  return {
    base_score: pointsOf(scored, 'base'),
    provider: {
      name: mail.provider,
      points: pointsOf(scored, 'provider'),
      display_name: mail.providerName,
    },
    signal_points: byKey(scored.lines.filter(isSignal)),
    risk_points: byKey(scored.lines.filter(isRisk)),
    total_score: scored.score,
    tenant_size: assessment.tenantSize.size,
    local_provider: mail.localProvider,
    dmarc_coverage: assessment.dmarc.coverage,
    dmarc_policy: assessment.dmarc.policy,
    ip_enrichment: knowsNetwork(assessment)
      ? {
          country: network.country,
          city: network.city,
          isp: network.isp,
          is_proxy: network.isProxy,
          proxy_type: network.proxyType,
        }
      : null,
    technical_heat: model?.technicalHeat ?? null,
    commercial_segment: model?.commercialSegment ?? null,
    commercial_heat: model?.commercialHeat ?? null,
    priority_category: model?.category ?? null,
    priority_label: model?.label[options.language] ?? null,
    ...referralFields(options.referrals ?? null),
    clamp: pointsOf(scored, 'clamp'),
    hard_fail: scored.hardFail,
    segment: scored.segment,
    priority_score: scored.priority,
    rule_set: { ...assessment.ruleSet },
    lines: scored.lines.map((line) => ({
      ...line,
      findings: [...line.findings],
      because: line.because.map((evidence) => ({ ...evidence })),
    })),
    findings: assessment.findings.map(({ id, because }) => ({
      id,
      because: because.map((evidence) => ({ ...evidence })),
    })),
  };
}

/** What the published parts of a breakdown sum up to: the total, or the breakdown is wrong. */
export function sumOf(
  breakdown: Pick<Breakdown, 'base_score' | 'provider' | 'signal_points' | 'risk_points' | 'clamp'>,
): number {
  const parts = [...Object.values(breakdown.signal_points), ...Object.values(breakdown.risk_points)];
  return (
    breakdown.base_score +
    breakdown.provider.points +
    breakdown.clamp +
    parts.reduce((sum, points) => sum + points, 0)
  );
}

const pointsOf = (scored: Scored, kind: ScoreLine['kind']): number =>
  scored.lines.filter((line) => line.kind === kind).reduce((sum, line) => sum + line.points, 0);

// A note usually counts nothing and stands in `lines` alone. A customer's overlay, and the base of a hard fail, may
// give one points: it then joins the list of its sign, so that the sum stays whole. The hard fail itself is always
// shown as a risk, with its points or with 0.
const isSignal = (line: ScoreLine): boolean =>
  line.kind === 'signal' || (line.kind === 'note' && line.points > 0 && line.id !== 'hard-fail');
const isRisk = (line: ScoreLine): boolean =>
  line.kind === 'risk' || (line.kind === 'note' && (line.points < 0 || line.id === 'hard-fail'));

/** Two rules of an overlay may share a key; their points then stand together. */
function byKey(lines: readonly ScoreLine[]): Record<string, number> {
  const points = new Map<string, number>();
  for (const line of lines) points.set(line.key, (points.get(line.key) ?? 0) + line.points);
  return Object.fromEntries(points);
}

const knowsNetwork = ({ network }: Assessment): boolean =>
  [network.country, network.city, network.isp, network.isProxy, network.proxyType].some(
    (value) => value !== null,
  );
