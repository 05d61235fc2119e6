import { STATUS_CODES } from 'node:http';
import type { Messages } from '#core/rules/messages.ts';
import { failureSentence, FAILURE_STATUS, type Failure } from '../failure.ts';

/** The body of every answer that is a refusal or a fault. */
export interface ErrorBody {
  /** short name of the status, in English: "Not Found" */
  readonly error: string;
  /** a sentence for people, in their language */
  readonly detail: string;
  /** which failure, for programs */
  readonly code: string;
  readonly requestId: string;
  readonly issues?: Failure['issues'];
}

export function errorBody(
  failure: Failure,
  messages: Messages,
  requestId: string,
  status: number = FAILURE_STATUS[failure.code],
): ErrorBody {
  return {
    error: STATUS_CODES[status] ?? 'Error',
    detail: failureSentence(failure, messages),
    code: failure.code,
    requestId,
    ...(failure.issues === undefined ? {} : { issues: failure.issues }),
  };
}

/** Headers that belong to a failure: when to come again, what is allowed, how to sign in. */
export function failureHeaders({ code, values }: Failure): Record<string, string> {
  switch (code) {
    case 'rate-limited':
      return { 'Retry-After': String(values['seconds'] ?? 1) };
    case 'database-unavailable':
    case 'sign-in-unavailable':
      return { 'Retry-After': '30' };
    case 'not-ready':
      return { 'Retry-After': '5' };
    case 'method-not-allowed':
      return { Allow: String(values['allowed'] ?? '') };
    case 'unauthenticated':
      return { 'WWW-Authenticate': 'Bearer, ApiKey header="X-API-Key"' };
    case 'invalid-token':
      return { 'WWW-Authenticate': 'Bearer error="invalid_token"' };
    case 'invalid-key':
      return { 'WWW-Authenticate': 'ApiKey header="X-API-Key"' };
    default:
      return {};
  }
}
