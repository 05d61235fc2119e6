import type { Assessment } from '#core/assessment.ts';
import type { Language } from '#core/rules/common.ts';
import type { SalesRules } from '#core/rules/sales.ts';
import { callScript } from './call-script.ts';
import type { Claim, SalesContext, SalesSummary, SecurityReasoning } from './contract.ts';
import { discoveryQuestions } from './discovery-questions.ts';
import { mailState } from './mail-state.ts';
import { nextStep } from './next-step.ts';
import { offerTier } from './offer-tier.ts';
import { oneLiner } from './one-liner.ts';
import { opportunity } from './opportunity.ts';
import { providerReasoning } from './provider-reasoning.ts';
import { paragraph, speakerFor, type Said } from './say.ts';
import { securityReasoning, type SecuritySaid } from './security-reasoning.ts';
import { segmentExplanation } from './segment-explanation.ts';
import { generatedAt, type Subject } from './subject.ts';
import { urgency } from './urgency.ts';

/**
 * The sales summary of one assessment: what a seller reads before the first call.
 *
 * How to change a sentence
 * 1. Find it by its words in rules/wording.en.json (or .tr.json); its place there is its id.
 * 2. Change both languages. Placeholders in braces must be the same in both; placeholders.ts lists them all.
 * 3. Run `npm run test:core`. It refuses a placeholder whose value is not sure to be known where the sentence is said.
 * When a sentence shall be said on other grounds, or a new one is wanted: sentences.ts names what each needs to be
 * shown, claims.ts says what shows it. A sentence whose needs are not shown is never said, whatever its words are.
 * Prices, points and thresholds stand in rules/offers.json and rules/opportunity.json.
 *
 * @returns null when the assessment has no score: the MX look-up gave no answer, and nothing is invented. A domain
 * that was never scanned has no assessment at all; the caller answers 404 there, and with the partial status here.
 */
export function salesSummary(
  assessment: Assessment,
  context: SalesContext,
  rules: SalesRules,
  language: Language,
): SalesSummary | null {
  const { scored } = assessment;
  if (scored === null) return null;
  const subject: Subject = { assessment, scored, context, rules, language };
  const speaker = speakerFor(subject);
  const mail = mailState(speaker);

  const said = {
    one_liner: oneLiner(speaker, mail),
    segment_explanation: segmentExplanation(speaker, mail),
    provider_reasoning: providerReasoning(speaker),
    call_script: callScript(subject, speaker, mail),
    discovery_questions: discoveryQuestions(speaker),
  };
  const security = securityReasoning(subject, speaker, mail);
  const { offer, recommendation } = offerTier(subject, speaker);
  const chance = opportunity(subject, speaker);
  const soon = urgency(subject);
  const next = nextStep(subject, speaker, mail, { opportunity: chance.potential, urgency: soon });

  return {
    domain: assessment.domain,
    one_liner: paragraph(said.one_liner),
    segment_explanation: paragraph(said.segment_explanation),
    provider_reasoning: paragraph(said.provider_reasoning),
    security_reasoning: security === null ? null : securityTexts(security),
    call_script: said.call_script.map(paragraph),
    discovery_questions: said.discovery_questions.map((question) => question.text),
    offer_tier: { ...offer, recommendation: paragraph(recommendation) },
    opportunity_potential: chance.potential,
    opportunity_rationale: {
      total: chance.potential,
      factors: chance.factors.map((factor) => ({ ...factor, comment: paragraph([factor.comment]) })),
      tuning_factor: chance.tuningFactor,
      summary: paragraph([chance.summary]),
    },
    urgency: soon.level,
    next_step: {
      ...next.step,
      message: paragraph(next.message),
      internal_note: paragraph(next.internalNote),
    },
    metadata: {
      domain: assessment.domain,
      provider: assessment.mail.provider,
      segment: scored.segment,
      readiness_score: scored.score,
      priority_score: scored.priority,
      tenant_size: assessment.tenantSize.size,
      local_provider: assessment.mail.localProvider,
      generated_at: generatedAt(subject),
    },
    language,
    claims: [
      ...claimsOf('one_liner', said.one_liner),
      ...claimsOf('segment_explanation', said.segment_explanation),
      ...claimsOf('provider_reasoning', said.provider_reasoning),
      ...(security === null
        ? []
        : claimsOf('security_reasoning', [
            ...security.summary,
            ...security.details,
            ...security.salesAngle,
            ...security.recommendedAction,
          ])),
      ...claimsOf('call_script', said.call_script.flat()),
      ...claimsOf('discovery_questions', said.discovery_questions),
      ...claimsOf('offer_tier', recommendation),
      ...claimsOf('next_step', next.message),
    ],
  };
}

const securityTexts = (security: SecuritySaid): SecurityReasoning => ({
  risk_level: security.riskLevel,
  summary: paragraph(security.summary),
  details: security.details.map((detail) => detail.text),
  sales_angle: paragraph(security.salesAngle),
  recommended_action: paragraph(security.recommendedAction),
});

/** Each sentence of a field with its evidence, the phrases put into it included; what claims nothing is left out. */
function claimsOf(field: string, said: readonly (Said | null)[]): Claim[] {
  const claims = new Map<string, Claim>();
  const visit = (one: Said | null): void => {
    if (one === null) return;
    if (one.id !== null && one.because.length > 0) {
      const because = [...new Map(one.because.map((proof) => [JSON.stringify(proof), proof])).values()];
      claims.set(one.id, { field, sentence: one.id, because });
    }
    one.parts.forEach(visit);
  };
  said.forEach(visit);
  return [...claims.values()];
}
