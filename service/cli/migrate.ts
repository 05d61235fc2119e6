import { parseArgs } from 'node:util';
import { fill, type Messages } from '#core/rules/messages.ts';
import type { Config } from '../config.ts';
import {
  appliedMigrations,
  migrate,
  type MigrationFault,
  pending,
  readMigrations,
} from '../store/migrate.ts';
import { migrateQueue } from '../jobs/schema.ts';
import type { Store } from '../store/pool.ts';
import { EXIT, type ExitCode, type Io } from './io.ts';
import { withStore } from './store.ts';

/**
 * `hunter migrate`: brings the database up to date. Without DATABASE_URL our own server is started for it, and stopped
 * again when nobody else uses it. `--status` tells what is open and changes no table.
 */
export async function migrateCommand(
  args: readonly string[],
  { database }: Config,
  m: Messages,
  io: Io,
): Promise<ExitCode> {
  const options = parse(args);
  if (options === null) {
    io.err(`${fill(m.cli.usage, { usage: 'hunter migrate [--status]' })}\n`);
    return EXIT.refused;
  }
  if (options.help) {
    io.out(`${m.help}\n`);
    return EXIT.done;
  }
  // One statement after another.
  return withStore({ ...database, pool: 1 }, 'hunter migrate', m, io, (store) =>
    (options.status ? status : apply)(store, m, io),
  );
}

async function apply({ sql, url, where }: Store, m: Messages, io: Io): Promise<ExitCode> {
  const done = await migrate(sql);
  const applied = done.ok ? done.value.applied : done.applied;
  for (const name of applied) io.out(`${fill(m.cli.migrationApplied, { name })}\n`);
  if (!done.ok) return refuse(done.fault, m, io);
  await migrateQueue(url);
  const text =
    applied.length === 0
      ? fill(m.cli.migrationUpToDate, { n: done.value.before.length, where })
      : fill(m.cli.migrationDone, { n: applied.length, where });
  io.out(`${text}\n`);
  return EXIT.done;
}

async function status({ sql, where }: Store, m: Messages, io: Io): Promise<ExitCode> {
  const files = readMigrations();
  if ('code' in files) return refuse(files, m, io);
  const applied = await appliedMigrations(sql);
  const open = pending(files, applied);
  for (const { name } of applied) io.out(`${fill(m.cli.migrationApplied, { name })}\n`);
  if ('code' in open) return refuse(open, m, io);
  for (const { name } of open) io.out(`${fill(m.cli.migrationOpen, { name })}\n`);
  if (open.length > 0) {
    io.out(`${fill(m.cli.migrationsOpen, { n: open.length, where })}\n`);
    return EXIT.open;
  }
  io.out(`${fill(m.cli.migrationUpToDate, { n: applied.length, where })}\n`);
  return EXIT.done;
}

function refuse({ code, name, why }: MigrationFault, m: Messages, io: Io): ExitCode {
  io.err(`${fill(m.cli[code], { name, why })}\n`);
  return EXIT.failed;
}

function parse(args: readonly string[]): { status?: boolean; help?: boolean } | null {
  try {
    const options = { status: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const;
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values;
  } catch {
    return null;
  }
}
