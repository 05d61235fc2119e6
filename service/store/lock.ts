import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMarkAlive, processMark } from './process.ts';

/** Longer than any take-over of a dead process's lock, which is two system calls. */
const TAKEOVER_MS = 10_000;

/**
 * Runs `work` while no other process runs any under this file. The lock of a process that has died is taken over.
 * Null when the lock could not be had in time.
 */
export async function underLock<T>(
  file: string,
  patience: { readonly ms: number },
  work: () => Promise<T>,
): Promise<{ readonly value: T } | null> {
  const mine = `${processMark(process.pid)}\n${randomUUID()}`;
  const began = performance.now();
  while (!claim(file, mine)) {
    if (performance.now() - began > patience.ms) return null;
    await sleep(20);
  }
  try {
    return { value: await work() };
  } finally {
    if (read(file) === mine) rmSync(file, { force: true });
  }
}

/** A link appears with its whole content or not at all, and never over an existing file. */
function claim(file: string, mine: string): boolean {
  const draft = `${file}.${randomUUID()}`;
  writeFileSync(draft, mine, { mode: 0o600 });
  try {
    if (link(draft, file)) return true;
    removeDead(file, draft);
    return false;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Two that see a dead lock must not remove each other's new one: removing is under a lock of its own. */
function removeDead(file: string, draft: string): void {
  const holder = read(file);
  if (holder === null || isMarkAlive(holder.split('\n')[0] ?? '')) return;
  const guard = `${file}.takeover`;
  if (!link(draft, guard)) {
    if (age(guard) > TAKEOVER_MS) rmSync(guard, { force: true });
    return;
  }
  try {
    if (read(file) === holder) rmSync(file, { force: true });
  } finally {
    rmSync(guard, { force: true });
  }
}

function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

function age(file: string): number {
  try {
    return Date.now() - statSync(file).mtimeMs;
  } catch {
    return 0;
  }
}
