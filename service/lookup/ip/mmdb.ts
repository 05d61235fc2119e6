import { readFileSync } from 'node:fs';
import { Reader, type Response } from 'maxmind';
import type { IpDatabase, IpFields } from './database.ts';

/**
 * A MaxMind DB file (https://maxmind.github.io/MaxMind-DB/), in the record shapes of GeoIP2 and GeoLite2 City, Country,
 * ASN and ISP, and in the flat one of ip-location-db (`country_code`).
 */
export function openMmdb(path: string): IpDatabase {
  const reader = new Reader<Response>(readFileSync(path));
  return {
    buildDate: reader.metadata.buildEpoch.toISOString().slice(0, 10),
    read(address) {
      const record: unknown = reader.get(address);
      return record === null ? {} : fields(record);
    },
    close() {},
  };
}

function fields(record: unknown): Partial<IpFields> {
  const asn = at(record, 'autonomous_system_number');
  return {
    country:
      text(at(record, 'country', 'iso_code')) ??
      text(at(record, 'registered_country', 'iso_code')) ??
      text(at(record, 'country_code')),
    city: text(at(record, 'city', 'names', 'en')) ?? text(at(record, 'city')),
    asn: typeof asn === 'number' ? asn : null,
    asnOrg: text(at(record, 'autonomous_system_organization')),
    isp: text(at(record, 'isp')),
  };
}

function at(value: unknown, ...keys: string[]): unknown {
  for (const key of keys) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
