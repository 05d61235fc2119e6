import { z } from 'zod';
import type { RuleSet } from '#core/rules.ts';
import { Words } from '#core/rules/common.ts';
import type { Service } from '../context.ts';
import { failed, type Outcome } from '../failure.ts';
import { readRuleSet, ruleSetIds } from '../rule-files.ts';
import { newestActivation } from '../store/rule-activations.ts';
import { RuleSetView, ruleSetView } from './views.ts';

export const RulesOverview = z.object({
  active: RuleSetView.describe('what scores now'),
  configured: z.object({
    rule_set: z.string().describe('HUNTER_RULES'),
    overlay: z.boolean().describe('whether HUNTER_RULES_OVERLAY names a file'),
  }),
  activation: z
    .object({
      rule_set: z.string(),
      version: z.string(),
      activated_at: z.string(),
      follows_configuration: z.boolean().describe('the configured rules hold again since then'),
    })
    .nullable()
    .describe('the newest activation; null = the configured rules hold'),
  sets: z.array(
    z.object({
      id: z.string(),
      title: Words,
      version: z.string(),
      about: z.string(),
      active: z.boolean(),
    }),
  ),
});
export type RulesOverview = z.infer<typeof RulesOverview>;

/** Which rule sets there are and which one scores. */
export async function rulesOverview(service: Service): Promise<RulesOverview> {
  const { engine } = service.rules.current();
  const activation = await newestActivation(service.sql);
  const { set, overlay } = service.config.rules;
  return {
    active: ruleSetView(engine.set),
    configured: { rule_set: set, overlay: overlay !== null },
    activation:
      activation === null
        ? null
        : {
            rule_set: activation.set,
            version: activation.version,
            activated_at: activation.at.toISOString(),
            follows_configuration: activation.followsConfiguration,
          },
    sets: ruleSetIds().flatMap((id) => {
      const reading = readRuleSet(id, new Set(engine.mail.providers.keys()));
      if (!reading.ok) return [];
      const { title, version, about } = reading.value;
      return [{ id, title, version, about, active: id === engine.set.id }];
    }),
  };
}

/** The name under which the set in use is shown with its overlay. */
const ACTIVE = 'active';

/** One rule set, whole: as it ships, or the one in use with its overlay. */
export function ruleSetOf(service: Service, id: string): Outcome<RuleSet> {
  const { engine } = service.rules.current();
  if (id === ACTIVE) return { ok: true, value: engine.set };
  const sets = ruleSetIds();
  const reading = sets.includes(id) ? readRuleSet(id, new Set(engine.mail.providers.keys())) : null;
  if (reading?.ok) return reading;
  return failed('rule-set-not-found', { set: id.slice(0, 64), sets: [...sets, ACTIVE].join(', ') });
}
