import { describe, expect, test } from 'vitest';
import type { WorkloadVerdict } from '#core/assessment.ts';
import { classifyMail } from '#core/classify/mail.ts';
import { workloads } from '#core/classify/workloads.ts';
import type { DomainFacts } from '#core/facts.ts';
import { spfStructure } from '#core/records/spf-structure.ts';
import {
  absent,
  bareFacts,
  domainFacts,
  found,
  mx,
  NODATA,
  NXDOMAIN,
  target,
  TIMEOUT,
  txt,
} from '#test/support/facts.ts';
import { shippedRules } from '#test/support/rules.ts';

const { mail: rules } = shippedRules();
function shownBy(facts: DomainFacts): WorkloadVerdict[] {
  const spf = spfStructure(facts.domain, facts.txt, facts.spfTxt);
  return workloads(facts, spf, classifyMail(facts, spf, rules), rules);
}

describe('a Microsoft 365 service shows in a public record', () => {
  test.each<[string, Partial<DomainFacts>, WorkloadVerdict]>([
    [
      'Exchange Online by the MX',
      { mx: mx('0 cinarmakina-example.mail.protection.outlook.com') },
      {
        workload: 'exchange-online',
        confidence: 0.98,
        because: [
          {
            record: 'MX',
            value: '0 cinarmakina-example.mail.protection.outlook.com',
            shows: 'Microsoft 365',
          },
        ],
      },
    ],
    [
      'Exchange Online behind a gateway, as sure as the verdict is',
      {
        mx: mx('10 mxa-00000001.gslb.pphosted.com'),
        txt: txt('v=spf1 include:spf.protection.outlook.com -all'),
      },
      {
        workload: 'exchange-online',
        confidence: 0.92,
        because: [
          { record: 'MX', value: '10 mxa-00000001.gslb.pphosted.com', shows: 'Proofpoint' },
          { record: 'SPF', value: 'spf.protection.outlook.com', shows: 'Microsoft 365' },
        ],
      },
    ],
    [
      'Teams by lyncdiscover',
      { lyncdiscover: target('webdir.online.lync.com') },
      {
        workload: 'teams',
        confidence: 0.8,
        because: [{ record: 'CNAME lyncdiscover', value: 'webdir.online.lync.com', shows: 'teams' }],
      },
    ],
    [
      'Teams by sip',
      { sip: target('sipdir.online.lync.com') },
      {
        workload: 'teams',
        confidence: 0.8,
        because: [{ record: 'CNAME sip', value: 'sipdir.online.lync.com', shows: 'teams' }],
      },
    ],
    [
      'Intune by enterpriseenrollment',
      { enterpriseenrollment: target('enterpriseenrollment-s.manage.microsoft.com') },
      {
        workload: 'intune',
        confidence: 0.85,
        because: [
          {
            record: 'CNAME enterpriseenrollment',
            value: 'enterpriseenrollment-s.manage.microsoft.com',
            shows: 'intune',
          },
        ],
      },
    ],
    [
      'Entra ID by enterpriseregistration',
      { enterpriseregistration: target('enterpriseregistration.windows.net') },
      {
        workload: 'entra-id',
        confidence: 0.85,
        because: [
          {
            record: 'CNAME enterpriseregistration',
            value: 'enterpriseregistration.windows.net',
            shows: 'entra-id',
          },
        ],
      },
    ],
    [
      'Entra ID by msoid',
      { msoid: target('clientconfig.microsoftonline-p.net') },
      {
        workload: 'entra-id',
        confidence: 0.8,
        because: [{ record: 'CNAME msoid', value: 'clientconfig.microsoftonline-p.net', shows: 'entra-id' }],
      },
    ],
    [
      'Entra ID by a verified domain',
      { txt: txt('MS=ms12345678') },
      {
        workload: 'entra-id',
        confidence: 0.7,
        because: [{ record: 'TXT', value: 'MS=ms12345678', shows: 'entra-id' }],
      },
    ],
    [
      'Entra ID by the tenant',
      { tenant: found({ tenantId: 'a1', region: 'EU', realm: 'Managed', brand: null }) },
      {
        workload: 'entra-id',
        confidence: 0.95,
        because: [{ record: 'Entra', value: 'a1', shows: 'entra-id' }],
      },
    ],
    [
      'SharePoint by an SPF include',
      { txt: txt('v=spf1 include:sharepointonline.com -all') },
      {
        workload: 'sharepoint',
        confidence: 0.8,
        because: [{ record: 'SPF', value: 'sharepointonline.com', shows: 'sharepoint' }],
      },
    ],
  ])('%s', (_, facts, expected) => {
    expect(shownBy(bareFacts(facts))).toEqual([expected]);
  });
});

describe('what no record shows is not claimed', () => {
  test.each<[string, Partial<DomainFacts>]>([
    ['nothing asked for was there', {}],
    [
      'nothing asked for was answered',
      {
        txt: TIMEOUT,
        lyncdiscover: TIMEOUT,
        sip: TIMEOUT,
        enterpriseenrollment: TIMEOUT,
        enterpriseregistration: TIMEOUT,
        msoid: TIMEOUT,
        tenant: TIMEOUT,
      },
    ],
    ['a Skype server of the company’s own', { lyncdiscover: target('lync.cinarmakina.example') }],
    ['an enrolment server of another maker', { enterpriseenrollment: target('kayit.mdm.example') }],
    ['an impostor', { enterpriseregistration: target('enterpriseregistration.windows.net.evil.example') }],
    ['a label that ends like the suffix', { lyncdiscover: target('webdir.online.notlync.com') }],
    ['a verification of another kind', { txt: txt('MS=E0A1B2C3') }],
    ['a tenant that is not there', { tenant: absent('NOT-FOUND') }],
    ['an MX at Google', { mx: mx('1 smtp.google.com') }],
    ['a domain without mail', { mx: NXDOMAIN }],
  ])('%s', (_, facts) => {
    expect(shownBy(bareFacts(facts))).toEqual([]);
  });
  test('Defender for Office 365 has no record of its own, so that it is never claimed from DNS', () => {
    expect(shownBy(domainFacts()).map(({ workload }) => workload)).not.toContain('defender-office-365');
  });
});

test('each service is told once, with all that shows it, as sure as the surest of them', () => {
  expect(
    shownBy(
      bareFacts({
        lyncdiscover: target('webdir.online.lync.com'),
        sip: target('sipdir.online.lync.com'),
        txt: txt('MS=ms12345678'),
        tenant: found({ tenantId: 'a1', region: 'EU', realm: 'Managed', brand: null }),
      }),
    ).map(({ workload, confidence, because }) => [workload, confidence, because.map(({ record }) => record)]),
  ).toEqual([
    ['teams', 0.8, ['CNAME lyncdiscover', 'CNAME sip']],
    ['entra-id', 0.95, ['TXT', 'Entra']],
  ]);
});

test('services of a company whose mail is elsewhere are told, without Exchange Online', () => {
  expect(
    shownBy(
      bareFacts({
        mx: mx('1 smtp.google.com'),
        lyncdiscover: target('webdir.online.lync.com'),
        enterpriseenrollment: target('enterpriseenrollment.manage.microsoft.com'),
        msoid: NODATA,
      }),
    ).map(({ workload }) => workload),
  ).toEqual(['teams', 'intune']);
});
