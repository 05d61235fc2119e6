import type { Sleep } from '../lookup/limit.ts';
import { isConflict } from './not-now.ts';
import type { Sql, Transaction } from './pool.ts';

/** SQLSTATE classes of a value that the database does not take: 22 data exception, 23 integrity constraint violation. */
const isDataFault = (error: unknown): boolean => /^2[23]/.test(codeOf(error));
const codeOf = (error: unknown): string => {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' && code.length === 5 ? code : '';
};

const TRIES = 4;
const FIRST_WAIT_MS = 20;

/**
 * Does work on a batch in one transaction. When the database refuses a value, the batch is halved until the item at
 * fault stands alone: it is reported, and all others are done.
 *
 * @param fault what becomes of an item that cannot be done
 * @throws for everything that is no fault of an item: a connection that breaks, a mistake of ours
 */
export async function inParts<Item, Result>(
  { sql, sleep, random }: { readonly sql: Sql; readonly sleep: Sleep; readonly random: () => number },
  items: readonly Item[],
  work: (tx: Transaction, items: readonly Item[]) => Promise<Result[]>,
  fault: (item: Item, error: unknown) => Result,
): Promise<Result[]> {
  if (items.length === 0) return [];
  for (let attempt = 1; ; attempt++) {
    try {
      // The driver's own type of a result of begin() is made for arrays of queries.
      return (await sql.begin((tx) => work(tx, items))) as Result[];
    } catch (error) {
      if (isConflict(error) && attempt < TRIES) {
        await sleep(FIRST_WAIT_MS * 2 ** attempt * (0.5 + random()));
        continue;
      }
      if (!isDataFault(error)) throw error;
      const [only] = items;
      if (items.length === 1 && only !== undefined) return [fault(only, error)];
      const half = Math.ceil(items.length / 2);
      const first = await inParts({ sql, sleep, random }, items.slice(0, half), work, fault);
      return [...first, ...(await inParts({ sql, sleep, random }, items.slice(half), work, fault))];
    }
  }
}
