import type { Service } from '../context.ts';
import type { Sql } from '../store/pool.ts';

/** Hears what happens to jobs, in all processes of the database. */
export interface JobNews {
  /** Calls back when something about this job is new, until it is told to stop. */
  watch(jobId: string, onNews: () => void): () => void;
}

const heard = new WeakMap<Sql, JobNews>();

/** One subscription for each pool of connections, however many watch. It is there while somebody does. */
export function jobNews({ sql, log }: Pick<Service, 'sql' | 'log'>): JobNews {
  const there = heard.get(sql);
  if (there !== undefined) return there;
  const made = createJobNews(sql, (error) =>
    log.warn('job-news', { code: (error as { code?: string }).code ?? null }),
  );
  heard.set(sql, made);
  return made;
}

function createJobNews(sql: Sql, warn: (error: unknown) => void): JobNews {
  const watchers = new Map<string, Set<() => void>>();
  let unlisten: (() => Promise<void>) | null = null;
  let turn: Promise<unknown> = Promise.resolve();

  const tellAll = (): void => {
    for (const set of watchers.values()) for (const tell of set) tell();
  };
  /** Listens while somebody watches. Who watches looks by itself now and then, so a failure costs only moments. */
  const settle = (): void => {
    turn = turn
      .then(async () => {
        if (watchers.size > 0 && unlisten === null) {
          const listening = await sql.listen(
            'hunter_job',
            (jobId) => {
              for (const tell of watchers.get(jobId) ?? []) tell();
            },
            // Also at every connection made anew: what was told in between is lost.
            tellAll,
          );
          unlisten = listening.unlisten;
        } else if (watchers.size === 0 && unlisten !== null) {
          const end = unlisten;
          unlisten = null;
          await end();
        }
      })
      .catch(warn);
  };
  return {
    watch(jobId, onNews) {
      const set = watchers.get(jobId) ?? new Set();
      watchers.set(jobId, set.add(onNews));
      settle();
      return () => {
        set.delete(onNews);
        if (set.size === 0 && watchers.get(jobId) === set) watchers.delete(jobId);
        settle();
      };
    },
  };
}
