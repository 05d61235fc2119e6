import { z } from 'zod';

/**
 * Every kind of work in the queue, with its payload: ids only, since a payload may be old when it is read. Safe to do
 * twice: a worker may die between the work and the note that it is done.
 */
export const TASKS = {
  /** looks up one company again, after silence or on request; key: scan-domain:<domain> */
  'scan-domain': z.strictObject({
    domain: z.string(),
    tier: z.enum(['score', 'full']),
    force: z.boolean().default(false),
    /** the job and position this counts for, if any */
    cause: z.enum(['ingest', 'rescan', 'retry', 'referral', 'dynamics']).default('ingest'),
  }),
  /** positions [from, to) of a scan job */
  'scan-chunk': z.strictObject({ jobId: z.uuid(), from: z.int(), to: z.int() }),
  /** reads the upload of an import job into items, then lets them be scanned */
  'import-file': z.strictObject({ jobId: z.uuid() }),
  /** scores stored facts again, companies with id > after */
  'rescore-chunk': z.strictObject({ jobId: z.uuid(), after: z.int() }),
  /** registration data of the better leads, slowly */
  'registration-sweep': z.strictObject({}),
  /** queues what is old, by priority then age */
  'daily-rescan': z.strictObject({}),
  /** queues what gave no answer and is due */
  'retry-sweep': z.strictObject({}),
  'process-alerts': z.strictObject({}),
  'webhook-retries': z.strictObject({}),
  /** deletes what is older than it may be; sums up lead_counts; empties old cache rows */
  retention: z.strictObject({}),
  housekeeping: z.strictObject({}),
} as const;

export type TaskName = keyof typeof TASKS;
export type TaskPayload<Name extends TaskName> = z.input<(typeof TASKS)[Name]>;
