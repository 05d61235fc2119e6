import { z } from 'zod';
import { fileHead, sourced } from './common.ts';

/** What a heading may say, the stronger claim first: "Firma Web Sitesi" is a web address. */
export const HINT_FIELDS = ['ignore', 'email', 'website', 'domain', 'other', 'company', 'name'] as const;
export type HintField = (typeof HINT_FIELDS)[number];

/** rules/import-columns.json: words over the columns of lists. */
export const ImportColumnsFile = z.strictObject({
  ...fileHead,
  fields: z
    .array(
      z.strictObject({
        field: z.enum(HINT_FIELDS),
        about: z.string().min(3),
        words: z.array(z.string().regex(/\p{L}/u, 'has no letter')).min(1),
        ...sourced,
      }),
    )
    .refine((fields) => HINT_FIELDS.every((name, at) => fields[at]?.field === name), {
      error: `must have each field once, in this order: ${HINT_FIELDS.join(', ')}`,
    }),
  companyWords: z
    .array(z.string().min(2))
    .min(1)
    .describe('words of which one among the last of a cell shows that it names a company'),
});
export type ImportColumnsFile = z.infer<typeof ImportColumnsFile>;
