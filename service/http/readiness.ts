import type { Service } from '../context.ts';
import { appliedMigrations, readMigrations, type Migration } from '../store/migrate.ts';

/** Whether the service can work. */
export type Readiness =
  | { readonly ready: true }
  | { readonly ready: false; readonly why: 'database' | 'migrations' };

/** A probe asks every second or so, from several sides at once. */
const CACHED_MS = 1000;
/** A probe is answered within 100 ms, whatever the database does. */
const PATIENCE_MS = 80;
/** A database that is busy for a moment is not gone: so long the last good answer holds. */
const GRACE_MS = 5000;

export interface Probe {
  /** asks the database, or gives the answer of a second ago; takes 80 ms at most */
  ready(): Promise<Readiness>;
  /** the same, and once ready always ready: a start happens once */
  started(): Promise<Readiness>;
}

/** @param files the migrations of this version; read once, as they cannot change while it runs */
export function createProbe(
  { sql, clock, sleep }: Pick<Service, 'sql' | 'clock' | 'sleep'>,
  files: readonly Migration[] | null,
): Probe {
  let last: { readonly at: number; readonly readiness: Readiness } | null = null;
  let lastGood = Number.NEGATIVE_INFINITY;
  let asking: Promise<Readiness> | null = null;
  let begun = false;

  async function ask(): Promise<Readiness> {
    let readiness: Readiness;
    try {
      // More than ours is fine: while a newer version is rolled out, the older one still serves.
      const applied = new Map((await appliedMigrations(sql)).map(({ name, hash }) => [name, hash]));
      const current = files?.every(({ name, hash }) => applied.get(name) === hash) ?? false;
      readiness = current ? { ready: true } : { ready: false, why: 'migrations' };
    } catch {
      readiness = { ready: false, why: 'database' };
    }
    last = { at: clock(), readiness };
    if (readiness.ready) {
      lastGood = clock();
      begun = true;
    }
    return readiness;
  }

  async function ready(): Promise<Readiness> {
    if (last !== null && clock() - last.at < CACHED_MS) return last.readiness;
    // One question at a time: a database that hangs is not asked again by every probe.
    asking ??= ask().finally(() => {
      asking = null;
    });
    const patience = new AbortController();
    const silence = sleep(PATIENCE_MS, patience.signal).then((): Readiness =>
      clock() - lastGood < GRACE_MS ? { ready: true } : { ready: false, why: 'database' },
    );
    try {
      return await Promise.race([asking, silence]);
    } finally {
      patience.abort();
    }
  }
  return { ready, started: async () => (begun ? { ready: true } : ready()) };
}

/** The migrations of this version; null when the installation is damaged, which is never ready. */
export function shippedMigrations(): readonly Migration[] | null {
  const files = readMigrations();
  return 'code' in files ? null : files;
}
