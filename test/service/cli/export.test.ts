import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { readSheet } from 'read-excel-file/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ExportQuery } from '#service/verbs/lead-query.ts';
import { cli, type CliResult } from '#test/support/cli.ts';
import { createDatabase, type TestDatabase } from '#test/support/db.ts';
import { fillLeads } from '#test/support/many-leads.ts';

const N = 120;
let database: TestDatabase;
let folder: string;
beforeAll(async () => {
  database = await createDatabase();
  await fillLeads(database.sql, N);
  folder = mkdtempSync(join(tmpdir(), 'hunter-export-'));
});
afterAll(async () => {
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

const hunter = (
  args: readonly string[],
  more: Parameters<typeof cli>[2] & { language?: string } = {},
): Promise<CliResult> =>
  cli(
    ['export', ...args],
    {
      DATABASE_URL: database.url,
      HUNTER_LANGUAGE: more.language ?? 'en',
      HUNTER_DNS_SERVERS: '127.0.0.1:1',
      HUNTER_SECRET_KEY: 'MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=',
    },
    more,
  );
const rowsOf = (text: string, delimiter = ','): Record<string, string>[] =>
  parse(text, { bom: true, columns: true, delimiter });
const path = (name: string): string => join(folder, name);

test('all leads go into a CSV file, with nothing left beside it', async () => {
  const file = path('all.csv');
  expect(await hunter([file])).toEqual({ code: 0, out: `${file}: ${N} leads.\n`, err: '' });
  const text = readFileSync(file, 'utf8');
  expect(text.startsWith('\uFEFFdomain,')).toBe(true);
  expect(rowsOf(text)).toHaveLength(N);
  expect(readdirSync(folder)).not.toContain('all.csv.part');
});

test('the ending of the name says that it is XLSX, and --format says otherwise', async () => {
  await hunter([path('book.xlsx'), '--segment', 'Existing']);
  expect(await readSheet(path('book.xlsx'))).toHaveLength(31);
  await hunter([path('text.xlsx'), '--segment', 'Existing', '--format', 'csv']);
  expect(rowsOf(readFileSync(path('text.xlsx'), 'utf8'))).toHaveLength(30);
});

describe('standard output', () => {
  test('gets the leads alone', async () => {
    const { code, out, err } = await hunter(['-', '--segment', 'Existing', '--separator', 'semicolon']);
    expect([code, err]).toEqual([0, '']);
    expect(rowsOf(out, ';')).toHaveLength(30);
  });
  test('gets XLSX when it is no terminal', async () => {
    expect((await hunter(['-', '--format', 'xlsx'])).out.startsWith('PK')).toBe(true);
    const shown = await hunter(['-', '--format', 'xlsx'], { terminal: true });
    expect([shown.code, shown.out]).toEqual([2, '']);
    expect(shown.err).toContain('XLSX cannot be shown in a terminal.');
  });
});

test.each([
  [['--provider', 'Google'], 24],
  [['--min-score', '50', '--max-score', '50'], 6],
  [['--priority', '1,2'], 34],
  [['--priority', '1', '--priority', '2'], 34],
  [['--referral-type', 'marketplace'], 2],
  [['--link-status', 'linked'], 1],
  [['--search', 'ŞEKER'], 17],
  [['--ids', '1,2', '--ids', '3'], 3],
  [['--domains', 'd1.com.tr,https://www.d2.com.tr/'], 2],
])('%j leaves as many leads as the same filter of the API', async (args, leads) => {
  expect(rowsOf((await hunter(['-', ...args])).out)).toHaveLength(leads);
});

test('everything that the API can be asked for is an option', async () => {
  const { err } = await hunter([]);
  for (const key of Object.keys(ExportQuery.shape)) expect(err).toContain(`[--${key.replaceAll('_', '-')} `);
});

test('a file that is there stays unless told so', async () => {
  const file = path('mine.csv');
  writeFileSync(file, 'mine');
  const refused = await hunter([file]);
  expect([refused.code, refused.out]).toEqual([2, '']);
  expect(refused.err).toContain('is there already. Choose another name, or add --force.');
  expect(readFileSync(file, 'utf8')).toBe('mine');
  expect((await hunter([file, '--force'])).code).toBe(0);
  expect(readFileSync(file, 'utf8')).not.toBe('mine');
});

test('no lead at all is told, and the heading is there', async () => {
  const file = path('none.csv');
  const { code, out, err } = await hunter([file, '--search', 'nobody', '--provider', 'Microsoft']);
  expect([code, out]).toEqual([0, '']);
  expect(err).toMatch(
    /^No lead matches\. Only the heading was written\.\n“Microsoft” does not suit --provider\. It can be: .*M365/,
  );
  expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(1);
});

test.each([
  [
    'en',
    ['--segment', 'migration'],
    '“migration” does not suit --segment. It can be: Migration, Existing, Cold, Skip.',
  ],
  [
    'tr',
    ['--segment', 'migration'],
    '--segment için “migration” uygun değil. Olabilecekler: Migration, Existing, Cold, Skip.',
  ],
  ['en', ['--min-score', '101'], '“101” does not suit --min-score. It can be: 0–100.'],
  ['en', ['--min-score', 'high'], '“high” does not suit --min-score. It can be: 0–100.'],
  ['en', ['--priority', '1,9'], '“1,9” does not suit --priority. It can be: 1, 2, 3, 4, 5, 6, 7.'],
  ['en', ['--ids', '0'], '“0” does not suit --ids. It can be: ≥ 1.'],
  ['en', ['--segment', 'Cold', '--segment', 'Skip'], '“Cold,Skip” does not suit --segment.'],
  ['en', ['--separator', ';'], '“;” does not suit --separator. It can be: comma, semicolon, tab.'],
  ['en', ['--provider', ''], '--provider needs a value'],
  ['en', ['--min-score'], '--min-score needs a value'],
  ['en', ['--min_score', '5'], '--min_score: no such option. For the options: hunter export --help'],
  ['en', ['--domains', '10.0.0.1'], '“10.0.0.1” is no company domain: An IP address.'],
  ['en', ['other.csv'], 'Usage: hunter export <file.csv | file.xlsx | ->'],
])('%s %j is refused: %s', async (language, args, sentence) => {
  const { code, out, err } = await hunter([path('refused.csv'), ...args], { language });
  expect([code, out]).toEqual([2, '']);
  expect(err).toContain(sentence);
  expect(existsSync(path('refused.csv'))).toBe(false);
});

test('all wrong values are told at once', async () => {
  const { err } = await hunter([
    path('refused.csv'),
    '--segment',
    'a',
    '--format',
    'pdf',
    '--tenant-size',
    'b',
  ]);
  expect(err.trim().split('\n')).toHaveLength(3);
});

test('a name that does not say what it is to be is refused', async () => {
  const { code, err } = await hunter([path('leads.pdf')]);
  expect([code, err]).toEqual([2, expect.stringContaining('Add --format csv or --format xlsx.')]);
});

test.each(['nowhere/x.csv', 'folder.csv/'])('%s cannot be written, and is told', async (name) => {
  mkdirSync(path('folder'), { recursive: true });
  const { code, out, err } = await hunter([path(name)]);
  expect([code, out]).toEqual([1, '']);
  expect(err).toMatch(/cannot be written: E[A-Z]+\.\n$/);
});

test('interrupted, nothing half is left under the name or beside it', async () => {
  const { code, err } = await hunter([path('half.csv')], { signal: AbortSignal.abort() });
  expect([code, err]).toEqual([130, `Interrupted. ${path('half.csv')} was not written.\n`]);
  expect(readdirSync(folder).filter((name) => name.startsWith('half'))).toEqual([]);
});

test('made-up leads say that they are, in the file and beside it', async () => {
  await database.sql`insert into sync_state (name, last_started_at) values ('demo', now())`;
  try {
    const { code, out, err } = await hunter(['-', '--ids', '1']);
    expect(code).toBe(0);
    expect(rowsOf(out)[0]).toMatchObject({ demo_data: 'Yes' });
    expect(err).toContain('All companies in this file are made up');
  } finally {
    await database.sql`delete from sync_state where name = 'demo'`;
  }
});
