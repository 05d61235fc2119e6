import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { appliedMigrations, migrate, pending, readMigrations } from '#service/store/migrate.ts';
import { createDatabase, type TestDatabase } from '#test/support/db.ts';

let db: TestDatabase;
let folder: string;
beforeAll(async () => {
  db = await createDatabase('empty');
});
afterAll(() => db.drop());
beforeEach(async () => {
  await db.sql.unsafe('drop schema public cascade; create schema public');
  folder = mkdtempSync(join(tmpdir(), 'hunter-migrations-'));
  write('000001_first.sql', 'create table first (id int);\ninsert into first values (1);\n');
  write('000002_second.sql', 'create table second (id int);\n');
  return () => rmSync(folder, { recursive: true });
});
const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
const tables = async (): Promise<string[]> =>
  (
    await db.sql<{ name: string }[]>`select relname as name from pg_class where relkind = 'r'
    and relnamespace = 'public'::regnamespace order by 1`
  ).map(({ name }) => name);

test('the files are applied in order, once', async () => {
  expect(await migrate(db.sql, folder)).toEqual({
    ok: true,
    value: { applied: ['000001_first.sql', '000002_second.sql'], before: [] },
  });
  expect(await migrate(db.sql, folder)).toEqual({
    ok: true,
    value: { applied: [], before: ['000001_first.sql', '000002_second.sql'] },
  });
  expect(await db.sql`select * from first`).toHaveLength(1);
});

test('each is kept with its name and the SHA-256 of its text', async () => {
  await migrate(db.sql, folder);
  // printf 'create table first (id int);\ninsert into first values (1);\n' | sha256sum
  const [first] = await appliedMigrations(db.sql);
  expect(first).toMatchObject({
    name: '000001_first.sql',
    hash: '0bb6caa33929ad6c89f8d97d7f4bc478e3361061f91e8212e43bbdcdab2d1635',
  });
  expect(Math.abs(Date.now() - (first?.at.getTime() ?? 0))).toBeLessThan(60_000);
});

test('a new file continues where the last run ended', async () => {
  await migrate(db.sql, folder);
  write('000003_third.sql', 'create table third (id int);');
  expect(await migrate(db.sql, folder)).toMatchObject({ ok: true, value: { applied: ['000003_third.sql'] } });
});

test('four processes at once apply each file once', async () => {
  write('000003_slow.sql', 'select pg_sleep(0.2); create table third (id int);');
  const runs = await Promise.all([1, 2, 3, 4].map(() => migrate(db.connect(1), folder)));
  expect(runs.every((run) => run.ok)).toBe(true);
  expect(runs.flatMap((run) => (run.ok ? run.value.applied : [])).sort()).toEqual([
    '000001_first.sql',
    '000002_second.sql',
    '000003_slow.sql',
  ]);
});

test('other line ends are no other file', async () => {
  await migrate(db.sql, folder);
  write('000002_second.sql', 'create table second (id int);\r\n');
  expect(await migrate(db.sql, folder)).toMatchObject({ ok: true, value: { applied: [] } });
});

test('a statement may take longer than a request may', async () => {
  write('000003_slow.sql', 'select pg_sleep(0.3);');
  const sql = db.connect(1);
  await sql`set statement_timeout = 100`;
  expect(await migrate(sql, folder)).toMatchObject({ ok: true });
  await expect(sql`select pg_sleep(0.3)`).rejects.toMatchObject({ code: '57014' });
});

describe('refused, with the name of the file and nothing done:', () => {
  test('a file that was changed after it was applied', async () => {
    await migrate(db.sql, folder);
    write('000001_first.sql', 'create table first (id bigint);');
    write('000003_third.sql', 'create table third (id int);');
    expect(await migrate(db.sql, folder)).toMatchObject({
      ok: false,
      applied: [],
      fault: { code: 'migrationChanged', name: '000001_first.sql' },
    });
    expect(await tables()).not.toContain('third');
  });

  test('a database that is newer than the program', async () => {
    await migrate(db.sql, folder);
    rmSync(join(folder, '000002_second.sql'));
    expect(await migrate(db.sql, folder)).toMatchObject({
      ok: false,
      fault: { code: 'migrationMissing', name: '000002_second.sql' },
    });
  });

  test.each(['first.sql', '1_first.sql', '000003_Third.sql', '000004_fourth.sql', '000002_again.sql'])(
    'a name out of the sequence: %s',
    async (name) => {
      write(name, 'create table x (id int);');
      expect(await migrate(db.sql, folder)).toMatchObject({ ok: false, fault: { code: 'migrationName' } });
      expect(await tables()).toEqual([]);
    },
  );

  test('a file before one that was applied', () => {
    const file = (name: string) => ({ name, hash: 'x', text: '' });
    const applied = [{ name: '000002_second.sql', hash: 'x', at: new Date() }];
    expect(pending([file('000001_late.sql'), file('000002_second.sql')], applied)).toEqual({
      code: 'migrationOrder',
      name: '000001_late.sql',
      why: '000002_second.sql',
    });
  });

  test.each(['commit;', 'create table x (id int);\nROLLBACK;', '  begin;', 'End Transaction;'])(
    'a file that ends its own transaction: %j',
    async (text) => {
      write('000003_third.sql', text);
      expect(await migrate(db.sql, folder)).toMatchObject({
        ok: false,
        fault: { code: 'migrationTransaction', name: '000003_third.sql' },
      });
    },
  );

  test('a file that fails, of which nothing stays; those before it do', async () => {
    write(
      '000003_third.sql',
      'create table third (id int);\ninsert into third values (1);\n\nselect 1 / 0;\n',
    );
    expect(await migrate(db.sql, folder)).toEqual({
      ok: false,
      applied: ['000001_first.sql', '000002_second.sql'],
      fault: { code: 'migrationFailed', name: '000003_third.sql', why: 'division by zero (22012)' },
    });
    expect(await tables()).toEqual(['first', 'schema_migrations', 'second']);
    write('000003_third.sql', 'create table third (id int);');
    expect(await migrate(db.sql, folder)).toMatchObject({
      ok: true,
      value: { applied: ['000003_third.sql'] },
    });
  });

  test('with the line, where the server tells the place', async () => {
    write('000003_third.sql', 'create table third (id int);\n\nselect nothing from third;\n');
    expect(await migrate(db.sql, folder)).toMatchObject({
      fault: { why: 'column "nothing" does not exist (42703, line 3)' },
    });
  });

  test('a first file that fails leaves not even the table of migrations', async () => {
    renameSync(join(folder, '000002_second.sql'), join(folder, '000001_first.sql'));
    write('000001_first.sql', 'select broken;');
    expect(await migrate(db.sql, folder)).toMatchObject({ ok: false, applied: [] });
    expect(await tables()).toEqual([]);
  });
});

test('the files of this version are in sequence', () => {
  const files = readMigrations();
  expect('code' in files ? files : files.map(({ name }) => name)).toEqual([
    '000001_base.sql',
    '000002_companies.sql',
    '000003_jobs.sql',
    '000004_trust.sql',
    '000005_integrations.sql',
    '000006_leads.sql',
    '000007_service.sql',
  ]);
});
