import { z } from 'zod';

/** A sentence in both languages of the product. */
export const Words = z.strictObject({ tr: z.string().min(1), en: z.string().min(1) });
export type Words = z.infer<typeof Words>;
export const LANGUAGES = ['tr', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Where a fact comes from (page, RFC clause, measurement), and when it was last checked. */
export const sourced = {
  source: z.string().min(3).describe('where this comes from: a page, an RFC clause, a measurement'),
  date: z.iso.date().describe('when it was last checked'),
};

/** A DNS suffix: lower case, no leading or final dot. It fits a name that equals it or ends with "." and it. */
export const Suffix = z
  .string()
  .regex(
    /^(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?$/,
    'a suffix is lower case, without leading or final dot',
  )
  .max(253);

/** The head every rule file starts with. */
export const fileHead = {
  $schema: z.string().optional(),
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  date: z.iso.date(),
  licence: z.string().optional(),
  about: z.string().optional(),
};
