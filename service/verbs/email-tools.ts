import type { Address } from '#core/contacts/address.ts';
import { roleAddresses } from '#core/contacts/generate.ts';
import type { SmtpLookup } from '#core/contacts/smtp.ts';
import { addressVerdict, usableHosts, type AddressVerdict } from '#core/contacts/verdict.ts';
import type { Domain } from '#core/domain.ts';
import { readMx } from '#core/records/mx.ts';
import type { Service } from '../context.ts';
import { done, failed, type Outcome } from '../failure.ts';
import { believed } from '../lookup/domain.ts';

/** The addresses a company is likely to have: info@, satis@ ... Nobody is asked. */
export const likelyAddresses = (domain: Domain, { rules }: Pick<Service, 'rules'>): readonly string[] =>
  roleAddresses(domain, rules.current().contacts).map(({ address }) => address);

export interface CheckedAddress {
  readonly address: string;
  readonly verdict: AddressVerdict;
}

/**
 * The likely addresses, and whether they take mail: by the MX of the domain, and where it was asked for by its mail
 * server. An MX that does not answer makes an address unknown, never invalid.
 */
export async function checkLikelyAddresses(
  service: Pick<Service, 'rules' | 'lookup' | 'smtp' | 'config'>,
  domain: Domain,
  useSmtp: boolean,
  signal: AbortSignal,
): Promise<Outcome<CheckedAddress[]>> {
  const { smtp, lookup, config } = service;
  if (useSmtp && smtp === null) return failed('smtp-check-off');
  const rules = service.rules.current().contacts;
  const budget = AbortSignal.any([signal, AbortSignal.timeout(config.dns.domainBudgetMs)]);
  const dns = lookup.resolver.for(domain.ascii);
  const answer = await dns.mx(domain.ascii, budget);
  const denied = answer.state === 'absent' && answer.why === 'NXDOMAIN';
  // A resolver without a way out denies every name.
  const doubted = denied && lookup.doubtDenials === true;
  const mx = readMx(doubted ? await believed(domain.ascii, dns, budget) : answer);
  const addresses = roleAddresses(domain, rules);
  const hosts = usableHosts(mx);
  const said =
    useSmtp && smtp !== null && hosts.length > 0
      ? await askEach(addresses, (address) => smtp.ask(address, hosts, signal))
      : addresses.map(() => null);
  return done(
    addresses.map((address, at) => ({
      address: address.address,
      verdict: addressVerdict({ ok: true, address }, mx, said[at] ?? null, rules),
    })),
  );
}

/** One after the other, as the server wants it. One that cannot be reached is not asked again for each mailbox. */
async function askEach(
  addresses: readonly Address[],
  ask: (address: Address) => Promise<SmtpLookup>,
): Promise<SmtpLookup[]> {
  const said: SmtpLookup[] = [];
  let away: SmtpLookup | null = null;
  for (const address of addresses) {
    const answer: SmtpLookup = away ?? (await ask(address));
    if (answer.state === 'unanswered' && answer.step !== 'recipient') away = answer;
    said.push(answer);
  }
  return said;
}
