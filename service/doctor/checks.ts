import { statfsSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { DoctorCheck, DoctorSentence } from '#core/rules/doctor.ts';
import type { Config } from '../config.ts';
import type { Clock } from '../lookup/limit.ts';
import type { IpSource } from '../lookup/ip/database.ts';
import type { Questions } from '../lookup/resolver.ts';
import { pending, appliedMigrations, readMigrations } from '../store/migrate.ts';
import type { Sql } from '../store/pool.ts';

/** How one thing stands: in order, to look at, to mend, or switched off on purpose. */
export interface Finding {
  readonly check: DoctorCheck;
  readonly state: 'ok' | 'warn' | 'fail' | 'off';
  readonly sentence: DoctorSentence;
  readonly values: Readonly<Record<string, string | number>>;
}

export const finding = (
  state: Finding['state'],
  sentence: DoctorSentence,
  values: Finding['values'] = {},
): Finding => ({ check: sentence.split('.')[0] as DoctorCheck, state, sentence, values });

/** What a database that answers holds, and who works on it. */
export async function databaseFindings(sql: Sql, where: string, now: number): Promise<Finding[]> {
  const files = readMigrations();
  const open = 'code' in files ? files : pending(files, await appliedMigrations(sql));
  if (!('code' in open) && open.length > 0)
    return [finding('warn', 'database.migrations', { n: open.length })];
  if ('code' in open) return [finding('fail', 'database.failed', { why: `${open.code}: ${open.name}` })];
  const [size] = await sql<{ version: string; mb: number; companies: number; demo: boolean }[]>`
    select current_setting('server_version') as version,
      round(pg_database_size(current_database()) / 1048576.0)::int as mb,
      (select count(*)::int from companies) as companies,
      exists (select from sync_state where name = 'demo') as demo`;
  const [workers] = await sql<{ n: number }[]>`
    select count(*)::int as n from workers where heartbeat_at > now() - interval '1 minute'`;
  const [queue] = await sql<{ there: boolean }[]>`
    select to_regclass('graphile_worker.jobs') is not null as there`;
  const [waiting] =
    queue?.there === true
      ? await sql<{ n: number; oldest: Date | null }[]>`
          select count(*)::int as n, min(run_at) as oldest from graphile_worker.jobs
          where locked_at is null and run_at <= now() and attempts < max_attempts`
      : [{ n: 0, oldest: null }];
  const minutes = Math.floor((now - (waiting?.oldest?.getTime() ?? now)) / 60_000);
  return [
    finding('ok', 'database.ok', {
      where,
      version: size?.version.split(' ')[0] ?? '',
      companies: size?.companies ?? 0,
      size: size?.mb ?? 0,
    }),
    (workers?.n ?? 0) > 0
      ? finding('ok', 'workers.ok', { n: workers?.n ?? 0 })
      : finding('warn', 'workers.none'),
    minutes >= LATE_MINUTES
      ? finding('warn', 'queue.late', { n: waiting?.n ?? 0, minutes })
      : finding('ok', 'queue.ok', { n: waiting?.n ?? 0 }),
    ...(size?.demo === true ? [finding('warn', 'demo.on')] : []),
  ];
}

/** A job that has waited so long is a sign that workers do not keep up. */
const LATE_MINUTES = 15;
const LOW_DISK_GB = 1;

export function diskFinding(folder: string): Finding[] {
  try {
    const { bavail, bsize } = statfsSync(folder);
    const gb = (bavail * bsize) / 1024 ** 3;
    const values = { gb: gb.toFixed(1), folder };
    return [gb < LOW_DISK_GB ? finding('warn', 'disk.low', values) : finding('ok', 'disk.ok', values)];
  } catch {
    // Not made yet: the first start does.
    return [];
  }
}

/** Asks for the name servers of "com": a resolver that does not know them knows nobody's mail either. */
export async function dnsFinding(dns: Questions, clock: Clock, signal: AbortSignal): Promise<Finding> {
  const began = clock();
  const answer = await dns.ns('com', signal);
  if (answer.state === 'found') return finding('ok', 'dns.ok', { ms: clock() - began });
  return answer.state === 'absent'
    ? finding('fail', 'dns.offline')
    : finding('fail', 'dns.silent', { why: answer.why });
}

export function ipFindings(sources: readonly IpSource[] | null): Finding[] {
  if (sources === null) return [finding('off', 'ip.off')];
  return sources.map(({ kind, path, buildDate, state, problem }) =>
    state === 'ready'
      ? finding('ok', 'ip.ok', { kind, path, date: buildDate ?? '?' })
      : finding('warn', state === 'missing' ? 'ip.missing' : 'ip.corrupt', {
          kind,
          path,
          why: problem ?? '',
        }),
  );
}

const OLD_LIST_DAYS = 180;

export function registrationFinding(config: Config, date: string, now: number): Finding {
  if (!config.registration.enabled) return finding('off', 'registration.off');
  const days = (now - Date.parse(date)) / 86_400_000;
  return days > OLD_LIST_DAYS
    ? finding('warn', 'registration.old', { date: date.slice(0, 10) })
    : finding('ok', 'registration.ok', { date: date.slice(0, 10) });
}

/** Who may call, and whether those who should can sign in. */
export async function accessFinding(
  config: Config,
  fetch: typeof globalThis.fetch,
  signal: AbortSignal,
): Promise<Finding> {
  const { auth, http } = config;
  const host = `${http.host}:${http.port}`;
  if (auth.mode === 'internal')
    return auth.internalAnywhere
      ? finding('warn', 'access.anywhere', { host })
      : finding('ok', 'access.internal', { host });
  const authority = auth.authority;
  try {
    for (const tenant of auth.tenantIds) {
      const reply = await fetch(`${authority}/${tenant}/discovery/v2.0/keys`, { signal, redirect: 'error' });
      if (!reply.ok)
        return finding('fail', 'access.entra-silent', { authority, why: `HTTP ${reply.status}` });
    }
    return finding('ok', 'access.entra', { n: auth.tenantIds.length });
  } catch (error) {
    return finding('fail', 'access.entra-silent', { authority, why: reasonOf(error) });
  }
}

export function keyFinding(config: Config): Finding {
  if (config.secretKey !== null) return finding('ok', 'key.environment');
  const file = join(config.database.dataDir, 'secret.key');
  try {
    // Windows keeps no such bits.
    const others = sep === '/' && (statSync(file).mode & 0o077) !== 0;
    return others ? finding('fail', 'key.open', { file }) : finding('ok', 'key.file', { file });
  } catch {
    return finding('warn', 'key.none', { file });
  }
}

/** Whether the service answers where it should, and as which version. */
export async function serviceFinding(
  config: Config,
  version: string,
  fetch: typeof globalThis.fetch,
  signal: AbortSignal,
): Promise<Finding> {
  const url = config.http.publicUrl;
  try {
    const reply = await fetch(`${url}/healthz/live`, { signal });
    const body = (await reply.json()) as { version?: unknown };
    const other = typeof body.version === 'string' ? body.version : '?';
    return other === version
      ? finding('ok', 'service.running', { url })
      : finding('warn', 'service.version', { url, other });
  } catch {
    return finding('warn', 'service.stopped', { url });
  }
}

/** The code of a fault, without what it might quote. */
export function reasonOf(error: unknown): string {
  const { code, cause, name } = error as { code?: string; cause?: { code?: string }; name?: string };
  return code ?? cause?.code ?? name ?? 'unknown';
}
