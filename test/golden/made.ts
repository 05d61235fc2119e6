/**
 * The hand-made cases of the golden set: one spoiled world each, named after what is special about it. The facts files
 * are what is assessed; this script writes facts/made.json, and a test holds the two together.
 *
 *   node test/golden/made.ts
 */
import { fileURLToPath } from 'node:url';
import type { DomainFacts, Registration } from '#core/facts.ts';
import {
  absent,
  bareFacts,
  domainFacts,
  found,
  ip,
  key,
  mx,
  NODATA,
  noKey,
  noKeys,
  NXDOMAIN,
  RSA_1024,
  RSA_512,
  REVOKED_KEY,
  target,
  TIMEOUT,
  txt,
  unanswered,
} from '#test/support/facts.ts';
import { writeFacts } from './files.ts';

/** Microsoft 365, in order, with one thing spoiled. */
const spoiled = (name: string, more: Partial<DomainFacts> = {}): DomainFacts =>
  domainFacts(`${name}.example`, more);
/** Mail on the given hosts, and nothing beside what is given. */
const bare = (name: string, records: string[], more: Partial<DomainFacts> = {}): DomainFacts =>
  bareFacts({ domain: `${name}.example`, mx: mx(...records), ...more });

const registered = (expires: string | null, more: Partial<Registration> = {}): Partial<DomainFacts> => ({
  registration: found({
    source: 'whois',
    server: 'whois.kayit.example',
    registrar: 'Kayıt Kuruluşu',
    created: '2012-05-01T00:00:00Z',
    expires,
    updated: null,
    nameservers: [],
    statuses: [],
    ...more,
  }),
});
const signed = (...selectors: string[]): Partial<DomainFacts> => ({
  dkim: { base: NODATA, selectors: selectors.map((selector) => key(selector)) },
});
/** SPF, DKIM and DMARC at reject, of whichever provider. */
const protectedBy = (spf: string, selector: string): Partial<DomainFacts> => ({
  txt: txt(spf),
  ...signed(selector),
  dmarc: txt('v=DMARC1; p=reject; rua=mailto:dmarc@rapor.example'),
});

export const MADE: readonly DomainFacts[] = [
  // no mail, or no answer
  bare('null-mx', ['0 .'], { txt: txt('v=spf1 -all'), dmarc: txt('v=DMARC1; p=reject') }),
  spoiled('mx-absent', { mx: NODATA }),
  bareFacts({
    domain: 'no-such-domain.example',
    mx: NXDOMAIN,
    txt: NXDOMAIN,
    ns: NXDOMAIN,
    registration: absent('NOT-FOUND'),
  }),
  // registered, and not delegated: a hold at the registry
  bareFacts({
    domain: 'registered-not-delegated.example',
    mx: NXDOMAIN,
    txt: NXDOMAIN,
    ns: NXDOMAIN,
    ...registered('2027-05-01T00:00:00Z', { statuses: ['client hold'] }),
  }),
  spoiled('all-in-order'),
  spoiled('mx-unanswered', { mx: TIMEOUT }),
  spoiled('txt-unanswered', { txt: unanswered('SERVFAIL') }),
  spoiled('dmarc-unanswered', { dmarc: TIMEOUT }),
  spoiled('dkim-unanswered', { dkim: { base: TIMEOUT, selectors: [] } }),
  spoiled('selector-unanswered', {
    dkim: { base: NODATA, selectors: [noKey('selector1'), { selector: 'selector2', txt: TIMEOUT }] },
  }),
  spoiled('include-unanswered', { spfTxt: { 'spf.protection.outlook.com': TIMEOUT } }),
  spoiled('ns-unanswered', { ns: unanswered('REFUSED') }),
  spoiled('registration-unanswered', { registration: unanswered('THROTTLED') }),
  spoiled('tenant-unanswered', { tenant: TIMEOUT }),
  spoiled('posture-unanswered', {
    mtaSts: TIMEOUT,
    tlsRpt: TIMEOUT,
    bimi: TIMEOUT,
    caa: TIMEOUT,
    dnssec: unanswered('UNSUPPORTED'),
  }),
  // the evidence that would show hybrid mail gave no answer: a server by name, less surely
  bare('evidence-unanswered', ['10 mail.evidence-unanswered.example'], {
    txt: txt('v=spf1 mx include:spf.protection.outlook.com -all', 'MS=ms10000002'),
    autodiscover: TIMEOUT,
    autodiscoverSrv: TIMEOUT,
  }),
  bare('mx-alias-unanswered', ['10 mail.mx-alias-unanswered.example'], {
    txt: txt('v=spf1 mx -all'),
    mxHosts: { 'mail.mx-alias-unanswered.example': { addresses: found(['192.0.2.40']), cname: TIMEOUT } },
  }),
  spoiled('all-unanswered', {
    mx: TIMEOUT,
    txt: TIMEOUT,
    dmarc: TIMEOUT,
    dkim: { base: TIMEOUT, selectors: [] },
    ns: TIMEOUT,
    spfTxt: {},
    registration: TIMEOUT,
    tenant: TIMEOUT,
  }),
  spoiled('offline', { mx: unanswered('OFFLINE'), txt: unanswered('OFFLINE'), dmarc: unanswered('OFFLINE') }),

  // Microsoft 365 in its forms
  spoiled('mx-microsoft-form', { mx: mx('0 mx-microsoft-form-example.a-v1.mx.microsoft') }),
  spoiled('m365-behind-proofpoint', {
    mx: mx('10 mxa-00000001.gslb.pphosted.com', '10 mxb-00000001.gslb.pphosted.com'),
    txt: txt(
      'v=spf1 include:spf-00000001.pphosted.com include:spf.protection.outlook.com -all',
      'MS=ms10000003',
    ),
    spfTxt: {
      'spf-00000001.pphosted.com': txt('v=spf1 ip4:192.0.2.0/24 ~all'),
      'spf.protection.outlook.com': txt('v=spf1 ip4:40.92.0.0/15 -all'),
    },
  }),
  bare('gateway-nothing-behind', ['10 mx01.hornetsecurity.com', '20 mx02.hornetsecurity.com'], {
    txt: txt('v=spf1 include:spf.hornetsecurity.com -all', 'google-site-verification=uydurma'),
    spfTxt: { 'spf.hornetsecurity.com': txt('v=spf1 ip4:192.0.2.0/24 -all') },
  }),
  bare('gateway-own-server-behind', ['10 mx1.hc0001-00.eu.iphmx.com'], {
    autodiscover: target('posta.gateway-own-server-behind.example'),
    txt: txt('v=spf1 mx -all'),
  }),
  bare('gateway-google-behind', ['10 eu-smtp-inbound-1.mimecast.com'], {
    ...protectedBy('v=spf1 include:eu._netblocks.mimecast.com include:_spf.google.com ~all', 'google'),
    spfTxt: {
      'eu._netblocks.mimecast.com': txt('v=spf1 ip4:192.0.2.0/24 -all'),
      '_spf.google.com': txt('v=spf1 ip4:198.51.100.0/24 ~all'),
    },
  }),
  spoiled('hybrid', {
    mx: mx('10 posta.hybrid.example'),
    txt: txt('v=spf1 ip4:192.0.2.10 include:spf.protection.outlook.com -all', 'MS=ms10000004'),
    mxHosts: { 'posta.hybrid.example': { addresses: found(['192.0.2.10']), cname: NODATA } },
  }),
  // an own MX, and no more than licences: not hybrid
  bare('own-mx-with-ms-verification', ['10 mail.own-mx-with-ms-verification.example'], {
    txt: txt('v=spf1 mx include:spf.protection.outlook.com -all', 'MS=ms10000005'),
    spfTxt: { 'spf.protection.outlook.com': txt('v=spf1 ip4:40.92.0.0/15 -all') },
    tenant: found({
      tenantId: '22222222-2222-4333-8444-555555555555',
      region: 'EU',
      realm: 'Managed',
      brand: null,
    }),
  }),
  spoiled('federated-tenant', {
    tenant: found({
      tenantId: '33333333-2222-4333-8444-555555555555',
      region: 'EU',
      realm: 'Federated',
      brand: 'Federe A.Ş.',
    }),
    txt: txt(
      'v=spf1 include:spf.protection.outlook.com -all',
      'MS=ms10000006',
      'atlassian-domain-verification=a',
      'docusign=b',
      'apple-domain-verification=c',
    ),
  }),
  spoiled('flattened-spf', {
    mx: mx('10 cluster1.eu.messagelabs.com'),
    txt: txt('v=spf1 ip4:40.92.0.0/15 ip4:40.107.0.0/16 ip4:104.47.0.0/17 -all'),
    spfTxt: {},
    dkim: { base: NXDOMAIN, selectors: [] },
    autodiscover: NXDOMAIN,
    tenant: TIMEOUT,
  }),
  spoiled('signs-without-tenant', {
    mx: mx('10 cluster1.eu.messagelabs.com'),
    tenant: absent('NOT-FOUND'),
  }),
  spoiled('mixed-google-and-m365', {
    mx: mx('1 smtp.google.com', '10 mixed-google-and-m365-example.mail.protection.outlook.com'),
  }),
  bare('mixed-google-and-yandex', ['1 smtp.google.com', '10 mx.yandex.net'], {
    txt: txt('v=spf1 include:_spf.google.com redirect=_spf.yandex.net'),
    spfTxt: {
      '_spf.google.com': txt('v=spf1 ip4:192.0.2.0/24 ~all'),
      '_spf.yandex.net': txt('v=spf1 ip4:198.51.100.0/24 ~all'),
    },
  }),
  bare('mx-alias-of-m365', ['10 mail.mx-alias-of-m365.example'], {
    mxHosts: {
      'mail.mx-alias-of-m365.example': {
        addresses: found(['192.0.2.50']),
        cname: target('mx-alias-of-m365-example.mail.protection.outlook.com'),
      },
    },
    txt: txt('v=spf1 include:spf.protection.outlook.com -all'),
    spfTxt: { 'spf.protection.outlook.com': txt('v=spf1 ip4:40.92.0.0/15 -all') },
  }),
  // names that only look like Microsoft's
  bare('impostor', ['10 mail.protection.outlook.com.impostor.example'], {
    autodiscover: target('autodiscover.outlook.com.impostor.example'),
  }),

  // SPF
  spoiled('spf-over-limit', {
    txt: txt(
      `v=spf1 ${[...'abcdefghijk'].map((letter) => `include:${letter}.gonderen.example`).join(' ')} -all`,
    ),
    spfTxt: {},
  }),
  spoiled('spf-permerror', { txt: txt('v=spf1 ip4:192.0.2.300 include:spf.protection.outlook.com -all') }),
  spoiled('spf-two-records', {
    txt: txt('v=spf1 mx -all', 'v=spf1 include:spf.protection.outlook.com -all'),
  }),
  spoiled('spf-include-gone', {
    txt: txt('v=spf1 include:spf.eski-firma.example include:spf.protection.outlook.com -all'),
    spfTxt: {
      'spf.eski-firma.example': NXDOMAIN,
      'spf.protection.outlook.com': txt('v=spf1 ip4:40.92.0.0/15 -all'),
    },
  }),
  spoiled('spf-pass-all', { txt: txt('v=spf1 include:spf.protection.outlook.com +all') }),
  spoiled('spf-macro', {
    txt: txt('v=spf1 include:%{i}._ip.%{h}._ehlo.%{d}._spf.vali.email ~all'),
    spfTxt: {},
  }),
  spoiled('spf-capitals', { txt: txt('V=SPF1 INCLUDE:SPF.PROTECTION.OUTLOOK.COM -ALL') }),
  spoiled('spf-four-includes', {
    txt: txt(
      'v=spf1 include:spf.protection.outlook.com include:a.gonderen.example include:b.gonderen.example include:c.gonderen.example -all',
    ),
    spfTxt: {
      'spf.protection.outlook.com': txt('v=spf1 ip4:40.92.0.0/15 -all'),
      'a.gonderen.example': txt('v=spf1 ip4:192.0.2.1 -all'),
      'b.gonderen.example': txt('v=spf1 ip4:192.0.2.2 -all'),
      'c.gonderen.example': txt('v=spf1 ip4:192.0.2.3 -all'),
    },
  }),

  // DMARC
  domainFacts('posta.dmarc-inherited.example', {
    dmarc: NXDOMAIN,
    dmarcOrganizational: {
      name: 'dmarc-inherited.example',
      txt: txt('v=DMARC1; p=reject; sp=quarantine; rua=mailto:dmarc@dmarc-inherited.example'),
    },
  }),
  domainFacts('posta.dmarc-parent-unanswered.example', {
    dmarc: NXDOMAIN,
    dmarcOrganizational: { name: 'dmarc-parent-unanswered.example', txt: TIMEOUT },
  }),
  spoiled('dmarc-test', { dmarc: txt('v=DMARC1; p=reject; t=y; rua=mailto:dmarc@rapor.example') }),
  spoiled('dmarc-pct-0', { dmarc: txt('v=DMARC1; p=reject; pct=0; rua=mailto:dmarc@rapor.example') }),
  spoiled('dmarc-two-records', { dmarc: txt('v=DMARC1; p=reject', 'v=DMARC1; p=none') }),
  spoiled('dmarc-permerror', { dmarc: txt('v=DMARC1; p=block') }),
  spoiled('dmarc-odd-order', { dmarc: txt('v=DMARC1; rua=mailto:dmarc@rapor.example; P=Quarantine') }),

  // DKIM
  spoiled('dkim-revoked', {
    dkim: {
      base: NODATA,
      selectors: [key('selector1', undefined, REVOKED_KEY), key('selector2', undefined, REVOKED_KEY)],
    },
  }),
  spoiled('dkim-weak-key', {
    dkim: {
      base: NODATA,
      selectors: [key('selector1', undefined, `v=DKIM1; p=${RSA_512}`), key('selector2')],
    },
  }),
  spoiled('dkim-1024', {
    dkim: { base: NODATA, selectors: [key('selector1', undefined, `v=DKIM1; p=${RSA_1024}`)] },
  }),
  spoiled('dkim-provider-selectors-missing', { dkim: noKeys('selector1', 'selector2') }),
  bare('dkim-unknown-at-google', ['1 smtp.google.com'], {
    txt: txt('v=spf1 include:_spf.google.com ~all'),
    spfTxt: { '_spf.google.com': txt('v=spf1 ip4:192.0.2.0/24 ~all') },
    dkim: noKeys('google', 'default', 'k1'),
    dmarc: txt('v=DMARC1; p=none; rua=mailto:dmarc@rapor.example'),
  }),

  // posture
  spoiled('mta-sts-testing', {
    mtaStsPolicy: found('version: STSv1\nmode: testing\nmx: *.mail.protection.outlook.com\nmax_age: 86400\n'),
    dnssec: found(false),
  }),
  spoiled('mta-sts-none', { mtaStsPolicy: found('version: STSv1\nmode: none\nmax_age: 86400\n') }),
  spoiled('posture-unreadable', {
    mtaStsPolicy: found('<html>Sayfa bulunamadı</html>'),
    tlsRpt: txt('v=TLSRPTv1;'),
    bimi: txt('v=BIMI1; l=http://www.posture-unreadable.example/logo.png'),
  }),

  // registration
  spoiled('expires-in-30-days', registered('2026-12-25T10:00:00Z')),
  spoiled('expires-in-10-days', registered('2026-12-05T10:00:00Z')),
  spoiled('expired', registered('2026-11-01T00:00:00Z', { statuses: ['redemption period'] })),
  spoiled('expiry-not-told', registered(null)),

  // every provider, well protected
  bare('google', ['1 smtp.google.com'], protectedBy('v=spf1 include:_spf.google.com ~all', 'google')),
  bare('google-with-microsoft-services', ['1 smtp.google.com'], {
    ...protectedBy('v=spf1 include:_spf.google.com ~all', 'google'),
    autodiscover: target('autodiscover.outlook.com'),
    lyncdiscover: target('webdir.online.lync.com'),
    enterpriseenrollment: target('enterpriseenrollment-s.manage.microsoft.com'),
    tenant: found({
      tenantId: '44444444-2222-4333-8444-555555555555',
      region: 'EU',
      realm: 'Managed',
      brand: null,
    }),
  }),
  bare('yandex', ['10 mx.yandex.net'], protectedBy('v=spf1 redirect=_spf.yandex.net', 'mail')),
  bare('zoho', ['10 mx.zoho.eu', '20 mx2.zoho.eu'], protectedBy('v=spf1 include:zohomail.eu ~all', 'zmail')),
  bare(
    'proton',
    ['10 mail.protonmail.ch'],
    protectedBy('v=spf1 include:_spf.protonmail.ch ~all', 'protonmail'),
  ),
  bare('icloud', ['10 mx01.mail.icloud.com'], protectedBy('v=spf1 include:icloud.com ~all', 'sig1')),
  bare(
    'fastmail',
    ['10 in1-smtp.messagingengine.com'],
    protectedBy('v=spf1 include:spf.messagingengine.com ~all', 'fm1'),
  ),
  bare(
    'amazon',
    ['10 inbound-smtp.eu-west-1.amazonaws.com'],
    protectedBy('v=spf1 include:amazonses.com ~all', 'default'),
  ),
  bare('sendgrid', ['10 mx.sendgrid.net'], protectedBy('v=spf1 include:sendgrid.net ~all', 's1')),
  bare(
    'mailgun',
    ['10 mxa.mailgun.org', '10 mxb.mailgun.org'],
    protectedBy('v=spf1 include:mailgun.org ~all', 'smtp'),
  ),
  bare('postmark', ['10 inbound.postmarkapp.com'], protectedBy('v=spf1 a -all', 'default')),

  // hosters and networks of Türkiye
  bare('natro', ['10 mail.natrohost.com'], { txt: txt('v=spf1 mx -all') }),
  bare('natro-weak', ['10 mail.kurumsaleposta.com'], {}),
  bare('turhost', ['10 mx01.trwww.com'], protectedBy('v=spf1 mx a -all', 'default')),
  bare('isimtescil', ['10 mx.isimtescil.net'], {
    txt: txt('v=spf1 mx ~all'),
    dmarc: txt('v=DMARC1; p=none'),
  }),
  bare('turkticaret', ['10 mail.turkticaret.net'], { txt: txt('v=spf1 mx ~all'), ...signed('default') }),
  bare('superonline', ['10 mail.superonline.net'], { txt: txt('v=spf1 mx ~all') }),
  bare('ttnet', ['10 mail.ttnet.net.tr'], {}),
  bare('odtu', ['10 mx.metu.edu.tr'], protectedBy('v=spf1 mx -all', 'default')),
  bare('own-server', ['10 mail.own-server.example'], protectedBy('v=spf1 mx -all', 'default')),
  bare('own-server-nothing-set-up', ['10 mail.own-server-nothing-set-up.example']),
  bare('own-server-at-natro', ['10 mail.own-server-at-natro.example'], {
    txt: txt('v=spf1 mx -all'),
    mxHosts: { 'mail.own-server-at-natro.example': { addresses: found(['192.0.2.60']), cname: NODATA } },
    ip: [
      ip('192.0.2.60', {
        host: 'mail.own-server-at-natro.example',
        asn: 34619,
        asnOrg: 'Cizgi Telekom',
        isp: 'Natro',
        country: 'TR',
        usageType: 'DCH',
      }),
    ],
  }),
  bare('foreign-server', ['10 mail.bilisimci.example'], { txt: txt('v=spf1 mx ~all') }),
  bare(
    'own-server-first-hoster-behind',
    ['10 mail.own-server-first-hoster-behind.example', '20 mail.natrohost.com'],
    {
      txt: txt('v=spf1 mx ~all'),
    },
  ),

  // further
  spoiled('proxy-address', {
    ip: [
      ip('192.0.2.25', {
        country: 'NL',
        isp: 'Example VPN',
        usageType: 'COM',
        isProxy: true,
        proxyType: 'VPN',
      }),
    ],
  }),
  domainFacts('xn--nar-1la48a.example'),
  domainFacts('posta.subdomain.example', {
    mx: mx('10 mail.subdomain.example'),
    autodiscover: NXDOMAIN,
    txt: txt('v=spf1 mx -all'),
    dkim: { base: NXDOMAIN, selectors: [] },
    tenant: absent('NOT-FOUND'),
    dmarcOrganizational: { name: 'subdomain.example', txt: NXDOMAIN },
    dmarc: NXDOMAIN,
  }),
  bare('mx-is-an-address', ['10 192.0.2.99']),
];

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFacts('made.json', MADE);
  process.stdout.write(`${MADE.length} domains made\n`);
}
