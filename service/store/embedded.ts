import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { binaries } from './binaries.ts';
import { fault, type StoreFault, type StoreResult } from './fault.ts';
import { asIdentity, identity, type Identity } from './identity.ts';
import { underLock } from './lock.ts';
import { isAlive, isMarkAlive, processMark } from './process.ts';

/** Major version of the server that comes with Hunter: data of another one cannot be read. */
export const PG_MAJOR = 18;
const USER = 'hunter';
const DATABASE = 'hunter';

/** A start takes a second; recovery after a crash may have a long log to read. */
const READY_MS = 120_000;
/** Somebody else's first start, with time to spare. */
const LOCK_MS = 150_000;
const STOP_MS = 30_000;
const LOG_BYTES = 10 * 1024 * 1024;

export interface EmbeddedSetup {
  /** the folder of everything Hunter keeps: HUNTER_DATA_DIR */
  readonly dataDir: string;
  /** a port that must be this one; else a free one is chosen once and remembered */
  readonly port?: number | null;
  /** for tests only: a crash of the machine may lose the data */
  readonly throwAway?: boolean;
}

/** A running server, used by this process until `leave`. */
export interface EmbeddedServer {
  readonly url: string;
  readonly port: number;
  /** started: by us; adopted: it ran already */
  readonly how: 'started' | 'adopted';
  /** whether the data was made just now */
  readonly created: boolean;
  readonly pid: number;
  /** Ends this process's use. The last one to leave stops the server; says whether that was done. */
  leave(): Promise<boolean>;
}

interface Place {
  readonly home: string;
  readonly data: string;
  readonly bin: string;
  readonly who: Identity;
  readonly password: string;
}

/**
 * Starts the PostgreSQL that comes with Hunter, or uses the one that runs on this folder already: started by another
 * process, or left over by one that was killed. What is wrong comes back as a value.
 */
export async function startEmbedded(setup: EmbeddedSetup): Promise<StoreResult<EmbeddedServer>> {
  const bin = binaries();
  if (!bin.ok) return bin;
  const home = resolve(setup.dataDir, `pg${PG_MAJOR}`);
  try {
    // The server's user must get through to its folder, and has no business in the others.
    mkdirSync(resolve(setup.dataDir), { recursive: true, mode: 0o711 });
    mkdirSync(home, { recursive: true, mode: 0o700 });
    const done = await underLock(join(home, 'start.lock'), { ms: LOCK_MS }, () =>
      open(setup, home, bin.value),
    );
    return done?.value ?? fault('dbBusy', home, 'start.lock');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC') return fault('dbDiskFull', home, message);
    if (code !== undefined) return fault('dbFolder', home, message);
    throw error;
  }
}

async function open(setup: EmbeddedSetup, home: string, bin: string): Promise<StoreResult<EmbeddedServer>> {
  const data = join(home, 'data');
  const version = versionOf(setup.dataDir, data);
  if (version !== null && version !== String(PG_MAJOR))
    return fault('dbOtherVersion', setup.dataDir, version);
  const created = version === null;
  const who = identity(bin, home, !created);
  if (!who.ok) return who;
  const password = passwordOf(home, who.value, created);
  if (password === null) return fault('dbPasswordLost', join(home, 'password'));
  const place: Place = { home, data, bin, who: who.value, password };
  if (created) {
    const failed = makeData(place, setup.throwAway ?? false);
    if (failed !== null) return { ok: false, fault: failed };
  }
  const running = await adopt(place);
  const server = running ?? (await launch(place, setup));
  if (!server.ok) return server;
  const { port, pid } = server.value;
  const failed = await makeDatabase(place, port);
  if (failed !== null) {
    if (running === null) await stop(place);
    return { ok: false, fault: failed };
  }
  const seat = take(home);
  let left: Promise<boolean> | null = null;
  return {
    ok: true,
    value: {
      url: urlOf(place, port, DATABASE),
      port,
      how: running === null ? 'started' : 'adopted',
      created,
      pid,
      leave: () => (left ??= leave(place, seat)),
    },
  };
}

const urlOf = (place: Place, port: number, database: string): string =>
  `postgres://${USER}:${place.password}@127.0.0.1:${port}/${database}`;

/** The version of the data that is there: ours, or what an earlier Hunter with another PostgreSQL left beside. */
function versionOf(dataDir: string, data: string): string | null {
  if (existsSync(join(data, 'PG_VERSION'))) return readFileSync(join(data, 'PG_VERSION'), 'utf8').trim();
  const older = readdirSync(dataDir).filter(
    (name) => /^pg\d+$/.test(name) && existsSync(join(dataDir, name, 'data', 'PG_VERSION')),
  );
  return older.at(-1)?.slice('pg'.length) ?? null;
}

/** The password of this folder's server: made once, and kept in a file that only its owner may read. */
function passwordOf(home: string, who: Identity, make: boolean): string | null {
  const file = join(home, 'password');
  if (existsSync(file)) {
    const password = readFileSync(file, 'utf8').trim();
    if (/^[\w-]{20,}$/.test(password)) return password;
  }
  if (!make) return null;
  const password = randomBytes(24).toString('base64url');
  // initdb reads it as the server's user.
  writeFileSync(file, password, { mode: 0o600 });
  if (who.user !== undefined) chownSync(file, who.user.uid, who.user.gid);
  return password;
}

/** initdb works in a folder of its own, which gets its name when it is whole: a crash leaves nothing half made. */
function makeData(place: Place, throwAway: boolean): StoreFault | null {
  const draft = join(place.home, 'data.new');
  rmSync(draft, { recursive: true, force: true });
  rmSync(place.data, { recursive: true, force: true });
  const args = ['-D', draft, '-U', USER, '-A', 'scram-sha-256', `--pwfile=${join(place.home, 'password')}`];
  args.push('--encoding=UTF8', '--locale-provider=builtin', '--locale=C.UTF-8', '--no-instructions');
  if (throwAway) args.push('--no-sync');
  const run = asIdentity(place.who, join(place.bin, 'initdb'), args);
  const { status, stderr, error } = spawnSync(run.command, run.args, {
    ...run.options,
    encoding: 'utf8',
    cwd: '/',
    env: cleanEnvironment(),
  });
  if (status !== 0) {
    rmSync(draft, { recursive: true, force: true });
    return readFault(`${stderr ?? ''}${error?.message ?? ''}`, place.home);
  }
  renameSync(draft, place.data);
  return null;
}

interface Running {
  readonly port: number;
  readonly pid: number;
}

/** The postmaster's own file: process, port and state (PostgreSQL, src/include/utils/pidfile.h). */
function pidFile(data: string): { pid: number; port: number; state: string } | null {
  try {
    const lines = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
    return { pid: Number(lines[0]), port: Number(lines[3]), state: lines[7]?.trim() ?? '' };
  } catch {
    return null;
  }
}

/** The server that runs on this folder already; null when there is none, and its leftovers are away. */
async function adopt(place: Place): Promise<StoreResult<Running> | null> {
  const began = performance.now();
  for (;;) {
    const file = pidFile(place.data);
    if (file === null) return null;
    if (!isAlive(file.pid) || !isServer(file.pid, place.data)) {
      disown(place.data);
      return null;
    }
    if (file.state === 'ready' && file.port > 0)
      return { ok: true, value: { port: file.port, pid: file.pid } };
    if (performance.now() - began > READY_MS)
      return fault('dbStart', place.home, `process ${file.pid} is ${file.state}`);
    await sleep(20);
  }
}

/** Larger than any process number of Linux (proc_sys_kernel(5), pid_max), and so of nobody. */
const NOBODY = 4_194_304;
/**
 * A server refuses to start beside a stranger that has the dead one's number now, and beside a zombie that nobody reaps.
 * The rest of the file stays: by it the next server sees whether children of the dead one still run.
 */
function disown(data: string): void {
  const file = join(data, 'postmaster.pid');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^\d+/, String(NOBODY)));
}

/** Whether this process is the server of this folder, where the system tells; else it is taken for it. */
function isServer(pid: number, data: string): boolean {
  try {
    const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return line.includes(data);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ENOENT' || process.platform !== 'linux';
  }
}

async function launch(place: Place, setup: EmbeddedSetup): Promise<StoreResult<Running>> {
  const remembered = join(place.home, 'port');
  const began = performance.now();
  let port = setup.port ?? (Number(read(remembered)) || null);
  for (;;) {
    if (port !== null && !(await isFree(port))) {
      if (setup.port != null) return fault('dbPortTaken', port);
      port = null;
    }
    port ??= await freePort();
    const started = await launchOn(place, port, setup.throwAway ?? false);
    if (started.ok) {
      writeFileSync(remembered, String(port), { mode: 0o600 });
      return { ok: true, value: { port, pid: started.pid } };
    }
    // The children of a killed server need a moment to notice.
    const waits = /pre-existing shared memory block|is still in use/.test(started.log);
    const taken = /could not bind|address already in use/i.test(started.log);
    if (!(waits || (taken && setup.port == null)) || performance.now() - began > STOP_MS)
      return { ok: false, fault: readFault(started.log, taken ? String(port) : place.home) };
    if (taken) port = null;
    await sleep(100);
  }
}

async function launchOn(
  place: Place,
  port: number,
  throwAway: boolean,
): Promise<{ ok: true; pid: number } | { ok: false; log: string }> {
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 120,
    shared_buffers: '256MB',
    random_page_cost: 1.1,
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C',
    password_encryption: 'scram-sha-256',
    ...(throwAway ? { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' } : {}),
  };
  const run = asIdentity(place.who, join(place.bin, 'postgres'), [
    '-D',
    place.data,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]);
  const logFile = join(place.home, 'server.log');
  if (existsSync(logFile) && statSync(logFile).size > LOG_BYTES) renameSync(logFile, `${logFile}.old`);
  const from = existsSync(logFile) ? statSync(logFile).size : 0;
  // A file and no pipe: the server outlives a process that is killed, and must be able to write.
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(run.command, run.args, {
    ...run.options,
    cwd: '/',
    env: cleanEnvironment(),
    stdio: ['ignore', log, log],
    // A Ctrl-C in the terminal is for the program, which then stops the server in order.
    detached: true,
  });
  closeSync(log);
  child.unref();
  const end: { why: string | null } = { why: null };
  child.once('error', (error) => (end.why = error.message));
  child.once('exit', (code, signal) => (end.why ??= `ended with ${code ?? signal}`));
  const began = performance.now();
  while (end.why === null && performance.now() - began < READY_MS) {
    const file = pidFile(place.data);
    if (file?.pid === child.pid && file?.state === 'ready') return { ok: true, pid: file?.pid ?? 0 };
    await sleep(10);
  }
  if (end.why === null) child.kill('SIGQUIT');
  const text = readFileSync(logFile).subarray(from).toString('utf8').slice(-4000);
  return { ok: false, log: `${text}\n${end.why ?? 'not ready in time'}` };
}

/** Makes Hunter's database when it is missing; proves at the same time that this is our server. */
async function makeDatabase(place: Place, port: number): Promise<StoreFault | null> {
  const sql = postgres(urlOf(place, port, 'postgres'), {
    max: 1,
    connect_timeout: 30,
    onnotice: () => undefined,
  });
  try {
    const [row] = await sql<{ folder: string }[]>`select current_setting('data_directory') as folder`;
    if (row?.folder !== place.data)
      return fault('dbStart', place.home, `port ${port} serves ${row?.folder}`).fault;
    const there = await sql`select from pg_database where datname = ${DATABASE}`;
    if (there.length === 0) await sql.unsafe(`create database ${DATABASE}`);
    return null;
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code === '28P01') return fault('dbPasswordLost', join(place.home, 'password'), message).fault;
    return readFault(`${message} ${code ?? ''}`, place.home);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

let seats = 0;
/** Notes that this process uses the server. */
function take(home: string): string {
  const folder = join(home, 'users');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const seat = join(folder, `${process.pid}-${++seats}`);
  writeFileSync(seat, processMark(process.pid), { mode: 0o600 });
  return seat;
}

/** The last one out stops the server. */
async function leave(place: Place, seat: string): Promise<boolean> {
  const done = await underLock(join(place.home, 'start.lock'), { ms: STOP_MS }, async () => {
    rmSync(seat, { force: true });
    const folder = join(place.home, 'users');
    for (const name of readdirSync(folder)) {
      const other = join(folder, name);
      if (isMarkAlive(read(other) ?? '')) return false;
      rmSync(other, { force: true });
    }
    await stop(place);
    return true;
  });
  return done?.value ?? false;
}

/** A fast shutdown: sessions are ended, everything is written. Only one that hangs is cut off, and recovers next time. */
async function stop(place: Place): Promise<void> {
  const file = pidFile(place.data);
  if (file === null || !isAlive(file.pid) || !isServer(file.pid, place.data)) return;
  for (const signal of ['INT', 'QUIT'] as const) {
    if (process.platform === 'win32') {
      const args = ['kill', signal, String(file.pid)];
      spawnSync(join(place.bin, 'pg_ctl'), args, { stdio: 'ignore', windowsHide: true });
    } else process.kill(file.pid, `SIG${signal}`);
    const began = performance.now();
    while (performance.now() - began < STOP_MS) {
      if (!isAlive(file.pid)) return;
      await sleep(10);
    }
  }
}

/** What the server or initdb said when it gave up. */
export function readFault(text: string, what: string): StoreFault {
  const why = (/(?:FATAL|PANIC|error):\s+(.*)/.exec(text)?.[1] ?? text.trim().split('\n').at(-1) ?? '').slice(
    0,
    500,
  );
  if (/No space left on device|could not extend file|disk quota exceeded/i.test(text))
    return fault('dbDiskFull', what, why).fault;
  if (/could not bind|address already in use/i.test(text)) return fault('dbPortTaken', what, why).fault;
  if (/database files are incompatible|initialized by PostgreSQL version/.test(text))
    return fault('dbOtherVersion', what, why).fault;
  if (/Permission denied|has wrong ownership|has invalid permissions/i.test(text))
    return fault('dbFolder', what, why).fault;
  return fault('dbStart', what, why).fault;
}

/** Nothing of the machine's settings for PostgreSQL (PGDATA, PGHOST, locale) leaks in. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const keep = ['PATH', 'SystemRoot', 'TEMP', 'TMP', 'TMPDIR'];
  const kept = keep.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), LC_ALL: 'C', TZ: 'UTC' };
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
  });
}

function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const server = createServer();
    server.once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
