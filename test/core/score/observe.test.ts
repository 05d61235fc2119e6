import { describe, expect, test } from 'vitest';
import { assess } from '#core/assess.ts';
import type { Assessment, AssessmentContext } from '#core/assessment.ts';
import type { Evidence } from '#core/evidence.ts';
import type { DomainFacts } from '#core/facts.ts';
import type { FindingId } from '#core/score/findings.ts';
import {
  absent,
  bareFacts,
  domainFacts,
  found,
  ip,
  key,
  mx,
  NODATA,
  noKey,
  noKeys,
  NXDOMAIN,
  RSA_1024,
  RSA_512,
  REVOKED_KEY,
  target,
  TIMEOUT,
  txt,
  unanswered,
} from '#test/support/facts.ts';
import { shippedRules } from '#test/support/rules.ts';

const rules = shippedRules();
const earlier = shippedRules('python-2025-11');
const NOW: AssessmentContext = { now: '2026-11-25T10:00:00Z', recentChanges: null };

const of = (facts: Partial<DomainFacts>, context: Partial<AssessmentContext> = {}, set = rules): Assessment =>
  assess(domainFacts(undefined, facts), { ...NOW, ...context }, set);
/** Findings about one thing: those whose id begins so. */
const about = (prefix: string, assessment: Assessment): FindingId[] =>
  assessment.findings.map(({ id }) => id).filter((id) => id.startsWith(prefix));
const because = (id: FindingId, assessment: Assessment): readonly Evidence[] | undefined =>
  assessment.findings.find((finding) => finding.id === id)?.because;

test('of a domain with everything in order only good things are found', () => {
  expect(of({}).findings.map(({ id }) => id)).toEqual([
    'mx-found',
    'spf-found',
    'dkim-found',
    'dmarc-reject',
    'registration-found',
    'tenant-found',
    'mta-sts-enforce',
    'tls-rpt-found',
    'bimi-found',
    'caa-found',
    'dnssec-found',
  ]);
});
test('no finding is told twice', () => {
  for (const facts of [domainFacts(), bareFacts(), bareFacts({ mx: NXDOMAIN })]) {
    const ids = assess(facts, NOW, rules).findings.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  }
});

describe('MX', () => {
  test.each<[string, Partial<DomainFacts>, FindingId[]]>([
    ['no record', { mx: NODATA }, ['mx-absent']],
    ['no domain', { mx: NXDOMAIN }, []],
    ['a null MX', { mx: mx('0 .') }, ['mx-null']],
    ['no answer', { mx: TIMEOUT }, ['mx-unanswered']],
    ['an empty answer', { mx: found([]) }, ['mx-absent']],
    ['an address for a host', { mx: mx('10 192.0.2.1') }, ['mx-found', 'mx-misconfigured']],
    ['a null MX beside a host', { mx: mx('0 .', '10 mx.yandex.net') }, ['mx-found', 'mx-misconfigured']],
    [
      'two providers',
      { mx: mx('1 smtp.google.com', '10 mx.yandex.net') },
      ['mx-found', 'mx-mixed-providers'],
    ],
    [
      'an alias',
      {
        mx: mx('10 mail.cinarmakina.example'),
        mxHosts: { 'mail.cinarmakina.example': { cname: target('mx.yandex.net') } },
      },
      ['mx-found', 'mx-cname'],
    ],
    [
      'a host listed twice is an oddity, no fault',
      { mx: mx('10 mx.yandex.net', '20 mx.yandex.net') },
      ['mx-found'],
    ],
  ])('%s: %j', (_, facts, expected) => {
    expect(about('mx-', of(facts))).toEqual(expected);
  });
  test('a name that DNS does not know is no domain', () => {
    expect(because('domain-nxdomain', of({ mx: NXDOMAIN }))).toEqual([
      { record: 'MX', value: 'NXDOMAIN', shows: 'no mail' },
    ]);
  });
  test('a mixture shows every provider in it', () => {
    const mixed = of({ mx: mx('1 smtp.google.com', '10 mail.natrohost.com') });
    expect(because('mx-mixed-providers', mixed)?.map(({ shows }) => shows)).toEqual([
      'Google Workspace',
      'Natro',
    ]);
  });
  test('a gateway and what is behind it', () => {
    const facts = { mx: mx('10 mxa-00000001.gslb.pphosted.com') };
    expect(because('gateway-in-front', of(facts))).toEqual([
      { record: 'MX', value: '10 mxa-00000001.gslb.pphosted.com', shows: 'Proofpoint' },
    ]);
    expect(because('gateway-in-front', of({}))).toBeUndefined();
  });
  test('hybrid mail shows the signs and the machine', () => {
    expect(
      because('hybrid-mail', of({ mx: mx('10 mail.cinarmakina.example') }))?.map(({ record }) => record),
    ).toEqual(['CNAME autodiscover', 'CNAME selector1._domainkey', 'SPF', 'TXT', 'Entra', 'MX']);
    expect(because('hybrid-mail', of({}))).toBeUndefined();
  });
});

describe('SPF', () => {
  const spf = (...texts: string[]): Partial<DomainFacts> => ({ txt: txt(...texts) });
  test.each<[string, Partial<DomainFacts>, FindingId[]]>([
    ['a record', spf('v=spf1 mx -all'), ['spf-found']],
    ['in capitals', spf('V=SPF1 MX -ALL'), ['spf-found']],
    ['no TXT', { txt: NODATA }, ['spf-absent']],
    ['TXT of other kinds', spf('MS=ms1', 'v=spf10 -all', 'spf1 mx'), ['spf-absent']],
    ['no answer', { txt: TIMEOUT }, ['spf-unanswered']],
    ['two records', spf('v=spf1 mx -all', 'v=spf1 -all'), ['spf-permerror']],
    ['a mechanism nobody knows', spf('v=spf1 mailserver:x -all'), ['spf-permerror']],
    [
      'an include that leads nowhere',
      { ...spf('v=spf1 include:gone.example -all'), spfTxt: { 'gone.example': NXDOMAIN } },
      ['spf-permerror'],
    ],
    ['anyone may send', spf('v=spf1 +all'), ['spf-found', 'spf-pass-all']],
    ['anyone may send, said without the sign', spf('v=spf1 all'), ['spf-found', 'spf-pass-all']],
    ['nobody may send', spf('v=spf1 -all'), ['spf-found']],
    ['eleven look-ups', spf(`v=spf1 ${'a:x.example '.repeat(11)}-all`), ['spf-found', 'spf-lookup-limit']],
    ['ten look-ups', spf(`v=spf1 ${'a:x.example '.repeat(10)}-all`), ['spf-found']],
    [
      'an include that gave no answer',
      { ...spf('v=spf1 include:slow.example -all'), spfTxt: { 'slow.example': TIMEOUT } },
      ['spf-found', 'spf-not-followed'],
    ],
    ['an include with a macro', spf('v=spf1 include:%{i}._spf.example -all'), ['spf-found']],
  ])('%s: %j', (_, facts, expected) => {
    expect(about('spf-', of(facts))).toEqual(expected);
  });
  test('its own includes are counted, and the look-ups it costs', () => {
    const { metrics } = of({
      ...spf('v=spf1 mx include:a.example include:b.example include:a.example -all'),
      spfTxt: { 'a.example': txt('v=spf1 a mx -all'), 'b.example': txt('v=spf1 ip4:192.0.2.1 -all') },
    });
    // own: mx, three includes; below: a and mx, twice
    expect([metrics['spf-includes'], metrics['spf-lookups']]).toEqual([2, 8]);
  });
  test('look-ups are unknown while an include gave no answer', () => {
    const { metrics } = of({
      ...spf('v=spf1 include:slow.example -all'),
      spfTxt: { 'slow.example': TIMEOUT },
    });
    expect([metrics['spf-includes'], metrics['spf-lookups']]).toEqual([1, undefined]);
  });
  test('nothing is counted of a record that is not there, not answered or in error', () => {
    for (const facts of [{ txt: NODATA }, { txt: TIMEOUT }, spf('v=spf1 x -all')]) {
      expect(of(facts).metrics).not.toHaveProperty('spf-includes');
    }
  });
  test('the evidence is the record, cut where nobody would read on', () => {
    const long = `v=spf1 ${'ip4:192.0.2.1 '.repeat(100)}-all`;
    expect(because('spf-found', of(spf(long)))?.[0]?.value).toBe(`${long.slice(0, 500)}…`);
  });
});

describe('DKIM', () => {
  const NO_KEYS = noKeys('selector1', 'selector2');
  test.each<[string, Partial<DomainFacts>, FindingId[]]>([
    ['a key', {}, ['dkim-found']],
    [
      'a key of 1024 bits still signs',
      { dkim: { base: NODATA, selectors: [key('k1', undefined, `v=DKIM1; p=${RSA_1024}`)] } },
      ['dkim-found'],
    ],
    [
      'a key without v=',
      { dkim: { base: NODATA, selectors: [key('k1', undefined, `p=${RSA_1024}`)] } },
      ['dkim-found'],
    ],
    ['nothing below _domainkey', { dkim: { base: NXDOMAIN, selectors: [] } }, ['dkim-absent']],
    ['all selectors of the provider missing', { dkim: NO_KEYS }, ['dkim-absent']],
    ['one of them not asked', { dkim: noKeys('selector1') }, ['dkim-unknown']],
    [
      'one of them not answered',
      { dkim: { base: NODATA, selectors: [noKey('selector1'), { selector: 'selector2', txt: TIMEOUT }] } },
      ['dkim-unanswered'],
    ],
    [
      'a provider with free selectors',
      { mx: mx('1 smtp.google.com'), dkim: noKeys('google', 'default') },
      ['dkim-unknown'],
    ],
    [
      'behind a gateway, which may sign itself',
      { mx: mx('10 mxa-00000001.gslb.pphosted.com'), dkim: NO_KEYS },
      ['dkim-unknown'],
    ],
    [
      'hybrid, where the own machine may sign',
      { mx: mx('10 mail.cinarmakina.example'), dkim: NO_KEYS },
      ['dkim-unknown'],
    ],
    [
      '_domainkey not answered, no selector asked',
      { dkim: { base: TIMEOUT, selectors: [] } },
      ['dkim-unanswered'],
    ],
    [
      '_domainkey not answered, and a key',
      { dkim: { base: TIMEOUT, selectors: [key('k1')] } },
      ['dkim-found'],
    ],
    [
      'a wildcard that answers for every selector',
      {
        mx: mx('1 smtp.google.com'),
        dkim: { base: txt('v=spf1 -all'), selectors: [key('google', undefined, 'v=spf1 -all')] },
      },
      ['dkim-unknown'],
    ],
    [
      'a key and a withdrawn one',
      { dkim: { base: NODATA, selectors: [key('k1'), key('k0', undefined, REVOKED_KEY)] } },
      ['dkim-found', 'dkim-revoked'],
    ],
    [
      'both of the provider’s withdrawn',
      {
        dkim: {
          base: NODATA,
          selectors: [key('selector1', undefined, REVOKED_KEY), key('selector2', undefined, REVOKED_KEY)],
        },
      },
      ['dkim-absent', 'dkim-revoked'],
    ],
    [
      'one withdrawn, of a provider with free selectors',
      {
        mx: mx('1 smtp.google.com'),
        dkim: { base: NODATA, selectors: [key('google', undefined, REVOKED_KEY)] },
      },
      ['dkim-unknown', 'dkim-revoked'],
    ],
    [
      'a key too short for any verifier',
      {
        dkim: {
          base: NODATA,
          selectors: [key('selector1', undefined, `v=DKIM1; p=${RSA_512}`), noKey('selector2')],
        },
      },
      ['dkim-absent', 'dkim-weak-key'],
    ],
  ])('%s: %j', (_, facts, expected) => {
    expect(about('dkim-', of(facts))).toEqual(expected);
  });
  test('the earlier system took "not at the selectors we know" for "not there", and an unanswered one not', () => {
    const google = { mx: mx('1 smtp.google.com') };
    expect([
      about('dkim-', of({ ...google, dkim: noKeys('google') }, {}, earlier)),
      about('dkim-', of({ ...google, dkim: { base: TIMEOUT, selectors: [] } }, {}, earlier)),
    ]).toEqual([['dkim-absent'], ['dkim-unanswered']]);
  });
  test.each<[string, DomainFacts['dkim'], Evidence]>([
    [
      'the empty _domainkey',
      { base: NXDOMAIN, selectors: [] },
      { record: '_domainkey', value: 'NXDOMAIN', shows: 'no DKIM key' },
    ],
    ['missing selectors', NO_KEYS, { record: 'DKIM', value: 'NODATA', shows: 'no DKIM key' }],
    [
      'a key that is there and cannot be used',
      { base: NODATA, selectors: [key('selector1', undefined, REVOKED_KEY), noKey('selector2')] },
      { record: 'DKIM', value: 'selector1', shows: 'no usable DKIM key' },
    ],
  ])('an absence shows its proof: %s', (_, dkim, expected) => {
    expect(because('dkim-absent', of({ dkim }))).toEqual([expected]);
  });
  test('a key shows where it is held, or itself', () => {
    const assessment = of({
      dkim: {
        base: NODATA,
        selectors: [
          key('selector1', 'selector1-x._domainkey.cinar.onmicrosoft.com'),
          key('k1', undefined, `v=DKIM1; p=${RSA_1024}`),
        ],
      },
    });
    expect(because('dkim-found', assessment)).toEqual([
      { record: 'DKIM selector1', value: 'selector1-x._domainkey.cinar.onmicrosoft.com', shows: 'rsa 2048' },
      { record: 'DKIM k1', value: `v=DKIM1; p=${RSA_1024}`, shows: 'rsa 1024' },
    ]);
  });
});

describe('DMARC', () => {
  const dmarc = (...texts: string[]): Partial<DomainFacts> => ({ dmarc: txt(...texts) });
  const RUA = 'rua=mailto:dmarc@cinarmakina.example';
  test.each<[string, Partial<DomainFacts>, FindingId[]]>([
    ['reject', dmarc(`v=DMARC1; p=reject; ${RUA}`), ['dmarc-reject']],
    ['quarantine', dmarc(`v=DMARC1; p=quarantine; ${RUA}`), ['dmarc-quarantine']],
    ['none', dmarc(`v=DMARC1; p=none; ${RUA}`), ['dmarc-policy-none']],
    ['capitals and another order', dmarc(`v=DMARC1; ${RUA}; P=REJECT`), ['dmarc-reject']],
    ['no record', { dmarc: NXDOMAIN }, ['dmarc-absent']],
    ['TXT of another kind', dmarc('v=spf1 -all'), ['dmarc-absent']],
    ['two records are none', dmarc('v=DMARC1; p=reject', 'v=DMARC1; p=none'), ['dmarc-absent']],
    ['no answer', { dmarc: TIMEOUT }, ['dmarc-unanswered']],
    ['a policy nobody knows', dmarc('v=DMARC1; p=refuse'), ['dmarc-permerror']],
    [
      'a policy nobody knows, with reports: as none',
      dmarc(`v=DMARC1; p=refuse; ${RUA}`),
      ['dmarc-policy-none'],
    ],
    [
      'a share of the mail',
      dmarc(`v=DMARC1; p=reject; pct=20; ${RUA}`),
      ['dmarc-reject', 'dmarc-partial-coverage'],
    ],
    [
      'none of the mail',
      dmarc(`v=DMARC1; p=reject; pct=0; ${RUA}`),
      ['dmarc-reject', 'dmarc-partial-coverage'],
    ],
    ['a test', dmarc(`v=DMARC1; p=reject; t=y; ${RUA}`), ['dmarc-reject', 'dmarc-testing']],
    ['no reports', dmarc('v=DMARC1; p=reject'), ['dmarc-reject', 'dmarc-reports-absent']],
  ])('%s: %j', (_, facts, expected) => {
    expect(about('dmarc-', of(facts))).toEqual(expected);
  });
  test.each<[string, DomainFacts['dmarc'], FindingId[]]>([
    ['its policy', txt(`v=DMARC1; p=reject; ${RUA}`), ['dmarc-reject']],
    ['its policy for subdomains', txt(`v=DMARC1; p=reject; sp=none; ${RUA}`), ['dmarc-policy-none']],
    ['a stricter one for subdomains', txt(`v=DMARC1; p=none; sp=reject; ${RUA}`), ['dmarc-reject']],
    ['no policy either', NXDOMAIN, ['dmarc-absent']],
    ['no answer', TIMEOUT, ['dmarc-unanswered']],
  ])('the organizational domain speaks for a subdomain: %s', (_, organizational, expected) => {
    const assessment = assess(
      domainFacts('posta.cinarmakina.example', {
        dmarc: NXDOMAIN,
        dmarcOrganizational: { name: 'cinarmakina.example', txt: organizational },
      }),
      NOW,
      rules,
    );
    expect(about('dmarc-', assessment)).toEqual(expected);
    if (organizational.state === 'found')
      expect(because(expected[0] as FindingId, assessment)?.[0]?.record).toBe('DMARC of cinarmakina.example');
  });
  test('its own record goes before the one above', () => {
    const assessment = assess(
      domainFacts('posta.cinarmakina.example', {
        dmarc: txt(`v=DMARC1; p=none; ${RUA}`),
        dmarcOrganizational: { name: 'cinarmakina.example', txt: txt(`v=DMARC1; p=reject; ${RUA}`) },
      }),
      NOW,
      rules,
    );
    expect(about('dmarc-', assessment)).toEqual(['dmarc-policy-none']);
  });
  test.each<[string, Partial<DomainFacts>, number | undefined]>([
    ['the whole mail', dmarc('v=DMARC1; p=reject'), 100],
    ['a share of it', dmarc('v=DMARC1; p=reject; pct=20'), 20],
    ['unknown without a record', { dmarc: NXDOMAIN }, undefined],
    ['unknown without an answer', { dmarc: TIMEOUT }, undefined],
  ])('the coverage is %s', (_, facts, expected) => {
    expect(of(facts).metrics['dmarc-coverage']).toBe(expected);
  });
});

describe('registration', () => {
  const expiring = (expires: string | null): Partial<DomainFacts> => ({
    registration: found({
      source: 'whois',
      server: 'whois.kayit.example',
      registrar: null,
      created: null,
      expires,
      updated: null,
      nameservers: [],
      statuses: [],
    }),
  });
  test.each([
    ['2026-12-25T10:00:00Z', 30],
    ['2026-12-25T09:59:59Z', 29],
    ['2026-11-26T10:00:00Z', 1],
    ['2026-11-25T10:00:01Z', 0],
    ['2026-11-25T10:00:00Z', 0],
    ['2026-11-25T09:59:59Z', -1],
    ['2026-11-15T10:00:00Z', -10],
    // a day without a time means all of it
    ['2026-12-25', 30],
    ['2026-11-25', 0],
    ['2026-11-24', -1],
    ['soon', undefined],
    [null, undefined],
  ])('ends %s: %s whole days', (expires, days) => {
    expect(of(expiring(expires)).metrics['days-to-expiry']).toBe(days);
  });
  test('unknown days are none, not 0', () => {
    for (const registration of [absent('NOT-FOUND'), unanswered('THROTTLED')]) {
      expect(of({ registration }).metrics).not.toHaveProperty('days-to-expiry');
    }
  });
  test.each<[string, Partial<DomainFacts>, FindingId]>([
    ['there', expiring('2028-01-01'), 'registration-found'],
    ['not there', { registration: absent('NOT-FOUND') }, 'registration-absent'],
    ['not answered', { registration: unanswered('THROTTLED') }, 'registration-unanswered'],
  ])('%s', (_, facts, expected) => {
    expect(about('registration-', of(facts))).toEqual([expected]);
  });
  test('its evidence names the registrar, else the server that told, and the end', () => {
    expect([
      because('registration-found', of({})),
      because('registration-found', of(expiring(null))),
    ]).toEqual([
      [{ record: 'RDAP', value: 'Kayıt Kuruluşu', shows: '2028-03-14T00:00:00Z' }],
      [{ record: 'WHOIS', value: 'whois.kayit.example', shows: 'registered' }],
    ]);
  });
});

describe('tenant', () => {
  const realm = (value: 'Managed' | 'Federated' | null): Partial<DomainFacts> => ({
    tenant: found({ tenantId: 'a1', region: 'EU', realm: value, brand: null }),
  });
  test.each<[string, Partial<DomainFacts>, FindingId[]]>([
    ['managed', realm('Managed'), ['tenant-found']],
    ['federated', realm('Federated'), ['tenant-found', 'tenant-federated']],
    ['of an unknown realm', realm(null), ['tenant-found']],
    ['not there', { tenant: absent('NOT-FOUND') }, ['tenant-absent']],
    ['not answered', { tenant: TIMEOUT }, ['tenant-unanswered']],
  ])('%s: %j', (_, facts, expected) => {
    expect(about('tenant-', of(facts))).toEqual(expected);
  });
});

describe('posture', () => {
  test.each<[string, Partial<DomainFacts>, FindingId]>([
    ['MTA-STS not there', { mtaSts: NXDOMAIN }, 'mta-sts-absent'],
    ['MTA-STS not answered', { mtaSts: TIMEOUT }, 'mta-sts-unanswered'],
    ['its policy not answered', { mtaStsPolicy: TIMEOUT }, 'mta-sts-unanswered'],
    ['its policy not there', { mtaStsPolicy: absent('NOT-FOUND') }, 'mta-sts-invalid'],
    ['its policy unreadable', { mtaStsPolicy: found('<html>') }, 'mta-sts-invalid'],
    [
      'its policy a test',
      { mtaStsPolicy: found('version: STSv1\nmode: testing\nmx: a.example\nmax_age: 86400') },
      'mta-sts-testing',
    ],
    [
      'its policy switched off',
      { mtaStsPolicy: found('version: STSv1\nmode: none\nmax_age: 86400') },
      'mta-sts-none',
    ],
    ['TLS-RPT not there', { tlsRpt: NXDOMAIN }, 'tls-rpt-absent'],
    ['TLS-RPT not answered', { tlsRpt: TIMEOUT }, 'tls-rpt-unanswered'],
    ['TLS-RPT without an address', { tlsRpt: txt('v=TLSRPTv1;') }, 'tls-rpt-invalid'],
    ['BIMI not there', { bimi: NXDOMAIN }, 'bimi-absent'],
    ['BIMI not answered', { bimi: TIMEOUT }, 'bimi-unanswered'],
    ['CAA not there', { caa: NODATA }, 'caa-absent'],
    ['CAA not answered', { caa: TIMEOUT }, 'caa-unanswered'],
    ['answers not signed', { dnssec: found(false) }, 'dnssec-absent'],
    ['nobody to ask about signatures', { dnssec: unanswered('UNSUPPORTED') }, 'dnssec-unanswered'],
  ])('%s: %s', (_, facts, expected) => {
    const topic = expected.slice(0, expected.lastIndexOf('-'));
    expect(about(topic, of(facts))).toEqual([expected]);
  });
  test('nothing is found of what was not asked', () => {
    expect(assess(bareFacts(), NOW, rules).findings.map(({ id }) => id)).toEqual([
      'mx-found',
      'spf-absent',
      'dkim-absent',
      'dmarc-absent',
    ]);
  });
});

describe('further', () => {
  test.each([
    [
      [ip('192.0.2.1', { isProxy: true, proxyType: 'VPN' })],
      [{ record: 'IP', value: '192.0.2.1', shows: 'VPN' }],
    ],
    [[ip('192.0.2.1', { isProxy: true })], [{ record: 'IP', value: '192.0.2.1', shows: 'proxy' }]],
    [[ip('192.0.2.1', { isProxy: false })], undefined],
    [[ip('192.0.2.1', { isProxy: null })], undefined],
  ])('a proxy is found where a database says so: %#', (addresses, expected) => {
    expect(because('ip-proxy', of({ ip: addresses }))).toEqual(expected);
  });
  test.each(['co-sell', 'marketplace', 'solution-provider'] as const)(
    'an active %s referral is a finding, an ended one is not',
    (type) => {
      const id: FindingId = `referral-${type}`;
      expect(about('referral-', of({}, { referral: { type, active: true } }))).toEqual([id]);
      expect(about('referral-', of({}, { referral: { type, active: false } }))).toEqual([]);
    },
  );
  test('verified services are counted by kind, and are unknown without an answer', () => {
    const services = (lookup: DomainFacts['txt']): number | undefined =>
      of({ txt: lookup }).metrics['verified-services'];
    expect([
      services(txt('v=spf1 -all')),
      services(
        txt(
          'MS=ms1',
          'google-site-verification=a',
          'google-site-verification=b',
          'Atlassian-domain-verification=c',
        ),
      ),
      services(NODATA),
      services(TIMEOUT),
    ]).toEqual([0, 3, undefined, undefined]);
  });
});
