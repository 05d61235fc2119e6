import type { MailState } from './mail-state.ts';
import type { Said, Speaker } from './say.ts';
import { inRange, type Subject } from './subject.ts';

/** What to say on the phone, line by line: who calls, what was seen, why now, and what is asked for. */
export function callScript(subject: Subject, speaker: Speaker, mail: MailState): Said[][] {
  const noMail = speaker.all('call_script.no-mail', 'call_script.no-mail-next');
  if (noMail.length > 0) return noMail.map((line) => [line]);
  const firm = inRange(subject.scored.priority, subject.rules.opportunity.script.firmClosing.priority);
  const closing = speaker.say(firm ? 'call_script.closing-firm' : 'call_script.closing-soft');
  const opening = speaker.first(
    'call_script.opening-m365',
    'call_script.opening-mailbox',
    'call_script.opening-hoster',
    'call_script.opening',
  );
  const lines =
    subject.scored.segment === 'Skip'
      ? [[opening], [closing]]
      : [
          [opening],
          seen(speaker, mail),
          [speaker.say('call_script.mail-open')],
          [whyNow(speaker)],
          [speaker.say('call_script.proxy')],
          [closing],
        ];
  return lines.map((line) => line.filter((said) => said !== null)).filter((line) => line.length > 0);
}

/** What the public records show of sender protection: what is there, what is not, what could not be checked. */
function seen(speaker: Speaker, mail: MailState): (Said | null)[] {
  const good = speaker.list(mail.good);
  return [
    speaker.say(mail.good.length > 1 ? 'call_script.good-many' : 'call_script.good', { good }),
    speaker.say('call_script.none', {
      none: speaker.list(
        speaker.all('phrase.none-spf', 'phrase.none-dkim', 'phrase.none-dkim-usable', 'phrase.none-dmarc'),
      ),
    }),
    speaker.first('call_script.spf-permerror', 'call_script.spf-pass-all', 'call_script.spf-lookup-limit'),
    speaker.first(
      'call_script.dmarc-absent',
      'call_script.dmarc-permerror',
      'call_script.dmarc-policy-none',
      'call_script.dmarc-testing',
      'call_script.dmarc-coverage',
    ),
    speaker.say('call_script.open', { open: speaker.list(mail.open) }),
  ];
}

/** One reason to talk now: a date or a change before a product. */
const whyNow = (speaker: Speaker): Said | null =>
  speaker.first(
    'call_script.expired',
    'call_script.expiry',
    'call_script.mixed',
    'call_script.changed',
    'call_script.gateway-m365',
    'call_script.gateway',
    'call_script.services',
    'call_script.value-open',
    'call_script.value-small',
    'call_script.value-medium',
    'call_script.value-large',
    'call_script.value',
    'call_script.value-existing',
  );
