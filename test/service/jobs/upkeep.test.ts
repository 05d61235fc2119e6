import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Service } from '#service/context.ts';
import { dailyRescan } from '#service/jobs/daily-rescan.ts';
import { housekeeping } from '#service/jobs/housekeeping.ts';
import { addJob } from '#service/jobs/queue.ts';
import { registrationSweep } from '#service/jobs/registration-sweep.ts';
import { retention } from '#service/jobs/retention.ts';
import { retrySweep } from '#service/jobs/retry-sweep.ts';
import { createTasks } from '#service/jobs/task-list.ts';
import { findJob } from '#service/store/jobs.ts';
import { startBulkScan } from '#service/verbs/start-bulk-scan.ts';
import { domainFacts, mx } from '#test/support/facts.ts';
import { manyDomains, manyDomainsZone } from '#test/support/many-domains.ts';
import { createTestService, type TestService } from '#test/support/service.ts';
import { storeScanned } from '#test/support/stored.ts';

const NOW = '2026-11-26T09:00:00.000Z';
const ME = '11111111-1111-4111-8111-111111111111';
const never = new AbortController().signal;
let world: TestService;
let service: Service;
let asked: string[] = [];
beforeAll(async () => {
  world = await createTestService({
    zone: manyDomainsZone(manyDomains(5)),
    env: { HUNTER_DNS_TIMEOUT_MS: '5000' },
    with: ({ lookup }) => ({
      lookup: {
        ...lookup,
        registration: {
          look: async (domain: string) => {
            asked.push(domain);
            return { state: 'absent', why: 'NOT-FOUND' };
          },
        } as never,
      },
    }),
  });
  service = world.service;
});
afterAll(() => world.close());
beforeEach(async () => {
  world.time.set(NOW);
  asked = [];
  const { sql } = service;
  await sql`truncate companies, scan_jobs, uploads, raw_leads, lookup_cache, rate_limits,
    lead_counts restart identity cascade`;
  await sql`alter table audit_log disable trigger all`;
  await sql`delete from audit_log`;
  await sql`delete from graphile_worker._private_jobs`;
});
const google = (domain: string) => {
  const { registration: _, ...facts } = domainFacts(domain, { mx: mx('1 smtp.google.com') });
  return facts;
};
const scanned = (domains: readonly string[], at = '2026-11-25T09:00:00.000Z') =>
  storeScanned(
    service.sql,
    service.rules.current(),
    domains.map((domain) => ({ ...google(domain), lookedUpAt: at })),
    at,
  );
const waiting = () => service.sql<{ task: string; key: string; payload: unknown }[]>`
  select t.identifier as task, j.key, j.payload
  from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id order by j.key`;

test('look-ups without an answer are queued when they are due, once, and in the tier they had', async () => {
  await scanned(['a.com.tr', 'b.com.tr', 'c.com.tr', 'd.com.tr']);
  const due = (domain: string, at: string, posture: boolean) => service.sql`
    update domain_signals set retry_at = ${at}::timestamptz, retries = 1,
      asked_at = ${posture ? '{"posture": "2026-11-25T09:00:00.000Z"}' : '{}'}::text::jsonb
    where company_id = (select id from companies where domain = ${domain})`;
  await due('a.com.tr', '2026-11-26T08:59:00Z', false);
  await due('b.com.tr', '2026-11-26T09:00:00Z', true);
  await due('c.com.tr', '2026-11-26T09:00:01Z', false);
  await retrySweep(service);
  await retrySweep(service);
  expect(await waiting()).toEqual([
    {
      task: 'scan-domain',
      key: 'scan-domain:a.com.tr',
      payload: { domain: 'a.com.tr', tier: 'score', cause: 'retry' },
    },
    {
      task: 'scan-domain',
      key: 'scan-domain:b.com.tr',
      payload: { domain: 'b.com.tr', tier: 'full', cause: 'retry' },
    },
  ]);
});

test('the daily rescan takes what is too old, by priority and then age, and one job at a time', async () => {
  await scanned(['young.com.tr'], '2026-11-20T09:00:00.000Z');
  await scanned(['oldest.com.tr'], '2026-11-01T09:00:00.000Z');
  await scanned(['old.com.tr', 'better.com.tr'], '2026-11-10T09:00:00.000Z');
  await service.sql`
    update lead_scores set priority_score = 7 where company_id in (
      select id from companies where domain in ('oldest.com.tr', 'old.com.tr'))`;
  await dailyRescan(service);
  await dailyRescan(service);
  expect(await service.sql`select kind, total, requested_by from scan_jobs`).toEqual([
    { kind: 'daily-rescan', total: 3, requested_by: 'system' },
  ]);
  const items = await service.sql<{ domain: string }[]>`select domain from scan_job_items order by position`;
  expect(items.map(({ domain }) => domain)).toEqual(['better.com.tr', 'oldest.com.tr', 'old.com.tr']);
  expect(await waiting()).toMatchObject([{ task: 'scan-chunk' }]);
});

test('the daily rescan makes no job of nothing, and none when it is switched off', async () => {
  await scanned(['young.com.tr'], '2026-11-20T09:00:00.000Z');
  await dailyRescan(service);
  await scanned(['old.com.tr'], '2026-11-01T09:00:00.000Z');
  const { config } = service;
  await dailyRescan({ ...service, config: { ...config, worker: { ...config.worker, dailyRescan: false } } });
  expect(await service.sql`select from scan_jobs`).toHaveLength(0);
});

test('registration data is asked for the better leads that have none, once a day at most', async () => {
  const [better, worse] = ['sirket0.com.tr', 'sirket1.com.tr'];
  await scanned([better, worse]);
  await service.sql`
    update lead_scores set priority_score = 7, segment = 'Cold' where company_id = (select id from companies where domain = ${worse})`;
  await service.sql`alter table domain_signals disable trigger domain_signals_touch`;
  await service.sql`update domain_signals set updated_at = now() - interval '1 hour'`;
  await service.sql`alter table domain_signals enable trigger domain_signals_touch`;
  expect(await registrationSweep(service, never)).toBe(false);
  expect(asked).toEqual([better]);
  await registrationSweep(service, never);
  expect(asked).toEqual([better]);
});

test('housekeeping sums up counts and drops what has ended in caches and limits', async () => {
  const { sql } = service;
  await scanned(['a.com.tr']);
  await scanned(['b.com.tr']);
  await sql`insert into lookup_cache values ('old', '1', '2026-11-26T08:00:00Z'), ('new', '1', '2026-11-26T10:00:00Z')`;
  await sql`insert into rate_limits (key, tokens, updated_at) values ('old', 1, now() - interval '2 hours'), ('new', 1, now())`;
  await housekeeping(service, () => createTasks(service, ME));
  expect(await sql`select key from lookup_cache`).toEqual([{ key: 'new' }]);
  expect(await sql`select key from rate_limits`).toEqual([{ key: 'new' }]);
  expect(await sql`select n from lead_counts`).toEqual([{ n: 2 }]);
});

test('work that ended its worker too often is noted as failed, and leaves the queue', async () => {
  const { sql } = service;
  const [job] = await sql<{ id: string }[]>`
    insert into scan_jobs (kind, requested_by) values ('import', 'a') returning id`;
  await addJob(sql, 'import-file', { jobId: job!.id }, { key: 'import-file:1' });
  await sql`update graphile_worker._private_jobs set attempts = max_attempts`;
  await housekeeping(service, () => createTasks(service, ME));
  expect(await findJob(sql, job!.id)).toMatchObject({ state: 'failed', errorCode: 'given-up' });
  expect(await waiting()).toEqual([]);
});

test('a list that nothing in the queue would scan any more is queued again', async () => {
  const { sql } = service;
  const started = await startBulkScan(service, {
    domains: manyDomains(3),
    kind: 'bulk-scan',
    force: false,
    createMissing: true,
    tier: 'score',
    by: 'a',
    language: 'tr',
  });
  expect(started.ok).toBe(true);
  await sql`delete from graphile_worker._private_jobs`;
  await housekeeping(service, () => createTasks(service, ME));
  expect(await waiting()).toEqual([]);
  await sql`alter table scan_jobs disable trigger scan_jobs_touch`;
  await sql`update scan_jobs set updated_at = now() - interval '10 minutes'`;
  await sql`alter table scan_jobs enable trigger scan_jobs_touch`;
  await housekeeping(service, () => createTasks(service, ME));
  expect(await waiting()).toMatchObject([{ task: 'scan-chunk' }]);
});

test('retention: what is older than it may be goes, the newest score of a company and open work stay', async () => {
  const { sql } = service;
  const [id] = await scanned(['a.com.tr']);
  const history = (at: string) => sql`
    insert into score_history (company_id, provider, confidence, rule_set, cause, summary_tr, summary_en, at)
    values (${id!}, 'M365', 1, 'x', 'scan', 'a', 'a', ${at}::timestamptz)`;
  await history('2024-01-01T00:00:00Z');
  await history('2024-02-01T00:00:00Z');
  const [other] = await scanned(['b.com.tr']);
  await sql`update score_history set at = '2024-03-01T00:00:00Z' where company_id = ${other!}`;
  await sql`
    insert into signal_change_history (company_id, change_type, words_tr, words_en, cause, at) values
      (${id!}, 'spf_changed', 'a', 'a', 'records', '2024-01-01'), (${id!}, 'spf_changed', 'a', 'a', 'records', '2026-11-01')`;
  await sql`insert into provider_change_history (company_id, old_provider, new_provider, at) values (${id!}, 'a', 'b', '2024-01-01')`;
  await sql`
    insert into alerts (company_id, alert_type, message_tr, message_en, key, created_at) values
      (${id!}, 'mx_changed', 'a', 'a', '1', '2024-01-01'), (${id!}, 'mx_changed', 'a', 'a', '2', '2026-11-01')`;
  await sql`insert into audit_log (at, actor, actor_kind, action) values ('2024-01-01', 'a', 'user', 'a.b'), (now(), 'a', 'user', 'a.b')`;
  const upload = async (at: string): Promise<string> => {
    const [row] = await sql<{ id: string }[]>`
      insert into uploads (file_name, content, sha256, uploaded_by, uploaded_at)
      values ('a.csv', 'x', sha256('x'), 'a', ${at}::timestamptz) returning id`;
    return row!.id;
  };
  const [oldDone, oldOpen, young] = [
    await upload('2026-10-01'),
    await upload('2026-10-01'),
    await upload('2026-11-20'),
  ];
  await sql`
    insert into scan_jobs (kind, state, requested_by, upload_id, created_at, finished_at) values
      ('import', 'completed', 'a', ${oldDone}, '2026-10-01', '2026-10-01'),
      ('import', 'completed', 'old', null, '2024-01-01', '2024-01-01')`;
  await sql`
    insert into scan_jobs (kind, state, requested_by, upload_id, created_at) values ('import', 'in_progress', 'a', ${oldOpen}, '2024-01-01')`;
  await sql`
    insert into scan_job_items (job_id, position, input, state)
    select id, 0, 'x', 'refused' from scan_jobs where requested_by = 'old'`;
  await retention(service, never);
  const n = async (table: string): Promise<number> => (await sql`select from ${sql(table)}`).length;
  expect(await sql`select company_id from score_history order by 1`).toEqual([
    { company_id: id },
    { company_id: other },
  ]);
  expect(await n('signal_change_history')).toBe(1);
  expect(await n('provider_change_history')).toBe(0);
  expect(await n('alerts')).toBe(1);
  expect(await n('audit_log')).toBe(1);
  expect((await sql<{ id: string }[]>`select id from uploads`).map((row) => row.id).sort()).toEqual(
    [oldOpen, young].sort(),
  );
  expect(await n('scan_jobs')).toBe(2);
  expect(await n('scan_job_items')).toBe(0);
});
