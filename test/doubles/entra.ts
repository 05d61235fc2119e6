import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

/**
 * The two questions that need no sign-in: OpenID configuration and user realm. Strict: any other path, method or
 * version is refused as the real service would, so that a client that drifts is caught.
 */

const EntraTenant = z.strictObject({
  tenantId: z.guid(),
  region: z.string().nullable(),
  realm: z.enum(['Managed', 'Federated']),
  brand: z.string(),
});
export type EntraTenant = z.input<typeof EntraTenant>;

export interface EntraQuery {
  readonly kind: 'openid' | 'realm' | 'unknown';
  readonly domain: string;
  readonly url: string;
}

/** Another reply than the tenants say. */
export interface EntraReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly delay?: number;
}

export interface EntraDouble {
  /** `http://127.0.0.1:port` */
  readonly authority: string;
  readonly queries: EntraQuery[];
  /** another reply from now on; 'SILENT' = none, 'RESET' = the connection breaks, undefined = as the tenants say */
  behave(answer: (query: EntraQuery) => EntraReply | 'SILENT' | 'RESET' | undefined): void;
  stop(): Promise<void>;
}

export async function startEntraDouble(options: {
  tenants: Readonly<Record<string, EntraTenant>>;
}): Promise<EntraDouble> {
  const tenants = z.record(z.string(), EntraTenant).parse(options.tenants);
  const queries: EntraQuery[] = [];
  let answer: Parameters<EntraDouble['behave']>[0] = () => undefined;
  const timers = new Set<NodeJS.Timeout>();

  const server = createServer((request, response) => {
    const query = read(request);
    queries.push(query);
    const instead = answer(query);
    if (instead === 'SILENT') return;
    if (instead === 'RESET') return void request.socket.resetAndDestroy();
    const reply = instead ?? serve(request, query, tenants);
    const timer = setTimeout(() => {
      timers.delete(timer);
      send(response, reply);
    }, reply.delay ?? 0);
    timers.add(timer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    authority: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    queries,
    behave(next) {
      answer = next;
    },
    stop: () =>
      new Promise((resolve) => {
        for (const timer of timers) clearTimeout(timer);
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function read(request: IncomingMessage): EntraQuery {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://double');
  const openid = /^\/([^/]+)\/v2\.0\/\.well-known\/openid-configuration$/.exec(pathname);
  const url = request.url ?? '/';
  if (openid) return { kind: 'openid', domain: decodeURIComponent(openid[1]!).toLowerCase(), url };
  if (pathname === '/common/userrealm/') {
    const user = searchParams.get('user') ?? '';
    return { kind: 'realm', domain: user.slice(user.lastIndexOf('@') + 1).toLowerCase(), url };
  }
  return { kind: 'unknown', domain: '', url };
}

function serve(
  request: IncomingMessage,
  { kind, domain, url }: EntraQuery,
  tenants: Readonly<Record<string, EntraTenant>>,
): EntraReply {
  if (request.method !== 'GET') return { status: 405 };
  const tenant = Object.hasOwn(tenants, domain) ? tenants[domain] : undefined;
  const { searchParams } = new URL(url, 'http://double');
  switch (kind) {
    case 'openid':
      return tenant === undefined ? noTenant(domain) : json(200, configuration(tenant));
    case 'realm': {
      if (searchParams.get('api-version') !== '2.1')
        return json(400, {
          error: 'invalid_request',
          error_description: 'AADSTS9000411: api-version 2.1 is served.',
        });
      const login = searchParams.get('user') ?? '';
      if (!/^[^@]+@[^@]+$/.test(login))
        return json(400, {
          error: 'invalid_request',
          error_description: 'AADSTS90100: user parameter is empty or not valid.',
        });
      return json(200, realm(login, domain, tenant));
    }
    default:
      return { status: 404 };
  }
}

function configuration({ tenantId, region }: EntraTenant) {
  const base = `https://login.microsoftonline.com/${tenantId}`;
  return {
    token_endpoint: `${base}/oauth2/v2.0/token`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
    jwks_uri: `${base}/discovery/v2.0/keys`,
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    issuer: `${base}/v2.0`,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    tenant_region_scope: region,
    cloud_instance_name: 'microsoftonline.com',
    cloud_graph_host_name: 'graph.windows.net',
    msgraph_host: 'graph.microsoft.com',
  };
}

function noTenant(domain: string): EntraReply {
  return json(400, {
    error: 'invalid_tenant',
    error_description: `AADSTS90002: Tenant '${domain}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.`,
    error_codes: [90002],
    timestamp: '2026-11-22 10:00:00Z',
    trace_id: '00000000-0000-0000-0000-000000000001',
    correlation_id: '00000000-0000-0000-0000-000000000002',
    error_uri: 'https://login.microsoftonline.com/error?code=90002',
  });
}

function realm(login: string, domain: string, tenant: EntraTenant | undefined) {
  if (tenant === undefined)
    return { NameSpaceType: 'Unknown', Login: login, cloud_instance_name: 'microsoftonline.com' };
  return {
    NameSpaceType: tenant.realm,
    ...(tenant.realm === 'Federated'
      ? {
          federation_protocol: 'WSTrust',
          AuthURL: `https://sts.${domain}/adfs/ls/?username=${encodeURIComponent(login)}`,
        }
      : {}),
    Login: login,
    DomainName: domain,
    FederationBrandName: tenant.brand,
    TenantBrandingInfo: null,
    cloud_instance_name: 'microsoftonline.com',
  };
}

function json(status: number, value: unknown): EntraReply {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(value),
  };
}

function send(response: ServerResponse, { status, headers = {}, body = '' }: EntraReply): void {
  response.writeHead(status, headers).end(body);
}
