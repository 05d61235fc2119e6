import { readFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createPool, type Sql } from '#service/store/pool.ts';
import { isAlive } from '#service/store/process.ts';
import { createDatabase } from '#test/support/db.ts';
import { startDnsChild } from '#test/support/dns-child.ts';
import { ask, endAll, freePort, startHunter } from '#test/support/hunter-process.ts';
import { manyDomains, manyDomainsZone } from '#test/support/many-domains.ts';
import { until as soon } from '#test/support/until.ts';
import { gatewayCompany, hostedCompany } from '#test/support/worlds.ts';

const DOMAINS = manyDomains(200);
/** Whole processes start and recover meanwhile, on a machine that may be busy. */
const until = <T>(look: () => Promise<T | null | false>): Promise<T> => soon(look, 40_000);

let dns: Awaited<ReturnType<typeof startDnsChild>>;
let folder: string;
/** of a service on a database of its own, in the folder */
let env: Record<string, string>;
beforeAll(async () => {
  dns = await startDnsChild({ ...gatewayCompany, ...hostedCompany, ...manyDomainsZone(DOMAINS) });
  folder = mkdtempSync(join(tmpdir(), 'hunter-e2e-'));
  env = {
    HUNTER_DATA_DIR: join(folder, 'data'),
    HUNTER_DNS_SERVERS: dns.address,
    HUNTER_PORT: await freePort(),
  };
});
afterEach(endAll);
afterAll(async () => {
  await dns.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Of the database in the folder. */
const databasePid = (): number =>
  Number(readFileSync(join(folder, 'data/pg18/data/postmaster.pid'), 'utf8').split('\n')[0]);

/** A look into that database, past the service. */
async function inDatabase<T>(look: (sql: Sql) => Promise<T>): Promise<T> {
  const [password = '', port = ''] = ['password', 'port'].map((name) =>
    readFileSync(join(folder, 'data/pg18', name), 'utf8').trim(),
  );
  const url = `postgres://hunter:${password}@127.0.0.1:${port}/hunter`;
  const sql = createPool({ url, max: 1, statementTimeoutMs: 10_000, application: 'hunter test' });
  try {
    return await look(sql);
  } finally {
    await sql.end();
  }
}

const jobOf = async (api: string, id: string) => (await ask(`${api}/jobs/${id}`)).json;

test(
  'from an empty folder to a lead with its PDF; Ctrl-C ends it with nothing left running; a second start goes on',
  { timeout: 120_000 },
  async () => {
    const first = startHunter(['start'], env);
    const url = await first.url;
    expect(url).toBe(`http://127.0.0.1:${env['HUNTER_PORT']}`);
    const api = `${url}/api/v1`;
    expect(await ask(`${url}/healthz/ready`)).toMatchObject({ status: 200, json: { status: 'ready' } });

    const company = { domain: 'kuzeyhat.com.tr', company_name: 'Kuzey Hat A.Ş.' };
    expect((await ask(`${api}/ingest/domain`, 'POST', company)).status).toBe(201);
    expect(await ask(`${api}/scan/domain`, 'POST', { domain: 'kuzeyhat.com.tr' })).toMatchObject({
      status: 200,
      json: { domain: 'kuzeyhat.com.tr', provider: 'M365', scan_status: 'completed' },
    });
    const { json: list } = await ask(`${api}/leads?search=KUZEY`);
    expect(list).toMatchObject({ total: 1, leads: [{ domain: 'kuzeyhat.com.tr', gateway: 'Proofpoint' }] });
    const lead = `${api}/leads/kuzeyhat.com.tr`;
    const { json: breakdown } = await ask(`${lead}/score-breakdown`);
    expect(breakdown.total_score).toBe(list.leads[0].readiness_score);
    expect((await ask(`${lead}/sales-summary?lang=en`)).json.domain).toBe('kuzeyhat.com.tr');
    const pdf = await ask(`${lead}/summary.pdf`);
    expect([pdf.status, pdf.bytes.subarray(0, 5).toString()]).toEqual([200, '%PDF-']);
    const file = await ask(`${api}/leads/export`);
    expect(file.bytes.toString().split('\r\n')[1]).toMatch(/^kuzeyhat\.com\.tr,Kuzey Hat A\.Ş\.,M365,/);

    const database = databasePid();
    expect(await first.end('SIGINT')).toBe(0);
    expect(first.err()).toContain('Stopping');
    expect(isAlive(database)).toBe(false);

    const second = startHunter(['start'], env);
    const again = await ask(`${await second.url}/api/v1/leads`);
    expect(again.json.leads).toEqual([expect.objectContaining({ domain: 'kuzeyhat.com.tr' })]);
    expect(await second.end('SIGTERM')).toBe(0);
  },
);

test(
  'W28: the whole service is killed while it scans a list, and after the next start every entry was done once',
  { timeout: 120_000 },
  async () => {
    const slow = { ...env, HUNTER_DOMAINS_PER_SECOND: '60' };
    const first = startHunter(['start'], slow);
    const api = `${await first.url}/api/v1`;
    const body = { domain_list: DOMAINS, create_missing: true };
    const started = await ask(`${api}/scan/bulk`, 'POST', body);
    expect(started.json).toMatchObject({ job_id: expect.any(String), total: DOMAINS.length });
    const id = String(started.json.job_id);
    await until(async () => (await jobOf(api, id)).processed > 0);
    await first.end('SIGKILL');
    // The database of the killed one runs on, and is taken over.
    expect(isAlive(databasePid())).toBe(true);

    const second = startHunter(['start'], env);
    await second.url;
    const job = await until(async () => {
      const now = await jobOf(api, id);
      return now.completed_at === null ? null : now;
    });
    expect(job).toMatchObject({ status: 'completed', succeeded: DOMAINS.length, failed: 0 });
    expect(
      await inDatabase(
        (sql) => sql`
    select count(*)::int as scanned, max(s.scans)::int as most_scans,
      (select count(*)::int from score_history h where h.company_id = any (array_agg(c.id))) as history,
      (select count(*)::int from graphile_worker.jobs where task_identifier = 'scan-chunk') as queued,
      (select count(*)::int from workers) as workers
    from domain_signals s join companies c on c.id = s.company_id where c.domain like 'sirket%'`,
      ),
    ).toEqual([{ scanned: DOMAINS.length, most_scans: 1, history: DOMAINS.length, queued: 0, workers: 1 }]);
    const database = databasePid();
    expect(await second.end('SIGINT')).toBe(0);
    expect(isAlive(database)).toBe(false);
  },
);

test(
  'the database is killed under a running service: 503 until it is there again, and nothing is lost',
  { timeout: 120_000 },
  async () => {
    const service = startHunter(['start'], env);
    const url = await service.url;
    expect((await ask(`${url}/api/v1/ingest/domain`, 'POST', { domain: 'gokpinar.com.tr' })).status).toBe(
      201,
    );
    process.kill(databasePid(), 'SIGKILL');
    const refused = await until(async () => {
      const answer = await ask(`${url}/api/v1/leads/gokpinar.com.tr`);
      return answer.status === 503 && answer;
    });
    expect(refused.json).toMatchObject({ code: 'database-unavailable', requestId: expect.any(String) });
    expect((await ask(`${url}/healthz/ready`)).status).toBe(503);
    expect((await ask(`${url}/healthz/live`)).status).toBe(200);

    // Any command starts it again, at the same port.
    const { ended } = startHunter(['migrate', '--status'], env);
    expect(await ended).toBe(0);
    await until(async () => (await ask(`${url}/healthz/ready`)).status === 200);
    expect((await ask(`${url}/api/v1/scan/domain`, 'POST', { domain: 'gokpinar.com.tr' })).status).toBe(200);
    expect(await service.end('SIGINT')).toBe(0);
  },
);

test(
  'API and worker apart: what one takes in the other does, and the worker leaves no trace when it goes',
  { timeout: 120_000 },
  async () => {
    const database = await createDatabase();
    try {
      const shared = { ...env, DATABASE_URL: database.url, HUNTER_PORT: await freePort() };
      const service = startHunter(['api'], shared);
      const api = `${await service.url}/api/v1`;
      const queued = await ask(`${api}/scan/bulk`, 'POST', {
        domain_list: DOMAINS.slice(0, 20),
        create_missing: true,
      });
      const id = String(queued.json.job_id);
      expect(await jobOf(api, id)).toMatchObject({ status: 'pending', processed: 0 });

      const worker = startHunter(['worker'], shared);
      await worker.url;
      await until(async () => (await jobOf(api, id)).status === 'completed');
      expect(await jobOf(api, id)).toMatchObject({ succeeded: 20, failed: 0 });
      expect(await database.sql`select count(*)::int as n from workers`).toEqual([{ n: 1 }]);
      expect(await worker.end('SIGTERM')).toBe(0);
      expect(await database.sql`select count(*)::int as n from workers`).toEqual([{ n: 0 }]);
      expect(await service.end('SIGTERM')).toBe(0);
    } finally {
      await endAll();
      await database.drop();
    }
  },
);
