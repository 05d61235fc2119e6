import { describe, expect, test } from 'vitest';
import { confidence } from '#core/score/confidence.ts';
import { fit } from '#core/score/fit.ts';
import { range } from '#core/score/range.ts';
import { place, score } from '#core/score/score.ts';
import { providerScore } from '#core/score/situation.ts';
import { whatIf } from '#core/score/what-if.ts';
import { zones } from '#core/score/zones.ts';
import { shippedRules } from '#test/support/rules.ts';
import { PROVIDERS, situation } from './situation.ts';

const rules = shippedRules();
const points = (scored: ReturnType<typeof score>): string =>
  scored.lines.map((line) => `${line.id} ${line.points}`).join(', ');

describe('score', () => {
  test('each reason is a line of its own, in the order base, provider, SPF, DKIM, DMARC, risks', () => {
    const world = situation('Hosting', ['spf-found', 'dkim-absent', 'dmarc-policy-none'], {
      metrics: { 'days-to-expiry': 12 },
    });
    expect(points(score(world, rules.set))).toBe(
      'base 0, provider 20, spf-present 10, dkim-missing -10, dmarc-not-enforced -5, domain-expiring -5',
    );
  });
  test('W13: publishing a DMARC record that only watches costs nothing against having none', () => {
    const under = (dmarc: 'dmarc-absent' | 'dmarc-policy-none') =>
      PROVIDERS.map((provider) => score(situation(provider, ['spf-found', dmarc]), rules.set).score);
    expect(under('dmarc-policy-none')).toEqual(under('dmarc-absent'));
  });
  test.each(['Amazon', 'SendGrid', 'Mailgun'])(
    'W15: %s gets no worse segment for a better score',
    (provider) => {
      const rank = ['Skip', 'Cold', 'Migration'];
      const steps = [
        score(situation(provider, ['spf-found', 'dmarc-absent']), rules.set),
        score(situation(provider, ['spf-found', 'dkim-found', 'dmarc-quarantine']), rules.set),
        score(situation(provider, ['spf-found', 'dkim-found', 'dmarc-reject']), rules.set),
      ];
      expect(steps.map(({ score }) => score)).toEqual([25, 55, 60]);
      const ranks = steps.map(({ segment }) => rank.indexOf(segment));
      expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
      expect(steps.at(-1)?.segment).toBe('Migration');
    },
  );
  test('a floor that acts is a line of its own', () => {
    const world = situation('Hosting', ['spf-absent', 'dkim-absent', 'dmarc-absent']);
    expect(points(score(world, rules.set))).toBe(
      'base 0, provider 20, spf-missing -10, dkim-missing -10, dmarc-not-enforced -5, hosting-mx-weak -10, clamp 15',
    );
  });
  test('hosting with nothing set up scores 0 and stays Cold', () => {
    const scored = score(situation('Hosting', ['spf-absent', 'dkim-absent', 'dmarc-absent']), rules.set);
    expect([scored.score, scored.segment, scored.priority, scored.pModel?.category]).toEqual([
      0,
      'Cold',
      7,
      'P6',
    ]);
  });
  test('a permerror counts as absent, once', () => {
    expect(
      points(score(situation('Google', ['spf-permerror', 'dkim-found', 'dmarc-permerror']), rules.set)),
    ).toBe('base 0, provider 50, spf-missing -10, dkim-present 10, dmarc-not-enforced -5');
  });
  test.each([
    ['three includes', { 'spf-includes': 3 }, [], false],
    ['four includes', { 'spf-includes': 4 }, [], true],
    ['over the look-up limit', { 'spf-includes': 1 }, ['spf-lookup-limit'], true],
    ['both at once', { 'spf-includes': 9 }, ['spf-lookup-limit'], true],
  ] as const)('%s', (_, metrics, findings, risk) => {
    const scored = score(situation('M365', ['spf-found', ...findings], { metrics }), rules.set);
    expect(scored.lines.filter((line) => line.id === 'spf-includes').map((line) => line.points)).toEqual(
      risk ? [-5] : [],
    );
  });
  test.each([
    [30, false],
    [29, true],
    [0, true],
    [-3, true],
  ])('%d days to expiry', (days, risk) => {
    const scored = score(situation('M365', [], { metrics: { 'days-to-expiry': days } }), rules.set);
    expect(scored.lines.some((line) => line.id === 'domain-expiring')).toBe(risk);
  });
  test('an unknown expiry is no expiry', () => {
    expect(score(situation('M365', []), rules.set).lines.some((line) => line.id === 'domain-expiring')).toBe(
      false,
    );
  });
  test('M365 behind a gateway and hybrid are Existing', () => {
    expect(score(situation('M365', [], { gateway: true }), rules.set).segment).toBe('Existing');
    expect(score(situation('M365', [], { hybrid: true }), rules.set).segment).toBe('Existing');
  });
  test('a null MX is a hard fail here, and an unknown provider in the earlier system', () => {
    const world = {
      ...situation('Unknown', []),
      findings: new Map([
        ['mx-null' as const, []],
        ['spf-found' as const, []],
      ]),
    };
    expect(score(world, rules.set)).toMatchObject({ score: 0, segment: 'Skip', hardFail: 'null' });
    const earlier = score(world, shippedRules('python-2025-11').set);
    expect(earlier).toMatchObject({
      hardFail: null,
      score: 10,
      segment: 'Skip',
      pModel: { commercialSegment: 'NO_GO' },
    });
  });
  test('the earlier system leaves the P-model of a hard fail empty', () => {
    const world = { ...situation('Unknown', []), findings: new Map([['mx-absent' as const, []]]) };
    expect(score(world, shippedRules('python-2025-11').set)).toMatchObject({
      score: 0,
      segment: 'Skip',
      pModel: null,
    });
  });
});

describe('partner-signals', () => {
  const overlaid = shippedRules('hunter-1', 'rules/overlays/partner-signals.json');
  test('adds what Partner Center and Entra know', () => {
    const world = situation('Google', ['spf-found', 'tenant-found', 'referral-co-sell']);
    expect(score(world, overlaid.set).score - score(world, rules.set).score).toBe(20);
  });
  test('the version says which overlay made the score', () => {
    expect(overlaid.set.version).toMatch(/^1\.0\.0\+partner-signals\.[0-9a-f]{8}$/);
    expect(rules.set.version).toBe('1.0.0');
  });
});

describe('zones', () => {
  test.each([
    ['Hosting', '0 Cold 7, 15 Migration 3, 25 Migration 2, 35 Migration 1'],
    ['Local', '0 Cold 7, 5 Migration 3, 15 Migration 2, 25 Migration 1'],
    ['Google', '0 Cold 7, 20 Cold 6, 60 Migration 3, 70 Migration 2, 80 Migration 1'],
    ['M365', '0 Existing 5, 50 Existing 4, 70 Existing 4'],
  ])('%s: %s', (provider, expected) => {
    const found = zones(situation(provider, []), rules.set);
    expect(found.map((zone) => `${zone.from} ${zone.segment} ${zone.priority}`).join(', ')).toBe(expected);
  });
});

test.each(['hunter-1', 'python-2025-11'])('zones of %s hold at every score for every provider', (id) => {
  const { set } = shippedRules(id);
  for (const provider of PROVIDERS) {
    const world = situation(provider, []);
    const ruler = zones(world, set);
    for (let at = 0; at <= 100; at++) {
      const zone = ruler.findLast(({ from }) => from <= at);
      const placed = place(world, set, {
        providerScore: providerScore(set, provider, world.kind),
        hardFail: false,
        score: at,
      });
      expect([provider, at, zone?.segment, zone?.priority, zone?.category]).toEqual([
        provider,
        at,
        placed.segment,
        placed.priority,
        placed.pModel?.category,
      ]);
    }
  }
});

describe('what-if', () => {
  test('the best improvement is computed by the same engine', () => {
    const world = situation('Google', ['spf-found', 'dkim-found', 'dmarc-policy-none']);
    expect(whatIf(world, rules.set, rules.improvements)).toMatchObject([
      { ids: ['dmarc-reject'], points: 25, score: 90, segment: 'Migration', priority: 1 },
      { ids: ['dmarc-quarantine'], points: 20, score: 85, segment: 'Migration', priority: 1 },
    ]);
  });
  test('combines the best of each signal', () => {
    const world = situation('Hosting', ['spf-absent', 'dkim-absent', 'dmarc-absent']);
    expect(whatIf(world, rules.set, rules.improvements)[0]).toMatchObject({
      ids: ['publish-spf', 'publish-dkim', 'dmarc-reject'],
      score: 60,
      priority: 1,
      category: 'P1',
    });
  });
  test('offers nothing for a signal that gave no answer', () => {
    const world = situation('Google', ['spf-unanswered', 'dkim-unanswered', 'dmarc-unanswered']);
    expect(whatIf(world, rules.set, rules.improvements)).toEqual([]);
  });
  test('offers nothing where there is no mail', () => {
    const world = { ...situation('Unknown', []), findings: new Map([['mx-absent' as const, []]]) };
    expect(whatIf(world, rules.set, rules.improvements)).toEqual([]);
  });
});

describe('range', () => {
  test.each([
    ['everything answered', ['spf-found', 'dkim-found', 'dmarc-reject'], 90, 90],
    ['DMARC did not answer', ['spf-found', 'dkim-found', 'dmarc-unanswered'], 65, 90],
    ['DKIM unknown', ['spf-found', 'dkim-unknown', 'dmarc-reject'], 70, 90],
    ['nothing answered', ['spf-unanswered', 'dkim-unanswered', 'dmarc-unanswered'], 25, 90],
  ] as const)('%s', (_, findings, low, high) => {
    expect(range(situation('M365', findings), rules.set)).toEqual({ low, high });
  });
  test('sees rules that look at two signals at once', () => {
    // weak hosting only fires when both are absent
    expect(
      range(situation('Hosting', ['spf-unanswered', 'dkim-unanswered', 'dmarc-reject']), rules.set),
    ).toEqual({ low: 10, high: 60 });
  });
});

describe('confidence', () => {
  const base = { asked: 10, answered: 10, recentChanges: 0, provider: 0.98, range: { low: 60, high: 60 } };
  test.each([
    ['all answered, never changed', base, 3.98, 'high'],
    ['never seen before', { ...base, recentChanges: null }, 3.48, 'high'],
    ['three changes', { ...base, recentChanges: 3 }, 3.38, 'high'],
    ['ten changes are capped at zero', { ...base, recentChanges: 10 }, 2.98, 'medium'],
    ['half unanswered, wide range', { ...base, answered: 5, range: { low: 25, high: 90 } }, 2.83, 'medium'],
    ['no score', { asked: 10, answered: 4, recentChanges: null, provider: 0, range: null }, 0.9, 'low'],
  ] as const)('%s', (_, input, total, level) => {
    expect(confidence(input, rules.set)).toMatchObject({ total, level });
  });
  test('is the sum of its parts as shown', () => {
    const { total, parts } = confidence({ ...base, asked: 7, answered: 3, provider: 0.333 }, rules.set);
    expect(total).toBeCloseTo(
      Object.values(parts).reduce((sum, part) => sum + part, 0),
      10,
    );
  });
});

describe('M365 fit', () => {
  const fitOf = (world: ReturnType<typeof situation>) => fit(world, score(world, rules.set), rules.set);
  test('of a Microsoft 365 customer is the score', () => {
    expect(fitOf(situation('M365', ['spf-found', 'dkim-found', 'dmarc-reject']))?.score).toBe(90);
  });
  test('of others adds up from its reasons', () => {
    const result = fitOf(situation('Hosting', ['spf-found', 'dkim-absent', 'dmarc-policy-none']));
    expect(result?.score).toBe(70);
    expect(result?.lines.map((line) => `${line.id} ${line.points}`)).toEqual([
      'own-or-hosted-mail 40',
      'no-gateway 15',
      'protection-gaps 15',
    ]);
  });
  test('is unknown when nothing is known', () => {
    expect(fitOf(situation('Unknown', ['spf-found']))).toBeNull();
  });
});
