/** Why there is no database to work with. Each code has a sentence with what to do in rules/messages.*.json. */
export const STORE_FAULTS = [
  'dbNoPackage',
  'dbIdentity',
  'dbFolder',
  'dbForeignFolder',
  'dbPasswordLost',
  'dbOtherVersion',
  'dbPortTaken',
  'dbDiskFull',
  'dbBusy',
  'dbStart',
  'dbUrl',
  'dbUnreachable',
  'dbRefused',
  'dbServerTooOld',
] as const;
export type StoreFaultCode = (typeof STORE_FAULTS)[number];

export interface StoreFault {
  readonly code: StoreFaultCode;
  /** what the sentence is about: a folder, a port, a version, a host */
  readonly what: string;
  /** the reason in technical words; never a password */
  readonly why: string;
}
export type StoreResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: StoreFault };

export const fault = (
  code: StoreFaultCode,
  what: string | number,
  why = '',
): { readonly ok: false; readonly fault: StoreFault } => ({
  ok: false,
  fault: { code, what: String(what), why: why.trim() },
});
