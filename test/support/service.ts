import { randomBytes } from 'node:crypto';
import { readConfig, type Config } from '#service/config.ts';
import { createService, type ActiveRules, type Service } from '#service/context.ts';
import { silentLog, type Log } from '#service/telemetry/log.ts';
import { startDnsDouble, type DnsDouble, type Zone } from '#test/doubles/dns.ts';
import { createDatabase, type TestDatabase } from '#test/support/db.ts';
import { allShippedRules } from '#test/support/rules.ts';

export interface TestService {
  readonly service: Service;
  readonly database: TestDatabase;
  readonly dns: DnsDouble;
  /** the clock of the service; moves only when told to, once it was set */
  readonly time: { set(moment: string | number): void };
  close(): Promise<void>;
}

export interface TestServiceSetup {
  /** what the DNS double knows; everything else is NXDOMAIN */
  readonly zone?: Zone;
  /** environment variables beside those that keep a test on loopback */
  readonly env?: Readonly<Record<string, string>>;
  readonly log?: Log;
  /** for parts that the configuration has no variable for */
  readonly with?: (service: Service) => Partial<Service>;
}

/** A service on a database of its own, with the DNS double for the world. No registry and no tenant service is asked. */
export async function createTestService(setup: TestServiceSetup = {}): Promise<TestService> {
  const database = await createDatabase();
  const dns = await startDnsDouble({ zone: setup.zone ?? {} });
  const env = {
    HUNTER_LANGUAGE: 'en',
    HUNTER_DNS_SERVERS: dns.address,
    HUNTER_DNS_TIMEOUT_MS: '300',
    HUNTER_DNS_TRIES: '1',
    HUNTER_DOMAINS_PER_SECOND: 'unlimited',
    HUNTER_REGISTRATION_ENABLED: 'false',
    HUNTER_TENANT_ENABLED: 'false',
    HUNTER_ALLOW_LOOPBACK_TARGETS: 'true',
    HUNTER_SECRET_KEY: 'MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=',
    DATABASE_URL: database.url,
    ...setup.env,
  };
  const config = configOf(env);
  let fixed: number | null = null;
  const { service, close } = createService({
    config,
    rules: fixedRules(config),
    sql: database.sql,
    databaseUrl: database.url,
    world: { clock: () => fixed ?? Date.now(), random: Math.random, warn: () => undefined },
    randomBytes,
    log: setup.log ?? silentLog,
    version: '0.0.0-test',
  });
  return {
    service: { ...service, ...setup.with?.(service) },
    database,
    dns,
    time: {
      set: (moment) => {
        fixed = typeof moment === 'number' ? moment : Date.parse(moment);
      },
    },
    close: async () => {
      close();
      await dns.stop();
      await database.drop();
    },
  };
}

/** The configuration of an environment; a fault in it is a fault of the test. */
export function configOf(env: Readonly<Record<string, string>>): Config {
  const read = readConfig(env);
  if (!read.ok) throw new Error(read.faults.map(({ sentence }) => sentence).join('\n'));
  return read.config;
}

/** The shipped rules of the configured set, which nobody activates away. */
export const fixedRules = (config: Config): ActiveRules => {
  const rules = allShippedRules(config.rules.set);
  return { current: () => rules, reload: async () => undefined };
};
