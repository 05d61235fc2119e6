import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { WorkerChildSettings, WorkerUsage } from './worker-child.ts';

/** A worker in a process of its own. */
export interface WorkerProcess {
  readonly pid: number;
  /** resolves when it works; rejects when it ended before */
  readonly works: Promise<void>;
  /** SIGKILL, and it is gone */
  kill(): Promise<void>;
  /** SIGTERM, and it ends in order */
  stop(): Promise<WorkerUsage>;
}

export function spawnWorker(settings: WorkerChildSettings): WorkerProcess {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'worker-child.ts'), JSON.stringify(settings)],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let said = '';
  child.stdout.on('data', (data: Buffer) => (said += data.toString()));
  const works = new Promise<void>((resolve, reject) => {
    child.stdout.on('data', () => {
      if (said.includes('works')) resolve();
    });
    void gone.then(() => reject(new Error('the worker ended before it worked')));
  });
  works.catch(() => undefined);
  return {
    pid: child.pid ?? 0,
    works,
    kill: () => end(child, 'SIGKILL', gone),
    async stop() {
      await end(child, 'SIGTERM', gone);
      return JSON.parse(said.trim().split('\n').at(-1) ?? '') as WorkerUsage;
    },
  };
}

async function end(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM', gone: Promise<void>): Promise<void> {
  child.kill(signal);
  await gone;
}
