import type { Language } from '#core/rules/common.ts';
import { conditionOf, type Fragment, type LeadFilter } from './lead-filter.ts';
import type { Position } from './lead-cursor.ts';
import { behind, groupCondition, groupValue, keyExpression, type Order } from './lead-order.ts';
import { leadColumns, type LeadRow } from './lead-row.ts';
import type { Transaction } from './pool.ts';

/**
 * Three ways to the same page. Which is the fastest depends on how many leads the filter leaves and on where they stand in
 * the order, of which the planner knows nothing: who searches "şeker" by name finds nothing before "Ş".
 */
export interface PageRead {
  readonly language: Language;
  readonly filter: LeadFilter;
  readonly order: Order;
  /** from the one of the position on */
  readonly groups: readonly string[];
  /** the row that the page begins behind */
  readonly position: Position | null;
  readonly skip: number;
  readonly take: number;
}
export interface PageRow {
  readonly row: LeadRow;
  readonly rank: number;
  readonly group: string;
}
type Found = LeadRow & { readonly rank: number; readonly n: number };

const directionOf = (sql: Transaction, { direction }: Order): Fragment =>
  direction === 'asc' ? sql`asc` : sql`desc`;
const rowsOf = (found: readonly Found[], groups: readonly string[]): PageRow[] =>
  found.map(({ n, rank, ...row }) => ({ row, rank, group: groups[n] ?? '' }));

const together = (sql: Transaction, parts: readonly Fragment[]): Fragment =>
  parts.reduce((all, part) => sql`${all} union all ${part}`);
/** "and ...": the rows of one group, of the first one those behind the position. */
const partOf = (sql: Transaction, { order, position }: PageRead, group: string, at: number): Fragment =>
  sql`${groupCondition(sql, order.groupBy, group)}
    ${at === 0 && position !== null ? sql`and ${behind(sql, order, position)}` : sql``}`;
/** The number of the group of a row; null = it is before the position. */
const placeOf = (sql: Transaction, { order: { groupBy }, groups }: PageRead): Fragment =>
  groupBy === null ? sql`0` : sql`array_position(${[...groups]}::text[], ${groupValue(sql, groupBy)}) - 1`;

/** Reads along the index of the order, or of the filter, until the page is full: one read for each group. */
export async function readAlong(sql: Transaction, read: PageRead): Promise<PageRow[]> {
  const { filter, order, groups, skip, take } = read;
  const direction = directionOf(sql, order);
  const parts = groups.map(
    (group, at) => sql`(
      select ${at}::int as n, l.company_id, ${keyExpression(sql, order.key)} as k from lead_list l
      where ${conditionOf(sql, filter)} ${partOf(sql, read, group, at)}
      order by k ${direction}, l.company_id ${direction}
      limit ${skip + take}::bigint)`,
  );
  // The companies come from the narrow table first, and the rest of these few by their id.
  const rows = await sql<Found[]>`
    with page as materialized (
      select company_id, n, k from (${together(sql, parts)}) p
      order by n, k ${direction}, company_id ${direction}
      offset ${skip}::bigint limit ${take}::int
    )
    select page.n, v.rank, ${leadColumns(sql, read.language)}
    from page join leads_ready v on v.company_id = page.company_id
    order by page.n, page.k ${direction}, page.company_id ${direction}`;
  return rowsOf(rows, groups);
}

/**
 * The same, but gives up after so many rows: null = the page was not full by then. The row behind the last one that may be
 * read comes out marked, in its place in the order: when it is on the page, the page is not whole. (With leads to skip it
 * could be among them, so there must be none.)
 */
export async function readNear(sql: Transaction, read: PageRead, steps: number): Promise<PageRow[] | null> {
  const { filter, order, groups, take } = read;
  const direction = directionOf(sql, order);
  const last = Math.ceil(steps / groups.length);
  const parts = groups.map(
    (group, at) => sql`(
      select ${at}::int as n, l.company_id, l.k, l.step > ${last}::int as cut
      from (
        select l.company_id, ${keyExpression(sql, order.key)} as k, (${conditionOf(sql, filter)}) as fits,
          row_number() over (order by ${keyExpression(sql, order.key)} ${direction}, l.company_id ${direction}) as step
        from lead_list l
        where ${conditionOf(sql, guide(read))} ${partOf(sql, read, group, at)}
        order by ${keyExpression(sql, order.key)} ${direction}, l.company_id ${direction}
        limit ${last + 1}::int
      ) l
      where l.fits or l.step > ${last}::int
      order by l.k ${direction}, l.company_id ${direction}
      limit ${take}::int)`,
  );
  const rows = await sql<(Found & { readonly cut: boolean })[]>`
    with page as materialized (
      select company_id, n, k, cut from (${together(sql, parts)}) p
      order by n, k ${direction}, company_id ${direction}
      limit ${take}::int
    )
    select page.n, v.rank, page.cut, ${leadColumns(sql, read.language)}
    from page join leads_ready v on v.company_id = page.company_id
    where not (select coalesce(bool_or(cut), false) from page)
    order by page.n, page.k ${direction}, page.company_id ${direction}`;
  return rows.length < take
    ? null
    : rowsOf(
        rows.map(({ cut: _, ...row }) => row),
        groups,
      );
}

/** The part of the filter that the index of the usual order can be read along with: no more than one value, and a span. */
function guide({ filter, order: { key, groupBy } }: PageRead): LeadFilter {
  const { provider, segment, tenantSize, syncStatus, linkStatus, priority, minScore, maxScore } = filter;
  if (key === 'readiness_score') return { minScore, maxScore };
  if (key !== 'rank') return {};
  if (groupBy !== null) return { priority };
  const [only = {}] = [{ provider }, { segment }, { tenantSize }, { syncStatus }, { linkStatus }].filter(
    (one) => Object.values(one)[0] !== undefined,
  );
  return { ...only, priority };
}

/** Reads all leads of the filter and sorts them. When there are more than `most`, `total` is `most` + 1 and there is no page. */
export async function readSorted(
  sql: Transaction,
  read: PageRead,
  most: number,
): Promise<{ readonly rows: PageRow[]; readonly total: number }> {
  const { filter, order, groups, position, skip, take } = read;
  const direction = directionOf(sql, order);
  const rows = await sql<(Found & { readonly total: number })[]>`
    with found as materialized (
      select l.company_id, ${keyExpression(sql, order.key)} as k, ${placeOf(sql, read)} as n
      from lead_list l where ${conditionOf(sql, filter)}
      limit ${most + 1}::int
    ), size as materialized (
      select count(*) as total from found
    ), page as materialized (
      select l.company_id, l.n, l.k from found l
      where l.n is not null and (select total from size) <= ${most}::int
        ${position === null ? sql`` : sql`and (l.n > 0 or ${behind(sql, order, position, sql`l.k`)})`}
      order by l.n, l.k ${direction}, l.company_id ${direction}
      offset ${skip}::bigint limit ${take}::int
    )
    select size.total, page.n, v.rank, ${leadColumns(sql, read.language)}
    from size left join (page join leads_ready v on v.company_id = page.company_id) on true
    order by page.n, page.k ${direction}, page.company_id ${direction}`;
  // Without any lead on the page there is one row, with the total alone.
  const found = rows.filter(({ company_id }) => company_id !== null).map(({ total: _, ...row }) => row);
  return { rows: rowsOf(found, groups), total: rows[0]?.total ?? 0 };
}
