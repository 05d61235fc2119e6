import { isIP, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * The address of the client. Every proxy appends the address it was called from to X-Forwarded-For, so with n proxies
 * of one's own the n-th from the end is the last one that can be believed; what stands before it anybody can write.
 *
 * @param hops how many proxies of one's own stand in front
 */
export function clientAddress(remote: string | undefined, forwarded: string | null, hops: number): string {
  const socket = remote ?? 'unknown';
  if (hops === 0 || forwarded === null) return socket;
  const addresses = forwarded.split(',').map((item) => item.trim());
  const address = addresses.at(-hops) ?? addresses[0] ?? '';
  // Azure's gateways write the port along.
  const bare = /^\d+\.\d+\.\d+\.\d+:\d+$/.test(address)
    ? address.slice(0, address.lastIndexOf(':'))
    : address.replace(/^\[([^\]]+)\](?::\d+)?$/, '$1');
  return isIP(bare) === 0 ? socket : bare;
}

/**
 * Whom a limit counts: the address, and in IPv6 the network, of which every household has one (RFC 6177) with more
 * addresses than could ever be counted. An IPv4 address is the same in the form of either.
 */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const ip = ipaddr.IPv6.parse(address);
  if (ip.isIPv4MappedAddress()) return ip.toIPv4Address().toString();
  return `${Buffer.from(ip.toByteArray().slice(0, 8)).toString('hex')}/64`;
}
