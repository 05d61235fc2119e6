import { type AskedAt, selectorsToAskAgain } from '#core/carry-over.ts';
import type { DomainFacts } from '#core/facts.ts';
import { ruleSetText } from '#core/lead/lead.ts';
import type { Config } from '../config.ts';
import type { Service } from '../context.ts';
import { type CachedLookups, openCachedLookups } from '../lookup/cached.ts';
import { lookUpDomain, type LookupContext } from '../lookup/domain.ts';
import { type Freshness, readFreshness } from '../store/company-state.ts';
import type { Looked } from './scan-decision.ts';

export interface LookUpOptions {
  /** `score`: what the score needs. `full`: posture, registration and tenant too */
  readonly tier: 'score' | 'full';
  /** asks even where the answers that are stored are fresh, and leaves caches unread */
  readonly force: boolean;
  /** why, for the log: ingest, rescan, retry ... */
  readonly cause: string;
  readonly signal?: AbortSignal;
  /** a person waits for a shorter time, and does not stand in the line of the lists */
  readonly who: 'background' | 'person';
}

interface Company {
  readonly id: number;
  readonly domain: string;
}

/** A company of a batch. */
export interface LookedUpCompany {
  readonly companyId: number;
  readonly domain: string;
  /** null where what is stored is fresh enough */
  readonly looked: Looked | null;
  /** a mistake of ours in the look-up of this one */
  readonly fault?: unknown;
}

/** Looks up companies, each as soon as there is room. Who is under way when the signal fires is left out. */
export async function lookUpCompanies(
  service: Service,
  companies: readonly Company[],
  options: LookUpOptions,
): Promise<LookedUpCompany[]> {
  if (companies.length === 0) return [];
  const known = await readFreshness(
    service.sql,
    companies.map(({ id }) => id),
  );
  const stale = companies.filter(({ id }) => options.force || !isFresh(known.get(id), options.tier, service));
  const cached = await openLookups(service, stale, options);
  const looked = await Promise.all(
    stale.map((company) => lookUp(service, company, known.get(company.id), cached, options)),
  );
  await cached?.save();
  const asked = new Set(stale.map(({ id }) => id));
  return [
    ...companies.flatMap(({ id, domain }) =>
      asked.has(id) ? [] : [{ companyId: id, domain, looked: null }],
    ),
    ...looked.filter((company) => company !== null),
  ];
}

const HOUR = 3_600_000;
/** A silence is believed for a minute, an answer for an hour (product definition, chapter 2). */
const FRESH_MS = { answered: HOUR, unanswered: 60_000 } as const;

/** Whether the newest scan still says all that this one would. Other rules need no look-up, but a new assessment. */
function isFresh(known: Freshness | undefined, tier: LookUpOptions['tier'], service: Service): boolean {
  if (known === undefined || known.rules !== currentRules(service)) return false;
  const age = (moment: Date | string): number => service.clock() - new Date(moment).getTime();
  if (age(known.scannedAt) >= (known.unanswered > 0 ? FRESH_MS.unanswered : FRESH_MS.answered)) return false;
  const { posture } = known.askedAt;
  return tier === 'score' || (posture !== undefined && age(posture) < FRESH_MS.answered);
}

const currentRules = (service: Service): string =>
  ruleSetText({ ruleSet: service.rules.current().engine.set });

/** Registration and tenant are asked in the full tier; lists may ask for tenants as well, when that is switched on. */
const asksTenantAlone = ({ worker }: Config, { tier, who }: LookUpOptions): boolean =>
  tier === 'score' && who === 'background' && worker.tenantInBulk;

async function openLookups(
  service: Service,
  companies: readonly Company[],
  options: LookUpOptions,
): Promise<CachedLookups | null> {
  const { registration, tenant } = service.lookup;
  if (companies.length === 0 || (options.tier === 'score' && !asksTenantAlone(service.config, options)))
    return null;
  return openCachedLookups(
    service.sql,
    companies.map(({ domain }) => domain),
    {
      ...(registration === undefined || options.tier === 'score' ? {} : { registration }),
      ...(tenant === undefined ? {} : { tenant }),
    },
    { force: options.force, clock: service.clock, metrics: service.metrics },
  );
}

/** One company, when its turn has come; null when the signal fired before the answers were complete. */
async function lookUp(
  service: Service,
  company: Company,
  known: Freshness | undefined,
  cached: CachedLookups | null,
  options: LookUpOptions,
): Promise<LookedUpCompany | null> {
  const { clock, metrics } = service;
  const waited = clock();
  const leave = await service.pace.enter(options.who, options.signal);
  if (leave === null) return null;
  const began = clock();
  metrics.observe('limit_wait_ms', began - waited);
  try {
    const looked = await askAll(service, company, known, cached, options);
    if (options.signal?.aborted === true) return null;
    metrics.observe('scan_ms', clock() - began, { tier: options.tier });
    return { companyId: company.id, domain: company.domain, looked };
  } catch (fault) {
    // Nothing the network does comes here: it is a mistake of ours, and no reason to lose the other companies.
    return { companyId: company.id, domain: company.domain, looked: null, fault };
  } finally {
    leave();
  }
}

async function askAll(
  { config, lookup }: Service,
  { id, domain }: Company,
  known: Freshness | undefined,
  cached: CachedLookups | null,
  options: LookUpOptions,
): Promise<Looked> {
  const { signal, tier, force, who } = options;
  const lookups: LookupContext = { ...lookup, ...cached?.lookups };
  const budgetMs = who === 'person' ? config.dns.domainBudgetMs : config.dns.domainBudgetBackgroundMs;
  const registrationBudgetMs = who === 'person' ? config.registration.budgetMs : budgetMs;
  const [facts, tenant] = await Promise.all([
    lookUpDomain(
      domain,
      { tier, budgetMs, registrationBudgetMs, force, ...(signal === undefined ? {} : { signal }) },
      lookups,
    ),
    asksTenantAlone(config, options)
      ? cached?.lookups.tenant?.look(domain, budgetOf(budgetMs, signal))
      : undefined,
  ]);
  const selectors = await askAgain(facts, known?.selectors ?? [], lookups, options, budgetMs);
  return {
    companyId: id,
    domain,
    facts: {
      ...facts,
      dkim: { ...facts.dkim, selectors: [...facts.dkim.selectors, ...selectors] },
      ...(tenant === undefined ? {} : { tenant }),
    },
    asked: askedAt(facts, cached?.askedAt(domain) ?? {}, tier),
  };
}

const budgetOf = (ms: number, signal: AbortSignal | undefined): AbortSignal =>
  signal === undefined ? AbortSignal.timeout(ms) : AbortSignal.any([AbortSignal.timeout(ms), signal]);

/** Keys that a fuller scan has found are asked about again: left alone, a scan of a list would lose sight of them. */
async function askAgain(
  facts: DomainFacts,
  before: DomainFacts['dkim']['selectors'],
  { resolver }: LookupContext,
  { force, signal }: LookUpOptions,
  budgetMs: number,
): Promise<DomainFacts['dkim']['selectors']> {
  const selectors = selectorsToAskAgain(facts, before);
  if (selectors.length === 0) return [];
  const dns = resolver.for(facts.domain, { fresh: force });
  const budget = budgetOf(budgetMs, signal);
  return Promise.all(
    selectors.map(async (selector) => ({
      selector,
      txt: await dns.txt(`${selector}._domainkey.${facts.domain}`, budget),
    })),
  );
}

/** A full scan has asked for the posture even where it ended early because the name does not exist. */
const askedAt = (facts: DomainFacts, slow: AskedAt, tier: LookUpOptions['tier']): AskedAt => ({
  ...slow,
  ...(tier === 'full' ? { posture: facts.lookedUpAt } : {}),
});
