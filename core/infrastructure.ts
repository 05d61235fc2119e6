import type { Assessment } from './assessment.ts';
import type { DomainFacts, IpInfo } from './facts.ts';

/** IP2Location's usage types in words. A code that is not here is shown as it is. */
const USAGE: Record<string, string> = {
  DCH: 'DataCenter',
  COM: 'Commercial',
  RES: 'Residential',
  MOB: 'Mobile',
};

/** Where the mail server stands, in one line: "Hosted on DataCenter, ISP: Example, Country: TR". Null = nothing known. */
export function infrastructureSummary(facts: DomainFacts): string | null {
  const ip = bestAddress(facts);
  if (ip === null) return null;
  const parts = [
    ip.usageType === null ? null : `Hosted on ${USAGE[ip.usageType] ?? ip.usageType}`,
    ip.isp === null ? null : `ISP: ${ip.isp}`,
    ip.country === null ? null : `Country: ${ip.country}`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join(', ');
}

/** The network of the first MX address that anything is known of. The web server's says nothing of the mail. */
export function networkOf(facts: DomainFacts): Assessment['network'] {
  const ip = bestAddress(facts);
  return {
    country: ip?.country ?? null,
    city: ip?.city ?? null,
    isp: ip?.isp ?? null,
    usageType: ip?.usageType ?? null,
    isProxy: ip?.isProxy ?? null,
    proxyType: ip?.proxyType ?? null,
    asn: ip?.asn ?? null,
    asnOrg: ip?.asnOrg ?? null,
    address: ip?.address ?? null,
  };
}

function bestAddress(facts: DomainFacts): IpInfo | null {
  return (
    (facts.ip ?? []).find(
      (ip) =>
        ip.of === 'mx' &&
        (ip.country !== null ||
          ip.isp !== null ||
          ip.usageType !== null ||
          ip.asnOrg !== null ||
          ip.isProxy !== null),
    ) ?? null
  );
}
