import type { Language } from '#core/rules/common.ts';
import type { Lead } from '#core/lead/lead.ts';
import { done, failed, type Outcome } from '../failure.ts';
import { countLeads } from './lead-count.ts';
import { readCursor, writeCursor, type Position } from './lead-cursor.ts';
import { conditionOf, type Fragment, type LeadFilter } from './lead-filter.ts';
import {
  behind,
  groupCondition,
  groupsOf,
  keyExpression,
  orderOf,
  USUAL_ORDER,
  type Direction,
  type Order,
} from './lead-order.ts';
import { LEAD_COLUMNS, leadOfRow, type LeadRow } from './lead-row.ts';
import type { Sql, Transaction } from './pool.ts';

export interface LeadQuery {
  readonly filter: LeadFilter;
  /** one of SORT_KEYS or another name for one; anything else means the usual order */
  readonly sortBy?: string | undefined;
  readonly direction?: Direction | undefined;
  /** from 1; a cursor takes its place */
  readonly page: number;
  readonly pageSize: number;
  readonly cursor?: string | undefined;
}

export interface LeadPage {
  readonly leads: readonly Lead[];
  readonly total: number;
  readonly page: number;
  readonly page_size: number;
  readonly total_pages: number;
  /** the next page in constant time, however deep; null = this is the last */
  readonly next_cursor: string | null;
  readonly total_is_estimate: boolean;
}

/** Up to here a total is counted (product definition, chapter 9); beyond it comes from the counts or the planner. */
export const EXACT_TOTAL = 10_000;

/**
 * Whether one index has the leads of this filter in this order. Where none has, and they are few enough to be counted,
 * they are read whole and sorted: the planner would rather walk along the order until the page is full, which is the
 * whole table when all of them stand at its end. Who searches "şeker" by name finds nothing before "Ş".
 */
function isIndexed(filter: LeadFilter, { key }: Order): boolean {
  const { segment, provider, priority, syncStatus, linkStatus, tenantSize } = filter;
  const set = (values: readonly unknown[]): number => values.filter((value) => value !== undefined).length;
  const all = set(Object.values(filter));
  if (all === 0) return true;
  return (
    key === 'rank' &&
    all === 1 &&
    set([segment, provider, priority, syncStatus, linkStatus, tenantSize]) === 1
  );
}

/**
 * One page of the leads that have a score, and how many there are: both of the same moment.
 * Fails with cursor-invalid when the cursor was changed or is of another list.
 * @param exactTotal up to how many leads are counted one by one
 */
export async function listLeads(
  sql: Sql,
  query: LeadQuery,
  language: Language,
  exactTotal: number = EXACT_TOTAL,
): Promise<Outcome<LeadPage>> {
  const { filter, pageSize, cursor } = query;
  const order = orderOf(query.sortBy, query.direction);
  const list = JSON.stringify([filter, order, pageSize]);
  const position = cursor === undefined ? null : readCursor(cursor, list, order.key);
  if (cursor !== undefined && position === null) return failed('cursor-invalid');
  const page = position?.page ?? query.page;
  const { rows, total } = await atOneMoment(sql, async (tx) => {
    const counted = await countLeads(tx, filter, exactTotal);
    const skip = position === null ? (page - 1) * pageSize : 0;
    if (counted.n <= skip) return { rows: [], total: counted };
    const groups = await groupsToRead(tx, filter, order, position);
    const few = counted.n <= exactTotal && !isIndexed(filter, order);
    const take = pageSize + 1;
    return { rows: await readPage(tx, { filter, order, groups, position, skip, take, few }), total: counted };
  });
  const shown = rows.slice(0, pageSize);
  const last = rows.length > pageSize ? shown.at(-1) : undefined;
  return done({
    leads: shown.map(({ row }) => leadOfRow(row, language)),
    total: total.n,
    page,
    page_size: pageSize,
    total_pages: Math.ceil(total.n / pageSize),
    next_cursor:
      last === undefined ? null : writeCursor({ page: page + 1, ...positionOf(last, order) }, list),
    total_is_estimate: total.estimated,
  });
}

/**
 * Several reads of the same moment. Plans are made for the values at hand: which index is best depends on how rare a
 * value is, and a plan for any value would read whole tables for some.
 */
const atOneMoment = <T>(sql: Sql, read: (tx: Transaction) => Promise<T>): Promise<T> =>
  sql.begin('isolation level repeatable read read only', async (tx) => {
    await tx`select set_config('plan_cache_mode', 'force_custom_plan', true)`;
    return read(tx);
  }) as Promise<T>;

/** The groups of the order, from the one of the position on. */
async function groupsToRead(
  sql: Transaction,
  filter: LeadFilter,
  order: Order,
  position: Position | null,
): Promise<readonly string[]> {
  const providers = order.groupBy === 'provider' ? await providersOf(sql, filter) : [];
  // The provider of the position may have lost its last lead since.
  const known = position === null ? providers : [...new Set([...providers, position.group])];
  const groups = groupsOf(order, known);
  return position === null ? groups : groups.slice(Math.max(groups.indexOf(position.group), 0));
}

async function providersOf(sql: Transaction, { provider }: LeadFilter): Promise<readonly string[]> {
  if (provider !== undefined) return [provider];
  const rows = await sql<{ provider: string }[]>`
    select provider from lead_counts group by provider having sum(n) > 0`;
  // Without any lead there still has to be a group to look into.
  return rows.length === 0 ? [''] : rows.map((row) => row.provider);
}

interface PageRead {
  readonly filter: LeadFilter;
  readonly order: Order;
  readonly groups: readonly string[];
  readonly position: Position | null;
  readonly skip: number;
  readonly take: number;
  /** read all that fit, and sort */
  readonly few: boolean;
}
interface PageRow {
  readonly row: LeadRow;
  readonly rank: number;
  readonly group: string;
}

/** Chooses the companies from the narrow table first, and fetches the rest of these few by their id. */
async function readPage(sql: Transaction, read: PageRead): Promise<PageRow[]> {
  const { groups, skip, take } = read;
  const direction = directionOf(sql, read.order);
  const rows = await sql<(LeadRow & { rank: number; n: number })[]>`
    with page as materialized (
      select company_id, n, k from (${chosenCompanies(sql, read)}) p
      order by n, k ${direction}, company_id ${direction}
      offset ${skip}::bigint limit ${take}::int
    )
    select page.n, v.rank, ${columnsOf(sql)}
    from page join leads_ready v on v.company_id = page.company_id
    order by page.n, page.k ${direction}, page.company_id ${direction}`;
  return rows.map(({ n, rank, ...row }) => ({ row, rank, group: groups[n] ?? '' }));
}

/** One by one: a list as a whole means something else to the driver behind some words of a statement. */
const columnsOf = (sql: Sql | Transaction): Fragment =>
  LEAD_COLUMNS.map((name): Fragment => sql`v.${sql(name)}`).reduce((all, name) => sql`${all}, ${name}`);
const directionOf = (sql: Transaction, { direction }: Order): Fragment =>
  direction === 'asc' ? sql`asc` : sql`desc`;

/** One ordered read for each group, so that each can stop when the page is full. */
function chosenCompanies(sql: Transaction, read: PageRead): Fragment {
  const { filter, order, groups, position, skip, take, few } = read;
  const direction = directionOf(sql, order);
  // The planner plans a subquery with an offset by itself, without regard to the order outside.
  const leads = few
    ? sql`(select * from lead_list l where ${conditionOf(sql, filter)} offset 0)`
    : sql`lead_list`;
  const condition = few ? sql`true` : conditionOf(sql, filter);
  const parts = groups.map(
    (group, at) => sql`(
      select ${at}::int as n, l.company_id, ${keyExpression(sql, order.key)} as k from ${leads} l
      where ${condition} ${groupCondition(sql, order.groupBy, group)}
        ${at === 0 && position !== null ? behind(sql, order, position) : sql``}
      order by k ${direction}, l.company_id ${direction}
      limit ${skip + take}::bigint)`,
  );
  return parts.reduce((all, part) => sql`${all} union all ${part}`);
}

function positionOf({ row, rank, group }: PageRow, { key }: Order): Omit<Position, 'page'> {
  const value = key === 'rank' ? rank : (row[key] ?? 'infinity');
  return {
    group,
    value: value instanceof Date ? value.toISOString() : value,
    id: row.company_id,
  };
}

/**
 * The ids of all leads of a filter in the usual order: eight bytes a lead, so that a million fit anywhere.
 * Once the signal has fired nobody needs the rest.
 */
export async function leadIds(sql: Sql, filter: LeadFilter, signal?: AbortSignal): Promise<Float64Array> {
  let ids = new Float64Array(1024);
  let size = 0;
  await atOneMoment(sql, async (tx) => {
    const rows = tx<{ id: number }[]>`
      select l.company_id as id from lead_list l where ${conditionOf(tx, filter)}
      order by ${keyExpression(tx, USUAL_ORDER.key)}, l.company_id`;
    for await (const batch of rows.cursor(10_000)) {
      if (signal?.aborted === true) break;
      if (size + batch.length > ids.length) {
        const larger = new Float64Array(Math.max(ids.length * 2, size + batch.length));
        larger.set(ids);
        ids = larger;
      }
      for (const { id } of batch) ids[size++] = id;
    }
  });
  return ids.subarray(0, size);
}

/** The leads of these ids in the order of the list. One that has gone meanwhile is left out. */
export async function leadsOf(
  sql: Sql | Transaction,
  ids: readonly number[],
  language: Language,
): Promise<Lead[]> {
  const rows = await sql<LeadRow[]>`
    select ${columnsOf(sql)}
    from unnest(${[...ids]}::bigint[]) with ordinality chosen (id, place)
    join leads_ready v on v.company_id = chosen.id
    where v.readiness_score is not null
    order by chosen.place`;
  return rows.map((row) => leadOfRow(row, language));
}
