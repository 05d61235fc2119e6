import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { appliedMigrations } from './migrate.ts';
import type { Sql, Transaction } from './pool.ts';

/**
 * A backup is text, as pg_dump writes data: `COPY table (columns) FROM stdin;`, the rows in PostgreSQL's text format, `\.`.
 * The first line says what it is, the last one how many rows there are and the hash of all before: half a file is noticed.
 * Our own, because the server that comes with the packages has no pg_dump, and a customer's may be of another version.
 */
export const FORMAT = 'hunter-backup';

export interface BackupHead {
  readonly format: typeof FORMAT;
  readonly formatVersion: 1;
  readonly version: string;
  readonly createdAt: string;
  readonly migrations: readonly { readonly name: string; readonly hash: string }[];
  /** rows expected, for progress; counted by the statistics of the server */
  readonly rows: number;
}
export interface BackupFoot {
  readonly tables: Readonly<Record<string, number>>;
  readonly sha256: string;
}

/** What is made again from the rest, or is worth nothing in another place. */
const LEFT_OUT = ['schema_migrations', 'workers', 'lead_list', 'lead_counts'];

export interface TableShape {
  readonly name: string;
  readonly columns: readonly string[];
}

export interface BackupOptions {
  readonly version: string;
  readonly now: string;
  readonly onRows?: (done: number, expected: number) => void;
  readonly signal?: AbortSignal;
}

/** Writes everything that is kept, as of one moment, while others go on working. Ends without ending `out`. */
export async function writeBackup(sql: Sql, out: Writable, options: BackupOptions): Promise<BackupFoot> {
  const hash = createHash('sha256');
  const write = async (bytes: Buffer | string): Promise<void> => {
    hash.update(bytes);
    if (!out.write(bytes)) await once(out, 'drain');
  };
  const counts: Record<string, number> = {};
  await sql.begin('isolation level repeatable read read only', async (tx) => {
    await tx`select set_config('statement_timeout', '0', true)`;
    const migrations = await appliedMigrations(tx);
    const tables = await keptTables(tx);
    const rows = await expectedRows(tx, tables);
    const head: BackupHead = {
      format: FORMAT,
      formatVersion: 1,
      version: options.version,
      createdAt: options.now,
      migrations: migrations.map(({ name, hash: of }) => ({ name, hash: of })),
      rows,
    };
    await write(`-- ${JSON.stringify(head)}\n`);
    let done = 0;
    for (const table of tables) {
      const columns = table.columns.map((column) => `"${column}"`).join(', ');
      await write(`COPY "${table.name}" (${columns}) FROM stdin;\n`);
      let count = 0;
      const stream = await tx.unsafe(`copy "${table.name}" (${columns}) to stdout`).readable();
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        if (options.signal?.aborted) throw options.signal.reason;
        count += linesIn(chunk);
        await write(chunk);
        options.onRows?.(done + count, rows);
      }
      // The driver stops its socket while a stream is full, and the stream starts it again when it wants more. One whose
      // end came in the same breath wants no more, and the next question would wait for ever.
      stream._read(0);
      await write('\\.\n');
      counts[table.name] = count;
      done += count;
    }
  });
  const foot: BackupFoot = { tables: counts, sha256: hash.digest('hex') };
  if (!out.write(`-- ${JSON.stringify(foot)}\n`)) await once(out, 'drain');
  return foot;
}

/** The tables a backup holds, those that others refer to first. */
export async function keptTables(sql: Sql | Transaction): Promise<TableShape[]> {
  const tables = await sql<{ name: string; columns: string[]; needs: string[] }[]>`
    select c.relname as name,
      array(
        select a.attname::text from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
        order by a.attnum
      ) as columns,
      array(
        select distinct r.relname::text from pg_constraint f join pg_class r on r.oid = f.confrelid
        where f.conrelid = c.oid and f.contype = 'f' and f.confrelid <> c.oid
      ) as needs
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relpersistence = 'p'
      and c.relname <> all (${LEFT_OUT})
    order by c.relname`;
  const ordered: TableShape[] = [];
  const placed = new Set<string>();
  while (ordered.length < tables.length) {
    const ready = tables.filter(
      ({ name, needs }) => !placed.has(name) && needs.every((need) => placed.has(need)),
    );
    if (ready.length === 0) throw new Error('tables refer to each other in a circle');
    for (const { name, columns } of ready) {
      ordered.push({ name, columns });
      placed.add(name);
    }
  }
  return ordered;
}

async function expectedRows(tx: Transaction, tables: readonly TableShape[]): Promise<number> {
  const [row] = await tx<{ n: number }[]>`
    select coalesce(sum(greatest(reltuples, 0)), 0)::float8 as n from pg_class
    where relnamespace = 'public'::regnamespace and relname = any (${tables.map(({ name }) => name)})`;
  return Math.round(row?.n ?? 0);
}

function linesIn(chunk: Buffer): number {
  let count = 0;
  for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) count += 1;
  return count;
}
