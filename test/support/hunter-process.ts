import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, '../../service/main.js');

/** The program itself, in a process of its own. */
export interface HunterProcess {
  readonly child: ChildProcess;
  /** where it listens, once it says so; fails when it ends before */
  readonly url: Promise<string>;
  /** the exit code; null = killed */
  readonly ended: Promise<number | null>;
  /** what it has written so far */
  out(): string;
  err(): string;
  /** sends the signal, and waits for the end */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

const running = new Set<HunterProcess>();

/** What keeps the program on loopback, whatever the test sets besides. */
export const LOOPBACK = {
  HUNTER_LANGUAGE: 'en',
  HUNTER_DNS_TIMEOUT_MS: '1000',
  HUNTER_DNS_TRIES: '2',
  HUNTER_REGISTRATION_ENABLED: 'false',
  HUNTER_TENANT_ENABLED: 'false',
  HUNTER_ALLOW_LOOPBACK_TARGETS: 'true',
  HUNTER_DOMAINS_PER_SECOND: 'unlimited',
} as const;

/** Starts `hunter ...` with this environment and nothing of the machine's. */
export function startHunter(args: readonly string[], env: Readonly<Record<string, string>>): HunterProcess {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: tmpdir(),
    env: { PATH: process.env['PATH'] ?? '', ...LOOPBACK, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => (out += String(chunk)));
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  const url = new Promise<string>((resolve, reject) => {
    child.stderr.on('data', (chunk) => {
      err += String(chunk);
      const said = /Hunter runs at (http:\S+)/.exec(err) ?? /(The worker runs on)/.exec(err);
      if (said?.[1] !== undefined) resolve(said[1]);
    });
    void ended.then((code) => reject(new Error(`it ended with ${code}: ${err}`)));
  });
  url.catch(() => undefined);
  const started: HunterProcess = {
    child,
    url,
    ended,
    out: () => out,
    err: () => err,
    end: (signal) => {
      child.kill(signal);
      return ended;
    },
  };
  running.add(started);
  void ended.then(() => running.delete(started));
  return started;
}

/** Ends in order what a failed test has left running, so that no database stays behind. */
export const endAll = async (): Promise<void> => {
  await Promise.all([...running].map((each) => each.end('SIGTERM')));
};

/** A port that is free at this moment. */
export async function freePort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}

/** A request with JSON, and the answer whatever its kind. */
export async function ask(
  url: string,
  method = 'GET',
  body?: unknown,
): Promise<{
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- a test looks into whatever came
  readonly json: any;
  readonly bytes: Buffer;
  readonly headers: Headers;
}> {
  const response = await fetch(url, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  const json: unknown = isJson ? JSON.parse(bytes.toString()) : null;
  return { status: response.status, json, bytes, headers: response.headers };
}
