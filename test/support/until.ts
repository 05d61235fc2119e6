import { setTimeout as sleep } from 'node:timers/promises';

/** Looks again and again until there is something to see; a patience that ends is a failure of the test. */
export async function until<T>(
  look: () => Promise<T | null | false> | T | null | false,
  patienceMs = 15_000,
): Promise<T> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const seen = await look();
    if (seen !== null && seen !== false) return seen;
    if (performance.now() > end)
      throw new Error(`nothing to see after ${patienceMs} ms: ${look.toString().slice(0, 200)}`);
    await sleep(20);
  }
}
