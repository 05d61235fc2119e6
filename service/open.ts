import { createService, type Service, type World } from './context.ts';
import type { Config } from './config.ts';
import { createDemoWorld, type DemoWorld } from './demo/world.ts';
import { migrateQueue } from './jobs/schema.ts';
import type { AllRules } from './rule-files.ts';
import { createActiveRules, type WatchedRules } from './rules/active.ts';
import type { StoreFault } from './store/fault.ts';
import { migrate, type MigrationFault } from './store/migrate.ts';
import { openStore, type Sql } from './store/pool.ts';
import type { Log } from './telemetry/log.ts';

export interface OpenSetup {
  readonly config: Config;
  /** of HUNTER_RULES and HUNTER_RULES_OVERLAY; the database may name others */
  readonly rules: AllRules;
  readonly world: World;
  readonly randomBytes: (size: number) => Buffer;
  readonly log: Log;
  readonly version: string;
  /** how the connections call themselves: "hunter api" */
  readonly application: string;
  /** whether changes of the rules are listened to; a command that ends soon needs that not */
  readonly listen: boolean;
  /** makes this database one of made-up companies, when it holds no others */
  readonly makeDemo?: boolean;
}

export interface Opened {
  readonly service: Service;
  readonly rules: WatchedRules;
  /** host, port and database, for people */
  readonly where: string;
  /** the made-up world; null where the companies are real */
  readonly demo: DemoWorld | null;
  close(): Promise<void>;
}

export type OpenResult =
  | { readonly ok: true; readonly value: Opened }
  | { readonly ok: false; readonly fault: StoreFault | MigrationFault | { readonly code: 'demoNotEmpty' } };

/** Opens the database, brings it up to date and puts the collaborators together: what API, worker and commands begin with. */
export async function openService(setup: OpenSetup): Promise<OpenResult> {
  const { config, world, log } = setup;
  const store = await openStore(config.database, setup.application);
  if (!store.ok) return store;
  const { sql, url, where } = store.value;
  const giveUp = async <T>(fault: T): Promise<{ ok: false; fault: T }> => {
    await store.value.close();
    return { ok: false, fault };
  };
  try {
    const migrated = await migrate(sql);
    if (!migrated.ok) return await giveUp(migrated.fault);
    await migrateQueue(url);
    if (setup.makeDemo === true && !(await markDemo(sql, world.clock())))
      return await giveUp({ code: 'demoNotEmpty' });
    const since = await demoSince(sql);
    const demo = since === null ? null : createDemoWorld(since);
    const rules = await createActiveRules(sql, setup.rules, { log, listen: setup.listen });
    const { service, close } = createService({
      // Nobody's servers are asked in a demo, so nobody needs to be spared.
      config: demo === null ? config : { ...config, domainsPerSecond: Number.POSITIVE_INFINITY },
      rules,
      sql,
      databaseUrl: url,
      world,
      randomBytes: setup.randomBytes,
      log,
      version: setup.version,
      demo: demo !== null,
      ...(demo === null ? {} : { lookup: demo.lookup }),
    });
    return {
      ok: true,
      value: {
        service,
        rules,
        where,
        demo,
        close: async () => {
          close();
          await rules.close();
          await store.value.close();
        },
      },
    };
  } catch (error) {
    await store.value.close();
    throw error;
  }
}

/**
 * When this database was made a demo's; null where it is none. It stays one for good: made-up companies and real ones are
 * never mixed.
 */
async function demoSince(sql: Sql): Promise<number | null> {
  const [row] = await sql<{ at: Date | null }[]>`
    select last_started_at as at from sync_state where name = 'demo'`;
  return row === undefined ? null : (row.at?.getTime() ?? 0);
}

/** @returns false where there are real companies */
async function markDemo(sql: Sql, now: number): Promise<boolean> {
  await sql`
    insert into sync_state (name, last_started_at)
    select 'demo', ${new Date(now)} where not exists (select from companies)
    on conflict (name) do nothing`;
  return (await demoSince(sql)) !== null;
}
