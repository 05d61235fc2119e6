import type { Service } from '../context.ts';
import { deleteOld } from '../store/retention.ts';

const DAY = 86_400_000;

/** Deletes what is older than HUNTER_RETENTION_DAYS, and files older than HUNTER_UPLOAD_RETENTION_DAYS. */
export async function retention({ sql, clock, config, log }: Service, signal: AbortSignal): Promise<void> {
  const { days, uploadDays } = config.retention;
  const ago = (count: number): Date => new Date(clock() - count * DAY);
  const gone = await deleteOld(sql, { before: ago(days), uploadsBefore: ago(uploadDays) }, signal);
  log.info('retention', gone);
}
