import type { Service } from '../context.ts';
import { findRescoreJob, isOpen, type RescoreJob } from '../store/rescore-jobs.ts';
import { rescoreChunk } from './rescore-chunk.ts';

/**
 * Works through a rescoring job in this process, chunk by chunk, until it has ended or the signal fires. A worker may do
 * the same at the same time: each company is done once. What is left after a signal is a worker's.
 */
export async function rescoreHere(
  service: Service,
  jobId: string,
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void,
  size?: number,
): Promise<RescoreJob> {
  for (;;) {
    const job = await findRescoreJob(service.sql, jobId);
    if (job === null) throw new Error('the job is gone');
    onProgress(job.succeeded + job.failed, job.total);
    if (!isOpen(job) || signal.aborted) return job;
    try {
      await rescoreChunk(service, { jobId, after: job.after }, signal, size);
    } catch (error) {
      // Told by the state that comes back.
      if (!signal.aborted) throw error;
    }
  }
}
