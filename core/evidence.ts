/**
 * A reason a reader can check: which record, what it says (cut to a readable length), and what it shows.
 * `shows` is a word of the closed list below, so that texts in two languages can be made from it.
 */
export interface Evidence {
  /** the record or source, in the field's words: "MX", "SPF", "DKIM selector1", "CNAME autodiscover", "RDAP" */
  readonly record: string;
  /** what it says, as found */
  readonly value: string;
  /** what that shows: a name ("Microsoft 365", "Proofpoint") or a finding id */
  readonly shows: string;
}
