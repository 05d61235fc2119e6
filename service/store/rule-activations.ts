import type { RuleSet } from '#core/rules.ts';
import { json, type Sql, type Transaction } from './pool.ts';

/** Which rules score from a moment on. */
export interface RuleActivation {
  readonly id: number;
  readonly set: string;
  /** with the hash of the overlay, as it was when they were activated */
  readonly version: string;
  /** the overlay itself; null = none */
  readonly overlay: unknown;
  /** the configured rules hold again, whatever they are now */
  readonly followsConfiguration: boolean;
  readonly by: string;
  readonly at: Date;
}

/** Id of the activation that holds; null when nothing was ever activated. */
export async function newestActivationId(sql: Sql | Transaction): Promise<number | null> {
  const [row] = await sql<{ id: number | null }[]>`select max(id) as id from rule_activations`;
  return row?.id ?? null;
}

/** The activation that holds. */
export async function newestActivation(sql: Sql | Transaction): Promise<RuleActivation | null> {
  const [row] = await sql<RuleActivation[]>`
    select id, rule_set as set, rule_set_version as version, overlay,
      follows_configuration as "followsConfiguration", activated_by as by, activated_at as at
    from rule_activations order by id desc limit 1`;
  return row ?? null;
}

export interface NewActivation {
  readonly set: Pick<RuleSet, 'id' | 'version'>;
  readonly overlay: unknown;
  readonly followsConfiguration: boolean;
  readonly jobId: string;
  readonly by: string;
  readonly at: Date;
}

/**
 * Notes which rules hold from now on, and tells all processes once the transaction is done. The caller holds
 * {@link lockActivations}, so that the newest id is also the one that was committed last.
 */
export async function addActivation(tx: Transaction, activation: NewActivation): Promise<number> {
  const { set, overlay, followsConfiguration, jobId, by, at } = activation;
  const [row] = await tx<{ id: number }[]>`
    insert into rule_activations
      (rule_set, rule_set_version, overlay, follows_configuration, job_id, activated_by, activated_at)
    values (${set.id}, ${set.version}, ${overlay === null ? null : json(tx, overlay)}, ${followsConfiguration},
      ${jobId}, ${by}, ${at})
    returning id`;
  await tx`select pg_notify('hunter_rules', '')`;
  if (row === undefined) throw new Error('the database gave no id for an activation');
  return row.id;
}

/** Two activations at the same time come one after the other. */
export async function lockActivations(tx: Transaction): Promise<void> {
  await tx`select pg_advisory_xact_lock(hashtextextended('hunter rule activation', 0))`;
}
