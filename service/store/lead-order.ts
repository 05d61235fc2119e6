import { LINK_STATUSES, REFERRAL_TYPES, SYNC_STATUSES } from '#core/lead/lead.ts';
import { TENANT_SIZES } from '#core/rules/classification.ts';
import { SEGMENTS } from '#core/rules/rule-set.ts';
import type { Fragment } from './lead-filter.ts';
import type { Sql, Transaction } from './pool.ts';

/**
 * How lists are ordered. Each order is an index read in one direction and ends in company_id, so it is total and a page
 * continues where the last one ended. Keys with few values (segment, provider ...) go group by group, each in the usual
 * order; what is empty comes last in both directions.
 */
export type Direction = 'asc' | 'desc';

const KEY_SORTS = {
  priority_score: 'rank',
  readiness_score: 'readiness_score',
  domain: 'domain',
  company: 'canonical_name',
  scanned_at: 'scanned_at',
  expires_at: 'expires_at',
} as const;
export type Key = (typeof KEY_SORTS)[keyof typeof KEY_SORTS];

const GROUP_SORTS = {
  segment: 'segment',
  provider: 'provider',
  tenant_size: 'tenant_size',
  referral_type: 'referral_type',
  link_status: 'link_status',
  d365_sync_status: 'd365_sync_status',
} as const;
type GroupColumn = keyof typeof GROUP_SORTS;

export type SortKey = keyof typeof KEY_SORTS | GroupColumn;
export const SORT_KEYS = [...Object.keys(KEY_SORTS), ...Object.keys(GROUP_SORTS)] as readonly SortKey[];

/** Other names for the same: those of the lead object, and short ones. */
const ALIASES: Readonly<Record<string, SortKey>> = {
  canonical_name: 'company',
  company_name: 'company',
  score: 'readiness_score',
  priority: 'priority_score',
};

export interface Order {
  readonly key: Key;
  readonly direction: Direction;
  /** null = everything is one group */
  readonly groupBy: GroupColumn | 'expiry' | null;
  readonly groupDirection: Direction;
}

/** priority ascending, then score descending */
export const USUAL_ORDER: Order = { key: 'rank', direction: 'asc', groupBy: null, groupDirection: 'asc' };

/** The order of a sort key; one that is not known means the usual order. */
export function orderOf(sortBy: string | undefined, direction: Direction = 'asc'): Order {
  const name = sortBy === undefined ? '' : (ALIASES[sortBy] ?? sortBy);
  if (Object.hasOwn(GROUP_SORTS, name))
    return { ...USUAL_ORDER, groupBy: name as GroupColumn, groupDirection: direction };
  if (!Object.hasOwn(KEY_SORTS, name)) return USUAL_ORDER;
  const key = KEY_SORTS[name as keyof typeof KEY_SORTS];
  return { ...USUAL_ORDER, key, direction, groupBy: key === 'expires_at' ? 'expiry' : null };
}

/** The groups in the order they are shown in. `providers` = those that leads have. */
export function groupsOf(
  { groupBy, groupDirection }: Order,
  providers: readonly string[],
): readonly string[] {
  const shown = (values: readonly string[]): string[] =>
    groupDirection === 'asc' ? [...values] : [...values].reverse();
  switch (groupBy) {
    case null:
      return [''];
    case 'expiry':
      return ['known', 'unknown'];
    case 'segment':
      return shown([...SEGMENTS].sort());
    case 'provider':
      return shown([...providers].sort());
    case 'tenant_size':
      return [...shown(TENANT_SIZES), ''];
    case 'referral_type':
      return [...shown([...REFERRAL_TYPES].sort()), ''];
    case 'link_status':
      return [...shown(LINK_STATUSES.filter((status) => status !== 'none')), 'none'];
    case 'd365_sync_status':
      return shown(SYNC_STATUSES);
  }
}

/** "and ...": the rows of one group. */
export function groupCondition(sql: Sql | Transaction, groupBy: Order['groupBy'], group: string): Fragment {
  switch (groupBy) {
    case null:
      return sql``;
    case 'expiry':
      return group === 'known'
        ? sql`and coalesce(l.expires_at, 'infinity'::date) < 'infinity'::date`
        : sql`and coalesce(l.expires_at, 'infinity'::date) = 'infinity'::date`;
    case 'tenant_size':
      return group === '' ? sql`and l.tenant_size is null` : sql`and l.tenant_size = ${group}::text`;
    case 'referral_type':
      return sql`and coalesce(l.referral_type, '') = ${group}::text`;
    case 'segment':
    case 'provider':
    case 'link_status':
    case 'd365_sync_status':
      return sql`and l.${sql(groupBy)} = ${group}::text`;
  }
}

/** In which group a row is, in the words of `groupsOf`. */
export function groupValue(sql: Sql | Transaction, groupBy: GroupColumn | 'expiry'): Fragment {
  switch (groupBy) {
    case 'expiry':
      return sql`case when coalesce(l.expires_at, 'infinity'::date) < 'infinity'::date then 'known' else 'unknown' end`;
    case 'tenant_size':
    case 'referral_type':
      return sql`coalesce(l.${sql(groupBy)}, '')`;
    case 'segment':
    case 'provider':
    case 'link_status':
    case 'd365_sync_status':
      return sql`l.${sql(groupBy)}`;
  }
}

/** The key as the index has it. */
export const keyExpression = (sql: Sql | Transaction, key: Key): Fragment =>
  key === 'expires_at' ? sql`coalesce(l.expires_at, 'infinity'::date)` : sql`l.${sql(key)}`;

const KEY_TYPES: Readonly<Record<Key, (sql: Sql | Transaction, value: string | number) => Fragment>> = {
  rank: (sql, value) => sql`${value}::int`,
  readiness_score: (sql, value) => sql`${value}::int`,
  domain: (sql, value) => sql`${value}::text`,
  canonical_name: (sql, value) => sql`${value}::text`,
  scanned_at: (sql, value) => sql`${value}::timestamptz`,
  expires_at: (sql, value) => sql`${value}::date`,
};

/** "(key, company_id) > (...)": what comes behind a row. @param name the key, where it has a name by now */
export const behind = (
  sql: Sql | Transaction,
  { key, direction }: Order,
  row: { readonly value: string | number; readonly id: number },
  name: Fragment = keyExpression(sql, key),
): Fragment =>
  sql`(${name}, l.company_id) ${direction === 'asc' ? sql`>` : sql`<`}
    (${KEY_TYPES[key](sql, row.value)}, ${row.id}::bigint)`;
