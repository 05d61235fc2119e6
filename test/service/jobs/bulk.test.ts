import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Service } from '#service/context.ts';
import { scanChunk } from '#service/jobs/scan-chunk.ts';
import { startWorker, type Worker, type WorkerOptions } from '#service/jobs/worker.ts';
import { ensureCompanies } from '#service/store/companies.ts';
import { claimItems, MOST_TRIES, returnItems } from '#service/store/job-items.ts';
import { findJob, queueChunks } from '#service/store/jobs.ts';
import { sweepWorkers } from '#service/store/workers.ts';
import { cancelJob } from '#service/verbs/cancel-job.ts';
import { jobItems, jobStatus, type JobStatus } from '#service/verbs/job-progress.ts';
import { startBulkScan, type BulkScanInput } from '#service/verbs/start-bulk-scan.ts';
import { manyDomains, manyDomainsZone } from '#test/support/many-domains.ts';
import { createTestService, type TestService } from '#test/support/service.ts';
import { until } from '#test/support/until.ts';

const KNOWN = manyDomains(250);
let world: TestService;
let service: Service;
const workers: Worker[] = [];
beforeAll(async () => {
  world = await createTestService({
    zone: manyDomainsZone(KNOWN),
    // An answer that comes late is no subject here.
    env: { HUNTER_DNS_TIMEOUT_MS: '5000' },
  });
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

const work = async (options: WorkerOptions = {}, from = service): Promise<Worker> => {
  const worker = await startWorker(from, { schedule: false, ...options });
  workers.push(worker);
  return worker;
};
const ingest = (domains: readonly string[]) =>
  ensureCompanies(
    service.sql,
    domains.map((domain) => ({ domain, unicode: domain, name: null, source: 'domain' })),
    service.rules.current(),
  );
const asked: Omit<BulkScanInput, 'domains'> = {
  kind: 'bulk-scan',
  force: false,
  createMissing: false,
  tier: 'score',
  by: 'tenant-1/operator-1',
  language: 'en',
};
async function begin(domains: readonly string[], more: Partial<BulkScanInput> = {}): Promise<string> {
  const started = await startBulkScan(service, { ...asked, domains, ...more });
  if (!started.ok) throw new Error(started.failure.code);
  return started.value.jobId;
}
const messages = () => service.rules.current().messages.en;
async function status(id: string): Promise<JobStatus> {
  const found = await jobStatus(service.sql, id, { messages: messages(), now: Date.now() });
  if (found === null) throw new Error('the job is gone');
  return found;
}
const ended = (id: string) =>
  until(async () => {
    const now = await status(id);
    return now.completed_at === null ? null : now;
  });
const never = new AbortController().signal;
const ME = '11111111-1111-4111-8111-111111111111';
const OTHER = '22222222-2222-4222-8222-222222222222';

test('W26: a list is scanned in the background, and its job tells at every moment how far it is', async () => {
  await ingest(KNOWN.slice(0, 110));
  const id = await begin(KNOWN.slice(0, 110));
  expect(await status(id)).toMatchObject({
    status: 'pending',
    total: 110,
    processed: 0,
    remaining: 110,
    progress: 0,
  });
  await work();
  const seen: JobStatus[] = [];
  await until(async () => {
    const now = await status(id);
    const [counted] = await service.sql<{ n: number }[]>`
      select count(*) as n from scan_job_items where job_id = ${id} and state = 'completed'`;
    seen.push(now);
    // Counts are written with the entries: a later look never sees fewer of them.
    expect(counted?.n).toBeGreaterThanOrEqual(now.succeeded);
    return now.status === 'completed' ? now : null;
  });
  expect(seen.at(-1)).toMatchObject({
    processed: 110,
    succeeded: 110,
    failed: 0,
    remaining: 0,
    progress: 100,
  });
  expect(seen.every(({ status: state, processed }) => state !== 'completed' || processed === 110)).toBe(true);
  expect((await service.sql`select from lead_scores`).length).toBe(110);
  expect((await service.sql`select from score_history`).length).toBe(110);
  const { items } = await jobItems(service.sql, id, { state: null, after: -1, limit: 1 }, messages());
  expect(items[0]).toMatchObject({
    position: 0,
    domain: 'sirket0.com.tr',
    state: 'completed',
    provider: 'Hosting',
  });
});

test('entries that name no company are refused with the reason, those that were there before count once', async () => {
  await ingest(['sirket0.com.tr']);
  const id = await begin([
    'sirket0.com.tr',
    'no domain',
    'HTTPS://www.SIRKET0.com.tr/x',
    'someone@gmail.com',
  ]);
  expect(await status(id)).toMatchObject({ total: 4, refused: 2, duplicates: 1, processed: 3, remaining: 1 });
  await work();
  expect(await ended(id)).toMatchObject({
    status: 'completed',
    succeeded: 1,
    failed: 0,
    message: 'Done: 1 succeeded, 0 failed, 2 were refused, 1 were there twice.',
    errors: [
      { input: 'no domain', domain: null, code: 'several-values' },
      { input: 'someone@gmail.com', domain: null, code: 'consumer-domain' },
    ],
  });
});

test('a list without any company, one with unknown companies and one that is too long are refused whole', async () => {
  await ingest(['sirket0.com.tr']);
  const start = (domains: string[], more = {}) => startBulkScan(service, { ...asked, domains, ...more });
  expect(await start(['-', 'x'])).toMatchObject({ ok: false, failure: { code: 'no-domains' } });
  expect(await start(['sirket0.com.tr', ...manyDomains(7, 1)])).toMatchObject({
    ok: false,
    failure: {
      code: 'domains-not-ingested',
      values: {
        count: 7,
        examples: 'sirket1.com.tr, sirket2.com.tr, sirket3.com.tr, sirket4.com.tr, sirket5.com.tr',
      },
    },
  });
  expect(await start(manyDomains(1001))).toMatchObject({ ok: false, failure: { code: 'too-many-domains' } });
  expect(await service.sql`select from scan_jobs`).toHaveLength(0);
  expect(await start(manyDomains(3, 1), { createMissing: true })).toMatchObject({
    ok: true,
    value: { total: 3 },
  });
  expect(await service.sql`select from companies`).toHaveLength(4);
  // What came in is kept, as wherever companies come in.
  expect(await service.sql`select domain, source from raw_leads order by domain`).toEqual([
    { domain: 'sirket1.com.tr', source: 'domain' },
    { domain: 'sirket2.com.tr', source: 'domain' },
    { domain: 'sirket3.com.tr', source: 'domain' },
  ]);
});

test('an erased company does not come back with a list', async () => {
  const id = await begin(['sirket1.com.tr'], { createMissing: true });
  await service.sql`delete from scan_jobs where id = ${id}`;
  await service.sql`delete from companies`;
  await service.sql`insert into suppressed_domains (domain_hash, suppressed_by) values (sha256('sirket1.com.tr'), 'a')`;
  const start = (domains: string[]) => startBulkScan(service, { ...asked, domains, createMissing: true });
  expect(await start(['sirket1.com.tr'])).toMatchObject({
    ok: false,
    failure: { code: 'domain-suppressed' },
  });
  const started = await start(['sirket1.com.tr', 'sirket2.com.tr']);
  expect(started).toMatchObject({ ok: true, value: { total: 2, refused: 1 } });
  expect(await service.sql`select from scan_job_items where input like '%sirket1%'`).toHaveLength(0);
  await service.sql`delete from suppressed_domains`;
});

test('W28: two workers hold the same entries, and each entry is done once', async () => {
  await ingest(KNOWN.slice(0, 60));
  const id = await begin(KNOWN.slice(0, 60));
  const range = { jobId: id, from: 0, to: 100 };
  await Promise.all([scanChunk(service, range, ME, never), scanChunk(service, range, OTHER, never)]);
  expect(await status(id)).toMatchObject({ status: 'completed', succeeded: 60, progress: 100 });
  expect(await service.sql`select max(scans) as scans, count(*) as n from domain_signals`).toEqual([
    { scans: 1, n: 60 },
  ]);
});

test('a worker that was taken for dead stores nothing more', async () => {
  await ingest(['sirket0.com.tr', 'sirket1.com.tr']);
  const id = await begin(['sirket0.com.tr', 'sirket1.com.tr']);
  const range = { jobId: id, from: 0, to: 100 };
  // The slow worker has its entries, and is swept before its results are there.
  const slow = { ...service, pace: { enter: () => slowly(service.pace.enter('background')) } } as Service;
  const late = scanChunk(slow, range, ME, never);
  await until(
    async () => (await service.sql`select from scan_job_items where worker_id = ${ME}`).length === 2,
  );
  await service.sql`update scan_job_items set state = 'pending', worker_id = null`;
  await scanChunk(service, range, OTHER, never);
  await late;
  expect(await service.sql`select scans from domain_signals`).toEqual([{ scans: 1 }, { scans: 1 }]);
  expect(await status(id)).toMatchObject({ status: 'completed', succeeded: 2 });
});

async function slowly<T>(value: Promise<T>): Promise<T> {
  await service.sleep(300);
  return value;
}

test('cancelling ends a job at once: what was done stays, nothing more is stored', async () => {
  await ingest(KNOWN);
  const id = await begin(KNOWN);
  await scanChunk(service, { jobId: id, from: 0, to: 50 }, ME, never);
  const slow = { ...service, pace: { enter: () => slowly(service.pace.enter('background')) } } as Service;
  const running = scanChunk(slow, { jobId: id, from: 100, to: 200 }, ME, never);
  await until(
    async () => (await service.sql`select from scan_job_items where state = 'in_progress'`).length > 0,
  );
  expect(await cancelJob(service, id, (state) => state)).toMatchObject({ ok: true });
  await running;
  expect(await status(id)).toMatchObject({
    status: 'cancelled',
    succeeded: 50,
    cancelled: 200,
    remaining: 0,
    message: 'Cancelled: 50 were done before, 200 stay undone.',
  });
  expect(await service.sql`select from domain_signals`).toHaveLength(50);
  expect(await cancelJob(service, id, (state) => state)).toMatchObject({
    ok: false,
    failure: { code: 'job-finished', values: { state: 'cancelled' } },
  });
  expect(await cancelJob(service, ME, (state) => state)).toMatchObject({
    failure: { code: 'job-not-found' },
  });
});

test('W27: what goes wrong with one entry does not take others with it', async () => {
  await ingest(KNOWN.slice(0, 30));
  const id = await begin(KNOWN.slice(0, 30));
  const broken: Service = {
    ...service,
    lookup: {
      ...service.lookup,
      resolver: {
        ...service.lookup.resolver,
        for: (domain, options) => {
          if (domain === 'sirket7.com.tr') throw new TypeError('a mistake of ours');
          return service.lookup.resolver.for(domain, options);
        },
      },
    },
  };
  await scanChunk(broken, { jobId: id, from: 0, to: 100 }, ME, never);
  expect(await status(id)).toMatchObject({ status: 'completed', succeeded: 29, failed: 1 });
  expect((await status(id)).errors).toMatchObject([{ domain: 'sirket7.com.tr', code: 'item-failed' }]);
});

/** The worker ends with what it has in hand, and another one sees that. */
async function crash(range: { jobId: string; from: number; to: number }): Promise<number> {
  const items = await claimItems(service.sql, range, ME, 100);
  await service.sql`
    insert into workers (id, host, pid, version, heartbeat_at) values (${ME}, 'h', 1, '1', now() - interval '1 hour')`;
  const sweep = { deadAfterMs: 30_000, dead: [], orphans: false };
  await service.sql.begin((tx) => sweepWorkers(tx, sweep) as Promise<unknown>);
  return items.length;
}

test('entries that were in hand when a worker ended are tried in ever smaller company', async () => {
  await ingest(KNOWN.slice(0, 20));
  const range = { jobId: await begin(KNOWN.slice(0, 20)), from: 0, to: 100 };
  const sizes: number[] = [];
  for (let n = 0; n < 4; n++) sizes.push(await crash(range));
  expect(sizes).toEqual([20, 10, 10, 1]);
  await scanChunk(service, range, OTHER, never);
  expect(await status(range.jobId)).toMatchObject({ status: 'completed', succeeded: 20, failed: 0 });
});

test('an entry that ends a worker each time is given up, and its job goes on', async () => {
  await ingest(KNOWN.slice(0, 1));
  const range = { jobId: await begin(KNOWN.slice(0, 1)), from: 0, to: 100 };
  for (let n = 0; n < MOST_TRIES; n++) expect(await crash(range)).toBe(1);
  expect(await crash(range)).toBe(0);
  await scanChunk(service, range, OTHER, never);
  expect(await status(range.jobId)).toMatchObject({
    status: 'completed',
    succeeded: 0,
    failed: 1,
    errors: [
      { domain: 'sirket0.com.tr', code: 'given-up', error: expect.stringContaining('not tried again') },
    ],
  });
});

test('a worker that stops lets go of its entries, and the try does not count', async () => {
  await ingest(KNOWN.slice(0, 5));
  const id = await begin(KNOWN.slice(0, 5));
  const stop = new AbortController();
  const held = {
    ...service,
    pace: { enter: (_: unknown, signal?: AbortSignal) => service.sleep(5_000, signal).then(() => null) },
  } as Service;
  const running = scanChunk(held, { jobId: id, from: 0, to: 100 }, ME, stop.signal);
  await until(
    async () => (await service.sql`select from scan_job_items where state = 'in_progress'`).length === 5,
  );
  stop.abort();
  await expect(running).rejects.toThrow();
  expect(await service.sql`select distinct state, attempts from scan_job_items`).toEqual([
    { state: 'pending', attempts: 0 },
  ]);
});

test('what a run has left behind is taken up by the next of the same worker', async () => {
  await ingest(KNOWN.slice(0, 5));
  const id = await begin(KNOWN.slice(0, 5));
  const range = { jobId: id, from: 0, to: 100 };
  await claimItems(service.sql, range, ME, 100);
  await scanChunk(service, range, ME, never);
  expect(await status(id)).toMatchObject({ status: 'completed', succeeded: 5 });
});

test('the last entry is erased while its job runs: the job ends all the same', async () => {
  await ingest(KNOWN.slice(0, 2));
  const id = await begin(KNOWN.slice(0, 2));
  await service.sql`delete from companies where domain = 'sirket1.com.tr'`;
  await work();
  expect(await ended(id)).toMatchObject({ status: 'completed', succeeded: 1, remaining: 0, progress: 100 });
});

test('chunks are queued once, however often that is asked for', async () => {
  await ingest(KNOWN);
  const id = await begin(KNOWN);
  const queued = () => service.sql`select key from graphile_worker.jobs order by key`;
  const first = await queued();
  expect(first).toHaveLength(3);
  await service.sql.begin((tx) => queueChunks(tx, id) as Promise<unknown>);
  expect(await queued()).toEqual(first);
});

test('entries that are not ours any more are not given back', async () => {
  await ingest(KNOWN.slice(0, 1));
  const id = await begin(KNOWN.slice(0, 1));
  const range = { jobId: id, from: 0, to: 100 };
  const mine = await claimItems(service.sql, range, ME, 100);
  await service.sql`update scan_job_items set worker_id = ${OTHER}`;
  await returnItems(service.sql, id, ME, mine, false);
  expect(await service.sql`select state, worker_id from scan_job_items`).toEqual([
    { state: 'in_progress', worker_id: OTHER },
  ]);
  expect(await findJob(service.sql, id)).toMatchObject({ state: 'pending' });
});
