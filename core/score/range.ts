import type { RuleSet } from '#core/rules/rule-set.ts';
import type { FindingId } from './findings.ts';
import { counted } from './score.ts';
import { changed, type Situation } from './situation.ts';

/** What an open signal could turn out to be: the findings of its best and its worst answer. */
const OPEN_SIGNALS: readonly { when: readonly FindingId[]; outcomes: readonly (readonly FindingId[])[] }[] = [
  { when: ['spf-unanswered'], outcomes: [['spf-found'], ['spf-absent']] },
  { when: ['dkim-unanswered', 'dkim-unknown'], outcomes: [['dkim-found'], ['dkim-absent']] },
  {
    when: ['dmarc-unanswered'],
    outcomes: [['dmarc-reject'], ['dmarc-quarantine'], ['dmarc-policy-none'], ['dmarc-absent']],
  },
];
/** A registration that did not answer may hide an expiry in the next days, or one in years. */
const EXPIRY_OUTCOMES = [0, 3650];

/**
 * Lowest and highest score that the unanswered and uncertain signals leave possible. Every combination of outcomes
 * is scored by the same engine, since a rule may look at several signals at once (weak hosting does).
 */
export function range(situation: Situation, set: RuleSet): { low: number; high: number } {
  let worlds: Situation[] = [situation];
  for (const open of OPEN_SIGNALS) {
    const here = open.when.filter((id) => situation.findings.has(id));
    if (here.length === 0) continue;
    worlds = worlds.flatMap((world) => open.outcomes.map((add) => changed(world, { remove: here, add })));
  }
  if (situation.findings.has('registration-unanswered')) {
    worlds = worlds.flatMap((world) =>
      EXPIRY_OUTCOMES.map((days) => changed(world, { metrics: { 'days-to-expiry': days } })),
    );
  }
  if (situation.findings.has('spf-not-followed')) {
    // An include that did not answer may hide more look-ups than the limit allows, or a record that is not there: that
    // is a permerror of the whole policy (RFC 7208 section 5.2).
    worlds = worlds.flatMap((world) => [
      world,
      changed(world, { add: ['spf-lookup-limit'] }),
      changed(world, { remove: ['spf-found'], add: ['spf-permerror'] }),
    ]);
  }
  if (situation.findings.has('mail-evidence-unanswered')) {
    // What was taken for an own server may be Microsoft 365.
    worlds = worlds.flatMap((world) => [world, { ...world, provider: 'M365', kind: 'mailbox' as const }]);
  }
  const scores = worlds.map((world) => counted(world, set).score);
  return { low: Math.min(...scores), high: Math.max(...scores) };
}
