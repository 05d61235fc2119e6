import type { AlertType } from '#core/changes/alerts.ts';
import type { AlertFrequency, AlertMethod, AlertStatus } from './alerts.ts';
import type { Sql, Transaction } from './pool.ts';

/** Who wants to hear of what, and how. The signing secret stays where it is. */
export interface AlertConfig {
  readonly id: number;
  readonly type: AlertType;
  readonly method: AlertMethod;
  readonly frequency: AlertFrequency;
  readonly enabled: boolean;
  readonly webhookUrl: string | null;
  readonly emailAddress: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** The newest delivery that was tried. */
export interface LastDelivery {
  readonly state: AlertStatus;
  readonly attempts: number;
  readonly error: string | null;
  readonly sentAt: Date | null;
}

export interface NewAlertConfig {
  readonly owner: string;
  readonly type: AlertType;
  readonly method: AlertMethod;
  readonly frequency: AlertFrequency;
  readonly enabled: boolean;
  readonly webhookUrl: string | null;
  readonly emailAddress: string | null;
  readonly signingSecret: Uint8Array | null;
  readonly now: Date;
}

const columns = (sql: Sql | Transaction) => sql`
  c.id, c.alert_type as type, c.notification_method as method, c.frequency, c.enabled, c.webhook_url as "webhookUrl",
  c.email_address as "emailAddress", c.created_at as "createdAt", c.updated_at as "updatedAt"`;

/** The settings of one person, in order of type and method. */
export async function listAlertConfigs(
  sql: Sql,
  owner: string,
): Promise<{ readonly config: AlertConfig; readonly last: LastDelivery | null }[]> {
  const rows = await sql<(AlertConfig & { last: (LastDelivery & { sentAt: string | null }) | null })[]>`
    select ${columns(sql)}, l.last
    from alert_config c left join lateral (
      select jsonb_build_object(
        'state', d.state, 'attempts', d.attempts, 'error', d.error, 'sentAt', d.sent_at
      ) as last
      from alert_deliveries d where d.config_id = c.id and d.attempts > 0
      order by d.alert_id desc limit 1
    ) l on true
    where c.owner = ${owner}
    order by c.alert_type, c.notification_method`;
  return rows.map(({ last, ...config }) => ({
    config,
    last: last === null ? null : { ...last, sentAt: last.sentAt === null ? null : new Date(last.sentAt) },
  }));
}

/** The secret that signs what this setting sends, as it is sealed; null when there is no such setting, or none in it. */
export async function sealedSecret(
  tx: Transaction,
  { owner, type, method }: Pick<NewAlertConfig, 'owner' | 'type' | 'method'>,
): Promise<Uint8Array | null> {
  const [row] = await tx<{ secret: Uint8Array | null }[]>`
    select signing_secret as secret from alert_config
    where owner = ${owner} and alert_type = ${type} and notification_method = ${method}
    for no key update`;
  return row?.secret ?? null;
}

/** Makes or changes the one setting of a person for this type and method. */
export async function upsertAlertConfig(tx: Transaction, config: NewAlertConfig): Promise<AlertConfig> {
  const [row] = await tx<[AlertConfig]>`
    insert into alert_config as c (
      owner, alert_type, notification_method, frequency, enabled, webhook_url, email_address, signing_secret,
      created_at, updated_at
    ) values (
      ${config.owner}, ${config.type}, ${config.method}, ${config.frequency}, ${config.enabled},
      ${config.webhookUrl}, ${config.emailAddress}, ${config.signingSecret}::bytea,
      ${config.now}::timestamptz, ${config.now}::timestamptz
    )
    on conflict (owner, alert_type, notification_method) do update set
      frequency = excluded.frequency, enabled = excluded.enabled, webhook_url = excluded.webhook_url,
      email_address = excluded.email_address, signing_secret = excluded.signing_secret
    returning ${columns(tx)}`;
  return row;
}

/** What waits for a setting waits from now on as the setting says; a try under way is left alone. */
export async function rescheduleDeliveries(tx: Transaction, configId: number, nextAt: Date): Promise<void> {
  await tx`
    update alert_deliveries set next_at = ${nextAt}::timestamptz
    where config_id = ${configId}::bigint and state = 'pending' and attempts = 0`;
}

/** @returns whether there was one of this id that belongs to them */
export async function deleteAlertConfig(sql: Sql, owner: string, id: number): Promise<boolean> {
  const gone = await sql`delete from alert_config where id = ${id}::bigint and owner = ${owner} returning id`;
  return gone.length > 0;
}
