import { fill } from '#core/rules/messages.ts';
import type { FailureCode } from '#core/rules/failures.ts';
import type { Service } from '../context.ts';
import { beginWork, completeIfDone, isOpen, tellJob, type ScanOptions } from '../store/jobs.ts';
import {
  claimItems,
  completeItems,
  failItems,
  giveUp,
  returnItems,
  takeBack,
  type ClaimedItem,
  type ItemResult,
  type Range,
} from '../store/job-items.ts';
import type { Transaction } from '../store/pool.ts';
import { scanBatch, type Assessed, type BatchResult } from '../verbs/scan-companies.ts';
import type { TaskPayload } from './tasks.ts';
import { isTransient } from './transient.ts';

/** Entries that are looked up together: about a second of work, so that results come in a steady stream. */
const LARGEST_BATCH = 100;
const SMALLEST_BATCH = 5;
/** So many runs share the pace of a worker: the places of its line for lists. */
export const RUNS_AT_ONCE = 3;

/** How often a run looks whether its job was cancelled meanwhile. */
const LOOK_MS = 1000;

/**
 * Scans the entries of a job from one position to another, some at a time: takes them, looks them up, and stores results,
 * states and counts in one transaction. Nothing is done twice, however many workers hold the same entries, and nothing is
 * lost with one: what it had begun waits again.
 *
 * @throws when the signal fires, and what the database says
 */
export async function scanChunk(
  service: Service,
  range: TaskPayload<'scan-chunk'>,
  worker: string,
  signal: AbortSignal,
): Promise<void> {
  const { sql, clock } = service;
  const options = await beginWork(sql, range.jobId, new Date(clock()));
  if (options === null) return;
  await takeBack(sql, range, worker);
  for (;;) {
    signal.throwIfAborted();
    const items = await claimItems(sql, range, worker, batchSize(service));
    if (items.length === 0) break;
    await scanItems(service, range.jobId, items, { worker, signal, ...options });
  }
  await close(service, range);
}

const batchSize = ({ config: { domainsPerSecond } }: Service): number =>
  Math.round(Math.min(LARGEST_BATCH, Math.max(SMALLEST_BATCH, domainsPerSecond / RUNS_AT_ONCE)));

interface Work extends Partial<ScanOptions> {
  readonly worker: string;
  readonly signal: AbortSignal;
  readonly kind: string;
}

async function scanItems(
  service: Service,
  jobId: string,
  items: readonly ClaimedItem[],
  work: Work,
): Promise<void> {
  const { sql } = service;
  const { worker, signal } = work;
  const watch = watchJob(service, jobId, signal);
  let result: BatchResult;
  try {
    result = await scanBatch(
      service,
      items.map(({ companyId: id, domain }) => ({ id, domain })),
      {
        tier: work.tier ?? 'score',
        force: work.force ?? false,
        cause: work.kind,
        signal: watch.signal,
        claim: claimOf(service, jobId, worker, items),
      },
    );
  } catch (error) {
    const brokenOff = watch.signal.aborted || isTransient(error);
    await returnItems(sql, jobId, worker, items, !brokenOff);
    if (brokenOff && !watch.cancelled()) throw error;
    // A mistake of ours about one entry: they are tried again in smaller company, and in the end alone.
    if (!watch.cancelled()) service.log.error('scan-chunk', error, { jobId, items: items.length });
    return;
  } finally {
    watch.stop();
  }
  const failed = await failThose(service, jobId, items, result, work);
  const done = new Set([...result.results.map(({ companyId }) => companyId), ...failed]);
  await returnItems(
    sql,
    jobId,
    worker,
    items.filter(({ companyId }) => !done.has(companyId)),
    // What came to nothing without a reason counts as a try, or it would go on for ever.
    !watch.signal.aborted,
  );
}

/** Marks entries as done in the transaction that stores their results; who has become somebody else's is left out. */
function claimOf(service: Service, jobId: string, worker: string, items: readonly ClaimedItem[]) {
  const byCompany = new Map(items.map((item) => [item.companyId, item]));
  return async (tx: Transaction, results: readonly Assessed[]): Promise<ReadonlySet<number>> => {
    const done = results.flatMap((result) => {
      const item = byCompany.get(result.companyId);
      return item === undefined ? [] : [{ ...item, result: inShort(result) }];
    });
    const positions = await completeItems(tx, jobId, worker, done, new Date(service.clock()));
    return new Set(done.flatMap(({ position, companyId }) => (positions.has(position) ? [companyId] : [])));
  };
}

/** What an entry keeps of its scan: the score as it is shown from now on. */
function inShort({ assessment, shown, keptScore, changes }: Assessed): ItemResult {
  const { scored, mail } = shown ?? assessment;
  return {
    score: scored?.score ?? null,
    segment: scored?.segment ?? null,
    priority: scored?.priority ?? null,
    provider: mail.provider,
    scan_status: assessment.status,
    score_kept: keptScore,
    changes: changes.length,
  };
}

async function failThose(
  service: Service,
  jobId: string,
  items: readonly ClaimedItem[],
  { failed }: BatchResult,
  { worker, language }: Work,
): Promise<number[]> {
  if (failed.length === 0) return [];
  const codes = new Map(failed.map(({ companyId, code }) => [companyId, code]));
  const faulty = items.flatMap((item) => {
    const why = codes.get(item.companyId);
    if (why === undefined) return [];
    const code = why === 'internal' ? 'item-failed' : why;
    return [{ ...item, code, sentence: sentenceOf(service, code, item.domain, language) }];
  });
  await service.sql.begin((tx) => failItems(tx, jobId, worker, faulty, new Date(service.clock())));
  return faulty.map(({ companyId }) => companyId);
}

const sentenceOf = (
  { rules, config }: Service,
  code: FailureCode,
  domain: string,
  language: ScanOptions['language'] = config.language,
): string => fill(rules.current().messages[language].api[code], { domain });

/** Nothing waits here any more. Entries that ended a worker each time are given up; an erased one may have been the last. */
async function close(service: Service, range: Range): Promise<void> {
  const at = new Date(service.clock());
  const sentence = sentenceOf(service, 'given-up', '');
  await service.sql.begin(async (tx) => {
    await giveUp(tx, range, 'tried', { code: 'given-up', sentence, at });
    if (await completeIfDone(tx, range.jobId, at)) await tellJob(tx, range.jobId);
  });
}

/** What is left of a piece of work that cannot be done, failed. */
export async function failChunk(
  service: Service,
  range: TaskPayload<'scan-chunk'>,
  worker: string,
  why: 'job-broken' | 'given-up',
): Promise<void> {
  const code = why === 'given-up' ? why : 'item-failed';
  await takeBack(service.sql, range, worker);
  const at = new Date(service.clock());
  const sentence = sentenceOf(service, code, '');
  await service.sql.begin((tx) => giveUp(tx, range, 'all', { code, sentence, at }));
}

/** A signal that also fires when the job has ended meanwhile. */
function watchJob(service: Service, jobId: string, signal: AbortSignal) {
  const ended = new AbortController();
  let looking = false;
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    isOpen(service.sql, jobId)
      .then((open) => {
        if (!open) ended.abort();
      })
      // The next look may succeed.
      .catch(() => undefined)
      .finally(() => {
        looking = false;
      });
  }, LOOK_MS);
  return {
    signal: AbortSignal.any([signal, ended.signal]),
    cancelled: () => ended.signal.aborted && !signal.aborted,
    stop: () => clearInterval(timer),
  };
}
