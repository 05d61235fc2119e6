import { parseDomain } from '../domain.ts';
import { byContent } from './by-content.ts';
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
    const headingGuessed = headingAt !== null && !toldBy(names, columns, hints);
    return { headingAt, names, columns, headingGuessed, onlyHeading: false };
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
  if (plain === null)
    return only ? onlyA(namesAt(sample, top, width)) : noColumn(namesAt(sample, top ?? 0, width));
  const first = sample[0] ?? [];
  const used = [plain.columns.website, plain.columns.email, plain.columns.domain].flatMap((at) =>
    at === undefined ? [] : [first[at] ?? ''],
  );
  if (sample.length > 1 && used.every(mayBeHeading)) {
    const names = namesAt(sample, 0, width);
    const headingGuessed = !toldBy(names, plain.columns, hints);
    return { ok: true, choice: { ...plain, headingAt: 0, names, headingGuessed } };
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
    if (cells.some((cell) => isData(cell, hints))) continue;
    const named = wanted.filter((name) => cells.some((cell) => compactOf(cell) === compactOf(name))).length;
    const words = named * 100 + cells.filter((cell) => hints.of(cell) !== null).length;
    if (words > (best?.words ?? 0)) best = { at, words };
  }
  return best?.at ?? null;
}

/** Whether a heading says of a column that names companies what it is. */
const toldBy = (names: readonly string[], columns: Columns, hints: ColumnHints): boolean =>
  [columns.website, columns.email, columns.domain].some(
    (at) =>
      at !== undefined && ['website', 'email', 'domain'].includes(hints.of(names[at] ?? '')?.field ?? ''),
  );

/** A domain, or something with a point or an @ in it that was meant to be one. "E.Posta" is a heading. */
const isData = (cell: string, hints: Pick<ColumnHints, 'of'>): boolean =>
  holdsDomain(cell) ||
  (/\S[.@]|@/.test(cell.slice(0, -1)) && /^\S+$/.test(cell) && hints.of(cell)?.exact !== true);
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
      ? { field: 'domain', rank: 0, exact: true }
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
