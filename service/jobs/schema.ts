import { runMigrations } from 'graphile-worker';
import pg from 'pg';

/** Lays or updates the tables of the queue (schema graphile_worker). Safe to run by several processes at once. */
export async function migrateQueue(url: string): Promise<void> {
  const pgPool = new pg.Pool({ connectionString: url, max: 1 });
  // A connection that breaks tells the query that uses it; the queue warns where nobody listens besides.
  pgPool.on('error', () => undefined);
  pgPool.on('connect', (client) => void client.on('error', () => undefined));
  try {
    await runMigrations({ pgPool });
  } finally {
    await pgPool.end();
  }
}
