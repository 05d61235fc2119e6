import type { Language } from '#core/rules/common.ts';
import type { Lead } from '#core/lead/lead.ts';
import { done, failed, type Outcome } from '../failure.ts';
import { estimatedTotal, totalByCounting, totalFromCounts, type Total } from './lead-count.ts';
import { readCursor, writeCursor, type Position } from './lead-cursor.ts';
import { conditionOf, type LeadFilter } from './lead-filter.ts';
import { groupsOf, keyExpression, orderOf, USUAL_ORDER, type Direction, type Order } from './lead-order.ts';
import { readAlong, readNear, readSorted, type PageRead, type PageRow } from './lead-page.ts';
import { leadColumns, leadOfRow, type LeadRow } from './lead-row.ts';
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

/** Up to so many leads are read whole and sorted, as a multiple of EXACT_TOTAL. */
const SORTED = 4;
/** So many rows are looked at along the order before all are, as a part of EXACT_TOTAL. */
const NEAR = 0.25;

/** Whether one index has the leads of this filter in this order. */
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
    const groups = await groupsToRead(tx, filter, order, position);
    const skip = position === null ? (page - 1) * pageSize : 0;
    return readList(tx, { language, filter, order, groups, position, skip, take: pageSize + 1 }, exactTotal);
  });
  const shown = rows.slice(0, pageSize);
  const last = rows.length > pageSize ? shown.at(-1) : undefined;
  return done({
    leads: shown.map(({ row }) => leadOfRow(row)),
    total: total.n,
    page,
    page_size: pageSize,
    total_pages: Math.ceil(total.n / pageSize),
    next_cursor:
      last === undefined ? null : writeCursor({ page: page + 1, ...positionOf(last, order) }, list),
    total_is_estimate: total.estimated,
  });
}

/** The page, one lead more, and the total. */
async function readList(
  sql: Transaction,
  read: PageRead,
  exactTotal: number,
): Promise<{ readonly rows: readonly PageRow[]; readonly total: Total }> {
  const { filter, skip, take } = read;
  const count = (): Promise<Total> => totalByCounting(sql, filter, exactTotal);
  const known = await totalFromCounts(sql, filter);
  if (isIndexed(filter, read.order)) {
    const total = known ?? (await count());
    return { rows: total.n <= skip ? [] : await readAlong(sql, read), total };
  }
  if (known !== null && known.n <= skip) return { rows: [], total: known };
  // Most pages are filled from where they begin. What stands together at the other end is found by sorting.
  const near =
    skip > 0 || (known !== null && known.n < take)
      ? null
      : await readNear(sql, read, Math.ceil(exactTotal * NEAR));
  if (near !== null) return { rows: near, total: known ?? (await count()) };
  const sortable = exactTotal * SORTED;
  const { rows, total } = await readSorted(sql, read, sortable);
  if (total <= sortable) return { rows, total: { n: total, estimated: false } };
  return { rows: await readAlong(sql, read), total: known ?? (await estimatedTotal(sql, filter, total)) };
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
    select ${leadColumns(sql, language)}
    from unnest(${[...ids]}::bigint[]) with ordinality chosen (id, place)
    join leads_ready v on v.company_id = chosen.id
    where v.readiness_score is not null
    order by chosen.place`;
  return rows.map(leadOfRow);
}
