import { createWriteStream, type WriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { DomainFacts } from '#core/facts.ts';

/**
 * A facts file: what was looked up, to be assessed again without network. One domain a line, so that a change of one
 * domain is a change of one line:
 *   { "schema": 1, "facts": [
 *   {...},
 *   {...}
 *   ] }
 */
const FactsFile = z.strictObject({ schema: z.literal(1), facts: z.array(DomainFacts) });

export type FactsReading =
  | { readonly ok: true; readonly facts: readonly DomainFacts[] }
  | { readonly ok: false; readonly fault: 'factsUnreadable'; readonly why: string }
  | { readonly ok: false; readonly fault: 'factsInvalid'; readonly path: string; readonly why: string };

/** Reads a facts file. The first place that is not of the form is named. */
export async function readFacts(file: string): Promise<FactsReading> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    return {
      ok: false,
      fault: 'factsUnreadable',
      why: (error as NodeJS.ErrnoException).code ?? (error as Error).message,
    };
  }
  const parsed = FactsFile.safeParse(json);
  if (parsed.success) return { ok: true, facts: parsed.data.facts };
  const [issue] = parsed.error.issues;
  return {
    ok: false,
    fault: 'factsInvalid',
    path: issue?.path.join('.') || '(file)',
    why: issue?.message ?? '',
  };
}

/** Writes facts as they come; `end` resolves when all of it is on disk, or with what went wrong. */
export function createFactsWriter(file: string): {
  add(facts: DomainFacts): void;
  end(): Promise<Error | null>;
} {
  const stream: WriteStream = createWriteStream(file, { encoding: 'utf8', mode: 0o600 });
  let failure: Error | null = null;
  let count = 0;
  stream.on('error', (error) => (failure ??= error));
  stream.write('{ "schema": 1, "facts": [');
  return {
    add: (facts) => {
      stream.write(`${count++ === 0 ? '\n' : ',\n'}${JSON.stringify(facts)}`);
    },
    end: () =>
      new Promise((resolve) => {
        const done = (): void => resolve(failure);
        stream.once('close', done);
        if (stream.closed) return done();
        stream.end('\n] }\n');
      }),
  };
}
