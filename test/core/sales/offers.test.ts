import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readRuleFile } from '#core/rules.ts';
import { OffersFile, salesRules, withPrices } from '#core/rules/sales.ts';
import { anAssessment, aScore } from '#test/support/assessment.ts';
import { allShippedRules } from '#test/support/rules.ts';
import { behindProofpoint, google, m365, rules, summaryOf } from './worlds.ts';

const { messages } = allShippedRules();
const FILE = new URL('../../../rules/offers.json', import.meta.url);
function shipped(): OffersFile {
  const reading = readRuleFile('offers.json', readFileSync(FILE, 'utf8'), OffersFile);
  if (!reading.ok) throw new Error(JSON.stringify(reading.faults));
  return reading.value;
}
const sized = (size: 'small' | 'medium' | 'large' | 'enterprise' | null) =>
  anAssessment({ tenantSize: { size, basis: size === null ? null : 'declared', because: [] } });

describe('the offer by company size', () => {
  it.for([
    ['small', 'Business Basic', 5, 500, null, null],
    ['medium', 'Business Standard', 10, 2000, 5, null],
    ['large', 'Enterprise', 20, 10000, 10, 50000],
    ['enterprise', 'Enterprise', 20, 10000, 10, 50000],
  ] as const)('%s: %s', ([size, tier, user, migration, defender, consulting]) => {
    expect(summaryOf(sized(size)).offer_tier).toMatchObject({
      tier,
      license: tier,
      price_per_user_per_month: user,
      migration_fee: migration,
      defender_price_per_user_per_month: defender,
      consulting_fee: consulting,
      currency: 'EUR',
    });
  });

  it.for([
    ['Migration', 70, 'Business Standard'],
    ['Migration', 69, 'Business Basic'],
    ['Existing', 90, 'Business Basic'],
    ['Cold', 90, 'Business Basic'],
  ] as const)('unknown, %s with %i points: %s', ([segment, score, tier]) => {
    const assessment = { ...sized(null), scored: aScore({ segment, score }) };
    expect(summaryOf(assessment).offer_tier.tier).toBe(tier);
  });

  it('has no number twice: enterprise refers to the large row', () => {
    expect(shipped().rows.enterprise).toEqual({ sameAs: 'large' });
  });

  it('says which prices belong to it: nobody on Microsoft 365 pays a migration', () => {
    expect(summaryOf(m365()).offer_tier.applies).not.toContain('migration_fee');
    expect(summaryOf(anAssessment()).offer_tier.applies).toContain('migration_fee');
    expect(summaryOf(behindProofpoint()).offer_tier.applies).toContain('consulting_fee');
  });

  it('writes amounts as the language does', () => {
    expect(summaryOf(sized('large'), 'tr').offer_tier.recommendation).toContain(
      'tek seferlik geçiş 10.000 EUR',
    );
    expect(summaryOf(sized('large'), 'en').offer_tier.recommendation).toContain(
      'EUR 10,000 once for the migration',
    );
  });

  it('is held back while the company is cold', () => {
    expect(summaryOf(google(), 'en').offer_tier.recommendation).toMatch(/^Do not offer yet/);
  });
});

describe("a customer's own prices", () => {
  it('change the row that they name, and the row that refers to it', () => {
    const reading = withPrices(shipped(), { id: 'own', prices: { large: { migration_fee: 8000 } } });
    if (!reading.ok) throw new Error('refused');
    const { offers } = salesRules({
      offers: reading.value,
      opportunity: { ...rules.opportunity, version: '1.0.0', date: '2026-11-25', source: 'test' },
      'wording.tr': { ...rules.wording.tr, version: '1.0.0', date: '2026-11-25' },
      'wording.en': { ...rules.wording.en, version: '1.0.0', date: '2026-11-25' },
      'messages.tr': messages.tr,
      'messages.en': messages.en,
    });
    expect(offers.rows.large.migration_fee).toBe(8000);
    expect(offers.rows.enterprise.migration_fee).toBe(8000);
    expect(offers.rows.medium.migration_fee).toBe(2000);
  });

  it('may set enterprise apart from large', () => {
    const reading = withPrices(shipped(), { id: 'own', prices: { enterprise: { consulting_fee: 90000 } } });
    expect(reading).toMatchObject({
      ok: true,
      value: { rows: { enterprise: { tier: 'Enterprise', consulting_fee: 90000, migration_fee: 10000 } } },
    });
    expect(reading.ok && reading.value.rows.large).toMatchObject({ consulting_fee: 50000 });
  });

  it('are refused with the path of the fault: no such row, no such price, no number', () => {
    const reading = withPrices(shipped(), {
      id: 'own',
      prices: { huge: { migration_fee: 1 }, small: { setup: 1, migration_fee: null, consulting_fee: null } },
    });
    expect(reading.ok ? [] : reading.faults.map((fault) => fault.path)).toEqual([
      'prices.huge',
      'prices.small.setup',
      'prices.small.migration_fee',
    ]);
  });
});

describe('the schema of the offers', () => {
  it('refuses a row that refers to a row without numbers', () => {
    const file = shipped();
    const chained = { ...file, rows: { ...file.rows, large: { sameAs: 'enterprise' } } };
    expect(OffersFile.safeParse(chained).success).toBe(false);
  });

  it('refuses a list for unknown sizes that does not end in a row for all', () => {
    expect(OffersFile.safeParse({ ...shipped(), unknownSize: [] }).success).toBe(false);
    const open = [{ when: { segment: ['Migration'] }, row: 'small' }];
    expect(OffersFile.safeParse({ ...shipped(), unknownSize: open }).success).toBe(false);
  });
});
