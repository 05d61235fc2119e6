import { z } from 'zod';
import { Lead, LINK_STATUSES, REFERRAL_TYPES, SYNC_STATUSES } from '#core/lead/lead.ts';
import { TENANT_SIZES } from '#core/rules/classification.ts';
import { PRIORITIES, SEGMENTS } from '#core/rules/rule-set.ts';
import { SEPARATORS, type Separator } from '../../export/csv.ts';
import type { LeadFilter } from '../../store/lead-filter.ts';
import { SORT_KEYS } from '../../store/lead-order.ts';
import { listLeads } from '../../store/leads.ts';
import { EXPORT_FORMATS, exportLeads } from '../../verbs/export-leads.ts';
import { refuse, reply, route, type Route } from '../route.ts';

const Score = z.coerce.number().int().min(0).max(100).optional();

/** Several values: the parameter repeated, or one with commas. */
const several = <T extends z.ZodType<unknown, string>>(value: T, most: number) =>
  z
    .union([z.string(), z.array(z.string())])
    .transform((given) =>
      [given]
        .flat()
        .flatMap((text) => text.split(','))
        .map((text) => text.trim())
        .filter((text) => text !== ''),
    )
    .pipe(z.array(value).max(most))
    .optional();

const FilterQuery = z.object({
  segment: z.enum(SEGMENTS).optional(),
  provider: z.string().max(64).optional().describe('id of the mail provider, as leads have it'),
  min_score: Score,
  max_score: Score,
  priority: several(z.coerce.number<string>().pipe(z.literal([...PRIORITIES])), 20).describe(
    '1 is best; one or several: 1,2',
  ),
  referral_type: z
    .enum(REFERRAL_TYPES)
    .optional()
    .describe('leads with a referral of this kind, be it the primary one or not'),
  link_status: z.enum(LINK_STATUSES).optional(),
  d365_sync_status: z.enum(SYNC_STATUSES).optional(),
  tenant_size: z.enum(TENANT_SIZES).optional(),
  search: z
    .string()
    .max(200)
    .optional()
    .describe('part of domain or company; case and Turkish letters do not matter'),
});

function filterOf(query: z.output<typeof FilterQuery>): LeadFilter {
  const search = query.search?.trim();
  return {
    segment: query.segment,
    provider: query.provider,
    minScore: query.min_score,
    maxScore: query.max_score,
    priority: query.priority?.length === 0 ? undefined : query.priority,
    referralType: query.referral_type,
    linkStatus: query.link_status,
    syncStatus: query.d365_sync_status,
    tenantSize: query.tenant_size,
    search: search === '' ? undefined : search,
  };
}

const ListQuery = FilterQuery.extend({
  favorite: z.stringbool().optional().describe('true: your imported favorites alone'),
  sort_by: z
    .string()
    .max(64)
    .optional()
    .describe(`${SORT_KEYS.join(', ')}; anything else: priority ascending, then score descending`),
  sort_order: z.enum(['asc', 'desc']).default('asc'),
  page: z.coerce.number().int().min(1).max(1_000_000).default(1),
  page_size: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z
    .string()
    .max(1000)
    .optional()
    .describe(
      'next_cursor of the page before, with the same filters, order and page size; takes the place of page',
    ),
});

const ExportQuery = FilterQuery.extend({
  ids: several(z.coerce.number<string>().int().min(1).max(Number.MAX_SAFE_INTEGER), 1000).describe(
    'company ids: 12,15',
  ),
  domains: several(z.string().max(300), 1000).describe('domains: a.com,b.com.tr'),
  format: z.enum(EXPORT_FORMATS).default('csv'),
  separator: z
    .enum(Object.keys(SEPARATORS) as [Separator, ...Separator[]])
    .default('comma')
    .describe('of CSV; an Excel with Turkish settings opens files with semicolons'),
});

const LeadList = z.object({
  leads: z.array(Lead),
  total: z.int().min(0),
  page: z.int().min(1),
  page_size: z.int(),
  total_pages: z.int().min(0),
  next_cursor: z.string().nullable().describe('for the next page; null = this is the last'),
  total_is_estimate: z.boolean().describe('beyond 10,000 a total may be an estimate'),
  demo: z.literal(true).optional().describe('there when all data is made up'),
});

export const leadRoutes: readonly Route[] = [
  route({
    id: 'GET /leads',
    legacy: true,
    tag: 'Leads',
    summary: 'Leads that have a score, page by page',
    query: ListQuery,
    replies: { 200: { description: 'One page', schema: LeadList } },
    failures: ['cursor-invalid'],
    handle: async ({ query, actor, language }, service) => {
      const filter = { ...filterOf(query), favoritesOf: query.favorite === true ? actor.id : undefined };
      const listed = await listLeads(
        service.sql,
        {
          filter,
          sortBy: query.sort_by,
          direction: query.sort_order,
          page: query.page,
          pageSize: query.page_size,
          cursor: query.cursor,
        },
        language,
      );
      if (!listed.ok) return refuse(listed.failure);
      return reply({ ...listed.value, ...(service.demo ? { demo: true } : {}) });
    },
  }),
  route({
    id: 'GET /leads/export',
    legacy: true,
    tag: 'Leads',
    summary: 'Leads as CSV or XLSX',
    description:
      'All leads that the filters leave, or the chosen ones, in the usual order. In CSV a cell that a spreadsheet could take for a formula begins with an apostrophe. Times are UTC.',
    query: ExportQuery,
    replies: {
      200: {
        description: 'The file',
        contentTypes: ['text/csv', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
      },
    },
    failures: ['invalid-domain'],
    handle: async ({ query, language, signal }, service) => {
      const { ids = [], domains = [], format, separator } = query;
      const file = await exportLeads(service, {
        filter: filterOf(query),
        ids,
        domains,
        format,
        separator,
        language,
        signal,
      });
      if (!file.ok) return refuse(file.failure);
      return new Response(file.value.body, {
        headers: {
          'Content-Type': file.value.contentType,
          'Content-Disposition': `attachment; filename="${file.value.name}"`,
        },
      });
    },
  }),
];
