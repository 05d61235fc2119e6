import { createServer, STATUS_CODES, type Server } from 'node:http';
import { isIPv6, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { getRequestListener } from '@hono/node-server';
import type { Service } from '../context.ts';
import { isLoopback } from '../lookup/loopback.ts';
import { createApp, type App, type AppParts } from './app.ts';
import type { Route } from './route.ts';

/** Why the service cannot listen. The sentence is `cli.<code>` in rules/messages.*.json. */
export interface ListenFault {
  readonly code:
    | 'listenInternal'
    | 'listenPortTaken'
    | 'listenNoAddress'
    | 'listenForbidden'
    | 'listenFailed';
  readonly host: string;
  readonly port: number;
  /** the reason in technical words */
  readonly why: string;
}

export interface RunningServer {
  /** where it listens: http://127.0.0.1:8080 */
  readonly url: string;
  /** Takes no more requests, lets those under way finish for up to 5 s, ends streams. Safe to call twice. */
  close(): Promise<void>;
}

export type Started =
  | { readonly ok: true; readonly value: RunningServer }
  | { readonly ok: false; readonly fault: ListenFault };

export interface ServerParts extends AppParts {
  readonly host?: string;
  /** 0 = any free one */
  readonly port?: number;
  /** how long requests under way may take when the server closes, in milliseconds */
  readonly graceMs?: number;
}

const LIMITS = {
  maxHeaderSize: 16 * 1024,
  /** a client that sends its headers slowly holds a socket for no more than this */
  headersTimeout: 15_000,
  /** a whole request with its upload */
  requestTimeout: 300_000,
  /** longer than load balancers keep idle connections (60 s), so that it is they who end them */
  keepAliveTimeout: 65_000,
  // Refused by us, in the usual form.
  requireHostHeader: false,
};

/** Listens, or says why not. In the internal mode only on this machine, unless somebody said otherwise. */
export async function startServer(
  service: Service,
  routes: readonly Route[],
  parts: ServerParts = {},
): Promise<Started> {
  const { auth, http } = service.config;
  const host = parts.host ?? http.host;
  const port = parts.port ?? http.port;
  const mayLeave = auth.mode !== 'internal' || auth.internalAnywhere;
  if (!mayLeave && !isLoopback(host))
    return { ok: false, fault: { code: 'listenInternal', host, port, why: '' } };

  const app = createApp(service, routes, parts);
  const closing = new AbortController();
  const server = httpServer(app, closing.signal);
  const fault = await listen(server, host, port);
  if (fault !== null) return { ok: false, fault };
  // No more sockets for a moment, say: one connection is lost, and the service goes on.
  server.on('error', (error) => service.log.error('server', error));
  const bound = server.address() as AddressInfo;
  // A name of this machine may turn out to be an address of the network.
  if (!mayLeave && !isLoopback(bound.address)) {
    await stop(server, closing, 0);
    return { ok: false, fault: { code: 'listenInternal', host, port, why: '' } };
  }
  const name = isIPv6(host) ? `[${host}]` : host;
  let closed: Promise<void> | null = null;
  return {
    ok: true,
    value: {
      url: `http://${name}:${bound.port}`,
      close: () => (closed ??= stop(server, closing, parts.graceMs ?? 5000)),
    },
  };
}

function httpServer(app: App, closing: AbortSignal): Server {
  const listener = getRequestListener(
    (request, { incoming }) => app.fetch(request, { incoming, closing }),
    // The classes of the platform stay what they are for everybody else in this process.
    { overrideGlobalObjects: false, errorHandler: () => app.unreadable(400) },
  );
  const server = createServer(LIMITS, (incoming, outgoing) => {
    if (closing.aborted) outgoing.setHeader('Connection', 'close');
    outgoing.on('close', () => {
      if (closing.aborted) setImmediate(() => server.closeIdleConnections());
    });
    void listener(incoming, outgoing);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => void refuse(app, error, socket));
  return server;
}

/** What cannot be read as HTTP never reaches the app; it is answered in the same form. */
async function refuse(app: App, error: NodeJS.ErrnoException, socket: Duplex): Promise<void> {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const status = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 }[error.code ?? ''] ?? 400;
  const response = app.unreadable(status);
  const body = await response.text();
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    ...[...response.headers].map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    '',
    body,
  ];
  socket.end(lines.join('\r\n'));
}

const FAULTS: Readonly<Record<string, ListenFault['code']>> = {
  EADDRINUSE: 'listenPortTaken',
  EADDRNOTAVAIL: 'listenNoAddress',
  ENOTFOUND: 'listenNoAddress',
  EAI_AGAIN: 'listenNoAddress',
  EACCES: 'listenForbidden',
};

const listen = (server: Server, host: string, port: number): Promise<ListenFault | null> =>
  new Promise((resolve) => {
    const refused = ({ code = '', message }: NodeJS.ErrnoException): void =>
      resolve({ code: FAULTS[code] ?? 'listenFailed', host, port, why: message });
    server.once('error', refused);
    server.listen({ host, port }, () => {
      server.off('error', refused);
      resolve(null);
    });
  });

async function stop(server: Server, closing: AbortController, graceMs: number): Promise<void> {
  const ended = new Promise<void>((resolve) => void server.close(() => resolve()));
  closing.abort();
  server.closeIdleConnections();
  const last = setTimeout(() => server.closeAllConnections(), graceMs);
  await ended;
  clearTimeout(last);
}
