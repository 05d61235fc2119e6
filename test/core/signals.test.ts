import { describe, expect, test } from 'vitest';
import { assess } from '#core/assess.ts';
import type { SignalView } from '#core/assessment.ts';
import type { DomainFacts } from '#core/facts.ts';
import {
  absent,
  bareFacts,
  domainFacts,
  found,
  key,
  mx,
  NODATA,
  noKey,
  noKeys,
  notAsked,
  NXDOMAIN,
  RSA_512,
  REVOKED_KEY,
  TIMEOUT,
  txt,
  unanswered,
} from '#test/support/facts.ts';
import { shippedRules } from '#test/support/rules.ts';

const rules = shippedRules();
const views = (facts: DomainFacts): readonly SignalView[] =>
  assess(facts, { now: '2026-11-25T10:00:00Z', recentChanges: null }, rules).signals;
function view(id: SignalView['id'], facts: DomainFacts): SignalView {
  const found = views(facts).find((signal) => signal.id === id);
  if (found === undefined) throw new Error(`no signal ${id}`);
  return found;
}
const GATEWAY_MX = mx('10 mxa-00000001.gslb.pphosted.com');
const GOOGLE_MX = mx('1 smtp.google.com');

test('the signals stand in the order people read them', () => {
  expect(views(domainFacts()).map(({ id }) => id)).toEqual([
    'mx',
    'spf',
    'dkim',
    'dmarc',
    'mta-sts',
    'tls-rpt',
    'bimi',
    'caa',
    'dnssec',
    'registration',
    'tenant',
  ]);
});
test('where all is well, each is found, without a reason why not', () => {
  expect(views(domainFacts()).map(({ id, state, why }) => [id, state, why])).toEqual(
    [
      'mx',
      'spf',
      'dkim',
      'dmarc',
      'mta-sts',
      'tls-rpt',
      'bimi',
      'caa',
      'dnssec',
      'registration',
      'tenant',
    ].map((id) => [id, 'found', null]),
  );
});

describe('a signal is', () => {
  type Row = [SignalView['id'], string, Partial<DomainFacts>, SignalView['state'], SignalView['why']];
  test.each<Row>([
    ['mx', 'absent', { mx: NODATA }, 'absent', 'NODATA'],
    ['mx', 'absent with the whole domain', { mx: NXDOMAIN }, 'absent', 'NXDOMAIN'],
    ['mx', 'absent: null MX', { mx: mx('0 .') }, 'absent', null],
    ['mx', 'weak: an MX that names an address', { mx: mx('10 192.0.2.1') }, 'weak', null],
    ['mx', 'unanswered', { mx: TIMEOUT }, 'unanswered', 'TIMEOUT'],

    ['spf', 'absent: no TXT', { txt: NODATA }, 'absent', 'NODATA'],
    ['spf', 'absent: TXT without SPF', { txt: txt('MS=ms1') }, 'absent', null],
    ['spf', 'weak: two records', { txt: txt('v=spf1 -all', 'v=spf1 mx -all') }, 'weak', null],
    ['spf', 'weak: anyone may send', { txt: txt('v=spf1 +all') }, 'weak', null],
    ['spf', 'unanswered', { txt: unanswered('SERVFAIL') }, 'unanswered', 'SERVFAIL'],
    [
      'spf',
      'found, with an include that gave no answer',
      { spfTxt: { 'spf.protection.outlook.com': TIMEOUT } },
      'found',
      null,
    ],

    [
      'dkim',
      'absent: nothing below _domainkey',
      { dkim: { base: NXDOMAIN, selectors: [] } },
      'absent',
      'NXDOMAIN',
    ],
    [
      'dkim',
      'absent: the provider’s selectors are missing',
      { dkim: noKeys('selector1', 'selector2') },
      'absent',
      'NODATA',
    ],
    ['dkim', 'unknown: no selector proves it', { mx: GOOGLE_MX, dkim: noKeys('google') }, 'unknown', null],
    [
      'dkim',
      'weak: a key too short',
      {
        dkim: {
          base: NODATA,
          selectors: [key('selector1', undefined, `v=DKIM1; p=${RSA_512}`), noKey('selector2')],
        },
      },
      'weak',
      null,
    ],
    [
      'dkim',
      'found, while _domainkey itself has no record',
      { dkim: { base: NODATA, selectors: [key('selector1')] } },
      'found',
      null,
    ],
    [
      'dkim',
      'unanswered: a selector, while _domainkey answered',
      {
        dkim: {
          base: NODATA,
          selectors: [noKey('selector1'), { selector: 'selector2', txt: unanswered('SERVFAIL') }],
        },
      },
      'unanswered',
      'SERVFAIL',
    ],
    ['dkim', 'unanswered: all of it', { dkim: { base: TIMEOUT, selectors: [] } }, 'unanswered', 'TIMEOUT'],

    ['dmarc', 'absent', { dmarc: NXDOMAIN }, 'absent', 'NXDOMAIN'],
    ['dmarc', 'weak: only monitors', { dmarc: txt('v=DMARC1; p=none') }, 'weak', null],
    ['dmarc', 'weak: for a part of the mail', { dmarc: txt('v=DMARC1; p=reject; pct=20') }, 'weak', null],
    ['dmarc', 'weak: a test', { dmarc: txt('v=DMARC1; p=reject; t=y') }, 'weak', null],
    ['dmarc', 'weak: a record in error', { dmarc: txt('v=DMARC1; p=refuse') }, 'weak', null],
    ['dmarc', 'found without reports', { dmarc: txt('v=DMARC1; p=reject') }, 'found', null],
    ['dmarc', 'unanswered', { dmarc: TIMEOUT }, 'unanswered', 'TIMEOUT'],
    [
      'dmarc',
      'found at the organizational domain',
      {
        dmarc: NXDOMAIN,
        dmarcOrganizational: { name: 'cinarmakina.example', txt: txt('v=DMARC1; p=reject') },
      },
      'found',
      null,
    ],
    [
      'dmarc',
      'unanswered at the organizational domain',
      { dmarc: NXDOMAIN, dmarcOrganizational: { name: 'cinarmakina.example', txt: TIMEOUT } },
      'unanswered',
      'TIMEOUT',
    ],

    ['mta-sts', 'absent', { mtaSts: NXDOMAIN }, 'absent', 'NXDOMAIN'],
    [
      'mta-sts',
      'weak: a test',
      { mtaStsPolicy: found('version: STSv1\nmode: testing\nmx: *.outlook.com\nmax_age: 86400\n') },
      'weak',
      null,
    ],
    [
      'mta-sts',
      'weak: switched off',
      { mtaStsPolicy: found('version: STSv1\nmode: none\nmax_age: 86400\n') },
      'weak',
      null,
    ],
    ['mta-sts', 'weak: a policy nobody can read', { mtaStsPolicy: found('<html>') }, 'weak', null],
    ['mta-sts', 'weak: announced, and no policy there', { mtaStsPolicy: absent('NOT-FOUND') }, 'weak', null],
    ['mta-sts', 'unanswered: the policy', { mtaStsPolicy: TIMEOUT }, 'unanswered', 'TIMEOUT'],
    ['tls-rpt', 'absent', { tlsRpt: NXDOMAIN }, 'absent', 'NXDOMAIN'],
    ['tls-rpt', 'unanswered', { tlsRpt: TIMEOUT }, 'unanswered', 'TIMEOUT'],
    ['bimi', 'absent', { bimi: NODATA }, 'absent', 'NODATA'],
    ['bimi', 'unanswered', { bimi: TIMEOUT }, 'unanswered', 'TIMEOUT'],
    ['caa', 'absent', { caa: NODATA }, 'absent', 'NODATA'],
    ['caa', 'unanswered', { caa: TIMEOUT }, 'unanswered', 'TIMEOUT'],
    ['dnssec', 'absent: answered, not signed', { dnssec: found(false) }, 'absent', null],
    [
      'dnssec',
      'unanswered: nobody to ask',
      { dnssec: unanswered('UNSUPPORTED') },
      'unanswered',
      'UNSUPPORTED',
    ],
    ['registration', 'absent', { registration: absent('NOT-FOUND') }, 'absent', 'NOT-FOUND'],
    ['registration', 'unanswered', { registration: unanswered('THROTTLED') }, 'unanswered', 'THROTTLED'],
    ['tenant', 'absent', { tenant: absent('NOT-FOUND') }, 'absent', 'NOT-FOUND'],
    ['tenant', 'unanswered', { tenant: TIMEOUT }, 'unanswered', 'TIMEOUT'],
  ])('%s %s', (id, _, facts, state, why) => {
    expect(view(id, domainFacts(undefined, facts))).toMatchObject({ state, why });
  });
  test.each(['mta-sts', 'tls-rpt', 'bimi', 'caa', 'dnssec', 'registration', 'tenant'] as const)(
    '%s not asked where nobody asked: no state, no record, no points',
    (id) => {
      expect(view(id, bareFacts())).toEqual({
        id,
        state: 'not-asked',
        why: null,
        record: null,
        findings: [],
        points: 0,
      });
    },
  );
  test('MTA-STS not answered where the policy was never fetched', () => {
    expect(view('mta-sts', notAsked(domainFacts(), 'mtaStsPolicy'))).toMatchObject({
      state: 'unanswered',
      why: null,
    });
  });
  test('DKIM unknown behind a gateway, which may sign with a key of its own', () => {
    expect(
      view('dkim', domainFacts(undefined, { mx: GATEWAY_MX, dkim: noKeys('selector1', 'selector2') })),
    ).toMatchObject({ state: 'unknown', findings: ['dkim-unknown'], points: 0 });
  });
});

describe('a signal shows', () => {
  test.each<[SignalView['id'], string]>([
    ['mx', '0 cinarmakina-example.mail.protection.outlook.com'],
    ['spf', 'v=spf1 include:spf.protection.outlook.com -all'],
    ['dkim', 'selector1-cinarmakina-example._domainkey.cinar.onmicrosoft.com'],
    ['dmarc', 'v=DMARC1; p=reject; rua=mailto:dmarc@cinarmakina.example'],
    ['mta-sts', 'v=STSv1; id=20261101000000Z'],
    ['registration', 'Kayıt Kuruluşu'],
    ['tenant', '11111111-2222-4333-8444-555555555555'],
  ])('%s: %s', (id, record) => {
    expect(view(id, domainFacts()).record).toBe(record);
  });
  test('its own points, so that they add up to the score with base and provider', () => {
    const facts = domainFacts(undefined, { dmarc: txt('v=DMARC1; p=none') });
    expect(
      views(facts)
        .filter(({ points }) => points !== 0)
        .map(({ id, points }) => `${id} ${points}`),
    ).toEqual(['spf 10', 'dkim 10', 'dmarc -5']);
  });
  test('no points where there is no score', () => {
    expect(views(domainFacts(undefined, { mx: TIMEOUT })).map(({ points }) => points)).toEqual(
      Array(11).fill(0),
    );
  });
  test('all findings about it', () => {
    const facts = domainFacts(undefined, {
      dkim: { base: NODATA, selectors: [key('selector1'), key('selector2', undefined, REVOKED_KEY)] },
      dmarc: txt('v=DMARC1; p=quarantine; pct=20; t=y'),
    });
    expect([view('dkim', facts).findings, view('dmarc', facts).findings]).toEqual([
      ['dkim-found', 'dkim-revoked'],
      ['dmarc-quarantine', 'dmarc-partial-coverage', 'dmarc-testing', 'dmarc-reports-absent'],
    ]);
  });
});
