import { z } from 'zod';
import { companyName } from '#core/company-name.ts';
import { cleanAddresses } from '#core/contacts/address.ts';
import type { Domain } from '#core/domain.ts';
import type { Language } from '#core/rules/common.ts';
import type { Service } from '../context.ts';
import { done, failed, type Outcome } from '../failure.ts';
import { domainHash, ensureCompanies, suppressedAmong } from '../store/companies.ts';
import { isConflict, isDatabaseDown } from '../store/not-now.ts';
import type { Transaction } from '../store/pool.ts';
import { addRawLeads } from '../store/raw-leads.ts';
import { withoutErasure } from '../store/suppressions.ts';
import { addWebhookRetry } from '../store/webhook-retries.ts';
import { queueScan } from './ingest-domain.ts';
import { addContacts } from './enrich-contacts.ts';
import { companyDomain } from './scan.ts';

/** What a machine sends. */
export const WebhookPayload = z.object({
  domain: z.string().min(1).max(2048).describe('domain, web address or e-mail address of the company'),
  company_name: z.string().max(1000).nullish(),
  contact_emails: z.array(z.string().max(2000)).max(100).nullish(),
});
export type WebhookPayload = z.output<typeof WebhookPayload>;

export interface WebhookResult {
  /** as it was sent when it could not be taken in yet */
  readonly domain: string;
  readonly ingested: boolean;
  /** whether usable addresses came along */
  readonly enriched: boolean;
  /** how many of the addresses are none */
  readonly refusedAddresses: number;
}

/**
 * Takes in what a machine knows of a company, and queues its look-up. What the database cannot do at the moment is
 * noted and done later; what can never be done is refused and noted as such. Of an erased company nothing is noted but
 * the hash of its domain.
 *
 * @throws when it cannot even be noted, or the mistake is ours
 */
export async function ingestWebhook(
  service: Service,
  payload: WebhookPayload,
  keyId: number | null,
  language: Language,
): Promise<Outcome<WebhookResult>> {
  const { sql, clock } = service;
  const reading = readDomain(service, payload);
  if (!reading.ok) {
    await addWebhookRetry(sql, { keyId, payload, nextAt: null, error: reading.refusal });
    const why = service.rules.current().messages[language].refusals[reading.refusal];
    return failed('invalid-domain', { input: reading.input, why }, [{ path: 'body.domain', message: why }]);
  }
  const { domain } = reading;
  let outcome: Outcome<WebhookResult>;
  try {
    outcome = (await sql.begin((tx) => takeIn(service, tx, payload, domain))) as Outcome<WebhookResult>;
  } catch (error) {
    const entry = { keyId, payload: { ...payload, ascii: domain.ascii }, error: retryCode(error) };
    await addWebhookRetry(sql, { ...entry, nextAt: new Date(clock() + webhookWait(0)) });
    service.log.error('webhook', error, { key: keyId });
    if (!isNotNow(error)) throw error;
    return done({ domain: domain.ascii, ingested: false, enriched: false, refusedAddresses: 0 });
  }
  if (!outcome.ok) {
    const hash = domainHash(domain.ascii).toString('hex');
    await addWebhookRetry(sql, { keyId, payload: { hash }, nextAt: null, error: outcome.failure.code });
  }
  return outcome;
}

export const readDomain = (
  { rules }: Pick<Service, 'rules'>,
  { domain }: Pick<WebhookPayload, 'domain'>,
): ReturnType<typeof companyDomain> => companyDomain(domain, rules.current().engine.mail.consumerDomains);

/** Milliseconds until the next try, after `attempts` further ones have failed: a minute, doubling. */
export const webhookWait = (attempts: number): number => 60_000 * 2 ** attempts;

/** Whether a later try may do it: the database is away, busy, or another transaction was in the way. */
export const isNotNow = (error: unknown): boolean => isDatabaseDown(error) || isConflict(error);

/** What is noted of an error: its code, never its words, which may hold data. */
export const retryCode = (error: unknown): string => {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code.slice(0, 64) : 'internal';
};

/** Does it, in the caller's transaction. */
export async function takeIn(
  service: Service,
  tx: Transaction,
  payload: WebhookPayload,
  { ascii, unicode }: Domain,
): Promise<Outcome<WebhookResult>> {
  const rules = service.rules.current();
  await withoutErasure(tx);
  if ((await suppressedAmong(tx, [ascii])).has(ascii)) return failed('domain-suppressed');
  const name = companyName(payload.company_name ?? '');
  const companies = await ensureCompanies(tx, [{ domain: ascii, unicode, name, source: 'webhook' }], rules);
  const company = companies.get(ascii);
  if (company === undefined) throw new Error('a company was not made');
  const texts = payload.contact_emails ?? [];
  const enriched = texts.length === 0 ? null : await addContacts(tx, ascii, texts, rules);
  const [first] = cleanAddresses(texts).addresses;
  await addRawLeads(tx, [
    {
      source: 'webhook',
      companyId: company.id,
      domain: ascii,
      companyName: name === null || name.length > 300 ? null : name,
      email: first?.address ?? null,
      website: null,
      payload: {
        domain: payload.domain,
        ...(name !== null && name.length > 300 ? { company_name: name } : {}),
        ...(payload.contact_emails == null ? {} : { contact_emails: payload.contact_emails }),
      },
      uploadId: null,
      row: null,
    },
  ]);
  await queueScan(tx, ascii);
  return done({
    domain: ascii,
    ingested: true,
    enriched: (enriched?.usable ?? 0) > 0,
    refusedAddresses: enriched?.refused.length ?? 0,
  });
}
