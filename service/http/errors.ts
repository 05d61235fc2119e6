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

/** SQLSTATE classes and codes that say "not now": connection, too many connections, shutdown, starting, timeout, read-only. */
const NOT_NOW = /^(?:08...|53...|57P0[1-5]|57014|25006)$/;
/** What the driver and the sockets under it say. No verb lets those of other connections through: they are values there. */
const NO_CONNECTION = new Set([
  'CONNECT_TIMEOUT',
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

/** Whether an exception means that the database cannot be asked at the moment. */
export function isDatabaseDown(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' && (NO_CONNECTION.has(code) || NOT_NOW.test(code));
}
