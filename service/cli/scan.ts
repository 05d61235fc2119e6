import { styleText } from 'node:util';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { assess } from '#core/assess.ts';
import type { Assessment } from '#core/assessment.ts';
import type { DomainFacts } from '#core/facts.ts';
import { LANGUAGES, type Language } from '#core/rules/common.ts';
import { fill, type Refusal } from '#core/rules/messages.ts';
import { salesSummary } from '#core/sales/summary.ts';
import { breakdownOf } from '#core/score/breakdown.ts';
import type { Config } from '../config.ts';
import { createScanContext, type ScanContext, type World } from '../context.ts';
import { createRateLimit, sleep } from '../lookup/limit.ts';
import { readRules, type AllRules } from '../rule-files.ts';
import { companyDomain, scan } from '../verbs/scan.ts';
import { card, type Paint } from './card.ts';
import { createFactsWriter, readFacts } from './facts-file.ts';
import { failureSentence } from '../failure.ts';
import { readList, type InputRow } from './input.ts';
import { EXIT, NOBODY_READS, type ExitCode, type Io } from './io.ts';
import { optionSentence } from './options.ts';
import { inOrder } from './ordered.ts';
import { startProgress } from './progress.ts';
import { safeJson } from './safe.ts';

const OPTIONS = {
  file: { type: 'string' },
  'from-facts': { type: 'string' },
  facts: { type: 'string' },
  json: { type: 'boolean' },
  explain: { type: 'boolean' },
  rules: { type: 'string' },
  overlay: { type: 'string' },
  lang: { type: 'string' },
  full: { type: 'boolean' },
  'score-only': { type: 'boolean' },
  employees: { type: 'string' },
  now: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Domains looked up at the same time. The resolver has limits of its own; this bounds the memory. */
const AT_ONCE = 64;

/** `hunter scan`: domains, a list or saved facts in; cards or JSON out. Texts: rules/messages.*.json. */
export async function scanCommand(
  args: readonly string[],
  config: Config,
  rules: AllRules,
  world: World,
  io: Io,
): Promise<ExitCode> {
  const say = (language: Language) => rules.messages[language];
  let values: ReturnType<typeof parse>['values'];
  let positionals: string[];
  try {
    ({ values, positionals } = parse(args));
  } catch (error) {
    return refuse(io, optionSentence(error, 'scan', say(config.language)));
  }
  const language = values.lang ?? config.language;
  if (!isLanguage(language)) return refuse(io, say(config.language).cli.badLanguage);
  const m = say(language);
  if (values.help) {
    io.out(`${m.help}\n`);
    return EXIT.done;
  }
  const employees = values.employees === undefined ? null : Number(values.employees);
  if (employees !== null && !(Number.isInteger(employees) && employees > 0 && employees < 1e8)) {
    return refuse(io, fill(m.cli.badValue, { option: '--employees', value: values.employees ?? '' }));
  }
  if (
    values.now !== undefined &&
    (!z.iso.datetime({ offset: true }).or(z.iso.date()).safeParse(values.now).success ||
      values['from-facts'] === undefined)
  ) {
    return refuse(io, fill(m.cli.badValue, { option: '--now', value: values.now }));
  }
  const chosen =
    values.rules !== undefined || values.overlay !== undefined
      ? reread(values, config)
      : { ok: true as const, value: rules };
  if (!chosen.ok) {
    io.err(`${m.cli.unknownRules}\n`);
    for (const fault of chosen.faults) io.err(`  ${fill(m.cli.rulesFault, { ...fault })}\n`);
    return EXIT.refused;
  }
  const run = new Run(
    {
      json: values.json ?? false,
      explain: values.explain ?? false,
      language,
      employees,
      now: values.now === undefined ? null : new Date(values.now).toISOString(),
      factsFile: values.facts ?? null,
    },
    config,
    chosen.value,
    world,
    io,
  );
  if (values['from-facts'] !== undefined) {
    if (positionals.length > 0 || values.file !== undefined) return refuse(io, m.cli.factsAndDomains);
    return run.fromFacts(values['from-facts']);
  }
  if (values.file !== undefined && positionals.length > 0) return refuse(io, m.cli.domainsAndFile);
  const tier = values['score-only'] ? 'score' : values.full || values.file === undefined ? 'full' : 'score';
  if (values.file !== undefined) {
    const { engine, importColumns: hints } = chosen.value;
    const list = await readList(values.file, io.stdin, {
      consumerDomains: engine.mail.consumerDomains,
      hints,
    });
    if (!list.ok)
      return refuse(
        io,
        list.fault === 'table'
          ? failureSentence(list.failure, m)
          : fill(m.cli[list.fault], { file: values.file, why: list.why, columns: list.why }),
      );
    if (list.heading !== null) io.err(`${fill(m.cli.headingRow, { text: list.heading })}\n`);
    return run.scan(list.rows, tier);
  }
  if (positionals.length === 0) return refuse(io, m.cli.noDomains);
  return run.scan(
    positionals.map((text) => ({ text, row: null })),
    tier,
  );
}

const parse = (args: readonly string[]) =>
  parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true, strict: true });
const isLanguage = (text: string): text is Language => (LANGUAGES as readonly string[]).includes(text);

function refuse(io: Io, sentence: string): ExitCode {
  io.err(`${sentence}\n`);
  return EXIT.refused;
}

function reread(
  values: { rules?: string | undefined; overlay?: string | undefined },
  config: Config,
): ReturnType<typeof readRules> {
  return readRules({
    set: values.rules ?? config.rules.set,
    overlayPath: values.overlay ?? config.rules.overlay,
  });
}

interface RunOptions {
  readonly json: boolean;
  readonly explain: boolean;
  readonly language: Language;
  readonly employees: number | null;
  readonly now: string | null;
  readonly factsFile: string | null;
}

type Result =
  | {
      readonly is: 'assessed';
      readonly input: string;
      readonly facts: DomainFacts;
      readonly assessment: Assessment;
    }
  | { readonly is: 'refused'; readonly input: string; readonly refusal: Refusal; readonly row: number | null }
  | { readonly is: 'duplicate'; readonly input: string; readonly row: number | null };

/** One run of the command: what is counted, printed and saved. */
class Run {
  readonly #options: RunOptions;
  readonly #config: Config;
  readonly #rules: AllRules;
  readonly #world: World;
  readonly #io: Io;
  readonly #counts = { scored: 0, open: 0, refused: 0, duplicate: 0 };

  constructor(options: RunOptions, config: Config, rules: AllRules, world: World, io: Io) {
    this.#options = options;
    this.#config = config;
    this.#rules = rules;
    this.#world = world;
    this.#io = io;
  }

  get #m(): AllRules['messages']['tr'] {
    return this.#rules.messages[this.#options.language];
  }

  async scan(rows: readonly InputRow[], tier: 'score' | 'full'): Promise<ExitCode> {
    const context = createScanContext(this.#config, this.#rules, this.#world);
    const seen = new Set<string>();
    const limit = createRateLimit({
      perSecond: this.#config.domainsPerSecond,
      clock: this.#world.clock,
      sleep,
    });
    const many = rows.length > 1;
    const one = async ({ text, row }: InputRow): Promise<Result> => {
      const reading = companyDomain(text, this.#rules.engine.mail.consumerDomains);
      if (!reading.ok) return { is: 'refused', input: reading.input, refusal: reading.refusal, row };
      if (seen.has(reading.domain.ascii)) return { is: 'duplicate', input: reading.domain.unicode, row };
      seen.add(reading.domain.ascii);
      if (many) await limit.take(this.#io.signal);
      return this.#scanOne(context, text, tier, many, row);
    };
    try {
      return await this.#each(inOrder(rows, AT_ONCE, one, this.#io.signal), rows.length);
    } finally {
      context.close();
    }
  }

  async #scanOne(
    context: ScanContext,
    text: string,
    tier: 'score' | 'full',
    many: boolean,
    row: number | null,
  ): Promise<Result> {
    const outcome = await scan(context, text, {
      tier,
      budgetMs: many ? this.#config.dns.domainBudgetBackgroundMs : this.#config.dns.domainBudgetMs,
      signal: this.#io.signal,
      ...(this.#options.employees === null ? {} : { declared: { employees: this.#options.employees } }),
    });
    if (!outcome.ok) return { is: 'refused', input: outcome.input, refusal: outcome.refusal, row };
    return { is: 'assessed', input: text, facts: outcome.facts, assessment: outcome.assessment };
  }

  async fromFacts(file: string): Promise<ExitCode> {
    const reading = await readFacts(file);
    if (!reading.ok)
      return refuse(
        this.#io,
        fill(this.#m.cli[reading.fault], {
          file,
          why: reading.why,
          path: 'path' in reading ? reading.path : '',
        }),
      );
    const now = this.#options.now ?? new Date(this.#world.clock()).toISOString();
    const declared =
      this.#options.employees === null ? {} : { declared: { employees: this.#options.employees } };
    const one = async (facts: DomainFacts): Promise<Result> => ({
      is: 'assessed',
      input: facts.domain,
      facts,
      assessment: assess(facts, { now, recentChanges: null, ...declared }, this.#rules.engine),
    });
    return this.#each(inOrder(reading.facts, 1, one, this.#io.signal), reading.facts.length);
  }

  async #each(results: AsyncIterable<Result>, total: number): Promise<ExitCode> {
    const { factsFile } = this.#options;
    const writer = factsFile === null ? null : createFactsWriter(factsFile);
    // Cards on the same terminal would tear a bar, and show the progress themselves.
    const bar =
      total > 1 && !this.#io.terminal
        ? startProgress(this.#io, this.#world.clock, total, this.#m.cli.progress)
        : null;
    let shown = 0;
    for await (const result of results) {
      // What was cancelled half-way is not a result.
      if (this.#io.signal.aborted) break;
      if (result.is === 'assessed') writer?.add(result.facts);
      this.#print(result);
      bar?.update(++shown);
    }
    bar?.stop();
    const failure = await writer?.end();
    if (failure != null && factsFile !== null) {
      this.#io.err(
        `${fill(this.#m.cli.cannotWrite, { file: factsFile, why: (failure as NodeJS.ErrnoException).code ?? failure.message })}\n`,
      );
      return EXIT.failed;
    }
    const { scored, open, refused } = this.#counts;
    if (factsFile !== null)
      this.#io.err(`${fill(this.#m.cli.factsWritten, { n: scored + open, file: factsFile })}\n`);
    if (total > 1) this.#io.err(`${fill(this.#m.cli.summary, { total, ...this.#counts })}\n`);
    if (this.#io.signal.aborted && this.#io.signal.reason !== NOBODY_READS) {
      this.#io.err(`${this.#m.cli.interrupted}\n`);
      return EXIT.interrupted;
    }
    return refused > 0 ? EXIT.refused : open > 0 ? EXIT.open : EXIT.done;
  }

  #print(result: Result): void {
    switch (result.is) {
      case 'refused': {
        this.#counts.refused += 1;
        const why = this.#m.refusals[result.refusal];
        if (this.#options.json) {
          this.#io.out(
            `${safeJson({ ok: false, input: result.input, row: result.row, code: result.refusal, detail: why })}\n`,
          );
        }
        this.#io.err(
          `${this.#at(result.row)}${fill(this.#m.cli.refused, { input: result.input || '\u2205', why })}\n`,
        );
        return;
      }
      case 'duplicate':
        this.#counts.duplicate += 1;
        return this.#io.err(
          `${this.#at(result.row)}${fill(this.#m.cli.duplicate, { input: result.input })}\n`,
        );
      case 'assessed': {
        const { assessment } = result;
        this.#counts[assessment.scored === null ? 'open' : 'scored'] += 1;
        const { language } = this.#options;
        const sales = salesSummary(assessment, {}, this.#rules.sales, language);
        if (this.#options.json) {
          const breakdown = breakdownOf(assessment, { language });
          return this.#io.out(
            `${safeJson({ ok: true, input: result.input, assessment, breakdown, salesSummary: sales })}\n`,
          );
        }
        const before = this.#counts.scored + this.#counts.open > 1 ? '\n' : '';
        this.#io.out(
          before +
            card(assessment, sales, {
              ...this.#options,
              messages: this.#m,
              columns: this.#io.columns,
              paint: this.#paint,
            }),
        );
      }
    }
  }

  readonly #paint: Paint = (style, text) =>
    this.#io.color ? styleText(STYLES[style], text, { validateStream: false }) : text;

  #at(row: number | null): string {
    return row === null ? '' : `${fill(this.#m.cli.row, { n: row })}: `;
  }
}

const STYLES = {
  bold: 'bold',
  dim: 'gray',
  add: 'cyan',
  take: 'yellow',
  head: 'underline',
  warn: 'yellow',
} as const;
