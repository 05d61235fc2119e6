import type { OpportunityFactor } from './contract.ts';
import type { Said, Speaker } from './say.ts';
import type { Subject } from './subject.ts';

export interface OpportunitySaid {
  readonly potential: number;
  readonly tuningFactor: number;
  readonly factors: readonly (Omit<OpportunityFactor, 'comment'> & { readonly comment: Said | null })[];
  readonly summary: Said | null;
}

/** How much there is to win, 0 to 100: points for segment, score, priority, size and contacts, added. */
export function opportunity(subject: Subject, speaker: Speaker): OpportunitySaid {
  const { opportunity: rules } = subject.rules.opportunity;
  const { scored, assessment, context } = subject;
  const size = assessment.tenantSize.size;
  const number = speaker.format.number;

  const factors: OpportunitySaid['factors'] = [
    {
      name: 'segment',
      weight: rules.segment.weight,
      raw: scored.segment,
      score: rules.segment.points[scored.segment],
      comment: speaker.say('opportunity_rationale.segment'),
    },
    {
      name: 'readiness_score',
      weight: rules.readiness.weight,
      raw: scored.score,
      // A score of 0 is a score: it earns 0, it is not a score that is missing.
      score: roundedDown(rules.readiness.weight * scored.score),
      comment: speaker.say('opportunity_rationale.readiness', {
        raw: number(scored.score),
        weight: number(rules.readiness.weight),
      }),
    },
    {
      name: 'priority_score',
      weight: rules.priority.weight,
      raw: scored.priority,
      score: rules.priority.points[scored.priority],
      comment: speaker.say('opportunity_rationale.priority'),
    },
    {
      name: 'tenant_size',
      weight: rules.tenantSize.weight,
      raw: size ?? 'Unknown',
      score: sizePoints(subject),
      comment: speaker.first('opportunity_rationale.size', 'opportunity_rationale.size-unknown'),
    },
  ];
  const quality = context.contactQuality ?? 0;
  const contacts = {
    name: 'contact_quality' as const,
    weight: rules.contacts.weight,
    raw: quality,
    score: roundedDown(rules.contacts.weight * quality),
    comment: speaker.say('opportunity_rationale.contacts', {
      raw: number(quality),
      weight: number(rules.contacts.weight),
    }),
  };
  const all = quality > 0 ? [...factors, contacts] : factors;

  const tuningFactor = context.tuningFactor ?? rules.tuningFactor;
  const sum = all.reduce((total, factor) => total + factor.score, 0);
  const potential = Math.max(0, Math.min(rules.max, roundedDown(tuningFactor * sum)));
  const filling = {
    sum: all.map((factor) => number(factor.score)).join(' + '),
    total: number(potential),
    tuning: number(tuningFactor),
    max: number(rules.max),
  };
  const tuned = potential !== sum;
  return {
    potential,
    tuningFactor,
    factors: all,
    summary: speaker.say(
      tuned ? 'opportunity_rationale.summary-tuned' : 'opportunity_rationale.summary',
      filling,
    ),
  };
}

function sizePoints({ assessment, rules }: Subject): number {
  const { points } = rules.opportunity.opportunity.tenantSize;
  const own = points[assessment.tenantSize.size ?? 'unknown'];
  if (typeof own === 'number') return own;
  const referred = points[own.sameAs];
  // The schema demands that a reference leads to a number.
  return typeof referred === 'number' ? referred : 0;
}

/** Rounded down, after what binary fractions do to a product such as 1.15 × 100 is taken away. */
const roundedDown = (value: number): number => Math.trunc(Number(value.toFixed(9)));
