import { z } from 'zod';
import type { Service } from '../../context.ts';
import { failed } from '../../failure.ts';
import { readFigures } from '../../store/figures.ts';
import { metricsView, prometheusText } from '../metrics-view.ts';
import { createProbe, shippedMigrations, type Probe } from '../readiness.ts';
import { refuse, reply, route, type Answer, type Route } from '../route.ts';

/**
 * Health of this process and its database. Dynamics 365 and Partner Center are never asked: when they are away, the
 * service still works, and restarting it would not help.
 */

/** One probe a service, made by the first who asks; it goes with the service. */
const probes = new WeakMap<Service, Probe>();
function probeOf(service: Service): Probe {
  let probe = probes.get(service);
  if (probe === undefined) probes.set(service, (probe = createProbe(service, shippedMigrations())));
  return probe;
}

const Health = z
  .object({
    status: z.enum(['healthy', 'degraded']),
    database: z.enum(['connected', 'disconnected']),
    redis: z.literal('not used').describe('the earlier system had one'),
    environment: z.enum(['production', 'demo']),
    enrichment_enabled: z.boolean().describe('whether addresses are looked up in IP databases'),
    partner_center_enabled: z.boolean(),
    version: z.string(),
    rules: z.string().describe('the rule set in use'),
  })
  .meta({ id: 'Health' });

const State = z.object({ status: z.string() });

const health = route({
  id: 'GET /healthz',
  at: 'root',
  tag: 'health',
  summary: 'How the service is; always 200',
  replies: { 200: { description: 'how it is', schema: Health } },
  handle: async (_request, service) => {
    const readiness = await probeOf(service).ready();
    const connected = readiness.ready || readiness.why !== 'database';
    return reply({
      status: readiness.ready ? 'healthy' : 'degraded',
      database: connected ? 'connected' : 'disconnected',
      redis: 'not used',
      environment: service.demo ? 'demo' : 'production',
      enrichment_enabled: service.lookup.ip !== undefined,
      // Referrals are not synchronized by this version.
      partner_center_enabled: false,
      version: service.version,
      rules: service.rules.current().engine.set.id,
    } satisfies z.input<typeof Health>);
  },
});

const live = route({
  id: 'GET /healthz/live',
  at: 'root',
  tag: 'health',
  summary: 'Whether the process answers',
  replies: { 200: { description: 'it does', schema: State } },
  handle: async () => reply({ status: 'alive' }),
});

const ready = route({
  id: 'GET /healthz/ready',
  at: 'root',
  tag: 'health',
  summary: 'Whether requests can be served: the database answers, and its schema is current',
  replies: { 200: { description: 'they can', schema: State } },
  failures: ['database-unavailable', 'not-ready'],
  handle: async (_request, service) => answerOf(await probeOf(service).ready(), 'ready'),
});

const startup = route({
  id: 'GET /healthz/startup',
  at: 'root',
  tag: 'health',
  summary: 'Whether the start is over',
  replies: { 200: { description: 'it is', schema: State } },
  failures: ['database-unavailable', 'not-ready'],
  handle: async (_request, service) => answerOf(await probeOf(service).started(), 'started'),
});

function answerOf(readiness: Awaited<ReturnType<Probe['ready']>>, status: string): Answer {
  if (readiness.ready) return reply({ status });
  return refuse(failed(readiness.why === 'database' ? 'database-unavailable' : 'not-ready').failure);
}

const metrics = route({
  id: 'GET /healthz/metrics',
  at: 'root',
  tag: 'health',
  summary: 'Figures: requests, cache, limits, jobs, queue, workers, errors',
  description:
    'JSON, or the text format of Prometheus with `?format=prometheus` or an Accept header that wants text. Requests, durations, cache and errors are those of the process that answers; jobs, queue and workers are those of all.',
  query: z.object({ format: z.enum(['json', 'prometheus']).optional() }),
  replies: {
    200: {
      description: 'the figures',
      schema: z.record(z.string(), z.unknown()).meta({ id: 'Metrics' }),
      contentTypes: ['text/plain'],
    },
  },
  handle: async ({ query, raw }, service) => {
    const figures = await readFigures(service.sql, new Date(service.clock()));
    const format = query.format ?? wanted(raw.headers.get('accept'));
    if (format === 'json') return reply(metricsView(service.metrics, figures));
    return new Response(prometheusText(service.metrics, figures), {
      headers: { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' },
    });
  },
});

/** Prometheus says it takes OpenMetrics or plain text; browsers and programs take JSON. */
const wanted = (accept: string | null): 'json' | 'prometheus' =>
  accept !== null && /text\/plain|application\/openmetrics-text/.test(accept) ? 'prometheus' : 'json';

export const healthRoutes: readonly Route[] = [health, live, ready, startup, metrics];
