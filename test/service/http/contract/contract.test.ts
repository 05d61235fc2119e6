import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FAILURE_STATUS } from '#service/failure.ts';
import type { RouteId } from '#service/http/access.ts';
import { failuresOf } from '#service/http/refusals.ts';
import { API_PREFIX, placesOf } from '#service/http/places.ts';
import type { Route } from '#service/http/route.ts';
import { ROUTES } from '#service/http/routes/index.ts';
import { admin } from './admin.ts';
import type { Ask, Cases, Happy, Refused } from './cases.ts';
import { ingest } from './ingest.ts';
import { jobs } from './jobs.ts';
import { lead } from './lead.ts';
import { leads } from './leads.ts';
import { moved } from './moved.ts';
import { open } from './open.ts';
import { rules } from './rules.ts';
import { scans } from './scans.ts';
import { tools } from './tools.ts';
import { createWorld, type World } from './world.ts';

/**
 * Every route as a client meets it: what it promises when all goes well, when the request is wrong, and when what it
 * asks for is not there. Who may ask is the fourth question: test/service/http/access.test.ts asks it of every route.
 * A route without an entry does not compile.
 */
const TABLE: Readonly<Record<RouteId, Cases>> = {
  ...ingest,
  ...scans,
  ...jobs,
  ...leads,
  ...lead,
  ...moved,
  ...tools,
  ...admin,
  ...rules,
  ...open,
};

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const pathOf = (route: Route, { path }: Ask): string =>
  (route.at === 'root' ? '' : API_PREFIX) +
  path.replace(/\$(\w+)/g, (word, name: string) => world.ids[name] ?? word);

interface Answered {
  readonly status: number;
  readonly headers: Headers;
  /** the bytes as text, a byte order mark included */
  readonly text: string;
  /** null = no JSON */
  // oxlint-disable-next-line typescript/no-explicit-any -- a test looks into whatever came
  readonly json: any;
}

async function ask(route: Route, asked: Ask, path = pathOf(route, asked)): Promise<Answered> {
  const { body, headers, as } = asked;
  const response = await world.api.open(route.id.split(' ')[0] ?? '', path, {
    ...(body === undefined ? {} : { body }),
    ...(headers === undefined ? {} : { headers }),
    ...(as === undefined ? {} : { as: as === 'machine' ? { key: world.key } : as }),
  });
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(await response.arrayBuffer());
  const isJson = response.headers.get('content-type') === JSON_TYPE;
  return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : null };
}
const JSON_TYPE = 'application/json; charset=utf-8';

/** What no answer lacks, whichever it is. */
function holdsForAll({ headers, json }: Answered): void {
  expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{32,36}$/);
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  if (json?.requestId !== undefined) expect(json.requestId).toBe(headers.get('x-request-id'));
}

function isAsPromised(route: Route, { status, file, shows }: Happy, answer: Answered): void {
  expect(answer.status, answer.text.slice(0, 500)).toBe(status);
  const promise = route.replies[status];
  expect(promise, 'the document has no such status').toBeDefined();
  holdsForAll(answer);
  const type = answer.headers.get('content-type') ?? '';
  if (file !== undefined) {
    expect(type).toBe(file.type);
    if (promise !== undefined && 'contentTypes' in promise)
      expect(promise.contentTypes).toContain(type.split(';')[0]);
    expect(answer.text.slice(0, file.begins.length)).toBe(file.begins);
    return;
  }
  expect(type).toBe(JSON_TYPE);
  // What the schema does not know it drops: an answer that comes through whole has nothing that is not documented.
  if (promise !== undefined && 'schema' in promise)
    expect(promise.schema.parse(answer.json)).toEqual(answer.json);
  if (shows !== undefined) expect(answer.json).toMatchObject(shows);
}

const INSIDE = /postgres|sqlstate|relation|column "|syntax error|node_modules|\.ts\b|econn|\bat \w+ \(/i;

async function isRefused(route: Route, refused: Refused): Promise<void> {
  const answer = await ask(route, refused);
  expect([answer.status, answer.json?.code]).toEqual([refused.status, refused.code]);
  expect(FAILURE_STATUS[refused.code]).toBe(refused.status);
  expect(failuresOf(route), 'the document does not have it').toContain(refused.code);
  holdsForAll(answer);
  const { issues = [], ...body } = answer.json;
  expect(Object.keys(body).toSorted()).toEqual(['code', 'detail', 'error', 'requestId']);
  for (const issue of issues)
    expect(issue).toEqual({ path: expect.any(String), message: expect.any(String) });
  expect(answer.text).not.toMatch(INSIDE);
}

describe.each(ROUTES.map((route) => ({ id: route.id, route })))('$id', ({ id, route }) => {
  const { happy, wrong, missing } = TABLE[id];
  const cases = [
    ...happy,
    ...(typeof wrong === 'string' ? [] : wrong),
    ...(typeof missing === 'string' ? [] : missing),
  ];

  test('is what these requests ask', () => {
    const place = placesOf([route]);
    expect(
      cases.filter((asked) => place.methodsAt(pathOf(route, asked).split('?')[0]!).length === 0),
    ).toEqual([]);
  });

  test.each(happy.map((asked) => ({ ...asked, say: asked.say ?? asked.path })))(
    'answers as promised: $say',
    async (asked) => {
      isAsPromised(route, asked, await ask(route, asked));
    },
  );

  if (route.legacy === true)
    test('answers the same at the address of the earlier system, and says where to go', async () => {
      const [asked] = happy;
      const now = pathOf(route, asked);
      const earlier = now.slice(API_PREFIX.length);
      const answer = await ask(route, asked, earlier);
      isAsPromised(
        route,
        { status: asked.status, path: asked.path, ...(asked.file && { file: asked.file }) },
        answer,
      );
      expect(answer.headers.get('deprecation')).toBe('@1795564800');
      expect(answer.headers.get('link')).toBe(`<${now.split('?')[0]}>; rel="successor-version"`);
    });

  const refused = cases.filter((asked) => 'code' in asked);
  if (refused.length === 0) return;
  describe('refuses', () => {
    let before: string;
    beforeAll(async () => {
      before = await world.fingerprint();
    });
    test.each(refused)('$say', (asked) => isRefused(route, asked));
    test('all of this without changing anything', async () => expect(await world.fingerprint()).toBe(before));
  });
});

test.each([
  ['by a list', 'kuzeyhat.net'],
  ['by a rescan', 'gokpinar.com.tr'],
])('W9: a score can be broken down, whichever way the company was looked up: %s', async (_, domain) => {
  const { status, json } = await world.api.call('GET', `/api/v1/leads/${domain}/score-breakdown`);
  expect([status, typeof json.total_score]).toEqual([200, 'number']);
});
