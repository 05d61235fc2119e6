import { describe, expect, test } from 'vitest';
import { classifyMxHosts, isOwn, mxEvidence, registrableOf, type MxHost } from '#core/classify/mx-hosts.ts';
import type { DomainFacts } from '#core/facts.ts';
import { shippedRules } from '#test/support/rules.ts';
import { bareFacts, mx, NODATA, target, TIMEOUT } from '#test/support/facts.ts';

const { mail: rules } = shippedRules();

function hosts(lines: string[], more: Partial<DomainFacts> = {}): MxHost[] {
  const facts = bareFacts({ mx: mx(...lines), ...more });
  return classifyMxHosts(facts, facts.mx.state === 'found' ? facts.mx.value : [], rules);
}
const says = (host: MxHost | undefined): string => {
  switch (host?.is) {
    case 'mailbox':
      return `mailbox ${host.provider.id}`;
    case 'gateway':
      return `gateway ${host.gateway.id}`;
    case 'hoster':
      return `hoster ${host.hoster.name}`;
    default:
      return host?.is ?? 'nothing';
  }
};

describe('the name of an MX host says', () => {
  test.each([
    ['cinarmakina-example.mail.protection.outlook.com', 'mailbox M365'],
    ['cinarmakina-example.a-v1.mx.microsoft', 'mailbox M365'],
    ['ms10000001.msv1.invalid', 'mailbox M365'],
    ['aspmx.l.google.com', 'mailbox Google'],
    ['alt3.aspmx.l.google.com', 'mailbox Google'],
    ['smtp.google.com', 'mailbox Google'],
    ['mx.yandex.net', 'mailbox Yandex'],
    ['mx.zoho.eu', 'mailbox Zoho'],
    ['mail.protonmail.ch', 'mailbox Proton'],
    ['inbound-smtp.eu-west-1.amazonaws.com', 'mailbox Amazon'],
    ['mx.sendgrid.net', 'mailbox SendGrid'],
    ['mxa.mailgun.org', 'mailbox Mailgun'],
    ['mxa-00000001.gslb.pphosted.com', 'gateway proofpoint'],
    ['eu-smtp-inbound-1.mimecast.com', 'gateway mimecast'],
    ['d100000.a.ess.de.barracudanetworks.com', 'gateway barracuda'],
    ['mx1.hc0000-00.eu.iphmx.com', 'gateway cisco'],
    ['mx-01-eu-central-1.prod.hydra.sophos.com', 'gateway sophos'],
    ['mx01.hornetsecurity.com', 'gateway hornetsecurity'],
    ['cinar.in.tmes.trendmicro.eu', 'gateway trendmicro'],
    ['cluster1.eu.messagelabs.com', 'gateway symantec'],
    ['mail.natrohost.com', 'hoster Natro'],
    ['mx01.turhost.com', 'hoster Turhost'],
    ['mx.isimtescil.net', 'hoster İsimtescil'],
    ['mail.ttnet.net.tr', 'hoster TTNET'],
    ['mail.cinarmakina.example', 'own'],
    ['cinarmakina.example', 'own'],
    ['mail.birbaskasi.example', 'foreign'],
  ])('%s: %s', (name, expected) => {
    expect(says(hosts([`10 ${name}`])[0])).toBe(expected);
  });
});

describe('W8: a name that only looks like a provider is not that provider', () => {
  test.each([
    ['cinar-mail.protection.outlook.com.evil.example', 'foreign', 'the provider in front of another name'],
    ['notmail.protection.outlook.com', 'mailbox M365', 'any label below the suffix is Microsoft’s'],
    ['mail.notprotection.outlook.com', 'foreign', 'a label that ends like one of the suffix'],
    ['outlook.com', 'foreign', 'a part of the suffix'],
    ['mx.fakeyandex.net', 'foreign', 'a longer label'],
    ['aspmx.l.google.com.cinarmakina.example', 'own', 'a forgotten final dot'],
    ['mx.microsoft.example', 'foreign', 'the right labels under another top-level domain'],
    ['pphosted.com.example', 'foreign', 'a gateway in front of another name'],
    ['mynatrohost.com', 'foreign', 'a hoster inside a label'],
    ['mail.cinarmakina.example.evil.example', 'foreign', 'the own name in front of another'],
    ['mail.notcinarmakina.example', 'foreign', 'the own name inside a label'],
  ])('%s: %s (%s)', (name, expected) => {
    expect(says(hosts([`10 ${name}`])[0])).toBe(expected);
  });
});

describe('an MX that is an alias', () => {
  const aliased = (
    lookup: NonNullable<DomainFacts['mxHosts'][string]['cname']>,
    host = 'mail.cinarmakina.example',
  ) => hosts([`10 ${host}`], { mxHosts: { [host]: { cname: lookup } } })[0];
  test('is what its target is, where its own name says nothing', () => {
    expect(aliased(target('cinarmakina-example.mail.protection.outlook.com'))).toMatchObject({
      is: 'mailbox',
      provider: { id: 'M365' },
      viaCname: true,
      host: 'mail.cinarmakina.example',
      by: 'cinarmakina-example.mail.protection.outlook.com',
    });
  });
  test('is what its own name is, where that says something', () => {
    expect(aliased(target('mail.birbaskasi.example'), 'mx.yandex.net')).toMatchObject({
      is: 'mailbox',
      provider: { id: 'Yandex' },
      viaCname: false,
      by: 'mx.yandex.net',
    });
  });
  test('stays what it is when the target says nothing either', () => {
    expect(aliased(target('sunucu.cinarmakina.example'))).toMatchObject({ is: 'own', viaCname: false });
  });
  test('stays what it is when there is no alias, or no answer', () => {
    expect([says(aliased(NODATA)), says(aliased(TIMEOUT))]).toEqual(['own', 'own']);
  });
});

test('every host is classified, in the order of the records, each with its preference', () => {
  expect(
    hosts(['5 mxa-00000001.gslb.pphosted.com', '10 aspmx.l.google.com', '20 mail.cinarmakina.example']).map(
      (host) => `${host.preference} ${says(host)}`,
    ),
  ).toEqual(['5 gateway proofpoint', '10 mailbox Google', '20 own']);
});

describe('a host is the domain’s own', () => {
  test.each([
    ['mail.cinarmakina.com.tr', 'cinarmakina.com.tr', true],
    ['mail.cinarmakina.com.tr', 'posta.cinarmakina.com.tr', true],
    ['mail.baskasi.com.tr', 'cinarmakina.com.tr', false],
    ['cinarmakina.com', 'cinarmakina.com.tr', false],
    ['mail.sirket.github.io', 'baska.github.io', false],
  ])('%s of %s: %s', (host, domain, expected) => {
    expect(isOwn(host, domain)).toBe(expected);
  });
  test('never by a public suffix', () => {
    expect(isOwn('mail.birsey.com.tr', 'com.tr')).toBe(false);
  });
});

test.each([
  ['mail.cinarmakina.com.tr', 'cinarmakina.com.tr'],
  ['com.tr', null],
  ['192.0.2.1', null],
  ['', null],
])('the registrable domain of %j is %j', (name, expected) => {
  expect(registrableOf(name)).toBe(expected);
});

test('the evidence of a host shows the record as found, and an alias with its target', () => {
  const [named] = hosts(['10 aspmx.l.google.com']);
  const [aliased] = hosts(['10 mail.cinarmakina.example'], {
    mxHosts: { 'mail.cinarmakina.example': { cname: target('aspmx.l.google.com') } },
  });
  expect([named, aliased].map((host) => host && mxEvidence(host, 'Google Workspace'))).toEqual([
    { record: 'MX', value: '10 aspmx.l.google.com', shows: 'Google Workspace' },
    {
      record: 'MX CNAME',
      value: 'mail.cinarmakina.example -> aspmx.l.google.com',
      shows: 'Google Workspace',
    },
  ]);
});
