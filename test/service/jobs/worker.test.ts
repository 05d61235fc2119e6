import { hostname } from 'node:os';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Service } from '#service/context.ts';
import { addJob } from '#service/jobs/queue.ts';
import { nextAt } from '#service/jobs/schedule.ts';
import { startWorker, type Worker, type WorkerOptions } from '#service/jobs/worker.ts';
import { ensureCompanies } from '#service/store/companies.ts';
import { claimItems } from '#service/store/job-items.ts';
import { findJob } from '#service/store/jobs.ts';
import { startBulkScan } from '#service/verbs/start-bulk-scan.ts';
import { manyDomains, manyDomainsZone } from '#test/support/many-domains.ts';
import { createTestService, type TestService } from '#test/support/service.ts';
import { until } from '#test/support/until.ts';

const KNOWN = manyDomains(20);
let world: TestService;
let service: Service;
const workers: Worker[] = [];
beforeAll(async () => {
  world = await createTestService({ zone: manyDomainsZone(KNOWN), env: { HUNTER_DNS_TIMEOUT_MS: '5000' } });
  service = world.service;
});
afterAll(() => world.close());
beforeEach(async () => {
  const { sql } = service;
  await sql`truncate companies, scan_jobs, workers restart identity cascade`;
  await sql`delete from graphile_worker._private_jobs`;
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
});
const work = async (options: WorkerOptions = {}): Promise<Worker> => {
  const worker = await startWorker(service, { schedule: false, beatMs: 50, deadAfterMs: 500, ...options });
  workers.push(worker);
  return worker;
};
const list = async (domains = KNOWN): Promise<string> => {
  const started = await startBulkScan(service, {
    domains,
    kind: 'bulk-scan',
    force: false,
    createMissing: true,
    tier: 'score',
    by: 'operator-1',
    language: 'en',
  });
  if (!started.ok) throw new Error(started.failure.code);
  return started.value.jobId;
};
const completed = (id: string) => until(async () => (await findJob(service.sql, id))?.state === 'completed');
const DEAD = '33333333-3333-4333-8333-333333333333';

/** A worker that was killed: it has a row, a piece of work in the queue, and entries in hand. */
async function killed(jobId: string, beatAgo: string, { pid = 1, host = 'elsewhere' } = {}): Promise<void> {
  const { sql } = service;
  await sql`
    insert into workers (id, host, pid, version, heartbeat_at, queue_ids)
    values (${DEAD}, ${host}, ${pid}, '1', now() - ${beatAgo}::interval, '{pool-dead}')`;
  await claimItems(sql, { jobId, from: 0, to: 100 }, DEAD, 100);
  await sql`update graphile_worker._private_jobs set locked_by = 'pool-dead', locked_at = now(), attempts = attempts + 1`;
}

test('a worker says that it lives, under which names it locks work, and is gone when it stops', async () => {
  const worker = await work();
  const [row] = await service.sql`select * from workers`;
  expect(row).toMatchObject({ id: worker.id, pid: process.pid, host: hostname(), stopping: false });
  expect(row!['queue_ids']).toHaveLength(2);
  await until(
    async () =>
      (await service.sql`select from workers where heartbeat_at > ${row!['heartbeat_at']}`).length === 1,
  );
  await worker.stop();
  await worker.stop();
  await worker.done;
  expect(await service.sql`select from workers`).toHaveLength(0);
});

test('what a killed worker held is found at the next start, and done', async () => {
  const id = await list();
  await killed(id, '1 minute');
  await work();
  await completed(id);
  expect(await service.sql`select from workers where id = ${DEAD}`).toHaveLength(0);
  expect(await service.sql`select max(scans) as scans from domain_signals`).toEqual([{ scans: 1 }]);
});

test('a worker that beat a moment ago is left alone, and taken over when its time has come', async () => {
  const id = await list();
  await killed(id, '0 seconds');
  await work({ deadAfterMs: 1000 });
  expect(await service.sql`select from workers where id = ${DEAD}`).toHaveLength(1);
  await completed(id);
  expect(await service.sql`select from workers where id = ${DEAD}`).toHaveLength(0);
});

test('on one machine a process that is gone is known at once', async () => {
  const id = await list();
  await killed(id, '0 seconds', { pid: 4_000_000, host: hostname() });
  await work({ alone: true, deadAfterMs: 60_000 });
  await completed(id);
});

test('work locked under a name that nobody knows is found as well', async () => {
  const id = await list();
  await killed(id, '0 seconds');
  await service.sql`delete from workers`;
  await service.sql`update graphile_worker._private_jobs set locked_at = now() - interval '1 minute'`;
  await service.sql`alter table scan_job_items disable trigger scan_job_items_touch`;
  await service.sql`update scan_job_items set updated_at = now() - interval '1 minute'`;
  await service.sql`alter table scan_job_items enable trigger scan_job_items_touch`;
  await work();
  await completed(id);
});

test('single scans overtake lists', async () => {
  const id = await list();
  await addJob(service.sql, 'scan-domain', { domain: 'sirket0.com.tr', tier: 'score' });
  const rows = await service.sql<{ task: string }[]>`
    select task_identifier as task from graphile_worker.jobs order by priority, run_at, id`;
  expect(rows.map(({ task }) => task)).toEqual(['scan-domain', 'scan-chunk']);
  expect((await findJob(service.sql, id))?.state).toBe('pending');
});

test('a single scan that was queued is done', async () => {
  const [domain] = KNOWN;
  await ensureCompanies(
    service.sql,
    [{ domain: domain!, unicode: domain!, name: null, source: 'domain' }],
    service.rules.current(),
  );
  await work();
  await addJob(service.sql, 'scan-domain', { domain: domain!, tier: 'full' }, { key: 'scan-domain:x' });
  await until(async () => (await service.sql`select from lead_scores`).length === 1);
  await until(async () => (await service.sql`select from graphile_worker.jobs`).length === 0);
});

test('a worker that stops leaves no lock behind, and its list goes on elsewhere', async () => {
  const id = await list();
  const first = await work();
  await first.stop();
  expect(await service.sql`select from graphile_worker.jobs where locked_by is not null`).toHaveLength(0);
  expect(await service.sql`select from scan_job_items where state = 'in_progress'`).toHaveLength(0);
  await work();
  await completed(id);
  expect(await service.sql`select max(scans) as scans from domain_signals`).toEqual([{ scans: 1 }]);
});

test('what runs by itself waits in the queue once, also with two workers', async () => {
  await work({ schedule: true });
  await work({ schedule: true });
  const waiting = () => service.sql<{ key: string }[]>`select key from graphile_worker.jobs order by key`;
  expect((await waiting()).map(({ key }) => key)).toEqual([
    'daily-rescan',
    'housekeeping',
    'process-alerts',
    'registration-sweep',
    'retention',
    'retry-sweep',
    'webhook-retries',
  ]);
  await service.sql`select graphile_worker.reschedule_jobs(array(select id from graphile_worker.jobs), now())`;
  await until(async () => {
    const [all] = await service.sql`
      select count(*) as n, count(*) filter (where run_at > now() and locked_at is null) as later from graphile_worker.jobs`;
    return all!['n'] === 7 && all!['later'] === 7;
  });
});

test('the next time of day is today or tomorrow', () => {
  const at = (text: string): string => nextAt(Date.parse(text), 0, 30).toISOString();
  expect(at('2026-11-25T00:10:00Z')).toBe('2026-11-25T00:30:00.000Z');
  expect(at('2026-11-25T00:30:00Z')).toBe('2026-11-26T00:30:00.000Z');
  expect(at('2026-12-31T09:00:00Z')).toBe('2027-01-01T00:30:00.000Z');
});
