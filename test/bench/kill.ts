/**
 * Many kills: `node test/bench/kill.ts [kills] [domains]`. Workers are killed at random moments and replaced, until the
 * list is over; then every entry must have been done once.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createService } from '#service/context.ts';
import { migrateQueue } from '#service/jobs/schema.ts';
import { startEmbedded } from '#service/store/embedded.ts';
import { migrate } from '#service/store/migrate.ts';
import { createPool } from '#service/store/pool.ts';
import { silentLog } from '#service/telemetry/log.ts';
import { startDnsChild } from '#test/support/dns-child.ts';
import { faultsAfter, killRun } from '#test/support/kill-run.ts';
import { manyDomains, manyDomainsZone } from '#test/support/many-domains.ts';
import { configOf, fixedRules } from '#test/support/service.ts';

const kills = Number(process.argv[2] ?? 50);
const domains = manyDomains(Number(process.argv[3] ?? 2000));
const print = (text: string): void => void process.stdout.write(`${text}\n`);

const folder = mkdtempSync(join(tmpdir(), 'hunter-kill-'));
const server = await startEmbedded({ dataDir: folder, throwAway: true });
if (!server.ok) throw new Error(`${server.fault.code}: ${server.fault.what} ${server.fault.why}`);
const { url } = server.value;
const sql = createPool({ url, max: 4, statementTimeoutMs: 60_000, application: 'hunter bench' });
const double = await startDnsChild(manyDomainsZone(domains));
const env = {
  DATABASE_URL: url,
  HUNTER_DNS_SERVERS: double.address,
  HUNTER_DNS_TIMEOUT_MS: '5000',
  // So slow that the list lasts as long as the kills.
  HUNTER_DOMAINS_PER_SECOND: '10',
  HUNTER_REGISTRATION_ENABLED: 'false',
  HUNTER_TENANT_ENABLED: 'false',
  HUNTER_ALLOW_LOOPBACK_TARGETS: 'true',
  HUNTER_BULK_MAX: '100000',
};
const config = configOf(env);
const { service, close } = createService({
  config,
  rules: fixedRules(config),
  sql,
  databaseUrl: url,
  world: { clock: Date.now, random: Math.random, warn: () => undefined },
  randomBytes,
  log: silentLog,
  version: 'bench',
});
try {
  const migrated = await migrate(sql);
  if (!migrated.ok) throw new Error(`${migrated.fault.name}: ${migrated.fault.why}`);
  await migrateQueue(url);
  const run = await killRun({
    service,
    env,
    domains,
    kills,
    longestLifeMs: 3000,
    random: Math.random,
    onKill: (kill, done) => {
      if (kill % 10 === 0) print(`  ${kill} kills, ${done} of ${domains.length} done`);
    },
  });
  const faults = await faultsAfter(service, run, domains.length);
  print(
    `${domains.length} domains, ${run.kills} kills, ${Math.round(run.ms / 1000)} s, longest pause ${(run.longestPauseMs / 1000).toFixed(1)} s: ${faults.length === 0 ? 'every entry done once' : faults.join('; ')}`,
  );
  const tries = await sql`select attempts, count(*) as n from scan_job_items group by 1 order by 1`;
  print(`  tries: ${tries.map((row) => `${row['n']} entries ${row['attempts']}`).join(', ')}`);
  process.exitCode = faults.length === 0 && run.kills === kills ? 0 : 1;
} finally {
  close();
  await double.stop();
  await sql.end({ timeout: 5 });
  await server.value.leave();
  rmSync(folder, { recursive: true, force: true });
}
