import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  choiceValue,
  type ColumnName,
  COLUMN_NAMES,
  columns,
  type ColumnValues,
} from '#core/lead/columns.ts';
import { fitIntelligence, intelligenceOf } from '#core/lead/intelligence.ts';
import { columnsOf, mlWeights, pushHashInput, syncColumns } from '#core/lead/map.ts';
import { CATEGORIES, COMMERCIAL_SEGMENTS, SEGMENTS, TECHNICAL_HEATS } from '#core/rules/rule-set.ts';
import { TENANT_SIZES } from '#core/rules/classification.ts';
import { aScore, anAssessment } from '#test/support/assessment.ts';
import {
  absent,
  hosted,
  hostedEarlier,
  microsoft,
  REFERRAL,
  summary,
  SYNCED,
  unanswered,
  ENGLISH,
  TURKISH,
  WORDING,
} from './support.ts';

const everything = {
  ...TURKISH,
  intelligenceJson: '{"schema":1}',
  referrals: REFERRAL,
  source: 'import',
  sync: SYNCED,
  rescanned: true,
  requestDone: true,
} as const;

describe('columnsOf', () => {
  test('fills the columns of a hosted company', () => {
    expect(columnsOf(hosted(), everything)).toEqual({
      hnt_finalscore: 15,
      hnt_priorityscore: 3,
      hnt_segment: 816940000,
      hnt_provider: 'Hosting',
      hnt_huntertenantsize: null,
      hnt_infrasummary: 'Hosted on DataCenter, ISP: Marmara Hosting, Country: TR',
      hnt_confidence: expect.any(Number),
      hnt_referralid: '7c1e9b04-0000-4000-8000-0000000048f3',
      hnt_referraltype: 816940000,
      hnt_tenantid: null,
      hnt_source: 816940002,
      hnt_m365fitscore: expect.any(Number),
      hnt_m365matchtags: null,
      hnt_d365leadid: '0f0f0f0f-0000-4000-8000-000000000001',
      hnt_lastsynctime: '2025-11-21T11:32:10Z',
      hnt_syncattemptcount: 1,
      hnt_processingstatus: 816940002,
      hnt_syncerrormessage: null,
      hnt_pushstatus: 816940000,
      hnt_hunterautoscoreversion: 'hunter-1 1.0.0',
      hnt_domain: 'gokpinardokum.com',
      hnt_isreenriched: true,
      hnt_huntermlweightjson: expect.stringContaining('"spf-present"'),
      hnt_intelligencejson: '{"schema":1}',
      hnt_prioritycategory: 816940000,
      hnt_prioritylabel: 'Yüksek Potansiyelli Yeni Müşteri',
      hnt_technicalheat: 816940001,
      hnt_commercialsegment: 816940000,
      hnt_commercialheat: 816940000,
      hnt_ispartnercenterreferral: true,
      hnt_gateway: null,
      hnt_lastscannedon: '2025-11-21T11:32:00Z',
      hnt_request: 816940000,
    });
  });

  test('can write every column but the time of the request, which is the control’s alone', () => {
    const written = Object.keys(columnsOf(hosted(), everything));
    expect(COLUMN_NAMES.filter((name) => !written.includes(name))).toEqual(['hnt_requestedon']);
  });

  test('names gateway and services of Microsoft 365 behind Proofpoint, and the provider by its id', () => {
    expect(columnsOf(microsoft(), TURKISH)).toMatchObject({
      hnt_provider: 'M365',
      hnt_gateway: 'Proofpoint',
      hnt_segment: choiceValue('hnt_segment', 'Existing'),
      hnt_tenantid: '6d0f2a51-0000-4000-8000-00000000e0a2',
      hnt_m365matchtags: expect.stringMatching(/^Exchange Online, /),
    });
  });

  test('writes the provider as the earlier system did, in every language; its name is in the intelligence', () => {
    for (const organisation of [ENGLISH, TURKISH]) {
      expect(columnsOf(microsoft(), organisation).hnt_provider).toBe('M365');
      expect(intelligenceOf({ assessment: microsoft(), ...organisation }).mail).toMatchObject({
        provider: 'M365',
        providerName: 'Microsoft 365',
      });
    }
  });

  test('writes texts in the language of the organisation', () => {
    expect(columnsOf(hosted(), ENGLISH).hnt_prioritylabel).toBe('High Potential Greenfield');
    expect(columnsOf(hosted(), TURKISH).hnt_prioritylabel).toBe('Yüksek Potansiyelli Yeni Müşteri');
  });

  test('leaves the earlier score alone when the MX look-up gave no answer', () => {
    const silent = columnsOf(hosted({ mx: unanswered('TIMEOUT') }), everything);
    const leftAlone = COLUMN_NAMES.filter((name) => !(name in silent));
    expect(leftAlone).toEqual([
      'hnt_finalscore',
      'hnt_priorityscore',
      'hnt_segment',
      'hnt_provider',
      'hnt_huntertenantsize',
      'hnt_infrasummary',
      'hnt_confidence',
      'hnt_m365fitscore',
      'hnt_m365matchtags',
      'hnt_hunterautoscoreversion',
      'hnt_huntermlweightjson',
      'hnt_prioritycategory',
      'hnt_prioritylabel',
      'hnt_technicalheat',
      'hnt_commercialsegment',
      'hnt_commercialheat',
      'hnt_gateway',
      'hnt_lastscannedon',
      'hnt_requestedon',
    ]);
  });

  test('writes a score of 0 for a domain without mail: it is an answer', () => {
    expect(columnsOf(hosted({ mx: absent('NODATA') }), ENGLISH)).toMatchObject({
      hnt_finalscore: 0,
      hnt_priorityscore: 7,
      hnt_segment: choiceValue('hnt_segment', 'Skip'),
      hnt_prioritycategory: choiceValue('hnt_prioritycategory', 'P6'),
      hnt_m365fitscore: null,
    });
  });

  test('empties the P-model where the rule set has none', () => {
    expect(columnsOf(hostedEarlier({ mx: absent('NODATA') }), ENGLISH)).toMatchObject({
      hnt_prioritycategory: null,
      hnt_prioritylabel: null,
      hnt_technicalheat: null,
      hnt_commercialsegment: null,
      hnt_commercialheat: null,
    });
  });

  test('leaves out what it was not told: referrals, source, sync, request', () => {
    const names = Object.keys(columnsOf(hosted(), ENGLISH));
    expect(names.filter((name) => /referral|source|sync|push|processing|request|json$/.test(name))).toEqual([
      'hnt_huntermlweightjson',
    ]);
  });

  test('empties the referral columns when Partner Center has none', () => {
    expect(columnsOf(hosted(), { ...ENGLISH, referrals: null })).toMatchObject({
      hnt_referralid: null,
      hnt_referraltype: null,
      hnt_ispartnercenterreferral: false,
    });
  });

  describe('the tenant id', () => {
    test('is left alone when the look-up gave no answer', () => {
      expect(columnsOf(microsoft({ tenant: unanswered('THROTTLED') }), ENGLISH)).not.toHaveProperty(
        'hnt_tenantid',
      );
    });
    test('is left alone when it was not looked up, as in bulk', () => {
      const signals = microsoft().signals.map((signal) =>
        signal.id === 'tenant' ? { ...signal, state: 'not-asked' as const } : signal,
      );
      expect(columnsOf({ ...microsoft(), tenant: null, signals }, ENGLISH)).not.toHaveProperty(
        'hnt_tenantid',
      );
    });
    test('is emptied when there is none', () => {
      expect(columnsOf(microsoft({ tenant: absent('NOT-FOUND') }), ENGLISH).hnt_tenantid).toBeNull();
    });
    test('is taken from the referral when only that names it', () => {
      const referrals = { ...REFERRAL, tenant_id: 'aaaaaaaa-0000-4000-8000-000000000001' };
      expect(columnsOf(hosted(), { ...ENGLISH, referrals }).hnt_tenantid).toBe(referrals.tenant_id);
    });
  });

  test.each([
    ['not_synced', 'idle', 'not-synced'],
    ['queued', 'idle', 'not-synced'],
    ['in_progress', 'working', 'not-synced'],
    ['synced', 'completed', 'synced'],
    ['error', 'error', 'error'],
  ] as const)('shows the state %s as processing %s and result %s', (status, processing, result) => {
    expect(syncColumns({ ...SYNCED, status })).toMatchObject({
      hnt_processingstatus: choiceValue('hnt_processingstatus', processing),
      hnt_pushstatus: choiceValue('hnt_pushstatus', result),
    });
  });

  test('maps every word of the engine to an option', () => {
    const scored = aScore();
    const model = scored.pModel!;
    const of = (overrides: Parameters<typeof anAssessment>[0]) => columnsOf(anAssessment(overrides), ENGLISH);
    for (const segment of SEGMENTS)
      expect(of({ scored: { ...scored, segment } }).hnt_segment).toBe(choiceValue('hnt_segment', segment));
    for (const category of CATEGORIES)
      expect(of({ scored: { ...scored, pModel: { ...model, category } } }).hnt_prioritycategory).toBe(
        choiceValue('hnt_prioritycategory', category),
      );
    for (const commercialSegment of COMMERCIAL_SEGMENTS)
      expect(
        of({ scored: { ...scored, pModel: { ...model, commercialSegment } } }).hnt_commercialsegment,
      ).toBe(choiceValue('hnt_commercialsegment', commercialSegment));
    for (const technicalHeat of TECHNICAL_HEATS)
      expect(of({ scored: { ...scored, pModel: { ...model, technicalHeat } } }).hnt_technicalheat).toBe(
        choiceValue('hnt_technicalheat', technicalHeat),
      );
    for (const size of TENANT_SIZES)
      expect(of({ tenantSize: { size, basis: 'declared', because: [] } }).hnt_huntertenantsize).toBe(
        choiceValue('hnt_huntertenantsize', size),
      );
    expect(Object.values(WORDING.en.names.workloads).join(', ').length).toBeLessThan(
      columns.hnt_m365matchtags.type.maxLength,
    );
  });

  test('cuts texts to the length of the column, never in the middle of a character', () => {
    const long = '😀'.repeat(3000);
    const values = columnsOf(
      anAssessment({
        domain: 'a'.repeat(300),
        mail: { ...anAssessment().mail, provider: `x${long}`, gateway: { id: 'g', name: long } },
        infrastructureSummary: long,
        ruleSet: { id: 'hunter-1', version: `1.0.0+${'o'.repeat(100)}` },
      }),
      {
        ...everything,
        sync: { ...SYNCED, error: long },
        referrals: { ...REFERRAL, primary: { ...REFERRAL.primary!, id: long } },
      },
    );
    for (const [name, value] of Object.entries(values)) {
      const { type } = columns[name as ColumnName];
      if (typeof value !== 'string' || !('maxLength' in type)) continue;
      expect(value.length, name).toBeLessThanOrEqual(type.maxLength);
      expect(value.isWellFormed(), name).toBe(true);
    }
    expect(values.hnt_provider).toBe(`x${'😀'.repeat(49)}`);
    expect(values.hnt_hunterautoscoreversion).toBe(`hunter-1 1.0.0+${'o'.repeat(35)}`);
  });

  test('keeps numbers within the range of the column', () => {
    const values = columnsOf(
      anAssessment({
        scored: aScore({ score: 130 }),
        confidence: { ...anAssessment().confidence, total: 3.404999 },
        fit: { score: -3, lines: [] },
      }),
      { ...ENGLISH, sync: { ...SYNCED, attempts: -1 } },
    );
    expect(values).toMatchObject({
      hnt_finalscore: 100,
      hnt_confidence: 3.4,
      hnt_m365fitscore: 0,
      hnt_syncattemptcount: 0,
    });
  });

  test('takes control characters out of what strangers publish', () => {
    const values = columnsOf(anAssessment({ infrastructureSummary: 'ISP:\u0000 Evil\u001b[31m \ud800' }), {
      ...ENGLISH,
    });
    expect(values.hnt_infrasummary).toBe('ISP: Evil[31m \ufffd');
  });

  test('has the types of the columns', () => {
    expectTypeOf<ColumnValues['hnt_finalscore']>().toEqualTypeOf<number | null>();
    expectTypeOf<ColumnValues['hnt_technicalheat']>().toEqualTypeOf<
      816940000 | 816940001 | 816940002 | null
    >();
    expectTypeOf<ColumnValues['hnt_domain']>().toEqualTypeOf<string | null>();
    expectTypeOf<ColumnValues['hnt_isreenriched']>().toEqualTypeOf<boolean | null>();
    expectTypeOf<ColumnValues['hnt_lastscannedon']>().toEqualTypeOf<string | null>();
    expectTypeOf<keyof ColumnValues>().toEqualTypeOf<ColumnName>();
  });
});

describe('mlWeights', () => {
  test('gives each rule its part of all points given and taken', () => {
    expect(mlWeights(anAssessment())).toEqual({
      schema: 1,
      ruleSet: 'hunter-1',
      version: '1.0.0',
      score: 15,
      weights: [
        { id: 'base', key: 'base_score', kind: 'base', points: 0, share: 0 },
        { id: 'provider', key: 'provider', kind: 'provider', points: 20, share: 0.4444 },
        { id: 'spf-present', key: 'spf', kind: 'signal', points: 10, share: 0.2222 },
        { id: 'dkim-missing', key: 'no_dkim', kind: 'risk', points: -10, share: 0.2222 },
        { id: 'dmarc-not-enforced', key: 'dmarc_none', kind: 'risk', points: -5, share: 0.1111 },
      ],
    });
  });
  test('is nothing without a score', () => {
    expect(mlWeights(anAssessment({ scored: null }))).toBeNull();
  });
  test('divides by nothing when nothing counts', () => {
    const lines = aScore().lines.slice(0, 1);
    expect(mlWeights(anAssessment({ scored: aScore({ lines, score: 0 }) }))?.weights[0]?.share).toBe(0);
  });
  test('fits into its column even for a set of ten thousand rules', () => {
    const [base] = aScore().lines;
    const many = (points: number) => ({
      scored: aScore({ lines: Array.from({ length: 10_000 }, () => ({ ...base!, points })) }),
    });
    const json = (points: number) => columnsOf(anAssessment(many(points)), ENGLISH).hnt_huntermlweightjson;
    expect(JSON.parse(json(0) ?? '')).toMatchObject({ weights: [] });
    expect(json(1)).toBeNull();
  });
});

describe('pushHashInput', () => {
  const json = (assessment: ReturnType<typeof hosted>, at: string): string =>
    fitIntelligence(
      intelligenceOf({
        assessment: { ...assessment, lookedUpAt: at, assessedAt: at },
        ...TURKISH,
        sales: {
          tr: summary('tr'),
          en: { ...summary('en'), metadata: { ...summary('en').metadata, generated_at: at } },
        },
        history: [
          {
            at,
            score: 15,
            segment: null,
            priority: null,
            change: { en: at, tr: at },
            ruleSet: 'hunter-1 1.0.0',
          },
        ],
        sync: { ...SYNCED, last_at: at },
        referral: REFERRAL,
      }),
      WORDING,
    ).json;
  const values = columnsOf(hosted(), {
    ...everything,
    intelligenceJson: json(hosted(), '2025-11-21T11:32:00Z'),
  });

  test('is the same whatever the order of the keys', () => {
    expect(pushHashInput(Object.fromEntries(Object.entries(values).toReversed()))).toBe(
      pushHashInput(values),
    );
  });

  test('does not change when the same records are scanned again a day later', () => {
    const later = columnsOf(
      { ...hosted(), lookedUpAt: '2025-11-22T11:32:00Z' },
      {
        ...everything,
        sync: { ...SYNCED, attempts: 4, status: 'error', error: 'locked' },
        intelligenceJson: json(hosted(), '2025-11-22T11:32:00Z'),
      },
    );
    expect(pushHashInput(later)).toBe(pushHashInput(values));
  });

  test('changes with every column that counts', () => {
    const base = pushHashInput(values);
    for (const name of COLUMN_NAMES) {
      const other = pushHashInput({ ...values, [name]: 'something else' });
      expect(other !== base, name).toBe(columns[name].countsAsChange);
    }
  });

  test('changes when a record changed that no other column tells', () => {
    const dmarc = hosted({
      dmarc: { state: 'found', value: ['v=DMARC1; p=none; rua=mailto:other@gokpinardokum.com'] },
    });
    const other = { ...values, hnt_intelligencejson: json(dmarc, '2025-11-21T11:32:00Z') };
    expect(pushHashInput(other)).not.toBe(pushHashInput(values));
  });

  test('tells an emptied column from one that is left alone', () => {
    expect(pushHashInput({ hnt_gateway: null })).not.toBe(pushHashInput({}));
  });
});
