import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Service } from '#service/context.ts';
import { jobEvents } from '#service/http/events.ts';
import { jobRoutes } from '#service/http/routes/jobs.ts';
import { scanRoutes } from '#service/http/routes/scan.ts';
import { scanChunk } from '#service/jobs/scan-chunk.ts';
import { tellJob } from '#service/store/jobs.ts';
import { startApi, type Api } from '#test/support/api.ts';
import { manyDomains, manyDomainsZone } from '#test/support/many-domains.ts';
import { createTestService, type TestService } from '#test/support/service.ts';
import { until } from '#test/support/until.ts';

const KNOWN = manyDomains(12);
const ME = '11111111-1111-4111-8111-111111111111';
const never = new AbortController().signal;
let world: TestService;
let service: Service;
let api: Api;
beforeAll(async () => {
  world = await createTestService({ zone: manyDomainsZone(KNOWN), env: { HUNTER_DNS_TIMEOUT_MS: '5000' } });
  service = world.service;
  api = await startApi(service, [...jobRoutes, ...scanRoutes]);
});
afterAll(async () => {
  await api.close();
  await world.close();
});
beforeEach(async () => {
  await service.sql`truncate companies, scan_jobs restart identity cascade`;
  await service.sql`delete from graphile_worker._private_jobs`;
});

async function begin(domain_list: readonly string[] = KNOWN): Promise<string> {
  const answer = await api.call('POST', '/api/v1/scan/bulk', { body: { domain_list, create_missing: true } });
  expect(answer.status).toBe(200);
  return answer.json.job_id as string;
}
const work = (jobId: string, to = 100) => scanChunk(service, { jobId, from: 0, to }, ME, never);

test('GET /jobs lists jobs, newest first, by kind and state, page by page', async () => {
  const first = await begin(KNOWN.slice(0, 1));
  const second = await begin(KNOWN.slice(0, 2));
  await service.sql`update scan_jobs set created_at = created_at - interval '1 minute' where id = ${first}`;
  await work(first);
  const all = await api.call('GET', '/api/v1/jobs');
  expect(all.json).toMatchObject({ total: 2, page: 1, total_pages: 1 });
  expect(all.json.jobs.map((job: { job_id: string }) => job.job_id)).toEqual([second, first]);
  expect(all.json.jobs[0]).not.toHaveProperty('errors');
  const done = await api.call('GET', '/api/v1/jobs?state=completed&kind=bulk-scan');
  expect(done.json.jobs).toMatchObject([{ job_id: first, progress: 100 }]);
  expect((await api.call('GET', '/api/v1/jobs?page=2&page_size=1')).json.jobs).toMatchObject([
    { job_id: first },
  ]);
  expect((await api.call('GET', '/api/v1/jobs?state=running')).status).toBe(422);
});

test('GET /jobs/{id} has the names of both earlier forms, and its words in both languages', async () => {
  const id = await begin([...KNOWN, 'not a domain']);
  await work(id, 6);
  const { json } = await api.call('GET', `/api/v1/jobs/${id}`);
  expect(json).toMatchObject({
    job_id: id,
    kind: 'bulk-scan',
    status: 'running',
    state: 'in_progress',
    total: 13,
    processed: 7,
    succeeded: 6,
    successful: 6,
    failed: 0,
    refused: 1,
    remaining: 6,
    progress: 53.8,
    progress_percent: 53.8,
    message: '7 of 13 are done.',
    completed_at: null,
    errors: [{ input: 'not a domain', domain: null, code: 'several-values' }],
  });
  expect(json.eta_seconds).toBeGreaterThanOrEqual(0);
  const turkish = await api.call('GET', `/api/v1/jobs/${id}?lang=tr`);
  expect(turkish.json.message).toBe('13 kaydın 7 tanesi tamam.');
  expect(turkish.json.errors[0].error).toContain('değer');
  expect((await api.call('GET', `/api/v1/scan/bulk/${id}`)).json).toEqual({
    ...json,
    eta_seconds: expect.any(Number),
  });
  const legacy = await api.call('GET', `/jobs/${id}`);
  expect(legacy.status).toBe(200);
  expect(legacy.headers.get('deprecation')).not.toBeNull();
});

test('a job that is not there, or no id at all, is told', async () => {
  for (const path of ['', '/results', '/events'])
    expect((await api.call('GET', `/api/v1/jobs/${ME}${path}`)).json.code).toBe('job-not-found');
  expect((await api.call('POST', `/api/v1/jobs/${ME}/cancel`)).json.code).toBe('job-not-found');
  expect((await api.call('GET', `/api/v1/scan/bulk/${ME}`)).json.code).toBe('job-not-found');
  expect((await api.call('GET', `/api/v1/scan/bulk/${ME}/results`)).json.code).toBe('job-not-found');
  expect((await api.call('GET', '/api/v1/jobs/x')).status).toBe(422);
});

test('results come as they are done, in their order, page by page, by state', async () => {
  const id = await begin([...KNOWN, 'not a domain', KNOWN[0]!]);
  await work(id, 6);
  const page = await api.call('GET', `/api/v1/jobs/${id}/results?limit=5`);
  expect(page.json).toMatchObject({ next_after: 4 });
  expect(page.json.results).toHaveLength(5);
  expect(page.json.results[0]).toMatchObject({
    position: 0,
    domain: 'sirket0.com.tr',
    state: 'completed',
    scan_status: 'completed',
    provider: 'Hosting',
    score_kept: false,
    changes: 0,
    error: null,
  });
  const last = await api.call('GET', `/api/v1/jobs/${id}/results?after=9`);
  expect(last.json.results.map(({ state }: { state: string }) => state)).toEqual([
    'pending',
    'pending',
    'refused',
    'duplicate',
  ]);
  expect(last.json.next_after).toBeNull();
  expect(last.json.results[3]).toMatchObject({ error: 'The same company as entry 1.' });
  const refused = await api.call('GET', `/api/v1/jobs/${id}/results?state=refused`);
  expect(refused.json.results).toHaveLength(1);
  const earlier = await api.call('GET', `/api/v1/scan/bulk/${id}/results`);
  expect(earlier.json).toMatchObject({ job_id: id, total: 14, succeeded: 6, failed: 0 });
  expect(earlier.json.results).toHaveLength(6);
});

test('a job is cancelled once', async () => {
  const id = await begin();
  const answer = await api.call('POST', `/api/v1/jobs/${id}/cancel`);
  expect(answer.json).toMatchObject({ job_id: id, job: { status: 'cancelled', cancelled: 12 } });
  const again = await api.call('POST', `/api/v1/jobs/${id}/cancel?lang=tr`);
  expect(again.status).toBe(409);
  expect(again.json.detail).toContain('iptal edildi');
});

interface Event {
  readonly id: string | null;
  readonly event: string | null;
  // oxlint-disable-next-line typescript/no-explicit-any -- a test looks into whatever came
  readonly data: any;
}
/** Reads events as they come, until the stream ends or `enough` says so. */
async function eventsOf(response: Response, onEvent: (event: Event) => void): Promise<Event[]> {
  const seen: Event[] = [];
  let rest = '';
  for await (const part of response.body!.pipeThrough(
    new TextDecoderStream() as never,
  ) as AsyncIterable<string>) {
    rest += part;
    const blocks = rest.split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const field = (name: string): string | null =>
        block
          .split('\n')
          .find((line) => line.startsWith(`${name}: `))
          ?.slice(name.length + 2) ?? null;
      if (field('event') === null) continue;
      const event = { id: field('id'), event: field('event'), data: JSON.parse(field('data') ?? 'null') };
      seen.push(event);
      onEvent(event);
    }
  }
  return seen;
}

test('events: where it stands first, then what is new, then the end', async () => {
  const id = await begin();
  const response = await api.open('GET', `/api/v1/jobs/${id}/events`, { headers: { 'last-event-id': '77' } });
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  let working: Promise<void> | null = null;
  const seen = await eventsOf(response, () => {
    working ??= (async () => {
      await work(id, 5);
      await service.sleep(300);
      await work(id);
    })();
  });
  await working;
  expect(seen[0]).toMatchObject({ id: '1', event: 'progress', data: { status: 'pending', processed: 0 } });
  expect(seen.at(-1)).toMatchObject({ event: 'end', data: { status: 'completed', processed: 12 } });
  const counts = seen.map(({ data }) => data.processed as number);
  expect(counts).toEqual([...counts].sort((a, b) => a - b));
  expect(counts).toContain(5);
});

test('events of a job that has ended are its end', async () => {
  const id = await begin(KNOWN.slice(0, 1));
  await work(id);
  const seen = await eventsOf(await api.open('GET', `/api/v1/jobs/${id}/events`), () => undefined);
  expect(seen.map(({ event }) => event)).toEqual(['progress', 'end']);
});

test('events go on when notifications are lost, and many at once are one', async () => {
  const id = await begin(KNOWN.slice(0, 1));
  let reads = 0;
  const stream = jobEvents({
    service: { ...service, sql: { listen: () => Promise.reject(new Error('no connection')) } as never },
    jobId: id,
    signal: never,
    read: async () => ({ reads: ++reads }),
    isEnd: ({ reads: n }) => n === 4,
    pace: { leastMs: 5, lookMs: 20, aliveMs: 10 },
  });
  expect((await eventsOf(stream, () => undefined)).at(-1)).toEqual({
    id: null,
    event: 'end',
    data: { reads: 4 },
  });

  let looks = 0;
  const leave = new AbortController();
  const told = jobEvents({
    service,
    jobId: id,
    signal: leave.signal,
    read: async () => ({ looks: ++looks }),
    isEnd: () => false,
    pace: { leastMs: 200, lookMs: 60_000 },
  });
  const reading = eventsOf(told, () => undefined);
  await until(() => looks === 1);
  await service.sleep(300);
  for (let n = 0; n < 50; n++) await tellJob(service.sql, id);
  await until(() => looks >= 2);
  await service.sleep(300);
  expect(looks).toBeLessThanOrEqual(4);
  leave.abort();
  await reading;
});

test('a client that goes leaves nothing behind', async () => {
  const id = await begin();
  const leave = new AbortController();
  const response = await api.open('GET', `/api/v1/jobs/${id}/events`, { signal: leave.signal });
  await response.body!.getReader().read();
  await until(async () => (await listening()) === 1);
  leave.abort();
  await until(async () => (await listening()) === 0);
});

/** Connections whose last word was about our channel: postgres keeps one for notifications. */
const listening = async (): Promise<number> =>
  (
    await service.sql`
      select from pg_stat_activity where datname = current_database() and query ilike 'listen "hunter_job"%'`
  ).length;
