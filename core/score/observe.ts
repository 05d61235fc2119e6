import type { AssessmentContext, Finding, MailVerdict } from '#core/assessment.ts';
import type { Evidence } from '#core/evidence.ts';
import type { DomainFacts, Lookup } from '#core/facts.ts';
import { silentEvidence } from '#core/classify/mail.ts';
import type { MailRules } from '#core/rules.ts';
import type { Readings } from '#core/read.ts';
import type { DkimReading } from '#core/records/dkim.ts';
import type { RuleSet } from '#core/rules/rule-set.ts';
import type { FindingId, MetricId } from './findings.ts';

type Metrics = Partial<Record<MetricId, number>>;

/** Which findings hold, each with what shows it, and the numbers beside them. Says nothing of points. */
export function observe(
  facts: DomainFacts,
  readings: Readings,
  mail: MailVerdict,
  context: AssessmentContext,
  rules: MailRules,
  engine: RuleSet['engine'],
): { findings: Finding[]; metrics: Metrics } {
  const list = new FindingList();
  const metrics: Metrics = {};
  observeMx(readings, mail, list);
  const silent = silentEvidence(facts, mail, rules);
  if (silent.length > 0) list.add('mail-evidence-unanswered', ...silent);
  observeSpf(readings, list, metrics);
  observeDkim(readings.dkim, engine, list);
  observeDmarc(readings, list, metrics);
  observeRegistration(facts, context.now, list, metrics);
  observeTenant(facts, list);
  observePosture(facts, readings, list);
  const proxy = facts.ip?.find((ip) => ip.of === 'mx' && ip.isProxy === true);
  if (proxy) list.add('ip-proxy', { record: 'IP', value: proxy.address, shows: proxy.proxyType ?? 'proxy' });
  if (context.referral?.active) {
    list.add(`referral-${context.referral.type}`, {
      record: 'Partner Center',
      value: context.referral.type,
      shows: 'referral',
    });
  }
  if (facts.txt.state === 'found') {
    const texts = facts.txt.value.map((text) => text.toLowerCase());
    const known = rules.classification.verifications.filter((prefix) =>
      texts.some((text) => text.startsWith(prefix.toLowerCase())),
    );
    metrics['verified-services'] = known.length;
  }
  return { findings: list.all, metrics };
}

class FindingList {
  readonly all: Finding[] = [];
  add(id: FindingId, ...because: Evidence[]): void {
    this.all.push({ id, because });
  }
}

/** Longest text kept of a record as evidence: what a person reads. The record itself stays in the facts. */
const EVIDENCE_LENGTH = 500;
const shown = (text: string): string =>
  text.length > EVIDENCE_LENGTH ? `${text.slice(0, EVIDENCE_LENGTH)}…` : text;

function observeMx({ mx }: Readings, mail: MailVerdict, list: FindingList): void {
  switch (mx.state) {
    case 'unanswered':
      return list.add('mx-unanswered', { record: 'MX', value: mx.why, shows: 'no answer' });
    case 'absent':
      return list.add(mx.why === 'NXDOMAIN' ? 'domain-nxdomain' : 'mx-absent', {
        record: 'MX',
        value: mx.why,
        shows: 'no mail',
      });
    case 'null-mx':
      return list.add('mx-null', { record: 'MX', value: '0 .', shows: 'no mail' });
    case 'found': {
      list.add('mx-found', ...mail.because);
      const cname = mx.problems.filter((problem) => problem.code === 'exchange-cname');
      if (cname.length > 0) list.add('mx-cname', ...cname.map(toEvidence));
      const wrong = mx.problems.filter(
        (problem) => problem.code !== 'exchange-cname' && problem.code !== 'exchange-repeated',
      );
      if (wrong.length > 0) list.add('mx-misconfigured', ...wrong.map(toEvidence));
      if (mail.mixed.length > 1)
        list.add('mx-mixed-providers', ...mail.because.filter((e) => e.record.startsWith('MX')));
      if (mail.gateway)
        list.add('gateway-in-front', ...mail.because.filter((e) => e.shows === mail.gateway?.name));
      if (mail.hybrid) list.add('hybrid-mail', ...mail.because);
    }
  }
}

const toEvidence = (problem: { code: string; exchange: string }): Evidence => ({
  record: 'MX',
  value: problem.exchange,
  shows: problem.code,
});

function observeSpf({ spf }: Readings, list: FindingList, metrics: Metrics): void {
  const record: Evidence = { record: 'SPF', value: shown(spf.raw ?? ''), shows: 'v=spf1' };
  switch (spf.state) {
    case 'unanswered':
      return list.add('spf-unanswered', { record: 'TXT', value: 'no answer', shows: 'no answer' });
    case 'absent':
      return list.add('spf-absent', { record: 'TXT', value: 'no v=spf1', shows: 'no SPF record' });
    case 'permerror': {
      const [problem] = spf.problems;
      const shows = problem === undefined ? 'permerror' : problem.sentence;
      return list.add('spf-permerror', { ...record, shows });
    }
    case 'found': {
      list.add('spf-found', record);
      metrics['spf-includes'] = spf.directIncludes.length;
      if (spf.complete) metrics['spf-lookups'] = spf.lookups;
      if (spf.overLimit)
        list.add('spf-lookup-limit', { record: 'SPF', value: String(spf.lookups), shows: 'look-ups' });
      if (spf.all === '+')
        list.add('spf-pass-all', { record: 'SPF', value: '+all', shows: 'anyone may send' });
      const silent = [...spf.includes, ...spf.redirects].filter(
        (reference) => reference.state === 'unanswered',
      );
      if (silent.length > 0) {
        list.add(
          'spf-not-followed',
          ...silent.map(({ name }) => ({ record: 'SPF', value: name, shows: 'no answer' })),
        );
      }
    }
  }
}

function observeDkim(dkim: DkimReading, engine: RuleSet['engine'], list: FindingList): void {
  const usable = dkim.keys.filter((entry) => entry.key !== null && !entry.key.revoked);
  const evidence = usable.map(({ selector, key, cname }): Evidence => ({
    record: `DKIM ${selector}`,
    value: cname ?? shown(key?.raw ?? ''),
    shows: key?.bits == null ? (key?.type ?? 'key') : `${key.type} ${key.bits}`,
  }));
  switch (dkim.state) {
    case 'found':
      list.add('dkim-found', ...evidence);
      break;
    case 'absent': {
      // A withdrawn or refused key is no key to sign with, and yet it is there: it is shown for what it is.
      const useless = dkim.keys.filter((entry) => entry.key !== null);
      list.add(
        'dkim-absent',
        dkim.provenBy === 'nxdomain'
          ? { record: '_domainkey', value: 'NXDOMAIN', shows: 'no DKIM key' }
          : useless.length === 0
            ? { record: 'DKIM', value: 'NODATA', shows: 'no DKIM key' }
            : {
                record: 'DKIM',
                value: useless.map(({ selector }) => selector).join(', '),
                shows: 'no usable DKIM key',
              },
      );
      break;
    }
    case 'unknown':
      // The earlier system took "not at the selectors we know" for "not there".
      list.add(engine.dkimNotFound === 'absent' ? 'dkim-absent' : 'dkim-unknown', {
        record: 'DKIM',
        value: 'usual selectors',
        shows: 'no key found',
      });
      break;
    case 'unanswered':
      list.add('dkim-unanswered', { record: 'DKIM', value: dkim.why ?? 'no answer', shows: 'no answer' });
  }
  const revoked = dkim.keys.filter((entry) => entry.key?.revoked);
  if (revoked.length > 0) {
    list.add(
      'dkim-revoked',
      ...revoked.map(({ selector }) => ({ record: `DKIM ${selector}`, value: 'p=', shows: 'revoked' })),
    );
  }
  const weak = usable.filter((entry) =>
    entry.notes.some((note) => note.code === 'rsa-too-short' || note.code === 'sha1-only'),
  );
  if (weak.length > 0) {
    list.add(
      'dkim-weak-key',
      ...weak.map(({ selector, key }) => ({
        record: `DKIM ${selector}`,
        value: String(key?.bits),
        shows: 'bits',
      })),
    );
  }
}

function observeDmarc({ dmarc }: Readings, list: FindingList, metrics: Metrics): void {
  const where = dmarc.from === null ? 'DMARC' : `DMARC of ${dmarc.from}`;
  const record: Evidence = { record: where, value: shown(dmarc.raw ?? ''), shows: dmarc.dialect };
  switch (dmarc.state) {
    case 'unanswered':
      return list.add('dmarc-unanswered', { record: 'DMARC', value: 'no answer', shows: 'no answer' });
    case 'absent':
      return list.add('dmarc-absent', {
        record: 'DMARC',
        value: dmarc.raw === null ? 'no record' : shown(dmarc.raw),
        shows: 'no DMARC policy',
      });
    case 'permerror':
      return list.add('dmarc-permerror', { ...record, shows: dmarc.problems[0]?.sentence ?? 'permerror' });
    case 'found': {
      list.add(dmarc.policy === 'none' ? 'dmarc-policy-none' : `dmarc-${dmarc.policy}`, {
        ...record,
        shows: `p=${dmarc.policy}`,
      });
      metrics['dmarc-coverage'] = dmarc.coverage;
      if (dmarc.coverage < 100)
        list.add('dmarc-partial-coverage', {
          record: where,
          value: `pct=${dmarc.coverage}`,
          shows: 'partial',
        });
      if (dmarc.testing) list.add('dmarc-testing', { record: where, value: 't=y', shows: 'testing' });
      if (dmarc.record.rua.length === 0)
        list.add('dmarc-reports-absent', { record: where, value: 'no rua', shows: 'no reports' });
    }
  }
}

const DAY = 86_400_000;

/** Whole days until a moment. Registries that give a day only mean all of it: then whole calendar days, in UTC. */
function daysUntil(end: string, now: string): number | null {
  const dayOnly = /^\d{4}-\d{2}-\d{2}$/.test(end);
  const days = (Date.parse(end) - Date.parse(dayOnly ? now.slice(0, 10) : now)) / DAY;
  return Number.isNaN(days) ? null : Math.floor(days);
}

function observeRegistration(facts: DomainFacts, now: string, list: FindingList, metrics: Metrics): void {
  const { registration } = facts;
  if (registration === undefined) return;
  if (registration.state === 'unanswered') {
    return list.add('registration-unanswered', {
      record: 'RDAP',
      value: registration.why,
      shows: 'no answer',
    });
  }
  if (registration.state === 'absent') {
    return list.add('registration-absent', {
      record: 'RDAP',
      value: registration.why,
      shows: 'not registered',
    });
  }
  const { expires, registrar, source } = registration.value;
  list.add('registration-found', {
    record: source === 'rdap' ? 'RDAP' : 'WHOIS',
    value: registrar ?? registration.value.server,
    shows: expires ?? 'registered',
  });
  const days = expires === null ? null : daysUntil(expires, now);
  if (days !== null) metrics['days-to-expiry'] = days;
}

function observeTenant({ tenant }: DomainFacts, list: FindingList): void {
  if (tenant === undefined) return;
  if (tenant.state === 'unanswered')
    return list.add('tenant-unanswered', { record: 'Entra', value: tenant.why, shows: 'no answer' });
  if (tenant.state === 'absent')
    return list.add('tenant-absent', { record: 'Entra', value: tenant.why, shows: 'no tenant' });
  const evidence: Evidence = {
    record: 'Entra',
    value: tenant.value.tenantId ?? '',
    shows: tenant.value.realm ?? 'tenant',
  };
  list.add('tenant-found', evidence);
  if (tenant.value.realm === 'Federated') list.add('tenant-federated', evidence);
}

function observePosture(facts: DomainFacts, { mtaSts, tlsRpt, bimi }: Readings, list: FindingList): void {
  if (mtaSts !== null) {
    const evidence = (shows: string): Evidence => ({
      record: 'MTA-STS',
      value: firstText(facts.mtaSts),
      shows,
    });
    if (mtaSts.state === 'found') {
      const mode = mtaSts.policy?.mode;
      if (mode !== undefined) list.add(`mta-sts-${mode}`, evidence(mode));
      else if (mtaSts.policyState === 'unanswered' || mtaSts.policyState === 'not-asked')
        list.add('mta-sts-unanswered', evidence('policy not answered'));
      else list.add('mta-sts-invalid', evidence('policy cannot be read'));
    } else list.add(`mta-sts-${mtaSts.state}`, evidence(shownState(mtaSts.state)));
  }
  if (tlsRpt !== null)
    list.add(`tls-rpt-${tlsRpt.state}`, {
      record: 'TLS-RPT',
      value: firstText(facts.tlsRpt),
      shows: shownState(tlsRpt.state),
    });
  if (bimi !== null)
    list.add(`bimi-${bimi.state}`, {
      record: 'BIMI',
      value: firstText(facts.bimi),
      shows: shownState(bimi.state),
    });
  if (facts.caa !== undefined)
    list.add(`caa-${facts.caa.state}`, {
      record: 'CAA',
      value: firstText(facts.caa),
      shows: shownState(facts.caa.state),
    });
  if (facts.dnssec !== undefined) {
    const { dnssec } = facts;
    const state = dnssec.state === 'found' ? (dnssec.value ? 'found' : 'absent') : dnssec.state;
    list.add(`dnssec-${state}`, { record: 'DNSSEC', value: '', shows: shownState(state) });
  }
}

/** What a posture record shows, in the words of evidence. */
const shownState = (state: string): string => (state === 'unanswered' ? 'no answer' : state);

const firstText = (lookup: Lookup<string[]> | undefined): string =>
  lookup?.state === 'found' ? shown(lookup.value[0] ?? '') : lookup?.state === undefined ? '' : lookup.why;
