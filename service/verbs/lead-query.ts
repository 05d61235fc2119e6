import { z } from 'zod';
import { LINK_STATUSES, REFERRAL_TYPES, SYNC_STATUSES } from '#core/lead/lead.ts';
import { TENANT_SIZES } from '#core/rules/classification.ts';
import { PRIORITIES, SEGMENTS } from '#core/rules/rule-set.ts';
import { SEPARATORS, type Separator } from '../export/csv.ts';
import type { LeadFilter } from '../store/lead-filter.ts';
import { EXPORT_FORMATS } from './export-leads.ts';

/** Which leads are meant, in words as a query string or a command line brings them: one home for both doors. */

const Score = z.coerce.number().int().min(0).max(100).optional();

/**
 * Several values: the parameter repeated, or one with commas.
 *
 * @param each how one of them looks: an expression for readers of the document; `value` is what checks
 */
const several = <T extends z.ZodType<unknown, string>>(value: T, most: number, each?: string) => {
  const text =
    each === undefined ? z.string() : z.string().meta({ pattern: `^ *(${each})? *(, *(${each})? *)*$` });
  return z
    .union([text, z.array(text)])
    .transform((given) =>
      [given]
        .flat()
        .flatMap((text) => text.split(','))
        .map((text) => text.trim())
        .filter((text) => text !== ''),
    )
    .pipe(z.array(value).max(most))
    .optional();
};

/** The filters of every list of leads. */
export const FilterQuery = z.object({
  segment: z.enum(SEGMENTS).optional(),
  provider: z.string().max(64).optional().describe('id of the mail provider, as leads have it'),
  min_score: Score,
  max_score: Score,
  priority: several(z.coerce.number<string>().pipe(z.literal([...PRIORITIES])), 20, '[1-7]').describe(
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

/** The filters as the store takes them. */
export function filterOf(query: z.output<typeof FilterQuery>): LeadFilter {
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

/** What an export can be asked for. */
export const ExportQuery = FilterQuery.extend({
  ids: several(
    z.coerce.number<string>().int().min(1).max(Number.MAX_SAFE_INTEGER),
    1000,
    '[1-9][0-9]{0,14}',
  ).describe('company ids: 12,15'),
  domains: several(z.string().max(300), 1000).describe('domains: a.com,b.com.tr'),
  format: z.enum(EXPORT_FORMATS).default('csv'),
  separator: z
    .enum(Object.keys(SEPARATORS) as [Separator, ...Separator[]])
    .default('comma')
    .describe('of CSV; an Excel with Turkish settings opens files with semicolons'),
});
