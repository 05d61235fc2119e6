import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const documents = globSync('**/*.md', { cwd: root, exclude: (path) => path.includes('node_modules') });
const scripts = (
  JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }
).scripts;

test('the documents are found', () => {
  expect(documents).toContain('README.md');
});

describe.each(documents)('%s', (document) => {
  const text = readFileSync(join(root, document), 'utf8');
  test('links only to files that exist', () => {
    const links = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map((match) => match[1] ?? '');
    expect(links.filter((link) => !existsSync(join(root, dirname(document), link)))).toEqual([]);
  });
  test('names only paths that exist', () => {
    // A path is what stands in code marks and begins with a folder of the repository.
    const paths = [...text.matchAll(/`((?:core|service|rules|test|\.ci|\.github)\/[^`\s*<>{}]*)`/g)].map(
      (match) => match[1] ?? '',
    );
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
  test('names only scripts that exist', () => {
    const named = [...text.matchAll(/npm run (?:--silent |-s )?([a-z:-]+)/g)].map((match) => match[1] ?? '');
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
  test('speaks of no machine and no registry', () => {
    expect(text).not.toMatch(/\/work\/|\/root\/|registry\.npmjs|deb\.debian\.org/);
  });
});
