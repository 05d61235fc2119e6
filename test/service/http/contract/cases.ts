import type { RouteId } from '#service/http/access.ts';
import type { FailureCode } from '#core/rules/failures.ts';
import type { As } from '#test/support/api.ts';

/**
 * One request as it stands on the page. `$word` in a path is an id of the world (world.ts), which nobody can know
 * beforehand.
 */
export interface Ask {
  /** behind /api/v1; as it is for routes at the root */
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** `machine`: the API key of the world */
  readonly as?: As | 'machine';
}

/** A request that is answered as the contract says. JSON unless `file` says what comes instead. */
export interface Happy extends Ask {
  /** what makes it another request than the one before */
  readonly say?: string;
  readonly status: number;
  readonly file?: { readonly type: string; readonly begins: string };
  /** a piece of the answer that shows that it is the right one */
  readonly shows?: object;
}

/** A request that is refused. */
export interface Refused extends Ask {
  readonly say: string;
  readonly status: number;
  readonly code: FailureCode;
}

/** What is asked of one route, or in a sentence why it cannot be asked. */
export interface Cases {
  readonly happy: readonly [Happy, ...Happy[]];
  readonly wrong: readonly Refused[] | string;
  readonly missing: readonly Refused[] | string;
}
export type Table = { readonly [Id in RouteId]?: Cases };

/** No job has this id. */
export const NO_JOB = '00000000-0000-4000-8000-000000000000';

/** How a JSON body can be none, whatever the route: nothing, half of one, a list, another type, other bytes. */
export const noJson = (path: string, body: object, as?: Ask['as']): Refused[] => {
  const who = as === undefined ? {} : { as };
  const type = { 'content-type': 'application/json' };
  return [
    { say: 'no body', path, status: 400, code: 'malformed-json', ...who },
    {
      say: 'half of a body',
      path,
      body: '{"domain": "kuz',
      headers: type,
      status: 400,
      code: 'malformed-json',
      ...who,
    },
    { say: 'a list for a body', path, body: [body], status: 422, code: 'invalid-request', ...who },
    { say: 'null for a body', path, body: null, status: 422, code: 'invalid-request', ...who },
    ...otherType(path, body, as),
  ];
};

/** A body that says it is something else. */
export const otherType = (path: string, body: object, as?: Ask['as']): Refused[] => {
  const who = as === undefined ? {} : { as };
  const refused = { path, status: 415, code: 'unsupported-media-type', ...who } as const;
  return [
    {
      say: 'JSON that says it is text',
      body: JSON.stringify(body),
      headers: { 'content-type': 'text/plain' },
      ...refused,
    },
    {
      say: 'a form of a web page',
      body: 'domain=kuzeyhat.com.tr',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      ...refused,
    },
  ];
};

/** A query that is refused, with the route's path before it. */
export const badQueries = (path: string, ...queries: readonly string[]): Refused[] =>
  queries.map((query) => ({ say: query, path: `${path}?${query}`, status: 422, code: 'invalid-request' }));

/** What is no company domain in the path. */
export const noDomain = (path: (domain: string) => string, body?: unknown): Refused[] =>
  (
    [
      ['a word', 'kuzey'],
      ['a consumer mail host', 'gmail.com'],
      ['an address of the network', '192.0.2.1'],
      ['a public suffix', 'com.tr'],
      ['a NUL', '%00'],
      ['a NUL within', 'kuzeyhat%00.com.tr'],
      ['half of an escape', '%E0%A4%A'],
    ] as const
  ).map(([say, domain]) => ({
    say: `${say} for a domain`,
    path: path(domain),
    status: 422,
    code: 'invalid-domain',
    ...(body === undefined ? {} : { body }),
  }));

/** Companies that have no score: never added, added alone, and looked up without an answer. */
export const unknownCompany = (path: string, body?: unknown): Refused => ({
  say: 'a company that nobody added',
  path,
  status: 404,
  code: 'lead-not-found',
  ...(body === undefined ? {} : { body }),
});

/** Ids of jobs that are none. */
export const noJobId = (path: (id: string) => string): Refused[] => [
  { say: 'a number for an id', path: path('7'), status: 422, code: 'invalid-request' },
  { say: 'a NUL for an id', path: path('%00'), status: 422, code: 'invalid-request' },
];
export const noJob = (path: (id: string) => string): Refused[] => [
  { say: 'a job that is not there', path: path(NO_JOB), status: 404, code: 'job-not-found' },
];
