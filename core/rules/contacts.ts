import { z } from 'zod';
import { fileHead, sourced } from './common.ts';

/** A word of a local part as it is compared: lower case, Turkish letters as their Latin ones, no separators, no digits. */
const Word = z.string().regex(/^[a-z]+$/, 'letters a to z only: "insankaynaklari", not "insan-kaynakları"');

const RoleGroup = z.strictObject({
  id: z.string().regex(/^[a-z-]+$/),
  words: z.array(Word).min(1).describe('mailboxes of a department or a machine, never of one person'),
  ...sourced,
});

const Quality = z.strictObject({
  count: z
    .array(z.strictObject({ atLeast: z.int().min(1), points: z.int().min(0).max(100) }))
    .min(1)
    .describe('points for how many addresses are known: the first band that holds, highest first'),
  atDomain: z.int().min(0).max(100).describe("points when all of them are at the company's own domain"),
  ...sourced,
});

const Phrase = z.string().regex(/^[a-z0-9]+(?: [a-z0-9]+)*$/, 'lower case words with single blanks');

const Smtp = z.strictObject({
  mailboxWords: z
    .array(Phrase)
    .describe('in a refusal, each of these says that there is no such mailbox, whatever the status code'),
  policyWords: z
    .array(Phrase)
    .describe(
      'where a refusal has no enhanced status code, each of these says that the sender is refused, not the mailbox',
    ),
  ...sourced,
});

/** rules/contacts.json: mailboxes of roles, points of contact quality, how a mail server refuses a sender. */
export const ContactsFile = z
  .strictObject({
    ...fileHead,
    mailboxes: z
      .array(Word)
      .min(1)
      .describe('the addresses a company is likely to have; each is a role word'),
    roles: z.array(RoleGroup).min(1),
    quality: Quality,
    smtp: Smtp,
  })
  .superRefine(({ mailboxes, roles, quality }, context) => {
    const fault = (path: (string | number)[], message: string): void =>
      context.addIssue({ code: 'custom', path, message });
    const seen = new Set<string>();
    roles.forEach((group, i) =>
      group.words.forEach((word, j) => {
        if (seen.has(word)) fault(['roles', i, 'words', j], `"${word}" is listed already`);
        seen.add(word);
      }),
    );
    mailboxes.forEach((word, i) => {
      if (!seen.has(word)) fault(['mailboxes', i], `"${word}" is no role word`);
      if (mailboxes.indexOf(word) < i) fault(['mailboxes', i], `"${word}" is listed already`);
    });
    quality.count.forEach((band, i) => {
      const above = quality.count[i - 1];
      if (above !== undefined && (band.atLeast >= above.atLeast || band.points > above.points))
        fault(['quality', 'count', i], 'bands go from many addresses to few, and their points with them');
    });
    if ((quality.count[0]?.points ?? 0) + quality.atDomain > 100)
      fault(['quality', 'atDomain'], 'the most points of both parts together are above 100');
  });
export type ContactsFile = z.infer<typeof ContactsFile>;

/** The contact rules with their look-up table. */
export interface ContactRules {
  readonly mailboxes: readonly string[];
  readonly roles: ReadonlySet<string>;
  readonly quality: ContactsFile['quality'];
  readonly mailboxWords: readonly string[];
  readonly policyWords: readonly string[];
}

export const contactRules = (file: ContactsFile): ContactRules => ({
  mailboxes: file.mailboxes,
  roles: new Set(file.roles.flatMap((group) => group.words)),
  quality: file.quality,
  mailboxWords: file.smtp.mailboxWords,
  policyWords: file.smtp.policyWords,
});
