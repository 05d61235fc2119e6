import { z } from 'zod';
import { fileHead, sourced, Suffix, Words } from './common.ts';

/** The mail providers the product tells apart. A rule file may name more; these have a meaning in code. */
export const ProviderId = z.string().regex(/^[A-Za-z][A-Za-z0-9]{1,30}$/);

/**
 * rules/providers.json: which names show which provider. Every list is of suffixes matched on label boundaries.
 * - `mailbox`: mailboxes in a provider's cloud (M365, Google, Yandex, Zoho, Proton ...)
 * - `sender`: services that mainly send, and sometimes receive (Amazon, SendGrid, Mailgun)
 * - `server`: Hosting and Local: mail on somebody's machine. Their hosts are in local-providers.json.
 * - `none`: Unknown
 */
export const ProviderRule = z.strictObject({
  id: ProviderId,
  name: z.string().describe('as people call it: "Microsoft 365"'),
  label: Words.optional().describe('where the name is a word and not a name: shown in its place'),
  kind: z.enum(['mailbox', 'sender', 'server', 'none']),
  mx: z.array(Suffix).default([]).describe('MX hosts, and CNAME targets of MX hosts'),
  spf: z.array(Suffix).default([]).describe('SPF include or redirect targets that stand for mailboxes there'),
  spfNetworks: z
    .array(
      z
        .string()
        .regex(/^ip[46]:[0-9a-f.:]+\/\d{1,3}$/, 'a network as an SPF record writes it: "ip4:192.0.2.0/24"'),
    )
    .default([])
    .describe(
      'networks that send for these mailboxes and for nothing else: found literally where a policy was flattened',
    ),
  dkimCname: z.array(Suffix).default([]).describe('targets of <selector>._domainkey CNAMEs'),
  dkimSelectors: z.array(z.string()).default([]).describe('selectors this provider uses, asked first'),
  dkimSelectorsComplete: z
    .boolean()
    .default(false)
    .describe(
      'true when the provider signs with no other selector: all of these missing then proves that DKIM is absent',
    ),
  autodiscover: z.array(Suffix).default([]).describe('targets of the autodiscover CNAME or SRV'),
  txtPrefix: z.array(z.string()).default([]).describe('verification TXT at the apex begins with this'),
  ...sourced,
});
export type ProviderRule = z.infer<typeof ProviderRule>;
export const ProvidersFile = z.strictObject({ ...fileHead, providers: z.array(ProviderRule).min(1) });

/** rules/gateways.json: services that filter mail in front of somebody else's mailboxes. */
export const GatewayRule = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]+$/),
  name: z.string(),
  mx: z.array(Suffix).min(1).describe('MX hosts, and CNAME targets of MX hosts'),
  spf: z.array(Suffix).default([]).describe('SPF include targets of the same service'),
  ...sourced,
});
export type GatewayRule = z.infer<typeof GatewayRule>;
export const GatewaysFile = z.strictObject({ ...fileHead, gateways: z.array(GatewayRule).min(1) });

/**
 * rules/local-providers.json: who runs the machine behind a Hosting or Local MX. `Hosting` = a company that sells
 * mail space to many; `Local` = an access provider, a university, a public network whose own MX this is.
 */
export const LocalProviderRule = z.strictObject({
  name: z.string().describe('the name as its customers know it, in its own spelling'),
  provider: z.enum(['Hosting', 'Local']),
  mx: z.array(Suffix).default([]),
  ns: z.array(Suffix).default([]).describe('name servers of its customers: a hint, weaker than MX'),
  ptr: z.array(Suffix).default([]).describe('reverse names of its machines'),
  asn: z.array(z.int()).default([]),
  country: z.string().length(2).optional(),
  ...sourced,
});
export type LocalProviderRule = z.infer<typeof LocalProviderRule>;
export const LocalProvidersFile = z.strictObject({
  ...fileHead,
  localProviders: z.array(LocalProviderRule).min(1),
});

/** rules/consumer-domains.json: free mail hosts of private people. Never a company. */
export const ConsumerDomainsFile = z.strictObject({
  ...fileHead,
  groups: z
    .array(z.strictObject({ operator: z.string(), domains: z.array(Suffix).min(1), ...sourced }))
    .min(1),
});

/** rules/dkim-selectors.json: selectors tried after the provider's own, in this order. */
export const DkimSelectorsFile = z.strictObject({
  ...fileHead,
  selectors: z.array(z.strictObject({ selector: z.string().min(1), usedBy: z.string(), ...sourced })).min(1),
});
