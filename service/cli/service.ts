import { randomBytes } from 'node:crypto';
import type { Messages } from '#core/rules/messages.ts';
import type { Config } from '../config.ts';
import type { Service, World } from '../context.ts';
import { openService } from '../open.ts';
import type { AllRules } from '../rule-files.ts';
import { rulesSentence } from '../rules/sentence.ts';
import { createLog, silentLog } from '../telemetry/log.ts';
import { EXIT, type ExitCode, type Io } from './io.ts';
import { safeText } from './safe.ts';
import { openFault } from './serve.ts';

/** What a command on the database works with. */
export interface ServiceSetup {
  readonly config: Config;
  /** of the configuration; the database may name others */
  readonly rules: AllRules;
  readonly world: World;
  readonly version: string;
  /** whether the log goes to standard error; else there is none */
  readonly debug: boolean;
  readonly m: Messages;
  readonly io: Io;
}

/** Opens the database with the rules that hold in it, and closes it again; says so where they are not the configured ones. */
export async function withService(
  application: string,
  { config, rules, world, version, debug, m, io }: ServiceSetup,
  work: (service: Service) => Promise<ExitCode>,
): Promise<ExitCode> {
  const opened = await openService({
    config,
    rules,
    world,
    randomBytes,
    log: debug ? createLog({ write: io.err, clock: world.clock, debug }) : silentLog,
    version,
    application,
    listen: false,
  });
  if (!opened.ok) {
    io.err(`${openFault(opened.fault, m)}\n`);
    return EXIT.failed;
  }
  try {
    const active = opened.value.rules;
    const sentence = rulesSentence(active.state(), m, rules.sales.wording[config.language]);
    if (sentence !== null) io.err(`${safeText(sentence)}\n`);
    return await work(opened.value.service);
  } finally {
    await opened.value.close();
  }
}
