import { SMTPServer } from 'smtp-server';

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** header names in lower case, unfolded; encoded words are left as they are */
  readonly headers: Readonly<Record<string, string>>;
  /** headers and body as they came */
  readonly raw: string;
}

export interface MailServerSetup {
  /** who may sign in; without it nobody needs to */
  readonly user?: { readonly name: string; readonly password: string };
  /** recipients that are refused, with the status */
  readonly refused?: Readonly<Record<string, number>>;
}

export interface MailServerDouble {
  readonly port: number;
  readonly mails: readonly ReceivedMail[];
  stop(): Promise<void>;
}

/** A mail server on loopback that takes mail and keeps it. It offers no TLS. */
export async function startMailServer(setup: MailServerSetup = {}): Promise<MailServerDouble> {
  const mails: ReceivedMail[] = [];
  const server = new SMTPServer({
    disabledCommands: setup.user === undefined ? ['STARTTLS', 'AUTH'] : ['STARTTLS'],
    authOptional: setup.user === undefined,
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, callback) =>
      username === setup.user?.name && password === setup.user?.password
        ? callback(null, { user: username })
        : callback(new Error('no')),
    onRcptTo: ({ address }, _session, callback) => {
      const status = setup.refused?.[address];
      if (status === undefined) return callback();
      return callback(Object.assign(new Error('not here'), { responseCode: status }));
    },
    onData: (stream, session, callback) => {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        const raw = Buffer.concat(parts).toString('utf8');
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          headers: headersOf(raw),
          raw,
        });
        callback();
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    mails,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function headersOf(raw: string): Record<string, string> {
  const head = raw.slice(0, raw.indexOf('\r\n\r\n')).replace(/\r\n[ \t]+/g, ' ');
  return Object.fromEntries(
    head.split('\r\n').map((line) => {
      const at = line.indexOf(':');
      return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()];
    }),
  );
}
