import { STATUS_CODES } from 'node:http';
import type { FailureCode } from '#core/rules/failures.ts';
import type { Messages } from '#core/rules/messages.ts';
import { FAILURE_STATUS } from '../failure.ts';
import { ACCESS, type Access } from './access.ts';
import type { Route } from './route.ts';

/** Refusals as the document of the API shows them. */

export const HEADERS = { 'X-Request-ID': { $ref: '#/components/headers/X-Request-ID' } };

/** What can go wrong at this route: its own failures, and those that come with its parts. */
export function failuresOf(route: Route): FailureCode[] {
  const access: Access = ACCESS[route.id];
  const codes = new Set<FailureCode>(route.failures);
  const add = (...more: FailureCode[]): void => more.forEach((code) => codes.add(code));
  if (access !== 'probe') add('rate-limited');
  if (access !== 'probe' && access !== 'public') {
    add('unauthenticated', 'invalid-token', 'invalid-key', 'forbidden', 'database-unavailable');
    if (!('key' in access)) add('sign-in-unavailable');
  }
  if (route.params ?? route.query ?? route.body) add('invalid-request');
  if (route.body !== undefined) add('malformed-json', 'body-too-large', 'unsupported-media-type');
  if (route.form !== undefined) add('body-too-large', 'unsupported-media-type');
  add('internal');
  return [...codes];
}

/** The refusals of a route, by status. */
export function refusals(route: Route, error: Record<string, unknown>): Record<string, unknown> {
  const byStatus = Map.groupBy(failuresOf(route), (code) => FAILURE_STATUS[code]);
  return Object.fromEntries(
    [...byStatus]
      .filter(([status]) => route.replies[status] === undefined)
      .map(([status, codes]) => [String(status), refusal(status, codes, error)]),
  );
}

export const refusal = (status: number, codes: readonly FailureCode[], error: Record<string, unknown>) => ({
  description: `${STATUS_CODES[status]}: ${codes.join(', ')}`,
  headers:
    status === 429 || status === 503
      ? { ...HEADERS, 'Retry-After': { $ref: '#/components/headers/Retry-After' } }
      : HEADERS,
  content: {
    'application/json': {
      schema: error,
      examples: Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }])),
    },
  },
});

/** The sentence with its placeholders, as nobody knows what will stand there. */
export const exampleOf = (code: FailureCode, messages: Messages) => ({
  summary: code,
  value: {
    error: STATUS_CODES[FAILURE_STATUS[code]] ?? 'Error',
    detail: messages.api[code],
    code,
    requestId: '4bf92f3577b34da6a3ce929d0e0e4736',
  },
});
