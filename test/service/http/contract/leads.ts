import { badQueries, noDomain, noJson, unknownCompany, type Refused, type Table } from './cases.ts';

/** Without an answer of its mail servers, and without any look-up. */
const unscored = (path: (domain: string) => string): Refused[] => [
  unknownCompany(path('hic-yok.com.tr')),
  { say: 'a company that was never looked up', path: path('yeni.com.tr'), status: 404, code: 'lead-not-scanned' },
  { say: 'a company whose look-up got no answer', path: path('sessiz.com.tr'), status: 404, code: 'lead-not-scored' },
];
const unscanned = (path: (domain: string) => string): Refused[] => unscored(path).slice(0, 2);

const FILTERS = [
  'segment=Other',
  'segment=migration',
  'min_score=-1',
  'max_score=101',
  'min_score=x',
  'priority=8',
  'priority=1,x',
  'referral_type=other',
  'link_status=other',
  'd365_sync_status=done',
  'tenant_size=huge',
  `search=${'a'.repeat(201)}`,
  `provider=${'a'.repeat(65)}`,
] as const;

const CSV = { type: 'text/csv; charset=utf-8', begins: '\ufeffdomain,' } as const;

export const leads = {
  'GET /leads': {
    happy: [
      { path: '/leads', status: 200, shows: { page: 1, page_size: 50, total_is_estimate: false } },
      {
        say: 'with every filter',
        path: '/leads?segment=Existing&provider=M365&min_score=1&max_score=100&priority=4,5&link_status=none&d365_sync_status=not_synced&search=KUZEY&sort_by=provider&sort_order=desc&page_size=1',
        status: 200,
        shows: { leads: [{ domain: 'kuzeyhat.com.tr' }], total: 1 },
      },
      { say: 'signs of a search are no wildcards', path: '/leads?search=%25', status: 200, shows: { leads: [], total: 0 } },
      { say: 'a NUL is found nowhere', path: '/leads?search=%00kuzey', status: 200, shows: { leads: [] } },
      { say: 'with a sort key that is none', path: '/leads?sort_by=other', status: 200 },
      { say: 'favorites', path: '/leads?favorite=true', status: 200, shows: { leads: [] } },
      { say: 'beyond the last page', path: '/leads?page=1000', status: 200, shows: { leads: [] } },
    ],
    wrong: [
      ...badQueries('/leads', ...FILTERS, 'sort_order=up', 'page=0', 'page=1.5', 'page_size=0', 'page_size=201', 'favorite=perhaps', 'page=1&page=2'),
      { say: 'a cursor that is none', path: '/leads?cursor=abc', status: 422, code: 'cursor-invalid' },
      { say: 'a NUL for a cursor', path: '/leads?cursor=%00', status: 422, code: 'cursor-invalid' },
    ],
    missing: 'a list without entries is an empty list',
  },

  'GET /leads/export': {
    happy: [
      { path: '/leads/export', status: 200, file: CSV },
      { say: 'chosen ones', path: '/leads/export?domains=kuzeyhat.com.tr&ids=1,2', status: 200, file: CSV },
      { say: 'with semicolons', path: '/leads/export?separator=semicolon', status: 200, file: { type: 'text/csv; charset=utf-8', begins: '\ufeffdomain;' } },
      {
        say: 'as a workbook',
        path: '/leads/export?format=xlsx&segment=Existing',
        status: 200,
        file: { type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', begins: 'PK\u0003\u0004' },
      },
    ],
    wrong: [
      ...badQueries('/leads/export', ...FILTERS, 'format=pdf', 'separator=pipe', 'ids=0', 'ids=x', 'ids=9007199254740993'),
      { say: 'a choice that is no domain', path: '/leads/export?domains=kuzey', status: 422, code: 'invalid-domain' },
    ],
    missing: 'a file without rows has its heading',
  },

  'GET /leads/duplicates': {
    happy: [
      { path: '/leads/duplicates', status: 200, shows: { groups: [{ count: 2 }], total: 1 } },
      { say: 'of one company', path: '/leads/duplicates?domain=kuzeyhat.net', status: 200, shows: { total: 1 } },
      { say: 'of a company that has none', path: '/leads/duplicates?domain=gokpinar.com.tr', status: 200, shows: { groups: [], total: 0 } },
    ],
    wrong: [
      ...badQueries('/leads/duplicates', 'page=0', 'page=100001', 'page_size=0', 'page_size=201', 'page_size=x'),
      { say: 'a word for a domain', path: '/leads/duplicates?domain=kuzey', status: 422, code: 'invalid-domain' },
      { say: 'a NUL for a domain', path: '/leads/duplicates?domain=%00', status: 422, code: 'invalid-domain' },
    ],
    missing: [unknownCompany('/leads/duplicates?domain=hic-yok.com.tr')],
  },

  'GET /leads/{domain}': {
    happy: [
      { path: '/leads/kuzeyhat.com.tr', status: 200, shows: { domain: 'kuzeyhat.com.tr', provider: 'M365', contact_emails: ['ayse.yilmaz@kuzeyhat.com.tr'] } },
      { say: 'by an e-mail address', path: '/leads/ayse%40KUZEYHAT.com.tr', status: 200, shows: { domain: 'kuzeyhat.com.tr' } },
      { say: 'without a score', path: '/leads/sessiz.com.tr', status: 200, shows: { readiness_score: null } },
    ],
    wrong: noDomain((domain) => `/leads/${domain}`),
    missing: unscanned((domain) => `/leads/${domain}`),
  },

  'DELETE /leads/{domain}': {
    happy: [
      { path: '/leads/orman.com.tr', status: 200, shows: { domain: 'orman.com.tr', erased: true, suppressed: true } },
      { say: 'lets it come back', path: '/leads/orman.com.tr?suppress=false', status: 200, shows: { erased: false, suppressed: false, allowed_again: true } },
    ],
    wrong: [
      ...noDomain((domain) => `/leads/${domain}`).filter(({ say }) => !say.startsWith('a consumer mail host')),
      ...badQueries('/leads/kuzeyhat.com.tr', 'suppress=perhaps', 'suppress=true&suppress=false'),
    ],
    missing: [unknownCompany('/leads/hic-yok.com.tr?suppress=false')],
  },

  'POST /leads/{domain}/enrich': {
    happy: [
      {
        path: '/leads/gokpinar.com.tr/enrich',
        body: { contact_emails: ['Ali.Veli@gokpinar.com.tr', 'none'] },
        status: 200,
        shows: { contact_emails: ['Ali.Veli@gokpinar.com.tr'], refused: [{ at: 1 }] },
      },
    ],
    wrong: [
      ...noJson('/leads/gokpinar.com.tr/enrich', { contact_emails: ['a@gokpinar.com.tr'] }),
      ...noDomain((domain) => `/leads/${domain}/enrich`, { contact_emails: ['a@gokpinar.com.tr'] }),
      { say: 'an empty list', path: '/leads/gokpinar.com.tr/enrich', body: { contact_emails: [] }, status: 422, code: 'invalid-request' },
      { say: 'a number in the list', path: '/leads/gokpinar.com.tr/enrich', body: { contact_emails: [7] }, status: 422, code: 'invalid-request' },
      { say: 'no address among them', path: '/leads/gokpinar.com.tr/enrich', body: { contact_emails: ['none', 'a\0@gokpinar.com.tr'] }, status: 422, code: 'no-addresses' },
    ],
    missing: [unknownCompany('/leads/hic-yok.com.tr/enrich', { contact_emails: ['a@hic-yok.com.tr'] })],
  },

  'GET /leads/{domain}/score-breakdown': {
    happy: [{ path: '/leads/kuzeyhat.com.tr/score-breakdown', status: 200 }],
    wrong: noDomain((domain) => `/leads/${domain}/score-breakdown`),
    missing: unscored((domain) => `/leads/${domain}/score-breakdown`),
  },
  'GET /leads/{domain}/sales-summary': {
    happy: [
      { path: '/leads/kuzeyhat.com.tr/sales-summary', status: 200 },
      { say: 'in Turkish', path: '/leads/gokpinar.com.tr/sales-summary?lang=tr', status: 200 },
    ],
    wrong: noDomain((domain) => `/leads/${domain}/sales-summary`),
    missing: unscored((domain) => `/leads/${domain}/sales-summary`),
  },
  'GET /leads/{domain}/what-if': {
    happy: [{ path: '/leads/gokpinar.com.tr/what-if', status: 200 }],
    wrong: noDomain((domain) => `/leads/${domain}/what-if`),
    missing: unscored((domain) => `/leads/${domain}/what-if`),
  },
  'GET /leads/{domain}/summary.pdf': {
    happy: [{ path: '/leads/kuzeyhat.com.tr/summary.pdf', status: 200, file: { type: 'application/pdf', begins: '%PDF-1.' } }],
    wrong: noDomain((domain) => `/leads/${domain}/summary.pdf`),
    missing: unscanned((domain) => `/leads/${domain}/summary.pdf`),
  },
  'GET /leads/{domain}/intelligence': {
    happy: [
      { path: '/leads/kuzeyhat.com.tr/intelligence', status: 200 },
      { say: 'without a score', path: '/leads/sessiz.com.tr/intelligence', status: 200 },
    ],
    wrong: noDomain((domain) => `/leads/${domain}/intelligence`),
    missing: unscanned((domain) => `/leads/${domain}/intelligence`),
  },
  'GET /leads/{domain}/history': {
    happy: [
      { path: '/leads/gokpinar.com.tr/history', status: 200, shows: { domain: 'gokpinar.com.tr', totals: { signal_changes: 2 } } },
      { say: 'beyond the last page', path: '/leads/gokpinar.com.tr/history?page=9&page_size=1', status: 200, shows: { scores: [] } },
    ],
    wrong: [
      ...noDomain((domain) => `/leads/${domain}/history`),
      ...badQueries('/leads/gokpinar.com.tr/history', 'page=0', 'page=x', 'page_size=201', 'page_size=0'),
    ],
    missing: unscanned((domain) => `/leads/${domain}/history`),
  },
} satisfies Table;
