import type { RuleFault, RuleReading } from '#core/rules.ts';
import { failed, type Outcome } from '../failure.ts';
import { readRules, ruleSetIds, type AllRules } from '../rule-files.ts';

/** Rules somebody chose: a set that ships, and perhaps an overlay as JSON. */
export interface RuleChoice {
  readonly set: string;
  /** null = none */
  readonly overlay: unknown;
}

/** Reads and checks the chosen rules. */
export const readChoice = (
  { set, overlay }: RuleChoice,
  directory: string | undefined,
): RuleReading<AllRules> => readRules({ set, overlay, ...(directory === undefined ? {} : { directory }) });

/** The chosen rules, or why they cannot be used: no such set, or a fault with its place. */
export function chosenRules(choice: RuleChoice, directory?: string): Outcome<AllRules> {
  const sets = ruleSetIds(directory);
  if (!sets.includes(choice.set)) {
    return failed('rule-set-not-found', { set: choice.set.slice(0, 64), sets: sets.join(', ') });
  }
  const reading = readChoice(choice, directory);
  return reading.ok
    ? { ok: true, value: reading.value }
    : failed('rules-faulty', {}, reading.faults.map(faultIssue));
}

/** A fault as API clients get it. */
export const faultIssue = ({ file, path, fault }: RuleFault): { path: string; message: string } => ({
  path: `${file} ${path}`.trim(),
  message: fault,
});

/** Rules as somebody asks for them; what is missing is what holds now. */
export interface RuleInput {
  readonly set: string | null;
  /** JSON; null = none */
  readonly overlay: unknown;
}

/** The rules somebody asks about: those in use when nothing is named, an overlay alone over the set in use. */
export function othersThanNow(
  { set, overlay }: RuleInput,
  now: AllRules,
  directory?: string,
): Outcome<AllRules> {
  if (set === null && overlay === null) return { ok: true, value: now };
  return chosenRules({ set: set ?? now.engine.set.id, overlay }, directory);
}
