import { expect, test } from 'vitest';
import { assess } from '#core/assess.ts';
import { createDemoWorld } from '#service/demo/world.ts';
import { lookUpDomain } from '#service/lookup/domain.ts';
import { shippedRules } from '#test/support/rules.ts';

const NOW = '2026-11-25T09:00:00.000Z';
const rules = shippedRules();
const world = createDemoWorld(Date.parse(NOW));
const look = async (domain: string) => {
  const facts = await lookUpDomain(
    domain,
    { tier: 'full', budgetMs: 5000 },
    { ...world.lookup, rules: rules.mail, clock: () => Date.parse(NOW) },
  );
  return assess(facts, { now: NOW, recentChanges: null }, rules);
};

test('a real domain is not known to the made-up world: nothing is said of it, and it gets no score', async () => {
  const assessment = await look('firma.com.tr');
  expect(assessment).toMatchObject({ status: 'partial', scored: null, answered: 0 });
  expect(new Set(assessment.open.map(({ why }) => why))).toEqual(new Set(['UNSUPPORTED']));
});

test('every made-up company has its answers, but those whose servers are silent', async () => {
  const open = new Map<string, number>();
  for (const { domain, later } of world.companies) {
    const assessment = await look(domain);
    if (assessment.open.length > 0) open.set(later.archetype.id, (open.get(later.archetype.id) ?? 0) + 1);
  }
  expect([...open.keys()]).toEqual(['silent']);
});

test('a made-up name that nobody has is absent', async () => {
  expect(await look('kimse.example')).toMatchObject({ scored: { hardFail: 'nxdomain' } });
});
