import type { Service } from '../context.ts';
import { done, failed, type Outcome } from '../failure.ts';
import { setApiKeyActive, type ApiKey } from '../store/api-keys.ts';
import { audit, type Auditor } from '../store/audit.ts';

/** Switches a key on or off. Doing it again changes nothing, and is not written down a second time. */
export async function switchApiKey(
  { sql }: Pick<Service, 'sql'>,
  id: number,
  active: boolean,
  by: Auditor,
  requestId: string | null,
): Promise<Outcome<ApiKey>> {
  const switched = await sql.begin(async (tx) => {
    const now = await setApiKeyActive(tx, id, active);
    if (now?.changed === true) {
      const action = active ? 'api-key.activate' : 'api-key.deactivate';
      await audit(tx, by, action, `key:${id}`, { name: now.key.name }, requestId);
    }
    return now;
  });
  return switched === null ? failed('key-not-found') : done(switched.key);
}
