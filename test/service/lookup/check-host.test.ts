import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkHostBy } from '#service/lookup/check-host.ts';
import { sleep } from '#service/lookup/limit.ts';
import { createNodeResolver, type Resolver } from '#service/lookup/resolver.ts';
import { startDnsDouble, type DnsDouble } from '#test/doubles/dns.ts';

let double: DnsDouble;
let resolver: Resolver;
beforeAll(async () => {
  double = await startDnsDouble({
    zone: {
      'acme.com.tr': {
        TXT: [
          'v=spf1 mx a:web.acme.com.tr include:spf.other.com ptr exists:%{ir}.%{v}._spf.acme.com.tr -all',
        ],
        MX: [[10, 'mail.acme.com.tr']],
      },
      'mail.acme.com.tr': { A: ['192.0.2.1'] },
      'web.acme.com.tr': { A: ['192.0.2.5'], AAAA: ['2001:db8::5'] },
      'spf.other.com': { TXT: ['v=spf1 ip4:198.51.100.0/24 ?all'] },
      '7.113.0.203.in-addr.arpa': { PTR: ['out.acme.com.tr'] },
      'out.acme.com.tr': { A: ['203.0.113.7'] },
      '9.113.0.203.in-addr._spf.acme.com.tr': { A: ['127.0.0.2'] },
      'slow.com.tr': { TXT: ['v=spf1 include:silent.com.tr -all'] },
      'silent.com.tr': 'SERVFAIL',
    },
  });
  resolver = createNodeResolver({
    servers: [double.address],
    fallbackServers: [],
    timeoutMs: 200,
    tries: 1,
    clock: Date.now,
    sleep,
    random: () => 0.5,
  });
});
afterAll(async () => {
  resolver.stop();
  await double.stop();
});

describe('check_host over real sockets', () => {
  test.each([
    ['192.0.2.1', 'acme.com.tr', 'pass', 'mx'],
    ['2001:db8::5', 'acme.com.tr', 'pass', 'a:web.acme.com.tr'],
    ['198.51.100.77', 'acme.com.tr', 'pass', 'include:spf.other.com'],
    ['203.0.113.7', 'acme.com.tr', 'pass', 'ptr'],
    ['203.0.113.9', 'acme.com.tr', 'pass', 'exists:%{ir}.%{v}._spf.acme.com.tr'],
    ['203.0.113.8', 'acme.com.tr', 'fail', '-all'],
    ['192.0.2.1', 'slow.com.tr', 'temperror', undefined],
    ['192.0.2.1', 'nothing.com.tr', 'none', undefined],
  ])('%s for %s: %s by %s', async (ip, domain, result, term) => {
    const verdict = await checkHostBy(resolver, { ip, sender: `info@${domain}`, helo: `mail.${domain}` });
    expect([verdict.result, verdict.matched?.term]).toEqual([result, term]);
  });
});
