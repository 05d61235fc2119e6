import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { RULES_DIRECTORY } from '#service/rule-files.ts';
import { createActiveRules, type WatchedRules, type WatchSetup } from '#service/rules/active.ts';
import { rulesSentence } from '#service/rules/sentence.ts';
import { json, type Sql } from '#service/store/pool.ts';
import { silentLog, type Log } from '#service/telemetry/log.ts';
import { createDatabase, type TestDatabase } from '#test/support/db.ts';
import { allShippedRules } from '#test/support/rules.ts';

let db: TestDatabase;
let sql: Sql;
beforeAll(async () => {
  db = await createDatabase();
  sql = db.sql;
});
afterAll(() => db.drop());
beforeEach(() => sql`truncate rule_activations`);

const configured = allShippedRules();
const TRIAL = { id: 'trial', points: { 'dmarc-reject': 25 } };
async function activate(set: string, overlay: object | null = null, back = false): Promise<void> {
  await sql`
    insert into rule_activations (rule_set, rule_set_version, overlay, follows_configuration, activated_by, activated_at)
    values (${set}, '1.0.0', ${overlay === null ? null : json(sql, overlay)}, ${back}, 'u', '2026-11-24T10:00:00Z')`;
}
const rulesWith = (setup: Partial<WatchSetup> = {}, on = sql): Promise<WatchedRules> =>
  createActiveRules(on, configured, { log: silentLog, ...setup });
const setOf = (rules: WatchedRules): string => {
  const { id, version } = rules.current().engine.set;
  return `${id} ${version}`;
};
const sentence = (rules: WatchedRules): string | null =>
  rulesSentence(rules.state(), configured.messages.en, configured.sales.wording.en);

test('without an activation the configured rules hold', async () => {
  const rules = await rulesWith();
  expect(setOf(rules)).toBe('hunter-1 1.0.0');
  expect(rules.state()).toMatchObject({ source: 'configuration', activation: null, faults: [] });
  expect(sentence(rules)).toBeNull();
});

test('the newest activation holds, its overlay included, and is told', async () => {
  await activate('hunter-1');
  await activate('python-2025-11', TRIAL);
  const rules = await rulesWith();
  expect(setOf(rules)).toMatch(/^python-2025-11 1\.\d+\.\d+\+trial\.[0-9a-f]{8}$/);
  expect(rules.current().engine.set.rules.find(({ id }) => id === 'dmarc-reject')?.points).toBe(25);
  expect(rules.state().source).toBe('activation');
  expect(sentence(rules)).toContain('activated on 24 November 2026; the settings name hunter-1 1.0.0');
});

test('a job finds the rules that were activated since', async () => {
  const rules = await rulesWith();
  await activate('python-2025-11');
  await rules.reload();
  expect(setOf(rules)).toContain('python-2025-11');
});

test('activating the configured rules makes the configuration hold again, whatever it is now', async () => {
  await activate('python-2025-11', TRIAL);
  await activate('python-2025-11', null, true);
  const rules = await rulesWith();
  expect(setOf(rules)).toBe('hunter-1 1.0.0');
  expect(rules.state().source).toBe('configuration');
  expect(sentence(rules)).toBeNull();
});

test.each([
  ['a set whose file is gone', 'no-such-set', null, 'no such rule set'],
  [
    'an overlay that no longer fits',
    'hunter-1',
    { id: 'trial', points: { 'no-such-rule': 3 } },
    'has no rule "no-such-rule"',
  ],
  ['an overlay that is none', 'hunter-1', { points: 3 }, 'overlay'],
])('%s: the last good rules stay, with a warning', async (_, set, overlay, why) => {
  await activate('python-2025-11');
  const warnings: unknown[] = [];
  const log: Log = { ...silentLog, warn: (event, fields) => void warnings.push([event, fields]) };
  const rules = await rulesWith({ log });
  await activate(set, overlay);
  await rules.reload();
  await rules.reload();
  expect(setOf(rules)).toContain('python-2025-11');
  expect(warnings).toEqual([
    ['rules-not-usable', expect.objectContaining({ set, fault: expect.stringContaining(why) })],
  ]);
  expect(sentence(rules)).toContain('cannot be used');
  await activate('hunter-1');
  await rules.reload();
  expect([setOf(rules), rules.state().faults]).toEqual(['hunter-1 1.0.0', []]);
});

test('a set file that is gone at the next start leaves the configured rules', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'hunter-active-'));
  try {
    cpSync(RULES_DIRECTORY, directory, { recursive: true });
    rmSync(join(directory, 'sets/python-2025-11.json'));
    await activate('python-2025-11');
    const rules = await rulesWith({ directory });
    expect(setOf(rules)).toBe('hunter-1 1.0.0');
    expect(rules.state().faults).toHaveLength(1);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('a notification brings the new rules to a process that listens', async () => {
  const rules = await rulesWith({ listen: true });
  await activate('python-2025-11');
  await sql`select pg_notify('hunter_rules', '')`;
  await vi.waitFor(() => expect(setOf(rules)).toContain('python-2025-11'), { timeout: 5000 });
  await rules.close();
});

test('an activation while the connection was away is found when it is back', async () => {
  const other = db.connect(2);
  const rules = await rulesWith({ listen: true, pollMs: 3_600_000 }, other);
  await sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and query ilike 'listen %' and pid <> pg_backend_pid()`;
  await activate('python-2025-11');
  await vi.waitFor(() => expect(setOf(rules)).toContain('python-2025-11'), { timeout: 5000 });
  await rules.close();
});

test('where notifications do not arrive, the newest activation is looked at now and then', async () => {
  const rules = await rulesWith({ listen: true, pollMs: 20 });
  await activate('python-2025-11');
  await vi.waitFor(() => expect(setOf(rules)).toContain('python-2025-11'), { timeout: 5000 });
  await rules.close();
});

test('close ends the listening', async () => {
  const rules = await rulesWith({ listen: true, pollMs: 20 });
  await rules.close();
  await activate('python-2025-11');
  await sql`select pg_notify('hunter_rules', '')`;
  await sql`select pg_sleep(0.1)`;
  expect(setOf(rules)).toBe('hunter-1 1.0.0');
});
