import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '#test/support/db.ts';
import { ask, endAll, freePort, startHunter } from '#test/support/hunter-process.ts';
import { until } from '#test/support/until.ts';

let database: TestDatabase;
let env: Record<string, string>;
beforeAll(async () => {
  database = await createDatabase();
  // No resolver: whoever asked one would be seen to fail.
  env = { DATABASE_URL: database.url, HUNTER_PORT: await freePort(), HUNTER_DNS_SERVERS: '127.0.0.1:1' };
});
afterEach(endAll);
afterAll(() => database.drop());

const addCompany = (domain: string) =>
  database.sql`insert into companies (domain, domain_unicode, canonical_name, source) values (${domain}, ${domain}, 'Eski', 'demo')`;

test('made-up companies never get into a database with real ones', async () => {
  await addCompany('gercek.com.tr');
  const { ended, err } = startHunter(['demo'], env);
  expect([await ended, err()]).toEqual([1, expect.stringContaining('This database holds real companies')]);
  await database.sql`delete from companies`;
});

test(
  'reset gives a fresh demo, and every list and file of it says that it is made up',
  { timeout: 90_000 },
  async () => {
    await database.sql`insert into sync_state (name, last_started_at) values ('demo', now())`;
    await addCompany('eski.example');
    const broken = startHunter(['demo', 'reset'], env);
    await until(() => broken.err().includes('Filling the demo'));
    expect(await broken.end('SIGINT')).toBe(130);

    const reset = startHunter(['demo', 'reset'], env);
    expect(await reset.ended).toBe(0);
    const [count] = await database.sql<{ n: number; old: number }[]>`
    select count(*)::int as n, count(*) filter (where domain = 'eski.example')::int as old from lead_list`;
    expect(count?.old).toBe(0);
    expect(count?.n).toBeGreaterThanOrEqual(200);

    const demo = startHunter(['demo'], env);
    const api = `${await demo.url}/api/v1`;
    const { json } = await ask(`${api}/leads`);
    expect(json.demo).toBe(true);
    expect(json.total).toBeGreaterThanOrEqual(200);
    const { domain } = json.leads[0];
    expect(domain).toMatch(/\.example$/);
    expect((await ask(`${api}/scan/domain`, 'POST', { domain })).json.scan_status).toBe('completed');
    const file = await ask(`${api}/leads/export?format=csv&domains=${domain}`);
    expect(file.headers.get('content-disposition')).toContain('demo_leads_');
    expect(file.bytes.toString()).toMatch(/demo_data/);
    expect(await demo.end('SIGINT')).toBe(0);
    expect(demo.err()).toContain('This is a demo');
    expect(demo.err()).not.toContain('Filling the demo');
  },
);
