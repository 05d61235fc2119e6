import { statSync } from 'node:fs';
import type { IpInfo } from '#core/facts.ts';
import type { Clock } from '../limit.ts';

/** What a database may know of an address. */
export type IpFields = Omit<IpInfo, 'address' | 'of' | 'host'>;

/** An open file that answers for addresses. Reading never throws for an address it does not know. */
export interface IpDatabase {
  /** ISO date on which the data was made */
  readonly buildDate: string | null;
  read(address: string): Partial<IpFields>;
  close(): void;
}

/** A file as it stands now: for `doctor`, and beside every answer that rests on it. */
export interface IpSource {
  readonly kind: string;
  readonly path: string;
  readonly buildDate: string | null;
  readonly state: 'ready' | 'missing' | 'corrupt';
  /** why the newest file is not in use, also when an older one still answers */
  readonly problem: string | null;
}

export interface WatchedDatabase {
  read(address: string): Partial<IpFields>;
  source(): IpSource;
  close(): void;
}

const LOOK_AGAIN_MS = 60_000;

/**
 * Keeps a database open over changes of its file. A file that is missing or broken costs one warning and gives nothing;
 * one that breaks while it is replaced leaves the older data in use until the next look.
 */
export function watchDatabase(options: {
  readonly kind: string;
  readonly path: string;
  readonly open: (path: string) => IpDatabase;
  readonly clock: Clock;
  readonly log: { warn(sentence: string): void };
}): WatchedDatabase {
  const { kind, path, open, clock, log } = options;
  let database: IpDatabase | undefined;
  let version: string | undefined;
  let problem: string | null = null;
  let state: IpSource['state'] = 'missing';
  let lookedAt = -Infinity;

  function complain(next: string): void {
    if (problem !== next) log.warn(next);
    problem = next;
  }

  function refresh(): void {
    if (clock() - lookedAt < LOOK_AGAIN_MS) return;
    lookedAt = clock();
    const { mtimeMs, size } = statSync(path, { throwIfNoEntry: false }) ?? {};
    if (mtimeMs === undefined) {
      // The data in memory is as good as it was: a file that is away is often about to be replaced.
      if (database === undefined) state = 'missing';
      version = undefined;
      return complain(`${kind}: ${path} is not there`);
    }
    const found = `${mtimeMs} ${size}`;
    if (found === version) return;
    version = found;
    try {
      const opened = open(path);
      database?.close();
      database = opened;
      state = 'ready';
      problem = null;
    } catch (error) {
      if (database === undefined) state = 'corrupt';
      complain(`${kind}: ${path} cannot be read (${error instanceof Error ? error.message : String(error)})`);
    }
  }

  refresh();
  return {
    read(address) {
      refresh();
      if (database === undefined) return {};
      try {
        return database.read(address);
      } catch (error) {
        complain(
          `${kind}: ${path} broke off at an address (${error instanceof Error ? error.message : String(error)})`,
        );
        return {};
      }
    },
    source: () => ({ kind, path, buildDate: database?.buildDate ?? null, state, problem }),
    close() {
      database?.close();
      database = undefined;
      lookedAt = Infinity;
    },
  };
}
