import { describe, expect, test } from 'vitest';
import { placesOf } from '#service/http/places.ts';
import { ROUTES } from '#service/http/routes/index.ts';

/** What a route is called in a parameter is its own affair: "/jobs/{id}" and "/jobs/{job}" are one address. */
const unnamed = (address: string): string => address.replace(/\{\w+\}/g, '{}');
const PLACES = placesOf(ROUTES).all.map(({ method, path }) => unnamed(`${method} ${path}`));

/**
 * The earlier system's business routes: each stood under /api/v1 and without it. Partner Center and Dynamics 365 come
 * with their integrations.
 */
const EARLIER = [
  'POST /ingest/domain',
  'POST /ingest/csv',
  'POST /ingest/webhook',
  'POST /scan/domain',
  'POST /scan/bulk',
  'GET /scan/bulk/{}',
  'GET /scan/bulk/{}/results',
  'POST /scan/{}/rescan',
  'POST /scan/bulk/rescan',
  'GET /jobs/{}',
  'GET /leads',
  'GET /leads/{}',
  'GET /leads/export',
  'POST /leads/{}/enrich',
  'GET /leads/{}/score-breakdown',
  'GET /leads/{}/sales-summary',
  'GET /leads/{}/summary.pdf',
  'GET /leads/{}/notes',
  'POST /leads/{}/notes',
  'PUT /leads/{}/notes/{}',
  'DELETE /leads/{}/notes/{}',
  'GET /leads/{}/tags',
  'POST /leads/{}/tags',
  'DELETE /leads/{}/tags/{}',
  'POST /leads/{}/favorite',
  'DELETE /leads/{}/favorite',
  'GET /dashboard',
  'GET /dashboard/kpis',
  'POST /email/generate',
  'POST /email/generate-and-validate',
  'GET /alerts',
  'POST /alerts/config',
  'GET /alerts/config',
  'POST /admin/api-keys',
  'GET /admin/api-keys',
  'PATCH /admin/api-keys/{}/activate',
  'PATCH /admin/api-keys/{}/deactivate',
  // Unversioned in the earlier system; under /api/v1 as well now.
  'GET /debug/ip-enrichment/{}',
  'GET /debug/ip-enrichment/config',
] as const;

/** Never had a version, and have none now. */
const UNVERSIONED = [
  'GET /healthz',
  'GET /healthz/live',
  'GET /healthz/ready',
  'GET /healthz/startup',
  'GET /healthz/metrics',
  'GET /docs',
  'GET /redoc',
  'GET /openapi.json',
] as const;

/** What the product definition, chapters 5, 8, 9 and 10, asks for beyond the earlier system: under /api/v1 alone. */
const ADDED = [
  'GET /jobs/{}/results',
  'GET /jobs/{}/events',
  'POST /jobs/{}/cancel',
  'GET /jobs/{}/rejected',
  'GET /leads/{}/what-if',
  'GET /leads/{}/history',
  'DELETE /leads/{}',
  'GET /rules',
  'GET /rules/{}',
  'POST /rules/preview',
] as const;

/** Neither had nor asked for. Each is a decision: it has a reason here, or it goes. */
const BEYOND = [
  // Who has lost the id of a job finds it again.
  'GET /api/v1/jobs',
  // Chapter 1 has the comparison form of names "for duplicate detection"; this shows what it detects.
  'GET /api/v1/leads/duplicates',
  // What the controls paint from, for a form that asks the service itself.
  'GET /api/v1/leads/{}/intelligence',
  // A setting that can be made can be taken back.
  'DELETE /api/v1/alerts/config/{}',
  // Chapter 16 has an audit log; somebody has to be able to read it.
  'GET /api/v1/admin/audit-log',
  // The commands of chapter 5, for who has no shell.
  'POST /api/v1/rules/backtest',
  'POST /api/v1/rules/activate',
  // Scripts and styles of /docs and /redoc, which load nothing from elsewhere.
  'GET /docs/{}',
] as const;

const at = (id: string, prefix: string): string => id.replace(' ', ` ${prefix}`);

describe('every route', () => {
  test.each(EARLIER)('%s of the earlier system answers under /api/v1, and where it was', (id) => {
    expect(PLACES).toContain(at(id, '/api/v1'));
    expect(PLACES).toContain(id);
  });

  test.each(ADDED)('%s of the product definition answers under /api/v1, and nowhere else', (id) => {
    expect(PLACES).toContain(at(id, '/api/v1'));
    expect(PLACES).not.toContain(id);
  });

  test.each(UNVERSIONED)('%s has no version', (id) => {
    expect(PLACES).toContain(id);
    expect(PLACES).not.toContain(at(id, '/api/v1'));
  });

  test('beyond these is a decision, and stands in the list of decisions', () => {
    const known = [
      ...EARLIER.flatMap((id) => [id, at(id, '/api/v1')]),
      ...ADDED.map((id) => at(id, '/api/v1')),
      ...UNVERSIONED,
      ...BEYOND,
    ];
    expect(PLACES.toSorted()).toEqual(known.toSorted());
  });

  test('stands at an address of its own', () => {
    expect(new Set(PLACES).size).toBe(PLACES.length);
  });
});

test('addresses of the earlier system are marked as going away, those of now are not', () => {
  const marked = placesOf(ROUTES).all.filter(({ deprecated }) => deprecated);
  expect(marked.map(({ method, path }) => unnamed(`${method} ${path}`)).toSorted()).toEqual(
    EARLIER.toSorted(),
  );
});
