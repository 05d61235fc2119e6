import { conditionOf, type Fragment, type LeadFilter } from './lead-filter.ts';
import type { Transaction } from './pool.ts';

/** How many leads a filter leaves: from the counts, where these know; else counted up to a number, and estimated beyond it. */
export async function countLeads(
  sql: Transaction,
  filter: LeadFilter,
  exactTotal: number,
): Promise<{ readonly n: number; readonly estimated: boolean }> {
  const fromCounts = countsCondition(sql, filter);
  if (fromCounts !== null) {
    const [row] = await sql<{ n: number }[]>`
      select coalesce(sum(n), 0)::bigint as n from lead_counts where ${fromCounts}`;
    return { n: row?.n ?? 0, estimated: false };
  }
  const condition = (): Fragment => conditionOf(sql, filter);
  const [row] = await sql<{ n: number }[]>`
    select count(*) as n from (select from lead_list l where ${condition()} limit ${exactTotal + 1}::int) found`;
  const counted = row?.n ?? 0;
  if (counted <= exactTotal) return { n: counted, estimated: false };
  const [plan] = await sql<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }[]>`
    explain (format json) select from lead_list l where ${condition()}`;
  return { n: Math.max(plan?.['QUERY PLAN'][0].Plan['Plan Rows'] ?? 0, counted), estimated: true };
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
