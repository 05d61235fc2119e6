import type { AlertType } from '#core/changes/alerts.ts';
import type { Sql, Transaction } from './pool.ts';

export const ALERT_STATUSES = ['pending', 'sent', 'failed'] as const;
export type AlertStatus = (typeof ALERT_STATUSES)[number];
export const ALERT_METHODS = ['webhook', 'email', 'teams'] as const;
export type AlertMethod = (typeof ALERT_METHODS)[number];
export const ALERT_FREQUENCIES = ['immediate', 'daily_digest'] as const;
export type AlertFrequency = (typeof ALERT_FREQUENCIES)[number];

export interface AlertRow {
  readonly id: number;
  readonly domain: string;
  readonly type: AlertType;
  readonly tr: string;
  readonly en: string;
  readonly status: AlertStatus;
  readonly createdAt: Date;
  readonly sentAt: Date | null;
  readonly oldValue: unknown;
  readonly newValue: unknown;
}

export interface AlertFilter {
  readonly domain: string | null;
  readonly type: AlertType | null;
  readonly status: AlertStatus | null;
  readonly limit: number;
}

/** Newest first. */
export async function listAlerts(sql: Sql, filter: AlertFilter): Promise<AlertRow[]> {
  const { domain, type, status } = filter;
  return sql<AlertRow[]>`
    select a.id, c.domain, a.alert_type as type, a.message_tr as tr, a.message_en as en, a.status,
      a.created_at as "createdAt", a.sent_at as "sentAt", a.old_value as "oldValue", a.new_value as "newValue"
    from alerts a join companies c on c.id = a.company_id
    where true
      ${domain === null ? sql`` : sql`and a.company_id = (select id from companies where domain = ${domain})`}
      ${type === null ? sql`` : sql`and a.alert_type = ${type}`}
      ${status === null ? sql`` : sql`and a.status = ${status}`}
    order by a.created_at desc, a.id desc
    limit ${filter.limit}::integer`;
}

const FAN_OUT = 500;

/** A part of it: how many alerts were looked at. */
async function fanOutSome(sql: Sql, now: Date, digestAt: Date): Promise<number> {
  return sql.begin(async (tx) => {
    const rows = await tx<{ id: number }[]>`
      select a.id from alerts a
      where a.status = 'pending' and not exists (select from alert_deliveries d where d.alert_id = a.id)
      order by a.id limit ${FAN_OUT}::integer for update of a skip locked`;
    if (rows.length === 0) return 0;
    const ids = rows.map(({ id }) => id);
    await tx`
      with receivers as (
        select distinct on (
            alert_type, notification_method, frequency, coalesce(lower(email_address), webhook_url),
            case when notification_method = 'webhook' then id end
          ) id, alert_type, frequency
        from alert_config where enabled
        order by alert_type, notification_method, frequency, coalesce(lower(email_address), webhook_url),
          case when notification_method = 'webhook' then id end, id
      )
      insert into alert_deliveries (alert_id, config_id, next_at)
      select a.id, r.id,
        case r.frequency when 'immediate' then ${now}::timestamptz else ${digestAt}::timestamptz end
      from alerts a join receivers r on r.alert_type = a.alert_type
      where a.id = any (${ids}::bigint[])
      on conflict do nothing`;
    await tx`
      update alerts a set status = 'sent', sent_at = ${now}::timestamptz
      where a.id = any (${ids}::bigint[])
        and not exists (select from alert_deliveries d where d.alert_id = a.id)`;
    return rows.length;
  });
}

/**
 * Gives each new alert a delivery for everybody who asked for its type, whoever that is. One mailbox or Teams channel
 * hears of it once, however many people named it. Nobody asked: the alert is done.
 *
 * @param digestAt when the next digest goes out
 */
export async function fanOutAlerts(sql: Sql, now: Date, digestAt: Date): Promise<void> {
  // What waits for a setting that was switched off waits for nobody.
  await sql`
    with idle as materialized (
      select d.alert_id, d.config_id from alert_deliveries d join alert_config c on c.id = d.config_id
      where d.state = 'pending' and not c.enabled for update of d skip locked
    )
    delete from alert_deliveries d using idle
    where d.alert_id = idle.alert_id and d.config_id = idle.config_id`;
  while ((await fanOutSome(sql, now, digestAt)) === FAN_OUT);
}

/** One delivery that this worker has taken on: until `next_at` nobody else does. */
export interface ClaimedDelivery {
  readonly alertId: number;
  readonly configId: number;
  /** this try included */
  readonly attempts: number;
  readonly owner: string;
  readonly method: AlertMethod;
  readonly webhookUrl: string | null;
  readonly emailAddress: string | null;
  readonly signingSecret: Uint8Array | null;
  readonly domain: string;
  readonly type: AlertType;
  readonly tr: string;
  readonly en: string;
  readonly createdAt: Date;
  readonly oldValue: unknown;
  readonly newValue: unknown;
}

export interface Claim {
  readonly now: Date;
  /** when others may take it on, if this worker is not heard of again */
  readonly until: Date;
  readonly limit: number;
}

/** Takes on deliveries that are due now. */
export const claimDeliveries = (sql: Sql, claim: Claim): Promise<ClaimedDelivery[]> =>
  claimed(
    sql,
    claim,
    sql`
      select d.alert_id, d.config_id from alert_deliveries d join alert_config c on c.id = d.config_id
      where d.state = 'pending' and d.next_at <= ${claim.now}::timestamptz and c.enabled and c.frequency = 'immediate'
      order by d.next_at, d.alert_id, d.config_id
      limit ${claim.limit}::integer for update of d skip locked`,
  );

/**
 * Takes on one digest that is due: all its alerts, of every type that the same person wants at the same mailbox or
 * channel. A webhook is signed by its own setting, and so gets its own. Empty when none is due.
 */
export const claimDigest = (sql: Sql, claim: Claim): Promise<ClaimedDelivery[]> =>
  sql.begin(async (tx) => {
    // Two that gather the same digest would send half of it each.
    await tx`select pg_advisory_xact_lock(hashtextextended('alert digest', 0))`;
    return claimed(
      tx,
      claim,
      tx`
        select d.alert_id, d.config_id
        from (
          select c.owner, c.notification_method, c.email_address, c.webhook_url,
            case when c.notification_method = 'webhook' then c.id end as own_id
          from alert_deliveries d join alert_config c on c.id = d.config_id
          where d.state = 'pending' and d.next_at <= ${claim.now}::timestamptz and c.enabled
            and c.frequency = 'daily_digest'
          order by d.next_at, c.id limit 1
        ) first
        join alert_config c on c.owner = first.owner and c.notification_method = first.notification_method
          and c.email_address is not distinct from first.email_address
          and c.webhook_url is not distinct from first.webhook_url
          and (first.own_id is null or c.id = first.own_id)
          and c.enabled and c.frequency = 'daily_digest'
        join alert_deliveries d on d.config_id = c.id
        where d.state = 'pending' and d.next_at <= ${claim.now}::timestamptz
        order by d.alert_id, d.config_id
        limit ${claim.limit}::integer for update of d skip locked`,
    );
  });

async function claimed(
  sql: Sql | Transaction,
  { until }: Claim,
  due: ReturnType<Sql>,
): Promise<ClaimedDelivery[]> {
  const rows = await sql<ClaimedDelivery[]>`
    with due as materialized (${due})
    update alert_deliveries d set attempts = d.attempts + 1, next_at = ${until}::timestamptz
    from due, alert_config c, alerts a, companies o
    where d.alert_id = due.alert_id and d.config_id = due.config_id
      and c.id = d.config_id and a.id = d.alert_id and o.id = a.company_id
    returning d.alert_id as "alertId", d.config_id as "configId", d.attempts, c.owner,
      c.notification_method as method, c.webhook_url as "webhookUrl", c.email_address as "emailAddress",
      c.signing_secret as "signingSecret", o.domain, a.alert_type as type, a.message_tr as tr, a.message_en as en,
      a.created_at as "createdAt", a.old_value as "oldValue", a.new_value as "newValue"`;
  return [...rows].sort((a, b) => a.alertId - b.alertId || a.configId - b.configId);
}

/** What came of a try. `released`: it was not made, and counts for nothing. */
export type DeliveryNote =
  | { readonly state: 'sent'; readonly at: Date }
  | { readonly state: 'failed'; readonly error: string }
  | { readonly state: 'pending'; readonly error: string; readonly nextAt: Date }
  | { readonly state: 'released'; readonly nextAt: Date };

/**
 * Notes what came of deliveries, as long as they are still this worker's. That one has arrived is true whoever has it in
 * hand by now.
 */
export async function noteDeliveries(
  sql: Sql,
  deliveries: readonly Pick<ClaimedDelivery, 'alertId' | 'configId' | 'attempts'>[],
  note: DeliveryNote,
): Promise<void> {
  const released = note.state === 'released';
  const error = 'error' in note ? note.error : null;
  const nextAt = 'nextAt' in note ? note.nextAt : null;
  await sql`
    update alert_deliveries d set
      state = ${released ? 'pending' : note.state},
      attempts = d.attempts - ${released ? 1 : 0}::smallint,
      error = case when ${released} then d.error else ${error}::text end,
      next_at = coalesce(${nextAt}::timestamptz, d.next_at),
      sent_at = ${note.state === 'sent' ? note.at : null}::timestamptz
    from unnest(
      ${deliveries.map((d) => d.alertId)}::bigint[], ${deliveries.map((d) => d.configId)}::bigint[],
      ${deliveries.map((d) => d.attempts)}::smallint[]
    ) as n(alert_id, config_id, attempts)
    where d.alert_id = n.alert_id and d.config_id = n.config_id and d.state = 'pending'
      and (d.attempts = n.attempts or ${note.state === 'sent'})`;
}

/** Lets what is due for a receiver wait: it was just seen that nothing arrives there. It counts as no try. */
export async function postponeDeliveries(
  sql: Sql,
  configId: number,
  dueAt: Date,
  nextAt: Date,
): Promise<void> {
  await sql`
    with due as materialized (
      select alert_id, config_id from alert_deliveries
      where config_id = ${configId}::bigint and state = 'pending' and next_at <= ${dueAt}::timestamptz
      for update skip locked
    )
    update alert_deliveries d set next_at = ${nextAt}::timestamptz
    from due where d.alert_id = due.alert_id and d.config_id = due.config_id`;
}

/** Closes the alerts whose deliveries are all done: sent when one arrived, failed when none did. */
export async function settleAlerts(sql: Sql): Promise<void> {
  await sql`
    with done as materialized (
      select a.id from alerts a
      where a.status = 'pending'
        and exists (select from alert_deliveries d where d.alert_id = a.id)
        and not exists (select from alert_deliveries d where d.alert_id = a.id and d.state = 'pending')
      order by a.id for update of a skip locked
    )
    update alerts a set status = case when r.at is null then 'failed' else 'sent' end, sent_at = r.at
    from (
      select d.alert_id, max(d.sent_at) as at
      from alert_deliveries d join done on done.id = d.alert_id
      group by d.alert_id
    ) r
    where a.id = r.alert_id`;
}

/** When the next delivery is due; null = none waits. */
export async function nextDelivery(sql: Sql): Promise<Date | null> {
  const [row] = await sql<{ at: Date | null }[]>`
    select min(next_at) as at from alert_deliveries where state = 'pending'`;
  return row?.at ?? null;
}
