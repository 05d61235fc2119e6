import type { Sql, Transaction } from './pool.ts';

/** A process that works through the queue. */
export interface WorkerRow {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  /** the names under which the queue locks work for it */
  readonly queueIds: readonly string[];
  readonly stopping: boolean;
}

/** Says that a worker lives. One that was taken for dead is there again. */
export async function beat(sql: Sql, worker: WorkerRow): Promise<void> {
  await sql`
    insert into workers (id, host, pid, version, queue_ids, stopping)
    values (
      ${worker.id}, ${worker.host}, ${worker.pid}, ${worker.version}, ${[...worker.queueIds]}::text[], ${worker.stopping}
    )
    on conflict (id) do update set heartbeat_at = now(), queue_ids = excluded.queue_ids, stopping = excluded.stopping`;
}

export async function removeWorker(sql: Sql, id: string): Promise<void> {
  await sql`delete from workers where id = ${id}`;
}

/** Workers of a machine, whose processes can be looked for there. */
export const workersOf = (sql: Sql, host: string): Promise<{ id: string; pid: number }[]> =>
  sql<{ id: string; pid: number }[]>`select id, pid from workers where host = ${host} order by id`;

export interface Sweep {
  /** workers whose heart has not beaten for so long are dead */
  readonly deadAfterMs: number;
  /** workers that are known to be dead besides */
  readonly dead: readonly string[];
  /** whether work is looked for that no worker says is its own */
  readonly orphans: boolean;
}

export interface Swept {
  readonly workers: number;
  /** jobs of which entries wait again */
  readonly jobs: readonly string[];
}

/**
 * Takes over what dead workers held: their rows go, the queue gives their work to others, and the entries they had begun
 * wait again. Only one process sweeps at a time; null when another does.
 */
export async function sweepWorkers(
  tx: Transaction,
  { deadAfterMs, dead, orphans }: Sweep,
): Promise<Swept | null> {
  const [lock] = await tx<{ ours: boolean }[]>`
    select pg_try_advisory_xact_lock(hashtext('hunter workers')) as ours`;
  if (lock?.ours !== true) return null;
  const patience = tx`make_interval(secs => ${deadAfterMs / 1000}::float8)`;
  const gone = await tx<{ id: string; queue_ids: string[] }[]>`
    delete from workers where heartbeat_at < now() - ${patience} or id = any (${[...dead]}::uuid[])
    returning id, queue_ids`;
  // A worker locks its first work a moment before it has said under which name: young locks are left alone.
  const strange = orphans
    ? await tx<{ locked_by: string }[]>`
        select distinct j.locked_by from graphile_worker.jobs j
        where j.locked_by is not null and j.locked_at < now() - ${patience}
          and not exists (select from workers w where j.locked_by = any (w.queue_ids))`
    : [];
  const names = [...gone.flatMap(({ queue_ids }) => queue_ids), ...strange.map(({ locked_by }) => locked_by)];
  if (names.length > 0) await tx`select graphile_worker.force_unlock_workers(${names}::text[])`;
  const ids = gone.map(({ id }) => id);
  if (ids.length === 0 && !orphans) return { workers: 0, jobs: [] };
  const jobs = await tx<{ job_id: string }[]>`
    with returned as (
      update scan_job_items i set state = 'pending', worker_id = null
      where i.state = 'in_progress' and (
        i.worker_id = any (${ids}::uuid[])
        or (${orphans} and i.updated_at < now() - ${patience} and not exists (select from workers w where w.id = i.worker_id))
      )
      returning job_id
    )
    select distinct job_id from returned`;
  return { workers: ids.length, jobs: jobs.map(({ job_id }) => job_id) };
}

/** Work that ended a worker as often as it may be begun, and will not be begun again. */
export interface DeadWork {
  readonly id: number;
  readonly task: string;
  readonly payload: unknown;
  /** false: it was queued anew meanwhile, and this is only what is left of the try before */
  readonly current: boolean;
}

export const deadWork = (sql: Sql): Promise<DeadWork[]> => sql<DeadWork[]>`
  select j.id, t.identifier as task, j.payload, j.key is not null as current
  from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
  where j.locked_at is null and j.attempts >= j.max_attempts
  order by j.id limit 1000`;

export async function dropWork(sql: Sql, ids: readonly number[]): Promise<void> {
  await sql`select graphile_worker.complete_jobs(${[...ids]}::bigint[])`;
}
