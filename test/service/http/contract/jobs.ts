import { badQueries, noJob, noJobId, type Table } from './cases.ts';

export const jobs = {
  'GET /jobs': {
    happy: [
      { path: '/jobs', status: 200, shows: { page: 1, page_size: 50 } },
      {
        say: 'of a kind and a state',
        path: '/jobs?kind=import&state=completed&page_size=1',
        status: 200,
        shows: { jobs: [{ kind: 'import', state: 'completed' }], total_pages: 1 },
      },
      { say: 'beyond the last page', path: '/jobs?page=999', status: 200, shows: { jobs: [] } },
    ],
    wrong: badQueries(
      '/jobs',
      'kind=other',
      'state=done',
      'page=0',
      'page=x',
      'page=100001',
      'page_size=0',
      'page_size=201',
      'page=1&page=2',
      'state=%00',
    ),
    missing: 'a list without entries is an empty list',
  },

  'GET /jobs/{id}': {
    happy: [
      {
        path: '/jobs/$file',
        status: 200,
        shows: { kind: 'import', status: 'completed', succeeded: 1, refused: 2 },
      },
      { say: 'of a list', path: '/jobs/$list', status: 200, shows: { kind: 'bulk-scan' } },
    ],
    wrong: noJobId((id) => `/jobs/${id}`),
    missing: noJob((id) => `/jobs/${id}`),
  },

  'GET /jobs/{id}/results': {
    happy: [
      { path: '/jobs/$list/results', status: 200, shows: { next_after: null } },
      {
        say: 'a page',
        path: '/jobs/$list/results?limit=1&after=0',
        status: 200,
        shows: { results: [{ position: 1 }], next_after: 1 },
      },
      { say: 'refused ones', path: '/jobs/$file/results?state=refused', status: 200 },
    ],
    wrong: [
      ...noJobId((id) => `/jobs/${id}/results`),
      ...badQueries(
        '/jobs/$list/results',
        'state=done',
        'after=-2',
        'after=2147483648',
        'after=x',
        'limit=0',
        'limit=1001',
        'limit=1.5',
      ),
    ],
    missing: noJob((id) => `/jobs/${id}/results`),
  },

  'GET /jobs/{id}/events': {
    happy: [
      {
        path: '/jobs/$list/events',
        status: 200,
        file: { type: 'text/event-stream; charset=utf-8', begins: 'id: 1\nevent: ' },
      },
    ],
    wrong: noJobId((id) => `/jobs/${id}/events`),
    missing: noJob((id) => `/jobs/${id}/events`),
  },

  'POST /jobs/{id}/cancel': {
    happy: [
      { path: '/jobs/$cancelled/cancel', status: 200, shows: { job: { status: 'cancelled', cancelled: 1 } } },
    ],
    wrong: [
      ...noJobId((id) => `/jobs/${id}/cancel`),
      { say: 'a job that has ended', path: '/jobs/$list/cancel', status: 409, code: 'job-finished' },
    ],
    missing: noJob((id) => `/jobs/${id}/cancel`),
  },
} satisfies Table;
