import type { DomainFacts, IpInfo, Lookup } from './facts.ts';
import { readDkim } from './records/dkim.ts';

/** When the parts were last asked that not every scan asks, ISO 8601. A part that is missing was not asked, or is too old. */
export interface AskedAt {
  readonly registration?: string;
  readonly tenant?: string;
  readonly posture?: string;
}

/** What is stored of the scan before. */
export interface StoredFacts {
  readonly facts: DomainFacts;
  readonly askedAt: AskedAt;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** How long an answer may be used again, in milliseconds (product definition, chapter 2). */
export const REGISTRATION_TTL = { found: 7 * DAY, absent: DAY, unanswered: 60_000 } as const;
export const TENANT_TTL = { found: 30 * DAY, absent: 30 * DAY, unanswered: 60_000 } as const;
const POSTURE_TTL = 7 * DAY;
/**
 * How long "asked, and no answer" is carried along. It says nothing of the company, but without it a scan that did not
 * ask would forget that the question is still open.
 */
const SILENCE_CARRIED = DAY;

/** The look-ups that only a scan of the full tier makes, but for registration and tenant. */
const POSTURE = [
  'mtaSts',
  'mtaStsPolicy',
  'tlsRpt',
  'bimi',
  'caa',
  'soa',
  'apexAddresses',
  'apexAddresses6',
  'dnssec',
] as const satisfies readonly (keyof DomainFacts)[];

/**
 * Completes the facts of a scan with what it did not ask, from the scan before, while that is fresh enough: a scan of a
 * list does not lose what a full one has learnt. What was asked is never replaced, whatever came back; nor is anything
 * said of the records of a name that no longer exists.
 *
 * @param asked when this scan asked the parts that it did ask
 * @param now the moment of the scan, ISO 8601
 * @returns the completed facts, with the moment each part was asked
 */
export function carryOver(
  facts: DomainFacts,
  asked: AskedAt,
  before: StoredFacts | null,
  now: string,
): StoredFacts {
  if (before === null) return { facts, askedAt: asked };
  const age = (moment: string): number => Date.parse(now) - Date.parse(moment);
  const keeps = (
    part: Lookup<unknown> | undefined,
    moment: string | undefined,
    ttl: { found: number; absent: number },
  ) =>
    part !== undefined &&
    moment !== undefined &&
    age(moment) < (part.state === 'unanswered' ? SILENCE_CARRIED : ttl[part.state]);

  let completed = facts;
  const askedAt: { -readonly [Part in keyof AskedAt]: AskedAt[Part] } = { ...asked };
  const { registration, tenant } = before.facts;
  if (
    facts.registration === undefined &&
    registration !== undefined &&
    keeps(registration, before.askedAt.registration, REGISTRATION_TTL)
  ) {
    completed = { ...completed, registration };
    askedAt.registration = before.askedAt.registration!;
  }
  if (
    facts.tenant === undefined &&
    tenant !== undefined &&
    keeps(tenant, before.askedAt.tenant, TENANT_TTL)
  ) {
    completed = { ...completed, tenant };
    askedAt.tenant = before.askedAt.tenant!;
  }
  const posture = before.askedAt.posture;
  if (asked.posture === undefined && posture !== undefined && age(posture) < POSTURE_TTL && !isGone(facts)) {
    completed = withPosture(completed, before.facts);
    askedAt.posture = posture;
  }
  return { facts: completed, askedAt };
}

const isGone = ({ mx }: DomainFacts): boolean => mx.state === 'absent' && mx.why === 'NXDOMAIN';

function withPosture(facts: DomainFacts, before: DomainFacts): DomainFacts {
  const carried: Partial<DomainFacts> = Object.fromEntries(
    POSTURE.flatMap((key) =>
      facts[key] === undefined && before[key] !== undefined ? [[key, before[key]] as const] : [],
    ),
  );
  const ip = [...(facts.ip ?? []), ...otherAddresses(facts, before)];
  return { ...facts, ...carried, ...(ip.length > 0 ? { ip } : {}) };
}

/** Addresses of the apex, which only a full scan asks: those of mail servers are always of this scan. */
function otherAddresses(facts: DomainFacts, before: DomainFacts): IpInfo[] {
  const known = new Set((facts.ip ?? []).map(({ address }) => address));
  return (before.ip ?? []).filter(({ of, address }) => of === 'apex' && !known.has(address));
}

/**
 * Selectors whose key an earlier scan found and this one did not ask: a full scan tries more of them than a list does.
 * Empty when this scan has found a key, or has proof that there is none.
 */
export function selectorsToAskAgain(facts: DomainFacts, before: DomainFacts['dkim']['selectors']): string[] {
  if (isGone(facts)) return [];
  const asked = new Set(facts.dkim.selectors.map(({ selector }) => selector));
  const others = before.filter(({ selector }) => !asked.has(selector));
  if (others.length === 0) return [];
  // Unknown is the only state that another answer can change: absent is proven, and a silence is asked again as it is.
  if (readDkim(facts.dkim).state !== 'unknown') return [];
  return readDkim({ base: facts.dkim.base, selectors: others }).keys.flatMap(({ selector, key }) =>
    key?.usable === true ? [selector] : [],
  );
}
