import type { Service } from '../context.ts';
import { addJobs } from './queue.ts';
import type { TaskName } from './tasks.ts';
import type { Tasks } from './run-task.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
export const EVERY = {
  'retry-sweep': 30 * SECOND,
  'webhook-retries': MINUTE,
  housekeeping: 2 * MINUTE,
  'process-alerts': 5 * MINUTE,
  'registration-sweep': 10 * MINUTE,
} as const;

/** The next time a clock in UTC shows this, at least a minute from now. */
export function nextAt(now: number, hour: number, minute: number): Date {
  const next = new Date(now);
  next.setUTCHours(hour, minute, 0, 0);
  if (next.getTime() < now + MINUTE) next.setUTCDate(next.getUTCDate() + 1);
  return next;
}

/** Queues what runs by itself, where it does not wait already. Each run queues the next one; this begins the row. */
export async function ensureSchedule(service: Service, tasks: Tasks): Promise<void> {
  const due = (Object.keys(tasks) as TaskName[]).flatMap((name) => {
    const next = tasks[name].next?.();
    return next === undefined ? [] : [{ name, next }];
  });
  for (const { name, next } of due)
    await addJobs(service.sql, name, [{ payload: {} as never, key: name, runAt: next }], { missing: true });
}
