import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cli } from '#test/support/cli.ts';
import { createDatabase, type TestDatabase } from '#test/support/db.ts';

let from: TestDatabase;
let folder: string;
let file: string;
const run = (database: TestDatabase, ...args: string[]) =>
  cli(args, { DATABASE_URL: database.url, HUNTER_LANGUAGE: 'en' });

beforeAll(async () => {
  from = await createDatabase();
  folder = mkdtempSync(join(tmpdir(), 'hunter-backup-'));
  file = join(folder, 'hunter.backup');
  // Names with everything that a text format might stumble over.
  await from.sql`
    insert into companies (domain, domain_unicode, canonical_name, contact_emails, source) values
      ('ciglik.com.tr', 'çığlık.com.tr', ${'Çığlık\tA.Ş. \\. "İ"\nikinci satır'}, ${['a@ciglik.com.tr']}, 'domain'),
      ('ornek.com.tr', 'örnek.com.tr', '\\N', '{}', 'csv')`;
  await from.sql`
    insert into domain_signals (company_id, scan_status, facts, first_scanned_at, scanned_at)
    select id, 'partial', '{"schema": 1, "text": "line\\nline"}', now(), now() from companies`;
  await from.sql`insert into audit_log (actor, actor_kind, action) values ('somebody', 'user', 'lead.erase')`;
});
afterAll(async () => {
  await from.drop();
  rmSync(folder, { recursive: true, force: true });
});

/** A backup with another text and the right hash for it. */
function signed(bytes: Buffer, change: (text: string) => string): Buffer {
  const lines = change(gunzipSync(bytes).toString('utf8')).split('\n');
  const foot = JSON.parse((lines.at(-2) ?? '').slice(3)) as { sha256: string };
  const body = `${lines.slice(0, -2).join('\n')}\n`;
  const sha256 = createHash('sha256').update(body).digest('hex');
  return gzipSync(`${body}-- ${JSON.stringify({ ...foot, sha256 })}\n`);
}

const everything = async ({ sql }: TestDatabase): Promise<unknown[]> => [
  await sql`select * from companies order by id`,
  await sql`select * from domain_signals order by company_id`,
  await sql`select * from audit_log`,
  await sql`select company_id, domain, search_text, referral_count from lead_list order by company_id`,
];

test('a backup put into an empty database gives the same rows, and ids go on from there', async () => {
  expect(await run(from, 'backup', file)).toMatchObject({
    code: 0,
    out: expect.stringMatching(/: 5 rows of \d+ tables, /),
  });
  expect(readdirSync(folder)).toEqual(['hunter.backup']);
  const to = await createDatabase('empty');
  try {
    const restored = await run(to, 'restore', file);
    expect(restored).toMatchObject({ code: 0, out: expect.stringContaining('2 companies, 5 rows') });
    expect(await everything(to)).toEqual(await everything(from));
    const [next] = await to.sql<{ id: number }[]>`
      insert into companies (domain, domain_unicode, canonical_name, source)
      values ('yeni.com.tr', 'yeni.com.tr', 'Yeni', 'domain') returning id`;
    expect(next?.id).toBe(3);
    // The triggers work again.
    await to.sql`insert into domain_signals (company_id, scan_status, facts, first_scanned_at, scanned_at)
      values (3, 'partial', '{"schema": 1}', now(), now())`;
    expect(await to.sql`select count(*)::int as n from lead_list`).toEqual([{ n: 3 }]);
  } finally {
    await to.drop();
  }
});

test('an existing file is not overwritten unless told so', async () => {
  expect(await run(from, 'backup', file)).toMatchObject({ code: 2, err: expect.stringContaining('--force') });
  expect(await run(from, 'backup', file, '--force')).toMatchObject({ code: 0 });
});

test('a folder that does not exist is told, and leaves nothing', async () => {
  const nowhere = join(folder, 'nowhere', 'x.backup');
  expect(await run(from, 'backup', nowhere)).toMatchObject({
    code: 1,
    err: expect.stringContaining('ENOENT'),
  });
  expect(existsSync(`${nowhere}.part`)).toBe(false);
});

test.each([
  [
    'cut off in the middle of the compressed file',
    (bytes: Buffer) => bytes.subarray(0, bytes.length / 2),
    'damaged',
  ],
  ['cut off between two rows', (bytes: Buffer) => gzipSync(gunzipSync(bytes).subarray(0, 2000)), 'damaged'],
  [
    'with one letter changed',
    (bytes: Buffer) => gzipSync(gunzipSync(bytes).toString('utf8').replace('ornek.com.tr', 'ornak.com.tr')),
    'damaged',
  ],
  ['that is another file', () => Buffer.from('PK\u0003\u0004 something else'), 'damaged'],
  ['that is another compressed file', () => gzipSync('domain,company\n'), 'no backup'],
  [
    'of a later version',
    (bytes: Buffer) => signed(bytes, (text) => text.replace('000007_service.sql', '000007_other.sql')),
    'another version',
  ],
  [
    'of another program',
    (bytes: Buffer) => signed(bytes, (text) => text.replace('"format":"hunter-backup"', '"format":"other"')),
    'no backup',
  ],
])('a backup %s is refused, and what was there stays', async (_, spoil, word) => {
  const spoiled = join(folder, 'spoiled.backup');
  writeFileSync(spoiled, spoil(readFileSync(file)));
  const before = await everything(from);
  expect(await run(from, 'restore', spoiled, '--replace')).toMatchObject({
    code: 2,
    err: expect.stringContaining(word),
  });
  expect(await everything(from)).toEqual(before);
});

test('a database that holds companies is replaced only when told so', async () => {
  const to = await createDatabase();
  try {
    await to.sql`insert into companies (domain, domain_unicode, canonical_name, source)
      values ('eski.com.tr', 'eski.com.tr', 'Eski', 'domain')`;
    expect(await run(to, 'restore', file)).toMatchObject({
      code: 2,
      err: expect.stringContaining('holds 1 companies'),
    });
    expect(await run(to, 'restore', file, '--replace')).toMatchObject({ code: 0 });
    expect(await to.sql`select domain from companies order by id`).toEqual([
      { domain: 'ciglik.com.tr' },
      { domain: 'ornek.com.tr' },
    ]);
  } finally {
    await to.drop();
  }
});

test('nothing is restored while a worker lives', async () => {
  const to = await createDatabase();
  try {
    await to.sql`insert into workers (id, host, pid, version) values (gen_random_uuid(), 'host', 1, '0')`;
    expect(await run(to, 'restore', file, '--replace')).toMatchObject({
      code: 2,
      err: expect.stringContaining('Stop Hunter'),
    });
  } finally {
    await to.drop();
  }
});

test.each([[['backup']], [['backup', 'a', 'b']], [['restore']], [['restore', 'a', '--force']]])(
  '%j is told how it goes',
  async (args) => {
    expect(await cli(args, { HUNTER_LANGUAGE: 'en' })).toMatchObject({
      code: 2,
      err: expect.stringContaining('Usage: hunter'),
    });
  },
);

test('a file that is not there is told', async () => {
  expect(await run(from, 'restore', join(folder, 'none'))).toMatchObject({
    code: 2,
    err: expect.stringContaining('cannot be read'),
  });
});
