import { describe, expect, test } from 'vitest';
import { carryOver, selectorsToAskAgain, type StoredFacts } from '#core/carry-over.ts';
import type { DomainFacts } from '#core/facts.ts';
import {
  absent,
  domainFacts,
  found,
  ip,
  key,
  noKey,
  NODATA,
  NXDOMAIN,
  TIMEOUT,
  txt,
} from '#test/support/facts.ts';

const SCAN = '2026-11-25T09:00:00.000Z';
const ago = (days: number): string => new Date(Date.parse(SCAN) - days * 86_400_000).toISOString();
const full = domainFacts();
/** What a scan of the score tier asks. */
const scored = ((): DomainFacts => {
  const { schema, domain, mx, dmarc, dkim, ns, mxHosts, spfTxt } = full;
  return { schema, domain, lookedUpAt: SCAN, mx, txt: full.txt, dmarc, dkim, ns, mxHosts, spfTxt };
})();
const stored = (askedAt: StoredFacts['askedAt'], facts: Partial<DomainFacts> = {}): StoredFacts => ({
  facts: { ...full, ...facts },
  askedAt,
});
const carried = (before: StoredFacts | null, fresh: DomainFacts = scored): StoredFacts =>
  carryOver(fresh, {}, before, SCAN);

describe('a scan of a list keeps what a full one has learnt', () => {
  test('registration, tenant and posture, with the moment they were asked', () => {
    const askedAt = { registration: ago(6), tenant: ago(29), posture: ago(6) };
    const { facts, askedAt: still } = carried(stored(askedAt));
    expect(facts.registration).toEqual(full.registration);
    expect(facts.tenant).toEqual(full.tenant);
    expect([facts.mtaSts, facts.tlsRpt, facts.caa, facts.soa]).toEqual([
      full.mtaSts,
      full.tlsRpt,
      full.caa,
      full.soa,
    ]);
    expect(facts.lookedUpAt).toBe(SCAN);
    expect(still).toEqual(askedAt);
  });
  test.each([
    ['registration', 7],
    ['tenant', 30],
    ['posture', 7],
  ] as const)('%s is too old after %i days', (part, days) => {
    const { facts, askedAt } = carried(stored({ [part]: ago(days) }));
    expect(facts).toEqual(scored);
    expect(askedAt).toEqual({});
  });
  test('that nobody holds the domain is believed for a day', () => {
    const nobody = { registration: absent('NOT-FOUND') };
    expect(carried(stored({ registration: ago(0.9) }, nobody)).facts.registration).toEqual(
      nobody.registration,
    );
    expect(carried(stored({ registration: ago(1) }, nobody)).facts.registration).toBeUndefined();
  });
  test('a question that is still open is not forgotten for a day', () => {
    const silent = { registration: TIMEOUT };
    expect(carried(stored({ registration: ago(0.9) }, silent)).facts.registration).toEqual(TIMEOUT);
    expect(carried(stored({ registration: ago(1) }, silent)).facts.registration).toBeUndefined();
  });
  test('a part that nobody knows the age of is not used', () => {
    expect(carried(stored({})).facts).toEqual(scored);
  });
});

describe('what was asked stands, whatever came back', () => {
  test('a silence is not covered by an older answer', () => {
    const fresh = { ...scored, registration: TIMEOUT, mtaSts: TIMEOUT };
    const { facts, askedAt } = carryOver(
      fresh,
      { registration: SCAN, posture: SCAN },
      stored({ registration: ago(1), posture: ago(1) }),
      SCAN,
    );
    expect(facts).toEqual(fresh);
    expect(askedAt).toEqual({ registration: SCAN, posture: SCAN });
  });
  test('a name that is gone has no records, whatever it had', () => {
    const gone = { ...scored, mx: NXDOMAIN, txt: NXDOMAIN };
    const { facts } = carried(stored({ posture: ago(1), registration: ago(1) }), gone);
    expect(facts.mtaSts).toBeUndefined();
    expect(facts.registration).toEqual(full.registration);
  });
  test('the first scan has nothing to carry', () => {
    expect(carryOver(scored, { posture: SCAN }, null, SCAN)).toEqual({
      facts: scored,
      askedAt: { posture: SCAN },
    });
  });
  test('addresses of the web are carried, those of mail servers are of the scan', () => {
    const before = stored(
      { posture: ago(1) },
      { ip: [ip('192.0.2.1'), ip('192.0.2.80', { of: 'apex' }), ip('192.0.2.25', { of: 'apex' })] },
    );
    const { facts } = carried(before, { ...scored, ip: [ip('192.0.2.25')] });
    expect(facts.ip?.map(({ address, of }) => [address, of])).toEqual([
      ['192.0.2.25', 'mx'],
      ['192.0.2.80', 'apex'],
    ]);
  });
});

describe('selectors that a full scan has found', () => {
  const unknown = { ...scored, dkim: { base: NODATA, selectors: [noKey('default')] } };
  test('are asked again where a list found no key', () => {
    expect(selectorsToAskAgain(unknown, [key('s2048'), noKey('k1'), key('default')])).toEqual(['s2048']);
  });
  test('are not asked where a key was found, or proven missing, or gave no answer', () => {
    expect(selectorsToAskAgain(scored, [key('s2048')])).toEqual([]);
    const proven = { ...scored, dkim: { base: NXDOMAIN, selectors: [] } };
    expect(selectorsToAskAgain(proven, [key('s2048')])).toEqual([]);
    const silent = { ...scored, dkim: { base: NODATA, selectors: [{ selector: 'default', txt: TIMEOUT }] } };
    expect(selectorsToAskAgain(silent, [key('s2048')])).toEqual([]);
    expect(selectorsToAskAgain({ ...unknown, mx: NXDOMAIN }, [key('s2048')])).toEqual([]);
  });
  test('are left alone when the key was withdrawn', () => {
    expect(selectorsToAskAgain(unknown, [{ selector: 's2048', txt: txt('v=DKIM1; p=') }])).toEqual([]);
    expect(selectorsToAskAgain(unknown, [{ selector: 's2048', txt: found([]) }])).toEqual([]);
  });
});
