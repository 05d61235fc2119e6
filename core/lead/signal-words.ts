import type { Assessment, SignalView } from '#core/assessment.ts';
import type { Language, Words } from '#core/rules/common.ts';
import { inEach, sayFrom } from '#core/rules/fill.ts';
import type { Wording, Wordings } from '#core/rules/sales.ts';
import { formatFor } from '#core/sales/format.ts';
import type { FindingId } from '#core/score/findings.ts';
import { NAMED_FINDINGS, type SIGNAL_SENTENCES } from './sentences.ts';

/**
 * What each record shows, in one sentence for a seller: the second line of an evidence row. Says only what the
 * finding says. Numbers are shown where they were counted, and left out where they were not.
 */
export function signalWords(assessment: Assessment, signal: SignalView, wording: Wordings): Words | null {
  if (signal.state === 'not-asked') return null;
  const text = (language: Language): string => textOf(assessment, signal, wording[language]);
  const words = inEach(text);
  return words.en === '' ? null : words;
}

const speak = ({ signals }: Wording) => sayFrom<typeof SIGNAL_SENTENCES>(signals);

function textOf(assessment: Assessment, signal: SignalView, wording: Wording): string {
  if (signal.state === 'unanswered') return speak(wording)('no-answer');
  const sentences = [
    OWN[signal.id]?.(assessment, wording),
    ...signal.findings.map((id) => unusableKey(id, signal, wording) ?? findingText(id, wording)),
  ];
  return sentences.filter((sentence) => sentence !== undefined && sentence !== null).join('. ');
}

/** The sentence of a finding; undefined for those that need none. */
function findingText(id: FindingId, { evidence, names }: Wording): string | undefined {
  if (NAMED.has(id)) return names.findings[id];
  return (evidence as Partial<Record<FindingId, string>>)[id];
}
/** A withdrawn or weak key is a key: where it is the only one, the key is not missing but of no use. */
function unusableKey(id: FindingId, { findings }: SignalView, wording: Wording): string | undefined {
  if (!findings.includes('dkim-revoked') && !findings.includes('dkim-weak-key')) return undefined;
  if (id === 'dkim-absent') return speak(wording)('dkim-absent-unusable');
  return id === 'dkim-unknown' ? speak(wording)('dkim-unknown-unusable') : undefined;
}
const NAMED: ReadonlySet<FindingId> = new Set(NAMED_FINDINGS);

/** Sentences that need more than a finding. */
const OWN: Partial<Record<SignalView['id'], (assessment: Assessment, wording: Wording) => string | null>> = {
  mx({ mail, findings }, wording) {
    const say = speak(wording);
    if (mail.because.length === 0 || mail.mxRoot === null) return null;
    const provider =
      mail.localProvider === null
        ? mail.providerName
        : say('provider-at-hoster', { provider: mail.providerName, hoster: mail.localProvider });
    const open = findings.some(({ id }) => id === 'mail-evidence-unanswered');
    if (mail.gateway === null) return say(open ? 'mx-goes-to-open' : 'mx-goes-to', { provider });
    const gateway = mail.gateway.name;
    if (open) return say('mx-gateway-open', { gateway });
    return mail.kind === 'none'
      ? say('mx-gateway-unknown', { gateway })
      : say('mx-gateway', { gateway, provider });
  },
  spf({ metrics }, wording) {
    const say = speak(wording);
    const includes = metrics['spf-includes'];
    const lookups = metrics['spf-lookups'];
    if (includes === undefined) return null;
    const counted = say(includes === 1 ? 'spf-one-include' : 'spf-includes', { includes });
    return lookups === undefined ? counted : say('spf-lookups', { counted, lookups });
  },
  registration({ registration }, wording) {
    const expires = registration?.expires ?? '';
    if (!CALENDAR_DATE.test(expires)) return null;
    // No count of days: the sentence is read on other days than the one it was written on.
    const date = formatFor(wording).shortDate(expires);
    return speak(wording)('registration-ends', { date });
  },
};
const CALENDAR_DATE = /^\d{4}-(?:0[1-9]|1[0-2])-\d{2}/;
