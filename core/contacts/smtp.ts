/** What a mail server said to a question about one recipient, and what that shows. The asking is service/lookup/smtp.ts. */
import type { Found, Unanswered } from '../facts.ts';
import type { ContactRules } from '../rules/contacts.ts';

/** A reply (RFC 5321 section 4.2), its lines joined with a blank. The text may name the recipient: not for logs. */
export interface SmtpReply {
  readonly code: number;
  readonly text: string;
}

export const SMTP_STEPS = ['setup', 'connect', 'greeting', 'hello', 'mail', 'recipient'] as const;
export type SmtpStep = (typeof SMTP_STEPS)[number];

/** The reply that ended the talk: to the recipient, or to an earlier step that was not let through. */
export interface SmtpAnswer {
  readonly host: string;
  readonly step: Exclude<SmtpStep, 'setup' | 'connect'>;
  readonly reply: SmtpReply;
  /** the reply to a made-up recipient of the same domain; null when it was not asked for or did not answer */
  readonly madeUp: SmtpReply | null;
}
export type SmtpLookup = Found<SmtpAnswer> | (Unanswered & { readonly step: SmtpStep });

export const RECIPIENT_STATES = [
  'accepted',
  'refused', // there is no such mailbox, or it takes no mail
  'full',
  'greylisted', // 450 and 451: come back later
  'deferred',
  'policy', // the server refuses us, whoever the recipient is
] as const;
export type RecipientState = (typeof RECIPIENT_STATES)[number];

/**
 * What a reply to RCPT says of the mailbox. A permanent refusal is often one of the sender (a block list, a missing
 * reverse name): the enhanced status code tells (RFC 3463), and beside or without it the words of the rules.
 */
export function recipientState(reply: SmtpReply, rules: ContactRules): RecipientState {
  const { code } = reply;
  if (code >= 200 && code < 300) return 'accepted';
  const enhanced = enhancedStatus(reply);
  if (enhanced === '2.2') return 'full';
  if (code >= 300 && code < 500) return code === 450 || code === 451 ? 'greylisted' : 'deferred';
  if (enhanced !== null && NO_MAILBOX.has(enhanced)) return 'refused';
  if (OF_THE_COMMAND.has(code)) return 'policy';
  // Yandex writes "550 5.7.1 No such user!", Outlook.com "550 5.5.0 ... mailbox unavailable".
  const said = words(reply.text);
  if (rules.mailboxWords.some((word) => said.includes(` ${word} `))) return 'refused';
  if (enhanced !== null) return 'policy';
  if (code === 552) return 'full';
  if (!PLAIN_REFUSALS.has(code)) return 'policy';
  return rules.policyWords.some((word) => said.includes(` ${word} `)) ? 'policy' : 'refused';
}

/**
 * Subject and detail of RFC 3463 that speak of the recipient. 1.7 and 1.8 are the sender's address; 2.1 is a mailbox
 * out of use; 4.1 is how Exchange Online says that it is not in the directory.
 */
const NO_MAILBOX: ReadonlySet<string> = new Set(['1.0', '1.1', '1.2', '1.3', '1.6', '1.10', '2.1', '4.1']);
/** RFC 5321 section 4.2.3: syntax, sequence, parameters. */
const OF_THE_COMMAND: ReadonlySet<number> = new Set([500, 501, 502, 503, 504, 555]);
/** RFC 5321 section 4.2.3 (550, 551, 553) and RFC 7504 (556) speak of the recipient; 554 of anything. */
const PLAIN_REFUSALS: ReadonlySet<number> = new Set([550, 551, 553, 556]);

/** Subject and detail of the first enhanced status code that fits the reply code: "550 5.1.1 ..." gives "1.1". X.0.0 says nothing. */
function enhancedStatus({ code, text }: SmtpReply): string | null {
  const first = String(Math.trunc(code / 100));
  for (const word of text.slice(0, LONGEST_TEXT).split(' ')) {
    // qmail writes "(#5.1.1)"
    const match = /^(?:\(#)?([245])\.(\d{1,3}\.\d{1,3})[):;,.-]*$/.exec(word);
    if (match?.[1] === first) return match[2] === undefined || match[2] === '0.0' ? null : match[2];
  }
  return null;
}

/** The words of a text between single blanks, without those that hold an address: a name in it must not count. */
function words(text: string): string {
  const kept = text
    .slice(0, LONGEST_TEXT)
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => !word.includes('@'))
    .join(' ');
  return ` ${kept.replace(/[^a-z0-9]+/g, ' ')} `.replace(/ +/g, ' ');
}

const LONGEST_TEXT = 2_000;
