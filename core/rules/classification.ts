import { z } from 'zod';
import { fileHead, sourced, Suffix, Words } from './common.ts';
import { ProviderId } from './mail.ts';
import { WORKLOADS } from './rule-set.ts';

const Share = z.number().min(0).max(1);

/** The independent signs of whose mailboxes lie behind an MX that does not say it. */
export const MAILBOX_SIGNS = [
  'autodiscover',
  'dkim-cname',
  'spf',
  'spf-nested',
  'verification',
  'tenant',
] as const;
export type MailboxSign = (typeof MAILBOX_SIGNS)[number];

/** rules/classification.json: how sure each kind of evidence makes us. Shares are measured; each says where. */
export const ClassificationFile = z.strictObject({
  ...fileHead,
  mx: z
    .strictObject({
      mailbox: Share,
      cname: Share,
      hoster: Share,
      own: Share,
      foreign: Share,
      mixed: Share,
      ...sourced,
    })
    .describe('confidence when the MX itself decides'),
  behindGateway: z
    .strictObject({
      signs: z
        .partialRecord(z.enum(MAILBOX_SIGNS), Share)
        .describe('share of gateway domains with this sign that have such mailboxes'),
      twoOrMore: Share.describe('the same share when two or more independent signs agree'),
      none: Share.describe('confidence that the mailboxes are unknown'),
      ownServer: Share.describe(
        'confidence in an own server when autodiscover stays within the domain and no cloud shows',
      ),
      ...sourced,
    })
    .describe('who is behind a security gateway'),
  hybrid: z
    .strictObject({
      strong: z.array(z.enum(MAILBOX_SIGNS)).min(1).describe('signs of which one at least must show'),
      one: Share,
      twoOrMore: Share,
      ...sourced,
    })
    .describe('Microsoft 365 while the MX is an own or a hosted machine'),
  workloads: z.array(
    z.strictObject({
      workload: z.enum(WORKLOADS),
      record: z.enum([
        'lyncdiscover',
        'sip',
        'enterpriseenrollment',
        'enterpriseregistration',
        'msoid',
        'txt',
        'spf',
        'tenant',
      ]),
      suffix: z.array(Suffix).default([]).describe('what the record must point to'),
      prefix: z.array(z.string()).default([]).describe('what a TXT record must begin with'),
      confidence: Share,
      ...sourced,
    }),
  ),
  verifications: z
    .array(z.string().min(2))
    .describe('TXT at the apex that begins so proves a service to its operator: each counts once'),
  tenantSize: z.strictObject({
    providers: z
      .array(ProviderId)
      .describe('asked for these providers only; the size of other companies is not guessed'),
    declared: z
      .array(
        z.strictObject({
          upTo: z.int().nullable(),
          size: z.enum(['small', 'medium', 'large', 'enterprise']),
        }),
      )
      .describe('number of employees, first row that fits'),
    organizationSizes: z
      .record(z.string(), z.enum(['small', 'medium', 'large', 'enterprise']))
      .describe('words of a Partner Center referral, compared in lower case'),
    weights: z.array(
      z.strictObject({
        id: z.string(),
        fact: z.string().describe('weights of one fact are one sign'),
        when: z.strictObject({
          gateway: z.array(z.string()).optional(),
          anyGateway: z.boolean().optional(),
          federated: z.boolean().optional(),
          verifiedServices: z.int().optional().describe('this many or more'),
          spfIncludes: z.int().optional().describe('this many or more'),
          dmarc: z.array(z.enum(['reject', 'quarantine', 'none', 'absent'])).optional(),
          ownAsn: z.boolean().optional(),
          mxHosts: z.int().optional().describe('this many or more'),
        }),
        weight: z.number(),
        why: Words,
        ...sourced,
      }),
    ),
    thresholds: z.array(
      z.strictObject({ from: z.number(), size: z.enum(['small', 'medium', 'large', 'enterprise']) }),
    ),
    minimumSigns: z.int().min(1).describe('with fewer facts the size stays unknown'),
  }),
});
export type Classification = z.infer<typeof ClassificationFile>;
export const TENANT_SIZES = ['small', 'medium', 'large', 'enterprise'] as const;
export type TenantSize = (typeof TENANT_SIZES)[number];
