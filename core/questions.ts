import type { OpenQuestion } from './assessment.ts';
import type { DomainFacts, Lookup } from './facts.ts';

/** Every look-up of the facts by its name: "mx", "dkim selector1", "spf _spf.example.com". */
export function* lookups(facts: DomainFacts): Generator<readonly [name: string, lookup: Lookup<unknown>]> {
  yield ['mx', facts.mx];
  yield ['txt', facts.txt];
  yield ['dmarc', facts.dmarc];
  if (facts.dmarcOrganizational)
    yield [`dmarc ${facts.dmarcOrganizational.name}`, facts.dmarcOrganizational.txt];
  yield ['dkim', facts.dkim.base];
  for (const { selector, txt, cname } of facts.dkim.selectors) {
    yield [`dkim ${selector}`, txt];
    if (cname) yield [`dkim cname ${selector}`, cname];
  }
  yield ['ns', facts.ns];
  for (const [host, { addresses, cname }] of Object.entries(facts.mxHosts)) {
    if (addresses) yield [`address ${host}`, addresses];
    if (cname) yield [`cname ${host}`, cname];
  }
  for (const [name, txt] of Object.entries(facts.spfTxt)) yield [`spf ${name}`, txt];
  for (const key of OPTIONAL_LOOKUPS) {
    const lookup = facts[key];
    if (lookup !== undefined) yield [key, lookup];
  }
}

/** Look-ups that not every scan asks, by their key in the facts. */
export const OPTIONAL_LOOKUPS = [
  'autodiscover',
  'autodiscoverSrv',
  'enterpriseregistration',
  'enterpriseenrollment',
  'lyncdiscover',
  'sip',
  'msoid',
  'mtaSts',
  'mtaStsPolicy',
  'tlsRpt',
  'bimi',
  'caa',
  'soa',
  'apexAddresses',
  'apexAddresses6',
  'dnssec',
  'registration',
  'tenant',
] as const satisfies readonly (keyof DomainFacts)[];

/** How many look-ups were asked, how many answered, and which are open. */
export function tally(facts: DomainFacts): { asked: number; answered: number; open: OpenQuestion[] } {
  let asked = 0;
  const open: OpenQuestion[] = [];
  for (const [question, lookup] of lookups(facts)) {
    asked += 1;
    if (lookup.state === 'unanswered') open.push({ question, why: lookup.why, retryable: lookup.retryable });
  }
  return { asked, answered: asked - open.length, open };
}
