import { companyName } from '../company-name.ts';
import { chooseDomain, type Domain } from '../domain.ts';
import type { Refusal } from '../rules/messages.ts';
import type { Columns } from './columns.ts';

/** What a row of a list comes to. */
export type RowReading =
  | {
      readonly ok: true;
      readonly domain: Domain;
      /** the cell that named it */
      readonly input: string;
      readonly company: string | null;
      /** as given; null when the cell is empty */
      readonly email: string | null;
      readonly website: string | null;
      /** the other cells by their headings: nothing that came is lost */
      readonly rest: Readonly<Record<string, string>>;
    }
  | { readonly ok: false; readonly refusal: Refusal; readonly input: string };

/** The longest texts that the fields of a lead hold; a longer one goes with the other cells. */
const LONGEST = { company: 300, email: 320, website: 2048 } as const;

/** Reads one row: website, else e-mail address, else domain names the company; a consumer host never does. */
export function readRow(
  cells: readonly string[],
  columns: Columns,
  names: readonly string[],
  consumerDomains: ReadonlySet<string>,
): RowReading {
  const field = (column: number | undefined): string => (column === undefined ? '' : (cells[column] ?? ''));
  const fields = {
    website: field(columns.website),
    email: field(columns.email),
    domain: field(columns.domain),
  };
  const reading = chooseDomain(fields, consumerDomains);
  if (!reading.ok) {
    const refusal =
      reading.reason === 'consumer-domain' ? reading.reason : (reading.detail ?? reading.reason);
    return { ok: false, refusal, input: reading.from === null ? '' : fields[reading.from] };
  }
  const kept = (column: number | undefined, longest: number): string | null => {
    const text = field(column);
    return text === '' || text.length > longest ? null : text;
  };
  const email = kept(columns.email, LONGEST.email);
  const website = kept(columns.website, LONGEST.website);
  const given = companyName(field(columns.company));
  const company = given === null || given.length > LONGEST.company ? null : given;
  const stored = new Set(
    [
      [email, columns.email],
      [website, columns.website],
      [company, columns.company],
      [fields.domain === reading.domain.ascii ? '' : null, columns.domain],
    ].flatMap(([value, column]) => (value === null ? [] : [column])),
  );
  // Without a prototype: a heading may be called __proto__.
  const rest: Record<string, string> = Object.create(null);
  for (const [at, cell] of cells.entries()) {
    if (cell === '' || stored.has(at)) continue;
    rest[keyFor(rest, names[at] ?? '', at)] = cell;
  }
  return { ok: true, domain: reading.domain, input: fields[reading.from], company, email, website, rest };
}

/** The heading, or the letter of the column; a second one of the same name gets a number. */
function keyFor(taken: Readonly<Record<string, string>>, name: string, at: number): string {
  const key = name === '' ? columnLetter(at) : name.slice(0, 200);
  if (!Object.hasOwn(taken, key)) return key;
  let number = 2;
  while (Object.hasOwn(taken, `${key} (${number})`)) number += 1;
  return `${key} (${number})`;
}

/** 0 is A, 26 is AA: as spreadsheets call their columns. */
export function columnLetter(at: number): string {
  const last = String.fromCharCode(65 + (at % 26));
  return at < 26 ? last : columnLetter(Math.floor(at / 26) - 1) + last;
}
