import { describe, expect, test } from 'vitest';
import { lookups, tally } from '#core/questions.ts';
import { domainFacts, noKey, NXDOMAIN, TIMEOUT, txt, unanswered } from '#test/support/facts.ts';

describe('every look-up of the facts has a name', () => {
  test('score tier, evidence, posture, registration and tenant', () => {
    const facts = domainFacts('posta.cinarmakina.example', {
      dmarcOrganizational: { name: 'cinarmakina.example', txt: txt('v=DMARC1; p=reject') },
      mxHosts: { 'mail.cinarmakina.example': { addresses: NXDOMAIN, cname: NXDOMAIN } },
    });
    expect([...lookups(facts)].map(([name]) => name)).toEqual([
      'mx',
      'txt',
      'dmarc',
      'dmarc cinarmakina.example',
      'dkim',
      'dkim selector1',
      'dkim cname selector1',
      'dkim selector2',
      'dkim cname selector2',
      'ns',
      'address mail.cinarmakina.example',
      'cname mail.cinarmakina.example',
      'spf spf.protection.outlook.com',
      'autodiscover',
      'autodiscoverSrv',
      'enterpriseregistration',
      'enterpriseenrollment',
      'lyncdiscover',
      'sip',
      'msoid',
      'mtaSts',
      'mtaStsPolicy',
      'tlsRpt',
      'bimi',
      'caa',
      'soa',
      'apexAddresses',
      'apexAddresses6',
      'dnssec',
      'registration',
      'tenant',
    ]);
  });
  test('none is forgotten: as many as the facts hold', () => {
    const facts = domainFacts('posta.cinarmakina.example', {
      dmarcOrganizational: { name: 'cinarmakina.example', txt: txt('v=DMARC1; p=reject') },
    });
    const held = JSON.stringify(facts).match(/"state":/g)?.length;
    expect([...lookups(facts)]).toHaveLength(held ?? 0);
  });
});

describe('the tally', () => {
  test('a denial is an answer', () => {
    const { asked, answered, open } = tally(domainFacts(undefined, { dmarc: NXDOMAIN, caa: NXDOMAIN }));
    expect(answered).toBe(asked);
    expect(open).toEqual([]);
  });
  test('what gave no answer is open, with why and whether another try is worth it', () => {
    const before = tally(domainFacts());
    const after = tally(
      domainFacts(undefined, {
        dmarc: TIMEOUT,
        registration: unanswered('UNSUPPORTED'),
        dkim: {
          base: NXDOMAIN,
          selectors: [noKey('selector1'), { selector: 'k1', txt: unanswered('SERVFAIL') }],
        },
      }),
    );
    expect(after.open).toEqual([
      { question: 'dmarc', why: 'TIMEOUT', retryable: true },
      { question: 'dkim k1', why: 'SERVFAIL', retryable: true },
      { question: 'registration', why: 'UNSUPPORTED', retryable: false },
    ]);
    // two CNAMEs of selectors were not asked this time
    expect([after.asked, after.answered]).toEqual([before.asked - 2, before.asked - 5]);
  });
  test('what was not asked is neither asked nor open', () => {
    const { tenant: _tenant, ...facts } = domainFacts(undefined);
    expect(tally(facts).asked).toBe(tally(domainFacts()).asked - 1);
  });
});
