import type { Service } from '../context.ts';
import { done, type Outcome } from '../failure.ts';
import { backtest } from '../rules/backtest.ts';
import { othersThanNow, type RuleInput } from '../rules/choice.ts';
import { countStored } from '../rules/stored.ts';
import { backtestView, type BacktestView } from '../rules/views.ts';

export interface BacktestRulesInput extends RuleInput {
  /** companies at most, the newest; null = all */
  readonly limit: number | null;
  readonly signal: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** What other rules would make of all companies, from their stored records. No look-up, and nothing is stored. */
export async function backtestRules(
  service: Service,
  input: BacktestRulesInput,
): Promise<Outcome<BacktestView>> {
  const rules = service.rules.current();
  const others = othersThanNow(input, rules);
  if (!others.ok) return others;
  const { limit, signal, onProgress } = input;
  const now = new Date(service.clock()).toISOString();
  const stored = await countStored(service.sql);
  const total = Math.min(stored, limit ?? stored);
  const [before, after] = [rules.engine, others.value.engine];
  const run = await backtest({
    sql: service.sql,
    before,
    after,
    now,
    limit,
    signal,
    onProgress: (companies) => onProgress?.(companies, Math.max(total, companies)),
  });
  if (run.failures > 0) {
    service.log.warn('backtest-failures', { failures: run.failures, first: run.failed[0] ?? '' });
  }
  return done(backtestView(run, { before: before.set, after: after.set, now, stored }));
}
