import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { startDnsDouble, type DnsDouble } from '#test/doubles/dns.ts';
import { cli, type CliResult } from '#test/support/cli.ts';
import { createDatabase, type TestDatabase } from '#test/support/db.ts';
import { manyDomains, manyDomainsZone } from '#test/support/many-domains.ts';
import { until } from '#test/support/until.ts';

let database: TestDatabase;
let dns: DnsDouble;
let folder: string;
beforeAll(async () => {
  [database, dns] = await Promise.all([
    createDatabase(),
    startDnsDouble({ zone: manyDomainsZone(manyDomains(10)) }),
  ]);
});
afterAll(async () => {
  await dns.stop();
  await database.drop();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hunter-import-'));
});
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  const { sql } = database;
  await sql`delete from companies`;
  await sql`truncate raw_leads, scan_jobs, scan_job_items, uploads, workers cascade`;
});

const hunter = (
  args: readonly string[],
  more: Parameters<typeof cli>[2] & { env?: Record<string, string> } = {},
): Promise<CliResult> =>
  cli(
    ['import', ...args],
    {
      DATABASE_URL: database.url,
      HUNTER_LANGUAGE: 'en',
      HUNTER_DNS_SERVERS: dns.address,
      HUNTER_DNS_TIMEOUT_MS: '300',
      HUNTER_DNS_TRIES: '1',
      HUNTER_DOMAINS_PER_SECOND: 'unlimited',
      HUNTER_REGISTRATION_ENABLED: 'false',
      HUNTER_TENANT_ENABLED: 'false',
      HUNTER_ALLOW_LOOPBACK_TARGETS: 'true',
      ...more.env,
    },
    more,
  );

function fileOf(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}
const count = async (table: string): Promise<number> => {
  const [row] = await database.sql<{ n: number }[]>`select count(*)::int as n from ${database.sql(table)}`;
  return row?.n ?? 0;
};
const interrupted = (): AbortSignal => AbortSignal.abort();

const LIST =
  'Firma,Web Sitesi\nAlfa,sirket1.com.tr\nBeta,https://www.sirket2.com.tr/tr\nBeta Ltd,sirket2.com.tr\nYok,10.0.0.1\n=1+1,gmail.com\n';

test('without a service a file is taken in and scanned all the same, and nothing is left running', async () => {
  const file = fileOf('list.csv', LIST);
  const { code, out, err } = await hunter([file]);
  expect(out).toBe(`${file}: 5 rows, 2 companies taken in, 1 repeated, 2 refused; 2 scanned.\n`);
  expect(err).toBe(
    `Columns read: --company-column Firma, --website-column "Web Sitesi"\nRefused rows: 2. They are in ${file}.rejected.csv, each with its reason.\n`,
  );
  expect(code).toBe(2);
  expect(await database.sql`select domain, canonical_name as name from companies order by domain`).toEqual([
    { domain: 'sirket1.com.tr', name: 'Alfa' },
    { domain: 'sirket2.com.tr', name: 'Beta' },
  ]);
  expect(await count('lead_scores')).toBe(2);
  expect(await count('workers')).toBe(0);
});

test('refused rows stand in a file beside it as they came; formulas are held off; a file that is there stays', async () => {
  const file = fileOf('list.csv', LIST);
  await hunter([file, '--no-scan']);
  const rejected = readFileSync(`${file}.rejected.csv`, 'utf8');
  expect(rejected.split('\r\n')).toEqual([
    '\uFEFFRow,Reason,Firma,Web Sitesi',
    '5,An IP address. Give the company’s domain name.,Yok,10.0.0.1',
    expect.stringMatching(/^6,".*",'=1\+1,gmail\.com$/),
    '',
  ]);
  writeFileSync(`${file}.rejected.csv`, 'notes of somebody');
  const again = await hunter([file, '--no-scan']);
  expect(again.err).toContain(`${file}.rejected-2.csv`);
  expect(readFileSync(`${file}.rejected.csv`, 'utf8')).toBe('notes of somebody');
  expect(readFileSync(`${file}.rejected-2.csv`, 'utf8')).toBe(rejected);
});

test('a file without a fault ends with 0, and leaves no file of refused rows', async () => {
  const file = fileOf('good.csv', 'domain\nsirket1.com.tr\nsirket2.com.tr\n');
  expect(await hunter([file, '--no-scan'])).toEqual({
    code: 0,
    out: `${file}: 2 rows, 2 companies taken in, 0 repeated, 0 refused.\n`,
    err: 'Columns read: --domain-column domain\n',
  });
  expect(readdirSync(folder)).toEqual(['good.csv']);
  expect([await count('companies'), await count('domain_signals')]).toEqual([2, 0]);
});

test('--json is one line that says everything', async () => {
  const file = fileOf('list.csv', LIST);
  const { code, out } = await hunter([file, '--json']);
  expect(code).toBe(2);
  expect(out.endsWith('\n') && out.trim().split('\n')).toHaveLength(1);
  expect(JSON.parse(out)).toEqual({
    file,
    job_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    state: 'completed',
    rows: 5,
    accepted: 2,
    duplicates: 1,
    refused: 2,
    scanned: 2,
    failed: 0,
    rejected_file: `${file}.rejected.csv`,
    code: null,
    error: null,
  });
});

test('a column that is named is taken, and no other', async () => {
  const file = fileOf('two.csv', 'A,B\nsirket1.com.tr,sirket2.com.tr\nsirket3.com.tr,sirket4.com.tr\n');
  expect((await hunter([file, '--domain-column', 'B', '--no-scan'])).code).toBe(0);
  expect(await database.sql`select domain from companies order by domain`).toEqual([
    { domain: 'sirket2.com.tr' },
    { domain: 'sirket4.com.tr' },
  ]);
});

test.each([
  [
    'a column that is not there',
    LIST,
    ['--domain-column', 'Nope'],
    'There is no column “Nope”. There are: Firma, Web Sitesi.',
  ],
  [
    'one column for two fields',
    LIST,
    ['--domain-column', 'B', '--email-column', 'b'],
    'named for two fields',
  ],
  ['an empty file', '', [], 'The file is empty.'],
  ['a list without domains', 'name,town\nAlfa,Ankara\nBeta,Bursa\n', [], '--domain-column'],
])('%s is refused: nothing of the file is taken in', async (_, text, options, sentence) => {
  const { code, out, err } = await hunter([fileOf('list.csv', text), ...options]);
  expect([code, out]).toEqual([2, '']);
  expect(err).toContain(sentence);
  expect(await count('companies')).toBe(0);
});

test('interrupted, the file is stored, and whoever works next ends it', async () => {
  const file = fileOf('good.csv', 'domain\nsirket1.com.tr\nsirket2.com.tr\n');
  const { code, out, err } = await hunter([file], { signal: interrupted() });
  expect([code, out]).toEqual([130, '']);
  expect(err).toContain('The file is stored; the next “hunter start” goes on with it (job ');
  expect(await count('companies')).toBe(0);

  const other = fileOf('other.csv', 'domain\nsirket3.com.tr\n');
  expect((await hunter([other])).code).toBe(0);
  const [job] = await until(async () => {
    const jobs =
      await database.sql`select state, total from scan_jobs where total = 2 and state = 'completed'`;
    return jobs.length > 0 ? jobs : hunter([other]).then(() => null);
  });
  expect(job).toMatchObject({ state: 'completed', total: 2 });
  expect(await count('lead_scores')).toBe(3);
});

test('while a worker of another process lives, the work is left to it', async () => {
  await database.sql`
    insert into workers (id, host, pid, version) values (gen_random_uuid(), ${hostname()}, ${process.pid}, '0')`;
  const file = fileOf('good.csv', 'domain\nsirket1.com.tr\n');
  const leaving = new AbortController();
  const running = hunter([file], { signal: leaving.signal });
  await until(async () => (await count('scan_jobs')) === 1);
  setTimeout(() => leaving.abort(), 500);
  const { code, err } = await running;
  expect(code).toBe(130);
  expect(err).toContain('the worker that runs goes on with it');
  expect(await count('companies')).toBe(0);
});

test('a worker that was killed a moment ago is not waited for', async () => {
  const child = spawn(process.execPath, ['-e', '']);
  await new Promise((resolve) => child.once('exit', resolve));
  await database.sql`
    insert into workers (id, host, pid, version) values (gen_random_uuid(), ${hostname()}, ${child.pid ?? 0}, '0')`;
  const file = fileOf('good.csv', 'domain\nsirket1.com.tr\n');
  expect((await hunter([file])).out).toContain('1 scanned');
});

test('when refused rows cannot be written down, that is told, and the companies are in', async () => {
  // With the ending the name is longer than a file system takes.
  const file = fileOf(`${'x'.repeat(246)}.csv`, LIST);
  const { code, err } = await hunter([file, '--no-scan']);
  expect(code).toBe(1);
  expect(err).toContain('cannot be written: ENAMETOOLONG.');
  expect(await count('companies')).toBe(2);
});

test('a file that is too large is refused before it is read', async () => {
  const file = fileOf('large.csv', `domain\n${'sirket1.com.tr\n'.repeat(100_000)}`);
  const { code, err } = await hunter([file], { env: { HUNTER_UPLOAD_MAX_MB: '1' } });
  expect([code, err]).toEqual([2, `${file} is larger than 1 MB. Split it, or set HUNTER_UPLOAD_MAX_MB.\n`]);
  expect(await count('uploads')).toBe(0);
});

test('a first row that was taken for a heading is told', async () => {
  const { err } = await hunter([fileOf('list.csv', 'Yıldız,Kutup\nAlfa,sirket1.com.tr\n'), '--no-scan']);
  expect(err).toContain('taken for a heading, not scanned: Yıldız, Kutup');
});

test.each([
  [['none.csv'], 'none.csv cannot be read: ENOENT.'],
  [['.'], '. cannot be read: EISDIR.'],
  [[], 'Usage: hunter import <file>'],
  [['a.csv', 'b.csv'], 'Usage: hunter import <file>'],
  [['a.csv', '--scan'], '--scan: no such option. For the options: hunter import --help'],
  [['a.csv', '--sheet'], '--sheet needs a value'],
  [['a.csv', '--domain-column', ' '], '--domain-column needs a value'],
])('%j: %s', async (args, sentence) => {
  const { code, out, err } = await hunter(args);
  expect([code, out]).toEqual([2, '']);
  expect(err).toContain(sentence);
});

test('a database that cannot be reached ends with 1', async () => {
  const file = fileOf('good.csv', 'domain\nsirket1.com.tr\n');
  const { code, err } = await hunter([file], { env: { DATABASE_URL: 'postgres://a:b@127.0.0.1:1/x' } });
  expect([code, err]).toEqual([1, expect.stringContaining('cannot be reached')]);
});
