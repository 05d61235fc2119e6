import type { AlertType } from '#core/changes/alerts.ts';
import type { Language } from '#core/rules/common.ts';
import type { DeliveryFault } from '#core/rules/alert-words.ts';
import type { ClaimedDelivery } from '../store/alerts.ts';

/** An alert as a receiver is told of it. */
export interface ToldAlert {
  readonly id: number;
  readonly domain: string;
  readonly type: AlertType;
  /** in the language of the installation */
  readonly text: string;
  readonly createdAt: Date;
  readonly oldValue: unknown;
  readonly newValue: unknown;
}

/** What goes to one receiver at once. */
export interface AlertMessage {
  /** the same at each try, so that a receiver recognizes what it has had already */
  readonly id: string;
  /** a digest tells of several alerts, or of one */
  readonly digest: boolean;
  /** in the order in which they were seen */
  readonly alerts: readonly ToldAlert[];
  /** ids of the settings because of which it goes out */
  readonly settings: readonly number[];
}

/** What came of handing a message over. */
export type DeliveryOutcome =
  | { readonly state: 'sent' }
  /** `again`: it may go better later, and not before `waitMs` where the receiver says so */
  | {
      readonly state: 'failed';
      readonly fault: DeliveryFault;
      /** status of the receiver */
      readonly status?: number;
      readonly again: boolean;
      readonly waitMs?: number;
    }
  /** the worker is about to end: nothing was handed over */
  | { readonly state: 'interrupted' };

export const notSent = (
  fault: DeliveryFault,
  again: boolean,
  more: { status?: number; waitMs?: number } = {},
): DeliveryOutcome => ({ state: 'failed', fault, again, ...more });

/** The message of deliveries that go to one receiver. */
export function messageOf(
  deliveries: readonly ClaimedDelivery[],
  digest: boolean,
  language: Language,
): AlertMessage {
  const alerts = new Map(
    deliveries.map((d): [number, ToldAlert] => [
      d.alertId,
      {
        id: d.alertId,
        domain: d.domain,
        type: d.type,
        text: d[language],
        createdAt: d.createdAt,
        oldValue: d.oldValue,
        newValue: d.newValue,
      },
    ]),
  );
  const settings = [...new Set(deliveries.map(({ configId }) => configId))].sort((a, b) => a - b);
  const ids = [...alerts.keys()];
  const id = digest
    ? `digest-${settings.join('.')}-${Math.min(...ids)}-${Math.max(...ids)}`
    : `${ids[0]}-${settings[0]}`;
  return { id, digest, alerts: [...alerts.values()], settings };
}
