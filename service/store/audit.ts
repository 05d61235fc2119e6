import { json, type Sql, type Transaction } from './pool.ts';

/** Who did it. An `Actor` of a request fits; jobs are `system`, the command line is `command`. */
export interface Auditor {
  readonly kind: 'user' | 'api-key' | 'anonymous' | 'system' | 'command';
  readonly id: string;
}

/**
 * Notes an action in the audit log, in the transaction of the action itself: both are there, or neither.
 *
 * @param action two words with a point: "api-key.create", "lead.erase"
 * @param target what it was done to: a domain, an id
 * @param detail what else matters; no secrets, and no personal data beyond the target
 */
export async function audit(
  tx: Sql | Transaction,
  actor: Auditor,
  action: string,
  target: string | null,
  detail: Readonly<Record<string, unknown>>,
  requestId: string | null,
): Promise<void> {
  if (actor.kind === 'anonymous') throw new Error(`${action} was done by nobody`);
  await tx`
    insert into audit_log (actor, actor_kind, action, target, detail, request_id)
    values (${actor.id}, ${actor.kind}, ${action}, ${target}, ${json(tx, detail)}, ${requestId})`;
}

export interface AuditEntry {
  readonly id: number;
  readonly at: Date;
  readonly actor: string;
  readonly actorKind: string;
  readonly action: string;
  readonly target: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly requestId: string | null;
}

export interface AuditPage {
  readonly entries: readonly AuditEntry[];
  readonly total: number;
}

/** A page of the log, newest first. */
export async function readAudit(
  sql: Sql,
  filter: { readonly action: string | null; readonly actor: string | null; readonly target: string | null },
  page: { readonly limit: number; readonly offset: number },
): Promise<AuditPage> {
  const where = sql`
    (${filter.action}::text is null or action = ${filter.action})
    and (${filter.actor}::text is null or actor = ${filter.actor})
    and (${filter.target}::text is null or target = ${filter.target})`;
  const [[count], entries] = await Promise.all([
    sql<[{ total: number }]>`select count(*) as total from audit_log where ${where}`,
    sql<AuditEntry[]>`
      select id, at, actor, actor_kind as "actorKind", action, target, detail, request_id as "requestId"
      from audit_log where ${where}
      order by at desc, id desc limit ${page.limit}::integer offset ${page.offset}::integer`,
  ]);
  return { entries: [...entries], total: count.total };
}
