import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assess } from '#core/assess.ts';
import type { Assessment } from '#core/assessment.ts';
import { DomainFacts, found } from '#core/facts.ts';
import { lookUpDomain, type LookupContext } from '#service/lookup/domain.ts';
import { sleep } from '#service/lookup/limit.ts';
import { createNodeResolver, type Resolver } from '#service/lookup/resolver.ts';
import {
  startDnsDouble,
  type Behaviour,
  type DnsDouble,
  type Query,
  type Trouble,
  type Zone,
} from '#test/doubles/dns.ts';
import { shippedRules } from '#test/support/rules.ts';
import { DKIM_RECORD, gatewayCompany, hostedCompany } from '#test/support/worlds.ts';

const rules = shippedRules();
const NOW = Date.parse('2026-11-25T09:00:00Z');
let double: DnsDouble;
beforeAll(async () => {
  double = await startDnsDouble({ zone: { ...gatewayCompany, ...hostedCompany } });
});
afterAll(() => double.stop());

/** Looks a domain up in the double, which fails as told. A new resolver each time: nothing is remembered. */
async function look(
  domain: string,
  behaviour: Behaviour = {},
  more: {
    tier?: 'score' | 'full';
    zone?: Zone;
    context?: Partial<LookupContext>;
    budgetMs?: number;
    tries?: number;
  } = {},
): Promise<{ facts: DomainFacts; assessment: Assessment; queries: Query[] }> {
  double.behave(behaviour);
  double.serve({ ...gatewayCompany, ...hostedCompany, ...more.zone });
  const before = double.queries.length;
  const resolver: Resolver = createNodeResolver({
    servers: [double.address],
    fallbackServers: [],
    timeoutMs: 100,
    tries: more.tries ?? 1,
    backoff: { baseMs: 1, factor: 1, jitter: 0 },
    clock: Date.now,
    sleep,
    random: () => 0.5,
  });
  const context: LookupContext = { resolver, rules: rules.mail, clock: () => NOW, ...more.context };
  const facts = await lookUpDomain(
    domain,
    { tier: more.tier ?? 'score', budgetMs: more.budgetMs ?? 5000 },
    context,
  );
  resolver.stop();
  const assessment = assess(facts, { now: '2026-11-25T09:00:00Z', recentChanges: 0 }, rules);
  return { facts, assessment, queries: double.queries.slice(before) };
}

const absences = (assessment: Assessment): string[] =>
  assessment.findings.map((f) => f.id).filter((id) => /-absent$|-none$|-null$|not-registered/.test(id));
const risks = (assessment: Assessment): string[] =>
  (assessment.scored?.lines ?? []).filter((line) => line.kind === 'risk').map((line) => line.id);

describe('a company behind a gateway', () => {
  test('is asked everything that tells whose mailboxes these are', async () => {
    const { facts, assessment } = await look('kuzeyhat.com.tr', {}, { tier: 'full' });
    expect(DomainFacts.parse(facts)).toEqual(facts);
    expect(facts).toMatchObject({
      mx: found([
        { preference: 10, exchange: 'mxa-00123456.gslb.pphosted.com' },
        { preference: 10, exchange: 'mxb-00123456.gslb.pphosted.com' },
      ]),
      autodiscover: found('autodiscover.outlook.com'),
      caa: found(['0 issue "letsencrypt.org"']),
      tlsRpt: found(['v=TLSRPTv1; rua=mailto:tls@kuzeyhat.com.tr']),
    });
    expect(facts.dkim.selectors.find((s) => s.selector === 'selector1')?.cname).toEqual(
      found('selector1-kuzeyhat-com-tr._domainkey.kuzeyhat.onmicrosoft.com'),
    );
    expect(assessment).toMatchObject({
      status: 'completed',
      mail: { provider: 'M365', gateway: { id: 'proofpoint' }, hybrid: false },
      scored: { score: 90, segment: 'Existing', priority: 4 },
      open: [],
    });
    expect(assessment.workloads.map((w) => w.workload)).toEqual([
      'exchange-online',
      'teams',
      'intune',
      'entra-id',
    ]);
  });

  test('costs few questions, and none twice', async () => {
    const { queries } = await look('kuzeyhat.com.tr');
    const asked = queries.filter((q) => q.transport === 'udp').map((q) => `${q.name} ${q.type}`);
    expect(new Set(asked).size).toBe(asked.length);
    expect(asked.length).toBeLessThanOrEqual(24);
  });
});

test('a hosted company without Microsoft signs is asked no posture in the score tier', async () => {
  const { facts, assessment, queries } = await look('gokpinar.com.tr');
  expect(facts.mtaSts).toBeUndefined();
  expect(queries.some((q) => q.name.startsWith('_mta-sts'))).toBe(false);
  expect(assessment.mail).toMatchObject({ provider: 'Hosting', localProvider: 'Natro' });
  expect(assessment.scored).toMatchObject({ score: 15, segment: 'Migration', priority: 3 });
});

describe('a name that does not exist', () => {
  test('ends the scan after one question', async () => {
    const { facts, assessment, queries } = await look('yok-boyle-bir-sirket.com.tr');
    expect(queries.map((q) => q.type)).toEqual(['MX']);
    expect(facts.txt).toEqual({ state: 'absent', why: 'NXDOMAIN' });
    expect(assessment.scored).toMatchObject({ score: 0, segment: 'Skip' });
  });
  test('is doubted when the resolver denies the top-level domain too', async () => {
    const { facts, assessment } = await look('sirket.de', {}, { context: { doubtDenials: true } });
    expect(facts.mx).toEqual({ state: 'unanswered', why: 'OFFLINE', retryable: true });
    expect(assessment.scored).toBeNull();
  });
  test('is not believed while the top-level domain gives no answer', async () => {
    const { facts, assessment } = await look(
      'yok-boyle-bir-sirket.com.tr',
      { answer: (q) => (q.name === 'tr' ? 'SERVFAIL' : undefined) },
      { context: { doubtDenials: true } },
    );
    expect(facts.mx).toEqual({ state: 'unanswered', why: 'SERVFAIL', retryable: true });
    expect(assessment.scored).toBeNull();
  });
  test('is believed of a resolver that knows the top-level domain', async () => {
    const { facts } = await look('yok-boyle-bir-sirket.com.tr', {}, { context: { doubtDenials: true } });
    expect(facts.mx).toEqual({ state: 'absent', why: 'NXDOMAIN' });
  });
});

describe('a subdomain', () => {
  test('takes the DMARC policy of the organizational domain', async () => {
    const zone: Zone = { 'posta.kuzeyhat.com.tr': { MX: [[10, 'mail.natrohost.com']] } };
    const { facts, assessment } = await look('posta.kuzeyhat.com.tr', {}, { zone });
    expect(facts.dmarcOrganizational?.name).toBe('kuzeyhat.com.tr');
    expect(assessment.dmarc.policy).toBe('reject');
  });
  test('is not said to have none when the organizational domain did not answer', async () => {
    const zone: Zone = { 'posta.kuzeyhat.com.tr': { MX: [[10, 'mail.natrohost.com']] } };
    const { assessment } = await look(
      'posta.kuzeyhat.com.tr',
      { answer: (q) => (q.name === '_dmarc.kuzeyhat.com.tr' ? 'SERVFAIL' : undefined) },
      { zone },
    );
    expect(assessment.findings.map((f) => f.id)).toContain('dmarc-unanswered');
  });
});

/** Each says nothing of the name, in a way of its own: no packet, an RCODE, a broken or forged message. */
const TROUBLES: Trouble[] = [
  'SILENT',
  'SERVFAIL',
  'REFUSED',
  'FORMERR',
  'NOTIMP',
  'TRUNCATED',
  'GARBAGE',
  'WRONG-ID',
  'WRONG-QUESTION',
  'NO-QUESTION',
];

describe.each(TROUBLES)('when the answer is %s', (trouble) => {
  test('to every question, there is no score and nothing is said to be absent', async () => {
    const { assessment } = await look('kuzeyhat.com.tr', { answer: () => trouble }, { tier: 'full' });
    expect(assessment.scored).toBeNull();
    expect(assessment.status).toBe('partial');
    expect(absences(assessment)).toEqual([]);
    expect(assessment.answered).toBe(0);
    expect(assessment.whatIf).toEqual([]);
  });

  // One after the other, in one test: a fresh look-up for every question that a healthy scan asks.
  test.each(['kuzeyhat.com.tr', 'gokpinar.com.tr'])(
    'to one question about %s, nothing is taken for absent and no risk is counted for it',
    async (domain) => {
      const healthy = await look(domain, {}, { tier: 'full' });
      const questions = [...new Set(healthy.queries.map((q) => `${q.name} ${q.type}`))];
      expect(questions.length).toBeGreaterThan(10);
      const faults: string[] = [];
      for (const question of questions) {
        const broken = await look(
          domain,
          { answer: (q) => (`${q.name} ${q.type}` === question ? trouble : undefined) },
          { tier: 'full' },
        );
        const { assessment } = broken;
        const asked = broken.queries.some((q) => `${q.name} ${q.type}` === question);
        if (!asked) faults.push(`${question}: was not asked`);
        if (assessment.open.length === 0) faults.push(`${question}: no look-up is open`);
        for (const id of absences(assessment)) {
          if (!absences(healthy.assessment).includes(id)) faults.push(`${question}: ${id}`);
        }
        for (const id of risks(assessment)) {
          if (!risks(healthy.assessment).includes(id)) faults.push(`${question}: risk ${id}`);
        }
        if (question === `${domain} MX` && assessment.scored !== null) faults.push('a score without MX');
        if (assessment.confidence.parts.completeness >= 1) faults.push(`${question}: completeness is full`);
      }
      expect(faults).toEqual([]);
    },
  );
});

test('a lost packet is asked again, and costs nothing but time', async () => {
  const { assessment } = await look(
    'kuzeyhat.com.tr',
    { drop: { share: 0.2, seed: 7 } },
    { tries: 4, budgetMs: 10_000 },
  );
  expect(assessment).toMatchObject({ open: [], scored: { score: 90 } });
});

test('a budget that runs out leaves the rest unanswered, not absent', async () => {
  const { facts, assessment } = await look(
    'kuzeyhat.com.tr',
    { answer: (q) => (q.type === 'MX' ? undefined : 'SILENT') },
    { budgetMs: 60, tries: 3 },
  );
  expect(facts.txt).toEqual({ state: 'unanswered', why: 'CANCELLED', retryable: true });
  expect(absences(assessment)).toEqual([]);
  expect(assessment.status).toBe('partial');
});

describe('beside the DNS', () => {
  test.each(['THROTTLED', 'TIMEOUT', 'UNSUPPORTED'] as const)(
    'a registry that is %s costs no points',
    async (why) => {
      const look1 = { look: async () => ({ state: 'unanswered' as const, why, retryable: true }) };
      const { assessment } = await look(
        'kuzeyhat.com.tr',
        {},
        { tier: 'full', context: { registration: look1, tenant: look1 } },
      );
      expect(assessment.scored?.score).toBe(90);
      expect(assessment.status).toBe('completed');
      expect(assessment.open.map((o) => o.question)).toEqual(['registration', 'tenant']);
    },
  );
  test('an expiry in ten days is a risk, told by the registry only', async () => {
    const registration = {
      look: async () =>
        found({
          source: 'rdap' as const,
          server: 'rdap.example',
          registrar: 'Kayıt A.Ş.',
          created: '2015-12-05T00:00:00Z',
          expires: '2026-12-05T09:00:00Z',
          updated: null,
          nameservers: [],
          statuses: [],
        }),
    };
    const { assessment } = await look('kuzeyhat.com.tr', {}, { tier: 'full', context: { registration } });
    expect(assessment.daysToExpiry).toBe(10);
    expect(risks(assessment)).toEqual(['domain-expiring']);
  });
});

describe('_domainkey that is an alias', () => {
  const zone: Zone = {
    '_domainkey.gokpinar.com.tr': { CNAME: '_domainkey.gone.com' },
    'ornek.com': { A: ['192.0.2.1'] },
  };
  test('of a missing name does not prove that no key exists', async () => {
    const { facts, assessment } = await look('gokpinar.com.tr', {}, { zone });
    expect(facts.dkim.base).toEqual({ state: 'absent', why: 'NODATA' });
    expect(assessment.findings.map((f) => f.id)).toContain('dkim-unknown');
  });
});

describe('DKIM selectors are asked on', () => {
  const SELECTORS = { 'default._domainkey.gokpinar.com.tr': { TXT: [DKIM_RECORD] } };
  const hosted = (more: Zone): Zone => ({
    'gokpinar.com.tr': { MX: [[0, 'gokpinar-com-tr.mail.protection.outlook.com']], TXT: ['v=spf1 -all'] },
    'gokpinar-com-tr.mail.protection.outlook.com': { A: ['192.0.2.9'] },
    ...SELECTORS,
    ...more,
  });
  test.each<[string, Zone]>([
    [
      'a wildcard’s text that is no key',
      { 'selector1._domainkey.gokpinar.com.tr': { TXT: ['v=spf1 -all'] } },
    ],
    ['a revoked key', { 'selector1._domainkey.gokpinar.com.tr': { TXT: ['v=DKIM1; p='] } }],
  ])('after %s', async (_, more) => {
    const { assessment } = await look('gokpinar.com.tr', {}, { zone: hosted(more) });
    expect(assessment.mail.provider).toBe('M365');
    expect(assessment.findings.map((f) => f.id)).toContain('dkim-found');
  });
});
