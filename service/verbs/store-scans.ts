import type { Assessment } from '#core/assessment.ts';
import type { Change } from '#core/changes/changes.ts';
import type { FailureCode } from '#core/rules/failures.ts';
import type { Service } from '../context.ts';
import { addJob } from '../jobs/queue.ts';
import type { AllRules } from '../rule-files.ts';
import { lockStates, type CompanyState } from '../store/company-state.ts';
import { inParts } from '../store/in-parts.ts';
import type { Transaction } from '../store/pool.ts';
import { storeDecisions } from '../store/scans.ts';
import type { LookedUpCompany } from './look-up-companies.ts';
import { decideScan, type Decision } from './scan-decision.ts';

/** One company of a batch, about to be stored. */
export interface Assessed {
  readonly companyId: number;
  readonly domain: string;
  /** of this scan; of the newest one, when that was fresh enough to need no other */
  readonly assessment: Assessment;
  /** the assessment whose score is shown: this one, or an earlier one; null when there never was a score */
  readonly shown: Assessment | null;
  readonly changes: readonly Change[];
  /** whether the score of an earlier scan stays, because this one got no answer where it counts */
  readonly keptScore: boolean;
}

export interface ScanResult extends Assessed {
  /** new alerts */
  readonly alerts: number;
  /** false: nothing was asked and nothing written, what is stored is fresh enough */
  readonly stored: boolean;
}

/** A company that could not be assessed or stored; the others of its batch were. */
export interface FailedScan {
  readonly companyId: number;
  readonly domain: string;
  readonly code: FailureCode;
}

/** Who was cancelled, or not claimed, is in neither list. */
export interface BatchResult {
  readonly results: ScanResult[];
  readonly failed: FailedScan[];
}

/**
 * Runs in the transaction that stores, before anything is written: whose id it gives back is stored, nobody else. It
 * may run again with fewer companies, in another transaction, when one of them cannot be stored.
 */
export type Claim = (tx: Transaction, results: readonly Assessed[]) => Promise<ReadonlySet<number>>;

/** Assesses and stores what was looked up. */
export function storeScans(
  service: Service,
  looked: readonly LookedUpCompany[],
  cause: string,
  claim?: Claim,
): Promise<BatchResult> {
  const rules = service.rules.current();
  const now = new Date(service.clock()).toISOString();
  return storeBatch(service, looked, {
    rules,
    facts: 'carried',
    cause,
    gone: 'lead-not-found',
    claim,
    decide: ({ looked: scan, fault }, state) => {
      if (fault !== undefined) throw fault;
      return scan === null || isOutrun(scan.facts.lookedUpAt, state)
        ? storedResult(state)
        : decideScan(scan, state, now, rules);
    },
  });
}

/** Whether a look-up that began later is stored already. */
const isOutrun = (lookedUpAt: string, { scannedAt }: CompanyState): boolean =>
  scannedAt !== null && scannedAt.getTime() > Date.parse(lookedUpAt);

/** What is stored, as the result of a scan that was not needed. Null when there is nothing. */
function storedResult({ id, domain, newest, shown }: CompanyState): Assessed | null {
  const assessment = newest ?? shown;
  if (assessment === null) return null;
  const keptScore = newest !== null && shown !== null;
  return { companyId: id, domain, assessment, shown, changes: [], keptScore };
}

/** What is thought about. */
export interface Item {
  readonly companyId: number;
  readonly domain: string;
}
export interface Thinking<T extends Item> {
  readonly rules: AllRules;
  /** for the log */
  readonly cause: string;
  /** what a company is told as that was erased meanwhile; null = left out */
  readonly gone: FailureCode | null;
  readonly facts: 'carried' | 'all';
  readonly claim: Claim | undefined;
  /** a decision is written; a result is only told; null = left out */
  readonly decide: (item: T, state: CompanyState) => Decision | Assessed | null;
}
type Stored = { readonly result: ScanResult } | { readonly failed: FailedScan };

/** Thinks about a batch and stores it; W27: who cannot be stored is told, and costs nobody else anything. */
export async function storeBatch<T extends Item>(
  service: Service,
  items: readonly T[],
  thinking: Thinking<T>,
): Promise<BatchResult> {
  const began = service.clock();
  const fault = ({ companyId, domain }: Item, error: unknown, code: FailureCode = 'internal'): Stored => {
    service.log.error('scan.failed', error, { companyId, domain });
    return { failed: { companyId, domain, code } };
  };
  const inOrder = [...new Map(items.map((item) => [item.companyId, item])).values()].sort(
    (a, b) => a.companyId - b.companyId,
  );
  const stored = await inParts(
    service,
    inOrder,
    (tx, part) => storePart(service, tx, part, thinking, fault),
    fault,
  );
  const batch: BatchResult = {
    results: stored.flatMap((entry) => ('result' in entry ? [entry.result] : [])),
    failed: stored.flatMap((entry) => ('failed' in entry ? [entry.failed] : [])),
  };
  report(service, batch, thinking.cause, service.clock() - began);
  return batch;
}

function report(
  { log, metrics }: Service,
  { results, failed }: BatchResult,
  cause: string,
  ms: number,
): void {
  const outcomes = Map.groupBy(results, ({ stored, keptScore, assessment }) =>
    !stored ? 'fresh' : keptScore ? 'kept' : assessment.status,
  );
  for (const [outcome, list] of outcomes) metrics.count('scans', { outcome }, list.length);
  if (failed.length > 0) metrics.count('scans', { outcome: 'failed' }, failed.length);
  log.info('scans.stored', {
    cause,
    companies: results.length,
    kept: outcomes.get('kept')?.length ?? 0,
    changed: results.filter(({ changes }) => changes.length > 0).length,
    alerts: results.reduce((sum, { alerts }) => sum + alerts, 0),
    failed: failed.length,
    ms,
  });
}

/** One transaction: lock and read, think, claim, write. */
async function storePart<T extends Item>(
  service: Service,
  tx: Transaction,
  items: readonly T[],
  { rules, facts, gone, claim, decide }: Thinking<T>,
  fault: (item: Item, error: unknown) => Stored,
): Promise<Stored[]> {
  const since = new Date(service.clock() - rules.engine.set.confidence.windowDays * DAY);
  const states = await lockStates(
    tx,
    items.map(({ companyId }) => companyId),
    { since, facts },
  );
  const failures: Stored[] = [];
  const outcomes: (Decision | Assessed)[] = [];
  for (const item of items) {
    const state = states.get(item.companyId);
    // Erased while it was looked up: there is nothing to hang a result on.
    if (state === undefined) {
      if (gone !== null) failures.push({ failed: { ...pick(item), code: gone } });
    } else
      try {
        const outcome = decide(item, state);
        if (outcome !== null) outcomes.push(outcome);
      } catch (error) {
        // A mistake of ours about one company is no reason to lose the others.
        failures.push(fault({ companyId: item.companyId, domain: state.domain }, error));
      }
  }
  const told = outcomes.map((outcome) => ({ outcome, assessed: assessedOf(outcome) }));
  const claimed = await claim?.(
    tx,
    told.map(({ assessed }) => assessed),
  );
  const mine = told.filter(({ assessed }) => claimed?.has(assessed.companyId) ?? true);
  const decisions = mine.flatMap(({ outcome }) => ('kept' in outcome ? [outcome] : []));
  const alerts = await storeDecisions(tx, decisions, rules);
  if (alerts.size > 0) await addJob(tx, 'process-alerts', {}, { key: 'process-alerts' });
  const results = mine.map(({ outcome, assessed }): Stored => ({
    result: { ...assessed, alerts: alerts.get(assessed.companyId) ?? 0, stored: 'kept' in outcome },
  }));
  return [...results, ...failures];
}

const DAY = 86_400_000;
const pick = ({ companyId, domain }: Item): Item => ({ companyId, domain });

const assessedOf = (outcome: Decision | Assessed): Assessed =>
  'kept' in outcome
    ? {
        companyId: outcome.companyId,
        domain: outcome.domain,
        assessment: outcome.assessment,
        shown: outcome.shown,
        changes: outcome.changes,
        keptScore: outcome.kept,
      }
    : outcome;
