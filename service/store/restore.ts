import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { z } from 'zod';
import { FORMAT, keptTables, type BackupFoot, type BackupHead } from './backup.ts';
import { migrate, readMigrations } from './migrate.ts';
import type { Sql, Transaction } from './pool.ts';

export const RESTORE_FAULTS = [
  'restoreNoBackup',
  'restoreBroken',
  'restoreNewer',
  'restoreNotEmpty',
  'restoreInUse',
  'restoreFailed',
] as const;
export interface RestoreFault {
  readonly code: (typeof RESTORE_FAULTS)[number];
  readonly why: string;
}
export type RestoreResult =
  | { readonly ok: true; readonly head: BackupHead; readonly tables: BackupFoot['tables'] }
  | { readonly ok: false; readonly fault: RestoreFault };

const Head = z.object({
  format: z.literal(FORMAT),
  formatVersion: z.literal(1),
  version: z.string(),
  createdAt: z.string(),
  migrations: z.array(z.object({ name: z.string(), hash: z.string() })).min(1),
  rows: z.number(),
});
const Foot = z.object({ tables: z.record(z.string(), z.int()), sha256: z.string() });

/** Unpacked bytes of a backup file; read twice: once to see that it is whole, once to load it. */
export type OpenBackup = () => AsyncIterable<Buffer>;

export interface RestoreOptions {
  /** whether what is in the database now may go */
  readonly replace: boolean;
  readonly onRows?: (done: number, expected: number) => void;
}

/**
 * Puts a backup into an empty database, or in place of what is there. The file is checked to its last byte before
 * anything is touched. The schema is first laid as it was when the backup was made, then brought up to date.
 */
export async function restoreBackup(
  sql: Sql,
  open: OpenBackup,
  options: RestoreOptions,
): Promise<RestoreResult> {
  const checked = await checkBackup(open);
  if (!checked.ok) return checked;
  const { head, tables } = checked;
  const files = readMigrations();
  if ('code' in files) return broken('restoreFailed', `${files.code} ${files.name}`);
  for (const [at, { name, hash }] of head.migrations.entries()) {
    const file = files[at];
    if (file === undefined) return broken('restoreNewer', head.version);
    if (file.name !== name || file.hash !== hash) return broken('restoreNewer', `${head.version}, ${name}`);
  }
  const busy = await workersThere(sql);
  if (busy > 0) return broken('restoreInUse', String(busy));
  const full = await companiesThere(sql);
  if (full > 0 && !options.replace) return broken('restoreNotEmpty', String(full));
  await empty(sql);
  const laid = await migrate(sql, undefined, head.migrations.at(-1)?.name);
  if (!laid.ok) return broken('restoreFailed', `${laid.fault.name}: ${laid.fault.why}`);
  try {
    await load(sql, open, tables, options);
  } catch (error) {
    // The server's message may hold a row; its code and table say enough.
    const { code = '', table_name: table = '' } = error as { code?: string; table_name?: string };
    return broken('restoreFailed', `${code} ${table}`.trim());
  }
  const upToDate = await migrate(sql);
  if (!upToDate.ok) return broken('restoreFailed', `${upToDate.fault.name}: ${upToDate.fault.why}`);
  return { ok: true, head, tables };
}

const broken = (code: RestoreFault['code'], why: string): { ok: false; fault: RestoreFault } => ({
  ok: false,
  fault: { code, why },
});

/** Reads the file to its end: head, foot, counts and hash. */
export async function checkBackup(open: OpenBackup): Promise<RestoreResult> {
  const hash = createHash('sha256');
  let head: BackupHead | null = null;
  let last: Buffer = Buffer.alloc(0);
  try {
    for await (const { line, raw } of linesOf(open())) {
      if (head === null) {
        const reading = Head.safeParse(jsonOf(line));
        if (!reading.success) return broken('restoreNoBackup', '');
        head = reading.data;
      }
      // The foot is not part of its own hash: each line is counted once the next one is there.
      hash.update(last);
      last = raw;
    }
  } catch (error) {
    return broken('restoreBroken', (error as { code?: string }).code ?? '');
  }
  if (head === null) return broken('restoreNoBackup', '');
  const foot = Foot.safeParse(jsonOf(last));
  if (!foot.success) return broken('restoreBroken', 'end');
  if (hash.digest('hex') !== foot.data.sha256) return broken('restoreBroken', 'sha256');
  return { ok: true, head, tables: foot.data.tables };
}

function jsonOf(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString('utf8').replace(/^-- /, ''));
  } catch {
    return null;
  }
}

/** Lines as bytes, with and without their end. */
async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<{ line: Buffer; raw: Buffer }> {
  let rest: Buffer[] = [];
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      const piece = chunk.subarray(from, end + 1);
      const raw = rest.length === 0 ? piece : Buffer.concat([...rest, piece]);
      rest = [];
      yield { line: raw.subarray(0, -1), raw };
      from = end + 1;
    }
    if (from < chunk.length) rest.push(chunk.subarray(from));
  }
  if (rest.length > 0) {
    const raw = Buffer.concat(rest);
    yield { line: raw, raw };
  }
}

async function companiesThere(sql: Sql): Promise<number> {
  const [there] = await sql<{ there: boolean }[]>`select to_regclass('companies') is not null as there`;
  if (there?.there !== true) return 0;
  const [row] = await sql<{ n: number }[]>`select count(*)::int as n from companies`;
  return row?.n ?? 0;
}

/** Workers that said within a minute that they live: the tables must not go away under them. */
async function workersThere(sql: Sql): Promise<number> {
  const [there] = await sql<{ there: boolean }[]>`select to_regclass('workers') is not null as there`;
  if (there?.there !== true) return 0;
  const [row] = await sql<{ n: number }[]>`
    select count(*)::int as n from workers where heartbeat_at > now() - interval '1 minute'`;
  return row?.n ?? 0;
}

async function empty(sql: Sql): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`select set_config('statement_timeout', '0', true)`;
    await tx`drop schema if exists graphile_worker cascade`;
    await tx`drop schema public cascade`;
    await tx`create schema public`;
  });
}

const COPY = /^COPY "(\w+)" \(((?:"\w+"(?:, )?)+)\) FROM stdin;$/;

async function load(
  sql: Sql,
  open: OpenBackup,
  expected: BackupFoot['tables'],
  options: RestoreOptions,
): Promise<void> {
  const rows = Object.values(expected).reduce((sum, count) => sum + count, 0);
  await sql.begin(async (tx) => {
    await tx`select set_config('statement_timeout', '0', true)`;
    const tables = await keptTables(tx);
    const known = new Map(tables.map(({ name, columns }) => [name, new Set(columns)]));
    // The read table is filled once at the end, which is faster than by triggers and comes to the same.
    for (const { name } of tables) await tx.unsafe(`alter table "${name}" disable trigger user`);
    let copy: NodeJS.WritableStream | null = null;
    let done = 0;
    for await (const { line, raw } of linesOf(open())) {
      if (copy === null) {
        const match = COPY.exec(line.toString('utf8'));
        if (match === null) continue;
        const [, table = '', columns = ''] = match;
        const names = columns.split(', ').map((column) => column.slice(1, -1));
        // Only names of this schema become part of a statement.
        if (!names.every((name) => known.get(table)?.has(name) === true)) throw new Error('unknown column');
        copy = await tx.unsafe(`copy "${table}" (${columns}) from stdin`).writable();
      } else if (line.length === 2 && line[0] === 0x5c && line[1] === 0x2e) {
        copy.end();
        await finished(copy);
        copy = null;
      } else {
        done += 1;
        if (!copy.write(raw)) await once(copy, 'drain');
        if (done % 1000 === 0) options.onRows?.(done, rows);
      }
    }
    await continueIdentities(tx);
    await refillLeads(tx);
    for (const { name } of tables) await tx.unsafe(`alter table "${name}" enable trigger user`);
    options.onRows?.(rows, rows);
  });
}

/** New rows get ids after those that came with the backup. */
async function continueIdentities(tx: Transaction): Promise<void> {
  const columns = await tx<{ table: string; column: string }[]>`
    select c.relname as table, a.attname as column from pg_attribute a join pg_class c on c.oid = a.attrelid
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attidentity <> ''`;
  for (const { table, column } of columns) {
    await tx.unsafe(
      `select setval(pg_get_serial_sequence('"${table}"', '${column}'), greatest(max("${column}"), 1), max("${column}") is not null) from "${table}"`,
    );
  }
}

async function refillLeads(tx: Transaction): Promise<void> {
  const batch = 5000;
  for (let after = 0; ;) {
    const ids = await tx<{ id: number }[]>`
      select company_id as id from domain_signals where company_id > ${after} order by company_id limit ${batch}`;
    if (ids.length === 0) return;
    await tx`select refresh_leads(${ids.map(({ id }) => id)}::bigint[])`;
    after = ids.at(-1)?.id ?? after;
  }
}
