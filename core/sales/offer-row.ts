import type { OfferRow, OfferRowName, OfferWhen } from '#core/rules/sales.ts';
import { inRange, type Subject } from './subject.ts';

/** The row of rules/offers.json for this company: by its size, else by what its score suggests. */
export function offerRow(subject: Subject): { readonly name: OfferRowName; readonly row: OfferRow } {
  const { offers } = subject.rules;
  const name = subject.assessment.tenantSize.size ?? rowOfUnknownSize(subject);
  return { name, row: offers.rows[name] };
}

function rowOfUnknownSize({ rules, scored }: Subject): OfferRowName {
  const fits = (when: OfferWhen): boolean =>
    (when.segment === undefined || when.segment.includes(scored.segment)) &&
    (when.score === undefined || inRange(scored.score, when.score));
  const match = rules.offers.unknownSize.find((choice) => fits(choice.when));
  // The schema demands a last choice that always fits.
  if (match === undefined) throw new Error('rules/offers.json: no choice of unknownSize fits');
  return match.row;
}
