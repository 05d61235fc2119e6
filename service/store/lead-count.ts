import { conditionOf, type Fragment, type LeadFilter } from './lead-filter.ts';
import type { Transaction } from './pool.ts';

export interface Total {
  readonly n: number;
  readonly estimated: boolean;
}

/** How many leads a filter leaves, where the counts know it: exact for any number. Else null. */
export async function totalFromCounts(sql: Transaction, filter: LeadFilter): Promise<Total | null> {
  const condition = countsCondition(sql, filter);
  if (condition === null) return null;
  const [row] = await sql<{ n: number }[]>`
    select coalesce(sum(n), 0)::bigint as n from lead_counts where ${condition}`;
  return { n: row?.n ?? 0, estimated: false };
}

/** How many leads a filter leaves: counted one by one up to a number, and estimated beyond it. */
export async function totalByCounting(
  sql: Transaction,
  filter: LeadFilter,
  exactTotal: number,
): Promise<Total> {
  const [row] = await sql<{ n: number }[]>`
    select count(*) as n from (
      select from lead_list l where ${conditionOf(sql, filter)} limit ${exactTotal + 1}::int
    ) found`;
  const counted = row?.n ?? 0;
  return counted <= exactTotal ? { n: counted, estimated: false } : estimatedTotal(sql, filter, counted);
}

/** What the planner thinks. @param least as many there are for sure */
export async function estimatedTotal(sql: Transaction, filter: LeadFilter, least: number): Promise<Total> {
  const [plan] = await sql<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }[]>`
    explain (format json) select from lead_list l where ${conditionOf(sql, filter)}`;
  return { n: Math.max(plan?.['QUERY PLAN'][0].Plan['Plan Rows'] ?? 0, least), estimated: true };
}

/** The filter as a condition on `lead_counts`, whose sums are exact for any number; null when it knows too little. */
function countsCondition(sql: Transaction, filter: LeadFilter): Fragment | null {
  const { segment, provider, minScore, maxScore, priority, syncStatus, ...others } = filter;
  if (Object.values(others).some((value) => value !== undefined)) return null;
  const none = sql``;
  return sql`true
    ${segment === undefined ? none : sql`and segment = ${segment}::text`}
    ${provider === undefined ? none : sql`and provider = ${provider}::text`}
    ${minScore === undefined ? none : sql`and readiness_score >= ${minScore}::int`}
    ${maxScore === undefined ? none : sql`and readiness_score <= ${maxScore}::int`}
    ${priority === undefined ? none : sql`and priority_score = any(${[...priority]}::int[])`}
    ${syncStatus === undefined ? none : sql`and d365_sync_status = ${syncStatus}::text`}`;
}
