import { noDomain, unknownCompany, type Cases, type Table } from './cases.ts';

const NOTHING_IS_READ = 'nothing of the request is read: where it has moved to is the answer to all';
const gone = (path: string): Cases => ({
  happy: [
    { path, status: 410, shows: { error: 'Gone', code: 'moved-to-dynamics' } },
    {
      say: 'with a body that is none',
      path,
      body: '{',
      headers: { 'content-type': 'application/json' },
      status: 410,
    },
  ],
  wrong: NOTHING_IS_READ,
  missing: NOTHING_IS_READ,
});

export const moved = {
  'GET /leads/{domain}/notes': {
    happy: [
      { path: '/leads/kuzeyhat.com.tr/notes', status: 200, shows: [{ note: 'Call in spring' }] },
      { say: 'of a company without any', path: '/leads/yeni.com.tr/notes', status: 200 },
    ],
    wrong: noDomain((domain) => `/leads/${domain}/notes`),
    missing: [unknownCompany('/leads/hic-yok.com.tr/notes')],
  },
  'GET /leads/{domain}/tags': {
    happy: [
      { path: '/leads/kuzeyhat.com.tr/tags', status: 200, shows: [{ tag: 'vip' }] },
      { say: 'of a company without any', path: '/leads/yeni.com.tr/tags', status: 200 },
    ],
    wrong: noDomain((domain) => `/leads/${domain}/tags`),
    missing: [unknownCompany('/leads/hic-yok.com.tr/tags')],
  },
  'POST /leads/{domain}/notes': gone('/leads/kuzeyhat.com.tr/notes'),
  'PUT /leads/{domain}/notes/{noteId}': gone('/leads/kuzeyhat.com.tr/notes/1'),
  'DELETE /leads/{domain}/notes/{noteId}': gone('/leads/kuzeyhat.com.tr/notes/1'),
  'POST /leads/{domain}/tags': gone('/leads/kuzeyhat.com.tr/tags'),
  'DELETE /leads/{domain}/tags/{tagId}': gone('/leads/kuzeyhat.com.tr/tags/1'),
  'POST /leads/{domain}/favorite': gone('/leads/kuzeyhat.com.tr/favorite'),
  'DELETE /leads/{domain}/favorite': gone('/leads/kuzeyhat.com.tr/favorite'),
} satisfies Table;
