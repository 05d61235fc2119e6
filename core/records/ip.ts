/** IP addresses as bytes: what SPF compares (RFC 7208 section 5), what an MX exchange must not be. */
import { isDigit } from './ascii.ts';

/** Four bytes or sixteen. */
export interface IpAddress {
  readonly version: 4 | 6;
  readonly bytes: readonly number[];
}

/** A dotted quad as RFC 7208 section 12 writes it: four numbers to 255, without leading zeros. */
export function parseIp4(text: string): IpAddress | null {
  if (text.length > 15) return null;
  const parts = text.split('.');
  if (parts.length !== 4) return null;
  const bytes: number[] = [];
  for (const part of parts) {
    const value = parseDecimal(part, 255);
    if (value === null) return null;
    bytes.push(value);
  }
  return { version: 4, bytes };
}

/** Any of the three forms of RFC 4291 section 2.2, "::" and an embedded dotted quad included; no zone, no prefix. */
export function parseIp6(text: string): IpAddress | null {
  if (text.length > 45 || !text.includes(':')) return null;
  const gap = text.indexOf('::');
  if (gap !== -1 && text.includes('::', gap + 1)) return null;
  if (gap === -1) {
    const bytes = groups(text, true);
    return bytes?.length === 16 ? { version: 6, bytes } : null;
  }
  const head = groups(text.slice(0, gap), false);
  const tail = groups(text.slice(gap + 2), true);
  // "::" stands for at least one group of zeros (RFC 4291 section 2.2)
  if (head === null || tail === null || head.length + tail.length > 14) return null;
  const zeros = Array.from({ length: 16 - head.length - tail.length }, () => 0);
  return { version: 6, bytes: [...head, ...zeros, ...tail] };
}

export const parseIp = (text: string): IpAddress | null => parseIp4(text) ?? parseIp6(text);

/** ::ffff:a.b.c.d is the IPv4 address a.b.c.d in another coat: RFC 7208 section 5 compares it as IPv4. */
export function unmapped(ip: IpAddress): IpAddress {
  if (ip.version === 4) return ip;
  const mapped =
    ip.bytes.slice(0, 10).every((byte) => byte === 0) && ip.bytes[10] === 255 && ip.bytes[11] === 255;
  return mapped ? { version: 4, bytes: ip.bytes.slice(12) } : ip;
}

/** Whether the first `prefix` bits agree. Addresses of different versions never do. */
export function inNetwork(ip: IpAddress, network: IpAddress, prefix: number): boolean {
  if (ip.version !== network.version) return false;
  for (let bit = 0; bit < prefix; bit += 8) {
    const mask = prefix - bit >= 8 ? 0xff : (0xff << (8 - (prefix - bit))) & 0xff;
    if (((ip.bytes[bit / 8] ?? 0) & mask) !== ((network.bytes[bit / 8] ?? 0) & mask)) return false;
  }
  return true;
}

/** The address as people read it; IPv6 in the form of RFC 5952. */
export function formatIp(ip: IpAddress): string {
  if (ip.version === 4) return ip.bytes.join('.');
  const words: number[] = [];
  for (let i = 0; i < 16; i += 2) words.push(((ip.bytes[i] ?? 0) << 8) | (ip.bytes[i + 1] ?? 0));
  let best = { from: -1, length: 1 };
  for (let from = 0; from < 8; from++) {
    let length = 0;
    while (from + length < 8 && words[from + length] === 0) length++;
    if (length > best.length) best = { from, length };
  }
  const hex = words.map((word) => word.toString(16));
  if (best.from === -1) return hex.join(':');
  return `${hex.slice(0, best.from).join(':')}::${hex.slice(best.from + best.length).join(':')}`;
}

/**
 * Dotted quad, or sixteen-times-two nibbles with dots: the "i" macro of RFC 7208 section 7.3. Nibbles are upper
 * case as in the RFC's conformance suite; DNS does not mind.
 */
export function dottedIp(ip: IpAddress): string {
  if (ip.version === 4) return ip.bytes.join('.');
  return ip.bytes
    .map((byte) => byte.toString(16).padStart(2, '0').toUpperCase().split('').join('.'))
    .join('.');
}

/** The name whose PTR records name this address (RFC 1035 section 3.5, RFC 3596 section 2.5). */
export function reverseName(ip: IpAddress): string {
  const labels = dottedIp(ip).toLowerCase().split('.').reverse().join('.');
  return ip.version === 4 ? `${labels}.in-addr.arpa` : `${labels}.ip6.arpa`;
}

/** Digits without a leading zero, up to `max`; null for anything else. */
export function parseDecimal(text: string, max: number): number | null {
  if (text.length === 0 || text.length > 10 || (text.length > 1 && text.startsWith('0'))) return null;
  for (let i = 0; i < text.length; i++) if (!isDigit(text.charCodeAt(i))) return null;
  const value = Number(text);
  return value <= max ? value : null;
}

/** Groups of up to four hex digits as bytes; the last may be a dotted quad when it ends the address. */
function groups(text: string, last: boolean): number[] | null {
  if (text === '') return [];
  const parts = text.split(':');
  const bytes: number[] = [];
  for (const [index, part] of parts.entries()) {
    if (last && index === parts.length - 1 && part.includes('.')) {
      const quad = parseIp4(part);
      if (quad === null) return null;
      bytes.push(...quad.bytes);
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return null;
      const value = Number.parseInt(part, 16);
      bytes.push(value >> 8, value & 0xff);
    }
  }
  return bytes;
}
