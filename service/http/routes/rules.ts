import { z } from 'zod';
import { RuleSet } from '#core/rules.ts';
import { activateRules } from '../../verbs/activate-rules.ts';
import { backtestRules } from '../../verbs/backtest-rules.ts';
import { previewRules } from '../../verbs/preview-rules.ts';
import { rulesOverview, RulesOverview, ruleSetOf } from '../../rules/overview.ts';
import { BacktestView, PreviewView } from '../../rules/views.ts';
import { refuse, reply, route, type Route } from '../route.ts';

const RuleSetId = z.string().min(1).max(64).describe('id of a rule set: GET /rules lists them');
const OverlayBody = z
  .record(z.string(), z.unknown())
  .describe('changed points, entries, rules, prices: schema rules/schema/overlay.schema.json')
  .meta({ examples: [{ id: 'trial', points: { 'dmarc-reject': 25 } }] });
const others = {
  rule_set: RuleSetId.optional().describe('the one in use, when missing'),
  overlay: OverlayBody.optional(),
};
const inputOf = (body: { rule_set?: string | undefined; overlay?: Record<string, unknown> | undefined }) => ({
  set: body.rule_set ?? null,
  overlay: body.overlay ?? null,
});

/** Companies a request goes through when it does not say how many: some seconds of work. */
const USUAL_LIMIT = 5000;
const HIGHEST_LIMIT = 20_000;

const list = route({
  id: 'GET /rules',
  tag: 'rules',
  summary: 'Rule sets, and which one scores',
  replies: { 200: { description: 'the sets', schema: RulesOverview } },
  handle: async (_request, service) => reply(await rulesOverview(service)),
});

const one = route({
  id: 'GET /rules/{set}',
  tag: 'rules',
  summary: 'One rule set, whole; "active" is the one in use with its overlay',
  params: z.object({ set: RuleSetId }),
  replies: { 200: { description: 'the set', schema: RuleSet } },
  failures: ['rule-set-not-found'],
  handle: async ({ params }, service) => {
    const set = ruleSetOf(service, params.set);
    return set.ok ? reply(set.value) : refuse(set.failure);
  },
});

const preview = route({
  id: 'POST /rules/preview',
  tag: 'rules',
  summary: 'One company under other rules, line by line',
  description: 'From its stored records, without a look-up. Nothing is stored.',
  body: z.object({ domain: z.string().min(1).max(2000), ...others }),
  replies: { 200: { description: 'before and after', schema: PreviewView } },
  failures: ['invalid-domain', 'lead-not-found', 'lead-not-scanned', 'rule-set-not-found', 'rules-faulty'],
  handle: async ({ body, language, signal }, service) => {
    const { domain } = body;
    const seen = await previewRules(service, { ...inputOf(body), domain, language, lookUp: false, signal });
    return seen.ok ? reply(seen.value) : refuse(seen.failure);
  },
});

const test = route({
  id: 'POST /rules/backtest',
  tag: 'rules',
  summary: 'All companies under other rules: segments, priorities, the biggest movers',
  description: `Assesses the stored records of the newest companies under the rules in use and under the others. "companies" says how many of how many; the command "hunter rules backtest" goes through all. Nothing is stored.`,
  body: z.object({
    ...others,
    limit: z.int().min(1).max(HIGHEST_LIMIT).default(USUAL_LIMIT).describe('companies at most, the newest'),
  }),
  replies: { 200: { description: 'what would change', schema: BacktestView } },
  failures: ['rule-set-not-found', 'rules-faulty'],
  handle: async ({ body, signal }, service) => {
    const seen = await backtestRules(service, { ...inputOf(body), limit: body.limit, signal });
    return seen.ok ? reply(seen.value) : refuse(seen.failure);
  },
});

const activate = route({
  id: 'POST /rules/activate',
  tag: 'rules',
  summary: 'Makes other rules hold and scores every company again from its stored records',
  description:
    'New scans use the rules at once; the job scores what is stored. Activating again ends the job of the activation before.',
  body: z.union([
    z.strictObject({ rule_set: RuleSetId, overlay: OverlayBody.optional() }),
    z.strictObject({
      configured: z.literal(true).describe('the rules of HUNTER_RULES and HUNTER_RULES_OVERLAY hold again'),
    }),
  ]),
  replies: {
    202: {
      description: 'activated; the job runs',
      schema: z.object({
        job_id: z.uuid(),
        rule_set: z.string(),
        version: z.string(),
        companies: z.int().describe('how many are scored again'),
      }),
    },
  },
  failures: ['rule-set-not-found', 'rules-faulty'],
  handle: async ({ body, actor, requestId }, service) => {
    const choice = 'rule_set' in body ? { set: body.rule_set, overlay: body.overlay ?? null } : null;
    const made = await activateRules(service, { choice, actor, requestId });
    return made.ok ? reply(made.value, 202) : refuse(made.failure);
  },
});

export const ruleRoutes: readonly Route[] = [list, one, preview, test, activate];
