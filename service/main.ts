#!/usr/bin/env node
import { enableCompileCache } from 'node:module';

// Type stripping and the flags of regular expressions used in core need this; below it the messages would be riddles.
const NEEDED = [22, 18] as const;
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
  process.stderr.write(
    `Node ${process.versions.node}: hunter needs ${NEEDED.join('.')} or later. Use "npm start -- ..."\n`,
  );
  process.exit(1);
}
enableCompileCache();

const { start } = await import('./start.ts');
process.exitCode = await start(process.argv.slice(2));
