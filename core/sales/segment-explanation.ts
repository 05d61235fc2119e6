import type { MailState } from './mail-state.ts';
import type { Said, Speaker } from './say.ts';

/** Why this segment, at the thresholds of the rule set that was used, and under which label it is filed. */
export function segmentExplanation(speaker: Speaker, mail: MailState): (Said | null)[] {
  const noMail = speaker.first(
    'segment_explanation.no-mail-nxdomain',
    'segment_explanation.no-mail-null',
    'segment_explanation.no-mail-absent',
  );
  if (noMail !== null) return [noMail];
  return [
    speaker.first(
      'segment_explanation.existing-gateway',
      'segment_explanation.existing-hybrid',
      'segment_explanation.existing',
      'segment_explanation.migration-server',
      'segment_explanation.migration-provider',
      'segment_explanation.migration',
      'segment_explanation.cold-unknown',
      'segment_explanation.cold-below-entry',
      'segment_explanation.cold',
      'segment_explanation.skip-reason',
      'segment_explanation.skip',
      'segment_explanation.plain',
    ),
    speaker.say('segment_explanation.mail-open'),
    // "Weak Partner" is the rule's label: the sentence says so, and that nothing is known of the partner.
    speaker.first(
      'segment_explanation.weak-partner',
      'segment_explanation.weak-partner-always',
      'segment_explanation.renewal',
      'segment_explanation.category',
    ),
    speaker.say('segment_explanation.good', { good: speaker.list(mail.good) }),
    speaker.say('segment_explanation.open', { open: speaker.list(mail.open) }),
  ];
}
