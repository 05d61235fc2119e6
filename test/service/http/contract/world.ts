import { parseDomain } from '#core/domain.ts';
import { startWorker } from '#service/jobs/worker.ts';
import type { Outcome } from '#service/failure.ts';
import { findJob } from '#service/store/jobs.ts';
import { configureAlert } from '#service/verbs/configure-alert.ts';
import { createApiKey } from '#service/verbs/create-api-key.ts';
import { enrichContacts } from '#service/verbs/enrich-contacts.ts';
import { eraseCompany } from '#service/verbs/erase-company.ts';
import { ingestDomain } from '#service/verbs/ingest-domain.ts';
import { rescan } from '#service/verbs/rescan.ts';
import { startBulkScan } from '#service/verbs/start-bulk-scan.ts';
import { startImport } from '#service/verbs/start-import.ts';
import { SCOPES } from '#service/api-key.ts';
import { startApi, type Api } from '#test/support/api.ts';
import { createTestService, type TestService } from '#test/support/service.ts';
import type { Zone } from '#test/doubles/dns.ts';
import { until } from '#test/support/until.ts';
import { gatewayCompany, hostedCompany } from '#test/support/worlds.ts';

/** An API with companies, jobs, keys and settings of every kind, made by the product's own verbs. */
export interface World {
  readonly api: Api;
  readonly service: TestService['service'];
  /** by the names that paths have for them: `$list` */
  readonly ids: Readonly<Record<string, string>>;
  /** the API key of a machine that may do everything a key may */
  readonly key: string;
  /** the same as long as nothing that a person would miss has changed */
  fingerprint(): Promise<string>;
  close(): Promise<void>;
}

const ZONE: Zone = {
  ...gatewayCompany,
  ...hostedCompany,
  'deniz.com.tr': { MX: [[10, 'mail.natrohost.com']] },
  'kuzeyhat.net': { MX: [[10, 'mail.natrohost.com']] },
  'orman.com.tr': { MX: [[10, 'mail.natrohost.com']] },
};
const COMPANIES = [
  ['kuzeyhat.com.tr', 'Kuzey Hat A.Ş.'],
  ['gokpinar.com.tr', 'Gökpınar Ltd. Şti.'],
  // The same name: a duplicate of the first. Looked up by a list, and never again.
  ['kuzeyhat.net', 'KUZEY HAT'],
  // Its name servers do not answer.
  ['sessiz.com.tr', 'Sessiz A.Ş.'],
  // Added, and never looked up.
  ['yeni.com.tr', 'Yeni A.Ş.'],
  ['orman.com.tr', 'Orman A.Ş.'],
] as const;
const FILE = 'domain,company_name\ndeniz.com.tr,Deniz A.Ş.\nkuzey,Kuzey\nsomeone@gmail.com,Biri\n';
const ME = { kind: 'user', id: 'internal' } as const;

export async function createWorld(): Promise<World> {
  const test = await createTestService({
    zone: ZONE,
    env: { HUNTER_DNS_TIMEOUT_MS: '5000', HUNTER_REQUESTS_PER_MINUTE: '100000', HUNTER_UPLOAD_MAX_MB: '1' },
  });
  const { service, dns } = test;
  dns.behave({ answer: ({ name }) => (name.endsWith('sessiz.com.tr') ? 'SERVFAIL' : undefined) });
  for (const [domain, companyName] of COMPANIES)
    worked(await ingestDomain(service, { domain, companyName, scan: false }, 'en'));
  const list = await listOf(test, [
    'kuzeyhat.net',
    'kuzeyhat.com.tr',
    'gokpinar.com.tr',
    'sessiz.com.tr',
    'no domain',
  ]);
  const file = await fileOf(test);
  await workUntilDone(test, [list, file]);
  await changeSomething(test);
  const more = await keysAndSettings(test);
  // Nobody works any more: these stay as they are.
  const open = await listOf(test, ['yeni.com.tr']);
  const cancelled = await listOf(test, ['yeni.com.tr']);
  const api = await startApi(service);
  const everything = await fingerprintQuery(test);
  return {
    api,
    service,
    key: more.key,
    ids: { list, file, open, cancelled, ...more.ids },
    fingerprint: async () => JSON.stringify(await service.sql.unsafe(everything, [], { prepare: true })),
    close: async () => {
      await api.close();
      await test.close();
    },
  };
}

async function listOf({ service }: TestService, domains: readonly string[]): Promise<string> {
  const asked = { domains, kind: 'bulk-scan', force: false, createMissing: false, tier: 'score' } as const;
  return worked(await startBulkScan(service, { ...asked, by: 'internal', language: 'en' })).jobId;
}

async function fileOf({ service }: TestService): Promise<string> {
  const file = {
    fileName: 'companies.csv',
    content: new TextEncoder().encode(FILE),
    mapping: {},
    sheet: null,
  };
  const started = await startImport(
    service,
    { ...file, autoScan: false, autoDetectColumns: true },
    { id: 'internal', language: 'en' },
  );
  return worked(started).jobId;
}

async function workUntilDone({ service }: TestService, jobs: readonly string[]): Promise<void> {
  const worker = await startWorker(service, { schedule: false });
  for (const id of jobs)
    await until(async () => ((await findJob(service.sql, id))?.finishedAt ?? null) !== null);
  await worker.stop();
}

/** A second look-up finds another DMARC policy: a change, an alert, a history. */
async function changeSomething({ service, dns }: TestService): Promise<void> {
  dns.serve({ ...ZONE, '_dmarc.gokpinar.com.tr': { TXT: ['v=DMARC1; p=reject'] } });
  worked(await rescan(service, { text: 'gokpinar.com.tr', tier: 'score', language: 'en' }));
}

/** Also notes and tags as an earlier database had them, addresses of people, and a company that was erased. */
async function keysAndSettings({
  service,
}: TestService): Promise<{ key: string; ids: Record<string, string> }> {
  const { sql } = service;
  const key = async (name: string) => {
    const wanted = { name, scopes: SCOPES, rateLimitPerMinute: 10_000, expiresAt: null, createdBy: null };
    return createApiKey(service, wanted, ME, null);
  };
  const machine = await key('machine');
  const other = await key('other');
  const setting = async (type: 'mx_changed' | 'expire_soon') => {
    const wanted = {
      type,
      method: 'email',
      frequency: 'immediate',
      enabled: true,
      webhookUrl: null,
    } as const;
    const made = await configureAlert(
      service,
      { ...wanted, emailAddress: 'ayse@kuzeyhat.com.tr' },
      ME.id,
      'en',
    );
    return String(worked(made).config.id);
  };
  const kuzey = parseDomain('kuzeyhat.com.tr');
  if (kuzey.ok) worked(await enrichContacts(service, kuzey.domain, ['ayse.yilmaz@kuzeyhat.com.tr'], 'en'));
  await sql`insert into notes (company_id, note, created_at, updated_at)
    select id, 'Call in spring', now(), now() from companies where domain = 'kuzeyhat.com.tr'`;
  await sql`insert into tags (company_id, tag, created_at)
    select id, 'vip', now() from companies where domain = 'kuzeyhat.com.tr'`;
  worked(await eraseCompany(service, 'silinmis.com.tr', true, ME, { language: 'en', requestId: null }));
  const ids = {
    key: String(other.key.id),
    mine: await setting('mx_changed'),
    going: await setting('expire_soon'),
  };
  return { key: machine.secret, ids };
}

/** Every row of every table, but for what looking writes: limits, caches, the time of a key's last use. */
async function fingerprintQuery({ service: { sql } }: TestService): Promise<string> {
  const tables = await sql<{ name: string }[]>`
    select format('%I.%I', n.nspname, c.relname) as name
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and c.relpersistence = 'p' and n.nspname in ('public', 'graphile_worker')
      and c.relname not in ('migrations', 'schema_migrations')
    order by 1`;
  return tables
    .map(
      ({ name }) => `select '${name}' as name, md5(string_agg(row, ' ' order by row)) as sum
        from (select (to_jsonb(t) - 'last_used_at')::text as row from ${name} t) rows`,
    )
    .join(' union all ');
}

function worked<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(`${outcome.failure.code} ${JSON.stringify(outcome.failure.values)}`);
  return outcome.value;
}
