/** The hour at which digests go out, where their readers are. */
const HOUR = 8;

const DAY_MS = 86_400_000;

/**
 * When the next digest goes out: 08:00 in the time zone, and never at `now` itself.
 *
 * @param now milliseconds
 * @param timeZone IANA name
 */
export function nextDigest(now: number, timeZone: string): Date {
  const offsetAt = offsets(timeZone);
  const today = Math.floor((now + offsetAt(now)) / DAY_MS) * DAY_MS;
  for (const day of [today, today + DAY_MS, today + 2 * DAY_MS]) {
    const local = day + HOUR * 3_600_000;
    // The offset of the moment itself: the clocks may change between now and then.
    const moment = local - offsetAt(local - offsetAt(local));
    if (moment > now) return new Date(moment);
  }
  throw new RangeError(`${timeZone} has no morning`);
}

/** How far the clocks of a zone are ahead of UTC at a moment, in milliseconds. */
function offsets(timeZone: string): (moment: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (moment) => {
    const part = Object.fromEntries(
      format.formatToParts(moment).map(({ type, value }) => [type, Number(value)]),
    );
    const shown = Date.UTC(
      part['year'] ?? 0,
      (part['month'] ?? 1) - 1,
      part['day'] ?? 1,
      part['hour'] ?? 0,
      part['minute'] ?? 0,
      part['second'] ?? 0,
    );
    return shown - Math.floor(moment / 1000) * 1000;
  };
}
