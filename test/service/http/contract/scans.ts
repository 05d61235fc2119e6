import { noDomain, noJob, noJobId, noJson, otherType, unknownCompany, type Table } from './cases.ts';

const scan = { path: '/scan/domain', status: 422 } as const;
const bulk = { path: '/scan/bulk', status: 422 } as const;
const again = { path: '/scan/bulk/rescan', status: 422 } as const;
const stranger = { status: 400, code: 'domains-not-ingested' } as const;

export const scans = {
  'POST /scan/domain': {
    happy: [
      {
        path: '/scan/domain',
        body: { domain: 'https://www.KUZEYHAT.com.tr/', tier: 'score' },
        status: 200,
        shows: { domain: 'kuzeyhat.com.tr', provider: 'M365', scan_status: 'completed' },
      },
      {
        say: 'without an answer',
        path: '/scan/domain',
        body: { domain: 'sessiz.com.tr', tier: 'score' },
        status: 200,
        shows: { score: null, scan_status: 'partial' },
      },
    ],
    wrong: [
      ...noJson('/scan/domain', { domain: 'kuzeyhat.com.tr' }),
      { say: 'no domain', body: {}, code: 'invalid-request', ...scan },
      { say: 'an empty domain', body: { domain: '' }, code: 'invalid-request', ...scan },
      {
        say: 'a domain of 2,049 characters',
        body: { domain: 'a'.repeat(2049) },
        code: 'invalid-request',
        ...scan,
      },
      { say: 'a word for a domain', body: { domain: 'kuzey' }, code: 'invalid-domain', ...scan },
      { say: 'a NUL in the domain', body: { domain: 'kuzeyhat\0.com.tr' }, code: 'invalid-domain', ...scan },
      {
        say: 'another tier',
        body: { domain: 'kuzeyhat.com.tr', tier: 'all' },
        code: 'invalid-request',
        ...scan,
      },
      {
        say: 'a number for "force"',
        body: { domain: 'kuzeyhat.com.tr', force: 1 },
        code: 'invalid-request',
        ...scan,
      },
    ],
    missing: [unknownCompany('/scan/domain', { domain: 'hic-yok.com.tr' })],
  },

  'POST /scan/{domain}/rescan': {
    happy: [
      {
        path: '/scan/gokpinar.com.tr/rescan',
        body: { tier: 'score' },
        status: 200,
        shows: { domain: 'gokpinar.com.tr', success: true },
      },
      {
        say: 'without a body',
        path: '/scan/gokpinar.com.tr/rescan',
        status: 200,
        shows: { changes_detected: false },
      },
    ],
    wrong: [
      ...noDomain((domain) => `/scan/${domain}/rescan`),
      ...otherType('/scan/gokpinar.com.tr/rescan', { tier: 'score' }),
      {
        say: 'half of a body',
        path: '/scan/gokpinar.com.tr/rescan',
        body: '{',
        headers: { 'content-type': 'application/json' },
        status: 400,
        code: 'malformed-json',
      },
      {
        say: 'another tier',
        path: '/scan/gokpinar.com.tr/rescan',
        body: { tier: 'all' },
        status: 422,
        code: 'invalid-request',
      },
    ],
    missing: [unknownCompany('/scan/hic-yok.com.tr/rescan')],
  },

  'POST /scan/bulk': {
    happy: [
      {
        path: '/scan/bulk',
        body: { domain_list: ['kuzeyhat.com.tr', 'KUZEYHAT.com.tr', 'a\0b.com.tr'] },
        status: 200,
        shows: { status: 'pending', total: 3, refused: 1, duplicates: 1 },
      },
      {
        say: 'with companies that are not known',
        path: '/scan/bulk',
        body: { domain_list: ['vadi.com.tr'], create_missing: true, force: true, tier: 'full' },
        status: 200,
        shows: { total: 1 },
      },
    ],
    wrong: [
      ...noJson('/scan/bulk', { domain_list: ['kuzeyhat.com.tr'] }),
      { say: 'an empty list', body: { domain_list: [] }, code: 'invalid-request', ...bulk },
      {
        say: 'a text for a list',
        body: { domain_list: 'kuzeyhat.com.tr' },
        code: 'invalid-request',
        ...bulk,
      },
      { say: 'a number in the list', body: { domain_list: [7] }, code: 'invalid-request', ...bulk },
      {
        say: 'a list without a company',
        body: { domain_list: ['no domain', '\0'] },
        code: 'no-domains',
        ...bulk,
      },
      {
        say: '1,001 companies',
        body: { domain_list: Array(1001).fill('kuzeyhat.com.tr') },
        code: 'too-many-domains',
        ...bulk,
      },
      {
        say: 'another tier',
        body: { domain_list: ['kuzeyhat.com.tr'], tier: 'all' },
        code: 'invalid-request',
        ...bulk,
      },
    ],
    missing: [
      {
        say: 'a company that nobody added',
        path: '/scan/bulk',
        body: { domain_list: ['kuzeyhat.com.tr', 'hic-yok.com.tr'] },
        ...stranger,
      },
    ],
  },

  'POST /scan/bulk/rescan': {
    happy: [
      {
        path: '/scan/bulk/rescan',
        body: { domain_list: ['gokpinar.com.tr'] },
        status: 200,
        shows: { total: 1 },
      },
      {
        say: 'by parameter',
        path: '/scan/bulk/rescan?domain_list=gokpinar.com.tr,kuzeyhat.com.tr',
        status: 200,
        shows: { total: 2 },
      },
    ],
    wrong: [
      ...otherType('/scan/bulk/rescan', { domain_list: ['gokpinar.com.tr'] }),
      { say: 'no list at all', code: 'no-domains', ...again },
      { say: 'an empty list', body: { domain_list: [] }, code: 'invalid-request', ...again },
      { say: 'a number in the list', body: { domain_list: [7] }, code: 'invalid-request', ...again },
      {
        say: 'half of a body',
        path: '/scan/bulk/rescan',
        body: '{',
        headers: { 'content-type': 'application/json' },
        status: 400,
        code: 'malformed-json',
      },
    ],
    missing: [
      {
        say: 'a company that nobody added',
        path: '/scan/bulk/rescan?domain_list=hic-yok.com.tr',
        ...stranger,
      },
    ],
  },

  'GET /scan/bulk/{id}': {
    happy: [
      {
        path: '/scan/bulk/$list',
        status: 200,
        shows: { status: 'completed', total: 5, refused: 1, remaining: 0 },
      },
      { say: 'not begun', path: '/scan/bulk/$open', status: 200, shows: { status: 'pending', processed: 0 } },
    ],
    wrong: noJobId((id) => `/scan/bulk/${id}`),
    missing: noJob((id) => `/scan/bulk/${id}`),
  },

  'GET /scan/bulk/{id}/results': {
    happy: [
      { path: '/scan/bulk/$list/results', status: 200, shows: { total: 5 } },
      { say: 'not begun', path: '/scan/bulk/$open/results', status: 200, shows: { results: [] } },
    ],
    wrong: noJobId((id) => `/scan/bulk/${id}/results`),
    missing: noJob((id) => `/scan/bulk/${id}/results`),
  },
} satisfies Table;
