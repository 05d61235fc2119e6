import { parseDomain } from '#core/domain.ts';
import type { Language } from '#core/rules/common.ts';
import type { Lead } from '#core/lead/lead.ts';
import type { Service } from '../context.ts';
import { exportColumns, type Cell, type Column } from '../export/columns.ts';
import { BYTE_ORDER_MARK, csvLine, type Separator } from '../export/csv.ts';
import { MAX_ROWS, xlsx, type Sheet } from '../export/xlsx.ts';
import { done, failed, type Outcome } from '../failure.ts';
import type { LeadFilter } from '../store/lead-filter.ts';
import { leadIds, leadsOf } from '../store/leads.ts';

export const EXPORT_FORMATS = ['csv', 'xlsx'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportRequest {
  readonly filter: Omit<LeadFilter, 'chosen'>;
  /** chosen by hand; with neither, all that the filter leaves */
  readonly ids: readonly number[];
  readonly domains: readonly string[];
  readonly format: ExportFormat;
  /** of CSV */
  readonly separator: Separator;
  readonly language: Language;
  /** fires when the reader has gone */
  readonly signal: AbortSignal;
}

export interface ExportFile {
  /** leads_2026-11-25_09-00-00.csv */
  readonly name: string;
  readonly contentType: string;
  /** how many it holds */
  readonly leads: number;
  readonly body: ReadableStream<Uint8Array>;
}

/** Companies read at once: what is in memory is two of these batches and the list of ids. */
const BATCH = 1000;

/**
 * Leads as a file, in the usual order. Which leads, and their order, is settled when it begins; each row is as it is when
 * its batch is read. No connection is held between batches, so a slow reader costs the database nothing, and when the
 * reader goes away no further batch is read. Fails with invalid-domain.
 */
export async function exportLeads(service: Service, request: ExportRequest): Promise<Outcome<ExportFile>> {
  const chosen = chosenOf(service, request);
  if (!chosen.ok) return chosen;
  const { format, signal } = request;
  const ids = await leadIds(service.sql, { ...request.filter, ...chosen.value }, signal);
  const bytes = format === 'csv' ? csvBytes(service, request, ids) : xlsxBytes(service, request, ids);
  return done({
    name: fileName(service, format),
    contentType:
      format === 'csv'
        ? 'text/csv; charset=utf-8'
        : 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    leads: ids.length,
    body: ReadableStream.from(accounted(service, request, ids.length, bytes)),
  });
}

function chosenOf(
  service: Service,
  { ids, domains, language }: ExportRequest,
): Outcome<Pick<LeadFilter, 'chosen'>> {
  if (ids.length === 0 && domains.length === 0) return done({});
  const ascii: string[] = [];
  for (const text of domains) {
    const reading = parseDomain(text, { allowReserved: true });
    if (!reading.ok) {
      const { refusals } = service.rules.current().messages[language];
      return failed('invalid-domain', {
        input: reading.input,
        why: refusals[reading.detail ?? reading.reason],
      });
    }
    ascii.push(reading.domain.ascii);
  }
  return done({ chosen: { ids, domains: ascii } });
}

/** In UTC. Made-up data says so in the name. */
function fileName({ clock, demo }: Service, format: ExportFormat): string {
  const moment = new Date(clock()).toISOString().slice(0, 19).replace('T', '_').replaceAll(':', '-');
  return `${demo ? 'demo_' : ''}leads_${moment}.${format}`;
}

/** The leads batch by batch; the next one is on its way while the reader takes this one. */
async function* batches(
  { sql }: Service,
  { language, signal }: ExportRequest,
  ids: Float64Array,
): AsyncGenerator<readonly Lead[]> {
  const read = (from: number): Promise<Lead[]> | null => {
    if (from >= ids.length || signal.aborted) return null;
    const leads = leadsOf(sql, [...ids.subarray(from, from + BATCH)], language);
    // It may fail while nobody waits for it; who awaits it hears of it all the same.
    leads.catch(() => undefined);
    return leads;
  };
  let next = read(0);
  for (let from = BATCH; next !== null; from += BATCH) {
    const leads: Lead[] = await next;
    next = read(from);
    yield leads;
  }
}

const cellsOf = (columns: readonly Column[], leads: readonly Lead[]): Cell[][] =>
  leads.map((lead) => columns.map(({ cell }) => cell(lead)));

async function* csvBytes(
  service: Service,
  request: ExportRequest,
  ids: Float64Array,
): AsyncGenerator<Uint8Array> {
  const columns = exportColumns(service.demo);
  const { separator } = request;
  const heading = columns.map(({ name }) => name);
  yield Buffer.from(BYTE_ORDER_MARK + csvLine(heading, separator), 'utf8');
  for await (const leads of batches(service, request, ids)) {
    const lines = cellsOf(columns, leads).map((cells) => csvLine(cells, separator));
    yield Buffer.from(lines.join(''), 'utf8');
  }
}

function xlsxBytes(service: Service, request: ExportRequest, ids: Float64Array): AsyncGenerator<Uint8Array> {
  const columns = exportColumns(service.demo);
  const perSheet = MAX_ROWS - 1;
  const sheets: Sheet[] = [];
  do {
    const at = sheets.length;
    sheets.push({
      name: at === 0 ? 'Leads' : `Leads ${at + 1}`,
      heading: columns.map(({ name }) => name),
      widths: columns.map(({ width }) => width),
      rows: rowsOf(service, request, columns, ids.subarray(at * perSheet, (at + 1) * perSheet)),
    });
  } while (sheets.length * perSheet < ids.length);
  if (service.demo) {
    const { demoSheet, demoNote } = service.rules.current().messages[request.language].exports;
    sheets.push({ name: demoSheet, heading: [demoSheet], widths: [100], rows: [[[demoNote]]] });
  }
  return xlsx(sheets);
}

async function* rowsOf(
  service: Service,
  request: ExportRequest,
  columns: readonly Column[],
  ids: Float64Array,
): AsyncGenerator<readonly (readonly Cell[])[]> {
  for await (const leads of batches(service, request, ids)) yield cellsOf(columns, leads);
}

/** Hands the bytes on, ends early without a reader, and writes down what came of it. */
async function* accounted(
  { clock, log }: Service,
  { format, signal }: ExportRequest,
  leads: number,
  bytes: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const started = clock();
  let size = 0;
  let complete = false;
  try {
    for await (const chunk of bytes) {
      if (signal.aborted) return;
      size += chunk.length;
      yield chunk;
    }
    complete = !signal.aborted;
  } finally {
    log.info('export', { format, leads, bytes: size, complete, ms: clock() - started });
  }
}
