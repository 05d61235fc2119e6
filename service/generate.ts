import { readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { intelligenceJsonSchema } from '#core/lead/intelligence.ts';
import { Overlay, RuleSet } from '#core/rules.ts';
import { envExample } from './config.ts';
import { RULE_FILES } from './rule-files.ts';

/** Files that are made from code, by path, with their text: what is written here, and what a test compares. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const schema = (source: z.ZodType): string => json(z.toJSONSchema(source, { io: 'input' }));
  const names = [...new Set(Object.keys(RULE_FILES).map((name) => name.replace(/\.(?:tr|en)$/, '')))];
  return new Map([
    ['.env.example', envExample()],
    ['core/lead/intelligence.schema.json', json(intelligenceJsonSchema())],
    ['rules/schema/rule-set.schema.json', schema(RuleSet)],
    ['rules/schema/overlay.schema.json', schema(Overlay)],
    ...names.map((name): [string, string] => {
      const source = Object.entries(RULE_FILES).find(([file]) => file === name || file === `${name}.tr`)?.[1];
      if (source === undefined) throw new Error(`no schema for rules/${name}.json`);
      return [`rules/schema/${name}.schema.json`, schema(source)];
    }),
  ]);
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Writes what differs; returns the paths written. */
export function generate(root: string): string[] {
  const written: string[] = [];
  for (const [path, text] of generatedFiles()) {
    const file = join(root, path);
    if (readIfThere(file) === text) continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    written.push(path);
  }
  return written;
}

export function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

if (import.meta.main) {
  const written = generate(join(import.meta.dirname, '..'));
  process.stdout.write(
    written.length === 0 ? 'All generated files are up to date.\n' : `Written: ${written.join(', ')}\n`,
  );
}
