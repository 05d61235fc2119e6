import { randomBytes } from 'node:crypto';
import { readConfig } from '../config.ts';
import { allowed, type World } from '../context.ts';
import { createSafeFetch } from '../lookup/guard.ts';
import { readFiles, readRules, ruleSetIds } from '../rule-files.ts';
import { fill } from '#core/rules/messages.ts';
import { backupCommand, restoreCommand } from './backup.ts';
import { EXIT, type ExitCode, type Io } from './io.ts';
import { doctorCommand } from './doctor.ts';
import { exportCommand } from './export.ts';
import { importCommand } from './import.ts';
import { migrateCommand } from './migrate.ts';
import { refreshBootstrap } from './refresh.ts';
import { ruleTrial } from './rule-trials.ts';
import { checkRules, showRules } from './rules.ts';
import { safeIo } from './safe.ts';
import { scanCommand } from './scan.ts';
import { serveCommand } from './serve.ts';

const COMMANDS = [
  'start',
  'api',
  'worker',
  'demo',
  'scan',
  'import',
  'export',
  'rules',
  'migrate',
  'backup',
  'restore',
  'doctor',
  'help',
] as const;

/** What a command gets from the process it runs in. */
export interface OuterWorld extends Omit<World, 'warn'> {
  readonly nodeVersion: string;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Runs one command line. The environment and the outer world come in as arguments; the exit code goes out. */
export async function run(
  args: readonly string[],
  env: Env,
  world: OuterWorld,
  io: Io,
  version: string,
): Promise<ExitCode> {
  const clean = safeIo(io);
  try {
    return await runCommand(args, env, world, clean, version);
  } catch (error) {
    // What gets here is our own mistake: said in a line, the whole of it for whoever asks.
    const why = error instanceof Error ? error.message : String(error);
    const files = readFiles();
    const m = files.ok ? files.value[`messages.${languageOf(env)}`] : null;
    clean.err(`${m === null ? why : fill(m.cli.unexpected, { why })}\n`);
    if (env['HUNTER_DEBUG'] === 'true' && error instanceof Error) clean.err(`${error.stack}\n`);
    return EXIT.failed;
  }
}

/** The language where the configuration as a whole cannot be read. */
const languageOf = (env: Env): 'tr' | 'en' => (env['HUNTER_LANGUAGE']?.trim() === 'en' ? 'en' : 'tr');

async function runCommand(
  args: readonly string[],
  env: Env,
  world: OuterWorld,
  io: Io,
  version: string,
): Promise<ExitCode> {
  const [command, ...rest] = args;
  const reading = readConfig(env);
  const language = reading.ok ? reading.config.language : languageOf(env);
  if (command === '--version' || command === '-v') {
    io.out(`${version}\n`);
    return EXIT.done;
  }
  // The check must work where the rules do not.
  const set =
    reading.ok && ruleSetIds().includes(reading.config.rules.set) ? reading.config.rules.set : 'hunter-1';
  const rules = readRules({
    set,
    overlayPath: command === 'rules' || !reading.ok ? null : reading.config.rules.overlay,
  });
  if (!rules.ok) {
    for (const fault of rules.faults) io.err(`${fault.file} ${fault.path}: ${fault.fault}\n`);
    return EXIT.failed;
  }
  const m = rules.value.messages[language];
  if (command === 'doctor') {
    const setup = { reading, rules: rules.value, world: { ...world, warn: () => undefined }, version };
    return doctorCommand(rest, { ...setup, nodeVersion: world.nodeVersion }, m, io);
  }
  if (!reading.ok) {
    io.err(`${m.cli.badEnvironment}\n`);
    for (const fault of reading.faults) io.err(`  ${fault.sentence}\n`);
    return EXIT.failed;
  }
  const warn = (text: string): void => io.err(`${fill(m.cli.warning, { text })}\n`);
  for (const warning of reading.warnings) warn(warning.sentence);
  if (reading.config.rules.set !== set) {
    io.err(
      `${m.cli.unknownRules}\n  HUNTER_RULES: ${reading.config.rules.set} (${ruleSetIds().join(', ')})\n`,
    );
    return EXIT.failed;
  }

  const setup = {
    config: reading.config,
    rules: rules.value,
    world: { ...world, warn },
    version,
    debug: env['HUNTER_DEBUG'] === 'true',
    m,
    io,
  };
  switch (command) {
    case 'scan':
      return scanCommand(rest, reading.config, rules.value, { ...world, warn }, io);
    case 'rules':
      if (rest[0] === 'check') return checkRules(rest.slice(1), m, io);
      if (rest[0] === 'show') return showRules(rest[1], reading.config, m, io);
      if (rest[0] === 'refresh') {
        const from = {
          url: reading.config.registration.bootstrapUrl,
          fetch: createSafeFetch(allowed(reading.config)),
        };
        return refreshBootstrap(rules.value.registration.bootstrap, from, m, io);
      }
      if (rest[0] === 'preview' || rest[0] === 'backtest' || rest[0] === 'activate') {
        return ruleTrial(rest[0], rest.slice(1), setup);
      }
      io.err(
        `${fill(m.cli.usage, { usage: 'hunter rules check [overlay.json ...] | show [set] | preview <domain> | backtest [set] | activate <set> | refresh' })}\n`,
      );
      return EXIT.refused;
    case 'start':
    case 'api':
    case 'worker':
    case 'demo':
      return serveCommand(command, rest, { ...setup, randomBytes });
    case 'import':
      return importCommand(rest, setup);
    case 'export':
      return exportCommand(rest, setup);
    case 'migrate':
      return migrateCommand(rest, reading.config, m, io);
    case 'backup':
      return backupCommand(rest, reading.config, m, io, { clock: world.clock, version });
    case 'restore':
      return restoreCommand(rest, reading.config, m, io, world);
    case undefined:
    case 'help':
    case '--help':
    case '-h':
      io.out(`${m.help}\n`);
      return EXIT.done;
    default:
      io.err(`${fill(m.cli.unknownCommand, { command, commands: COMMANDS.join(', ') })}\n`);
      return EXIT.refused;
  }
}
