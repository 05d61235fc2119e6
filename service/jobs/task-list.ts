import type { Service } from '../context.ts';
import { failureSentence } from '../failure.ts';
import { CHUNK_STARTS, failJob } from '../store/jobs.ts';
import { RESCORE_PRIORITY } from '../verbs/activate-rules.ts';
import { scanCompany } from '../verbs/scan-companies.ts';
import { dailyRescan } from './daily-rescan.ts';
import { housekeeping } from './housekeeping.ts';
import { importFile } from './import-file.ts';
import { processAlerts } from './process-alerts.ts';
import { registrationSweep } from './registration-sweep.ts';
import { rescoreChunk } from './rescore-chunk.ts';
import { retention } from './retention.ts';
import { retrySweep } from './retry-sweep.ts';
import type { Tasks } from './run-task.ts';
import { failChunk, scanChunk } from './scan-chunk.ts';
import { EVERY, nextAt } from './schedule.ts';
import type { TaskName } from './tasks.ts';
import { retryWebhooks } from './webhook-retries.ts';

/** Work on many companies at once: a few pieces at a time, so that single scans never wait behind them. */
export const BULK: ReadonlySet<TaskName> = new Set(['scan-chunk', 'import-file', 'rescore-chunk']);

/** While there is more to ask of registries, the sweep goes on soon. */
const SWEEP_ON_MS = 5_000;

/** Every kind of work, and who does it. The worker's id is what entries say of who works on them. */
export function createTasks(service: Service, worker: string): Tasks {
  const { clock } = service;
  const every = (name: keyof typeof EVERY) => () => new Date(clock() + EVERY[name]);
  const failWholeJob = async ({ jobId }: { readonly jobId: string }, code: 'job-broken' | 'given-up') => {
    const { messages } = service.rules.current();
    const sentence = failureSentence({ code, values: {} }, messages[service.config.language]);
    await failJob(service.sql, jobId, { code, sentence, at: new Date(clock()) });
  };
  let moreRegistrations = false;
  const tasks: Tasks = {
    'scan-domain': {
      async run({ domain, tier, force, cause }, signal) {
        await scanCompany(service, domain, { tier, force, cause, signal, background: true });
      },
    },
    'scan-chunk': {
      run: (range, signal) => scanChunk(service, range, worker, signal),
      fail: (range, code) => failChunk(service, range, worker, code),
      maxAttempts: CHUNK_STARTS,
      priority: 10,
    },
    'import-file': { run: (payload, signal) => importFile(service, payload, signal), fail: failWholeJob },
    'rescore-chunk': {
      run: (payload, signal) => rescoreChunk(service, payload, signal),
      fail: failWholeJob,
      priority: RESCORE_PRIORITY,
    },
    'registration-sweep': {
      async run(_, signal) {
        moreRegistrations = false;
        moreRegistrations = await registrationSweep(service, signal);
      },
      next: () => new Date(clock() + (moreRegistrations ? SWEEP_ON_MS : EVERY['registration-sweep'])),
    },
    'daily-rescan': { run: () => dailyRescan(service), next: () => nextAt(clock(), 0, 30) },
    'retry-sweep': { run: () => retrySweep(service), next: every('retry-sweep') },
    'process-alerts': {
      async run(_, signal) {
        await processAlerts(service, signal);
      },
      next: every('process-alerts'),
    },
    'webhook-retries': {
      run: (_, signal) => retryWebhooks(service, signal),
      next: every('webhook-retries'),
    },
    housekeeping: { run: () => housekeeping(service, () => tasks), next: every('housekeeping') },
    retention: { run: (_, signal) => retention(service, signal), next: () => nextAt(clock(), 1, 30) },
  };
  return tasks;
}
