/** Why an address that a user gives for messages is not taken: section "targets" of rules/messages.<language>.json. */
export const TARGET_FAULTS = [
  'not-a-url',
  'not-https',
  'password-in-url',
  'not-public',
  'name-unknown',
] as const;
export type TargetFault = (typeof TARGET_FAULTS)[number];

/** What else may be wrong with a setting for alerts; the same section. */
export const SETTING_FAULTS = ['url-missing', 'address-missing', 'no-slack'] as const;

/** Why a message about an alert did not arrive: section "deliveries". The first five are not tried again. */
export const DELIVERY_FAULTS = [
  'target-refused', // the guard of outgoing requests: not a public https address
  'gone', // 410: the receiver says never again
  'mail-off', // no mail server is configured
  'mail-refused', // 5xx to the recipient or the message
  'secret-unreadable', // the signing secret was sealed with another key
  'mail-server', // refuses us, or does not speak
  'status', // the receiver answered, and not with 2xx
  'timeout',
  'network',
  'interrupted', // a worker ended in the middle, again and again
] as const;
export type DeliveryFault = (typeof DELIVERY_FAULTS)[number];

/** The words of messages about alerts, by mail and in Teams: section "mail". */
export const MAIL_WORDS = ['subject', 'digestSubject', 'digestIntro', 'seen', 'more', 'why', 'demo'] as const;
