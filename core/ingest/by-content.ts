import type { ColumnQuestion, Columns, Sample } from './columns.ts';
import type { ColumnHints } from './hints.ts';
import { holds, isEmail, SAMPLE_CELLS, type Holding } from './holdings.ts';

/** Which columns hold what, told by their cells and then by what stands over them. */
export function byContent(
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
  const pools = [
    [...new Set([...hinted, ...sensible(telling)])],
    sensible(mostly),
    mostly,
    readable.slice(0, 1),
  ];
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
