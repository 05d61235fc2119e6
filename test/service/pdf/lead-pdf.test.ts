import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PDF_WORDS } from '#core/rules/pdf-words.ts';
import { PRICES } from '#core/sales/contract.ts';
import type { Language } from '#core/rules/common.ts';
import { leadPdf } from '#service/pdf/lead-pdf.ts';
import { sheetOf, type SheetOptions } from '#service/pdf/sheet.ts';
import type { StoredLead } from '#service/store/lead.ts';
import { anAssessment, aScore } from '#test/support/assessment.ts';
import { aLead } from '#test/support/lead.ts';
import { readPdf, type PdfReading } from '#test/support/pdf-text.ts';
import { allShippedRules } from '#test/support/rules.ts';

const rules = allShippedRules();
const options = (language: Language, more: Partial<SheetOptions> = {}): SheetOptions => ({
  rules,
  language,
  now: '2026-11-25T09:00:00.000Z',
  staleAfterDays: 7,
  demo: false,
  ...more,
});
const print = async (
  lead: StoredLead,
  language: Language = 'en',
  more: Partial<SheetOptions> = {},
): Promise<PdfReading> => readPdf(await leadPdf(lead, options(language, more)));
const textOf = ({ pages }: PdfReading): string => pages.map(({ text }) => text).join('\n');

/** No text leaves the page or runs into the footer, and no two texts of a page lie on each other. */
function expectInPlace({ pages }: PdfReading): void {
  for (const { runs } of pages) {
    for (const run of runs) {
      expect(run.x, run.text).toBeGreaterThanOrEqual(39.9);
      expect(run.x + run.width, run.text).toBeLessThanOrEqual(595.28 - 39.9);
      expect(run.y, run.text).toBeLessThanOrEqual(841.89 - 12);
    }
    const foot = Math.max(...runs.filter(({ text }) => /hunter-1/.test(text)).map(({ y }) => y));
    for (const { y, text } of runs.filter((run) => run.size > 8 || run.y < foot - 30))
      expect(y, text).toBeLessThan(foot - 8);
    runs.forEach((a, at) => {
      for (const b of runs.slice(at + 1)) {
        const apart =
          a.x + a.width <= b.x + 0.5 ||
          b.x + b.width <= a.x + 0.5 ||
          a.text.trim() === '' ||
          b.text.trim() === '';
        const higher = Math.abs(a.y - b.y) >= Math.min(a.size, b.size) * 0.75;
        expect(apart || higher, `“${a.text}” and “${b.text}”`).toBe(true);
      }
    });
  }
}

test('W35: Turkish letters and the lira sign are printed and can be copied out again', async () => {
  const name = 'ÇĞIİÖŞÜ çğıiöşü âîû ₺ Holding';
  const paper = await print(aLead({ company: { ...aLead().company, name } }), 'tr');
  expect(textOf(paper)).toContain(name);
  expect(paper.info['Title']).toBe(`${name}: Hunter özeti`);
});

test('W35: one language a sheet', async () => {
  const turkish = textOf(await print(aLead(), 'tr'));
  const english = textOf(await print(aLead(), 'en'));
  for (const word of [
    'Sinyaller',
    'Sıradaki adım',
    'Görüşme metni',
    'Geçiş · Orta öncelik (3/7)',
    'Sayfa 1/2',
  ]) {
    expect(turkish).toContain(word);
    expect(english).not.toContain(word);
  }
  for (const word of [
    'Signals',
    'Next step',
    'Call script',
    'Migration · Medium priority (3 of 7)',
    'Page 1 of 2',
  ]) {
    expect(english).toContain(word);
    expect(turkish).not.toContain(word);
  }
});

test('W35: P-model and sales summary are there: what to do, say, ask and offer', async () => {
  const lead = aLead();
  const text = textOf(await print(lead)).replaceAll('\n', ' ');
  const sheet = sheetOf(lead, options('en'));
  expect(text).toContain('P1 High Potential Greenfield');
  expect(text).toContain('Warm / High');
  expect(sheet.sales).not.toBeNull();
  for (const said of [
    sheet.sales!.step,
    sheet.sales!.oneLiner,
    ...sheet.sales!.script,
    ...sheet.sales!.questions,
  ])
    expect(text).toContain(said);
});

test('the points of the table add up to the score beside it', async () => {
  const sheet = sheetOf(aLead(), options('en'));
  expect(sheet.why.reduce((sum, { points }) => sum + points, 0)).toBe(sheet.score?.value);
  const { pages } = await print(aLead());
  const row = (name: string): string[] => {
    const y = pages[0]!.runs.find(({ text }) => text === name)?.y;
    return pages[0]!.runs.filter((run) => run.y === y && run.x < 300).map(({ text }) => text);
  };
  expect(row('SPF present')).toEqual(['SPF present', '+10', '30']);
  expect(row('DKIM missing')).toEqual(['DKIM missing', '−10', '20']);
  expect(row('DMARC not enforced')).toEqual(['DMARC not enforced', '−5', '15']);
});

test('the scale is cut where this provider’s segments and priorities begin, and is read as one sentence', async () => {
  const { zones } = sheetOf(aLead(), options('en')).score!;
  expect(zones).toEqual([
    { from: 0, to: 15, priority: 7, segment: 'Cold' },
    { from: 15, to: 25, priority: 3, segment: 'Migration' },
    { from: 25, to: 35, priority: 2, segment: 'Migration' },
    { from: 35, to: 100, priority: 1, segment: 'Migration' },
  ]);
  const paper = await print(aLead());
  for (const tick of ['0', '15', '25', '35', '100'])
    expect(paper.pages[0]!.runs.map(({ text }) => text)).toContain(tick);
  expect(paper.tags['Figure']).toBe(1);
});

test('every state of a record is a word and not a colour alone', async () => {
  const text = textOf(await print(aLead()));
  expect(text).toMatch(/SPF\nFound/);
  expect(text).toMatch(/DKIM\nAbsent/);
  expect(text).toMatch(/DMARC\nWeak/);
});

test('prices stand with their currency, and none that is no part of the offer', async () => {
  const migration = textOf(await print(aLead()));
  expect(migration).toMatch(/Migration, once\nEUR 2,000/);
  const existing = aLead({
    assessment: anAssessment({ scored: aScore({ segment: 'Existing', priority: 4 }) }),
  });
  expect(textOf(await print(existing))).not.toContain('Migration, once');
});

describe('what a reader must know before believing the score', () => {
  test('a kept score says of when it is', async () => {
    const kept = anAssessment({ lookedUpAt: '2026-11-01T08:00:00.000Z' });
    const silent = anAssessment({
      scored: null,
      range: null,
      status: 'partial',
      lookedUpAt: '2026-11-24T08:00:00.000Z',
    });
    const paper = await print(aLead({ assessment: silent, kept }));
    expect(textOf(paper).replaceAll('\n', ' ')).toContain(
      'The score is that of 1 November 2026: the look-up of 24 November 2026 got no answer that counts',
    );
    expect(textOf(paper)).toContain('15');
    expect(textOf(paper)).toContain('Looked up 1 November 2026, 24 days ago');
  });

  test('old records say so, fresh ones do not', async () => {
    expect(textOf(await print(aLead()))).not.toContain('Scan again');
    const old = await print(aLead(), 'en', { now: '2026-12-20T09:00:00.000Z' });
    expect(textOf(old)).toContain('These records were looked up 28 days ago. Scan again before you call.');
  });

  test('what gave no answer is named, and is not called absent', async () => {
    const partial = anAssessment({
      status: 'partial',
      answered: 11,
      open: [{ question: 'dkim selector1', why: 'TIMEOUT', retryable: true }],
    });
    const text = textOf(await print(aLead({ assessment: partial }))).replaceAll('\n', ' ');
    expect(text).toContain('Partial result: 11 of 12 look-ups answered');
    expect(text).toContain('no answer in time: DKIM selector1');
  });

  test('made-up data says so on every page', async () => {
    const { pages, info } = await print(aLead(), 'tr', { demo: true });
    expect(pages).toHaveLength(2);
    for (const { text } of pages) expect(text).toContain('DEMO: uydurma veriler, gerçek bir şirket değildir');
    expect(info['Keywords']).toContain('DEMO');
    expect(textOf(await print(aLead(), 'tr'))).not.toContain('DEMO');
  });
});

describe('one page where there is little to say', () => {
  test('without a score: no score, and no words to sell by', async () => {
    const silent = anAssessment({
      scored: null,
      range: null,
      zones: [],
      whatIf: [],
      fit: null,
      status: 'partial',
    });
    const paper = await print(aLead({ assessment: silent }));
    expect(paper.pages).toHaveLength(1);
    expect(textOf(paper)).toContain('No score');
    expect(textOf(paper)).not.toContain('/100');
    expect(textOf(paper)).not.toContain('Call script');
    expectInPlace(paper);
  });

  test('W17: a hard fail is a score of 0 with its reason', async () => {
    const scored = aScore({
      score: 0,
      hardFail: 'absent',
      segment: 'Skip',
      priority: 7,
      lines: [
        { ...aScore().lines[0]!, points: 0, running: 0 },
        {
          ...aScore().lines[1]!,
          id: 'hard-fail',
          kind: 'note',
          points: 0,
          running: 0,
          why: { tr: 'MX kaydı yok', en: 'No MX record' },
        },
      ],
    });
    const paper = await print(aLead({ assessment: anAssessment({ scored, zones: [], mxHosts: [] }) }));
    expect(paper.pages).toHaveLength(1);
    expect(paper.pages[0]!.runs.map(({ text }) => text)).toEqual(
      expect.arrayContaining(['0', '/100', 'No MX record']),
    );
    expectInPlace(paper);
  });
});

describe('whatever the records hold, two pages and nothing beyond their edges', () => {
  const LONG = 'Uzun bir metin, ₺ ve ğüşıöç ile. '.repeat(320);
  const UNBROKEN = 'wwwwwwwwww'.repeat(1000);
  const words = (text: string) => ({ tr: text, en: text });

  test.each([
    ['texts of 10,000 letters', LONG],
    ['10,000 letters without a blank', UNBROKEN],
  ])('%s everywhere', async (_, text) => {
    const base = anAssessment();
    const lead = aLead({
      company: { ...aLead().company, name: text },
      assessment: anAssessment({
        status: 'partial',
        mail: {
          ...base.mail,
          providerName: text,
          localProvider: text,
          gateway: { id: 'x', name: text },
          mixed: [text, text],
        },
        scored: aScore({
          lines: Array.from({ length: 60 }, (_line, at) => ({
            ...aScore().lines[2]!,
            name: words(`${at} ${text}`),
            why: words(text),
            points: 1,
            running: at + 1,
          })),
          score: 60,
          pModel: { ...aScore().pModel!, label: words(text) },
        }),
        range: { low: 0, high: 100 },
        whatIf: Array.from({ length: 30 }, () => ({
          ids: ['x'],
          label: words(text),
          points: 10,
          score: 25,
          segment: 'Migration' as const,
          priority: 2 as const,
          category: 'P1' as const,
        })),
        open: Array.from({ length: 300 }, (_open, at) => ({
          question: `dkim selector${at}`,
          why: 'TIMEOUT' as const,
          retryable: true,
        })),
        mxHosts: Array.from({ length: 500 }, () => text.slice(0, 500)),
        nameservers: [text],
        registration: { ...base.registration!, registrar: text, expires: text },
        infrastructureSummary: text,
        tenant: { tenantId: text, region: text, realm: text },
      }),
    });
    const paper = await print(lead, 'tr', { demo: true });
    expect(paper.pages).toHaveLength(2);
    expectInPlace(paper);
    expect(textOf(paper)).toContain('…');
    expect(textOf(paper)).toContain('Devamı var: potansiyel müşteriyi Hunter’da açın.');
  });

  test('rules without room share a row with their points', async () => {
    const lines = Array.from({ length: 60 }, (_line, at) => ({
      ...aScore().lines[2]!,
      points: 1,
      running: at + 1,
    }));
    const paper = await print(aLead({ assessment: anAssessment({ scored: aScore({ lines, score: 60 }) }) }));
    const runs = paper.pages[0]!.runs.filter(({ x }) => x < 300);
    const folded = runs.find(({ text }) => /further rules/.test(text))!;
    const points = runs.filter(({ y, text }) => /^\+\d+$/.test(text) && y <= folded.y);
    expect(points.reduce((sum, { text }) => sum + Number(text), 0)).toBe(60);
    expect(runs.filter(({ y }) => y === folded.y).at(-1)?.text).toBe('60');
  });

  test('what is not known has no line', async () => {
    const bare = anAssessment({
      mxHosts: [],
      nameservers: [],
      registration: null,
      daysToExpiry: null,
      fit: null,
      tenantSize: { size: null, basis: null, because: [] },
    });
    const paper = await print(aLead({ assessment: bare }));
    expectInPlace(paper);
    for (const name of [
      'Name servers',
      'Registrar',
      'Domain expires',
      'Company size',
      'Network',
      'Partner Center referral',
    ])
      expect(textOf(paper)).not.toContain(name);
  });

  test('an ordinary sheet is in place as well, in both languages', async () => {
    for (const language of ['tr', 'en'] as const) {
      const paper = await print(aLead(), language);
      expect(paper.pages).toHaveLength(2);
      expectInPlace(paper);
      expect(textOf(paper)).not.toContain('…');
    }
  });
});

test('a long name is smaller and on two lines, and whole', async () => {
  const name = 'Gökpınar Döküm Makina Sanayi ve Dış Ticaret Anonim Şirketi İstanbul Şubesi';
  const paper = await print(aLead({ company: { ...aLead().company, name } }), 'tr');
  const [first, second] = paper.pages[0]!.runs;
  expect(`${first?.text} ${second?.text}`).toBe(name);
  expectInPlace(paper);
});

describe('names in other scripts', () => {
  test('an IDN stands as people write it, with its ASCII form', async () => {
    const assessment = anAssessment({ domain: 'xn--gkpnar-wxa88b.com.tr', unicode: 'gökpınar.com.tr' });
    expect(textOf(await print(aLead({ assessment })))).toContain(
      'gökpınar.com.tr (xn--gkpnar-wxa88b.com.tr)',
    );
  });

  test('one that the font cannot draw stands in ASCII, and a name in no letter of the font gives way to the domain', async () => {
    const assessment = anAssessment({ domain: 'xn--fiqs8s.example', unicode: '中国.example' });
    const { pages } = await print(aLead({ assessment, company: { ...aLead().company, name: '中国公司' } }));
    expect(pages[0]!.runs[0]?.text).toBe('xn--fiqs8s.example');
    expect(pages[0]!.runs[1]?.text).toBe('xn--fiqs8s.example');
  });

  test('marks that turn the direction of text do not reach the page', async () => {
    const { pages } = await print(aLead({ company: { ...aLead().company, name: 'ABC\u202Egnp.exe\u0000' } }));
    expect(pages[0]!.runs[0]?.text).toBe('ABCgnp.exe\uFFFD');
  });
});

test('the same lead at the same moment is the same file, byte for byte', async () => {
  const first = await leadPdf(aLead(), options('tr'));
  expect(Buffer.compare(first, await leadPdf(aLead(), options('tr')))).toBe(0);
  const later = await leadPdf(aLead(), options('tr', { now: '2026-11-26T09:00:00.000Z' }));
  expect(Buffer.compare(first, later)).not.toBe(0);
});

test('title, author, language and structure are told to readers and screen readers', async () => {
  const paper = await print(aLead(), 'tr');
  expect(paper.info).toMatchObject({
    Title: 'Gökpınar Döküm San. ve Tic. A.Ş.: Hunter özeti',
    Author: 'Hunter for Dynamics 365',
  });
  expect(paper.language).toBe('tr-TR');
  expect(paper.isTagged).toBe(true);
  expect(paper.tags['H1']).toBe(1);
  for (const tag of ['H2', 'P', 'Table', 'TR', 'TH', 'TD', 'L', 'LI'])
    expect(paper.tags[tag]).toBeGreaterThan(0);
});

const folder = join(import.meta.dirname, '../../../service/pdf');
const source = globSync('*.ts', { cwd: folder })
  .map((file) => readFileSync(join(folder, file), 'utf8'))
  .join('\n');
test.each(PDF_WORDS.filter((key) => !PRICES.some((price) => price === key)))(
  'pdf.%s is printed somewhere',
  (key) => {
    expect(source).toMatch(new RegExp(`\\.pdf\\.${key}\\b`));
  },
);
