import type { Evidence } from './evidence.ts';
import type { Absence, Registration, Silence } from './facts.ts';
import type { Words } from './rules/common.ts';
import type { TenantSize } from './rules/classification.ts';
import type {
  Category,
  CommercialHeat,
  CommercialSegment,
  Priority,
  Segment,
  TechnicalHeat,
  Workload,
} from './rules/rule-set.ts';
import type { FindingId, MetricId } from './score/findings.ts';

/** A finding that holds, with what shows it. */
export interface Finding {
  readonly id: FindingId;
  readonly because: readonly Evidence[];
}

/** Whose mailboxes these are, and how we know. */
export interface MailVerdict {
  /** id of rules/providers.json; "Unknown" when nothing tells */
  readonly provider: string;
  /** as people call it */
  readonly providerName: string;
  readonly kind: 'mailbox' | 'sender' | 'server' | 'none';
  readonly gateway: { readonly id: string; readonly name: string } | null;
  /** own or hosted MX while strong Microsoft 365 evidence shows */
  readonly hybrid: boolean;
  /** several providers among the MX hosts, own and hosted machines included: their ids, the chosen one first; else empty */
  readonly mixed: readonly string[];
  readonly confidence: number;
  /** registrable domain of the first MX host; null without one */
  readonly mxRoot: string | null;
  /** who runs the machine behind a Hosting or Local MX */
  readonly localProvider: string | null;
  readonly because: readonly Evidence[];
}

export interface WorkloadVerdict {
  readonly workload: Workload;
  readonly confidence: number;
  readonly because: readonly Evidence[];
}

export interface TenantSizeVerdict {
  readonly size: TenantSize | null;
  readonly basis: 'declared' | 'heuristic' | 'mx-root' | null;
  readonly because: readonly Evidence[];
}

/** One line of the breakdown. Lines are in reading order; their points add up to the score. */
export interface ScoreLine {
  /** rule id; "base", "provider", "clamp" and "hard-fail" are the engine's own */
  readonly id: string;
  readonly key: string;
  readonly kind: 'base' | 'provider' | 'signal' | 'risk' | 'note' | 'clamp';
  readonly points: number;
  /** sum of the points so far */
  readonly running: number;
  readonly name: Words;
  readonly why: Words;
  readonly advice: Words | null;
  readonly findings: readonly FindingId[];
  readonly because: readonly Evidence[];
}

/** Score, segment, priority and P-model of one situation under one rule set. */
export interface Scored {
  readonly score: number;
  readonly hardFail: 'absent' | 'null' | 'nxdomain' | null;
  readonly lines: readonly ScoreLine[];
  readonly segment: Segment;
  readonly segmentRule: string;
  readonly segmentWhy: Words | null;
  readonly priority: Priority;
  /** null only under sets whose hard fail carries no P-model */
  readonly pModel: PModel | null;
}

export interface PModel {
  readonly commercialSegment: CommercialSegment;
  readonly technicalHeat: TechnicalHeat;
  readonly commercialHeat: CommercialHeat;
  readonly category: Category;
  readonly label: Words;
}

export interface Confidence {
  /** 0.00 to 4.00: the sum of the four parts, two decimals */
  readonly total: number;
  readonly level: 'high' | 'medium' | 'low';
  /** each 0..1, two decimals */
  readonly parts: {
    readonly completeness: number;
    readonly stability: number;
    readonly provider: number;
    readonly variance: number;
  };
}

export interface WhatIf {
  readonly ids: readonly string[];
  readonly label: Words;
  readonly points: number;
  readonly score: number;
  readonly segment: Segment;
  readonly priority: Priority;
  readonly category: Category | null;
}

export interface Fit {
  readonly score: number;
  readonly lines: readonly { readonly id: string; readonly points: number; readonly why: Words }[];
}

/** A look-up that gave no answer, by its name in the facts: "mx", "dmarc", "dkim selector1". */
export interface OpenQuestion {
  readonly question: string;
  readonly why: Silence;
  readonly retryable: boolean;
}

/** The records that lists of signals show, in the order people read them. */
export const SIGNAL_IDS = [
  'mx',
  'spf',
  'dkim',
  'dmarc',
  'mta-sts',
  'tls-rpt',
  'bimi',
  'caa',
  'dnssec',
  'registration',
  'tenant',
] as const;

/** How one record stands, for lists of signals and their evidence. */
export interface SignalView {
  readonly id: (typeof SIGNAL_IDS)[number];
  readonly state: 'found' | 'weak' | 'absent' | 'unknown' | 'unanswered' | 'not-asked';
  readonly why: Absence | Silence | null;
  /** the record as found; where there is none, the answer in a word ("NXDOMAIN", "no record"); null when nothing was asked */
  readonly record: string | null;
  readonly findings: readonly FindingId[];
  readonly points: number;
}

/** Everything the product says of one domain: pure outcome of facts, context and rules. */
export interface Assessment {
  readonly schema: 1;
  readonly domain: string;
  readonly unicode: string;
  readonly lookedUpAt: string;
  readonly assessedAt: string;
  readonly ruleSet: { readonly id: string; readonly version: string };
  /** partial: at least one look-up that counts gave no answer */
  readonly status: 'completed' | 'partial';
  readonly open: readonly OpenQuestion[];
  readonly asked: number;
  readonly answered: number;
  readonly mail: MailVerdict;
  readonly findings: readonly Finding[];
  readonly metrics: Readonly<Partial<Record<MetricId, number>>>;
  readonly signals: readonly SignalView[];
  /** null when the MX look-up gave no answer: no score is invented */
  readonly scored: Scored | null;
  /** lowest and highest score that the unanswered and uncertain signals leave possible */
  readonly range: { readonly low: number; readonly high: number } | null;
  readonly confidence: Confidence;
  readonly whatIf: readonly WhatIf[];
  readonly fit: Fit | null;
  readonly workloads: readonly WorkloadVerdict[];
  readonly tenantSize: TenantSizeVerdict;
  /** this provider's thresholds: from which score which segment and priority begins, ascending */
  readonly zones: readonly {
    readonly from: number;
    readonly segment: Segment;
    readonly priority: Priority;
    readonly category: Category | null;
  }[];
  readonly mxHosts: readonly string[];
  readonly nameservers: readonly string[];
  readonly registration: Registration | null;
  readonly daysToExpiry: number | null;
  readonly tenant: {
    readonly tenantId: string | null;
    readonly region: string | null;
    readonly realm: string | null;
  } | null;
  readonly dmarc: {
    readonly policy: string | null;
    readonly coverage: number | null;
    readonly dialect: string | null;
  };
  /** null when no IP database knows anything */
  readonly infrastructureSummary: string | null;
  readonly network: {
    readonly country: string | null;
    readonly city: string | null;
    readonly isp: string | null;
    readonly usageType: string | null;
    readonly isProxy: boolean | null;
    readonly proxyType: string | null;
    readonly asn: number | null;
    readonly asnOrg: string | null;
    readonly address: string | null;
  };
}

/** What is known about the company besides its records. All optional: the engine works without. */
export interface AssessmentContext {
  /** the moment of assessment, ISO 8601 in UTC */
  readonly now: string;
  /** changes of provider or signals within the window of the rule set; null = never seen before */
  readonly recentChanges: number | null;
  readonly declared?: { readonly employees?: number | null; readonly organizationSize?: string | null };
  readonly referral?: {
    readonly type: 'co-sell' | 'marketplace' | 'solution-provider';
    readonly active: boolean;
  } | null;
}
