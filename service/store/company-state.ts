import type { Assessment, AssessmentContext } from '#core/assessment.ts';
import type { AskedAt, StoredFacts } from '#core/carry-over.ts';
import type { DomainFacts } from '#core/facts.ts';
import type { KnownBefore } from '#core/keep.ts';
import type { Retry } from '#core/retry.ts';
import type { Sql, Transaction } from './pool.ts';

/** All that a new scan of a company is put beside. */
export interface CompanyState extends KnownBefore<Assessment, Assessment> {
  readonly id: number;
  readonly domain: string;
  readonly declared: NonNullable<AssessmentContext['declared']>;
  /** the newest active one */
  readonly referral: NonNullable<AssessmentContext['referral']> | null;
  /** changes of records within the window; null when it was never scanned */
  readonly recentChanges: number | null;
  /** how often it was looked up; 0 = never */
  readonly scans: number;
  /** facts of the newest scan; null before the first, and where nobody asked for them because nothing is carried over */
  readonly before: StoredFacts | null;
  /** the facts behind the score, where a newer scan has left it as it was and they were asked for */
  readonly keptFacts: DomainFacts | null;
  /** null before the first scan */
  readonly scannedAt: Date | null;
  readonly retry: Retry | null;
}

interface StateRow {
  readonly id: number;
  readonly domain: string;
  readonly employees: number | null;
  readonly size: string | null;
  readonly referral_type: NonNullable<AssessmentContext['referral']>['type'] | null;
  readonly scanned_at: Date | null;
  readonly scans: number | null;
  readonly asked_at: AskedAt | null;
  readonly retry_at: Date | null;
  readonly retries: number | null;
  readonly facts: DomainFacts | null;
  readonly newest: Assessment | null;
  readonly shown: Assessment | null;
  readonly kept_facts: DomainFacts | null;
  readonly changes: number;
}

/**
 * Locks companies, in order of their id, and reads what is known of them: two statements however many they are. Who was
 * erased meanwhile is missing. The lock comes first, so that what is read is what the writer before has left.
 *
 * @param since changes from this moment on count as recent
 * @param facts `carried`: the facts only where a part of them may be carried over; `all`: also those behind a kept score
 */
export async function lockStates(
  tx: Transaction,
  ids: readonly number[],
  { since, facts }: { readonly since: Date; readonly facts: 'carried' | 'all' },
): Promise<Map<number, CompanyState>> {
  const all = facts === 'all';
  const [, rows] = await Promise.all([
    tx`select from companies where id = any (${[...ids]}::bigint[]) order by id for no key update`,
    tx<StateRow[]>`
      select c.id, c.domain, c.employees, coalesce(c.organization_size, r.organization_size) as size,
        r.referral_type, s.scanned_at, s.scans, s.asked_at, s.retry_at, s.retries,
        case when ${all} or s.asked_at <> '{}' then s.facts end as facts,
        s.assessment as newest, p.assessment as shown, case when ${all} then p.kept_facts end as kept_facts,
        (
          select count(*)::int from signal_change_history h
          where h.company_id = c.id and h.at >= ${since} and h.cause = 'records'
            and h.change_type not in ('priority_score_changed', 'segment_changed', 'score_changed')
        ) as changes
      from companies c
      left join domain_signals s on s.company_id = c.id
      left join lead_scores p on p.company_id = c.id
      left join lateral (
        select q.referral_type, q.organization_size
        from partner_center_referrals q
        where (q.domain = c.domain or q.company_id = c.id) and q.active
        order by coalesce(q.referral_updated_at, q.referral_created_at, q.first_seen_at) desc, q.id desc
        limit 1
      ) r on true
      where c.id = any (${[...ids]}::bigint[])
      order by c.id`,
  ]);
  return new Map(rows.map((row) => [row.id, stateOf(row)]));
}

const stateOf = (row: StateRow): CompanyState => ({
  id: row.id,
  domain: row.domain,
  declared: { employees: row.employees, organizationSize: row.size },
  referral: row.referral_type === null ? null : { type: row.referral_type, active: true },
  recentChanges: row.scanned_at === null ? null : row.changes,
  scans: row.scans ?? 0,
  before: row.facts === null ? null : { facts: row.facts, askedAt: row.asked_at ?? {} },
  keptFacts: row.kept_facts,
  shown: row.shown,
  newest: row.newest,
  scannedAt: row.scanned_at,
  retry: row.retries === null ? null : { at: row.retry_at, retries: row.retries },
});

/** What decides whether a company needs a look-up at all, and what to ask besides. */
export interface Freshness {
  readonly scannedAt: Date;
  readonly unanswered: number;
  readonly askedAt: AskedAt;
  /** rule set and version of the newest assessment, as `<id> <version>` */
  readonly rules: string | null;
  /** DKIM selectors at which something was found */
  readonly selectors: DomainFacts['dkim']['selectors'];
}

/** The freshness of companies by id; who was never scanned is missing. */
export async function readFreshness(
  sql: Sql | Transaction,
  ids: readonly number[],
): Promise<Map<number, Freshness>> {
  const rows = await sql<(Freshness & { id: number })[]>`
    select s.company_id as id, s.scanned_at as "scannedAt", s.unanswered, s.asked_at as "askedAt",
      case when s.assessment is null then p.rule_set || ' ' || p.rule_set_version
        else (s.assessment -> 'ruleSet' ->> 'id') || ' ' || (s.assessment -> 'ruleSet' ->> 'version') end as rules,
      coalesce((
        select jsonb_agg(k) from jsonb_array_elements(s.facts -> 'dkim' -> 'selectors') k
        where k -> 'txt' ->> 'state' = 'found'
      ), '[]') as selectors
    from domain_signals s left join lead_scores p on p.company_id = s.company_id
    where s.company_id = any (${[...ids]}::bigint[])
    order by s.company_id`;
  return new Map(rows.map((row) => [row.id, row]));
}
