import { fill, type Messages } from '#core/rules/messages.ts';
import type { Config } from '../config.ts';
import { openStore, type Store } from '../store/pool.ts';
import { EXIT, type ExitCode, type Io } from './io.ts';

/** Runs a command on the database and closes it afterwards; says why when there is none. */
export async function withStore(
  database: Config['database'],
  application: string,
  m: Messages,
  io: Io,
  work: (store: Store) => Promise<ExitCode>,
): Promise<ExitCode> {
  const store = await openStore(database, application);
  if (!store.ok) {
    const { code, what, why } = store.fault;
    io.err(`${fill(m.cli[code], { what, why }).trim()}\n`);
    return EXIT.failed;
  }
  try {
    return await work(store.value);
  } finally {
    await store.value.close();
  }
}
