import { createServer, type Socket } from 'node:net';

/** What the double does instead of, or as, its reply. */
export type SmtpScript =
  /** one reply: "250 ok", or lines that are joined as they are: "250-one\n250 two". After 421 the connection is closed */
  | string
  /** takes the command and says nothing */
  | { readonly silence: true }
  /** closes, after the text if there is one (raw: line ends are yours) */
  | { readonly close: true; readonly after?: string }
  /** breaks the connection off with a reset */
  | { readonly reset: true }
  /** sends the text byte by byte, one each so many milliseconds */
  | { readonly drip: string; readonly everyMs: number }
  /** a tarpit: replies, but later */
  | { readonly say: string; readonly afterMs: number }
  /** sends bytes as they are, well-formed or not */
  | { readonly raw: string | Uint8Array }
  /** sends so many bytes of filling without a line end */
  | { readonly flood: number };

export interface SmtpMessage {
  readonly from: string;
  readonly to: readonly string[];
  /** as sent, dot-stuffing undone, line ends CR LF */
  readonly data: string;
}

export interface SmtpSetup {
  readonly greeting?: SmtpScript;
  /** keywords announced after EHLO; none by default, so not even PIPELINING */
  readonly extensions?: readonly string[];
  /** by verb, in place of the reply to a well-formed command in its right place: { EHLO: "502 no" } */
  readonly replies?: Readonly<Partial<Record<'EHLO' | 'HELO' | 'MAIL' | 'DATA' | 'QUIT', SmtpScript>>>;
  /** by recipient in lower case */
  readonly recipients?: Readonly<Record<string, SmtpScript>>;
  /** for every other recipient, "550 5.1.1 no such mailbox here" by default; a function may decide */
  readonly recipient?: SmtpScript | ((address: string, nth: number) => SmtpScript);
}

export interface SmtpDouble {
  readonly port: number;
  readonly host: string;
  /** every command line as it came, without its line end, over all connections */
  readonly commands: readonly string[];
  /** what the client did against RFC 5321; a good client leaves it empty */
  readonly faults: readonly string[];
  readonly messages: readonly SmtpMessage[];
  readonly connections: () => number;
  /** how many connections were open at once, at most */
  readonly mostAtOnce: () => number;
  stop(): Promise<void>;
}

const LINE_MAX = 512; // RFC 5321 section 4.5.3.1.4, with CR LF
const TEXT_LINE_MAX = 1_000; // section 4.5.3.1.6
const RECIPIENTS_MAX = 100; // section 4.5.3.1.8
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i;
const LITERAL = /^\[(?:\d{1,3}(?:\.\d{1,3}){3}|IPv6:[0-9a-f:.]+)\]$/i;
const ATOM = "[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+";
const MAILBOX = `${ATOM}(?:\\.${ATOM})*@[a-zA-Z0-9.-]+`;
/** No blank between the colon and the path (RFC 5321 section 4.1.2). */
const REVERSE_PATH = new RegExp(
  `^FROM:<(${MAILBOX})?>((?: [A-Z0-9-]+(?:=[\\x21-\\x3c\\x3e-\\x7e]+)?)*)$`,
  'i',
);
const FORWARD_PATH = new RegExp(
  `^TO:<(${MAILBOX}|postmaster)>((?: [A-Z0-9-]+(?:=[\\x21-\\x3c\\x3e-\\x7e]+)?)*)$`,
  'i',
);

type State = 'new' | 'greeted' | 'mail' | 'recipient' | 'data';

/**
 * A mail server (RFC 5321) on loopback. It is strict: the client waits for the greeting and for each reply (unless
 * PIPELINING is announced), ends lines with CR LF, keeps the order of commands and their grammar, and takes its leave
 * with QUIT. What it does otherwise is refused as the RFC says, and kept in `faults`.
 */
export async function startSmtp(setup: SmtpSetup = {}): Promise<SmtpDouble> {
  const commands: string[] = [];
  const faults: string[] = [];
  const messages: SmtpMessage[] = [];
  const sockets = new Set<Socket>();
  const active = new Set<Socket>();
  const asked = new Map<string, number>();
  const pipelining = (setup.extensions ?? []).some((word) => word.toUpperCase() === 'PIPELINING');
  let connections = 0;
  let most = 0;

  const server = createServer((socket) => {
    sockets.add(socket);
    active.add(socket);
    connections += 1;
    most = Math.max(most, active.size);
    const timers = new Set<NodeJS.Timeout>();
    /** a reply is owed: until it is out, the client may not speak */
    let busy = true;
    let ended = false;
    let heard = '';
    let state: State = 'new';
    let extended = false;
    let from = '';
    let to: string[] = [];
    let text: string[] = [];

    socket.on('error', () => {});
    // a conversation that is over, although the close takes a moment longer
    socket.on('finish', () => active.delete(socket));
    socket.on('close', () => {
      sockets.delete(socket);
      active.delete(socket);
      for (const timer of timers) clearTimeout(timer);
    });
    socket.on('end', () => {
      if (!ended) faults.push('left without QUIT');
      ended = true;
    });

    const later = (ms: number, act: () => void): void => {
      const timer = setTimeout(() => {
        timers.delete(timer);
        act();
      }, ms);
      timers.add(timer);
    };
    /** Sends one reply and goes on listening. */
    const reply = (said: string): void => {
      if (socket.destroyed || socket.writableEnded) return;
      socket.write(`${said.split('\n').join('\r\n')}\r\n`);
      busy = false;
      if (/^421/m.test(said)) close();
      else listen();
    };
    const close = (): void => {
      ended = true;
      socket.end();
    };
    const play = (script: SmtpScript): void => {
      if (typeof script === 'string') reply(script);
      else if ('silence' in script) return;
      else if ('close' in script) {
        if (script.after !== undefined) socket.write(script.after);
        close();
      } else if ('reset' in script) {
        ended = true;
        // a moment later, so that the client has seen the connection open
        later(20, () => socket.resetAndDestroy());
      } else if ('drip' in script) drip(`${script.drip.split('\n').join('\r\n')}\r\n`, script.everyMs);
      else if ('say' in script) later(script.afterMs, () => reply(script.say));
      else if ('raw' in script) {
        socket.write(script.raw);
        busy = false;
        listen();
      } else if ('flood' in script) socket.write(Buffer.alloc(script.flood, '2'));
    };
    const drip = (said: string, everyMs: number, at = 0): void => {
      if (socket.destroyed || socket.writableEnded) return;
      socket.write(said.charAt(at));
      if (at + 1 === said.length) {
        busy = false;
        return listen();
      }
      later(everyMs, () => drip(said, everyMs, at + 1));
    };
    const refuse = (fault: string, said: string): void => {
      faults.push(fault);
      reply(said);
    };

    /** Takes the next line, if there is a whole one and none is being answered. */
    function listen(): void {
      if (busy || ended) return;
      const end = heard.indexOf('\n');
      const longest = state === 'data' ? TEXT_LINE_MAX : LINE_MAX;
      if (end === -1 ? heard.length > longest : end + 1 > longest) {
        faults.push('a line is too long');
        socket.write('500 5.5.2 line too long\r\n');
        return close();
      }
      if (end === -1) return;
      const line = heard.slice(0, end + 1);
      heard = heard.slice(end + 1);
      if (state === 'data') return content(line);
      busy = true;
      commands.push(line.replace(/\r?\n$/, ''));
      if (heard !== '' && !pipelining) {
        faults.push('commands were sent together, and PIPELINING is not announced');
        socket.write('503 5.5.0 PIPELINING is not announced\r\n');
        return close();
      }
      if (!line.endsWith('\r\n')) return refuse('a line ends without CR', '500 5.5.2 a line ends with CR LF');
      if (!/^[\x20-\x7e]*\r\n$/.test(line)) return refuse('a command is not ASCII', '500 5.5.2 not ASCII');
      obey(line.slice(0, -2));
    }

    function obey(line: string): void {
      const blank = line.indexOf(' ');
      const verb = (blank === -1 ? line : line.slice(0, blank)).toUpperCase();
      const rest = blank === -1 ? '' : line.slice(blank + 1);
      const order = (): void => refuse(`${verb} out of order`, '503 5.5.1 bad sequence of commands');
      const grammar = (): void => refuse(`${verb} with a bad argument`, '501 5.5.4 bad argument');
      switch (verb) {
        case 'EHLO':
        case 'HELO': {
          if (!DOMAIN.test(rest) && !(verb === 'EHLO' && LITERAL.test(rest))) return grammar();
          const script = setup.replies?.[verb];
          if (script === undefined || (typeof script === 'string' && script.startsWith('250'))) {
            state = 'greeted';
            extended = verb === 'EHLO';
          }
          return play(script ?? hello(verb));
        }
        case 'MAIL': {
          if (state !== 'greeted') return order();
          const match = REVERSE_PATH.exec(rest);
          if (match === null || (match[2] !== '' && !extended)) return grammar();
          const script = setup.replies?.MAIL ?? '250 2.1.0 ok';
          if (accepts(script)) {
            state = 'mail';
            from = match[1] ?? '';
            to = [];
          }
          return play(script);
        }
        case 'RCPT': {
          if (state !== 'mail' && state !== 'recipient') return order();
          const address = FORWARD_PATH.exec(rest)?.[1];
          if (address === undefined) return grammar();
          if (to.length === RECIPIENTS_MAX) return reply('452 4.5.3 too many recipients');
          const key = address.toLowerCase();
          const nth = asked.get(key) ?? 0;
          asked.set(key, nth + 1);
          const other = setup.recipient ?? '550 5.1.1 no such mailbox here';
          const script = setup.recipients?.[key] ?? (typeof other === 'function' ? other(key, nth) : other);
          if (accepts(script)) {
            state = 'recipient';
            to.push(address);
          }
          return play(script);
        }
        case 'DATA':
          if (state !== 'recipient') return order();
          if (rest !== '') return grammar();
          if (setup.replies?.DATA !== undefined) return play(setup.replies.DATA);
          state = 'data';
          text = [];
          return reply('354 end with a dot on a line of its own');
        case 'RSET':
          if (state !== 'new') state = 'greeted';
          return reply('250 2.0.0 ok');
        case 'NOOP':
          return reply('250 2.0.0 ok');
        case 'VRFY':
          return reply('252 2.5.0 try it and see');
        case 'QUIT':
          if (rest !== '') return grammar();
          ended = true;
          if (setup.replies?.QUIT !== undefined) return play(setup.replies.QUIT);
          socket.end('221 2.0.0 bye\r\n');
          return;
        default:
          return refuse(`unknown command ${verb.slice(0, 20)}`, '500 5.5.1 unknown command');
      }
    }

    function hello(verb: 'EHLO' | 'HELO'): string {
      const words = verb === 'EHLO' ? (setup.extensions ?? []) : [];
      const lines = ['double.example.net', ...words];
      return lines.map((word, i) => `250${i === lines.length - 1 ? ' ' : '-'}${word}`).join('\n');
    }

    function content(line: string): void {
      if (!line.endsWith('\r\n')) faults.push('a line of the message ends without CR');
      if (line !== '.\r\n') {
        text.push(line.startsWith('.') ? line.slice(1) : line);
        return listen();
      }
      messages.push({ from, to, data: text.join('') });
      state = 'greeted';
      busy = true;
      reply('250 2.0.0 taken');
    }

    socket.on('data', (part) => {
      if (ended) return;
      const before = commands.length === 0 && state === 'new';
      if (busy && (before || !pipelining)) {
        faults.push(before ? 'spoke before the greeting' : 'spoke before the reply was out');
        socket.write('554 5.5.0 wait for your turn\r\n');
        return close();
      }
      heard += part.toString('latin1');
      listen();
    });
    play(setup.greeting ?? '220 double.example.net ESMTP');
  });

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    port,
    host: `127.0.0.1:${port}`,
    commands,
    faults,
    messages,
    connections: () => connections,
    mostAtOnce: () => most,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

const accepts = (script: SmtpScript): boolean =>
  (typeof script === 'string' && script.startsWith('2')) ||
  (typeof script === 'object' && 'say' in script && script.say.startsWith('2')) ||
  (typeof script === 'object' && 'drip' in script && script.drip.startsWith('2'));
