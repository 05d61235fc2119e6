import type { Said, Speaker } from './say.ts';

/** Phrases that several parts of the summary share: where the mail is, what is in place, what is not, what is open. */
export interface MailState {
  readonly where: Said | null;
  /** gaps in sender protection that the records show, in the order SPF, DKIM, DMARC */
  readonly gaps: readonly Said[];
  /** what costs points without being a gap */
  readonly notes: readonly Said[];
  /** names of what is in place */
  readonly good: readonly Said[];
  /** names of what gave no answer: neither in place nor a gap */
  readonly open: readonly Said[];
}

export function mailState(speaker: Speaker): MailState {
  return {
    where: speaker.first(
      'phrase.where-mixed',
      'phrase.where-gateway-open',
      'phrase.where-open',
      'phrase.where-gateway-unknown',
      'phrase.where-gateway-server',
      'phrase.where-gateway',
      'phrase.where-gateway-likely',
      'phrase.where-hybrid',
      'phrase.where-hoster',
      'phrase.where-hosting',
      'phrase.where-local',
      'phrase.where-mailbox',
      'phrase.where-mailbox-likely',
      'phrase.where-sender',
      'phrase.where-null-mx',
      'phrase.where-unknown',
    ),
    gaps: [
      ...oneOf(
        speaker,
        'phrase.gap-spf-absent',
        'phrase.gap-spf-permerror',
        'phrase.gap-spf-pass-all',
        'phrase.gap-spf-lookup-limit',
      ),
      ...oneOf(speaker, 'phrase.gap-dkim-absent', 'phrase.gap-dkim-weak', 'phrase.gap-dkim-revoked'),
      ...oneOf(
        speaker,
        'phrase.gap-dmarc-absent',
        'phrase.gap-dmarc-permerror',
        'phrase.gap-dmarc-policy-none',
        'phrase.gap-dmarc-testing',
        'phrase.gap-dmarc-coverage',
        'phrase.gap-dmarc-partial',
      ),
    ],
    notes: speaker.all('phrase.note-spf-includes'),
    good: speaker.all('phrase.name-spf', 'phrase.name-dkim', 'phrase.name-dmarc'),
    open: speaker.all('phrase.open-spf', 'phrase.open-spf-part', 'phrase.open-dkim', 'phrase.open-dmarc'),
  };
}

/** "SPF and DKIM are in place": the verb follows the number of names. */
export function inPlace(speaker: Speaker, good: readonly Said[]): Said | null {
  const id = good.length === 1 ? 'phrase.good-one' : 'phrase.good-many';
  return speaker.say(id, { good: speaker.list(good) });
}

const oneOf = (speaker: Speaker, ...ids: Parameters<Speaker['first']>): Said[] => {
  const said = speaker.first(...ids);
  return said === null ? [] : [said];
};
