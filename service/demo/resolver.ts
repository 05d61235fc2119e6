import { absent, found, unanswered, type Lookup } from '#core/facts.ts';
import type { Questions, Resolver } from '../lookup/resolver.ts';

/** Records of one name, as one would write them down. `SERVFAIL`: whoever asks gets no answer. */
export interface DemoRecords {
  readonly MX?: readonly (readonly [preference: number, exchange: string])[];
  readonly TXT?: readonly string[];
  readonly NS?: readonly string[];
  readonly A?: readonly string[];
  readonly CNAME?: string;
}
export type DemoZone = ReadonlyMap<string, DemoRecords | 'SERVFAIL'>;

/** RFC 1034 section 3.6.2 lets a chain be long; nobody's is. */
const LONGEST_CHAIN = 8;

/**
 * A resolver that knows a made-up part of the DNS and nothing else: no question leaves the process. `zone` is asked
 * anew each time, so that the made-up world can change.
 */
export function createZoneResolver(zone: () => DemoZone): Resolver {
  const counters = { sent: 0, cached: 0, merged: 0, repeated: 0, fallback: 0 };

  async function ask<T>(
    name: string,
    read: (records: DemoRecords) => T | undefined,
    signal: AbortSignal | undefined,
    follow = true,
  ): Promise<Lookup<T>> {
    counters.sent += 1;
    if (signal?.aborted) return unanswered('CANCELLED');
    let at = name.toLowerCase();
    for (let step = 0; step < LONGEST_CHAIN; step++) {
      const records = zone().get(at);
      if (records === 'SERVFAIL') return unanswered('SERVFAIL');
      if (records === undefined) {
        // What nobody has made up is not known here: that is no word on a name that may well exist.
        if (!isMadeUp(at)) return unanswered('UNSUPPORTED');
        // A name between two others exists without records (RFC 8020).
        return absent(hasBelow(zone(), at) ? 'NODATA' : 'NXDOMAIN');
      }
      if (follow && records.CNAME !== undefined) {
        at = records.CNAME;
        continue;
      }
      const value = read(records);
      return value === undefined ? absent('NODATA') : found(value);
    }
    return unanswered('SERVFAIL');
  }

  const sorted = (list: readonly string[] | undefined): string[] | undefined =>
    list === undefined ? undefined : [...list].sort();
  const nothing = <T>(name: string, signal?: AbortSignal): Promise<Lookup<T>> =>
    ask<T>(name, () => undefined, signal);

  const questions: Questions = {
    mx: (name, signal) =>
      ask(name, ({ MX }) => MX?.map(([preference, exchange]) => ({ preference, exchange })), signal),
    txt: (name, signal) => ask(name, ({ TXT }) => (TXT === undefined ? undefined : [...TXT]), signal),
    ns: (name, signal) => ask(name, ({ NS }) => sorted(NS), signal),
    a: (name, signal) => ask(name, ({ A }) => sorted(A), signal),
    cname: (name, signal) => ask(name, ({ CNAME }) => CNAME, signal, false),
    aaaa: nothing,
    srv: nothing,
    caa: nothing,
    soa: nothing,
    ptr: nothing,
  };
  return {
    ...questions,
    for: () => questions,
    capabilities: { dnssec: false },
    counters,
    stop: () => undefined,
  };
}

/** Names under .example are nobody's (RFC 2606 section 2): of these the zone knows all there are. */
export const isMadeUp = (name: string): boolean => name === 'example' || name.endsWith('.example');

const below = new WeakMap<DemoZone, ReadonlySet<string>>();

/** Every name that has another one under it. */
function hasBelow(zone: DemoZone, name: string): boolean {
  let names = below.get(zone);
  if (names === undefined) {
    const parents = new Set<string>();
    for (const known of zone.keys()) {
      for (let dot = known.indexOf('.'); dot !== -1; dot = known.indexOf('.', dot + 1)) {
        parents.add(known.slice(dot + 1));
      }
    }
    names = parents;
    below.set(zone, names);
  }
  return names.has(name);
}
