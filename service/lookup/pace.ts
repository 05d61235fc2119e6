import type { Config } from '../config.ts';
import { reserve } from '../store/rate-limits.ts';
import type { Sql } from '../store/pool.ts';
import { createGate, type Clock, type Sleep } from './limit.ts';

/** How many domains are looked up: at once in this process, and a second in all processes on one database. */
export interface Pace {
  /**
   * The way out again (call it once) when a domain may be looked up; null when the signal fired first.
   * A person who waits does not stand in the line of the lists.
   */
  enter(who: 'background' | 'person', signal?: AbortSignal): Promise<(() => void) | null>;
}

export interface PaceOptions {
  readonly sql: Sql;
  readonly config: Pick<Config, 'domainsPerSecond' | 'worker'>;
  readonly clock: Clock;
  readonly sleep: Sleep;
}

/** Tokens are reserved for so long at a time: few statements, and other workers get their turn in between. */
const SLICE_SECONDS = 0.2;
/** For how long the number of workers is believed. */
const WORKERS_MS = 5_000;
/** A worker whose heart has not beaten for so long does not count. */
const HEARTBEAT_SECONDS = 30;
/** Scans of people that may begin at once after a time of rest. */
const PERSON_BURST = 5;

export function createPace({ sql, config, clock, sleep }: PaceOptions): Pace {
  const perWorker = config.domainsPerSecond;
  const gate = createGate(config.worker.concurrency);
  const turn = createTurns();
  /** moments at which the tokens reserved may be used, ascending */
  let slice: number[] = [];
  let workers = { count: 1, until: -Infinity };

  async function rate(): Promise<number> {
    if (clock() >= workers.until) {
      const [row] = await sql<{ count: number }[]>`
        select count(*)::int as count from workers
        where not stopping and heartbeat_at > now() - make_interval(secs => ${HEARTBEAT_SECONDS})`;
      workers = { count: Math.max(1, row?.count ?? 0), until: clock() + WORKERS_MS };
    }
    return perWorker * workers.count;
  }

  /** The moment from which the next domain of a list may be looked up. */
  async function nextMoment(): Promise<number> {
    if (slice.length === 0) {
      const perSecond = await rate();
      const n = Math.max(1, Math.floor(perSecond * SLICE_SECONDS));
      const wait = await reserve(sql, 'dns', n, perSecond, n);
      const last = clock() + wait;
      slice = Array.from({ length: n }, (_, i) => last - ((n - 1 - i) / perSecond) * 1000);
    }
    return slice.shift()!;
  }

  /** One after the other: no more than one slice is reserved ahead, and who has given up takes nothing of it. */
  const takeTurn = (signal: AbortSignal | undefined): Promise<boolean> =>
    orFired(
      turn(async () => signal?.aborted !== true && waitFor(await nextMoment(), signal)),
      signal,
    );

  async function waitFor(moment: number, signal: AbortSignal | undefined): Promise<boolean> {
    const ms = moment - clock();
    if (ms > 0) await sleep(ms, signal);
    return signal?.aborted !== true;
  }

  return {
    async enter(who, signal) {
      if (signal?.aborted) return null;
      if (who === 'person') {
        if (perWorker === Number.POSITIVE_INFINITY) return () => undefined;
        const ms = await reserve(sql, 'dns:interactive', 1, perWorker, PERSON_BURST);
        return (await waitFor(clock() + ms, signal)) ? () => undefined : null;
      }
      const leave = await gate.enter(signal);
      if (leave === null || perWorker === Number.POSITIVE_INFINITY) return leave;
      try {
        if (await takeTurn(signal)) return leave;
      } catch (error) {
        leave();
        throw error;
      }
      leave();
      return null;
    },
  };
}

/** What the work comes to, or false as soon as the signal fires. */
function orFired(work: Promise<boolean>, signal: AbortSignal | undefined): Promise<boolean> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const leave = (): void => resolve(false);
    signal.addEventListener('abort', leave, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}

/** Runs one after the other. */
function createTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };
}
