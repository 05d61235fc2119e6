import type { Service } from '../context.ts';
import { done, failed, type Outcome } from '../failure.ts';
import { cancelOpenJob } from '../store/jobs.ts';

/**
 * Ends a job: what waits is cancelled at once, what is under way is broken off within seconds and stored no more. What was
 * done stays.
 *
 * @param words the names of the states, for the refusal
 */
export async function cancelJob(
  service: Service,
  jobId: string,
  words: (state: 'completed' | 'failed' | 'cancelled') => string,
): Promise<Outcome<{ readonly jobId: string }>> {
  const at = new Date(service.clock());
  const ended = await service.sql.begin((tx) => cancelOpenJob(tx, jobId, at));
  if (ended === null) return failed('job-not-found');
  if (!ended.cancelled)
    return failed('job-finished', { state: words(ended.state as 'completed' | 'failed' | 'cancelled') });
  return done({ jobId });
}
