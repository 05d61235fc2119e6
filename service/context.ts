import { isLoopback } from './lookup/loopback.ts';
import type { Config } from './config.ts';
import type { LookupContext } from './lookup/domain.ts';
import { createSafeConnect, createSafeFetch, type SafeFetch, type SafeFetchSetup } from './lookup/guard.ts';
import { createIpEnrichment, type IpSource } from './lookup/ip.ts';
import { sleep, type Clock, type Sleep } from './lookup/limit.ts';
import { createMtaStsFetch } from './lookup/mta-sts.ts';
import { createPace, type Pace } from './lookup/pace.ts';
import { createRegistrationLookup } from './lookup/registration.ts';
import { createNodeResolver } from './lookup/resolver.ts';
import { createSmtpCheck, type SmtpCheck } from './lookup/smtp.ts';
import { createTenantLookup } from './lookup/tenant.ts';
import type { AllRules } from './rule-files.ts';
import { secretsOf, type Secrets } from './secrets.ts';
import type { Sql } from './store/pool.ts';
import type { Log } from './telemetry/log.ts';
import { createMetrics, type Metrics } from './telemetry/metrics.ts';

/** The collaborators of a scan, made once from the configuration and handed down. */
export interface ScanContext {
  readonly config: Config;
  readonly rules: AllRules;
  readonly lookup: LookupContext;
  readonly clock: Clock;
  /** the IP databases as they stand; null = switched off */
  ipSources(): readonly IpSource[] | null;
  close(): void;
}

/** Where the world is let in: time, chance and a place for warnings. */
export interface World {
  readonly clock: Clock;
  readonly random: () => number;
  readonly warn: (sentence: string) => void;
}

/** What the guard of outgoing requests lets through besides public addresses: loopback doubles, when told so. */
export const allowed = (config: Config): SafeFetchSetup =>
  config.allowLoopbackTargets ? { allowAddress: isLoopback, allowHttp: true } : {};

/** Builds what a scan works with. Nothing is asked of the network yet. */
export function createScanContext(config: Config, rules: AllRules, world: World): ScanContext {
  const { clock, random } = world;
  const { dns, registration, tenant, enrichment } = config;
  const allow = allowed(config);
  const fetch = createSafeFetch(allow);
  const resolver = createNodeResolver({
    servers: dns.servers,
    fallbackServers: dns.fallbackServers,
    timeoutMs: dns.timeoutMs,
    tries: dns.tries,
    inFlightPerResolver: dns.inFlight,
    clock,
    sleep,
    random,
  });
  const ip =
    enrichment.enabled === false
      ? null
      : createIpEnrichment({ ...enrichment, defaultCountry: 'bundled', clock, log: { warn: world.warn } });
  const lookup: LookupContext = {
    resolver,
    rules: rules.engine.mail,
    clock,
    // Who names resolvers knows them; the system's may be anything.
    doubtDenials: dns.servers.length === 0,
    mtaStsPolicy: createMtaStsFetch(fetch),
    ...(ip === null ? {} : { ip }),
    ...(registration.enabled
      ? {
          registration: createRegistrationLookup({
            ...rules.registration,
            fetch,
            connect: createSafeConnect(allow),
            rdap: registration.rdapEnabled,
            clock,
            sleep,
            limits: { perSecond: registration.perSecond },
            ...(registration.rdapUrl === null ? {} : { rdapBase: registration.rdapUrl }),
            ...(registration.whoisServer === null ? {} : { whoisHost: registration.whoisServer }),
          }),
        }
      : {}),
    ...(tenant.enabled
      ? {
          tenant: createTenantLookup({
            fetch: globalThis.fetch,
            authority: tenant.authority,
            perSecond: tenant.perSecond,
            clock,
            sleep,
          }),
        }
      : {}),
  };
  return {
    config,
    rules,
    lookup,
    clock,
    ipSources: () => ip?.sources() ?? null,
    close: () => {
      resolver.stop();
      ip?.close();
    },
  };
}

/** The rules that score now; another process may activate others. */
export interface ActiveRules {
  current(): AllRules;
  /** Reads which rules are active, and loads them when they changed. Called at start, by a notification, and by jobs. */
  reload(): Promise<void>;
}

/** The collaborators of the running service: API, worker and commands that work on the database. */
export interface Service {
  readonly config: Config;
  readonly sql: Sql;
  /** with the password: for the queue's own connections only */
  readonly databaseUrl: string;
  readonly rules: ActiveRules;
  readonly lookup: LookupContext;
  /** how many domains are looked up at once, and a second */
  readonly pace: Pace;
  /** for addresses that a user gives: only public ones are reached */
  readonly fetch: SafeFetch;
  /** asks mail servers about mailboxes; null = switched off */
  readonly smtp: SmtpCheck | null;
  /** the IP databases as they stand; null = switched off, or made up */
  ipSources(): readonly IpSource[] | null;
  /** for secrets that are stored */
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly sleep: Sleep;
  readonly random: () => number;
  readonly randomBytes: (size: number) => Buffer;
  readonly log: Log;
  /** figures of this process, for /healthz/metrics */
  readonly metrics: Metrics;
  readonly version: string;
  /** made-up data: every screen and export says so */
  readonly demo: boolean;
}

export interface ServiceSetup {
  readonly config: Config;
  readonly rules: ActiveRules;
  readonly sql: Sql;
  readonly databaseUrl: string;
  readonly world: World;
  readonly randomBytes: (size: number) => Buffer;
  readonly log: Log;
  readonly version: string;
  readonly demo?: boolean;
  /** instead of the outer world: the made-up one of a demo */
  readonly lookup?: Partial<LookupContext>;
}

/** The collaborators of the running service, and the way to let go of them (the database pool is the caller's). */
export function createService(setup: ServiceSetup): { readonly service: Service; close(): void } {
  const { config, rules, world } = setup;
  const scan = createScanContext(config, rules.current(), world);
  const lookup = { ...scan.lookup, ...setup.lookup };
  const service: Service = {
    config,
    sql: setup.sql,
    databaseUrl: setup.databaseUrl,
    rules,
    lookup,
    pace: createPace({ sql: setup.sql, config, clock: world.clock, sleep }),
    fetch: createSafeFetch(allowed(config)),
    smtp: setup.demo === true ? null : smtpCheckOf(setup),
    ipSources: setup.lookup?.ip === undefined ? scan.ipSources : () => null,
    secrets: secretsOf(config, setup.randomBytes),
    clock: world.clock,
    sleep,
    random: world.random,
    randomBytes: setup.randomBytes,
    log: setup.log,
    metrics: createMetrics(),
    version: setup.version,
    demo: setup.demo ?? false,
  };
  return { service, close: scan.close };
}

function smtpCheckOf({ config, world, randomBytes }: ServiceSetup): SmtpCheck | null {
  if (config.smtpCheck === null) return null;
  return createSmtpCheck({
    connect: createSafeConnect(allowed(config)),
    hostName: config.smtpCheck.ehlo,
    randomBytes,
    clock: world.clock,
    sleep,
  });
}
