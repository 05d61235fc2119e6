import type { Service } from '../context.ts';
import { forgottenJobs, queueChunks } from '../store/jobs.ts';
import { dropExpired } from '../store/retention.ts';
import { deadWork, dropWork } from '../store/workers.ts';
import type { Task, Tasks } from './run-task.ts';
import { TASKS, type TaskName } from './tasks.ts';

/** Open jobs that nobody has touched for so long are looked at. */
const IDLE_SECONDS = 300;

/** Small things that pile up: sums of counts, cache entries that ended, work that ended workers, jobs nobody works on. */
export async function housekeeping(service: Service, tasks: () => Tasks): Promise<void> {
  const { sql, clock } = service;
  await sql`select compact_lead_counts()`;
  await dropExpired(sql, new Date(clock()));
  await giveUpDeadWork(service, tasks());
  for (const jobId of await forgottenJobs(sql, IDLE_SECONDS))
    await sql.begin((tx) => queueChunks(tx, jobId) as Promise<unknown>);
}

/** Work that ended a worker each time is noted where somebody looks for it, and leaves the queue. */
async function giveUpDeadWork({ sql, log }: Service, tasks: Tasks): Promise<void> {
  const dead = await deadWork(sql);
  for (const { id, task: name, payload, current } of dead) {
    if (current && name in TASKS) {
      const { retry: _, ...rest } = payload as { retry?: number };
      const parsed = TASKS[name as TaskName].safeParse(rest);
      log.warn('work-given-up', { task: name });
      const task = tasks[name as TaskName] as Task<TaskName>;
      if (parsed.success) await task.fail?.(parsed.data as never, 'given-up');
    }
    await dropWork(sql, [id]);
  }
}
