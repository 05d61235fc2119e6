import { badQueries, unknownCompany, type Table } from './cases.ts';

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
      {
        say: 'signs of a search are no wildcards',
        path: '/leads?search=%25',
        status: 200,
        shows: { leads: [], total: 0 },
      },
      { say: 'a NUL is found nowhere', path: '/leads?search=%00kuzey', status: 200, shows: { leads: [] } },
      { say: 'with a sort key that is none', path: '/leads?sort_by=other', status: 200 },
      { say: 'favorites', path: '/leads?favorite=true', status: 200, shows: { leads: [] } },
      { say: 'beyond the last page', path: '/leads?page=1000', status: 200, shows: { leads: [] } },
    ],
    wrong: [
      ...badQueries(
        '/leads',
        ...FILTERS,
        'sort_order=up',
        'page=0',
        'page=1.5',
        'page_size=0',
        'page_size=201',
        'favorite=perhaps',
        'page=1&page=2',
      ),
      { say: 'a cursor that is none', path: '/leads?cursor=abc', status: 422, code: 'cursor-invalid' },
      { say: 'a NUL for a cursor', path: '/leads?cursor=%00', status: 422, code: 'cursor-invalid' },
    ],
    missing: 'a list without entries is an empty list',
  },

  'GET /leads/export': {
    happy: [
      { path: '/leads/export', status: 200, file: CSV },
      { say: 'chosen ones', path: '/leads/export?domains=kuzeyhat.com.tr&ids=1,2', status: 200, file: CSV },
      {
        say: 'with semicolons',
        path: '/leads/export?separator=semicolon',
        status: 200,
        file: { type: 'text/csv; charset=utf-8', begins: '\ufeffdomain;' },
      },
      {
        say: 'as a workbook',
        path: '/leads/export?format=xlsx&segment=Existing',
        status: 200,
        file: {
          type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
          begins: 'PK\u0003\u0004',
        },
      },
    ],
    wrong: [
      ...badQueries(
        '/leads/export',
        ...FILTERS,
        'format=pdf',
        'separator=pipe',
        'ids=0',
        'ids=x',
        'ids=9007199254740993',
      ),
      {
        say: 'a choice that is no domain',
        path: '/leads/export?domains=kuzey',
        status: 422,
        code: 'invalid-domain',
      },
    ],
    missing: 'a file without rows has its heading',
  },

  'GET /leads/duplicates': {
    happy: [
      { path: '/leads/duplicates', status: 200, shows: { groups: [{ count: 2 }], total: 1 } },
      {
        say: 'of one company',
        path: '/leads/duplicates?domain=kuzeyhat.net',
        status: 200,
        shows: { total: 1 },
      },
      {
        say: 'of a company that has none',
        path: '/leads/duplicates?domain=gokpinar.com.tr',
        status: 200,
        shows: { groups: [], total: 0 },
      },
    ],
    wrong: [
      ...badQueries(
        '/leads/duplicates',
        'page=0',
        'page=100001',
        'page_size=0',
        'page_size=201',
        'page_size=x',
      ),
      {
        say: 'a word for a domain',
        path: '/leads/duplicates?domain=kuzey',
        status: 422,
        code: 'invalid-domain',
      },
      {
        say: 'a NUL for a domain',
        path: '/leads/duplicates?domain=%00',
        status: 422,
        code: 'invalid-domain',
      },
    ],
    missing: [unknownCompany('/leads/duplicates?domain=hic-yok.com.tr')],
  },
} satisfies Table;
