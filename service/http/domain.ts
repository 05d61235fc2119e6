import type { Domain } from '#core/domain.ts';
import type { Language } from '#core/rules/common.ts';
import type { Service } from '../context.ts';
import { done, failed, type Outcome } from '../failure.ts';
import { companyDomain } from '../verbs/scan.ts';

/**
 * The company domain a text names (path parameter or body), or the refusal with its sentence. The companies of a demo
 * live under a reserved name, which nobody can own (RFC 2606 section 2).
 */
export function domainIn(
  text: string,
  language: Language,
  { rules, demo }: Pick<Service, 'rules' | 'demo'>,
): Outcome<Domain> {
  const { engine, messages } = rules.current();
  const reading = companyDomain(text, engine.mail.consumerDomains, { allowReserved: demo });
  return reading.ok
    ? done(reading.domain)
    : failed('invalid-domain', {
        input: text.slice(0, 100),
        why: messages[language].refusals[reading.refusal],
      });
}
