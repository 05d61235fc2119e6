import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDnsChild } from '#test/support/dns-child.ts';
import { faultsAfter, killRun } from '#test/support/kill-run.ts';
import { manyDomains, manyDomainsZone } from '#test/support/many-domains.ts';
import { createTestService, type TestService } from '#test/support/service.ts';

const DOMAINS = manyDomains(300);
let world: TestService;
let dns: Awaited<ReturnType<typeof startDnsChild>>;
beforeAll(async () => {
  world = await createTestService();
  dns = await startDnsChild(manyDomainsZone(DOMAINS));
});
afterAll(async () => {
  await dns.stop();
  await world.close();
});

test(
  'W28: workers are killed at any moment, and every entry of the list is done once',
  { timeout: 90_000 },
  async () => {
    const run = await killRun({
      service: world.service,
      env: {
        DATABASE_URL: world.database.url,
        HUNTER_DNS_SERVERS: dns.address,
        HUNTER_DNS_TIMEOUT_MS: '5000',
        // Slow enough that all kills meet work under way.
        HUNTER_DOMAINS_PER_SECOND: '40',
        HUNTER_REGISTRATION_ENABLED: 'false',
        HUNTER_TENANT_ENABLED: 'false',
        HUNTER_ALLOW_LOOPBACK_TARGETS: 'true',
      },
      domains: DOMAINS,
      kills: 5,
      longestLifeMs: 1200,
      random: Math.random,
    });
    expect(run.kills).toBeGreaterThanOrEqual(3);
    expect(await faultsAfter(world.service, run, DOMAINS.length)).toEqual([]);
  },
);
