import type { AssessmentContext } from '#core/assessment.ts';
import type { DomainFacts } from '#core/facts.ts';
import type { Sql } from '../store/pool.ts';

/** A company with everything an assessment needs, as it is stored. */
export interface StoredCompany {
  readonly id: number;
  readonly domain: string;
  /** those behind the score that is shown: a newer look-up that gave none took nothing away */
  readonly facts: DomainFacts;
  readonly context: Omit<AssessmentContext, 'now'>;
}

interface Row {
  readonly id: number;
  readonly domain: string;
  readonly facts: DomainFacts;
  /** null after a single look-up */
  readonly changes: number | null;
  readonly employees: number | null;
  readonly organizationSize: string | null;
  readonly referralType: 'co-sell' | 'marketplace' | 'solution-provider' | null;
}

export interface Which {
  /** these companies only */
  readonly ids?: readonly number[];
  /** ids below this one, downwards */
  readonly before?: number | null;
  readonly limit: number;
  /** since when changes count, ISO 8601 */
  readonly changesSince: string;
}

/** Companies with stored facts, newest id first. One statement, whatever their number. */
export async function storedCompanies(sql: Sql, which: Which): Promise<StoredCompany[]> {
  const { ids, before = null, limit, changesSince } = which;
  // What counts as declared, as recent and as the referral is what lockStates in store/company-state.ts says: a preview
  // that read it another way would promise scores that an activation does not make.
  const rows = await sql<Row[]>`
    select c.id, c.domain, coalesce(p.kept_facts, s.facts) as facts, c.employees,
      coalesce(c.organization_size, r.organization_size) as "organizationSize", r.referral_type as "referralType",
      case when s.scans > 1 then (
        select count(*) from signal_change_history h
        where h.company_id = c.id and h.at >= ${changesSince}::timestamptz and h.cause = 'records'
          and h.change_type not in ('priority_score_changed', 'segment_changed', 'score_changed')
      ) end as changes
    from domain_signals s
    join companies c on c.id = s.company_id
    left join lead_scores p on p.company_id = s.company_id
    left join lateral (
      select q.referral_type, q.organization_size from partner_center_referrals q
      where (q.domain = c.domain or q.company_id = c.id) and q.active
      order by coalesce(q.referral_updated_at, q.referral_created_at, q.first_seen_at) desc, q.id desc limit 1
    ) r on true
    where ${ids === undefined ? sql`true` : sql`s.company_id = any (${[...ids]}::bigint[])`}
      and ${before === null ? sql`true` : sql`s.company_id < ${before}::bigint`}
    order by s.company_id desc
    limit ${limit}::integer`;
  return rows.map(({ id, domain, facts, changes, employees, organizationSize, referralType }) => ({
    id,
    domain,
    facts,
    context: {
      recentChanges: changes,
      declared: { employees, organizationSize },
      referral: referralType === null ? null : { type: referralType, active: true },
    },
  }));
}

/** How many companies have stored facts. */
export async function countStored(sql: Sql): Promise<number> {
  const [row] = await sql<{ n: number }[]>`select count(*) as n from domain_signals`;
  return row?.n ?? 0;
}

/** The moment from which changes count under a rule set. */
export const windowStart = (now: string, days: number): string =>
  new Date(Date.parse(now) - days * 86_400_000).toISOString();
