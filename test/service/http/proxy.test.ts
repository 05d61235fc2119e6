import { expect, test } from 'vitest';
import { clientAddress, networkOf } from '#service/http/proxy.ts';

test.each([
  ['without a proxy the header is anybody’s word', '10.0.0.1', '198.51.100.7', 0, '10.0.0.1'],
  ['with one proxy the last address is the client', '10.0.0.1', '6.6.6.6, 198.51.100.7', 1, '198.51.100.7'],
  ['with two the one before it', '10.0.0.1', '6.6.6.6, 198.51.100.7, 10.0.0.2', 2, '198.51.100.7'],
  ['a port is no part of it', '10.0.0.1', '198.51.100.7:51234', 1, '198.51.100.7'],
  ['nor are brackets', '10.0.0.1', '[2001:db8::7]:443', 1, '2001:db8::7'],
  ['IPv6 without brackets stays whole', '10.0.0.1', '2001:db8::7', 1, '2001:db8::7'],
  ['what is no address is not believed', '10.0.0.1', 'unknown', 1, '10.0.0.1'],
  ['a request past the proxy has no header', '10.0.0.1', null, 1, '10.0.0.1'],
])('%s', (_, remote, forwarded, hops, expected) => {
  expect(clientAddress(remote, forwarded, hops)).toBe(expected);
});

test.each([
  ['an IPv4 address is counted by itself', '198.51.100.7', '198.51.100.7'],
  ['whichever form it comes in', '::ffff:198.51.100.7', '198.51.100.7'],
  ['an IPv6 address by its network', '2001:db8:1:2:aaaa::7', '20010db800010002/64'],
  ['what is no address by its name', 'unknown', 'unknown'],
])('%s', (_, address, expected) => {
  expect(networkOf(address)).toBe(expected);
});
