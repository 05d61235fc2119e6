import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli, type CliResult } from '#test/support/cli.ts';
import { createDatabase, type TestDatabase } from '#test/support/db.ts';

let database: TestDatabase;
let folder: string;
let taken: Server;
beforeAll(async () => {
  database = await createDatabase();
  folder = mkdtempSync(join(tmpdir(), 'hunter-serve-'));
  taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  taken.close();
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

const hunter = (args: readonly string[], env: Record<string, string> = {}): Promise<CliResult> =>
  cli(args, {
    DATABASE_URL: database.url,
    HUNTER_LANGUAGE: 'en',
    HUNTER_DNS_SERVERS: '127.0.0.1:1',
    HUNTER_SECRET_KEY: 'MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=',
    ...env,
  });
const workers = () => database.sql`select id from workers`;

describe('what keeps the service from running is told in a sentence, and ends with 1', () => {
  test.each([
    ['en', 'is taken by another program. End it, or set HUNTER_PORT'],
    ['tr', 'başka bir program kullanıyor'],
  ])('a port that is taken (%s), and the worker that had begun is gone', async (language, sentence) => {
    const { port } = taken.address() as AddressInfo;
    const { code, err } = await hunter(['start'], { HUNTER_PORT: String(port), HUNTER_LANGUAGE: language });
    expect([code, err]).toEqual([1, expect.stringContaining(sentence)]);
    expect(err).toContain(String(port));
    expect(await workers()).toEqual([]);
  });
  test('W21: an address beyond this machine without sign-in', async () => {
    const { code, err } = await hunter(['api'], { HUNTER_HOST: '0.0.0.0' });
    expect(code).toBe(1);
    expect(err).toContain('Without sign-in (HUNTER_AUTH_MODE=internal) everybody who reaches 0.0.0.0');
    expect(err).toContain('HUNTER_INTERNAL_ANYWHERE=true');
  });
  test('an address that is not of this machine', async () => {
    const env = { HUNTER_HOST: '192.0.2.1', HUNTER_INTERNAL_ANYWHERE: 'true' };
    const { code, err } = await hunter(['api'], env);
    expect([code, err]).toEqual([1, expect.stringContaining('This machine has no address 192.0.2.1.')]);
  });
  test.each(['start', 'api', 'worker', 'demo', 'import', 'export'])(
    'hunter %s: a folder that cannot be used for the database',
    async (command) => {
      const file = join(folder, 'file.csv');
      writeFileSync(file, 'domain\nornek.com.tr\n');
      const args = { import: [file], export: [join(folder, 'out.csv')] }[command] ?? [];
      const { code, err } = await hunter([command, ...args], { DATABASE_URL: '', HUNTER_DATA_DIR: file });
      expect(code).toBe(1);
      expect(err).toContain('The folder of the database cannot be used:');
      expect(err).toContain('HUNTER_DATA_DIR');
    },
  );
  test('a database that cannot be reached', async () => {
    const { code, err } = await hunter(['worker'], { DATABASE_URL: 'postgres://a:secret@127.0.0.1:1/x' });
    expect([code, err]).toEqual([1, expect.stringContaining('Check DATABASE_URL')]);
    expect(err).not.toContain('secret');
  });
  test('a demo beside real companies', async () => {
    await database.sql`insert into companies (domain, domain_unicode, canonical_name, source)
      values ('gercek.com.tr', 'gercek.com.tr', 'Gerçek', 'domain')`;
    for (const args of [['demo'], ['demo', 'reset']]) {
      const { code, err } = await hunter(args);
      expect([code, err]).toEqual([1, expect.stringContaining('made-up ones are not mixed with them')]);
    }
    expect(await database.sql`select count(*)::int as n from companies`).toEqual([{ n: 1 }]);
    await database.sql`delete from companies`;
  });
});

test.each([[['start', 'now']], [['api', '--port', '1']], [['worker', 'reset']], [['demo', 'fill']]])(
  '%j is told how it goes',
  async (args) => {
    const { code, err } = await hunter(args);
    expect([code, err]).toEqual([2, expect.stringMatching(/^Usage: hunter (?:start|api|worker|demo)/)]);
  },
);

test('help names every command there is, and its columns stand in line', async () => {
  const { err } = await hunter(['nonsense']);
  const commands = /Commands: (.*)\./.exec(err)?.[1]?.split(', ') ?? [];
  expect(commands).toContain('import');
  for (const language of ['en', 'tr']) {
    const { code, out } = await hunter(['help'], { HUNTER_LANGUAGE: language });
    expect(code).toBe(0);
    for (const command of commands)
      expect(out).toMatch(new RegExp(`^  hunter (?:.*\\| )?${command}\\b`, 'm'));
    const described = out.split('\n').filter((line) => /^ {2}(?:hunter |--)\S.* {2}\S/.test(line));
    expect(described.length).toBeGreaterThan(25);
    expect(new Set(described.map((line) => /^.*? {2,}(?=\S)/.exec(line.slice(2))![0].length))).toEqual(
      new Set([37]),
    );
  }
});
