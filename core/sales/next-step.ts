import type { NextStepWhen } from '#core/rules/sales.ts';
import type { Level, NextStep } from './contract.ts';
import type { MailState } from './mail-state.ts';
import type { Said, Speaker } from './say.ts';
import { inRange, type Subject } from './subject.ts';
import type { Urgency } from './urgency.ts';

export interface NextStepSaid {
  readonly step: Pick<NextStep, 'action' | 'timeline' | 'priority'>;
  readonly message: (Said | null)[];
  readonly internalNote: (Said | null)[];
}

/** What to do and by when: the first row of rules/opportunity.json that fits. */
export function nextStep(
  subject: Subject,
  speaker: Speaker,
  mail: MailState,
  decided: { readonly opportunity: number; readonly urgency: Urgency },
): NextStepSaid {
  const { opportunity, urgency } = decided;
  const row = subject.rules.opportunity.nextStep.find(({ when }) =>
    fits(when, subject, opportunity, urgency.level),
  );
  // The schema demands a last row that always fits.
  if (row === undefined) throw new Error('rules/opportunity.json: no row of nextStep fits');
  const words = subject.rules.wording[subject.language].words;
  const noMail = speaker.say('next_step.no-mail');
  const reasons = speaker.list([
    ...speaker.all(
      'phrase.reason-expired',
      'phrase.reason-expiry',
      'phrase.reason-mixed',
      'phrase.reason-changed',
    ),
    ...mail.gaps,
  ]);
  return {
    step: { action: row.action, timeline: row.timeline, priority: row.priority },
    message: noMail
      ? [noMail]
      : [
          whatToDo(speaker, row.action, words.timeline[row.timeline]),
          row.action === 'wait' ? null : speaker.say('next_step.reasons', { reasons }),
        ],
    internalNote: [
      speaker.say('next_step.note', {
        opportunity: speaker.format.number(opportunity),
        urgency: words.level[urgency.level],
        why: speaker.format.list(urgency.reasons),
      }),
    ],
  };
}

function whatToDo(speaker: Speaker, action: NextStep['action'], timeline: string): Said | null {
  const say = (...ids: Parameters<Speaker['first']>): Said | null => {
    for (const id of ids) {
      const said = speaker.say(id, { timeline });
      if (said !== null) return said;
    }
    return null;
  };
  switch (action) {
    case 'call':
      return say(
        'next_step.call-open',
        'next_step.call-migration',
        'next_step.call-existing',
        'next_step.call',
      );
    case 'email':
      return say(
        'next_step.email-open',
        'next_step.email-migration',
        'next_step.email-existing',
        'next_step.email',
      );
    case 'wait':
      return say('next_step.wait');
  }
}

function fits(when: NextStepWhen, { scored }: Subject, opportunity: number, urgency: Level): boolean {
  if (when.hardFail !== undefined && when.hardFail !== (scored.hardFail !== null)) return false;
  if (when.segment && !when.segment.includes(scored.segment)) return false;
  if (when.opportunity && !inRange(opportunity, when.opportunity)) return false;
  if (when.urgency && !when.urgency.includes(urgency)) return false;
  return true;
}
