import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RULE_WORDS } from '#core/rules/rule-words.ts';
import { startDnsDouble, type DnsDouble } from '#test/doubles/dns.ts';
import { cli, type CliResult } from '#test/support/cli.ts';
import { createDatabase, type TestDatabase } from '#test/support/db.ts';
import { domainFacts, mx, NXDOMAIN } from '#test/support/facts.ts';
import { allShippedRules } from '#test/support/rules.ts';
import { storeScanned } from '#test/support/stored.ts';

let db: TestDatabase;
let dns: DnsDouble;
let folder: string;
let overlay: string;
beforeAll(async () => {
  db = await createDatabase();
  dns = await startDnsDouble({ zone: {} });
  folder = mkdtempSync(join(tmpdir(), 'hunter-trials-'));
  overlay = join(folder, 'trial.json');
  writeFileSync(overlay, JSON.stringify({ id: 'trial', points: { 'dmarc-reject': -10 } }));
  await storeScanned(db.sql, allShippedRules(), [
    domainFacts('m365-firma.com'),
    domainFacts('google-firma.com', { mx: mx('1 smtp.google.com'), tenant: NXDOMAIN }),
    domainFacts('gone-firma.com', { mx: NXDOMAIN }),
  ]);
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await dns.stop();
  await db.drop();
});

const rules = (args: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<CliResult> =>
  cli(['rules', ...args], {
    DATABASE_URL: db.url,
    HUNTER_LANGUAGE: 'en',
    HUNTER_DNS_SERVERS: dns.address,
    HUNTER_DNS_TIMEOUT_MS: '300',
    HUNTER_DNS_TRIES: '1',
    HUNTER_REGISTRATION_ENABLED: 'false',
    HUNTER_TENANT_ENABLED: 'false',
    ...more,
  });

test('preview prints one company before and after', async () => {
  const { code, out } = await rules(['preview', 'google-firma.com', '--overlay', overlay]);
  expect(code).toBe(0);
  expect(out).toMatch(/^google-firma\.com: hunter-1 1\.0\.0 → hunter-1 1\.0\.0\+trial\.[0-9a-f]{8}\n/);
  expect(out).toContain('From the records looked up on 25 November 2026. Nothing was stored.');
  expect(out).toMatch(/Score +90 +60\n/);
  expect(out).toMatch(/Priority +1 +3\n/);
  expect(out).toMatch(/What counts differently\n  .*DMARC.* +20 +→ +−10 +−30\n/);
});

test('preview speaks Turkish', async () => {
  const { out } = await rules(['preview', 'google-firma.com', '--overlay', overlay], {
    HUNTER_LANGUAGE: 'tr',
  });
  expect(out).toContain('Hiçbir şey kaydedilmedi.');
  expect(out).toContain('Farklı sayılanlar');
  const same = await rules(['preview', 'google-firma.com'], { HUNTER_LANGUAGE: 'tr' });
  expect(same.out).toContain('Farklı sayılan bir şey yok.');
});

test('preview looks a domain up that is not stored, and stores nothing', async () => {
  const { code, out } = await rules(['preview', 'nobody.com', '--json']);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    domain: 'nobody.com',
    facts: 'looked-up',
    after: { segment: 'Skip' },
  });
  expect(await db.sql`select from companies where domain = 'nobody.com'`).toHaveLength(0);
});

test('backtest prints segments, priorities, scores and movers', async () => {
  const { code, out } = await rules(['backtest', '--overlay', overlay]);
  expect(code).toBe(0);
  expect(out).toContain('3 companies compared: 1 stay as they are, 2 change. 0 have no score');
  expect(out).toMatch(/ +Migration +Existing +Cold +Skip +total\n  Migration +1 +· +· +· +1\n/);
  expect(out).toMatch(/\n  3 +0 +1 +\+1\n/);
  expect(out).toMatch(/mean +60 +40\n/);
  expect(out).toMatch(
    /Biggest losses\n  google-firma\.com +90 → 60 +−30 +Migration 1 → Migration 3\n      .*DMARC.* −30\n/,
  );
  expect(out).not.toContain('Biggest gains');
});

test('backtest as JSON, of the newest only', async () => {
  const { out } = await rules(['backtest', 'python-2025-11', '--json', '--limit', '2']);
  expect(JSON.parse(out)).toMatchObject({
    rules: { after: { rule_set: 'python-2025-11' } },
    companies: { stored: 3, considered: 2 },
  });
});

test.each([
  [['preview']],
  [['preview', 'a.com', 'b.com']],
  [['preview', 'a.com', '--wait']],
  [['backtest', '--limit', '0']],
  [['backtest', '--nonsense']],
  [['activate']],
  [['activate', 'hunter-1', '--configured']],
  [['activate', '--configured', '--overlay', 'x.json']],
])('%j shows how it is used', async (args) => {
  const { code, err } = await rules(args);
  expect([code, err]).toEqual([2, expect.stringMatching(/^Usage: hunter rules /)]);
});

test('a set or an overlay that cannot be used is refused with its place', async () => {
  expect(await rules(['backtest', 'gone'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('There is no rule set “gone”'),
  });
  const bad = join(folder, 'bad.json');
  writeFileSync(bad, '{"id": "bad", "points": {"spf-present": "ten"}}');
  expect(await rules(['activate', 'hunter-1', '--overlay', bad])).toMatchObject({
    code: 2,
    err: expect.stringContaining(`${bad} points.spf-present`),
  });
  writeFileSync(bad, '{"id": "bad", "points": {"no-such-rule": 1}}');
  expect(await rules(['backtest', '--overlay', bad])).toMatchObject({
    code: 2,
    err: expect.stringContaining('has no rule "no-such-rule"'),
  });
});

const shown = () =>
  db.sql`select readiness_score as score from leads_ready where domain = 'google-firma.com'`;
test('activate makes rules hold and says when nobody works; --wait does the work here', async () => {
  const first = await rules(['activate', 'hunter-1', '--overlay', overlay]);
  expect(first).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^hunter-1 1\.0\.0\+trial\.\w+ is active\. 3 companies/),
  });
  expect(first.err).toContain('No worker is running.');
  const [before] = await shown();
  expect(before).toEqual({ score: 90 });

  const again = await rules(['activate', 'hunter-1', '--overlay', overlay, '--wait']);
  expect(again).toMatchObject({
    code: 0,
    out: expect.stringContaining('3 companies were scored again, 0 could not be.'),
  });
  expect(again.err).toContain('the settings name hunter-1 1.0.0');
  const [after] = await shown();
  expect(after).toEqual({ score: 60 });
  expect(await db.sql`select actor, actor_kind from audit_log`).toContainEqual({
    actor: 'command line',
    actor_kind: 'command',
  });

  const back = await rules(['activate', '--configured', '--wait', '--json']);
  expect(JSON.parse(back.out)).toMatchObject({ rule_set: 'hunter-1', version: '1.0.0' });
  const later = await rules(['backtest']);
  expect(later).toMatchObject({ code: 0, err: '' });
});

const folderOfService = join(import.meta.dirname, '../../../service');
const source = globSync('**/*.ts', { cwd: folderOfService })
  .map((file) => readFileSync(join(folderOfService, file), 'utf8'))
  .join('\n');
test.each(RULE_WORDS)('rules.%s is said somewhere', (key) => {
  expect(source).toMatch(new RegExp(`\\b(?:rules|words)\\.${key}\\b|'${key}'`));
});

test('without a database it says why', async () => {
  const { code, err } = await rules(['backtest'], { DATABASE_URL: 'postgres://u:p@127.0.0.1:1/none' });
  expect([code, err]).toEqual([1, expect.stringContaining('cannot be reached')]);
});
