import type { CHANGE_SENTENCES } from '#core/changes/sentences.ts';
import { sayFrom } from '#core/rules/fill.ts';
import { fill, type Messages } from '#core/rules/messages.ts';
import type { Language } from '#core/rules/common.ts';
import { SEGMENTS } from '#core/rules/rule-set.ts';
import type { Wording } from '#core/rules/sales.ts';
import { formatFor } from '#core/sales/format.ts';
import type { BacktestView, PreviewView } from '../rules/views.ts';

/** What the tables need besides their numbers. */
export interface TableWords {
  readonly m: Messages;
  readonly wording: Wording;
  readonly language: Language;
}

type Line = BacktestView['movers']['up'][number]['lines'][number];
type Align = 'left' | 'right';

/** One company before and after, as lines for a terminal. */
export function previewText(view: PreviewView, { m, wording, language }: TableWords): string {
  const { rules: words } = m;
  const { number, date } = formatFor(wording);
  const { before, after } = view;
  const head = [
    fill(words.preview, {
      domain: view.domain,
      before: ruleSetText(view.rules.before),
      after: ruleSetText(view.rules.after),
    }),
    view.facts === 'stored'
      ? fill(words.recordsStored, { date: date(view.looked_up_at) })
      : words.recordsLookedUp,
    '',
  ];
  if (before === null || after === null) return lines([...head, words.noScore]);
  const rows = [
    ['', words.before, words.after],
    [words.score, number(before.score), number(after.score)],
    [words.segment, m.segments[before.segment], m.segments[after.segment]],
    [words.priority, number(before.priority_score), number(after.priority_score)],
    [words.category, before.priority_category ?? '-', after.priority_category ?? '-'],
    [words.confidence, number(before.confidence), number(after.confidence)],
    [words.fit, scoreOf(before.m365_fit_score, number), scoreOf(after.m365_fit_score, number)],
  ];
  const moved =
    view.lines.length === 0
      ? [words.noChange]
      : [
          words.lines,
          ...table(
            view.lines.map((line) => lineCells(line, language, number)),
            ['left', 'right', 'left', 'right', 'right'],
          ),
        ];
  return lines([
    ...head,
    ...table(rows, ['left', 'right', 'right']),
    '',
    ...moved,
    ...(view.unchanged && view.lines.length > 0 ? [words.sameStanding] : []),
  ]);
}

/** What would become of all companies, as tables for a terminal. */
export function backtestText(view: BacktestView, { m, wording, language }: TableWords): string {
  const { rules: words } = m;
  const { number } = formatFor(wording);
  const { companies } = view;
  const counts = fill(words.counts, {
    compared: number(companies.compared),
    unchanged: number(companies.unchanged),
    changed: number(companies.compared - companies.unchanged),
    unscored: number(companies.unscored),
  });
  const part = { considered: number(companies.considered), stored: number(companies.stored) };
  const out = [
    fill(words.backtest, {
      before: ruleSetText(view.rules.before),
      after: ruleSetText(view.rules.after),
    }),
    ...(companies.considered < companies.stored ? [fill(words.part, part)] : []),
    counts,
  ];
  if (companies.failed > 0) {
    out.push(fill(words.failed, { n: number(companies.failed), domains: view.failed_domains.join(', ') }));
  }
  if (view.scores === null) return lines(out);
  const movers = (title: string, list: BacktestView['movers']['up']): string[] =>
    list.length === 0 ? [] : ['', title, ...moverRows(list, { m, wording, language })];
  return lines([
    ...out,
    '',
    words.segments,
    ...segmentTable(view, m, number),
    '',
    words.priorities,
    ...table(
      [
        ['', words.before, words.after, words.difference],
        ...view.priorities.map(({ priority_score, before, after }) => [
          number(priority_score),
          number(before),
          number(after),
          signed(after - before, number),
        ]),
      ],
      ['left', 'right', 'right', 'right'],
    ),
    '',
    words.statistics,
    ...table(
      [
        ['', words.before, words.after],
        ...(['mean', 'median', 'lowest', 'highest'] as const).map((name) => [
          words[name],
          number(view.scores?.before[name] ?? 0),
          number(view.scores?.after[name] ?? 0),
        ]),
      ],
      ['left', 'right', 'right'],
    ),
    ...movers(words.up, view.movers.up),
    ...movers(words.down, view.movers.down),
  ]);
}

function segmentTable(view: BacktestView, m: Messages, number: (n: number) => string): string[] {
  const names = SEGMENTS.map((segment) => m.segments[segment]);
  const rows = SEGMENTS.map((from) => {
    const counts = SEGMENTS.map((to) => view.segments[from]?.[to] ?? 0);
    const total = counts.reduce((sum, n) => sum + n, 0);
    return [m.segments[from], ...counts.map((n) => (n === 0 ? '·' : number(n))), number(total)];
  });
  return table(
    [['', ...names, m.rules.total], ...rows],
    ['left', 'right', 'right', 'right', 'right', 'right'],
  );
}

/** Two lines a company: where it goes, and what moves it. */
function moverRows(list: BacktestView['movers']['up'], { m, wording, language }: TableWords): string[] {
  const { number } = formatFor(wording);
  const cells = list.map(({ domain, before, after, delta }) => [
    domain,
    `${before.score} → ${after.score}`,
    signed(delta, number),
    `${m.segments[before.segment]} ${before.priority_score} → ${m.segments[after.segment]} ${after.priority_score}`,
  ]);
  const rows = table(cells, ['left', 'right', 'right', 'left']);
  const say = sayFrom<typeof CHANGE_SENTENCES>(wording.changes);
  const nameOf = ({ name, after }: Line): string =>
    after === null ? say('no-longer', { line: name[language] }) : name[language];
  return list.flatMap(({ lines: all }, at) => {
    const moved = all.filter(({ points }) => points !== 0);
    const what = moved.map((line) => `${nameOf(line)} ${signed(line.points, number)}`).join('; ');
    return [rows[at] ?? '', ...(moved.length === 0 ? [] : [`      ${what}`])];
  });
}

const lineCells = (line: Line, language: Language, number: (n: number) => string): string[] => [
  line.name[language],
  line.before === null ? '-' : number(line.before),
  '→',
  line.after === null ? '-' : number(line.after),
  signed(line.points, number),
];

const scoreOf = (score: number | null, number: (n: number) => string): string =>
  score === null ? '-' : number(score);
const signed = (n: number, number: (n: number) => string): string => (n > 0 ? `+${number(n)}` : number(n));
const ruleSetText = ({ rule_set, version }: { rule_set: string; version: string }): string =>
  `${rule_set} ${version}`;
const lines = (all: readonly string[]): string => `${all.join('\n')}\n`;

/** Rows of cells in columns two blanks apart, moved in by two. */
function table(rows: readonly (readonly string[])[], align: readonly Align[]): string[] {
  const widths = align.map((_, column) => Math.max(...rows.map((row) => [...(row[column] ?? '')].length)));
  return rows.map((row) =>
    `  ${row
      .map((cell, column) => {
        const space = ' '.repeat(Math.max(0, (widths[column] ?? 0) - [...cell].length));
        return align[column] === 'right' ? space + cell : cell + space;
      })
      .join('  ')}`.trimEnd(),
  );
}
