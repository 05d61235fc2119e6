import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDnsDouble, type DnsDouble } from '#test/doubles/dns.ts';
import { cli } from '#test/support/cli.ts';
import { createDatabase, type TestDatabase } from '#test/support/db.ts';

let database: TestDatabase;
let dns: DnsDouble;
let folder: string;

beforeAll(async () => {
  database = await createDatabase();
  dns = await startDnsDouble({ zone: { com: { NS: ['a.gtld-servers.net'] } } });
  folder = mkdtempSync(join(tmpdir(), 'hunter-doctor-'));
});
afterAll(async () => {
  await dns.stop();
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

async function doctor(env: Record<string, string> = {}) {
  const { code, out, err } = await cli(['doctor', '--json'], {
    HUNTER_LANGUAGE: 'en',
    DATABASE_URL: database.url,
    HUNTER_DATA_DIR: folder,
    HUNTER_DNS_SERVERS: dns.address,
    HUNTER_DNS_TRIES: '1',
    HUNTER_DNS_TIMEOUT_MS: '200',
    HUNTER_PUBLIC_URL: 'http://127.0.0.1:1',
    ...env,
  });
  const told = out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { check: string; state: string; detail: string });
  const of = (check: string): string[] =>
    told.filter((line) => line.check === check).map(({ state, detail }) => `${state}: ${detail}`);
  return { code, err, of };
}

test('a machine in order passes; what is not there yet is a hint, not a fault', async () => {
  const { code, err, of } = await doctor();
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(of('dns')).toEqual([expect.stringMatching(/^ok: The resolver answers/)]);
  expect(of('database')).toEqual([expect.stringMatching(/^ok: .*PostgreSQL \d+\.\d+, 0 companies/)]);
  expect(of('workers')).toEqual([expect.stringContaining('warn: No worker runs')]);
  expect(of('queue')).toEqual(['ok: 0 jobs wait.']);
  expect(of('access')).toEqual([expect.stringContaining('ok: Whoever reaches 127.0.0.1:8080')]);
  expect(of('mail')).toEqual([expect.stringContaining('off: No mail server')]);
  expect(of('key')).toEqual([expect.stringContaining('warn: There is no secret key yet')]);
  expect(of('service')).toEqual([expect.stringContaining('warn: http://127.0.0.1:1 does not answer')]);
  expect(of('ip')).toEqual([expect.stringContaining('ok: default-country')]);
});

test('faults of the settings are told one by one, and nothing else is tried', async () => {
  const { code, of } = await doctor({ HUNTER_PORT: 'x', HUNTER_DNS_TRIES: '0' });
  expect(code).toBe(1);
  expect(of('settings')).toEqual([
    expect.stringContaining('fail: HUNTER_DNS_TRIES must be'),
    expect.stringContaining('fail: HUNTER_PORT must be'),
  ]);
  expect(of('database')).toEqual([]);
});

test('a variable that nobody knows is named', async () => {
  const { code, of } = await doctor({ HUNTER_PROT: '80' });
  expect(code).toBe(0);
  expect(of('settings')[0]).toMatch(/^warn: HUNTER_PROT is not a variable/);
});

test('a resolver that denies everything, and one that is silent, are faults', async () => {
  const cutOff = await startDnsDouble({ zone: {} });
  const silent = await startDnsDouble({ zone: { com: 'SILENT' } });
  try {
    expect((await doctor({ HUNTER_DNS_SERVERS: cutOff.address })).of('dns')).toEqual([
      expect.stringContaining('fail: The resolver denies even “com”'),
    ]);
    const { code, of } = await doctor({ HUNTER_DNS_SERVERS: silent.address });
    expect(code).toBe(1);
    expect(of('dns')).toEqual([expect.stringContaining('fail: The resolver gives no answer (TIMEOUT)')]);
  } finally {
    await cutOff.stop();
    await silent.stop();
  }
});

test('a database that does not answer, or has open migrations, is told', async () => {
  const empty = await createDatabase('empty');
  try {
    expect((await doctor({ DATABASE_URL: empty.url })).of('database')).toEqual([
      expect.stringMatching(/^warn: \d+ migrations are open/),
    ]);
  } finally {
    await empty.drop();
  }
  const { code, of } = await doctor({ DATABASE_URL: 'postgres://a:secret@127.0.0.1:1/x' });
  expect(code).toBe(1);
  expect(of('database')[0]).toMatch(/^fail: The database 127\.0\.0\.1:1\/x cannot be reached/);
  expect(JSON.stringify(of('database'))).not.toContain('secret');
});

test('work that waits long, workers that live, and a demo are told', async () => {
  const busy = await createDatabase();
  try {
    await busy.sql`insert into workers (id, host, pid, version) values (gen_random_uuid(), 'a', 1, '0')`;
    await busy.sql`insert into sync_state (name) values ('demo')`;
    await busy.sql`select graphile_worker.add_job('scan-chunk', run_at => '2026-11-25T08:00:00Z')`;
    const { of } = await doctor({ DATABASE_URL: busy.url });
    expect(of('workers')).toEqual(['ok: 1 workers live.']);
    expect(of('queue')).toEqual([expect.stringMatching(/^warn: 1 jobs wait, the oldest for \d+ min/)]);
    expect(of('demo')).toEqual([expect.stringContaining('made up')]);
  } finally {
    await busy.drop();
  }
});

test('files of IP data that are missing or broken are named', async () => {
  const broken = join(folder, 'broken.mmdb');
  writeFileSync(broken, 'no database');
  const { of } = await doctor({ MAXMIND_CITY_DB: broken, MAXMIND_ASN_DB: join(folder, 'none.mmdb') });
  expect(of('ip').slice(0, 2)).toEqual([
    expect.stringContaining('warn: maxmind-city'),
    expect.stringContaining('none.mmdb is not there'),
  ]);
});

test('a secret key that others can read is a fault', async () => {
  const file = join(folder, 'secret.key');
  writeFileSync(file, 'x', { mode: 0o600 });
  expect((await doctor()).of('key')).toEqual([expect.stringMatching(/^ok: /)]);
  chmodSync(file, 0o644);
  const { code, of } = await doctor();
  expect(of('key')).toEqual([expect.stringContaining('fail: Others can read')]);
  expect(code).toBe(1);
  rmSync(file);
});

test('the internal mode beyond this machine is a warning', async () => {
  const { of } = await doctor({ HUNTER_HOST: '0.0.0.0', HUNTER_INTERNAL_ANYWHERE: 'true' });
  expect(of('access')).toEqual([
    expect.stringContaining('warn: Whoever reaches 0.0.0.0:8080 on the network'),
  ]);
});

test('signing keys that cannot be had are a fault: nobody could sign in', async () => {
  const tenant = '8f0e3f6c-1d1f-4f5e-9d6b-0a4c1d2e3f40';
  const entra = createServer((request, response) => {
    response.statusCode = request.url === `/${tenant}/discovery/v2.0/keys` ? 200 : 404;
    response.end('{"keys":[]}');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => entra.once('listening', resolve));
  const authority = `http://127.0.0.1:${(entra.address() as AddressInfo).port}`;
  const env = {
    HUNTER_AUTH_MODE: 'entra',
    HUNTER_ENTRA_TENANT_IDS: tenant,
    HUNTER_ENTRA_AUDIENCES: 'api://hunter',
  };
  try {
    expect((await doctor({ ...env, HUNTER_ENTRA_AUTHORITY: authority })).of('access')).toEqual([
      expect.stringContaining('ok: Tokens of 1 tenants'),
    ]);
    expect((await doctor({ ...env, HUNTER_ENTRA_AUTHORITY: `${authority}/x` })).of('access')).toEqual([
      expect.stringContaining('(HTTP 404)'),
    ]);
  } finally {
    entra.close();
  }
});

test('the mail server is greeted', async () => {
  const server = new SMTPServer({ authOptional: true, disabledCommands: ['STARTTLS'], logger: false });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  try {
    const env = { HUNTER_MAIL_SERVER: `smtp://127.0.0.1:${port}`, HUNTER_MAIL_FROM: 'hunter@example.com' };
    expect((await doctor(env)).of('mail')).toEqual(['ok: The mail server takes alerts.']);
  } finally {
    await new Promise<void>((resolve) => void server.close(resolve));
  }
  const env = {
    HUNTER_MAIL_SERVER: 'smtp://user:secret@127.0.0.1:1',
    HUNTER_MAIL_FROM: 'hunter@example.com',
  };
  const { of } = await doctor(env);
  expect(of('mail')[0]).toMatch(/^fail: .*ECONNREFUSED|ESOCKET/);
  expect(of('mail')[0]).not.toContain('secret');
});

test('for people there is a line for each check and a sum, in their language', async () => {
  const { code, out } = await cli(['doctor'], {
    DATABASE_URL: database.url,
    HUNTER_DATA_DIR: folder,
    HUNTER_DNS_SERVERS: dns.address,
    HUNTER_PUBLIC_URL: 'http://127.0.0.1:1',
  });
  expect(code).toBe(0);
  expect(out).toMatch(/✓ Veritabanı {5}127\.0\.0\.1/);
  expect(out).toMatch(/\d+ sorunsuz, \d+ gözden geçirilmeli, 0 düzeltilmeli\.\n$/);
});

test('an option that it has not is refused', async () => {
  expect(await cli(['doctor', '--all'], { HUNTER_LANGUAGE: 'en' })).toMatchObject({
    code: 2,
    err: 'Usage: hunter doctor [--json]\n',
  });
});
