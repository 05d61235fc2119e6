import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dumpSchema } from './dump-schema.ts';
import { startEmbedded } from './embedded.ts';
import { migrate } from './migrate.ts';
import { createPool } from './pool.ts';

/** `npm run schema`: applies all migrations to an empty database of its own and writes service/store/schema.sql. */
const dataDir = mkdtempSync(join(tmpdir(), 'hunter-schema-'));
try {
  const server = await startEmbedded({ dataDir, throwAway: true });
  if (!server.ok) throw new Error(`${server.fault.code}: ${server.fault.what} ${server.fault.why}`);
  const sql = createPool({
    url: server.value.url,
    max: 1,
    statementTimeoutMs: 0,
    application: 'hunter schema',
  });
  try {
    const done = await migrate(sql);
    if (!done.ok) throw new Error(`${done.fault.name}: ${done.fault.why}`);
    writeFileSync(join(import.meta.dirname, 'schema.sql'), await dumpSchema(sql));
  } finally {
    await sql.end();
    await server.value.leave();
  }
} finally {
  rmSync(dataDir, { recursive: true, force: true });
}
