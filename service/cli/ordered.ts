/**
 * Runs a task for each item, at most so many at a time, and gives the results in the order of the items: work goes on
 * ahead of the reader, so that one slow item does not hold up the others. Stops starting new ones when the signal fires.
 */
export async function* inOrder<Item, Result>(
  items: Iterable<Item>,
  atOnce: number,
  task: (item: Item) => Promise<Result>,
  signal: AbortSignal,
): AsyncGenerator<Result> {
  const iterator = items[Symbol.iterator]();
  const running: Promise<Result>[] = [];
  const fill = (): void => {
    while (running.length < atOnce && !signal.aborted) {
      const next = iterator.next();
      if (next.done) return;
      const result = task(next.value);
      // Awaited below, in its turn; until then a rejection is not an unhandled one.
      result.catch(() => undefined);
      running.push(result);
    }
  };
  fill();
  for (let first = running.shift(); first !== undefined; first = running.shift()) {
    const result = await first;
    fill();
    yield result;
  }
}
