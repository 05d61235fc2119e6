import { UnsecuredJWT } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTokenCheck, type TokenCheck } from '#service/http/entra.ts';
import { silentLog } from '#service/telemetry/log.ts';
import {
  AUDIENCE,
  CLIENT,
  newPair,
  startEntraKeys,
  TENANT,
  USER,
  type EntraKeys,
} from '#test/doubles/entra-keys.ts';

const OTHER_TENANT = '0f0f0f0f-1d1f-4f5e-9d6b-0a4c1d2e3f40';
let entra: EntraKeys;
let now: number;
let tokens: TokenCheck;
const check = (more: { clientIds?: string[] } = {}): TokenCheck =>
  createTokenCheck({
    tenantIds: [TENANT.toUpperCase()],
    audiences: [AUDIENCE],
    clientIds: [],
    authority: entra.authority,
    fetch: globalThis.fetch,
    clock: () => now,
    log: silentLog,
    ...more,
  });
beforeAll(async () => {
  entra = await startEntraKeys([TENANT, OTHER_TENANT]);
});
afterAll(() => entra.stop());
beforeEach(() => {
  now = Date.parse('2026-11-25T09:00:00Z');
  tokens = check();
});
afterEach(() => entra.behave('ok'));
const at = (seconds = 0): { at: number } => ({ at: now / 1000 + seconds });
const codeOf = async (token: string, by = tokens): Promise<string> => {
  const outcome = await by.check(token);
  return outcome.ok ? 'accepted' : outcome.failure.code;
};

describe('an access token', () => {
  test('of a user with the permission is a seller, known by tenant and object', async () => {
    const outcome = await tokens.check(await entra.token({}, at()));
    expect(outcome).toEqual({
      ok: true,
      value: {
        kind: 'user',
        id: `${TENANT}/${USER}`,
        role: 'seller',
        scopes: [],
        objectId: USER,
        keyId: null,
      },
    });
  });

  test.each([
    [['Hunter.Admin'], 'admin'],
    [['Hunter.Seller', 'Hunter.Operator'], 'operator'],
    [['Other.Admin'], 'seller'],
  ])('with the app roles %j is a %s', async (roles, role) => {
    const outcome = await tokens.check(await entra.token({ roles }, at()));
    expect(outcome.ok && outcome.value.role).toBe(role);
  });

  test('of an application has its role, and speaks for no user', async () => {
    const app = { scp: undefined, sub: USER, roles: ['Hunter.Operator'] };
    const outcome = await tokens.check(await entra.token(app, at()));
    expect(outcome.ok && [outcome.value.role, outcome.value.objectId]).toEqual(['operator', null]);
  });

  test('is good for a minute beyond its end, for clocks differ, and no longer', async () => {
    const token = await entra.token({}, at(-3600));
    now += 59_000;
    expect(await codeOf(token)).toBe('accepted');
    now += 2000;
    expect(await codeOf(token)).toBe('invalid-token');
  });

  test.each([
    ['of another service', { aud: 'ffffffff-2222-3333-4444-555555555555' }],
    ['of a tenant that is not configured', { tid: OTHER_TENANT }],
    ['that names a tenant and comes from another', { iss: 'https://login.microsoftonline.com/common/v2.0' }],
    ['of version 1.0', { ver: '1.0' }],
    ['without a tenant', { tid: undefined }],
    ['without an object id', { oid: undefined }],
    ['without an end', { exp: undefined }],
    ['without a beginning', { nbf: undefined }],
    ['that is not good yet', { nbf: Date.parse('2026-11-25T09:05:00Z') / 1000 }],
    ['that is an id token', { azp: undefined, scp: undefined, nonce: 'n', roles: ['Hunter.Admin'] }],
    ['of a user without any scope, with roles', { scp: undefined, roles: ['Hunter.Admin'] }],
    [
      'that says it is no application and has no scope',
      { scp: undefined, sub: USER, idtyp: 'user', roles: ['Hunter.Admin'] },
    ],
  ])('%s is not accepted', async (_, claims) => {
    expect(await codeOf(await entra.token(claims, at()))).toBe('invalid-token');
  });

  test.each([
    ['signed with another algorithm', { alg: 'PS256' as const }],
    ['signed with a stronger hash', { alg: 'RS512' as const }],
    ['signed with a key of somebody else under a known id', { key: newPair('x').privateKey }],
    ['signed with an unknown key', { key: newPair('y').privateKey, kid: 'y' }],
  ])('%s is not accepted', async (_, signing) => {
    expect(await codeOf(await entra.token({}, { ...at(), ...signing }))).toBe('invalid-token');
  });

  test('without a signature, or no token at all, is not accepted', async () => {
    const bare = new UnsecuredJWT({ tid: TENANT, oid: USER, ver: '2.0', azp: CLIENT, scp: 'access_as_user' })
      .setIssuer(`${entra.authority}/${TENANT}/v2.0`)
      .setAudience(AUDIENCE)
      .setExpirationTime('1h')
      .encode();
    expect(await codeOf(bare)).toBe('invalid-token');
    expect(await codeOf('abc')).toBe('invalid-token');
    expect(await codeOf('a.b.c')).toBe('invalid-token');
  });

  test('without the permission or a role is understood, and may do nothing', async () => {
    expect(await codeOf(await entra.token({ scp: 'User.Read' }, at()))).toBe('forbidden');
    expect(await codeOf(await entra.token({ scp: undefined, sub: USER }, at()))).toBe('forbidden');
  });

  test('of an application that is not on the list is not accepted', async () => {
    const strict = check({ clientIds: [CLIENT.toUpperCase()] });
    expect(await codeOf(await entra.token({}, at()), strict)).toBe('accepted');
    expect(await codeOf(await entra.token({ azp: AUDIENCE }, at()), strict)).toBe('invalid-token');
  });
});

describe('the keys', () => {
  test('are fetched once, however many come at the same time', async () => {
    const token = await entra.token({}, at());
    const before = entra.requests.length;
    await Promise.all([codeOf(token), codeOf(token), codeOf(token)]);
    expect(entra.requests.length - before).toBe(2);
  });

  test('are there before the first caller when they were warmed', async () => {
    await tokens.warm();
    entra.behave('RESET');
    expect(await codeOf(await entra.token({}, at()))).toBe('accepted');
  });

  test('a new key is fetched when it appears, but made-up ids do not ask again and again', async () => {
    const old = await entra.token({}, at());
    expect(await codeOf(old)).toBe('accepted');
    entra.rotate();
    const fresh = await entra.token({}, at());
    const before = entra.requests.length;
    expect(await codeOf(fresh)).toBe('invalid-token');
    expect(entra.requests.length).toBe(before);
    now += 31_000;
    expect(await codeOf(fresh)).toBe('accepted');
    expect(await codeOf(old)).toBe('accepted');
    expect(entra.requests.length).toBe(before + 2);
  });

  test('the last good ones are kept while the sign-in service is away', async () => {
    expect(await codeOf(await entra.token({}, at()))).toBe('accepted');
    entra.behave({ status: 503 });
    now += 2 * 3_600_000;
    expect(await codeOf(await entra.token({}, at()))).toBe('accepted');
    expect(await codeOf(await entra.token({}, at()))).toBe('accepted');
  });

  test('without any, callers hear that it is not their fault, and it is tried again later', async () => {
    entra.behave('RESET');
    const token = await entra.token({}, at());
    expect(await codeOf(token)).toBe('sign-in-unavailable');
    entra.behave('ok');
    expect(await codeOf(token)).toBe('sign-in-unavailable');
    now += 31_000;
    expect(await codeOf(token)).toBe('accepted');
  });

  test.each([
    [
      'of another issuer',
      { configuration: { issuer: 'https://evil.example/v2.0', jwks_uri: 'https://evil.example/keys' } },
    ],
    ['without usable keys', { keys: { keys: [{ kty: 'EC', kid: 'e' }] } }],
    ['in another form', { keys: { error: 'none' } }],
  ])('an answer %s is not taken', async (_, how) => {
    entra.behave(how);
    expect(await codeOf(await entra.token({}, at()))).toBe('sign-in-unavailable');
  });

  test('keys at another host are not fetched', async () => {
    const issuer = `${entra.authority}/${TENANT}/v2.0`;
    entra.behave({ configuration: { issuer, jwks_uri: 'http://127.0.0.1:9/keys' } });
    expect(await codeOf(await entra.token({}, at()))).toBe('sign-in-unavailable');
  });
});
