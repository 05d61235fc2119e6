import type { Sql, Transaction } from './pool.ts';
import {
  changeRowOf,
  scoreRowOf,
  type ChangeJson,
  type ChangeRow,
  type MoveRow,
  type ScoreJson,
  type ScoreRow,
} from './lead.ts';

/** One page of each history of a company, newest first, and how long each history is. */
export interface HistoryPage {
  readonly id: number;
  readonly isScanned: boolean;
  readonly scans: number;
  readonly scores: readonly ScoreRow[];
  readonly changes: readonly ChangeRow[];
  readonly moves: readonly MoveRow[];
  readonly totals: { readonly scores: number; readonly changes: number; readonly moves: number };
}

interface PageRow {
  readonly id: number;
  readonly scans: number | null;
  readonly scores: readonly ScoreJson[];
  readonly changes: readonly ChangeJson[];
  readonly moves: readonly {
    readonly old_provider: string;
    readonly new_provider: string;
    readonly at: string;
  }[];
  readonly n_scores: number;
  readonly n_changes: number;
  readonly n_moves: number;
}

/** The histories of a company in one statement; null when it is not known. `page` counts from 1. */
export async function readHistory(
  sql: Sql | Transaction,
  domain: string,
  { page, pageSize }: { readonly page: number; readonly pageSize: number },
): Promise<HistoryPage | null> {
  const offset = (page - 1) * pageSize;
  const rowsOf = (table: 'score_history' | 'signal_change_history' | 'provider_change_history') => sql`
    (select coalesce(jsonb_agg(to_jsonb(r) order by r.at desc, r.id desc), '[]')
     from (
       select * from ${sql(table)} where company_id = c.id
       order by at desc, id desc offset ${offset}::bigint limit ${pageSize}::int
     ) r)`;
  const [row] = await sql<PageRow[]>`
    select c.id, s.scans,
      ${rowsOf('score_history')} as scores,
      ${rowsOf('signal_change_history')} as changes,
      ${rowsOf('provider_change_history')} as moves,
      (select count(*)::int from score_history where company_id = c.id) as n_scores,
      (select count(*)::int from signal_change_history where company_id = c.id) as n_changes,
      (select count(*)::int from provider_change_history where company_id = c.id) as n_moves
    from companies c left join domain_signals s on s.company_id = c.id
    where c.domain = ${domain}::text`;
  if (row === undefined) return null;
  return {
    id: row.id,
    isScanned: row.scans !== null,
    scans: row.scans ?? 0,
    scores: row.scores.map(scoreRowOf),
    changes: row.changes.map(changeRowOf),
    moves: row.moves.map(({ old_provider, new_provider, at }) => ({
      from: old_provider,
      to: new_provider,
      at: new Date(at).toISOString(),
    })),
    totals: { scores: row.n_scores, changes: row.n_changes, moves: row.n_moves },
  };
}
