import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { EXIT, type ExitCode, type Io } from './cli/io.ts';
import { run } from './cli/run.ts';

/** The composition root: the only place that reads the environment, the clock, chance and the terminal. */
export async function start(args: readonly string[]): Promise<ExitCode> {
  // Variables that are set already win over the file.
  if (existsSync('.env')) process.loadEnvFile('.env');
  const { stdout, stderr, stdin, env } = process;
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  process.once('SIGTERM', () => interrupt.abort());
  // A reader that has seen enough (`| head`) is no fault of ours.
  stdout.on('error', (error: NodeJS.ErrnoException) =>
    process.exit(error.code === 'EPIPE' ? EXIT.done : EXIT.failed),
  );

  const io: Io = {
    out: (text) => void stdout.write(text),
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
  try {
    return await run(args, env, { clock: Date.now, random: Math.random }, io, version);
  } catch (error) {
    // What gets here is our own mistake: said in a line, the whole of it for whoever asks.
    io.err(`${error instanceof Error ? error.message : String(error)}\n`);
    if (env['HUNTER_DEBUG'] === 'true') io.err(`${error instanceof Error ? error.stack : ''}\n`);
    return EXIT.failed;
  }
}
