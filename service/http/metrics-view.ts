import type { Figures } from '../store/figures.ts';
import {
  BUCKETS,
  COUNTERS,
  DURATIONS,
  type CounterReading,
  type DurationReading,
  type Metrics,
} from '../telemetry/metrics.ts';

/** The figures of this process and of the database, as JSON and as Prometheus text. Pure. */

const sumBy = (counters: readonly CounterReading[], label: string): Record<string, number> => {
  const sums = new Map<string, number>();
  for (const { labels, value } of counters) {
    const key = String(labels[label] ?? '');
    sums.set(key, (sums.get(key) ?? 0) + value);
  }
  return Object.fromEntries([...sums].sort(([a], [b]) => (a < b ? -1 : 1)));
};
const total = (counters: readonly CounterReading[]): number =>
  counters.reduce((sum, { value }) => sum + value, 0);

/** The shape of the earlier system (cache, rate_limit, bulk_operations, errors, deprecated_endpoints), and more. */
export function metricsView(metrics: Metrics, figures: Figures) {
  const counters = metrics.counters();
  const of = (name: CounterReading['name']): CounterReading[] => counters.filter((c) => c.name === name);
  const cache = sumBy(of('cache'), 'outcome');
  const hits = cache['hit'] ?? 0;
  const misses = cache['miss'] ?? 0;
  return {
    requests: {
      total: total(of('http_requests')),
      by_status: sumBy(of('http_requests'), 'status'),
      by_route: sumBy(of('http_requests'), 'route'),
    },
    durations: metrics.durations().map((reading) => ({
      name: reading.name,
      ...reading.labels,
      count: reading.count,
      average_ms: Math.round((reading.sum / reading.count) * 10) / 10,
      p95_ms: quantile(reading, 0.95),
      max_ms: reading.max,
    })),
    cache: { hits, misses, hit_rate: hits + misses === 0 ? null : hits / (hits + misses) },
    rate_limit: { refused: total(of('rate_limited')), by_actor: sumBy(of('rate_limited'), 'actor') },
    bulk_operations: figures.jobs,
    queue: figures.queue.map(({ oldestSeconds, ...task }) => ({ ...task, oldest_seconds: oldestSeconds })),
    workers: figures.workers,
    leads: figures.leads,
    scans: { total: total(of('scans')), by_outcome: sumBy(of('scans'), 'outcome') },
    alerts: {
      pending: figures.alerts.pending,
      deliveries_pending: figures.alerts.deliveriesPending,
      deliveries: sumBy(of('alerts'), 'outcome'),
    },
    errors: { total: total(of('errors')), by_code: sumBy(of('errors'), 'code') },
    deprecated_endpoints: sumBy(of('deprecated_endpoints'), 'route'),
  };
}

/** The end of the bucket in which this share of all is reached; the longest, when it is beyond the last bucket. */
function quantile({ count, buckets, max }: DurationReading, share: number): number {
  const at = buckets.findIndex((n) => n >= count * share);
  return at === -1 ? max : Math.min(BUCKETS[at]!, max);
}

/** Text format 0.0.4. Durations are in seconds there, by custom. */
export function prometheusText(metrics: Metrics, figures: Figures): string {
  const lines: string[] = [];
  const family = (
    name: string,
    type: 'counter' | 'gauge' | 'histogram',
    help: string,
    rows: string[],
  ): void => {
    if (rows.length > 0) lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...rows);
  };
  for (const [name, help] of Object.entries(COUNTERS)) {
    const full = `hunter_${name}_total`;
    const rows = metrics
      .counters()
      .filter((c) => c.name === name)
      .map(({ labels, value }) => `${full}${labelled(labels)} ${value}`);
    family(full, 'counter', help, rows);
  }
  for (const [name, help] of Object.entries(DURATIONS)) {
    const full = `hunter_${name.replace(/_ms$/, '_seconds')}`;
    const rows = metrics
      .durations()
      .filter((d) => d.name === name)
      .flatMap(({ labels, count, sum, buckets }) => [
        ...BUCKETS.map(
          (end, at) => `${full}_bucket${labelled({ ...labels, le: end / 1000 })} ${buckets[at]}`,
        ),
        `${full}_bucket${labelled({ ...labels, le: '+Inf' })} ${count}`,
        `${full}_sum${labelled(labels)} ${sum / 1000}`,
        `${full}_count${labelled(labels)} ${count}`,
      ]);
    family(full, 'histogram', help, rows);
  }
  const gauge = (name: string, help: string, rows: readonly [Record<string, string>, number][]): void =>
    family(
      `hunter_${name}`,
      'gauge',
      help,
      rows.map(([labels, n]) => `hunter_${name}${labelled(labels)} ${n}`),
    );
  gauge(
    'jobs',
    'Jobs by state.',
    Object.entries(figures.jobs).map(([state, n]) => [{ state }, n]),
  );
  gauge(
    'queue',
    'Queued work by task and state.',
    figures.queue.flatMap(({ task, waiting, running, planned }) => [
      [{ task, state: 'waiting' }, waiting] as [Record<string, string>, number],
      [{ task, state: 'running' }, running],
      [{ task, state: 'planned' }, planned],
    ]),
  );
  gauge(
    'queue_oldest_seconds',
    'How long the oldest due work has waited.',
    figures.queue.map(({ task, oldestSeconds }) => [{ task }, oldestSeconds]),
  );
  gauge(
    'workers',
    'Workers by state.',
    Object.entries(figures.workers).map(([state, n]) => [{ state }, n]),
  );
  gauge('alerts_pending', 'Alerts that were not delivered yet.', [[{}, figures.alerts.pending]]);
  gauge('leads', 'Leads with a score.', [[{}, figures.leads]]);
  return `${lines.join('\n')}\n`;
}

function labelled(labels: Readonly<Record<string, string | number>>): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) =>
      `${name}="${String(value).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`,
  );
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}
