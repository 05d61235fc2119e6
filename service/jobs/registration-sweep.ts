import type { Service } from '../context.ts';
import { withoutRegistration } from '../store/rescans.ts';
import { scanCompany } from '../verbs/scan-companies.ts';

/** Companies of one step, and how many are asked about at once: registries answer one question a second. */
const STEP = 30;
const AT_ONCE = 3;
const STEP_MS = 60_000;
/** Leads of a higher number are not worth the question. */
const WORST_PRIORITY = 4;
/** A company that was looked at is left alone for so long, whatever came of it. */
const DAY = 86_400_000;

/**
 * Full scans of the better leads whose registration data is not there: lists are scanned without it, since registries
 * are slow.
 *
 * @returns whether there may be more
 */
export async function registrationSweep(service: Service, signal: AbortSignal): Promise<boolean> {
  const { sql, clock } = service;
  if (service.lookup.registration === undefined) return false;
  const until = clock() + STEP_MS;
  const due = await withoutRegistration(sql, new Date(clock() - DAY), WORST_PRIORITY, STEP);
  const waiting = due.values();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const domain of waiting) {
        signal.throwIfAborted();
        if (clock() > until) return;
        await scanCompany(service, domain, {
          tier: 'full',
          force: false,
          cause: 'registration',
          signal,
          background: true,
        });
      }
    }),
  );
  return due.length === STEP;
}
