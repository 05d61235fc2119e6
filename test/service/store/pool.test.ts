import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPool, json, openStore, placeOf, sslOf } from '#service/store/pool.ts';
import { createDatabase, type TestDatabase } from '#test/support/db.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db.drop());
const database = (url: string) => ({
  url,
  dataDir: '/nowhere',
  port: null,
  pool: 2,
  statementTimeoutMs: 200,
});

describe('values', () => {
  test('keep their kind both ways', async () => {
    const moment = new Date('2026-11-25T09:00:00.123Z');
    const facts = { schema: 1, mx: { state: 'absent', why: 'NXDOMAIN' }, text: 'ğüşiöçĞÜŞİÖÇ 😀 "\\u0041' };
    const [row] = await db.sql`
      select ${moment}::timestamptz(3) as moment, ${'2027-01-31'}::date as day, ${json(db.sql, facts)}::jsonb as facts,
        ${2 ** 53 - 1}::bigint as whole, 12.34::numeric(15, 2) as decimal, ${['a', 'ş']}::text[] as texts,
        ${Buffer.from([0, 255])}::bytea as bytes, null::date as nothing`;
    expect(row).toEqual({
      moment,
      day: '2027-01-31',
      facts,
      whole: 2 ** 53 - 1,
      decimal: 12.34,
      texts: ['a', 'ş'],
      bytes: Buffer.from([0, 255]),
      nothing: null,
    });
  });
  test('a count is a number', async () => {
    expect(await db.sql`select count(*) as n from companies`).toEqual([{ n: 0 }]);
  });
  test('a whole number that JavaScript cannot hold is refused, not rounded', async () => {
    await expect(db.sql`select 9007199254740993::bigint as n`).rejects.toThrow('too large');
  });
  test('a NUL in JSON does not take the rest with it', async () => {
    const [row] = await db.sql`select ${json(db.sql, { note: 'a\0b', n: 1 })}::jsonb as value`;
    expect(row?.['value']).toEqual({ note: 'a\uFFFDb', n: 1 });
  });
  test('a list that is JSON goes in as JSON', async () => {
    const [row] = await db.sql`select ${json(db.sql, [1, 'a', null])}::jsonb as list`;
    expect(row).toEqual({ list: [1, 'a', null] });
  });
});

describe('a connection', () => {
  test('says who it is, counts time in UTC and ends long statements', async () => {
    const sql = createPool({ url: db.url, max: 1, statementTimeoutMs: 200, application: 'hunter api' });
    expect(
      await sql`select current_setting('application_name') as name, current_setting('TimeZone') as zone,
        current_setting('statement_timeout') as limit`,
    ).toEqual([{ name: 'hunter api', zone: 'UTC', limit: '200ms' }]);
    await expect(sql`select pg_sleep(2)`).rejects.toMatchObject({ code: '57014' });
    await sql.end();
  });
  test('a pool has as many as it was told', async () => {
    const sql = createPool({ url: db.url, max: 3, statementTimeoutMs: 0, application: 'hunter three' });
    await Promise.all(Array.from({ length: 12 }, () => sql`select pg_sleep(0.02)`));
    const [row] =
      await db.sql`select count(*) as n from pg_stat_activity where application_name = 'hunter three'`;
    expect(row).toEqual({ n: 3 });
    await sql.end();
  });
  test('a transaction that throws leaves nothing', async () => {
    const work = db.sql.begin(async (tx) => {
      await tx`insert into workers (id, host, pid, version) values (gen_random_uuid(), 'h', 1, '0')`;
      throw new Error('stop');
    });
    await expect(work).rejects.toThrow('stop');
    expect(await db.sql`select from workers`).toHaveLength(0);
  });
});

describe('encryption is what the address says:', () => {
  const of = (query: string) => sslOf(new URLSearchParams(query));
  test.each([
    ['', false],
    ['sslmode=disable', false],
    ['sslmode=prefer', 'prefer'],
    ['sslmode=require', { rejectUnauthorized: false }],
    ['sslmode=verify-full', { rejectUnauthorized: true }],
    ['sslrootcert=system', { rejectUnauthorized: true }],
    ['ssl=true', { rejectUnauthorized: true }],
  ])('%s', (query, expected) => expect(of(query)).toEqual(expected));
  test('verify-ca checks who signed, and not the name', () => {
    expect(of('sslmode=verify-ca')).toMatchObject({ rejectUnauthorized: true });
    expect(of('sslmode=verify-ca')).toHaveProperty('checkServerIdentity');
  });
  test('sslrootcert is read', () => {
    const folder = mkdtempSync(join(tmpdir(), 'hunter-ca-'));
    writeFileSync(join(folder, 'ca.pem'), 'the certificate');
    expect(of(`sslmode=verify-full&sslrootcert=${join(folder, 'ca.pem')}`)).toMatchObject({
      ca: 'the certificate',
    });
    rmSync(folder, { recursive: true });
  });
  test('an unknown mode is refused, and so is a server without encryption when it is required', async () => {
    expect(() => of('sslmode=on')).toThrow('sslmode=on is not');
    expect(await openStore(database(`${db.url}?sslmode=on`), 't')).toMatchObject({
      fault: { code: 'dbUrl' },
    });
    expect(await openStore(database(`${db.url}?sslmode=require`), 't')).toMatchObject({
      fault: { code: 'dbUnreachable' },
    });
  });
});

describe('a store', () => {
  test('is a database that answers', async () => {
    const store = await openStore(database(db.url), 'hunter test');
    if (!store.ok) throw new Error(store.fault.code);
    expect(await store.value.sql`select 1 as one`).toEqual([{ one: 1 }]);
    expect(store.value.embedded).toBeNull();
    expect(store.value.where).toMatch(/^127\.0\.0\.1:\d+\/test_\w+$/);
    await store.value.close();
    await expect(store.value.sql`select 1`).rejects.toThrow();
  });
  test.each([
    ['a wrong password', 'dbRefused', (url: URL) => void (url.password = 'wrong')],
    ['an unknown user', 'dbRefused', (url: URL) => void (url.username = 'nobody')],
    ['an unknown database', 'dbRefused', (url: URL) => void (url.pathname = '/nothing')],
    ['a closed port', 'dbUnreachable', (url: URL) => void (url.port = '1')],
  ])('%s is told without the password', async (_, code, spoil) => {
    const url = new URL(db.url);
    const secret = url.password;
    spoil(url);
    const store = await openStore(database(url.href), 't');
    expect(store).toMatchObject({ ok: false, fault: { code } });
    expect(JSON.stringify(store)).not.toContain(secret);
    expect(JSON.stringify(store)).not.toContain('wrong');
  });
  test('something that is no PostgreSQL is told', async () => {
    const server = createServer((socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as { port: number };
    const store = await openStore(database(`postgres://a:b@127.0.0.1:${port}/c`), 't', 500);
    expect(store).toMatchObject({ ok: false, fault: { code: 'dbUnreachable' } });
    server.close();
  });
  test('its place is told without user and password', () => {
    expect(placeOf('postgres://hunter:secret@db.example.net/hunter?sslmode=require')).toBe(
      'db.example.net:5432/hunter',
    );
  });
});
