import { Socket } from 'node:net';
import { createSocket, Socket as Datagram } from 'node:dgram';
import { isLoopback } from '#service/lookup/loopback.ts';

/**
 * Makes a stray look-up fail loudly: while tests run, TCP and UDP may only go to loopback. Look-ups through
 * node:dns use their own sockets; tests hand a resolver the address of a double, so none is left to the system.
 */
const connect = Socket.prototype.connect;
Socket.prototype.connect = function guarded(this: Socket, ...args: unknown[]): Socket {
  const options = (Array.isArray(args[0]) ? args[0][0] : args[0]) as
    | { host?: string; path?: string }
    | number
    | string;
  const host =
    typeof options === 'object' && options !== null
      ? options.path
        ? '127.0.0.1'
        : (options.host ?? '127.0.0.1')
      : typeof args[1] === 'string'
        ? args[1]
        : '127.0.0.1';
  if (!isLoopback(host))
    throw new Error(`a test tried to reach ${host}: hand in a double on loopback instead`);
  return (connect as (...a: unknown[]) => Socket).apply(this, args);
} as typeof connect;

const send = Datagram.prototype.send;
Datagram.prototype.send = function guarded(this: Datagram, ...args: unknown[]): void {
  const host = args.findLast((a) => typeof a === 'string' && /[.:]/.test(a)) as string | undefined;
  if (host !== undefined && !isLoopback(host)) throw new Error(`a test tried to reach ${host} over UDP`);
  (send as (...a: unknown[]) => void).apply(this, args);
} as typeof send;
void createSocket;
