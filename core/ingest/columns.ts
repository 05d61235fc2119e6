import { isConsumerDomain, parseDomain } from '../domain.ts';
import { foldHeading, type ColumnHints } from './hints.ts';

/** The fields of a lead that a column can hold. */
export const IMPORT_FIELDS = ['company', 'domain', 'email', 'website'] as const;
export type ImportField = (typeof IMPORT_FIELDS)[number];
/** Which column (from 0) holds which field. */
export type Columns = { readonly [Field in ImportField]?: number };

/** Some rows of a file, top ones first, without empty ones. */
export type Sample = readonly (readonly string[])[];

export interface ColumnQuestion {
  readonly hints: ColumnHints;
  readonly consumerDomains: ReadonlySet<string>;
  /** what the user said: heading, letter ("B") or number from 1 of the column */
  readonly mapping?: { readonly [Field in ImportField]?: string };
  /** false: only the headings domain, company_name, email and website count, as written */
  readonly auto?: boolean;
}

export interface ColumnChoice {
  /** which row of the sample is the heading; null = there is none */
  readonly headingAt: number | null;
  /** the heading, '' where a column has none */
  readonly names: readonly string[];
  readonly columns: Columns;
  /** a first row was passed over though it has no usual word of a heading: to be told */
  readonly headingGuessed: boolean;
  /** the sample is nothing but a heading */
  readonly onlyHeading: boolean;
}
export type ColumnReading =
  | { readonly ok: true; readonly choice: ColumnChoice }
  | {
      readonly ok: false;
      /** no column holds domains, or the user named one that is not there */
      readonly reason: 'no-domain-column' | 'unknown-column';
      readonly column: string | null;
      /** what the columns are called */
      readonly names: readonly string[];
    };

/** Rows in which the heading is looked for: titles, dates and logos stand above it. */
const TOP_ROWS = 20;
/** Filled cells of a column that are looked at to see what it holds. */
export const SAMPLE_CELLS = 200;

/**
 * Which columns of a table name the company. What the cells hold counts more than what stands over them: "Adres" over
 * web addresses is a web address, and e-mail addresses under "Web" are e-mail addresses.
 */
export function detectColumns(sample: Sample, question: ColumnQuestion): ColumnReading {
  const { hints, mapping = {}, auto = true } = question;
  const width = Math.max(0, ...sample.map((cells) => cells.length));
  const wanted = Object.values(mapping).filter((name) => name !== undefined);
  const top = headingIn(sample, auto ? hints : EARLIER_HINTS, wanted);
  const attempt = (headingAt: number | null): ColumnChoice | null => {
    const names = Array.from({ length: width }, (_, at) => clean(sample[headingAt ?? -1]?.[at]));
    const body = sample.slice(headingAt === null ? 0 : headingAt + 1);
    const found = auto
      ? byContent(body, names, width, headingAt !== null, question)
      : Object.fromEntries(
          IMPORT_FIELDS.flatMap((field) => {
            const at = names.findIndex((name) => EARLIER_NAMES[field].has(compactOf(name)));
            return at === -1 ? [] : [[field, at]];
          }),
        );
    const columns = withMapping(found, mapping, names, width);
    if (columns === null || !namesCompanies(columns)) return null;
    return { headingAt, names, columns, headingGuessed: false, onlyHeading: false };
  };

  const unknown = wanted.find((name) => columnOf(name, namesAt(sample, top, width), width) === null);
  if (unknown !== undefined)
    return { ok: false, reason: 'unknown-column', column: unknown, names: namesAt(sample, top ?? 0, width) };

  const only = sample.length === 1 && top === 0;
  if (top !== null && !only) {
    const choice = attempt(top);
    // Nothing that names a company may be lost as a title above the heading.
    const above = choice === null ? [] : sample.slice(0, top);
    if (choice !== null && (wanted.length > 0 || !above.some((cells) => naming(cells, choice.columns))))
      return { ok: true, choice };
    if (choice === null) return noColumn(namesAt(sample, top, width));
  }
  const plain = attempt(null);
  if (plain === null) return only ? onlyA(namesAt(sample, top, width)) : noColumn(namesAt(sample, top ?? 0, width));
  const first = sample[0] ?? [];
  const used = [plain.columns.website, plain.columns.email, plain.columns.domain].flatMap((at) =>
    at === undefined ? [] : [first[at] ?? ''],
  );
  if (sample.length > 1 && used.every(mayBeHeading)) {
    const told = !used.some((cell) => hints.of(cell) !== null);
    return {
      ok: true,
      choice: { ...plain, headingAt: 0, names: namesAt(sample, 0, width), headingGuessed: told },
    };
  }
  return { ok: true, choice: { ...plain, onlyHeading: only } };
}

const noColumn = (names: readonly string[]): ColumnReading => ({
  ok: false,
  reason: 'no-domain-column',
  column: null,
  names,
});
const onlyA = (names: readonly string[]): ColumnReading => ({
  ok: true,
  choice: { headingAt: 0, names, columns: {}, headingGuessed: false, onlyHeading: true },
});
const namesCompanies = ({ website, email, domain }: Columns): boolean =>
  website !== undefined || email !== undefined || domain !== undefined;

/** The top row with the most usual words; rows with a domain in them are data. */
function headingIn(sample: Sample, hints: Pick<ColumnHints, 'of'>, wanted: readonly string[]): number | null {
  let best: { at: number; words: number } | null = null;
  for (const [at, cells] of sample.slice(0, TOP_ROWS).entries()) {
    if (cells.some((cell) => cell !== '' && holdsDomain(cell))) continue;
    const named = wanted.filter((name) => cells.some((cell) => compactOf(cell) === compactOf(name))).length;
    const words = named * 100 + cells.filter((cell) => hints.of(cell) !== null).length;
    if (words > (best?.words ?? 0)) best = { at, words };
  }
  return best?.at ?? null;
}

/** What may stand over a column. All else in a first row is data: refused with its number rather than lost. */
const mayBeHeading = (cell: string): boolean => cell === '' || (/\p{L}/u.test(cell) && !/[.@]/.test(cell));
const holdsDomain = (cell: string): boolean => /[.@]/.test(cell) && parseDomain(cell).ok;
const naming = (cells: readonly string[], { website, email, domain }: Columns): boolean =>
  [website, email, domain].some((at) => at !== undefined && holdsDomain(cells[at] ?? ''));

const clean = (text: string | undefined): string => (text ?? '').replace(/\s+/gu, ' ').trim();
const compactOf = (name: string): string => foldHeading(name.replaceAll('_', ' ')).replaceAll(' ', '');
const namesAt = (sample: Sample, at: number | null, width: number): string[] =>
  Array.from({ length: width }, (_, column) => clean(sample[at ?? -1]?.[column]));

/** The headings the earlier system demanded, without detection. */
const EARLIER_NAMES: Readonly<Record<ImportField, ReadonlySet<string>>> = {
  company: new Set(['companyname']),
  domain: new Set(['domain']),
  email: new Set(['email']),
  website: new Set(['website']),
};
const EARLIER_HINTS: Pick<ColumnHints, 'of'> = {
  of: (heading) =>
    IMPORT_FIELDS.some((field) => EARLIER_NAMES[field].has(compactOf(heading)))
      ? { field: 'domain', rank: 0 }
      : null,
};

/** A column by its heading, else its letter, else its number; null when there is no such column. */
function columnOf(name: string, names: readonly string[], width: number): number | null {
  const exact = names.findIndex((other) => other !== '' && other === name.trim());
  if (exact !== -1) return exact;
  const alike = names.findIndex((other) => other !== '' && compactOf(other) === compactOf(name));
  if (alike !== -1 && compactOf(name) !== '') return alike;
  const at = /^[A-Za-z]{1,2}$/.test(name.trim())
    ? [...name.trim().toUpperCase()].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1
    : /^\d{1,4}$/.test(name.trim())
      ? Number(name) - 1
      : -1;
  return at >= 0 && at < width ? at : null;
}

/** What the user said wins; what was found otherwise stays where the user left the column free. Null: not all are there. */
function withMapping(
  found: Columns,
  mapping: NonNullable<ColumnQuestion['mapping']>,
  names: readonly string[],
  width: number,
): Columns | null {
  const said: Partial<Record<ImportField, number>> = {};
  for (const field of IMPORT_FIELDS) {
    const name = mapping[field];
    if (name === undefined) continue;
    const at = columnOf(name, names, width);
    if (at === null) return null;
    said[field] = at;
  }
  const taken = new Set(Object.values(said));
  const free = Object.fromEntries(Object.entries(found).filter(([, at]) => !taken.has(at)));
  // Who says where the domain stands does not want another column to outrank it.
  const named = said.domain !== undefined || said.website !== undefined || said.email !== undefined;
  const { company } = free as Columns;
  return named ? { ...(company === undefined ? {} : { company }), ...said } : { ...free, ...said };
}

function byContent(
  body: Sample,
  names: readonly string[],
  width: number,
  headed: boolean,
  { hints, consumerDomains }: ColumnQuestion,
): Columns {
  const holdings = Array.from({ length: width }, (_, column) => holds(body, column, consumerDomains));
  const fieldOf = (column: number): string | null => hints.of(names[column] ?? '')?.field ?? null;
  const naming = namingColumns(holdings, fieldOf, headed, width);
  const used = new Set(Object.values(naming));
  const company = companyColumn(body, holdings, names, used, headed, hints);
  return company === null ? naming : { ...naming, company };
}

/** The columns that name the company, as the fields of a lead of which `chooseDomain` takes the best. */
function namingColumns(
  holdings: readonly Holding[],
  fieldOf: (column: number) => string | null,
  headed: boolean,
  width: number,
): Omit<Columns, 'company'> {
  const readable = holdings
    .filter(({ domains }) => domains > 0)
    .toSorted((a, b) => b.companies - a.companies || b.domains - a.domains);
  const says = (column: number): boolean => ['email', 'website', 'domain'].includes(fieldOf(column) ?? '');
  if (readable.length === 0) {
    // A column that says it holds web addresses is one, though each row then says why not; so is the only one of a list.
    const said = holdings.find(({ column }) => says(column))?.column ?? (width === 1 ? 0 : undefined);
    if (said === undefined) return {};
    const field = fieldOf(said);
    return field === 'email' || field === 'domain' ? { [field]: said } : { website: said };
  }
  // Names of which one looks like a domain are no column of domains, and neither are pages at the same few hosts.
  const mostly = readable.filter(({ domains, filled }) => domains * 2 >= filled - (headed ? 0 : 1));
  const telling = mostly.filter(({ companies, business }) => companies * 2 > business || business === 0);
  const hinted = readable.filter(({ column }) => says(column));
  const sensible = (columns: readonly Holding[]): Holding[] =>
    columns.filter(({ column }) => fieldOf(column) !== 'ignore');
  const pools = [[...new Set([...hinted, ...sensible(telling)])], sensible(mostly), mostly, readable.slice(0, 1)];
  const chosen = pools.find((pool) => pool.length > 0) ?? [];
  const bySaid = (columns: readonly Holding[]): Holding[] => {
    const said = columns.filter(({ column }) => says(column));
    const open = columns.filter(({ column }) => fieldOf(column) !== 'other');
    return said.length > 0 ? said : open.length > 0 ? open : [...columns];
  };
  const [email] = bySaid(chosen.filter(isEmail));
  const webs = bySaid(chosen.filter((column) => !isEmail(column)));
  const [website, domain] = webs
    .slice(0, 2)
    .toSorted(
      (a, b) =>
        Number(fieldOf(a.column) === 'domain') - Number(fieldOf(b.column) === 'domain') ||
        b.pages / b.domains - a.pages / a.domains,
    );
  if (website !== undefined && domain === undefined && fieldOf(website.column) === 'domain')
    return { ...(email && { email: email.column }), domain: website.column };
  return {
    ...(website && { website: website.column }),
    ...(email && { email: email.column }),
    ...(domain && { domain: domain.column }),
  };
}

const isEmail = ({ addresses, domains }: Holding): boolean => addresses * 2 > domains;

/** The column of company names; null rather than a guess: a person's name must not become a company's. */
function companyColumn(
  body: Sample,
  holdings: readonly Holding[],
  names: readonly string[],
  used: ReadonlySet<number>,
  headed: boolean,
  hints: ColumnHints,
): number | null {
  const textual = holdings.filter(
    ({ column, filled, texts }) => !used.has(column) && filled > 0 && texts * 2 > filled,
  );
  const said = textual
    .flatMap((holding) => {
      const hint = hints.of(names[holding.column] ?? '');
      if (hint?.field !== 'company' && hint?.field !== 'name') return [];
      return [{ column: holding.column, rank: hint.field === 'company' ? hint.rank : 1000 + hint.rank }];
    })
    .toSorted((a, b) => a.rank - b.rank);
  const surest = said[0];
  if (surest !== undefined && surest.rank < 1000) return surest.column;
  const unsaid = textual.filter(({ column }) => hints.of(names[column] ?? '') === null);
  const formal = unsaid.find(({ column, texts }) => {
    const cells = body.slice(0, SAMPLE_CELLS).filter((row) => hints.namesCompany(row[column] ?? ''));
    return cells.length * 5 >= Math.min(texts, SAMPLE_CELLS);
  });
  if (formal !== undefined) return formal.column;
  if (surest !== undefined) return surest.column;
  return headed ? null : (unsaid.find(({ filled, different }) => different * 2 > filled)?.column ?? null);
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
  /** that read like words: letters, no domain, not mostly digits; and how many different ones */
  readonly texts: number;
  readonly different: number;
}

function holds(body: Sample, column: number, consumerDomains: ReadonlySet<string>): Holding {
  const count = { filled: 0, domains: 0, addresses: 0, pages: 0, business: 0, texts: 0 };
  const companies = new Set<string>();
  const words = new Set<string>();
  for (const cells of body) {
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
    } else if (isText(cell)) {
      count.texts += 1;
      words.add(cell);
    }
    if (count.filled === SAMPLE_CELLS) break;
  }
  return { column, ...count, companies: companies.size, different: words.size };
}

const isText = (cell: string): boolean => {
  const letters = cell.match(/\p{L}/gu)?.length ?? 0;
  const digits = cell.match(/\p{Nd}/gu)?.length ?? 0;
  return letters > 1 && letters > digits && !cell.includes('@');
};
