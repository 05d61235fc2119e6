import { closeSync, openSync, readSync, statSync } from 'node:fs';
import ip2location from 'ip2location-nodejs';
import ip2proxy from 'ip2proxy-nodejs';
import type { IpDatabase } from './database.ts';

/** An IP2Location file: country, city, internet provider, use, and in the largest edition the AS. */
export function openIp2Location(path: string): IpDatabase {
  const buildDate = checkHeader(path, 1);
  const reader = new ip2location.IP2Location();
  reader.open(path);
  return {
    buildDate,
    read(address) {
      const all = reader.getAll(address);
      const asn = Number(known(all.asn) ?? Number.NaN);
      return {
        country: known(all.countryShort),
        city: known(all.city),
        isp: known(all.isp),
        usageType: known(all.usageType),
        asn: Number.isInteger(asn) ? asn : null,
        asnOrg: known(all.as),
      };
    },
    close: () => void reader.close(),
  };
}

/**
 * An IP2Proxy file. Its isProxy is 1 for proxies that hide somebody, and 2 for addresses of data centres, search robots
 * and the like: most mail servers are such addresses, so 2 is no proxy here, and its type (DCH, SES ...) is kept.
 */
export function openIp2Proxy(path: string): IpDatabase {
  const buildDate = checkHeader(path, 2);
  const reader = new ip2proxy.IP2Proxy();
  if (reader.open(path) !== 0) throw new Error('not an IP2Proxy file');
  return {
    buildDate,
    read(address) {
      const { isProxy, proxyType } = reader.getAll(address);
      return { isProxy: isProxy < 0 ? null : isProxy === 1, proxyType: known(proxyType) };
    },
    close: () => void reader.close(),
  };
}

/** Both readers put "-" for unknown, and a sentence in every field that a file or an address does not have. */
const SENTENCES =
  /^(?:-|\?|.*not applicable.*|.*NOT[ _]SUPPORTED|INVALID[ _]IP[ _]ADDRESS|MISSING[ _]FILE|IPV6 ADDRESS MISSING.*)$/;

function known(value: unknown): string | null {
  return typeof value === 'string' && value !== '' && !SENTENCES.test(value) ? value : null;
}

/**
 * The head of a BIN file, checked before the reader gets it, which swallows every fault: product (1 IP2Location,
 * 2 IP2Proxy), date, and rows that lie within the file. @returns the ISO date of the data
 */
function checkHeader(path: string, product: 1 | 2): string {
  const head = Buffer.alloc(64);
  const file = openSync(path, 'r');
  try {
    if (readSync(file, head, 0, 64, 0) < 64) throw new Error('too short');
  } finally {
    closeSync(file);
  }
  const [type = 0, columns = 0, year = 0, month = 0, day = 0] = head;
  if (head.toString('latin1', 0, 2) === 'PK') throw new Error('a zip archive: unpack it first');
  // Files from before 2021 do not name their product.
  if (year >= 21 && head[29] !== product)
    throw new Error(`not an ${product === 1 ? 'IP2Location' : 'IP2Proxy'} file`);
  if (type === 0 || columns < 2 || month < 1 || month > 12 || day < 1 || day > 31)
    throw new Error('not a BIN file');
  const size = statSync(path).size;
  const four = head.readUInt32LE(9) - 1 + head.readUInt32LE(5) * columns * 4;
  const six = head.readUInt32LE(17) - 1 + head.readUInt32LE(13) * (16 + (columns - 1) * 4);
  if (four > size || (head.readUInt32LE(13) > 0 && six > size)) throw new Error('cut off');
  return `20${pad(year)}-${pad(month)}-${pad(day)}`;
}

function pad(number: number): string {
  return String(number).padStart(2, '0');
}
