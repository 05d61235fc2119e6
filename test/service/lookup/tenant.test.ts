import { afterEach, describe, expect, test } from 'vitest';
import { sleep } from '#service/lookup/limit.ts';
import { createTenantLookup, type TenantLookupOptions } from '#service/lookup/tenant.ts';
import { startEntraDouble, type EntraDouble, type EntraReply } from '#test/doubles/entra.ts';

const TENANTS = {
  'contoso.com': {
    tenantId: '11111111-2222-4333-8444-555555555555',
    region: 'EU',
    realm: 'Managed',
    brand: 'Contoso',
  },
  'fabrikam.com.tr': {
    tenantId: 'AAAAAAAA-2222-4333-8444-555555555555',
    region: 'WW',
    realm: 'Federated',
    brand: 'Fabrikam A.Ş.',
  },
  'bare.com': {
    tenantId: '99999999-2222-4333-8444-555555555555',
    region: null,
    realm: 'Managed',
    brand: '  ',
  },
} as const;

let double: EntraDouble | undefined;
afterEach(async () => {
  await double?.stop();
  double = undefined;
});

async function world(options: Partial<TenantLookupOptions> = {}) {
  double = await startEntraDouble({ tenants: TENANTS });
  const { look } = createTenantLookup({
    fetch,
    authority: double.authority,
    perSecond: Number.POSITIVE_INFINITY,
    timeoutMs: 300,
    clock: Date.now,
    sleep,
    ...options,
  });
  return { look, entra: double };
}

/** The double gives one reply for one kind of question, and the usual one for the other. */
const only =
  (kind: 'openid' | 'realm', reply: EntraReply | 'SILENT' | 'RESET') => (query: { kind: string }) =>
    query.kind === kind ? reply : undefined;

describe('a tenant', () => {
  test('is id, region, realm and brand, from two requests', async () => {
    const { look, entra } = await world();
    expect(await look('contoso.com')).toEqual({
      state: 'found',
      value: {
        tenantId: '11111111-2222-4333-8444-555555555555',
        region: 'EU',
        realm: 'Managed',
        brand: 'Contoso',
      },
    });
    expect(entra.queries.map((q) => q.url)).toEqual([
      '/contoso.com/v2.0/.well-known/openid-configuration',
      '/common/userrealm/?user=hunter%40contoso.com&api-version=2.1',
    ]);
  });

  test('may be federated', async () => {
    const { look } = await world();
    expect(await look('fabrikam.com.tr')).toEqual({
      state: 'found',
      value: {
        tenantId: 'aaaaaaaa-2222-4333-8444-555555555555',
        region: 'WW',
        realm: 'Federated',
        brand: 'Fabrikam A.Ş.',
      },
    });
  });

  test('without region or brand has null there', async () => {
    const { look } = await world();
    expect(await look('bare.com')).toMatchObject({ state: 'found', value: { region: null, brand: null } });
  });
});

describe('no tenant', () => {
  test('is an absence, and the second request is saved', async () => {
    const { look, entra } = await world();
    expect(await look('nobody.example')).toEqual({ state: 'absent', why: 'NOT-FOUND' });
    expect(entra.queries).toHaveLength(1);
  });

  test.each<[string, EntraReply | 'SILENT' | 'RESET', string]>([
    ['500', { status: 500 }, 'SERVFAIL'],
    ['silence', 'SILENT', 'TIMEOUT'],
    ['a broken connection', 'RESET', 'NETWORK'],
    ['nonsense', { status: 200, body: '{}' }, 'BAD-REPLY'],
  ])('is not said by an unknown realm where the OpenID configuration gives %s', async (_, reply, why) => {
    const { look, entra } = await world();
    entra.behave(only('openid', reply));
    expect(await look('nobody.example')).toMatchObject({ state: 'unanswered', why });
  });
});

describe('one of the two sources', () => {
  test('without the OpenID configuration: realm and brand', async () => {
    const { look, entra } = await world();
    entra.behave(only('openid', 'RESET'));
    expect(await look('contoso.com')).toEqual({
      state: 'found',
      value: { tenantId: null, region: null, realm: 'Managed', brand: 'Contoso' },
    });
  });

  test.each<[string, EntraReply | 'SILENT']>([
    ['no answer', 'SILENT'],
    ['an error', { status: 500 }],
    ['an unknown realm', { status: 200, body: '{"NameSpaceType":"Unknown","Login":"hunter@contoso.com"}' }],
    ['a kind of realm we do not know', { status: 200, body: '{"NameSpaceType":"Viral"}' }],
  ])('with %s from the realm: id and region', async (_, reply) => {
    const { look, entra } = await world();
    entra.behave(only('realm', reply));
    expect(await look('contoso.com')).toEqual({
      state: 'found',
      value: { tenantId: '11111111-2222-4333-8444-555555555555', region: 'EU', realm: null, brand: null },
    });
  });
});

describe('no answer says nothing about the domain', () => {
  const tenant = (issuer: string) => ({ status: 200, body: JSON.stringify({ issuer }) });
  test.each<[string, EntraReply | 'SILENT' | 'RESET', string]>([
    ['silence', 'SILENT', 'TIMEOUT'],
    ['a broken connection', 'RESET', 'NETWORK'],
    ['500', { status: 500 }, 'SERVFAIL'],
    ['503', { status: 503 }, 'SERVFAIL'],
    ['403', { status: 403 }, 'REFUSED'],
    ['404', { status: 404, body: '{"error":"invalid_tenant"}' }, 'BAD-REPLY'],
    [
      '400 for another reason',
      { status: 400, body: '{"error":"invalid_request","error_description":"AADSTS90014: missing field"}' },
      'BAD-REPLY',
    ],
    ['a redirect', { status: 302, headers: { location: 'https://example.com/' } }, 'BAD-REPLY'],
    ['a page instead of JSON', { status: 200, body: '<html>sign in</html>' }, 'BAD-REPLY'],
    ['JSON of another shape', { status: 200, body: '{"issuer":5}' }, 'BAD-REPLY'],
    ['an issuer without a tenant', tenant('https://login.microsoftonline.com/{tenantid}/v2.0'), 'BAD-REPLY'],
    ['a body without end', { status: 200, body: `{"issuer":"${'x'.repeat(100_000)}"}` }, 'BAD-REPLY'],
    ['429', { status: 429 }, 'THROTTLED'],
    ['503 with a time', { status: 503, headers: { 'retry-after': '5' } }, 'THROTTLED'],
  ])('%s', async (_, reply, why) => {
    const { look, entra } = await world();
    entra.behave(() => reply);
    expect(await look('contoso.com')).toMatchObject({ state: 'unanswered', why });
  });

  test('nor does a server that is not there', async () => {
    const { look, entra } = await world();
    await entra.stop();
    double = undefined;
    expect(await look('contoso.com')).toMatchObject({ state: 'unanswered', why: 'NETWORK' });
  });

  test('nor a signal that fires', async () => {
    const { look, entra } = await world({ timeoutMs: 5000 });
    entra.behave(() => 'SILENT');
    const stop = new AbortController();
    const answer = look('contoso.com', stop.signal);
    setTimeout(() => stop.abort(), 30);
    expect(await answer).toMatchObject({ state: 'unanswered', why: 'CANCELLED' });
    expect(await look('contoso.com', stop.signal)).toMatchObject({ state: 'unanswered', why: 'CANCELLED' });
  });

  test.each(['', 'localhost', 'a/../b.com', 'a.com?x=1', 'ü.com', 'a@b.com', `${'a'.repeat(260)}.com`])(
    'nor a name that is none, and nobody is asked: "%s"',
    async (domain) => {
      const { look, entra } = await world();
      expect(await look(domain)).toMatchObject({ state: 'unanswered', why: 'UNSUPPORTED' });
      expect(entra.queries).toEqual([]);
    },
  );
});

describe('politeness', () => {
  test('one request a second, whoever asks', async () => {
    let now = 0;
    const waits: number[] = [];
    const { look } = await world({
      perSecond: 1,
      clock: () => now,
      sleep: async (ms) => {
        waits.push(ms);
        now += ms;
      },
    });
    await look('contoso.com');
    await look('fabrikam.com.tr');
    expect(waits).toEqual([1000, 1000, 1000]);
  });

  test('after a 429 nobody asks before Retry-After is over', async () => {
    let now = 1_800_000_000_000;
    const { look, entra } = await world({ clock: () => now });
    entra.behave(() => ({ status: 429, headers: { 'retry-after': '120' } }));
    expect(await look('contoso.com')).toMatchObject({ why: 'THROTTLED', retryable: true });
    const before = entra.queries.length;
    entra.behave(() => undefined);
    now += 110_000;
    expect(await look('contoso.com')).toMatchObject({ why: 'THROTTLED' });
    expect(entra.queries.length).toBe(before);
    now += 10_000;
    expect(await look('contoso.com')).toMatchObject({ state: 'found' });
  });

  test.each([
    ['a date', new Date(1_800_000_090_000).toUTCString(), 90_000],
    ['nothing', undefined, 60_000],
    ['nonsense', 'soon', 60_000],
    ['a day', '86400', 3_600_000],
  ])('Retry-After may be %s', async (_, retryAfter, pause) => {
    let now = 1_800_000_000_000;
    const { look, entra } = await world({ clock: () => now, patienceMs: 0 });
    entra.behave(() => ({ status: 429, ...(retryAfter ? { headers: { 'retry-after': retryAfter } } : {}) }));
    await look('contoso.com');
    entra.behave(() => undefined);
    now += pause - 1000;
    expect(await look('contoso.com')).toMatchObject({ why: 'THROTTLED' });
    now += 1000;
    expect(await look('contoso.com')).toMatchObject({ state: 'found' });
  });

  test('a short pause is waited out', async () => {
    let now = 0;
    const { look, entra } = await world({
      clock: () => now,
      sleep: async (ms) => void (now += ms),
    });
    entra.behave(() => ({ status: 429, headers: { 'retry-after': '3' } }));
    await look('contoso.com');
    entra.behave(() => undefined);
    expect(await look('contoso.com')).toMatchObject({ state: 'found' });
    expect(now).toBe(3000);
  });
});

describe('the double', () => {
  test.each([
    ['another path', '/contoso.com/.well-known/openid-configuration', 404],
    ['another version', '/common/userrealm/?user=a%40contoso.com&api-version=1.0', 400],
    ['no user', '/common/userrealm/?api-version=2.1', 400],
    ['an unknown tenant', '/nobody.example/v2.0/.well-known/openid-configuration', 400],
    ['an unknown realm', '/common/userrealm/?user=a%40nobody.example&api-version=2.1', 200],
  ])('answers %s as the service does', async (_, path, status) => {
    const { entra } = await world();
    expect((await fetch(entra.authority + path)).status).toBe(status);
  });

  test('takes nothing but GET', async () => {
    const { entra } = await world();
    expect(
      (
        await fetch(`${entra.authority}/contoso.com/v2.0/.well-known/openid-configuration`, {
          method: 'POST',
        })
      ).status,
    ).toBe(405);
  });

  test('refuses a tenant that is none', async () => {
    await expect(
      startEntraDouble({
        tenants: { 'a.com': { tenantId: 'x', region: null, realm: 'Managed', brand: 'A' } },
      }),
    ).rejects.toThrow('tenantId');
  });
});
