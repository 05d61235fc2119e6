/**
 * The closed vocabulary of what can be found out about a domain. Code decides which of these hold; the rule set
 * decides how much each counts and what to say. An id is permanent: it is never renamed or used for something else.
 */
export const FINDING_IDS = [
  // mail exchangers
  'mx-found',
  'mx-absent',
  'mx-null',
  'mx-unanswered',
  'mail-evidence-unanswered',
  'domain-nxdomain',
  'mx-mixed-providers',
  'mx-cname',
  'mx-misconfigured',
  'gateway-in-front',
  'hybrid-mail',
  // SPF, RFC 7208
  'spf-found',
  'spf-absent',
  'spf-permerror',
  'spf-unanswered',
  'spf-lookup-limit',
  'spf-pass-all',
  'spf-not-followed',
  // DKIM, RFC 6376
  'dkim-found',
  'dkim-absent',
  'dkim-unknown',
  'dkim-unanswered',
  'dkim-revoked',
  'dkim-weak-key',
  // DMARC, RFC 7489 and RFC 9989
  'dmarc-reject',
  'dmarc-quarantine',
  'dmarc-policy-none',
  'dmarc-absent',
  'dmarc-permerror',
  'dmarc-unanswered',
  'dmarc-partial-coverage',
  'dmarc-testing',
  'dmarc-reports-absent',
  // registration
  'registration-found',
  'registration-absent',
  'registration-unanswered',
  // tenant
  'tenant-found',
  'tenant-absent',
  'tenant-unanswered',
  'tenant-federated',
  // posture: shown, not scored by the sets that ship
  'mta-sts-enforce',
  'mta-sts-testing',
  'mta-sts-none',
  'mta-sts-invalid',
  'mta-sts-absent',
  'mta-sts-unanswered',
  'tls-rpt-found',
  'tls-rpt-absent',
  'tls-rpt-invalid',
  'tls-rpt-unanswered',
  'bimi-found',
  'bimi-absent',
  'bimi-invalid',
  'bimi-unanswered',
  'caa-found',
  'caa-absent',
  'caa-unanswered',
  'dnssec-found',
  'dnssec-absent',
  'dnssec-unanswered',
  // network
  'ip-proxy',
  // what Partner Center says
  'referral-co-sell',
  'referral-marketplace',
  'referral-solution-provider',
] as const;
export type FindingId = (typeof FINDING_IDS)[number];

/** Numbers about a domain that rules may set a threshold on. A missing key is unknown, never 0. */
export const METRIC_IDS = [
  /** include mechanisms in the domain's own SPF record */
  'spf-includes',
  /** look-ups its evaluation costs, RFC 7208 section 4.6.4 */
  'spf-lookups',
  /** whole days until the registration ends; negative when it has ended */
  'days-to-expiry',
  /** DMARC pct, or 100 */
  'dmarc-coverage',
  /** verified services in the apex TXT records */
  'verified-services',
] as const;
export type MetricId = (typeof METRIC_IDS)[number];
