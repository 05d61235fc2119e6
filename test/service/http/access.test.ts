import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApiKey } from '#service/verbs/create-api-key.ts';
import { SCOPES } from '#service/api-key.ts';
import { ACCESS, ROLES, type Access } from '#service/http/access.ts';
import { placesOf } from '#service/http/places.ts';
import { ROUTES } from '#service/http/routes/index.ts';
import { startApi, type Api } from '#test/support/api.ts';
import { AUDIENCE, startEntraKeys, TENANT, USER, type EntraKeys } from '#test/doubles/entra-keys.ts';
import { createTestService, type TestService } from '#test/support/service.ts';

const idsOf = (routes: readonly { id: string }[]): string[] => routes.map(({ id }) => id).sort();

test('every route of the table is there, once, and no other', () => {
  expect(idsOf(ROUTES)).toEqual(Object.keys(ACCESS).sort());
});

let entra: EntraKeys;
let t: TestService;
let api: Api;
const keys = new Map<string, string>();
beforeAll(async () => {
  entra = await startEntraKeys();
  t = await createTestService({
    env: {
      HUNTER_AUTH_MODE: 'entra',
      HUNTER_ENTRA_TENANT_IDS: TENANT,
      HUNTER_ENTRA_AUDIENCES: AUDIENCE,
      HUNTER_ENTRA_AUTHORITY: entra.authority,
      HUNTER_REQUESTS_PER_MINUTE: '100000',
    },
  });
  api = await startApi(t.service);
  const key = (name: string, scopes: typeof SCOPES | (typeof SCOPES)[number][]) =>
    createApiKey(
      t.service,
      { name, scopes: [...scopes], rateLimitPerMinute: 10_000, expiresAt: null, createdBy: null },
      { kind: 'command', id: 'test' },
      null,
    ).then(({ secret }) => void keys.set(name, secret));
  await key('all', SCOPES);
  for (const scope of SCOPES)
    await key(
      `all but ${scope}`,
      SCOPES.filter((other) => other !== scope),
    );
});
afterAll(async () => {
  await api.close();
  await t.close();
  await entra.stop();
});

/** Every address with who may call it: that of the earlier system is no way around. */
const ADDRESSES = placesOf(ROUTES).all.map(({ route, method, path }) => {
  const access: Access = ACCESS[route.id];
  return [`${method} ${path}`, access] as const;
});
const open = ADDRESSES.filter(([, access]) => access === 'public' || access === 'probe');
const guarded = ADDRESSES.filter(([, access]) => access !== 'public' && access !== 'probe');

/** The address with something in its parameters; nothing of it is looked at before access is. */
function call(address: string, options: Parameters<Api['call']>[2] = {}) {
  const [method = '', path = ''] = address.split(' ');
  return api.call(method, path.replace(/\{\w+\}/g, '1'), options);
}

describe('W21: with sign-in', () => {
  test.each(open)('%s answers everybody', async (address) => {
    expect([401, 403]).not.toContain((await call(address)).status);
  });

  test.each(guarded)('%s refuses who brings nothing', async (address) => {
    const { status, json, headers } = await call(address);
    expect([status, json.code]).toEqual([401, 'unauthenticated']);
    expect(headers.get('www-authenticate')).toContain('Bearer');
  });

  test.each(guarded)('%s refuses a person who is too little', async (address, access) => {
    if (typeof access === 'string') return;
    if ('key' in access) {
      const token = await entra.token({ roles: ['Hunter.Admin'] });
      expect((await call(address, { as: { token } })).json.code).toBe('unauthenticated');
      return;
    }
    const weaker = ROLES[ROLES.indexOf(access.role) - 1];
    const name = { seller: 'Hunter.Seller', operator: 'Hunter.Operator', admin: 'Hunter.Admin' };
    // Below the seller is only an application without a role.
    const claims =
      weaker === undefined ? { scp: undefined, sub: USER, roles: [] } : { roles: [name[weaker]] };
    const { status, json } = await call(address, { as: { token: await entra.token(claims) } });
    expect([status, json.code]).toEqual([403, 'forbidden']);
  });

  test.each(guarded)('%s refuses a key that may do everything else', async (address, access) => {
    if (typeof access === 'string') return;
    const scope = 'key' in access ? access.key : access.scope;
    const secret = keys.get(scope === null ? 'all' : `all but ${scope}`)!;
    const { status, json } = await call(address, { as: { key: secret } });
    expect([status, json.code]).toEqual([403, 'forbidden']);
  });

  test('a wrong token and a wrong key are 401, whatever else is brought', async () => {
    const wrong = await call('GET /api/v1/admin/api-keys', { as: { token: 'abc' } });
    expect([wrong.status, wrong.json.code]).toEqual([401, 'invalid-token']);
    expect(wrong.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    const token = await entra.token({ roles: ['Hunter.Admin'] });
    const both = await call('GET /api/v1/admin/api-keys', {
      headers: { authorization: `Bearer ${token}`, 'x-api-key': 'hk_no' },
    });
    expect([both.status, both.json.code]).toEqual([401, 'invalid-key']);
  });

  test('an administrator and a key with the scope get in', async () => {
    const token = await entra.token({ roles: ['Hunter.Admin'] });
    expect((await call('GET /api/v1/admin/api-keys', { as: { token } })).status).toBe(200);
    expect((await call('GET /healthz/metrics', { as: { key: keys.get('all')! } })).status).toBe(200);
  });

  test('what an actor did is in the audit log under its own name', async () => {
    const token = await entra.token({ roles: ['Hunter.Admin'] });
    await call('POST /api/v1/admin/api-keys', { as: { token }, body: { name: 'form' } });
    const { json } = await call('GET /api/v1/admin/audit-log', { as: { token } });
    expect(json.entries[0]).toMatchObject({
      actor: `${TENANT}/${USER}`,
      actor_kind: 'user',
      action: 'api-key.create',
    });
  });
});
