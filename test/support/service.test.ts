import { expect, test } from 'vitest';
import { scan } from '#service/verbs/scan.ts';
import { createTestService } from './service.ts';
import { gatewayCompany } from './worlds.ts';

test('a service for tests looks up at its double alone, and has a database of its own', async () => {
  const world = await createTestService({ zone: gatewayCompany });
  try {
    const { service } = world;
    const context = {
      ...service,
      rules: service.rules.current(),
      ipSources: () => null,
      close: () => undefined,
    };
    const result = await scan(context, 'kuzeyhat.com.tr', { tier: 'score', budgetMs: 5000 });
    expect(result.ok && result.assessment.mail.provider).toBe('M365');
    expect(await service.sql`select count(*)::int as n from companies`).toEqual([{ n: 0 }]);
    world.time.set('2027-01-01T00:00:00Z');
    expect(new Date(service.clock()).toISOString()).toBe('2027-01-01T00:00:00.000Z');
  } finally {
    await world.close();
  }
});
