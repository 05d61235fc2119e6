import { createMailer, type Mailer } from '../alerts/mail.ts';
import { messageOf, notSent, type DeliveryOutcome } from '../alerts/message.ts';
import { nextDigest } from '../alerts/digest.ts';
import { sendTeams } from '../alerts/teams.ts';
import { sendWebhook } from '../alerts/webhook.ts';
import type { Service } from '../context.ts';
import {
  claimDeliveries,
  claimDigest,
  fanOutAlerts,
  nextDelivery,
  noteDeliveries,
  postponeDeliveries,
  settleAlerts,
  type ClaimedDelivery,
} from '../store/alerts.ts';
import { addJob } from './queue.ts';

/** Tries of one delivery, with a minute before the second and twice as long before each further one. */
const TRIES = 5;
const FIRST_WAIT_MS = 60_000;
/** Sent at once, and taken on at once: what a worker that dies would leave behind. */
const BATCH = 10;
/** Longer than any batch takes: ten messages on three connections to a mail server that hardly answers. */
const LEASE_MS = 5 * 60_000;
/** Alerts in one digest; more make a second one. */
const DIGEST_MOST = 2_000;

/** How many deliveries came to what. */
export interface ProcessedAlerts {
  readonly sent: number;
  readonly failed: number;
  /** tried without success, and tried again later */
  readonly waiting: number;
}

/**
 * Tells of new alerts: everybody who asked, each on their own. Several workers may do it at once; a message goes out
 * twice only where a worker died between sending and noting it, and then under the same delivery id.
 */
export async function processAlerts(service: Service, signal: AbortSignal): Promise<ProcessedAlerts> {
  const { sql, clock, config } = service;
  const result = { sent: 0, failed: 0, waiting: 0 };
  const mailer = createMailer({
    mail: config.mail,
    messages: service.rules.current().messages[config.language],
    language: config.language,
    demo: service.demo,
  });
  const tell = async (deliveries: readonly ClaimedDelivery[], digest: boolean): Promise<void> => {
    const outcome = await deliver(service, mailer, deliveries, digest, signal);
    const state = await note(service, deliveries, outcome);
    if (state !== 'released') result[state] += deliveries.length;
  };
  try {
    await fanOutAlerts(sql, new Date(clock()), nextDigest(clock(), config.timeZone));
    while (!signal.aborted) {
      const batch = await claimDeliveries(sql, claimNow(clock(), BATCH));
      if (batch.length === 0) break;
      await Promise.all(batch.map((delivery) => tell([delivery], false)));
    }
    while (!signal.aborted) {
      const digest = await claimDigest(sql, claimNow(clock(), DIGEST_MOST));
      if (digest.length === 0) break;
      await tell(digest, true);
    }
  } finally {
    mailer.close();
  }
  await settleAlerts(sql);
  await queueNext(service);
  return result;
}

const claimNow = (now: number, limit: number) => ({
  now: new Date(now),
  until: new Date(now + LEASE_MS),
  limit,
});

/** All deliveries here go to one receiver. */
async function deliver(
  service: Service,
  mailer: Mailer,
  deliveries: readonly ClaimedDelivery[],
  digest: boolean,
  signal: AbortSignal,
): Promise<DeliveryOutcome> {
  const [first] = deliveries;
  if (first === undefined) return { state: 'sent' };
  if (signal.aborted) return { state: 'interrupted' };
  // Taken on more often than it may be tried: a worker died each time, perhaps of this very message.
  if (deliveries.every(({ attempts }) => attempts > TRIES)) return notSent('interrupted', false);
  const { language } = service.config;
  const message = messageOf(deliveries, digest, language);
  switch (first.method) {
    case 'email':
      return mailer.send(first.emailAddress ?? '', message);
    case 'teams':
      return sendTeams(
        service,
        first.webhookUrl ?? '',
        message,
        service.rules.current().messages[language],
        signal,
      );
    case 'webhook':
      return sendWebhook(
        service,
        { url: first.webhookUrl ?? '', owner: first.owner, sealedSecret: first.signingSecret },
        message,
        signal,
      );
  }
}

async function note(
  service: Service,
  deliveries: readonly ClaimedDelivery[],
  outcome: DeliveryOutcome,
): Promise<'sent' | 'failed' | 'waiting' | 'released'> {
  const { sql, clock, metrics, log } = service;
  const [first] = deliveries;
  if (first === undefined) return 'released';
  const now = clock();
  if (outcome.state === 'interrupted') {
    await noteDeliveries(sql, deliveries, { state: 'released', nextAt: new Date(now) });
    return 'released';
  }
  if (outcome.state === 'sent') {
    await noteDeliveries(sql, deliveries, { state: 'sent', at: new Date(now) });
    metrics.count('alerts', { channel: first.method, outcome: 'sent' }, deliveries.length);
    return 'sent';
  }
  const { fault, status, again, waitMs = 0 } = outcome;
  const error = status === undefined ? fault : `${fault} ${status}`;
  const tries = Math.max(...deliveries.map(({ attempts }) => attempts));
  const state = again && tries < TRIES ? 'waiting' : 'failed';
  log.warn('alert.delivery', { channel: first.method, config: first.configId, error, tries, state });
  metrics.count('alerts', { channel: first.method, outcome: state }, deliveries.length);
  if (state === 'failed') {
    await noteDeliveries(sql, deliveries, { state: 'failed', error });
  } else {
    const nextAt = new Date(now + Math.max(FIRST_WAIT_MS * 2 ** (tries - 1), waitMs));
    await noteDeliveries(sql, deliveries, { state: 'pending', error, nextAt });
  }
  if (again && isDown(fault, status))
    await postponeDeliveries(
      sql,
      first.configId,
      new Date(now),
      new Date(now + Math.max(FIRST_WAIT_MS, waitMs)),
    );
  return state;
}

/** Whether nothing else would arrive there now either: it is not tried, so that others need not wait for it. */
const isDown = (fault: string, status: number | undefined): boolean =>
  fault === 'network' || fault === 'timeout' || status === 429 || status === 503;

/** The schedule looks every few minutes; a try that is due in between gets its own turn. */
async function queueNext({ sql, clock }: Service): Promise<void> {
  const at = await nextDelivery(sql);
  if (at === null) return;
  const runAt = new Date(Math.max(at.getTime(), clock() + 1000));
  await addJob(sql, 'process-alerts', {}, { key: 'process-alerts:next', runAt });
}
