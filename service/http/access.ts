import type { Scope } from '../api-key.ts';

/**
 * The one table of every route and who may call it. A route that is not in it cannot be written (its id is a key of this
 * table), and a test holds the table to the routes that answer.
 */

/** What people may be, weakest first: each may do what those before it may. */
export const ROLES = ['seller', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/**
 * `public`: everybody, without a name. `probe`: the same, and uncounted, since load balancers ask all day. `key`: API keys with the scope, and nobody else.
 * Otherwise the least role of people, and the scope that lets a key in (null = no key).
 */
export type Access =
  | 'public'
  | 'probe'
  | { readonly key: Scope }
  | { readonly role: Role; readonly scope: Scope | null };

const seller = (scope: Scope | null): Access => ({ role: 'seller', scope });
const operator = (scope: Scope | null): Access => ({ role: 'operator', scope });
const admin: Access = { role: 'admin', scope: null };

/** Under /api/v1, and without it for clients of the earlier system where a route says so. */
export const ACCESS = {
  'POST /ingest/domain': seller('ingest'),
  'POST /ingest/csv': operator('ingest'),
  'POST /ingest/webhook': { key: 'ingest' },

  'POST /scan/domain': seller('scan'),
  'POST /scan/bulk': operator('scan'),
  'POST /scan/bulk/rescan': operator('scan'),
  'GET /scan/bulk/{id}': operator('read'),
  'GET /scan/bulk/{id}/results': operator('read'),
  'POST /scan/{domain}/rescan': seller('scan'),

  'GET /jobs': operator('read'),
  'GET /jobs/{id}': operator('read'),
  'GET /jobs/{id}/results': operator('read'),
  'GET /jobs/{id}/events': operator('read'),
  'GET /jobs/{id}/rejected': operator('read'),
  'POST /jobs/{id}/cancel': operator('scan'),

  'GET /leads': operator('read'),
  'GET /leads/export': operator('export'),
  'GET /leads/duplicates': operator('read'),
  'GET /leads/{domain}': seller('read'),
  'DELETE /leads/{domain}': admin,
  'POST /leads/{domain}/enrich': seller('write'),
  'GET /leads/{domain}/score-breakdown': seller('read'),
  'GET /leads/{domain}/sales-summary': seller('read'),
  'GET /leads/{domain}/summary.pdf': seller('read'),
  'GET /leads/{domain}/what-if': seller('read'),
  'GET /leads/{domain}/history': seller('read'),
  'GET /leads/{domain}/intelligence': seller('read'),
  'GET /leads/{domain}/notes': seller('read'),
  'POST /leads/{domain}/notes': seller('write'),
  'PUT /leads/{domain}/notes/{noteId}': seller('write'),
  'DELETE /leads/{domain}/notes/{noteId}': seller('write'),
  'GET /leads/{domain}/tags': seller('read'),
  'POST /leads/{domain}/tags': seller('write'),
  'DELETE /leads/{domain}/tags/{tagId}': seller('write'),
  'POST /leads/{domain}/favorite': seller('write'),
  'DELETE /leads/{domain}/favorite': seller('write'),

  'GET /dashboard': operator('read'),
  'GET /dashboard/kpis': operator('read'),

  'POST /email/generate': seller('read'),
  'POST /email/generate-and-validate': seller('read'),

  'GET /alerts': operator('read'),
  'GET /alerts/config': seller(null),
  'POST /alerts/config': seller(null),
  'DELETE /alerts/config/{id}': seller(null),

  'GET /admin/api-keys': admin,
  'POST /admin/api-keys': admin,
  'PATCH /admin/api-keys/{id}/activate': admin,
  'PATCH /admin/api-keys/{id}/deactivate': admin,
  'GET /admin/audit-log': admin,

  'GET /rules': operator('read'),
  'GET /rules/{set}': operator('read'),
  'POST /rules/preview': operator('read'),
  'POST /rules/backtest': operator(null),
  'POST /rules/activate': admin,

  'GET /debug/ip-enrichment/config': admin,
  'GET /debug/ip-enrichment/{ip}': admin,

  'GET /healthz': 'probe',
  'GET /healthz/live': 'probe',
  'GET /healthz/ready': 'probe',
  'GET /healthz/startup': 'probe',
  'GET /healthz/metrics': operator('read'),

  'GET /docs': 'public',
  'GET /docs/{file}': 'public',
  'GET /redoc': 'public',
  'GET /openapi.json': 'public',
} as const satisfies Record<string, Access>;

/** "GET /leads/{domain}": method and path, as the table writes them. */
export type RouteId = keyof typeof ACCESS;
