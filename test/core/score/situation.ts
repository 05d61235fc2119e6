import type { FindingId, MetricId } from '#core/score/findings.ts';
import type { Situation } from '#core/score/situation.ts';

const KINDS: Record<string, Situation['kind']> = {
  Amazon: 'sender',
  SendGrid: 'sender',
  Mailgun: 'sender',
  Hosting: 'server',
  Local: 'server',
  Unknown: 'none',
};

/** One valid world for tests of the score: a provider and the findings that hold. */
export function situation(
  provider: string,
  findings: readonly FindingId[],
  more: { metrics?: Partial<Record<MetricId, number>> } & Partial<
    Pick<Situation, 'gateway' | 'hybrid' | 'workloads'>
  > = {},
): Situation {
  return {
    provider,
    providerName: { tr: provider, en: provider },
    kind: KINDS[provider] ?? 'mailbox',
    gateway: more.gateway ?? false,
    hybrid: more.hybrid ?? false,
    workloads: more.workloads ?? new Set(),
    findings: new Map(['mx-found' as const, ...findings].map((id) => [id, []])),
    metrics: more.metrics ?? {},
  };
}

export const PROVIDERS = [
  'M365',
  'Google',
  'Yandex',
  'Zoho',
  'Proton',
  'Amazon',
  'SendGrid',
  'Mailgun',
  'Hosting',
  'Local',
  'Unknown',
];
/** Every state of each signal, from worst to best; "unanswered" and "unknown" stand apart. */
export const SPF: readonly FindingId[] = ['spf-absent', 'spf-permerror', 'spf-unanswered', 'spf-found'];
export const DKIM: readonly FindingId[] = ['dkim-absent', 'dkim-unknown', 'dkim-unanswered', 'dkim-found'];
export const DMARC: readonly FindingId[] = [
  'dmarc-absent',
  'dmarc-permerror',
  'dmarc-policy-none',
  'dmarc-unanswered',
  'dmarc-quarantine',
  'dmarc-reject',
];
