import type { Assessment, MailVerdict, Scored } from '#core/assessment.ts';
import type { SalesContext, SalesSummary } from '#core/sales/contract.ts';
import { salesSummary } from '#core/sales/summary.ts';
import type { Language } from '#core/rules/common.ts';
import { allShippedRules } from '#test/support/rules.ts';
import { anAssessment, aScore, withFindings } from '#test/support/assessment.ts';

export const rules = allShippedRules().sales;

/** The summary, which the test knows to be there. */
export function summaryOf(
  assessment: Assessment,
  language: Language = 'tr',
  context: SalesContext = {},
): SalesSummary {
  const summary = salesSummary(assessment, context, rules, language);
  if (summary === null) throw new Error('no summary: the assessment has no score');
  return summary;
}

/** Every text a person reads, one string each. Names of the contract and the claims are not among them. */
export function textsOf(summary: SalesSummary): string[] {
  const { security_reasoning: security, next_step: next, opportunity_rationale: rationale } = summary;
  return [
    summary.one_liner,
    summary.segment_explanation,
    summary.provider_reasoning,
    ...(security === null
      ? []
      : [security.summary, ...security.details, security.sales_angle, security.recommended_action]),
    ...summary.call_script,
    ...summary.discovery_questions,
    summary.offer_tier.recommendation,
    ...rationale.factors.map((factor) => factor.comment),
    rationale.summary,
    next.message,
    next.internal_note,
  ];
}

const ON_NAMED: Pick<
  MailVerdict,
  'gateway' | 'hybrid' | 'mixed' | 'localProvider' | 'confidence' | 'mxRoot'
> = {
  gateway: null,
  hybrid: false,
  mixed: [],
  localProvider: null,
  confidence: 0.98,
  mxRoot: 'mail.example',
};

/** Mailboxes or a service at a provider that the MX itself names. */
export function on(
  provider: string,
  providerName: string,
  kind: MailVerdict['kind'],
  more: Partial<MailVerdict> = {},
): MailVerdict {
  const because = [{ record: 'MX', value: '10 mx.mail.example', shows: providerName }];
  return { ...ON_NAMED, provider, providerName, kind, because, ...more };
}

export const PROOFPOINT = { id: 'proofpoint', name: 'Proofpoint' };
const AUTODISCOVER = {
  record: 'CNAME autodiscover',
  value: 'autodiscover.outlook.com',
  shows: 'Microsoft 365',
};
const SILENT: Pick<Assessment, 'status' | 'open'> = {
  status: 'partial',
  open: [
    { question: 'autodiscover', why: 'TIMEOUT', retryable: true },
    { question: 'autodiscoverSrv', why: 'TIMEOUT', retryable: true },
  ],
};
/** The records that could show mailboxes elsewhere did not answer. */
export const silentEvidence = (assessment: Assessment): Assessment => ({
  ...withFindings(assessment, { add: ['mail-evidence-unanswered'] }),
  ...SILENT,
});
const SPF_MICROSOFT = { record: 'SPF', value: 'spf.protection.outlook.com', shows: 'Microsoft 365' };

export const EXISTING: Partial<Scored> = {
  score: 60,
  segment: 'Existing',
  segmentRule: 'microsoft-365',
  priority: 4,
  pModel: {
    commercialSegment: 'WEAK_PARTNER',
    technicalHeat: 'Warm',
    commercialHeat: 'MEDIUM',
    category: 'P3',
    label: { tr: 'Zayıf İş Ortaklı Microsoft Müşterisi', en: 'Existing Microsoft with Weak Partner' },
  },
};
const EXISTING_ZONES: Assessment['zones'] = [
  { from: 0, segment: 'Existing', priority: 5, category: 'P3' },
  { from: 50, segment: 'Existing', priority: 4, category: 'P3' },
  { from: 70, segment: 'Existing', priority: 4, category: 'P4' },
];
const COLD: Partial<Scored> = {
  score: 45,
  segment: 'Cold',
  segmentRule: 'below-entry',
  priority: 6,
  pModel: {
    commercialSegment: 'LOW_INTENT',
    technicalHeat: 'Cold',
    commercialHeat: 'LOW',
    category: 'P5',
    label: { tr: 'Düşük İlgi, Uzun Soluklu Takip', en: 'Low Intent Long Nurturing' },
  },
};
const GOOGLE_ZONES: Assessment['zones'] = [
  { from: 0, segment: 'Cold', priority: 7, category: 'P6' },
  { from: 20, segment: 'Cold', priority: 6, category: 'P5' },
  { from: 60, segment: 'Migration', priority: 3, category: 'P2' },
  { from: 70, segment: 'Migration', priority: 2, category: 'P2' },
  { from: 80, segment: 'Migration', priority: 1, category: 'P2' },
];
const SKIP: Partial<Scored> = {
  score: 0,
  segment: 'Skip',
  segmentRule: 'no-mail',
  priority: 7,
  pModel: {
    commercialSegment: 'NO_GO',
    technicalHeat: 'Cold',
    commercialHeat: 'LOW',
    category: 'P6',
    label: { tr: 'Uygun Değil, Arşiv', en: 'No-Go Archive' },
  },
};

export const m365 = (overrides: Partial<Assessment> = {}): Assessment =>
  anAssessment({
    mail: on('M365', 'Microsoft 365', 'mailbox'),
    scored: aScore(EXISTING),
    zones: EXISTING_ZONES,
    workloads: [{ workload: 'exchange-online', confidence: 0.98, because: [AUTODISCOVER] }],
    ...overrides,
  });

export const google = (overrides: Partial<Assessment> = {}): Assessment =>
  anAssessment({
    mail: on('Google', 'Google Workspace', 'mailbox'),
    scored: aScore(COLD),
    zones: GOOGLE_ZONES,
    ...overrides,
  });

export const behindProofpoint = (overrides: Partial<Assessment> = {}): Assessment =>
  m365({
    mail: on('M365', 'Microsoft 365', 'mailbox', {
      gateway: PROOFPOINT,
      confidence: 0.96,
      because: [
        { record: 'MX', value: '10 mx0a-00a1b201.pphosted.com', shows: 'Proofpoint' },
        AUTODISCOVER,
        SPF_MICROSOFT,
      ],
    }),
    tenantSize: {
      size: 'large',
      basis: 'declared',
      because: [{ record: 'employees', value: '640', shows: 'large' }],
    },
    ...overrides,
  });

export const unknownBehindProofpoint = (overrides: Partial<Assessment> = {}): Assessment =>
  google({
    mail: on('Unknown', 'Unknown', 'none', {
      gateway: PROOFPOINT,
      confidence: 0.27,
      because: [{ record: 'MX', value: '10 mx0a-00a1b201.pphosted.com', shows: 'Proofpoint' }],
    }),
    zones: [{ from: 0, segment: 'Cold', priority: 7, category: 'P6' }],
    ...overrides,
  });

/** No mail at all: absent or null MX, or no such domain. */
export function noMail(hardFail: NonNullable<Scored['hardFail']>): Assessment {
  const finding = { absent: 'mx-absent', null: 'mx-null', nxdomain: 'domain-nxdomain' } as const;
  return anAssessment({
    mail: on('Unknown', 'Unknown', 'none', {
      confidence: 1,
      mxRoot: null,
      because: [{ record: 'MX', value: 'NODATA', shows: 'no mail' }],
    }),
    findings: [
      { id: finding[hardFail], because: [{ record: 'MX', value: 'NODATA', shows: 'no mail' }] },
      { id: 'spf-absent', because: [{ record: 'TXT', value: 'no v=spf1', shows: 'no SPF record' }] },
    ],
    scored: aScore({ ...SKIP, hardFail }),
    zones: [],
    mxHosts: [],
    tenantSize: { size: null, basis: null, because: [] },
    fit: null,
  });
}

const UNKNOWN_SIZE: Assessment['tenantSize'] = { size: null, basis: null, because: [] };
const named = (size: 'small' | 'enterprise', basis: 'heuristic' | 'declared'): Assessment['tenantSize'] => ({
  size,
  basis,
  because: [{ record: 'employees', value: '1', shows: size }],
});
const sending = (id: string, name: string): Assessment =>
  google({ mail: on(id, name, 'sender'), zones: GOOGLE_ZONES, tenantSize: UNKNOWN_SIZE });

/** The rule of the set on too many includes holds: it has a line in the breakdown. */
export function manyIncludes(): Assessment {
  const { lines } = aScore();
  const line = { ...lines[2], id: 'spf-includes', key: 'spf_multiple_includes', points: -5 };
  return behindProofpoint({
    scored: aScore({ ...EXISTING, lines: [...lines, line as Scored['lines'][number]] }),
    metrics: { 'spf-includes': 4 },
  });
}

/** One of each kind of company, by what is particular about it. */
export const WORLDS: Readonly<Record<string, Assessment>> = {
  'at a hoster': anAssessment(),
  'at a hoster nobody knows': anAssessment({ mail: on('Hosting', 'Web hosting', 'server') }),
  'on an own server': anAssessment({ mail: on('Local', 'Own or local mail server', 'server') }),
  'on a server whose owner is known': anAssessment({
    mail: on('Local', 'Own or local mail server', 'server', { localProvider: 'Superonline' }),
    tenantSize: named('small', 'declared'),
  }),
  'on a server behind a gateway': anAssessment({
    mail: on('Local', 'Own or local mail server', 'server', { gateway: PROOFPOINT }),
  }),
  'on Microsoft 365': m365(),
  'on Microsoft 365 with a high score': m365({
    scored: aScore({
      ...EXISTING,
      score: 80,
      pModel: {
        commercialSegment: 'RENEWAL',
        technicalHeat: 'Warm',
        commercialHeat: 'MEDIUM',
        category: 'P4',
        label: { tr: 'Orta Öncelikli Yenileme', en: 'Medium Priority Renewal' },
      },
    }),
    tenantSize: UNKNOWN_SIZE,
  }),
  'on Microsoft 365 behind Proofpoint': behindProofpoint(),
  'most likely on Microsoft 365 behind Proofpoint': behindProofpoint({
    mail: on('M365', 'Microsoft 365', 'mailbox', {
      gateway: PROOFPOINT,
      confidence: 0.73,
      because: [{ record: 'Entra', value: 'Managed', shows: 'Microsoft 365' }],
    }),
  }),
  'on Microsoft 365, hybrid': m365({
    mail: on('M365', 'Microsoft 365', 'mailbox', { hybrid: true, confidence: 0.85, because: [AUTODISCOVER] }),
  }),
  'behind Proofpoint, mailboxes not visible': unknownBehindProofpoint(),
  'on Google, cold': google(),
  'on Google, ready to move': google({
    scored: aScore({ score: 85, priority: 1, segment: 'Migration' }),
    tenantSize: named('enterprise', 'declared'),
  }),
  'on Yandex': google({ mail: on('Yandex', 'Yandex 360', 'mailbox') }),
  'on Zoho': google({ mail: on('Zoho', 'Zoho Mail', 'mailbox'), tenantSize: named('small', 'heuristic') }),
  'on Proton': google({ mail: on('Proton', 'Proton Mail', 'mailbox') }),
  'at Amazon': sending('Amazon', 'Amazon'),
  'at SendGrid': sending('SendGrid', 'Twilio SendGrid'),
  'at Mailgun': sending('Mailgun', 'Mailgun'),
  'at Postmark': sending('Postmark', 'Postmark'),
  'at nobody known': google({
    mail: on('Unknown', 'Unknown', 'none'),
    zones: [{ from: 0, segment: 'Cold', priority: 7, category: 'P6' }],
    scored: aScore({ ...COLD, score: 0, priority: 7 }),
  }),
  'cold under a set without entries': google({ zones: [] }),
  'migration under a set without entries': anAssessment({ zones: [] }),
  'skipped by the earlier set': google({
    scored: aScore({
      ...SKIP,
      score: 35,
      segmentRule: 'skip',
      segmentWhy: { tr: 'Yeterli veri yok', en: 'Not enough data' },
      pModel: null,
    }),
  }),
  'skipped without a reason': google({
    scored: aScore({ ...SKIP, score: 35, segmentWhy: null, pModel: null }),
  }),
  'a null MX under the earlier set': google({
    ...withFindings(google(), { remove: ['mx-found'], add: ['mx-null'] }),
    mail: on('Unknown', 'Unknown', 'none', { mxRoot: null }),
    mxHosts: [],
    scored: aScore({ ...SKIP, score: 0, segmentWhy: null }),
  }),
  'an unusual set: Existing without Microsoft': google({ scored: aScore({ ...EXISTING, pModel: null }) }),
  'weak partner without a next category': m365({ zones: [] }),
  'without an MX': noMail('absent'),
  'with a null MX': noMail('null'),
  'not registered': noMail('nxdomain'),
  'everything in place': withFindings(m365(), {
    remove: ['dkim-absent', 'dmarc-policy-none'],
    add: ['dkim-found', 'dmarc-reject'],
  }),
  'everything in place, no Microsoft': withFindings(google(), {
    remove: ['dkim-absent', 'dmarc-policy-none'],
    add: ['dkim-found', 'dmarc-quarantine'],
  }),
  'nothing in place': withFindings(anAssessment(), {
    remove: ['spf-found', 'dmarc-policy-none'],
    add: ['spf-absent', 'dmarc-absent'],
  }),
  'everything in error': withFindings(anAssessment(), {
    remove: ['spf-found', 'dkim-absent', 'dmarc-policy-none'],
    add: ['spf-permerror', 'dkim-unknown', 'dmarc-permerror', 'dkim-revoked'],
  }),
  'everything half done': {
    ...withFindings(anAssessment(), {
      remove: ['dkim-absent', 'dmarc-policy-none'],
      add: [
        'dkim-found',
        'dkim-weak-key',
        'dmarc-quarantine',
        'dmarc-partial-coverage',
        'spf-lookup-limit',
        'dmarc-reports-absent',
      ],
    }),
    dmarc: { policy: 'quarantine', coverage: 50, dialect: 'rfc7489' },
  },
  'test mode, and SPF open to all': withFindings(anAssessment(), {
    remove: ['dkim-absent', 'dmarc-policy-none'],
    add: ['dkim-found', 'dmarc-reject', 'dmarc-testing', 'spf-pass-all'],
  }),
  'nothing answered but the MX': withFindings(anAssessment(), {
    remove: ['spf-found', 'dkim-absent', 'dmarc-policy-none'],
    add: ['spf-unanswered', 'dkim-unanswered', 'dmarc-unanswered'],
  }),
  'SPF in place, the rest not answered': withFindings(anAssessment(), {
    remove: ['dkim-absent', 'dmarc-policy-none'],
    add: ['dkim-unanswered', 'dmarc-unanswered'],
  }),
  'DKIM unknown, SPF open question': withFindings(anAssessment(), {
    remove: ['spf-found', 'dkim-absent', 'dmarc-policy-none'],
    add: ['spf-permerror', 'dkim-unknown', 'dmarc-reject'],
  }),
  'SPF with many includes': manyIncludes(),
  'mailboxes most likely there': google({
    mail: on('Google', 'Google Workspace', 'mailbox', { confidence: 0.6 }),
  }),
  'SPF not answered, the rest known': withFindings(anAssessment(), {
    remove: ['spf-found'],
    add: ['spf-unanswered'],
  }),
  'a partial DMARC without its number': {
    ...withFindings(anAssessment(), {
      remove: ['dmarc-policy-none'],
      add: ['dmarc-quarantine', 'dmarc-partial-coverage'],
    }),
    dmarc: { policy: 'quarantine', coverage: null, dialect: null },
  },
  'nothing known but the MX': anAssessment({ findings: anAssessment().findings.slice(0, 1) }),
  'a provider of no kind': google({ mail: on('Unheard', 'Unheard', 'none') }),
  'expiring in 54 days': anAssessment({ daysToExpiry: 54 }),
  expired: anAssessment({ daysToExpiry: -3 }),
  'several providers': {
    ...withFindings(google(), { add: ['mx-mixed-providers'] }),
    mail: on('Google', 'Google Workspace', 'mailbox', { mixed: ['Google', 'M365'], confidence: 0.7 }),
  },
  'with Microsoft services already': google({
    scored: aScore({ score: 65, segment: 'Migration', priority: 3 }),
    workloads: [
      {
        workload: 'teams',
        confidence: 0.8,
        because: [{ record: 'CNAME lyncdiscover', value: 'webdir.online.lync.com', shows: 'teams' }],
      },
      { workload: 'intune', confidence: 0.8, because: [] },
    ],
  }),
  'with both kinds of services, whose mailboxes not checked': {
    ...silentEvidence(anAssessment()),
    workloads: [{ workload: 'teams', confidence: 0.8, because: [] }],
  },
  'at a hoster, whose mailboxes not checked': silentEvidence(anAssessment()),
  'a weak Migration, whose mailboxes not checked': silentEvidence(
    anAssessment({ scored: aScore({ score: 0, priority: 7 }), tenantSize: UNKNOWN_SIZE }),
  ),
  'behind Proofpoint, whose mailboxes not checked': silentEvidence(unknownBehindProofpoint()),
  'SPF followed in part': withFindings(anAssessment(), { add: ['spf-not-followed'] }),
  'a revoked DKIM key alone': withFindings(anAssessment(), { add: ['dkim-revoked'] }),
  'a weak DKIM key alone': withFindings(anAssessment(), { add: ['dkim-weak-key'] }),
  'with a tenant': withFindings(google(), { add: ['tenant-found'] }),
  'with a known place and a proxy': anAssessment({
    network: {
      country: 'TR',
      city: 'Bursa',
      isp: 'Marmara Hosting',
      usageType: 'DCH',
      isProxy: true,
      proxyType: 'VPN',
      asn: null,
      asnOrg: null,
      address: '192.0.2.25',
    },
  }),
  'confirmed by other records': m365({
    mail: on('M365', 'Microsoft 365', 'mailbox', {
      because: [
        { record: 'MX', value: '0 x.mail.protection.outlook.com', shows: 'Microsoft 365' },
        SPF_MICROSOFT,
      ],
    }),
  }),
  'little to win': google({
    scored: aScore({ ...COLD, score: 0, priority: 7 }),
    tenantSize: UNKNOWN_SIZE,
  }),
  'a weak Migration': anAssessment({
    scored: aScore({ score: 0, priority: 7 }),
    tenantSize: UNKNOWN_SIZE,
  }),
  'a weak Existing': m365({
    scored: aScore({ ...EXISTING, score: 0, priority: 6 }),
    tenantSize: UNKNOWN_SIZE,
  }),
  'a strong Cold': google({
    scored: aScore({ ...COLD, score: 59, priority: 5 }),
    tenantSize: named('enterprise', 'declared'),
  }),
};
/** What the caller may know besides, in the worlds where it shows. */
export const CHANGED: SalesContext = {
  providerChange: { from: 'Google', to: 'Hosting', at: '2026-11-01T00:00:00.000Z' },
  contactQuality: 80,
  tuningFactor: 1.2,
};
