import { describe, expect, test } from 'vitest';
import type { DomainFacts } from '#core/facts.ts';
import {
  dkimCnamesToAsk,
  dkimProof,
  dkimRounds,
  dmarcParents,
  mxCnamesToAsk,
  needsEvidence,
  spfNamesToAsk,
} from '#core/plan.ts';
import { bareFacts, mx, NODATA, NXDOMAIN, target, TIMEOUT, txt } from '#test/support/facts.ts';
import { shippedRules } from '#test/support/rules.ts';

const { mail: rules } = shippedRules();
const OUTLOOK_MX = '0 cinarmakina-example.mail.protection.outlook.com';
/** Keys are possible: `_domainkey` is there. */
const POSSIBLE: Partial<DomainFacts> = { dkim: { base: NODATA, selectors: [] } };

describe('DKIM selectors are asked in rounds', () => {
  test('the provider’s own first, then the ten common ones, then the rest', () => {
    const rounds = dkimRounds(bareFacts({ ...POSSIBLE, mx: mx(OUTLOOK_MX) }), rules, 'full');
    expect(rounds[0]).toEqual(['selector1', 'selector2']);
    expect(rounds[1]).toEqual([
      'default',
      'google',
      'k1',
      's1',
      'mail',
      'dkim',
      'zoho',
      'yandex',
      's2',
      'k2',
    ]);
    expect(rounds).toHaveLength(3);
  });
  test('the score tier ends with the common ones: about ten questions', () => {
    const rounds = dkimRounds(bareFacts(POSSIBLE), rules, 'score');
    expect(rounds.flat()).toHaveLength(10);
  });
  test.each<[string, Partial<DomainFacts>, string[]]>([
    ['the MX at Google', { mx: mx('1 smtp.google.com') }, ['google']],
    ['the MX at Yandex', { mx: mx('10 mx.yandex.net') }, ['mail']],
    ['the MX at Proton', { mx: mx('10 mail.protonmail.ch') }, ['protonmail', 'protonmail2', 'protonmail3']],
    [
      'SPF behind a gateway',
      {
        mx: mx('10 mxa-00000001.gslb.pphosted.com'),
        txt: txt('v=spf1 include:spf.protection.outlook.com -all'),
      },
      ['selector1', 'selector2'],
    ],
    [
      'a nested SPF include',
      {
        txt: txt('v=spf1 include:_spf.cinarmakina.example -all'),
        spfTxt: { '_spf.cinarmakina.example': txt('v=spf1 include:_spf.google.com -all') },
      },
      ['google'],
    ],
    [
      'the MX and another provider in SPF, the MX first',
      { mx: mx('1 smtp.google.com'), txt: txt('v=spf1 include:spf.protection.outlook.com -all') },
      ['google', 'selector1', 'selector2'],
    ],
    ['a verification', { txt: txt('MS=ms12345678') }, ['selector1', 'selector2']],
  ])('%s names whose selectors come first', (_, facts, expected) => {
    expect(dkimRounds(bareFacts({ ...POSSIBLE, ...facts }), rules, 'full')[0]).toEqual(expected);
  });
  test('where nobody is named the common ones come first', () => {
    expect(dkimRounds(bareFacts(POSSIBLE), rules, 'full')[0]).toEqual([
      'default',
      'google',
      'selector1',
      'selector2',
      'k1',
      's1',
      'mail',
      'dkim',
      'zoho',
      'yandex',
    ]);
  });
  test('none is asked twice, and every common one is asked', () => {
    const asked = dkimRounds(
      bareFacts({ ...POSSIBLE, mx: mx(OUTLOOK_MX, '1 smtp.google.com') }),
      rules,
      'full',
    ).flat();
    expect(new Set(asked).size).toBe(asked.length);
    expect(rules.dkimSelectors.filter((selector) => !asked.includes(selector))).toEqual([]);
  });
  test('none at all when _domainkey does not exist: nothing is below it (RFC 8020)', () => {
    expect(
      dkimRounds(bareFacts({ mx: mx(OUTLOOK_MX), dkim: { base: NXDOMAIN, selectors: [] } }), rules, 'full'),
    ).toEqual([]);
  });
  test.each([
    ['there without a record', NODATA],
    ['not answered', TIMEOUT],
    ['there with a wildcard’s text', txt('v=spf1 -all')],
  ])('all of them when _domainkey is %s', (_, base) => {
    expect(dkimRounds(bareFacts({ dkim: { base, selectors: [] } }), rules, 'full').flat()).toHaveLength(
      rules.dkimSelectors.length,
    );
  });
});

describe('selectors that prove an absence', () => {
  test.each([
    ['M365', ['selector1', 'selector2']],
    ['Yandex', ['mail']],
    ['Proton', ['protonmail', 'protonmail2', 'protonmail3']],
    ['Google', []],
    ['Zoho', []],
    ['Hosting', []],
    ['nobody', []],
  ])('%s: %j', (provider, expected) => {
    expect(dkimProof(provider, rules)).toEqual(expected);
  });
  test('their CNAMEs are asked of Microsoft alone', () => {
    expect(dkimCnamesToAsk(rules)).toEqual(['selector1', 'selector2']);
  });
});

describe('the evidence tier is worth asking', () => {
  test.each<[string, Partial<DomainFacts>, boolean]>([
    ['an MX at Microsoft: its services may show', { mx: mx(OUTLOOK_MX) }, true],
    ['a gateway', { mx: mx('10 mxa-00000001.gslb.pphosted.com') }, true],
    ['an own machine', { mx: mx('10 mail.cinarmakina.example') }, true],
    ['a foreign machine', { mx: mx('10 mail.bilisimci.example') }, true],
    ['a hoster', { mx: mx('10 mail.natrohost.com') }, true],
    ['two mailbox clouds', { mx: mx('1 smtp.google.com', '10 mx.yandex.net') }, true],
    [
      'a mailbox cloud and an own machine',
      { mx: mx('1 smtp.google.com', '10 mail.cinarmakina.example') },
      true,
    ],
    ['another mailbox cloud alone', { mx: mx('1 smtp.google.com') }, false],
    [
      'several hosts of one other cloud',
      { mx: mx('1 aspmx.l.google.com', '5 alt1.aspmx.l.google.com') },
      false,
    ],
    [
      'another mailbox cloud with a Microsoft verification',
      { mx: mx('1 smtp.google.com'), txt: txt('MS=ms12345678') },
      true,
    ],
    [
      'another mailbox cloud with Microsoft in SPF',
      { mx: mx('1 smtp.google.com'), txt: txt('v=spf1 include:spf.protection.outlook.com -all') },
      true,
    ],
    [
      'another mailbox cloud with only its own signs',
      { mx: mx('1 smtp.google.com'), txt: txt('v=spf1 include:_spf.google.com -all') },
      false,
    ],
    ['a null MX', { mx: mx('0 .') }, false],
    ['no MX', { mx: NODATA }, false],
    ['no such domain', { mx: NXDOMAIN }, false],
    ['an MX that gave no answer: the next scan asks', { mx: TIMEOUT }, false],
  ])('%s: %s', (_, facts, expected) => {
    expect(needsEvidence(bareFacts(facts), rules)).toBe(expected);
  });
});

describe('the CNAME of an MX host is asked where its name says nothing', () => {
  test('own and foreign hosts only, and no null MX', () => {
    const records = mx(
      '0 .',
      OUTLOOK_MX,
      '5 mail.natrohost.com',
      '6 mx01.hornetsecurity.com',
      '10 mail.cinarmakina.example',
      '20 mail.bilisimci.example',
    );
    expect(mxCnamesToAsk(bareFacts({ mx: records }), rules)).toEqual([
      'mail.cinarmakina.example',
      'mail.bilisimci.example',
    ]);
  });
  test.each([NODATA, NXDOMAIN, TIMEOUT])('none without MX: %o', (lookup) => {
    expect(mxCnamesToAsk(bareFacts({ mx: lookup }), rules)).toEqual([]);
  });
  test('once an alias has told whose host it is, it is not asked again', () => {
    const facts = bareFacts({ mxHosts: { 'mail.cinarmakina.example': { cname: target('mx.yandex.net') } } });
    expect(mxCnamesToAsk(facts, rules)).toEqual([]);
  });
});

describe('SPF is followed name by name', () => {
  const apex = txt('v=spf1 include:a.example redirect=b.example');
  test.each<[string, Partial<DomainFacts>, string[]]>([
    ['includes and redirects of the own record', { txt: apex }, ['a.example', 'b.example']],
    [
      'what an answered name includes in turn',
      { txt: apex, spfTxt: { 'a.example': txt('v=spf1 include:c.example -all'), 'b.example': NXDOMAIN } },
      ['c.example'],
    ],
    [
      'nothing behind a name that gave no answer',
      { txt: txt('v=spf1 include:a.example -all'), spfTxt: { 'a.example': TIMEOUT } },
      [],
    ],
    ['nothing without a record', { txt: txt('hello') }, []],
    ['nothing without an answer', { txt: TIMEOUT }, []],
    ['nothing that depends on the message', { txt: txt('v=spf1 include:%{i}._spf.example -all') }, []],
    ['nothing of a record in error', { txt: txt('v=spf1 include:a.example -all', 'v=spf1 -all') }, []],
    [
      'nothing beyond the limit of ten look-ups',
      {
        txt: txt(`v=spf1 ${[...'abcdefghijk'].map((letter) => `include:${letter}.example`).join(' ')} -all`),
      },
      [],
    ],
    ['nothing that leads back', { txt: txt('v=spf1 include:cinarmakina.example -all') }, []],
  ])('%s', (_, facts, expected) => {
    expect(spfNamesToAsk(bareFacts(facts), rules)).toEqual(expected);
  });
});

describe('the DMARC tree walk (RFC 9989 section 4.10), ended at the registrable domain', () => {
  test.each([
    ['cinarmakina.example', []],
    ['cinarmakina.com.tr', []],
    ['posta.cinarmakina.com.tr', ['cinarmakina.com.tr']],
    ['a.b.cinarmakina.com.tr', ['b.cinarmakina.com.tr', 'cinarmakina.com.tr']],
    ['sirket.github.io', []],
    ['com.tr', []],
    ['com', []],
    // seven labels and fewer: every name on the way
    [
      'a.b.c.d.e.cinar.example',
      [
        'b.c.d.e.cinar.example',
        'c.d.e.cinar.example',
        'd.e.cinar.example',
        'e.cinar.example',
        'cinar.example',
      ],
    ],
    // more: the walk goes on at the name of seven labels
    [
      'a.b.c.d.e.f.g.h.cinar.example',
      [
        'd.e.f.g.h.cinar.example',
        'e.f.g.h.cinar.example',
        'f.g.h.cinar.example',
        'g.h.cinar.example',
        'h.cinar.example',
        'cinar.example',
      ],
    ],
  ])('%s: %j', (domain, expected) => {
    expect(dmarcParents(domain)).toEqual(expected);
  });
  test('the name of eight labels is not asked for one of nine', () => {
    expect(dmarcParents('a.b.c.d.e.f.g.cinar.example')[0]).toBe('c.d.e.f.g.cinar.example');
  });
});
