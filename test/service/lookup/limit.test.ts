import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createGate,
  createRateLimit,
  createSignals,
  sleep,
  startBudget,
  type Sleep,
} from '#service/lookup/limit.ts';

/** A clock that stands still until somebody sleeps; all who sleep wake in order. */
function world() {
  let now = 0;
  const sleepers: { at: number; wake: () => void }[] = [];
  const pretend: Sleep = (ms, signal) =>
    new Promise((resolve) => {
      const sleeper = { at: now + ms, wake: resolve };
      sleepers.push(sleeper);
      signal?.addEventListener('abort', () => {
        sleepers.splice(sleepers.indexOf(sleeper), 1);
        resolve();
      });
    });
  /** Lets the time pass up to a moment. */
  const pass = async (until: number) => {
    for (;;) {
      await settled();
      sleepers.sort((a, b) => a.at - b.at);
      if (sleepers[0] === undefined || sleepers[0].at > until) break;
      const next = sleepers.shift()!;
      now = Math.max(now, next.at);
      next.wake();
    }
    now = until;
  };
  return { clock: () => now, sleep: pretend, pass, sleeping: () => sleepers.length };
}

/** All promises that can be settled now are. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('sleep', () => {
  test('ends after its time', async () => {
    const from = performance.now();
    await sleep(30);
    expect(performance.now() - from).toBeGreaterThan(28);
  });

  test('ends at once when the signal fires, or has fired', async () => {
    const from = performance.now();
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 10);
    await sleep(10_000, stop.signal);
    await sleep(10_000, stop.signal);
    expect(performance.now() - from).toBeLessThan(1000);
  });
});

describe('a gate', () => {
  test('lets so many in, and the next when one leaves, in the order they came', async () => {
    const gate = createGate(2);
    const order: string[] = [];
    const [a, b] = [await gate.enter(), await gate.enter()];
    const c = gate.enter().then((out) => (order.push('c'), out!));
    const d = gate.enter().then((out) => (order.push('d'), out!));
    expect([gate.inside, gate.waiting, gate.tryEnter()]).toEqual([2, 2, null]);
    a!();
    await settled();
    expect(order).toEqual(['c']);
    b!();
    (await c)();
    (await d)();
    expect([gate.inside, gate.waiting, order]).toEqual([0, 0, ['c', 'd']]);
  });

  test('lets nobody slip in who leaves twice', async () => {
    const gate = createGate(1);
    const out = await gate.enter();
    out!();
    out!();
    await gate.enter();
    expect(gate.tryEnter()).toBeNull();
  });

  test('is left by those whose signal fires, without a place lost', async () => {
    const gate = createGate(1);
    const out = await gate.enter();
    const stop = new AbortController();
    const [gone, stays] = [gate.enter(stop.signal), gate.enter()];
    stop.abort();
    expect(await gone).toBeNull();
    expect(gate.waiting).toBe(1);
    out!();
    (await stays)!();
    expect([gate.inside, await gate.enter(stop.signal)]).toEqual([0, null]);
  });

  test('never holds more than its size, whoever comes, leaves or gives up', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 60 }),
        async (size, moves) => {
          const gate = createGate(size);
          const outs: (() => void)[] = [];
          const stops: AbortController[] = [];
          let entered = 0;
          for (const move of moves) {
            if (move === 0) {
              const stop = new AbortController();
              stops.push(stop);
              void gate.enter(stop.signal).then((out) => {
                if (out !== null) {
                  entered++;
                  outs.push(out);
                }
              });
            } else if (move === 1) outs.shift()?.();
            else stops.shift()?.abort();
            await settled();
            expect(gate.inside).toBeLessThanOrEqual(size);
            expect(gate.inside).toBe(outs.length);
            if (gate.inside < size) expect(gate.waiting).toBe(0);
          }
          for (let out = outs.shift(); out !== undefined; out = outs.shift()) {
            out();
            await settled();
          }
          expect([gate.inside, gate.waiting]).toEqual([0, 0]);
          expect(entered).toBeLessThanOrEqual(moves.length);
        },
      ),
      { numRuns: 100 },
    );
  });

  test('of no place is a mistake', () => {
    expect(() => createGate(0)).toThrow('at least one');
  });
});

describe('a rate limit', () => {
  test('gives one a second, evenly', async () => {
    const w = world();
    const limit = createRateLimit({ perSecond: 1, ...w });
    const at: number[] = [];
    for (let i = 0; i < 4; i++) void limit.take().then(() => at.push(w.clock()));
    await w.pass(10_000);
    expect(at).toEqual([0, 1000, 2000, 3000]);
  });

  test('gives a burst after a rest, and no more than the rate after it', async () => {
    const w = world();
    const limit = createRateLimit({ perSecond: 2, burst: 3, ...w });
    const at: number[] = [];
    await w.pass(5000);
    for (let i = 0; i < 5; i++) void limit.take().then(() => at.push(w.clock() - 5000));
    await w.pass(20_000);
    expect(at).toEqual([0, 0, 0, 500, 1000]);
  });

  test('without a limit makes nobody wait', async () => {
    const w = world();
    const limit = createRateLimit({ perSecond: Number.POSITIVE_INFINITY, ...w });
    for (let i = 0; i < 100; i++) expect(await limit.take()).toBe(true);
    expect(w.sleeping()).toBe(0);
  });

  test('gives nothing during a pause, whichever is the longest', async () => {
    const w = world();
    const limit = createRateLimit({ perSecond: 10, ...w });
    limit.pauseUntil(3000);
    limit.pauseUntil(2000);
    expect(limit.pausedFor()).toBe(3000);
    const at: number[] = [];
    void limit.take().then(() => at.push(w.clock()));
    await w.pass(2999);
    expect(at).toEqual([]);
    await w.pass(3000);
    expect([at, limit.pausedFor()]).toEqual([[3000], 0]);
  });

  test('may be paused while people wait', async () => {
    const w = world();
    const limit = createRateLimit({ perSecond: 1, ...w });
    const at: number[] = [];
    for (let i = 0; i < 2; i++) void limit.take().then(() => at.push(w.clock()));
    await w.pass(500);
    limit.pauseUntil(7000);
    await w.pass(10_000);
    expect(at).toEqual([0, 7000]);
  });

  test('keeps the token of one who gives up for the next', async () => {
    const w = world();
    const limit = createRateLimit({ perSecond: 1, ...w });
    const stop = new AbortController();
    const at: number[] = [];
    await limit.take();
    const gone = limit.take(stop.signal);
    void limit.take().then(() => at.push(w.clock()));
    stop.abort();
    expect(await gone).toBe(false);
    expect(await limit.take(stop.signal)).toBe(false);
    await w.pass(1000);
    expect([at, limit.waiting]).toEqual([[1000], 0]);
  });

  test('sleeps no longer when all have given up, and serves the next', async () => {
    const w = world();
    const limit = createRateLimit({ perSecond: 1, ...w });
    const stop = new AbortController();
    await limit.take();
    const gone = limit.take(stop.signal);
    stop.abort();
    await gone;
    await settled();
    expect(w.sleeping()).toBe(0);
    const next = limit.take();
    await w.pass(1000);
    expect(await next).toBe(true);
  });

  test.each([[{ perSecond: 0 }], [{ perSecond: -1 }], [{ perSecond: 1, burst: 0 }]])(
    'of %j is a mistake',
    (wrong) => {
      expect(() => createRateLimit({ ...wrong, ...world() })).toThrow();
    },
  );
});

describe('signals', () => {
  /** Counts the listeners of a signal. */
  function watched(signal: AbortSignal) {
    let listeners = 0;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: Parameters<AbortSignal['addEventListener']>) => {
      listeners++;
      addEventListener.apply(signal, args);
    };
    signal.removeEventListener = (...args: Parameters<AbortSignal['removeEventListener']>) => {
      listeners--;
      removeEventListener.apply(signal, args);
    };
    return () => listeners;
  }

  test('all who wait under a signal are called once, by one listener', () => {
    const controller = new AbortController();
    const listeners = watched(controller.signal);
    const onSignal = createSignals();
    const called: string[] = [];
    const forgets = ['a', 'b', 'c'].map((name) => onSignal(controller.signal, () => called.push(name)));
    expect(listeners()).toBe(1);
    forgets[1]!();
    controller.abort();
    forgets[0]!();
    expect(called).toEqual(['a', 'c']);
  });

  test('with the last who waits the listener goes, and the next one brings it back', () => {
    const controller = new AbortController();
    const listeners = watched(controller.signal);
    const onSignal = createSignals();
    onSignal(controller.signal, () => undefined)();
    expect(listeners()).toBe(0);
    const called: string[] = [];
    onSignal(controller.signal, () => called.push('next'));
    controller.abort();
    expect(called).toEqual(['next']);
  });
});

describe('a budget', () => {
  const fired = (signal: AbortSignal) =>
    new Promise<string>((resolve) => signal.addEventListener('abort', () => resolve('fired')));
  const later = () => sleep(60).then(() => 'still open');

  test('fires when the time is up', async () => {
    expect(await Promise.race([fired(startBudget(5, undefined).signal), sleep(5000)])).toBe('fired');
  });

  test('fires when the caller gives up, also before it began', async () => {
    const outer = new AbortController();
    const { signal } = startBudget(60_000, outer.signal);
    outer.abort('enough');
    expect([signal.aborted, signal.reason]).toEqual([true, 'enough']);
    expect(startBudget(60_000, outer.signal).signal.aborted).toBe(true);
  });

  test('that has ended fires no more', async () => {
    const outer = new AbortController();
    const budget = startBudget(5, outer.signal);
    budget.end();
    outer.abort();
    expect(await Promise.race([fired(budget.signal), later()])).toBe('still open');
    expect(budget.signal.aborted).toBe(false);
  });
});
