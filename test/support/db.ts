import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { inject } from 'vitest';
import { startEmbedded } from '#service/store/embedded.ts';
import { underLock } from '#service/store/lock.ts';
import { migrateQueue } from '#service/jobs/schema.ts';
import { migrate } from '#service/store/migrate.ts';
import { createPool, type Sql } from '#service/store/pool.ts';

/** A database that one test file has for itself. */
export interface TestDatabase {
  readonly sql: Sql;
  readonly url: string;
  /** another pool on the same database: a second process, as it were */
  connect(max?: number): Sql;
  drop(): Promise<void>;
}

const TEMPLATE = 'hunter_template';
let server: Promise<string> | null = null;

/** A clone of the template, with all migrations applied; `empty` = a database without any table. */
export async function createDatabase(kind: 'migrated' | 'empty' = 'migrated'): Promise<TestDatabase> {
  const base = await (server ??= startServer());
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const template = kind === 'empty' ? 'template1' : TEMPLATE;
  await admin(base, (sql) => sql.unsafe(`create database ${name} template ${template}`));
  const url = at(base, name);
  const pools: Sql[] = [];
  const connect = (max = 4): Sql => {
    const sql = createPool({ url, max, statementTimeoutMs: 15_000, application: 'hunter test' });
    pools.push(sql);
    return sql;
  };
  return {
    sql: connect(),
    url,
    connect,
    drop: async () => {
      await Promise.all(pools.map((pool) => pool.end({ timeout: 1 })));
      await admin(base, (sql) => sql.unsafe(`drop database ${name} with (force)`));
    },
  };
}

/** The server of this run, started by whichever test needs it first. It is stopped when the run ends. */
async function startServer(): Promise<string> {
  const dataDir = inject('databaseDir');
  const started = await startEmbedded({ dataDir, throwAway: true });
  if (!started.ok) throw new Error(`${started.fault.code}: ${started.fault.what} ${started.fault.why}`);
  const { url } = started.value;
  const made = await underLock(join(dataDir, 'template.lock'), { ms: 60_000 }, () => makeTemplate(url));
  if (made === null) throw new Error('the template database was not made in a minute');
  return url;
}

async function makeTemplate(url: string): Promise<void> {
  await admin(url, async (sql) => {
    const there = await sql`select from pg_database where datname = ${TEMPLATE}`;
    if (there.length > 0) return;
    await sql.unsafe(`create database draft`);
    const draft = createPool({
      url: at(url, 'draft'),
      max: 1,
      statementTimeoutMs: 0,
      application: 'hunter test',
    });
    const done = await migrate(draft);
    await draft.end();
    if (!done.ok) throw new Error(`${done.fault.name}: ${done.fault.why}`);
    await migrateQueue(at(url, 'draft'));
    await sql.unsafe(`alter database draft rename to ${TEMPLATE}`);
  });
}

async function admin(url: string, work: (sql: Sql) => Promise<unknown>): Promise<void> {
  const sql = createPool({ url, max: 1, statementTimeoutMs: 60_000, application: 'hunter test' });
  try {
    await work(sql);
  } finally {
    await sql.end();
  }
}

const at = (url: string, database: string): string => {
  const target = new URL(url);
  target.pathname = `/${database}`;
  return target.href;
};
