import type { Said, Speaker } from './say.ts';
import type { SentenceId } from './sentences.ts';

/** What the records show of the mail host, what that means for a sale, and what else hints at Microsoft. */
export function providerReasoning(speaker: Speaker): (Said | null)[] {
  const noMail = speaker.first(
    'provider_reasoning.no-mail-nxdomain',
    'provider_reasoning.no-mail-null',
    'provider_reasoning.no-mail-absent',
  );
  if (noMail !== null) return [noMail];
  const behind = speaker.first(
    'provider_reasoning.behind-open',
    'provider_reasoning.server-open',
    'provider_reasoning.behind-signs',
    'provider_reasoning.behind-signs-likely',
    'provider_reasoning.behind-server',
    'provider_reasoning.behind-unknown',
    'provider_reasoning.hybrid',
    'provider_reasoning.confirmed-by',
  );
  return [
    speaker.first(
      'provider_reasoning.null-mx',
      'provider_reasoning.mx-gateway',
      'provider_reasoning.mx-host',
    ),
    behind,
    // Mailboxes that cannot be seen leave nothing to say of their provider.
    behind?.id && NOT_SEEN.has(behind.id) ? null : aboutProvider(speaker),
    ...speaker.all('provider_reasoning.mixed', 'provider_reasoning.changed'),
    speaker.first(
      'provider_reasoning.services-m365',
      'provider_reasoning.services',
      'provider_reasoning.tenant',
      'provider_reasoning.no-gateway-no-microsoft',
    ),
    ...speaker.all('provider_reasoning.place', 'provider_reasoning.proxy'),
  ];
}

const NOT_SEEN: ReadonlySet<SentenceId> = new Set([
  'provider_reasoning.behind-unknown',
  'provider_reasoning.behind-open',
  'provider_reasoning.server-open',
]);

const aboutProvider = (speaker: Speaker): Said | null =>
  speaker.first(
    'provider_reasoning.m365-hybrid',
    'provider_reasoning.m365',
    'provider_reasoning.m365-likely',
    'provider_reasoning.google',
    'provider_reasoning.yandex',
    'provider_reasoning.zoho',
    'provider_reasoning.amazon',
    'provider_reasoning.sendgrid',
    'provider_reasoning.mailgun',
    'provider_reasoning.mailbox',
    'provider_reasoning.sender',
    'provider_reasoning.hosting-named',
    'provider_reasoning.hosting',
    'provider_reasoning.local-named',
    'provider_reasoning.local',
    'provider_reasoning.unknown',
  );
