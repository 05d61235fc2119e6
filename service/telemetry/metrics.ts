/** What is counted, with the sentence that stands beside it in the Prometheus text. Labels are words of ours, never data. */
export const COUNTERS = {
  http_requests: 'Requests by route, status and kind of caller.',
  deprecated_endpoints: 'Requests at addresses that will go away, by route.',
  errors: 'Failures that were answered, by code.',
  rate_limited: 'Requests that were refused for their number, by kind of caller.',
  cache: 'Look-ups in caches, by cache and outcome.',
  scans: 'Scanned companies, by outcome.',
  alerts: 'Alert deliveries, by channel and outcome.',
} as const;
export type Counter = keyof typeof COUNTERS;

/** What takes time, in milliseconds. */
export const DURATIONS = {
  http_request_ms: 'How long requests take, by route.',
  scan_ms: 'How long a scan takes, by tier.',
  limit_wait_ms: 'How long scans wait for the shared limit.',
} as const;
export type Duration = keyof typeof DURATIONS;

export type Labels = Readonly<Record<string, string | number>>;

/** Upper ends of the buckets of a duration, in milliseconds. */
export const BUCKETS = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 15_000] as const;

export interface CounterReading {
  readonly name: Counter;
  readonly labels: Labels;
  readonly value: number;
}
export interface DurationReading {
  readonly name: Duration;
  readonly labels: Labels;
  readonly count: number;
  readonly sum: number;
  readonly max: number;
  /** how many were at most as long as the bucket's end, one figure a bucket */
  readonly buckets: readonly number[];
}

/** Figures of this process since it started. Passed in, so that two services in one process do not mix. */
export interface Metrics {
  count(name: Counter, labels?: Labels, by?: number): void;
  observe(name: Duration, ms: number, labels?: Labels): void;
  counters(): CounterReading[];
  durations(): DurationReading[];
}

/** Labels come from closed lists; should one not, the registry stops growing here. */
const MOST_SERIES = 5000;

export function createMetrics(): Metrics {
  const counters = new Map<string, { name: Counter; labels: Labels; value: number }>();
  const durations = new Map<
    string,
    { name: Duration; labels: Labels; count: number; sum: number; max: number; buckets: number[] }
  >();
  return {
    count(name, labels = {}, by = 1) {
      const key = keyOf(name, labels);
      const series = counters.get(key);
      if (series !== undefined) series.value += by;
      else if (counters.size < MOST_SERIES) counters.set(key, { name, labels, value: by });
    },
    observe(name, ms, labels = {}) {
      const key = keyOf(name, labels);
      let series = durations.get(key);
      if (series === undefined) {
        if (durations.size >= MOST_SERIES) return;
        series = { name, labels, count: 0, sum: 0, max: 0, buckets: BUCKETS.map(() => 0) };
        durations.set(key, series);
      }
      series.count += 1;
      series.sum += ms;
      series.max = Math.max(series.max, ms);
      for (const [at, end] of BUCKETS.entries()) if (ms <= end) series.buckets[at]! += 1;
    },
    counters: () => [...counters.values()].map((series) => ({ ...series })),
    durations: () => [...durations.values()].map((series) => ({ ...series, buckets: [...series.buckets] })),
  };
}

const keyOf = (name: string, labels: Labels): string =>
  Object.entries(labels).reduce((key, [label, value]) => `${key}|${label}=${value}`, name);
