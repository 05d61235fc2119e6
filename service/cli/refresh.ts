import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fill, type Messages } from '#core/rules/messages.ts';
import { withIanaServices, type RdapBootstrapFile } from '#core/rules/registration.ts';
import type { SafeFetch } from '../lookup/guard.ts';
import { RULES_DIRECTORY } from '../rule-files.ts';
import { EXIT, type ExitCode, type Io } from './io.ts';

/** The IANA file has some 70 kB; this is room for years. */
const LONGEST = 4 * 1024 * 1024;

/**
 * `hunter rules refresh`: brings rules/rdap-bootstrap.json up to IANA's newest publication, by conditional GET (RFC 9224
 * section 8). Our own additions stay. Nothing is written when the answer is no such file, or older than what is there.
 */
export async function refreshBootstrap(
  bootstrap: RdapBootstrapFile,
  from: { url: string; fetch: SafeFetch; directory?: string },
  m: Messages,
  io: Io,
): Promise<ExitCode> {
  const fault = (why: string): ExitCode => {
    io.err(`${fill(m.cli.refreshFailed, { url: from.url, why })}\n`);
    return EXIT.failed;
  };
  const answer = await from.fetch(from.url, {
    signal: io.signal,
    maxBytes: LONGEST,
    redirects: 3,
    headers: {
      accept: 'application/json',
      'if-modified-since': new Date(bootstrap.publication).toUTCString(),
    },
  });
  if (answer.state === 'failed') return fault(answer.sentence);
  if (answer.status === 304) {
    io.out(`${fill(m.cli.refreshCurrent, { date: bootstrap.publication })}\n`);
    return EXIT.done;
  }
  if (answer.status !== 200) return fault(`HTTP ${answer.status}`);
  const newer = withIanaServices(bootstrap, json(answer.body));
  if (newer === null) return fault(m.silences['BAD-REPLY']);
  const text = bootstrapText({ ...newer, date: newer.publication.slice(0, 10) });
  const file = join(from.directory ?? RULES_DIRECTORY, 'rdap-bootstrap.json');
  try {
    writeFileSync(file, text);
  } catch (error) {
    io.err(
      `${fill(m.cli.cannotWrite, { file, why: (error as NodeJS.ErrnoException).code ?? String(error) })}\n`,
    );
    return EXIT.failed;
  }
  const names = (services: RdapBootstrapFile['services']): number =>
    services.reduce((sum, [suffixes]) => sum + suffixes.length, 0);
  io.out(
    `${fill(m.cli.refreshed, { file, date: newer.publication, before: names(bootstrap.services), after: names(newer.services) })}\n`,
  );
  return EXIT.done;
}

function json(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return null;
  }
}

/** The file as it is kept: one service a line, so that a change of one server is a change of one line. */
export function bootstrapText(file: RdapBootstrapFile): string {
  const list = (entries: readonly unknown[]): string =>
    entries.length === 0 ? '[]' : `[\n${entries.map((entry) => `    ${spaced(entry)}`).join(',\n')}\n  ]`;
  const lines = Object.entries(file).map(
    ([key, value]) =>
      `  ${JSON.stringify(key)}: ${Array.isArray(value) ? list(value) : JSON.stringify(value)}`,
  );
  return `{\n${lines.join(',\n')}\n}\n`;
}

const spaced = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, inner]) => `${JSON.stringify(key)}: ${spaced(inner)}`)
    .join(', ')}}`;
};
