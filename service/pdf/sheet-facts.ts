import type { Assessment } from '#core/assessment.ts';
import { COMMERCIAL_SEGMENT_OPTIONS, REFERRAL_TYPE_OPTIONS } from '#core/lead/choices.ts';
import type { Language } from '#core/rules/common.ts';
import { fill, type Messages } from '#core/rules/messages.ts';
import type { Format } from '#core/sales/format.ts';
import type { StoredLead } from '../store/lead.ts';

/** A line of "About the company". */
export interface Fact {
  readonly name: string;
  readonly value: string;
}

/** P-model, size, services, registration, network and referral: what is known, and nothing else. */
export function factsOf(
  lead: StoredLead,
  shown: Assessment,
  m: Messages,
  language: Language,
  format: Format,
): Fact[] {
  const model = shown.scored?.pModel ?? null;
  const { size, basis } = shown.tenantSize;
  const { registration, tenant, network, fit } = shown;
  const known: [string, string | null][] = [
    [
      m.pdf.model,
      model === null
        ? null
        : `${model.category}, ${COMMERCIAL_SEGMENT_OPTIONS[model.commercialSegment].label[language]}`,
    ],
    [
      m.card.heat,
      model === null ? null : `${m.heats[model.technicalHeat]} / ${m.heats[model.commercialHeat]}`,
    ],
    [
      m.card.tenantSize,
      size === null
        ? null
        : `${m.sizes[size]}, ${basis === 'declared' ? m.card.sizeDeclared : m.card.sizeHeuristic}`,
    ],
    [m.card.fit, fit === null ? null : `${fit.score}${m.card.of100}`],
    [m.card.workloads, joined(shown.workloads.map(({ workload }) => m.workloads[workload]))],
    [m.card.tenant, tenant === null ? null : joined([tenant.realm, tenant.region, tenant.tenantId])],
    [m.pdf.referral, referral(lead, m, language, format)],
    [m.card.mailServers, joined(shown.mxHosts)],
    [m.card.nameservers, joined(shown.nameservers)],
    [m.card.registration, registration?.registrar ?? null],
    [m.card.expires, expiry(shown, m, format)],
    [m.card.network, joined([shown.infrastructureSummary, place(network)])],
  ];
  return known.flatMap(([name, value]) => (value === null || value === '' ? [] : [{ name, value }]));
}

const joined = (parts: readonly (string | null)[]): string =>
  parts.filter((part) => part !== null && part !== '').join(', ');

/** What the summary of the infrastructure leaves out. */
const place = ({ city, asn, asnOrg }: Assessment['network']): string =>
  joined([city, asn === null ? null : joined([`AS${asn}`, asnOrg]).replace(', ', ' ')]);

function expiry({ registration, daysToExpiry }: Assessment, m: Messages, format: Format): string | null {
  if (registration?.expires == null) return null;
  const date = format.date(registration.expires);
  return daysToExpiry === null ? date : fill(m.card.inDays, { date, days: format.number(daysToExpiry) });
}

function referral({ referrals }: StoredLead, m: Messages, language: Language, format: Format): string | null {
  if (referrals === null) return null;
  const { primary, count } = referrals;
  return joined([
    primary?.type == null ? null : REFERRAL_TYPE_OPTIONS[primary.type].label[language],
    primary?.status ?? null,
    primary?.deal_value == null ? null : format.money(primary.deal_value, primary.currency ?? '').trim(),
    count > 1 ? fill(m.pdf.referrals, { count }) : null,
  ]);
}
