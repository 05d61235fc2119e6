import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MessagesFile } from '#core/rules/messages.ts';
import { WordingFile, wordingFaults, type SalesRules, type Wording } from '#core/rules/sales.ts';
import { CLAIM_IDS, shown } from '#core/sales/claims.ts';
import { formatFor } from '#core/sales/format.ts';
import { SENTENCES, type Sentence } from '#core/sales/sentences.ts';
import { salesSummary } from '#core/sales/summary.ts';
import { CHANGED, rules, summaryOf, textsOf, WORLDS } from './worlds.ts';

const { tr, en } = rules.wording;
const allSentences: [string, string, Sentence][] = Object.entries(SENTENCES).flatMap(([part, sentences]) =>
  Object.entries(sentences).map(([key, sentence]): [string, string, Sentence] => [part, key, sentence]),
);
/** The wording with one sentence replaced. */
function changed(
  wording: Wording,
  part: 'one_liner' | 'phrase' | 'provider_reasoning',
  key: string,
  text: string,
): Wording {
  const sentences = { ...wording.sentences, [part]: { ...wording.sentences[part], [key]: text } };
  return { ...wording, sentences };
}

describe('the two wordings', () => {
  it('have the same keys and the same placeholders, and no other fault', () => {
    expect(wordingFaults(tr, en)).toEqual([]);
  });

  it('a key that only one language has is refused by its schema', () => {
    const { names: _names, ...file } = tr;
    expect(WordingFile.safeParse(file).success).toBe(true);
    const { head: _, ...rest } = tr.sentences.one_liner;
    expect(WordingFile.safeParse({ ...file, sentences: { ...tr.sentences, one_liner: rest } }).success).toBe(
      false,
    );
  });

  it.for(['changes', 'signals', 'evidence', 'lead'] as const)(
    'a key of %s that is missing, and one that nobody knows, is refused by its schema',
    (section) => {
      const { names: _, ...file } = tr;
      const texts: Record<string, string> = file[section];
      const [first = ''] = Object.keys(texts);
      const { [first]: _text, ...less } = texts;
      for (const changed of [less, { ...texts, 'no-such-key': 'Metin' }])
        expect(WordingFile.safeParse({ ...file, [section]: changed }).success).toBe(false);
    },
  );

  it.for([
    ['other placeholders', 'one_liner', 'head', '{domain}: {segment}', /differ/],
    [
      'a placeholder nobody knows',
      'one_liner',
      'head',
      '{domain} {segment} {score} {moon}',
      /no placeholder \{moon\}/,
    ],
    [
      'a value that may be unknown there',
      'one_liner',
      'head',
      '{domain} {segment} {score} {gateway}',
      /not sure to be known/,
    ],
    ['two asterisks', 'phrase', 'name-spf', '**SPF**', /shown as it is/],
    ['a straight apostrophe', 'phrase', 'name-spf', "SPF'nin", /typographic/],
    ['an emoji', 'phrase', 'name-spf', 'SPF 🔥', /emoji/],
    ['an exclamation mark', 'phrase', 'name-spf', 'SPF!', /exclamation/],
    ['a stray brace', 'phrase', 'name-spf', 'SPF {', /brace/],
    ['two blanks', 'phrase', 'name-spf', 'SPF  DKIM', /blank/],
  ] as const)('%s: refused, with its path', ([, part, key, text, fault]) => {
    const faults = wordingFaults(changed(tr, part, key, text), en);
    expect(faults.map(({ fault }) => fault).join()).toMatch(fault);
    expect(faults[0]?.path).toBe(`sentences.${part}.${key}`);
  });

  it.for([
    ['other placeholders', 'changes', 'registrar', 'Kayıt kuruluşu değişti: {from}', /differ/],
    [
      'a placeholder nobody fills in',
      'changes',
      'registrar',
      'Kayıt kuruluşu: {from} → {to} ({when})',
      /no placeholder \{when\}/,
    ],
    ['a placeholder where there is none', 'evidence', 'dkim-absent', '{domain}', /no placeholder \{domain\}/],
    ['a straight apostrophe', 'signals', 'no-answer', "Yanıt'", /typographic/],
    ['a stray brace', 'lead', 'further-rules', '{rules} kural }', /brace/],
  ] as const)('outside the summary, %s: refused, with its path', ([, section, key, text, fault]) => {
    const faults = wordingFaults({ ...tr, [section]: { ...tr[section], [key]: text } }, en);
    expect(faults.map(({ fault }) => fault).join()).toMatch(fault);
    expect(faults[0]).toMatchObject({ file: 'wording.tr.json', path: `${section}.${key}` });
  });

  it('a sentence that only one language has is told', () => {
    const { 'first-scan': _, ...less } = en.changes;
    expect(wordingFaults(tr, { ...en, changes: less as typeof en.changes })).toEqual([
      {
        file: 'wording.tr.json',
        path: 'changes.first-scan',
        fault: 'wording.en.json has no such text',
      },
    ]);
  });

  it('a key beside the schema is told as well, whichever language has it', () => {
    const words = { ...en.words, provider: { ...en.words.provider, Extra: 'Extra' } };
    expect(wordingFaults(tr, { ...en, words })).toEqual([
      { file: 'wording.en.json', path: 'words.provider.Extra', fault: 'wording.tr.json has no such text' },
    ]);
  });
});

describe('one text in one place', () => {
  const file = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

  it('what a finding shows is not its name a second time', () => {
    for (const language of ['tr', 'en'] as const) {
      const { findings } = MessagesFile.parse(JSON.parse(file(`rules/messages.${language}.json`)));
      const names = new Set(Object.values(findings));
      expect(Object.values(rules.wording[language].evidence).filter((text) => names.has(text))).toEqual([]);
    }
  });

  // Labels of columns and choices are the column definition: Dataverse holds them in both languages.
  const labels = ['core/lead/columns.ts', 'core/lead/choices.ts'];
  const sources = ['core/changes', 'core/lead'].flatMap((folder) =>
    readdirSync(new URL(`../../../${folder}`, import.meta.url))
      .map((name) => `${folder}/${name}`)
      .filter((path) => path.endsWith('.ts') && !labels.includes(path)),
  );
  it.for(sources)('%s holds no text in two languages', (path) => {
    expect(file(path)).not.toMatch(/\b(?:tr|en): ['"`]|[çğıöşüÇĞİÖŞÜ]/);
  });
});

describe('every sentence', () => {
  it('is said of some company', () => {
    const marked: SalesRules = { ...rules, wording: { tr: withMarks(tr), en } };
    const said = Object.values(WORLDS)
      .flatMap((assessment) =>
        [{}, CHANGED].map((context) => salesSummary(assessment, context, marked, 'tr')),
      )
      .map((summary) => JSON.stringify(summary))
      .join();
    const silent = allSentences
      .map(([part, key]) => `⟦${part}.${key}⟧`)
      .filter((mark) => !said.includes(mark));
    expect(silent).toEqual([]);
  });

  it('needs claims that somebody can show', () => {
    for (const [, , sentence] of allSentences) {
      for (const need of sentence.needs.flat()) expect(CLAIM_IDS).toContain(need);
    }
  });

  it('leaves no claim of the list unused', () => {
    const needed = new Set(allSentences.flatMap(([, , sentence]) => sentence.needs.flat() as string[]));
    const ours = CLAIM_IDS.slice(CLAIM_IDS.indexOf('hard-fail-absent'));
    expect(ours.filter((claim) => !needed.has(claim))).toEqual([]);
  });
});

describe('Turkish texts', () => {
  it('have no English sentence left in them', () => {
    for (const assessment of Object.values(WORLDS)) {
      for (const text of textsOf(summaryOf(assessment, 'tr', CHANGED))) {
        const own = text.replace(/Defender for Office 365|with Weak Partner/g, '');
        expect(own).not.toMatch(/\b(the|and|with|is|are|of|to|for|not|no|mail)\b/);
      }
    }
  });

  it('address the reader as siz', () => {
    for (const text of summaryOf(WORLDS['at a hoster'] ?? fail(), 'tr').discovery_questions)
      expect(text).not.toMatch(/\b(sen|senin|sana)\b/i);
  });
});

describe('numbers, dates and lists', () => {
  it('are written as Turkish does', () => {
    const format = formatFor(tr);
    expect(format.number(1234567.5)).toBe('1.234.567,5');
    expect(format.number(-40)).toBe('−40');
    expect(format.percent(50)).toBe('%50');
    expect(format.money(2000, 'EUR')).toBe('2.000 EUR');
    expect(format.date('2026-01-14T00:00:00Z')).toBe('14 Ocak 2026');
    expect(format.list(['SPF', 'DKIM', 'DMARC'])).toBe('SPF, DKIM ve DMARC');
  });

  it('are written as English does', () => {
    const format = formatFor(en);
    expect(format.number(1234567.5)).toBe('1,234,567.5');
    expect(format.percent(50)).toBe('50%');
    expect(format.money(2000, 'EUR')).toBe('EUR 2,000');
    expect(format.date('2026-01-14')).toBe('14 January 2026');
    expect(format.list(['SPF', 'DKIM'])).toBe('SPF and DKIM');
    expect(format.list([])).toBe('');
  });

  it('a date in a form of its own is shown as the registry wrote it', () => {
    expect(formatFor(tr).date('14.Jan.2026')).toBe('14.Jan.2026');
    expect(formatFor(tr).date('2026-13-40')).toBe('2026-13-40');
  });
});

describe('a claim', () => {
  it('about a finding is shown by the finding alone', () => {
    const assessment = WORLDS['at a hoster'] ?? fail();
    const scored = assessment.scored ?? fail();
    const subject = { assessment, scored, context: {}, rules, language: 'tr' } as const;
    expect(shown('spf-found', subject)).toHaveLength(1);
    expect(shown('spf-absent', subject)).toBeNull();
  });
});

function fail(): never {
  throw new Error('the world is missing');
}

/** Each sentence begins with its own id, so that it is recognized wherever it ends up. */
function withMarks(wording: Wording): Wording {
  const sentences = Object.fromEntries(
    Object.entries(wording.sentences).map(([part, texts]) => [
      part,
      Object.fromEntries(
        Object.entries(texts).map(([key, text]) => [key, `⟦${part}.${key}⟧ ${text as string}`]),
      ),
    ]),
  ) as unknown as Wording['sentences'];
  return { ...wording, sentences };
}
