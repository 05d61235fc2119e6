import type { Said, Speaker } from './say.ts';

/** What to ask, in the order segment, provider, company size, then what every deal needs to know. */
export function discoveryQuestions(speaker: Speaker): Said[] {
  const noMail = speaker.all('discovery_questions.no-mail-1', 'discovery_questions.no-mail-2');
  if (noMail.length > 0) return noMail;
  const provider = speaker.first(
    'discovery_questions.gateway-unknown',
    'discovery_questions.gateway',
    'discovery_questions.hybrid',
    'discovery_questions.m365',
    'discovery_questions.google',
    'discovery_questions.mailbox',
    'discovery_questions.sender',
    'discovery_questions.unknown',
    'discovery_questions.server',
  );
  return [
    ...speaker.all(
      'discovery_questions.migration-1',
      'discovery_questions.migration-2',
      'discovery_questions.migration-3',
      'discovery_questions.existing-1',
      'discovery_questions.existing-2',
      'discovery_questions.existing-3',
      'discovery_questions.other-1',
      'discovery_questions.other-2',
      'discovery_questions.other-3',
    ),
    ...(provider === null ? [] : [provider]),
    ...speaker.all(
      'discovery_questions.mixed',
      'discovery_questions.large-1',
      'discovery_questions.large-2',
      'discovery_questions.medium',
      'discovery_questions.small',
      'discovery_questions.common-1',
      'discovery_questions.common-2',
      'discovery_questions.common-3',
    ),
  ];
}
