import { z } from 'zod';
import type { Service } from '../../context.ts';
import { failed } from '../../failure.ts';
import { ITEM_STATES } from '../../store/job-items.ts';
import { findJob, JOB_KINDS, JOB_STATES, listJobs } from '../../store/jobs.ts';
import { cancelJob } from '../../verbs/cancel-job.ts';
import { jobItems, JobItem, jobStatus, JobStatus, statusOf } from '../../verbs/job-progress.ts';
import { jobEvents } from '../events.ts';
import { refuse, reply, route, type Route } from '../route.ts';

const JobId = z.object({ id: z.uuid().describe('the job') });
const notFound = () => refuse(failed('job-not-found').failure);

const Listed = JobStatus.omit({ errors: true }).meta({ id: 'JobSummary' });

const list = route({
  id: 'GET /jobs',
  tag: 'jobs',
  summary: 'Lists, files and other work in the background, newest first',
  query: z.object({
    kind: z.enum(JOB_KINDS).optional(),
    state: z.enum(JOB_STATES).optional(),
    page: z.coerce.number().int().min(1).max(100_000).default(1),
    page_size: z.coerce.number().int().min(1).max(200).default(50),
  }),
  replies: {
    200: {
      description: 'One page',
      schema: z.object({
        jobs: z.array(Listed),
        total: z.int(),
        page: z.int(),
        page_size: z.int(),
        total_pages: z.int(),
      }),
    },
  },
  handle: async ({ query, language }, service) => {
    const { page, page_size } = query;
    const { jobs, total } = await listJobs(service.sql, {
      kind: query.kind ?? null,
      state: query.state ?? null,
      offset: (page - 1) * page_size,
      limit: page_size,
    });
    const messages = service.rules.current().messages[language];
    const shown = jobs.map((job) => {
      const { errors: _, ...rest } = statusOf(job, [], messages, service.clock());
      return rest;
    });
    return reply({ jobs: shown, total, page, page_size, total_pages: Math.ceil(total / page_size) });
  },
});

const one = route({
  id: 'GET /jobs/{id}',
  legacy: true,
  tag: 'jobs',
  summary: 'How far a job is',
  params: JobId,
  replies: { 200: { description: 'The job', schema: JobStatus } },
  failures: ['job-not-found'],
  handle: async ({ params, language }, service) => {
    const found = await statusNow(service, params.id, language);
    return found === null ? notFound() : reply(found);
  },
});

const statusNow = (service: Service, id: string, language: 'tr' | 'en'): Promise<JobStatus | null> =>
  jobStatus(service.sql, id, { messages: service.rules.current().messages[language], now: service.clock() });

const results = route({
  id: 'GET /jobs/{id}/results',
  tag: 'jobs',
  summary: 'The entries of a job in their order, with what has come of them so far',
  params: JobId,
  query: z.object({
    state: z.enum(ITEM_STATES).optional(),
    after: z.coerce
      .number()
      .int()
      .min(-1)
      .max(2_147_483_647)
      .default(-1)
      .describe('next_after of the page before'),
    limit: z.coerce.number().int().min(1).max(1000).default(100),
  }),
  replies: {
    200: {
      description: 'One page',
      schema: z.object({
        job_id: z.uuid(),
        results: z.array(JobItem),
        next_after: z.int().nullable().describe('for the next page; null = this is the last'),
      }),
    },
  },
  failures: ['job-not-found'],
  handle: async ({ params, query, language }, service) => {
    if ((await findJob(service.sql, params.id)) === null) return notFound();
    const messages = service.rules.current().messages[language];
    const page = { state: query.state ?? null, after: query.after, limit: query.limit };
    const { items, next } = await jobItems(service.sql, params.id, page, messages);
    return reply({ job_id: params.id, results: items, next_after: next });
  },
});

const events = route({
  id: 'GET /jobs/{id}/events',
  tag: 'jobs',
  summary: 'How a job goes on, as it happens',
  description:
    'Server-sent events: "progress" with the job as GET /jobs/{id} shows it, first at once and then whenever something is new, at most four a second; "end" when it has ended.',
  params: JobId,
  replies: { 200: { description: 'The stream', contentTypes: ['text/event-stream'] } },
  failures: ['job-not-found'],
  handle: async ({ params, language, signal }, service) => {
    if ((await findJob(service.sql, params.id)) === null) return notFound();
    return jobEvents({
      service,
      jobId: params.id,
      signal,
      read: () => statusNow(service, params.id, language),
      isEnd: ({ completed_at }) => completed_at !== null,
    });
  },
});

const cancel = route({
  id: 'POST /jobs/{id}/cancel',
  tag: 'jobs',
  summary: 'Ends a job; what was done stays',
  params: JobId,
  replies: {
    200: {
      description: 'Cancelled',
      schema: z.object({ job_id: z.uuid(), message: z.string(), job: JobStatus }),
    },
  },
  failures: ['job-not-found', 'job-finished'],
  handle: async ({ params, language }, service) => {
    const words = service.rules.current().messages[language].jobs;
    const ended = await cancelJob(service, params.id, (state) => words[`is-${state}`]);
    if (!ended.ok) return refuse(ended.failure);
    const job = await statusNow(service, params.id, language);
    return job === null ? notFound() : reply({ job_id: params.id, message: words.cancelRequested, job });
  },
});

export const jobRoutes: readonly Route[] = [list, one, results, events, cancel];
