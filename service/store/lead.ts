import type { Assessment, Scored } from '#core/assessment.ts';
import type { Change, ChangeType } from '#core/changes/changes.ts';
import type { HistoryRow } from '#core/lead/intelligence.ts';
import type { Company, ReferralAggregate, ReferralType, SyncState } from '#core/lead/lead.ts';
import type { Sql, Transaction } from './pool.ts';

/** A row of the score history, newest first in every list. */
export interface ScoreRow extends HistoryRow {
  readonly cause: 'scan' | 'rules' | 'context';
  readonly delta: number | null;
}

/** A change of a record, or of what the rules make of it. */
export interface ChangeRow extends Pick<Change, 'words' | 'points' | 'cause'> {
  readonly type: ChangeType;
  readonly from: string | number | null;
  readonly to: string | number | null;
  readonly at: string;
}

/** A move from one mail provider to another: ids of rules/providers.json. */
export interface MoveRow {
  readonly from: string;
  readonly to: string;
  readonly at: string;
}

/** All that is stored of one scanned company, in the terms of the engine. Moments are ISO 8601 in UTC. */
export interface StoredLead {
  readonly company: Company;
  readonly domain: string;
  /** of the newest scan */
  readonly assessment: Assessment;
  /** the earlier one whose score is shown, where the newest scan did not take its place */
  readonly kept: Assessment | null;
  readonly referrals: ReferralAggregate | null;
  readonly sync: SyncState | null;
  /** how many scans there were */
  readonly scans: number;
  /** the newest rows; as many as were asked for */
  readonly history: readonly ScoreRow[];
  /** the changes that were seen together with the newest scored row of `history` */
  readonly lastChanges: readonly ChangeRow[];
  readonly lastMove: MoveRow | null;
}

/** A company that is known but was never scanned has its name alone. */
export type CompanyRead =
  | { readonly id: number; readonly domain: string; readonly lead: StoredLead }
  | { readonly id: number; readonly domain: string; readonly lead: null };

export type Which = { readonly domains: readonly string[] } | { readonly ids: readonly number[] };

/**
 * Everything of these companies, in order of their id: one statement, however many they are. Who is not known is
 * missing.
 *
 * @param rows how many rows of the score history each brings along
 */
export async function readCompanies(
  sql: Sql | Transaction,
  which: Which,
  { rows }: { readonly rows: number },
): Promise<CompanyRead[]> {
  const chosen =
    'ids' in which
      ? sql`c.id = any (${[...which.ids]}::bigint[])`
      : sql`c.domain = any (${[...which.domains]}::text[])`;
  const read = await sql<CompanyRow[]>`
    select c.id, c.domain, c.canonical_name, c.country, c.contact_emails, c.contact_quality_score, c.linkedin_pattern,
      s.scans, s.assessment as own, p.assessment as shown,
      l.referral_count, l.referral_types, l.referral_ids, l.referral_id, l.referral_type, l.link_status,
      l.referral_tenant_id, q.active, q.status, q.substatus, q.deal_value, q.currency,
      d.status as sync_status, d.last_at, d.attempts, d.error, d.lead_id,
      h.history, h.changes, m.old_provider, m.new_provider, m.at as moved_at
    from companies c
    left join domain_signals s on s.company_id = c.id
    left join lead_scores p on p.company_id = c.id
    left join lead_list l on l.company_id = c.id
    left join partner_center_referrals q on q.referral_id = l.referral_id
    left join d365_sync d on d.company_id = c.id
    left join lateral (
      select old_provider, new_provider, at from provider_change_history
      where company_id = c.id order by at desc, id desc limit 1
    ) m on true
    left join lateral (
      select jsonb_agg(to_jsonb(r) order by r.at desc, r.id desc) as history,
        (
          select jsonb_agg(to_jsonb(g) order by g.id) from signal_change_history g
          where g.company_id = c.id and g.at = max(r.at) filter (where r.readiness_score is not null)
        ) as changes
      from (
        select * from score_history where company_id = c.id order by at desc, id desc limit ${rows}::int
      ) r
    ) h on true
    where ${chosen}
    order by c.id`;
  return read.map(companyOf);
}

interface CompanyRow {
  readonly id: number;
  readonly domain: string;
  readonly canonical_name: string;
  readonly country: string | null;
  readonly contact_emails: readonly string[];
  readonly contact_quality_score: number | null;
  readonly linkedin_pattern: string | null;
  readonly scans: number | null;
  readonly own: Assessment | null;
  readonly shown: Assessment | null;
  readonly referral_count: number | null;
  readonly referral_types: ReferralType[] | null;
  readonly referral_ids: string[] | null;
  readonly referral_id: string | null;
  readonly referral_type: ReferralType | null;
  readonly link_status: ReferralAggregate['link_status'] | null;
  readonly referral_tenant_id: string | null;
  readonly active: boolean | null;
  readonly status: string | null;
  readonly substatus: string | null;
  readonly deal_value: number | null;
  readonly currency: string | null;
  readonly sync_status: SyncState['status'] | null;
  readonly last_at: Date | null;
  readonly attempts: number | null;
  readonly error: string | null;
  readonly lead_id: string | null;
  readonly history: readonly ScoreJson[] | null;
  readonly changes: readonly ChangeJson[] | null;
  readonly old_provider: string | null;
  readonly new_provider: string | null;
  readonly moved_at: Date | null;
}

function companyOf(row: CompanyRow): CompanyRead {
  const { id, domain, own, shown } = row;
  // Where the score is that of the newest scan, its assessment is stored once.
  const assessment = own ?? shown;
  if (row.scans === null || assessment === null) return { id, domain, lead: null };
  return {
    id,
    domain,
    lead: {
      company: {
        id,
        name: row.canonical_name,
        country: row.country,
        contactEmails: row.contact_emails,
        contactQuality: row.contact_quality_score,
        linkedinPattern: row.linkedin_pattern,
      },
      domain,
      assessment,
      kept: own === null ? null : shown,
      referrals: referralsOf(row),
      sync: syncOf(row),
      scans: row.scans,
      history: (row.history ?? []).map(scoreRowOf),
      lastChanges: (row.changes ?? []).map(changeRowOf),
      lastMove:
        row.old_provider === null || row.new_provider === null || row.moved_at === null
          ? null
          : { from: row.old_provider, to: row.new_provider, at: row.moved_at.toISOString() },
    },
  };
}

function referralsOf(row: CompanyRow): ReferralAggregate | null {
  if (row.referral_count === null || row.referral_count === 0) return null;
  return {
    count: row.referral_count,
    types: [...(row.referral_types ?? [])],
    ids: [...(row.referral_ids ?? [])],
    primary:
      row.referral_id === null
        ? null
        : {
            id: row.referral_id,
            type: row.referral_type,
            active: row.active ?? false,
            status: row.status,
            substatus: row.substatus,
            deal_value: row.deal_value,
            currency: row.currency,
          },
    link_status: row.link_status ?? 'none',
    tenant_id: row.referral_tenant_id,
  };
}

const syncOf = (row: CompanyRow): SyncState | null =>
  row.sync_status === null
    ? null
    : {
        status: row.sync_status,
        last_at: row.last_at?.toISOString() ?? null,
        attempts: row.attempts ?? 0,
        error: row.error,
        lead_id: row.lead_id,
      };

/** A row of score_history as JSON: moments are text, with the offset of the session. */
export interface ScoreJson {
  readonly at: string;
  readonly readiness_score: number | null;
  readonly segment: Scored['segment'] | null;
  readonly priority_score: Scored['priority'] | null;
  readonly summary_tr: string;
  readonly summary_en: string;
  readonly rule_set: string;
  readonly cause: ScoreRow['cause'];
  readonly delta: number | null;
}

/** A row of signal_change_history as JSON. */
export interface ChangeJson {
  readonly at: string;
  readonly change_type: ChangeType;
  readonly old_value: string | number | null;
  readonly new_value: string | number | null;
  readonly words_tr: string;
  readonly words_en: string;
  readonly points: number;
  readonly cause: Change['cause'];
}

const moment = (text: string): string => new Date(text).toISOString();

export const scoreRowOf = (row: ScoreJson): ScoreRow => ({
  at: moment(row.at),
  score: row.readiness_score,
  segment: row.segment,
  priority: row.priority_score,
  change: { tr: row.summary_tr, en: row.summary_en },
  ruleSet: row.rule_set,
  cause: row.cause,
  delta: row.delta,
});

export const changeRowOf = (row: ChangeJson): ChangeRow => ({
  type: row.change_type,
  from: row.old_value,
  to: row.new_value,
  words: { tr: row.words_tr, en: row.words_en },
  points: row.points,
  cause: row.cause,
  at: moment(row.at),
});
