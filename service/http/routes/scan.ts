import { z } from 'zod';
import { refuse, reply, route, type Answer, type Route } from '../route.ts';
import type { Service } from '../../context.ts';
import { failed } from '../../failure.ts';
import { jobItems, JobItem, jobStatus, JobStatus } from '../../verbs/job-progress.ts';
import { rescan, RescanView, scanNow, ScanView } from '../../verbs/rescan.ts';
import { startBulkScan, type BulkScanInput } from '../../verbs/start-bulk-scan.ts';
import { fill } from '#core/rules/messages.ts';

const Name = z.string().min(1).max(2048);
const NAME = 'any text that names the domain: a domain, a web address, an e-mail address';
const Tier = z.enum(['score', 'full']);

const scan = route({
  id: 'POST /scan/domain',
  legacy: true,
  tag: 'scan',
  summary: 'Looks up one company, and answers with its score',
  description:
    'Records that were looked up within the hour are not asked again; "force" asks all the same. "full" also asks for registration, tenant and posture.',
  body: z.object({
    domain: Name.describe(NAME).meta({ examples: ['kuzey.com.tr'] }),
    force: z.boolean().default(false),
    tier: Tier.default('full'),
  }),
  replies: { 200: { description: 'The outcome', schema: ScanView } },
  failures: ['invalid-domain', 'lead-not-found'],
  handle: async ({ body, language }, service) => {
    const scanned = await scanNow(service, {
      text: body.domain,
      tier: body.tier,
      force: body.force,
      language,
    });
    return scanned.ok ? reply(scanned.value) : refuse(scanned.failure);
  },
});

const again = route({
  id: 'POST /scan/{domain}/rescan',
  legacy: true,
  tag: 'scan',
  summary: 'Looks up one company anew, and tells what has changed',
  params: z.object({ domain: Name.describe(NAME) }),
  body: z.object({ tier: Tier.default('full') }).optional(),
  replies: { 200: { description: 'What has changed', schema: RescanView } },
  failures: ['invalid-domain', 'lead-not-found'],
  handle: async ({ params, body, language }, service) => {
    const scanned = await rescan(service, { text: params.domain, tier: body?.tier ?? 'full', language });
    return scanned.ok ? reply(scanned.value) : refuse(scanned.failure);
  },
});

const Started = z
  .object({
    job_id: z.uuid(),
    status: z.literal('pending'),
    message: z.string(),
    total: z.int().describe('entries, those that were refused included'),
    refused: z.int().describe('entries that name no company; the results say why'),
    duplicates: z.int(),
  })
  .meta({ id: 'StartedScan' });

const List = z.array(z.string().max(2048)).min(1);
const FAILURES = ['no-domains', 'too-many-domains', 'domains-not-ingested', 'domain-suppressed'] as const;
/** Room for the largest list a configuration may allow. */
const BODY_LIMIT = 16 * 1024 * 1024;

const bulk = route({
  id: 'POST /scan/bulk',
  legacy: true,
  tag: 'scan',
  summary: 'Looks up a list of companies in the background',
  description:
    'Answers at once with a job: GET /jobs/{id} tells how far it is, GET /jobs/{id}/events as it happens. Entries that name no company are refused one by one. A company that is not known refuses the whole list, unless "create_missing" is true. HUNTER_BULK_MAX entries at most; longer lists are uploaded as a file.',
  bodyLimit: BODY_LIMIT,
  body: z.object({
    domain_list: List.describe(NAME).meta({ examples: [['kuzey.com.tr', 'https://www.guney.com.tr/']] }),
    create_missing: z.boolean().default(false).describe('adds companies that are not known'),
    force: z.boolean().default(false).describe('asks even where what is stored is fresh'),
    tier: Tier.default('score').describe('registries and the tenant service are slow: "full" takes its time'),
  }),
  replies: { 200: { description: 'Queued', schema: Started } },
  failures: FAILURES,
  handle: async ({ body, actor, language }, service) =>
    start(service, {
      domains: body.domain_list,
      kind: 'bulk-scan',
      force: body.force,
      createMissing: body.create_missing,
      tier: body.tier,
      by: actor.id,
      language,
    }),
});

const bulkAgain = route({
  id: 'POST /scan/bulk/rescan',
  legacy: true,
  tag: 'scan',
  summary: 'Looks up a list of known companies anew, in the background',
  description: 'The list as a JSON body, or as a parameter: domain_list=a.com,b.com.tr',
  bodyLimit: BODY_LIMIT,
  query: z.object({ domain_list: z.union([z.string(), z.array(z.string())]).optional() }),
  body: z.object({ domain_list: List, tier: Tier.default('score') }).optional(),
  replies: { 200: { description: 'Queued', schema: Started } },
  failures: FAILURES,
  handle: async ({ query, body, actor, language }, service) => {
    const named = [query.domain_list ?? []].flat().flatMap((text) => text.split(','));
    const domains = [...(body?.domain_list ?? []), ...named.filter((text) => text.trim() !== '')];
    return start(service, {
      domains,
      kind: 'bulk-rescan',
      force: true,
      createMissing: false,
      tier: body?.tier ?? 'score',
      by: actor.id,
      language,
    });
  },
});

async function start(service: Service, input: BulkScanInput): Promise<Answer> {
  const started = await startBulkScan(service, input);
  if (!started.ok) return refuse(started.failure);
  const { jobId, total, refused, duplicates } = started.value;
  const words = service.rules.current().messages[input.language].jobs;
  const message = fill(words.queued, { total: total - refused - duplicates });
  return reply({ job_id: jobId, status: 'pending', message, total, refused, duplicates });
}

const JobId = z.object({ id: z.uuid().describe('the job') });

const status = route({
  id: 'GET /scan/bulk/{id}',
  legacy: true,
  tag: 'scan',
  summary: 'How far a job is; the same as GET /jobs/{id}',
  params: JobId,
  replies: { 200: { description: 'The job', schema: JobStatus } },
  failures: ['job-not-found'],
  handle: async ({ params, language }, service) => {
    const messages = service.rules.current().messages[language];
    const found = await jobStatus(service.sql, params.id, { messages, now: service.clock() });
    return found === null ? refuse(failed('job-not-found').failure) : reply(found);
  },
});

/** More than one answer can carry; what is beyond is on the pages of GET /jobs/{id}/results. */
const MOST_RESULTS = 10_000;

const results = route({
  id: 'GET /scan/bulk/{id}/results',
  legacy: true,
  tag: 'scan',
  summary: 'What has come of the companies of a job so far',
  description: `Results come as they are done; the job need not have ended. ${MOST_RESULTS} at most: GET /jobs/{id}/results has pages, and the entries that failed.`,
  params: JobId,
  replies: {
    200: {
      description: 'The results',
      schema: z.object({
        job_id: z.uuid(),
        total: z.int(),
        succeeded: z.int(),
        failed: z.int(),
        results: z.array(JobItem),
      }),
    },
  },
  failures: ['job-not-found'],
  handle: async ({ params, language }, service) => {
    const messages = service.rules.current().messages[language];
    const found = await jobStatus(service.sql, params.id, { messages, now: service.clock() });
    if (found === null) return refuse(failed('job-not-found').failure);
    const page = { state: 'completed', after: -1, limit: MOST_RESULTS } as const;
    const { items } = await jobItems(service.sql, params.id, page, messages);
    const { job_id, total, succeeded, failed: failures } = found;
    return reply({ job_id, total, succeeded, failed: failures, results: items });
  },
});

export const scanRoutes: readonly Route[] = [scan, bulk, bulkAgain, status, results, again];
