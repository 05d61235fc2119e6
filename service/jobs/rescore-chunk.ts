import type { Service } from '../context.ts';
import { failed, failureSentence } from '../failure.ts';
import {
  claimRescored,
  closeChunk,
  failRescoreJob,
  findRescoreJob,
  isOpen,
  nextToRescore,
  scoredOtherwise,
  stillOpen,
  type RescoreJob,
} from '../store/rescore-jobs.ts';
import { RESCORE_PRIORITY, rescoreKey } from '../verbs/activate-rules.ts';
import { rescoreBatch } from '../verbs/scan-companies.ts';
import { addJob } from './queue.ts';
import type { TaskPayload } from './tasks.ts';

/** Companies a chunk: one transaction that locks them, some hundred milliseconds. */
const CHUNK = 250;

/**
 * Scores the next companies of a job again and queues the chunk after it. How far the job is stands in the job itself,
 * written in the transaction that stores the scores: a worker may die anywhere, and two may hold the same chunk.
 *
 * @param size companies at most
 */
export async function rescoreChunk(
  service: Service,
  { jobId }: TaskPayload<'rescore-chunk'>,
  signal: AbortSignal,
  size = CHUNK,
): Promise<void> {
  const job = await findRescoreJob(service.sql, jobId);
  if (job === null) return;
  if (!isOpen(job)) {
    if (job.stopping) await end(service, jobId, { to: job.after, failed: 0 });
    return;
  }
  signal.throwIfAborted();
  await service.rules.reload();
  if (!(await hasItsRules(service, job))) return;
  const ids = await nextToRescore(service.sql, job, size);
  const last = ids.at(-1);
  if (last === undefined) return end(service, jobId, { to: null, failed: 0 });
  const result = await rescoreBatch(service, ids, service.rules.current(), (tx, results) =>
    claimRescored(
      tx,
      jobId,
      results.map(({ companyId }) => companyId),
      now(service),
    ),
  );
  // Who was erased meanwhile is no failure.
  const faults = result.failed.filter(({ code }) => code !== 'lead-not-found');
  if (ids.length < size) await sweep(service, job);
  await end(service, jobId, { to: ids.length < size ? null : last, failed: faults.length });
}

/** At the end once more those that slipped through. Not counted: they were already. */
async function sweep(service: Service, job: RescoreJob): Promise<void> {
  const ids = await scoredOtherwise(service.sql, job, CHUNK);
  if (ids.length === 0) return;
  await rescoreBatch(service, ids, service.rules.current(), async (tx, results) =>
    (await stillOpen(tx, job.id)) ? new Set(results.map(({ companyId }) => companyId)) : new Set(),
  );
}

const now = (service: Service): Date => new Date(service.clock());

/** The next chunk is queued in the transaction that closes this one. */
async function end(
  service: Service,
  jobId: string,
  { to, failed: failures }: { readonly to: number | null; readonly failed: number },
): Promise<void> {
  await service.sql.begin(async (tx) => {
    const job = await closeChunk(tx, jobId, { to, failed: failures, at: now(service) });
    if (job?.state !== 'in_progress') return;
    const options = { key: rescoreKey(jobId), priority: RESCORE_PRIORITY };
    await addJob(tx, 'rescore-chunk', { jobId, after: job.after }, options);
  });
}

/**
 * A process whose rule files lack what was activated would score by other rules than the job says. It ends the job with
 * the reason, instead of writing scores that nobody asked for.
 */
async function hasItsRules(service: Service, job: RescoreJob): Promise<boolean> {
  const { set } = service.rules.current().engine;
  if (set.id === job.rules.id && set.version === job.rules.version) return true;
  // Others were activated in between: that ends the job, if it has not ended yet.
  const { failure } = failed('rules-not-at-hand', {
    wanted: `${job.rules.id} ${job.rules.version}`,
    active: `${set.id} ${set.version}`,
  });
  const messages = service.rules.current().messages[service.config.language];
  const sentence = failureSentence(failure, messages);
  await failRescoreJob(service.sql, job.id, { code: failure.code, sentence, at: now(service) });
  service.log.warn('rescore-rules', { jobId: job.id, ...failure.values });
  return false;
}
