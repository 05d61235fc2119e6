import { spawnSync } from 'node:child_process';
import { chownSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fault, type StoreResult } from './fault.ts';

/** As whom the server runs. PostgreSQL refuses to run as root. */
export interface Identity {
  /** put before the command */
  readonly wrap: readonly string[];
  readonly user?: { readonly uid: number; readonly gid: number };
}

const UNSHARE = ['unshare', '-U', '--map-user=65534', '--map-group=65534'];

/**
 * As root: the user `postgres` or `nobody` where it can reach program and folder, else a user namespace of its own. A
 * folder that has data stays with whoever owns it.
 */
export function identity(bin: string, home: string, hasData: boolean): StoreResult<Identity> {
  const me = process.getuid?.();
  if (me === undefined) return { ok: true, value: { wrap: [] } };
  const owner = statSync(home);
  if (me !== 0)
    return owner.uid === me
      ? { ok: true, value: { wrap: [] } }
      : fault('dbForeignFolder', home, `owned by user ${owner.uid}`);
  const users = hasData ? (owner.uid === 0 ? [] : [{ uid: owner.uid, gid: owner.gid }]) : systemUsers();
  for (const user of users) {
    chownSync(home, user.uid, user.gid);
    if (runs(bin, home, { wrap: [], user })) return { ok: true, value: { wrap: [], user } };
    if (!hasData) chownSync(home, owner.uid, owner.gid);
  }
  if (owner.uid === 0 && runs(bin, home, { wrap: UNSHARE })) return { ok: true, value: { wrap: UNSHARE } };
  return fault('dbIdentity', home, 'root, no user can reach the folder, and no user namespace');
}

/** The command line and options of a program run as this identity. */
export function asIdentity(
  { wrap, user }: Identity,
  program: string,
  args: readonly string[],
): { readonly command: string; readonly args: string[]; readonly options: { uid?: number; gid?: number } } {
  const [command = program, ...rest] = [...wrap, program, ...args];
  return { command, args: rest, options: { ...user } };
}

function runs(bin: string, home: string, who: Identity): boolean {
  const works = (program: string, args: string[]): boolean => {
    const run = asIdentity(who, program, args);
    return spawnSync(run.command, run.args, { ...run.options, cwd: '/', stdio: 'ignore' }).status === 0;
  };
  return works('test', ['-w', home, '-a', '-x', home]) && works(join(bin, 'postgres'), ['--version']);
}

function systemUsers(): { uid: number; gid: number }[] {
  let rows: string[][];
  try {
    rows = readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':'));
  } catch {
    return [];
  }
  return ['postgres', 'nobody'].flatMap((name) => {
    const row = rows.find(([user]) => user === name);
    const [uid, gid] = [Number(row?.[2]), Number(row?.[3])];
    return uid > 0 && gid > 0 ? [{ uid, gid }] : [];
  });
}
