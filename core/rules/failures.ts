/**
 * Why a request, or a row of a file, is not done. A closed list: each has a status in service/failure.ts and a sentence
 * in `api` of rules/messages.<language>.json that tells the reader what to do.
 */
export const FAILURE_CODES = [
  // about the request itself
  'malformed-json',
  'invalid-request',
  'invalid-domain',
  'body-too-large',
  'unsupported-media-type',
  'route-not-found',
  'method-not-allowed',
  'moved-to-dynamics',
  // about who asks
  'unauthenticated',
  'invalid-token',
  'invalid-key',
  'forbidden',
  'rate-limited',
  // about what is asked for
  'lead-not-found',
  'lead-not-scanned',
  'job-not-found',
  'job-has-no-upload',
  'job-finished',
  'job-not-finished',
  'key-not-found',
  'alert-config-not-found',
  'rule-set-not-found',
  'rules-faulty',
  'domain-suppressed',
  'domains-not-ingested',
  'no-domains',
  'too-many-domains',
  'no-addresses',
  'target-not-allowed',
  'smtp-check-off',
  'enrichment-off',
  // about a file
  'file-missing',
  'file-empty',
  'file-unreadable',
  'file-kind-unknown',
  'file-bomb',
  'file-too-many-rows',
  'file-too-many-columns',
  'file-no-domain-column',
  'file-mapping-unknown',
  // about us
  'internal',
  'database-unavailable',
  'not-ready',
] as const;
export type FailureCode = (typeof FAILURE_CODES)[number];
