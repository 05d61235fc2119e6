import { createWriteStream, existsSync, renameSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { extname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { z } from 'zod';
import { fill } from '#core/rules/messages.ts';
import type { Service } from '../context.ts';
import { failureSentence } from '../failure.ts';
import { isDatabaseDown } from '../store/not-now.ts';
import { exportLeads, type ExportFile, type ExportFormat } from '../verbs/export-leads.ts';
import { ExportQuery, filterOf } from '../verbs/lead-query.ts';
import { EXIT, NOBODY_READS, type ExitCode } from './io.ts';
import { optionSentence } from './options.ts';
import { withService, type ServiceSetup } from './service.ts';

const KEYS = Object.keys(ExportQuery.shape) as (keyof typeof ExportQuery.shape)[];
const optionOf = (key: string): string => key.replaceAll('_', '-');
const USAGE = `hunter export <file.csv | file.xlsx | -> ${KEYS.map((key) => `[--${optionOf(key)} …]`).join(' ')} [--force]`;

/** The filters and forms of GET /leads/export, in kebab-case: what is added there is here as well. */
const OPTIONS: NonNullable<ParseArgsConfig['options']> = {
  ...Object.fromEntries(KEYS.map((key) => [optionOf(key), { type: 'string', multiple: true }])),
  force: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
};

interface Options {
  /** "-" is standard output */
  readonly file: string;
  readonly query: z.output<typeof ExportQuery>;
}

/** `hunter export <file>`: leads as CSV or XLSX, as GET /leads/export gives them. */
export async function exportCommand(args: readonly string[], setup: ServiceSetup): Promise<ExitCode> {
  const { m, io, config } = setup;
  const options = parse(args, setup);
  if (typeof options === 'number') return options;
  const { file, query } = options;
  const { ids = [], domains = [], format, separator } = query;
  return withService('hunter export', setup, async (service) => {
    try {
      const made = await exportLeads(service, {
        filter: filterOf(query),
        ids,
        domains,
        format,
        separator,
        language: config.language,
        signal: io.signal,
      });
      if (!made.ok) {
        io.err(`${failureSentence(made.failure, m)}\n`);
        return EXIT.refused;
      }
      const code = file === '-' ? await toOutput(made.value, setup) : await toFile(made.value, file, setup);
      if (code === EXIT.done) tell(service, made.value, options, setup);
      return code;
    } catch (error) {
      if (io.signal.aborted) return interrupted(file, setup);
      if (!isDatabaseDown(error)) throw error;
      io.err(`${m.api['database-unavailable']}\n`);
      return EXIT.failed;
    }
  });
}

/** How many leads it became; with none, which words would have been known. */
function tell(
  service: Service,
  { leads }: ExportFile,
  { file, query }: Options,
  { m, io }: ServiceSetup,
): void {
  // Whoever reads standard output gets leads there, and nothing else.
  if (leads > 0 && file !== '-') io.out(`${fill(m.cli.exportDone, { n: leads, file })}\n`);
  if (leads === 0) {
    io.err(`${m.cli.exportEmpty}\n`);
    const known = [...service.rules.current().engine.mail.providers.keys()];
    if (query.provider !== undefined && !known.includes(query.provider))
      io.err(`${badChoice(m, 'provider', query.provider, known.join(', '))}\n`);
  }
  if (service.demo) io.err(`${m.exports.demoNote}\n`);
}

/** Under another name until it is whole. */
async function toFile({ body }: ExportFile, file: string, setup: ServiceSetup): Promise<ExitCode> {
  const { m, io } = setup;
  const draft = `${file}.part`;
  try {
    await pipeline(Readable.from(body), createWriteStream(draft), { signal: io.signal });
    // A rename must not arrive on the disk before the bytes.
    const handle = await open(draft, 'r+');
    await handle.sync();
    await handle.close();
    renameSync(draft, file);
    return EXIT.done;
  } catch (error) {
    rmSync(draft, { force: true });
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (io.signal.aborted || syscall === undefined || code === undefined) throw error;
    io.err(`${fill(m.cli.cannotWrite, { file, why: code })}\n`);
    return EXIT.failed;
  }
}

async function toOutput({ body }: ExportFile, setup: ServiceSetup): Promise<ExitCode> {
  const { io } = setup;
  for await (const chunk of body) {
    await io.bytes(chunk);
    if (io.signal.aborted) break;
  }
  return io.signal.aborted ? interrupted('-', setup) : EXIT.done;
}

/** Whoever has seen enough of standard output is told nothing. */
function interrupted(file: string, { m, io }: ServiceSetup): ExitCode {
  if (io.signal.reason === NOBODY_READS) return EXIT.done;
  io.err(`${file === '-' ? m.cli.interrupted : fill(m.cli.exportInterrupted, { file })}\n`);
  return EXIT.interrupted;
}

/** The exit code instead of options: help was given, or it was told what is wrong. */
function parse(args: readonly string[], { m, io }: ServiceSetup): Options | ExitCode {
  const refuse = (sentence: string): ExitCode => {
    io.err(`${sentence}\n`);
    return EXIT.refused;
  };
  let values: Record<string, string | boolean | (string | boolean)[] | undefined>;
  let positionals: string[];
  try {
    ({ values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true }));
  } catch (error) {
    return refuse(optionSentence(error, 'export', m));
  }
  if (values['help'] === true) {
    io.out(`${m.help}\n`);
    return EXIT.done;
  }
  const [file, ...more] = positionals;
  if (file === undefined || file === '' || more.length > 0)
    return refuse(fill(m.cli.usage, { usage: USAGE }));
  const given: Record<string, string | string[]> = {};
  for (const key of KEYS) {
    const texts = values[optionOf(key)] as string[] | undefined;
    if (texts === undefined) continue;
    if (texts.some((text) => text.trim() === ''))
      return refuse(fill(m.cli.needsValue, { option: `--${optionOf(key)}`, command: 'export' }));
    given[key] = texts.length === 1 ? (texts[0] ?? '') : texts;
  }
  const format = given['format'] ?? formatOf(file);
  if (format === null) return refuse(fill(m.cli.exportFormat, { file }));
  const read = ExportQuery.safeParse({ ...given, format });
  if (!read.success) return refuse(complaints(read.error, given, m).join('\n'));
  if (file === '-' && read.data.format === 'xlsx' && io.terminal) return refuse(m.cli.exportTerminal);
  if (file !== '-' && existsSync(file) && values['force'] !== true)
    return refuse(fill(m.cli.backupExists, { file }));
  return { file, query: read.data };
}

/** What the name of the file says; null when it says nothing that is made here. */
function formatOf(file: string): ExportFormat | null {
  const ending = extname(file).toLowerCase();
  if (ending === '.xlsx') return 'xlsx';
  return file === '-' || ['.csv', '.txt', '.tsv', ''].includes(ending) ? 'csv' : null;
}

/** One sentence an option, with what it takes. */
function complaints(
  error: z.ZodError,
  given: Readonly<Record<string, string | string[]>>,
  m: ServiceSetup['m'],
): string[] {
  const wrong = new Set(error.issues.map(({ path }) => String(path[0])));
  return [...wrong].map((key) => {
    const value = [given[key] ?? ''].flat().join(',').slice(0, 100);
    const allowed = allowedOf(ALLOWED.properties?.[key]);
    if (allowed === null) return fill(m.cli.badValue, { option: `--${optionOf(key)}`, value });
    return badChoice(m, optionOf(key), value, allowed);
  });
}

const badChoice = (m: ServiceSetup['m'], option: string, value: string, allowed: string): string =>
  fill(m.cli.badChoice, { option: `--${option}`, value, allowed });

type Shape = z.core.JSONSchema.BaseSchema;
const ALLOWED = z.toJSONSchema(ExportQuery, { io: 'output' }) as Shape & {
  readonly properties?: Readonly<Record<string, Shape>>;
};

/** What a value may be, in figures or words that both languages share; null where that says nothing. */
function allowedOf(shape: Shape | undefined): string | null {
  if (shape === undefined) return null;
  if (shape.enum !== undefined) return shape.enum.join(', ');
  if (typeof shape.items === 'object') return allowedOf(shape.items as Shape);
  const { minimum, maximum, maxLength } = shape;
  if (maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER) return `${minimum ?? 0}–${maximum}`;
  if (minimum !== undefined) return `≥ ${minimum}`;
  return maxLength === undefined ? null : `≤ ${maxLength}`;
}
