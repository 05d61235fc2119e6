import { readFileSync } from 'node:fs';

/** Whether a process of this id runs. Another user's counts as running. */
export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  // A zombie has ended, and only waits for a parent that does not look.
  return stat(pid)?.[0] !== 'Z';
}

/**
 * A process by more than its number: numbers come again, after a restart of a container at once. Where the system tells
 * when a process began, that goes with it.
 */
export const processMark = (pid: number): string => `${pid} ${stat(pid)?.[19] ?? ''}`.trim();

/** Whether the process that gave this mark still runs. */
export function isMarkAlive(mark: string): boolean {
  const pid = Number(mark.split(' ')[0]);
  return isAlive(pid) && processMark(pid) === mark.trim();
}

/** The fields of /proc/<pid>/stat after the name (proc_pid_stat(5)), from "state" on; null on other systems. */
function stat(pid: number): string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}
