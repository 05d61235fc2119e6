import type { Finding, Scored, SignalView } from './assessment.ts';
import type { DomainFacts, Lookup } from './facts.ts';
import type { FindingId } from './score/findings.ts';

/** Which findings belong to which signal, and which of them make it weak although a record is there. */
const SIGNALS: readonly { id: SignalView['id']; prefix: string; weak: readonly FindingId[] }[] = [
  { id: 'mx', prefix: 'mx-', weak: ['mx-misconfigured'] },
  {
    id: 'spf',
    prefix: 'spf-',
    weak: ['spf-permerror', 'spf-lookup-limit', 'spf-pass-all'],
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
    const asked = lookupsOf(facts, id);
    const state = stateOf(ids, weak, asked[0]);
    return {
      id,
      state,
      why: whyOf(state, asked),
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
  finding.startsWith(prefix) || (id === 'mx' && finding === 'domain-nxdomain');

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
    ids.includes('domain-nxdomain')
  )
    return 'absent';
  if (ids.some((id) => id.endsWith('-unknown'))) return 'unknown';
  return 'found';
}

/** Why there is no answer or no record: never a reason beside a state that it does not belong to. */
function whyOf(state: SignalView['state'], asked: readonly Lookup<unknown>[]): SignalView['why'] {
  if (state === 'unanswered') return asked.find((lookup) => lookup.state === 'unanswered')?.why ?? null;
  const [first] = asked;
  return state === 'absent' && first?.state === 'absent' ? first.why : null;
}

/** The look-ups that decide a signal, the first one asked first. */
function lookupsOf(facts: DomainFacts, id: SignalView['id']): readonly Lookup<unknown>[] {
  const given = (...lookups: (Lookup<unknown> | undefined)[]): Lookup<unknown>[] =>
    lookups.filter((lookup) => lookup !== undefined);
  switch (id) {
    case 'mx':
      return [facts.mx];
    case 'spf':
      return [facts.txt];
    case 'dkim':
      return [facts.dkim.base, ...facts.dkim.selectors.map(({ txt }) => txt)];
    case 'dmarc':
      return given(facts.dmarc, facts.dmarcOrganizational?.txt);
    case 'mta-sts':
      return given(facts.mtaSts, facts.mtaStsPolicy);
    case 'tls-rpt':
      return given(facts.tlsRpt);
    case 'bimi':
    case 'caa':
    case 'dnssec':
    case 'registration':
    case 'tenant':
      return given(facts[id]);
  }
}
