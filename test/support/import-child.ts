import { randomBytes } from 'node:crypto';
import { createService } from '#service/context.ts';
import { importFile } from '#service/jobs/import-file.ts';
import { createPool } from '#service/store/pool.ts';
import { silentLog } from '#service/telemetry/log.ts';
import { configOf, fixedRules } from './service.ts';

/**
 * A worker that does one import and is killed meanwhile: node import-child.ts <database> <job>. It says "batch" each time
 * rows were counted.
 */
const [url = '', jobId = ''] = process.argv.slice(2);
const config = configOf({ DATABASE_URL: url, HUNTER_IMPORT_MAX_ROWS: '200000' });
const sql = createPool({ url, max: 3, statementTimeoutMs: 15_000, application: 'hunter test' });
const { service, close } = createService({
  config,
  rules: fixedRules(config),
  sql,
  databaseUrl: url,
  world: { clock: Date.now, random: Math.random, warn: () => undefined },
  randomBytes,
  log: silentLog,
  version: '0.0.0-test',
});
const heard = await sql.listen('hunter_job', () => process.stdout.write('batch\n'));
await importFile(service, { jobId }, new AbortController().signal);
await heard.unlisten();
close();
await sql.end();
