import { z } from 'zod';
import { fileHead, sourced } from './common.ts';

/** rules/company-forms.json: legal forms, taken off a company name before it is compared. */
export const CompanyFormsFile = z.strictObject({
  ...fileHead,
  forms: z
    .array(
      z.strictObject({
        country: z.string().length(2),
        words: z.array(z.string().regex(/^[^A-Z.]+$/, 'lower case, without dots')).min(1),
        ...sourced,
      }),
    )
    .min(1),
});
export type CompanyFormsFile = z.infer<typeof CompanyFormsFile>;
