import { assess } from '#core/assess.ts';
import { salesSummary } from '#core/sales/summary.ts';
import { breakdownOf } from '#core/score/breakdown.ts';
import { allShippedRules } from '#test/support/rules.ts';
import { bareFacts, domainFacts, mx, txt, NODATA, NXDOMAIN, TIMEOUT, found, absent, ip, key, noKey, noKeys, target, notAsked } from '#test/support/facts.ts';
import type { DomainFacts } from '#core/facts.ts';
const rules = allShippedRules();
const now = '2026-11-25T10:00:00.000Z';
const tenant = (realm: 'Managed'|'Federated') => found({ tenantId: '11111111-2222-4333-8444-555555555555', region: 'EU', realm, brand: null });
const reg = (expires: string|null, statuses: string[] = []) => found({ source: 'whois' as const, server: 'whois.x', registrar: 'R', created: null, expires, updated: null, nameservers: [], statuses });
const W: Record<string, DomainFacts> = {
 'google+MS': bareFacts({ mx: mx('1 aspmx.l.google.com'), txt: txt('v=spf1 include:_spf.google.com ~all', 'MS=ms12345678'), spfTxt: {'_spf.google.com': txt('v=spf1 ip4:1.2.3.0/24 ~all')}, dkim: noKeys('google'), dmarc: txt('v=DMARC1; p=none') }),
 'google+MS noevidence(bulk)': notAsked(bareFacts({ mx: mx('1 aspmx.l.google.com'), txt: txt('v=spf1 include:_spf.google.com ~all'), spfTxt: {'_spf.google.com': txt('v=spf1 ip4:1.2.3.0/24 ~all')}, dkim: noKeys('google'), dmarc: txt('v=DMARC1; p=none') }), 'autodiscover','autodiscoverSrv','enterpriseregistration','enterpriseenrollment','lyncdiscover','sip','msoid'),
 'own+tenant': bareFacts({ txt: txt('v=spf1 mx -all'), tenant: tenant('Managed') }),
 'gateway+nothing': bareFacts({ mx: mx('10 mx1.hc1234-12.eu.iphmx.com'), txt: txt('v=spf1 mx -all'), dmarc: txt('v=DMARC1; p=reject; rua=mailto:a@b.example') }),
 'gateway+evidence timeouts': bareFacts({ mx: mx('10 mx1.hc1234-12.eu.iphmx.com'), txt: txt('v=spf1 mx -all'), dmarc: txt('v=DMARC1; p=reject; rua=mailto:a@b.example'), autodiscover: TIMEOUT, autodiscoverSrv: TIMEOUT, tenant: TIMEOUT, enterpriseregistration: TIMEOUT, lyncdiscover: TIMEOUT, sip: TIMEOUT, msoid: TIMEOUT, enterpriseenrollment: TIMEOUT }),
 'own+evidence timeouts': bareFacts({ txt: txt('v=spf1 mx include:spf.protection.outlook.com -all', 'MS=ms123'), dmarc: txt('v=DMARC1; p=reject; rua=mailto:a@b.example'), dkim: {base: NODATA, selectors: [{...noKey('selector1'), cname: TIMEOUT},{...noKey('selector2'), cname: TIMEOUT}]}, autodiscover: TIMEOUT, autodiscoverSrv: TIMEOUT, tenant: TIMEOUT, spfTxt: {'spf.protection.outlook.com': txt('v=spf1 ip4:40.92.0.0/15 -all')} }),
 'workmail': bareFacts({ mx: mx('10 inbound-smtp.eu-west-1.amazonaws.com'), txt: txt('v=spf1 include:amazonses.com ~all','amazonses:abc'), spfTxt: {'amazonses.com': txt('v=spf1 ip4:199.255.192.0/22 -all')}, dkim: noKeys('default'), autodiscover: target('autodiscover.mail.eu-west-1.awsapps.com') }),
 'zoho dkim unknown': bareFacts({ mx: mx('10 mx.zoho.eu'), txt: txt('v=spf1 include:zoho.eu ~all'), spfTxt: {'zoho.eu': txt('v=spf1 ip4:1.2.3.0/24 -all')}, dkim: noKeys('zmail','zoho','default'), dmarc: txt('v=DMARC1; p=quarantine; pct=50') }),
 'hybrid': bareFacts({ txt: txt('v=spf1 mx include:spf.protection.outlook.com -all', 'MS=ms123'), spfTxt: {'spf.protection.outlook.com': txt('v=spf1 ip4:40.92.0.0/15 -all')}, autodiscover: target('autodiscover.outlook.com'), dkim: noKeys('selector1') }),
 'null mx': bareFacts({ mx: mx('0 .'), txt: txt('v=spf1 -all') }),
 'partial spf include timeout': bareFacts({ mx: mx('1 aspmx.l.google.com'), txt: txt('v=spf1 include:_spf.google.com include:x.example ~all'), spfTxt: {'_spf.google.com': txt('v=spf1 ip4:1.2.3.0/24 ~all'), 'x.example': TIMEOUT}, dkim: {base: NODATA, selectors:[key('google')]}, dmarc: txt('v=DMARC1; p=reject; rua=mailto:a@b.example') }),
 'dmarc permerror': bareFacts({ mx: mx('10 mx.yandex.net'), txt: txt('v=spf1 include:_spf.yandex.net ~all'), spfTxt: {'_spf.yandex.net': txt('v=spf1 ip4:1.2.3.0/24 -all')}, dmarc: txt('v=DMARC1; p=rejct'), dkim: {base: NODATA, selectors:[key('mail')]} }),
 'expired (date today)': domainFacts('cinar.example', { registration: reg('2026-11-25') }),
 'expired renewed?': domainFacts('cinar.example', { registration: reg('2026-10-01', ['auto renew period']) }),
 'federated': domainFacts('cinar.example', { tenant: tenant('Federated') }),
 'mixed google+m365': bareFacts({ mx: mx('1 aspmx.l.google.com', '10 cinar-example.mail.protection.outlook.com'), txt: txt('v=spf1 include:_spf.google.com ~all'), spfTxt: {'_spf.google.com': txt('v=spf1 ip4:1.2.3.0/24 ~all')} }),
 'm365+own backup': domainFacts('cinar.example', { mx: mx('0 cinar-example.mail.protection.outlook.com', '20 mail.cinar.example') }),
 'spf multiple': domainFacts('cinar.example', { txt: txt('v=spf1 mx -all','v=spf1 include:spf.protection.outlook.com -all') }),
 'own, mixed own+hoster': bareFacts({ mx: mx('10 mail.cinarmakina.example','20 mx.natrohost.com') , txt: txt('v=spf1 mx -all')}),
 'hold': bareFacts({ mx: NXDOMAIN, txt: NXDOMAIN, ns: NXDOMAIN, registration: reg('2027-05-01', ['client hold']) }),
 'apex proxy': bareFacts({ mx: mx('1 aspmx.l.google.com'), txt: txt('v=spf1 include:_spf.google.com ~all'), spfTxt: {'_spf.google.com': txt('v=spf1 ip4:1.2.3.0/24 ~all')}, ip: [ip('104.16.1.1', { of: 'apex', host: 'cinarmakina.example', country: 'US', isProxy: true, proxyType: 'DCH' })] }),
 'dkim revoked m365': domainFacts('cinar.example', { dkim: { base: NODATA, selectors: [ key('selector1', undefined, 'v=DKIM1; p='), noKey('selector2')] } }),
 'registration free but mail': domainFacts('cinar.example', { registration: absent('NOT-FOUND') }),
 'dmarc pct0 reject': domainFacts('cinar.example', { dmarc: txt('v=DMARC1; p=reject; pct=0') }),
 'spf +all': domainFacts('cinar.example', { txt: txt('v=spf1 +all') }),
};
const only = process.argv[2];
for (const [name, facts] of Object.entries(W)) {
  if (only && !name.includes(only)) continue;
  const a = assess(facts, { now, recentChanges: null }, rules.engine);
  console.log('\n##########', name, '->', a.status, a.mail.provider, a.mail.confidence, 'score', a.scored?.score, a.scored?.segment, a.scored?.priority, a.scored?.pModel?.category, 'range', JSON.stringify(a.range), 'conf', a.confidence.total, 'fit', a.fit?.score, 'size', a.tenantSize.size, 'days', a.daysToExpiry, 'open', a.open.length);
  console.log('findings', a.findings.map(f=>f.id).join(' '));
  for (const lang of ['en','tr'] as const) {
    const s = salesSummary(a, {}, rules.sales, lang);
    if (!s) { console.log('no summary'); continue; }
    const { claims, metadata, opportunity_rationale, ...rest } = s;
    console.log(JSON.stringify(rest, null, 1));
  }
}
