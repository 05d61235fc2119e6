import { isDatabaseDown } from '../http/errors.ts';

/** Serialization failure, deadlock, lock not available: another try does it. */
const CONFLICTS = new Set(['40001', '40P01', '55P03']);

/** Whether the same work may well succeed a little later. */
export function isTransient(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return isDatabaseDown(error) || (typeof code === 'string' && CONFLICTS.has(code));
}
