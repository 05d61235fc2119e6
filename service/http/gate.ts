import type { Service } from '../context.ts';
import { take } from '../store/rate-limits.ts';
import { createGate, type Gate } from './auth.ts';
import { createTokenCheck } from './entra.ts';
import type { Take } from './limits.ts';

/** The gate of the configuration. Keys of the sign-in service are fetched at once, so that the first caller does not wait. */
export function gateOf(service: Service): Gate {
  const { config, clock, log, sql } = service;
  const shared: Take = (key, perSecond, burst) => take(sql, key, perSecond, burst);
  if (config.auth.mode === 'internal') return createGate(service, { take: shared, checkToken: null });
  const tokens = createTokenCheck({ ...config.auth, fetch: globalThis.fetch, clock, log });
  void tokens.warm();
  return createGate(service, { take: shared, checkToken: tokens.check });
}
