import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { DomainFacts } from '#core/facts.ts';

const FACTS = join(import.meta.dirname, 'facts');
/** The form of service/cli/facts-file.ts, so that `hunter scan --from-facts` can read these files too. */
const FactsFile = z.strictObject({ schema: z.literal(1), facts: z.array(DomainFacts) });

/** Every domain of the golden set, file by file. A file that is not of the form is an error with its place. */
export function readGoldenFacts(): DomainFacts[] {
  return readdirSync(FACTS)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .flatMap((file) => {
      const parsed = FactsFile.safeParse(JSON.parse(readFileSync(join(FACTS, file), 'utf8')));
      if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
      return parsed.data.facts;
    });
}

/** One domain a line: a change of one domain is a change of one line. */
export const factsText = (facts: readonly DomainFacts[]): string =>
  `{ "schema": 1, "facts": [\n${facts.map((entry) => JSON.stringify(DomainFacts.parse(entry))).join(',\n')}\n] }\n`;

export function writeFacts(file: string, facts: readonly DomainFacts[]): void {
  writeFileSync(join(FACTS, file), factsText(facts));
}

export const factsFile = (file: string): string => readFileSync(join(FACTS, file), 'utf8');
