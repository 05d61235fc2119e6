import { z } from 'zod';
import { NAME_PATTERNS } from '#core/contacts/pattern.ts';
import { ADDRESS_CONFIDENCES, ADDRESS_STATUSES } from '#core/contacts/verdict.ts';
import { ADDRESS_REFUSALS } from '#core/contacts/address.ts';
import { fill } from '#core/rules/messages.ts';
import { SEGMENTS } from '#core/rules/rule-set.ts';
import { checkLikelyAddresses, likelyAddresses } from '../../verbs/email-tools.ts';
import { enrichContacts } from '../../verbs/enrich-contacts.ts';
import { findDuplicates } from '../../verbs/find-duplicates.ts';
import { domainIn } from '../domain.ts';
import { refuse, reply, route, type Route } from '../route.ts';

const DomainText = z.string().max(2000).describe('the domain of a company, or its web or e-mail address');

const generate = route({
  id: 'POST /email/generate',
  legacy: true,
  tag: 'contacts',
  summary: 'Addresses that a company is likely to have',
  body: z.object({ domain: DomainText }).meta({ examples: [{ domain: 'contoso.com' }] }),
  replies: {
    200: {
      description: 'the addresses, sorted; whether they exist is not known',
      schema: z.object({ domain: z.string(), emails: z.array(z.string()) }),
    },
  },
  failures: ['invalid-domain'],
  handle: async ({ body, language }, service) => {
    const domain = domainIn(body.domain, language, service);
    if (!domain.ok) return refuse(domain.failure);
    return reply({ domain: domain.value.ascii, emails: likelyAddresses(domain.value, service) });
  },
});

const check = route({
  id: 'POST /email/generate-and-validate',
  legacy: true,
  tag: 'contacts',
  summary: 'The same, with whether they take mail',
  description:
    'By the MX of the domain. With use_smtp its mail server is asked about each mailbox, one a second, without sending anything; an administrator has to allow it.',
  body: z
    .object({ domain: DomainText, use_smtp: z.boolean().default(false) })
    .meta({ examples: [{ domain: 'contoso.com' }] }),
  replies: {
    200: {
      description: 'the addresses, sorted',
      schema: z.object({
        domain: z.string(),
        emails: z.array(
          z.object({
            email: z.string(),
            status: z.enum(ADDRESS_STATUSES),
            confidence: z.enum(ADDRESS_CONFIDENCES),
            checks: z.object({
              syntax: z.string(),
              mx: z.string(),
              smtp: z.string().describe('skipped where it was not asked for'),
            }),
            reason: z.string().describe('the deciding check, in a sentence'),
            reason_code: z.string(),
          }),
        ),
      }),
    },
  },
  failures: ['invalid-domain', 'smtp-check-off'],
  handle: async ({ body, language, signal }, service) => {
    const domain = domainIn(body.domain, language, service);
    if (!domain.ok) return refuse(domain.failure);
    const checked = await checkLikelyAddresses(service, domain.value, body.use_smtp, signal);
    if (!checked.ok) return refuse(checked.failure);
    const { verdicts } = service.rules.current().messages[language];
    return reply({
      domain: domain.value.ascii,
      emails: checked.value.map(({ address, verdict: { status, confidence, checks, reason } }) => ({
        email: address,
        status,
        confidence,
        checks,
        reason: verdicts[reason],
        reason_code: reason,
      })),
    });
  },
});

const enrich = route({
  id: 'POST /leads/{domain}/enrich',
  legacy: true,
  tag: 'contacts',
  summary: 'Adds contact addresses to a company',
  description: 'Known addresses stay. What is no address is told of and left out.',
  params: z.object({ domain: DomainText }),
  body: z
    .object({ contact_emails: z.array(z.string().max(2000)).min(1).max(1000) })
    .meta({ examples: [{ contact_emails: ['ayse.yilmaz@contoso.com'] }] }),
  replies: {
    200: {
      description: 'all addresses that are known now',
      schema: z.object({
        domain: z.string(),
        contact_emails: z.array(z.string()),
        contact_quality_score: z.int().min(0).max(100),
        linkedin_pattern: z
          .enum(NAME_PATTERNS)
          .nullable()
          .describe('how the company forms the addresses of its people'),
        message: z.string(),
        refused: z.array(
          z.object({
            at: z.int().describe('place in the list that was sent, from 0'),
            reason: z.enum(ADDRESS_REFUSALS),
            message: z.string(),
          }),
        ),
      }),
    },
  },
  failures: ['invalid-domain', 'lead-not-found', 'no-addresses'],
  handle: async ({ params, body, language }, service) => {
    const domain = domainIn(params.domain, language, service);
    if (!domain.ok) return refuse(domain.failure);
    const enriched = await enrichContacts(service, domain.value, body.contact_emails, language);
    if (!enriched.ok) return refuse(enriched.failure);
    const { addresses, quality, pattern, refused } = enriched.value;
    const m = service.rules.current().messages[language];
    return reply({
      domain: domain.value.ascii,
      contact_emails: addresses,
      contact_quality_score: quality,
      linkedin_pattern: pattern,
      message: fill(m.contacts.enriched, { n: addresses.length, score: quality }),
      refused: refused.map(({ at, reason }) => ({ at, reason, message: m.addresses[reason] })),
    });
  },
});

const duplicates = route({
  id: 'GET /leads/duplicates',
  tag: 'leads',
  summary: 'Companies that go by the same name under several domains',
  description: 'Names are compared without case and legal forms (A.Ş., Ltd. Şti., GmbH).',
  query: z.object({
    domain: z.string().max(2000).optional().describe('the group of this company alone'),
    page: z.coerce.number().int().min(1).max(100_000).default(1),
    page_size: z.coerce.number().int().min(1).max(200).default(50),
  }),
  replies: {
    200: {
      description: 'a page of groups, in order of their names',
      schema: z.object({
        groups: z.array(
          z.object({
            name_key: z.string().describe('what their names have in common'),
            count: z.int().min(2),
            companies: z
              .array(
                z.object({
                  company_id: z.int(),
                  domain: z.string(),
                  canonical_name: z.string(),
                  source: z.string(),
                  created_at: z.string(),
                  readiness_score: z.int().nullable(),
                  segment: z.enum(SEGMENTS).nullable(),
                  priority_score: z.int().nullable(),
                  scanned_at: z.string().nullable(),
                }),
              )
              .describe('best first; at most 100'),
          }),
        ),
        total: z.int().describe('groups in all'),
        page: z.int(),
        page_size: z.int(),
        total_pages: z.int(),
      }),
    },
  },
  failures: ['invalid-domain', 'lead-not-found'],
  handle: async ({ query, language }, service) => {
    const domain = query.domain === undefined ? null : domainIn(query.domain, language, service);
    if (domain !== null && !domain.ok) return refuse(domain.failure);
    const { page, page_size: pageSize } = query;
    const found = await findDuplicates(service, { domain: domain?.value ?? null, page, pageSize });
    if (!found.ok) return refuse(found.failure);
    const { groups, total } = found.value;
    return reply({
      groups: groups.map(({ key, count, companies }) => ({
        name_key: key,
        count,
        companies: companies.map((company) => ({
          company_id: company.id,
          domain: company.domain,
          canonical_name: company.name,
          source: company.source,
          created_at: company.createdAt.toISOString(),
          readiness_score: company.score,
          segment: company.segment,
          priority_score: company.priority,
          scanned_at: company.scannedAt?.toISOString() ?? null,
        })),
      })),
      total,
      page,
      page_size: pageSize,
      total_pages: Math.ceil(total / pageSize),
    });
  },
});

export const contactRoutes: readonly Route[] = [generate, check, enrich, duplicates];
