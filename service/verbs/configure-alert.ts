import type { AlertType } from '#core/changes/alerts.ts';
import { parseAddress } from '#core/contacts/address.ts';
import type { Language } from '#core/rules/common.ts';
import { nextDigest } from '../alerts/digest.ts';
import { newSecret, secretPlace } from '../alerts/webhook.ts';
import { allowed, type Service } from '../context.ts';
import { done, failed, type Outcome } from '../failure.ts';
import { createTargetCheck } from '../lookup/guard.ts';
import {
  rescheduleDeliveries,
  sealedSecret,
  upsertAlertConfig,
  type AlertConfig,
} from '../store/alert-configs.ts';
import type { AlertFrequency, AlertMethod } from '../store/alerts.ts';

export interface AlertSetting {
  readonly type: AlertType;
  /** `slack` was a word of the earlier system, and never worked */
  readonly method: AlertMethod | 'slack';
  readonly frequency: AlertFrequency;
  readonly enabled: boolean;
  readonly webhookUrl: string | null;
  readonly emailAddress: string | null;
}

export interface ConfiguredAlert {
  readonly config: AlertConfig;
  /** what signs a webhook's messages: given out when it is made, and never again */
  readonly secret: string | null;
}

/**
 * Makes or changes the setting of one person for a type of alert and a way to hear of it. Where messages go to is
 * judged now, for the person who waits, and again at each message.
 *
 * @param owner id of the person
 */
export async function configureAlert(
  service: Service,
  setting: AlertSetting,
  owner: string,
  language: Language,
): Promise<Outcome<ConfiguredAlert>> {
  const { method, type } = setting;
  if (method === 'slack') return fault(service, 'notification_method', 'no-slack', language);
  const target = await targetOf(service, { ...setting, method }, language);
  if (!target.ok) return target;
  return service.sql.begin(async (tx) => {
    const key = { owner, type, method };
    const now = service.clock();
    const kept = method === 'webhook' ? await sealedSecret(tx, key) : null;
    const place = secretPlace(owner, type);
    // A secret that nobody can open any more signs nothing.
    const usable = kept !== null && service.secrets.open(kept, place).ok;
    const secret = method === 'webhook' && !usable ? newSecret(service.randomBytes) : null;
    const config = await upsertAlertConfig(tx, {
      ...key,
      ...target.value,
      frequency: setting.frequency,
      enabled: setting.enabled,
      signingSecret: secret === null ? kept : service.secrets.seal(secret, place),
      now: new Date(now),
    });
    const nextAt =
      config.frequency === 'immediate' ? new Date(now) : nextDigest(now, service.config.timeZone);
    await rescheduleDeliveries(tx, config.id, nextAt);
    return done({ config, secret });
  });
}

/** The column holds no longer ones. */
const LONGEST_URL = 2048;

type Target = Pick<AlertConfig, 'webhookUrl' | 'emailAddress'>;

async function targetOf(
  service: Service,
  { method, webhookUrl, emailAddress }: AlertSetting & { readonly method: AlertMethod },
  language: Language,
): Promise<Outcome<Target>> {
  const m = service.rules.current().messages[language];
  if (method === 'email') {
    if (emailAddress === null) return fault(service, 'email_address', 'address-missing', language);
    const reading = parseAddress(emailAddress);
    return reading.ok
      ? done({ webhookUrl: null, emailAddress: reading.address.address })
      : failed('invalid-request', {}, [{ path: 'body.email_address', message: m.addresses[reading.reason] }]);
  }
  if (webhookUrl === null) return fault(service, 'webhook_url', 'url-missing', language);
  const refused = await createTargetCheck(allowed(service.config))(webhookUrl);
  if (refused !== null) return failed('target-not-allowed', { why: m.targets[refused] });
  // Signs that a URL writes in another way make it longer.
  const { href } = new URL(webhookUrl);
  return href.length > LONGEST_URL
    ? failed('target-not-allowed', { why: m.targets['not-a-url'] })
    : done({ webhookUrl: href, emailAddress: null });
}

const fault = (
  { rules }: Service,
  field: string,
  why: 'url-missing' | 'address-missing' | 'no-slack',
  language: Language,
) =>
  failed('invalid-request', {}, [
    { path: `body.${field}`, message: rules.current().messages[language].targets[why] },
  ]);
