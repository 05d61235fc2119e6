import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { LookupContext } from '#service/lookup/domain.ts';
import { found, unanswered, absent, type Lookup, type Registration, type Tenant } from '#core/facts.ts';
import type { Service } from '#service/context.ts';
import { ensureCompanies } from '#service/store/companies.ts';
import type { Sql } from '#service/store/pool.ts';
import { rescoreBatch, scanBatch, scanCompany } from '#service/verbs/scan-companies.ts';
import { storeScans } from '#service/verbs/store-scans.ts';
import type { Records, Zone } from '#test/doubles/dns.ts';
import { domainFacts, mx, txt } from '#test/support/facts.ts';
import { allShippedRules } from '#test/support/rules.ts';
import { createTestService, type TestService } from '#test/support/service.ts';
import { DKIM_RECORD, hostedCompany } from '#test/support/worlds.ts';

/** A company at a hoster: SPF, a DMARC that only watches, and a key under a selector that only a full scan tries. */
const DOMAIN = 'cinar.com.tr';
const APEX: Records = {
  MX: [[10, 'mx1.cinarhost.com']],
  TXT: ['v=spf1 mx -all'],
  NS: ['ns1.cinarhost.com'],
  SOA: ['ns1.cinarhost.com', 'hostmaster.cinarhost.com', 1, 300],
  A: ['192.0.2.80'],
};
const ZONE: Zone = {
  ...hostedCompany,
  [DOMAIN]: APEX,
  [`_dmarc.${DOMAIN}`]: { TXT: ['v=DMARC1; p=none'] },
  [`smtpapi._domainkey.${DOMAIN}`]: { TXT: [DKIM_RECORD] },
  'mx1.cinarhost.com': { A: ['192.0.2.25'] },
};
const START = '2026-11-25T09:00:00.000Z';
const after = (minutes: number): number => Date.parse(START) + minutes * 60_000;
const HOUR = 60;
const DAY = 24 * HOUR;

/** What the registry and the tenant service say; each call is counted. */
let registry: Lookup<Registration>;
let entra: Lookup<Tenant>;
const asked = { registration: 0, tenant: 0 };
const slow: Pick<LookupContext, 'registration' | 'tenant'> = {
  registration: {
    look: async () => {
      asked.registration += 1;
      return registry;
    },
  },
  tenant: {
    look: async () => {
      asked.tenant += 1;
      return entra;
    },
  },
};

let world: TestService;
let service: Service;
let sql: Sql;
let ids: ReadonlyMap<string, { readonly id: number }>;
beforeAll(async () => {
  world = await createTestService({
    zone: ZONE,
    with: (made) => ({ lookup: { ...made.lookup, ...slow } }),
  });
  service = world.service;
  sql = service.sql;
});
afterAll(() => world.close());
beforeEach(async () => {
  await sql`delete from companies`;
  await sql`delete from scan_counts`;
  await sql`delete from lookup_cache`;
  await sql`delete from graphile_worker._private_jobs`;
  world.dns.serve(ZONE);
  world.time.set(START);
  registry = found({
    source: 'rdap',
    server: 'rdap.example',
    registrar: 'Alan A.Ş.',
    created: null,
    expires: '2028-01-01T00:00:00Z',
    updated: null,
    nameservers: [],
    statuses: [],
  });
  entra = found({
    tenantId: 'aaaaaaaa-0000-4000-8000-000000000000',
    region: 'EU',
    realm: 'Managed',
    brand: null,
  });
  ids = await ensureCompanies(
    sql,
    [DOMAIN, 'gokpinar.com.tr'].map((domain) => ({ domain, unicode: domain, name: null, source: 'csv' })),
    service.rules.current(),
  );
});
afterEach(() => world.dns.behave({}));

const ID = (): number => ids.get(DOMAIN)!.id;
const scanNow = async (
  more: { tier?: 'score' | 'full'; force?: boolean; signal?: AbortSignal; background?: boolean } = {},
) => {
  const outcome = await scanCompany(service, DOMAIN, { tier: 'score', force: true, cause: 'test', ...more });
  if (!outcome.ok) throw new Error(outcome.failure.code);
  return outcome.value;
};
const lead = async () => (await sql`select * from leads_ready where domain = ${DOMAIN}`)[0]!;
const signals = async () => (await sql`select * from domain_signals where company_id = ${ID()}`)[0]!;
const scores = async () => (await sql`select * from lead_scores where company_id = ${ID()}`)[0]!;
const history = () =>
  sql`select readiness_score, delta, summary_en, cause from score_history where company_id = ${ID()} order by id`;
const silence = (...names: string[]): void =>
  world.dns.behave({ answer: ({ name }) => (names.includes(name) ? 'SERVFAIL' : undefined) });
const serve = (more: Zone): void => world.dns.serve({ ...ZONE, ...more });
const jobs = () => sql`select task_identifier, key from graphile_worker.jobs`;

describe('scanning one company', () => {
  test('stores facts, score, list row and history', async () => {
    const result = await scanNow();
    expect(result).toMatchObject({
      companyId: ID(),
      domain: DOMAIN,
      changes: [],
      alerts: 0,
      keptScore: false,
      stored: true,
    });
    expect(await lead()).toMatchObject({
      readiness_score: result.assessment.scored?.score,
      segment: 'Migration',
      spf: true,
      dmarc_policy: 'none',
      mx_root: 'cinarhost.com',
      nameservers: ['ns1.cinarhost.com'],
      scan_status: 'completed',
      scanned_at: new Date(START),
      score_kept_from: null,
    });
    expect((await signals())['facts']).toMatchObject({ schema: 1, domain: DOMAIN });
    expect(await signals()).toMatchObject({
      assessment: null,
      mx_hosts: ['mx1.cinarhost.com'],
      retry_at: null,
      scans: 1,
    });
    expect((await scores())['assessment']).toEqual(JSON.parse(JSON.stringify(result.assessment)));
    expect(await history()).toMatchObject([{ delta: null, summary_en: 'First scan', cause: 'scan' }]);
  });
  test('W14: the text of the SPF record is kept, and its includes count', async () => {
    const spf = 'v=spf1 include:a.example include:b.example include:c.example include:d.example ~all';
    const terms = Object.fromEntries(
      ['a', 'b', 'c', 'd'].map((n) => [`${n}.example`, { TXT: ['v=spf1 -all'] }]),
    );
    world.dns.serve({ ...ZONE, ...terms, [DOMAIN]: { ...APEX, TXT: [spf] } });
    const { assessment } = await scanNow();
    expect(assessment.scored?.lines.find(({ id }) => id === 'spf-includes')).toMatchObject({
      points: -5,
      because: [{ value: spf }],
    });
    expect((await signals())['facts']).toMatchObject({ txt: { value: [spf] } });
  });
  test('a company that was never ingested is not found', async () => {
    const outcome = await scanCompany(service, 'unknown.com.tr', {
      tier: 'full',
      force: false,
      cause: 'test',
    });
    expect(outcome).toEqual({
      ok: false,
      failure: { code: 'lead-not-found', values: { domain: 'unknown.com.tr' } },
    });
  });
  test('fields of people are not touched', async () => {
    await sql`update companies set contact_emails = '{a@cinar.com.tr}', employees = 900, country = 'TR'`;
    const [before] = await sql`select * from companies where id = ${ID()}`;
    await scanNow();
    expect((await sql`select * from companies where id = ${ID()}`)[0]).toEqual(before);
    expect(await lead()).toMatchObject({ tenant_size: 'large' });
  });
  test('the newest active referral tells size and type', async () => {
    for (const [id, size, active, at] of [
      ['old', '1to9employees', true, '2026-01-01'],
      ['new', 'morethan10000employees', true, '2026-06-01'],
      ['closed', '1to9employees', false, '2026-11-01'],
    ] as const)
      await sql`insert into partner_center_referrals (referral_id, domain, organization_size, referral_type, active, raw_data, referral_updated_at)
        values (${id}, ${DOMAIN}, ${size}, 'co-sell', ${active}, '{}', ${at})`;
    const { assessment } = await scanNow();
    expect(assessment.tenantSize.basis).toBe('declared');
    expect(assessment.findings.map(({ id }) => id)).toContain('referral-co-sell');
    expect(JSON.stringify(assessment.tenantSize.because)).toContain('morethan10000');
  });
  test('scanning twice changes nothing but the moment and the count', async () => {
    await scanNow();
    world.time.set(after(5));
    expect(await scanNow()).toMatchObject({ changes: [], alerts: 0, stored: true });
    expect(await history()).toHaveLength(1);
    expect(await signals()).toMatchObject({
      scans: 2,
      first_scanned_at: new Date(START),
      scanned_at: new Date(after(5)),
    });
    expect(await sql`select sum(scans)::int as scans, sum(scored)::int as scored from scan_counts`).toEqual([
      { scans: 2, scored: 2 },
    ]);
  });
  test('a signal that has fired stores nothing', async () => {
    const stop = new AbortController();
    world.dns.behave({ delay: 50 });
    setTimeout(() => stop.abort(new Error('gone')), 20);
    await expect(scanNow({ signal: stop.signal })).rejects.toThrow('gone');
    expect(await sql`select from domain_signals`).toEqual([]);
  });
});

describe('changes', () => {
  test('go into the histories with their points, and alert once', async () => {
    await scanNow();
    serve({ [`_dmarc.${DOMAIN}`]: { TXT: ['v=DMARC1; p=reject'] } });
    world.time.set(after(HOUR));
    const { changes, alerts } = await scanNow();
    expect(changes.map(({ type }) => type)).toEqual(['dmarc_added', 'priority_score_changed']);
    expect(alerts).toBe(2);
    expect(
      await sql`select change_type, old_value, new_value, points, cause, at from signal_change_history order by id`,
    ).toMatchObject([
      {
        change_type: 'dmarc_added',
        old_value: 'none',
        new_value: 'reject',
        points: 25,
        cause: 'records',
        at: new Date(after(HOUR)),
      },
      { change_type: 'priority_score_changed', cause: 'records' },
    ]);
    expect(await history()).toMatchObject([{}, { delta: 25, summary_en: expect.stringContaining('+25') }]);
    expect(await sql`select alert_type, status from alerts order by id`).toEqual([
      { alert_type: 'dmarc_added', status: 'pending' },
      { alert_type: 'score_changed', status: 'pending' },
    ]);
    expect(await jobs()).toEqual([{ task_identifier: 'process-alerts', key: 'process-alerts' }]);
  });
  test('a record that flaps in one day alerts once', async () => {
    await scanNow();
    for (const policy of ['reject', 'none', 'reject']) {
      serve({ [`_dmarc.${DOMAIN}`]: { TXT: [`v=DMARC1; p=${policy}`] } });
      await scanNow();
    }
    expect(await sql`select from alerts where alert_type = 'dmarc_added'`).toHaveLength(1);
    expect(await sql`select from signal_change_history where change_type = 'dmarc_added'`).toHaveLength(2);
  });
  test('a move to another provider is remembered, and makes the domain less steady', async () => {
    await scanNow();
    world.time.set(after(HOUR));
    const steady = await scanNow();
    serve({ [DOMAIN]: { ...APEX, MX: [[0, 'cinar-com-tr.mail.protection.outlook.com']] } });
    const moved = await scanNow();
    expect(await sql`select old_provider, new_provider from provider_change_history`).toMatchObject([
      { new_provider: 'M365' },
    ]);
    expect(steady.assessment.confidence.parts.stability).toBe(1);
    expect(moved.assessment.confidence.parts.stability).toBeLessThan(1);
    // What was counted with the scan is counted by the next one too, and no longer after the window.
    const next = await scanNow();
    expect(next.assessment.confidence.parts.stability).toBe(moved.assessment.confidence.parts.stability);
    world.time.set(after(91 * DAY));
    expect((await scanNow()).assessment.confidence.parts.stability).toBe(1);
  });
  test('what IP databases say is kept for each address', async () => {
    const ip = {
      look: () => ({
        country: 'TR',
        city: null,
        asn: 1,
        asnOrg: 'Net',
        isp: null,
        usageType: null,
        isProxy: null,
        proxyType: null,
      }),
    };
    const withIp = {
      ...service,
      lookup: { ...service.lookup, ip: { look: (address: string) => ({ address, ...ip.look() }) } },
    };
    await scanCompany(withIp, DOMAIN, { tier: 'full', force: true, cause: 'test' });
    await scanCompany(withIp, DOMAIN, { tier: 'full', force: true, cause: 'test' });
    expect(
      await sql`select address::text, of, host, country, asn_org from ip_enrichment order by address`,
    ).toEqual([
      { address: '192.0.2.25/32', of: 'mx', host: 'mx1.cinarhost.com', country: 'TR', asn_org: 'Net' },
      { address: '192.0.2.80/32', of: 'apex', host: DOMAIN, country: 'TR', asn_org: 'Net' },
    ]);
  });
});

describe('W2: silence is no absence', () => {
  test('without an answer on the MX the score stays, with the facts it was made from', async () => {
    const first = await scanNow();
    silence(DOMAIN);
    world.time.set(after(HOUR));
    const second = await scanNow();
    expect(second).toMatchObject({ keptScore: true, alerts: 0, changes: [] });
    expect(second.shown).toEqual(JSON.parse(JSON.stringify(first.assessment)));
    expect(await lead()).toMatchObject({
      readiness_score: first.assessment.scored?.score,
      scan_status: 'partial',
      scanned_at: new Date(after(HOUR)),
      score_kept_from: new Date(START),
    });
    expect((await signals())['assessment']).toMatchObject({ scored: null, status: 'partial' });
    expect((await scores())['kept_facts']).toMatchObject({ lookedUpAt: START });
    expect(await history()).toMatchObject([{}, { readiness_score: null, delta: null }]);
  });
  test('a partial score does not take the place of a complete one', async () => {
    const first = await scanNow();
    silence(`_dmarc.${DOMAIN}`);
    serve({ [DOMAIN]: { ...APEX, TXT: ['v=spf1 a mx -all'] } });
    world.time.set(after(HOUR));
    const second = await scanNow();
    expect(second.assessment.scored).not.toBeNull();
    expect([second.keptScore, second.changes.map(({ type }) => type)]).toEqual([true, ['spf_changed']]);
    expect(await lead()).toMatchObject({
      readiness_score: first.assessment.scored?.score,
      score_kept_from: new Date(START),
    });
    // The history tells the change, and the score that is shown.
    expect((await history())[1]).toMatchObject({ readiness_score: first.assessment.scored?.score, delta: 0 });
    world.dns.behave({});
    world.time.set(after(2 * HOUR));
    expect(await scanNow()).toMatchObject({ keptScore: false, changes: [] });
    expect(await scores()).toMatchObject({ kept_facts: null, looked_up_at: new Date(after(2 * HOUR)) });
    expect(await lead()).toMatchObject({ score_kept_from: null, scan_status: 'completed' });
  });
  test('it does when the mail is known to have moved', async () => {
    await scanNow();
    silence(`_dmarc.${DOMAIN}`);
    serve({ [DOMAIN]: { ...APEX, MX: [[0, 'cinar-com-tr.mail.protection.outlook.com']] } });
    expect(await scanNow()).toMatchObject({ keptScore: false });
    expect(await lead()).toMatchObject({ provider: 'M365', score_kept_from: null, scan_status: 'partial' });
  });
  test('a first scan without an answer has no score, and the second makes one', async () => {
    silence(DOMAIN);
    expect(await scanNow()).toMatchObject({ keptScore: false, shown: null });
    expect(await lead()).toMatchObject({ readiness_score: null, scan_status: 'partial' });
    expect(await sql`select from lead_scores`).toEqual([]);
    world.dns.behave({});
    await scanNow();
    expect(await lead()).toMatchObject({ segment: 'Migration', scan_status: 'completed' });
    expect(await signals()).toMatchObject({ assessment: null });
    expect(await history()).toHaveLength(2);
  });
  test('many silences in a row are one row of history', async () => {
    await scanNow();
    silence(DOMAIN);
    await scanNow();
    await scanNow();
    expect(await history()).toHaveLength(2);
  });
  test('is asked again after a minute, then later and later, until all is answered', async () => {
    silence(DOMAIN);
    await scanNow();
    expect(await signals()).toMatchObject({ retry_at: new Date(after(1)), retries: 1 });
    world.time.set(after(1));
    await scanNow();
    expect(await signals()).toMatchObject({ retry_at: new Date(after(3)), retries: 2 });
    world.dns.behave({});
    await scanNow();
    expect(await signals()).toMatchObject({ retry_at: null, retries: 0, unanswered: 0 });
  });
  test('a silence that asking again would not end is not', async () => {
    registry = unanswered('UNSUPPORTED');
    await scanNow({ tier: 'full' });
    expect(await signals()).toMatchObject({ retry_at: null, unanswered: 1 });
  });
});

describe('what is known already', () => {
  test('is not asked again within the hour, and comes from the store', async () => {
    const first = await scanNow();
    const questions = world.dns.queries.length;
    world.time.set(after(59));
    const second = await scanNow({ force: false });
    expect(world.dns.queries).toHaveLength(questions);
    expect(second).toMatchObject({ stored: false, changes: [], keptScore: false });
    expect(second.assessment).toEqual(JSON.parse(JSON.stringify(first.assessment)));
    world.time.set(after(60));
    expect(await scanNow({ force: false })).toMatchObject({ stored: true });
  });
  test('a silence is believed for a minute', async () => {
    silence(DOMAIN);
    await scanNow();
    world.time.set(after(0.9));
    expect(await scanNow({ force: false })).toMatchObject({ stored: false });
    world.time.set(after(1));
    expect(await scanNow({ force: false })).toMatchObject({ stored: true });
  });
  test('the score tier is not enough where a full scan is wanted; a full one is enough for both', async () => {
    await scanNow();
    expect(await scanNow({ force: false, tier: 'full' })).toMatchObject({ stored: true });
    expect(await scanNow({ force: false, tier: 'full' })).toMatchObject({ stored: false });
    expect(await scanNow({ force: false, tier: 'score' })).toMatchObject({ stored: false });
  });
  test('other rules want a new assessment', async () => {
    await scanNow();
    const earlier = allShippedRules('python-2025-11');
    const changed = { ...service, rules: { current: () => earlier, reload: async () => undefined } };
    const outcome = await scanCompany(changed, DOMAIN, { tier: 'score', force: false, cause: 'test' });
    expect(outcome.ok && outcome.value.assessment.ruleSet.id).toBe('python-2025-11');
  });
  test('a scan of a list keeps what a full one has learnt', async () => {
    const full = await scanNow({ tier: 'full' });
    expect(full.assessment.findings.map(({ id }) => id)).toContain('dkim-found');
    world.time.set(after(DAY));
    const listed = await scanNow({ tier: 'score' });
    expect(listed.changes).toEqual([]);
    expect(listed.assessment.registration?.registrar).toBe('Alan A.Ş.');
    expect(listed.assessment.tenant?.realm).toBe('Managed');
    expect(listed.assessment.scored?.score).toBe(full.assessment.scored?.score);
    expect(listed.assessment.findings.map(({ id }) => id)).toContain('dkim-found');
    expect(await signals()).toMatchObject({
      registrar: 'Alan A.Ş.',
      expires_at: '2028-01-01',
      asked_at: { registration: START, tenant: START, posture: START },
    });
    // The key was asked for again, and is seen to go.
    serve({ [`smtpapi._domainkey.${DOMAIN}`]: {} });
    expect((await scanNow({ tier: 'score' })).assessment.findings.map(({ id }) => id)).not.toContain(
      'dkim-found',
    );
  });
  test('W10: what registries and the tenant service said, dates included, is asked once for all processes', async () => {
    asked.registration = asked.tenant = 0;
    await scanNow({ tier: 'full', force: false });
    await sql`delete from domain_signals`;
    world.time.set(after(6 * DAY));
    const { assessment } = await scanNow({ tier: 'full', force: false });
    expect([asked.registration, asked.tenant]).toEqual([1, 1]);
    expect(assessment.registration?.registrar).toBe('Alan A.Ş.');
    // How old it is goes with it.
    expect((await signals())['asked_at']).toMatchObject({ registration: START, tenant: START });
    await scanNow({ tier: 'full', force: true });
    expect([asked.registration, asked.tenant]).toEqual([2, 2]);
  });
  test.each([
    ['an absence', absent('NOT-FOUND'), DAY],
    ['a silence', unanswered('TIMEOUT'), 1],
  ] as const)('%s of a registry is believed for its time', async (_, answer, minutes) => {
    registry = answer;
    asked.registration = 0;
    const fullScan = async (at: number): Promise<number> => {
      world.time.set(after(at));
      await sql`delete from domain_signals`;
      await scanNow({ tier: 'full', force: false });
      return asked.registration;
    };
    expect(await fullScan(0)).toBe(1);
    expect(await fullScan(minutes * 0.99)).toBe(1);
    expect(await fullScan(minutes)).toBe(2);
  });
  test('a look-up that was overtaken by a later one is not stored over it', async () => {
    world.time.set(after(10));
    await scanNow();
    const late = domainFacts(DOMAIN, { lookedUpAt: START });
    const { results } = await storeScans(
      service,
      [
        {
          companyId: ID(),
          domain: DOMAIN,
          looked: { companyId: ID(), domain: DOMAIN, facts: late, asked: {} },
        },
      ],
      'test',
    );
    expect(results).toMatchObject([
      { stored: false, assessment: { lookedUpAt: new Date(after(10)).toISOString() } },
    ]);
    expect(await signals()).toMatchObject({ scanned_at: new Date(after(10)) });
  });
});

describe('a batch', () => {
  const looked = (domain: string, id: number, more: Parameters<typeof domainFacts>[1] = {}) => ({
    companyId: id,
    domain,
    looked: { companyId: id, domain, facts: domainFacts(domain, { lookedUpAt: START, ...more }), asked: {} },
  });
  const many = async (count: number): Promise<{ id: number; domain: string }[]> => {
    const names = Array.from({ length: count }, (_, i) => `d${i}.com.tr`);
    const made = await ensureCompanies(
      sql,
      names.map((domain) => ({ domain, unicode: domain, name: null, source: 'csv' })),
      service.rules.current(),
    );
    return names.map((domain) => ({ id: made.get(domain)!.id, domain }));
  };

  test('scans many at once, in whatever order they come', async () => {
    const companies = [...ids].map(([domain, { id }]) => ({ domain, id })).toReversed();
    const { results, failed } = await scanBatch(service, companies, {
      tier: 'score',
      force: false,
      cause: 'test',
    });
    expect(results.map(({ domain }) => domain).sort()).toEqual([DOMAIN, 'gokpinar.com.tr']);
    expect(failed).toEqual([]);
    expect(await sql`select count(*)::int as n from leads_ready`).toEqual([{ n: 2 }]);
    expect(await scanBatch(service, [], { tier: 'score', force: false, cause: 'test' })).toEqual({
      results: [],
      failed: [],
    });
  });
  test('W27: one failing domain does not take others with it', async () => {
    const companies = await many(9);
    const items = companies.map(({ id, domain }, i) =>
      // No reader lets such an address through; the database would not take it.
      looked(
        domain,
        id,
        i === 4
          ? {
              ip: [
                {
                  ...domainFacts().ip?.[0],
                  address: 'no address',
                  of: 'mx',
                  host: 'a.com',
                  country: null,
                  city: null,
                  asn: null,
                  asnOrg: null,
                  isp: null,
                  usageType: null,
                  isProxy: null,
                  proxyType: null,
                },
              ],
            }
          : {},
      ),
    );
    const { results, failed } = await storeScans(service, items, 'test');
    expect(failed).toEqual([{ companyId: companies[4]!.id, domain: 'd4.com.tr', code: 'internal' }]);
    expect(results).toHaveLength(8);
    expect(await sql`select count(*)::int as n from leads_ready`).toEqual([{ n: 8 }]);
    expect(await sql`select count(*)::int as n from score_history`).toEqual([{ n: 8 }]);
  });
  test('W27: nor does a mistake of ours about one', async () => {
    const companies = await many(3);
    const items = companies.map(({ id, domain }) => looked(domain, id));
    const broken = {
      ...items[1]!,
      looked: { ...items[1]!.looked, facts: { ...items[1]!.looked.facts, mx: null as never } },
    };
    const { results, failed } = await storeScans(service, [items[0]!, broken, items[2]!], 'test');
    expect(failed).toEqual([{ companyId: companies[1]!.id, domain: 'd1.com.tr', code: 'internal' }]);
    expect(results).toHaveLength(2);
  });
  test('W27: nor does one whose look-up fails', async () => {
    const { resolver } = service.lookup;
    const broken: Service = {
      ...service,
      lookup: {
        ...service.lookup,
        resolver: {
          ...resolver,
          for: (domain, options) => {
            if (domain === DOMAIN) throw new Error('a mistake of ours');
            return resolver.for(domain, options);
          },
        },
      },
    };
    const companies = [...ids].map(([domain, { id }]) => ({ domain, id }));
    const { results, failed } = await scanBatch(broken, companies, {
      tier: 'score',
      force: true,
      cause: 'test',
    });
    expect(failed).toEqual([{ companyId: ID(), domain: DOMAIN, code: 'internal' }]);
    expect(results.map(({ domain }) => domain)).toEqual(['gokpinar.com.tr']);
  });
  test('lists ask for tenants when that is switched on, once while it is known', async () => {
    const { config } = service;
    const asking: Service = {
      ...service,
      config: { ...config, worker: { ...config.worker, tenantInBulk: true } },
    };
    asked.registration = asked.tenant = 0;
    const companies = [{ id: ID(), domain: DOMAIN }];
    const options = { tier: 'score', force: false, cause: 'test' } as const;
    await scanBatch(asking, companies, options);
    expect((await signals())['asked_at']).toEqual({ tenant: START });
    world.time.set(after(DAY));
    await scanBatch(asking, companies, options);
    expect(await lead()).toMatchObject({ tenant_id: 'aaaaaaaa-0000-4000-8000-000000000000' });
    expect(asked).toEqual({ registration: 0, tenant: 1 });
  });
  test('records with bytes that no text has are stored', async () => {
    const [company] = await many(1);
    const facts = { txt: txt('v=spf1 -all', `a\0b \uD83D ${'x'.repeat(600)}`), mx: mx('10 mx.a\0b.example') };
    const { failed } = await storeScans(service, [looked(company!.domain, company!.id, facts)], 'test');
    expect(failed).toEqual([]);
    expect(await sql`select mx_hosts from domain_signals`).toEqual([{ mx_hosts: ['mx.a\uFFFDb.example'] }]);
  });
  test('stores what is claimed, in one transaction with the claim, and nothing else', async () => {
    const companies = await many(3);
    const seen: string[][] = [];
    const { results } = await storeScans(
      service,
      companies.map(({ id, domain }) => looked(domain, id)),
      'test',
      async (tx, assessed) => {
        seen.push(assessed.map(({ domain, assessment }) => `${domain} ${assessment.scored?.score}`));
        await tx`update companies set employees = 7 where id = ${companies[0]!.id}`;
        return new Set([companies[0]!.id, companies[2]!.id]);
      },
    );
    expect(seen).toEqual([companies.map(({ domain }) => `${domain} 90`)]);
    expect(results.map(({ domain }) => domain)).toEqual(['d0.com.tr', 'd2.com.tr']);
    expect(await sql`select company_id from domain_signals order by 1`).toEqual(
      [companies[0]!, companies[2]!].map(({ id }) => ({ company_id: id })),
    );
  });
  test('a claim that fails leaves nothing behind', async () => {
    const companies = await many(2);
    await expect(
      storeScans(
        service,
        companies.map(({ id, domain }) => looked(domain, id)),
        'test',
        async () => {
          throw new Error('no');
        },
      ),
    ).rejects.toThrow('no');
    expect(await sql`select from domain_signals`).toEqual([]);
  });
  test('a company that was erased meanwhile is reported', async () => {
    const companies = await many(2);
    await sql`delete from companies where id = ${companies[0]!.id}`;
    const { results, failed } = await storeScans(
      service,
      companies.map(({ id, domain }) => looked(domain, id)),
      'test',
    );
    expect(failed).toEqual([{ companyId: companies[0]!.id, domain: 'd0.com.tr', code: 'lead-not-found' }]);
    expect(results).toHaveLength(1);
  });
  test('two that store the same companies at once store each change once', async () => {
    const companies = await many(40);
    await storeScans(
      service,
      companies.map(({ id, domain }) => looked(domain, id)),
      'test',
    );
    const later = { lookedUpAt: new Date(after(60)).toISOString(), dmarc: txt('v=DMARC1; p=none') };
    const items = companies.map(({ id, domain }) => looked(domain, id, later));
    const runs = await Promise.all([
      storeScans(service, items, 'test'),
      storeScans(service, items.toReversed(), 'test'),
      storeScans(service, items, 'test'),
    ]);
    expect(runs.flatMap(({ failed }) => failed)).toEqual([]);
    expect(
      await sql`select count(*)::int as n from signal_change_history where change_type = 'dmarc_changed'`,
    ).toEqual([{ n: 40 }]);
    expect(await sql`select count(*)::int as n from score_history`).toEqual([{ n: 80 }]);
  });
  test('what was under way when the signal fired is left out, and not stored as silence', async () => {
    const stop = new AbortController();
    world.dns.behave({ answer: ({ name }) => (name.includes('gokpinar') ? 'SILENT' : undefined) });
    setTimeout(() => stop.abort(), 150);
    const companies = [...ids].map(([domain, { id }]) => ({ domain, id }));
    const { results, failed } = await scanBatch(service, companies, {
      tier: 'score',
      force: true,
      cause: 'test',
      signal: stop.signal,
    });
    expect(results.map(({ domain }) => domain)).toEqual([DOMAIN]);
    expect(failed).toEqual([]);
  });
});

describe('scoring again', () => {
  const earlier = allShippedRules('python-2025-11');
  test('uses stored facts, asks nothing, and tells no change of the company', async () => {
    await scanNow();
    const questions = world.dns.queries.length;
    world.time.set(after(DAY));
    const { results } = await rescoreBatch(service, [ID(), ids.get('gokpinar.com.tr')!.id], earlier);
    expect(results.map(({ domain, stored }) => [domain, stored])).toEqual([[DOMAIN, true]]);
    expect(world.dns.queries).toHaveLength(questions);
    expect(await scores()).toMatchObject({
      rule_set: 'python-2025-11',
      assessed_at: new Date(after(DAY)),
      looked_up_at: new Date(START),
    });
    expect(await signals()).toMatchObject({ scanned_at: new Date(START), scans: 1, assessment: null });
    expect(await history()).toMatchObject([{ cause: 'scan' }, { cause: 'rules' }]);
    expect(await sql`select distinct cause from signal_change_history`).toEqual([{ cause: 'rules' }]);
    expect(await sql`select from alerts`).toEqual([]);
  });
  test('who was erased or never scanned is left out', async () => {
    expect(await rescoreBatch(service, [ID(), 999_999], earlier)).toEqual({ results: [], failed: [] });
  });
  test('twice is once', async () => {
    await scanNow();
    await rescoreBatch(service, [ID()], earlier);
    await rescoreBatch(service, [ID()], earlier);
    expect(await history()).toHaveLength(2);
  });
  test('a kept score is made again from the facts it stands on', async () => {
    await scanNow();
    silence(DOMAIN);
    world.time.set(after(HOUR));
    await scanNow();
    await rescoreBatch(service, [ID()], earlier);
    expect(await scores()).toMatchObject({
      rule_set: 'python-2025-11',
      looked_up_at: new Date(START),
      kept_facts: { lookedUpAt: START },
    });
    expect((await signals())['assessment']).toMatchObject({
      ruleSet: { id: 'python-2025-11' },
      scored: null,
    });
    expect(await lead()).toMatchObject({ score_kept_from: new Date(START) });
  });
  test('stores what is claimed', async () => {
    await scanNow();
    const { results } = await rescoreBatch(service, [ID()], earlier, async () => new Set());
    expect(results).toEqual([]);
    expect(await scores()).toMatchObject({ rule_set: 'hunter-1' });
  });
  test('thinking again about what was seen once does not make it look stable', async () => {
    await scanNow();
    const before = await scores();
    await rescoreBatch(service, [ID()], service.rules.current());
    expect((await scores())['confidence']).toBe(before['confidence']);
    await scanNow();
    expect((await scores())['confidence']).toBeGreaterThan(before['confidence'] as number);
  });
  test('more that is known of a company is no change of rules', async () => {
    await scanNow();
    await sql`update companies set employees = 5000`;
    await rescoreBatch(service, [ID()], service.rules.current(), undefined, 'context');
    expect(await lead()).toMatchObject({ tenant_size: 'enterprise' });
    expect(await history()).toHaveLength(1);
  });
});
