import { parseArgs } from 'node:util';
import type { RuleFault } from '#core/rules.ts';
import { fill } from '#core/rules/messages.ts';
import type { Service } from '../context.ts';
import { failureSentence, type Failure } from '../failure.ts';
import { rescoreHere } from '../jobs/rescore-here.ts';
import { readOverlay, readRules } from '../rule-files.ts';
import type { RuleChoice, RuleInput } from '../rules/choice.ts';
import { activateRules } from '../verbs/activate-rules.ts';
import { backtestRules } from '../verbs/backtest-rules.ts';
import { previewRules } from '../verbs/preview-rules.ts';
import { EXIT, type ExitCode } from './io.ts';
import { startProgress } from './progress.ts';
import { backtestText, previewText, type TableWords } from './rule-tables.ts';
import { safeJson } from './safe.ts';
import { withService, type ServiceSetup } from './service.ts';

const OPTIONS = {
  rules: { type: 'string' },
  overlay: { type: 'string' },
  limit: { type: 'string' },
  json: { type: 'boolean' },
  configured: { type: 'boolean' },
  wait: { type: 'boolean' },
} as const;

const USAGE = {
  preview: 'hunter rules preview <domain> [--rules <set>] [--overlay <file>] [--json]',
  backtest: 'hunter rules backtest [set] [--overlay <file>] [--limit <n>] [--json]',
  activate: 'hunter rules activate <set> [--overlay <file>] [--wait] [--json] | --configured',
} as const;
export type Trial = keyof typeof USAGE;

interface Options {
  readonly name: string | null;
  readonly set: string | null;
  readonly overlay: string | null;
  readonly limit: number | null;
  readonly json: boolean;
  readonly configured: boolean;
  readonly wait: boolean;
}

/** The rules are read again, with the faults of an overlay told by file. */
export type TrialSetup = Omit<ServiceSetup, 'rules'>;

/** `hunter rules preview | backtest | activate`: what other rules would do, and making them hold. */
export async function ruleTrial(trial: Trial, args: readonly string[], setup: TrialSetup): Promise<ExitCode> {
  const { config, m, io } = setup;
  const options = parse(trial, args);
  if (options === null) {
    io.err(`${fill(m.cli.usage, { usage: USAGE[trial] })}\n`);
    return EXIT.refused;
  }
  const overlay = options.overlay === null ? null : readOverlay(options.overlay);
  if (overlay !== null && !overlay.ok) return faulty(overlay.faults, EXIT.refused, setup);
  const configured = readRules({ set: config.rules.set, overlayPath: config.rules.overlay });
  if (!configured.ok) return faulty(configured.faults, EXIT.failed, setup);
  return withService('hunter rules', { ...setup, rules: configured.value }, (service) => {
    const run = new TrialRun(service, setup, options);
    return run[trial]({ set: options.set, overlay: overlay === null ? null : overlay.value.overlay });
  });
}

/** One run on an open database. */
class TrialRun {
  readonly #service: Service;
  readonly #setup: TrialSetup;
  readonly #options: Options;

  constructor(service: Service, setup: TrialSetup, options: Options) {
    this.#service = service;
    this.#setup = setup;
    this.#options = options;
  }

  async preview(rules: RuleInput): Promise<ExitCode> {
    const { io, config } = this.#setup;
    const domain = this.#options.name ?? '';
    const { language } = config;
    const input = { ...rules, domain, language, lookUp: true, signal: io.signal };
    const seen = await previewRules(this.#service, input);
    if (!seen.ok) return this.#refuse(seen.failure);
    if (io.signal.aborted) return this.#interrupted();
    io.out(this.#options.json ? `${safeJson(seen.value)}\n` : previewText(seen.value, this.#words));
    return seen.value.after === null ? EXIT.open : EXIT.done;
  }

  async backtest(rules: RuleInput): Promise<ExitCode> {
    const { io, m, world } = this.#setup;
    const { limit, json } = this.#options;
    const bar = startProgress(io, world.clock, 0, m.rules.progress);
    try {
      const seen = await backtestRules(this.#service, {
        ...rules,
        limit,
        signal: io.signal,
        onProgress: (done, total) => bar.update(done, total),
      });
      bar.stop();
      if (!seen.ok) return this.#refuse(seen.failure);
      io.out(json ? `${safeJson(seen.value)}\n` : backtestText(seen.value, this.#words));
      return seen.value.companies.failed > 0 ? EXIT.failed : EXIT.done;
    } catch (error) {
      bar.stop();
      if (io.signal.aborted) return this.#interrupted();
      throw error;
    }
  }

  async activate({ set, overlay }: RuleInput): Promise<ExitCode> {
    const { io, m } = this.#setup;
    const { json, wait } = this.#options;
    const choice: RuleChoice | null = set === null ? null : { set, overlay };
    const actor = { kind: 'command', id: 'command line' } as const;
    const made = await activateRules(this.#service, { choice, actor, requestId: null });
    if (!made.ok) return this.#refuse(made.failure);
    const { rule_set, version, companies, job_id } = made.value;
    if (json) io.out(`${safeJson(made.value)}\n`);
    else {
      const values = { set: `${rule_set} ${version}`, companies, job: job_id };
      io.out(`${fill(companies === 0 ? m.rules.nothingStored : m.rules.activated, values)}\n`);
    }
    if (companies === 0) return EXIT.done;
    if (wait) return this.#wait(job_id, companies);
    if (!(await workerLives(this.#service))) io.err(`${m.rules.noWorker}\n`);
    return EXIT.done;
  }

  /** Does the work of the job here, beside whatever worker does it as well. */
  async #wait(jobId: string, companies: number): Promise<ExitCode> {
    const { io, m, world } = this.#setup;
    const bar = startProgress(io, world.clock, companies, m.rules.progress);
    const job = await rescoreHere(this.#service, jobId, io.signal, (done, total) => bar.update(done, total));
    bar.stop();
    const { state, succeeded, failed, error } = job;
    if (io.signal.aborted && state !== 'completed') return this.#interrupted();
    const done = state === 'completed';
    const text = done ? m.rules.rescored : m.rules.rescoreEnded;
    const line = `${fill(text, { succeeded, failed, state, why: error ?? '' }).trim()}\n`;
    if (this.#options.json || !done) io.err(line);
    else io.out(line);
    return done && failed === 0 ? EXIT.done : EXIT.failed;
  }

  get #words(): TableWords {
    const { language } = this.#setup.config;
    const { sales } = this.#service.rules.current();
    return { m: this.#setup.m, wording: sales.wording[language], language };
  }

  #refuse(failure: Failure): ExitCode {
    const { io, m } = this.#setup;
    io.err(`${failureSentence(failure, m)}\n`);
    for (const { path, message } of failure.issues ?? []) io.err(`  ${path}: ${message}\n`);
    return EXIT.refused;
  }

  #interrupted(): ExitCode {
    this.#setup.io.err(`${this.#setup.m.cli.interrupted}\n`);
    return EXIT.interrupted;
  }
}

/** Without a sign of life for so long a worker counts as dead. */
const DEAD_AFTER = '60 seconds';

async function workerLives({ sql, clock }: Service): Promise<boolean> {
  const [row] = await sql<{ alive: boolean }[]>`
    select exists (
      select from workers where not stopping and heartbeat_at > ${new Date(clock())}::timestamptz - ${DEAD_AFTER}::interval
    ) as alive`;
  return row?.alive ?? false;
}

function faulty(faults: readonly RuleFault[], code: ExitCode, { m, io }: TrialSetup): ExitCode {
  io.err(`${m.cli.unknownRules}\n`);
  for (const fault of faults) io.err(`  ${fill(m.cli.rulesFault, { ...fault })}\n`);
  return code;
}

function parse(trial: Trial, args: readonly string[]): Options | null {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    const { configured = false, json = false, wait = false, overlay = null } = values;
    const [name = null] = positionals;
    const limit = values.limit === undefined ? null : Number(values.limit);
    if (positionals.length > 1 || (limit !== null && !(Number.isSafeInteger(limit) && limit > 0)))
      return null;
    const set = trial === 'preview' ? (values.rules ?? null) : name;
    const foreign: Record<Trial, boolean> = {
      preview: limit !== null || configured || wait || name === null,
      backtest: values.rules !== undefined || configured || wait,
      activate:
        values.rules !== undefined ||
        limit !== null ||
        configured === (name !== null) ||
        (configured && overlay !== null),
    };
    return foreign[trial] ? null : { name, set, overlay, limit, json, configured, wait };
  } catch {
    return null;
  }
}
