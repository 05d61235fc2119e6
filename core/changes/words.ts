import type { MailVerdict } from '#core/assessment.ts';
import type { Words } from '#core/rules/common.ts';
import { inEach, type Say, sayFrom } from '#core/rules/fill.ts';
import type { Segment } from '#core/rules/rule-set.ts';
import type { Wording, Wordings } from '#core/rules/sales.ts';
import { formatFor } from '#core/sales/format.ts';
import type { CHANGE_SENTENCES } from './sentences.ts';

type SpfState = 'spf-found' | 'spf-permerror' | 'spf-absent';
type DmarcState =
  | 'dmarc-reject'
  | 'dmarc-quarantine'
  | 'dmarc-policy-none'
  | 'dmarc-permerror'
  | 'dmarc-absent';
type RuleSetName = { readonly id: string; readonly version: string };

const DMARC_NAMES = {
  'dmarc-reject': 'reject',
  'dmarc-quarantine': 'quarantine',
  'dmarc-policy-none': 'none',
  'dmarc-permerror': 'permerror',
  'dmarc-absent': null,
} as const;
/** The policy as the record says it; null without a record. */
export const dmarcName = (state: DmarcState): string | null => DMARC_NAMES[state];

export type ChangeWords = ReturnType<typeof changeWords>;

/** Which sentence tells a change, in both languages. The sentences themselves are rule data. */
export function changeWords(wording: Wordings) {
  const words = (text: (say: Say<typeof CHANGE_SENTENCES>, wording: Wording) => string): Words =>
    inEach((language) => text(sayFrom(wording[language].changes), wording[language]));
  return {
    provider: (from: MailVerdict, to: MailVerdict) =>
      words((say) => say('provider', { from: from.providerName, to: to.providerName })),

    gateway(from: MailVerdict['gateway'], to: MailVerdict['gateway']): Words {
      if (from === null) return words((say) => say('gateway-added', { to: to?.name ?? '' }));
      if (to === null) return words((say) => say('gateway-removed', { from: from.name }));
      return words((say) => say('gateway', { from: from.name, to: to.name }));
    },

    mx(from: string | null, to: string | null): Words {
      if (to === null) return words((say) => say('mx-removed'));
      if (from === null) return words((say) => say('mx-published', { to }));
      return words((say) => say('mx', { from, to }));
    },

    spfState(from: SpfState, to: SpfState): Words {
      if (to === 'spf-absent') return words((say) => say('spf-removed'));
      const isNew = from === 'spf-absent';
      if (to === 'spf-permerror')
        return words((say) => say(isNew ? 'spf-published-in-error' : 'spf-in-error'));
      return words((say) => say(isNew ? 'spf-published' : 'spf-repaired'));
    },

    spfText(from: number | undefined, to: number | undefined): Words {
      if (from === undefined || to === undefined || from === to) return words((say) => say('spf'));
      return words((say) => say(to > from ? 'spf-grew' : 'spf-shrank', { from, to }));
    },

    dkim(to: 'dkim-found' | 'dkim-absent', useless = false): Words {
      if (to === 'dkim-found') return words((say) => say('dkim-published'));
      return words((say) => say(useless ? 'dkim-unusable' : 'dkim-removed'));
    },

    dmarc(fromState: DmarcState, toState: DmarcState): Words {
      const [from, to] = [dmarcName(fromState), dmarcName(toState)];
      if (to === null) return words((say) => say('dmarc-removed'));
      if (toState === 'dmarc-permerror') return words((say) => say('dmarc-in-error'));
      if (from === null) return words((say) => say('dmarc-published', { to }));
      if (fromState === 'dmarc-permerror') return words((say) => say('dmarc-repaired', { to }));
      return words((say) => say('dmarc', { from, to }));
    },

    coverage: (from: number, to: number) =>
      words((say, wording) => {
        const { percent } = formatFor(wording);
        return say('coverage', { from: percent(from), to: percent(to) });
      }),

    expiry(days: number): Words {
      if (days < 0) return words((say) => say('expired'));
      return words((say) => say(days === 1 ? 'expires-in-one-day' : 'expires-in-days', { days }));
    },

    nameservers: () => words((say) => say('nameservers')),
    registrar: (from: string, to: string) => words((say) => say('registrar', { from, to })),
    priority: (from: number, to: number) => words((say) => say('priority', { from, to })),
    segment: (from: Segment, to: Segment) =>
      words((say, { names }) => say('segment', { from: names.segments[from], to: names.segments[to] })),
    score: (from: number, to: number) => words((say) => say('score', { from, to })),
    scoreMoved: () => words((say) => say('score-moved')),

    otherRules: (from: RuleSetName, to: RuleSetName) =>
      words((say) =>
        say('other-rules', { from: `${from.id} ${from.version}`, to: `${to.id} ${to.version}` }),
      ),
    silence: () => words((say) => say('silence')),
    noLonger: (line: Words) => words((say, { language }) => say('no-longer', { line: line[language] })),
    firstScan: () => words((say) => say('first-scan')),
    noChange: () => words((say) => say('no-change')),
    noScore: () => words((say) => say('no-score')),

    list: (all: readonly Words[]) => inEach((language) => all.map((words) => words[language]).join('; ')),
    withPoints: (change: Words, points: string) =>
      words((say, { language }) => say('with-points', { change: change[language], points })),
  };
}
