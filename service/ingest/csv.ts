import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { encodingOf, isBinary, separatorOf, textOf } from './text.ts';
import { LONGEST_ROW, TableFault, tidy, type Table, type TableLimits } from './table.ts';

const HEAD = 64 * 1024;

/** A text file with one company a line: CSV in any usual dress, or a plain list. */
export function openText(bytes: Uint8Array, limits: TableLimits): Table {
  const encoding = encodingOf(bytes);
  const head = new TextDecoder(encoding).decode(bytes.subarray(0, HEAD), { stream: true });
  if (isBinary(head)) throw new TableFault('file-kind-unknown');
  const separator = separatorOf(head);
  return { sheet: null, separator, rows: () => tidy(records(bytes, encoding, separator), limits) };
}

async function* records(
  bytes: Uint8Array,
  encoding: string,
  separator: string,
): AsyncGenerator<{ number: number; cells: string[]; gap: number }> {
  let line = 1;
  const parser = parse({
    bom: true,
    delimiter: separator,
    // A quotation mark that is not closed takes the whole rest of a file for one cell.
    max_record_size: LONGEST_ROW,
    // As they are parsed, not as they are taken: when the parser fails, `line` is where the faulty record begins. Its own
    // count takes CRLF inside quotes for two lines.
    on_record: ((parsed: { record: string[]; raw: string }) => {
      const number = line;
      line += parsed.raw.match(/\r\n|\n|\r/g)?.length ?? 0;
      return { number, cells: parsed.record, gap: 0 };
      // With `raw` a record comes with its text; the types of the library do not know.
    }) as never,
    raw: true,
    // All of them: a list put together from two systems has more than one.
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    relax_quotes: true,
  });
  const source = Readable.from(textOf(bytes, encoding));
  // A fault of the source would leave the parser waiting.
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  try {
    for await (const row of parser as AsyncIterable<{ number: number; cells: string[]; gap: number }>) {
      if (row.number === 1 && /^sep=.?$/i.test(row.cells[0] ?? '')) continue;
      yield row;
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const open = error.code === 'CSV_QUOTE_NOT_CLOSED' || error.code === 'CSV_MAX_RECORD_SIZE';
    throw open ? new TableFault('file-quote-open', { line }) : new TableFault('file-unreadable');
  } finally {
    source.destroy();
    parser.destroy();
  }
}
