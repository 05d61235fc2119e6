import type { MailVerdict } from './assessment.ts';
import type { DomainFacts } from './facts.ts';
import { dkimProof } from './plan.ts';
import { readBimi, type BimiReading } from './records/bimi.ts';
import { readDkim, type DkimReading } from './records/dkim.ts';
import { readDmarc, type DmarcReading } from './records/dmarc.ts';
import { readMtaSts, type MtaStsReading } from './records/mta-sts.ts';
import { readMx, type MxReading } from './records/mx.ts';
import type { SpfStructure } from './records/spf-structure.ts';
import { readTlsRpt, type TlsRptReading } from './records/tls-rpt.ts';
import type { MailRules } from './rules.ts';

/** Every record of a domain, read. Null = not asked. */
export interface Readings {
  readonly mx: MxReading;
  readonly spf: SpfStructure;
  readonly dkim: DkimReading;
  readonly dmarc: DmarcReading;
  readonly mtaSts: MtaStsReading | null;
  readonly tlsRpt: TlsRptReading | null;
  readonly bimi: BimiReading | null;
}

/** Reads the texts of the facts into typed records. */
export function readRecords(
  facts: DomainFacts,
  spf: SpfStructure,
  mail: MailVerdict,
  rules: MailRules,
): Readings {
  // A gateway or an own server may sign with a key of its own: then the provider's selectors prove nothing.
  const provenBy = mail.gateway === null && !mail.hybrid ? dkimProof(mail.provider, rules) : [];
  return {
    mx: readMx(facts.mx, facts.mxHosts),
    spf,
    dkim: readDkim(facts.dkim, { provenBy }),
    dmarc: readDmarc(facts.dmarc, facts.dmarcOrganizational),
    mtaSts: facts.mtaSts === undefined ? null : readMtaSts(facts.mtaSts, facts.mtaStsPolicy),
    tlsRpt: facts.tlsRpt === undefined ? null : readTlsRpt(facts.tlsRpt),
    bimi: facts.bimi === undefined ? null : readBimi(facts.bimi),
  };
}
