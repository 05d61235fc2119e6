import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { FAILURE_STATUS } from '#service/failure.ts';
import { ACCESS } from '#service/http/access.ts';
import { failuresOf, openApiDocument } from '#service/http/openapi.ts';
import { chapterOf, TAGS } from '#service/http/openapi-text.ts';
import { placesOf } from '#service/http/places.ts';
import { route, type Route } from '#service/http/route.ts';
import { ROUTES } from '#service/http/routes/index.ts';
import { createSchemaBook } from '#service/http/schemas.ts';
import { allShippedRules } from '#test/support/rules.ts';

const { messages } = allShippedRules();
interface Operation {
  operationId: string;
  tags: string[];
  security: Record<string, string[]>[];
  parameters: { $ref?: string; name?: string; in?: string; required?: boolean }[];
  requestBody?: { content: Record<string, unknown> };
  responses: Record<string, { content?: Record<string, unknown> }>;
}
const document = (routes: readonly Route[]) => {
  const made = JSON.parse(
    JSON.stringify(openApiDocument(routes, { version: '1.0.0', messages: messages.en })),
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
