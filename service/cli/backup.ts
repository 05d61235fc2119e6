import { createReadStream, createWriteStream, existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { createGunzip, createGzip } from 'node:zlib';
import { fill, type Messages } from '#core/rules/messages.ts';
import type { Config } from '../config.ts';
import { migrateQueue } from '../jobs/schema.ts';
import type { Clock } from '../lookup/limit.ts';
import { writeBackup } from '../store/backup.ts';
import { restoreBackup } from '../store/restore.ts';
import { EXIT, type ExitCode, type Io } from './io.ts';
import { startProgress } from './progress.ts';
import { withStore } from './store.ts';

export interface BackupWorld {
  readonly clock: Clock;
  readonly version: string;
}

/** `hunter backup <file> [--force]`: everything that is kept, as of one moment, in one compressed file. */
export async function backupCommand(
  args: readonly string[],
  config: Config,
  m: Messages,
  io: Io,
  world: BackupWorld,
): Promise<ExitCode> {
  const options = parse(args, 'force');
  if (options === null) return usage('hunter backup <file> [--force]', m, io);
  const { file } = options;
  if (existsSync(file) && !options.flag) {
    io.err(`${fill(m.cli.backupExists, { file })}\n`);
    return EXIT.refused;
  }
  return withStore(twoConnections(config), 'hunter backup', m, io, async ({ sql }) => {
    // Under another name until it is whole: a file of that name is a backup, or there is none.
    const draft = `${file}.part`;
    const gzip = createGzip();
    const out = createWriteStream(draft, { mode: 0o600 });
    const written = finished(out);
    // Told by the awaits below; without this a fault in between would count as nobody's.
    written.catch(() => undefined);
    gzip.pipe(out);
    const bar = startProgress(io, world.clock, 0, m.cli.backupProgress);
    try {
      const { tables } = await writeBackup(sql, gzip, {
        version: world.version,
        now: new Date(world.clock()).toISOString(),
        onRows: (done, expected) => bar.update(done, Math.max(done, expected)),
        signal: io.signal,
      });
      gzip.end();
      await written;
      await sync(draft);
      renameSync(draft, file);
      bar.stop();
      const counts = Object.values(tables);
      const size = (statSync(file).size / 1024 / 1024).toFixed(1);
      const rows = counts.reduce((sum, count) => sum + count, 0);
      io.out(`${fill(m.cli.backupDone, { file, rows, tables: counts.length, size })}\n`);
      return EXIT.done;
    } catch (error) {
      bar.stop();
      gzip.destroy();
      out.destroy();
      rmSync(draft, { force: true });
      if (io.signal.aborted) return EXIT.interrupted;
      const { code } = error as { code?: string };
      if (code === undefined) throw error;
      io.err(`${fill(m.cli.cannotWrite, { file, why: code })}\n`);
      return EXIT.failed;
    }
  });
}

/** `hunter restore <file> [--replace]`: a backup into an empty database, or in place of what is there. */
export async function restoreCommand(
  args: readonly string[],
  config: Config,
  m: Messages,
  io: Io,
  world: Pick<BackupWorld, 'clock'>,
): Promise<ExitCode> {
  const options = parse(args, 'replace');
  if (options === null) return usage('hunter restore <file> [--replace]', m, io);
  const { file } = options;
  if (!existsSync(file)) {
    io.err(`${fill(m.cli.fileUnreadable, { file, why: 'ENOENT' })}\n`);
    return EXIT.refused;
  }
  return withStore(twoConnections(config), 'hunter restore', m, io, async ({ sql, url }) => {
    const bar = startProgress(io, world.clock, 0, m.cli.backupProgress);
    const result = await restoreBackup(sql, () => unpacked(file), {
      replace: options.flag,
      onRows: (done, expected) => bar.update(done, expected),
    });
    bar.stop();
    if (!result.ok) {
      io.err(`${fill(m.cli[result.fault.code], { file, why: result.fault.why })}\n`);
      return result.fault.code === 'restoreFailed' ? EXIT.failed : EXIT.refused;
    }
    await migrateQueue(url);
    const rows = Object.values(result.tables).reduce((sum, count) => sum + count, 0);
    const companies = result.tables['companies'] ?? 0;
    const date = result.head.createdAt.slice(0, 10);
    io.out(`${fill(m.cli.restoreDone, { file, date, companies, rows })}\n`);
    return EXIT.done;
  });
}

/** The bytes in a compressed file. */
function unpacked(file: string): AsyncIterable<Buffer> {
  const gunzip = createGunzip();
  createReadStream(file)
    .on('error', (error) => gunzip.destroy(error))
    .pipe(gunzip);
  return gunzip;
}

/** A transaction that streams, and room for a question beside it. */
const twoConnections = ({ database }: Config): Config['database'] => ({ ...database, pool: 2 });

/** A rename must not arrive on the disk before the bytes. */
async function sync(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  await handle.sync();
  await handle.close();
}

function usage(text: string, m: Messages, io: Io): ExitCode {
  io.err(`${fill(m.cli.usage, { usage: text })}\n`);
  return EXIT.refused;
}

function parse(args: readonly string[], flag: 'force' | 'replace'): { file: string; flag: boolean } | null {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { [flag]: { type: 'boolean' } },
      strict: true,
      allowPositionals: true,
    });
    const [file, ...more] = positionals;
    return file === undefined || more.length > 0 ? null : { file, flag: values[flag] === true };
  } catch {
    return null;
  }
}
