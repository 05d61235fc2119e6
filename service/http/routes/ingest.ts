import { z } from 'zod';
import { IMPORT_FIELDS } from '#core/ingest/columns.ts';
import { fill } from '#core/rules/messages.ts';
import { eraseCompany } from '../../verbs/erase-company.ts';
import { ingestDomain } from '../../verbs/ingest-domain.ts';
import { ingestWebhook, WebhookPayload } from '../../verbs/ingest-webhook.ts';
import { rejectedRows } from '../../verbs/rejected-rows.ts';
import { startImport, type ImportInput } from '../../verbs/start-import.ts';
import { flag } from '../flag.ts';
import { refuse, reply, route, type Route } from '../route.ts';

const Text = (longest: number) => z.string().max(longest).nullish();

const DomainBody = z.object({
  domain: Text(4096).describe('domain, web address or e-mail address'),
  company_name: Text(1000),
  email: Text(4096).describe('comes before the domain, unless it is at a consumer mail host'),
  website: Text(4096).describe('comes before both'),
  scan: z.boolean().default(false).describe('also queues a look-up'),
});

const DomainReply = z.object({
  domain: z.string(),
  company_id: z.int(),
  created: z.boolean().describe('false: it was there already'),
  message: z.string(),
});

const WebhookReply = z.object({
  status: z.enum(['success', 'retrying']),
  domain: z.string(),
  ingested: z.boolean(),
  enriched: z.boolean().describe('usable addresses came along'),
  refused_emails: z.int().describe('how many of the addresses are none'),
  message: z.string(),
});

const UploadForm = z.object({
  file: z.file().describe('.csv, .txt, .xlsx or .xls'),
  auto_detect_columns: flag()
    .default(true)
    .describe('false: only the headings domain, company_name, email and website count'),
  auto_scan: flag().default(true).describe('looks up every company that came in'),
  company_column: Text(200).describe('heading, letter or number of the column'),
  domain_column: Text(200),
  email_column: Text(200),
  website_column: Text(200),
  sheet: Text(200).describe('name or number of the sheet'),
});

const UploadReply = z.object({
  job_id: z.uuid(),
  message: z.string(),
  ingested: z.int().describe('0: the rows are read after this answer; GET /jobs/{job_id} tells how far'),
  scanned: z.int(),
  total_rows: z.int().nullable().describe('null until the file was read'),
  errors: z.null(),
});

const EraseReply = z.object({
  domain: z.string(),
  erased: z.boolean().describe('something was there to delete'),
  suppressed: z.boolean().describe('it is kept from coming back'),
  allowed_again: z.boolean().describe('it was kept from coming back, and may come back now'),
  uploads: z.int().describe('stored files with a row of it; they are deleted with the retention of uploads'),
  message: z.string(),
});

export const ingestRoutes: readonly Route[] = [
  route({
    id: 'POST /ingest/domain',
    legacy: true,
    tag: 'Ingest',
    summary: 'Adds one company',
    description:
      'The website names it, else the e-mail address, else the domain. Consumer mail hosts are never companies. The second time is fine.',
    body: DomainBody,
    replies: { 201: { description: 'The company is there', schema: DomainReply } },
    failures: ['invalid-domain', 'domain-suppressed'],
    handle: async ({ body, language }, service) => {
      const outcome = await ingestDomain(
        service,
        {
          domain: body.domain ?? undefined,
          companyName: body.company_name ?? undefined,
          email: body.email ?? undefined,
          website: body.website ?? undefined,
          scan: body.scan,
        },
        language,
      );
      if (!outcome.ok) return refuse(outcome.failure);
      const { domain, unicode, companyId, created } = outcome.value;
      const words = service.rules.current().messages[language].ingest;
      const said = [fill(created ? words.added : words.known, { domain: unicode })];
      if (body.scan) said.push(words.scanQueued);
      return reply({ domain, company_id: companyId, created, message: said.join(' ') }, 201);
    },
  }),

  route({
    id: 'POST /ingest/webhook',
    legacy: true,
    tag: 'Ingest',
    summary: 'Takes in what another system knows of a company, and queues its look-up',
    description:
      'With an API key. What cannot be done at the moment is noted, tried again three times by itself (after 1, 2 and 4 minutes), and answered with 202.',
    body: WebhookPayload,
    replies: {
      201: { description: 'Taken in', schema: WebhookReply },
      202: { description: 'Noted; tried again by itself', schema: WebhookReply },
    },
    failures: ['invalid-domain', 'domain-suppressed'],
    handle: async ({ body, actor, language }, service) => {
      const outcome = await ingestWebhook(service, body, actor.keyId, language);
      if (!outcome.ok) return refuse(outcome.failure);
      const { domain, ingested, enriched, refusedAddresses } = outcome.value;
      const words = service.rules.current().messages[language].ingest;
      const message = ingested ? fill(words.webhookDone, { domain }) : words.webhookLater;
      const status = ingested ? 'success' : 'retrying';
      return reply(
        { status, domain, ingested, enriched, refused_emails: refusedAddresses, message },
        ingested ? 201 : 202,
      );
    },
  }),

  route({
    id: 'POST /ingest/csv',
    legacy: true,
    tag: 'Ingest',
    summary: 'Takes in a file of companies: CSV, XLSX or XLS',
    description:
      'Answers as soon as the file is stored. Its rows are then read by a job; GET /jobs/{id} tells how far it is, GET /jobs/{id}/rejected gives back what was not accepted. A file is taken whole or, when it is faulty or has too many rows, not at all.',
    form: UploadForm,
    replies: { 202: { description: 'The file is stored', schema: UploadReply } },
    failures: [
      'file-missing',
      'file-empty',
      'file-unreadable',
      'file-encrypted',
      'file-kind-unknown',
      'file-bomb',
      'file-mapping-twice',
      'body-too-large',
      'invalid-request',
    ],
    handle: async ({ raw, actor, language }, service) => {
      const upload = await formOf(raw);
      if (upload === null) return refuse({ code: 'file-missing', values: {} });
      if (!upload.success) {
        const issues = upload.error.issues.map(({ path, message }) => ({
          path: ['form', ...path.map(String)].join('.'),
          message,
        }));
        return refuse({ code: 'invalid-request', values: {}, issues });
      }
      const { file, auto_detect_columns: auto, auto_scan: scan, sheet, ...columns } = upload.data;
      const mapping: Record<string, string> = {};
      for (const field of IMPORT_FIELDS) {
        const name = columns[`${field}_column`]?.trim();
        if (name !== undefined && name !== '') mapping[field] = name;
      }
      const input: ImportInput = {
        fileName: file.name,
        content: new Uint8Array(await file.arrayBuffer()),
        autoScan: scan,
        autoDetectColumns: auto,
        mapping,
        sheet: sheet == null || sheet.trim() === '' ? null : sheet,
      };
      const outcome = await startImport(service, input, { id: actor.id, language });
      if (!outcome.ok) return refuse(outcome.failure);
      const words = service.rules.current().messages[language].ingest;
      return reply(
        {
          job_id: outcome.value.jobId,
          message: fill(words.uploaded, { file: file.name.slice(0, 100) }),
          ingested: 0,
          scanned: 0,
          total_rows: null,
          errors: null,
        },
        202,
      );
    },
  }),

  route({
    id: 'GET /jobs/{id}/rejected',
    tag: 'Jobs',
    summary: 'The rows of an uploaded file that were not accepted, as CSV',
    description:
      'Row number, reason in the language of the request, and all cells as they came. A cell that a spreadsheet could take for a formula begins with an apostrophe. Once the upload was deleted: the entries alone.',
    params: z.object({ id: z.uuid() }),
    query: z.object({
      duplicates: flag()
        .default(false)
        .describe('lists rows of companies that stood further up in the file, too'),
    }),
    replies: { 200: { description: 'The file', contentTypes: ['text/csv'] } },
    failures: ['job-not-found', 'job-has-no-upload'],
    handle: async ({ params, query, language }, service) => {
      const outcome = await rejectedRows(service, params.id, { duplicates: query.duplicates, language });
      if (!outcome.ok) return refuse(outcome.failure);
      const encoder = new TextEncoder();
      const lines = outcome.value[Symbol.asyncIterator]();
      const body = new ReadableStream<Uint8Array>({
        pull: async (controller) => {
          const next = await lines.next();
          if (next.done === true) controller.close();
          else controller.enqueue(encoder.encode(next.value));
        },
        cancel: async () => void (await lines.return?.()),
      });
      return new Response(body, {
        headers: {
          'Content-Type': 'text/csv; charset=utf-8',
          'Content-Disposition': `attachment; filename="rejected-${params.id.slice(0, 8)}.csv"`,
        },
      });
    },
  }),

  route({
    id: 'DELETE /leads/{domain}',
    tag: 'Leads',
    summary: 'Erases a company',
    description:
      'Deletes everything about it, and keeps its domain from coming back by a sync or a file (only a hash stays). With suppress=false it may come back, and an earlier suppression is lifted. A domain that is not known can be kept out too. Uploaded files in which it stood are deleted with the retention of uploads, not before.',
    params: z.object({ domain: z.string().max(4096) }),
    query: z.object({ suppress: flag().default(true) }),
    replies: { 200: { description: 'Erased', schema: EraseReply } },
    failures: ['invalid-domain', 'lead-not-found'],
    handle: async ({ params, query, actor, language, requestId }, service) => {
      const outcome = await eraseCompany(service, params.domain, query.suppress, actor, {
        language,
        requestId,
      });
      if (!outcome.ok) return refuse(outcome.failure);
      const { domain, erased, suppressed, allowedAgain, uploads } = outcome.value;
      const words = service.rules.current().messages[language].ingest;
      const said = [fill(erased ? words.erased : words.nothingKept, { domain })];
      if (suppressed) said.push(words.suppressed);
      if (allowedAgain) said.push(words.allowedAgain);
      const { uploadDays } = service.config.retention;
      if (uploads > 0) said.push(fill(words.uploadsRemain, { count: uploads, days: uploadDays }));
      return reply({
        domain,
        erased,
        suppressed,
        allowed_again: allowedAgain,
        uploads,
        message: said.join(' '),
      });
    },
  }),
];

/** Null: no form, or no file in it. */
async function formOf(raw: Request): Promise<z.ZodSafeParseResult<z.output<typeof UploadForm>> | null> {
  let form: FormData;
  try {
    form = await raw.formData();
  } catch {
    // Cut off, not multipart, or larger than allowed: the last is told by whoever counted the bytes.
    return null;
  }
  if (!(form.get('file') instanceof File)) return null;
  // An empty field is one that was left empty.
  return UploadForm.safeParse(Object.fromEntries([...form].filter(([, value]) => value !== '')));
}
