import type { Assessment, Finding, Scored } from '#core/assessment.ts';
import type { Evidence } from '#core/evidence.ts';
import type { FindingId } from '#core/score/findings.ts';

/**
 * One valid world, written out: a company of 180 whose mail runs at a hoster. SPF is there, DKIM is not, DMARC only
 * monitors; every look-up answered; rule set hunter-1. Tests start here and change one thing.
 */
export function anAssessment(overrides: Partial<Assessment> = {}): Assessment {
  return {
    schema: 1,
    domain: 'gokpinardokum.example',
    unicode: 'gokpinardokum.example',
    lookedUpAt: '2026-11-21T11:30:00.000Z',
    assessedAt: '2026-11-21T11:32:00.000Z',
    ruleSet: { id: 'hunter-1', version: '1.0.0' },
    status: 'completed',
    open: [],
    asked: 12,
    answered: 12,
    mail: {
      provider: 'Hosting',
      providerName: 'Web hosting',
      kind: 'server',
      gateway: null,
      hybrid: false,
      mixed: [],
      confidence: 0.9,
      mxRoot: 'marmarahosting.example',
      localProvider: 'Marmara Hosting',
      because: [MX],
    },
    findings: [
      { id: 'mx-found', because: [MX] },
      { id: 'spf-found', because: [{ record: 'SPF', value: SPF, shows: 'v=spf1' }] },
      { id: 'dkim-absent', because: [{ record: '_domainkey', value: 'NXDOMAIN', shows: 'no DKIM key' }] },
      { id: 'dmarc-policy-none', because: [{ record: 'DMARC', value: DMARC, shows: 'p=none' }] },
      {
        id: 'registration-found',
        because: [{ record: 'RDAP', value: 'Anadolu Alan Adı', shows: '2028-01-14T00:00:00Z' }],
      },
    ],
    metrics: { 'spf-includes': 1, 'spf-lookups': 3, 'days-to-expiry': 418, 'dmarc-coverage': 100 },
    signals: [
      { id: 'mx', state: 'found', why: null, record: MX.value, findings: ['mx-found'], points: 0 },
      { id: 'spf', state: 'found', why: null, record: SPF, findings: ['spf-found'], points: 10 },
      { id: 'dkim', state: 'absent', why: 'NXDOMAIN', record: null, findings: ['dkim-absent'], points: -10 },
      { id: 'dmarc', state: 'weak', why: null, record: DMARC, findings: ['dmarc-policy-none'], points: -5 },
    ],
    scored: aScore(),
    range: { low: 15, high: 15 },
    confidence: {
      total: 3.4,
      level: 'high',
      parts: { completeness: 1, stability: 0.5, provider: 0.9, variance: 1 },
    },
    whatIf: [],
    fit: {
      score: 70,
      lines: [{ id: 'own-or-hosted-mail', points: 70, why: words('Barındırılan e-posta', 'Hosted mail') }],
    },
    workloads: [],
    tenantSize: {
      size: 'medium',
      basis: 'declared',
      because: [{ record: 'employees', value: '180', shows: 'medium' }],
    },
    zones: [
      { from: 0, segment: 'Cold', priority: 7, category: 'P6' },
      { from: 15, segment: 'Migration', priority: 3, category: 'P1' },
      { from: 25, segment: 'Migration', priority: 2, category: 'P1' },
      { from: 35, segment: 'Migration', priority: 1, category: 'P1' },
    ],
    mxHosts: ['mx1.marmarahosting.example', 'mx2.marmarahosting.example'],
    nameservers: ['ns1.marmarahosting.example'],
    registration: {
      source: 'rdap',
      server: 'rdap.example',
      registrar: 'Anadolu Alan Adı',
      created: '2010-01-14T00:00:00Z',
      expires: '2028-01-14T00:00:00Z',
      updated: null,
      nameservers: [],
      statuses: [],
    },
    daysToExpiry: 418,
    tenant: null,
    dmarc: { policy: 'none', coverage: 100, dialect: 'rfc7489' },
    infrastructureSummary: null,
    network: NO_NETWORK,
    ...overrides,
  };
}

/** The score of {@link anAssessment}: 0 + 20 + 10 - 10 - 5. */
export function aScore(overrides: Partial<Scored> = {}): Scored {
  return {
    score: 15,
    hardFail: null,
    lines: [
      line('base', 'base_score', 'base', 0, 0, 'Başlangıç değeri', 'Starting value'),
      line(
        'provider',
        'provider',
        'provider',
        20,
        20,
        'Sağlayıcı: Web hosting',
        'Mail provider: Web hosting',
      ),
      line('spf-present', 'spf', 'signal', 10, 30, 'SPF var', 'SPF present'),
      line('dkim-missing', 'no_dkim', 'risk', -10, 20, 'DKIM yok', 'DKIM missing'),
      line('dmarc-not-enforced', 'dmarc_none', 'risk', -5, 15, 'DMARC uygulanmıyor', 'DMARC not enforced'),
    ],
    segment: 'Migration',
    segmentRule: 'at-provider-entry',
    segmentWhy: words(
      'Puan, bu sağlayıcının geçiş eşiğinde veya üstünde',
      'The score is at or above this provider’s entry for migration',
    ),
    priority: 3,
    pModel: {
      commercialSegment: 'GREENFIELD',
      technicalHeat: 'Warm',
      commercialHeat: 'HIGH',
      category: 'P1',
      label: words('Yüksek Potansiyelli Yeni Müşteri', 'High Potential Greenfield'),
    },
    ...overrides,
  };
}

/** The same world without some findings and with others, each shown by one line of evidence. */
export function withFindings(
  assessment: Assessment,
  change: { remove?: readonly FindingId[]; add?: readonly FindingId[] },
): Assessment {
  const kept = assessment.findings.filter((finding) => !(change.remove ?? []).includes(finding.id));
  const added = (change.add ?? []).map((id): Finding => ({
    id,
    because: [{ record: 'record', value: 'as found', shows: id }],
  }));
  return { ...assessment, findings: [...kept, ...added] };
}

const SPF = 'v=spf1 mx a include:spf.marmarahosting.example ~all';
const DMARC = 'v=DMARC1; p=none; rua=mailto:dmarc@gokpinardokum.example';
const MX: Evidence = { record: 'MX', value: '10 mx1.marmarahosting.example', shows: 'Marmara Hosting' };
const NO_NETWORK: Assessment['network'] = {
  country: null,
  city: null,
  isp: null,
  usageType: null,
  isProxy: null,
  proxyType: null,
  asn: null,
  asnOrg: null,
  address: null,
};
const words = (tr: string, en: string) => ({ tr, en });
const line = (
  id: string,
  key: string,
  kind: Scored['lines'][number]['kind'],
  points: number,
  running: number,
  tr: string,
  en: string,
): Scored['lines'][number] => ({
  id,
  key,
  kind,
  points,
  running,
  name: words(tr, en),
  why: words(tr, en),
  advice: null,
  findings: [],
  because: [],
});
