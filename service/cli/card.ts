import type { Assessment, ScoreLine } from '#core/assessment.ts';
import type { Evidence } from '#core/evidence.ts';
import type { Language } from '#core/rules/common.ts';
import { fill, type Messages } from '#core/rules/messages.ts';
import type { SalesSummary } from '#core/sales/contract.ts';
import { priorityBand } from '#core/score/band.ts';
import { safeText } from './safe.ts';

/** Styles of a card; without colour every one of them is the text itself. */
export type Paint = (style: 'bold' | 'dim' | 'add' | 'take' | 'head' | 'warn', text: string) => string;

export interface CardOptions {
  readonly language: Language;
  readonly messages: Messages;
  readonly explain: boolean;
  readonly columns: number;
  readonly paint: Paint;
}

const MINUS = '\u2212';
const signed = (points: number): string =>
  points > 0 ? `+${points}` : points < 0 ? `${MINUS}${-points}` : '0';

/** The assessment of one domain as a person reads it in a terminal. Pure: the same input gives the same text. */
export function card(assessment: Assessment, sales: SalesSummary | null, options: CardOptions): string {
  const page = new Page(options);
  head(page, assessment, sales);
  if (assessment.scored !== null) breakdown(page, assessment);
  if (sales !== null) words(page, sales);
  evidence(page, assessment);
  notAnswered(page, assessment);
  if (options.explain) explanation(page, assessment, sales);
  return page.text();
}

/** Lines of a card, cut and wrapped to the width of the terminal. */
class Page {
  readonly options: CardOptions;
  readonly #lines: string[] = [];
  readonly width: number;

  constructor(options: CardOptions) {
    this.options = options;
    this.width = Math.min(100, Math.max(60, options.columns));
  }
  get m(): Messages {
    return this.options.messages;
  }
  /** Texts from records may hold anything: what is painted or wrapped is clean, all else is our own words. */
  paint(style: Parameters<Paint>[0], text: string): string {
    return this.options.paint(style, safeText(text));
  }
  line(text = ''): void {
    this.#lines.push(text);
  }
  section(title: string): void {
    this.line();
    this.line(this.paint('head', title));
  }
  /** A text wrapped at blanks, every line indented; the first may carry a label. */
  wrap(text: string, indent = 2, label = ''): void {
    const room = this.width - indent - label.length;
    const rows = wrapped(safeText(text), room);
    rows.forEach((row, at) =>
      this.line(' '.repeat(indent) + (at === 0 ? this.paint('dim', label) : ' '.repeat(label.length)) + row),
    );
  }
  pair(label: string, value: string, labelWidth: number): void {
    this.wrap(value, 2, `${label}  `.padEnd(labelWidth + 2));
  }
  text(): string {
    return `${this.#lines.join('\n')}\n`;
  }
}

function wrapped(text: string, room: number): string[] {
  const rows: string[] = [];
  let row = '';
  for (const word of text.split(/\s+/)) {
    let rest = word;
    // A record has no blanks for long stretches: it is cut, never pushed over the edge.
    while (rest.length > room) {
      if (row !== '') rows.push(row);
      rows.push(rest.slice(0, room));
      rest = rest.slice(room);
      row = '';
    }
    if (row !== '' && row.length + 1 + rest.length > room) {
      rows.push(row);
      row = rest;
    } else row = row === '' ? rest : `${row} ${rest}`;
  }
  if (row !== '' || rows.length === 0) rows.push(row);
  return rows;
}

function head(page: Page, assessment: Assessment, sales: SalesSummary | null): void {
  const { m } = page;
  const { scored, mail } = assessment;
  page.line(
    page.paint('bold', assessment.unicode) +
      (assessment.unicode === assessment.domain ? '' : page.paint('dim', `  ${assessment.domain}`)),
  );
  const server =
    mail.kind === 'none'
      ? m.states.unknown
      : mail.localProvider === null
        ? mail.providerName
        : `${mail.providerName}, ${mail.localProvider}`;
  const provider =
    mail.gateway === null ? server : fill(m.card.behind, { provider: server, gateway: mail.gateway.name });
  const rows: [string, string][] = [];
  if (scored === null) {
    rows.push([m.card.score, page.paint('warn', m.card.noScore)]);
  } else {
    const range =
      assessment.range !== null && assessment.range.low !== assessment.range.high
        ? `  ${fill(m.card.range, assessment.range)}`
        : '';
    const band = m.bands[priorityBand(scored.priority, scored.segment)];
    rows.push([
      m.card.score,
      `${page.paint('bold', String(scored.score))}${m.card.of100}${page.paint('dim', range)}`,
    ]);
    rows.push([m.card.segment, m.segments[scored.segment]]);
    rows.push([m.card.priority, fill(m.card.priorityOf, { band, n: scored.priority })]);
    if (scored.pModel !== null)
      rows.push([
        m.card.category,
        safeText(`${scored.pModel.category} ${scored.pModel.label[page.options.language]}`),
      ]);
  }
  const signs = [mail.hybrid ? m.card.hybrid : null].filter((sign) => sign !== null);
  rows.push([m.card.provider, safeText([provider, ...signs].join(', '))]);
  if (mail.gateway !== null) rows.push([m.card.gateway, safeText(mail.gateway.name)]);
  const { confidence } = assessment;
  rows.push([m.card.confidence, `${m.levels[confidence.level]} (${decimals(confidence.total, page)})`]);
  if (assessment.status === 'partial') {
    const { asked, answered } = assessment;
    rows.push([m.card.partial, fill(m.card.answeredOf, { asked, answered })]);
  }
  if (sales !== null)
    rows.push([
      m.card.nextStep,
      `${m.actions[sales.next_step.action]}, ${m.timelines[sales.next_step.timeline]}`,
    ]);
  const width = Math.max(...rows.map(([label]) => label.length));
  for (const [label, value] of rows) page.line(`  ${page.paint('dim', label.padEnd(width))}  ${value}`);
  if (scored === null) {
    page.line();
    page.wrap(m.card.noScoreWhy);
    page.wrap(m.card.previousStays);
  }
  if (mail.mixed.length > 1) page.wrap(fill(m.card.mixed, { providers: mail.mixed.join(', ') }));
}

const decimals = (value: number, page: Page): string =>
  value.toLocaleString(page.options.language, { minimumFractionDigits: 2, maximumFractionDigits: 2 });

function breakdown(page: Page, assessment: Assessment): void {
  const { m } = page;
  const lines = assessment.scored?.lines ?? [];
  const { language } = page.options;
  const name = (line: ScoreLine): string => safeText(line.name[language]);
  const width = Math.min(
    page.width - 20,
    Math.max(m.card.why.length, ...lines.map((line) => name(line).length)),
  );
  page.line();
  page.line(
    page.paint('head', m.card.why.padEnd(width + 2)) +
      page.paint('dim', m.card.points.padStart(8) + m.card.total.padStart(8)),
  );
  for (const line of lines) {
    const points = signed(line.points).padStart(8);
    const style = line.points > 0 ? 'add' : line.points < 0 ? 'take' : 'dim';
    page.line(
      `  ${name(line).slice(0, width).padEnd(width)}${page.paint(style, points)}${String(line.running).replace('-', MINUS).padStart(8)}`,
    );
    if (page.options.explain) {
      page.wrap(line.why[language], 4);
      if (line.advice !== null) page.wrap(line.advice[language], 4, `${m.card.advice}: `);
    }
  }
  page.line(
    `  ${page.paint('bold', m.card.score.padEnd(width))}${' '.repeat(8)}${page.paint('bold', String(assessment.scored?.score ?? '').padStart(8))}`,
  );
}

function words(page: Page, sales: SalesSummary): void {
  const { m } = page;
  page.section(m.card.inOneSentence);
  page.wrap(sales.one_liner);
  page.section(m.card.nextStep);
  page.wrap(sales.next_step.message);
}

/** Lines of evidence on a plain card; --explain shows all. */
const EVIDENCE_LINES = 10;

function evidence(page: Page, assessment: Assessment): void {
  const { m } = page;
  const { scored } = assessment;
  // Where there is no mail at all, the records that are missing with it prove nothing more. Posture carries no points:
  // it is shown to whoever asks for all of it.
  const more =
    scored !== null && scored.hardFail !== null
      ? []
      : page.options.explain || scored === null
        ? assessment.findings.flatMap((finding) => finding.because)
        : scored.lines.flatMap((line) => line.because);
  const seen = new Set<string>();
  const all = [...assessment.mail.because, ...more].filter((piece) => {
    const key = `${piece.record} ${piece.value}`;
    return !seen.has(key) && seen.add(key) && piece.shows !== 'no answer';
  });
  if (all.length === 0) return;
  page.section(m.card.evidence);
  const shown = page.options.explain ? all : all.slice(0, EVIDENCE_LINES);
  const width = Math.min(LONGEST_LABEL, Math.max(...shown.map((piece) => piece.record.length)));
  for (const piece of shown) page.pair(piece.record.slice(0, LONGEST_LABEL), evidenceText(piece, m), width);
  if (shown.length < all.length) page.wrap(fill(m.card.andMore, { n: all.length - shown.length }));
}
const LONGEST_LABEL = 28;

function evidenceText(piece: Evidence, m: Messages): string {
  const value = word(piece.value, m.absences, m.shows);
  const shows = word(piece.shows, m.shows, m.workloads, m.states);
  // "v=spf1 ... -> v=spf1" would say the same thing twice.
  return value === '' || value === shows ? shows : value.includes(shows) ? value : `${value} \u2192 ${shows}`;
}

/** A word of a closed list in the language of the card; a name or a record as it is. */
function word(text: string, ...lists: readonly Readonly<Record<string, string>>[]): string {
  return lists.find((list) => Object.hasOwn(list, text))?.[text] ?? text;
}

function notAnswered(page: Page, assessment: Assessment): void {
  const { m } = page;
  if (assessment.open.length === 0) return;
  page.section(
    `${m.card.notAnswered} (${fill(m.card.answeredOf, { asked: assessment.asked, answered: assessment.answered })})`,
  );
  const rows = Map.groupBy(assessment.open, (open) => open.why);
  for (const [why, open] of rows) {
    const names = open.map(({ question }) => {
      const [first = '', ...rest] = question.split(' ');
      const known = m.questions[first as keyof typeof m.questions] ?? first;
      return [known, ...rest].join(' ');
    });
    page.wrap(`${m.silences[why]}: ${names.join(', ')}`);
  }
  if (assessment.scored !== null) page.wrap(m.card.notAnsweredNote);
}

function explanation(page: Page, assessment: Assessment, sales: SalesSummary | null): void {
  const { m } = page;
  const { language } = page.options;
  const { confidence, scored } = assessment;
  page.section(`${m.card.confidence}: ${decimals(confidence.total, page)}`);
  const { completeness, stability, provider, variance } = confidence.parts;
  const parts: [string, number][] = [
    [m.card.completeness, completeness],
    [m.card.stability, stability],
    [m.card.providerShare, provider],
    [m.card.variance, variance],
  ];
  const partWidth = Math.max(...parts.map(([label]) => label.length));
  for (const [label, value] of parts) page.pair(label, decimals(value, page), partWidth);

  if (assessment.zones.length > 0) {
    page.section(m.card.zones);
    for (const zone of assessment.zones) {
      const text = fill(m.card.zoneFrom, {
        from: zone.from,
        segment: m.segments[zone.segment],
        priority: zone.priority,
      });
      page.wrap(zone.category === null ? text : `${text}, ${zone.category}`);
    }
  }
  if (assessment.whatIf.length > 0) {
    page.section(m.card.whatIf);
    for (const option of assessment.whatIf) {
      const result = `${scored?.score ?? 0} \u2192 ${option.score} (${signed(option.points)}), ${m.segments[option.segment]}, ${m.card.priority.toLocaleLowerCase(language)} ${option.priority}`;
      page.wrap(`${option.label[language]}: ${result}`);
    }
  }
  page.section(m.card.signals);
  const signalWidth = Math.max(...Object.values(m.signals).map((name) => name.length));
  for (const signal of assessment.signals) {
    const details = signal.findings.map((id) => m.findings[id]).join('; ');
    const reason =
      signal.state === 'unanswered' && signal.why !== null
        ? ` (${m.silences[signal.why as keyof typeof m.silences] ?? signal.why})`
        : '';
    page.pair(
      m.signals[signal.id],
      `${m.states[signal.state]}${reason}${details === '' ? '' : `: ${details}`}`,
      signalWidth,
    );
  }
  if (assessment.fit !== null) {
    page.section(`${m.card.fit}: ${assessment.fit.score}${m.card.of100}`);
    for (const line of assessment.fit.lines.filter(({ points }) => points !== 0))
      page.wrap(`${signed(line.points)}  ${line.why[language]}`);
  }
  about(page, assessment);
  if (sales !== null) {
    page.section(
      `${m.card.urgency}: ${m.levels[sales.urgency]}   ${m.card.opportunity}: ${sales.opportunity_potential}${m.card.of100}`,
    );
    page.wrap(sales.opportunity_rationale.summary);
    page.section(m.card.script);
    for (const sentence of sales.call_script) page.wrap(sentence);
    page.section(m.card.questions);
    sales.discovery_questions.forEach((question, at) => page.wrap(question, 2, `${at + 1}. `));
  }
}

/** Heat, size, services, registration, network and the rules that were used. */
function about(page: Page, assessment: Assessment): void {
  const { m } = page;
  const rows: [string, string][] = [];
  const pModel = assessment.scored?.pModel ?? null;
  if (pModel !== null)
    rows.push([m.card.heat, `${m.heats[pModel.technicalHeat]} / ${m.heats[pModel.commercialHeat]}`]);
  const { size, basis } = assessment.tenantSize;
  if (size !== null)
    rows.push([
      m.card.tenantSize,
      `${m.sizes[size]}, ${basis === 'declared' ? m.card.sizeDeclared : m.card.sizeHeuristic}`,
    ]);
  if (assessment.workloads.length > 0)
    rows.push([
      m.card.workloads,
      assessment.workloads.map(({ workload }) => m.workloads[workload]).join(', '),
    ]);
  if (assessment.mxHosts.length > 0) rows.push([m.card.mailServers, assessment.mxHosts.join(', ')]);
  if (assessment.nameservers.length > 0) rows.push([m.card.nameservers, assessment.nameservers.join(', ')]);
  const { registration, daysToExpiry } = assessment;
  if (registration?.registrar) rows.push([m.card.registration, registration.registrar]);
  if (registration?.expires && daysToExpiry !== null) {
    rows.push([
      m.card.expires,
      fill(m.card.inDays, { date: registration.expires.slice(0, 10), days: daysToExpiry }),
    ]);
  }
  if (assessment.tenant !== null) {
    const { tenantId, realm, region } = assessment.tenant;
    rows.push([m.card.tenant, [tenantId, realm, region].filter((part) => part !== null).join(', ')]);
  }
  if (assessment.infrastructureSummary !== null)
    rows.push([m.card.network, assessment.infrastructureSummary]);
  rows.push([m.card.rules, `${assessment.ruleSet.id} ${assessment.ruleSet.version}`]);
  rows.push([m.card.lookedUp, assessment.lookedUpAt]);
  page.line();
  const width = Math.max(...rows.map(([label]) => label.length));
  for (const [label, value] of rows) page.pair(label, value, width);
}
