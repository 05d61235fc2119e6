import { createServer, type Socket } from 'node:net';

/** What the double does with a question. A string or bytes is sent and the connection closed. */
export type WhoisScript =
  | string
  | Uint8Array
  /** takes the question and says nothing */
  | { readonly silence: true }
  /** closes without a word */
  | { readonly close: true }
  /** breaks the connection off with a reset, after the text if there is one */
  | { readonly reset: true; readonly after?: string }
  /** sends the text byte by byte, one each so many milliseconds */
  | { readonly drip: string; readonly everyMs: number }
  /** sends so many bytes of filling */
  | { readonly flood: number };

export interface WhoisDouble {
  readonly port: number;
  readonly host: string;
  /** the questions, as they came, without the line end */
  readonly requests: readonly string[];
  /** how many questions were under way at once, at most */
  readonly mostAtOnce: () => number;
  stop(): Promise<void>;
}

/**
 * A port-43 server (RFC 3912) on loopback. It is strict: a question is one line of ASCII that ends with CR LF, and
 * nothing follows it. Any other question is answered with "ERROR" and kept in `requests`.
 */
export async function startWhois(setup: {
  /** by question; a function may decide */
  readonly answers?: Readonly<Record<string, WhoisScript>>;
  readonly answer?: (question: string, nth: number) => WhoisScript;
}): Promise<WhoisDouble> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const busy = new Set<Socket>();
  let most = 0;

  function play(socket: Socket, script: WhoisScript): void {
    if (typeof script === 'string' || script instanceof Uint8Array) {
      socket.end(script);
    } else if ('close' in script) {
      socket.end();
    } else if ('reset' in script) {
      if (script.after === undefined) socket.resetAndDestroy();
      else socket.write(script.after, () => setTimeout(() => socket.resetAndDestroy(), 20));
    } else if ('drip' in script) {
      const bytes = Buffer.from(script.drip);
      let at = 0;
      const timer = setInterval(() => {
        if (at >= bytes.length) {
          clearInterval(timer);
          socket.end();
        } else socket.write(bytes.subarray(at, ++at));
      }, script.everyMs);
      socket.once('close', () => clearInterval(timer));
    } else if ('flood' in script) {
      socket.end(Buffer.alloc(script.flood, 'x'));
    }
  }

  const server = createServer((socket) => {
    sockets.add(socket);
    busy.add(socket);
    most = Math.max(most, busy.size);
    // an answer sent whole is over, although the close takes a moment longer
    socket.on('finish', () => busy.delete(socket));
    socket.on('close', () => {
      sockets.delete(socket);
      busy.delete(socket);
    });
    socket.on('error', () => {});
    let heard = '';
    let answered = false;
    socket.on('data', (part) => {
      heard += part.toString('latin1');
      const end = heard.indexOf('\n');
      if (end === -1 || answered) return;
      answered = true;
      const question = heard.slice(0, end).replace(/\r$/, '');
      const nth = requests.filter((q) => q === question).length;
      requests.push(question);
      if (!/^[\x20-\x7e]+\r\n$/.test(heard))
        return void socket.end('ERROR: the question is not one line of ASCII\r\n');
      play(
        socket,
        setup.answers?.[question] ?? setup.answer?.(question, nth) ?? `No match for ${question}\r\n`,
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    port,
    host: `127.0.0.1:${port}`,
    requests,
    mostAtOnce: () => most,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
