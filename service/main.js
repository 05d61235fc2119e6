#!/usr/bin/env node
// The one file that is JavaScript: an older Node must be able to read it to say that it is too old.
import process from 'node:process';

// Type stripping without a flag, and the flags of regular expressions used in core.
const NEEDED = [22, 18];
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
  process.stderr.write(
    `Node ${process.versions.node}: hunter needs ${NEEDED.join('.')} or later. ` +
      'Its own Node comes with its packages: npm start -- ...\n',
  );
  process.exit(1);
}
const { enableCompileCache } = await import('node:module');
enableCompileCache();
const { start } = await import('./start.ts');
process.exitCode = await start(process.argv.slice(2));
