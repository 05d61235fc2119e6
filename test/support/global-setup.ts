import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** where the database server of this run lives; the first test that needs it starts it */
    databaseDir: string;
  }
}

/** One folder a run for the database server; whatever runs there at the end is stopped, and the folder goes. */
export default function setup(project: TestProject): () => Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'hunter-db-'));
  // As root the server runs as another user, who must get through.
  chmodSync(folder, 0o711);
  project.provide('databaseDir', folder);
  return async () => {
    const file = join(folder, 'pg18', 'data', 'postmaster.pid');
    if (existsSync(file)) {
      const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
      try {
        process.kill(pid, 'SIGINT');
      } catch {
        // It has ended by itself.
      }
      for (let i = 0; i < 500 && existsSync(file); i++) await sleep(10);
    }
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  };
}
