import type { FindingId } from '#core/score/findings.ts';

/** What a record shows, with what the code fills in: section "signals" of rules/wording.*.json. */
export const SIGNAL_SENTENCES = {
  'no-answer': [],
  'mx-goes-to': ['provider'],
  'mx-goes-to-open': ['provider'],
  'mx-gateway': ['gateway', 'provider'],
  'mx-gateway-open': ['gateway'],
  'mx-gateway-unknown': ['gateway'],
  'provider-at-hoster': ['provider', 'hoster'],
  'spf-one-include': ['includes'],
  'spf-includes': ['includes'],
  'spf-lookups': ['counted', 'lookups'],
  'dkim-absent-unusable': [],
  'dkim-unknown-unusable': [],
  'registration-ends': ['date'],
} as const;

/** Texts of the lead and of its intelligence: section "lead" of rules/wording.*.json. */
export const LEAD_SENTENCES = {
  reason: ['why', 'facts'],
  'reason-facts': ['score', 'provider'],
  'reason-hard-fail': ['why'],
  'further-rules': ['rules'],
} as const;

/**
 * The findings that have a sentence of their own in section "evidence" of rules/wording.*.json. The others have a name
 * only, in rules/messages.*.json, and that a record is there needs no sentence.
 */
export const EVIDENCE_FINDINGS = [
  'mx-absent',
  'mx-null',
  'mx-mixed-providers',
  'mx-cname',
  'mx-misconfigured',
  'spf-absent',
  'spf-permerror',
  'spf-lookup-limit',
  'spf-pass-all',
  'spf-not-followed',
  'dkim-found',
  'dkim-absent',
  'dkim-unknown',
  'dkim-revoked',
  'dkim-weak-key',
  'dmarc-reject',
  'dmarc-quarantine',
  'dmarc-policy-none',
  'dmarc-absent',
  'dmarc-permerror',
  'dmarc-partial-coverage',
  'dmarc-testing',
  'dmarc-reports-absent',
  'registration-absent',
  'tenant-found',
  'tenant-federated',
  'mta-sts-enforce',
  'mta-sts-testing',
  'mta-sts-none',
  'mta-sts-invalid',
  'mta-sts-absent',
  'tls-rpt-found',
  'tls-rpt-absent',
  'tls-rpt-invalid',
  'bimi-found',
  'bimi-absent',
  'bimi-invalid',
  'caa-found',
  'caa-absent',
  'dnssec-found',
  'dnssec-absent',
] as const satisfies readonly FindingId[];

/** Findings whose name says all there is to say: told by it. */
export const NAMED_FINDINGS = ['domain-nxdomain', 'tenant-absent'] as const satisfies readonly FindingId[];
