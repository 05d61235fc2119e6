import type { MxReading } from '../records/mx.ts';
import type { ContactRules } from '../rules/contacts.ts';
import type { AddressReading, AddressRefusal } from './address.ts';
import { recipientState, type RecipientState, type SmtpLookup } from './smtp.ts';

export const ADDRESS_STATUSES = ['valid', 'invalid', 'unknown'] as const;
export type AddressStatus = (typeof ADDRESS_STATUSES)[number];
export const ADDRESS_CONFIDENCES = ['high', 'medium', 'low'] as const;
export type AddressConfidence = (typeof ADDRESS_CONFIDENCES)[number];

export const VERDICT_REASONS = [
  'syntax',
  'domain-absent', // NXDOMAIN
  'mx-absent',
  'null-mx', // RFC 7505: the domain takes no mail
  'mx-unusable', // every exchange is an address, localhost or no host name
  'mx-unanswered',
  'mx-found', // syntax and MX are right; nobody asked the server
  'smtp-accepted',
  'smtp-accepted-only', // and whether the server accepts everything stayed open
  'smtp-catch-all',
  'smtp-refused',
  'smtp-mailbox-full',
  'smtp-greylisted',
  'smtp-deferred',
  'smtp-policy', // the server refuses us, which says nothing of the mailbox
  'smtp-unanswered',
] as const;
export type VerdictReason = (typeof VERDICT_REASONS)[number];

/** Whether an address takes mail, how sure that is, and which checks said so. */
export interface AddressVerdict {
  readonly status: AddressStatus;
  readonly confidence: AddressConfidence;
  readonly reason: VerdictReason;
  readonly checks: {
    readonly syntax: 'ok' | AddressRefusal;
    readonly mx: MxReading['state'] | 'skipped';
    readonly smtp: RecipientState | 'catch-all' | 'unanswered' | 'skipped';
  };
}

/**
 * @param mx the MX of `address.host`; null = not asked
 * @param smtp what its first mail server said; null = not asked
 */
export function addressVerdict(
  reading: AddressReading,
  mx: MxReading | null,
  smtp: SmtpLookup | null,
  rules: ContactRules,
): AddressVerdict {
  if (!reading.ok) return verdict('invalid', 'high', 'syntax', reading.reason, 'skipped', 'skipped');
  if (mx === null) return verdict('unknown', 'low', 'mx-unanswered', 'ok', 'skipped', 'skipped');
  switch (mx.state) {
    case 'unanswered':
      return verdict('unknown', 'low', 'mx-unanswered', 'ok', mx.state, 'skipped');
    case 'absent': {
      const reason = mx.why === 'NXDOMAIN' ? 'domain-absent' : 'mx-absent';
      return verdict('invalid', 'high', reason, 'ok', mx.state, 'skipped');
    }
    case 'null-mx':
      return verdict('invalid', 'high', 'null-mx', 'ok', mx.state, 'skipped');
    case 'found':
      break;
  }
  if (usableHosts(mx).length === 0)
    return verdict('invalid', 'high', 'mx-unusable', 'ok', 'found', 'skipped');
  if (smtp === null) return verdict('valid', 'medium', 'mx-found', 'ok', 'found', 'skipped');
  return bySmtp(smtp, rules);
}

function bySmtp(smtp: SmtpLookup, rules: ContactRules): AddressVerdict {
  const say = (
    status: AddressStatus,
    confidence: AddressConfidence,
    reason: VerdictReason,
    check: AddressVerdict['checks']['smtp'],
  ): AddressVerdict => verdict(status, confidence, reason, 'ok', 'found', check);

  if (smtp.state === 'unanswered') return say('unknown', 'medium', 'smtp-unanswered', 'unanswered');
  const { step, reply, madeUp } = smtp.value;
  if (step !== 'recipient') {
    // Not let through to the question: whatever the code, it speaks of us.
    return reply.code < 500
      ? say('unknown', 'medium', 'smtp-deferred', 'deferred')
      : say('unknown', 'medium', 'smtp-policy', 'policy');
  }
  const state = recipientState(reply, rules);
  switch (state) {
    case 'accepted':
      switch (madeUp === null ? null : recipientState(madeUp, rules)) {
        case 'accepted':
          return say('unknown', 'medium', 'smtp-catch-all', 'catch-all');
        case 'refused':
          return say('valid', 'high', 'smtp-accepted', state);
        default:
          return say('valid', 'medium', 'smtp-accepted-only', state);
      }
    case 'refused':
      return say('invalid', 'high', 'smtp-refused', state);
    case 'full':
      return say('unknown', 'medium', 'smtp-mailbox-full', state);
    case 'greylisted':
      return say('unknown', 'medium', 'smtp-greylisted', state);
    case 'deferred':
      return say('unknown', 'medium', 'smtp-deferred', state);
    case 'policy':
      return say('unknown', 'medium', 'smtp-policy', state);
  }
}

const verdict = (
  status: AddressStatus,
  confidence: AddressConfidence,
  reason: VerdictReason,
  syntax: AddressVerdict['checks']['syntax'],
  mx: AddressVerdict['checks']['mx'],
  smtp: AddressVerdict['checks']['smtp'],
): AddressVerdict => ({ status, confidence, reason, checks: { syntax, mx, smtp } });

const UNUSABLE: ReadonlySet<string> = new Set([
  'exchange-address',
  'exchange-name',
  'exchange-localhost',
  'exchange-single-label',
]);

/** The exchanges that mail could be brought to, best first: the first is the one to ask. */
export function usableHosts(mx: MxReading): readonly string[] {
  if (mx.state !== 'found') return [];
  const bad = new Set(mx.problems.filter(({ code }) => UNUSABLE.has(code)).map(({ exchange }) => exchange));
  return mx.hosts.filter((host) => !bad.has(host));
}
