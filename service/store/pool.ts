import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectionOptions } from 'node:tls';
import postgres from 'postgres';
import type { Config } from '../config.ts';
import { startEmbedded, type EmbeddedServer } from './embedded.ts';
import { fault, type StoreFault, type StoreResult } from './fault.ts';
import { storableJson } from './storable.ts';

/** What values are in TypeScript. A moment is a Date: columns keep milliseconds, so nothing is lost on the way. */
const TYPES = {
  /** bigint: ids and counts stay below 2^53 */
  whole: { to: 20, from: [20] as number[], serialize: String, parse: wholeNumber },
  /** numeric: 15 digits of money, 3 of confidence */
  decimal: { to: 1700, from: [1700] as number[], serialize: String, parse: Number },
  /** date: "2027-01-31"; a Date would move it into a time zone */
  day: { to: 1082, from: [1082] as number[], serialize: String, parse: String },
  /** json and jsonb: a NUL that somebody sent would be refused, and all else of the statement with it */
  json: { to: 114, from: [114, 3802] as number[], serialize: storableJson, parse: JSON.parse },
};

/** The database, as everything in service/ gets it. */
interface Types extends Record<string, unknown> {
  whole: number;
  decimal: number;
  day: string;
  json: unknown;
}
export type Sql = postgres.Sql<Types>;
export type Transaction = postgres.TransactionSql<Types>;

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is too large for a number`);
  return value;
}

export interface PoolSetup {
  readonly url: string;
  readonly max: number;
  /** 0 = none */
  readonly statementTimeoutMs: number;
  /** which part of Hunter this is, for pg_stat_activity */
  readonly application: string;
}

/** A pool of connections. None is opened before it is needed. */
export function createPool({ url, max, statementTimeoutMs, application }: PoolSetup): Sql {
  const target = new URL(url);
  const ssl = sslOf(target.searchParams);
  for (const name of SSL_NAMES) target.searchParams.delete(name);
  return postgres(target.href, {
    max,
    ssl,
    connect_timeout: 10,
    // A pool that is not used gives its connections back; a new one takes milliseconds.
    idle_timeout: 300,
    types: TYPES,
    onnotice: () => undefined,
    connection: {
      application_name: application,
      TimeZone: 'UTC',
      ...(statementTimeoutMs > 0 ? { statement_timeout: statementTimeoutMs } : {}),
    },
  });
}

const SSL_NAMES = ['sslmode', 'sslrootcert', 'ssl'];

/**
 * What the address says about encryption, in libpq's words (PostgreSQL 18, section 32.19): `require` encrypts, `verify-ca`
 * also checks who signed the certificate, `verify-full` also its name.
 */
export function sslOf(parameters: URLSearchParams): ConnectionOptions | 'prefer' | false {
  const rootFile = parameters.get('sslrootcert');
  const mode = parameters.get('sslmode') ?? (parameters.get('ssl') === 'true' ? 'verify-full' : null);
  const ca = rootFile === null || rootFile === 'system' ? {} : { ca: readFileSync(rootFile, 'utf8') };
  switch (mode ?? (rootFile === null ? 'disable' : 'verify-full')) {
    case 'disable':
      return false;
    case 'allow':
    case 'prefer':
      return 'prefer';
    case 'require':
      return { rejectUnauthorized: false };
    case 'verify-ca':
      return { ...ca, rejectUnauthorized: true, checkServerIdentity: () => undefined };
    case 'verify-full':
      return { ...ca, rejectUnauthorized: true };
    default:
      throw new Error(`sslmode=${mode} is not disable, prefer, require, verify-ca or verify-full`);
  }
}

/** A value for a jsonb column. A type of core says what is in it; the driver wants to hear that it is JSON. */
export const json = (sql: Sql | Transaction, value: unknown): postgres.Parameter =>
  sql.json(value as postgres.JSONValue);

/** The oldest server whose SQL the migrations are written in. */
const OLDEST_SERVER = 15;

/** The database that is in use: our own server, or the one that DATABASE_URL names. */
export interface Store {
  readonly sql: Sql;
  /** with the password: for clients of the same process only, never for a log */
  readonly url: string;
  /** null = an ordinary server */
  readonly embedded: EmbeddedServer | null;
  /** where it is, for people: host, port and database without the password */
  readonly where: string;
  /** Ends all connections, and stops our own server when nobody else uses it. */
  close(): Promise<void>;
}

/** Opens the database and proves that it answers. */
export async function openStore(
  { url: given, dataDir, port, pool: max, statementTimeoutMs }: Config['database'],
  application: string,
  patienceMs = 15_000,
): Promise<StoreResult<Store>> {
  let embedded: EmbeddedServer | null = null;
  if (given === null) {
    const started = await startEmbedded({ dataDir, port });
    if (!started.ok) return started;
    embedded = started.value;
  }
  const url = given ?? embedded?.url ?? '';
  const where = placeOf(url);
  let sql: Sql;
  try {
    sql = createPool({ url, max, statementTimeoutMs, application });
  } catch (error) {
    return fault('dbUrl', 'DATABASE_URL', (error as Error).message);
  }
  const close = async (): Promise<void> => {
    await sql.end({ timeout: 5 });
    await embedded?.leave();
  };
  // The driver tries for ever where something answers that is no PostgreSQL.
  const patience = new AbortController();
  const silence = sleep(patienceMs, fault('dbUnreachable', where, `no answer in ${patienceMs} ms`).fault, {
    signal: patience.signal,
  }).catch(() => null);
  const failed = await Promise.race([ask(sql, where), silence]);
  patience.abort();
  if (failed === null) return { ok: true, value: { sql, url, embedded, where, close } };
  await sql.end({ timeout: 0 });
  await embedded?.leave();
  return { ok: false, fault: failed };
}

/** "db.example.net:5432/hunter" */
export function placeOf(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `${hostname}:${port === '' ? 5432 : port}${pathname}`;
}

async function ask(sql: Sql, where: string): Promise<StoreFault | null> {
  try {
    const [row] = await sql<
      { version: number }[]
    >`select current_setting('server_version_num')::int as version`;
    const major = Math.floor((row?.version ?? 0) / 10_000);
    return major >= OLDEST_SERVER ? null : fault('dbServerTooOld', where, String(major)).fault;
  } catch (error) {
    return connectFault(error, where);
  }
}

/** Class 28: who you are; 3D000: no such database; 42501: no right to it. Everything else is the way there. */
function connectFault(error: unknown, where: string): StoreFault {
  const { code = '', message } = error as { code?: string; message: string };
  const refused = code.startsWith('28') || code === '3D000' || code === '42501';
  return fault(refused ? 'dbRefused' : 'dbUnreachable', where, message).fault;
}
