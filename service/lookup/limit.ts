/** Milliseconds since 1970, like Date.now. */
export type Clock = () => number;

/** Resolves after so many milliseconds, or at once when the signal fires. It never rejects: who waits looks at the signal. */
export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>;

/** The sleep of a running service. Tests hand in their own. */
export const sleep: Sleep = (ms, signal) =>
  new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
  });

/**
 * Calls back when a signal fires, with one listener a signal however many wait under it: a listener of its own for each
 * question costs more than the rest of the question. Gives the way to be called no more.
 */
export function createSignals(): (signal: AbortSignal, fired: () => void) => () => void {
  const known = new WeakMap<AbortSignal, { readonly waiting: Set<() => void>; readonly fire: () => void }>();
  return (signal, fired) => {
    let entry = known.get(signal);
    if (entry === undefined) {
      const waiting = new Set<() => void>();
      const fire = () => {
        for (const each of waiting) each();
      };
      entry = { waiting, fire };
      known.set(signal, entry);
      signal.addEventListener('abort', fire, { once: true });
    }
    const { waiting, fire } = entry;
    waiting.add(fired);
    return () => {
      // A signal outlives those who wait under it: with the last of them the listener goes too.
      if (!waiting.delete(fired) || waiting.size > 0) return;
      known.delete(signal);
      signal.removeEventListener('abort', fire);
    };
  };
}

/** A signal that fires when the time is up or the caller gives up. `end` it, or its timer runs on. */
export interface Budget {
  readonly signal: AbortSignal;
  end(): void;
}

/** An AbortSignal.timeout joined by AbortSignal.any does the same at many times the cost. */
export function startBudget(ms: number, outer: AbortSignal | undefined): Budget {
  const controller = new AbortController();
  const { signal } = controller;
  if (outer?.aborted) {
    controller.abort(outer.reason);
    return { signal, end: () => undefined };
  }
  const giveUp = () => controller.abort(outer?.reason);
  const timer = setTimeout(() => controller.abort(), ms).unref();
  outer?.addEventListener('abort', giveUp, { once: true });
  return {
    signal,
    end() {
      clearTimeout(timer);
      outer?.removeEventListener('abort', giveUp);
    },
  };
}

/** Lets at most so many in at a time, in the order they came. */
export interface Gate {
  /** The way out again (call it once), when there is room; null when the signal fired first. */
  enter(signal?: AbortSignal): Promise<(() => void) | null>;
  /** The way out when there is room right now, without a turn of the loop; null when there is none. */
  tryEnter(): (() => void) | null;
  readonly inside: number;
  readonly waiting: number;
}

interface Waiter<T> {
  readonly admit: (value: T) => void;
  left: boolean;
}

export function createGate(size: number): Gate {
  if (!(size >= 1)) throw new Error(`a gate lets at least one in, not ${size}`);
  let inside = 0;
  const queue = createQueue<(() => void) | null>();

  const wayOut = () => {
    let out = false;
    return () => {
      if (out) return;
      out = true;
      const next = queue.next();
      if (next === undefined) inside--;
      else next.admit(wayOut());
    };
  };

  const tryEnter = () => {
    if (inside >= size) return null;
    inside++;
    return wayOut();
  };

  return {
    tryEnter,
    async enter(signal) {
      return signal?.aborted ? null : (tryEnter() ?? queue.wait(null, signal));
    },
    get inside() {
      return inside;
    },
    get waiting() {
      return queue.length;
    },
  };
}

/** Hands out so many a second: a token bucket, and a pause for servers that ask for one. */
export interface RateLimit {
  /** True with a token in hand; false when the signal fired first, and then no token is used up. */
  take(signal?: AbortSignal): Promise<boolean>;
  /** Nobody gets a token before that moment (Retry-After, RFC 9110 section 10.2.3). An earlier moment changes nothing. */
  pauseUntil(moment: number): void;
  /** How long the pause still lasts; 0 = there is none. */
  pausedFor(): number;
  readonly waiting: number;
}

export interface RateLimitOptions {
  /** tokens a second; Infinity = no limit */
  readonly perSecond: number;
  /** how many may go at once after a time of rest */
  readonly burst?: number;
  readonly clock: Clock;
  readonly sleep: Sleep;
}

export function createRateLimit({ perSecond, burst = 1, clock, sleep }: RateLimitOptions): RateLimit {
  if (!(perSecond > 0)) throw new Error(`a rate is above 0 a second, not ${perSecond}`);
  if (!(burst >= 1)) throw new Error(`a burst is at least 1, not ${burst}`);
  const interval = 1000 / perSecond;
  // The moment at which the bucket is full again (the "theoretical arrival time" of ATM Forum's GCRA): one number is the whole bucket.
  let fullAt = -Infinity;
  let pausedUntil = -Infinity;
  let alarm: AbortController | undefined;
  const queue = createQueue<boolean>(() => alarm?.abort());

  const wait = () => Math.max(fullAt - (burst - 1) * interval, pausedUntil) - clock();
  const spend = () => {
    fullAt = Math.max(fullAt, clock()) + interval;
  };

  let serving = false;
  async function serve(): Promise<void> {
    serving = true;
    while (queue.length > 0) {
      const ms = wait();
      if (ms > 0) {
        alarm = new AbortController();
        await sleep(ms, alarm.signal);
        alarm = undefined;
        continue;
      }
      const next = queue.next();
      if (next === undefined) break;
      spend();
      next.admit(true);
    }
    serving = false;
  }

  return {
    async take(signal) {
      if (signal?.aborted) return false;
      if (queue.length === 0 && wait() <= 0) {
        spend();
        return true;
      }
      const turn = queue.wait(false, signal);
      if (!serving) void serve();
      return turn;
    },
    pauseUntil(moment) {
      pausedUntil = Math.max(pausedUntil, moment);
    },
    pausedFor: () => Math.max(0, pausedUntil - clock()),
    get waiting() {
      return queue.length;
    },
  };
}

/** A waiting line people may leave: first come, first served. */
function createQueue<T>(onEmpty?: () => void) {
  let line: Waiter<T>[] = [];
  let head = 0;
  let length = 0;

  return {
    get length() {
      return length;
    },
    /** Waits for a turn; gives `gone` when the signal fires first. */
    wait(gone: T, signal?: AbortSignal): Promise<T> {
      return new Promise((resolve) => {
        const leave = () => {
          waiter.left = true;
          length--;
          resolve(gone);
          if (length === 0) onEmpty?.();
        };
        const waiter: Waiter<T> = {
          left: false,
          admit: (value) => {
            signal?.removeEventListener('abort', leave);
            resolve(value);
          },
        };
        line.push(waiter);
        length++;
        signal?.addEventListener('abort', leave, { once: true });
      });
    },
    /** Takes the first who is still there out of the line. */
    next(): Waiter<T> | undefined {
      while (head < line.length) {
        const waiter = line[head++]!;
        // Cutting the served part off now and then keeps the array short without moving it at every step.
        if (head > 1024 && head * 2 > line.length) {
          line = line.slice(head);
          head = 0;
        }
        if (waiter.left) continue;
        length--;
        return waiter;
      }
      line = [];
      head = 0;
      return undefined;
    },
  };
}
