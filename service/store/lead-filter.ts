import type postgres from 'postgres';
import type { LinkStatus, ReferralType, SyncStatus } from '#core/lead/lead.ts';
import type { TenantSize } from '#core/rules/classification.ts';
import type { Priority, Segment } from '#core/rules/rule-set.ts';
import type { Sql, Transaction } from './pool.ts';

/** Which leads; what is left out does not narrow. All of it must hold. */
export interface LeadFilter {
  readonly segment?: Segment | undefined;
  readonly provider?: string | undefined;
  readonly minScore?: number | undefined;
  readonly maxScore?: number | undefined;
  /** any of these */
  readonly priority?: readonly Priority[] | undefined;
  /** leads with a referral of this kind, be it the primary one or not */
  readonly referralType?: ReferralType | undefined;
  readonly linkStatus?: LinkStatus | undefined;
  readonly syncStatus?: SyncStatus | undefined;
  readonly tenantSize?: TenantSize | undefined;
  /** imported favourites of this user */
  readonly favoritesOf?: string | undefined;
  /** part of the domain or of the company's name; case and Turkish letters do not matter */
  readonly search?: string | undefined;
  /** chosen by hand: any of these ids or domains (ASCII) */
  readonly chosen?: { readonly ids: readonly number[]; readonly domains: readonly string[] } | undefined;
}

export type Fragment = postgres.PendingQuery<postgres.Row[]>;

/** The filter as a condition on `lead_list l`, which always stays within the leads that have a score. */
export function conditionOf(sql: Sql | Transaction, filter: LeadFilter): Fragment {
  const { segment, provider, minScore, maxScore, referralType, linkStatus, syncStatus, tenantSize } = filter;
  const { favoritesOf, search, chosen } = filter;
  const none = sql``;
  return sql`l.readiness_score is not null
    ${segment === undefined ? none : sql`and l.segment = ${segment}::text`}
    ${provider === undefined ? none : sql`and l.provider = ${provider}::text`}
    ${minScore === undefined ? none : sql`and l.readiness_score >= ${minScore}::int`}
    ${maxScore === undefined ? none : sql`and l.readiness_score <= ${maxScore}::int`}
    ${priorityCondition(sql, filter.priority)}
    ${referralType === undefined ? none : sql`and l.referral_count > 0 and l.referral_types @> array[${referralType}::text]`}
    ${linkStatus === undefined ? none : sql`and l.link_status = ${linkStatus}::text`}
    ${syncStatus === undefined ? none : sql`and l.d365_sync_status = ${syncStatus}::text`}
    ${tenantSize === undefined ? none : sql`and l.tenant_size = ${tenantSize}::text`}
    ${favoritesOf === undefined ? none : sql`and l.company_id in (select company_id from favorites where user_id = ${favoritesOf}::text)`}
    ${search === undefined ? none : sql`and ${searchCondition(sql, search)}`}
    ${chosen === undefined ? none : chosenCondition(sql, chosen)}`;
}

/** Priorities as a span of `rank`, which is what the index is ordered by; gaps in it are taken out one by one. */
function priorityCondition(sql: Sql | Transaction, priorities: readonly Priority[] | undefined): Fragment {
  if (priorities === undefined) return sql``;
  const low = Math.min(...priorities);
  const high = Math.max(...priorities);
  const span = sql`and l.rank between ${low * 101}::int and ${high * 101 + 100}::int`;
  return new Set(priorities).size === high - low + 1
    ? span
    : sql`${span} and l.priority_score = any(${[...priorities]}::int[])`;
}

const chosenCondition = (sql: Sql | Transaction, chosen: NonNullable<LeadFilter['chosen']>): Fragment =>
  sql`and l.company_id in (
    select unnest(${[...chosen.ids]}::bigint[])
    union select id from companies where domain = any(${[...chosen.domains]}::text[])
  )`;

/**
 * The index of three-letter pieces has nothing to say of shorter texts, and reading all of it takes longer than reading
 * the table: the function behind LIKE does the same, and does not bring the index into question.
 */
const searchCondition = (sql: Sql | Transaction, search: string): Fragment => {
  const pattern = likePattern(search);
  return /[\p{L}\p{N}]{3}/u.test(pattern)
    ? sql`l.search_text like hunter_fold(${pattern}::text)`
    : sql`pg_catalog.textlike(l.search_text, hunter_fold(${pattern}::text))`;
};

/** Text for LIKE that is found wherever it stands. What people type has no wildcards. */
export const likePattern = (search: string): string =>
  `%${search
    .normalize('NFC')
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/[\\%_]/g, '\\$&')}%`;
