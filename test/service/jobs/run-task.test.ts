import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Service } from '#service/context.ts';
import { LIMITS, runTask, type QueuedJob, type Task, type Tasks } from '#service/jobs/run-task.ts';
import { createTestService, type TestService } from '#test/support/service.ts';

let world: TestService;
let service: Service;
beforeAll(async () => {
  world = await createTestService();
  service = world.service;
  world.time.set('2026-11-25T09:00:00.000Z');
});
afterAll(() => world.close());
beforeEach(async () => {
  await service.sql`delete from graphile_worker._private_jobs`;
});

const JOB = '11111111-1111-4111-8111-111111111111';
const limits = { ...LIMITS, softMs: 60, hardMs: 120, stopMs: 60 };
const job = (more: Partial<QueuedJob> = {}): QueuedJob => ({
  name: 'import-file',
  payload: { jobId: JOB },
  key: 'import-file:1',
  signal: new AbortController().signal,
  ...more,
});
const tasks = (task: Partial<Task<'import-file'>>): Tasks =>
  ({ 'import-file': { run: async () => undefined, ...task } }) as Partial<Tasks> as Tasks;
const run = (task: Partial<Task<'import-file'>>, more: Partial<QueuedJob> = {}) =>
  runTask(service, tasks(task), limits, job(more));
const queued = () => service.sql<{ key: string; payload: unknown; run_at: Date; priority: number }[]>`
  select key, payload, run_at, priority from graphile_worker._private_jobs`;
const fails = (error: unknown) => async (): Promise<void> => {
  throw error;
};
const lost = Object.assign(new Error('gone'), { code: '57P01' });

test('work that returns is done', async () => {
  expect(await run({})).toBe('done');
  expect(await queued()).toEqual([]);
});

test('what may succeed later is tried again after a minute, then after two, and then noted as failed', async () => {
  expect(await run({ run: fails(lost), priority: 7 })).toBe('later');
  expect(await queued()).toEqual([
    {
      key: 'import-file:1',
      payload: { jobId: JOB, retry: 1 },
      run_at: new Date('2026-11-25T09:01:00.000Z'),
      priority: 7,
    },
  ]);
  expect(await run({ run: fails(lost) }, { payload: { jobId: JOB, retry: 1 } })).toBe('later');
  expect(await queued()).toMatchObject([
    { payload: { retry: 2 }, run_at: new Date('2026-11-25T09:02:00.000Z') },
  ]);
  await service.sql`delete from graphile_worker._private_jobs`;
  const noted: string[] = [];
  const outcome = await run(
    { run: fails(lost), fail: async ({ jobId }, code) => void noted.push(jobId, code) },
    { payload: { jobId: JOB, retry: 2 } },
  );
  expect(outcome).toBe('failed');
  expect(noted).toEqual([JOB, 'job-broken']);
  expect(await queued()).toEqual([]);
});

test('a mistake of ours is not tried again', async () => {
  const noted: string[] = [];
  expect(await run({ run: fails(new TypeError('x')), fail: async (_, code) => void noted.push(code) })).toBe(
    'failed',
  );
  expect(noted).toEqual(['job-broken']);
  expect(await queued()).toEqual([]);
});

test('a payload of another shape is not worked on', async () => {
  expect(await run({ run: fails(new Error('was run')) }, { payload: { jobId: 'x' } })).toBe('failed');
  expect(await run({ run: fails(new Error('was run')) }, { payload: null })).toBe('failed');
});

test('work that is broken off when the worker stops is queued at once, and it is not a retry', async () => {
  const stop = new AbortController();
  const running = run(
    { run: (_, signal) => service.sleep(5000, signal).then(() => signal.throwIfAborted()) },
    { signal: stop.signal, payload: { jobId: JOB, retry: 1 } },
  );
  stop.abort();
  expect(await running).toBe('again');
  expect(await queued()).toMatchObject([{ key: 'import-file:1', payload: { jobId: JOB, retry: 1 } }]);
});

test('the soft limit fires the signal; work that hears it goes on in a job of its own', async () => {
  const outcome = await run({
    run: (_, signal) => service.sleep(5000, signal).then(() => signal.throwIfAborted()),
  });
  expect(outcome).toBe('again');
  expect(await queued()).toHaveLength(1);
});

test('beyond the hard limit nobody waits: it is tried again later', async () => {
  expect(await run({ run: () => new Promise(() => undefined) })).toBe('later');
});

test('work that does not hear the signal of a worker that stops does not hold it up', async () => {
  const stop = new AbortController();
  stop.abort();
  const outcome = await runTask(
    service,
    tasks({ run: () => new Promise(() => undefined) }),
    { ...limits, softMs: 60_000, hardMs: 60_000 },
    job({ signal: stop.signal }),
  );
  expect(outcome).toBe('again');
});

test('what runs by itself is due again whatever came of it, and not later than somebody asked for', async () => {
  const next = () => new Date('2026-11-25T09:05:00.000Z');
  expect(await run({ run: fails(lost), next })).toBe('failed');
  expect(await queued()).toMatchObject([{ run_at: next() }]);
  await service.sql`delete from graphile_worker._private_jobs`;
  await service.sql`
    select graphile_worker.add_job('import-file', '{}', job_key => 'import-file:1', run_at => '2026-11-25T09:00:10Z')`;
  expect(await run({ next })).toBe('done');
  expect(await queued()).toMatchObject([{ run_at: new Date('2026-11-25T09:00:10.000Z') }]);
});
