import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { envExample, readConfig, variables, type Config } from '#service/config.ts';

function config(env: Record<string, string>): Config {
  const read = readConfig(env);
  if (!read.ok) throw new Error(read.faults.map((f) => f.sentence).join('\n'));
  return read.config;
}
const faults = (env: Record<string, string>) => {
  const read = readConfig(env);
  return read.ok ? [] : read.faults.map((f) => f.variable);
};

const DEFAULTS: Config = {
  language: 'tr',
  timeZone: 'Europe/Istanbul',
  rules: { set: 'hunter-1', overlay: null },
  database: { url: null, dataDir: '.hunter', port: null, pool: 20, statementTimeoutMs: 30_000 },
  dns: {
    servers: [],
    fallbackServers: ['1.1.1.1', '8.8.8.8'],
    timeoutMs: 3000,
    tries: 3,
    inFlight: 200,
    domainBudgetMs: 10_000,
    domainBudgetBackgroundMs: 30_000,
  },
  domainsPerSecond: 10,
  registration: {
    enabled: true,
    rdapEnabled: true,
    budgetMs: 5000,
    perSecond: 1,
    rdapUrl: null,
    whoisServer: null,
    bootstrapUrl: 'https://data.iana.org/rdap/dns.json',
  },
  tenant: { enabled: true, authority: 'https://login.microsoftonline.com', perSecond: 1 },
  enrichment: {
    enabled: 'auto',
    maxmindCity: null,
    maxmindAsn: null,
    maxmindCountry: null,
    ip2locationDb: null,
    ip2proxyDb: null,
  },
  http: {
    host: '127.0.0.1',
    port: 8080,
    publicUrl: 'http://127.0.0.1:8080',
    corsOrigins: [],
    requestsPerMinute: 600,
    proxyHops: 0,
    uploadMaxBytes: 50 * 1024 * 1024,
  },
  auth: {
    mode: 'internal',
    internalAnywhere: false,
    tenantIds: [],
    audiences: [],
    clientIds: [],
    authority: 'https://login.microsoftonline.com',
  },
  importMaxRows: 100_000,
  bulkMax: 1000,
  worker: { concurrency: 64, dailyRescan: true, tenantInBulk: false },
  retention: { days: 730, uploadDays: 30 },
  secretKey: null,
  mail: null,
  smtpCheck: null,
  staleAfterDays: 7,
  allowLoopbackTargets: false,
};

describe('an environment', () => {
  test('without any variable gives the defaults', () => {
    expect(readConfig({ PATH: '/usr/bin', HOME: '/root' })).toEqual({
      ok: true,
      config: DEFAULTS,
      warnings: [],
    });
  });

  test('may set each of them', () => {
    expect(
      config({
        HUNTER_LANGUAGE: 'en',
        HUNTER_TIME_ZONE: 'Europe/Berlin',
        HUNTER_RULES: 'python-2025-11',
        HUNTER_RULES_OVERLAY: '/etc/hunter/rules.json',
        DATABASE_URL: 'postgresql://hunter:p%40ss@db.example.net/hunter?sslmode=require',
        HUNTER_DATA_DIR: '/var/lib/hunter',
        HUNTER_DB_PORT: '5433',
        HUNTER_DB_POOL: '50',
        HUNTER_DB_STATEMENT_TIMEOUT_MS: '60000',
        HUNTER_DNS_SERVERS: '127.0.0.1:5335, ::1,[2001:db8::1]:53',
        HUNTER_DNS_FALLBACK_SERVERS: '9.9.9.9',
        HUNTER_DNS_TIMEOUT_MS: '6000',
        HUNTER_DNS_TRIES: '2',
        HUNTER_DNS_IN_FLIGHT: '50',
        HUNTER_DOMAIN_BUDGET_MS: '8000',
        HUNTER_DOMAIN_BUDGET_BACKGROUND_MS: '60000',
        HUNTER_DOMAINS_PER_SECOND: 'unlimited',
        HUNTER_REGISTRATION_ENABLED: 'false',
        HUNTER_RDAP_ENABLED: 'false',
        HUNTER_REGISTRATION_BUDGET_MS: '3000',
        HUNTER_REGISTRATION_PER_SECOND: 'unlimited',
        HUNTER_RDAP_URL: 'http://127.0.0.1:8080/rdap/',
        HUNTER_RDAP_BOOTSTRAP_URL: 'http://127.0.0.1:8080/dns.json',
        HUNTER_WHOIS_SERVER: 'whois.example.net:4343',
        HUNTER_TENANT_ENABLED: 'false',
        HUNTER_TENANT_AUTHORITY: 'https://login.microsoftonline.us',
        HUNTER_TENANT_PER_SECOND: '0.5',
        HUNTER_ENRICHMENT_ENABLED: 'false',
        MAXMIND_CITY_DB: 'city.mmdb',
        MAXMIND_ASN_DB: 'asn.mmdb',
        MAXMIND_COUNTRY_DB: 'country.mmdb',
        IP2LOCATION_DB: 'location.bin',
        IP2PROXY_DB: 'proxy.bin',
        HUNTER_HOST: '::',
        HUNTER_PORT: '3000',
        HUNTER_PUBLIC_URL: 'https://hunter.example.net/',
        HUNTER_AUTH_MODE: 'entra',
        HUNTER_INTERNAL_ANYWHERE: 'true',
        HUNTER_ENTRA_TENANT_IDS: '8f0e3f6c-1d1f-4f5e-9d6b-0a4c1d2e3f40',
        HUNTER_ENTRA_AUDIENCES: 'api://hunter, 11111111-2222-3333-4444-555555555555',
        HUNTER_ENTRA_CLIENT_IDS: '66666666-7777-8888-9999-000000000000',
        HUNTER_ENTRA_AUTHORITY: 'https://login.microsoftonline.us',
        HUNTER_CORS_ORIGINS: 'https://contoso.crm4.dynamics.com',
        HUNTER_REQUESTS_PER_MINUTE: '3000',
        HUNTER_PROXY_HOPS: '1',
        HUNTER_UPLOAD_MAX_MB: '20',
        HUNTER_IMPORT_MAX_ROWS: '20000',
        HUNTER_BULK_MAX: '5000',
        HUNTER_WORKER_CONCURRENCY: '128',
        HUNTER_DAILY_RESCAN_ENABLED: 'false',
        HUNTER_TENANT_IN_BULK: 'true',
        HUNTER_RETENTION_DAYS: '365',
        HUNTER_UPLOAD_RETENTION_DAYS: '7',
        HUNTER_SECRET_KEY: 'MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=',
        HUNTER_MAIL_SERVER: 'smtp://hunter:password@mail.example.net:587',
        HUNTER_MAIL_FROM: 'hunter@example.net',
        HUNTER_SMTP_CHECK_ENABLED: 'true',
        HUNTER_SMTP_CHECK_EHLO: 'hunter.contoso.com',
        HUNTER_STALE_AFTER_DAYS: '14',
        HUNTER_ALLOW_LOOPBACK_TARGETS: 'true',
      }),
    ).toEqual({
      language: 'en',
      timeZone: 'Europe/Berlin',
      rules: { set: 'python-2025-11', overlay: '/etc/hunter/rules.json' },
      database: {
        url: 'postgresql://hunter:p%40ss@db.example.net/hunter?sslmode=require',
        dataDir: '/var/lib/hunter',
        port: 5433,
        pool: 50,
        statementTimeoutMs: 60_000,
      },
      dns: {
        servers: ['127.0.0.1:5335', '::1', '[2001:db8::1]:53'],
        fallbackServers: ['9.9.9.9'],
        timeoutMs: 6000,
        tries: 2,
        inFlight: 50,
        domainBudgetMs: 8000,
        domainBudgetBackgroundMs: 60_000,
      },
      domainsPerSecond: Number.POSITIVE_INFINITY,
      registration: {
        enabled: false,
        rdapEnabled: false,
        budgetMs: 3000,
        perSecond: Number.POSITIVE_INFINITY,
        rdapUrl: 'http://127.0.0.1:8080/rdap',
        whoisServer: 'whois.example.net:4343',
        bootstrapUrl: 'http://127.0.0.1:8080/dns.json',
      },
      tenant: { enabled: false, authority: 'https://login.microsoftonline.us', perSecond: 0.5 },
      enrichment: {
        enabled: false,
        maxmindCity: 'city.mmdb',
        maxmindAsn: 'asn.mmdb',
        maxmindCountry: 'country.mmdb',
        ip2locationDb: 'location.bin',
        ip2proxyDb: 'proxy.bin',
      },
      http: {
        host: '::',
        port: 3000,
        publicUrl: 'https://hunter.example.net',
        corsOrigins: ['https://contoso.crm4.dynamics.com'],
        requestsPerMinute: 3000,
        proxyHops: 1,
        uploadMaxBytes: 20 * 1024 * 1024,
      },
      auth: {
        mode: 'entra',
        internalAnywhere: true,
        tenantIds: ['8f0e3f6c-1d1f-4f5e-9d6b-0a4c1d2e3f40'],
        audiences: ['api://hunter', '11111111-2222-3333-4444-555555555555'],
        clientIds: ['66666666-7777-8888-9999-000000000000'],
        authority: 'https://login.microsoftonline.us',
      },
      importMaxRows: 20_000,
      bulkMax: 5000,
      worker: { concurrency: 128, dailyRescan: false, tenantInBulk: true },
      retention: { days: 365, uploadDays: 7 },
      secretKey: 'MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=',
      mail: { server: 'smtp://hunter:password@mail.example.net:587', from: 'hunter@example.net' },
      smtpCheck: { ehlo: 'hunter.contoso.com' },
      staleAfterDays: 14,
      allowLoopbackTargets: true,
    });
  });

  test('with an empty value, or blanks around one, is as if that were not there', () => {
    expect(config({ HUNTER_LANGUAGE: '', HUNTER_DNS_TRIES: '  ', HUNTER_STALE_AFTER_DAYS: ' 3 ' })).toEqual({
      ...DEFAULTS,
      staleAfterDays: 3,
    });
  });

  test('that names resolvers has no public fall-back, unless it names that too', () => {
    expect(config({ HUNTER_DNS_SERVERS: '10.0.0.53' }).dns.fallbackServers).toEqual([]);
    expect(
      config({ HUNTER_DNS_SERVERS: '10.0.0.53', HUNTER_DNS_FALLBACK_SERVERS: '9.9.9.9' }).dns.fallbackServers,
    ).toEqual(['9.9.9.9']);
    expect(config({ HUNTER_DNS_FALLBACK_SERVERS: 'none' }).dns.fallbackServers).toEqual([]);
  });
});

describe('faults', () => {
  test('name a variable that another one makes necessary', () => {
    expect(faults({ HUNTER_AUTH_MODE: 'entra' })).toEqual([
      'HUNTER_ENTRA_TENANT_IDS',
      'HUNTER_ENTRA_AUDIENCES',
    ]);
    expect(faults({ HUNTER_MAIL_SERVER: 'smtp://mail.example.net' })).toEqual(['HUNTER_MAIL_FROM']);
    expect(faults({ HUNTER_SMTP_CHECK_ENABLED: 'true' })).toEqual(['HUNTER_SMTP_CHECK_EHLO']);
  });

  test('are told all at once, each once, with what is expected and an example', () => {
    const read = readConfig({
      HUNTER_LANGUAGE: 'de',
      HUNTER_DNS_TRIES: '0',
      HUNTER_DNS_SERVERS: '1.1.1.1,resolver.example',
      HUNTER_TENANT_ENABLED: 'yes',
    });
    expect(read).toEqual({
      ok: false,
      warnings: [],
      faults: [
        { variable: 'HUNTER_LANGUAGE', sentence: 'HUNTER_LANGUAGE must be one of tr, en; for example en.' },
        {
          variable: 'HUNTER_DNS_SERVERS',
          sentence:
            'HUNTER_DNS_SERVERS must be a list of ip or ip:port ([ip]:port for IPv6) with commas between them, or none; for example 127.0.0.1:5335.',
        },
        {
          variable: 'HUNTER_DNS_TRIES',
          sentence: 'HUNTER_DNS_TRIES must be a whole number of tries from 1 to 10; for example 2.',
        },
        {
          variable: 'HUNTER_TENANT_ENABLED',
          sentence: 'HUNTER_TENANT_ENABLED must be true or false; for example false.',
        },
      ],
    });
  });

  test('never repeat the value, which may be a secret in the wrong place', () => {
    const secret = 'hunter2-very-secret';
    const env = Object.fromEntries(variables().map(({ name }) => [name, secret]));
    const read = readConfig({ ...env, [`HUNTER_OTHER`]: secret });
    expect(read.ok).toBe(false);
    expect(JSON.stringify(read)).not.toContain('secret');
  });

  test.each([
    ['DATABASE_URL', 'mysql://root@db.example.net/hunter'],
    ['DATABASE_URL', 'postgres://db.example.net'],
    ['DATABASE_URL', 'postgres://hunter:secret@db.example.net:port/hunter'],
    ['HUNTER_DB_PORT', '0'],
    ['HUNTER_DB_PORT', '65536'],
    ['HUNTER_DB_POOL', '0'],
    ['HUNTER_DB_POOL', '101'],
    ['HUNTER_DB_STATEMENT_TIMEOUT_MS', '0'],
    ['HUNTER_DNS_TIMEOUT_MS', '99'],
    ['HUNTER_DNS_TIMEOUT_MS', '1e3'],
    ['HUNTER_DNS_TIMEOUT_MS', '3000.5'],
    ['HUNTER_DNS_TIMEOUT_MS', '-1'],
    ['HUNTER_DNS_TIMEOUT_MS', '9999999999'],
    ['HUNTER_DNS_IN_FLIGHT', '1000'],
    ['HUNTER_DNS_SERVERS', '1.1.1.1:0'],
    ['HUNTER_DNS_SERVERS', '1.1.1.1:65536'],
    ['HUNTER_DNS_SERVERS', '[::1]:x'],
    ['HUNTER_DNS_SERVERS', '[1.1.1.1]:53'],
    ['HUNTER_DNS_SERVERS', '::1:::'],
    ['HUNTER_DNS_SERVERS', '1.1.1.256'],
    ['HUNTER_REGISTRATION_PER_SECOND', '0'],
    ['HUNTER_REGISTRATION_PER_SECOND', 'fast'],
    ['HUNTER_RDAP_URL', 'ftp://example.net'],
    ['HUNTER_RDAP_URL', 'rdap.example.net'],
    ['HUNTER_RDAP_BOOTSTRAP_URL', 'data.iana.org'],
    ['HUNTER_WHOIS_SERVER', 'https://whois.example.net'],
    ['HUNTER_WHOIS_SERVER', 'whois.example.net:99999'],
    ['HUNTER_RULES', '../secret'],
    ['HUNTER_ENRICHMENT_ENABLED', 'maybe'],
    ['HUNTER_STALE_AFTER_DAYS', '0'],
  ])('%s=%s', (variable, value) => {
    expect(faults({ [variable]: value })).toEqual([variable]);
  });
});

describe('an unknown variable', () => {
  test('of Hunter is a warning, of others nothing', () => {
    expect(readConfig({ HUNTER_LANGAUGE: 'en', OTHER: 'x' })).toMatchObject({
      ok: true,
      warnings: [
        {
          variable: 'HUNTER_LANGAUGE',
          sentence: 'HUNTER_LANGAUGE is not a variable of Hunter, and does nothing.',
        },
      ],
    });
  });
});

describe('.env.example', () => {
  test('is what envExample() gives: a change of the schema belongs into both', () => {
    expect(readFileSync(new URL('../../.env.example', import.meta.url), 'utf8')).toBe(envExample());
  });

  test('has a sentence, a default and a valid example for each variable', () => {
    for (const { name, about, unset, example } of variables()) {
      expect(about).toMatch(/^[A-Z].*\.$/);
      expect(unset).not.toBe('');
      // Some make others necessary; the example itself is right.
      expect(faults({ [name]: example })).not.toContain(name);
    }
  });

  test('tells the defaults that the code has', () => {
    for (const { name, unset } of variables()) {
      // Defaults that are values and not words may be set by hand, and change nothing.
      if (!/^(?:tr|hunter-1|auto|true|false|[\d.]+|https:\/\/\S+)$/.test(unset)) continue;
      expect([name, config({ [name]: unset })]).toEqual([name, DEFAULTS]);
    }
  });

  test('as it is changes nothing', () => {
    const lines = envExample().split('\n');
    expect(lines.every((line) => line === '' || line.startsWith('#'))).toBe(true);
  });
});
