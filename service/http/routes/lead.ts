import { createHash } from 'node:crypto';
import { z } from 'zod';
import { CHANGE_TYPES } from '#core/changes/changes.ts';
import { Intelligence } from '#core/lead/intelligence.ts';
import { LeadDetail } from '#core/lead/lead.ts';
import { PRIORITIES, SEGMENTS } from '#core/rules/rule-set.ts';
import { SalesSummary } from '#core/sales/contract.ts';
import { failed, type Outcome } from '../../failure.ts';
import { leadPdf } from '../../pdf/lead-pdf.ts';
import { readHistory } from '../../store/lead-history.ts';
import {
  findLead,
  leadBreakdown,
  LeadBreakdown,
  leadDetail,
  leadSales,
  leadWhatIf,
  LeadWhatIf,
  namedDomain,
  unknownLead,
} from '../../verbs/lead.ts';
import { INTELLIGENCE_ROWS, leadIntelligence } from '../../verbs/lead-intelligence.ts';
import { refuse, reply, route, type Answer, type Route } from '../route.ts';

const Path = z.object({
  domain: z
    .string()
    .max(2048)
    .describe(
      'any text that names the domain, URL-encoded: kuzey.com.tr, KUZEY.COM.TR, türkçe.com.tr, info@kuzey.com.tr',
    ),
});

const FAILURES = ['invalid-domain', 'lead-not-found', 'lead-not-scanned'] as const;
const SCORE_FAILURES = [...FAILURES, 'lead-not-scored'] as const;

/** The answer to a question with the tag of what is still the same. */
const UNCHANGED = { description: 'Nothing has changed since the answer with this tag', contentTypes: [] };

const Detail = LeadDetail.extend({
  demo: z.literal(true).optional().describe('there when all data is made up'),
}).meta({ id: 'LeadDetail' });

const detail = route({
  id: 'GET /leads/{domain}',
  legacy: true,
  tag: 'leads',
  summary: 'One lead with its contacts',
  description:
    'A company that was scanned but whose mail look-up never answered has no score yet: the fields of the score are then null.',
  params: Path,
  replies: { 200: { description: 'The lead', schema: Detail }, 304: UNCHANGED },
  failures: FAILURES,
  handle: async ({ params, language, raw }, service) => {
    const lead = await findLead(service, { text: params.domain, language });
    if (!lead.ok) return refuse(lead.failure);
    const shown = leadDetail(lead.value, service.rules.current(), language);
    return conditional(raw, JSON.stringify({ ...shown, ...(service.demo ? { demo: true } : {}) }));
  },
});

const breakdown = route({
  id: 'GET /leads/{domain}/score-breakdown',
  legacy: true,
  tag: 'leads',
  summary: 'Why this score: every part, adding up to it',
  description:
    'base_score + provider.points + all signal_points + all risk_points + clamp = total_score. `lines` says the same in reading order, with evidence.',
  params: Path,
  replies: {
    200: { description: 'The breakdown', schema: LeadBreakdown.meta({ id: 'ScoreBreakdown' }) },
    304: UNCHANGED,
  },
  failures: SCORE_FAILURES,
  handle: async ({ params, language, raw }, service) => {
    const lead = await findLead(service, { text: params.domain, language });
    return lead.ok ? answer(raw, leadBreakdown(lead.value, language)) : refuse(lead.failure);
  },
});

const salesSummary = route({
  id: 'GET /leads/{domain}/sales-summary',
  legacy: true,
  tag: 'leads',
  summary: 'What to say, what to offer, what to do next (contract 1.1)',
  params: Path,
  replies: { 200: { description: 'The summary', schema: SalesSummary.meta({ id: 'SalesSummary' }) } },
  failures: SCORE_FAILURES,
  handle: async ({ params, language }, service) => {
    const lead = await findLead(service, { text: params.domain, language });
    if (!lead.ok) return refuse(lead.failure);
    const now = new Date(service.clock()).toISOString();
    const sales = leadSales(lead.value, service.rules.current(), language, now);
    if (!sales.ok) return refuse(sales.failure);
    const { offer_tier, opportunity_potential, urgency, metadata } = sales.value;
    service.log.info('sales summary', {
      domain: lead.value.domain,
      segment: metadata.segment,
      tier: offer_tier.tier,
      opportunity: opportunity_potential,
      urgency,
    });
    return reply(sales.value);
  },
});

const whatIf = route({
  id: 'GET /leads/{domain}/what-if',
  tag: 'leads',
  summary: 'What the company could improve, and the score it would then have',
  params: Path,
  replies: {
    200: { description: 'The improvements', schema: LeadWhatIf.meta({ id: 'WhatIf' }) },
    304: UNCHANGED,
  },
  failures: SCORE_FAILURES,
  handle: async ({ params, language, raw }, service) => {
    const lead = await findLead(service, { text: params.domain, language });
    return lead.ok ? answer(raw, leadWhatIf(lead.value, language)) : refuse(lead.failure);
  },
});

const Value = z.union([z.string(), z.number()]).nullable();
const History = z
  .object({
    domain: z.string(),
    scans: z.int().min(0).describe('how many scans there were, also those that found nothing new'),
    page: z.int().min(1),
    page_size: z.int().min(1),
    total_pages: z.int().min(0).describe('until the longest of the three lists ends'),
    totals: z.object({ scores: z.int(), signal_changes: z.int(), provider_changes: z.int() }),
    scores: z
      .array(
        z.object({
          at: z.string(),
          readiness_score: z
            .int()
            .nullable()
            .describe('null: the mail look-up gave no answer and there was no score yet'),
          segment: z.enum(SEGMENTS).nullable(),
          priority_score: z.literal([...PRIORITIES]).nullable(),
          delta: z.int().nullable().describe('this score minus the one before'),
          summary: z.string().describe('what had changed, in the language asked for'),
          rule_set: z.string(),
          cause: z
            .enum(['scan', 'rules', 'context'])
            .describe('a look-up, other rules, or more known of the company'),
        }),
      )
      .describe('newest first; one row for each scan that found something new'),
    signal_changes: z.array(
      z.object({
        at: z.string(),
        change_type: z.enum(CHANGE_TYPES),
        old_value: Value,
        new_value: Value,
        summary: z.string(),
        points: z.int().describe('what it moved the score by'),
        cause: z.enum(['records', 'rules']),
      }),
    ),
    provider_changes: z.array(
      z.object({ at: z.string(), old_provider: z.string(), new_provider: z.string() }),
    ),
  })
  .meta({ id: 'LeadHistory' });

const history = route({
  id: 'GET /leads/{domain}/history',
  tag: 'leads',
  summary: 'Scores, changed records and moves between providers, newest first',
  description: 'Three lists, paged together: page 2 is the second page of each.',
  params: Path,
  query: z.object({
    page: z.coerce.number().int().min(1).max(1_000_000).default(1),
    page_size: z.coerce.number().int().min(1).max(200).default(50),
  }),
  replies: { 200: { description: 'One page of each list', schema: History }, 304: UNCHANGED },
  failures: FAILURES,
  handle: async ({ params, query, language, raw }, service) => {
    const question = { text: params.domain, language };
    const domain = namedDomain(question, service);
    if (!domain.ok) return refuse(domain.failure);
    const paging = { page: query.page, pageSize: query.page_size };
    const found = await readHistory(service.sql, domain.value.ascii, paging);
    if (found === null) return refuse(unknownLead(domain.value, question, service).failure);
    if (!found.isScanned) return refuse(failed('lead-not-scanned', { domain: domain.value.unicode }).failure);
    const { scores, changes, moves } = found.totals;
    const shown: z.output<typeof History> = {
      domain: domain.value.ascii,
      scans: found.scans,
      page: query.page,
      page_size: query.page_size,
      total_pages: Math.ceil(Math.max(scores, changes, moves) / query.page_size),
      totals: { scores, signal_changes: changes, provider_changes: moves },
      scores: found.scores.map(({ at, score, segment, priority, delta, change, ruleSet, cause }) => ({
        at,
        readiness_score: score,
        segment,
        priority_score: priority,
        delta,
        summary: change[language],
        rule_set: ruleSet,
        cause,
      })),
      signal_changes: found.changes.map(({ at, type, from, to, words, points, cause }) => ({
        at,
        change_type: type,
        old_value: from,
        new_value: to,
        summary: words[language],
        points,
        cause,
      })),
      provider_changes: found.moves.map(({ at, from, to }) => ({ at, old_provider: from, new_provider: to })),
    };
    return conditional(raw, JSON.stringify(shown));
  },
});

const intelligence = route({
  id: 'GET /leads/{domain}/intelligence',
  tag: 'leads',
  summary: 'What the controls paint from: the content of hnt_intelligencejson',
  description:
    'At most 32 KB. Both languages; `language` is that of the organisation, whatever the request asks for. `cut` names what was left out to fit.',
  params: Path,
  replies: {
    200: { description: 'The document', schema: Intelligence.meta({ id: 'Intelligence' }) },
    304: UNCHANGED,
  },
  failures: FAILURES,
  handle: async ({ params, language, raw }, service) => {
    const lead = await findLead(service, { text: params.domain, language }, INTELLIGENCE_ROWS);
    if (!lead.ok) return refuse(lead.failure);
    return conditional(
      raw,
      leadIntelligence(lead.value, service.rules.current(), service.config.language).json,
    );
  },
});

/** The newest rows of the history that a printed summary compares with. */
const PDF_ROWS = 2;

const pdf = route({
  id: 'GET /leads/{domain}/summary.pdf',
  legacy: true,
  tag: 'leads',
  summary: 'The lead on one or two pages, to print or to send',
  params: Path,
  replies: { 200: { description: 'The file', contentTypes: ['application/pdf'] } },
  failures: FAILURES,
  handle: async ({ params, language }, service) => {
    const lead = await findLead(service, { text: params.domain, language }, PDF_ROWS);
    if (!lead.ok) return refuse(lead.failure);
    const bytes = await leadPdf(lead.value, {
      rules: service.rules.current(),
      language,
      now: new Date(service.clock()).toISOString(),
      staleAfterDays: service.config.staleAfterDays,
      demo: service.demo,
    });
    return new Response(bytes, {
      headers: {
        'Content-Type': 'application/pdf',
        'Content-Length': String(bytes.byteLength),
        'Content-Disposition': `attachment; filename="${lead.value.domain}_summary.pdf"`,
      },
    });
  },
});

function answer<T>(raw: Request, outcome: Outcome<T>): Answer {
  return outcome.ok ? conditional(raw, JSON.stringify(outcome.value)) : refuse(outcome.failure);
}

/** JSON with a tag of its content: who has it already is told so in a line (RFC 9110 section 13.1.2). */
function conditional(raw: Request, json: string): Answer {
  const tag = `"${createHash('sha256').update(json).digest('base64url').slice(0, 27)}"`;
  const headers = { ETag: tag, 'Cache-Control': 'private, no-cache' };
  if (matches(raw.headers.get('if-none-match'), tag)) return new Response(null, { status: 304, headers });
  return new Response(json, { headers: { ...headers, 'Content-Type': 'application/json; charset=utf-8' } });
}

/** Weak comparison: a proxy that compresses makes a tag weak. */
const matches = (header: string | null, tag: string): boolean =>
  header !== null &&
  (header.trim() === '*' || header.split(',').some((known) => known.trim().replace(/^W\//, '') === tag));

/** What is known of one company, and what follows from it. */
export const leadDetailRoutes: readonly Route[] = [
  detail,
  breakdown,
  salesSummary,
  whatIf,
  history,
  intelligence,
  pdf,
];
