import type { DomainFacts } from '#core/facts.ts';
import type { AllRules } from '#service/rule-files.ts';
import { ensureCompanies } from '#service/store/companies.ts';
import { lockStates } from '#service/store/company-state.ts';
import type { Sql } from '#service/store/pool.ts';
import { storeDecisions } from '#service/store/scans.ts';
import { decideScan } from '#service/verbs/scan-decision.ts';

/** Companies as a scan that found these facts would have left them; the ids, in the order given. */
export async function storeScanned(
  sql: Sql,
  rules: AllRules,
  facts: readonly DomainFacts[],
  now = '2026-11-25T09:00:00.000Z',
): Promise<number[]> {
  return sql.begin(async (tx) => {
    const made = await ensureCompanies(
      tx,
      facts.map(({ domain }) => ({ domain, unicode: domain, name: null, source: 'domain' as const })),
      rules,
    );
    const ids = facts.map(({ domain }) => made.get(domain)?.id ?? 0);
    const states = await lockStates(tx, ids, { since: new Date(0), facts: 'all' });
    const decisions = facts.flatMap((found, at) => {
      const companyId = ids[at] ?? 0;
      const state = states.get(companyId);
      if (state === undefined) return [];
      return [decideScan({ companyId, domain: found.domain, facts: found, asked: {} }, state, now, rules)];
    });
    decisions.sort((a, b) => a.companyId - b.companyId);
    await storeDecisions(tx, decisions, rules);
    return ids;
  });
}
