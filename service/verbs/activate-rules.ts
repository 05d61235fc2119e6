import type { Service } from '../context.ts';
import { done, failed, type Outcome } from '../failure.ts';
import { addJob } from '../jobs/queue.ts';
import { chosenRules, faultIssue, type RuleChoice } from '../rules/choice.ts';
import { readRules, type AllRules } from '../rule-files.ts';
import { audit, type Auditor } from '../store/audit.ts';
import { cancelRescoreJobs, createRescoreJob } from '../store/rescore-jobs.ts';
import { addActivation, lockActivations } from '../store/rule-activations.ts';

export interface ActivateRulesInput {
  /** null = the configured rules hold again */
  readonly choice: RuleChoice | null;
  readonly actor: Auditor;
  readonly requestId: string | null;
}

export interface Activated {
  readonly job_id: string;
  readonly rule_set: string;
  readonly version: string;
  /** companies that are scored again */
  readonly companies: number;
}

/** Scans overtake: a person or a list waits for them. */
export const RESCORE_PRIORITY = 20;
export const rescoreKey = (jobId: string): string => `rescore:${jobId}`;

/**
 * Makes other rules hold, for all processes at once, and has every company scored again from its stored records: all of
 * that, or nothing. Of two activations the later one wins, and the earlier one's job ends.
 */
export async function activateRules(
  service: Service,
  { choice, actor, requestId }: ActivateRulesInput,
): Promise<Outcome<Activated>> {
  const rules = choice === null ? configuredRules(service) : chosenRules(choice);
  if (!rules.ok) return rules;
  const { id, version } = rules.value.engine.set;
  const at = new Date(service.clock());
  const overlay = choice?.overlay ?? null;
  const job = await service.sql.begin(async (tx) => {
    await lockActivations(tx);
    const ended = await cancelRescoreJobs(tx, at);
    const made = await createRescoreJob(tx, { rules: { id, version }, by: actor.id, at });
    const activation = await addActivation(tx, {
      set: { id, version },
      overlay,
      followsConfiguration: choice === null,
      jobId: made.id,
      by: actor.id,
      at,
    });
    if (made.companies > 0) {
      const options = { key: rescoreKey(made.id), priority: RESCORE_PRIORITY };
      await addJob(tx, 'rescore-chunk', { jobId: made.id, after: 0 }, options);
    }
    const detail = {
      activation,
      version,
      job_id: made.id,
      companies: made.companies,
      configured: choice === null,
      overlay: overlay !== null,
      cancelled_jobs: ended,
    };
    await audit(tx, actor, 'rules.activate', id, detail, requestId);
    return made;
  });
  // This process need not wait for the notification. When the question fails, that comes all the same.
  await service.rules.reload().catch((error: unknown) => service.log.error('rules-reload', error));
  return done({ job_id: job.id, rule_set: id, version, companies: job.companies });
}

function configuredRules({ config }: Service): Outcome<AllRules> {
  const reading = readRules({ set: config.rules.set, overlayPath: config.rules.overlay });
  return reading.ok ? done(reading.value) : failed('rules-faulty', {}, reading.faults.map(faultIssue));
}
