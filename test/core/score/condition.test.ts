import { describe, expect, test } from 'vitest';
import type { Condition } from '#core/rules/rule-set.ts';
import { holds, namedFindings, type Decided } from '#core/score/condition.ts';
import { situation } from './situation.ts';

const WORLD = situation('Google', ['spf-found', 'dmarc-policy-none'], {
  metrics: { 'spf-includes': 4, 'days-to-expiry': 0 },
  gateway: true,
  workloads: new Set(['teams']),
});
const DECIDED: Decided = {
  providerScore: { points: 50, group: 'mailbox-cloud', entry: 60 },
  hardFail: false,
  score: 75,
  segment: 'Migration',
  priority: 2,
  commercialSegment: 'COMPETITIVE',
  technicalHeat: 'Hot',
  commercialHeat: 'HIGH',
};

describe('a condition holds', () => {
  test.each<[string, Condition, boolean]>([
    ['always when it asks nothing', {}, true],
    ['with one of its findings', { finding: ['spf-absent', 'spf-found'] }, true],
    ['not without any of them', { finding: ['spf-absent', 'dkim-found'] }, false],
    ['with a number at its least', { metric: { 'spf-includes': { min: 4 } } }, true],
    ['not with a number below it', { metric: { 'spf-includes': { min: 5 } } }, false],
    ['with a number at its most', { metric: { 'days-to-expiry': { max: 0 } } }, true],
    ['not with a number above it', { metric: { 'days-to-expiry': { max: -1 } } }, false],
    [
      'not with a number that is unknown, however wide the range',
      { metric: { 'dmarc-coverage': { max: 1000 } } },
      false,
    ],
    [
      'only when all of its numbers fit',
      { metric: { 'spf-includes': { min: 4 }, 'days-to-expiry': { min: 1 } } },
      false,
    ],
    ['for one of its providers', { provider: ['M365', 'Google'] }, true],
    ['not for another', { provider: ['M365'] }, false],
    ['for the group of the provider', { group: ['mailbox-cloud'] }, true],
    ['not for another group', { group: ['server'] }, false],
    ['behind a gateway', { gateway: true }, true],
    ['not when it wants none', { gateway: false }, false],
    ['without hybrid mail', { hybrid: false }, true],
    ['not with it', { hybrid: true }, false],
    ['with one of its services', { workload: ['intune', 'teams'] }, true],
    ['not without any', { workload: ['intune'] }, false],
    ['without a hard fail', { hardFail: false }, true],
    ['not with one', { hardFail: true }, false],
    ['within its score', { score: { min: 75, max: 75 } }, true],
    ['not outside it', { score: { min: 76 } }, false],
    ['above the entry of the provider', { fromEntry: { min: 15 } }, true],
    ['not further above it', { fromEntry: { min: 16 } }, false],
    ['in its segment', { segment: ['Migration'] }, true],
    ['not in another', { segment: ['Existing', 'Cold'] }, false],
    ['within its priorities', { priority: { min: 1, max: 3 } }, true],
    ['not outside them', { priority: { min: 3 } }, false],
    ['in its commercial segment', { commercialSegment: ['COMPETITIVE'] }, true],
    ['not in another', { commercialSegment: ['GREENFIELD'] }, false],
    ['with its technical heat', { technicalHeat: ['Hot'] }, true],
    ['not with another', { technicalHeat: ['Cold'] }, false],
    ['with its commercial heat', { commercialHeat: ['HIGH'] }, true],
    ['not with another', { commercialHeat: ['LOW'] }, false],
    ['when all of its parts do', { all: [{ provider: ['Google'] }, { finding: ['spf-found'] }] }, true],
    ['not when one does not', { all: [{ provider: ['Google'] }, { finding: ['spf-absent'] }] }, false],
    ['when any of its parts does', { any: [{ provider: ['M365'] }, { finding: ['spf-found'] }] }, true],
    ['not when none does', { any: [{ provider: ['M365'] }, { finding: ['spf-absent'] }] }, false],
    ['when its opposite does not', { not: { provider: ['M365'] } }, true],
    ['not when its opposite does', { not: { provider: ['Google'] } }, false],
    ['only when each key does', { provider: ['Google'], gateway: false }, false],
    ['in depth', { all: [{ any: [{ not: { gateway: false } }, { hybrid: true }] }] }, true],
  ])('%s', (_, condition, expected) => {
    expect(holds(condition, WORLD, DECIDED)).toBe(expected);
  });

  test.each<[string, Condition]>([
    ['score', { score: { max: 1000 } }],
    ['distance from the entry', { fromEntry: { max: 1000 } }],
    ['segment', { segment: ['Migration', 'Existing', 'Cold', 'Skip'] }],
    ['priority', { priority: { max: 7 } }],
    ['commercial segment', { commercialSegment: ['COMPETITIVE'] }],
    ['technical heat', { technicalHeat: ['Hot'] }],
    ['commercial heat', { commercialHeat: ['HIGH'] }],
  ])('never about a %s that is not decided yet', (_, condition) => {
    expect(holds(condition, WORLD, { providerScore: DECIDED.providerScore, hardFail: false })).toBe(false);
  });
  test('never about an entry or a group that the provider does not have', () => {
    const decided = { ...DECIDED, providerScore: { points: 50 } };
    expect([
      holds({ fromEntry: { min: -1000 } }, WORLD, decided),
      holds({ group: ['mailbox-cloud'] }, WORLD, decided),
    ]).toEqual([false, false]);
  });
});

test('a line rests on every finding its condition names, and not on those that must be missing', () => {
  expect([
    ...namedFindings({
      finding: ['spf-found'],
      all: [{ finding: ['dkim-absent'] }],
      any: [{ all: [{ finding: ['spf-lookup-limit', 'spf-found'] }] }],
      not: { finding: ['dmarc-reject'] },
    }),
  ]).toEqual(['spf-found', 'dkim-absent', 'spf-lookup-limit']);
});
