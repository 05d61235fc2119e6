import { readFileSync } from 'node:fs';
import type { Assessment, AssessmentContext } from '#core/assessment.ts';
import { assess } from '#core/assess.ts';
import { absent, type DomainFacts, found, unanswered } from '#core/facts.ts';
import type { ReferralAggregate, SyncState } from '#core/lead/lead.ts';
import { MessagesFile } from '#core/rules/messages.ts';
import { OpportunityFile, type Wording, WordingFile, withNames } from '#core/rules/sales.ts';
import { MAIL_RULE_FILES, mailRules, type Rules, RuleSet } from '#core/rules.ts';
import type { SalesSummary } from '#core/sales/contract.ts';

export { absent, found, unanswered };

const json = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../rules/${name}.json`, import.meta.url), 'utf8'));

/** The engine's own rules alone: these tests do not depend on offers and on what follows from them. */
function rules(set: string): Rules {
  const files = Object.fromEntries(
    Object.entries(MAIL_RULE_FILES).map(([name, schema]) => [name, schema.parse(json(name))]),
  ) as Parameters<typeof mailRules>[0];
  return {
    mail: mailRules(files),
    set: RuleSet.parse(json(`sets/${set}`)),
    improvements: files.improvements.improvements,
  };
}

const RULES = rules('hunter-1');
const EARLIER_RULES = rules('python-2025-11');

const wordsIn = (language: 'tr' | 'en'): Wording =>
  withNames(WordingFile.parse(json(`wording.${language}`)), MessagesFile.parse(json(`messages.${language}`)));
/** The words that ship. */
export const WORDING = { tr: wordsIn('tr'), en: wordsIn('en') };
/** The rules that comparing needs, as they ship. */
export const CHANGE_RULES = {
  wording: WORDING,
  opportunity: OpportunityFile.parse(json('opportunity')),
} as const;
export const ENGLISH = { language: 'en', ...CHANGE_RULES } as const;
export const TURKISH = { language: 'tr', ...CHANGE_RULES } as const;

/** The hoster's customer of the visual reference: 15 points, new in Migration. */
export const HOSTED: DomainFacts = {
  schema: 1,
  domain: 'gokpinardokum.com',
  lookedUpAt: '2025-11-21T11:32:00Z',
  mx: found([{ preference: 10, exchange: 'mail.secureserver.net' }]),
  txt: found(['v=spf1 mx a include:spf.marmarahosting.com ~all']),
  dmarc: found(['v=DMARC1; p=none; rua=mailto:dmarc@gokpinardokum.com']),
  dkim: { base: absent('NXDOMAIN'), selectors: [] },
  ns: found(['ns1.marmarahosting.com', 'ns2.marmarahosting.com']),
  mxHosts: {},
  spfTxt: { 'spf.marmarahosting.com': found(['v=spf1 ip4:192.0.2.0/24 -all']) },
  caa: found(['0 issue "ca.com"']),
  mtaSts: absent('NXDOMAIN'),
  tlsRpt: absent('NXDOMAIN'),
  registration: found({
    source: 'rdap',
    server: 'https://rdap.verisign.com/com/v1/',
    registrar: 'Anadolu Alan Adı',
    created: '2004-01-14T00:00:00Z',
    expires: '2026-01-14T00:00:00Z',
    updated: null,
    nameservers: ['ns1.marmarahosting.com', 'ns2.marmarahosting.com'],
    statuses: ['active'],
  }),
  tenant: absent('NOT-FOUND'),
  ip: [
    {
      address: '192.0.2.25',
      of: 'mx',
      host: 'mail.secureserver.net',
      country: 'TR',
      city: 'Bursa',
      asn: 64500,
      asnOrg: 'Marmara Hosting',
      isp: 'Marmara Hosting',
      usageType: 'DCH',
      isProxy: false,
      proxyType: null,
    },
  ],
};

/** A public key made for these tests. */
export const RSA_2048 =
  'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAsc9JRVZMZ8cpsM3fJvOzFT5PNlWiz6/BfR+ZsVLvUP3LzmgGH7Z45n5Na73xFIKjmRktVXxjs8ILev599pN2v2ODZKfJaUaz52m1eWJeTPcsOA8WnAEUI4pYEPMXsrZGmFZRxzKjaL5ZynA0f1phubBylvRIeHPMTNDRhsP/wV0SK0XTq5TD9H9SQLZfI/v+OqxJ5zK7kEvuEQSI/lp8Uc5LAQrzFF1YX4u9twoKcjWoI0XSyUUFTMZ9z9+tPcU2zwuvf4ZEBzWKSfO/3An03aIiwPRqqoxBco6FB0uSZdYlGPdWgKT9G6BeYFIfdLYq5a410jafVtOD2rldrZB0IQIDAQAB';

/** The Microsoft 365 customer of the visual reference: behind Proofpoint, 60 points. */
export const MICROSOFT: DomainFacts = {
  schema: 1,
  domain: 'kuzeyhat-lojistik.com',
  lookedUpAt: '2025-11-21T11:30:00Z',
  mx: found([{ preference: 10, exchange: 'mx0a-00a1b201.pphosted.com' }]),
  txt: found([
    'v=spf1 include:spf.protection.outlook.com include:spf-00a1b201.pphosted.com include:_spf.crm.com include:_spf.bulten.com -all',
    'MS=ms12345678',
  ]),
  dmarc: found(['v=DMARC1; p=none; rua=mailto:dmarc@kuzeyhat-lojistik.com']),
  dkim: {
    base: absent('NODATA'),
    selectors: ['selector1', 'selector2'].map((selector) => ({
      selector,
      txt: found([`v=DKIM1; k=rsa; p=${RSA_2048}`]),
      cname: found(`${selector}-kuzeyhat-lojistik-com._domainkey.kuzeyhat.onmicrosoft.com`),
    })),
  },
  ns: found(['ns1.dns.com', 'ns2.dns.com']),
  mxHosts: {},
  spfTxt: Object.fromEntries(
    ['spf.protection.outlook.com', 'spf-00a1b201.pphosted.com', '_spf.crm.com', '_spf.bulten.com'].map(
      (name) => [name, found(['v=spf1 ip4:198.51.100.0/24 -all'])],
    ),
  ),
  autodiscover: found('autodiscover.outlook.com'),
  lyncdiscover: found('webdir.online.lync.com'),
  enterpriseenrollment: found('enterpriseenrollment.manage.microsoft.com'),
  bimi: unanswered('TIMEOUT'),
  mtaSts: absent('NXDOMAIN'),
  tenant: found({
    tenantId: '6d0f2a51-0000-4000-8000-00000000e0a2',
    region: 'EU',
    realm: 'Managed',
    brand: null,
  }),
};

const CONTEXT: AssessmentContext = { now: '2025-11-21T11:32:00Z', recentChanges: 1 };

/** One valid world, with one thing spoilt. */
export function hosted(
  facts: Partial<DomainFacts> = {},
  context: Partial<AssessmentContext> = {},
): Assessment {
  return assess({ ...HOSTED, ...facts }, { ...CONTEXT, ...context }, RULES);
}
export function microsoft(
  facts: Partial<DomainFacts> = {},
  context: Partial<AssessmentContext> = {},
): Assessment {
  return assess({ ...MICROSOFT, ...facts }, { ...CONTEXT, ...context }, RULES);
}
/** The same company under the rules of the earlier system. */
export function hostedEarlier(facts: Partial<DomainFacts> = {}): Assessment {
  return assess({ ...HOSTED, ...facts }, CONTEXT, EARLIER_RULES);
}

export const REFERRAL: ReferralAggregate = {
  count: 2,
  types: ['co-sell', 'marketplace'],
  ids: ['7c1e9b04-0000-4000-8000-0000000048f3', '11111111-0000-4000-8000-000000000001'],
  primary: {
    id: '7c1e9b04-0000-4000-8000-0000000048f3',
    type: 'co-sell',
    active: true,
    status: 'Active',
    substatus: 'Accepted',
    deal_value: 48_000,
    currency: 'EUR',
  },
  link_status: 'linked',
  tenant_id: null,
};

export const SYNCED: SyncState = {
  status: 'synced',
  last_at: '2025-11-21T11:32:10.123Z',
  attempts: 1,
  error: null,
  lead_id: '0f0f0f0f-0000-4000-8000-000000000001',
};

const SCRIPT = {
  en: [
    'Hello, this is [your name] from [your company]. I am calling about email at gokpinardokum.com, which runs at Marmara Hosting.',
    'You recently published a list of allowed senders (SPF). We found no DKIM key, and DMARC only monitors for now, so receivers are not yet asked to block forged mail in your name.',
    'According to the public registration data, your domain is due for renewal on 14 January 2026. That is a good moment to look at email and protection together.',
    'Could we take 10 to 15 minutes this week to go through it?',
  ],
  tr: [
    'Merhaba, ben [adınız], [şirketiniz] şirketinden arıyorum. Marmara Hosting’de barındırılan gokpinardokum.com e-postanız hakkında görüşmek istedim.',
    'Yakın zamanda, adınıza e-posta gönderebilecek sunucuları belirleyen bir SPF kaydı yayımlamışsınız. DKIM anahtarınıza rastlamadık; DMARC da şimdilik yalnızca izleme yapıyor.',
    'Kamuya açık kayıt verilerine göre alan adınızın yenileme tarihi 14 Ocak 2026. E-postayı ve korumayı birlikte ele almak için iyi bir zaman.',
    'Bu hafta 10–15 dakika ayırıp birlikte bakabilir miyiz?',
  ],
};

/** A summary as long as real ones are. */
export function summary(language: 'tr' | 'en'): SalesSummary {
  const [first = '', second = '', third = ''] = SCRIPT[language];
  return {
    domain: 'gokpinardokum.com',
    one_liner: first,
    segment_explanation: `${second} ${third}`,
    provider_reasoning: `${second} ${first}`,
    security_reasoning: {
      risk_level: 'high',
      summary: second,
      details: [first, second, third],
      sales_angle: third,
      recommended_action: third,
    },
    call_script: SCRIPT[language],
    discovery_questions: [...SCRIPT[language], ...SCRIPT[language].slice(1)],
    offer_tier: {
      tier: 'Business Standard',
      license: 'Business Standard',
      price_per_user_per_month: 10,
      migration_fee: 2000,
      defender_price_per_user_per_month: 5,
      consulting_fee: null,
      recommendation: third,
      currency: 'EUR',
      applies: ['price_per_user_per_month', 'migration_fee', 'defender_price_per_user_per_month'],
    },
    opportunity_potential: 66,
    opportunity_rationale: {
      total: 66,
      factors: [
        { name: 'segment', weight: 0.4, raw: 'Migration', score: 40, comment: first },
        { name: 'readiness_score', weight: 0.3, raw: 15, score: 4, comment: first },
        { name: 'priority_score', weight: 0.2, raw: 3, score: 15, comment: first },
        { name: 'tenant_size', weight: 0.1, raw: 'medium', score: 7, comment: first },
      ],
      tuning_factor: 1,
      summary: first,
    },
    urgency: 'high',
    next_step: {
      action: 'call',
      timeline: '3_gün',
      priority: 'medium',
      message: second,
      internal_note: third,
    },
    metadata: {
      domain: 'gokpinardokum.com',
      provider: 'Hosting',
      segment: 'Migration',
      readiness_score: 15,
      priority_score: 3,
      tenant_size: 'medium',
      local_provider: 'Marmara Hosting',
      generated_at: '2025-11-21T11:32:00Z',
    },
    language,
    claims: [{ field: 'one_liner', sentence: 'opening', because: [] }],
  };
}
