import { describe, expect, test } from 'vitest';
import { assess } from '#core/assess.ts';
import type { Assessment, AssessmentContext } from '#core/assessment.ts';
import { SILENCES, type DomainFacts, type Silence } from '#core/facts.ts';
import { lookups } from '#core/questions.ts';
import type { FindingId } from '#core/score/findings.ts';
import {
  absent,
  bareFacts,
  deepFreeze,
  domainFacts,
  found,
  ip,
  key,
  mx,
  NODATA,
  noKey,
  NXDOMAIN,
  target,
  TIMEOUT,
  txt,
  unanswered,
} from '#test/support/facts.ts';
import { shippedRules } from '#test/support/rules.ts';

const rules = shippedRules();
const earlier = shippedRules('python-2025-11');
const NOW: AssessmentContext = { now: '2026-11-25T10:00:00Z', recentChanges: null };
const of = (facts: DomainFacts, context: Partial<AssessmentContext> = {}, set = rules): Assessment =>
  assess(facts, { ...NOW, ...context }, set);
const company = (more: Partial<DomainFacts> = {}): DomainFacts => domainFacts(undefined, more);

/** "base 0, provider 50, spf-present 10 = 60 Existing 4 P3" */
const short = ({ scored }: Assessment): string =>
  scored === null
    ? 'no score'
    : `${scored.lines.map(({ id, points }) => `${id} ${points}`).join(', ')} = ${scored.score} ${scored.segment} ${scored.priority} ${scored.pModel?.category ?? '-'}`;

describe('the whole path, from facts to the answer', () => {
  test('a company on Microsoft 365 with everything in order', () => {
    const assessment = of(company());
    expect(short(assessment)).toBe(
      'base 0, provider 50, spf-present 10, dkim-present 10, dmarc-reject 20 = 90 Existing 4 P4',
    );
    expect(assessment).toMatchObject({
      schema: 1,
      domain: 'cinarmakina.example',
      unicode: 'cinarmakina.example',
      lookedUpAt: '2026-11-25T09:00:00.000Z',
      assessedAt: '2026-11-25T10:00:00Z',
      ruleSet: { id: 'hunter-1', version: '1.0.0' },
      status: 'completed',
      open: [],
      range: { low: 90, high: 90 },
      confidence: {
        total: 3.48,
        level: 'high',
        parts: { completeness: 1, stability: 0.5, provider: 0.98, variance: 1 },
      },
      whatIf: [],
      fit: { score: 90 },
      tenantSize: { size: null, basis: null },
      daysToExpiry: 474,
      nameservers: ['ns1.alanadi.example', 'ns2.alanadi.example'],
      mxHosts: ['cinarmakina-example.mail.protection.outlook.com'],
      tenant: { tenantId: '11111111-2222-4333-8444-555555555555', region: 'EU', realm: 'Managed' },
      dmarc: { policy: 'reject', coverage: 100, dialect: 'rfc9989' },
      infrastructureSummary: 'Hosted on DataCenter, ISP: Example Cloud, Country: NL',
      network: { address: '192.0.2.25', country: 'NL' },
    });
    expect(assessment.workloads.map(({ workload }) => workload)).toEqual([
      'exchange-online',
      'teams',
      'intune',
      'entra-id',
    ]);
  });
  test.each<[string, DomainFacts, string]>([
    [
      'a hoster with nothing set up',
      bareFacts({ mx: mx('10 mail.natrohost.com') }),
      'base 0, provider 20, spf-missing -10, dkim-missing -10, dmarc-not-enforced -5, hosting-mx-weak -10, clamp 15 = 0 Cold 7 P6',
    ],
    [
      'a hoster with SPF: the best greenfield',
      bareFacts({ mx: mx('10 mail.natrohost.com'), txt: txt('v=spf1 mx -all') }),
      'base 0, provider 20, spf-present 10, dkim-missing -10, dmarc-not-enforced -5 = 15 Migration 3 P1',
    ],
    [
      'an own machine with all of it',
      company({
        mx: mx('10 mail.cinarmakina.example'),
        txt: txt('v=spf1 mx -all'),
        dkim: { base: NODATA, selectors: [key('mail')] },
        autodiscover: NXDOMAIN,
        tenant: absent('NOT-FOUND'),
      }),
      'base 0, provider 10, spf-present 10, dkim-present 10, dmarc-reject 20 = 50 Migration 1 P1',
    ],
    [
      'Google, with DMARC that only monitors',
      bareFacts({
        mx: mx('1 smtp.google.com'),
        txt: txt('v=spf1 include:_spf.google.com ~all'),
        dkim: { base: NODATA, selectors: [key('google')] },
        dmarc: txt('v=DMARC1; p=none'),
      }),
      'base 0, provider 50, spf-present 10, dkim-present 10, dmarc-not-enforced -5 = 65 Migration 3 P2',
    ],
    [
      'Proton, one of the other mailbox clouds',
      bareFacts({ mx: mx('10 mail.protonmail.ch'), txt: txt('v=spf1 include:_spf.protonmail.ch ~all') }),
      'base 0, provider 30, spf-present 10, dkim-missing -10, dmarc-not-enforced -5 = 25 Cold 6 P5',
    ],
    [
      'a gateway with nobody known behind it',
      bareFacts({ mx: mx('10 mxa-00000001.gslb.pphosted.com') }),
      'base 0, provider 0, spf-missing -10, dkim-missing -10, dmarc-not-enforced -5, clamp 25 = 0 Cold 7 P6',
    ],
    [
      'Microsoft 365 behind a gateway is a customer there',
      bareFacts({
        mx: mx('10 mxa-00000001.gslb.pphosted.com'),
        autodiscover: target('autodiscover.outlook.com'),
      }),
      'base 0, provider 50, spf-missing -10, dkim-missing -10, dmarc-not-enforced -5 = 25 Existing 5 P3',
    ],
    [
      'hybrid mail is a customer there',
      bareFacts({ autodiscover: target('autodiscover.outlook.com') }),
      'base 0, provider 50, spf-missing -10, dkim-missing -10, dmarc-not-enforced -5 = 25 Existing 5 P3',
    ],
    ['no MX', bareFacts({ mx: NODATA }), 'base 0, hard-fail 0 = 0 Skip 7 P6'],
    ['a null MX', bareFacts({ mx: mx('0 .') }), 'base 0, hard-fail 0 = 0 Skip 7 P6'],
    ['no such domain', bareFacts({ mx: NXDOMAIN }), 'base 0, hard-fail 0 = 0 Skip 7 P6'],
  ])('%s', (_, facts, expected) => {
    expect(short(of(facts))).toBe(expected);
  });
  test('the hoster stands beside the provider in the line of the score', () => {
    const { scored } = of(bareFacts({ mx: mx('10 mail.natrohost.com') }));
    expect(scored?.lines[1]?.name.en).toMatch(/^Mail provider: .+, Natro$/);
  });
  test('a name in another script is shown in it', () => {
    const { domain, unicode } = of(domainFacts('xn--nar-1la48a.example'));
    expect([domain, unicode]).toEqual(['xn--nar-1la48a.example', 'çınar.example']);
  });
  test('a domain in its last month loses points, and after it too', () => {
    const ending = (expires: string): string =>
      short(
        of(
          company({
            registration: found({
              source: 'rdap',
              server: 'rdap.kayit.example',
              registrar: null,
              created: null,
              expires,
              updated: null,
              nameservers: [],
              statuses: [],
            }),
          }),
        ),
      );
    expect(
      ['2026-12-25T10:00:00Z', '2026-12-25T09:59:59Z', '2026-11-15T00:00:00Z'].map((expires) =>
        ending(expires).includes('domain-expiring -5'),
      ),
    ).toEqual([false, true, true]);
  });
  test('name servers are those of the registry where DNS gave no answer', () => {
    expect(of(company({ ns: TIMEOUT })).nameservers).toEqual(['ns1.alanadi.example', 'ns2.alanadi.example']);
    expect(of(bareFacts({ ns: TIMEOUT })).nameservers).toEqual([]);
  });
  test('the network bears the company’s own name', () => {
    const size = (asnOrg: string, domain = 'cinar-makina.example'): unknown =>
      of(
        domainFacts(domain, {
          ip: [ip('192.0.2.1', { asn: 64501, asnOrg })],
          mx: mx('0 x.mail.protection.outlook.com'),
        }),
      ).tenantSize;
    expect(size('Cinar Makina A.S.')).toMatchObject({
      size: 'medium',
      because: [{ record: 'dmarc-enforced' }, { record: 'own-network' }],
    });
    expect(size('Ornek Telekom')).toMatchObject({ size: null });
    expect(size('ABC Holding', 'abc.example')).toMatchObject({ size: null });
  });
  test('a ruler is drawn where a score can move, and not after a hard fail', () => {
    expect(of(company()).zones.map(({ from, priority }) => `${from} ${priority}`)).toEqual([
      '0 5',
      '50 4',
      '70 4',
    ]);
    expect(of(bareFacts({ mx: NODATA })).zones).toEqual([]);
  });
});

describe('the earlier rule set on the same facts', () => {
  test.each<[string, DomainFacts, string]>([
    ['in order', company(), 'base 0, provider 50, spf 10, dkim 10, dmarc-reject 20 = 90 Existing 3 P4'],
    [
      'a missing DKIM counts twice',
      company({ dkim: { base: NXDOMAIN, selectors: [] } }),
      'base 0, provider 50, spf 10, dmarc-reject 20, no-dkim -10, dkim-none -5 = 65 Existing 4 P3',
    ],
    ['no MX carries no P-model', bareFacts({ mx: NODATA }), 'base 0, hard-fail 0 = 0 Skip 7 -'],
  ])('%s', (_, facts, expected) => {
    expect(short(of(facts, {}, earlier))).toBe(expected);
  });
  test('the tenant size comes from the MX root, whatever was declared', () => {
    expect(of(company(), { declared: { employees: 5 } }, earlier).tenantSize).toMatchObject({
      size: 'medium',
      basis: 'mx-root',
    });
  });
});

describe('an MX that gave no answer', () => {
  test.each(SILENCES)('%s: no score is invented, and nothing that follows from one', (why) => {
    const assessment = of(company({ mx: unanswered(why) }));
    expect(assessment).toMatchObject({
      status: 'partial',
      scored: null,
      range: null,
      whatIf: [],
      fit: null,
      zones: [],
      mxHosts: [],
      mail: { provider: 'Unknown', confidence: 0, because: [] },
      open: [{ question: 'mx', why }],
    });
    expect(assessment.confidence.parts).toMatchObject({ provider: 0, variance: 0 });
  });
  test('what else was answered is told all the same', () => {
    expect(of(company({ mx: TIMEOUT })).findings.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['mx-unanswered', 'spf-found', 'dkim-found', 'dmarc-reject']),
    );
  });
});

describe('the status is partial while a look-up that counts gave no answer', () => {
  test.each<[string, Partial<DomainFacts>, Assessment['status']]>([
    ['all answered', {}, 'completed'],
    ['MX', { mx: TIMEOUT }, 'partial'],
    ['TXT', { txt: TIMEOUT }, 'partial'],
    ['an SPF include', { spfTxt: { 'spf.protection.outlook.com': TIMEOUT } }, 'partial'],
    ['DMARC', { dmarc: TIMEOUT }, 'partial'],
    ['DKIM', { dkim: { base: TIMEOUT, selectors: [] } }, 'partial'],
    [
      'one DKIM selector, while another has a key',
      { dkim: { base: NODATA, selectors: [key('selector1'), { selector: 'selector2', txt: TIMEOUT }] } },
      'completed',
    ],
    ['a denial is an answer', { txt: NXDOMAIN, dmarc: NXDOMAIN }, 'completed'],
    ['the registry, which never fails a scan', { registration: TIMEOUT }, 'completed'],
    ['the tenant', { tenant: TIMEOUT }, 'completed'],
    [
      'posture',
      { mtaSts: TIMEOUT, tlsRpt: TIMEOUT, bimi: TIMEOUT, caa: TIMEOUT, dnssec: TIMEOUT },
      'completed',
    ],
  ])('%s: %j', (_, facts, expected) => {
    expect(of(company(facts)).status).toBe(expected);
  });
});

describe('each record as DNS denies it', () => {
  test.each<[string, Partial<DomainFacts>, FindingId]>([
    ['MX, NXDOMAIN', { mx: NXDOMAIN }, 'domain-nxdomain'],
    ['MX, NODATA', { mx: NODATA }, 'mx-absent'],
    ['TXT, NXDOMAIN', { txt: NXDOMAIN }, 'spf-absent'],
    ['TXT, NODATA', { txt: NODATA }, 'spf-absent'],
    ['DMARC, NXDOMAIN', { dmarc: NXDOMAIN }, 'dmarc-absent'],
    ['DMARC, NODATA', { dmarc: NODATA }, 'dmarc-absent'],
    ['_domainkey, NXDOMAIN', { dkim: { base: NXDOMAIN, selectors: [] } }, 'dkim-absent'],
    ['_domainkey, NODATA', { dkim: { base: NODATA, selectors: [] } }, 'dkim-unknown'],
    [
      'the provider’s selectors, NXDOMAIN',
      { dkim: { base: NODATA, selectors: [noKey('selector1'), noKey('selector2')] } },
      'dkim-absent',
    ],
    ['registration, NOT-FOUND', { registration: absent('NOT-FOUND') }, 'registration-absent'],
    ['tenant, NOT-FOUND', { tenant: absent('NOT-FOUND') }, 'tenant-absent'],
    ['MTA-STS, NXDOMAIN', { mtaSts: NXDOMAIN }, 'mta-sts-absent'],
    ['TLS-RPT, NODATA', { tlsRpt: NODATA }, 'tls-rpt-absent'],
    ['BIMI, NODATA', { bimi: NODATA }, 'bimi-absent'],
    ['CAA, NODATA', { caa: NODATA }, 'caa-absent'],
  ])('%s: %s', (_, facts, expected) => {
    const assessment = of(company(facts));
    expect(assessment.findings.map(({ id }) => id)).toContain(expected);
    expect(assessment.open).toEqual([]);
    expect(assessment.status).toBe('completed');
  });
});

/** Where in the facts each look-up stands. */
function* places(value: unknown, path: readonly string[] = []): Generator<readonly string[]> {
  if (typeof value !== 'object' || value === null) return;
  if ('state' in value) return yield path;
  for (const [name, inner] of Object.entries(value)) yield* places(inner, [...path, name]);
}
/** The same facts, the look-up at one place without an answer. */
function silenced(facts: DomainFacts, path: readonly string[], why: Silence): DomainFacts {
  const copy = structuredClone(facts);
  const last = path.at(-1) ?? '';
  const parent = path.slice(0, -1).reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], copy);
  (parent as Record<string, unknown>)[last] = unanswered(why);
  return copy;
}
/** Findings of the signal that a look-up belongs to: without them it counts nothing, in either direction. */
function signalOf([first, second]: readonly string[]): string {
  if (first === 'txt' || first === 'spfTxt') return 'spf-';
  if (first === 'dmarc' || first === 'dmarcOrganizational') return 'dmarc-';
  if (first === 'dkim' && second !== undefined) return 'dkim-';
  return 'nothing';
}
/** The score as it would be if that signal counted nothing. */
function neutralScore(assessment: Assessment, signal: string): number {
  const lines = assessment.scored?.lines ?? [];
  const sum = lines
    .filter(({ kind }) => kind !== 'clamp')
    .filter(({ kind, findings }) => kind === 'provider' || !findings.some((id) => id.startsWith(signal)))
    .reduce((total, { points }) => total + points, 0);
  return Math.min(100, Math.max(0, sum));
}
const denies = (id: FindingId): boolean =>
  /-(?:absent|null|revoked|unknown)$/.test(id) || id === 'domain-nxdomain';

const WORLDS: Record<string, DomainFacts> = {
  'Microsoft 365 in order': company(),
  'a subdomain whose policy stands above it': domainFacts('posta.cinarmakina.example', {
    dmarc: NXDOMAIN,
    dmarcOrganizational: { name: 'cinarmakina.example', txt: txt('v=DMARC1; p=quarantine') },
  }),
  'Microsoft 365 behind a gateway': company({
    mx: mx('10 mxa-00000001.gslb.pphosted.com'),
    mxHosts: { 'mxa-00000001.gslb.pphosted.com': { addresses: found(['192.0.2.30']) } },
  }),
  'hybrid with one strong sign': bareFacts({
    autodiscover: target('autodiscover.outlook.com'),
    txt: txt('v=spf1 mx -all'),
    dmarc: txt('v=DMARC1; p=none'),
    mxHosts: { 'mail.cinarmakina.example': { addresses: found(['192.0.2.30']), cname: NODATA } },
  }),
  'Google with a wide SPF': bareFacts({
    mx: mx('1 smtp.google.com'),
    txt: txt('v=spf1 include:_spf.google.com include:a.example include:b.example include:c.example ~all'),
    spfTxt: {
      '_spf.google.com': txt('v=spf1 ip4:192.0.2.0/24 -all'),
      'a.example': txt('v=spf1 -all'),
      'b.example': txt('v=spf1 -all'),
      'c.example': txt('v=spf1 -all'),
    },
    dkim: { base: NODATA, selectors: [key('google')] },
    dmarc: txt('v=DMARC1; p=none'),
  }),
  'a hoster with nothing set up': bareFacts({
    mx: mx('10 mail.natrohost.com'),
    mxHosts: { 'mail.natrohost.com': { addresses: found(['192.0.2.30']) } },
    tenant: absent('NOT-FOUND'),
    registration: company().registration,
  }),
  'an own machine behind an alias': bareFacts({
    mxHosts: { 'mail.cinarmakina.example': { cname: target('mx.yandex.net') } },
    txt: txt('v=spf1 redirect=_spf.yandex.net'),
    spfTxt: { '_spf.yandex.net': txt('v=spf1 ip4:192.0.2.0/24 ~all') },
  }),
};

describe('a look-up that gave no answer is never held against the domain', () => {
  test('the loop below reaches every look-up of the facts', () => {
    for (const facts of Object.values(WORLDS))
      expect([...places(facts)]).toHaveLength([...lookups(facts)].length);
  });

  describe.each(Object.entries(WORLDS))('%s', (name, facts) => {
    const rows = [...places(facts)].map((path) => ({ question: path.join('.'), path }));
    test.each(rows)('$question', ({ path }) => {
      for (const set of [rules, earlier]) {
        const before = of(facts, {}, set);
        const denied = new Set(before.findings.map(({ id }) => id).filter(denies));
        for (const why of SILENCES) {
          const after = of(silenced(facts, path, why), {}, set);
          const place = `${name}, ${path.join('.')} ${why}, ${set.set.id}`;
          const invented = after.findings
            .map(({ id }) => id)
            .filter((id) => denies(id) && !denied.has(id) && !(id === 'dkim-unknown' && set === rules));
          expect(invented, place).toEqual([]);
          expect(after.open, place).toHaveLength(1);
          expect(after.confidence.total, place).toBeLessThan(before.confidence.total);
          if (path[0] === 'mx') expect(after.scored, place).toBeNull();
          else if (after.mail.provider === before.mail.provider)
            expect(after.scored?.score, place).toBeGreaterThanOrEqual(
              Math.min(before.scored?.score ?? 0, neutralScore(before, signalOf(path))),
            );
          if (after.scored !== null && after.range !== null) {
            expect(after.range.low, place).toBeLessThanOrEqual(after.scored.score);
            expect(after.range.high, place).toBeGreaterThanOrEqual(after.scored.score);
          }
        }
      }
    });
  });
  test.each([
    ['txt', { txt: TIMEOUT }, 80],
    ['dmarc', { dmarc: TIMEOUT }, 70],
    ['dkim', { dkim: { base: TIMEOUT, selectors: [] } }, 80],
    ['all three', { txt: TIMEOUT, dmarc: TIMEOUT, dkim: { base: TIMEOUT, selectors: [] } }, 50],
  ])('%s without an answer counts exactly nothing', (_, facts, score) => {
    expect(of(company(facts)).scored?.score).toBe(score);
  });
});

describe('the range is what the open signals leave possible', () => {
  test.each<[string, Partial<DomainFacts>, { low: number; high: number }]>([
    ['nothing open', {}, { low: 90, high: 90 }],
    ['SPF', { txt: TIMEOUT }, { low: 70, high: 90 }],
    ['DKIM', { dkim: { base: TIMEOUT, selectors: [] } }, { low: 70, high: 90 }],
    ['DMARC', { dmarc: TIMEOUT }, { low: 65, high: 90 }],
    [
      'an SPF include, which may not be there at all',
      { spfTxt: { 'spf.protection.outlook.com': TIMEOUT } },
      { low: 70, high: 90 },
    ],
    ['the end of the registration', { registration: TIMEOUT }, { low: 85, high: 90 }],
    [
      'all of them',
      { txt: TIMEOUT, dmarc: TIMEOUT, dkim: { base: TIMEOUT, selectors: [] }, registration: TIMEOUT },
      { low: 20, high: 90 },
    ],
    ['a DKIM that nothing proves', { dkim: { base: NODATA, selectors: [] } }, { low: 70, high: 90 }],
  ])('%s', (_, facts, expected) => {
    expect(of(company(facts)).range).toEqual(expected);
  });
  test('it stays on the scale', () => {
    const facts = bareFacts({ mx: mx('10 mail.natrohost.com'), txt: TIMEOUT, dmarc: TIMEOUT });
    expect(of(facts).range).toEqual({ low: 0, high: 40 });
  });
});

describe('confidence', () => {
  test.each([
    [null, 0.5],
    [0, 1],
    [1, 0.8],
    [2, 0.6],
    [9, 0],
  ])('after %s recent changes the stability is %s', (recentChanges, stability) => {
    expect(of(company(), { recentChanges }).confidence.parts.stability).toBe(stability);
  });
});

describe('pure', () => {
  const world = Object.entries(WORLDS);
  test.each(world)('the same facts give the same answer, and are not touched: %s', (_, facts) => {
    const frozen = deepFreeze(structuredClone(facts));
    const context = deepFreeze({
      ...NOW,
      declared: { employees: 80 },
      referral: { type: 'co-sell', active: true },
    } as AssessmentContext);
    const first = assess(frozen, context, deepFreeze(rules));
    expect(assess(frozen, context, rules)).toEqual(first);
    expect(frozen).toEqual(facts);
  });
  test.each(world)('an assessment is data: it survives JSON unchanged: %s', (_, facts) => {
    const assessment = of(facts);
    expect(JSON.parse(JSON.stringify(assessment))).toEqual(assessment);
  });
  test('only the days to the end depend on the moment', () => {
    const { assessedAt: _a, daysToExpiry: _d, metrics: _m, ...today } = of(company());
    const {
      assessedAt: _b,
      daysToExpiry,
      metrics: _n,
      ...tomorrow
    } = of(company(), { now: '2026-11-26T10:00:00Z' });
    expect(tomorrow).toEqual(today);
    expect(daysToExpiry).toBe(473);
  });
});
