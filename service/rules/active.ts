import type { RuleFault } from '#core/rules.ts';
import type { ActiveRules } from '../context.ts';
import type { AllRules } from '../rule-files.ts';
import type { Sql } from '../store/pool.ts';
import { newestActivation, newestActivationId, type RuleActivation } from '../store/rule-activations.ts';
import type { Log } from '../telemetry/log.ts';
import { readChoice } from './choice.ts';

/** Which rules score, and why these. */
export interface RulesState {
  /** "configuration": HUNTER_RULES and HUNTER_RULES_OVERLAY; "activation": somebody activated others */
  readonly source: 'configuration' | 'activation';
  readonly active: RuleSetName;
  readonly configured: RuleSetName;
  /** the newest activation; null when there was none */
  readonly activation: RuleActivation | null;
  /** why the newest activation is not the one that holds; empty when it is */
  readonly faults: readonly RuleFault[];
}
export interface RuleSetName {
  readonly id: string;
  readonly version: string;
}

/** The rules in use, kept up to date. */
export interface WatchedRules extends ActiveRules {
  state(): RulesState;
  /** Stops listening. The pool is the caller's. */
  close(): Promise<void>;
}

export interface WatchSetup {
  readonly log: Log;
  /** whether notifications are listened to, with a connection of its own; a command that ends soon needs none */
  readonly listen?: boolean;
  /** how often the newest activation is looked at besides: a connection that was away has missed notifications */
  readonly pollMs?: number;
  /** where the rule files lie, when not in their usual place */
  readonly directory?: string;
}

const POLL_MS = 30_000;

/**
 * The rules that the newest activation names, else the configured ones. What cannot be used (a set whose file is gone, an
 * overlay that no longer fits) never stops anything: the last good rules stay, with a warning and in {@link RulesState}.
 *
 * @param configured the rules of HUNTER_RULES and HUNTER_RULES_OVERLAY, checked at start
 * @throws when the database does not answer
 */
export async function createActiveRules(
  sql: Sql,
  configured: AllRules,
  setup: WatchSetup,
): Promise<WatchedRules> {
  const rules = new Watcher(sql, configured, setup);
  await rules.reload();
  if (setup.listen === true) await rules.watch(setup.pollMs ?? POLL_MS);
  return rules;
}

class Watcher implements WatchedRules {
  readonly #sql: Sql;
  readonly #configured: AllRules;
  readonly #log: Log;
  readonly #directory: string | undefined;
  #rules: AllRules;
  #source: RulesState['source'] = 'configuration';
  #activation: RuleActivation | null = null;
  #faults: readonly RuleFault[] = [];
  #loading: Promise<void> = Promise.resolve();
  #stop: () => Promise<void> = async () => undefined;

  constructor(sql: Sql, configured: AllRules, { log, directory }: WatchSetup) {
    this.#sql = sql;
    this.#configured = configured;
    this.#rules = configured;
    this.#log = log;
    this.#directory = directory;
  }

  current(): AllRules {
    return this.#rules;
  }

  state(): RulesState {
    return {
      source: this.#source,
      active: nameOf(this.#rules),
      configured: nameOf(this.#configured),
      activation: this.#activation,
      faults: this.#faults,
    };
  }

  /** One after the other: an answer that was read earlier must not take the place of a later one. */
  reload(): Promise<void> {
    const next = this.#loading.then(() => this.#load());
    this.#loading = next.catch(() => undefined);
    return next;
  }

  async #load(): Promise<void> {
    const id = await newestActivationId(this.#sql);
    if (id === (this.#activation?.id ?? null)) return;
    const activation = await newestActivation(this.#sql);
    if (activation !== null) this.#use(activation);
  }

  #use(activation: RuleActivation): void {
    this.#activation = activation;
    if (activation.followsConfiguration) return this.#put(this.#configured, 'configuration');
    const reading = readChoice(activation, this.#directory);
    if (reading.ok) return this.#put(reading.value, 'activation');
    this.#faults = reading.faults;
    this.#log.warn('rules-not-usable', {
      activation: activation.id,
      set: activation.set,
      version: activation.version,
      stays: nameText(this.#rules),
      fault: `${reading.faults[0]?.file} ${reading.faults[0]?.path}: ${reading.faults[0]?.fault}`,
    });
  }

  #put(rules: AllRules, source: RulesState['source']): void {
    this.#rules = rules;
    this.#source = source;
    this.#faults = [];
    this.#log.info('rules-active', { set: nameText(rules), source, configured: nameText(this.#configured) });
  }

  async watch(pollMs: number): Promise<void> {
    const look = (): void => {
      this.reload().catch((error: unknown) => this.#log.error('rules-reload', error));
    };
    // Also at every connection that is made anew: what was told in between is lost.
    const { unlisten } = await this.#sql.listen('hunter_rules', look, look);
    const poll = setInterval(look, pollMs);
    poll.unref();
    this.#stop = async () => {
      clearInterval(poll);
      // A connection that is gone already listens to nothing.
      await unlisten().catch(() => undefined);
      await this.#loading;
    };
  }

  close(): Promise<void> {
    return this.#stop();
  }
}

const nameOf = ({ engine: { set } }: AllRules): RuleSetName => ({ id: set.id, version: set.version });
const nameText = (rules: AllRules): string => `${rules.engine.set.id} ${rules.engine.set.version}`;
