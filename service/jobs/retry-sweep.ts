import type { Service } from '../context.ts';
import { takeDueRetries } from '../store/rescans.ts';
import { scanKey } from '../verbs/ingest-domain.ts';
import { addJobs } from './queue.ts';
import { SWEEP_PRIORITY } from './priorities.ts';

/** Companies of one sweep: half a minute of work at the usual pace. */
const MOST = 300;
/** When a company is looked at again whose look-up was queued and never came to an end. */
const HOLD_MS = 30 * 60_000;

/** Queues the look-ups that gave no answer and are due. The scan itself says when the next one is. */
export async function retrySweep({ sql, clock }: Service): Promise<void> {
  const now = clock();
  await sql.begin(async (tx) => {
    const due = await takeDueRetries(tx, new Date(now), new Date(now + HOLD_MS), MOST);
    await addJobs(
      tx,
      'scan-domain',
      due.map(({ domain, full }) => ({
        payload: { domain, tier: full ? 'full' : 'score', cause: 'retry' },
        key: scanKey(domain),
      })),
      { priority: SWEEP_PRIORITY, missing: true },
    );
  });
}
