import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { chooseDomain, isConsumerDomain, parseDomain } from '#core/domain.ts';

/** One thing to scan, and where it stood. */
export interface InputRow {
  readonly text: string;
  /** line of the file, from 1; null when it came from the command line */
  readonly row: number | null;
}

export type InputReading =
  | {
      readonly ok: true;
      readonly rows: readonly InputRow[];
      /** a first row that was passed over though it has no usual word of a heading: to be told; else null */
      readonly heading: string | null;
    }
  | {
      readonly ok: false;
      readonly fault: 'fileUnreadable' | 'fileEmpty' | 'noDomainColumn';
      readonly why: string;
    };

interface Record {
  readonly row: number;
  readonly cells: readonly string[];
}

/**
 * Reads a list of domains: one a line, or a CSV with comma, semicolon or tab. Columns are known by their cells,
 * whatever their heading says; each row names its company by website, else e-mail address, else domain.
 */
export async function readList(
  file: string,
  stdin: AsyncIterable<Uint8Array>,
  consumerDomains: ReadonlySet<string>,
): Promise<InputReading> {
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
  let records: Record[];
  try {
    const parsed = parse(text, {
      bom: true,
      delimiter: delimiterOf(text),
      info: true,
      // All of them: a list put together from two systems has more than one.
      record_delimiter: ['\r\n', '\n', '\r'],
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
  const columns = columnsOf(records, consumerDomains);
  const used = Object.values(columns).map((column) => first.cells[column] ?? '');
  if (used.length === 0)
    return { ok: false, fault: 'noDomainColumn', why: first.cells.join(', ').slice(0, 200) };
  const headed = records.length > 1 && used.every(isHeading);
  return {
    ok: true,
    rows: records.slice(headed ? 1 : 0).map((record) => ({ text: cellOf(record), row: record.row })),
    heading:
      headed && !used.some(isHeadingWord) ? first.cells.filter((cell) => cell !== '').join(', ') : null,
  };

  function cellOf({ cells }: Record): string {
    const fields = Object.fromEntries(
      Object.entries(columns).map(([field, column]) => [field, cells[column]]),
    );
    const { from } = chooseDomain(fields, consumerDomains);
    return from === null ? '' : (fields[from] ?? '');
  }
}

/** Filled cells of a column that are looked at to see what it holds. */
const SAMPLE = 200;

/** The columns that name the company, as the fields of a lead of which `chooseDomain` takes the best. */
type Columns = { [Field in 'website' | 'email' | 'domain']?: number };

function columnsOf(records: readonly Record[], consumerDomains: ReadonlySet<string>): Columns {
  const width = Math.max(...records.slice(0, SAMPLE).map(({ cells }) => cells.length));
  const readable = Array.from({ length: width }, (_, column) => holds(records, column, consumerDomains))
    .filter(({ domains }) => domains > 0)
    .toSorted((a, b) => b.companies - a.companies || b.domains - a.domains);
  // A list in which nothing is a domain is still a list when it has one column: each row then says why not.
  if (readable.length === 0) return width === 1 ? { website: 0 } : {};
  // Names of which one looks like a domain are no column of domains, and neither are pages at the same few hosts.
  const mostly = readable.filter(({ domains, filled }) => domains * 2 >= filled - 1);
  const telling = mostly.filter(({ companies, business }) => companies * 2 > business || business === 0);
  const chosen = telling.length > 0 ? telling : mostly.length > 0 ? mostly : readable.slice(0, 1);
  const isEmail = ({ addresses, domains }: Holding): boolean => addresses * 2 > domains;
  const email = chosen.find(isEmail);
  const [website, domain] = chosen
    .filter((column) => !isEmail(column))
    .toSorted((a, b) => b.pages / b.domains - a.pages / a.domains);
  return {
    ...(website && { website: website.column }),
    ...(email && { email: email.column }),
    ...(domain && { domain: domain.column }),
  };
}

/** What a column holds: how many of its cells are what. */
interface Holding {
  readonly column: number;
  readonly filled: number;
  /** with a domain in them */
  readonly domains: number;
  /** of these: e-mail addresses, and web addresses as one copies them from a browser */
  readonly addresses: number;
  readonly pages: number;
  /** of these: not at a consumer host; and how many different ones */
  readonly business: number;
  readonly companies: number;
}

function holds(records: readonly Record[], column: number, consumerDomains: ReadonlySet<string>): Holding {
  const count = { filled: 0, domains: 0, addresses: 0, pages: 0, business: 0 };
  const companies = new Set<string>();
  for (const { cells } of records) {
    const cell = cells[column] ?? '';
    if (cell === '') continue;
    count.filled += 1;
    const reading = parseDomain(cell);
    if (reading.ok) {
      count.domains += 1;
      if (cell.includes('@')) count.addresses += 1;
      else if (/^www\.|:\/\//i.test(cell)) count.pages += 1;
      if (!isConsumerDomain(reading.domain, consumerDomains)) {
        count.business += 1;
        companies.add(reading.domain.ascii);
      }
    }
    if (count.filled === SAMPLE) break;
  }
  return { column, ...count, companies: companies.size };
}

/** What may stand over a column. All else in a first row is data: refused with its number rather than lost. */
const isHeading = (cell: string): boolean =>
  cell === '' || isHeadingWord(cell) || (/\p{L}/u.test(cell) && !/[.@]/.test(cell));

const HEADING_WORDS: ReadonlySet<string> = new Set(
  (
    'domain domains domainname alanadi url web website websites websiteurl websitesi websayfasi webadresi webadres ' +
    'webadr internetadresi internetsitesi homepage site siteadresi host hostname email emails emailaddress ' +
    'emailadresi mail mailadresi eposta epostaadresi'
  ).split(' '),
);
const isHeadingWord = (cell: string): boolean =>
  HEADING_WORDS.has(
    cell
      .replace(/[Iİı]/g, 'i')
      .toLowerCase()
      .replace(/[^a-z]/g, ''),
  );

/** The separator that splits the first lines most often. */
function delimiterOf(text: string): string {
  const head = text.split(/\r\n|\n|\r/, 20).join('\n');
  const counts = [';', '\t', ','].map((delimiter) => ({
    delimiter,
    count: head.split(delimiter).length - 1,
  }));
  return counts.toSorted((a, b) => b.count - a.count)[0]?.delimiter ?? ',';
}

/** UTF-8 gives itself away; a file that is none was most likely saved by Excel in Turkish. */
function decode(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
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
