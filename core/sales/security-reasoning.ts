import type { FindingId } from '#core/score/findings.ts';
import type { Level } from './contract.ts';
import { inPlace, type MailState } from './mail-state.ts';
import type { Said, Speaker } from './say.ts';
import { shown } from './claims.ts';
import type { Subject } from './subject.ts';

export interface SecuritySaid {
  readonly riskLevel: Level;
  readonly summary: (Said | null)[];
  readonly details: Said[];
  readonly salesAngle: (Said | null)[];
  readonly recommendedAction: (Said | null)[];
}

/**
 * What a look-up said of SPF, DKIM or DMARC. Without any of these there is nothing to reason about; each of them is
 * a gap, in place, or open in part, so that the summary always has something to say.
 */
const TOLD: readonly FindingId[] = [
  'spf-found',
  'spf-absent',
  'spf-permerror',
  'dkim-found',
  'dkim-absent',
  'dmarc-reject',
  'dmarc-quarantine',
  'dmarc-policy-none',
  'dmarc-absent',
  'dmarc-permerror',
];

/** Null when nothing was found out, and for a domain without mail: nobody sells protection for that. */
export function securityReasoning(subject: Subject, speaker: Speaker, mail: MailState): SecuritySaid | null {
  if (subject.scored.hardFail !== null) return null;
  if (!TOLD.some((finding) => shown(finding, subject) !== null)) return null;
  const riskLevel = riskOf(subject);
  const gaps = mail.gaps.length > 0;
  const open = speaker.list(mail.open);
  return {
    riskLevel,
    summary: [
      gaps
        ? speaker.say(riskLevel === 'high' ? 'security_reasoning.high' : 'security_reasoning.medium', {
            gaps: speaker.list(mail.gaps),
          })
        : speaker.say('security_reasoning.low', { good: inPlace(speaker, mail.good) }),
      gaps ? speaker.say('security_reasoning.good', { good: inPlace(speaker, mail.good) }) : null,
      speaker.say('security_reasoning.open', { open }),
    ],
    details: details(speaker),
    salesAngle: [
      gaps
        ? speaker.first('security_reasoning.angle-m365-gaps', 'security_reasoning.angle-gaps')
        : speaker.first('security_reasoning.angle-m365-good', 'security_reasoning.angle-good'),
    ],
    recommendedAction: recommended(speaker, open),
  };
}

/** Two or more risk factors together, or one alone: the rules say how much each is. */
export function riskOf(subject: Subject): Level {
  const { security } = subject.rules.opportunity;
  const holding = security.factors.filter((factor) =>
    factor.findings.some((finding) => shown(finding, subject) !== null),
  );
  if (holding.length > 1) return security.several;
  return holding[0]?.alone ?? security.none;
}

/** SPF, DKIM, DMARC, in this order: what each record says, one line each. */
function details(speaker: Speaker): Said[] {
  return [
    ...speaker.all(
      'security_reasoning.spf-found',
      'security_reasoning.spf-absent',
      'security_reasoning.spf-permerror',
      'security_reasoning.spf-unanswered',
      'security_reasoning.spf-not-followed',
      'security_reasoning.spf-pass-all',
      'security_reasoning.spf-lookup-limit',
      'security_reasoning.spf-includes',
      'security_reasoning.dkim-found',
      'security_reasoning.dkim-absent',
      'security_reasoning.dkim-unusable',
      'security_reasoning.dkim-unknown',
      'security_reasoning.dkim-unanswered',
      'security_reasoning.dkim-weak-key',
      'security_reasoning.dkim-revoked',
      'security_reasoning.dmarc-reject',
      'security_reasoning.dmarc-quarantine',
      'security_reasoning.dmarc-policy-none',
      'security_reasoning.dmarc-absent',
      'security_reasoning.dmarc-permerror',
      'security_reasoning.dmarc-unanswered',
    ),
    ...[
      speaker.first('security_reasoning.dmarc-coverage', 'security_reasoning.dmarc-coverage-full'),
      ...speaker.all('security_reasoning.dmarc-testing', 'security_reasoning.dmarc-reports-absent'),
    ].filter((said) => said !== null),
  ];
}

function recommended(speaker: Speaker, open: Said | null): (Said | null)[] {
  const steps = [
    speaker.first('security_reasoning.do-spf', 'security_reasoning.do-spf-repair'),
    speaker.first(
      'security_reasoning.do-dkim',
      'security_reasoning.do-dkim-replace',
      'security_reasoning.do-dkim-renew',
    ),
    speaker.first(
      'security_reasoning.do-dmarc',
      'security_reasoning.do-dmarc-repair',
      'security_reasoning.do-dmarc-enforce',
      'security_reasoning.do-dmarc-widen',
    ),
    speaker.say('security_reasoning.do-recheck', { open }),
  ].filter((said) => said !== null);
  return steps.length > 0 ? steps : [speaker.say('security_reasoning.do-keep')];
}
