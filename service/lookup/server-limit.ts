import { createGate, createRateLimit, type Clock, type Gate, type RateLimit, type Sleep } from './limit.ts';

/** How politely each registry server is asked. */
export interface ServerLimitOptions {
  /** requests a second to one server, 1 by default; Infinity = no limit */
  readonly perSecond?: number;
  /** requests under way at once to one server, 1 by default */
  readonly inFlight?: number;
  /** how long a server that says "slow down" without saying how long is left alone at first, 30 s by default */
  readonly pauseMs?: number;
  /** the longest such pause while they double, 15 min by default */
  readonly pauseMaxMs?: number;
}

/** What the server thought of the request: `throttled` with the pause it asked for, if it said how long. */
export interface Exchange<T> {
  readonly value: T;
  readonly throttled?: { readonly forMs: number | null };
}

export type Turn<T> =
  | { readonly state: 'done'; readonly value: T }
  /** the server asked to be left alone, and the time is not over */
  | { readonly state: 'paused'; readonly forMs: number }
  /** the signal fired while waiting for a turn */
  | { readonly state: 'cancelled' };

/** Keeps to the limits of each server by name: its rate, how many at once, and the pauses it asks for. */
export interface ServerLimits {
  run<T>(server: string, signal: AbortSignal, exchange: () => Promise<Exchange<T>>): Promise<Turn<T>>;
}

interface Server {
  readonly gate: Gate;
  readonly rate: RateLimit;
  /** pauses in a row without an answer between them */
  strikes: number;
}

/** Referrals bring hosts from outside, so the table must not grow without end. */
const SERVERS_MAX = 2_000;
/** RFC 9110 section 10.2.3 sets no bound to Retry-After; a day is enough to be polite. */
const RETRY_AFTER_MAX = 86_400_000;

export function createServerLimits(
  options: ServerLimitOptions & { readonly clock: Clock; readonly sleep: Sleep },
): ServerLimits {
  const { perSecond = 1, inFlight = 1, pauseMs = 30_000, pauseMaxMs = 900_000, clock, sleep } = options;
  const servers = new Map<string, Server>();

  function serverOf(name: string): Server {
    let server = servers.get(name);
    if (server === undefined) {
      if (servers.size >= SERVERS_MAX)
        for (const [key, { gate, rate }] of servers)
          if (gate.inside === 0 && gate.waiting === 0 && rate.pausedFor() === 0) servers.delete(key);
      server = { gate: createGate(inFlight), rate: createRateLimit({ perSecond, clock, sleep }), strikes: 0 };
      servers.set(name, server);
    }
    return server;
  }

  return {
    async run(name, signal, exchange) {
      const server = serverOf(name);
      if (server.rate.pausedFor() > 0) return { state: 'paused', forMs: server.rate.pausedFor() };
      const leave = await server.gate.enter(signal);
      if (leave === null) return { state: 'cancelled' };
      try {
        // The one before may have been told to slow down while this one waited
        if (server.rate.pausedFor() > 0) return { state: 'paused', forMs: server.rate.pausedFor() };
        if (!(await server.rate.take(signal))) return { state: 'cancelled' };
        const { value, throttled } = await exchange();
        if (throttled === undefined) server.strikes = 0;
        else {
          const pause = throttled.forMs ?? Math.min(pauseMs * 2 ** server.strikes, pauseMaxMs);
          server.strikes = Math.min(server.strikes + 1, 20);
          server.rate.pauseUntil(clock() + Math.min(pause, RETRY_AFTER_MAX));
        }
        return { state: 'done', value };
      } finally {
        leave();
      }
    },
  };
}
