import { REGISTRATION_TTL, TENANT_TTL, type AskedAt } from '#core/carry-over.ts';
import { DomainFacts, type Lookup } from '#core/facts.ts';
import { z } from 'zod';
import type { Metrics } from '../telemetry/metrics.ts';
import { readCache, writeCache, type CacheEntry } from '../store/lookup-cache.ts';
import type { Sql } from '../store/pool.ts';
import type { LookupContext } from './domain.ts';
import type { Clock } from './limit.ts';

type Kind = 'registration' | 'tenant';
type Cached = Pick<LookupContext, Kind>;

const KINDS = {
  registration: {
    ttl: REGISTRATION_TTL,
    schema: z.object({ at: z.iso.datetime(), answer: DomainFacts.shape.registration.unwrap() }),
  },
  tenant: {
    ttl: TENANT_TTL,
    schema: z.object({ at: z.iso.datetime(), answer: DomainFacts.shape.tenant.unwrap() }),
  },
} as const;

/** Registration and tenant look-ups of a batch of domains, with what the database remembers of them. */
export interface CachedLookups {
  /** in place of the look-ups themselves */
  readonly lookups: Cached;
  /** when the registry or the tenant service was really asked, for what this batch has used */
  askedAt(domain: string): Pick<AskedAt, Kind>;
  /** Keeps what was asked anew. */
  save(): Promise<void>;
}

/** The keys under which answers of a domain are kept. */
export const cacheKeys = (domain: string): string[] => [
  keyOf('registration', domain),
  keyOf('tenant', domain),
];
const keyOf = (kind: Kind, domain: string): string => `${kind} ${domain}`;

/**
 * Reads what is remembered of these domains in one statement; `save` writes what is new in another. An answer that was
 * cancelled by our own budget is not kept, any other silence for a minute.
 *
 * @param force leaves the memory unread
 */
export async function openCachedLookups(
  sql: Sql,
  domains: readonly string[],
  base: Cached,
  {
    force,
    clock,
    metrics,
  }: { readonly force: boolean; readonly clock: Clock; readonly metrics: Pick<Metrics, 'count'> },
): Promise<CachedLookups> {
  const kinds = (['registration', 'tenant'] as const).filter((kind) => base[kind] !== undefined);
  const keys = force ? [] : domains.flatMap((domain) => kinds.map((kind) => keyOf(kind, domain)));
  const remembered = await readCache(sql, keys, clock());
  const fresh: CacheEntry[] = [];
  const moments = new Map<string, string>();

  function cached<T>(
    kind: Kind,
    lookup: { look(domain: string, signal: AbortSignal): Promise<Lookup<T>> },
  ): { look(domain: string, signal: AbortSignal): Promise<Lookup<T>> } {
    const { ttl, schema } = KINDS[kind];
    return {
      async look(domain, signal) {
        const key = keyOf(kind, domain);
        const known = schema.safeParse(remembered.get(key));
        metrics.count('cache', { cache: kind, outcome: known.success ? 'hit' : 'miss' });
        if (known.success) {
          moments.set(key, known.data.at);
          // The schema of this kind has just been met.
          return known.data.answer as Lookup<T>;
        }
        const answer = await lookup.look(domain, signal);
        const at = new Date(clock()).toISOString();
        moments.set(key, at);
        if (answer.state !== 'unanswered' || answer.why !== 'CANCELLED')
          fresh.push({ key, value: { at, answer }, ttlMs: ttl[answer.state] });
        return answer;
      },
    };
  }

  return {
    lookups: {
      ...(base.registration === undefined ? {} : { registration: cached('registration', base.registration) }),
      ...(base.tenant === undefined ? {} : { tenant: cached('tenant', base.tenant) }),
    },
    askedAt(domain) {
      const registration = moments.get(keyOf('registration', domain));
      const tenant = moments.get(keyOf('tenant', domain));
      return {
        ...(registration === undefined ? {} : { registration }),
        ...(tenant === undefined ? {} : { tenant }),
      };
    },
    save: () => writeCache(sql, fresh, clock()),
  };
}
