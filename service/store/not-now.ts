/** SQLSTATE classes and codes that say "not now": connection, too many connections, shutdown, starting, timeout, read-only. */
const NOT_NOW = /^(?:08...|53...|57P0[1-5]|57014|25006)$/;
/** What the driver and the sockets under it say. No verb lets those of other connections through: they are values there. */
const NO_CONNECTION = new Set([
  'CONNECT_TIMEOUT',
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

/** Whether an exception means that the database cannot be asked at the moment. */
export function isDatabaseDown(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' && (NO_CONNECTION.has(code) || NOT_NOW.test(code));
}

const CONFLICTS = new Set(['40001', '40P01', '55P03', '55006']);

/** Whether two transactions met: serialization failure, deadlock, lock not available, object in use. Another try does it. */
export function isConflict(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' && CONFLICTS.has(code);
}
