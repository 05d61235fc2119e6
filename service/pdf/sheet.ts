import type { Assessment, ScoreLine } from '#core/assessment.ts';
import { signed } from '#core/changes/number.ts';
import { signalWords } from '#core/lead/signal-words.ts';
import { ruleSetText } from '#core/lead/lead.ts';
import type { Language } from '#core/rules/common.ts';
import { fill, type Messages } from '#core/rules/messages.ts';
import { formatFor, type Format } from '#core/sales/format.ts';
import { priorityBand } from '#core/score/band.ts';
import type { AllRules } from '../rule-files.ts';
import type { StoredLead } from '../store/lead.ts';
import { keptFrom, salesOf, shownOf } from '../verbs/lead.ts';
import { previousOf } from '../verbs/lead-intelligence.ts';
import { factsOf, type Fact } from './sheet-facts.ts';
import { salesPart, type SalesPart } from './sheet-sales.ts';

/** What the printed page depends on besides what is stored. */
export interface SheetOptions {
  readonly rules: AllRules;
  readonly language: Language;
  /** the moment of printing, ISO 8601 */
  readonly now: string;
  /** days after which a look-up is called old */
  readonly staleAfterDays: number;
  /** made-up data: every page says so */
  readonly demo: boolean;
}

export interface Zone {
  readonly from: number;
  readonly to: number;
  readonly priority: number;
  readonly segment: string;
}
export interface WhyRow {
  readonly name: string;
  /** one sentence; "" where the name says it all */
  readonly why: string;
  readonly points: number;
  readonly running: number;
}
export interface SignalRow {
  readonly name: string;
  readonly state: Assessment['signals'][number]['state'];
  readonly word: string;
  readonly shows: string;
}
export interface Note {
  readonly tone: 'plain' | 'warning';
  readonly text: string;
}

/** Everything the page says, in words of one language. Pure data: nothing here knows of paper. */
export interface Sheet {
  readonly title: string;
  readonly subject: string;
  readonly name: string;
  /** as people write it, and the ASCII form where that differs */
  readonly domain: string;
  readonly ascii: string;
  readonly printedOn: string;
  readonly lookedUp: string;
  readonly footer: string;
  readonly demo: string | null;
  /** null: no score could be made */
  readonly score: {
    readonly value: number;
    readonly segment: string;
    readonly priority: string;
    readonly category: string;
    readonly delta: string | null;
    readonly zones: readonly Zone[];
    readonly isHardFail: boolean;
  } | null;
  readonly provider: string;
  readonly notes: readonly Note[];
  readonly why: readonly WhyRow[];
  readonly signals: readonly SignalRow[];
  /** names of what was not asked; null when everything was */
  readonly notAsked: string | null;
  readonly sales: SalesPart | null;
  readonly whatIf: readonly { readonly points: string; readonly label: string; readonly result: string }[];
  readonly facts: readonly Fact[];
  readonly confidence: {
    readonly text: string;
    readonly parts: readonly { readonly name: string; readonly share: number; readonly text: string }[];
  };
  readonly open: {
    readonly title: string;
    readonly rows: readonly string[];
    readonly note: string | null;
  } | null;
  readonly words: Messages;
}

/** The page of a lead in words. */
export function sheetOf(lead: StoredLead, options: SheetOptions): Sheet {
  const { rules, language, now } = options;
  const m = rules.messages[language];
  const format = formatFor(rules.sales.wording[language]);
  const shown = shownOf(lead);
  const sales = salesOf(lead, rules, language);
  const { scored } = shown;
  const name = lead.company.name;
  return {
    title: fill(m.pdf.title, { company: name === lead.domain ? shown.unicode : name }),
    subject: sales?.one_liner ?? m.card.noScore,
    name,
    domain: shown.unicode,
    ascii: lead.domain,
    printedOn: fill(m.pdf.printedOn, { date: format.date(now) }),
    lookedUp: fill(m.pdf.lookedUp, {
      date: format.date(shown.lookedUpAt),
      age: age(shown.lookedUpAt, now, m),
    }),
    footer: fill(m.pdf.footer, {
      moment: `${shown.lookedUpAt.slice(0, 16).replace('T', ' ')} UTC`,
      rules: ruleSetText(shown),
    }),
    demo: options.demo ? m.pdf.demo : null,
    score: scored === null ? null : scoreOf(lead, shown, scored, options, format),
    provider: providerOf(shown, m),
    notes: notesOf(lead, shown, options, format),
    why: (scored?.lines ?? []).map((line) => whyRow(line, language)),
    signals: shown.signals
      .filter(({ state }) => state !== 'not-asked')
      .map((signal) => ({
        name: m.signals[signal.id],
        state: signal.state,
        word: m.states[signal.state],
        shows: signalWords(shown, signal, rules.sales.wording)?.[language] ?? '',
      })),
    notAsked: notAsked(shown, m),
    sales: sales === null ? null : salesPart(sales, m, format),
    whatIf: shown.whatIf.map(({ points, label, score, segment, priority }) => ({
      points: signed(points),
      label: label[language],
      result: fill(m.pdf.whatIfResult, { score, segment: m.segments[segment], priority }),
    })),
    facts: factsOf(lead, shown, m, language, format),
    confidence: confidenceOf(shown, m, format),
    open: openOf(lead.assessment, m),
    words: m,
  };
}

const DAY_MS = 86_400_000;
const daysBetween = (from: string, to: string): number =>
  Math.max(0, Math.floor((Date.parse(to) - Date.parse(from)) / DAY_MS));

function age(lookedUpAt: string, now: string, m: Messages): string {
  const days = daysBetween(lookedUpAt, now);
  if (days === 0) return m.pdf.today;
  return days === 1 ? m.pdf.oneDayAgo : fill(m.pdf.daysAgo, { days });
}

function scoreOf(
  lead: StoredLead,
  shown: Assessment,
  scored: NonNullable<Assessment['scored']>,
  { rules, language }: SheetOptions,
  format: Format,
): Sheet['score'] {
  const m = rules.messages[language];
  const band = m.bands[priorityBand(scored.priority, scored.segment)];
  const previous = previousOf(lead, rules);
  return {
    value: scored.score,
    segment: m.segments[scored.segment],
    priority: fill(m.card.priorityOf, { band, n: scored.priority }),
    category: scored.pModel === null ? '' : `${scored.pModel.category} ${scored.pModel.label[language]}`,
    delta:
      previous === null
        ? null
        : previous.delta === 0 || previous.reason === null
          ? fill(m.pdf.delta, { points: signed(previous.delta), date: format.shortDate(previous.at) })
          : fill(m.pdf.deltaWhy, {
              points: signed(previous.delta),
              date: format.shortDate(previous.at),
              reason: previous.reason[language],
            }),
    zones: shown.zones.map((zone, at, all) => ({
      from: zone.from,
      to: all[at + 1]?.from ?? 100,
      priority: zone.priority,
      segment: m.segments[zone.segment],
    })),
    isHardFail: scored.hardFail !== null,
  };
}

/** Where there is no mail, or nothing was answered, there is nothing to say of a provider. */
function providerOf({ mail, scored }: Assessment, m: Messages): string {
  if (scored === null || scored.hardFail !== null) return '';
  const server =
    mail.kind === 'none'
      ? m.pdf.providerUnknown
      : mail.localProvider === null
        ? mail.providerName
        : `${mail.providerName}, ${mail.localProvider}`;
  const behind =
    mail.gateway === null ? server : fill(m.card.behind, { provider: server, gateway: mail.gateway.name });
  return mail.hybrid ? `${behind}, ${m.card.hybrid}` : behind;
}

/** What a reader has to know before believing the number. */
function notesOf(
  lead: StoredLead,
  shown: Assessment,
  { rules, language, now, staleAfterDays }: SheetOptions,
  format: Format,
): Note[] {
  const m = rules.messages[language];
  const notes: Note[] = [];
  const since = keptFrom(lead);
  const { scored, range } = shown;
  if (scored === null) notes.push({ tone: 'warning', text: m.card.noScoreWhy });
  if (since !== null)
    notes.push({
      tone: 'warning',
      text: fill(m.pdf.kept, { since: format.date(since), tried: format.date(lead.assessment.lookedUpAt) }),
    });
  if (scored?.hardFail != null)
    notes.push({ tone: 'warning', text: scored.lines.at(-1)?.why[language] ?? m.bands.skip });
  const days = daysBetween(shown.lookedUpAt, now);
  if (days > staleAfterDays) notes.push({ tone: 'warning', text: fill(m.pdf.stale, { days }) });
  if (since === null && scored !== null && shown.status === 'partial') {
    const answered = fill(m.card.answeredOf, { asked: shown.asked, answered: shown.answered });
    notes.push({ tone: 'warning', text: `${m.card.partial}: ${answered}. ${m.card.notAnsweredNote}` });
  }
  if (scored !== null && range !== null && range.low !== range.high)
    notes.push({ tone: 'plain', text: fill(m.pdf.range, range) });
  if (shown.mail.mixed.length > 1)
    notes.push({ tone: 'plain', text: fill(m.card.mixed, { providers: shown.mail.mixed.join(', ') }) });
  return notes;
}

const whyRow = (line: ScoreLine, language: Language): WhyRow => ({
  name: line.name[language],
  why: line.kind === 'base' || line.why[language] === line.name[language] ? '' : line.why[language],
  points: line.points,
  running: line.running,
});

function notAsked({ signals }: Assessment, m: Messages): string | null {
  const names = signals.filter(({ state }) => state === 'not-asked').map(({ id }) => m.signals[id]);
  return names.length === 0 ? null : `${m.states['not-asked']}: ${names.join(', ')}`;
}

function confidenceOf({ confidence }: Assessment, m: Messages, format: Format): Sheet['confidence'] {
  const { completeness, stability, provider, variance } = confidence.parts;
  return {
    text: fill(m.pdf.confidence, {
      level: m.levels[confidence.level],
      total: format.number(confidence.total),
    }),
    parts: [
      [m.card.completeness, completeness] as const,
      [m.card.stability, stability] as const,
      [m.card.providerShare, provider] as const,
      [m.card.variance, variance] as const,
    ].map(([name, share]) => ({ name, share, text: format.percent(Math.round(share * 100)) })),
  };
}

/** What gave no answer in the newest look-up, by the reason. */
function openOf({ open, asked, answered, scored }: Assessment, m: Messages): Sheet['open'] {
  if (open.length === 0) return null;
  const rows = [...Map.groupBy(open, ({ why }) => why)].map(([why, questions]) => {
    const names = questions.map(({ question }) => {
      const [first = '', ...rest] = question.split(' ');
      return [m.questions[first as keyof typeof m.questions] ?? first, ...rest].join(' ');
    });
    return `${m.silences[why]}: ${names.join(', ')}`;
  });
  return {
    title: m.card.notAnswered,
    rows: [fill(m.card.answeredOf, { asked, answered }), ...rows],
    note: scored === null ? null : m.card.notAnsweredNote,
  };
}
