import { noJob, noJobId, noJson, otherType, type Refused, type Table } from './cases.ts';

const form = (
  file: string | Uint8Array<ArrayBuffer> | null,
  fields: Readonly<Record<string, string>> = {},
): FormData => {
  const made = new FormData();
  if (file !== null) made.set('file', new File([file], 'companies.csv'));
  for (const [name, value] of Object.entries(fields)) made.set(name, value);
  return made;
};
const CSV = 'domain,company_name\ntepe.com.tr,Tepe A.Ş.\n';
const upload = { path: '/ingest/csv', status: 422 } as const;
const one = { path: '/ingest/domain', status: 422 } as const;
const NOTHING_TO_MISS = 'it adds what is not there';
const as = 'machine' as const;

const suppressed = (path: string, as?: 'machine'): Refused => ({
  say: 'a company that was erased',
  path,
  body: { domain: 'silinmis.com.tr' },
  status: 409,
  code: 'domain-suppressed',
  ...(as === undefined ? {} : { as }),
});

export const ingest = {
  'POST /ingest/domain': {
    happy: [
      {
        path: '/ingest/domain',
        body: {
          domain: 'tepe.com.tr',
          company_name: 'Tepe A.Ş.',
          email: null,
          website: 'https://www.tepe.com.tr/',
        },
        status: 201,
        shows: { domain: 'tepe.com.tr' },
      },
      {
        say: 'with a look-up',
        path: '/ingest/domain',
        body: { domain: 'tepe.com.tr', scan: true },
        status: 201,
        shows: { created: false },
      },
      {
        say: 'with a NUL in the name',
        path: '/ingest/domain',
        body: { domain: 'tepe.com.tr', company_name: 'Te\0pe' },
        status: 201,
      },
    ],
    wrong: [
      ...noJson('/ingest/domain', { domain: 'ova.com.tr' }),
      { say: 'nothing that names a company', body: {}, code: 'invalid-domain', ...one },
      { say: 'a consumer mail host', body: { email: 'a@gmail.com' }, code: 'invalid-domain', ...one },
      { say: 'a number for a domain', body: { domain: 7 }, code: 'invalid-request', ...one },
      {
        say: 'a text of 5,000 characters',
        body: { domain: 'a'.repeat(5000) },
        code: 'invalid-request',
        ...one,
      },
      {
        say: 'a name of 1,001 characters',
        body: { domain: 'ova.com.tr', company_name: 'a'.repeat(1001) },
        code: 'invalid-request',
        ...one,
      },
      {
        say: 'a text for "scan"',
        body: { domain: 'ova.com.tr', scan: 'yes' },
        code: 'invalid-request',
        ...one,
      },
      { say: 'a NUL for a domain', body: { domain: '\0' }, code: 'invalid-domain', ...one },
      suppressed('/ingest/domain'),
    ],
    missing: NOTHING_TO_MISS,
  },

  'POST /ingest/webhook': {
    happy: [
      {
        path: '/ingest/webhook',
        body: { domain: 'tepe.com.tr', contact_emails: ['ayse@tepe.com.tr', 'none'] },
        as,
        status: 201,
        shows: { status: 'success', ingested: true, enriched: true, refused_emails: 1 },
      },
      {
        say: 'with NULs',
        path: '/ingest/webhook',
        body: { domain: 'tepe.com.tr', company_name: 'Te\0pe', contact_emails: ['a\0@tepe.com.tr'] },
        as,
        status: 201,
        shows: { enriched: false, refused_emails: 1 },
      },
    ],
    // What can never be taken in is refused, and noted among the retries as such: that much does change.
    wrong: [
      ...noJson('/ingest/webhook', { domain: 'ova.com.tr' }, as),
      { say: 'no domain', path: '/ingest/webhook', body: {}, as, status: 422, code: 'invalid-request' },
      {
        say: 'a text for a list of addresses',
        path: '/ingest/webhook',
        body: { domain: 'ova.com.tr', contact_emails: 'a@ova.com.tr' },
        as,
        status: 422,
        code: 'invalid-request',
      },
      {
        say: '101 addresses',
        path: '/ingest/webhook',
        body: { domain: 'ova.com.tr', contact_emails: Array(101).fill('a@ova.com.tr') },
        as,
        status: 422,
        code: 'invalid-request',
      },
    ],
    missing: NOTHING_TO_MISS,
  },

  'POST /ingest/csv': {
    happy: [
      {
        path: '/ingest/csv',
        body: form(CSV),
        status: 202,
        shows: { ingested: 0, total_rows: null, errors: null },
      },
      {
        say: 'with NULs in its fields',
        path: '/ingest/csv',
        body: form(CSV, { domain_column: 'do\0main', sheet: '\0' }),
        status: 202,
      },
      {
        say: 'with every field',
        path: '/ingest/csv',
        body: form(CSV, {
          auto_detect_columns: 'false',
          auto_scan: 'false',
          company_column: 'B',
          domain_column: 'A',
          sheet: '',
        }),
        status: 202,
      },
    ],
    wrong: [
      ...otherType('/ingest/csv', { file: CSV }),
      { say: 'JSON', path: '/ingest/csv', body: { file: CSV }, status: 415, code: 'unsupported-media-type' },
      {
        say: 'a form without a file',
        body: form(null, { auto_scan: 'true' }),
        code: 'file-missing',
        ...upload,
      },
      {
        say: 'a form that ends in the middle',
        body: '--x\r\nContent-Dispo',
        headers: { 'content-type': 'multipart/form-data; boundary=x' },
        code: 'file-missing',
        ...upload,
      },
      { say: 'an empty file', body: form(''), code: 'file-empty', ...upload },
      {
        say: 'a picture',
        path: '/ingest/csv',
        body: form(Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13])),
        status: 415,
        code: 'file-kind-unknown',
      },
      {
        say: 'a file with NULs',
        path: '/ingest/csv',
        body: form('domain,name\ntepe.com.tr,Te\0pe\n'),
        status: 415,
        code: 'file-kind-unknown',
      },
      {
        say: 'half of a workbook',
        body: form(Uint8Array.from([0x50, 0x4b, 3, 4, 20, 0, 0, 0])),
        code: 'file-unreadable',
        ...upload,
      },
      {
        say: 'one column for two things',
        body: form(CSV, { domain_column: 'A', company_column: 'A' }),
        code: 'file-mapping-twice',
        ...upload,
      },
      {
        say: 'neither true nor false',
        body: form(CSV, { auto_scan: 'perhaps' }),
        code: 'invalid-request',
        ...upload,
      },
      {
        say: 'a column name of 201 characters',
        body: form(CSV, { domain_column: 'a'.repeat(201) }),
        code: 'invalid-request',
        ...upload,
      },
      {
        say: 'a file of 3 MiB',
        path: '/ingest/csv',
        body: form('a.com.tr\n'.repeat(350_000)),
        status: 413,
        code: 'body-too-large',
      },
    ],
    missing: NOTHING_TO_MISS,
  },

  'GET /jobs/{id}/rejected': {
    happy: [
      {
        path: '/jobs/$file/rejected',
        status: 200,
        file: { type: 'text/csv; charset=utf-8', begins: '\ufeffRow,Reason,' },
      },
      {
        say: 'with rows that were there twice',
        path: '/jobs/$file/rejected?duplicates=true',
        status: 200,
        file: { type: 'text/csv; charset=utf-8', begins: '\ufeffRow,Reason,' },
      },
    ],
    wrong: [
      ...noJobId((id) => `/jobs/${id}/rejected`),
      {
        say: 'duplicates=perhaps',
        path: '/jobs/$file/rejected?duplicates=perhaps',
        status: 422,
        code: 'invalid-request',
      },
    ],
    missing: [
      ...noJob((id) => `/jobs/${id}/rejected`),
      { say: 'a job without a file', path: '/jobs/$list/rejected', status: 404, code: 'job-has-no-upload' },
    ],
  },
} satisfies Table;
