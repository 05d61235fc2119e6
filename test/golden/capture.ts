/**
 * Captures of the golden set: real mail evidence (../shared/data, by mxmap.it and mxmap, MIT), disguised, served by the
 * DNS double and looked up by the real look-up. What is written names no real domain: see README.md.
 *
 *   node test/golden/capture.ts
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasSuffix } from '#core/classify/suffix.ts';
import { registrableOf } from '#core/classify/mx-hosts.ts';
import { absent, found, type DomainFacts, type Lookup, type Tenant } from '#core/facts.ts';
import { lookUpDomain } from '#service/lookup/domain.ts';
import { sleep } from '#service/lookup/limit.ts';
import { createNodeResolver } from '#service/lookup/resolver.ts';
import type { Zone } from '#test/doubles/dns.ts';
import { startDnsChild } from '#test/support/dns-child.ts';
import { evidenceTenants, evidenceZone, type EvidenceEntry } from '#test/support/evidence-zone.ts';
import { shippedRules } from '#test/support/rules.ts';
import { writeFacts } from './files.ts';

/** Which entries, under which invented name. */
const PICKS: Readonly<Record<string, string>> = {
  // Microsoft 365 by its MX
  'mx-05012': 'akasya-mobilya',
  'mx-05837': 'badem-gida',
  'mx-04225': 'ceviz-tekstil',
  'mx-00801': 'defne-lojistik',
  'mx-02855': 'erguvan-yapi',
  'mx-03999': 'findik-tarim',
  'mx-03085': 'gurgen-orman',
  'mx-05453': 'hanimeli-kozmetik',
  'mx-05465': 'igde-makina',
  'mx-05414': 'kavak-enerji',
  'mx-05579': 'ladin-insaat',
  // Microsoft 365 beside others
  'mx-03013': 'mazi-kimya',
  'mx-05394': 'nar-icecek',
  'mx-05681': 'okaliptus-saglik',
  'mx-05288': 'palmiye-turizm',
  'mx-03665': 'reyhan-perakende',
  'mx-03679': 'sedir-kablo',
  'mx-00853': 'turunc-ambalaj',
  'mx-03856': 'uvez-dokum',
  // gateways
  'mx-01544': 'visne-otomotiv',
  'mx-00701': 'yasemin-sigorta',
  'mx-04027': 'zeytin-yag',
  'mx-05589': 'ardic-holding',
  'mx-05733': 'begonya-tasarim',
  'mx-04851': 'cam-seramik',
  'mx-02763': 'dut-ipek',
  'mx-03561': 'elma-soguk-hava',
  'mx-04213': 'funda-bahce',
  'mx-00404': 'gelincik-kirtasiye',
  'mx-02579': 'huner-baski',
  'mx-04749': 'ihlamur-ilac',
  'mx-04871': 'kestane-finans',
  'mx-03735': 'lale-hali',
  'mx-00898': 'mese-parke',
  'mx-00453': 'nergis-yazilim',
  'mx-02513': 'orkide-catering',
  'mx-02828': 'papatya-temizlik',
  'mx-05840': 'sardunya-nakliyat',
  'mx-04882': 'sumbul-denizcilik',
  'mx-05530': 'tarcin-baharat',
  'mx-04778': 'vanilya-pastane',
  'mx-06219': 'yonca-sut',
  'mx-01681': 'zambak-cam',
  'mx-03423': 'karanfil-demir',
  'mx-04801': 'menekse-vakif',
  // own, foreign and hosted machines, with and without Microsoft 365 behind them
  'mx-05423': 'armut-lastik',
  'mx-02048': 'ayva-elektrik',
  'mx-04110': 'cilek-tekne',
  'mx-03678': 'dereotu-market',
  'mx-05248': 'enginar-konserve',
  'mx-01278': 'feslegen-kagit',
  'mx-01087': 'greyfurt-medya',
  'mx-03376': 'hurma-ithalat',
  'mx-01739': 'incir-nakis',
  'mx-01317': 'kayisi-kurutma',
  'mx-05189': 'limon-lojman',
  'mx-02707': 'muz-sera',
  // other mailbox clouds and senders, and none
  'mx-02365': 'nohut-bakliyat',
  'mx-06240': 'pirinc-degirmen',
  'mx-05655': 'roka-restoran',
  'mx-04976': 'susam-firin',
  'prov-1844': 'seftali-suyu',
  'prov-1290': 'uzum-baglari',
};

/** Services whose host names stay as they are, beside those that the rule files know. */
const SERVICES = [
  'cpanel.net',
  'dmarcla.com',
  'mailgun.org',
  'mandrillapp.com',
  'mcsv.net',
  'sendgrid.net',
  'sendinblue.com',
  'vali.email',
  'autospf.email',
  'lync.com',
  'windows.net',
  'microsoftonline.com',
];
/** Platforms below which the first label is the customer. */
const NAMED_AFTER_CUSTOMER = [
  'mail.protection.outlook.com',
  'mx.microsoft',
  'gate.seppmail.cloud',
  'in.tmes.trendmicro.eu',
  'fortimailcloud.com',
];
/** What the data does not hold, made up in turn: DMARC. */
const DMARC = [
  (domain: string) => `v=DMARC1; p=none; rua=mailto:dmarc@${domain}`,
  () => null,
  (domain: string) => `v=DMARC1; p=quarantine; rua=mailto:dmarc@${domain}`,
  () => null,
  (domain: string) => `v=DMARC1; p=reject; sp=reject; rua=mailto:dmarc@${domain}`,
  () => 'v=DMARC1; p=none',
];

type Source = EvidenceEntry & { readonly id: string; readonly mx_class?: string };
type Labelled = Pick<Source, 'id' | 'domain' | 'spf'> & { readonly mx: readonly string[] };

const data = join(import.meta.dirname, '../../../shared/data');
if (!existsSync(data)) {
  process.stdout.write(`${data} is not here: nothing to capture\n`);
  process.exit(0);
}
const read = <T>(file: string): T[] => JSON.parse(readFileSync(join(data, file), 'utf8')) as T[];
const entries: Source[] = [
  ...read<Source>('mail-evidence-raw.json'),
  ...read<Labelled>('mail-provider-labelled.json').map((entry) => ({
    ...entry,
    spf_resolved: entry.spf,
    mx_cnames: null,
    autodiscover: null,
    dkim: null,
    txt: null,
    tenant: null,
  })),
];
const rules = shippedRules();
const { providers } = rules.mail;
const ours = new Set([...providers.values()].flatMap(({ spfNetworks }) => spfNetworks));

const segments = (text: string): string[] => text.split(/\s+(?=v=spf1(?:\s|$))/i);

const gatewaySpf = new Set(
  entries.flatMap(({ mx }) => mx).flatMap((host) => rules.mail.gatewayByMx.get(host)?.value.spf ?? []),
);

const isPlatform = (name: string): boolean =>
  SERVICES.some((suffix) => hasSuffix(name, suffix)) ||
  [
    rules.mail.providerByMx,
    rules.mail.providerBySpf,
    rules.mail.providerByDkimCname,
    rules.mail.providerByAutodiscover,
    rules.mail.gatewayByMx,
    rules.mail.hosterByMx,
  ].some((map) => map.get(name) !== undefined) ||
  NAMED_AFTER_CUSTOMER.some((suffix) => hasSuffix(name, suffix)) ||
  [...gatewaySpf].some((suffix) => hasSuffix(name, suffix));
const others = new Map<string, string>();
const hostsOf = new Map<string, Map<string, string>>();
/** A name of a third party, the same each time: `s1.bilisim-07.example` for a host of it. */
function stranger(name: string): string {
  const registrable = registrableOf(name) ?? name;
  let alias = others.get(registrable);
  if (alias === undefined)
    others.set(registrable, (alias = `bilisim-${String(others.size + 1).padStart(2, '0')}.example`));
  if (name === registrable) return alias;
  const known = hostsOf.get(registrable) ?? new Map<string, string>();
  hostsOf.set(registrable, known);
  const label = known.get(name) ?? `${name.startsWith('_') ? '_' : ''}s${known.size + 1}`;
  known.set(name, label);
  return `${label}.${alias}`;
}

function disguise(entry: Source, stem: string): Source {
  const domain = `${stem}.example`;
  const dashed = domain.replaceAll('.', '-');
  const name = (host: string): string => {
    const lower = host.toLowerCase();
    const selector = /^(selector[12])-[^.]+\._domainkey\.[^.]+\.(.+)$/.exec(lower);
    if (selector !== null) {
      const [, which = '', below = ''] = selector;
      return `${which}-${dashed}._domainkey.${stem}.${below.replace(entry.domain, domain)}`;
    }
    if (hasSuffix(lower, entry.domain)) return `${lower.slice(0, -entry.domain.length)}${domain}`;
    if (!isPlatform(lower)) return stranger(lower);
    const customer = NAMED_AFTER_CUSTOMER.find((suffix) => hasSuffix(lower, suffix));
    if (customer !== undefined && lower !== customer && /^[a-z0-9-]+$/.test(lower.split('.', 1)[0] ?? '')) {
      const [first = '', ...rest] = lower.split('.');
      return [`${dashed}${/-[12]$/.exec(first)?.[0] ?? ''}`, ...rest].join('.');
    }
    // customer numbers of gateways
    return lower.replace(/\d{4,}/g, (digits) => '0'.repeat(digits.length - 1) + '1');
  };
  const names = (text: string): string =>
    text.replace(/(?<![a-z0-9%{}._-])(?:[a-z0-9_-]+\.)+[a-z][a-z0-9-]*(?![a-z0-9.-])/gi, name);
  let host = 0;
  const networks = (text: string): string =>
    text.replace(/ip([46]):([0-9a-f.:]+)(\/\d+)?/gi, (whole, version: string, _address, width = '') => {
      if (ours.has(whole.toLowerCase())) return whole;
      if (version === '6') return `ip6:2001:db8:${(++host).toString(16)}::${width || '1'}`;
      return width === '' || width === '/32'
        ? `ip4:192.0.2.${(++host % 254) + 1}`
        : `ip4:198.51.100.0${width}`;
    });
  // What platforms publish stays as it is all the same: the zone takes what most domains of the data say of a name.
  const record = (text: string): string => networks(names(text));
  const values = (map: Readonly<Record<string, string>> | null) =>
    map &&
    Object.fromEntries(
      Object.entries(map).map(([from, to]) => [from.includes('.') ? name(from) : from, name(to)]),
    );
  const resolved = segments(entry.spf_resolved).map(record);
  return {
    ...entry,
    domain,
    mx: entry.mx.map((exchange) => (exchange === '' ? '' : name(exchange))),
    spf: resolved[0] ?? '',
    spf_resolved: resolved.join(' '),
    mx_cnames: values(entry.mx_cnames),
    autodiscover: values(entry.autodiscover),
    dkim: values(entry.dkim),
    txt:
      entry.txt &&
      Object.fromEntries(
        Object.keys(entry.txt).map((service, i) => [
          service,
          service === 'microsoft' ? `ms1000${String(i).padStart(4, '0')}` : `uydurma-deger-${i + 1}`,
        ]),
      ),
  };
}

const picked = Object.entries(PICKS).map(([id, stem]) => {
  const entry = entries.find((candidate) => candidate.id === id);
  if (entry === undefined) throw new Error(`the data has no entry ${id}`);
  return disguise(entry, stem);
});
const zone: Record<string, Zone[string]> = {
  ...evidenceZone([...picked, ...entries.filter(({ id }) => !(id in PICKS))]),
};
picked.forEach(({ domain, dkim, mx }, i) => {
  const policy = DMARC[i % DMARC.length]?.(domain) ?? null;
  if (policy !== null) zone[`_dmarc.${domain}`] = { TXT: [policy] };
  // The data knows Microsoft's selectors only. Who else signs is not in it: every other such domain gets a key.
  if (dkim === null && mx.length > 0 && i % 2 === 0) zone[`gizli${i}._domainkey.${domain}`] = { TXT: ['p='] };
});

const double = await startDnsChild(zone);
const resolver = createNodeResolver({
  servers: [double.address],
  fallbackServers: [],
  clock: Date.now,
  sleep,
  random: Math.random,
});
const tenants = evidenceTenants(picked);
function tenantOf(domain: string): Lookup<Tenant> {
  const of = tenants[domain];
  return of === undefined
    ? absent('NOT-FOUND')
    : found({ tenantId: of.tenantId, region: 'EU', realm: of.realm, brand: null });
}
const captured: DomainFacts[] = [];
for (const [i, { domain, tenant, mx_class }] of picked.entries()) {
  captured.push(
    await lookUpDomain(
      domain,
      { tier: i % 2 === 0 ? 'score' : 'full', budgetMs: 30_000 },
      {
        resolver,
        rules: rules.mail,
        clock: () => Date.parse('2026-11-25T09:00:00Z'),
        // Microsoft's realm answer was asked for gateways; elsewhere a missing one says nothing.
        ...(tenant !== null || mx_class?.startsWith('gateway:')
          ? { tenant: { look: async () => tenantOf(domain) } }
          : {}),
      },
    ),
  );
}
resolver.stop();
await double.stop();
writeFacts('captured.json', captured);
process.stdout.write(`${captured.length} domains captured\n`);
