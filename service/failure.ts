import type { FailureCode } from '#core/rules/failures.ts';
import { fill, type Messages } from '#core/rules/messages.ts';

/** The HTTP status of each failure; the command line prints the sentence alone. */
export const FAILURE_STATUS = {
  'malformed-json': 400,
  'malformed-request': 400,
  'invalid-request': 422,
  'invalid-domain': 422,
  'cursor-invalid': 422,
  'body-too-large': 413,
  'unsupported-media-type': 415,
  'route-not-found': 404,
  'method-not-allowed': 405,
  'moved-to-dynamics': 410,
  unauthenticated: 401,
  'invalid-token': 401,
  'invalid-key': 401,
  forbidden: 403,
  'host-not-allowed': 403,
  'origin-not-allowed': 403,
  'rate-limited': 429,
  'lead-not-found': 404,
  'lead-not-scanned': 404,
  'lead-not-scored': 404,
  'job-not-found': 404,
  'job-has-no-upload': 404,
  'job-finished': 409,
  'job-not-finished': 409,
  'key-not-found': 404,
  'expiry-past': 422,
  'alert-config-not-found': 404,
  'rule-set-not-found': 404,
  'rules-faulty': 422,
  'rules-not-at-hand': 503,
  'domain-suppressed': 409,
  'domains-not-ingested': 400,
  'no-domains': 422,
  'too-many-domains': 422,
  'no-addresses': 422,
  'target-not-allowed': 422,
  'smtp-check-off': 422,
  'enrichment-off': 404,
  'file-missing': 422,
  'file-empty': 422,
  'file-unreadable': 422,
  'file-kind-unknown': 415,
  'file-bomb': 413,
  'file-too-many-rows': 413,
  'file-too-many-columns': 422,
  'file-no-domain-column': 422,
  'file-mapping-unknown': 422,
  'file-mapping-twice': 422,
  'file-sheet-unknown': 422,
  'file-encrypted': 422,
  'file-no-rows': 422,
  'file-quote-open': 422,
  'item-failed': 500,
  'given-up': 500,
  'job-broken': 500,
  internal: 500,
  'database-unavailable': 503,
  'sign-in-unavailable': 503,
  'not-ready': 503,
} as const satisfies Record<FailureCode, number>;

/** Why something was not done, as a value: the code says which sentence, the values fill it. */
export interface Failure {
  readonly code: FailureCode;
  /** for the placeholders of the sentence; never an internal text */
  readonly values: Readonly<Record<string, string | number>>;
  /** which fields of the input are at fault, for invalid-request and rules-faulty */
  readonly issues?: readonly { readonly path: string; readonly message: string }[];
}

/** What a verb comes to. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: Failure };

export const done = <T>(value: T): Outcome<T> => ({ ok: true, value });

export const failed = (
  code: FailureCode,
  values: Failure['values'] = {},
  issues?: Failure['issues'],
): { readonly ok: false; readonly failure: Failure } => ({
  ok: false,
  failure: issues === undefined ? { code, values } : { code, values, issues },
});

/** The sentence for people. */
export const failureSentence = ({ code, values }: Failure, m: Messages): string => fill(m.api[code], values);
