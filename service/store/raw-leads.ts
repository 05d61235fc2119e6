import { createHash } from 'node:crypto';
import type { CompanySource } from './companies.ts';
import type { Sql, Transaction } from './pool.ts';
import { storableJson, storableText } from './storable.ts';

/** Something that was ingested, as it came. */
export interface RawLead {
  readonly source: CompanySource;
  readonly companyId: number;
  /** lower-case ASCII: what it led to */
  readonly domain: string;
  readonly companyName: string | null;
  readonly email: string | null;
  readonly website: string | null;
  /** everything else that came with it */
  readonly payload: Readonly<Record<string, unknown>>;
  readonly uploadId: string | null;
  /** in the file, from 1 */
  readonly row: number | null;
}

/** Notes what came in. What is there already from the same source with the same content is left as it is. */
export async function addRawLeads(tx: Sql | Transaction, given: readonly RawLead[]): Promise<void> {
  if (given.length === 0) return;
  const leads = given.map((lead) => {
    const payload = storableJson(lead.payload);
    const text = (value: string | null): string | null => (value === null ? null : storableText(value));
    const fields = [text(lead.companyName), text(lead.email), text(lead.website)] as const;
    const hash = createHash('sha256')
      .update(JSON.stringify([lead.source, lead.domain, ...fields]))
      .update(payload);
    return { ...lead, payload, fields, hash: hash.digest('hex') };
  });
  await tx`
    insert into raw_leads (
      source, content_hash, company_id, domain, company_name, email, website, payload, upload_id, row_number
    )
    select distinct on (source, hash)
      source, decode(hash, 'hex'), company_id, domain, name, email, website, payload::jsonb, upload_id, row_number
    from unnest(
      ${leads.map((l) => l.source)}::text[], ${leads.map((l) => l.hash)}::text[],
      ${leads.map((l) => l.companyId)}::bigint[], ${leads.map((l) => l.domain)}::text[],
      ${leads.map((l) => l.fields[0])}::text[], ${leads.map((l) => l.fields[1])}::text[],
      ${leads.map((l) => l.fields[2])}::text[], ${leads.map((l) => l.payload)}::text[],
      ${leads.map((l) => l.uploadId)}::text[]::uuid[], ${leads.map((l) => l.row)}::integer[]
    ) as l(source, hash, company_id, domain, name, email, website, payload, upload_id, row_number)
    order by source, hash, row_number
    on conflict (source, content_hash) do nothing`;
}
