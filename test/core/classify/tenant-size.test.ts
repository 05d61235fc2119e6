import { describe, expect, test } from 'vitest';
import type { AssessmentContext, MailVerdict, TenantSizeVerdict } from '#core/assessment.ts';
import { tenantSize, type SizeSigns } from '#core/classify/tenant-size.ts';
import type { DomainFacts } from '#core/facts.ts';
import { domainFacts, mx, TIMEOUT } from '#test/support/facts.ts';
import { shippedRules } from '#test/support/rules.ts';

const rules = shippedRules().mail.classification.tenantSize;
const NO_SIGNS: SizeSigns = {
  federated: false,
  verifiedServices: 0,
  spfIncludes: 1,
  dmarc: 'none',
  ownAsn: false,
};
const M365: MailVerdict = {
  provider: 'M365',
  providerName: 'Microsoft 365',
  kind: 'mailbox',
  gateway: null,
  hybrid: false,
  mixed: [],
  confidence: 0.98,
  mxRoot: 'outlook.com',
  localProvider: null,
  because: [],
};
const PROOFPOINT: Partial<MailVerdict> = { gateway: { id: 'proofpoint', name: 'Proofpoint' } };
const SOPHOS: Partial<MailVerdict> = { gateway: { id: 'sophos', name: 'Sophos Email' } };

function size(
  given: {
    mail?: Partial<MailVerdict>;
    signs?: Partial<SizeSigns>;
    declared?: AssessmentContext['declared'];
    facts?: DomainFacts;
  },
  engine: 'weights' | 'mx-root' = 'weights',
): TenantSizeVerdict {
  return tenantSize(
    given.facts ?? domainFacts(),
    { ...M365, ...given.mail },
    { ...NO_SIGNS, ...given.signs },
    {
      now: '2026-11-25T10:00:00Z',
      recentChanges: null,
      ...(given.declared === undefined ? {} : { declared: given.declared }),
    },
    rules,
    engine,
  );
}

describe('what was declared wins', () => {
  test.each([
    [1, 'small'],
    [50, 'small'],
    [51, 'medium'],
    [250, 'medium'],
    [251, 'large'],
    [1000, 'large'],
    [1001, 'enterprise'],
    [250_000, 'enterprise'],
  ])('%d employees: %s', (employees, expected) => {
    expect(size({ declared: { employees } })).toEqual({
      size: expected,
      basis: 'declared',
      because: [{ record: 'employees', value: String(employees), shows: expected }],
    });
  });
  test.each([
    ['1to9employees', 'small'],
    ['10to50employees', 'small'],
    ['51to250employees', 'medium'],
    ['251to1000employees', 'large'],
    ['1001to5000employees', 'enterprise'],
    ['5001to10000employees', 'enterprise'],
    ['moreThan10000employees', 'enterprise'],
    ['moreThan10001Employees', 'enterprise'],
    ['251 to 1,000 employees', 'large'],
  ])('an organization size of "%s": %s', (organizationSize, expected) => {
    expect(size({ declared: { organizationSize } })).toEqual({
      size: expected,
      basis: 'declared',
      because: [{ record: 'organization size', value: organizationSize, shows: expected }],
    });
  });
  test('the number of employees wins over the words of a referral', () => {
    expect(size({ declared: { employees: 12, organizationSize: '1001to5000employees' } }).size).toBe('small');
  });
  test('both win over every sign', () => {
    const signs = { federated: true, verifiedServices: 12, ownAsn: true };
    expect(size({ declared: { employees: 12 }, signs, mail: PROOFPOINT })).toMatchObject({
      size: 'small',
      basis: 'declared',
    });
  });
  test('it holds for every provider, not only for those whose size is guessed', () => {
    expect(size({ declared: { employees: 80 }, mail: { provider: 'Hosting', kind: 'server' } }).size).toBe(
      'medium',
    );
  });
  test.each<[string, AssessmentContext['declared']]>([
    ['0 employees', { employees: 0 }],
    ['a negative number', { employees: -4 }],
    ['no number', { employees: null }],
    ['words nobody knows', { organizationSize: 'a few people' }],
    ['empty words', { organizationSize: '' }],
    ['no words', { organizationSize: null }],
    ['nothing', {}],
  ])('%s declare nothing', (_, declared) => {
    expect(size(declared === undefined ? {} : { declared })).toEqual({
      size: null,
      basis: null,
      because: [],
    });
  });
  test('a number that declares nothing leaves the words', () => {
    expect(size({ declared: { employees: 0, organizationSize: '51to250employees' } }).size).toBe('medium');
  });
});

test.each(['M365', 'Google'])('W3: mail at %s alone says nothing of the size', (provider) => {
  expect(size({ mail: { provider } })).toMatchObject({ size: null, basis: null });
});

describe('else signs are weighed', () => {
  test.each<[string, { mail?: Partial<MailVerdict>; signs?: Partial<SizeSigns> }, string | null, string[]]>([
    ['nothing shows', {}, null, []],
    ['one sign is too few: DMARC', { signs: { dmarc: 'reject' } }, null, []],
    ['one sign is too few: federation', { signs: { federated: true } }, null, []],
    ['one sign is too few: a gateway', { mail: SOPHOS }, null, []],
    ['one sign is too few: a network of its own', { signs: { ownAsn: true } }, null, []],
    [
      'a gateway and DMARC',
      { mail: SOPHOS, signs: { dmarc: 'quarantine' } },
      'medium',
      ['any-gateway', 'dmarc-enforced'],
    ],
    [
      'wide SPF and DMARC',
      { signs: { spfIncludes: 5, dmarc: 'reject' } },
      'medium',
      ['wide-spf', 'dmarc-enforced'],
    ],
    [
      'federation, four services, DMARC',
      { signs: { federated: true, verifiedServices: 4, dmarc: 'reject' } },
      'large',
      ['federated', 'verified-services', 'dmarc-enforced'],
    ],
    [
      'an enterprise gateway, federation, eight services',
      { mail: PROOFPOINT, signs: { federated: true, verifiedServices: 8 } },
      'enterprise',
      ['enterprise-gateway', 'any-gateway', 'federated', 'many-verified-services', 'verified-services'],
    ],
    ['three services are no sign', { signs: { verifiedServices: 3, dmarc: 'reject' } }, null, []],
    ['four includes are no sign', { signs: { spfIncludes: 4, dmarc: 'reject' } }, null, []],
    ['a DMARC that only monitors is no sign', { mail: SOPHOS, signs: { dmarc: 'none' } }, null, []],
    ['an unanswered DMARC is no sign', { mail: SOPHOS, signs: { dmarc: null } }, null, []],
  ])('%s', (_, given, expected, because) => {
    const verdict = size(given);
    expect([verdict.size, verdict.basis, verdict.because.map(({ record }) => record)]).toEqual([
      expected,
      expected === null ? null : 'heuristic',
      because,
    ]);
  });
  test('each sign says how much it weighs and why', () => {
    expect(size({ mail: SOPHOS, signs: { dmarc: 'reject' } }).because).toEqual([
      { record: 'any-gateway', value: '1', shows: 'A separate security gateway' },
      { record: 'dmarc-enforced', value: '1', shows: 'DMARC is enforced' },
    ]);
  });
  test.each(['Yandex', 'Hosting', 'Local', 'Amazon', 'Unknown'])(
    'the size of a company at %s is not guessed',
    (provider) => {
      const signs = { federated: true, verifiedServices: 12, dmarc: 'reject' as const, ownAsn: true };
      expect(size({ mail: { ...PROOFPOINT, provider }, signs }).size).toBeNull();
    },
  );
  test('the weights cannot say small: small is only declared', () => {
    expect(rules.thresholds.map((threshold) => threshold.size)).toEqual(['enterprise', 'large', 'medium']);
  });
  test('a weight for the number of MX hosts counts the hosts, and none of an MX that was not answered', () => {
    const weighing = {
      ...rules,
      minimumSigns: 1,
      weights: [
        {
          id: 'many-hosts',
          fact: 'mx',
          when: { mxHosts: 3 },
          weight: 2,
          why: { tr: 'Çok sunucu', en: 'Many hosts' },
          source: 'a test',
          date: '2026-11-25',
        },
      ],
    };
    const of = (facts: DomainFacts): TenantSizeVerdict['size'] =>
      tenantSize(
        facts,
        M365,
        NO_SIGNS,
        { now: '2026-11-25T10:00:00Z', recentChanges: null },
        weighing,
        'weights',
      ).size;
    expect([
      of(domainFacts(undefined, { mx: mx('1 a.example', '2 b.example', '3 c.example') })),
      of(domainFacts(undefined, { mx: mx('1 a.example', '2 b.example') })),
      of(domainFacts(undefined, { mx: TIMEOUT })),
    ]).toEqual(['medium', null, null]);
  });
});

test.each(['constructor', '__proto__', 'toString'])(
  'an organization size of "%s" is none',
  (organizationSize) => {
    expect(size({ declared: { organizationSize } }).size).toBeNull();
  },
);

describe('as the earlier system had it, the MX root decides alone', () => {
  test.each([
    ['M365', 'outlook.com', 'medium'],
    ['Google', 'google.com', 'large'],
  ])('%s is always %s', (provider, mxRoot, expected) => {
    const given = {
      mail: { ...PROOFPOINT, provider, mxRoot },
      declared: { employees: 12 },
      signs: { federated: true },
    };
    expect(size(given, 'mx-root')).toEqual({
      size: expected,
      basis: 'mx-root',
      because: [{ record: 'MX', value: mxRoot, shows: expected }],
    });
  });
  test.each(['Yandex', 'Hosting', 'Local', 'Unknown'])('%s stays unknown', (provider) => {
    expect(size({ mail: { provider } }, 'mx-root')).toEqual({ size: null, basis: null, because: [] });
  });
});
