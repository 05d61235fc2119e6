import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Lead, LeadDetail } from '#core/lead/lead.ts';
import { CHANGE_TYPES } from '#core/changes/changes.ts';
import { ALERT_TYPES } from '#core/changes/alerts.ts';
import { TENANT_SIZES } from '#core/rules/classification.ts';
import { LINK_STATUSES, REFERRAL_TYPES, SYNC_STATUSES } from '#core/lead/lead.ts';
import {
  CATEGORIES,
  COMMERCIAL_HEATS,
  COMMERCIAL_SEGMENTS,
  SEGMENTS,
  TECHNICAL_HEATS,
} from '#core/rules/rule-set.ts';
import { dumpSchema } from '#service/store/dump-schema.ts';
import { json, type Sql } from '#service/store/pool.ts';
import { createDatabase, type TestDatabase } from '#test/support/db.ts';
import { ROWS, SEED_JOB } from './rows.ts';

const SCHEMA = new URL('../../../service/store/schema.sql', import.meta.url);
/** The product definition, chapter 8, and what chapters 9 to 13 and 16 need besides. */
const TABLES =
  `alert_config alert_deliveries alerts api_keys audit_log companies d365_leads d365_push_jobs d365_sync
  domain_signals favorites ip_enrichment lead_counts lead_list lead_scores lookup_cache notes
  partner_center_referrals provider_change_history rate_limits raw_leads rule_activations scan_counts scan_job_items scan_jobs
  schema_migrations score_history signal_change_history suppressed_domains sync_state tags token_cache uploads
  webhook_retries workers`.split(/\s+/);

let db: TestDatabase;
let sql: Sql;
beforeAll(async () => {
  db = await createDatabase();
  sql = db.sql;
  await sql`insert into companies (domain, domain_unicode, canonical_name, source)
    values ('first.com.tr', 'first.com.tr', 'First', 'domain')`;
  await sql`insert into scan_jobs (id, kind, requested_by) values (${SEED_JOB}, 'bulk-scan', 'u')`;
  await sql`insert into alerts (company_id, alert_type, message_tr, message_en, key) values (1, 'mx_changed', 'a', 'a', 'k')`;
  await sql`insert into alert_config (owner, alert_type, notification_method, webhook_url)
    values ('u', 'mx_changed', 'webhook', 'https://example.com')`;
});
afterAll(() => db.drop());

const insert = async (table: string, row: Readonly<Record<string, unknown>>): Promise<void> => {
  const values = Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      (Array.isArray(value) && value.length === 0) ||
      (typeof value === 'object' && value?.constructor === Object)
        ? json(sql, value)
        : value,
    ]),
  );
  await sql`insert into ${sql(table)} ${sql(values as Record<string, string>)}`;
};
/** Tries a row and takes it back. */
const UNDO = new Error('undo');
async function tried(table: string, row: Readonly<Record<string, unknown>>): Promise<string | null> {
  let constraint: string | null = null;
  const names = Object.keys(row);
  await sql
    .begin(async (tx) => {
      const values = Object.fromEntries(
        names.map((name) => {
          const value = row[name];
          const isJson =
            (Array.isArray(value) && value.length === 0) ||
            (typeof value === 'object' && value?.constructor === Object);
          return [name, isJson ? json(tx, value) : value];
        }),
      ) as Record<string, string>;
      await tx`insert into ${tx(table)} ${tx(values)}`;
      throw UNDO;
    })
    .catch((error: { constraint_name?: string; code?: string; message: string }) => {
      if (error === (UNDO as unknown)) return;
      constraint = error.constraint_name ?? `${error.code} ${error.message}`;
    });
  return constraint;
}

describe('schema.sql', () => {
  test('is the schema after all migrations: "npm run schema" writes it', async () => {
    expect(readFileSync(SCHEMA, 'utf8')).toBe(await dumpSchema(sql));
  });
  test('makes the same schema in an empty database', async () => {
    const empty = await createDatabase('empty');
    await empty.sql.unsafe(readFileSync(SCHEMA, 'utf8')).simple();
    expect(await dumpSchema(empty.connect(1))).toBe(readFileSync(SCHEMA, 'utf8'));
    await empty.drop();
  });
});

describe('the catalog', () => {
  test('has every table, and the view that is the contract', async () => {
    const rows = await sql<{ name: string }[]>`select relname as name from pg_class
      where relnamespace = 'public'::regnamespace and relkind = 'r' order by relname collate "C"`;
    expect(rows.map(({ name }) => name)).toEqual(TABLES);
  });
  test('says of each table and column what it is', async () => {
    expect(
      await sql`select t.relname, a.attname from pg_class t join pg_attribute a on a.attrelid = t.oid and a.attnum >= 0
        where t.relnamespace = 'public'::regnamespace and t.relkind = 'r' and not a.attisdropped
          and col_description(t.oid, a.attnum) is null`,
    ).toEqual([]);
    expect(
      await sql`select relname from pg_class t where relnamespace = 'public'::regnamespace and relkind in ('r', 'v')
        and obj_description(oid, 'pg_class') is null`,
    ).toEqual([]);
  });
  test('has an index for each foreign key, so that deleting a company is quick', async () => {
    const rows = await sql`
      select c.conrelid::regclass::text as "table", a.attname as "column"
      from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
      where c.contype = 'f' and c.connamespace = 'public'::regnamespace and not exists (
        select from pg_index i where i.indrelid = c.conrelid and i.indkey[0] = c.conkey[1])`;
    expect(rows).toEqual([]);
  });
  test('keeps moments to the millisecond, as JavaScript does', async () => {
    expect(
      await sql`select t.relname || '.' || a.attname as name from pg_class t join pg_attribute a on a.attrelid = t.oid
        where t.relnamespace = 'public'::regnamespace and t.relkind = 'r' and a.attnum > 0
          and format_type(a.atttypid, a.atttypmod) like 'timestamp%' and format_type(a.atttypid, a.atttypmod) <> 'timestamp(3) with time zone'`,
    ).toEqual([{ name: 'rate_limits.updated_at' }]);
  });
});

describe('a row is refused', () => {
  const hit = new Set<string>();
  describe.each(Object.entries(ROWS))('%s', (table, { valid, bad }) => {
    test('as it should be is taken', async () => {
      expect(await tried(table, valid)).toBeNull();
    });
    test.each(bad.map((spoiled) => [spoiled] as const))('with %j', async (spoiled) => {
      const constraint = await tried(table, { ...valid, ...spoiled });
      expect(constraint).toMatch(/^[a-z]\w+$/);
      hit.add(constraint ?? '');
    });
  });
  test('by each check that there is', async () => {
    const rows = await sql<{ name: string }[]>`select conname as name from pg_constraint
      where contype = 'c' and connamespace = 'public'::regnamespace order by 1`;
    expect(rows.map(({ name }) => name).filter((name) => !hit.has(name))).toEqual([]);
  });
  test.each([
    ['companies', { ...ROWS['companies']?.valid, domain: 'first.com.tr' }, 'companies_domain_key'],
    ['alerts', { ...ROWS['alerts']?.valid, key: 'k' }, 'alerts_key_key'],
    [
      'alert_config',
      { ...ROWS['alert_config']?.valid, owner: 'u' },
      'alert_config_owner_alert_type_notification_method_key',
    ],
    ['alerts', { ...ROWS['alerts']?.valid, company_id: 99 }, 'alerts_company_id_fkey'],
    [
      'domain_signals',
      { ...ROWS['domain_signals']?.valid, company_id: 99 },
      'domain_signals_company_id_fkey',
    ],
  ])('%s that is there already, or hangs on nothing', async (table, row, constraint) => {
    expect(await tried(table, row)).toBe(constraint);
  });
  test('an audit entry is not changed', async () => {
    await insert('audit_log', { actor: 'a', actor_kind: 'user', action: 'lead.erase' });
    await expect(sql`update audit_log set actor = 'b'`).rejects.toMatchObject({ code: '23001' });
  });
});

describe('the words are those of core', () => {
  test.each([
    ['lead_scores', 'segment', SEGMENTS],
    ['lead_scores', 'technical_heat', TECHNICAL_HEATS],
    ['lead_scores', 'commercial_segment', COMMERCIAL_SEGMENTS],
    ['lead_scores', 'commercial_heat', COMMERCIAL_HEATS],
    ['lead_scores', 'priority_category', CATEGORIES],
    ['lead_scores', 'tenant_size', TENANT_SIZES],
    ['signal_change_history', 'change_type', CHANGE_TYPES],
    ['alerts', 'alert_type', ALERT_TYPES],
    ['alert_config', 'alert_type', ALERT_TYPES],
    ['partner_center_referrals', 'referral_type', REFERRAL_TYPES],
    ['lead_list', 'link_status', LINK_STATUSES],
    ['d365_sync', 'status', SYNC_STATUSES],
  ])('%s.%s', async (table, column, words) => {
    const [row] = await sql<{ text: string }[]>`select pg_get_constraintdef(oid) as text from pg_constraint
      where conname = ${`${table}_${column}_check`}`;
    expect([...(row?.text ?? '').matchAll(/'([^']+)'/g)].map((match) => match[1])).toEqual([...words]);
  });
});

test('leads_ready has every field of the lead, under its name', async () => {
  const rows = await sql<{ name: string }[]>`select attname as name from pg_attribute
    where attrelid = 'leads_ready'::regclass and attnum > 0`;
  const columns = rows.map(({ name }) => name);
  // These depend on the language, or on the address of Dynamics.
  const made = ['reason', 'priority_label', 'd365_lead_url'];
  const fields = Object.keys({ ...Lead.shape, ...LeadDetail.shape }).filter((name) => !made.includes(name));
  expect(fields.filter((name) => !columns.includes(name))).toEqual([]);
  expect(columns.filter((name) => !fields.includes(name))).toEqual([
    'reason_tr',
    'reason_en',
    'priority_label_tr',
    'priority_label_en',
    'rank',
    'search_text',
  ]);
});

describe('Turkish', () => {
  test('names sort as in a Turkish dictionary', async () => {
    const names = [
      'Zeytin',
      'Üzüm',
      'Uzun',
      'Şeker',
      'Sarı',
      'Öz',
      'Oba',
      'İpek',
      'Irmak',
      'Ğ',
      'Gül',
      'Çam',
      'Cam',
    ];
    for (const [at, name] of names.entries())
      await insert('companies', {
        domain: `t${at}.com.tr`,
        domain_unicode: 't',
        canonical_name: name,
        source: 'demo',
      });
    const rows = await sql<{ name: string }[]>`select canonical_name as name from companies
      where source = 'demo' order by canonical_name`;
    expect(rows.map(({ name }) => name).join(' ')).toBe(
      'Cam Çam Gül Ğ Irmak İpek Oba Öz Sarı Şeker Uzun Üzüm Zeytin',
    );
  });
  test.each([
    ['ŞİRKET', 'sirket'],
    ['şirket', 'sirket'],
    ['IĞDIR Işık', 'igdir isik'],
    ['İstanbul ÇİÇEK', 'istanbul cicek'],
    ['GÖKPINAR', 'gokpinar'],
    ['Kâğıt Âlî', 'kagit ali'],
    ['ÉCOLE Ångström', 'école ångstrom'],
    ['МОСКВА', 'москва'],
  ])('%s is searched as %s', async (name, folded) => {
    expect(await sql`select hunter_fold(${name}) as folded`).toEqual([{ folded }]);
  });
});
