import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Service } from '#service/context.ts';
import { rescoreChunk } from '#service/jobs/rescore-chunk.ts';
import { rescoreHere } from '#service/jobs/rescore-here.ts';
import { createActiveRules, type WatchedRules } from '#service/rules/active.ts';
import { findRescoreJob } from '#service/store/rescore-jobs.ts';
import { silentLog } from '#service/telemetry/log.ts';
import { activateRules } from '#service/verbs/activate-rules.ts';
import { domainFacts, mx, NXDOMAIN, TIMEOUT } from '#test/support/facts.ts';
import { allShippedRules } from '#test/support/rules.ts';
import { createTestService, type TestService } from '#test/support/service.ts';
import { storeScanned } from '#test/support/stored.ts';

const SHIPPED = allShippedRules();
let world: TestService;
let service: Service;
let rules: WatchedRules;
beforeAll(async () => {
  world = await createTestService();
  world.time.set('2026-11-26T09:00:00Z');
});
afterAll(() => world.close());
beforeEach(async () => {
  const { sql } = world.database;
  await sql`truncate companies, scan_jobs, rule_activations, audit_log restart identity cascade`;
  await sql`delete from graphile_worker._private_jobs`;
  rules = await createActiveRules(sql, SHIPPED, { log: silentLog });
  service = { ...world.service, rules };
});

const google = (n: number) =>
  domainFacts(`google-${n}.example`, { mx: mx('1 smtp.google.com'), tenant: NXDOMAIN });
const store = (n: number) =>
  storeScanned(
    service.sql,
    SHIPPED,
    Array.from({ length: n }, (_, at) => google(at + 1)),
  );
const OVERLAY = { id: 'trial', points: { 'spf-present': 4 } };
const actor = { kind: 'user', id: 'admin-1' } as const;
async function activate(overlay: object | null = OVERLAY, set = 'hunter-1'): Promise<string> {
  const made = await activateRules(service, { choice: { set, overlay }, actor, requestId: 'r-1' });
  if (!made.ok) throw new Error(made.failure.code);
  return made.value.job_id;
}
const never = new AbortController().signal;
const work = (jobId: string) => rescoreHere(service, jobId, never, () => undefined, 3);
const chunk = (jobId: string, from = service) => rescoreChunk(from, { jobId, after: 0 }, never, 3);
const scores = async () =>
  service.sql`select company_id as id, readiness_score as score, rule_set_version as version from lead_scores order by 1`;
const queued = async (): Promise<number> =>
  (await service.sql`select from graphile_worker.jobs where task_identifier = 'rescore-chunk'`).length;

test('an activation is all there at once: rules, job, first chunk, audit', async () => {
  await store(3);
  const made = await activateRules(service, {
    choice: { set: 'hunter-1', overlay: OVERLAY },
    actor,
    requestId: 'r-1',
  });
  expect(made).toMatchObject({
    ok: true,
    value: { rule_set: 'hunter-1', version: expect.stringContaining('+trial.'), companies: 3 },
  });
  const jobId = made.ok ? made.value.job_id : '';
  expect(await findRescoreJob(service.sql, jobId)).toMatchObject({
    state: 'pending',
    total: 3,
    after: 0,
    last: 3,
  });
  expect(await queued()).toBe(1);
  expect(await service.sql`select actor, action, target, detail, request_id from audit_log`).toMatchObject([
    {
      actor: 'admin-1',
      action: 'rules.activate',
      target: 'hunter-1',
      detail: { job_id: jobId, companies: 3, overlay: true },
      request_id: 'r-1',
    },
  ]);
  // New scans use them from now on, before a single company is scored again.
  expect(service.rules.current().engine.set.version).toContain('+trial.');
});

test('every company is scored again from its records, with a history that names the rules and no alerts', async () => {
  await store(3);
  const before = await scores();
  expect(before.map(({ score }) => score)).toEqual([90, 90, 90]);
  const jobId = await activate();
  expect(await work(jobId)).toMatchObject({ state: 'completed', total: 3, succeeded: 3, failed: 0 });
  expect((await scores()).map(({ score }) => score)).toEqual([84, 84, 84]);
  const history = await service.sql`select cause, delta, rule_set from score_history where cause = 'rules'`;
  expect(history).toHaveLength(3);
  expect(history[0]).toMatchObject({ delta: -6, rule_set: expect.stringContaining('+trial.') });
  expect(await service.sql`select from alerts`).toHaveLength(0);
  expect(await service.sql`select readiness_score from leads_ready where readiness_score = 84`).toHaveLength(
    3,
  );
});

test('a score kept from an earlier look-up is made again from its own records', async () => {
  await store(1);
  await storeScanned(
    service.sql,
    SHIPPED,
    [{ ...google(1), mx: TIMEOUT, lookedUpAt: '2026-11-25T10:00:00.000Z' }],
    '2026-11-25T10:00:00.000Z',
  );
  expect(
    await service.sql`select readiness_score, kept_facts is not null as kept from lead_scores`,
  ).toMatchObject([{ readiness_score: 90, kept: true }]);
  await work(await activate());
  expect(
    await service.sql`select readiness_score, kept_facts is not null as kept from lead_scores`,
  ).toMatchObject([{ readiness_score: 84, kept: true }]);
});

test('many chunks, each queued by the one before it', async () => {
  await store(8);
  const jobId = await activate();
  await chunk(jobId);
  expect(await findRescoreJob(service.sql, jobId)).toMatchObject({
    state: 'in_progress',
    succeeded: 3,
    after: 3,
  });
  expect(await queued()).toBe(1);
  expect(await work(jobId)).toMatchObject({ state: 'completed', succeeded: 8, total: 8 });
});

test('W26: the same chunk done twice, one after the other or at once, counts once', async () => {
  await store(8);
  const jobId = await activate();
  await Promise.all([chunk(jobId), chunk(jobId), chunk(jobId)]);
  await work(jobId);
  await chunk(jobId);
  expect(await findRescoreJob(service.sql, jobId)).toMatchObject({
    state: 'completed',
    succeeded: 8,
    failed: 0,
    total: 8,
  });
  expect(await service.sql`select from score_history where cause = 'rules'`).toHaveLength(8);
});

test('a worker that dies after the scores are stored and before its chunk is closed loses and repeats nothing', async () => {
  await store(5);
  const jobId = await activate();
  let transactions = 0;
  const sql = new Proxy(service.sql, {
    get: (target, name) =>
      name === 'begin'
        ? (work: never) => {
            transactions += 1;
            return transactions === 2 ? Promise.reject(new Error('killed')) : target.begin(work);
          }
        : Reflect.get(target, name),
  });
  await expect(chunk(jobId, { ...service, sql })).rejects.toThrow('killed');
  expect(await findRescoreJob(service.sql, jobId)).toMatchObject({
    state: 'in_progress',
    succeeded: 3,
    after: 3,
  });
  await work(jobId);
  expect(await findRescoreJob(service.sql, jobId)).toMatchObject({ state: 'completed', succeeded: 5 });
  expect(await service.sql`select from score_history where cause = 'rules'`).toHaveLength(5);
});

test('a later activation ends the job of the earlier one, also while a chunk of it is at work', async () => {
  await store(4);
  const first = await activate();
  const [, second] = await Promise.all([
    chunk(first),
    activate({ id: 'other', points: { 'spf-present': 7 } }),
  ]);
  await chunk(first);
  expect(await findRescoreJob(service.sql, first)).toMatchObject({ state: 'cancelled' });
  expect(await work(second)).toMatchObject({ state: 'completed', succeeded: 4 });
  expect(new Set((await scores()).map(({ score }) => score))).toEqual(new Set([87]));
});

test('two activations at the same moment: the newer one holds, and one job is open', async () => {
  await store(2);
  await Promise.all([activate(), activate({ id: 'other', points: { 'spf-present': 7 } })]);
  const open =
    await service.sql`select a.rule_set_version as version from scan_jobs j join rule_activations a on a.job_id = j.id where j.state = 'pending'`;
  await rules.reload();
  expect(open).toEqual([{ version: rules.current().engine.set.version }]);
});

test('a cancelled job stores nothing more', async () => {
  await store(2);
  const jobId = await activate();
  await service.sql`update scan_jobs set cancel_requested_at = now()`;
  await chunk(jobId);
  expect(await findRescoreJob(service.sql, jobId)).toMatchObject({ state: 'cancelled', succeeded: 0 });
  expect((await scores()).map(({ score }) => score)).toEqual([90, 90]);
});

test('a chunk that is at work when its job ends stores nothing', async () => {
  await store(2);
  const jobId = await activate();
  const ending = async (): Promise<void> => {
    await service.sql`update scan_jobs set state = 'cancelled', finished_at = now()`;
  };
  await chunk(jobId, { ...service, rules: { current: () => rules.current(), reload: ending } });
  expect(await findRescoreJob(service.sql, jobId)).toMatchObject({ state: 'cancelled', succeeded: 0 });
  expect((await scores()).map(({ score }) => score)).toEqual([90, 90]);
});

test('W27: a company that cannot be scored does not take the others with it', async () => {
  await store(3);
  await service.sql`update domain_signals set facts = '{"schema": 1}' where company_id = 2`;
  const jobId = await activate();
  expect(await work(jobId)).toMatchObject({ state: 'completed', succeeded: 2, failed: 1, total: 3 });
  expect((await scores()).map(({ score }) => score)).toEqual([84, 90, 84]);
});

test('companies erased meanwhile are not waited for, and new ones need no new score', async () => {
  await store(4);
  const jobId = await activate();
  await service.sql`delete from companies where id = 2`;
  await storeScanned(service.sql, rules.current(), [google(9)]);
  expect(await work(jobId)).toMatchObject({ state: 'completed', succeeded: 3, failed: 0, total: 3 });
  expect((await scores()).map(({ score }) => score)).toEqual([84, 84, 84, 84]);
});

test('a scan that ended by the old rules after its chunk is caught at the end', async () => {
  await store(4);
  const jobId = await activate();
  await chunk(jobId);
  await storeScanned(service.sql, SHIPPED, [{ ...google(1), lookedUpAt: '2026-11-26T08:00:00.000Z' }]);
  expect((await scores())[0]).toMatchObject({ score: 90 });
  await work(jobId);
  expect((await scores())[0]).toMatchObject({ score: 84 });
});

test('a process that cannot load the activated rules scores nothing by others', async () => {
  await store(1);
  const jobId = await activate();
  await service.sql`update rule_activations set rule_set = 'gone'`;
  const stale = await createActiveRules(service.sql, SHIPPED, { log: silentLog });
  await chunk(jobId, { ...service, rules: stale });
  expect(await findRescoreJob(service.sql, jobId)).toMatchObject({
    state: 'failed',
    succeeded: 0,
    error: expect.stringContaining('hunter-1 1.0.0+trial.'),
  });
  expect((await scores()).map(({ score }) => score)).toEqual([90]);
});

test('back to the configured rules', async () => {
  await store(1);
  await work(await activate());
  const made = await activateRules(service, { choice: null, actor, requestId: null });
  expect(made).toMatchObject({ ok: true, value: { rule_set: 'hunter-1', version: '1.0.0', companies: 1 } });
  await work(made.ok ? made.value.job_id : '');
  expect((await scores()).map(({ score, version }) => [score, version])).toEqual([[90, '1.0.0']]);
  expect(rules.state().source).toBe('configuration');
});

test('without companies the job is done as soon as it is made', async () => {
  const jobId = await activate();
  expect(await findRescoreJob(service.sql, jobId)).toMatchObject({ state: 'completed', total: 0 });
  expect(await queued()).toBe(0);
});

test('rules with a fault are refused, and nothing is written', async () => {
  for (const [set, overlay, code, path] of [
    ['gone', null, 'rule-set-not-found', undefined],
    [
      'hunter-1',
      { id: 'trial', points: { 'no-such-rule': 3 } },
      'rules-faulty',
      'overlay trial points.no-such-rule',
    ],
    [
      'hunter-1',
      { id: 'trial', providers: { Gogle: { points: 3 } } },
      'rules-faulty',
      'overlay trial providers.Gogle',
    ],
    ['hunter-1', { id: 'trial', pionts: {} }, 'rules-faulty', 'overlay'],
  ] as const) {
    const made = await activateRules(service, { choice: { set, overlay }, actor, requestId: null });
    expect(made).toMatchObject({
      ok: false,
      failure: { code, ...(path === undefined ? {} : { issues: [{ path }] }) },
    });
  }
  expect(await service.sql`select from rule_activations`).toHaveLength(0);
  expect(await service.sql`select from scan_jobs`).toHaveLength(0);
});
