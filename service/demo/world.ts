import { createHash } from 'node:crypto';
import { absent, found, unanswered, type Lookup, type Registration, type Tenant } from '#core/facts.ts';
import type { LookupContext } from '../lookup/domain.ts';
import type { AddressInfo } from '../lookup/ip.ts';
import { demoCompanies, demoZone, type DemoCompany } from './companies.ts';
import { createZoneResolver, isMadeUp } from './resolver.ts';

/** How many companies a demo has. */
export const DEMO_COMPANIES = 300;

export interface DemoWorld {
  readonly companies: readonly DemoCompany[];
  /** everything a look-up asks, answered from what is made up */
  readonly lookup: Pick<LookupContext, 'resolver' | 'registration' | 'tenant' | 'ip' | 'doubtDenials'>;
  /** what the DNS says from now on */
  turnTo(stage: 'first' | 'now'): void;
}

/**
 * A made-up part of the internet: the same one at every start, so that a demo survives a restart.
 *
 * @param since when the demo was made, in milliseconds: registrations end so and so long after it
 */
export function createDemoWorld(since: number, count = DEMO_COMPANIES): DemoWorld {
  const companies = demoCompanies(count, repeatable(20_261_125));
  const byDomain = new Map(companies.map((company) => [company.domain, company]));
  const zones = { first: demoZone(companies, 'first'), now: demoZone(companies, 'now') };
  let stage: 'first' | 'now' = 'now';

  const day = (offset: number): string =>
    new Date(since + offset * 86_400_000).toISOString().slice(0, 10) + 'T00:00:00Z';
  const registration = async (domain: string): Promise<Lookup<Registration>> => {
    const company = byDomain.get(domain);
    if (!isMadeUp(domain)) return unanswered('UNSUPPORTED');
    if (company === undefined || company.archetype.id === 'gone') return absent('NOT-FOUND');
    return found({
      source: 'rdap',
      server: 'rdap.demo-dns.example',
      registrar: company.registrar,
      created: `${company.createdYear}-03-01T00:00:00Z`,
      expires: day(company.expiresInDays),
      updated: null,
      nameservers: ['ns1.demo-dns.example', 'ns2.demo-dns.example'],
      statuses: ['active'],
    });
  };
  const tenant = async (domain: string): Promise<Lookup<Tenant>> => {
    if (!isMadeUp(domain)) return unanswered('UNSUPPORTED');
    const company = byDomain.get(domain);
    const kind = (stage === 'first' ? company?.archetype : company?.later.archetype)?.tenant ?? null;
    if (kind === null) return absent('NOT-FOUND');
    return found({ tenantId: guidOf(domain), region: 'EU', realm: kind, brand: null });
  };
  return {
    companies,
    lookup: {
      resolver: createZoneResolver(() => zones[stage]),
      registration: { look: registration },
      tenant: { look: tenant },
      ip: { look: madeUpAddress },
      doubtDenials: false,
    },
    turnTo: (next) => {
      stage = next;
    },
  };
}

/** The documentation addresses (RFC 5737) with made-up hosts behind them. */
function madeUpAddress(address: string): AddressInfo | null {
  const net = address.split('.').slice(0, 3).join('.');
  const isp = { '198.51.100': 'Demo Bulut', '203.0.113': 'Örnek Barındırma', '192.0.2': 'Demo Telekom' }[net];
  if (isp === undefined) return null;
  return {
    address,
    country: 'TR',
    city: net === '203.0.113' ? 'İstanbul' : 'Ankara',
    asn: 64_496,
    asnOrg: isp,
    isp,
    usageType: net === '192.0.2' ? 'ISP' : 'DCH',
    isProxy: false,
    proxyType: null,
  };
}

const guidOf = (text: string): string => {
  const hex = createHash('sha256').update(text).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
};

/** Chance that repeats itself (mulberry32, public domain): no secret hangs on it. */
function repeatable(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
