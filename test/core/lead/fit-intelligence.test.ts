import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  fitIntelligence,
  Intelligence,
  INTELLIGENCE_MAX_BYTES,
  intelligenceOf,
  readIntelligence,
} from '#core/lead/intelligence.ts';
import { utf8Length } from '#core/lead/text.ts';
import { hosted, microsoft, REFERRAL, summary, SYNCED, TURKISH, WORDING } from './support.ts';

const ROW = {
  at: '2025-11-21T11:32:00Z',
  score: 15,
  segment: 'Migration' as const,
  priority: 3 as const,
  change: { en: 'SPF record published: +15', tr: 'SPF kaydı yayımlandı: +15' },
  ruleSet: 'hunter-1 1.0.0',
};
const WHOLE: Intelligence = {
  ...intelligenceOf({
    assessment: microsoft(),
    previous: hosted(),
    ...TURKISH,
    sales: { tr: summary('tr'), en: summary('en') },
    history: [ROW, ROW],
    referral: REFERRAL,
    sync: { ...SYNCED, error: 'Dynamics 365 refused the update' },
    links: {
      lead: 'https://contoso.crm4.dynamics.com/main.aspx',
      referral: 'https://partner.microsoft.com/x',
    },
  }),
  registration: { source: 'rdap', registrar: 'Registrar', created: '2004-01-14', expires: '2026-01-14' },
};

type Path = readonly (string | number)[];
/** Every text and every list of the document. */
function* leaves(value: unknown, path: Path = []): Generator<{ path: Path; list: boolean }> {
  if (typeof value === 'string') yield { path, list: false };
  if (Array.isArray(value) && path.at(-1) !== 'cut') yield { path, list: true };
  if (typeof value === 'object' && value !== null)
    for (const [key, inner] of Object.entries(value))
      yield* leaves(inner, [...path, Array.isArray(value) ? Number(key) : key]);
}
function replaced<T>(value: T, path: Path, change: (inner: unknown) => unknown): T {
  const [key, ...rest] = path;
  if (key === undefined) return change(value) as T;
  const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string | number, unknown>;
  copy[key] = replaced(copy[key], rest, change);
  return copy as T;
}
const valid = (document: unknown): boolean => {
  const parsed = Intelligence.safeParse(document);
  // A sales summary that does not parse is left out by the reader: to compare is to see it.
  return parsed.success && isDeepStrictEqual(parsed.data, document);
};
/** Those that the schema leaves free: no words of a closed list. */
const FREE_TEXTS = [...leaves(WHOLE)]
  .filter(({ path, list }) => !list && valid(replaced(WHOLE, path, () => 'any text at all')))
  .map(({ path }) => path);
/** Inner lists first, so that the copies of an outer list hold the longer inner ones. */
const LISTS = [...leaves(WHOLE)]
  .filter(({ list }) => list)
  .map(({ path }) => path)
  .toReversed();

/** The document with every free text replaced, and every list repeated. */
function inflated(text: string, copies: { inner: number; outer: number }): Intelligence {
  let document = WHOLE;
  for (const path of FREE_TEXTS) document = replaced(document, path, () => text);
  for (const path of LISTS) {
    const times = path.length === 1 ? copies.outer : copies.inner;
    document = replaced(document, path, (list) =>
      Array.from({ length: times }, () => list as unknown[])
        .flat()
        .slice(0, path[0] === 'zones' ? 101 : undefined),
    );
  }
  return document;
}

function checked(
  document: Intelligence,
  maxBytes = INTELLIGENCE_MAX_BYTES,
): { value: Intelligence; dropped: string[] } {
  const { json, dropped } = fitIntelligence(document, WORDING, maxBytes);
  expect(utf8Length(json)).toBe(Buffer.byteLength(json, 'utf8'));
  expect(utf8Length(json)).toBeLessThanOrEqual(maxBytes);
  expect(valid(JSON.parse(json))).toBe(true);
  const reading = readIntelligence(json);
  if (!reading.ok) throw new Error(reading.reason);
  expect(reading.value.cut).toEqual(dropped);
  // The score and its ruler are never touched, and the points still add up.
  expect(reading.value.score?.value).toBe(document.score?.value);
  expect(reading.value.score?.segment).toBe(document.score?.segment);
  expect(reading.value.zones).toEqual(document.zones);
  const sum = (lines: Intelligence['lines']): number => lines.reduce((total, line) => total + line.points, 0);
  expect(sum(reading.value.lines)).toBe(sum(document.lines));
  return { value: reading.value, dropped };
}

describe('fitIntelligence', () => {
  test('leaves a document that fits as it is', () => {
    const { value, dropped } = checked(WHOLE);
    expect(dropped).toEqual([]);
    expect(value).toEqual(WHOLE);
  });

  test('knows the free texts of the document: most of them', () => {
    expect(FREE_TEXTS.length).toBeGreaterThan(150);
  });

  test('shortens raw records of 10,000 characters first, with an ellipsis, and nothing else', () => {
    const signals = WHOLE.signals.map((signal) => ({ ...signal, record: 'v=spf1 '.repeat(1500) }));
    const { value, dropped } = checked({ ...WHOLE, signals });
    expect(dropped).toEqual(['long-records']);
    expect(value.signals[0]?.record).toMatch(/^v=spf1 .*…$/);
    expect(value.history).toEqual(WHOLE.history);
    expect(value.sales).toEqual(WHOLE.sales);
  });

  test('lets older history go next, newest rows kept', () => {
    const history = Array.from({ length: 500 }, (_, i) => ({ ...ROW, score: i }));
    const { value, dropped } = checked({ ...WHOLE, history, scans: 500 });
    expect(dropped).toEqual(['old-history']);
    expect(value.history.map(({ score }) => score)).toEqual(Array.from({ length: 30 }, (_, i) => i));
    expect(value.scans).toBe(500);
  });

  test('keeps one piece of evidence of each line when evidence must go', () => {
    const because = Array.from({ length: 90 }, (_, i) => ({
      record: 'MX',
      value: `mx${i}.example.com`,
      shows: 'M365',
    }));
    const lines = WHOLE.lines.map((line) => ({ ...line, because }));
    const { value, dropped } = checked({ ...WHOLE, lines });
    expect(dropped).toEqual(['evidence']);
    expect(value.lines.map((line) => line.because)).toEqual(lines.map(() => because.slice(0, 1)));
  });

  test('keeps the best three improvements when improvements must go', () => {
    const label = { en: 'x'.repeat(900), tr: 'y'.repeat(900) };
    const whatIf = WHOLE.whatIf
      .flatMap((one) => [one, one, one, one])
      .map((one, i) => ({ ...one, score: 90 - i, label }));
    const { value, dropped } = checked({ ...WHOLE, whatIf });
    expect(dropped.at(-1)).toBe('what-if');
    expect(value.whatIf.map(({ score }) => score)).toEqual([90, 89, 88]);
  });

  test('gives up the second language before the sentences of the first become stumps', () => {
    const long = {
      ...summary('tr'),
      call_script: Array.from({ length: 60 }, () => 'Görüşme metni. '.repeat(25)),
    };
    const { value, dropped } = checked({ ...WHOLE, sales: { tr: long, en: long } });
    expect(dropped.slice(-1)).toEqual(['sales-texts']);
    expect(value.sales.tr?.call_script).toHaveLength(10);
    const { value: smaller } = checked({ ...WHOLE, sales: { tr: long, en: long } }, 24_576);
    expect(smaller.sales.en).toBeNull();
    expect(smaller.sales.tr?.call_script).toHaveLength(10);
  });

  test('folds the rules of a set of five hundred, and the points still add up', () => {
    const lines = Array.from({ length: 500 }, (_, i) => ({
      ...WHOLE.lines[0]!,
      id: `rule-${i}`,
      kind: 'signal' as const,
      points: i % 3,
      running: i,
    }));
    const { value, dropped } = checked({ ...WHOLE, lines });
    expect(dropped.at(-1)).toBe('lines');
    expect(value.lines.length).toBeLessThanOrEqual(20);
    expect(value.lines.at(-1)).toMatchObject({
      id: 'folded',
      name: { en: '481 further rules' },
      running: 499,
    });
  });

  test('replaces half characters, which no database takes', () => {
    const { value } = checked({ ...WHOLE, unicode: 'half \ud83d character' });
    expect(value.unicode).toBe('half \ufffd character');
  });

  test('cannot end a script element, whatever a record says', () => {
    const signals = WHOLE.signals.map((signal) => ({
      ...signal,
      record: '</script><script>alert(1)</script>',
    }));
    const { json } = fitIntelligence({ ...WHOLE, signals }, WORDING);
    expect(json).not.toContain('<');
  });

  test('fits again what was fitted, without losing what it says of itself', () => {
    const history = Array.from({ length: 500 }, () => ROW);
    const once = checked({ ...WHOLE, history }).value;
    expect(fitIntelligence(once, WORDING)).toEqual({ json: expect.any(String), dropped: [] });
    expect(once.cut).toEqual(['old-history']);
  });

  test('refuses a limit that even the score does not fit into', () => {
    expect(() => fitIntelligence(WHOLE, WORDING, 1000)).toThrow(RangeError);
  });

  const piece = fc.oneof(
    fc.constantFrom(
      '',
      'v=spf1 include:example.com -all ',
      '</script>',
      '😀',
      '\ud83d',
      '\ude00',
      '\u0000',
      '"',
      '漢',
      'ğ',
    ),
    fc.string({ unit: 'binary', maxLength: 20 }),
  );
  test('is at most 32,768 bytes and valid for any texts and lists', () => {
    fc.assert(
      fc.property(
        piece,
        fc.integer({ min: 0, max: 200 }),
        fc.integer({ min: 0, max: 4 }),
        fc.integer({ min: 0, max: 20 }),
        (text, repeat, inner, outer) => {
          // An empty text is no text of the contract; there it stays as it is.
          const document = inflated(text.repeat(repeat) || 'x', {
            inner: Math.max(1, inner),
            outer: Math.max(1, outer),
          });
          checked(document);
        },
      ),
      { numRuns: 30 },
    );
  }, 60_000);

  test.each(['\u0000', '\ud83d', '😀', '<', '"', 'x'])(
    'fits into 24 KB with 10,000 times %j in every text, 500 rows of history and 300 rules',
    (character) => {
      const document = inflated(character.repeat(10_000), { inner: 1, outer: 1 });
      checked(
        {
          ...document,
          zones: Array.from({ length: 101 }, (_, from) => ({
            from,
            segment: 'Migration',
            priority: 1,
            category: 'P1',
          })),
          history: Array.from({ length: 500 }, () => document.history[0]!),
          lines: Array.from({ length: 300 }, () => document.lines[1]!),
        },
        24_576,
      );
    },
    30_000,
  );
});
