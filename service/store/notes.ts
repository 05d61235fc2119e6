import type { Sql } from './pool.ts';

/** Notes and tags that came along from an earlier database. They are read here and written in Dynamics 365. */
export interface Note {
  readonly id: number;
  readonly note: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
export interface Tag {
  readonly id: number;
  readonly tag: string;
  readonly createdAt: Date;
}

/** Newest first; null when the domain is not known. */
export async function notesOf(sql: Sql, domain: string): Promise<Note[] | null> {
  const rows = await sql<(Note | { readonly id: null })[]>`
    select n.id, n.note, n.created_at as "createdAt", n.updated_at as "updatedAt"
    from companies c left join notes n on n.company_id = c.id
    where c.domain = ${domain} order by n.created_at desc, n.id desc`;
  return rows.length === 0 ? null : rows.filter((row): row is Note => row.id !== null);
}

/** Newest first; null when the domain is not known. */
export async function tagsOf(sql: Sql, domain: string): Promise<Tag[] | null> {
  const rows = await sql<(Tag | { readonly id: null })[]>`
    select t.id, t.tag, t.created_at as "createdAt"
    from companies c left join tags t on t.company_id = c.id
    where c.domain = ${domain} order by t.created_at desc, t.id desc`;
  return rows.length === 0 ? null : rows.filter((row): row is Tag => row.id !== null);
}
