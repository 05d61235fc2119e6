import { describe, expect, test } from 'vitest';
import {
  fitIntelligence,
  Intelligence,
  intelligenceJsonSchema,
  intelligenceOf,
  readIntelligence,
} from '#core/lead/intelligence.ts';
import { utf8Length } from '#core/lead/text.ts';
import {
  absent,
  found,
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

const SALES = { tr: summary('tr'), en: summary('en') };
const before = hosted({ txt: found([]), lookedUpAt: '2025-09-03T07:10:00Z' });
const full = intelligenceOf({
  assessment: hosted(),
  previous: before,
  ...TURKISH,
  sales: SALES,
  history: [
    {
      at: '2025-11-21T11:32:00Z',
      score: 15,
      segment: 'Migration',
      priority: 3,
      change: { en: 'SPF record published: +15', tr: 'SPF kaydı yayımlandı: +15' },
      ruleSet: 'hunter-1 1.0.0',
    },
  ],
  scans: 3,
  referral: REFERRAL,
  sync: SYNCED,
  links: { lead: 'https://contoso.crm4.dynamics.com/main.aspx?etn=lead', referral: null },
});

describe('the intelligence of a hosted company', () => {
  test('is valid against its own schema, with nothing lost', () => {
    expect(Intelligence.parse(full)).toEqual(full);
  });

  test('carries the score, and lines that add up to it', () => {
    expect(full.score).toMatchObject({ value: 15, segment: 'Migration', priority: 3, category: 'P1' });
    expect(full.lines.map(({ id, points, running }) => [id, points, running])).toEqual([
      ['base', 0, 0],
      ['provider', 20, 20],
      ['spf-present', 10, 30],
      ['dkim-missing', -10, 20],
      ['dmarc-not-enforced', -5, 15],
    ]);
  });

  test('carries the ruler of this provider', () => {
    expect(full.zones.map(({ from, segment, priority }) => `${from} ${segment} ${priority}`)).toEqual([
      '0 Cold 7',
      '15 Migration 3',
      '25 Migration 2',
      '35 Migration 1',
    ]);
  });

  test('says how the score moved since the last scan, and why', () => {
    expect(full.previous).toMatchObject({
      at: '2025-09-03T07:10:00Z',
      score: 0,
      delta: 15,
      reason: { en: 'SPF record published', tr: 'SPF kaydı yayımlandı' },
    });
  });

  test('carries the network of the mail server with its AS number', () => {
    expect(full.network).toMatchObject({ asn: 64_500, asnOrg: 'Marmara Hosting', address: '192.0.2.25' });
  });

  test('shows each record with what it means in both languages', () => {
    expect(full.signals.find(({ id }) => id === 'dkim')).toMatchObject({
      state: 'absent',
      record: 'NXDOMAIN',
      points: -10,
      shows: { en: 'There is no key', tr: 'Anahtar yok' },
    });
    expect(full.signals.find(({ id }) => id === 'spf')?.shows?.en).toMatch(/^1 include, \d+ of 10 look-ups$/);
    expect(full.signals.find(({ id }) => id === 'registration')?.shows).toEqual({
      en: 'Ends on 14 Jan 2026',
      tr: 'Bitiş tarihi 14.01.2026',
    });
  });

  test('leaves out the evidence of single sentences, which no control shows', () => {
    expect(full.sales.tr).not.toHaveProperty('claims');
    expect(full.sales.en).toMatchObject({ one_liner: SALES.en.one_liner, urgency: 'high' });
  });

  test('takes about 20 KB with both languages', () => {
    const { json, dropped } = fitIntelligence(full, WORDING);
    expect(dropped).toEqual([]);
    expect(utf8Length(json)).toBeGreaterThan(15_000);
    expect(utf8Length(json)).toBeLessThan(25_000);
  });
});

describe('the intelligence of other situations', () => {
  test('Microsoft 365 behind a gateway names both, with evidence and services', () => {
    const it = intelligenceOf({ assessment: microsoft(), ...ENGLISH });
    expect(it.mail).toMatchObject({ provider: 'M365', gateway: 'Proofpoint' });
    expect(it.workloads.map(({ workload }) => workload)).toContain('exchange-online');
    expect(it.lookups.open.map(({ question }) => question)).toEqual(['bimi']);
    expect(Intelligence.parse(it)).toEqual(it);
  });

  test('a first scan has nothing before it', () => {
    expect(intelligenceOf({ assessment: hosted(), ...ENGLISH }).previous).toBeNull();
  });

  test('without an answer on the MX the last result stays as a whole, marked as kept', () => {
    const silent = hosted({ mx: unanswered('TIMEOUT'), lookedUpAt: '2025-12-01T08:00:00Z' });
    const it = intelligenceOf({ assessment: silent, kept: hosted(), ...ENGLISH });
    expect(it.kept).toEqual({ since: '2025-11-21T11:32:00Z', triedAt: '2025-12-01T08:00:00Z' });
    expect(it.status).toBe('partial');
    expect(it.score?.value).toBe(15);
    expect(it.mail.provider).toBe('Hosting');
    expect(it.previous).toBeNull();
    expect(it.lookups.open.map(({ question }) => question)).toEqual(['mx']);
  });

  test('without an answer on the MX and without an earlier result there is no score', () => {
    const it = intelligenceOf({ assessment: hosted({ mx: unanswered('TIMEOUT') }), ...ENGLISH });
    expect(it).toMatchObject({ score: null, range: null, lines: [], zones: [], kept: null });
    expect(Intelligence.parse(it)).toEqual(it);
  });

  test('a domain without mail has a score of 0 with its reason, and no ruler', () => {
    const it = intelligenceOf({ assessment: hosted({ mx: absent('NODATA') }), ...ENGLISH });
    expect(it.score).toMatchObject({ value: 0, segment: 'Skip', hardFail: 'absent', category: 'P6' });
    expect(it.zones).toEqual([]);
    expect(it.lines.at(-1)?.why.en).toBe('No MX record: this domain receives no mail');
  });

  test('the earlier rule set leaves the category of a domain without mail open', () => {
    const it = intelligenceOf({ assessment: hostedEarlier({ mx: absent('NODATA') }), ...TURKISH });
    expect(it.score).toMatchObject({ segment: 'Skip', category: null, label: null, technicalHeat: null });
    expect(Intelligence.parse(it)).toEqual(it);
  });
});

describe('readIntelligence', () => {
  const { json } = fitIntelligence(full, WORDING);

  test('gives back what was written', () => {
    expect(readIntelligence(json)).toEqual({ ok: true, value: full });
  });

  test.each([null, undefined, '', '  \n'])('calls %j empty', (text) => {
    expect(readIntelligence(text)).toEqual({ ok: false, reason: 'empty' });
  });

  test.each(['{', 'not json', json.slice(0, 4000)])('says when it is no JSON, as after a cut: %#', (text) => {
    expect(readIntelligence(text)).toMatchObject({ ok: false, reason: 'not-json' });
  });

  test('names another version instead of painting half of it', () => {
    expect(readIntelligence('{"schema":2,"everything":"else"}')).toEqual({
      ok: false,
      reason: 'other-version',
      version: 2,
    });
  });

  test.each(['null', '1', '[]', '{}', '{"schema":"1"}', '{"schema":1}'])('calls %s invalid', (text) => {
    expect(readIntelligence(text)).toMatchObject({ ok: false, reason: 'invalid' });
  });

  test('says where it is invalid', () => {
    const spoilt = { ...full, score: { ...full.score, priority: 8 } };
    expect(readIntelligence(JSON.stringify(spoilt))).toMatchObject({
      reason: 'invalid',
      detail: expect.stringMatching(/^score\.priority: /),
    });
  });

  test('ignores what a later version of the same schema adds, at every level', () => {
    const later = {
      ...full,
      addedLater: { a: 1 },
      mail: { ...full.mail, addedLater: true },
      lines: full.lines.map((line) => ({ ...line, addedLater: 1 })),
      sales: {
        ...full.sales,
        en: {
          ...full.sales.en,
          addedLater: 1,
          offer_tier: { ...full.sales.en?.offer_tier, addedLater: 1 },
          next_step: { ...full.sales.en?.next_step, addedLater: 1 },
        },
      },
    };
    expect(readIntelligence(JSON.stringify(later))).toEqual({ ok: true, value: full });
  });

  test('paints the rest when the sales summary uses a word of a later contract', () => {
    const later = {
      ...full,
      sales: {
        ...full.sales,
        en: { ...full.sales.en, next_step: { ...full.sales.en?.next_step, action: 'nurture' } },
      },
    };
    const reading = readIntelligence(JSON.stringify(later));
    expect(reading).toMatchObject({ ok: true, value: { sales: { en: null }, score: { value: 15 } } });
  });
});

describe('the published schema', () => {
  const schema = intelligenceJsonSchema();
  test('is a JSON schema of version 1 that demands the essentials', () => {
    expect(schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: 'Hunter intelligence',
      type: 'object',
      properties: { schema: { const: 1 } },
    });
    expect(schema['required']).toEqual(
      expect.arrayContaining(['schema', 'domain', 'score', 'zones', 'lines']),
    );
  });
  test('is plain data', () => {
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
  });
});
