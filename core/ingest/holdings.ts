import { isConsumerDomain, parseDomain } from '../domain.ts';
import type { Sample } from './columns.ts';

/** Filled cells of a column that are looked at to see what it holds. */
export const SAMPLE_CELLS = 200;

/** What a column holds: how many of its cells are what. */
export interface Holding {
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

export function holds(body: Sample, column: number, consumerDomains: ReadonlySet<string>): Holding {
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

export const isEmail = ({ addresses, domains }: Holding): boolean => addresses * 2 > domains;
