import { badQueries, noDomain, noJson, unknownCompany, type Refused, type Table } from './cases.ts';

/** Without an answer of its mail servers, and without any look-up. */
const unscored = (path: (domain: string) => string): Refused[] => [
  unknownCompany(path('hic-yok.com.tr')),
  {
    say: 'a company that was never looked up',
    path: path('yeni.com.tr'),
    status: 404,
    code: 'lead-not-scanned',
  },
  {
    say: 'a company whose look-up got no answer',
    path: path('sessiz.com.tr'),
    status: 404,
    code: 'lead-not-scored',
  },
];
const unscanned = (path: (domain: string) => string): Refused[] => unscored(path).slice(0, 2);

export const lead = {
  'GET /leads/{domain}': {
    happy: [
      {
        path: '/leads/kuzeyhat.com.tr',
        status: 200,
        shows: {
          domain: 'kuzeyhat.com.tr',
          provider: 'M365',
          contact_emails: ['ayse.yilmaz@kuzeyhat.com.tr'],
        },
      },
      {
        say: 'by an e-mail address',
        path: '/leads/ayse%40KUZEYHAT.com.tr',
        status: 200,
        shows: { domain: 'kuzeyhat.com.tr' },
      },
      { say: 'without a score', path: '/leads/sessiz.com.tr', status: 200, shows: { readiness_score: null } },
    ],
    wrong: noDomain((domain) => `/leads/${domain}`),
    missing: unscanned((domain) => `/leads/${domain}`),
  },

  'DELETE /leads/{domain}': {
    happy: [
      {
        path: '/leads/orman.com.tr',
        status: 200,
        shows: { domain: 'orman.com.tr', erased: true, suppressed: true },
      },
      {
        say: 'lets it come back',
        path: '/leads/orman.com.tr?suppress=false',
        status: 200,
        shows: { erased: false, suppressed: false, allowed_again: true },
      },
    ],
    wrong: [
      ...noDomain((domain) => `/leads/${domain}`).filter(
        ({ say }) => !say.startsWith('a consumer mail host'),
      ),
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
      {
        say: 'an empty list',
        path: '/leads/gokpinar.com.tr/enrich',
        body: { contact_emails: [] },
        status: 422,
        code: 'invalid-request',
      },
      {
        say: 'a number in the list',
        path: '/leads/gokpinar.com.tr/enrich',
        body: { contact_emails: [7] },
        status: 422,
        code: 'invalid-request',
      },
      {
        say: 'no address among them',
        path: '/leads/gokpinar.com.tr/enrich',
        body: { contact_emails: ['none', 'a\0@gokpinar.com.tr'] },
        status: 422,
        code: 'no-addresses',
      },
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
    happy: [
      {
        path: '/leads/kuzeyhat.com.tr/summary.pdf',
        status: 200,
        file: { type: 'application/pdf', begins: '%PDF-1.' },
      },
    ],
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
      {
        path: '/leads/gokpinar.com.tr/history',
        status: 200,
        shows: { domain: 'gokpinar.com.tr', totals: { signal_changes: 2 } },
      },
      {
        say: 'beyond the last page',
        path: '/leads/gokpinar.com.tr/history?page=9&page_size=1',
        status: 200,
        shows: { scores: [] },
      },
    ],
    wrong: [
      ...noDomain((domain) => `/leads/${domain}/history`),
      ...badQueries('/leads/gokpinar.com.tr/history', 'page=0', 'page=x', 'page_size=201', 'page_size=0'),
    ],
    missing: unscanned((domain) => `/leads/${domain}/history`),
  },
} satisfies Table;
