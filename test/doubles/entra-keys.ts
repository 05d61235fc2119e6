import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT } from 'jose';

/**
 * The part of Microsoft Entra that an API asks to check tokens: OpenID configuration and keys of each tenant, at the
 * addresses of the v2.0 endpoint. Tokens are made with the claims that Entra writes into access tokens of version 2.0.
 */
export interface EntraKeys {
  /** `http://127.0.0.1:port` */
  readonly authority: string;
  readonly requests: string[];
  /** from now on tokens are signed with a new key; the old one stays published unless told otherwise */
  rotate(options?: { withdraw?: boolean }): void;
  /** 'ok', or what goes wrong: no answer at all, or another one */
  behave(
    how:
      | 'ok'
      | 'SILENT'
      | 'RESET'
      | { readonly status?: number; readonly configuration?: object; readonly keys?: object },
  ): void;
  /** an access token of a user; every claim can be another, and undefined takes it away */
  token(claims?: Readonly<Record<string, unknown>>, signing?: Signing): Promise<string>;
  stop(): Promise<void>;
}

export interface Signing {
  readonly alg?: 'RS256' | 'RS512' | 'PS256';
  readonly kid?: string;
  /** a key that the double does not publish */
  readonly key?: KeyObject;
  /** seconds since 1970 */
  readonly at?: number;
}

export const TENANT = '8f0e3f6c-1d1f-4f5e-9d6b-0a4c1d2e3f40';
export const AUDIENCE = '11111111-2222-3333-4444-555555555555';
export const CLIENT = '66666666-7777-8888-9999-000000000000';
export const USER = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee';

interface Pair {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export const newPair = (kid: string): Pair => ({
  kid,
  ...generateKeyPairSync('rsa', { modulusLength: 2048 }),
});

export async function startEntraKeys(tenants: readonly string[] = [TENANT]): Promise<EntraKeys> {
  let current = newPair('key-1');
  let published: Pair[] = [current];
  let made = 1;
  let how: Parameters<EntraKeys['behave']>[0] = 'ok';
  const requests: string[] = [];

  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    requests.push(path);
    if (how === 'SILENT') return;
    if (how === 'RESET') return void request.socket.resetAndDestroy();
    const send = (status: number, value: unknown): void =>
      void response
        .writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
        .end(JSON.stringify(value));
    const instead = how === 'ok' ? {} : how;
    if (instead.status !== undefined) return send(instead.status, { error: 'temporarily_unavailable' });
    const [, tenant = '', ...rest] = path.split('/');
    if (request.method !== 'GET' || !tenants.includes(tenant)) return send(400, { error: 'invalid_tenant' });
    const base = `http://${request.headers.host}/${tenant}`;
    switch (rest.join('/')) {
      case 'v2.0/.well-known/openid-configuration':
        return send(
          200,
          instead.configuration ?? {
            token_endpoint: `${base}/oauth2/v2.0/token`,
            jwks_uri: `${base}/discovery/v2.0/keys`,
            issuer: `${base}/v2.0`,
            id_token_signing_alg_values_supported: ['RS256'],
          },
        );
      case 'discovery/v2.0/keys':
        return send(
          200,
          instead.keys ?? {
            keys: published.map(({ kid, publicKey }) => ({
              ...publicKey.export({ format: 'jwk' }),
              use: 'sig',
              kid,
              x5t: kid,
              issuer: `${base}/v2.0`,
            })),
          },
        );
      default:
        return send(404, { error: 'not_found' });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const authority = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    authority,
    requests,
    rotate({ withdraw = false } = {}) {
      current = newPair(`key-${(made += 1)}`);
      published = withdraw ? [current] : [...published, current];
    },
    behave(next) {
      how = next;
    },
    token(
      claims = {},
      { alg = 'RS256', kid = current.kid, key = current.privateKey, at = Date.now() / 1000 } = {},
    ) {
      const now = Math.floor(at);
      const tenant = typeof claims['tid'] === 'string' ? claims['tid'] : TENANT;
      const all: Record<string, unknown> = {
        aud: AUDIENCE,
        iss: `${authority}/${tenant}/v2.0`,
        iat: now,
        nbf: now,
        exp: now + 3600,
        azp: CLIENT,
        azpacr: '0',
        name: 'Ayşe Yılmaz',
        oid: USER,
        preferred_username: 'ayse@contoso.com',
        scp: 'access_as_user',
        sub: 'pairwise-subject',
        tid: tenant,
        uti: 'unique',
        ver: '2.0',
        ...claims,
      };
      for (const [name, value] of Object.entries(all)) if (value === undefined) delete all[name];
      return new SignJWT(all).setProtectedHeader({ typ: 'JWT', alg, kid }).sign(key);
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
