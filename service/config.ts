import { isIP, isIPv4, isIPv6 } from 'node:net';
import { z } from 'zod';
import { LANGUAGES, type Language } from '#core/rules/common.ts';
import { isHostName } from './lookup/smtp.ts';

/**
 * Every environment variable, each with a sentence, its default and an example. Only main.ts reads the environment;
 * it hands it in here, once, at start.
 */

// The shapes. A complaint says what is expected and never repeats the value: it may be a secret in the wrong place.

const mustBe = (expected: string) => ({ error: `must be ${expected}` });

const path = z.string().max(4096, mustBe('a path'));

const flag = z.enum(['true', 'false'], mustBe('true or false')).transform((value) => value === 'true');

function whole(min: number, max: number, unit: string) {
  const expected = mustBe(`a whole number of ${unit} from ${min} to ${max}`);
  return z
    .string()
    .regex(/^\d{1,9}$/, expected)
    .transform(Number)
    .pipe(z.number().min(min, expected).max(max, expected));
}

const port = z
  .string()
  .refine((value) => /^\d{1,5}$/.test(value) && isPort(value), mustBe('a port from 1 to 65535'))
  .transform(Number);

function perSecond(what: string) {
  const expected = mustBe(`a number of ${what} a second above 0, or unlimited`);
  return z
    .string()
    .regex(/^(?:\d{1,6}(?:\.\d{1,3})?|unlimited)$/, expected)
    .transform((value) => (value === 'unlimited' ? Number.POSITIVE_INFINITY : Number(value)))
    .refine((value) => value > 0, expected);
}

/** An address of ours to ask: http is for mirrors and doubles. */
const webAddress = z
  .url({ protocol: /^https?$/, ...mustBe('an http or https address') })
  .transform((value) => value.replace(/\/+$/, ''));

const hostAndPort = z
  .string()
  .regex(
    /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i,
    mustBe('a host or host:port'),
  )
  .refine(
    (value) => isPort(/:(\d+)$/.exec(value.replace(/^\[.*\]/, ''))?.[1] ?? '1'),
    mustBe('a host or host:port'),
  );

const dnsServers = z
  .string()
  .transform((value) =>
    value === 'none'
      ? []
      : value
          .split(',')
          .map((server) => server.trim())
          .filter((server) => server !== ''),
  )
  .refine(
    (servers) => servers.every(isDnsServer),
    mustBe('a list of ip or ip:port ([ip]:port for IPv6) with commas between them, or none'),
  );

function isDnsServer(server: string): boolean {
  if (isIP(server) !== 0) return true;
  const six = /^\[(.+)\](?::(\d+))?$/.exec(server);
  if (six) return isIPv6(six[1]!) && isPort(six[2] ?? '53');
  const four = /^([\d.]+):(\d+)$/.exec(server);
  return four !== null && isIPv4(four[1]!) && isPort(four[2]!);
}

function isPort(port: string): boolean {
  return Number(port) > 0 && Number(port) < 65_536;
}

/** A host name or address to listen on. */
const listenHost = z
  .string()
  .regex(/^[a-z0-9.:-]{1,253}$/i, mustBe('a host name or an address, as 127.0.0.1 or ::1'));

/** Items with commas between them, each of which must fit. */
function list(fits: (item: string) => boolean, expected: string) {
  return z
    .string()
    .transform((value) =>
      value
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== ''),
    )
    .refine((items) => items.length > 0 && items.every(fits), mustBe(expected));
}

const isOrigin = (text: string): boolean => URL.canParse(text) && new URL(text).origin === text;
const isGuid = (text: string): boolean => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);

const secretKey = z
  .string()
  .refine(
    (value) => /^[A-Za-z0-9+/]{43}=$/.test(value),
    mustBe('32 random bytes in base64, 44 characters (openssl rand -base64 32)'),
  );

const timeZone = z.string().refine((value) => {
  try {
    return Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}, mustBe('an IANA time zone'));

const mailServer = z
  .string()
  .refine(
    (value) => /^smtps?:\/\//.test(value) && URL.canParse(value) && new URL(value).hostname !== '',
    mustBe('smtp://user:password@host:587 or smtps://user:password@host:465'),
  );

const mailbox = z
  .string()
  .regex(/^[^@\s<>",;]+@[^@\s<>",;]+$/, mustBe('one e-mail address'))
  .max(320);

const hostName = z.string().refine(isHostName, mustBe('a host name with a dot, as mail.contoso.com'));

const databaseAddress = z
  .string()
  .refine(
    (value) => /^postgres(?:ql)?:\/\/[^/]+\/[^/?]+/.test(value) && URL.canParse(value),
    mustBe('postgres://user:password@host:port/database'),
  );

/** The login address of Microsoft's worldwide cloud. */
const ENTRA_AUTHORITY = 'https://login.microsoftonline.com';

/** What stands beside a variable in .env.example and in the documentation. */
interface Help {
  readonly about: string;
  /** in words, where it is not a value */
  readonly unset: string;
  readonly example: string;
}

/** A variable that may be missing, with what it says then. The help travels with the schema. */
function variable<T extends z.ZodType>(schema: T, help: Help) {
  return schema.optional().meta({ ...help, description: help.about });
}

const Environment = z.object({
  HUNTER_LANGUAGE: variable(z.enum(LANGUAGES, mustBe(`one of ${LANGUAGES.join(', ')}`)), {
    about: 'Language of cards, summaries and messages: tr or en.',
    unset: 'tr',
    example: 'en',
  }),
  HUNTER_TIME_ZONE: variable(timeZone, {
    about: 'Where the people are who read the daily digest of alerts: it goes out at 08:00 there.',
    unset: 'Europe/Istanbul',
    example: 'Europe/Berlin',
  }),
  HUNTER_RULES: variable(z.string().regex(/^[a-z0-9][a-z0-9.-]{0,63}$/, mustBe('the id of a rule set')), {
    about: 'The rule set that scores: a file of rules/sets without its ending.',
    unset: 'hunter-1',
    example: 'python-2025-11',
  }),
  HUNTER_RULES_OVERLAY: variable(path, {
    about: 'A JSON file with rules of your own, laid over the shipped ones.',
    unset: 'none',
    example: '/etc/hunter/rules.json',
  }),

  DATABASE_URL: variable(databaseAddress, {
    about:
      'The PostgreSQL to keep everything in, 15 or later; it holds a password. sslmode works as in libpq.',
    unset: 'the PostgreSQL that comes with Hunter, in HUNTER_DATA_DIR',
    example: 'postgres://hunter:password@db.example.net:5432/hunter?sslmode=verify-full',
  }),
  HUNTER_DATA_DIR: variable(path, {
    about: 'The folder of what Hunter keeps on this machine: its own PostgreSQL among it.',
    unset: '.hunter',
    example: '/var/lib/hunter',
  }),
  HUNTER_DB_PORT: variable(port, {
    about: 'The port of that PostgreSQL, on this machine only.',
    unset: 'a free one, chosen once and remembered',
    example: '5433',
  }),
  HUNTER_DB_POOL: variable(whole(1, 100, 'connections'), {
    about: 'Connections to the database that one process opens at most.',
    unset: '20',
    example: '50',
  }),
  HUNTER_DB_STATEMENT_TIMEOUT_MS: variable(whole(100, 3_600_000, 'milliseconds'), {
    about: 'How long one statement may take in the database; migrations may take longer.',
    unset: '30000',
    example: '60000',
  }),

  HUNTER_DNS_SERVERS: variable(dnsServers, {
    about: 'The resolvers to ask, with commas between them: ip or ip:port.',
    unset: 'those of the system',
    example: '127.0.0.1:5335',
  }),
  HUNTER_DNS_FALLBACK_SERVERS: variable(dnsServers, {
    about: 'The resolvers to ask when those above give no answer; none switches them off.',
    unset: '1.1.1.1,8.8.8.8, or none where HUNTER_DNS_SERVERS says who may see the questions',
    example: '9.9.9.9,149.112.112.112',
  }),
  HUNTER_DNS_TIMEOUT_MS: variable(whole(100, 60_000, 'milliseconds'), {
    about: 'How long one question waits for its answer.',
    unset: '3000',
    example: '6000',
  }),
  HUNTER_DNS_TRIES: variable(whole(1, 10, 'tries'), {
    about: 'How often a question is put that nobody answers.',
    unset: '3',
    example: '2',
  }),
  HUNTER_DNS_IN_FLIGHT: variable(whole(1, 250, 'questions'), {
    about: 'Open questions per resolver object; more than 250 would overflow its socket.',
    unset: '200',
    example: '50',
  }),
  HUNTER_DOMAIN_BUDGET_MS: variable(whole(500, 120_000, 'milliseconds'), {
    about: 'All look-ups of one domain, when a person waits.',
    unset: '10000',
    example: '8000',
  }),
  HUNTER_DOMAIN_BUDGET_BACKGROUND_MS: variable(whole(500, 600_000, 'milliseconds'), {
    about: 'All look-ups of one domain, in the background.',
    unset: '30000',
    example: '60000',
  }),

  HUNTER_DOMAINS_PER_SECOND: variable(perSecond('domains'), {
    about:
      'Domains a second of a list, each ten to thirty questions; raise it where the resolver is your own.',
    unset: '10',
    example: 'unlimited',
  }),

  HUNTER_REGISTRATION_ENABLED: variable(flag, {
    about: 'Whether registration data (RDAP, WHOIS) is looked up at all.',
    unset: 'true',
    example: 'false',
  }),
  HUNTER_RDAP_ENABLED: variable(flag, {
    about: 'Whether RDAP is asked before WHOIS.',
    unset: 'true',
    example: 'false',
  }),
  HUNTER_REGISTRATION_BUDGET_MS: variable(whole(500, 60_000, 'milliseconds'), {
    about: 'How long registration data may hold up a single scan.',
    unset: '5000',
    example: '3000',
  }),
  HUNTER_REGISTRATION_PER_SECOND: variable(perSecond('questions'), {
    about: 'Questions a second to one RDAP or WHOIS server.',
    unset: '1',
    example: '0.5',
  }),
  HUNTER_RDAP_URL: variable(webAddress, {
    about:
      'One RDAP server for every domain, instead of those of the IANA list: a mirror, or a double in tests.',
    unset: 'the server of each top-level domain',
    example: 'https://rdap.example.net',
  }),
  HUNTER_RDAP_BOOTSTRAP_URL: variable(webAddress, {
    about: 'Where "hunter rules refresh" gets the list of RDAP servers.',
    unset: 'https://data.iana.org/rdap/dns.json',
    example: 'https://mirror.example.net/rdap/dns.json',
  }),
  HUNTER_WHOIS_SERVER: variable(hostAndPort, {
    about:
      'One WHOIS server for every domain, instead of the one of its registry: a mirror, or a double in tests.',
    unset: 'the server of each top-level domain',
    example: 'whois.example.net:43',
  }),

  HUNTER_TENANT_ENABLED: variable(flag, {
    about: 'Whether single scans ask Microsoft Entra for the tenant of a domain.',
    unset: 'true',
    example: 'false',
  }),
  HUNTER_TENANT_AUTHORITY: variable(webAddress, {
    about: 'Where tenants are asked for: the login address of the cloud.',
    unset: ENTRA_AUTHORITY,
    example: 'https://login.microsoftonline.us',
  }),
  HUNTER_TENANT_PER_SECOND: variable(perSecond('requests'), {
    about: 'Requests a second to that address.',
    unset: '1',
    example: '0.5',
  }),

  HUNTER_ENRICHMENT_ENABLED: variable(z.enum(['auto', 'true', 'false'], mustBe('auto, true or false')), {
    about: 'Whether addresses are looked up in IP databases; auto = when there is data.',
    unset: 'auto',
    example: 'false',
  }),
  MAXMIND_CITY_DB: variable(path, {
    about: 'A GeoLite2-City or GeoIP2-City file (.mmdb).',
    unset: 'none',
    example: '/var/lib/GeoIP/GeoLite2-City.mmdb',
  }),
  MAXMIND_ASN_DB: variable(path, {
    about: 'A GeoLite2-ASN or GeoIP2-ISP file (.mmdb).',
    unset: 'none',
    example: '/var/lib/GeoIP/GeoLite2-ASN.mmdb',
  }),
  MAXMIND_COUNTRY_DB: variable(path, {
    about: 'A GeoLite2-Country or GeoIP2-Country file (.mmdb).',
    unset: 'the IPtoASN country file that comes with Hunter',
    example: '/var/lib/GeoIP/GeoLite2-Country.mmdb',
  }),
  IP2LOCATION_DB: variable(path, {
    about: 'An IP2Location file (.BIN), for internet provider and use of an address.',
    unset: 'none',
    example: '/var/lib/ip2location/IP2LOCATION-LITE-DB11.BIN',
  }),
  IP2PROXY_DB: variable(path, {
    about: 'An IP2Proxy file (.BIN), for anonymous proxies.',
    unset: 'none',
    example: '/var/lib/ip2location/IP2PROXY-LITE-PX11.BIN',
  }),

  HUNTER_HOST: variable(listenHost, {
    about: 'The address the service listens on.',
    unset: '127.0.0.1',
    example: '0.0.0.0',
  }),
  HUNTER_PORT: variable(port, {
    about: 'The port the service listens on.',
    unset: '8080',
    example: '3000',
  }),
  HUNTER_PUBLIC_URL: variable(webAddress, {
    about: 'Where people reach the service, for links in alerts and in the API document.',
    unset: 'http:// with HUNTER_HOST and HUNTER_PORT',
    example: 'https://hunter.example.net',
  }),
  HUNTER_AUTH_MODE: variable(z.enum(['internal', 'entra'], mustBe('internal or entra')), {
    about:
      'Who may call: internal = whoever reaches the port, entra = bearer tokens of Microsoft Entra. API keys work in both.',
    unset: 'internal',
    example: 'entra',
  }),
  HUNTER_INTERNAL_ANYWHERE: variable(flag, {
    about:
      'Lets the internal mode listen beyond this machine: everybody who reaches the port may then do everything.',
    unset: 'false',
    example: 'true',
  }),
  HUNTER_ENTRA_TENANT_IDS: variable(list(isGuid, 'tenant ids with commas between them'), {
    about: 'The Entra tenants whose users may sign in.',
    unset: 'none; needed with HUNTER_AUTH_MODE=entra',
    example: '8f0e3f6c-1d1f-4f5e-9d6b-0a4c1d2e3f40',
  }),
  HUNTER_ENTRA_AUDIENCES: variable(
    list((item) => item.length <= 300, 'client ids or App ID URIs with commas between them'),
    {
      about: 'The audiences a token may be made for: the client id of the service in Entra.',
      unset: 'none; needed with HUNTER_AUTH_MODE=entra',
      example: '11111111-2222-3333-4444-555555555555',
    },
  ),
  HUNTER_ENTRA_CLIENT_IDS: variable(list(isGuid, 'client ids with commas between them'), {
    about: 'The applications that may ask for such tokens.',
    unset: 'any application of those tenants',
    example: '66666666-7777-8888-9999-000000000000',
  }),
  HUNTER_ENTRA_AUTHORITY: variable(webAddress, {
    about: 'The login address of the cloud that signs the tokens.',
    unset: ENTRA_AUTHORITY,
    example: 'https://login.microsoftonline.us',
  }),
  HUNTER_CORS_ORIGINS: variable(
    list(isOrigin, 'origins with commas between them, as https://org.crm4.dynamics.com'),
    {
      about: 'The web origins whose pages may call the API.',
      unset: 'none but its own',
      example: 'https://contoso.crm4.dynamics.com',
    },
  ),
  HUNTER_REQUESTS_PER_MINUTE: variable(whole(1, 1_000_000, 'requests'), {
    about: 'Requests a minute of one user or address; API keys have their own figure.',
    unset: '600',
    example: '3000',
  }),
  HUNTER_PROXY_HOPS: variable(whole(0, 10, 'proxies'), {
    about: 'How many proxies of your own stand in front; so far from its end X-Forwarded-For is believed.',
    unset: '0: the header is not believed',
    example: '1',
  }),
  HUNTER_UPLOAD_MAX_MB: variable(whole(1, 1024, 'megabytes'), {
    about: 'The largest file that may be uploaded.',
    unset: '50',
    example: '20',
  }),
  HUNTER_IMPORT_MAX_ROWS: variable(whole(1, 1_000_000, 'rows'), {
    about: 'The most rows a file may have.',
    unset: '100000',
    example: '20000',
  }),
  HUNTER_BULK_MAX: variable(whole(1, 100_000, 'domains'), {
    about: 'The most domains of one bulk request.',
    unset: '1000',
    example: '5000',
  }),

  HUNTER_WORKER_CONCURRENCY: variable(whole(1, 1000, 'domains'), {
    about: 'Domains that one worker looks up at the same time.',
    unset: '64',
    example: '128',
  }),
  HUNTER_DAILY_RESCAN_ENABLED: variable(flag, {
    about: 'Whether companies are scanned again once their data is older than HUNTER_STALE_AFTER_DAYS.',
    unset: 'true',
    example: 'false',
  }),
  HUNTER_TENANT_IN_BULK: variable(flag, {
    about:
      'Whether lists ask for tenants as well; at one a second a thousand domains take a quarter of an hour.',
    unset: 'false',
    example: 'true',
  }),
  HUNTER_RETENTION_DAYS: variable(whole(30, 3650, 'days'), {
    about: 'How long histories, alerts, jobs and the audit log are kept.',
    unset: '730',
    example: '365',
  }),
  HUNTER_UPLOAD_RETENTION_DAYS: variable(whole(1, 365, 'days'), {
    about: 'How long an uploaded file and its rejected rows are kept after its job has ended.',
    unset: '30',
    example: '7',
  }),

  HUNTER_SECRET_KEY: variable(secretKey, {
    about: 'Encrypts secrets that are stored (signing secrets, tokens); all processes need the same.',
    unset: 'a key made once and kept in HUNTER_DATA_DIR',
    example: 'MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=',
  }),
  HUNTER_MAIL_SERVER: variable(mailServer, {
    about: 'The server that takes alert e-mails; it may hold a password.',
    unset: 'none: alerts by e-mail stay undelivered, and say so',
    example: 'smtp://hunter:password@mail.example.net:587',
  }),
  HUNTER_MAIL_FROM: variable(mailbox, {
    about: 'The sender of alert e-mails.',
    unset: 'none; needed with HUNTER_MAIL_SERVER',
    example: 'hunter@contoso.com',
  }),
  HUNTER_SMTP_CHECK_ENABLED: variable(flag, {
    about: 'Whether contact addresses may be checked at the mail server of the company, on request.',
    unset: 'false',
    example: 'true',
  }),
  HUNTER_SMTP_CHECK_EHLO: variable(hostName, {
    about: 'The name this machine gives there: its own, as its address resolves back to it.',
    unset: 'none; needed with HUNTER_SMTP_CHECK_ENABLED=true',
    example: 'hunter.contoso.com',
  }),

  HUNTER_STALE_AFTER_DAYS: variable(whole(1, 365, 'days'), {
    about: 'After how many days an assessment is shown as old and scanned again.',
    unset: '7',
    example: '14',
  }),
  HUNTER_DEBUG: variable(flag, {
    about: 'Whether an unexpected fault is told with the place in the code where it arose.',
    unset: 'false',
    example: 'true',
  }),
  HUNTER_ALLOW_LOOPBACK_TARGETS: variable(flag, {
    about: 'For tests only: lets policies and registries be fetched from this machine.',
    unset: 'false',
    example: 'true',
  }),
});

export type Variable = keyof typeof Environment.shape;

export interface Config {
  readonly language: Language;
  /** IANA name: of the people who read digests */
  readonly timeZone: string;
  readonly rules: { readonly set: string; readonly overlay: string | null };
  readonly database: {
    /** a secret; null = our own server */
    readonly url: string | null;
    readonly dataDir: string;
    readonly port: number | null;
    readonly pool: number;
    readonly statementTimeoutMs: number;
  };
  readonly dns: {
    /** empty = those of the system */
    readonly servers: readonly string[];
    readonly fallbackServers: readonly string[];
    readonly timeoutMs: number;
    readonly tries: number;
    readonly inFlight: number;
    readonly domainBudgetMs: number;
    readonly domainBudgetBackgroundMs: number;
  };
  readonly domainsPerSecond: number;
  readonly registration: {
    readonly enabled: boolean;
    readonly rdapEnabled: boolean;
    readonly budgetMs: number;
    readonly perSecond: number;
    readonly rdapUrl: string | null;
    readonly whoisServer: string | null;
    readonly bootstrapUrl: string;
  };
  readonly tenant: { readonly enabled: boolean; readonly authority: string; readonly perSecond: number };
  readonly enrichment: {
    readonly enabled: 'auto' | boolean;
    readonly maxmindCity: string | null;
    readonly maxmindAsn: string | null;
    readonly maxmindCountry: string | null;
    readonly ip2locationDb: string | null;
    readonly ip2proxyDb: string | null;
  };
  readonly http: {
    readonly host: string;
    readonly port: number;
    readonly publicUrl: string;
    readonly corsOrigins: readonly string[];
    readonly requestsPerMinute: number;
    /** proxies of one's own in front, which can be believed about the address of the client */
    readonly proxyHops: number;
    readonly uploadMaxBytes: number;
  };
  readonly auth: {
    readonly mode: 'internal' | 'entra';
    /** whether the internal mode may listen beyond loopback */
    readonly internalAnywhere: boolean;
    readonly tenantIds: readonly string[];
    readonly audiences: readonly string[];
    /** empty = any */
    readonly clientIds: readonly string[];
    readonly authority: string;
  };
  readonly importMaxRows: number;
  readonly bulkMax: number;
  readonly worker: {
    readonly concurrency: number;
    readonly dailyRescan: boolean;
    readonly tenantInBulk: boolean;
  };
  readonly retention: { readonly days: number; readonly uploadDays: number };
  /** a secret: 32 bytes in base64; null = the one of the data folder */
  readonly secretKey: string | null;
  /** `server` holds a password; null = no mail goes out */
  readonly mail: { readonly server: string; readonly from: string } | null;
  /** null = the mail servers of companies are never asked */
  readonly smtpCheck: { readonly ehlo: string } | null;
  readonly staleAfterDays: number;
  readonly allowLoopbackTargets: boolean;
}

/** What to tell about one variable. */
export interface Remark {
  readonly variable: string;
  readonly sentence: string;
}
export type ReadConfig =
  | { readonly ok: true; readonly config: Config; readonly warnings: readonly Remark[] }
  | { readonly ok: false; readonly faults: readonly Remark[]; readonly warnings: readonly Remark[] };

/** The environment as configuration, or every fault in it at once. An empty variable counts as not set. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): ReadConfig {
  const set = Object.fromEntries(
    Object.entries(env)
      .map(([name, value]) => [name, value?.trim()] as const)
      .filter(([, value]) => value !== undefined && value !== ''),
  );
  const warnings = Object.keys(set)
    .filter((name) => name.startsWith('HUNTER_') && !(name in Environment.shape))
    .sort()
    .map((name) => ({ variable: name, sentence: `${name} is not a variable of Hunter, and does nothing.` }));

  const parsed = Environment.safeParse(set);
  if (!parsed.success) {
    const messages = new Map<string, string>();
    // The first complaint about a variable is enough.
    for (const { path, message } of parsed.error.issues) {
      const name = String(path[0]);
      if (!messages.has(name)) messages.set(name, message);
    }
    const faults = [...messages].map(([name, message]) => ({
      variable: name,
      sentence: `${name} ${message}; for example ${help(name as Variable).example}.`,
    }));
    return { ok: false, faults, warnings };
  }
  const missing = NEEDS.filter(
    ({ when, variable }) => when(parsed.data) && parsed.data[variable] === undefined,
  ).map(({ variable, because }) => ({
    variable,
    sentence: `${variable} must be set where ${because}; for example ${help(variable).example}.`,
  }));
  return missing.length > 0
    ? { ok: false, faults: missing, warnings }
    : { ok: true, config: arrange(parsed.data), warnings };
}

/** Variables that another one makes necessary. */
const NEEDS: readonly {
  readonly variable: Variable;
  readonly when: (e: z.infer<typeof Environment>) => boolean;
  readonly because: string;
}[] = [
  {
    variable: 'HUNTER_ENTRA_TENANT_IDS',
    when: (e) => e.HUNTER_AUTH_MODE === 'entra',
    because: 'HUNTER_AUTH_MODE is entra',
  },
  {
    variable: 'HUNTER_ENTRA_AUDIENCES',
    when: (e) => e.HUNTER_AUTH_MODE === 'entra',
    because: 'HUNTER_AUTH_MODE is entra',
  },
  {
    variable: 'HUNTER_MAIL_FROM',
    when: (e) => e.HUNTER_MAIL_SERVER !== undefined,
    because: 'HUNTER_MAIL_SERVER is set',
  },
  {
    variable: 'HUNTER_SMTP_CHECK_EHLO',
    when: (e) => e.HUNTER_SMTP_CHECK_ENABLED === true,
    because: 'HUNTER_SMTP_CHECK_ENABLED is true',
  },
];

/** The defaults of code; `unset` in the table above says the same in words, and a test holds them together. */
function arrange(e: z.infer<typeof Environment>): Config {
  const enrichment = e.HUNTER_ENRICHMENT_ENABLED ?? 'auto';
  const host = e.HUNTER_HOST ?? '127.0.0.1';
  const httpPort = e.HUNTER_PORT ?? 8080;
  return {
    language: e.HUNTER_LANGUAGE ?? 'tr',
    timeZone: e.HUNTER_TIME_ZONE ?? 'Europe/Istanbul',
    rules: { set: e.HUNTER_RULES ?? 'hunter-1', overlay: e.HUNTER_RULES_OVERLAY ?? null },
    database: {
      url: e.DATABASE_URL ?? null,
      dataDir: e.HUNTER_DATA_DIR ?? '.hunter',
      port: e.HUNTER_DB_PORT ?? null,
      pool: e.HUNTER_DB_POOL ?? 20,
      statementTimeoutMs: e.HUNTER_DB_STATEMENT_TIMEOUT_MS ?? 30_000,
    },
    dns: {
      servers: e.HUNTER_DNS_SERVERS ?? [],
      // Who names resolvers has chosen who sees which companies are looked at: no others behind their back.
      fallbackServers:
        e.HUNTER_DNS_FALLBACK_SERVERS ?? (e.HUNTER_DNS_SERVERS?.length ? [] : ['1.1.1.1', '8.8.8.8']),
      timeoutMs: e.HUNTER_DNS_TIMEOUT_MS ?? 3000,
      tries: e.HUNTER_DNS_TRIES ?? 3,
      inFlight: e.HUNTER_DNS_IN_FLIGHT ?? 200,
      domainBudgetMs: e.HUNTER_DOMAIN_BUDGET_MS ?? 10_000,
      domainBudgetBackgroundMs: e.HUNTER_DOMAIN_BUDGET_BACKGROUND_MS ?? 30_000,
    },
    domainsPerSecond: e.HUNTER_DOMAINS_PER_SECOND ?? 10,
    registration: {
      enabled: e.HUNTER_REGISTRATION_ENABLED ?? true,
      rdapEnabled: e.HUNTER_RDAP_ENABLED ?? true,
      budgetMs: e.HUNTER_REGISTRATION_BUDGET_MS ?? 5000,
      perSecond: e.HUNTER_REGISTRATION_PER_SECOND ?? 1,
      rdapUrl: e.HUNTER_RDAP_URL ?? null,
      whoisServer: e.HUNTER_WHOIS_SERVER ?? null,
      bootstrapUrl: e.HUNTER_RDAP_BOOTSTRAP_URL ?? 'https://data.iana.org/rdap/dns.json',
    },
    tenant: {
      enabled: e.HUNTER_TENANT_ENABLED ?? true,
      authority: e.HUNTER_TENANT_AUTHORITY ?? ENTRA_AUTHORITY,
      perSecond: e.HUNTER_TENANT_PER_SECOND ?? 1,
    },
    enrichment: {
      enabled: enrichment === 'auto' ? 'auto' : enrichment === 'true',
      maxmindCity: e.MAXMIND_CITY_DB ?? null,
      maxmindAsn: e.MAXMIND_ASN_DB ?? null,
      maxmindCountry: e.MAXMIND_COUNTRY_DB ?? null,
      ip2locationDb: e.IP2LOCATION_DB ?? null,
      ip2proxyDb: e.IP2PROXY_DB ?? null,
    },
    http: {
      host,
      port: httpPort,
      publicUrl: e.HUNTER_PUBLIC_URL ?? `http://${isIPv6(host) ? `[${host}]` : host}:${httpPort}`,
      corsOrigins: e.HUNTER_CORS_ORIGINS ?? [],
      requestsPerMinute: e.HUNTER_REQUESTS_PER_MINUTE ?? 600,
      proxyHops: e.HUNTER_PROXY_HOPS ?? 0,
      uploadMaxBytes: (e.HUNTER_UPLOAD_MAX_MB ?? 50) * 1024 * 1024,
    },
    auth: {
      mode: e.HUNTER_AUTH_MODE ?? 'internal',
      internalAnywhere: e.HUNTER_INTERNAL_ANYWHERE ?? false,
      tenantIds: e.HUNTER_ENTRA_TENANT_IDS ?? [],
      audiences: e.HUNTER_ENTRA_AUDIENCES ?? [],
      clientIds: e.HUNTER_ENTRA_CLIENT_IDS ?? [],
      authority: e.HUNTER_ENTRA_AUTHORITY ?? ENTRA_AUTHORITY,
    },
    importMaxRows: e.HUNTER_IMPORT_MAX_ROWS ?? 100_000,
    bulkMax: e.HUNTER_BULK_MAX ?? 1000,
    worker: {
      concurrency: e.HUNTER_WORKER_CONCURRENCY ?? 64,
      dailyRescan: e.HUNTER_DAILY_RESCAN_ENABLED ?? true,
      tenantInBulk: e.HUNTER_TENANT_IN_BULK ?? false,
    },
    retention: { days: e.HUNTER_RETENTION_DAYS ?? 730, uploadDays: e.HUNTER_UPLOAD_RETENTION_DAYS ?? 30 },
    secretKey: e.HUNTER_SECRET_KEY ?? null,
    mail:
      e.HUNTER_MAIL_SERVER !== undefined && e.HUNTER_MAIL_FROM !== undefined
        ? { server: e.HUNTER_MAIL_SERVER, from: e.HUNTER_MAIL_FROM }
        : null,
    smtpCheck:
      e.HUNTER_SMTP_CHECK_ENABLED === true && e.HUNTER_SMTP_CHECK_EHLO !== undefined
        ? { ehlo: e.HUNTER_SMTP_CHECK_EHLO }
        : null,
    staleAfterDays: e.HUNTER_STALE_AFTER_DAYS ?? 7,
    allowLoopbackTargets: e.HUNTER_ALLOW_LOOPBACK_TARGETS ?? false,
  };
}

function help(name: Variable): Help {
  return Environment.shape[name].meta() as unknown as Help;
}

/** Every variable with its help, in the order of .env.example: for documentation and `doctor`. */
export function variables(): { name: Variable; about: string; unset: string; example: string }[] {
  return (Object.keys(Environment.shape) as Variable[]).map((name) => {
    const { about, unset, example } = help(name);
    return { name, about, unset, example };
  });
}

/** The text of .env.example: everything commented out, so that a copy changes nothing. */
export function envExample(): string {
  const head = [
    '# Every variable of Hunter, with its default and an example. Made from service/config.ts: edit there, not here.',
    '# Copy this file to .env, and take the # away from what you set. An empty value counts as not set.',
  ];
  const entries = variables().flatMap(({ name, about, unset, example }) => [
    '',
    `# ${about}`,
    `# Default: ${unset}`,
    `#${name}=${example}`,
  ]);
  return [...head, ...entries, ''].join('\n');
}
