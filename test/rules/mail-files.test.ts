import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'tldts';
import { describe, expect, it } from 'vitest';
import { SuffixMap } from '#core/classify/suffix.ts';
import {
  ConsumerDomainsFile,
  DkimSelectorsFile,
  GatewaysFile,
  LocalProvidersFile,
  ProvidersFile,
} from '#core/rules/mail.ts';

const read = (url: URL): unknown => JSON.parse(readFileSync(url, 'utf8'));
const rules = (name: string) => read(new URL(`../../rules/${name}.json`, import.meta.url));

const { providers } = ProvidersFile.parse(rules('providers'));
const { gateways } = GatewaysFile.parse(rules('gateways'));
const { localProviders } = LocalProvidersFile.parse(rules('local-providers'));
const { groups } = ConsumerDomainsFile.parse(rules('consumer-domains'));
const { selectors } = DkimSelectorsFile.parse(rules('dkim-selectors'));

/** Every MX suffix of the three files with what it stands for, in words: "M365", "gateway cisco", "Natro". */
const mxSuffixes: [suffix: string, meaning: string][] = [
  ...providers.flatMap((p) => p.mx.map((s): [string, string] => [s, p.id])),
  ...gateways.flatMap((g) => g.mx.map((s): [string, string] => [s, `gateway ${g.id}`])),
  ...localProviders.flatMap((l) => l.mx.map((s): [string, string] => [s, l.name])),
];
const mx = new SuffixMap(mxSuffixes);
const meaningOf = (host: string) => mx.get(host)?.value;

/** The order of names and ids: accents dropped, lower case. */
const fold = (text: string) =>
  text.normalize('NFKD').replace(/\p{M}/gu, '').replaceAll('ı', 'i').toLowerCase();
const inOrder = (texts: string[], key = (text: string) => text) =>
  texts.toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));

/** Every list of suffixes in the files, by where it stands. */
const lists: [where: string, suffixes: string[]][] = [
  ...providers.flatMap((p): [string, string[]][] => [
    [`providers ${p.id} mx`, p.mx],
    [`providers ${p.id} spf`, p.spf],
    [`providers ${p.id} dkimCname`, p.dkimCname],
    [`providers ${p.id} autodiscover`, p.autodiscover],
  ]),
  ...gateways.flatMap((g): [string, string[]][] => [
    [`gateways ${g.id} mx`, g.mx],
    [`gateways ${g.id} spf`, g.spf],
  ]),
  ...localProviders.flatMap((l): [string, string[]][] => [
    [`local-providers ${l.name} mx`, l.mx],
    [`local-providers ${l.name} ns`, l.ns],
    [`local-providers ${l.name} ptr`, l.ptr],
  ]),
  ...groups.map((g): [string, string[]] => [`consumer-domains ${g.operator}`, g.domains]),
];

describe('the mail rule files are well formed', () => {
  it('name every provider the product knows', () => {
    const kinds = Object.fromEntries(providers.map((p) => [p.id, p.kind]));
    expect(kinds).toMatchObject({
      M365: 'mailbox',
      Google: 'mailbox',
      Yandex: 'mailbox',
      Zoho: 'mailbox',
      Amazon: 'sender',
      SendGrid: 'sender',
      Mailgun: 'sender',
      Hosting: 'server',
      Local: 'server',
      Unknown: 'none',
    });
  });

  it.each([
    ['providers', providers.map((p) => p.id)],
    ['gateways', gateways.map((g) => g.id)],
    ['local-providers', localProviders.map((l) => l.name)],
    ['consumer-domains', groups.map((g) => g.operator)],
  ])('%s: sorted by name, no name twice', (_file, names) => {
    expect(names).toEqual(inOrder(names, fold));
    expect(new Set(names.map(fold)).size).toBe(names.length);
  });

  it('every list of suffixes is sorted, without doubles', () => {
    for (const [where, suffixes] of lists) expect(suffixes, where).toEqual(inOrder([...new Set(suffixes)]));
  });

  it('no suffix is a whole public suffix', () => {
    for (const [where, suffixes] of lists)
      for (const suffix of suffixes) expect(parse(suffix).domain, `${where}: ${suffix}`).not.toBeNull();
  });

  it('no MX suffix stands twice in providers, gateways and local-providers', () => {
    const seen = mxSuffixes.map(([suffix]) => suffix);
    expect(seen.filter((suffix, i) => seen.indexOf(suffix) !== i)).toEqual([]);
  });

  it.each([
    ['SPF', [...providers.map((p) => [p.id, p.spf]), ...gateways.map((g) => [g.id, g.spf])]],
    ['DKIM', providers.map((p) => [p.id, p.dkimCname])],
    ['autodiscover', providers.map((p) => [p.id, p.autodiscover])],
    ['TXT', providers.map((p) => [p.id, p.txtPrefix])],
    ['name server', localProviders.map((l) => [l.name, l.ns])],
    ['PTR', localProviders.map((l) => [l.name, l.ptr])],
    ['AS number', localProviders.map((l) => [l.name, l.asn.map(String)])],
    ['consumer domain', groups.map((g) => [g.operator, g.domains])],
  ] as [string, [string, string[]][]][])('no %s stands for two', (_what, entries) => {
    const owners = new Map<string, string>();
    for (const [owner, values] of entries)
      for (const value of values) {
        expect(owners.get(value) ?? owner, value).toBe(owner);
        owners.set(value, owner);
      }
  });

  it('Hosting, Local and Unknown have no hosts of their own', () => {
    for (const p of providers.filter((p) => p.kind === 'server' || p.kind === 'none'))
      expect([p.mx, p.spf, p.dkimCname, p.autodiscover, p.txtPrefix].flat(), p.id).toEqual([]);
  });

  it('a sender is known by its MX alone: its SPF and DKIM show who sends, not where mailboxes are', () => {
    for (const p of providers.filter((p) => p.kind === 'sender')) {
      expect(p.mx.length, p.id).toBeGreaterThan(0);
      expect([p.spf, p.dkimCname, p.autodiscover, p.txtPrefix].flat(), p.id).toEqual([]);
    }
  });

  it('a complete list of selectors is not empty', () => {
    for (const p of providers.filter((p) => p.dkimSelectorsComplete))
      expect(p.dkimSelectors.length, p.id).toBeGreaterThan(0);
  });

  it('a Google site verification is no evidence of Workspace', () => {
    expect(providers.find((p) => p.id === 'Google')?.txtPrefix).toEqual([]);
  });

  it('every local provider can be recognised by something', () => {
    for (const l of localProviders) expect([...l.mx, ...l.ns, ...l.ptr, ...l.asn], l.name).not.toEqual([]);
  });

  it('the common DKIM selectors begin as the specification says, and stay few', () => {
    const names = selectors.map((s) => s.selector);
    expect(names.slice(0, 10)).toEqual([
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
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeLessThanOrEqual(24);
  });

  it('the consumer hosts of the earlier system and those it lacked are there', () => {
    const domains = new Set(groups.flatMap((g) => g.domains));
    for (const domain of [
      'gmail.com',
      'googlemail.com',
      'outlook.com',
      'outlook.com.tr',
      'hotmail.com',
      'hotmail.com.tr',
      'live.com',
      'msn.com',
      'windowslive.com',
      'yahoo.com',
      'yahoo.com.tr',
      'icloud.com',
      'proton.me',
      'zoho.com',
      'mail.com',
      'gmx.de',
      'web.de',
      'yandex.com.tr',
      'mail.ru',
      'mynet.com',
      'superonline.com',
      'ttmail.com',
      'e-kolay.net',
    ])
      expect(domains, domain).toContain(domain);
    for (const company of ['microsoft.com', 'google.com', 'turkcell.com.tr', 'natro.com'])
      expect(domains, company).not.toContain(company);
  });
});

describe('real MX hosts', () => {
  it.each([
    // mailbox clouds
    ['contoso-com.mail.protection.outlook.com', 'M365'],
    ['contoso-com.o-v1.mx.microsoft', 'M365'],
    ['outlook-com.olc.protection.outlook.com', 'M365'],
    ['contoso-com.mail.eo.outlook.com', 'M365'],
    ['contoso-com.mail.protection.office365.us', 'M365'],
    ['contoso-cn.mail.protection.partner.outlook.cn', 'M365'],
    ['42f865ff81e34ba013252d32fb2883.pamx1.hotmail.com', 'M365'],
    ['ms52146927.msv1.invalid', 'M365'],
    ['aspmx.l.google.com', 'Google'],
    ['alt4.aspmx.l.google.com', 'Google'],
    ['aspmx2.googlemail.com', 'Google'],
    ['smtp.google.com', 'Google'],
    ['gmail-smtp-in.l.google.com', 'Google'],
    ['contoso.com.s9a1.psmtp.com', 'Google'],
    ['xo5kn3.mx-verification.google.com', 'Google'],
    ['mx.yandex.net', 'Yandex'],
    ['mx.yandex.ru', 'Yandex'],
    ['mx.zoho.com', 'Zoho'],
    ['mx2.zoho.eu', 'Zoho'],
    ['mx3.zoho.in', 'Zoho'],
    ['mx.zoho.com.au', 'Zoho'],
    ['mx.zohocloud.ca', 'Zoho'],
    ['mx.zoho.sa', 'Zoho'],
    ['mail.protonmail.ch', 'Proton'],
    ['mailsec.protonmail.ch', 'Proton'],
    ['mx01.mail.icloud.com', 'ICloud'],
    ['in1-smtp.messagingengine.com', 'Fastmail'],
    ['mail.tutanota.de', 'Tuta'],
    ['mxext1.mailbox.org', 'MailboxOrg'],
    ['aspmx1.migadu.com', 'Migadu'],
    ['mailserver.purelymail.com', 'Purelymail'],
    ['mx1.titan.email', 'Titan'],
    ['mx1.emailsrvr.com', 'Rackspace'],
    ['emx.mail.ru', 'MailRu'],
    ['mxbiz1.qq.com', 'Tencent'],
    ['qiye163mx01.mxmail.netease.com', 'NetEase'],
    ['mxn.mxhichina.com', 'Aliyun'],
    ['mx1.larksuite.com', 'Lark'],
    ['mta-gw.infomaniak.ch', 'Infomaniak'],
    ['mxpool.infomaniak.com', 'Infomaniak'],
    ['work-mx.app.hey.com', 'HEY'],
    ['mx.soverin.net', 'Soverin'],
    ['fusion.mxrouting.net', 'MXroute'],
    ['cmx.yaanimail.com', 'Yaani'],
    ['mx-biz.mail.am0.yahoodns.net', 'Yahoo'],
    ['d6e7a7cf4aef5fca.mx1.emailprofi.seznam.cz', 'Seznam'],
    ['mx.rmmanitou.ca.cust.hostedemail.com', 'OpenSRS'],
    // senders that receive
    ['inbound-smtp.eu-west-1.amazonaws.com', 'Amazon'],
    ['feedback-smtp.us-east-1.amazonses.com', 'Amazon'],
    ['mx.sendgrid.net', 'SendGrid'],
    ['mxa.mailgun.org', 'Mailgun'],
    ['mxb.eu.mailgun.org', 'Mailgun'],
    ['inbound.postmarkapp.com', 'Postmark'],
    // gateways
    ['mx0a-0094e901.gslb.pphosted.com', 'gateway proofpoint'],
    ['mx1-eu1.ppe-hosted.com', 'gateway proofpoint'],
    ['eu-smtp-inbound-1.mimecast.com', 'gateway mimecast'],
    ['za-smtp-inbound-1.mimecast.co.za', 'gateway mimecast'],
    ['d20147a.ess.barracudanetworks.com', 'gateway barracuda'],
    ['mx1.hc1656-87.eu.iphmx.com', 'gateway cisco'],
    ['contoso.in.tmes.trendmicro.eu', 'gateway trendmicro'],
    ['contoso.in.hes.trendmicro.com', 'gateway trendmicro'],
    ['contoso.in.tmes-anz.trendmicro.com', 'gateway trendmicro'],
    ['mx-01-eu-central-1.prod.hydra.sophos.com', 'gateway sophos'],
    ['contoso.asp.reflexion.net', 'gateway sophos'],
    ['mx01.hornetsecurity.com', 'gateway hornetsecurity'],
    ['mx23a.antispameurope.com', 'gateway hornetsecurity'],
    ['vade-mx-fr01.hornetsecurity.com', 'gateway hornetsecurity'],
    ['cust61185-1-in.mailcontrol.com', 'gateway forcepoint'],
    ['cluster1.eu.messagelabs.com', 'gateway symantec'],
    ['contoso-com-1.fortimailcloud.com', 'gateway fortimail'],
    ['gw17124.fortimail.com', 'gateway fortimail'],
    ['contoso-ch.gate.seppmail.cloud', 'gateway seppmail'],
    ['contoso.mx1.cloud.vadesecure.com', 'gateway vade'],
    ['mx1.topsec.com', 'gateway topsec'],
    ['filter8674.zerospam.ca', 'gateway zerospam'],
    ['mx.spamexperts.com', 'gateway spamexperts'],
    ['lastmx.spamexperts.net', 'gateway spamexperts'],
    ['filter10.antispamcloud.com', 'gateway spamexperts'],
    ['mx1.mtaroutes.com', 'gateway spamexperts'],
    ['route1.mx.cloudflare.net', 'gateway cloudflare'],
    ['mailstream-west.mxrecord.io', 'gateway cloudflare'],
    ['mx-in02.eu.retarus.com', 'gateway retarus'],
    ['contoso-com.inbound.emailservice.io', 'gateway mailprotector'],
    ['contoso.com.1.arsmtp.com', 'gateway appriver'],
    ['cetix-mx1.titanhq.com', 'gateway titanhq'],
    ['contoso.com.mail1.mxlogic.net', 'gateway mxlogic'],
    ['primary.us.email.fireeyecloud.com', 'gateway fireeye'],
    ['se.mx3.mailanyone.net', 'gateway vipre'],
    ['uninett-no.mx1.staysecuregroup.com', 'gateway comendo'],
    ['mxg.eu.mpssec.net', 'gateway anubisnetworks'],
    ['contoso.mail.cloud.nospamproxy.com', 'gateway nospamproxy'],
    ['mxtls.expurgate.de', 'gateway cyren'],
    ['cg78.mailinblack.com', 'gateway mailinblack'],
    ['mx1-eu.emailsecurity.app', 'gateway mesh'],
    ['brittnau1.cleanmail.ch', 'gateway cleanmail'],
    ['mx.mymailwall.com', 'gateway ikarus'],
    ['mx1.improvmx.com', 'gateway improvmx'],
    ['mx1.forwardemail.net', 'gateway forwardemail'],
    ['correolimpio.telefonica.es', 'gateway telefonica'],
    // Türkiye
    ['mx-in01.natrohost.com', 'Natro'],
    ['mail.kurumsaleposta.com', 'Natro'],
    ['srvm16.trwww.com', 'Turhost'],
    ['mail.turkhost.com.tr', 'TürkHost'],
    ['mail.isimtescil.net', 'İsimtescil'],
    ['mail.guzel.net.tr', 'Güzel Hosting'],
    ['bree.guzelhosting.com', 'Güzel Hosting'],
    ['smtp.turkticaret.net', 'TürkTicaret.Net'],
    ['smail04.doruk.net.tr', 'Doruknet'],
    ['eposta.ni.net.tr', 'Netinternet'],
    ['ns1.ihsdnsx51.com', 'İHS Telekom'],
    ['limos.alastyr.com', 'Alastyr'],
    ['mx01.vargonen.net', 'Vargonen'],
    ['mail.veridyen.com', 'Veridyen'],
    ['mail.superonline.net', 'Turkcell Superonline'],
    ['mail.ttnet.net.tr', 'TTNET'],
    ['mail.turk.net', 'TurkNet'],
    ['posta.muhtar.gov.tr', 'İçişleri Bakanlığı'],
    ['mail.metu.edu.tr', 'ODTÜ'],
    ['mail.bilkent.edu.tr', 'Bilkent'],
    ['mail.ku.edu.tr', 'Koç Üniversitesi'],
    // elsewhere
    ['smtp.secureserver.net', 'GoDaddy'],
    ['mailstore1.europe.secureserver.net', 'GoDaddy'],
    ['mx01.ionos.de', 'IONOS'],
    ['mx01.kundenserver.de', 'IONOS'],
    ['smtpin.rzone.de', 'Strato'],
    ['mx1.mail.ovh.net', 'OVHcloud'],
    ['mx1.hostinger.com', 'Hostinger'],
    ['mx1.privateemail.com', 'Namecheap'],
    ['mx3-hosting.jellyfish.systems', 'Namecheap'],
    ['www346.your-server.de', 'Hetzner'],
    ['w01ea267.kasserver.com', 'All-Inkl'],
    ['spool.mail.gandi.net', 'Gandi'],
    ['mx1.pub.mailpod1-cph3.one.com', 'one.com'],
    ['mx30.antispam.mailspamprotection.com', 'SiteGround'],
    ['mx.transip.email', 'TransIP'],
    ['mx.mailprotect.be', 'Combell'],
    ['mx.aruba.it', 'Aruba'],
    ['mx.serviciodecorreo.es', 'Arsys'],
    ['mx.jk.locaweb.com.br', 'Locaweb'],
    ['mx004.uolhost.xion.oxcs.net', 'UOL Host'],
    ['mx1.beget.com', 'Beget'],
    ['mail65.onamae.ne.jp', 'Onamae.com'],
    ['mx1.mail.hostpoint.ch', 'Hostpoint'],
  ])('%s is %s', (host, meaning) => {
    expect(meaningOf(host)).toBe(meaning);
  });
});

describe('W8: hosts that only look alike', () => {
  it.each([
    'google.com.evil.org',
    'aspmx.l.google.com.evil.org',
    'mail.outlook.com.evil.net',
    'contoso-com.mail.protection.outlook.com.evil.net',
    'notoutlook.com',
    'mx.microsoft.com',
    'mxmicrosoft.net',
    'fakegooglemail.com',
    'google.com',
    'mail.google.com.tr',
    'mx.yandex.net.example.com',
    'notyandex.ru',
    'myzoho.com',
    'zoho.com.phish.example',
    'foodns.com',
    'dns.com',
    'ns1.foodns.com.tr',
    'mku.edu.tr',
    'mail.mku.edu.tr',
    'haku.edu.tr',
    'unic.tr',
    'mypphosted.com',
    'pphosted.com.example.org',
    'notmimecast.com',
    'mimecast.com.example.org',
    'mxcloudflare.net',
    'ec2-3-120-0-1.eu-central-1.compute.amazonaws.com',
    'inbound-smtp.eu-west-1.amazonaws.com.evil.org',
    'mysecureserver.net',
    'natro.com.example.org',
    'supernatro.com',
    'mail.bestturhost.com',
    'invit.com.tr',
    'mail.davit.com.tr',
    'mail.com.tr',
    'gov.tr',
    'ovh.net.example.com',
    'outlook.com-mail.example',
  ])('%s is nobody known', (host) => {
    expect(meaningOf(host)).toBeUndefined();
  });
});

/** Measured DNS of public bodies, when it lies next to the checkout; nothing needs it. */
const data = new URL('../../../shared/data/', import.meta.url);
describe.skipIf(!existsSync(data))('against measured data', () => {
  type Measured = {
    domain: string;
    mx: string[];
    mx_cnames: Record<string, string> | null;
    mx_class: string;
  };
  const names: Record<string, string> = {
    microsoft: 'M365',
    google: 'Google',
    'gateway:hornet': 'gateway hornetsecurity',
  };

  it('every Microsoft, Google and gateway MX is recognised', () => {
    const missed = (read(new URL('mail-evidence-raw.json', data)) as Measured[])
      .filter((m) => m.mx_class !== 'other' && m.mx_class !== 'none')
      .filter((m) => {
        const expected = names[m.mx_class] ?? m.mx_class.replace(':', ' ');
        return ![...m.mx, ...Object.values(m.mx_cnames ?? {})].some((host) => meaningOf(host) === expected);
      })
      .map((m) => `${m.domain}: ${m.mx.join(' ')}`);
    expect(missed).toEqual([]);
  });

  it('every gateway of the second set is recognised', () => {
    type Labelled = { domain: string; mx: string[]; gateway: string | null };
    const missed = (read(new URL('mail-provider-labelled.json', data)) as Labelled[])
      .filter((m) => m.gateway !== null && !m.mx.some((host) => meaningOf(host) === `gateway ${m.gateway}`))
      .map((m) => `${m.domain}: ${m.mx.join(' ')}`);
    expect(missed).toEqual([]);
  });
});
