import { z } from 'zod';
import { Lead } from '#core/lead/lead.ts';
import { SORT_KEYS } from '../../store/lead-order.ts';
import { listLeads } from '../../store/leads.ts';
import { exportLeads } from '../../verbs/export-leads.ts';
import { ExportQuery, FilterQuery, filterOf } from '../../verbs/lead-query.ts';
import { flag } from '../flag.ts';
import { refuse, reply, route, type Route } from '../route.ts';

const ListQuery = FilterQuery.extend({
  favorite: flag().optional().describe('true: your imported favorites alone'),
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
