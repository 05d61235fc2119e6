import type { RuleFault } from '#core/rules.ts';
import { FIRST_MATCH_LISTS, type Condition, type RuleSet } from '#core/rules/rule-set.ts';
import { fill, type Messages } from '#core/rules/messages.ts';
import type { Config } from '../config.ts';
import { readFiles, readOverlay, readRuleSet, RULE_FILES, ruleSetIds } from '../rule-files.ts';
import { EXIT, type ExitCode, type Io } from './io.ts';

/** `hunter rules check [overlay...]`: every rule file, every set, and overlays by path. Names file, path and fault. */
export function checkRules(overlays: readonly string[], m: Messages, io: Io, directory?: string): ExitCode {
  const faults: RuleFault[] = [];
  const files = readFiles(directory);
  if (!files.ok) faults.push(...files.faults);
  const providers = new Set(files.ok ? files.value.providers.providers.map((provider) => provider.id) : []);
  const sets = ruleSetIds(directory);
  for (const id of sets) {
    const set = readRuleSet(id, providers, directory);
    // Without a list of providers every provider would look unknown: one fault is not told as ten.
    if (!set.ok)
      faults.push(...set.faults.filter((fault) => files.ok || !fault.path.startsWith('providers.')));
  }
  for (const path of overlays) {
    const overlay = readOverlay(path);
    if (!overlay.ok) faults.push(...overlay.faults);
  }
  for (const fault of faults) io.err(`${fill(m.cli.rulesFault, { ...fault })}\n`);
  if (faults.length > 0) {
    io.err(`${fill(m.cli.rulesFaults, { n: faults.length })}\n`);
    return EXIT.failed;
  }
  io.out(
    `${fill(m.cli.rulesFine, { n: Object.keys(RULE_FILES).length + sets.length + overlays.length, sets: sets.join(', ') })}\n`,
  );
  return EXIT.done;
}

/** `hunter rules show [set]`: a rule set as a person reads it. */
export function showRules(id: string | undefined, config: Config, m: Messages, io: Io): ExitCode {
  const files = readFiles();
  const providers = new Set(files.ok ? files.value.providers.providers.map((provider) => provider.id) : []);
  const reading = readRuleSet(id ?? config.rules.set, providers);
  if (!reading.ok) {
    for (const fault of reading.faults) io.err(`${fill(m.cli.rulesFault, { ...fault })}\n`);
    return EXIT.refused;
  }
  const set = reading.value;
  const { language } = config;
  const rows: string[] = [`${set.id} ${set.version}: ${set.about}`, ''];
  for (const [provider, { points, entry }] of Object.entries(set.providers)) {
    rows.push(
      `  ${provider.padEnd(28)}${String(points).padStart(5)}${entry === undefined ? '' : `   ${m.segments.Migration} ${entry}+`}`,
    );
  }
  rows.push('');
  for (const rule of set.rules) {
    rows.push(
      `  ${rule.name[language].padEnd(28)}${String(rule.points).padStart(5)}   ${conditionText(rule.when)}`,
    );
  }
  for (const list of FIRST_MATCH_LISTS) {
    rows.push('', `  ${list}`);
    const entries: RuleSet[typeof list][number][] = set[list];
    for (const entry of entries)
      rows.push(`    ${String(entry.value).padEnd(14)}${conditionText(entry.when)}`);
  }
  io.out(`${rows.join('\n')}\n`);
  return EXIT.done;
}

/** A condition in one line, in the words of the rule file. */
function conditionText(condition: Condition): string {
  const parts = Object.entries(condition).map(([key, value]) => {
    if (key === 'all' || key === 'any')
      return `${key}(${(value as Condition[]).map(conditionText).join('; ')})`;
    if (key === 'not') return `not(${conditionText(value as Condition)})`;
    if (Array.isArray(value)) return `${key} ${value.join('|')}`;
    if (typeof value === 'object' && value !== null)
      return `${key} ${JSON.stringify(value).replaceAll('"', '')}`;
    return `${key} ${String(value)}`;
  });
  return parts.length === 0 ? '*' : parts.join(', ');
}
