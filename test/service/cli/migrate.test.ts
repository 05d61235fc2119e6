import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startEmbedded } from '#service/store/embedded.ts';
import { STORE_FAULTS } from '#service/store/fault.ts';
import { MIGRATION_FAULTS } from '#service/store/migrate.ts';
import { readFiles } from '#service/rule-files.ts';
import { cli } from '#test/support/cli.ts';
import { createDatabase, type TestDatabase } from '#test/support/db.ts';

let db: TestDatabase;
let folder: string;
beforeAll(async () => {
  db = await createDatabase('empty');
  folder = mkdtempSync(join(tmpdir(), 'hunter-migrate-'));
  chmodSync(folder, 0o711);
});
afterAll(async () => {
  await db.drop();
  rmSync(folder, { recursive: true });
});
const FILES = ['base', 'companies', 'jobs', 'trust', 'integrations', 'leads', 'service'].map(
  (name, at) => `00000${at + 1}_${name}.sql`,
);

test('hunter migrate applies what is open, says so, and does nothing the second time', async () => {
  const env = { DATABASE_URL: db.url, HUNTER_LANGUAGE: 'en' };
  const where = new URL(db.url).host + new URL(db.url).pathname;

  expect(await cli(['migrate', '--status'], env)).toEqual({
    code: 3,
    out: `${FILES.map((name) => `open     ${name}\n`).join('')}7 migrations of ${where} are open. Apply them with: hunter migrate\n`,
    err: '',
  });
  expect(await db.sql`select from pg_class where relnamespace = 'public'::regnamespace`).toHaveLength(0);

  expect(await cli(['migrate'], env)).toEqual({
    code: 0,
    out: `${FILES.map((name) => `applied  ${name}\n`).join('')}7 migrations applied; the database ${where} is up to date.\n`,
    err: '',
  });
  expect(await cli(['migrate'], env)).toEqual({
    code: 0,
    out: `The database ${where} is up to date: 7 migrations.\n`,
    err: '',
  });
  expect(await cli(['migrate'], { DATABASE_URL: db.url })).toMatchObject({
    code: 0,
    out: `${where} veritabanı güncel: 7 geçiş.\n`,
  });
  expect(await cli(['migrate', '--status'], env)).toMatchObject({ code: 0, err: '' });

  await db.sql`update schema_migrations set hash = 'x' where name = '000002_companies.sql'`;
  for (const args of [['migrate'], ['migrate', '--status']]) {
    const { code, err } = await cli(args, env);
    expect(code).toBe(1);
    expect(err).toContain('000002_companies.sql was applied to this database and has another content now');
  }
});

test('without DATABASE_URL its own server is started, and stopped again', async () => {
  const dataDir = join(folder, 'own');
  const env = { HUNTER_DATA_DIR: dataDir, HUNTER_LANGUAGE: 'en' };
  const { code, out, err } = await cli(['migrate'], env);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(/7 migrations applied; the database 127\.0\.0\.1:\d+\/hunter is up to date/);
  expect(existsSync(join(dataDir, 'pg18', 'data', 'PG_VERSION'))).toBe(true);
  expect(existsSync(join(dataDir, 'pg18', 'data', 'postmaster.pid'))).toBe(false);

  const used = await startEmbedded({ dataDir });
  if (!used.ok) throw new Error(used.fault.code);
  expect(await cli(['migrate', '--status'], env)).toMatchObject({ code: 0 });
  expect(existsSync(join(dataDir, 'pg18', 'data', 'postmaster.pid'))).toBe(true);
  expect(await used.value.leave()).toBe(true);
});

describe('refused:', () => {
  test.each([['--x'], ['now'], ['--status=yes']])('hunter migrate %s', async (arg) => {
    const { code, out, err } = await cli(['migrate', arg], { HUNTER_LANGUAGE: 'en' });
    expect({ code, out, err }).toEqual({ code: 2, out: '', err: 'Usage: hunter migrate [--status]\n' });
  });
  test('a database that is not there, without its password', async () => {
    const env = { DATABASE_URL: 'postgres://hunter:geheim@127.0.0.1:1/hunter', HUNTER_LANGUAGE: 'en' };
    const { code, out, err } = await cli(['migrate'], env);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('The database 127.0.0.1:1/hunter cannot be reached: connect ECONNREFUSED');
    expect(err).not.toContain('geheim');
  });
  test('a wrong password', async () => {
    const url = new URL(db.url);
    url.password = 'geheim';
    const { code, err } = await cli(['migrate'], { DATABASE_URL: url.href });
    expect(code).toBe(1);
    expect(err).toContain('veritabanı bağlantıyı reddetti');
    expect(err).not.toContain('geheim');
  });
  test('an address that is none', async () => {
    const { code, err } = await cli(['migrate'], { DATABASE_URL: 'db.example.net', HUNTER_LANGUAGE: 'en' });
    expect(code).toBe(1);
    expect(err).toContain('DATABASE_URL must be postgres://user:password@host:port/database');
    expect(err).not.toMatch(/db\.example\.net[^:]/);
  });
});

test('each fault has a sentence that says what to do, in both languages', () => {
  const files = readFiles();
  if (!files.ok) throw new Error('rules');
  for (const language of ['tr', 'en'] as const) {
    const { cli: words } = files.value[`messages.${language}`];
    for (const code of STORE_FAULTS) expect(words[code]).toMatch(/\{what\}[^]*\{why\}|\{why\}[^]*\{what\}/);
    for (const code of MIGRATION_FAULTS) expect(words[code]).toMatch(/\{name\}[^]*\{why\}/);
  }
});

test('help tells of it', async () => {
  for (const args of [['migrate', '--help'], ['help']]) {
    const { code, out } = await cli(args, { HUNTER_LANGUAGE: 'en' });
    expect(code).toBe(0);
    expect(out).toContain('hunter migrate [--status]');
  }
});
