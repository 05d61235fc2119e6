import { createWriteStream, rmSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { IMPORT_FIELDS, type ImportField } from '#core/ingest/columns.ts';
import { columnLetter } from '#core/ingest/row.ts';
import { fill } from '#core/rules/messages.ts';
import type { Service } from '../context.ts';
import { failureSentence } from '../failure.ts';
import { isDatabaseDown } from '../store/not-now.ts';
import { findImportJob } from '../store/import-jobs.ts';
import type { JobRow } from '../store/jobs.ts';
import { rejectedRows } from '../verbs/rejected-rows.ts';
import { startImport } from '../verbs/start-import.ts';
import { EXIT, type ExitCode } from './io.ts';
import { optionSentence } from './options.ts';
import { safeJson } from './safe.ts';
import { withService, type ServiceSetup } from './service.ts';
import { goesOn, watchJob } from './watch-job.ts';

const USAGE =
  'hunter import <file> [--no-scan] [--domain-column <column>] [--company-column <column>] [--email-column <column>] [--website-column <column>] [--sheet <sheet>] [--json]';

const OPTIONS = {
  'no-scan': { type: 'boolean' },
  'company-column': { type: 'string' },
  'domain-column': { type: 'string' },
  'email-column': { type: 'string' },
  'website-column': { type: 'string' },
  sheet: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

interface Options {
  readonly file: string;
  readonly scan: boolean;
  readonly mapping: { readonly [Field in ImportField]?: string };
  readonly sheet: string | null;
  readonly json: boolean;
}

/** `hunter import <file>`: a file of companies into the database, as POST /ingest/csv takes it, followed to its end. */
export async function importCommand(args: readonly string[], setup: ServiceSetup): Promise<ExitCode> {
  const { m, io, config } = setup;
  const options = parse(args, setup);
  if (typeof options === 'number') return options;
  const { file } = options;
  let content: Uint8Array;
  try {
    const most = config.http.uploadMaxBytes;
    if ((await stat(file)).size > most) {
      io.err(`${fill(m.cli.importTooLarge, { file, limit: Math.floor(most / 1024 / 1024) })}\n`);
      return EXIT.refused;
    }
    content = await readFile(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    io.err(`${fill(m.cli.fileUnreadable, { file, why: code ?? message })}\n`);
    return EXIT.refused;
  }
  return withService('hunter import', setup, async (service) => {
    try {
      return await takeIn(service, options, content, setup);
    } catch (error) {
      if (!isDatabaseDown(error)) throw error;
      io.err(`${m.api['database-unavailable']}\n`);
      return EXIT.failed;
    }
  });
}

async function takeIn(
  service: Service,
  options: Options,
  content: Uint8Array,
  { m, io, config }: ServiceSetup,
): Promise<ExitCode> {
  const { file, mapping, sheet, json } = options;
  const by = { id: 'command line', language: config.language };
  const started = await startImport(
    service,
    { fileName: basename(file), content, autoScan: options.scan, autoDetectColumns: true, mapping, sheet },
    by,
  );
  if (!started.ok) {
    io.err(`${file}: ${failureSentence(started.failure, m)}\n`);
    return EXIT.refused;
  }
  const watched = await watchJob(service, started.value.jobId, m, io);
  const { job } = watched;
  if (job.finishedAt === null) {
    if (json) io.out(`${safeJson(summaryOf(job, options, null))}\n`);
    io.err(`${goesOn(watched, m)}\n`);
    return EXIT.interrupted;
  }
  const rejected = job.refused === 0 ? null : await writeRejected(service, job.id, file, config.language);
  const written = rejected?.ok === true ? rejected.file : null;
  if (json) io.out(`${safeJson(summaryOf(job, options, written))}\n`);
  else await tellReading(service, job, { m, io });
  const ended = tell(job, options, { m, io });
  if (rejected === null) return ended;
  if (rejected.ok) io.err(`${fill(m.cli.importRejected, { n: job.refused, file: rejected.file })}\n`);
  else io.err(`${fill(m.cli.cannotWrite, { file: rejected.file, why: rejected.why })}\n`);
  return rejected.ok ? ended : EXIT.failed;
}

type Words = Pick<ServiceSetup, 'm' | 'io'>;

/** Which columns were read, in the words by which they could be named otherwise, and a first row that was passed over. */
async function tellReading(service: Service, { id }: JobRow, { m, io }: Words): Promise<void> {
  const plan = (await findImportJob(service.sql, id))?.options.plan;
  if (plan === undefined) return;
  const columns = IMPORT_FIELDS.flatMap((field) => {
    const at = plan.columns[field];
    return at === undefined ? [] : [`--${field}-column ${shown(plan.names[at] || columnLetter(at))}`];
  });
  io.err(`${fill(m.cli.importColumns, { columns: columns.join(', ') })}\n`);
  const heading = plan.names.filter((name) => name !== '').join(', ');
  if (plan.headingGuessed) io.err(`${fill(m.cli.headingRow, { text: heading })}\n`);
}

const shown = (name: string): string => (/\s/.test(name) ? `"${name}"` : name);

/** What came of it, as a sentence and as an exit code. */
function tell(job: JobRow, { file, json, scan }: Options, { m, io }: Words): ExitCode {
  if (job.state === 'failed') {
    io.err(`${file}: ${job.error ?? m.api['job-broken']}\n`);
    if (job.errorCode === 'file-no-domain-column') io.err(`${m.cli.importColumnHint}\n`);
    return job.errorCode?.startsWith('file-') === true ? EXIT.refused : EXIT.failed;
  }
  const values = { ...countsOf(job, scan), file, cancelled: job.cancelled };
  if (job.state === 'cancelled') {
    io.err(`${fill(m.jobs.cancelled, values)}\n`);
    return EXIT.interrupted;
  }
  if (!json) io.out(`${fill(scan ? m.cli.importScanned : m.cli.importDone, values)}\n`);
  if (job.failed > 0) io.err(`${fill(m.cli.importScansFailed, { n: job.failed })}\n`);
  return job.failed > 0 ? EXIT.failed : job.refused > 0 ? EXIT.refused : EXIT.done;
}

/** A job that ends before its time has rows of which nothing came. */
function countsOf(job: JobRow, scan: boolean) {
  const { total, rowsRead, refused, duplicates, failed, succeeded } = job;
  const accepted = Math.max(0, rowsRead - refused - duplicates);
  return { total, accepted, duplicates, refused, scanned: scan ? succeeded : 0, failed, succeeded };
}

function summaryOf(job: JobRow, { file, scan }: Options, rejectedFile: string | null) {
  const { total, accepted, duplicates, refused, scanned, failed } = countsOf(job, scan);
  return {
    file,
    job_id: job.id,
    state: job.state,
    rows: total,
    accepted,
    duplicates,
    refused,
    scanned,
    failed,
    rejected_file: rejectedFile,
    code: job.errorCode,
    error: job.error,
  };
}

type Rejected =
  | { readonly ok: true; readonly file: string }
  | { readonly ok: false; readonly file: string; readonly why: string };

/** The rows that were not taken in, in a file beside the one they came from. One that is there stays. */
async function writeRejected(
  service: Service,
  jobId: string,
  original: string,
  language: ServiceSetup['config']['language'],
): Promise<Rejected> {
  for (let n = 1; ; n++) {
    const file = `${original}.rejected${n === 1 ? '' : `-${n}`}.csv`;
    const rows = await rejectedRows(service, jobId, { duplicates: false, language });
    if (!rows.ok) throw new Error(rows.failure.code);
    const out = createWriteStream(file, { flags: 'wx' });
    try {
      await pipeline(Readable.from(rows.value), out);
      return { ok: true, file };
    } catch (error) {
      const { code, syscall } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST') continue;
      // What was begun here goes; without a file there was nothing to begin.
      if (syscall !== 'open') rmSync(file, { force: true });
      if (code === undefined || isDatabaseDown(error)) throw error;
      return { ok: false, file, why: code };
    }
  }
}

/** The exit code instead of options: help was given, or it was told what is wrong. */
function parse(args: readonly string[], { m, io }: Words): Options | ExitCode {
  let parsed: ReturnType<typeof parseImport>;
  try {
    parsed = parseImport(args);
  } catch (error) {
    io.err(`${optionSentence(error, 'import', m)}\n`);
    return EXIT.refused;
  }
  const { values, positionals } = parsed;
  if (values.help === true) {
    io.out(`${m.help}\n`);
    return EXIT.done;
  }
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) {
    io.err(`${fill(m.cli.usage, { usage: USAGE })}\n`);
    return EXIT.refused;
  }
  const mapping: { -readonly [Field in ImportField]?: string } = {};
  for (const field of IMPORT_FIELDS) {
    const name = values[`${field}-column`]?.trim();
    if (name === '') {
      io.err(`${fill(m.cli.needsValue, { option: `--${field}-column`, command: 'import' })}\n`);
      return EXIT.refused;
    }
    if (name !== undefined) mapping[field] = name;
  }
  const sheet = values.sheet?.trim() ?? '';
  return {
    file,
    scan: values['no-scan'] !== true,
    mapping,
    sheet: sheet === '' ? null : sheet,
    json: values.json === true,
  };
}

const parseImport = (args: readonly string[]) =>
  parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true, strict: true });
