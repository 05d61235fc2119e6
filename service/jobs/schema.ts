import { runMigrations } from 'graphile-worker';
import pg from 'pg';
import { sslOf } from '../store/pool.ts';

/** The address for the queue's driver: what it says about encryption means the same as to ours, and not what `pg` makes of it. */
export function queueConnection(url: string): pg.PoolConfig {
  const target = new URL(url);
  const ssl = sslOf(target.searchParams);
  for (const name of ['sslmode', 'sslrootcert', 'ssl']) target.searchParams.delete(name);
  return { connectionString: target.href, ssl: ssl === 'prefer' ? false : ssl };
}

/** Lays or updates the tables of the queue (schema graphile_worker). Safe to run by several processes at once. */
export async function migrateQueue(url: string): Promise<void> {
  const pgPool = new pg.Pool({ ...queueConnection(url), max: 1 });
  // A connection that breaks tells the query that uses it; the queue warns where nobody listens besides.
  pgPool.on('error', () => undefined);
  pgPool.on('connect', (client) => void client.on('error', () => undefined));
  try {
    await runMigrations({ pgPool });
  } finally {
    await pgPool.end();
  }
}
