import { join } from 'node:path';
import { expect, test } from 'vitest';
import { generatedFiles, readIfThere } from '#service/generate.ts';

const root = join(import.meta.dirname, '..');

test.each([...generatedFiles()])('%s is what "npm run generate" makes', (path, text) => {
  expect(readIfThere(join(root, path))).toBe(text);
});
