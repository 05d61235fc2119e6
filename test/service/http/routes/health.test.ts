import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createMetrics } from '#service/telemetry/metrics.ts';
import { createProbe, shippedMigrations } from '#service/http/readiness.ts';
import { healthRoutes } from '#service/http/routes/health.ts';
import { createPool, type Sql } from '#service/store/pool.ts';
import type { Sleep } from '#service/lookup/limit.ts';
import { addJob } from '#service/jobs/queue.ts';
import { startApi, type Api } from '#test/support/api.ts';
import { createTestService, type TestService } from '#test/support/service.ts';

let t: TestService;
let api: Api;
beforeAll(async () => {
  // The probe's patience never ends here: how fast a test machine is proves nothing.
  const sleep: Sleep = (_ms, signal) =>
    new Promise((resolve) => signal?.addEventListener('abort', () => resolve()));
  t = await createTestService({ env: { HUNTER_ENRICHMENT_ENABLED: 'false' }, with: () => ({ sleep }) });
  api = await startApi(t.service, healthRoutes);
}, 60_000);
afterAll(async () => {
  await api.close();
  await t.close();
});

const nowhere = (): Sql =>
  createPool({
    url: 'postgres://nobody@127.0.0.1:9/none',
    max: 1,
    statementTimeoutMs: 0,
    application: 'test',
  });

describe('with a database that answers', () => {
  test('the service is healthy, in the words of the earlier system', async () => {
    const { status, json } = await api.call('GET', '/healthz');
    expect(status).toBe(200);
    expect(json).toEqual({
      status: 'healthy',
      database: 'connected',
      redis: 'not used',
      environment: 'production',
      enrichment_enabled: false,
      partner_center_enabled: false,
      version: '0.0.0-test',
      rules: 'hunter-1',
    });
  });

  test.each([
    ['live', 'alive'],
    ['ready', 'ready'],
    ['startup', 'started'],
  ])('it is %s, for everybody', async (probe, state) => {
    const { status, json } = await api.call('GET', `/healthz/${probe}`, { as: 'nobody' });
    expect([status, json]).toEqual([200, { status: state }]);
  });
});

describe('without a database', () => {
  test('the process lives, is not ready, and says how it is all the same', async () => {
    const sql = nowhere();
    const away = await startApi({ ...t.service, sql }, healthRoutes);
    try {
      expect((await away.call('GET', '/healthz/live')).status).toBe(200);
      const health = await away.call('GET', '/healthz');
      expect([health.status, health.json.status, health.json.database]).toEqual([
        200,
        'degraded',
        'disconnected',
      ]);
      for (const probe of ['ready', 'startup']) {
        const { status, json } = await away.call('GET', `/healthz/${probe}`);
        expect([status, json.code]).toEqual([503, 'database-unavailable']);
      }
    } finally {
      await away.close();
      await sql.end({ timeout: 0 });
    }
  });
});

describe('the probe', () => {
  let now = 0;
  let asked = 0;
  let answer: () => Promise<unknown>;
  let wakeUp: (() => void)[] = [];
  const files = shippedMigrations()!;
  const applied = files.map(({ name, hash }) => ({ name, hash, at: new Date(0) }));
  /** a database that answers as told: first whether the table is there, then its rows */
  const sql = ((strings: TemplateStringsArray) => {
    if (strings.join('').includes('to_regclass')) return Promise.resolve([{ there: true }]);
    asked += 1;
    return answer();
  }) as unknown as Sql;
  const probe = () =>
    createProbe(
      {
        sql,
        clock: () => now,
        sleep: (_ms, signal) =>
          new Promise((resolve) => {
            wakeUp.push(resolve);
            signal?.addEventListener('abort', () => resolve());
          }),
      },
      files,
    );
  beforeEach(() => {
    now = 1_000_000;
    asked = 0;
    wakeUp = [];
    answer = async () => applied;
  });

  test('asks the database once a second at most', async () => {
    const { ready } = probe();
    expect(await ready()).toEqual({ ready: true });
    now += 999;
    await ready();
    expect(asked).toBe(1);
    now += 1;
    await ready();
    expect(asked).toBe(2);
  });

  test('does not wait for a database that hangs, nor asks it again meanwhile', async () => {
    const { ready } = probe();
    answer = () => new Promise(() => undefined);
    const first = ready();
    wakeUp.forEach((wake) => wake());
    expect(await first).toEqual({ ready: false, why: 'database' });
    const second = ready();
    wakeUp.forEach((wake) => wake());
    await second;
    expect(asked).toBe(1);
  });

  test('takes a database that is busy for a moment for what it was', async () => {
    const { ready } = probe();
    await ready();
    answer = () => new Promise(() => undefined);
    now += 1500;
    const busy = ready();
    await Promise.resolve();
    wakeUp.forEach((wake) => wake());
    expect(await busy).toEqual({ ready: true });
    now += 5000;
    const gone = ready();
    wakeUp.forEach((wake) => wake());
    expect(await gone).toEqual({ ready: false, why: 'database' });
  });

  test('is not ready while a migration is open or another than shipped', async () => {
    answer = async () => applied.slice(0, -1);
    expect(await probe().ready()).toEqual({ ready: false, why: 'migrations' });
    answer = async () => applied.map((row) => ({ ...row, hash: 'x' }));
    expect(await probe().ready()).toEqual({ ready: false, why: 'migrations' });
  });

  test('stays ready when a newer version has migrated further', async () => {
    answer = async () => [...applied, { name: '999999_later.sql', hash: 'x', at: new Date(0) }];
    expect(await probe().ready()).toEqual({ ready: true });
  });

  test('a start that is over stays over', async () => {
    const { started } = probe();
    expect(await started()).toEqual({ ready: true });
    answer = () => Promise.reject(new Error('away'));
    now += 60_000;
    expect(await started()).toEqual({ ready: true });
  });

  test('an installation without its migrations is never ready', async () => {
    const broken = createProbe(
      { sql, clock: () => now, sleep: async () => new Promise(() => undefined) },
      null,
    );
    expect(await broken.ready()).toEqual({ ready: false, why: 'migrations' });
  });
});

describe('figures', () => {
  test('are of this process and of the work of all, as JSON', async () => {
    const { sql } = t.service;
    await sql`insert into scan_jobs (kind, requested_by) values ('bulk-scan', 'test')`;
    await sql`
      insert into workers (id, host, pid, version, heartbeat_at)
      values (gen_random_uuid(), 'a', 1, '1', now()), (gen_random_uuid(), 'b', 2, '1', now() - interval '2 minutes')`;
    await addJob(sql, 'housekeeping', {});
    t.service.metrics.count('cache', { cache: 'registration', outcome: 'hit' }, 3);
    t.service.metrics.count('cache', { cache: 'registration', outcome: 'miss' });
    await api.call('GET', '/healthz/nothing');
    const { json } = await api.call('GET', '/healthz/metrics');
    expect(json).toMatchObject({
      cache: { hits: 3, misses: 1, hit_rate: 0.75 },
      bulk_operations: { pending: 1 },
      workers: { live: 1, stopping: 0, silent: 1 },
      leads: 0,
      deprecated_endpoints: {},
      rate_limit: { refused: 0 },
    });
    expect(json.queue[0]).toMatchObject({ task: 'housekeeping', waiting: 1, running: 0, planned: 0 });
    expect(json.requests.by_route['GET /healthz/live']).toBeGreaterThanOrEqual(1);
    expect(json.errors.by_code['route-not-found']).toBeGreaterThanOrEqual(1);
  });

  test.each([
    ['asked for', '/healthz/metrics?format=prometheus', {}],
    [
      'accepted',
      '/healthz/metrics',
      { accept: 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5' },
    ],
  ])('come as Prometheus text when that is %s', async (_, path, headers) => {
    const { text, headers: sent } = await api.call('GET', path, { headers });
    expect(sent.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(text).toContain('# TYPE hunter_http_requests_total counter\n');
    expect(text).toMatch(
      /^hunter_http_requests_total\{route="GET \/healthz\/live",status="200",actor="anonymous"\} \d+$/m,
    );
    expect(text).toMatch(/^hunter_workers\{state="live"\} 1$/m);
    for (const line of text.trim().split('\n'))
      expect(line).toMatch(/^(?:# (?:HELP|TYPE) hunter_\w+ .+|hunter_\w+(?:\{[^{}]*\})? [\d.e+-]+)$/);
  });

  test('are not for everybody', async () => {
    expect((await api.call('GET', '/healthz/metrics', { as: 'nobody' })).status).toBe(401);
    expect((await api.call('GET', '/healthz/metrics', { as: 'seller' })).status).toBe(403);
  });
});

describe('the registry', () => {
  test('adds up by name and labels, and sorts durations into buckets', () => {
    const metrics = createMetrics();
    metrics.count('scans', { outcome: 'ok' });
    metrics.count('scans', { outcome: 'ok' }, 4);
    metrics.count('scans', { outcome: 'failed' });
    expect(metrics.counters().map(({ labels, value }) => [labels['outcome'], value])).toEqual([
      ['ok', 5],
      ['failed', 1],
    ]);
    for (const ms of [5, 6, 20_000]) metrics.observe('scan_ms', ms);
    const [scan] = metrics.durations();
    expect(scan).toMatchObject({ count: 3, sum: 20_011, max: 20_000 });
    expect(scan!.buckets.slice(0, 2)).toEqual([1, 2]);
    expect(scan!.buckets.at(-1)).toBe(2);
  });

  test('does not grow without end', () => {
    const metrics = createMetrics();
    for (let at = 0; at < 6000; at += 1) metrics.count('errors', { code: at });
    expect(metrics.counters()).toHaveLength(5000);
  });
});
