import { z } from 'zod';
import { SCOPES } from '../../api-key.ts';
import type { ApiKey } from '../../store/api-keys.ts';
import { listApiKeys } from '../../store/api-keys.ts';
import { readAudit } from '../../store/audit.ts';
import { createApiKey } from '../../verbs/create-api-key.ts';
import { switchApiKey } from '../../verbs/switch-api-key.ts';
import { refuse, reply, route, type Route } from '../route.ts';

const moment = z.string().describe('ISO 8601');

const Key = z
  .object({
    id: z.int(),
    name: z.string(),
    key_hint: z.string().describe('the first characters, to tell keys apart'),
    scopes: z.array(z.enum(SCOPES)),
    rate_limit_per_minute: z.int(),
    is_active: z.boolean(),
    created_by: z.string(),
    created_at: moment,
    expires_at: moment.nullable(),
    last_used_at: moment.nullable().describe('exact to a minute'),
  })
  .meta({ id: 'ApiKey' });

const keyView = (key: ApiKey): z.input<typeof Key> => ({
  id: key.id,
  name: key.name,
  key_hint: key.keyHint,
  scopes: [...key.scopes],
  rate_limit_per_minute: key.rateLimitPerMinute,
  is_active: key.active,
  created_by: key.createdBy,
  created_at: key.createdAt.toISOString(),
  expires_at: key.expiresAt?.toISOString() ?? null,
  last_used_at: key.lastUsedAt?.toISOString() ?? null,
});

const KeyId = z.object({
  id: z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .describe('id of the key'),
});

const list = route({
  id: 'GET /admin/api-keys',
  legacy: true,
  tag: 'admin',
  summary: 'All API keys, newest first, without the keys themselves',
  replies: { 200: { description: 'the keys', schema: z.array(Key) } },
  handle: async (_request, { sql }) => reply((await listApiKeys(sql)).map(keyView)),
});

const create = route({
  id: 'POST /admin/api-keys',
  legacy: true,
  tag: 'admin',
  summary: 'A new API key',
  description:
    'For webhooks and machines, sent as X-API-Key. The key is in this answer only. Scopes: ingest, scan, read, export, write.',
  body: z
    .object({
      name: z.string().trim().min(1).max(200).describe('what it is for'),
      rate_limit_per_minute: z.int().min(1).max(10_000).default(60).describe('requests a minute'),
      scopes: z
        .array(z.enum(SCOPES))
        .min(1)
        .max(SCOPES.length)
        .default(['ingest'])
        .transform((scopes) => [...new Set(scopes)])
        .describe('what it may do'),
      expires_at: z.iso
        .datetime({ offset: true })
        .nullish()
        .describe('when it stops working; never, when missing'),
      created_by: z.string().trim().min(1).max(200).nullish().describe('whoever asks, when missing'),
    })
    .meta({ examples: [{ name: 'web form', scopes: ['ingest'], rate_limit_per_minute: 60 }] }),
  replies: {
    201: {
      description: 'the key; it is not shown again',
      schema: Key.extend({ key: z.string().describe('send it as X-API-Key') }).meta({ id: 'NewApiKey' }),
    },
  },
  failures: ['expiry-past'],
  handle: async ({ body, actor, requestId }, service) => {
    const expiresAt = body.expires_at == null ? null : new Date(body.expires_at);
    if (expiresAt !== null && expiresAt.getTime() <= service.clock())
      return refuse({ code: 'expiry-past', values: {} });
    const { secret, key } = await createApiKey(
      service,
      {
        name: body.name,
        scopes: body.scopes,
        rateLimitPerMinute: body.rate_limit_per_minute,
        expiresAt,
        createdBy: body.created_by ?? null,
      },
      actor,
      requestId,
    );
    return reply({ ...keyView(key), key: secret }, 201);
  },
});

const switchTo = (active: boolean): Route =>
  route({
    id: active ? 'PATCH /admin/api-keys/{id}/activate' : 'PATCH /admin/api-keys/{id}/deactivate',
    legacy: true,
    tag: 'admin',
    summary: active ? 'Switches a key on' : 'Switches a key off, at once',
    params: KeyId,
    replies: { 200: { description: 'the key as it is now', schema: Key } },
    failures: ['key-not-found'],
    handle: async ({ params, actor, requestId }, service) => {
      const switched = await switchApiKey(service, params.id, active, actor, requestId);
      return switched.ok ? reply(keyView(switched.value)) : refuse(switched.failure);
    },
  });

const Entry = z
  .object({
    id: z.int(),
    at: moment,
    actor: z.string(),
    actor_kind: z.enum(['user', 'api-key', 'system', 'command']),
    action: z.string().meta({ examples: ['api-key.create', 'lead.erase'] }),
    target: z.string().nullable(),
    detail: z.record(z.string(), z.unknown()),
    request_id: z.string().nullable(),
  })
  .meta({ id: 'AuditEntry' });

const auditLog = route({
  id: 'GET /admin/audit-log',
  tag: 'admin',
  summary: 'Who did what: keys, rules, erasures, settings; newest first',
  query: z.object({
    action: z.string().max(100).optional().describe('only this action'),
    actor: z.string().max(200).optional().describe('only what this actor did'),
    target: z.string().max(300).optional().describe('only what was done to this'),
    page: z.coerce.number().int().min(1).max(10_000).default(1),
    page_size: z.coerce.number().int().min(1).max(200).default(50),
  }),
  replies: {
    200: {
      description: 'a page of the log',
      schema: z.object({
        entries: z.array(Entry),
        total: z.int(),
        page: z.int(),
        page_size: z.int(),
        total_pages: z.int(),
      }),
    },
  },
  handle: async ({ query }, { sql }) => {
    const { page, page_size: size } = query;
    const { entries, total } = await readAudit(
      sql,
      { action: query.action ?? null, actor: query.actor ?? null, target: query.target ?? null },
      { limit: size, offset: (page - 1) * size },
    );
    return reply({
      entries: entries.map(({ at, actorKind, requestId, ...entry }) => ({
        ...entry,
        at: at.toISOString(),
        actor_kind: actorKind,
        request_id: requestId,
      })),
      total,
      page,
      page_size: size,
      total_pages: Math.ceil(total / size),
    });
  },
});

export const adminRoutes: readonly Route[] = [list, create, switchTo(true), switchTo(false), auditLog];
