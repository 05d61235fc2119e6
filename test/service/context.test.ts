import { expect, test } from 'vitest';
import { readConfig } from '#service/config.ts';
import { createScanContext } from '#service/context.ts';
import { domainObject, startRdap } from '#test/doubles/rdap.ts';
import { startWhois } from '#test/doubles/whois.ts';
import { allShippedRules } from '#test/support/rules.ts';

test.each([
  ['true', 'rdap', 1],
  ['false', 'whois', 0],
])('HUNTER_RDAP_ENABLED=%s: the answer comes by %s', async (enabled, source, asked) => {
  const rdap = await startRdap({ answers: { 'sample.nl': { json: domainObject('sample.nl') } } });
  const whois = await startWhois({
    answer: () => 'domain: sample.nl\nregistrar: Sample\ncreated: 2001-01-01\nnserver: ns1.sample.example\n',
  });
  const reading = readConfig({
    HUNTER_RDAP_ENABLED: enabled,
    HUNTER_RDAP_URL: rdap.url,
    HUNTER_WHOIS_SERVER: whois.host,
    HUNTER_DNS_SERVERS: '127.0.0.1:1',
    HUNTER_ALLOW_LOOPBACK_TARGETS: 'true',
  });
  if (!reading.ok) throw new Error('a fault in the environment of the test');
  const context = createScanContext(reading.config, allShippedRules(), {
    clock: Date.now,
    random: Math.random,
    warn: () => undefined,
  });
  try {
    const answer = await context.lookup.registration?.look('sample.nl', AbortSignal.timeout(5000));
    expect(answer).toMatchObject({ state: 'found', value: { source } });
    expect(rdap.requests).toHaveLength(asked);
  } finally {
    context.close();
    await rdap.stop();
    await whois.stop();
  }
});
