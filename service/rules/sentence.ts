import { fill, type Messages } from '#core/rules/messages.ts';
import { formatFor } from '#core/sales/format.ts';
import type { Wording } from '#core/rules/sales.ts';
import type { RulesState } from './active.ts';

const text = ({ id, version }: { readonly id: string; readonly version: string }): string =>
  `${id} ${version}`;

/** What start and doctor say of the rules in use; null where the settings say all there is. */
export function rulesSentence(state: RulesState, m: Messages, wording: Wording): string | null {
  const { activation, faults, active, configured, source } = state;
  if (activation === null) return null;
  const [fault] = faults;
  if (fault !== undefined) {
    return fill(m.rules.notUsable, {
      wanted: `${activation.set} ${activation.version}`,
      why: `${fault.file} ${fault.path}: ${fault.fault}`,
      active: text(active),
    });
  }
  if (source === 'configuration' || text(active) === text(configured)) return null;
  return fill(m.rules.holds, {
    active: text(active),
    configured: text(configured),
    date: formatFor(wording).date(activation.at.toISOString()),
  });
}
