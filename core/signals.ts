import type { Finding, Scored, SignalView } from './assessment.ts';
import type { DomainFacts, Lookup } from './facts.ts';
import type { FindingId } from './score/findings.ts';

/** Which findings belong to which signal, and which of them make it weak although a record is there. */
const SIGNALS: readonly { id: SignalView['id']; prefix: string; weak: readonly FindingId[] }[] = [
  { id: 'mx', prefix: 'mx-', weak: ['mx-misconfigured'] },
  {
    id: 'spf',
    prefix: 'spf-',
    weak: ['spf-permerror', 'spf-lookup-limit', 'spf-pass-all', 'spf-void-lookups'],
  },
  { id: 'dkim', prefix: 'dkim-', weak: ['dkim-weak-key'] },
  {
    id: 'dmarc',
    prefix: 'dmarc-',
    weak: ['dmarc-permerror', 'dmarc-policy-none', 'dmarc-partial-coverage', 'dmarc-testing'],
  },
  { id: 'mta-sts', prefix: 'mta-sts-', weak: ['mta-sts-testing', 'mta-sts-none', 'mta-sts-invalid'] },
  { id: 'tls-rpt', prefix: 'tls-rpt-', weak: ['tls-rpt-invalid'] },
  { id: 'bimi', prefix: 'bimi-', weak: ['bimi-invalid'] },
  { id: 'caa', prefix: 'caa-', weak: [] },
  { id: 'dnssec', prefix: 'dnssec-', weak: [] },
  { id: 'registration', prefix: 'registration-', weak: [] },
  { id: 'tenant', prefix: 'tenant-', weak: [] },
];

/** Each signal with its state, its record and its points, in the order people read them. */
export function signalViews(
  facts: DomainFacts,
  findings: readonly Finding[],
  scored: Scored | null,
): SignalView[] {
  return SIGNALS.map(({ id, prefix, weak }) => {
    const own = findings.filter((finding) => belongs(finding.id, id, prefix));
    const ids = own.map((finding) => finding.id);
    const lookup = lookupOf(facts, id);
    return {
      id,
      state: stateOf(ids, weak, lookup),
      why: lookup === undefined || lookup.state === 'found' ? null : lookup.why,
      record: own.flatMap((finding) => finding.because)[0]?.value ?? null,
      findings: ids,
      points: (scored?.lines ?? [])
        .filter(
          (line) => line.kind !== 'provider' && line.findings.some((finding) => belongs(finding, id, prefix)),
        )
        .reduce((total, line) => total + line.points, 0),
    };
  });
}

const belongs = (finding: FindingId, id: SignalView['id'], prefix: string): boolean =>
  finding.startsWith(prefix) || (id === 'mx' && finding === 'domain-not-registered');

function stateOf(
  ids: readonly FindingId[],
  weak: readonly FindingId[],
  lookup: Lookup<unknown> | undefined,
): SignalView['state'] {
  if (ids.length === 0)
    return lookup === undefined ? 'not-asked' : lookup.state === 'found' ? 'found' : lookup.state;
  if (ids.some((id) => id.endsWith('-unanswered'))) return 'unanswered';
  if (ids.some((id) => weak.includes(id))) return 'weak';
  if (
    ids.some((id) => id.endsWith('-absent') && id !== 'dmarc-reports-absent') ||
    ids.includes('mx-null') ||
    ids.includes('domain-not-registered')
  )
    return 'absent';
  if (ids.some((id) => id.endsWith('-unknown'))) return 'unknown';
  return 'found';
}

function lookupOf(facts: DomainFacts, id: SignalView['id']): Lookup<unknown> | undefined {
  switch (id) {
    case 'mx':
      return facts.mx;
    case 'spf':
      return facts.txt;
    case 'dkim':
      return facts.dkim.base;
    case 'dmarc':
      return facts.dmarc;
    case 'mta-sts':
      return facts.mtaSts;
    case 'tls-rpt':
      return facts.tlsRpt;
    case 'bimi':
    case 'caa':
    case 'dnssec':
    case 'registration':
    case 'tenant':
      return facts[id];
  }
}
