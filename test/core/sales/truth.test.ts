import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Assessment, Scored } from '#core/assessment.ts';
import type { Category, CommercialSegment, Priority } from '#core/rules/rule-set.ts';
import type { FindingId } from '#core/score/findings.ts';
import { SalesSummary, type SalesContext } from '#core/sales/contract.ts';
import { anAssessment, aScore, withFindings } from '#test/support/assessment.ts';
import { on, PROOFPOINT, summaryOf, textsOf } from './worlds.ts';

const PROVIDERS = [
  ['M365', 'Microsoft 365', 'mailbox'],
  ['Google', 'Google Workspace', 'mailbox'],
  ['Yandex', 'Yandex 360', 'mailbox'],
  ['Zoho', 'Zoho Mail', 'mailbox'],
  ['Proton', 'Proton Mail', 'mailbox'],
  ['Amazon', 'Amazon', 'sender'],
  ['SendGrid', 'Twilio SendGrid', 'sender'],
  ['Mailgun', 'Mailgun', 'sender'],
  ['Hosting', 'Web hosting', 'server'],
  ['Local', 'Own or local mail server', 'server'],
  ['Unknown', 'Unknown', 'none'],
] as const;
const SPF = ['spf-found', 'spf-absent', 'spf-permerror', 'spf-unanswered'] as const;
const DKIM = ['dkim-found', 'dkim-absent', 'dkim-unknown', 'dkim-unanswered'] as const;
const DMARC = [
  'dmarc-reject',
  'dmarc-quarantine',
  'dmarc-policy-none',
  'dmarc-absent',
  'dmarc-permerror',
  'dmarc-unanswered',
] as const;
const EXTRA: FindingId[] = [
  'spf-pass-all',
  'spf-lookup-limit',
  'dkim-weak-key',
  'dkim-revoked',
  'dmarc-partial-coverage',
  'dmarc-testing',
  'dmarc-reports-absent',
  'mx-mixed-providers',
  'tenant-found',
  'tenant-federated',
  'ip-proxy',
  'spf-not-followed',
  'mail-evidence-unanswered',
];

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const pModel = fc.record({
  commercialSegment: fc.constantFrom<CommercialSegment>(
    'GREENFIELD',
    'COMPETITIVE',
    'WEAK_PARTNER',
    'RENEWAL',
    'LOW_INTENT',
    'NO_GO',
  ),
  technicalHeat: fc.constantFrom('Hot' as const, 'Warm' as const, 'Cold' as const),
  commercialHeat: fc.constantFrom('HIGH' as const, 'MEDIUM' as const, 'LOW' as const),
  category: fc.constantFrom<Category>('P1', 'P2', 'P3', 'P4', 'P5', 'P6'),
  label: fc.constant({ tr: 'Bir sınıf adı', en: 'A class name' }),
});
const scored = fc
  .record({
    score: fc.integer({ min: 0, max: 100 }),
    segment: fc.constantFrom('Migration' as const, 'Existing' as const, 'Cold' as const, 'Skip' as const),
    priority: fc.constantFrom<Priority>(1, 2, 3, 4, 5, 6, 7),
    segmentWhy: maybe(fc.constant({ tr: 'Bir gerekçe', en: 'A reason' })),
    pModel: maybe(pModel),
    hardFail: fc.constantFrom<Scored['hardFail']>(null, null, null, null, 'absent', 'null', 'nxdomain'),
  })
  .map((parts) =>
    aScore({ ...parts, ...(parts.hardFail === null ? {} : { score: 0, segment: 'Skip' as const }) }),
  );

/** Any company, possible or not: what is said may only follow from what is there. */
const company: fc.Arbitrary<Assessment> = fc
  .record({
    provider: fc.constantFrom(...PROVIDERS),
    gateway: fc.boolean(),
    hybrid: fc.boolean(),
    mixed: fc.boolean(),
    hoster: maybe(fc.constant('Superonline')),
    confidence: fc.double({ min: 0, max: 1, noNaN: true }),
    signs: fc.boolean(),
    mx: fc.constantFrom<FindingId>('mx-found', 'mx-found', 'mx-absent', 'mx-null', 'domain-nxdomain'),
    spf: fc.constantFrom(...SPF),
    dkim: fc.constantFrom(...DKIM),
    dmarc: fc.constantFrom(...DMARC),
    extra: fc.subarray(EXTRA),
    scored,
    size: maybe(
      fc.constantFrom('small' as const, 'medium' as const, 'large' as const, 'enterprise' as const),
    ),
    basis: fc.constantFrom('declared' as const, 'heuristic' as const, 'mx-root' as const),
    days: maybe(fc.integer({ min: -400, max: 400 })),
    expires: maybe(fc.constantFrom('2026-12-31T00:00:00Z', '2027-02-01', 'unreadable')),
    coverage: maybe(fc.integer({ min: 0, max: 100 })),
    country: maybe(fc.constant('TR')),
    isProxy: maybe(fc.boolean()),
    zones: fc.boolean(),
    open: fc.boolean(),
    workloads: fc.subarray(['teams', 'intune', 'entra-id'] as const),
    mxHosts: fc.boolean(),
  })
  .map((w) => {
    const base = anAssessment();
    const [id, name, kind] = w.provider;
    const sign = { record: 'CNAME autodiscover', value: 'autodiscover.example', shows: name };
    return {
      ...withFindings(base, {
        remove: base.findings.map((finding) => finding.id),
        add: [w.mx, w.spf, w.dkim, w.dmarc, ...w.extra],
      }),
      mail: on(id, name, kind, {
        gateway: w.gateway ? PROOFPOINT : null,
        hybrid: w.hybrid,
        mixed: w.mixed ? [id, 'Local'] : [],
        localProvider: w.hoster,
        confidence: w.confidence,
        because: w.signs ? [sign] : [],
      }),
      scored: w.scored,
      tenantSize: { size: w.size, basis: w.size === null ? null : w.basis, because: [] },
      daysToExpiry: w.days,
      registration: base.registration === null ? null : { ...base.registration, expires: w.expires },
      dmarc: { policy: null, coverage: w.coverage, dialect: null },
      network: { ...base.network, country: w.country, isProxy: w.isProxy },
      zones: w.zones ? base.zones : [],
      open: w.open ? [{ question: 'txt', why: 'TIMEOUT' as const, retryable: true }] : [],
      workloads: w.workloads.map((workload) => ({ workload, confidence: 0.8, because: [] })),
      mxHosts: w.mxHosts ? base.mxHosts : [],
    };
  });
const context: fc.Arbitrary<SalesContext> = fc.record(
  {
    contactQuality: maybe(fc.integer({ min: 0, max: 100 })),
    tuningFactor: fc.double({ min: 0, max: 3, noNaN: true }),
    providerChange: maybe(
      fc.record({
        from: fc.constantFrom('Google', 'Local', 'Unknown'),
        to: fc.constantFrom('M365', 'Proton', 'Unknown'),
        at: fc.constantFrom('2026-11-01T00:00:00Z', '2020-01-01T00:00:00Z', 'unreadable'),
      }),
    ),
    senderName: maybe(fc.constantFrom('', ' ', 'Ekin Örnek')),
    senderCompany: maybe(fc.constantFrom('', 'Örnek Bilişim')),
  },
  { requiredKeys: [] },
);

const MISSING =
  /\b(yok|eksik)(?!\p{L})|bulunama|göremedik|olmadan|\b(missing|absent|no|without)\b|not found/iu;
/** Which finding a record must have before it may be called missing. */
const MISSING_WHEN = { SPF: 'spf-absent', DKIM: 'dkim-absent', DMARC: 'dmarc-absent' } as const;
/** Sentences, and the clauses of a list within them; one that says "not seen" of a whole list stays whole. */
const clauses = (text: string): string[] =>
  text
    .split(/[.;?]\s|[.;?]$/)
    .flatMap((sentence) =>
      /göremedik|we found/.test(sentence) ? [sentence] : sentence.split(/,| ve | and /),
    );

const anyone = { numRuns: 400 };

describe('whatever is known of a company', () => {
  it('the summary fits the contract: no part throws, none is empty', () => {
    fc.assert(
      fc.property(
        company,
        context,
        fc.constantFrom('tr' as const, 'en' as const),
        (assessment, known, language) => {
          SalesSummary.parse(summaryOf(assessment, language, known));
        },
      ),
      anyone,
    );
  });

  it('no placeholder is left, and nothing that is not a text shows through', () => {
    fc.assert(
      fc.property(
        company,
        context,
        fc.constantFrom('tr' as const, 'en' as const),
        (assessment, known, language) => {
          for (const text of textsOf(summaryOf(assessment, language, known))) {
            expect(text).not.toMatch(/[{}]|undefined|\bnull\b(?! MX)|NaN|\[object| {2}|\.\.|;\.|: \./);
            expect(text).toBe(text.trim());
          }
        },
      ),
      anyone,
    );
  });

  it('W19: no record that is there, in error or not answered is called missing', () => {
    fc.assert(
      fc.property(company, fc.constantFrom('tr' as const, 'en' as const), (assessment, language) => {
        const holds = (id: FindingId) => assessment.findings.some((finding) => finding.id === id);
        for (const clause of textsOf(summaryOf(assessment, language)).flatMap(clauses)) {
          if (!MISSING.test(clause)) continue;
          for (const [record, finding] of Object.entries(MISSING_WHEN)) {
            if (clause.includes(record)) expect(holds(finding), clause).toBe(true);
            if (record === 'DKIM' && clause.includes(record) && !/usable|kullanılabilir/.test(clause))
              expect(holds('dkim-revoked') || holds('dkim-weak-key'), clause).toBe(false);
          }
        }
      }),
      anyone,
    );
  });

  it('nothing is claimed of a record that did not answer but that it was not checked', () => {
    fc.assert(
      fc.property(company, fc.constantFrom('tr' as const, 'en' as const), (assessment, language) => {
        const silent = (['SPF', 'DKIM', 'DMARC'] as const).filter((record) =>
          assessment.findings.some((finding) => finding.id === `${record.toLowerCase()}-unanswered`),
        );
        const base = withFindings(assessment, {
          remove: [
            'spf-pass-all',
            'spf-lookup-limit',
            'spf-not-followed',
            'dkim-weak-key',
            'dkim-revoked',
            'dmarc-partial-coverage',
            'dmarc-testing',
            'dmarc-reports-absent',
          ],
        });
        for (const text of textsOf(summaryOf(base, language)).flatMap((paragraph) =>
          paragraph.split(/(?<=[.?]) /),
        )) {
          for (const record of silent) {
            if (!text.includes(record)) continue;
            expect(text).toMatch(
              /kontrol ed|[Yy]anıtsız|sonucunu bekleyin|could not be checked|could not check|not answered|Not answered|Wait for the next scan/,
            );
          }
        }
      }),
      anyone,
    );
  });

  it('nobody is named in the script whose mailboxes could not be checked, and no move is pushed', () => {
    fc.assert(
      fc.property(company, context, fc.constantFrom('tr' as const, 'en' as const), (any, known, language) => {
        const assessment = withFindings(any, {
          remove: ['mail-evidence-unanswered'],
          add: ['mail-evidence-unanswered'],
        });
        const { call_script: script, next_step: next } = summaryOf(assessment, language, known);
        const { kind, providerName, mixed } = assessment.mail;
        expect(script.join()).not.toContain('Superonline');
        // A cloud that the MX itself shows among several may be told in other parts, not here.
        if (kind === 'mailbox' && providerName !== 'Microsoft 365' && mixed.length === 0)
          expect(script.join()).not.toContain(providerName);
        expect(next.message).not.toMatch(/geçişi (konuşun|gündeme)|moving to|bring up a move/);
      }),
      anyone,
    );
  });

  it('the opportunity is what its factors say', () => {
    fc.assert(
      fc.property(company, context, (assessment, known) => {
        const { opportunity_potential, opportunity_rationale: rationale } = summaryOf(
          assessment,
          'tr',
          known,
        );
        const sum = rationale.factors.reduce((total, factor) => total + factor.score, 0);
        expect(rationale.total).toBe(opportunity_potential);
        expect(opportunity_potential).toBe(
          Math.min(100, Math.trunc(Number((rationale.tuning_factor * sum).toFixed(9)))),
        );
      }),
      anyone,
    );
  });

  it('there are seven to ten questions, or two for a domain without mail', () => {
    fc.assert(
      fc.property(company, (assessment) => {
        const { discovery_questions: questions } = summaryOf(assessment);
        const expected = assessment.scored?.hardFail === null ? [7, 8, 9, 10] : [2];
        expect(expected).toContain(questions.length);
        expect(new Set(questions).size).toBe(questions.length);
      }),
      anyone,
    );
  });

  it('both languages say it on the same grounds', () => {
    fc.assert(
      fc.property(company, context, (assessment, known) => {
        const grounds = (language: 'tr' | 'en') =>
          summaryOf(assessment, language, known).claims?.map((claim) => [claim.field, claim.sentence]);
        expect(grounds('tr')).toEqual(grounds('en'));
      }),
      anyone,
    );
  });
});
