import type { z } from 'zod';
import { SuffixMap } from './classify/suffix.ts';
import { readSpf, type SpfReading } from './records/spf-structure.ts';
import { remembering } from './remember.ts';
import { ClassificationFile, type Classification } from './rules/classification.ts';
import {
  ConsumerDomainsFile,
  DkimSelectorsFile,
  GatewaysFile,
  LocalProvidersFile,
  ProvidersFile,
  type GatewayRule,
  type LocalProviderRule,
  type ProviderRule,
} from './rules/mail.ts';
import { FIRST_MATCH_LISTS, ImprovementsFile, Overlay, RuleSet, type Improvement } from './rules/rule-set.ts';

/** A fault in a rule file: which file, where in it (a JSON path), and what to change. */
export interface RuleFault {
  readonly file: string;
  readonly path: string;
  readonly fault: string;
}

export type RuleReading<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly faults: readonly RuleFault[] };

/** Reads the text of one rule file. Every fault is told at once, with its path: `rules[3].points`. */
export function readRuleFile<T>(file: string, text: string, schema: z.ZodType<T>): RuleReading<T> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { ok: false, faults: [{ file, path: '', fault: `not JSON: ${(error as Error).message}` }] };
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { ok: true, value: parsed.data };
  return {
    ok: false,
    faults: parsed.error.issues.map((issue) => ({ file, path: jsonPath(issue.path), fault: issue.message })),
  };
}

const jsonPath = (path: readonly PropertyKey[]): string =>
  path
    .map((step, at) => (typeof step === 'number' ? `[${step}]` : `${at === 0 ? '' : '.'}${String(step)}`))
    .join('');

/** The mail rules with their look-up tables: what the classifier works with. */
export interface MailRules {
  readonly providers: ReadonlyMap<string, ProviderRule>;
  readonly providerByMx: SuffixMap<ProviderRule>;
  readonly providerBySpf: SuffixMap<ProviderRule>;
  readonly providerByDkimCname: SuffixMap<ProviderRule>;
  readonly providerByAutodiscover: SuffixMap<ProviderRule>;
  readonly gatewayByMx: SuffixMap<GatewayRule>;
  readonly hosterByMx: SuffixMap<LocalProviderRule>;
  readonly hosterByPtr: SuffixMap<LocalProviderRule>;
  readonly hosterByAsn: ReadonlyMap<number, LocalProviderRule>;
  readonly consumerDomains: ReadonlySet<string>;
  readonly dkimSelectors: readonly string[];
  readonly classification: Classification;
  /** reads an SPF record, and remembers: no part of the rules, only held by them */
  readonly readSpf: (text: string) => SpfReading;
}

/** Everything the engine needs besides facts and context. */
export interface Rules {
  readonly mail: MailRules;
  readonly set: RuleSet;
  readonly improvements: readonly Improvement[];
}

/** The files of rules/ that make up the mail rules, by name without ".json", with their schemas. */
export const MAIL_RULE_FILES = {
  providers: ProvidersFile,
  gateways: GatewaysFile,
  'local-providers': LocalProvidersFile,
  'consumer-domains': ConsumerDomainsFile,
  'dkim-selectors': DkimSelectorsFile,
  classification: ClassificationFile,
  improvements: ImprovementsFile,
} as const;

type MailFiles = { [Name in keyof typeof MAIL_RULE_FILES]: z.infer<(typeof MAIL_RULE_FILES)[Name]> };

/** Builds the look-up tables. @throws when two files claim the same suffix; {@link crossFaults} says so in words. */
export function mailRules(files: MailFiles): MailRules {
  const providers = files.providers.providers;
  const hosters = files['local-providers'].localProviders;
  const bySuffix = <T>(list: readonly T[], suffixes: (entry: T) => readonly string[]): SuffixMap<T> =>
    new SuffixMap(list.flatMap((entry) => suffixes(entry).map((suffix) => [suffix, entry] as const)));
  return {
    providers: new Map(providers.map((provider) => [provider.id, provider])),
    providerByMx: bySuffix(providers, (provider) => provider.mx),
    providerBySpf: bySuffix(providers, (provider) => provider.spf),
    providerByDkimCname: bySuffix(providers, (provider) => provider.dkimCname),
    providerByAutodiscover: bySuffix(providers, (provider) => provider.autodiscover),
    gatewayByMx: bySuffix(files.gateways.gateways, (gateway) => gateway.mx),
    hosterByMx: bySuffix(hosters, (hoster) => hoster.mx),
    hosterByPtr: bySuffix(hosters, (hoster) => hoster.ptr),
    hosterByAsn: new Map(hosters.flatMap((hoster) => hoster.asn.map((asn) => [asn, hoster] as const))),
    consumerDomains: new Set(files['consumer-domains'].groups.flatMap((group) => group.domains)),
    dkimSelectors: files['dkim-selectors'].selectors.map((entry) => entry.selector),
    classification: files.classification,
    readSpf: remembering(readSpf, SPF_MEMORY),
  };
}
/** A reading takes some 5 kB. Every record that is seen to be longer than this is rare, or meant to do harm. */
const SPF_MEMORY = { max: 1000, longest: 4096 };

/** Faults that no single file shows: a suffix that stands for two things, a list that does not end in a catch-all. */
export function crossFaults(files: MailFiles): RuleFault[] {
  const faults: RuleFault[] = [];
  const claims = new Map<string, string>();
  const claim = (file: string, path: string, suffix: string): void => {
    const before = claims.get(suffix);
    if (before === undefined) claims.set(suffix, `${file} ${path}`);
    else faults.push({ file, path, fault: `the suffix "${suffix}" is claimed by ${before} already` });
  };
  files.providers.providers.forEach((entry, i) =>
    entry.mx.forEach((suffix, j) => claim('providers.json', `providers[${i}].mx[${j}]`, suffix)),
  );
  files.gateways.gateways.forEach((entry, i) =>
    entry.mx.forEach((suffix, j) => claim('gateways.json', `gateways[${i}].mx[${j}]`, suffix)),
  );
  files['local-providers'].localProviders.forEach((entry, i) =>
    entry.mx.forEach((suffix, j) => claim('local-providers.json', `localProviders[${i}].mx[${j}]`, suffix)),
  );
  for (const id of ['M365', 'Google', 'Hosting', 'Local', 'Unknown']) {
    if (!files.providers.providers.some((provider) => provider.id === id)) {
      faults.push({
        file: 'providers.json',
        path: 'providers',
        fault: `the provider "${id}" has a meaning in code and is missing`,
      });
    }
  }
  return faults;
}

/** Faults of a rule set that its schema cannot see. */
export function ruleSetFaults(file: string, set: RuleSet, providers: ReadonlySet<string>): RuleFault[] {
  const faults: RuleFault[] = [];
  const unique = (list: readonly { id: string }[], path: string): void => {
    const seen = new Set<string>();
    list.forEach((entry, i) => {
      if (seen.has(entry.id))
        faults.push({ file, path: `${path}[${i}].id`, fault: `the id "${entry.id}" is used twice` });
      seen.add(entry.id);
    });
  };
  unique(set.rules, 'rules');
  for (const path of FIRST_MATCH_LISTS) {
    const list: readonly { id: string; when: object }[] = set[path];
    unique(list, path);
    const last = list.at(-1);
    if (last !== undefined && Object.keys(last.when).length > 0) {
      faults.push({
        file,
        path: `${path}[${list.length - 1}].when`,
        fault: 'the last entry of a first-match list must always hold: {}',
      });
    }
  }
  for (const id of Object.keys(set.providers)) {
    if (!providers.has(id))
      faults.push({ file, path: `providers.${id}`, fault: `no such provider in providers.json` });
  }
  if (set.clamp.min >= set.clamp.max) faults.push({ file, path: 'clamp', fault: 'min must be below max' });
  return faults;
}

/**
 * Lays a customer's overlay over a set. The version then carries the overlay's name and hash, so that a stored score
 * says exactly which numbers made it.
 *
 * @param hash short hash of the overlay's text, made by the caller
 */
export function withOverlay(set: RuleSet, overlay: Overlay, hash: string): RuleReading<RuleSet> {
  const file = `overlay ${overlay.id}`;
  const known = new Set(set.rules.map((rule) => rule.id));
  const faults: RuleFault[] = [
    ...Object.keys(overlay.points)
      .filter((id) => !known.has(id))
      .map((id) => ({ file, path: `points.${id}`, fault: `rule set ${set.id} has no rule "${id}"` })),
    ...overlay.rules
      .map((rule, i) => ({
        file,
        path: `rules[${i}].id`,
        fault: `rule set ${set.id} has a rule "${rule.id}" already`,
        clash: known.has(rule.id),
      }))
      .filter((fault) => fault.clash)
      .map(({ clash: _, ...fault }) => fault),
  ];
  const providers = { ...set.providers };
  for (const [id, change] of Object.entries(overlay.providers)) {
    const before = providers[id] ?? { points: 0 };
    providers[id] = {
      ...before,
      ...(Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as Partial<
        typeof before
      >),
    };
  }
  if (faults.length > 0) return { ok: false, faults };
  return {
    ok: true,
    value: {
      ...set,
      version: `${set.version}+${overlay.id}.${hash}`,
      base: overlay.base ?? set.base,
      providers,
      rules: [
        ...set.rules.map((rule) => ({ ...rule, points: overlay.points[rule.id] ?? rule.points })),
        ...overlay.rules,
      ],
      confidence: {
        ...set.confidence,
        high: overlay.confidence?.high ?? set.confidence.high,
        medium: overlay.confidence?.medium ?? set.confidence.medium,
      },
    },
  };
}

export { ImprovementsFile, Overlay, RuleSet };
