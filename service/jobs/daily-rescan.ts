import type { Service } from '../context.ts';
import { addScanJob, queueChunks, tellJob } from '../store/jobs.ts';
import { addStaleItems, hasOpenRescan } from '../store/rescans.ts';

/** Companies of one job; what is left is the next day's. */
const MOST = 100_000;
const DAY = 86_400_000;

/** Makes a job of all companies whose records are too old, the best leads first. One at a time. */
export async function dailyRescan({ sql, clock, config, log }: Service): Promise<void> {
  if (!config.worker.dailyRescan) return;
  const at = new Date(clock());
  const before = new Date(at.getTime() - config.staleAfterDays * DAY);
  await sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(hashtext('hunter daily rescan'))`;
    if (await hasOpenRescan(tx)) return log.info('daily-rescan', { companies: 0, waits: true });
    const options = { tier: 'score', force: false, language: config.language } as const;
    const id = await addScanJob(tx, {
      kind: 'daily-rescan',
      options,
      total: 0,
      refused: 0,
      by: 'system',
      at,
    });
    const companies = await addStaleItems(tx, id, before, MOST);
    if (companies === 0) {
      await tx`delete from scan_jobs where id = ${id}`;
      return;
    }
    await queueChunks(tx, id);
    await tellJob(tx, id);
    log.info('daily-rescan', { companies, waits: false });
  });
}
