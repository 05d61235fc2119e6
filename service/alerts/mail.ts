import { createTransport } from 'nodemailer';
import { fill, type Messages } from '#core/rules/messages.ts';
import type { Config } from '../config.ts';
import { isLoopback } from '../lookup/loopback.ts';
import { notSent, type AlertMessage, type DeliveryOutcome } from './message.ts';
import { moment } from './teams.ts';

export interface Mailer {
  send(to: string, message: AlertMessage): Promise<DeliveryOutcome>;
  close(): void;
}

export interface MailerSetup {
  readonly mail: Config['mail'];
  readonly messages: Messages;
  readonly language: Config['language'];
  readonly demo: boolean;
  /** for each step of the conversation, 10 s by default */
  readonly stepMs?: number;
}

/** Mail about alerts, through the configured server; without one every message fails and says why. */
export function createMailer(setup: MailerSetup): Mailer {
  const { mail, stepMs = 10_000 } = setup;
  if (mail === null) return { send: async () => notSent('mail-off', false), close: () => undefined };
  const transport = createTransport(transportOptions(mail.server, stepMs));
  return {
    async send(to, message) {
      const { subject, text, html } = mailOf(message, setup);
      try {
        await transport.sendMail({
          from: { name: 'Hunter', address: mail.from },
          to: { name: '', address: to },
          subject,
          text,
          html,
          // The same at each try: a mailbox that has had it recognizes it.
          messageId: `<${message.id}@${hostOf(mail.from)}>`,
          headers: {
            'Auto-Submitted': 'auto-generated',
            'Content-Language': setup.language,
            'X-Hunter-Delivery': message.id,
          },
          disableFileAccess: true,
          disableUrlAccess: true,
        });
        return { state: 'sent' };
      } catch (error) {
        return mailFault(error);
      }
    },
    close: () => transport.close(),
  };
}

/** A password never goes out in the clear, except on this machine. What the URL itself says about TLS wins. */
function transportOptions(server: string, stepMs: number) {
  const { protocol, username, hostname } = new URL(server);
  const host = hostname.replace(/^\[|\]$/g, '');
  return {
    url: server,
    pool: true as const,
    maxConnections: 3,
    // Tries again are ours to count.
    maxRequeues: 0,
    connectionTimeout: stepMs,
    greetingTimeout: stepMs,
    dnsTimeout: stepMs,
    socketTimeout: 2 * stepMs,
    ...(protocol === 'smtp:' && username !== '' && !isLoopback(host) ? { requireTLS: true } : {}),
  };
}

const hostOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1);

/** What the mail server said, as a code: its words may name the recipient. */
function mailFault(error: unknown): DeliveryOutcome {
  const {
    code = '',
    command = '',
    responseCode = 0,
  } = error as {
    code?: string;
    command?: string;
    responseCode?: number;
  };
  const more = responseCode === 0 ? {} : { status: responseCode };
  switch (code) {
    case 'EENVELOPE':
    case 'EMESSAGE': {
      const ofUs = command === 'MAIL FROM';
      if (ofUs) return notSent('mail-server', true, more);
      // Without a reply it was the address itself that nothing could be sent to.
      return notSent('mail-refused', responseCode >= 400 && responseCode < 500, more);
    }
    case 'EAUTH':
    case 'ENOAUTH':
    case 'ETLS':
    case 'EPROTOCOL':
      return notSent('mail-server', true, more);
    case 'ETIMEDOUT':
      return notSent('timeout', true);
    default:
      return notSent('network', true);
  }
}

const MOST_ALERTS = 200;

/** Subject, text and HTML of a message. Records come from strangers: nothing of them is markup, or a second header. */
export function mailOf(
  { digest, alerts, settings }: AlertMessage,
  { messages: m, language, demo }: Pick<MailerSetup, 'messages' | 'language' | 'demo'>,
): { readonly subject: string; readonly text: string; readonly html: string } {
  const [first] = alerts;
  const n = alerts.length;
  const subject = digest
    ? fill(m.mail.digestSubject, { n })
    : fill(m.mail.subject, { domain: first!.domain, event: m.alertTypes[first!.type] });
  const shown = alerts.slice(0, MOST_ALERTS).map((alert) => ({
    heading: `${alert.domain}: ${m.alertTypes[alert.type]}`,
    text: alert.text,
    seen: fill(m.mail.seen, { time: moment(alert.createdAt) }),
  }));
  const intro = digest ? [fill(m.mail.digestIntro, { n })] : [];
  const end = [
    ...(n > shown.length ? [fill(m.mail.more, { n: n - shown.length })] : []),
    ...(demo ? [m.mail.demo] : []),
    fill(m.mail.why, { settings: settings.join(', ') }),
  ];
  const text = [...intro, ...shown.map(({ heading, text, seen }) => `${heading}\n${text}\n${seen}`), ...end];
  const p = (line: string): string => `<p>${escaped(line)}</p>`;
  const html = [
    ...intro.map(p),
    ...shown.map(
      ({ heading, text, seen }) =>
        `<p><strong>${escaped(heading)}</strong><br>${escaped(text)}<br><small>${escaped(seen)}</small></p>`,
    ),
    ...end.map(p),
  ];
  return {
    subject: oneLine(subject),
    text: `${text.join('\n\n')}\n`,
    html: `<!doctype html><html lang="${language}"><body>${html.join('\n')}</body></html>`,
  };
}

const oneLine = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').slice(0, 200);

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
