import { parseArgs } from 'node:util';
import type { Language } from '#core/rules/common.ts';
import { fill, type Messages } from '#core/rules/messages.ts';
import type { Config, ReadConfig } from '../config.ts';
import { createScanContext, type World } from '../context.ts';
import {
  accessFinding,
  databaseFindings,
  diskFinding,
  dnsFinding,
  finding,
  ipFindings,
  keyFinding,
  registrationFinding,
  serviceFinding,
  type Finding,
} from '../doctor/checks.ts';
import { mailFinding } from '../doctor/mail.ts';
import type { AllRules } from '../rule-files.ts';
import { createActiveRules } from '../rules/active.ts';
import { rulesSentence } from '../rules/sentence.ts';
import { openStore, type Sql } from '../store/pool.ts';
import { silentLog } from '../telemetry/log.ts';
import { EXIT, type ExitCode, type Io } from './io.ts';
import { safeJson, safeText } from './safe.ts';

export interface DoctorSetup {
  readonly reading: ReadConfig;
  readonly rules: AllRules;
  readonly world: World;
  readonly version: string;
  readonly nodeVersion: string;
}

/** Nobody waits longer for one answer. */
const PATIENCE_MS = 6000;

/** `hunter doctor [--json]`: looks at everything the product stands on, and says what to mend. Changes nothing. */
export async function doctorCommand(
  args: readonly string[],
  setup: DoctorSetup,
  m: Messages,
  io: Io,
): Promise<ExitCode> {
  let json: boolean;
  try {
    json = parseArgs({ args: [...args], options: { json: { type: 'boolean' } } }).values.json === true;
  } catch {
    io.err(`${fill(m.cli.usage, { usage: 'hunter doctor [--json]' })}\n`);
    return EXIT.refused;
  }
  const findings = await examine(setup, m);
  const count = (state: Finding['state']): number => findings.filter((found) => found.state === state).length;
  const told = findings.map((found) => ({
    check: found.check,
    state: found.state,
    detail: fill(m.doctor[found.sentence], found.values),
  }));
  if (json) {
    for (const line of told) io.out(`${safeJson(line)}\n`);
  } else {
    io.out(`${fill(m.doctor.title, { version: setup.version })}\n`);
    for (const { check, state, detail } of told)
      io.out(`${MARKS[state]} ${m.doctorChecks[check].padEnd(14)} ${safeText(detail)}\n`);
    io.out(
      `${fill(m.doctor.summary, { ok: count('ok') + count('off'), warn: count('warn'), fail: count('fail') })}\n`,
    );
  }
  return count('fail') > 0 ? EXIT.failed : EXIT.done;
}

/** Shapes, not colours: they survive a log and a printer. */
const MARKS: Record<Finding['state'], string> = { ok: '✓', warn: '!', fail: '✗', off: '–' };

async function examine(
  { reading, rules, world, version, nodeVersion }: DoctorSetup,
  m: Messages,
): Promise<Finding[]> {
  const [major = 0, minor = 0] = nodeVersion.replace(/^v/, '').split('.').map(Number);
  const node = major > 22 || (major === 22 && minor >= 18) ? 'node.ok' : 'node.old';
  const settings: Finding[] = [
    finding(node === 'node.ok' ? 'ok' : 'fail', node, { version: nodeVersion.replace(/^v/, '') }),
    ...reading.warnings.map(({ sentence }) => finding('warn', 'settings.unknown', { sentence })),
  ];
  // With settings that cannot be read there is nothing to look at besides.
  if (!reading.ok)
    return [
      ...settings,
      ...reading.faults.map(({ sentence }) => finding('fail', 'settings.fault', { sentence })),
    ];
  const { config } = reading;
  const context = createScanContext(config, rules, { ...world, warn: () => undefined });
  const patience = (): AbortSignal => AbortSignal.timeout(PATIENCE_MS);
  try {
    const [database, dns, access, mail, service] = await Promise.all([
      examineDatabase(config, rules, world, m),
      dnsFinding(context.lookup.resolver, world.clock, patience()),
      accessFinding(config, globalThis.fetch, patience()),
      mailFinding(config, PATIENCE_MS),
      serviceFinding(config, version, globalThis.fetch, patience()),
    ]);
    return [
      ...settings,
      finding('ok', 'settings.ok'),
      database.rules ?? configuredRules(rules),
      ...database.findings,
      ...diskFinding(config.database.dataDir),
      dns,
      registrationFinding(config, rules.registration.bootstrap.publication, world.clock()),
      ...ipFindings(context.ipSources()),
      access,
      mail,
      keyFinding(config),
      service,
    ];
  } finally {
    context.close();
  }
}

interface Examined {
  /** null where no database says which rules hold */
  readonly rules: Finding | null;
  readonly findings: readonly Finding[];
}

async function examineDatabase(
  { database, language }: Config,
  rules: AllRules,
  world: World,
  m: Messages,
): Promise<Examined> {
  const store = await openStore({ ...database, pool: 2 }, 'hunter doctor', PATIENCE_MS);
  if (!store.ok) {
    const { code, what, why } = store.fault;
    const told = fill(m.cli[code], { what, why }).trim();
    return { rules: null, findings: [finding('fail', 'database.failed', { why: told })] };
  }
  const { sql, where, close } = store.value;
  try {
    const findings = await databaseFindings(sql, where, world.clock());
    const usable = findings.every(
      ({ sentence }) => !sentence.startsWith('database.') || sentence === 'database.ok',
    );
    return { rules: usable ? await rulesFinding(sql, rules, m, language) : null, findings };
  } finally {
    await close();
  }
}

const configuredRules = ({ engine: { set } }: AllRules): Finding =>
  finding('ok', 'rules.ok', { set: set.id, version: set.version });

/** Which rules score: those of the settings, or others that somebody activated. */
async function rulesFinding(
  sql: Sql,
  configured: AllRules,
  m: Messages,
  language: Language,
): Promise<Finding> {
  const active = await createActiveRules(sql, configured, { log: silentLog });
  const sentence = rulesSentence(active.state(), m, configured.sales.wording[language]);
  await active.close();
  if (sentence === null) return configuredRules(active.current());
  return finding(active.state().faults.length > 0 ? 'fail' : 'warn', 'rules.other', { sentence });
}
