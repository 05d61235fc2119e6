import type { RouteId } from './access.ts';

/** What an answer is good for next: the operations that take something it holds. */
export interface Link {
  /** the answer's status */
  readonly status: number;
  /** the parameter of the path that is filled */
  readonly parameter: string;
  /** where in the body its value is: a JSON pointer (RFC 6901) */
  readonly at: string;
  readonly to: readonly RouteId[];
}

const JOB = [
  'GET /jobs/{id}',
  'GET /jobs/{id}/results',
  'GET /jobs/{id}/events',
  'POST /jobs/{id}/cancel',
] as const;
const BULK = [...JOB, 'GET /scan/bulk/{id}', 'GET /scan/bulk/{id}/results'] as const;
const LEAD = [
  'GET /leads/{domain}',
  'GET /leads/{domain}/score-breakdown',
  'GET /leads/{domain}/sales-summary',
  'GET /leads/{domain}/what-if',
  'GET /leads/{domain}/history',
  'GET /leads/{domain}/intelligence',
  'GET /leads/{domain}/summary.pdf',
  'POST /leads/{domain}/enrich',
  'POST /scan/{domain}/rescan',
] as const;

const job = (status: number, to: readonly RouteId[], at = '/job_id'): Link => ({
  status,
  parameter: 'id',
  at,
  to,
});
const lead = (status: number, to: readonly RouteId[], at = '/domain'): Link => ({
  status,
  parameter: 'domain',
  at,
  to,
});

/** The links of the document (OpenAPI 3.1, "Link Object"), by the operation whose answer has them. */
export const LINKS: Partial<Record<RouteId, readonly Link[]>> = {
  'POST /scan/bulk': [job(200, BULK)],
  'POST /scan/bulk/rescan': [job(200, BULK)],
  'POST /ingest/csv': [job(202, [...JOB, 'GET /jobs/{id}/rejected'])],
  'POST /rules/activate': [job(202, JOB)],
  'GET /jobs': [job(200, JOB, '/jobs/0/job_id')],
  // A company that only came in has nothing to show before it was scanned.
  'POST /ingest/domain': [
    lead(201, ['POST /leads/{domain}/enrich', 'POST /scan/{domain}/rescan', 'DELETE /leads/{domain}']),
  ],
  'POST /scan/domain': [lead(200, LEAD)],
  'GET /leads': [
    lead(200, [...LEAD, 'GET /leads/{domain}/notes', 'GET /leads/{domain}/tags'], '/leads/0/domain'),
  ],
  'GET /alerts': [lead(200, ['GET /leads/{domain}', 'GET /leads/{domain}/history'], '/0/domain')],
  'GET /leads/{domain}': [lead(200, ['POST /scan/{domain}/rescan', 'DELETE /leads/{domain}'])],
  'POST /admin/api-keys': [
    {
      status: 201,
      parameter: 'id',
      at: '/id',
      to: ['PATCH /admin/api-keys/{id}/activate', 'PATCH /admin/api-keys/{id}/deactivate'],
    },
  ],
  'POST /alerts/config': [{ status: 201, parameter: 'id', at: '/id', to: ['DELETE /alerts/config/{id}'] }],
  'GET /alerts/config': [{ status: 200, parameter: 'id', at: '/0/id', to: ['DELETE /alerts/config/{id}'] }],
  'GET /rules': [{ status: 200, parameter: 'set', at: '/sets/0/id', to: ['GET /rules/{set}'] }],
};
