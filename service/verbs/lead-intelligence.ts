import { changeWords } from '#core/changes/words.ts';
import { signed } from '#core/changes/number.ts';
import { fitIntelligence, intelligenceOf, type Intelligence } from '#core/lead/intelligence.ts';
import type { Language, Words } from '#core/rules/common.ts';
import { inEach } from '#core/rules/fill.ts';
import type { AllRules } from '../rule-files.ts';
import type { StoredLead } from '../store/lead.ts';
import { salesOf } from './lead.ts';

/** Rows of the score history that hnt_intelligencejson brings along, as long as they fit. */
export const INTELLIGENCE_ROWS = 50;

/**
 * The content of hnt_intelligencejson for a company, at most 32 KB: the same text for the same stored state, whoever asks
 * and whenever, so that a push can tell by its hash that nothing is new. `dropped` names what was left out to fit.
 *
 * @param lead read with {@link INTELLIGENCE_ROWS} rows of history
 * @param language of the organisation: its sales summary stays when there is no room for both
 */
export function leadIntelligence(
  lead: StoredLead,
  rules: AllRules,
  language: Language,
): { readonly json: string; readonly dropped: readonly string[] } {
  const { sales } = rules;
  const intelligence = intelligenceOf({
    ...sales,
    assessment: lead.assessment,
    kept: lead.kept,
    language,
    sales: { tr: salesOf(lead, rules, 'tr'), en: salesOf(lead, rules, 'en') },
    history: lead.history.map(({ at, score, segment, priority, change, ruleSet }) => ({
      at,
      score,
      segment,
      priority,
      change,
      ruleSet,
    })),
    scans: lead.scans,
    referral: lead.referrals,
    sync: lead.sync,
  });
  return fitIntelligence({ ...intelligence, previous: previousOf(lead, rules) }, sales.wording);
}

/**
 * The score before this one and why it is another now. The history has a row only where something changed, so this is
 * the last state that differed, however many scans have confirmed the present one since. Null after the first scan, and
 * where an earlier score was kept: there is nothing new to compare.
 */
export function previousOf(
  { assessment, kept, history, lastChanges }: StoredLead,
  { sales }: AllRules,
): Intelligence['previous'] {
  if (kept !== null || assessment.scored === null) return null;
  const [now, before] = history.filter(({ score }) => score !== null);
  if (now === undefined || before === undefined) return null;
  const { score, segment, priority } = before;
  if (score === null || segment === null || priority === null) return null;
  const delta = assessment.scored.score - score;
  const words = changeWords(sales.wording);
  const causes = lastChanges
    .filter(({ cause, points, type }) => cause === 'records' && !RANKING.test(type) && points * delta > 0)
    .toSorted((a, b) => Math.abs(b.points) - Math.abs(a.points))
    .slice(0, MOST_CAUSES);
  const reason =
    delta === 0
      ? null
      : causes.length > 0
        ? words.list(causes.map((cause) => cause.words))
        : untold(now.change, delta, words);
  return { at: before.at, score, segment, priority, delta, reason };
}

const RANKING = /^(?:priority_score|segment|score)_changed$/;
const MOST_CAUSES = 2;

/** "Other rules: hunter-1 1.1.0: +5" says the points behind it; the control shows them before it. */
function untold(summary: Words, delta: number, words: ReturnType<typeof changeWords>): Words {
  const tail = words.withPoints({ tr: '', en: '' }, signed(delta));
  return inEach((language) => {
    const text = summary[language];
    return text.endsWith(tail[language]) ? text.slice(0, text.length - tail[language].length) : text;
  });
}
