import { createTransport } from 'nodemailer';
import type { Config } from '../config.ts';
import { finding, reasonOf, type Finding } from './checks.ts';

/** Connects to the mail server and signs in, without sending anything. */
export async function mailFinding({ mail }: Config, timeoutMs: number): Promise<Finding> {
  if (mail === null) return finding('off', 'mail.off');
  const transport = createTransport({
    url: mail.server,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
  });
  try {
    await transport.verify();
    return finding('ok', 'mail.ok');
  } catch (error) {
    return finding('fail', 'mail.failed', { why: reasonOf(error) });
  } finally {
    transport.close();
  }
}
