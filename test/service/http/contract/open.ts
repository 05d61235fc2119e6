import { badQueries, type Cases, type Table } from './cases.ts';

const TAKES_NOTHING = 'it takes nothing';
const OF_THE_SERVICE = 'it is about the service itself';
const state = (path: string, shows: object): Cases => ({
  happy: [
    { path, status: 200, shows },
    { say: 'whatever is asked besides', path: `${path}?x=%00`, as: 'nobody', status: 200, shows },
  ],
  wrong: TAKES_NOTHING,
  missing: OF_THE_SERVICE,
});
const page = (path: string): Cases => ({
  happy: [{ path, status: 200, file: { type: 'text/html; charset=utf-8', begins: '<!doctype html>' } }],
  wrong: TAKES_NOTHING,
  missing: OF_THE_SERVICE,
});

export const open = {
  'GET /healthz': state('/healthz', { status: 'healthy', database: 'connected' }),
  'GET /healthz/live': state('/healthz/live', { status: 'alive' }),
  'GET /healthz/ready': state('/healthz/ready', { status: 'ready' }),
  'GET /healthz/startup': state('/healthz/startup', { status: 'started' }),
  'GET /healthz/metrics': {
    happy: [
      { path: '/healthz/metrics', status: 200 },
      {
        say: 'for Prometheus',
        path: '/healthz/metrics?format=prometheus',
        status: 200,
        file: { type: 'text/plain; version=0.0.4; charset=utf-8', begins: '# ' },
      },
    ],
    wrong: badQueries('/healthz/metrics', 'format=xml', 'format=json&format=json'),
    missing: OF_THE_SERVICE,
  },

  'GET /docs': page('/docs'),
  'GET /redoc': page('/redoc'),
  'GET /openapi.json': state('/openapi.json', { openapi: '3.1.0' }),
  'GET /docs/{file}': {
    happy: [
      {
        path: '/docs/start.js',
        status: 200,
        file: { type: 'text/javascript; charset=utf-8', begins: 'window.ui' },
      },
      {
        say: 'a style',
        path: '/docs/swagger-ui.css',
        status: 200,
        file: { type: 'text/css; charset=utf-8', begins: '.swagger-ui' },
      },
      {
        say: 'a picture',
        path: '/docs/favicon.png',
        status: 200,
        file: { type: 'image/png', begins: '\ufffdPNG' },
      },
    ],
    wrong: [
      {
        say: 'a name of 101 characters',
        path: `/docs/${'a'.repeat(101)}`,
        status: 422,
        code: 'invalid-request',
      },
    ],
    missing: [
      { say: 'a file that is not there', path: '/docs/other.js', status: 404, code: 'route-not-found' },
      {
        say: 'a way out of the folder',
        path: '/docs/..%2Fpackage.json',
        status: 404,
        code: 'route-not-found',
      },
      { say: 'a NUL', path: '/docs/%00', status: 404, code: 'route-not-found' },
    ],
  },
} satisfies Table;
