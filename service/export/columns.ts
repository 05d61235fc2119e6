import type { Lead } from '#core/lead/lead.ts';

/** What a cell holds. Moments and days are told apart from text, so that a spreadsheet can count with them. */
export type Cell =
  | string
  | number
  | null
  | { readonly kind: 'day'; readonly day: string }
  | { readonly kind: 'moment'; readonly moment: string };

export interface Column {
  readonly name: string;
  /** in characters, for a spreadsheet */
  readonly width: number;
  readonly cell: (lead: Lead) => Cell;
}

/** The heading has to fit in too, with the button of the filter beside it. */
const column = (name: string, width: number, cell: Column['cell']): Column => ({
  name,
  width: Math.max(width, name.length + 4),
  cell,
});
/** A column that is a field of the lead as it stands. */
type PlainField = {
  [Name in keyof Lead]: Lead[Name] extends string | number | null ? Name : never;
}[keyof Lead];
const plain = (name: PlainField, width: number): Column => column(name, width, (lead) => lead[name]);

/** Yes, No, or nothing when it is not known. */
const yesNo = (value: boolean | null): Cell => (value === null ? null : value ? 'Yes' : 'No');
const list = (values: readonly string[]): Cell => (values.length === 0 ? null : values.join(', '));
const day = (value: string | null): Cell => (value === null ? null : { kind: 'day', day: value });
const moment = (value: string | null): Cell => (value === null ? null : { kind: 'moment', moment: value });

/** The columns of the earlier system, in its order: files and macros of users count on them. */
const EARLIER: readonly Column[] = [
  column('domain', 28, (lead) => lead.domain),
  column('company_name', 36, (lead) => lead.canonical_name),
  plain('provider', 12),
  plain('country', 9),
  plain('segment', 11),
  plain('readiness_score', 9),
  plain('priority_score', 9),
  column('spf', 7, (lead) => yesNo(lead.spf)),
  column('dkim', 7, (lead) => yesNo(lead.dkim)),
  // "None" (there is no record) is known only when every look-up was answered; else nothing is known.
  column(
    'dmarc_policy',
    13,
    (lead) => lead.dmarc_policy ?? (lead.scan_status === 'completed' ? 'None' : null),
  ),
  plain('mx_root', 22),
  plain('registrar', 26),
  column('expires_at', 12, (lead) => day(lead.expires_at)),
  column('nameservers', 36, (lead) => list(lead.nameservers)),
  plain('scan_status', 12),
  column('scanned_at', 18, (lead) => moment(lead.scanned_at)),
  plain('reason', 50),
  plain('referral_type', 16),
  plain('link_status', 11),
  plain('referral_count', 9),
  column('referral_types', 22, (lead) => list(lead.referral_types)),
  column('referral_ids', 22, (lead) => list(lead.referral_ids)),
];

/** What the earlier export left out. */
const ADDED: readonly Column[] = [
  plain('domain_unicode', 28),
  plain('provider_name', 22),
  plain('local_provider', 18),
  plain('gateway', 18),
  column('hybrid', 8, (lead) => yesNo(lead.hybrid)),
  plain('tenant_size', 12),
  plain('tenant_id', 38),
  plain('dmarc_coverage', 10),
  plain('priority_category', 9),
  plain('priority_label', 30),
  plain('technical_heat', 10),
  plain('commercial_segment', 16),
  plain('commercial_heat', 10),
  plain('confidence', 10),
  plain('confidence_level', 11),
  plain('score_low', 9),
  plain('score_high', 9),
  column('score_kept_from', 18, (lead) => moment(lead.score_kept_from)),
  plain('hard_fail', 10),
  plain('m365_fit_score', 9),
  column('m365_match_tags', 28, (lead) => list(lead.m365_match_tags)),
  plain('infrastructure_summary', 44),
  plain('rule_set', 18),
  plain('referral_id', 22),
  plain('d365_sync_status', 13),
  column('d365_sync_last_at', 18, (lead) => moment(lead.d365_sync_last_at)),
  plain('d365_sync_attempts', 9),
  plain('d365_sync_error', 30),
  plain('d365_lead_id', 38),
  plain('d365_lead_url', 40),
  plain('company_id', 10),
];

export const COLUMNS: readonly Column[] = [...EARLIER, ...ADDED];

/** Stands first in every row of made-up data, so that no part of a copied table can be taken for real. */
const DEMO: Column = column('demo_data', 11, () => 'Yes');

export const exportColumns = (demo: boolean): readonly Column[] => (demo ? [DEMO, ...COLUMNS] : COLUMNS);
