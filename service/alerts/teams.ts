import { fill, type Messages } from '#core/rules/messages.ts';
import { post } from './post.ts';
import type { AlertMessage, DeliveryOutcome } from './message.ts';
import type { Service } from '../context.ts';

/** Teams takes messages up to about 28 KB. */
const MOST_BYTES = 24_000;
const LONGEST_TEXT = 500;

/**
 * The message that the Teams trigger "When a Teams webhook request is received" posts: an Adaptive Card in a list of
 * attachments. Texts are runs of a RichTextBlock, where Markdown means nothing: a record may hold any sign.
 */
export function teamsMessage(message: AlertMessage, m: Messages, demo: boolean): string {
  for (let shown = message.alerts.length; ; shown = Math.floor(shown / 2)) {
    const text = JSON.stringify({
      type: 'message',
      attachments: [
        {
          contentType: 'application/vnd.microsoft.card.adaptive',
          contentUrl: null,
          content: cardOf(message, shown, m, demo),
        },
      ],
    });
    if (Buffer.byteLength(text) <= MOST_BYTES || shown <= 1) return text;
  }
}

function cardOf({ digest, alerts }: AlertMessage, shown: number, m: Messages, demo: boolean): unknown {
  const left = alerts.length - shown;
  return {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: [
      ...(digest ? [paragraph(run(fill(m.mail.digestSubject, { n: alerts.length }), 'title'))] : []),
      ...alerts.slice(0, shown).flatMap((alert, at) => [
        {
          ...paragraph(run(`${alert.domain}: ${m.alertTypes[alert.type]}`, digest ? 'strong' : 'title')),
          separator: digest && at > 0,
        },
        paragraph(run(cut(alert.text))),
        paragraph(run(fill(m.mail.seen, { time: moment(alert.createdAt) }), 'quiet')),
      ]),
      ...(left > 0 ? [paragraph(run(fill(m.mail.more, { n: left }), 'strong'))] : []),
      ...(demo ? [paragraph(run(m.mail.demo, 'strong'))] : []),
    ],
  };
}

type Weight = 'title' | 'strong' | 'plain' | 'quiet';

const run = (text: string, weight: Weight = 'plain'): unknown => ({
  type: 'TextRun',
  text,
  ...(weight === 'title' || weight === 'strong' ? { weight: 'Bolder' } : {}),
  ...(weight === 'title' ? { size: 'Medium' } : {}),
  ...(weight === 'quiet' ? { isSubtle: true, size: 'Small' } : {}),
});

const paragraph = (inline: unknown): Record<string, unknown> => ({
  type: 'RichTextBlock',
  inlines: [inline],
});

const cut = (text: string): string => {
  if (text.length <= LONGEST_TEXT) return text;
  const whole = text.slice(0, LONGEST_TEXT - 1);
  return `${whole.isWellFormed() ? whole : whole.slice(0, -1)}…`;
};

/** "2026-11-25 09:30 UTC" */
export const moment = (at: Date): string => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

export const sendTeams = (
  service: Service,
  url: string,
  message: AlertMessage,
  m: Messages,
  signal: AbortSignal,
): Promise<DeliveryOutcome> => post(service, url, teamsMessage(message, m, service.demo), {}, signal);
