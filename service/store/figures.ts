import type { Sql } from './pool.ts';

/** What the database knows of the work: the same figures whichever process is asked. */
export interface Figures {
  /** scan_jobs by state */
  readonly jobs: Readonly<Record<string, number>>;
  readonly queue: readonly {
    readonly task: string;
    /** due now, and nobody works on it */
    readonly waiting: number;
    readonly running: number;
    /** for later */
    readonly planned: number;
    /** how long the oldest that is due has waited */
    readonly oldestSeconds: number;
  }[];
  readonly workers: { readonly live: number; readonly stopping: number; readonly silent: number };
  readonly alerts: { readonly pending: number; readonly deliveriesPending: number };
  readonly leads: number;
}

/** A worker that has not been heard of for so long is taken for dead. */
const SILENT_AFTER_S = 60;

export async function readFigures(sql: Sql, now: Date): Promise<Figures> {
  const [jobs, queue, [workers], [alerts], [leads]] = await Promise.all([
    sql<
      { state: string; n: number }[]
    >`select state, count(*) as n from scan_jobs group by state order by state`,
    sql<Figures['queue'][number][]>`
      select task_identifier as task,
        count(*) filter (where locked_at is null and run_at <= ${now}::timestamptz) as waiting,
        count(*) filter (where locked_at is not null) as running,
        count(*) filter (where locked_at is null and run_at > ${now}::timestamptz) as planned,
        greatest(0, coalesce(extract(epoch from ${now}::timestamptz - min(run_at) filter (where locked_at is null)), 0))::float8
          as "oldestSeconds"
      from graphile_worker.jobs group by task_identifier order by task_identifier`,
    sql<[Figures['workers']]>`
      select
        count(*) filter (where not stopping and heartbeat_at > limits.oldest) as live,
        count(*) filter (where stopping and heartbeat_at > limits.oldest) as stopping,
        count(*) filter (where heartbeat_at <= limits.oldest) as silent
      from workers, (select ${now}::timestamptz - make_interval(secs => ${SILENT_AFTER_S}) as oldest) as limits`,
    sql<[Figures['alerts']]>`
      select (select count(*) from alerts where status = 'pending') as pending,
        (select count(*) from alert_deliveries where state = 'pending') as "deliveriesPending"`,
    sql<[{ n: number }]>`select coalesce(sum(n), 0)::bigint as n from lead_counts`,
  ]);
  return {
    jobs: Object.fromEntries(jobs.map(({ state, n }) => [state, n])),
    queue: [...queue],
    workers,
    alerts,
    leads: leads.n,
  };
}
