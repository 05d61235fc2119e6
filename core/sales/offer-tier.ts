import type { OfferTier } from './contract.ts';
import { offerRow } from './offer-row.ts';
import type { Said, Speaker } from './say.ts';
import type { Subject } from './subject.ts';

export interface OfferSaid {
  readonly offer: Omit<OfferTier, 'recommendation'>;
  readonly recommendation: (Said | null)[];
}

/** What to offer, by company size, with the prices that belong to it. */
export function offerTier(subject: Subject, speaker: Speaker): OfferSaid {
  const { row } = offerRow(subject);
  const { offers } = subject.rules;
  const { hardFail, segment } = subject.scored;
  const applies = hardFail === null ? offers.applies[segment] : [];
  return {
    offer: {
      ...row,
      currency: offers.currency,
      applies: applies.filter((price) => row[price] !== null),
    },
    recommendation: recommendation(speaker),
  };
}

function recommendation(speaker: Speaker): (Said | null)[] {
  const noMail = speaker.say('offer_tier.no-mail');
  if (noMail !== null) return [noMail];
  return [
    speaker.first(
      'offer_tier.migration-open',
      'offer_tier.migration',
      'offer_tier.existing-defender',
      'offer_tier.existing',
      'offer_tier.cold',
      'offer_tier.skip',
    ),
    speaker.say('offer_tier.consulting'),
    speaker.first('offer_tier.size-declared', 'offer_tier.size-estimated', 'offer_tier.size-unknown'),
  ];
}
