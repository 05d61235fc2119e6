import type { Silence } from '#core/facts.ts';
import { parseWhois, type WhoisReading } from '#core/records/whois.ts';
import type { Failed, SafeConnect } from './guard.ts';
import type { Exchange, ServerLimits } from './server-limit.ts';

/** A port-43 server and how it wants to be asked. */
export interface WhoisServer {
  readonly host: string;
  readonly port: number;
  /** with "{domain}" in it */
  readonly query: string;
  /** the encoding where the text is not UTF-8; Windows-1252 by default */
  readonly charset?: string | undefined;
}

export type WhoisAnswer =
  | { readonly state: 'answered'; readonly reading: WhoisReading; readonly text: string }
  | { readonly state: 'failed'; readonly why: Silence };

/** Asks one port-43 server about one domain (RFC 3912). Failure is a value, never a throw. */
export interface WhoisClient {
  ask(server: WhoisServer, domain: string, signal: AbortSignal): Promise<WhoisAnswer>;
}

export interface WhoisClientOptions {
  readonly connect: SafeConnect;
  readonly limits: ServerLimits;
  /** for one server, 10 s by default */
  readonly timeoutMs?: number;
  /** a longer answer is cut there and not read; 1 MiB by default */
  readonly maxBytes?: number;
}

/** RFC 3912 section 4: the protocol names no character set. UTF-8 gives itself away; the rest is the registry's habit. */
export function decodeWhois(bytes: Uint8Array, charset = 'windows-1252'): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder(charset).decode(bytes);
  }
}

export function createWhoisClient(options: WhoisClientOptions): WhoisClient {
  const { connect, limits, timeoutMs = 10_000, maxBytes = 1_048_576 } = options;

  /** Sends a line, reads until the server closes. */
  async function talk(server: WhoisServer, line: string, signal: AbortSignal): Promise<Uint8Array | Failed> {
    const what = `${server.host}:${server.port}`;
    const timer = AbortSignal.timeout(timeoutMs);
    const both = AbortSignal.any([signal, timer]);
    const connection = await connect(server.host, server.port, { signal: both, timeoutMs });
    if (connection.state === 'failed')
      return connection.why === 'CANCELLED' && !signal.aborted
        ? { ...connection, why: 'TIMEOUT' }
        : connection;
    const { socket } = connection;
    return new Promise((resolve) => {
      const parts: Buffer[] = [];
      let size = 0;
      const end = (outcome: Uint8Array | Failed): void => {
        both.removeEventListener('abort', abort);
        resolve(outcome);
        socket.destroy();
      };
      const abort = (): void =>
        end({
          state: 'failed',
          why: signal.aborted ? 'CANCELLED' : 'TIMEOUT',
          sentence: `${what}: no whole answer in time`,
        });
      both.addEventListener('abort', abort, { once: true });
      socket.on('data', (part) => {
        size += part.length;
        if (size > maxBytes)
          end({ state: 'failed', why: 'BAD-REPLY', sentence: `${what}: more than ${maxBytes} bytes` });
        else parts.push(part);
      });
      socket.on('error', (error) => {
        // Many servers reset instead of closing once all is said
        end(
          size > 0
            ? Buffer.concat(parts)
            : { state: 'failed', why: 'NETWORK', sentence: `${what}: ${error.message}` },
        );
      });
      socket.on('close', () => end(Buffer.concat(parts)));
      if (both.aborted) return abort();
      socket.write(`${line}\r\n`);
    });
  }

  async function exchange(
    server: WhoisServer,
    domain: string,
    signal: AbortSignal,
  ): Promise<Exchange<WhoisAnswer>> {
    const bytes = await talk(server, server.query.replaceAll('{domain}', domain), signal);
    if (!(bytes instanceof Uint8Array)) return { value: { state: 'failed', why: bytes.why } };
    const text = decodeWhois(bytes, server.charset);
    const reading = parseWhois(text, domain);
    const value: WhoisAnswer = { state: 'answered', reading, text };
    return reading.state === 'throttled' ? { value, throttled: { forMs: null } } : { value };
  }

  return {
    async ask(server, domain, signal) {
      const turn = await limits.run(`${server.host}:${server.port}`, signal, () =>
        exchange(server, domain, signal),
      );
      switch (turn.state) {
        case 'done':
          return turn.value;
        case 'paused':
          return { state: 'failed', why: 'THROTTLED' };
        case 'cancelled':
          return { state: 'failed', why: 'CANCELLED' };
      }
    },
  };
}
