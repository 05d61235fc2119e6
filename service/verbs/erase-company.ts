import { parseDomain } from '#core/domain.ts';
import type { Language } from '#core/rules/common.ts';
import type { Service } from '../context.ts';
import { done, failed, type Outcome } from '../failure.ts';
import { audit, type Auditor } from '../store/audit.ts';
import { domainHash } from '../store/companies.ts';
import { erase } from '../store/erasure.ts';
import { inParts } from '../store/in-parts.ts';
import { allowAgain, erasureAlone, suppress } from '../store/suppressions.ts';
import { scanKey } from './ingest-domain.ts';

export interface Erasure {
  readonly domain: string;
  /** whether anything was there to delete */
  readonly erased: boolean;
  /** whether it is kept from coming back */
  readonly suppressed: boolean;
  /** whether it was kept from coming back, and may come back now */
  readonly allowedAgain: boolean;
  /** stored files with a row of it: deleted with the other uploads, and not touched before */
  readonly uploads: number;
}

/**
 * Deletes everything about a company and, when asked to, keeps its domain from coming back by a sync or a file: only a
 * hash of it stays, in the list of suppressed domains and in the audit log. A domain that is not known can be kept out
 * all the same. Without `suppressing`, an earlier suppression is lifted.
 *
 * Files in which the company stood are somebody's evidence of many others: they are left until the retention of uploads
 * deletes them, and the answer says how many.
 */
export async function eraseCompany(
  service: Service,
  text: string,
  suppressing: boolean,
  by: Auditor,
  { language, requestId }: { readonly language: Language; readonly requestId: string | null },
): Promise<Outcome<Erasure>> {
  // A consumer host may have come in with an earlier system, and a name that is reserved in a demo: both can go.
  const reading = parseDomain(text, { allowReserved: true });
  if (!reading.ok) {
    const why = service.rules.current().messages[language].refusals[reading.detail ?? reading.reason];
    return failed('invalid-domain', { input: reading.input, why });
  }
  const { ascii } = reading.domain;
  const [erasure] = await inParts(
    service,
    [ascii],
    async (tx): Promise<Erasure[]> => {
      await erasureAlone(tx);
      const { anything, uploads } = await erase(tx, ascii);
      await tx`select graphile_worker.remove_job(${scanKey(ascii)})`;
      if (suppressing) await suppress(tx, ascii, by.id, new Date(service.clock()));
      const allowedAgain = !suppressing && (await allowAgain(tx, ascii));
      const happened = { domain: ascii, erased: anything, suppressed: suppressing, allowedAgain, uploads };
      if (anything || suppressing || allowedAgain) {
        const detail = { erased: anything, suppressed: suppressing, allowed_again: allowedAgain, uploads };
        await audit(tx, by, 'lead.erase', domainHash(ascii).toString('hex'), detail, requestId);
      }
      return [happened];
    },
    (_, error) => {
      throw error;
    },
  );
  if (erasure === undefined) throw new Error('nothing came of an erasure');
  if (!erasure.erased && !erasure.suppressed && !erasure.allowedAgain)
    return failed('lead-not-found', { domain: reading.domain.unicode });
  return done(erasure);
}
