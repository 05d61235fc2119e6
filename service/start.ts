import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { EXIT, NOBODY_READS, type ExitCode, type Io } from './cli/io.ts';
import { run } from './cli/run.ts';

/** The composition root: the only place that reads the environment, the clock, chance and the terminal. */
export async function start(args: readonly string[]): Promise<ExitCode> {
  // Variables that are set already win over the file.
  try {
    if (existsSync('.env')) process.loadEnvFile('.env');
  } catch (error) {
    const why = (error as Error).message.replace(/\.$/, '');
    process.stderr.write(`.env cannot be read: ${why}. Mend it, or take it away.\n`);
    return EXIT.failed;
  }
  const { stdout, stderr, stdin, env } = process;
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  process.once('SIGTERM', () => interrupt.abort());
  // A reader that has seen enough (`| head`) is no fault of ours: the exit code stays that of the run. Without a reader
  // of results there is no more to do; without one of messages there is.
  const ended =
    (whenNobodyReads: () => void) =>
    (error: NodeJS.ErrnoException): void =>
      error.code === 'EPIPE' ? whenNobodyReads() : process.exit(EXIT.failed);
  stdout.on(
    'error',
    ended(() => interrupt.abort(NOBODY_READS)),
  );
  stderr.on(
    'error',
    ended(() => undefined),
  );

  const io: Io = {
    out: (text) => void stdout.write(text),
    bytes: (chunk) => new Promise((resolve) => void stdout.write(chunk, () => resolve())),
    terminal: stdout.isTTY === true,
    err: (text) => void stderr.write(text),
    columns: stdout.columns ?? 80,
    color: stdout.isTTY === true && stdout.hasColors() && !env['NO_COLOR'],
    progress: stderr.isTTY === true ? stderr : null,
    stdin,
    signal: interrupt.signal,
  };
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8')) as {
    version: string;
  };
  return run(args, env, { clock: Date.now, random: Math.random, nodeVersion: process.version }, io, version);
}
