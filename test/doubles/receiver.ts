import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- a test looks into whatever came
  readonly json: any;
}

export interface ReceiverReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** milliseconds before the answer */
  readonly afterMs?: number;
}

export interface ReceiverDouble {
  /** http://127.0.0.1:port */
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
  /** how the next requests are answered: a fixed reply, or one that looks at the request. 202 at first, as Teams does */
  answer(reply: ReceiverReply | ((request: ReceivedRequest) => ReceiverReply)): void;
  /** how many requests were open at once, at most */
  readonly mostAtOnce: () => number;
  forget(): void;
  stop(): Promise<void>;
}

/** Somebody's webhook on loopback: remembers what came, and answers as it is told. */
export async function startReceiver(): Promise<ReceiverDouble> {
  const requests: ReceivedRequest[] = [];
  const sockets = new Set<Socket>();
  let reply: ReceiverReply | ((request: ReceivedRequest) => ReceiverReply) = { status: 202 };
  let open = 0;
  let most = 0;
  const server = createServer((request, response) => {
    open += 1;
    most = Math.max(most, open);
    response.on('close', () => (open -= 1));
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts).toString('utf8');
      const received: ReceivedRequest = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: Object.fromEntries(
          Object.entries(request.headers).map(([name, value]) => [
            name,
            Array.isArray(value) ? value.join(', ') : value,
          ]),
        ),
        body,
        json: parsed(body),
      };
      requests.push(received);
      const { status, headers = {}, afterMs = 0 } = typeof reply === 'function' ? reply(received) : reply;
      setTimeout(() => response.writeHead(status, headers).end(), afterMs);
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answer: (next) => {
      reply = next;
    },
    mostAtOnce: () => most,
    forget: () => {
      requests.length = 0;
    },
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
