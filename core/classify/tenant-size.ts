import type { AssessmentContext, MailVerdict, TenantSizeVerdict } from '#core/assessment.ts';
import type { Evidence } from '#core/evidence.ts';
import type { DomainFacts } from '#core/facts.ts';
import type { Classification, TenantSize } from '#core/rules/classification.ts';
import type { RuleSet } from '#core/rules/rule-set.ts';

/** What the size heuristics look at, besides the mail verdict. */
export interface SizeSigns {
  readonly federated: boolean;
  readonly verifiedServices: number;
  readonly spfIncludes: number;
  readonly dmarc: 'reject' | 'quarantine' | 'none' | 'absent' | null;
  readonly ownAsn: boolean;
}

const UNKNOWN: TenantSizeVerdict = { size: null, basis: null, because: [] };

/** How big the company is: what was declared wins, then weighed signs; unknown stays unknown. */
export function tenantSize(
  facts: DomainFacts,
  mail: MailVerdict,
  signs: SizeSigns,
  context: AssessmentContext,
  rules: Classification['tenantSize'],
  engine: RuleSet['engine']['tenantSize'],
): TenantSizeVerdict {
  if (engine === 'mx-root') return byMxRoot(mail);
  return declared(context, rules) ?? weighed(facts, mail, signs, rules);
}

function declared(context: AssessmentContext, rules: Classification['tenantSize']): TenantSizeVerdict | null {
  const employees = context.declared?.employees ?? null;
  if (employees !== null && employees > 0) {
    const row = rules.declared.find((candidate) => candidate.upTo === null || employees <= candidate.upTo);
    if (row !== undefined) {
      const evidence: Evidence = { record: 'employees', value: String(employees), shows: row.size };
      return { size: row.size, basis: 'declared', because: [evidence] };
    }
  }
  const words = context.declared?.organizationSize ?? null;
  const key = words?.toLowerCase().replace(/[^a-z0-9]/g, '') ?? '';
  // The words come from outside: "constructor" is in every object.
  const size = Object.hasOwn(rules.organizationSizes, key) ? rules.organizationSizes[key] : undefined;
  if (words === null || size === undefined) return null;
  return { size, basis: 'declared', because: [{ record: 'organization size', value: words, shows: size }] };
}

function weighed(
  facts: DomainFacts,
  mail: MailVerdict,
  signs: SizeSigns,
  rules: Classification['tenantSize'],
): TenantSizeVerdict {
  if (!rules.providers.includes(mail.provider)) return UNKNOWN;
  const hosts = facts.mx.state === 'found' ? facts.mx.value.length : 0;
  const fired = rules.weights.filter(({ when }) => {
    if (when.gateway && !(mail.gateway !== null && when.gateway.includes(mail.gateway.id))) return false;
    if (when.anyGateway && mail.gateway === null) return false;
    if (when.federated && !signs.federated) return false;
    if (when.verifiedServices !== undefined && signs.verifiedServices < when.verifiedServices) return false;
    if (when.spfIncludes !== undefined && signs.spfIncludes < when.spfIncludes) return false;
    if (when.dmarc && !(signs.dmarc !== null && when.dmarc.includes(signs.dmarc))) return false;
    if (when.ownAsn && !signs.ownAsn) return false;
    if (when.mxHosts !== undefined && hosts < when.mxHosts) return false;
    return true;
  });
  // An enterprise gateway is a gateway too: that is one sign, not two.
  if (new Set(fired.map((rule) => rule.fact)).size < rules.minimumSigns) return UNKNOWN;
  const sum = fired.reduce((total, rule) => total + rule.weight, 0);
  const size = rules.thresholds.find((threshold) => sum >= threshold.from)?.size;
  if (size === undefined) return UNKNOWN;
  return {
    size,
    basis: 'heuristic',
    because: fired.map((rule) => ({ record: rule.id, value: String(rule.weight), shows: rule.why.en })),
  };
}

/** As the earlier system had it: it saw the MX root only, so Microsoft 365 was always medium and Google always large. */
function byMxRoot(mail: MailVerdict): TenantSizeVerdict {
  const size: TenantSize | null =
    mail.provider === 'M365' ? 'medium' : mail.provider === 'Google' ? 'large' : null;
  if (size === null) return UNKNOWN;
  return { size, basis: 'mx-root', because: [{ record: 'MX', value: mail.mxRoot ?? '', shows: size }] };
}
