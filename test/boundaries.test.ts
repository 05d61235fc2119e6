import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hunter-boundaries-'));
  cpSync(join(root, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Plants one file and asks the linter, with the rules of this repository. */
function lint(file: string, text: string): { refused: boolean; said: string } {
  const path = join(folder, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  const { status, stdout, error } = spawnSync(
    join(root, 'node_modules/.bin/oxlint'),
    ['--deny-warnings', file],
    {
      cwd: folder,
      encoding: 'utf8',
    },
  );
  rmSync(path);
  if (error) throw error;
  return { refused: status !== 0, said: stdout };
}

describe('core is refused', () => {
  test.each([
    ['a module of node', `import { readFileSync } from 'node:fs';\nexport const x = readFileSync;\n`],
    [
      'a module of node without its prefix',
      `import { readFileSync } from 'fs';\nexport const x = readFileSync;\n`,
    ],
    ['the deprecated punycode of node', `import punycode from 'punycode';\nexport const x = punycode;\n`],
    ['a package that is not allowed', `import ip from 'ipaddr.js';\nexport const x = ip;\n`],
    ['a type of such a package', `import type { Sql } from 'postgres';\nexport type X = Sql;\n`],
    ['a package whose name begins like an allowed one', `import x from 'zodiac';\nexport default x;\n`],
    [
      'a file of service by its path',
      `import { x } from '../../service/verbs/scan.ts';\nexport const y = x;\n`,
    ],
    ['a file of service by its alias', `import { x } from '#service/verbs/scan.ts';\nexport const y = x;\n`],
    ['a file of test', `import { x } from '#test/support/rules.ts';\nexport const y = x;\n`],
    ['rule data', `import rules from '../../rules/providers.json';\nexport const y = rules;\n`],
    ['a re-export', `export { resolve } from 'node:dns';\n`],
    ['a dynamic import', `export const x = () => import('node:os');\n`],
    ['the network', `export const x = () => fetch('https://example.com');\n`],
    ['the environment', `export const x = () => process.env;\n`],
    ['a timer', `export const x = () => setTimeout(() => undefined, 1);\n`],
    ['chance', `export const x = () => Math.random();\n`],
    ['the clock', `export const x = () => Date.now();\n`],
  ])('%s', (_, text) => {
    const { refused, said } = lint('core/classify/planted.ts', text);
    expect(said).toMatch(/no-restricted-(?:imports|globals|properties)/);
    expect(refused).toBe(true);
  });
  test('and what it may import is let through', () => {
    const text = `import { parse } from 'tldts';\nimport { z } from 'zod';\nimport { a } from './near.ts';\nimport { b } from '../score/far.ts';\nimport { c } from '#core/rules/common.ts';\nexport const x = [parse, z, a, b, c];\n`;
    expect(lint('core/classify/planted.ts', text)).toMatchObject({ refused: false });
  });
});

test('service is refused a file of test', () => {
  const { refused, said } = lint(
    'service/planted.ts',
    `import { x } from '#test/support/rules.ts';\nexport const y = x;\n`,
  );
  expect(said).toContain('no-restricted-imports');
  expect(refused).toBe(true);
});
