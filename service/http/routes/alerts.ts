import { z } from 'zod';
import { ALERT_TYPES } from '#core/changes/alerts.ts';
import { DELIVERY_FAULTS, type DeliveryFault } from '#core/rules/alert-words.ts';
import type { Messages } from '#core/rules/messages.ts';
import { failed } from '../../failure.ts';
import {
  ALERT_FREQUENCIES,
  ALERT_METHODS,
  ALERT_STATUSES,
  listAlerts,
  type AlertRow,
} from '../../store/alerts.ts';
import {
  deleteAlertConfig,
  listAlertConfigs,
  type AlertConfig,
  type LastDelivery,
} from '../../store/alert-configs.ts';
import { configureAlert } from '../../verbs/configure-alert.ts';
import { domainIn } from '../domain.ts';
import { refuse, reply, route, type Route } from '../route.ts';

const moment = z.string().describe('ISO 8601');

const Alert = z
  .object({
    id: z.int(),
    domain: z.string(),
    alert_type: z.enum(ALERT_TYPES),
    message: z.string().describe('in the language asked for'),
    status: z
      .enum(ALERT_STATUSES)
      .describe('sent = somebody was told, or nobody asked; failed = nobody could be told'),
    created_at: moment,
    sent_at: moment.nullable(),
    old_value: z.unknown().describe('before: text, number, true, false or null'),
    new_value: z.unknown().describe('after'),
  })
  .meta({ id: 'Alert' });

const Config = z
  .object({
    id: z.int(),
    alert_type: z.enum(ALERT_TYPES),
    notification_method: z.enum(ALERT_METHODS),
    enabled: z.boolean(),
    frequency: z.enum(ALERT_FREQUENCIES),
    webhook_url: z.string().nullable(),
    email_address: z.string().nullable(),
    created_at: moment,
    updated_at: moment,
    last_delivery: z
      .object({
        state: z.enum(['pending', 'sent', 'failed']).describe('pending = tried, and tried again later'),
        attempts: z.int(),
        sent_at: moment.nullable(),
        error: z.string().nullable().describe('code of what went wrong, with the status of the receiver'),
        reason: z.string().nullable().describe('the same in a sentence'),
      })
      .nullable()
      .describe('the newest message that was tried; null = none yet'),
  })
  .meta({ id: 'AlertConfig' });

const alertView = (row: AlertRow, language: 'tr' | 'en'): z.input<typeof Alert> => ({
  id: row.id,
  domain: row.domain,
  alert_type: row.type,
  message: row[language],
  status: row.status,
  created_at: row.createdAt.toISOString(),
  sent_at: row.sentAt?.toISOString() ?? null,
  old_value: row.oldValue,
  new_value: row.newValue,
});

const configView = (config: AlertConfig, last: LastDelivery | null, m: Messages): z.input<typeof Config> => ({
  id: config.id,
  alert_type: config.type,
  notification_method: config.method,
  enabled: config.enabled,
  frequency: config.frequency,
  webhook_url: config.webhookUrl,
  email_address: config.emailAddress,
  created_at: config.createdAt.toISOString(),
  updated_at: config.updatedAt.toISOString(),
  last_delivery: last && {
    state: last.state,
    attempts: last.attempts,
    sent_at: last.sentAt?.toISOString() ?? null,
    error: last.error,
    reason: sentenceOf(last.error, m),
  },
});

/** "status 503" is of the fault "status". */
function sentenceOf(error: string | null, m: Messages): string | null {
  const code = error?.split(' ')[0];
  const known = (DELIVERY_FAULTS as readonly string[]).includes(code ?? '');
  return known ? m.deliveries[code as DeliveryFault] : null;
}

const list = route({
  id: 'GET /alerts',
  legacy: true,
  tag: 'alerts',
  summary: 'Alerts, newest first',
  query: z.object({
    domain: z.string().max(300).optional().describe('of this company alone'),
    alert_type: z.enum(ALERT_TYPES).optional(),
    status: z.enum(ALERT_STATUSES).optional(),
    limit: z.coerce.number().int().min(1).max(1000).default(100),
  }),
  replies: { 200: { description: 'the alerts', schema: z.array(Alert) } },
  failures: ['invalid-domain'],
  handle: async ({ query, language }, service) => {
    const domain = query.domain === undefined ? null : domainIn(query.domain, language, service);
    if (domain !== null && !domain.ok) return refuse(domain.failure);
    const alerts = await listAlerts(service.sql, {
      domain: domain?.value.ascii ?? null,
      type: query.alert_type ?? null,
      status: query.status ?? null,
      limit: query.limit,
    });
    return reply(alerts.map((row) => alertView(row, language)));
  },
});

const listConfigs = route({
  id: 'GET /alerts/config',
  legacy: true,
  tag: 'alerts',
  summary: 'Your own alert settings, and how their newest message fared',
  replies: { 200: { description: 'the settings', schema: z.array(Config) } },
  handle: async ({ actor, language }, { sql, rules }) => {
    const m = rules.current().messages[language];
    const configs = await listAlertConfigs(sql, actor.id);
    return reply(configs.map(({ config, last }) => configView(config, last, m)));
  },
});

const configure = route({
  id: 'POST /alerts/config',
  legacy: true,
  tag: 'alerts',
  summary: 'Makes or changes your setting for a type of alert and a way to hear of it',
  description:
    'One setting for each type and method. A webhook gets JSON, signed with the signing_secret of this answer (X-Hunter-Signature); teams takes the URL of a workflow that begins with "When a Teams webhook request is received". URLs are public https addresses.',
  body: z
    .object({
      alert_type: z.enum(ALERT_TYPES),
      notification_method: z
        .enum([...ALERT_METHODS, 'slack'])
        .describe('slack is refused; the earlier system knew the word'),
      enabled: z.boolean().default(true),
      frequency: z
        .enum(ALERT_FREQUENCIES)
        .default('immediate')
        .describe('daily_digest: one message a day, at 08:00'),
      webhook_url: z.string().trim().max(2048).nullish().describe('for webhook and teams'),
      email_address: z.string().trim().max(320).nullish().describe('for email'),
    })
    .meta({
      examples: [
        {
          alert_type: 'mx_changed',
          notification_method: 'webhook',
          webhook_url: 'https://hooks.contoso.com/hunter',
        },
      ],
    }),
  replies: {
    201: {
      description: 'the setting as it is now',
      schema: Config.extend({
        signing_secret: z
          .string()
          .nullable()
          .describe('signs what a webhook gets; shown when it is made, and never again'),
      }).meta({ id: 'ConfiguredAlert' }),
    },
  },
  failures: ['target-not-allowed'],
  handle: async ({ body, actor, language }, service) => {
    const configured = await configureAlert(
      service,
      {
        type: body.alert_type,
        method: body.notification_method,
        frequency: body.frequency,
        enabled: body.enabled,
        webhookUrl: body.webhook_url ?? null,
        emailAddress: body.email_address ?? null,
      },
      actor.id,
      language,
    );
    if (!configured.ok) return refuse(configured.failure);
    const { config, secret } = configured.value;
    const view = configView(config, null, service.rules.current().messages[language]);
    return reply({ ...view, signing_secret: secret }, 201);
  },
});

const remove = route({
  id: 'DELETE /alerts/config/{id}',
  tag: 'alerts',
  summary: 'Deletes a setting of yours; what waited for it is not sent',
  params: z.object({
    id: z
      .string()
      .regex(/^\d{1,15}$/)
      .transform(Number)
      .describe('id of the setting'),
  }),
  replies: {
    200: { description: 'it is gone', schema: z.object({ deleted: z.literal(true), id: z.int() }) },
  },
  failures: ['alert-config-not-found'],
  handle: async ({ params, actor }, { sql }) =>
    (await deleteAlertConfig(sql, actor.id, params.id))
      ? reply({ deleted: true, id: params.id })
      : refuse(failed('alert-config-not-found').failure),
});

export const alertRoutes: readonly Route[] = [list, listConfigs, configure, remove];
