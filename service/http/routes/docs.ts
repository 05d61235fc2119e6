import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip as gzipCallback } from 'node:zlib';
import { z } from 'zod';
import type { Service } from '../../context.ts';
import { failed } from '../../failure.ts';
import { openApiDocument } from '../openapi.ts';
import { refuse, route, type Answer, type Route } from '../route.ts';

/**
 * The document of the API and two ways to read it. Both readers come with the packages and are served from here: no
 * page of ours loads anything from elsewhere, and its policy would not let it.
 */

const gzip = promisify(gzipCallback);
const packages = createRequire(import.meta.url);
const folderOf = (name: string): string => dirname(packages.resolve(`${name}/package.json`));

const SCRIPT = 'text/javascript; charset=utf-8';
/** Every file there is to fetch, by its public name. */
const FILES: Readonly<Record<string, { readonly type: string; readonly read: () => Promise<Buffer> }>> = {
  'swagger-ui.css': {
    type: 'text/css; charset=utf-8',
    read: () => readFile(join(folderOf('swagger-ui-dist'), 'swagger-ui.css')),
  },
  'swagger-ui-bundle.js': {
    type: SCRIPT,
    read: () => readFile(join(folderOf('swagger-ui-dist'), 'swagger-ui-bundle.js')),
  },
  'favicon.png': {
    type: 'image/png',
    read: () => readFile(join(folderOf('swagger-ui-dist'), 'favicon-32x32.png')),
  },
  'openapi-explorer.js': {
    type: SCRIPT,
    read: () => readFile(join(folderOf('openapi-explorer'), 'dist', 'browser', 'openapi-explorer.min.js')),
  },
  'start.js': {
    type: SCRIPT,
    read: async () =>
      Buffer.from(
        `window.ui = SwaggerUIBundle({ url: '/openapi.json', dom_id: '#ui', deepLinking: true, filter: true, tryItOutEnabled: false, docExpansion: 'none', validatorUrl: null });\n`,
      ),
  },
};

// Both readers style elements through attributes, which no hash can name.
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const head = (title: string, more: string): string =>
  `<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>${title}</title>\n<link rel="icon" type="image/png" href="/docs/favicon.png">\n${more}</head>\n`;

const SWAGGER_PAGE = `${head(
  'Hunter for Dynamics 365: API',
  '<link rel="stylesheet" href="/docs/swagger-ui.css">\n',
)}<body>\n<div id="ui"></div>\n<script src="/docs/swagger-ui-bundle.js"></script>\n<script src="/docs/start.js"></script>\n</body>\n</html>\n`;
const EXPLORER_PAGE = `${head(
  'Hunter for Dynamics 365: API reference',
  '<style>openapi-explorer { --font-regular: system-ui, sans-serif; }</style>\n<script type="module" src="/docs/openapi-explorer.js"></script>\n',
)}<body>\n<openapi-explorer spec-url="/openapi.json" hide-server-selection></openapi-explorer>\n</body>\n</html>\n`;

const page = (html: string): Answer =>
  new Response(html, {
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': PAGE_POLICY,
      'Cache-Control': 'no-cache',
    },
  });

interface Packed {
  readonly plain: Buffer;
  readonly zipped: Buffer;
}
const packed = async (plain: Buffer): Promise<Packed> => ({ plain, zipped: await gzip(plain) });

function fileAnswer(
  { plain, zipped }: Packed,
  type: string,
  request: Request,
  headers: Readonly<Record<string, string>>,
): Response {
  const zip = /\bgzip\b/.test(request.headers.get('accept-encoding') ?? '');
  return new Response(new Uint8Array(zip ? zipped : plain), {
    headers: {
      'Content-Type': type,
      Vary: 'Origin, Accept-Encoding',
      ...(zip ? { 'Content-Encoding': 'gzip' } : {}),
      ...headers,
    },
  });
}

/**
 * @param routes all routes, these included; asked for with the first document, since they are not complete before
 */
export function docsRoutes(routes: () => readonly Route[]): readonly Route[] {
  const files = new Map<string, Promise<Packed>>();
  const documents = new WeakMap<Service, Promise<Packed>>();
  const html = (description: string): Route['replies'] => ({
    200: { description, contentTypes: ['text/html'] },
  });

  const document = route({
    id: 'GET /openapi.json',
    at: 'root',
    tag: 'docs',
    summary: 'This document: OpenAPI 3.1',
    replies: { 200: { description: 'the document', schema: z.record(z.string(), z.unknown()) } },
    handle: async ({ raw }, service) => {
      let made = documents.get(service);
      if (made === undefined) {
        const { version, rules, config } = service;
        const setup = {
          version,
          messages: rules.current().messages.en,
          open: config.auth.mode === 'internal',
        };
        const text = JSON.stringify(openApiDocument(routes(), setup));
        documents.set(service, (made = packed(Buffer.from(text))));
      }
      return fileAnswer(await made, 'application/json; charset=utf-8', raw, { 'Cache-Control': 'no-cache' });
    },
  });

  const swagger = route({
    id: 'GET /docs',
    at: 'root',
    tag: 'docs',
    summary: 'The API in Swagger UI, to try it out',
    replies: html('the page'),
    handle: async () => page(SWAGGER_PAGE),
  });

  const explorer = route({
    id: 'GET /redoc',
    at: 'root',
    tag: 'docs',
    summary: 'The API as a reference to read',
    replies: html('the page'),
    handle: async () => page(EXPLORER_PAGE),
  });

  const asset = route({
    id: 'GET /docs/{file}',
    at: 'root',
    tag: 'docs',
    summary: 'Scripts and styles of these pages',
    params: z.object({ file: z.string().max(100).describe('name of the file') }),
    replies: { 200: { description: 'the file', contentTypes: ['text/javascript', 'text/css', 'image/png'] } },
    failures: ['route-not-found'],
    handle: async ({ params, raw }) => {
      const file = Object.hasOwn(FILES, params.file) ? FILES[params.file] : undefined;
      if (file === undefined) return refuse(failed('route-not-found').failure);
      let content = files.get(params.file);
      if (content === undefined) files.set(params.file, (content = file.read().then(packed)));
      return fileAnswer(await content, file.type, raw, { 'Cache-Control': 'public, max-age=86400' });
    },
  });
  return [document, swagger, explorer, asset];
}
