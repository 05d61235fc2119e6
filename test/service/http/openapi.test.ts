import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { FAILURE_STATUS } from '#service/failure.ts';
import { ACCESS } from '#service/http/access.ts';
import { LINKS } from '#service/http/links.ts';
import { openApiDocument } from '#service/http/openapi.ts';
import { failuresOf } from '#service/http/refusals.ts';
import { chapterOf, TAGS } from '#service/http/openapi-text.ts';
import { placesOf } from '#service/http/places.ts';
import { route, type Route } from '#service/http/route.ts';
import { ROUTES } from '#service/http/routes/index.ts';
import { createSchemaBook } from '#service/http/schemas.ts';
import { allShippedRules } from '#test/support/rules.ts';

const { messages } = allShippedRules();
interface Link {
  operationId: string;
  parameters: Record<string, string>;
}
interface Response {
  content?: Record<string, { schema?: unknown }>;
  links?: Record<string, Link>;
}
interface Operation {
  operationId: string;
  tags: string[];
  security: Record<string, string[]>[];
  parameters: {
    $ref?: string;
    name?: string;
    in?: string;
    required?: boolean;
    schema?: Record<string, unknown>;
  }[];
  requestBody?: { content: Record<string, unknown> };
  responses: Record<string, Response>;
}
const document = (routes: readonly Route[], open = false) => {
  const made = JSON.parse(
    JSON.stringify(openApiDocument(routes, { version: '1.0.0', messages: messages.en, open })),
  );
  return made as {
    paths: Record<string, Record<string, Operation>>;
    components: Record<string, Record<string, unknown>>;
  };
};
const whole = document(ROUTES);
const operations = Object.entries(whole.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    id: `${method.toUpperCase()} ${path}`,
    path,
    operation,
  })),
);

describe('the document', () => {
  test('has every address but the deprecated ones', () => {
    const places = placesOf(ROUTES)
      .all.filter(({ legacy }) => !legacy)
      .map(({ method, path }) => `${method} ${path}`);
    expect(operations.map(({ id }) => id).sort()).toEqual(places.sort());
  });

  test('refers to nothing that is not in it', () => {
    const found: string[] = [];
    const walk = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      for (const [key, inner] of Object.entries(value)) {
        if (key === '$ref' && typeof inner === 'string') found.push(inner);
        else walk(inner);
      }
    };
    walk(whole);
    const missing = found.filter((ref) => {
      const [hash, ...path] = ref.split('/');
      return (
        hash !== '#' ||
        path.reduce<unknown>((at, step) => (at as Record<string, unknown>)?.[step], whole) === undefined
      );
    });
    expect(missing).toEqual([]);
    expect(found.length).toBeGreaterThan(100);
  });

  test('names every operation once, and every chapter is described', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ROUTES.map(chapterOf).filter((tag) => !(tag in TAGS))).toEqual([]);
  });

  test.each(operations)(
    '$id: parameters of the path are declared, each parameter once',
    ({ path, operation }) => {
      const declared = operation.parameters.filter((p) => p.in === 'path');
      expect(declared.map(({ name }) => name)).toEqual(
        [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
      );
      expect(declared.every(({ required }) => required === true)).toBe(true);
      const names = operation.parameters.map(({ name, in: where, $ref }) => $ref ?? `${where} ${name}`);
      expect(new Set(names).size).toBe(names.length);
    },
  );

  test.each(ROUTES)('$id: every status that can happen is documented', (route) => {
    const { responses } = operations.find(
      ({ id }) => id.endsWith(route.id.split(' ')[1]!) && id.startsWith(route.id.split(' ')[0]!),
    )!.operation;
    const expected = [
      ...Object.keys(route.replies),
      ...failuresOf(route).map((code) => String(FAILURE_STATUS[code])),
    ];
    expect(expected.filter((status) => responses[status] === undefined)).toEqual([]);
    const guarded = typeof ACCESS[route.id] === 'object';
    for (const status of guarded ? ['401', '403', '429', '500', '503'] : ['500'])
      expect(responses).toHaveProperty(status);
  });

  test('says who may: role, scope, or nobody in particular', () => {
    const of = (id: string) => operations.find((operation) => operation.id === id)!.operation.security;
    expect(of('GET /healthz')).toEqual([]);
    expect(of('GET /healthz/metrics')).toEqual([{ entra: ['operator'] }, { apiKey: ['read'] }]);
    expect(of('POST /api/v1/admin/api-keys')).toEqual([{ entra: ['admin'] }]);
  });

  test('of an installation without sign-in says that none is needed, except where a key is', () => {
    const { paths } = document(ROUTES, true);
    const of = (path: string, method: string) => paths[`/api/v1${path}`]![method]!.security;
    expect(of('/leads', 'get')).toEqual([{ entra: ['operator'] }, { apiKey: ['read'] }, {}]);
    expect(of('/ingest/webhook', 'post')).toEqual([{ apiKey: ['ingest'] }]);
  });

  test('says what every address can answer: a request whose head is too long', () => {
    const without = operations.filter(({ operation }) => operation.responses['431'] === undefined);
    expect(without.map(({ id }) => id)).toEqual([]);
  });

  test('a lead that has not changed is a 304, and what was moved is deprecated', () => {
    const { get } = whole.paths['/api/v1/leads/{domain}']!;
    expect(get!.responses['304']).not.toHaveProperty('content');
    expect(get!.parameters).toContainEqual(expect.objectContaining({ name: 'If-None-Match', in: 'header' }));
    expect(get!.responses['200']).toMatchObject({
      headers: { ETag: { $ref: '#/components/headers/ETag' } },
    });
    expect(whole.paths['/api/v1/leads/{domain}/favorite']!['post']).toMatchObject({ deprecated: true });
    expect(get).not.toHaveProperty('deprecated');
  });

  test('says all forms that figures come in', () => {
    const { content } = whole.paths['/healthz/metrics']!['get']!.responses['200']!;
    expect(Object.keys(content!)).toEqual(['application/json', 'text/plain']);
  });

  test('a yes or no in a query shows its words, a list with commas what stands between them', () => {
    const schemaOf = (path: string, method: string, name: string) =>
      whole.paths[`/api/v1${path}`]![method]!.parameters.find((p) => p.name === name)!.schema!;
    expect(schemaOf('/leads/{domain}', 'delete', 'suppress')).toMatchObject({
      enum: expect.arrayContaining(['true', 'false']),
    });
    const [one] = schemaOf('/leads', 'get', 'priority')['anyOf'] as { pattern: string }[];
    const looksRight = (text: string): boolean => new RegExp(one!.pattern).test(text);
    expect(['1', '1,2', ' 1 , 2', '1,'].filter((text) => !looksRight(text))).toEqual([]);
    expect(['0', '8', 'high', '12'].filter(looksRight)).toEqual([]);
  });

  test('has an example of every failure it speaks of, with a sentence', () => {
    const examples = whole.components['examples'] as Record<
      string,
      { value: { detail: string; error: string } }
    >;
    expect(examples['rate-limited']?.value).toMatchObject({
      error: 'Too Many Requests',
      detail: expect.stringContaining('Too many requests'),
    });
  });
});

describe('links', () => {
  const links = operations.flatMap(({ id, operation }) =>
    Object.entries(operation.responses).flatMap(([status, { content, links = {} }]) =>
      Object.entries(links).map(([name, link]) => ({
        title: `${id} ${status} -> ${name}`,
        schema: content?.['application/json']?.schema,
        link,
      })),
    ),
  );

  test('stand at every answer that the table says', () => {
    const told = Object.values(LINKS).flatMap((some) => some.flatMap(({ to }) => to));
    expect(links).toHaveLength(told.length);
  });

  test.each(links)('$title fills a parameter of the path with what the answer has', ({ schema, link }) => {
    const target = operations.find(({ operation }) => operation.operationId === link.operationId)!.operation;
    const [[name, expression] = ['', '']] = Object.entries(link.parameters);
    expect(target.parameters.some((p) => p.in === 'path' && p.name === name)).toBe(true);
    const steps = expression.replace('$response.body#/', '').split('/');
    const found = steps.reduce<unknown>((at, step) => {
      const { properties, items } = resolved(at) as {
        properties?: Record<string, unknown>;
        items?: unknown;
      };
      return /^\d+$/.test(step) ? items : properties?.[step];
    }, schema);
    expect(found).toBeDefined();
  });

  const resolved = (schema: unknown): object => {
    const { $ref } = schema as { $ref?: string };
    return ($ref === undefined ? schema : whole.components['schemas']![$ref.split('/').at(-1)!]) as object;
  };

  test('lead only to what the document has', () => {
    const { paths } = document(ROUTES.filter(({ id }) => id !== 'POST /jobs/{id}/cancel'));
    const { links } = paths['/api/v1/scan/bulk']!['post']!.responses['200']!;
    expect(links).toHaveProperty('getJobsId');
    expect(links).not.toHaveProperty('postJobsIdCancel');
  });
});

describe('schemas', () => {
  const Named = z
    .object({ id: z.int(), at: z.date().optional(), tags: z.array(z.string()).default([]) })
    .meta({ id: 'Named' });

  test('with an id stand once under components, and what is sent may differ from what is read', () => {
    const book = createSchemaBook();
    expect(book.schema(Named, 'output')).toEqual({ $ref: '#/components/schemas/Named' });
    expect(book.schema(z.array(Named), 'output')).toEqual({
      type: 'array',
      items: { $ref: '#/components/schemas/Named' },
    });
    expect(book.schema(Named, 'input')).toEqual({ $ref: '#/components/schemas/NamedInput' });
    expect(Object.keys(book.components)).toEqual(['Named', 'NamedInput']);
    expect(book.components['Named']).toMatchObject({
      required: ['id', 'tags'],
      properties: { at: { type: 'string', format: 'date-time' } },
    });
    expect(book.components['NamedInput']).toMatchObject({ required: ['id'] });
  });

  test('that contain themselves get a name of their own each', () => {
    const book = createSchemaBook();
    type Tree = { branches: Tree[] };
    const Tree: z.ZodType<Tree> = z.object({
      get branches() {
        return z.array(Tree);
      },
    });
    type List = { next?: List | undefined };
    const List: z.ZodType<List> = z.object({
      get next() {
        return List.optional();
      },
    });
    book.schema(z.object({ tree: Tree }), 'output');
    book.schema(z.object({ list: List }), 'output');
    expect(Object.keys(book.components)).toEqual(['Part1', 'Part2']);
    expect(JSON.stringify(book.components['Part2'])).toContain('#/components/schemas/Part2');
  });

  test('of answers leave room for new fields, those of requests do not', () => {
    const book = createSchemaBook();
    const strict = z.strictObject({ a: z.string() });
    expect(book.schema(strict, 'output')).not.toHaveProperty('additionalProperties');
    expect(book.schema(strict, 'input')).toMatchObject({ additionalProperties: false });
  });
});

test('a route with a body and one with a form show what they take', () => {
  const { paths } = document([
    route({
      id: 'POST /scan/domain',
      tag: 'scan',
      summary: 'x',
      body: z.object({ domain: z.string() }),
      replies: { 200: { description: 'it', schema: z.string() } },
      failures: ['lead-not-found'],
      handle: async () => ({ status: 200, json: '' }),
    }),
    route({
      id: 'POST /ingest/csv',
      tag: 'ingest',
      summary: 'x',
      form: z.object({ file: z.string().meta({ format: 'binary' }) }),
      replies: { 202: { description: 'it', schema: z.string() } },
      handle: async () => ({ status: 202, json: '' }),
    }),
  ]);
  const scan = paths['/api/v1/scan/domain']!['post']!;
  expect(scan.requestBody).toMatchObject({ required: true, content: { 'application/json': {} } });
  expect(Object.keys(scan.responses)).toEqual(
    expect.arrayContaining(['200', '400', '404', '413', '415', '422']),
  );
  const csv = paths['/api/v1/ingest/csv']!['post']!;
  expect(Object.keys(csv.requestBody!.content)).toEqual(['multipart/form-data']);
});
