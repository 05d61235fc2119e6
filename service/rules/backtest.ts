import { setImmediate } from 'node:timers/promises';
import { assess } from '#core/assess.ts';
import { BacktestTally, type BacktestTotals } from '#core/changes/backtest.ts';
import { ruleEffect } from '#core/changes/rule-effect.ts';
import type { Rules } from '#core/rules.ts';
import type { Sql } from '../store/pool.ts';
import { storedCompanies, windowStart, type StoredCompany } from './stored.ts';

export interface BacktestSetup {
  readonly sql: Sql;
  /** the rules in use, and the others */
  readonly before: Rules;
  readonly after: Rules;
  /** moment of both assessments, ISO 8601 in UTC */
  readonly now: string;
  /** companies at most, the newest; null = all */
  readonly limit: number | null;
  readonly signal: AbortSignal;
  readonly onProgress?: (done: number) => void;
}

export interface BacktestRun extends BacktestTotals {
  /** companies that could not be assessed: our own mistake, which takes no other company with it */
  readonly failed: readonly string[];
  readonly failures: number;
}

/** Companies read at a time: a few megabytes of facts. */
const PAGE = 250;
/** Companies assessed before others of this process get their turn: some milliseconds. */
const SLICE = 5;
const MOST_NAMED = 20;

/**
 * Assesses stored facts under both rule sets, page by page. The same facts, the same moment, the same context on both
 * sides: what differs comes from the rules alone. No look-up, and nothing is stored.
 *
 * @throws the reason of the signal when it fires
 */
export async function backtest(setup: BacktestSetup): Promise<BacktestRun> {
  const { sql, before, after, now, signal } = setup;
  const tally = new BacktestTally();
  const failed: string[] = [];
  let failures = 0;
  let done = 0;
  let last: number | null = null;
  const changesSince = windowStart(now, before.set.confidence.windowDays);
  const page = (): Promise<StoredCompany[]> =>
    storedCompanies(sql, {
      before: last,
      limit: Math.min(PAGE, (setup.limit ?? Infinity) - done),
      changesSince,
    });
  for (let companies = await page(); companies.length > 0; companies = await page()) {
    for (const [at, { domain, facts, context }] of companies.entries()) {
      signal.throwIfAborted();
      if (at % SLICE === 0) await setImmediate();
      try {
        const [old, other] = [before, after].map((rules) => assess(facts, { now, ...context }, rules));
        if (old !== undefined && other !== undefined)
          tally.add(domain, other.mail.provider, ruleEffect(old, other));
      } catch {
        failures += 1;
        if (failed.length < MOST_NAMED) failed.push(domain);
      }
    }
    done += companies.length;
    last = companies.at(-1)?.id ?? null;
    setup.onProgress?.(done);
    if (setup.limit !== null && done >= setup.limit) break;
  }
  return { ...tally.totals(), failed, failures };
}
