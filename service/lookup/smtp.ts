import type { Socket } from 'node:net';
import type { Address } from '#core/contacts/address.ts';
import type { SmtpAnswer, SmtpLookup, SmtpReply, SmtpStep } from '#core/contacts/smtp.ts';
import { parseDomain } from '#core/domain.ts';
import { found, unanswered, type Silence } from '#core/facts.ts';
import type { SafeConnect } from './guard.ts';
import type { Clock, Sleep } from './limit.ts';
import { createServerLimits, type Exchange } from './server-limit.ts';

/**
 * Whether a mail server takes mail for an address, asked the way mail itself would ask (RFC 5321): EHLO, MAIL FROM the
 * null sender, RCPT, and away before DATA. An accepted address is followed by a made-up one at the same domain, which
 * shows a server that accepts everything. Whatever happens is a value; it never rejects.
 */
export interface SmtpCheck {
  /**
   * @param address the mailbox asked about
   * @param hosts its usable MX hosts, best first ({@link usableHosts}): the first is asked
   */
  ask(address: Address, hosts: readonly string[], signal?: AbortSignal): Promise<SmtpLookup>;
}

export interface SmtpCheckOptions {
  readonly connect: SafeConnect;
  /** what we say we are in EHLO: a host name of the operator's own. Null = nobody is asked */
  readonly hostName: string | null;
  /** chance, for the made-up local part: `crypto.randomBytes` */
  readonly randomBytes: (size: number) => Uint8Array;
  readonly clock: Clock;
  readonly sleep: Sleep;
  /** 25 but for doubles */
  readonly port?: number;
  /** for each step: the connection, and each whole reply; 3 s by default */
  readonly stepMs?: number;
  /** talks a second with one host, 1 by default; there is never more than one at once */
  readonly perSecond?: number;
}

const HOST_NAME =
  /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;

/** Whether a configured name may be used in EHLO: fully qualified (RFC 5321 section 4.1.1.1), and one that others can look up. */
export const isHostName = (text: string): boolean => HOST_NAME.test(text) && parseDomain(text).ok;

export function createSmtpCheck(options: SmtpCheckOptions): SmtpCheck {
  const { connect, hostName, randomBytes, clock, sleep, port = 25, stepMs = 3_000 } = options;
  const limits = createServerLimits({ perSecond: options.perSecond ?? 1, inFlight: 1, clock, sleep });

  async function exchange(
    host: string,
    ourName: string,
    address: Address,
    signal: AbortSignal,
  ): Promise<Exchange<SmtpLookup>> {
    const connection = await connect(host, port, { signal, timeoutMs: stepMs });
    if (connection.state === 'failed') return { value: silent(connection.why, 'connect') };
    const talk = createTalk(connection.socket, stepMs, signal);
    try {
      const value = await interview(talk, host, ourName, address, () => madeUpLocal(randomBytes));
      const closing = value.state === 'found' && value.value.reply.code === 421;
      if (talk.open && !closing) await talk.say('QUIT');
      return closing ? { value, throttled: { forMs: null } } : { value };
    } finally {
      connection.socket.destroy();
    }
  }

  return {
    async ask(address, hosts, signal = new AbortController().signal) {
      const host = hosts[0];
      if (host === undefined || hostName === null || !isHostName(hostName))
        return silent('UNSUPPORTED', 'setup');
      const turn = await limits.run(host.toLowerCase(), signal, () =>
        exchange(host, hostName, address, signal),
      );
      switch (turn.state) {
        case 'done':
          return turn.value;
        case 'paused':
          return silent('THROTTLED', 'setup');
        case 'cancelled':
          return silent('CANCELLED', 'setup');
      }
    },
  };
}

/** The questions in their order; each must be let through before the next. */
async function interview(
  talk: Talk,
  host: string,
  ourName: string,
  address: Address,
  madeUp: () => string,
): Promise<SmtpLookup> {
  const answer = (step: SmtpAnswer['step'], reply: SmtpReply, second: SmtpReply | null = null): SmtpLookup =>
    found({ host, step, reply, madeUp: second });

  const greeting = await talk.listen();
  if (typeof greeting === 'string') return silent(greeting, 'greeting');
  if (!positive(greeting)) return answer('greeting', greeting);

  let hello = await talk.say(`EHLO ${ourName}`);
  // RFC 5321 section 3.2: a server of the old kind knows HELO only.
  if (typeof hello !== 'string' && OLD_SERVER.has(hello.code)) hello = await talk.say(`HELO ${ourName}`);
  if (typeof hello === 'string') return silent(hello, 'hello');
  if (!positive(hello)) return answer('hello', hello);

  const mail = await talk.say('MAIL FROM:<>');
  if (typeof mail === 'string') return silent(mail, 'mail');
  if (!positive(mail)) return answer('mail', mail);

  const recipient = await talk.say(`RCPT TO:<${address.local}@${address.host}>`);
  if (typeof recipient === 'string') return silent(recipient, 'recipient');
  if (!positive(recipient)) return answer('recipient', recipient);

  const second = await talk.say(`RCPT TO:<${madeUp()}@${address.host}>`);
  return answer('recipient', recipient, typeof second === 'string' ? null : second);
}

const OLD_SERVER: ReadonlySet<number> = new Set([500, 502, 504]);
const positive = ({ code }: SmtpReply): boolean => code >= 200 && code < 300;
const silent = (why: Silence, step: SmtpStep): SmtpLookup => ({ ...unanswered(why), step });

/** A local part nobody has: 20 letters, about 94 bits of chance. */
const madeUpLocal = (randomBytes: (size: number) => Uint8Array): string =>
  Array.from(randomBytes(20), (byte) => String.fromCharCode(0x61 + (byte % 26))).join('');

/** One conversation, in lockstep: a command, then its whole reply within the time of a step. */
interface Talk {
  listen(): Promise<SmtpReply | Silence>;
  say(command: string): Promise<SmtpReply | Silence>;
  /** false once the connection is gone or the server is out of step */
  readonly open: boolean;
}

function createTalk(socket: Socket, stepMs: number, signal: AbortSignal): Talk {
  const reader = createReplyReader();
  let over: Silence | null = null;
  let wake: (() => void) | null = null;

  const finish = (why: Silence): void => {
    over ??= why;
    wake?.();
  };
  socket.on('data', (part: Buffer) => {
    reader.push(part.toString('latin1'));
    wake?.();
  });
  socket.on('error', () => finish('NETWORK'));
  socket.on('end', () => finish('NETWORK'));
  socket.on('close', () => finish('NETWORK'));
  if (socket.destroyed) finish('NETWORK');

  function listen(): Promise<SmtpReply | Silence> {
    return new Promise((resolve) => {
      const end = (outcome: SmtpReply | Silence): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
        wake = null;
        resolve(outcome);
      };
      const abort = (): void => {
        over ??= 'CANCELLED';
        end('CANCELLED');
      };
      // For the whole reply: a server that drips a byte now and then gains nothing.
      const timer = setTimeout(() => {
        over ??= 'TIMEOUT';
        end('TIMEOUT');
      }, stepMs);
      wake = () => {
        const reply = reader.next();
        if (reply === 'broken') {
          over ??= 'BAD-REPLY';
          end('BAD-REPLY');
        } else if (reply !== null) end(reply);
        else if (over !== null) end(over);
      };
      if (signal.aborted) abort();
      else {
        signal.addEventListener('abort', abort, { once: true });
        wake();
      }
    });
  }

  return {
    listen,
    async say(command) {
      if (over !== null) return over;
      // Words that nobody asked for would be taken for the reply to this command.
      if (reader.pending) {
        over = 'BAD-REPLY';
        return over;
      }
      socket.write(`${command}\r\n`);
      return listen();
    },
    get open() {
      return over === null;
    },
  };
}

/** RFC 5321 section 4.5.3.1.5 allows 512 octets a line; some write more. A reply beyond this is no reply. */
const LONGEST_REPLY = 16_384;

/** Puts replies together from pieces of text, however they are cut. */
export interface ReplyReader {
  push(text: string): void;
  /** the next whole reply; null = more is needed; `broken` = this is not SMTP, and stays so */
  next(): SmtpReply | 'broken' | null;
  /** text that no reply has used yet */
  readonly pending: boolean;
}

export function createReplyReader(): ReplyReader {
  /** pieces without a line end in them, then the pieces not looked at yet */
  let partial: string[] = [];
  let unread = '';
  let size = 0;
  let lines: string[] = [];
  let code: number | null = null;
  let broken = false;

  /** The next line without its end; null when it is not whole yet. */
  function line(): string | null {
    const end = unread.indexOf('\n');
    if (end === -1) {
      if (unread !== '') partial.push(unread);
      unread = '';
      return null;
    }
    const whole = partial.join('') + unread.slice(0, end);
    partial = [];
    unread = unread.slice(end + 1);
    return whole.endsWith('\r') ? whole.slice(0, -1) : whole;
  }

  return {
    push(text) {
      size += text.length;
      if (size > LONGEST_REPLY) {
        broken = true;
        partial = [];
        unread = '';
        lines = [];
      }
      if (!broken) unread += text;
    },
    next() {
      while (!broken) {
        const text = line();
        if (text === null) return null;
        const match = /^([2-5][0-5]\d)(?:([ -])(.*))?$/.exec(text);
        const number = match === null ? null : Number(match[1]);
        // RFC 5321 section 4.2.1: every line of a reply carries the same code.
        if (number === null || (code !== null && code !== number)) {
          broken = true;
          break;
        }
        code = number;
        lines.push(match?.[3] ?? '');
        if (match?.[2] === '-') continue;
        const reply: SmtpReply = { code: number, text: lines.join(' ') };
        code = null;
        lines = [];
        size = unread.length;
        return reply;
      }
      return 'broken';
    },
    get pending() {
      return unread !== '' || partial.length > 0 || lines.length > 0;
    },
  };
}
