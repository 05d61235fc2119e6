import type { Service } from '../context.ts';
import { done, failed, type Outcome } from '../failure.ts';
import type { AllRules } from '../rule-files.ts';
import { findCompany } from '../store/companies.ts';
import { lookUpCompanies, type LookUpOptions } from './look-up-companies.ts';
import { decideRescore } from './scan-decision.ts';
import { type BatchResult, type Claim, type ScanResult, storeBatch, storeScans } from './store-scans.ts';

export type { Assessed, BatchResult, Claim, FailedScan, ScanResult } from './store-scans.ts';

/**
 * Looks up, assesses and stores one company: a person waits, or a job that was queued for one.
 *
 * @param domain lower-case ASCII
 * @param options.background true = in the line and with the patience of lists
 * @throws what the signal says when it fires first
 */
export async function scanCompany(
  service: Service,
  domain: string,
  options: Omit<LookUpOptions, 'who'> & { readonly background?: boolean },
): Promise<Outcome<ScanResult>> {
  const company = await findCompany(service.sql, domain);
  if (company === null) return failed('lead-not-found', { domain });
  const who = options.background === true ? 'background' : 'person';
  const looked = await lookUpCompanies(service, [{ id: company.id, domain }], { ...options, who });
  const { results, failed: faults } = await storeScans(service, looked, options.cause);
  const [result] = results;
  if (result !== undefined) return done(result);
  options.signal?.throwIfAborted();
  return failed(faults[0]?.code ?? 'internal', { domain });
}

/** Looks up, assesses and stores many companies; a hundred at a time is a good measure. */
export async function scanBatch(
  service: Service,
  companies: readonly { readonly id: number; readonly domain: string }[],
  options: Omit<LookUpOptions, 'who'> & { readonly claim?: Claim },
): Promise<BatchResult> {
  const looked = await lookUpCompanies(service, companies, { ...options, who: 'background' });
  return storeScans(service, looked, options.cause, options.claim);
}

/**
 * Thinks about stored facts again, with these rules; nothing is looked up. Companies that were never scanned are left
 * out.
 *
 * @param cause what the history says: other rules, or more that is known of the company
 */
export async function rescoreBatch(
  service: Service,
  companyIds: readonly number[],
  rules: AllRules,
  claim?: Claim,
  cause: 'rules' | 'context' = 'rules',
): Promise<BatchResult> {
  const now = new Date(service.clock()).toISOString();
  const items = companyIds.map((companyId) => ({ companyId, domain: '' }));
  return storeBatch(service, items, {
    rules,
    facts: 'all',
    cause,
    gone: null,
    claim,
    decide: (_, state) => decideRescore(state, now, rules, cause),
  });
}
