import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MessagesFile } from '#core/rules/messages.ts';

const service = join(import.meta.dirname, '../../../service');
const source = globSync('**/*.ts', { cwd: service })
  .map((file) => readFileSync(join(service, file), 'utf8'))
  .join('\n');

test.each(MessagesFile.shape.card.keyType.options)('card.%s is shown somewhere', (key) => {
  expect(source).toMatch(new RegExp(`\\.card\\.${key}\\b`));
});
// Some are chosen by the name of a fault, which then stands in quotes.
test.each(MessagesFile.shape.cli.keyType.options)('cli.%s is said somewhere', (key) => {
  expect(source).toMatch(new RegExp(`\\.cli\\.${key}\\b|'${key}'`));
});
