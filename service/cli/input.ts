import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { parseDomain } from '#core/domain.ts';

/** One thing to scan, and where it stood. */
export interface InputRow {
  readonly text: string;
  /** line of the file, from 1; null when it came from the command line */
  readonly row: number | null;
}

export type InputReading =
  | { readonly ok: true; readonly rows: readonly InputRow[] }
  | {
      readonly ok: false;
      readonly fault: 'fileUnreadable' | 'fileEmpty' | 'noDomainColumn';
      readonly why: string;
    };

/** Cells looked at to find the column that holds domains. */
const SAMPLE = 200;

/**
 * Reads a list of domains: one a line, or a CSV with comma, semicolon or tab. The column is the one whose cells most
 * often hold a domain, whatever its header says; a first line that is a header is passed over.
 */
export async function readList(file: string, stdin: AsyncIterable<Uint8Array>): Promise<InputReading> {
  let bytes: Uint8Array;
  try {
    bytes = file === '-' ? await collect(stdin) : await readFile(file);
  } catch (error) {
    return {
      ok: false,
      fault: 'fileUnreadable',
      why: (error as NodeJS.ErrnoException).code ?? (error as Error).message,
    };
  }
  const text = decode(bytes);
  let records: { row: number; cells: string[] }[];
  try {
    const parsed = parse(text, {
      bom: true,
      delimiter: delimiterOf(text),
      info: true,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as { record: string[]; info: { lines: number } }[];
    records = parsed.map(({ record, info }) => ({ row: info.lines, cells: record }));
  } catch (error) {
    return { ok: false, fault: 'fileUnreadable', why: (error as Error).message };
  }
  const first = records[0];
  if (first === undefined) return { ok: false, fault: 'fileEmpty', why: '' };
  const column = domainColumn(records);
  if (column === null)
    return { ok: false, fault: 'noDomainColumn', why: first.cells.join(', ').slice(0, 200) };
  const header = !parseDomain(first.cells[column] ?? '').ok && records.length > 1 ? 1 : 0;
  return {
    ok: true,
    rows: records.slice(header).map(({ row, cells }) => ({ text: cells[column] ?? '', row })),
  };
}

function domainColumn(records: readonly { cells: string[] }[]): number | null {
  const sample = records.slice(0, SAMPLE);
  const width = Math.max(...sample.map(({ cells }) => cells.length));
  let best: number | null = null;
  let most = 0;
  for (let column = 0; column < width; column++) {
    const domains = sample.filter(({ cells }) => parseDomain(cells[column] ?? '').ok).length;
    if (domains > most) [best, most] = [column, domains];
  }
  // A list in which nothing is a domain is still a list when it has one column: each row then says why not.
  return best ?? (width === 1 ? 0 : null);
}

/** The separator that splits the first lines most often. */
function delimiterOf(text: string): string {
  const head = text.split('\n', 20).join('\n');
  const counts = [';', '\t', ','].map((delimiter) => ({
    delimiter,
    count: head.split(delimiter).length - 1,
  }));
  return counts.toSorted((a, b) => b.count - a.count)[0]?.delimiter ?? ',';
}

/** UTF-8 gives itself away; a file that is none was most likely saved by Excel in Turkish. */
function decode(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1254').decode(bytes);
  }
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
