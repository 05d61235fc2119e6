import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createGate, NOBODY, refusalOf, type Caller } from '#service/http/auth.ts';
import type { Access } from '#service/http/access.ts';
import { createLocalLimits } from '#service/http/limits.ts';
import type { Actor } from '#service/http/route.ts';
import { done, failed } from '#service/failure.ts';
import type { Service } from '#service/context.ts';
import { createApiKey } from '#service/verbs/create-api-key.ts';
import { keyOf, person } from '#test/support/api.ts';
import { createTestService, type TestService } from '#test/support/service.ts';

const code = (access: Access, actor: Actor): string => refusalOf(access, actor)?.code ?? 'may';

describe('who may', () => {
  const read: Access = { role: 'operator', scope: 'read' };
  const people: Access = { role: 'seller', scope: null };
  const admin: Access = { role: 'admin', scope: null };
  const webhook: Access = { key: 'ingest' };
  test.each<[string, Access, Actor, string]>([
    ['everybody reads what is public', 'public', NOBODY, 'may'],
    ['a stranger reads nothing else', read, NOBODY, 'unauthenticated'],
    ['a seller is less than an operator', read, person('seller'), 'forbidden'],
    ['an operator is enough', read, person('operator'), 'may'],
    ['an administrator is more than enough', read, person('admin'), 'may'],
    ['a key with the scope is let in', read, keyOf(['read']), 'may'],
    ['a key with another is not', read, keyOf(['write', 'ingest']), 'forbidden'],
    ['a key has no way in where there is no scope', people, keyOf(), 'forbidden'],
    ['nor to what administrators do', admin, keyOf(), 'forbidden'],
    ['a person without any role may nothing', people, { ...person('seller'), role: null }, 'forbidden'],
    ['a webhook takes keys', webhook, keyOf(['ingest']), 'may'],
    ['of its scope', webhook, keyOf(['read']), 'forbidden'],
    ['and no people, however high', webhook, person('admin'), 'unauthenticated'],
  ])('%s', (_, access, actor, expected) => expect(code(access, actor)).toBe(expected));

  test('a refusal says what it takes', () => {
    expect(refusalOf(read, person('seller'))?.values).toEqual({ needs: 'operator (X-API-Key: read)' });
    expect(refusalOf(admin, person('seller'))?.values).toEqual({ needs: 'admin' });
  });
});

describe('how often', () => {
  let t: TestService;
  let now = 0;
  let service: Service;
  const taken: string[] = [];
  let checked = 0;
  beforeAll(async () => {
    t = await createTestService({ env: { HUNTER_REQUESTS_PER_MINUTE: '3' } });
  }, 60_000);
  afterAll(() => t.close());
  beforeEach(() => {
    now = 0;
    checked = 0;
    taken.splice(0);
    service = { ...t.service, clock: () => now };
  });
  const from = (address: string, headers: Record<string, string> = {}): Caller => ({
    request: new Request('http://localhost/', { headers }),
    address,
  });
  const gate = (mode: 'internal' | 'entra' = 'internal') => {
    const limits = createLocalLimits(() => now);
    return createGate(service, {
      take: async (key, perSecond, burst) => {
        taken.push(key);
        return limits.take(key, perSecond, burst);
      },
      checkToken:
        mode === 'internal'
          ? null
          : async (token) => {
              checked += 1;
              return token === 'good' ? done(person('admin', 'tenant/1')) : failed('invalid-token');
            },
    });
  };
  const seller: Access = { role: 'seller', scope: null };
  const times = async (n: number, ask: () => Promise<{ ok: boolean }>): Promise<number> => {
    let admitted = 0;
    for (let at = 0; at < n; at += 1) if ((await ask()).ok) admitted += 1;
    return admitted;
  };

  test('people are counted one by one, wherever they come from', async () => {
    const { admit } = gate('entra');
    const good = { authorization: 'Bearer good' };
    expect(await times(5, () => admit(from('10.0.0.1', good), seller))).toBe(3);
    const refused = await admit(from('10.0.0.2', good), seller);
    expect(refused).toMatchObject({ ok: false, failure: { code: 'rate-limited', values: { seconds: 20 } } });
    now = 20_000;
    expect((await admit(from('10.0.0.2', good), seller)).ok).toBe(true);
  });

  test('without sign-in addresses are counted, and none is stored as it is', async () => {
    const { admit } = gate();
    expect(await times(5, () => admit(from('10.0.0.1'), seller))).toBe(3);
    expect(await times(5, () => admit(from('10.0.0.2'), seller))).toBe(3);
    expect(taken.join()).not.toContain('10.0.0');
  });

  test('what is public costs no statement, and is counted all the same', async () => {
    const { admit } = gate();
    expect(await times(9, () => admit(from('10.0.0.1'), 'public'))).toBe(3);
    expect(taken).toEqual([]);
  });

  test('a probe is never refused', async () => {
    const { admit } = gate();
    expect(await times(50, () => admit(from('10.0.0.1'), 'probe'))).toBe(50);
  });

  test('who only sends wrong credentials is told to wait, and shuts nobody else at the same address out', async () => {
    const { admit } = gate('entra');
    const bad = { authorization: 'Bearer bad' };
    const codes: string[] = [];
    for (let at = 0; at < 6; at += 1) {
      const outcome = await admit(from('10.0.0.1', bad), seller);
      codes.push(outcome.ok ? 'ok' : outcome.failure.code);
    }
    expect(codes).toEqual([...Array(3).fill('invalid-token'), ...Array(3).fill('rate-limited')]);
    expect((await admit(from('10.0.0.1', { authorization: 'Bearer good' }), seller)).ok).toBe(true);
    expect((await admit(from('10.0.0.2', { authorization: 'Bearer good' }), seller)).ok).toBe(true);
  });

  test('after many wrong keys only those that were good before are looked up', async () => {
    const { admit } = gate('entra');
    const wrong = (n: number) => from('10.0.0.1', { 'x-api-key': `hk_${String(n).padStart(43, 'x')}` });
    const wanted = {
      name: 'form',
      scopes: ['ingest'],
      rateLimitPerMinute: 60,
      expiresAt: null,
      createdBy: null,
    } as const;
    const keys = await Promise.all(
      [1, 2].map(() => createApiKey(t.service, wanted, { kind: 'user', id: 'test' }, null)),
    );
    const [known, fresh] = keys.map(({ secret }) => from('10.0.0.1', { 'x-api-key': secret }));
    const webhook: Access = { key: 'ingest' };
    expect((await admit(known!, webhook)).ok).toBe(true);
    const codes: string[] = [];
    for (let at = 0; at < 5; at += 1) {
      const outcome = await admit(wrong(at), webhook);
      codes.push(outcome.ok ? 'ok' : outcome.failure.code);
    }
    expect(codes).toEqual([...Array(3).fill('invalid-key'), ...Array(2).fill('rate-limited')]);
    expect((await admit(known!, webhook)).ok).toBe(true);
    expect(await admit(fresh!, webhook)).toMatchObject({ failure: { code: 'rate-limited' } });
  });

  test('the addresses of one IPv6 network are one caller', async () => {
    const { admit } = gate();
    let n = 0;
    expect(await times(5, () => admit(from(`2001:db8:1:2::${++n}`), 'public'))).toBe(3);
    expect((await admit(from('2001:db8:1:3::1'), 'public')).ok).toBe(true);
  });

  test('a header that is no bearer token is nobody', async () => {
    const { admit } = gate('entra');
    for (const authorization of ['Basic YTpi', 'good', 'Bearer', 'Bearer a b']) {
      const outcome = await admit(from(authorization, { authorization }), seller);
      expect(outcome.ok || outcome.failure.code).toBe('unauthenticated');
    }
    expect(checked).toBe(0);
  });
});
