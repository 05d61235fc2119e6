import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sql, Transaction } from './pool.ts';

/** Where the migrations of this version lie. */
export const MIGRATIONS = join(import.meta.dirname, 'migrations');

export interface Migration {
  readonly name: string;
  readonly text: string;
  readonly hash: string;
}

export const MIGRATION_FAULTS = [
  'migrationName',
  'migrationChanged',
  'migrationMissing',
  'migrationOrder',
  'migrationTransaction',
  'migrationFailed',
] as const;

/** Why the database cannot be brought up to date. Nothing of the file it names has been done. */
export interface MigrationFault {
  readonly code: (typeof MIGRATION_FAULTS)[number];
  readonly name: string;
  readonly why: string;
}
export interface Migrated {
  /** done now, in order */
  readonly applied: readonly string[];
  /** were there before */
  readonly before: readonly string[];
}
export type MigrationResult =
  | { readonly ok: true; readonly value: Migrated }
  | { readonly ok: false; readonly fault: MigrationFault; readonly applied: readonly string[] };

interface Applied {
  readonly name: string;
  readonly hash: string;
  readonly at: Date;
}

/** Any number, as long as every version of Hunter takes the same: "hunt" in ASCII. */
const LOCK = 0x68756e74;

/** The files in order, or what is wrong with one. */
export function readMigrations(directory = MIGRATIONS): readonly Migration[] | MigrationFault {
  const names = readdirSync(directory)
    .filter((name) => name.endsWith('.sql'))
    .sort();
  const files: Migration[] = [];
  for (const [at, name] of names.entries()) {
    if (!/^\d{6}_[a-z0-9_]+\.sql$/.test(name) || Number(name.slice(0, 6)) !== at + 1) {
      const next = String(at + 1).padStart(6, '0');
      return { code: 'migrationName', name, why: `expected ${next}_name.sql` };
    }
    // Git may write other line ends on Windows: they do not make another file.
    const text = readFileSync(join(directory, name), 'utf8').replaceAll('\r\n', '\n');
    const own = /^\s*(?:begin|commit|rollback|start transaction|end)\s*(?:transaction|work)?\s*;/im.exec(
      text.replace(/\$\$[\s\S]*?\$\$/g, ''),
    );
    if (own !== null) return { code: 'migrationTransaction', name, why: own[0].trim() };
    files.push({ name, text, hash: createHash('sha256').update(text).digest('hex') });
  }
  return files;
}

/** What was applied to this database; empty before the first time. Changes nothing. */
export async function appliedMigrations(sql: Sql | Transaction): Promise<Applied[]> {
  const [row] = await sql<{ there: boolean }[]>`select to_regclass('schema_migrations') is not null as there`;
  if (row?.there !== true) return [];
  return sql<Applied[]>`select name, hash, applied_at as at from schema_migrations order by name`;
}

/** The files that are still to be applied, or why they may not be: history is only ever continued. */
export function pending(
  files: readonly Migration[],
  applied: readonly Applied[],
): Migration[] | MigrationFault {
  const known = new Map(files.map((file) => [file.name, file]));
  for (const { name, hash } of applied) {
    const file = known.get(name);
    if (file === undefined) return { code: 'migrationMissing', name, why: '' };
    if (file.hash !== hash)
      return { code: 'migrationChanged', name, why: `${hash.slice(0, 12)} -> ${file.hash.slice(0, 12)}` };
  }
  const done = new Set(applied.map(({ name }) => name));
  const open = files.filter(({ name }) => !done.has(name));
  const last = applied.at(-1)?.name ?? '';
  const early = open.find(({ name }) => name < last);
  return early === undefined ? open : { code: 'migrationOrder', name: early.name, why: last };
}

/**
 * Brings the database up to date: each file in a transaction of its own, under a lock, so that processes that start at
 * the same time do it once. A file that fails leaves nothing; those before it stay.
 *
 * @param upTo the last file to apply; all by default
 */
export async function migrate(sql: Sql, directory = MIGRATIONS, upTo?: string): Promise<MigrationResult> {
  const all = readMigrations(directory);
  const applied: string[] = [];
  if ('code' in all) return { ok: false, fault: all, applied };
  const files = upTo === undefined ? all : all.filter(({ name }) => name <= upTo);
  let before: string[] | null = null;
  for (;;) {
    let current = '';
    try {
      const step = await sql.begin(async (tx): Promise<Migration | MigrationFault | null> => {
        // A large table may take longer than a request may.
        await tx`select set_config('statement_timeout', '0', true), pg_advisory_xact_lock(${LOCK})`;
        const there = await appliedMigrations(tx);
        before ??= there.map(({ name }) => name);
        const open = pending(files, there);
        if ('code' in open) return open;
        const [next] = open;
        if (next === undefined) return null;
        current = next.name;
        if (there.length === 0) await tx.unsafe(TABLE);
        await tx.unsafe(next.text).simple();
        await tx`insert into schema_migrations (name, hash) values (${next.name}, ${next.hash})`;
        return next;
      });
      if (step === null) return { ok: true, value: { applied, before: before ?? [] } };
      if ('code' in step) return { ok: false, fault: step, applied };
      applied.push(step.name);
    } catch (error) {
      if (current === '') throw error;
      const text = files.find(({ name }) => name === current)?.text ?? '';
      return {
        ok: false,
        fault: { code: 'migrationFailed', name: current, why: told(error, text) },
        applied,
      };
    }
  }
}

const TABLE = `
  create table if not exists schema_migrations (
    name text collate "C" primary key,
    hash text not null,
    applied_at timestamptz(3) not null default now()
  );
  comment on table schema_migrations is 'Migrations that were applied, with the SHA-256 of their text.';
  comment on column schema_migrations.name is 'File name.';
  comment on column schema_migrations.hash is 'SHA-256 of the file.';
  comment on column schema_migrations.applied_at is 'When it was applied.';
`;

/** The server's own words, with the line of the file they are about. */
function told(error: unknown, text: string): string {
  const { message, code, position } = error as { message: string; code?: string; position?: string };
  const line = position === undefined ? '' : `, line ${text.slice(0, Number(position)).split('\n').length}`;
  return `${message}${code === undefined ? '' : ` (${code}${line})`}`;
}
