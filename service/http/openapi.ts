import { z } from 'zod';
import { FAILURE_CODES, type FailureCode } from '#core/rules/failures.ts';
import type { Messages } from '#core/rules/messages.ts';
import { ACCESS, type Access, type RouteId } from './access.ts';
import { LINKS } from './links.ts';
import { chapterOf, INTRODUCTION, TAGS } from './openapi-text.ts';
import { API_PREFIX } from './places.ts';
import { exampleOf, failuresOf, HEADERS, refusal, refusals } from './refusals.ts';
import type { Reply, Route } from './route.ts';
import { createSchemaBook, type SchemaBook } from './schemas.ts';

/** The body of a refusal, as the document describes it; `ErrorBody` is its type. */
const ErrorSchema = z
  .object({
    error: z.string().describe('short name of the status'),
    detail: z.string().describe('a sentence for people, in the language of the request'),
    code: z.enum(FAILURE_CODES).describe('which failure, for programs'),
    requestId: z.string().describe('the id in X-Request-ID, under which the log has it'),
    issues: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .describe('which parts of the request are at fault'),
  })
  .meta({ id: 'Error' });

export interface DocumentSetup {
  readonly version: string;
  /** for the sentences of the examples */
  readonly messages: Messages;
  /** whether people are taken without signing in: the internal mode */
  readonly open: boolean;
}

/** The OpenAPI 3.1 document of these routes. Pure. */
export function openApiDocument(routes: readonly Route[], { version, messages, open }: DocumentSetup) {
  const book = createSchemaBook();
  const paths: Record<string, Record<string, unknown>> = {};
  const codes = new Set<FailureCode>(['malformed-request']);
  const ids = new Set(routes.map(({ id }) => id));
  const error = book.schema(ErrorSchema, 'output');
  for (const route of routes) {
    const [method = '', path = ''] = route.id.split(' ');
    const full = route.at === 'root' ? path : `${API_PREFIX}${path}`;
    for (const code of failuresOf(route)) codes.add(code);
    (paths[full] ??= {})[method.toLowerCase()] = operation(route, { book, error, ids, open });
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Hunter for Dynamics 365',
      version,
      summary: 'Does this company use Microsoft 365, and what do I say to it?',
      description: INTRODUCTION,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'this installation' }],
    tags: Object.entries(TAGS)
      .filter(([name]) => routes.some((route) => chapterOf(route) === name))
      .map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(book.components).sort(([a], [b]) => (a < b ? -1 : 1))),
      parameters: {
        lang: {
          name: 'lang',
          in: 'query',
          required: false,
          description: 'language of sentences: tr or en; another one is passed over',
          schema: { type: 'string', examples: ['tr', 'en'] },
        },
      },
      examples: Object.fromEntries([...codes].sort().map((code) => [code, exampleOf(code, messages)])),
      headers: {
        'X-Request-ID': {
          description: 'id of the request: the one that was sent, or a new one',
          schema: { type: 'string' },
        },
        'Retry-After': { description: 'seconds until it is worth another try', schema: { type: 'integer' } },
        ETag: { description: 'tag of this content, for If-None-Match', schema: { type: 'string' } },
      },
      responses: {
        TooLong: refusal(431, ['malformed-request'], error),
      },
      securitySchemes: {
        entra: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'Access token of Microsoft Entra, version 2.0, with the permission access_as_user.',
        },
        apiKey: {
          type: 'apiKey',
          in: 'header',
          name: 'X-API-Key',
          description: 'Made by an administrator: POST /api/v1/admin/api-keys.',
        },
      },
    },
  };
}

interface Surroundings {
  readonly book: SchemaBook;
  readonly error: Record<string, unknown>;
  /** of the routes that the document has */
  readonly ids: ReadonlySet<RouteId>;
  readonly open: boolean;
}

function operation(route: Route, { book, error, ids, open }: Surroundings) {
  const [method = '', path = ''] = route.id.split(' ');
  const access: Access = ACCESS[route.id];
  const description = [
    route.description,
    whoMay(access),
    route.legacy === true
      ? `Also at \`${path}\`, the address of the earlier system, which is deprecated.`
      : undefined,
  ].filter((part) => part !== undefined);
  return {
    operationId: operationId(method, path),
    tags: [chapterOf(route)],
    summary: route.summary,
    description: description.join('\n\n'),
    ...(Object.keys(route.replies).join() === '410' ? { deprecated: true } : {}),
    security: securityOf(access, open),
    parameters: [
      ...parametersOf(route, path, book),
      ...(route.replies[304] === undefined ? [] : [IF_NONE_MATCH]),
      ...(route.at === 'root' ? [] : [{ $ref: '#/components/parameters/lang' }]),
    ],
    ...bodyOf(route, book),
    responses: {
      ...Object.fromEntries(
        Object.entries(route.replies).map(([status, reply]) => [
          status,
          {
            description: reply.description,
            headers:
              route.replies[304] === undefined
                ? HEADERS
                : { ...HEADERS, ETag: { $ref: '#/components/headers/ETag' } },
            ...contentOf(reply, book),
            ...linksOf(route, Number(status), ids),
          },
        ]),
      ),
      ...refusals(route, error),
      431: { $ref: '#/components/responses/TooLong' },
    },
  };
}

/** "GET /leads/{domain}/score-breakdown" -> "getLeadsDomainScoreBreakdown" */
const operationId = (method: string, path: string): string =>
  method.toLowerCase() +
  path
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '')
    .map((word) => word[0]!.toUpperCase() + word.slice(1))
    .join('');

function whoMay(access: Access): string {
  if (access === 'public' || access === 'probe') return 'Open to everybody.';
  if ('key' in access) return `Takes an API key with the scope \`${access.key}\`.`;
  const key = access.scope === null ? 'no API key' : `or an API key with the scope \`${access.scope}\``;
  return `Takes the role \`${access.role}\`, ${key}.`;
}

function securityOf(access: Access, open: boolean): Record<string, string[]>[] {
  if (access === 'public' || access === 'probe') return [];
  if ('key' in access) return [{ apiKey: [access.key] }];
  return [
    { entra: [access.role] },
    ...(access.scope === null ? [] : [{ apiKey: [access.scope] }]),
    // The empty one says that none is needed.
    ...(open ? [{}] : []),
  ];
}

function parametersOf(route: Route, path: string, book: SchemaBook): Record<string, unknown>[] {
  const inPath = propertiesOf(route.params, book);
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  const query = propertiesOf(route.query, book);
  return [
    ...names.map((name) => ({
      name,
      in: 'path',
      required: true,
      ...described(inPath.properties[name] ?? { type: 'string' }),
    })),
    ...Object.entries(query.properties).map(([name, schema]) => ({
      name,
      in: 'query',
      required: query.required.includes(name),
      ...described(schema),
    })),
  ];
}

function propertiesOf(schema: z.ZodType | undefined, book: SchemaBook) {
  if (schema === undefined) return { properties: {}, required: [] };
  const { properties = {}, required = [] } = book.resolved(book.schema(schema, 'input'));
  return {
    properties: properties as Record<string, Record<string, unknown>>,
    required: required as string[],
  };
}

/** A parameter tells what it is beside its schema. */
function described({ description, ...schema }: Record<string, unknown>) {
  return description === undefined ? { schema } : { description, schema };
}

function bodyOf(route: Route, book: SchemaBook): { requestBody?: unknown } {
  if (route.form !== undefined) {
    const schema = book.schema(route.form, 'input');
    return { requestBody: { required: true, content: { 'multipart/form-data': { schema } } } };
  }
  if (route.body === undefined) return {};
  const required = !route.body.safeParse(undefined).success;
  return {
    requestBody: { required, content: { 'application/json': { schema: book.schema(route.body, 'input') } } },
  };
}

const IF_NONE_MATCH = {
  name: 'If-None-Match',
  in: 'header',
  required: false,
  description: 'ETag of the answer before; 304 when nothing has changed since',
  schema: { type: 'string' },
};

function contentOf(reply: Reply, book: SchemaBook): { content?: Record<string, unknown> } {
  const files = Object.fromEntries((reply.contentTypes ?? []).map((type) => [type, {}]));
  if ('schema' in reply)
    return { content: { 'application/json': { schema: book.schema(reply.schema, 'output') }, ...files } };
  return Object.keys(files).length === 0 ? {} : { content: files };
}

/** What an answer leads to, as far as the document has it. */
function linksOf(
  { id }: Route,
  status: number,
  ids: ReadonlySet<RouteId>,
): { links?: Record<string, unknown> } {
  const links = (LINKS[id] ?? [])
    .filter((link) => link.status === status)
    .flatMap(({ parameter, at, to }) =>
      to
        .filter((target) => ids.has(target))
        .map((target) => {
          const [method = '', path = ''] = target.split(' ');
          const name = operationId(method, path);
          return [name, { operationId: name, parameters: { [parameter]: `$response.body#${at}` } }] as const;
        }),
    );
  return links.length === 0 ? {} : { links: Object.fromEntries(links) };
}
