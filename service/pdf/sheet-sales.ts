import { fill, type Messages } from '#core/rules/messages.ts';
import { PRICES, type SalesSummary } from '#core/sales/contract.ts';
import type { Format } from '#core/sales/format.ts';

/** The sales summary as the page says it. */
export interface SalesPart {
  readonly oneLiner: string;
  /** "Call, within 24 hours" */
  readonly step: string;
  readonly stepMessage: string;
  /** urgency and opportunity in a line */
  readonly standing: string;
  readonly script: readonly string[];
  readonly questions: readonly string[];
  readonly background: readonly { readonly title: string; readonly text: string }[];
  readonly offer: {
    readonly title: string;
    readonly recommendation: string;
    readonly prices: readonly { readonly name: string; readonly amount: string }[];
    readonly note: string;
  };
}

export function salesPart(sales: SalesSummary, m: Messages, format: Format): SalesPart {
  const { next_step: step, offer_tier: offer, security_reasoning: security } = sales;
  const currency = offer.currency ?? '';
  const prices = PRICES.flatMap((price) => {
    const amount = offer[price];
    // A price that is no part of this offer would read as if it were.
    if (amount === null || offer.applies?.includes(price) === false) return [];
    return [{ name: m.pdf[price], amount: format.money(amount, currency).trim() }];
  });
  return {
    oneLiner: sales.one_liner,
    step: `${m.actions[step.action]}, ${m.timelines[step.timeline]}`,
    stepMessage: step.message,
    standing: fill(m.pdf.standing, {
      urgency: m.levels[sales.urgency],
      opportunity: sales.opportunity_potential,
    }),
    script: sales.call_script,
    questions: sales.discovery_questions,
    background: [
      { title: m.pdf.whySegment, text: sales.segment_explanation },
      { title: m.pdf.aboutProvider, text: sales.provider_reasoning },
      ...(security === null
        ? []
        : [
            {
              title: fill(m.pdf.security, { level: m.levels[security.risk_level] }),
              text: [security.summary, security.sales_angle, security.recommended_action].join(' '),
            },
          ]),
    ],
    offer: {
      title: offer.tier === offer.license ? offer.license : `${offer.tier}: ${offer.license}`,
      recommendation: offer.recommendation,
      prices,
      note: m.pdf.guidePrices,
    },
  };
}
