import type { Zone } from '#test/doubles/dns.ts';

/** Made-up companies "sirket0.com.tr" and on, each with a mail host, SPF and DMARC. */
export const manyDomains = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, at) => `sirket${from + at}.com.tr`);

/** What the DNS says of them. */
export const manyDomainsZone = (domains: readonly string[]): Zone => ({
  'mx.hosting.com.tr': { A: ['192.0.2.2'] },
  ...Object.fromEntries(
    domains.flatMap((name) => [
      [
        name,
        {
          MX: [[10, 'mx.hosting.com.tr']],
          TXT: ['v=spf1 mx -all'],
          NS: ['ns1.hosting.com.tr'],
          A: ['192.0.2.1'],
        },
      ],
      [`_dmarc.${name}`, { TXT: ['v=DMARC1; p=none'] }],
    ]),
  ),
});
