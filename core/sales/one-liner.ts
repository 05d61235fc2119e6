import { inPlace, type MailState } from './mail-state.ts';
import type { Said, Speaker } from './say.ts';

/** The company in one breath. It starts with the domain, whatever else is known. */
export function oneLiner(speaker: Speaker, mail: MailState): (Said | null)[] {
  const noMail = speaker.first(
    'one_liner.no-mail-nxdomain',
    'one_liner.no-mail-null',
    'one_liner.no-mail-absent',
  );
  if (noMail !== null) return [noMail];
  const state = speaker.list(protection(speaker, mail));
  const filling = { where: mail.where, state };
  return [
    speaker.say('one_liner.head'),
    speaker.say('one_liner.where-and-state', filling) ??
      speaker.say('one_liner.where', filling) ??
      speaker.say('one_liner.state', filling),
    ...speaker.all('one_liner.mixed', 'one_liner.proxy'),
  ];
}

/** Gaps first, since they are what the call is about; what is in place only when there is none. */
function protection(speaker: Speaker, mail: MailState): Said[] {
  const shown = mail.gaps.length > 0 ? mail.gaps : [inPlace(speaker, mail.good)];
  const open = speaker.say('phrase.open', { open: speaker.list(mail.open) });
  return [...shown, ...mail.notes, open].filter((said) => said !== null);
}
