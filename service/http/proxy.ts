import { isIP } from 'node:net';

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
