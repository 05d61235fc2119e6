import { getDomain } from 'tldts';
import { absent, found, unanswered, type Lookup, type Registration } from '#core/facts.ts';
import type { WhoisRegistered } from '#core/records/whois.ts';
import {
  rdapServersFor,
  whoisServerFor,
  type RdapBootstrapFile,
  type WhoisServerRule,
  type WhoisServersFile,
} from '#core/rules/registration.ts';
import type { SafeConnect, SafeFetch } from './guard.ts';
import { sleep as realSleep, type Clock, type Sleep } from './limit.ts';
import { createRdapClient } from './rdap.ts';
import { createServerLimits, type ServerLimitOptions } from './server-limit.ts';
import { createWhoisClient, type WhoisServer } from './whois.ts';

/** Looks up who holds a domain, where, and until when: RDAP first, port-43 WHOIS where RDAP has no server or no answer. */
export interface RegistrationLookup {
  /**
   * @param domain lower-case ASCII; a name below a registrable one is asked about as that
   * @param signal the budget: when it fires, the answer is `unanswered` CANCELLED
   * @returns absent NOT-FOUND when the registry says that nobody holds it; never rejects
   */
  look(domain: string, signal: AbortSignal): Promise<Lookup<Registration>>;
}

export interface RegistrationLookupOptions {
  readonly bootstrap: RdapBootstrapFile;
  readonly whoisServers: WhoisServersFile;
  readonly fetch: SafeFetch;
  readonly connect: SafeConnect;
  /** false = WHOIS alone is asked */
  readonly rdap: boolean;
  readonly clock: Clock;
  readonly sleep?: Sleep;
  readonly limits?: ServerLimitOptions;
  /** stands in for every server of the bootstrap: a double, or a redirector of one's own. May be http: */
  readonly rdapBase?: string;
  /** stands in for every server of the WHOIS rules, "host" or "host:port" */
  readonly whoisHost?: string;
  /** for one server, 10 s by default; the whole look-up is bounded by the signal */
  readonly timeoutMs?: number;
  readonly userAgent?: string;
}

const DOMAIN = /^(?=.{3,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/;

const labels = (name: string): number => name.split('.').length;

/** The suffix of a rule that made it fit a name. */
const suffixOf = (domain: string, rule: WhoisServerRule): string =>
  rule.suffixes.filter((s) => domain.endsWith(`.${s}`)).sort((a, b) => b.length - a.length)[0] ?? '';

export function createRegistrationLookup(options: RegistrationLookupOptions): RegistrationLookup {
  const { bootstrap, whoisServers, fetch, connect, clock, sleep = realSleep, timeoutMs } = options;
  const limits = createServerLimits({ ...options.limits, clock, sleep });
  const timeout = timeoutMs === undefined ? {} : { timeoutMs };
  const rdap = createRdapClient({
    fetch,
    limits,
    clock,
    ...timeout,
    ...(options.userAgent === undefined ? {} : { userAgent: options.userAgent }),
  });
  const whois = createWhoisClient({ connect, limits, ...timeout });
  const rdapBase = options.rdapBase?.replace(/\/*$/, '/');
  const override = options.whoisHost === undefined ? null : /^(.*?)(?::(\d{1,5}))?$/.exec(options.whoisHost);

  /** Where to ask about which name. */
  function plan(domain: string): { name: string; bases: readonly string[]; server: WhoisServer | null } {
    const rule = whoisServerFor(domain, whoisServers);
    const suffix = rule === null ? '' : suffixOf(domain, rule);
    // Registries sell names below names ("uk.com"): the TLD's own registry knows nothing of those.
    const below = labels(suffix) > 1 && suffix.replace(/^.*\./, '').length !== 2;
    const name = below
      ? domain
          .split('.')
          .slice(-labels(suffix) - 1)
          .join('.')
      : (getDomain(domain, { allowPrivateDomains: false }) ?? domain);
    const known = below || !options.rdap ? [] : rdapServersFor(name, bootstrap);
    const bases =
      rdapBase !== undefined && known.length > 0
        ? [rdapBase]
        : known.filter((url) => url.startsWith('https:'));
    const server =
      override === null || rule === null
        ? rule
        : {
            host: override[1] as string,
            port: Number(override[2] ?? 43),
            query: rule.query,
            charset: rule.charset,
          };
    return { name, bases, server };
  }

  const toRegistration = (reading: WhoisRegistered, server: string): Registration => ({
    source: 'whois',
    server: server.slice(0, 512),
    registrar: reading.registrar?.slice(0, 512) ?? null,
    created: reading.created,
    expires: reading.expires,
    updated: reading.updated,
    nameservers: [...reading.nameservers],
    statuses: [...reading.statuses],
  });

  /** What the referred server adds to what the first one said. The registry's own word stands. */
  async function completed(
    first: WhoisRegistered,
    server: WhoisServer,
    domain: string,
    signal: AbortSignal,
  ): Promise<WhoisRegistered> {
    const missing = first.registrar === null || first.expires === null || first.nameservers.length === 0;
    const host = first.referral;
    // One hop, and not back to where we are
    if (!missing || host === null || host === server.host) return first;
    const answer = await whois.ask({ host, port: 43, query: '{domain}' }, domain, signal);
    if (answer.state === 'failed' || answer.reading.state !== 'registered') return first;
    const second = answer.reading;
    if (second.domain !== null && second.domain !== domain) return first;
    return {
      ...first,
      registrar: first.registrar ?? second.registrar,
      created: first.created ?? second.created,
      expires: first.expires ?? second.expires,
      updated: first.updated ?? second.updated,
      nameservers: first.nameservers.length > 0 ? first.nameservers : second.nameservers,
      statuses: first.statuses.length > 0 ? first.statuses : second.statuses,
    };
  }

  async function byWhois(
    server: WhoisServer,
    domain: string,
    signal: AbortSignal,
  ): Promise<Lookup<Registration>> {
    let asked = server;
    for (let hops = 0; ; hops++) {
      const answer = await whois.ask(asked, domain, signal);
      if (answer.state === 'failed') return unanswered(answer.why);
      const { reading } = answer;
      switch (reading.state) {
        case 'registered':
          return found(
            toRegistration(hops > 0 ? reading : await completed(reading, asked, domain, signal), asked.host),
          );
        case 'free':
        case 'reserved':
          return absent('NOT-FOUND');
        case 'throttled':
          return unanswered('THROTTLED');
        case 'referral':
          if (hops > 0 || reading.server === asked.host) return unanswered('BAD-REPLY');
          asked = { host: reading.server, port: 43, query: '{domain}' };
          continue;
        case 'invalid-query':
        case 'unreadable':
          return unanswered('BAD-REPLY');
      }
    }
  }

  return {
    async look(domain, signal) {
      if (!DOMAIN.test(domain)) return unanswered('UNSUPPORTED');
      const { name, bases, server } = plan(domain);
      let outcome: Lookup<Registration> = unanswered('UNSUPPORTED');
      for (const base of bases) {
        if (signal.aborted) return unanswered('CANCELLED');
        outcome = await rdap.ask(base, name, signal);
        // A registry that asks us to slow down is not asked the same at its other door
        if (outcome.state !== 'unanswered' || outcome.why === 'THROTTLED') return outcome;
      }
      if (server === null) return outcome;
      if (signal.aborted) return unanswered('CANCELLED');
      const said = await byWhois(server, name, signal);
      // Both silent: the more hopeful reason is told
      return said.state === 'unanswered' &&
        !said.retryable &&
        outcome.state === 'unanswered' &&
        outcome.retryable
        ? outcome
        : said;
    },
  };
}
