import { createHash } from 'node:crypto';

export type LogLevel = 'info' | 'warn' | 'error';
/** What an entry may carry: ids, counts, codes, durations in milliseconds. Personal data goes through `masked` first. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** One wide line of JSON for each request and job. */
export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  /** `error` is named by its code or class; its message may hold data and goes out only in debug */
  error(event: string, error: unknown, fields?: LogFields): void;
}

export interface LogSetup {
  readonly write: (line: string) => void;
  readonly clock: () => number;
  readonly debug: boolean;
}

export function createLog({ write, clock, debug }: LogSetup): Log {
  const line = (level: LogLevel, event: string, fields: LogFields): void =>
    write(`${JSON.stringify({ time: new Date(clock()).toISOString(), level, event, ...fields })}\n`);
  return {
    info: (event, fields = {}) => line('info', event, fields),
    warn: (event, fields = {}) => line('warn', event, fields),
    error: (event, error, fields = {}) => line('error', event, { ...fields, ...errorFields(error, debug) }),
  };
}

/** What may be told of an error without telling data: PostgreSQL puts values into messages and details. */
function errorFields(error: unknown, debug: boolean): LogFields {
  if (!(error instanceof Error)) return { error: typeof error };
  const { code } = error as { code?: unknown };
  return {
    error: error.name,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(debug ? { message: error.message, stack: error.stack } : {}),
  };
}

/** Personal data as the first 8 hex digits of its SHA-256: equal values stay recognizable, and nothing is told. */
export const masked = (value: string): string => createHash('sha256').update(value).digest('hex').slice(0, 8);

/** A log that says nothing. */
export const silentLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
